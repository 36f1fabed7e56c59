"""One school's material: everything of a term that its page speaks of, looked up once for all schools."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from termreview.reporting.blocks.rows import Record, by_key, records
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.page_words import page_word
from termreview.reporting.report.wording import fewest, label
from termreview.reporting.summaries.criteria import school_points
from termreview.reporting.summaries.index import UNALLOCATED, level_told
from termreview.reporting.summaries.ratios import COUNTED


@dataclass(frozen=True, eq=False)
class Material:
    """The rows of one term by school; `before` and `ratios_before` are those of the term that is compared with."""

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
    numbers: Mapping[str, Mapping[str, float]]
    least: int


@lru_cache(maxsize=2)  # the review desk opens one report after another
def material_of(report: ReportContext) -> Material:
    """Look up the rows of one report by school, once."""
    term, before = report.term, report.previous
    summaries, ledger = term.summaries, term.tables.ledger
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
        numbers=_index_numbers(report),
        least=fewest(report),
    )


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
    return page_word(report.reference, key, **values)


def peers_of(report: ReportContext, school_id: str) -> list[str]:
    """The other schools of the same level, in registry order."""
    schools = material_of(report).schools
    level = schools[school_id]["level"]
    return [other for other, row in schools.items() if row["level"] == level and other != school_id]


def peer_scores(report: ReportContext, school_id: str, group_id: str) -> list[float]:
    """What the peers have surely won in one group; empty where they are too few to stay unknown."""
    material = material_of(report)
    rows = (material.standings.get((other, group_id)) for other in peers_of(report, school_id))
    found = [float(row["low"]) for row in rows if row is not None and row["state"] == "scored"]
    return found if len(found) >= material.least else []


def peer_middle(report: ReportContext, school_id: str, criterion_id: str) -> float | None:
    """The middle of what the peers have surely won of one criterion; None where they are too few."""
    material = material_of(report)
    rows = (material.criteria.get((other, criterion_id)) for other in peers_of(report, school_id))
    found = [float(row["low"]) for row in rows if row is not None]
    return statistics.median(found) if len(found) >= material.least else None


@lru_cache(maxsize=12)
def ratio_values(report: ReportContext, level: str) -> dict[str, dict[str, float]]:
    """The counted values of each ratio by school, of the schools of one level."""
    frame = report.summaries.school_ratios
    own = frame[(frame["level"] == level) & (frame["state"] == COUNTED)]
    found: dict[str, dict[str, float]] = {}
    for row in records(own):
        found.setdefault(row["ratio_id"], {})[row["school_id"]] = float(row["value"])
    return found


def ratio_middle(report: ReportContext, school_id: str, ratio_id: str) -> float | None:
    """The middle of one ratio among the peers; None where they are too few."""
    material = material_of(report)
    values = ratio_values(report, material.schools[school_id]["level"]).get(ratio_id, {})
    others: Sequence[float] = [value for other, value in values.items() if other != school_id]
    return statistics.median(others) if len(others) >= material.least else None


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
    return level_told(report.reference, label(report, "score_levels_short", name), row["held_by"])
