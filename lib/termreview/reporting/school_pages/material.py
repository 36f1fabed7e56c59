"""One school's material: everything of a term that its page speaks of, looked up once for all schools."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from termreview.reporting.blocks.rows import Record, by_key, records
from termreview.reporting.report.agreement import AGREES, DIFFERS, unsettled
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import page_text
from termreview.reporting.report.wording import fewest, label
from termreview.reporting.summaries.index import UNALLOCATED, level_with_reason, school_points
from termreview.reporting.summaries.ratios import COUNTED

SCORES, CRITERIA, RATIOS = "scores", "criteria", "ratios"  # kinds of what pages hold against the peers


@dataclass(frozen=True, eq=False)
class Material:
    """The rows of one term by school; `before` and `ratios_before` are those of the term that is compared with.

    `compared` are the answers beside a system's figure, `agreement` by school level how many of those agree, how many
    there are and of how many schools.
    """

    schools: dict[str, Record]
    reporting: dict[str, Record]
    standings: dict[tuple[str, str], Record]
    before: dict[tuple[str, str], Record]
    criteria: dict[tuple[str, str], Record]
    marks: dict[str, str]
    lacking: dict[str, list[Record]]
    statuses: dict[str, list[Record]]
    ratios: dict[str, list[Record]]
    ratios_before: dict[tuple[str, str], Record]
    findings: dict[str, list[Record]]
    compared: dict[str, list[Record]]
    agreement: Mapping[str, tuple[int, int, int]]
    unsettled: dict[str, list[Record]]
    numbers: Mapping[str, Mapping[str, float]]
    least: int


@lru_cache(maxsize=2)  # the review desk opens one report after another
def material_of(report: ReportContext) -> Material:
    """Look up the rows of one report by school, once."""
    term, before = report.term, report.previous
    summaries, ledger = term.summaries, term.tables.ledger
    compared = _compared(report)
    open_lines = ledger[(ledger["high"] > ledger["low"]) & (ledger["origin"] != UNALLOCATED)]
    return Material(
        schools=by_key(term.schools, "school_id"),
        reporting=by_key(summaries.reporting, "school_id"),
        standings=by_key(summaries.standings, "school_id", "group_id"),
        before=by_key(before.summaries.standings, "school_id", "group_id")
        if before and report.may_compare_scores
        else {},
        criteria=by_key(
            school_points(ledger, summaries.standings).reset_index(), "school_id", "criterion_id"
        ),
        marks={str(name): str(mark) for name, mark in ledger.groupby("criterion_id")["mark"].max().items()},
        lacking=grouped(open_lines[["school_id", "item_id", "reason", "low", "high"]]),
        statuses=grouped(summaries.school_statuses),
        ratios=grouped(summaries.school_ratios),
        ratios_before={
            key: row
            for key, row in (
                by_key(before.summaries.school_ratios, "ratio_id", "school_id") if before else {}
            ).items()
            if key[0] in {ratio.ratio_id for ratio in report.comparable_ratios}
        },
        findings=grouped(term.tables.findings[term.tables.findings["school_id"].notna()]),
        compared=grouped(compared),
        unsettled={} if report.systems is None else grouped(unsettled(report.systems.compared)),
        agreement={
            str(level): (int((own["verdict"] == AGREES).sum()), len(own), own["school_id"].nunique())
            for level, own in compared.groupby("level")
        },
        numbers=_index_numbers(report),
        least=fewest(report),
    )


def _compared(report: ReportContext) -> pd.DataFrame:
    """The answers of which a system has a figure that may be held against them, with the level of their school."""
    if report.systems is None:
        return pd.DataFrame(columns=["school_id", "level", "verdict"])
    rows = report.systems.compared
    rows = rows[rows["verdict"].isin([AGREES, DIFFERS])]
    return rows.merge(report.term.schools[["school_id", "level"]], on="school_id")


def grouped(frame: pd.DataFrame) -> dict[str, list[Record]]:
    """The rows of one table by school, in their order."""
    found: dict[str, list[Record]] = {}
    for row in records(frame):
        found.setdefault(str(row["school_id"]), []).append(row)
    return found


def doubt_mark(report: ReportContext, mark: str) -> str:
    """The asterisk of what waits for confirmation, as the foot of the page explains it; blank for what is confirmed."""
    return word(report, "foot.doubt") if mark == "C" else ""


def word(report: ReportContext, key: str, **values: Any) -> str:
    """One declared word of the pages, its places filled."""
    return page_text(report.reference, key, **values)


@dataclass(frozen=True)
class Spread:
    """One measure of the schools of one level: by school, and in ascending order."""

    by_school: Mapping[str, float]
    ordered: Sequence[float]

    def of_others(self, school_id: str, least: int) -> Sequence[float]:
        """The values of all but one school in ascending order; empty where they are too few to stay unknown."""
        others = list(self.ordered)
        if (own := self.by_school.get(school_id)) is not None:
            del others[bisect_left(others, own)]
        return others if len(others) >= least else []

    def middle_of_others(self, school_id: str, least: int) -> float | None:
        """The middle of the values of all but one school; None where they are too few. None of them is looked at."""
        own = self.by_school.get(school_id)
        left_out = len(self.ordered) if own is None else bisect_left(self.ordered, own)
        count = len(self.ordered) - (own is not None)
        if count < max(least, 1):
            return None
        places = {(count - 1) // 2, count // 2}
        return sum(self.ordered[place + (place >= left_out)] for place in places) / len(places)


@lru_cache(maxsize=12)
def spreads_of(report: ReportContext, level: str) -> Mapping[tuple[str, str], Spread]:
    """What the schools of one level have surely won in each group and criterion, and the counted values of each ratio.

    Keyed by `SCORES`, `CRITERIA` or `RATIOS` and the id; gathered once for all pages, whose cost must not grow with the
    number of peers.
    """
    material = material_of(report)
    own = {school_id for school_id, row in material.schools.items() if row["level"] == level}
    frame = report.summaries.school_ratios
    found: dict[tuple[str, str], dict[str, float]] = {}
    for (school_id, group_id), row in material.standings.items():
        if school_id in own and row["state"] == "scored":
            found.setdefault((SCORES, group_id), {})[school_id] = float(row["low"])
    for (school_id, criterion_id), row in material.criteria.items():
        if school_id in own:
            found.setdefault((CRITERIA, criterion_id), {})[school_id] = float(row["low"])
    for row in records(frame[(frame["level"] == level) & (frame["state"] == COUNTED)]):
        found.setdefault((RATIOS, row["ratio_id"]), {})[row["school_id"]] = float(row["value"])
    return {key: Spread(values, sorted(values.values())) for key, values in found.items()}


def peer_values(report: ReportContext, school_id: str, kind: str, measure: str) -> Sequence[float]:
    """One measure of the other schools of the same level, in ascending order; empty where they are too few."""
    material = material_of(report)
    spread = spreads_of(report, material.schools[school_id]["level"]).get((kind, measure))
    return spread.of_others(school_id, material.least) if spread else []


def peer_middle(report: ReportContext, school_id: str, kind: str, measure: str) -> float | None:
    """The middle of one measure among the peers; None where they are too few."""
    material = material_of(report)
    spread = spreads_of(report, material.schools[school_id]["level"]).get((kind, measure))
    return spread.middle_of_others(school_id, material.least) if spread else None


def count_with_ratios(report: ReportContext, school_id: str) -> int:
    """How many other schools of the same level have some counted ratio."""
    known = _with_ratios(report, material_of(report).schools[school_id]["level"])
    return len(known) - (school_id in known)


@lru_cache(maxsize=12)
def _with_ratios(report: ReportContext, level: str) -> frozenset[str]:
    spreads = spreads_of(report, level)
    return frozenset(
        school_id for (kind, _), spread in spreads.items() if kind == RATIOS for school_id in spread.by_school
    )


def _index_numbers(report: ReportContext) -> dict[str, dict[str, float]]:
    """The figures as schools stated them that the index reads, by school; NaN where there is none."""
    stated = report.term.answers.stated
    wanted = {name for item in report.declared.indicator_set.items for name in item.rule.fields}
    columns = [name for name in stated.columns if name in wanted]
    rows = stated[columns].to_dict("index")
    return {
        str(school_id): {str(name): math.nan if pd.isna(value) else float(value) for name, value in row.items()}
        for school_id, row in rows.items()
    }  # fmt: skip


def standing_level(report: ReportContext, row: Record) -> str:
    """The level of one row of standings in short, with what keeps it below its points."""
    name = row["standing"].removeprefix("level_")
    return level_with_reason(report.reference, label(report, "score_levels_short", name), row["held_by"])
