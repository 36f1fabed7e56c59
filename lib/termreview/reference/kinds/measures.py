"""One monitored task, ratio or target: what the reports count, with numerator, denominator and mark."""

from __future__ import annotations

import datetime
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique, unique_order
from termreview.reference.loading.source import Source

OUTLINES = tuple("123456789")


@dataclass(frozen=True)
class Task:
    """One task of the letter, asked on the form and named in both reports; `text_title` says the work as a sentence does, may be blank."""

    task_id: str
    section: str
    title: str
    short_title: str
    outline: str
    levels: tuple[str, ...]
    status_field: str
    figures: tuple[str, ...]
    systems: str
    legal: str
    mark: str
    text_title: str = ""


@dataclass(frozen=True)
class Ratio:
    """One key ratio: the sums of its numerator and denominator fields over schools that answered both."""

    ratio_id: str
    title: str
    short_title: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    unit: str
    better: str
    levels: tuple[str, ...]
    task_id: str
    outline: str
    mark: str

    @property
    def scale(self) -> float:
        """What turns the plain quotient into the unit shown."""
        return 100.0 if self.unit == "percent" else 1.0


@dataclass(frozen=True)
class Target:
    """One benchmark line of one ratio; shown only once confirmed.

    `judged_by` says who has to reach it: the scope as a `whole` (its sums), or each `school` by itself.
    """

    target_id: str
    ratio_id: str
    levels: tuple[str, ...]
    value: float
    judged_by: str
    year: str
    source_document: str
    title: str
    mark: str
    is_shown: bool
    goal: str = ""  # what is left to do, as a direction says it; may name how much (`left`)

    def is_due(self, year: int) -> bool:
        """Say whether the line has to be reached in one calendar year: in its own year and later."""
        return not self.year.isdecimal() or int(self.year) <= year

    def holds_in(self, school_year: str) -> bool:
        """Say whether the line is one for the school year: due in it or later."""
        return not self.year.isdecimal() or int(self.year) >= int(school_year[:4])


@dataclass(frozen=True)
class VerifiedPoints:
    """The office's verified points (thẩm định) for one item of one school in one term."""

    school_id: str
    term_id: str
    item_id: str
    points: float
    reason: str
    verified_by: str
    verified_on: datetime.date | None


@dataclass(frozen=True)
class OfficeAction:
    """One thing that the office has done at some schools: from which school year on its effect can show."""

    action_id: str
    title: str
    school_year: str
    school_ids: tuple[str, ...]
    mark: str


@dataclass(frozen=True)
class Visit:
    """One school chosen to be verified in one term: for its `risk`, or by `lot` with the seed that draws it again."""

    term_id: str
    school_id: str
    part: str
    seed: str


ACTIONS, VISITS = "office_actions.csv", "visits.csv"
RISK, LOT = "risk", "lot"


def load_actions(source: Source, years: Container[str], schools: Container[str]) -> tuple[OfficeAction, ...]:
    """Read what the office has done; an office that keeps no such list has none."""
    if not (source.root / ACTIONS).is_file():
        return ()
    rows = read_list(source, ACTIONS, ("action_id", "title", "school_year", "school_ids", "mark"))
    unique([(row, row.id("action_id")) for row in rows])
    found = []
    for row in rows:
        own, year = row.items("school_ids"), row.text("school_year")
        for school_id in own:
            if school_id not in schools:
                row.report("no_school", school=school_id)
        if year and year not in years:
            row.report("no_school_year", year=year)
        found.append(
            OfficeAction(
                row.id("action_id"), row.text("title"), year, own, row.choice("mark", ("A", "B", "C"))
            )
        )
    return tuple(found)


def load_visits(source: Source, term_ids: Container[str], schools: Container[str]) -> tuple[Visit, ...]:
    """Read which schools were chosen to be verified and how; an office that keeps no such list has none."""
    if not (source.root / VISITS).is_file():
        return ()
    rows = read_list(source, VISITS, ("term_id", "school_id", "part", "seed"))
    unique([(row, (row.text("term_id"), row.text("school_id"))) for row in rows])
    found = []
    for row in rows:
        visit = Visit(
            row.text("term_id"), row.text("school_id"), row.choice("part", (RISK, LOT)), row.text("seed", "")
        )
        if visit.term_id not in term_ids:
            row.report("no_term", term=visit.term_id)
        if visit.school_id not in schools:
            row.report("no_school", school=visit.school_id)
        found.append(visit)
    return tuple(found)


def load_tasks(
    source: Source, name: str, fields: Container[str], ratios: Container[str], levels: Sequence[str]
) -> tuple[Task, ...]:
    """Read one task list; status fields and figures must exist."""
    columns = (
        "task_id", "section", "order", "title", "short_title", "outline", "levels", "status_field", "figures",
        "systems", "legal", "mark",
    )  # fmt: skip
    rows = read_list(source, f"tasks/{name}.csv", columns, ("text_title",))
    unique([(row, row.id("task_id")) for row in rows])
    unique_order(rows)
    rows.sort(key=lambda row: row.number("order", 0.0) or 0.0)
    tasks = []
    for row in rows:
        status = row.text("status_field", "")
        if status and status not in fields:
            row.report("no_status_field", field=status)
        for figure in row.items("figures"):
            if figure not in ratios and figure not in fields:
                row.report("no_figure_source", figure=figure)
        tasks.append(
            Task(
                row.id("task_id"),
                row.text("section"),
                row.text("title"),
                row.text("short_title"),
                row.choice("outline", OUTLINES),
                row.among("levels", levels),
                status,
                row.items("figures"),
                row.text("systems", ""),
                row.text("legal"),
                row.choice("mark", ("A", "B", "C")),
                row.text("text_title", ""),
            )
        )
    return tuple(tasks)


def load_ratios(source: Source, fields: Container[str], levels: Sequence[str]) -> tuple[Ratio, ...]:
    """Read the key ratios; their fields must exist on a form."""
    columns = (
        "ratio_id", "title", "short_title", "numerator", "denominator", "unit", "better", "levels", "task_id",
        "outline", "mark",
    )  # fmt: skip
    rows = read_list(source, "ratios.csv", columns)
    unique([(row, row.id("ratio_id")) for row in rows])
    return tuple(
        Ratio(
            row.id("ratio_id"),
            row.text("title"),
            row.text("short_title"),
            _sum(row, "numerator", fields),
            _sum(row, "denominator", fields),
            row.choice("unit", ("percent", "ratio")),
            row.choice("better", ("higher", "lower")),
            row.among("levels", levels),
            row.text("task_id"),
            row.choice("outline", OUTLINES),
            row.choice("mark", ("A", "B", "C")),
        )
        for row in rows
    )


def _sum(row: Row, key: str, fields: Container[str]) -> tuple[str, ...]:
    names = tuple(part.strip() for part in row.text(key).split("+") if part.strip())
    for name in names:
        if name not in fields:
            row.report("no_field", field=name)
    return names


WHOLE, SCHOOL = "whole", "school"
JUDGED_BY: Final = (WHOLE, SCHOOL)


def load_targets(
    source: Source, ratios: Container[str], documents: Container[str], levels: Sequence[str]
) -> tuple[Target, ...]:
    """Read the benchmark lines; shown ones must name a known ratio and document."""
    columns = (
        "target_id", "ratio_id", "levels", "value", "judged_by", "year", "source_document", "title", "mark", "is_shown",
        "goal",
    )  # fmt: skip
    rows = read_list(source, "targets.csv", columns)
    unique([(row, row.id("target_id")) for row in rows])
    targets = []
    for row in rows:
        is_shown, mark = row.yes("is_shown"), row.choice("mark", ("A", "B", "C"))
        ratio_id = row.text("ratio_id", None if is_shown else "")
        if ratio_id and ratio_id not in ratios:
            row.report("no_ratio", ratio=ratio_id)
        if row.text("source_document") not in documents:
            row.report("no_document", document=row.text("source_document"))
        if is_shown and mark == "C":
            row.report("target_unconfirmed")
        targets.append(
            Target(
                row.id("target_id"),
                ratio_id,
                row.among("levels", levels),
                row.number("value", 0.0, is_required=True) or 0.0,
                row.choice("judged_by", JUDGED_BY),
                row.text("year", ""),
                row.text("source_document"),
                row.text("title"),
                mark,
                is_shown,
                row.template("goal", ("left",)),
            )
        )
    return tuple(targets)


def load_verified(
    source: Source, items: Mapping[tuple[str, str], float], schools: Container[str]
) -> tuple[VerifiedPoints, ...]:
    """Read the verified points; the school, and the item within the term's set, must exist and hold the points."""
    columns = ("school_id", "term_id", "item_id", "points", "reason", "verified_by", "verified_on")
    rows = read_list(source, "verified_points.csv", columns)
    unique([(row, (row.text("school_id"), row.text("term_id"), row.text("item_id"))) for row in rows])
    verified = []
    for row in rows:
        term_id, item_id = row.text("term_id"), row.text("item_id")
        if row.text("school_id") not in schools:
            row.report("no_school", school=row.text("school_id"))
        if (term_id, item_id) not in items:
            row.report("no_item_in_term", item=item_id, term=term_id)
        points, most = (row.number("points", 0.0, is_required=True) or 0.0), items.get((term_id, item_id))
        if points < 0 or (most is not None and points > most):
            row.report("points_out_of_range", points=points, maximum=most or 0)
        verified.append(
            VerifiedPoints(
                row.text("school_id"),
                term_id,
                item_id,
                points,
                row.text("reason"),
                row.text("verified_by"),
                row.date("verified_on"),
            )
        )
    return tuple(verified)
