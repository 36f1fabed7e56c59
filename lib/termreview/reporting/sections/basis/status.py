"""One section on the report's status: provisional or final, who could change it, and how far figures could move."""

from __future__ import annotations

from functools import cache

import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, lead_in, paragraph, stack
from termreview.reporting.blocks.rows import by_key, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Interval, Parts, column, joined
from termreview.reporting.report.applicable import covered_count, has_ratios, has_states, is_scored
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.status import report_status
from termreview.reporting.report.wording import (
    before_name,
    group_title,
    label,
    placed_notes,
    say,
    scope_title,
)
from termreview.reporting.summaries.index import OVERALL, second_level
from termreview.reporting.summaries.intervals import (
    average_intervals,
    level_intervals,
    possible_scores,
    ratio_intervals,
    task_intervals,
)
from termreview.reporting.summaries.pending import MISSING, PENDING, REFUSED
from termreview.reporting.term.schools import ALL

_NAMED = 3  # schools that one part of the main points' line names


def status_line(report: ReportContext) -> Block:
    """The main points' line on the status: final, or which schools could still change what is told above."""
    status = report_status(report)
    if status.is_final:
        return paragraph(
            say(report, "status.final", total=_expected(report), scored=covered_count(report)),
            css_class="status",
        )
    kinds = _by_kind(report)
    parts = [
        say(report, f"status.short.{kind}", count=len(names), names=listed(names, most=_NAMED))
        for kind, names in kinds.items()
    ]
    who = say(
        report,
        "status.outstanding",
        count=len(status.schools),
        total=_expected(report),
        parts=joined(parts, "; "),
    )
    return paragraph(lead_in(_title(report), who), css_class="status")


def status_section(report: ReportContext) -> Block:
    """I.3: the status, who could change the report, and each figure with the interval that they could still make."""
    status = report_status(report)
    if status.is_final:
        return paragraph(say(report, "status.final", total=_expected(report), scored=covered_count(report)))
    blocks = [
        paragraph(say(report, "status.provisional", count=len(status.schools), total=_expected(report))),
        bullets(_who(report)),
    ]
    if has_states(report) or has_ratios(report) or is_scored(report):
        blocks.append(paragraph(say(report, "status.how_to_read")))
    if not _possible(report).empty:
        blocks += [_levels_table(report), _averages_table(report)]
    if _silent(report):
        blocks += [_tasks_table(report)] if has_states(report) else []
        blocks.append(_ratios_table(report))
    return stack(*blocks)


def reached_range(report: ReportContext, group_id: str) -> Interval | None:
    """How many schools of one group could reach the second level once nothing is open; nothing where that is sure."""
    frame = _levels(report)
    row = frame[(frame["scope"] == ALL) & (frame["level"] == 0) & (frame["group_id"] == group_id)]
    if row.empty or row["low_count"].item() == row["high_count"].item():
        return None
    return _count_range(row["low_count"].item(), row["high_count"].item())


def levels_remark(report: ReportContext) -> str:
    """What a chart of levels adds while the report is provisional: how far its counts could still move."""
    told = [] if report_status(report).is_final else _level_sentences(report)
    return joined(told)


def _title(report: ReportContext) -> str:
    return say(report, "status.title", status=report_status(report).title.lower())


def _expected(report: ReportContext) -> int:
    return len(report.summaries.reporting)


def _by_kind(report: ReportContext) -> dict[str, list[str]]:
    """The names of the schools that could change the report, by why; only the reasons there are."""
    pending = report.summaries.pending
    names = {kind: list(pending.loc[pending["pending"] == kind, "short_name"]) for kind in PENDING}
    return {kind: own for kind, own in names.items() if own}


def _who(report: ReportContext) -> list[str]:
    """The schools that could change the report, a line each reason; folded when they are many."""
    return [
        say(
            report,
            f"status.who.{kind}",
            count=len(names),
            total=_expected(report),
            names=listed(names, most=12),
        )
        for kind, names in _by_kind(report).items()
    ]


@cache
def _possible(report: ReportContext) -> pd.DataFrame:
    summaries = report.summaries
    return possible_scores(summaries.pending, report.term.tables.ledger, summaries.standings, report.declared)


def _silent(report: ReportContext) -> list[str]:
    pending = report.summaries.pending
    return list(pending.loc[pending["pending"].isin([MISSING, REFUSED]), "school_id"])


@cache
def _levels(report: ReportContext) -> pd.DataFrame:
    indicator_set = report.declared.indicator_set
    numbers = sorted(indicator_set.level_titles())
    return level_intervals(
        report.summaries.standings, _possible(report), numbers, second_level(indicator_set)
    )


def _level_sentences(report: ReportContext) -> list[str]:
    """One sentence per group: how many schools stand at each level, and how many it could still be."""
    if _possible(report).empty:
        return []
    frame = _levels(report)
    items = []
    for group in report.declared.indicator_set.groups:
        own = frame[(frame["group_id"] == group.group_id) & (frame["scope"] == ALL) & (frame["level"] > 0)]
        levels = [
            say(
                report, "status.level_item", level=row["level"], now=row["count"],
                range=_count_range(row["low_count"], row["high_count"]),
            )
            for row in records(own)
        ]  # fmt: skip
        items.append(
            say(
                report,
                "status.levels_item",
                group=group_title(report, group.group_id),
                levels=listed(levels),
                asked=int(own["asked_count"].max()),
            )
        )
    return [say(report, "status.levels", items=joined(items, "; "))]


def _count_range(low: int, high: int) -> Interval:
    return Interval(low, high, "integer")


def _levels_table(report: ReportContext) -> Block:
    """Schools by level, now and at least and at most."""
    titles = report.declared.indicator_set.level_titles()
    frame = _levels(report)
    frame = frame[(frame["scope"] == ALL) & (frame["group_id"] != OVERALL)]
    numbers = sorted(titles)
    frame = frame.assign(
        group=[group_title(report, group_id) for group_id in frame["group_id"]],
        title=[
            say(report, "index.level_named", level=level, title=titles[level])
            if level
            else say(report, "status.reached", level=numbers[1])
            for level in frame["level"]
        ],
        final=column(_count_range(row["low_count"], row["high_count"]) for row in records(frame)),
    )
    return table(
        frame,
        columns=_heads(report, "title", "count", "final", "asked_count"),
        caption=say(report, "status.tables.levels"),
        formats={"count": "integer", "asked_count": "integer"},
        align={"final": "right"},
        group_by="group",
        told_once=["asked_count"],
    )


def _averages_table(report: ReportContext) -> Block:
    """Average scores by school level, now and as they could still come out."""
    frame = average_intervals(report.summaries.standings, _possible(report))
    frame = frame[frame["group_id"] != OVERALL]
    if frame["scope"].nunique() == 2:  # one school level: its average is that of all
        frame = frame[frame["scope"] == ALL]
    frame = frame.assign(
        group=[group_title(report, group_id) for group_id in frame["group_id"]],
        title=[scope_title(report, scope) for scope in frame["scope"]],
        average=column(Interval(row["low"], row["placed_high"]) for row in records(frame)),
        final_average=column(Interval(row["final_low"], row["final_placed_high"]) for row in records(frame)),
    )
    return table(
        frame,
        columns=_heads(report, "title", "average", "final_average", "scored_count", "asked_count"),
        caption=say(report, "status.tables.averages"),
        formats={"scored_count": "integer", "asked_count": "integer"},
        align={"average": "right", "final_average": "right"},
        group_by="group",
        notes=placed_notes(report),
    )


def _tasks_table(report: ReportContext) -> Block:
    """Tasks done, now and as they could still come out."""
    titles = {task.task_id: task.short_title for task in report.declared.tasks}
    frame = task_intervals(report.summaries.school_statuses, _silent(report))
    frame = frame[frame["silent_count"] > 0]
    frame = frame.assign(
        title=[titles[task_id] for task_id in frame["task_id"]],
        final=column(_count_range(row["low_count"], row["high_count"]) for row in records(frame)),
        final_share=column(
            Interval(row["low_count"] / row["asked_count"], row["high_count"] / row["asked_count"], "share1")
            for row in records(frame)
        ),
    )
    return table(
        frame,
        columns=_heads(report, "title", "done_count", "final", "final_share", "asked_count"),
        caption=say(report, "status.tables.tasks"),
        formats={"done_count": "integer", "asked_count": "integer"},
        align={"final": "right", "final_share": "right"},
        max_rows=0,
    )


def _ratios_table(report: ReportContext) -> Block:
    """Shares of pupils, teachers and the like, now and as they could still come out by last term's sizes."""
    before = report.previous.summaries.school_ratios if report.previous else None
    if before is not None:
        before = before[before["ratio_id"].isin([ratio.ratio_id for ratio in report.comparable_ratios])]
    ratios = report.summaries.ratios
    whole = by_key(ratios[(ratios["scope"] == ALL) & (ratios["unit"] == "percent")], "ratio_id")
    frame = ratio_intervals(report.summaries.school_ratios, _silent(report), before)
    shown = [ratio_id for ratio_id, row in whole.items() if pd.notna(row["value"])]
    frame = frame[frame["ratio_id"].isin(shown)]
    known = frame[frame["added"].notna()]
    unknown = [whole[ratio_id]["short_title"] for ratio_id in frame.loc[frame["added"].isna(), "ratio_id"]]
    note = say(report, "status.ratios_unknown", names=listed(unknown, most=4, rest=_rest(report)))
    notes = [note] if unknown and note else []
    if known.empty:
        return stack(*(paragraph(note) for note in notes))
    known = known.assign(
        title=[whole[ratio_id]["short_title"] for ratio_id in known["ratio_id"]],
        parts=column(Parts(row["numerator"], row["denominator"]) for row in records(known)),
        share=known["numerator"] / known["denominator"],
        final_share=column(Interval(row["low_share"], row["high_share"], "share1") for row in records(known)),
    )
    return table(
        known,
        columns=_heads(report, "title", "parts", "share")
        | {"added": say(report, "status.columns.added", before=before_name(report))}
        | _heads(report, "final_share", "silent_count"),
        caption=say(report, "status.tables.ratios", before=before_name(report)),
        formats={"share": "share1", "added": "integer", "silent_count": "integer"},
        align={"final_share": "right", "parts": "right"},
        max_rows=0,
        notes=notes,
    )  # fmt: skip


def _rest(report: ReportContext) -> str:
    return label(report, "rest", "ratios")


def _heads(report: ReportContext, *names: str) -> dict[str, str]:
    return {name: say(report, f"status.columns.{name}") for name in names}
