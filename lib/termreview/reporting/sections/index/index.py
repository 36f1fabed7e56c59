"""One section on the indicator set (II.7): how it is read, and how many schools reach which level."""

from __future__ import annotations

from termreview.reference.kinds.indicators import Group
from termreview.reporting.blocks.blocks import Block, bullets, callout, paragraph, stack
from termreview.reporting.blocks.rows import by_key
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import joined
from termreview.reporting.charts.charts import Chart, stacked_bars
from termreview.reporting.report.applicable import applies_if, covers_schools, is_scored
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import (
    fewest,
    group_in_text,
    group_title,
    label,
    labels,
    lower_first,
    marked,
    say,
    scope_heads,
    scope_title,
)
from termreview.reporting.sections.basis.status import levels_remark
from termreview.reporting.sections.index.criteria import weak_criteria
from termreview.reporting.sections.work.tasks import task_results
from termreview.reporting.summaries.index import (
    OVERALL,
    group_marks,
    held_text,
    open_above,
    open_by_gap_alone,
    second_level,
)
from termreview.reporting.term.schools import ALL

OUTLINE = "7"
_MOST_NAMED = 15


@applies_if(is_scored)
def introduction(report: ReportContext) -> Block:
    """What the set covers, how bounds and levels are read, which rules are not confirmed."""
    indicator_set = report.declared.indicator_set
    scored = _scored(report)
    standings = report.summaries.standings
    general = standings["school_id"].nunique()
    lines = [say(report, "index.scope", set=indicator_set.short_title, count=general)]
    if not general:
        return paragraph(lines[0])
    lines.append(say(report, "index.scored", count=scored, total=general))
    lines += [_levels_text(report, group) for group in indicator_set.groups]
    lines.append(weak_criteria(report))
    reading = [say(report, "index.bounds")]
    reading += [
        say(
            report, "index.unallocated", group=group_name(report, group), points=group.unplaced_points, placed=group.placed_points,
            reason=lower_first(group.unallocated.reason.rstrip(". ")),
        )
        for group in indicator_set.groups
        if group.unallocated is not None
    ]  # fmt: skip
    marks = sorted({indicator_set.overall_mark, indicator_set.failed_condition_mark})
    reading.append(say(report, "index.marks", marks=" và ".join(marks)))
    verified = int((report.term.tables.ledger["origin"] == "verified").sum())
    reading.append(say(report, "index.self_assessment", count=verified))
    return stack(task_results(report, OUTLINE, lines), callout(say(report, "callouts.levels"), reading))


def group_name(report: ReportContext, group: Group) -> str:
    """The name of one group as sentences use it."""
    return f"Nhóm {group.group_id} ({label(report, 'score_groups_short', group.group_id).lower()})"


@applies_if(covers_schools)
def levels(report: ReportContext) -> Block:
    """The schools at the lowest level by name, how many reach which level per group and school level: chart and table."""
    groups = report.declared.indicator_set.groups
    lowest = [line for line in (_lowest(report, group) for group in groups) if line]
    items = [
        say(report, "index.levels_alt_item", group=group_name(report, group), parts=_level_counts(report, group)) for group in groups
    ]  # fmt: skip
    alt = say(report, "index.levels_alt", items=joined(items, "; "))
    return stack(bullets(lowest) if lowest else Block(""), levels_chart(report, alt), levels_table(report))


def _levels_text(report: ReportContext, group: Group) -> str:
    """How many schools reach which level of one group, and how many only the unallocated points keep open."""
    counts = say(report, "index.levels", group=group_name(report, group), parts=_level_counts(report, group))
    return joined([line for line in (counts, _gap(report, group)) if line])


def _level_counts(report: ReportContext, group: Group) -> str:
    levels, titles = report.summaries.levels, report.declared.indicator_set.level_titles()
    row = by_key(levels[levels["scope"] == ALL], "group_id")[group.group_id]
    parts = [
        say(report, "index.levels_parts.level", count=int(row[f"level_{n}_count"]), level=n, title=title)
        for n, title in titles.items()
        if row[f"level_{n}_count"]
    ]
    above = open_above(report.declared.indicator_set, row)
    rest = {"above": above, "open": row["not_concluded_count"] - above, "missing": row["not_submitted_count"]}
    return listed(
        [
            *parts,
            *(
                say(
                    report,
                    f"index.levels_parts.{name}",
                    count=int(count),
                    level=second_level(report.declared.indicator_set),
                )
                for name, count in rest.items()
                if count
            ),
        ]
    )


def _lowest(report: ReportContext, group: Group) -> str:
    """The schools that stay at the lowest level in one group, by name; nothing where none does."""
    standings, level = report.summaries.standings, min(report.declared.indicator_set.level_titles())
    own = standings[(standings["group_id"] == group.group_id) & (standings["score_level"] == level)]
    own = own.sort_values("place")
    names = [
        say(report, "index.levels_held", name=name, held=held_text(report.reference, held)) if held else name
        for name, held in zip(own["short_name"], own["held_by"], strict=True)
    ]
    return (
        say(
            report,
            "index.levels_lowest",
            level=level,
            group=group_in_text(report, group.group_id),
            names=listed(names, most=_MOST_NAMED),
        )
        if names
        else ""
    )


def _gap(report: ReportContext, group: Group) -> str:
    """How many levels of one group only the points that the set leaves unallocated keep open; nothing where none."""
    rows = report.summaries.not_concluded
    own = rows[rows["group_id"] == group.group_id]
    count = int(open_by_gap_alone(own).sum())
    if not count:
        return ""
    return say(
        report, "index.gap", group=group.group_id, count=count, total=len(own), points=group.unplaced_points
    )


def levels_chart(report: ReportContext, alt: str) -> Chart:
    """The level distribution of each group, one bar per school level."""
    parts = _level_parts(report)
    frame = report.summaries.levels
    frame = frame[frame["group_id"] != OVERALL]
    heads = scope_heads(report, list(frame["scope"]))
    frame = frame.assign(
        name=[heads[scope] for scope in frame["scope"]],
        group=[group_title(report, group_id) for group_id in frame["group_id"]],
    )
    return report_chart(
        report, stacked_bars, frame, category="name", parts=list(parts), part_labels=parts, totals="asked_count", as_share=True,
        group="group", fewest=fewest(report), alt=alt, notes=(say(report, "index.levels_note"), levels_remark(report)),
        **_levels_texts(report),
    )  # fmt: skip


def _levels_texts(report: ReportContext) -> dict[str, str]:
    """What the chart of levels finds and measures: how many of its schools surely reach the second level, per group."""
    levels = report.summaries.levels
    rows = by_key(levels[levels["scope"] == ALL], "group_id")
    groups = [group.group_id for group in report.declared.indicator_set.groups]
    reached = {name: int(rows[name]["reached_count"]) for name in groups}
    scored, asked = (max(int(rows[name][f"{what}_count"]) for name in groups) for what in ("scored", "asked"))
    items = [
        say(report, "charts.levels.item", reached=count, asked=asked, group=lower_first(group_title(report, name)))
        for name, count in reached.items()
    ]  # fmt: skip
    finding = say(
        report, "charts.levels.finding", items=joined(items, "; "), level=second_level(report.declared.indicator_set), scored=scored,
        least_pct=100 * min(reached.values()) / max(scored, 1),
    )  # fmt: skip
    return {"finding": finding, "measure": say(report, "charts.levels.measure", scored=scored, asked=asked)}


def levels_table(report: ReportContext) -> Block:
    """The level distribution in figures, the whole set included with its mark."""
    indicator_set = report.declared.indicator_set
    parts = _level_parts(report)
    groups = labels(report, "score_groups")
    frame = report.summaries.levels
    order = [*(group.group_id for group in indicator_set.groups), OVERALL]
    frame = frame.sort_values("group_id", key=lambda ids: ids.map(order.index), kind="stable")
    marks = group_marks(report.term.tables.ledger) | {OVERALL: indicator_set.overall_mark}
    frame = frame.assign(
        scope_name=[scope_title(report, scope) for scope in frame["scope"]],
        group=[groups[group] for group in frame["group_id"]],
        mark=[marks.get(group, indicator_set.mark) for group in frame["group_id"]],
    )
    return table(
        marked(report, frame),
        columns={"scope_name": "Cấp học", "asked_count": "Trường áp dụng"} | parts,
        caption=say(report, "index.levels_title"),
        formats=dict.fromkeys(("asked_count", *parts), "integer"),
        group_by="group",
        marks="mark",
        max_rows=0,
    )


def _level_parts(report: ReportContext) -> dict[str, str]:
    titles = report.declared.indicator_set.level_titles()
    parts = {f"level_{level}_count": f"Mức độ {level} – {title}" for level, title in titles.items()}
    return parts | {"not_concluded_count": "Chưa kết luận", "not_submitted_count": "Chưa có báo cáo"}


def _scored(report: ReportContext) -> int:
    standings = report.summaries.standings
    return int(standings.loc[standings["state"] == "scored", "school_id"].nunique())
