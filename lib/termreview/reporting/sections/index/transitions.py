"""One section of the year-end summary: moves between levels, schools merged, lines reached."""

from __future__ import annotations

import pandas as pd

from termreview.reference.kinds.indicators import Group
from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.rows import Record, by_key, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Interval, Number, Parts, Value, column
from termreview.reporting.charts.charts import Chart, transition_matrix
from termreview.reporting.report.applicable import applies_if, covers_schools, has_ratios
from termreview.reporting.report.context import ReportContext, TermView
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import (
    before_name,
    label,
    lower_first,
    marked,
    placed_notes,
    say,
    scope_heads,
)
from termreview.reporting.sections.index.index import group_name
from termreview.reporting.sections.index.scores import standing_text
from termreview.reporting.sections.work.change import no_comparison, school_pairs, term_names
from termreview.reporting.sections.work.ratios import line_value, targets_summary, verdict
from termreview.reporting.summaries.change import MERGED, level_moves, moves_by_group, standing_change
from termreview.reporting.summaries.index import NOT_CONCLUDED, NOT_SUBMITTED, OVERALL, level_with_reason


@applies_if(covers_schools)
def level_transitions(report: ReportContext) -> Block:
    """Moves between levels of each group, and what the points allow to say."""
    if report.previous is None:
        return no_comparison(report)
    if not report.may_compare_scores:
        return paragraph(say(report, "change.scores_not_compared", before=before_name(report)))
    changes = _standing_changes(report, report.previous)
    moves = by_key(moves_by_group(changes), "group_id")
    lines, charts = [], []
    for group in report.declared.indicator_set.groups:
        if group.group_id not in moves:
            continue
        row = moves[group.group_id]
        counts = {name: int(row[name]) for name in ("up", "same", "down", "open")}
        told = say(
            report, "change.levels", group=group_name(report, group), count=sum(counts.values()),
            moves=listed([say(report, f"change.levels_{name}", count=count) for name, count in counts.items() if count]),
        )  # fmt: skip
        lines.append(told)
        charts.append(_moves_chart(report, changes, group, counts, told))
    own = changes[changes["group_id"] != OVERALL]
    lines.append(
        say(
            report, "change.points", rises=int(own["points"].eq("rise").sum()), falls=int(own["points"].eq("fall").sum()),
            others=int(own["points"].eq("overlap").sum()), before=before_name(report),
        )
    )  # fmt: skip
    return stack(bullets(lines), *charts, _scores_table(report, changes))


def _moves_chart(report: ReportContext, changes: pd.DataFrame, group: Group, counts: dict[str, int], alt: str) -> Chart:  # fmt: skip
    standings = [f"level_{level}" for level in report.declared.indicator_set.level_titles()]
    standings += [NOT_CONCLUDED, NOT_SUBMITTED]
    matrix = level_moves(changes, group.group_id, standings)
    words = {standing: standing_text(report, standing).capitalize() for standing in standings}
    before, after = term_names(report)
    total = sum(counts.values())
    finding = say(
        report, "charts.moves.finding", group=group_name(report, group), up=counts["up"], down=counts["down"], open=counts["open"],
        compared=total - counts["open"],
    )  # fmt: skip
    return report_chart(
        report, transition_matrix, matrix.rename(index=words, columns=words), before_label=before, after_label=after,
        unranked=[words[NOT_CONCLUDED], words[NOT_SUBMITTED]], finding=finding, alt=alt,
        measure=say(report, "charts.moves.measure", group=lower_first(group_name(report, group)), total=total),
        notes=(say(report, "change.moves_note"),),
        source=say(report, "charts.source_of_two", before=lower_first(before), after=lower_first(after), as_of=report.as_of),
    )  # fmt: skip


def _scores_table(report: ReportContext, changes: pd.DataFrame) -> Block:
    own = changes[changes["group_id"] != OVERALL].sort_values(["group_id", "place"], kind="stable")
    before, after = term_names(report)
    rows = records(own)
    words = {"rise": "tăng", "fall": "giảm", "overlap": "khoảng điểm trùng nhau", "open": "thiếu một kỳ"}

    shown = own.assign(
        group=[label(report, "score_groups", row["group_id"]) for row in rows],
        before_text=column(_score(report, row, "_before") for row in rows),
        after_text=column(_score(report, row, "_after") for row in rows),
        points_text=[words[row["points"]] for row in rows],
    )
    return table(
        shown,
        columns={
            "short_name": "Trường",
            "before_text": before,
            "after_text": after,
            "points_text": "So sánh điểm",
        },
        caption=say(report, "captions.score_changes"),
        align={"before_text": "right", "after_text": "right"},
        group_by="group",
        max_rows=0,
        notes=placed_notes(report),
    )


@applies_if(has_ratios)
def targets_reached(report: ReportContext) -> Block:
    """Every confirmed line at the end of the year, beside where the term before stood."""
    lines = report.summaries.lines
    if lines.empty:
        return Block("")
    text = say(report, "change.targets", **targets_summary(report))
    kept = {ratio.ratio_id for ratio in report.comparable_ratios}
    earlier = report.previous.summaries.lines.set_index(["target_id", "scope"]) if report.previous else None
    if earlier is not None:
        earlier = earlier[earlier["ratio_id"].isin(kept)]
    before, after = term_names(report)
    rows = records(lines)
    forms = ["percent1" if row["unit"] == "percent" else "ratio" for row in rows]
    keys = [(row["target_id"], row["scope"]) for row in rows]
    shown = lines.assign(
        scope_name=[scope_heads(report, [scope])[scope] for scope in lines["scope"]],
        line_text=column(line_value(row) for row in rows),
        before_text=column(
            Number(earlier.at[key, "value"], form)
            if earlier is not None and key in earlier.index
            else Number(None)
            for key, form in zip(keys, forms, strict=True)
        ),
        after_text=column(Number(row["value"], form) for row, form in zip(rows, forms, strict=True)),
        verdict=[verdict(report, row) for row in rows],
        schools=column(Parts(row["reached_count"], row["counted_count"]) for row in rows),
    )
    return stack(
        paragraph(text),
        table(
            marked(report, shown),
            columns={"title": "Mục tiêu", "scope_name": "Phạm vi", "line_text": "Yêu cầu", "year": "Năm hoàn thành", "before_text": before, "after_text": after, "verdict": "Đánh giá", "schools": "Trường đạt/có số liệu"},
            caption=say(report, "captions.target_changes"),
            align=dict.fromkeys(("line_text", "before_text", "after_text", "schools"), "right"),
            marks="mark",
            notes=[say(report, "notes.target_changes")],
        ),
    )  # fmt: skip


def _standing_changes(report: ReportContext, previous: TermView) -> pd.DataFrame:
    return standing_change(previous.summaries.standings, report.summaries.standings)


def merged_schools(report: ReportContext) -> Block:
    """The schools that grew out of others, beside those: scores of each, no comparison drawn."""
    if report.previous is None:
        return no_comparison(report)
    merged = [row for row in records(school_pairs(report, report.previous)) if row["pairing"] == MERGED]
    if not merged:
        return Block("")
    before, after = term_names(report)
    earlier = report.previous.schools.set_index("short_name")["school_id"]
    rows = [
        {"merged": row["short_name"], "short_name": name, "term": before}
        | _group_scores(report, report.previous, str(earlier[name]))
        for row in merged
        for name in row["predecessors"]
        if name in earlier.index
    ]
    rows += [
        {"merged": row["short_name"], "short_name": row["short_name"], "term": after}
        | _group_scores(report, report.term, row["school_id"])
        for row in merged
    ]
    groups = {group.group_id: group_name(report, group) for group in report.declared.indicator_set.groups}
    frame = pd.DataFrame(rows).sort_values("merged", kind="stable")
    return table(
        frame,
        columns={"short_name": "Trường", "term": "Kỳ"} | groups,
        caption=say(report, "captions.merged_schools"),
        align=dict.fromkeys(groups, "right"),
        group_by="merged",
        notes=[say(report, "change.merged_note"), *placed_notes(report)],
    )


def _group_scores(report: ReportContext, view: TermView, school_id: str) -> dict[str, Value | str]:
    own = view.summaries.standings[view.summaries.standings["school_id"] == school_id]
    return {row["group_id"]: _score(report, row) for row in records(own) if row["group_id"] != OVERALL}


def _score(report: ReportContext, row: Record, suffix: str = "") -> Value | str:
    """Bounds and level of one score, or why there is none."""
    standing = standing_text(report, str(row[f"standing{suffix}"]))
    if row[f"state{suffix}"] != "scored":
        return standing
    level = level_with_reason(report.reference, standing.lower(), row[f"held_by{suffix}"])
    return Interval(row[f"low{suffix}"], row[f"placed_high{suffix}"], level=level)
