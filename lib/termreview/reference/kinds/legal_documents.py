"""One legal document that reports cite: its dates, and for which school year and day it may be a ground."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from termreview.errors import UsageError
from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique
from termreview.reference.loading.source import Source
from termreview.terms import parse_term

_LATER_COLUMNS = ("school_year", "valid_to", "governs", "valid_from", "replaced_by")
_YEAR_IN_NUMBER = re.compile(r"/((?:19|20)\d\d)(?:/|$)")  # 03/2024/TT-BGDĐT


@dataclass(frozen=True)
class LegalDocument:
    """One legal document: the date as cited and the date as confirmed.

    `school_year` is that of a document which guides one school year alone, blank for others; `valid_from` and `valid_to`
    are the first and the last day on which it was in force, as far as known; `replaced_by` is the document that came in
    its place, `governs` what it speaks of in a few words.
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
    governs: str = ""
    valid_from: datetime.date | None = None
    replaced_by: str = ""

    def holds_on(self, day: datetime.date, school_year: str) -> bool:
        """Say whether a report of one school year that speaks for one day may stand on the document.

        Without a known date the year in its number decides: one of a later year did not exist yet.
        """
        if self.school_year and self.school_year != school_year:
            return False
        if self.valid_to is not None and self.valid_to < day:
            return False
        if self.begins_on is not None:
            return self.begins_on <= day
        year = _YEAR_IN_NUMBER.search(self.number)
        return year is None or int(year[1]) <= day.year

    @property
    def begins_on(self) -> datetime.date | None:
        """The first day on which a report may stand on it: that of its force, else of its making; None where neither is known."""
        return self.valid_from or self.confirmed_on or self.cited_on

    @property
    def is_known(self) -> bool:
        """Say whether its number is known: a row may hold the place of a document that the office has yet to name."""
        return any(map(str.isdecimal, self.number))

    @property
    def has_two_dates(self) -> bool:
        """Say whether the letter cites another date than the confirmed one."""
        return (
            self.cited_on is not None and self.confirmed_on is not None and self.cited_on != self.confirmed_on
        )


def load_documents(source: Source) -> tuple[LegalDocument, ...]:
    """Read the register of legal documents."""
    columns = (
        "document_id", "number", "title", "issuer", "cited_on", "confirmed_on", "mark", "note", "listed_in",
    )  # fmt: skip
    rows = read_list(source, "legal_documents.csv", columns, _LATER_COLUMNS)
    unique([(row, row.id("document_id")) for row in rows])
    ids = {row.id("document_id") for row in rows}
    for row in rows:
        replaced_by = row.text("replaced_by", "")
        if replaced_by and (replaced_by not in ids or replaced_by == row.id("document_id")):
            row.report("no_document", "replaced_by", document=replaced_by)
        begin, end = (row.date(name, is_required=False) for name in ("valid_from", "valid_to"))
        if begin is not None and end is not None and end < begin:
            row.report("period_backwards", valid_to=end, valid_from=begin)
    return tuple(
        LegalDocument(
            row.id("document_id"),
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
            row.text("governs", ""),
            row.date("valid_from", is_required=False),
            row.text("replaced_by", ""),
        )
        for row in rows
    )


def _school_year(row: Row) -> str:
    year = row.text("school_year", "")
    if year:
        try:
            parse_term(f"{year}-hk1")
        except UsageError:
            row.report("no_school_year", "school_year", year=year)
    return year
