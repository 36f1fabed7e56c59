"""One set of figures that pass a declared threshold: what the assessment may speak of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from termreview.reporting.blocks.rows import Record, records
from termreview.reporting.blocks.values import Composed, Interval, Number, Sentence, Value, joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import (
    fewest,
    group_in_text,
    label,
    lower_first,
    say,
    scope_heads,
    threshold,
)
from termreview.reporting.sections.work.figures import parts_of_ratio
from termreview.reporting.sections.work.ratios import is_judged_by_school, missed_summary
from termreview.reporting.sections.work.tasks import whole_statuses
from termreview.reporting.summaries.change import ratio_change, standing_change
from termreview.reporting.summaries.index import OVERALL, held_text, open_by_gap_alone
from termreview.reporting.summaries.tasks import NOT_SUBMITTED, UNANSWERED
from termreview.reporting.term.schools import ALL, short_names, whole_of

EVIDENCE_REASONS = ("no_evidence", "disputed")
SILENT = ("refused", "missing")
UNANSWERED_REASONS = ("unanswered", "no_facts", "unreadable")


@dataclass(frozen=True)
class Point:
    """One thing the assessment may name: alone, with its figures, and as a direction says what is to be reached."""

    name: str
    told: str
    goal: str = ""


@dataclass(frozen=True, eq=False)
class Evidence:
    """The figures that pass a declared threshold: what the sentences of part III and IV speak of.

    Too few schools for a judgement are told one by one instead (`done_by_school`, `left_by_task`).

    The last five are schools by id, in registry order: in time, without a report, with faults, short of a condition, with a
    group that is not concluded.
    """

    reported_count: int
    on_time_count: int
    expected_count: int
    repair_count: int
    strong_tasks: tuple[Point, ...]
    weak_tasks: tuple[Point, ...]
    reached_lines: tuple[Point, ...]
    missed_lines: tuple[Point, ...]
    strong_ratios: tuple[Point, ...]
    weak_ratios: tuple[Point, ...]
    weak_criteria: tuple[Point, ...]
    top_levels: tuple[Point, ...]
    risen_ratios: tuple[Point, ...]
    fallen_ratios: tuple[Point, ...]
    raised: tuple[Point, ...]
    lowered: tuple[Point, ...]
    done_by_school: tuple[Point, ...]
    left_by_task: tuple[Point, ...]
    failed_count: int
    open_count: int
    group_count: int
    on_time: tuple[str, ...]
    absent: tuple[str, ...]
    in_repair: tuple[str, ...]
    failed: tuple[str, ...]
    not_concluded: tuple[str, ...]


@cache
def weigh(report: ReportContext) -> Evidence:
    """Hold the summaries against the declared thresholds, once per report; too few schools allow no judgement."""
    who = whole_of(report.summaries.reporting_levels)
    reporting = report.summaries.reporting
    rows = report.summaries.not_concluded
    still_open = rows[~open_by_gap_alone(rows)]  # what the set itself leaves open is no limit of a school
    standings = report.summaries.standings
    scored = standings[standings["state"] == "scored"]
    groups = scored[scored["group_id"] != OVERALL]
    strong, weak = _tasks(report)
    high, low = _ratios(report)
    criteria = report.summaries.criteria
    whole = criteria[
        (criteria["scope"] == ALL)
        & (criteria["high_share"] * 100 < threshold(report, "criterion_weak"))
        & (criteria["school_count"] >= fewest(report))
    ]
    return Evidence(
        reported_count=int(who["received_count"]),
        on_time_count=int(who["on_time_count"]),
        expected_count=int(who["expected_count"]),
        repair_count=int(reporting["needs_repair"].sum()),
        strong_tasks=strong,
        weak_tasks=weak,
        reached_lines=_lines(report, "line_item", lambda lines: lines["is_reached"].eq(True)),
        missed_lines=_lines(report, "line_item", lambda lines: lines["is_reached"].eq(False) & lines["is_due"]),
        strong_ratios=high,
        weak_ratios=low,
        weak_criteria=tuple(
            _point(report, "assessment.criterion_item", f"{row['criterion_id']} {row['title']}", share=share_range(row))
            for row in records(whole)
        ),
        top_levels=_top_levels(report),
        risen_ratios=_changes(report, 1),
        fallen_ratios=_changes(report, -1),
        raised=_moves(report, "up"),
        lowered=_moves(report, "down"),
        done_by_school=_done_by_school(report),
        left_by_task=_left_by_task(report),
        failed_count=int(scored[scored["group_id"] == OVERALL]["conditions"].eq("failed").sum()),
        open_count=len(still_open),
        group_count=len(groups),
        on_time=tuple(reporting.loc[reporting["state"] == "on_time", "school_id"]),
        absent=tuple(reporting.loc[reporting["state"].isin(SILENT), "school_id"]),
        in_repair=tuple(reporting.loc[reporting["needs_repair"].astype(bool), "school_id"]),
        failed=tuple(scored.loc[(scored["group_id"] == OVERALL) & scored["conditions"].eq("failed"), "school_id"]),
        not_concluded=tuple(dict.fromkeys(still_open["school_id"])),
    )  # fmt: skip


def _tasks(report: ReportContext) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    frame = whole_statuses(report)
    frame = frame[frame["answered_count"] >= fewest(report)]
    frame = frame.assign(
        done_pct=100 * frame["done_count"] / frame["answered_count"],
        idle_pct=100 * frame["not_started_count"] / frame["answered_count"],
    )
    strong = frame[frame["done_pct"] >= threshold(report, "task_strong")]
    weak = frame[frame["idle_pct"] >= threshold(report, "task_weak")]
    strong = strong.sort_values("done_pct", ascending=False, kind="stable")
    weak = weak.sort_values("idle_pct", ascending=False, kind="stable")

    own = report.summaries.school_statuses
    own = own[own["status"] == "not_started"]
    idle = {str(task_id): list(ids) for task_id, ids in own.groupby("task_id", sort=False)["school_id"]}

    def named(rows: pd.DataFrame, count: str, key: str) -> tuple[Point, ...]:
        return tuple(
            _point(
                report, f"assessment.{key}", lower_first(row["title"]), goal="assessment.task_goal", count=row[count],
                total=row["answered_count"], names=schools_named(report, idle.get(row["task_id"], ())),
            )
            for row in records(rows)
        )  # fmt: skip

    return named(strong, "done_count", "task_item"), named(weak, "not_started_count", "weak_task_item")


def _done_by_school(report: ReportContext) -> tuple[Point, ...]:
    """Of too few schools to speak of shares: each school's own tasks, done of those it reported."""
    if len(report.term.schools) >= fewest(report):
        return ()
    own = report.summaries.school_statuses
    own = own[~own["status"].isin((UNANSWERED, NOT_SUBMITTED))]
    done = own["status"].eq("done").groupby(own["school_id"]).sum().to_dict()
    told = own["school_id"].value_counts().to_dict()
    names = short_names(report.term.schools)
    return tuple(
        _point(report, "assessment.school_item", str(name), count=int(done[key]), total=told[key])
        for key, name in names.items()
        if key in told
    )


def _left_by_task(report: ReportContext) -> tuple[Point, ...]:
    """Of too few schools to speak of shares: each task that some have not done, with their names."""
    if len(report.term.schools) >= fewest(report):
        return ()
    own = report.summaries.school_statuses
    own = own[own["status"].isin(("under_way", "not_started"))]
    titles = {task.task_id: lower_first(task.title) for task in report.declared.tasks}
    return tuple(
        _point(report, "assessment.left_item", titles[str(task_id)], names=schools_named(report, list(ids)))
        for task_id, ids in own.groupby("task_id", sort=False)["school_id"]
    )


def _ratios(report: ReportContext) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    ratios = report.summaries.ratios
    own = ratios[(ratios["scope"] == ALL) & (ratios["unit"] == "percent") & (ratios["better"] == "higher")]
    own = own[own["counted_count"] >= fewest(report)]
    own = own[own["value"].notna() & ~own["ratio_id"].isin(report.summaries.lines["ratio_id"])]

    least = threshold(report, "ratio_weak")

    def named(rows: pd.DataFrame, goal: str = "") -> tuple[Point, ...]:
        return tuple(
            _point(
                report, "assessment.ratio_item", lower_first(row["title"]), goal=goal, value=row["value"],
                parts=parts_of_ratio(row), goal_value=least, more=amount_left(row, least) or 0,
            )
            for row in records(rows)
        )  # fmt: skip

    high = own[own["value"] >= threshold(report, "ratio_strong")].sort_values(
        "value", ascending=False, kind="stable"
    )
    low = own[own["value"] < threshold(report, "ratio_weak")].sort_values("value", kind="stable")
    return named(high), named(low, "assessment.ratio_goal")


def amount_left(row: Record, line: float) -> int | None:
    """How many of the whole are still to come until a share of it (per cent) is reached; nothing for another figure."""
    if row["unit"] != "percent" or row["better"] != "higher" or row["is_money"]:
        return None
    left = math.ceil(line * row["denominator"] / 100 - row["numerator"])
    return left if left > 0 else None


def _lines(
    report: ReportContext, key: str, of_kind: Callable[[pd.DataFrame], pd.Series]
) -> tuple[Point, ...]:
    """The lines of one kind by title, each with the value of every scope, or with the schools that miss it.

    A report of few schools tells each line as it stands; one of more leaves out the share of a level of few.
    """
    lines = report.summaries.lines
    is_few = len(report.term.schools) < fewest(report)
    is_telling = is_judged_by_school(lines) | (lines["counted_count"] >= fewest(report)) | is_few
    own = lines[of_kind(lines).fillna(False) & is_telling]
    values: dict[tuple[str, str], list[str]] = {}
    for row in records(own):
        told = _line_text(report, row)
        values.setdefault((lower_first(row["title"]), row["year"]), []).append(told)
    return tuple(
        _point(report, f"assessment.{key}", title, values=joined(parts, "; "), year=year)
        for (title, year), parts in values.items()
    )


def _line_text(report: ReportContext, row: Record) -> str:
    if is_judged_by_school(row) and row["missed_by"]:
        return say(report, "assessment.line_missed", **missed_summary(report, row))
    value = Number(row["value"], "percent1" if row["unit"] == "percent" else "ratio")
    scope = lower_first(scope_heads(report, [row["scope"]])[row["scope"]])
    return say(report, "assessment.line_value", value=value, scope=scope)


def _top_levels(report: ReportContext) -> tuple[Point, ...]:
    levels = report.summaries.levels
    whole = levels[(levels["scope"] == ALL) & (levels["group_id"] != OVERALL)]
    top = max(report.declared.indicator_set.level_titles(), default=0)
    own = report.summaries.standings
    own = own[(own["state"] == "scored") & own["score_level"].eq(top).fillna(False).astype(bool)]
    at_top = {group_id: list(ids) for group_id, ids in own.groupby("group_id", sort=False)["school_id"]}
    return tuple(
        _point(
            report, "assessment.strengths.level_item",
            say(report, "assessment.level_in", group=row["group_id"], name=label(report, "score_groups_short", row["group_id"]).lower()),
            count=row[f"level_{top}_count"], level=top, names=schools_named(report, at_top[row["group_id"]]),
        )
        for row in records(whole)
        if row[f"level_{top}_count"] and row["scored_count"] >= fewest(report)
    )  # fmt: skip


def _point(report: ReportContext, key: str, name: str, *, goal: str = "", **values: Any) -> Point:
    return Point(
        name, say(report, key, title=name, **values), say(report, goal, title=name, **values) if goal else ""
    )


def schools_named(report: ReportContext, school_ids: Sequence[str]) -> Sentence:
    """Some schools as one sentence names them, at most as many as declared."""
    names = short_names(report.term.schools)
    return listed([names[school_id] for school_id in school_ids], most=int(threshold(report, "most_listed")))


def share_range(row: Record) -> Value:
    """The share of points won, as one figure where both bounds read alike."""
    low, high = Number(row["low_share"], "share1"), Number(row["high_share"], "share1")
    return low if str(low) == str(high) else Composed(low, "–", high)


def _changes(report: ReportContext, sign: int) -> tuple[Point, ...]:
    """The shares that changed by the declared step or more since the term before, among the same schools."""
    if report.previous is None:
        return ()
    change = ratio_change(
        report.previous.summaries.school_ratios, report.summaries.school_ratios, report.comparable_ratios
    )
    own = change[(change["unit"] == "percent") & (change["better"] == "higher")]
    own = own[own["counted_count"] >= fewest(report)]
    own = own.assign(size=own["change"] * sign)
    own = own[own["size"] >= threshold(report, "change_strong")].sort_values(
        "size", ascending=False, kind="stable"
    )
    key = f"assessment.{'strengths' if sign > 0 else 'limits'}.change_item"
    return tuple(
        _point(
            report, key, lower_first(row["title"]), start=row["before_value"], end=row["after_value"],
            counted=row["counted_count"],
        )
        for row in records(own)
    )  # fmt: skip


def _held(report: ReportContext, held_by: str) -> str:
    """Why a level is below its points, to stand behind these; blank where it is not."""
    told = held_text(report.reference, held_by)
    return f", {told}" if told else ""


def _moves(report: ReportContext, move: str) -> tuple[Point, ...]:
    """The schools whose level of one group went up or down, each with both levels and scores, in registry order."""
    if report.previous is None or not report.may_compare_scores:
        return ()
    changes = standing_change(report.previous.summaries.standings, report.summaries.standings)
    own = changes[(changes["move"] == move) & (changes["group_id"] != OVERALL)]
    names = short_names(report.term.schools)
    return tuple(
        _point(
            report, f"assessment.moved_{move}", str(names[row["school_id"]]), group=group_in_text(report, row["group_id"]),
            level_before=int(row["score_level_before"]), level_after=int(row["score_level_after"]),
            points_before=Interval(row["low_before"], row["placed_high_before"]),
            points_after=Interval(row["low_after"], row["placed_high_after"]),
            **{f"held_{side}": _held(report, row[f"held_by_{side}"]) for side in ("before", "after")},
        )
        for row in records(own)
    )  # fmt: skip
