"""One monitored task, ratio or target: what the reports count, with numerator, denominator and mark."""

from __future__ import annotations

import datetime
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from termreview.errors import UsageError
from termreview.reference.loading import Row, Source, read_list, unique
from termreview.terms import parse_term

OUTLINES = tuple("123456789")
_YEAR_IN_NUMBER = re.compile(r"/((?:19|20)\d\d)(?:/|$)")  # 03/2024/TT-BGDĐT


@dataclass(frozen=True)
class Task:
    """One task of the letter, asked on the form and named in both reports."""

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
    """One benchmark line of one ratio; shown only once confirmed."""

    target_id: str
    ratio_id: str
    levels: tuple[str, ...]
    value: float
    year: str
    source_document: str
    title: str
    mark: str
    is_shown: bool

    def holds_in(self, school_year: str) -> bool:
        """Say whether the line is one for the school year: due in it or later."""
        return not self.year.isdecimal() or int(self.year) >= int(school_year[:4])


@dataclass(frozen=True)
class LegalDocument:
    """One legal document: the date as cited and the date as confirmed.

    `school_year` is that of a document which guides one school year alone, blank for others; `valid_to` the last day
    on which it was in force.
    """

    document_id: str
    number: str
    title: str
    issuer: str
    cited_on: datetime.date | None
    confirmed_on: datetime.date | None
    mark: str
    note: str
    listed_in: str
    school_year: str = ""
    valid_to: datetime.date | None = None

    def holds_on(self, day: datetime.date, school_year: str) -> bool:
        """Say whether a report of one school year that speaks for one day may stand on the document.

        Without a known date the year in its number decides: one of a later year did not exist yet.
        """
        if self.school_year and self.school_year != school_year:
            return False
        if self.valid_to is not None and self.valid_to < day:
            return False
        made_on = self.confirmed_on or self.cited_on
        if made_on is not None:
            return made_on <= day
        year = _YEAR_IN_NUMBER.search(self.number)
        return year is None or int(year[1]) <= day.year

    @property
    def has_two_dates(self) -> bool:
        """Say whether the letter cites another date than the confirmed one."""
        return (
            self.cited_on is not None and self.confirmed_on is not None and self.cited_on != self.confirmed_on
        )


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


def load_tasks(
    source: Source, name: str, fields: Container[str], ratios: Container[str], levels: Sequence[str]
) -> tuple[Task, ...]:
    """Read one task list; status fields and figures must exist."""
    columns = (
        "task_id", "section", "order", "title", "short_title", "outline", "levels", "status_field", "figures",
        "systems", "legal", "mark",
    )  # fmt: skip
    rows = read_list(source, f"tasks/{name}.csv", columns)
    unique([(row, row.text("task_id")) for row in rows])
    rows.sort(key=lambda row: row.number("order", 0.0) or 0.0)
    tasks = []
    for row in rows:
        status = row.text("status_field", "")
        if status and status not in fields:
            row.report(f"the status field '{status}' is not a field of the form")
        for figure in row.items("figures"):
            if figure not in ratios and figure not in fields:
                row.report(f"'{figure}' is neither a ratio nor a field")
        tasks.append(
            Task(
                row.text("task_id"),
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
    unique([(row, row.text("ratio_id")) for row in rows])
    return tuple(
        Ratio(
            row.text("ratio_id"),
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
            row.report(f"'{name}' is not a field of any form in use")
    return names


def load_targets(
    source: Source, ratios: Container[str], documents: Container[str], levels: Sequence[str]
) -> tuple[Target, ...]:
    """Read the benchmark lines; shown ones must name a known ratio and document."""
    columns = (
        "target_id", "ratio_id", "levels", "value", "year", "source_document", "title", "mark", "is_shown",
    )  # fmt: skip
    rows = read_list(source, "targets.csv", columns)
    unique([(row, row.text("target_id")) for row in rows])
    targets = []
    for row in rows:
        is_shown, mark = row.yes("is_shown"), row.choice("mark", ("A", "B", "C"))
        ratio_id = row.text("ratio_id", None if is_shown else "")
        if ratio_id and ratio_id not in ratios:
            row.report(f"'{ratio_id}' is not a ratio")
        if row.text("source_document") not in documents:
            row.report(f"'{row.text('source_document')}' is not in legal_documents.csv")
        if is_shown and mark == "C":
            row.report("a target marked C stays hidden until it is confirmed: set is_shown to no")
        targets.append(
            Target(
                row.text("target_id"),
                ratio_id,
                row.among("levels", levels),
                row.number("value", 0.0, is_required=True) or 0.0,
                row.text("year", ""),
                row.text("source_document"),
                row.text("title"),
                mark,
                is_shown,
            )
        )
    return tuple(targets)


def load_documents(source: Source) -> tuple[LegalDocument, ...]:
    """Read the register of legal documents."""
    columns = (
        "document_id", "number", "title", "issuer", "cited_on", "confirmed_on", "mark", "note", "listed_in",
    )  # fmt: skip
    rows = read_list(source, "legal_documents.csv", columns, ("school_year", "valid_to"))
    unique([(row, row.text("document_id")) for row in rows])
    return tuple(
        LegalDocument(
            row.text("document_id"),
            row.text("number"),
            row.text("title"),
            row.text("issuer", ""),
            row.date("cited_on", is_required=False),
            row.date("confirmed_on", is_required=False),
            row.choice("mark", ("A", "B", "C")),
            row.text("note", ""),
            row.text("listed_in", ""),
            _school_year(row),
            row.date("valid_to", is_required=False),
        )
        for row in rows
    )


def _school_year(row: Row) -> str:
    year = row.text("school_year", "")
    if year:
        try:
            parse_term(f"{year}-hk1")
        except UsageError:
            row.report(f"'{year}' is no school year such as 2024-2025", key="school_year")
    return year


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
            row.report(f"'{row.text('school_id')}' is not a school")
        if (term_id, item_id) not in items:
            row.report(f"'{item_id}' is not an item of the indicator set of '{term_id}'")
        points, most = (row.number("points", 0.0, is_required=True) or 0.0), items.get((term_id, item_id))
        if points < 0 or (most is not None and points > most):
            row.report(f"{points:g} points do not fit an item worth 0 to {most or 0:g}")
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
