"""One export counted, row by row, in a process of its own: figures per school come out of it, never a row.

What the rows say of persons is in the memory of that process alone and ends with it; no message of it quotes a cell.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

from termreview.processes import Call, ProcessLost, begin_server
from termreview.reference.kinds.sources import (
    AT_LEAST,
    BLANK,
    BY_CODE,
    BY_DOMAIN,
    BY_NAME,
    EVENTS,
    FILLED,
    IS,
    ROWS,
    SUM,
    WITHIN,
    Condition,
    ExportLayout,
)
from termreview.sources.recognition import FIRST_ROWS, Recognised, recognise, spellings
from termreview.sources.values import as_day, as_day_count, as_key, as_number, as_text, date_order
from termreview.spreadsheets.export_rows import LIMITS, export_sheets
from termreview.spreadsheets.older_formats import bound_memory, bound_work
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.text import fold

LAYOUT_UNKNOWN, LAYOUT_AMBIGUOUS, UNREADABLE = "layout_unknown", "layout_ambiguous", "not_readable"
DATES_MIXED, DATES_UNSURE, DATES_OTHER = "dates_mixed", "dates_unsure", "dates_other"
NAMES_CONCEALED, SEVERAL_PERIODS, SEVERAL_LAYOUTS = "names_concealed", "several_periods", "several_layouts"
NOT_ATTACHED, OTHER_ROWS = "not_attached", "other_rows"
_CONCEALED = re.compile(r"[0-9A-F]{32}")
_TELLING_SHEET = re.compile(
    r"^(?!(?:sheet|trang tinh|trang tính|table|report|data|form responses|câu trả lời biểu mẫu)? ?\d*$)\S"
)
_TITLED = re.compile(r"năm học:? ?(20\d\d) ?[-–—/ ] ?(20\d\d)")
_YEARS = re.compile(r"(20\d\d)\D{1,3}(20\d\d)")
_COPY = re.compile(r"\s*\(\d+\)$")  # what browsers add to a second download
_MEMORY = 280 * 2**20
_MOST_REMEMBERED = 50_000
_DAY, _EVER = datetime.timedelta(days=1), 36_500
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class SchoolFinder:
    """How rows call the schools of one term: by code, by folded name (blank where several have it), by domain.

    `school_year` and `days`, the first and the last, are those of the term: an event of another day, a row of another
    year is another term's.
    """

    codes: Mapping[str, str]
    names: Mapping[str, str]
    domains: Mapping[str, str]
    of_file: str = ""
    school_year: str = ""
    days: tuple[datetime.date, datetime.date] = (datetime.date.min, datetime.date.max)

    def find(self, way: str, value: Any) -> str:
        """The school that one value of a row means; blank for none."""
        if way == BY_CODE:
            text = as_text(value).lstrip("'").removesuffix(".0")
            return self.codes.get(text) or self.codes.get(text.lstrip("0"), "")
        if way == BY_NAME:
            return self.names.get(fold(as_text(value)), "")
        if way == BY_DOMAIN:
            domain = as_text(value).casefold().rpartition("@")[2]
            while domain and domain not in self.domains:
                domain = domain.partition(".")[2]
            return self.domains.get(domain, "")
        return self.of_file


@dataclass
class Counted:
    """What one export gave: its layout, or why it has none, the account of its rows, and figures by school and fact.

    `parts` are hashes of the sheets counted (of the file's name where sheets have none), where a list comes in parts;
    `attached` those of the names of the exports from which its totals were read (`name_mark`). `titled` are the school
    years that the titles above the heads name.
    """

    source_id: str = ""
    reason: str = ""
    detail: str = ""
    sheets: int = 0
    rows: int = 0
    rows_counted: int = 0
    rows_of_no_school: int = 0
    rows_twice: int = 0
    rows_of_other_period: int = 0
    values_unread: int = 0
    period_from: datetime.date | None = None
    period_to: datetime.date | None = None
    notes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    titled: tuple[str, ...] = ()
    values: dict[tuple[str, str], float] = field(default_factory=dict)


def count_export(path: Path, layouts: Sequence[ExportLayout], finder: SchoolFinder) -> Counted:
    """Count one export in a process of its own, of bounded time and memory; what fails there is a reason, without words of it."""
    begin_server(__name__)
    try:
        child = Call(
            _count,
            path.resolve(),
            tuple(layouts),
            finder,
            is_silent=True,
            patience_s=LIMITS.child_wait_seconds,
        )
    except OSError:
        return Counted(reason=UNREADABLE, detail="no_process")
    with child:
        try:
            counted: Counted = child.answer()
        except TimeoutError:
            return Counted(reason=UNREADABLE, detail="reading_unfinished")
        except ProcessLost:
            return Counted(reason=UNREADABLE, detail="engine_broke")
    return counted


def _count(path: Path, layouts: Sequence[ExportLayout], finder: SchoolFinder) -> Iterator[Counted]:
    bound_memory(_MEMORY)
    bound_work(LIMITS.child_seconds)
    try:
        yield count_rows(path, layouts, finder)
    except RefusedFile as refused:
        yield Counted(reason=refused.reason)
    except Exception as error:  # its words may quote a cell
        yield Counted(reason=UNREADABLE, detail=type(error).__name__)


def count_rows(path: Path, layouts: Sequence[ExportLayout], finder: SchoolFinder) -> Counted:
    """Count one export in this very process: all its sheets of the layout that the first one of any has.

    Days are read in the order that the layout declares, or in the one that the whole file gives proof of; where that
    is needed and nothing tells, or both orders stand in the file, it is for the office to say.

    Raises
    ------
    RefusedFile
        When the file is no table, is locked or damaged.
    """
    counted, orders = _count_once(path, layouts, finder, "")
    told = {found for _, found in orders} & {"dmy", "mdy"}
    if len(told) > 1:
        return Counted(reason=DATES_MIXED)
    if not told:
        is_asked = ("ymd", "either") in orders
        return Counted(reason=DATES_UNSURE) if is_asked else counted
    order = told.pop()
    if all(declared == order for declared, _ in orders):
        return counted
    counted, _ = _count_once(path, layouts, finder, order)
    return replace(counted, notes=(*counted.notes, DATES_OTHER))


def _count_once(
    path: Path, layouts: Sequence[ExportLayout], finder: SchoolFinder, order: str
) -> tuple[Counted, set[tuple[str, str]]]:
    """Count one export, its days in one order (blank: the declared one); what its texts tell of that: declared, found."""
    found: _Tally | None = None
    others = 0
    for sheet in export_sheets(path):
        first = list(islice(sheet.rows, FIRST_ROWS))
        known = recognise(first, layouts)
        if found is not None:
            others += any(one.layout.source_id != found.layout.source_id for one in known)
            known = recognise(first, [found.layout])
        if len(known) > 1:
            named = ", ".join(sorted(one.layout.source_id for one in known))
            return Counted(reason=LAYOUT_AMBIGUOUS, detail=named), set()
        if not known:
            continue
        found = found or _Tally(known[0].layout, finder, order)
        found.note_titles(first[: known[0].head_row])
        found.add(known[0], chain(first[known[0].head_row + 1 :], sheet.rows))
        found.note_part(sheet.name, path)
    if found is None:
        return Counted(reason=LAYOUT_UNKNOWN), set()
    counted = found.result()
    return (replace(counted, notes=(*counted.notes, SEVERAL_LAYOUTS)) if others else counted), found.orders


class _Tally:
    """The running count of one file; a class because a million rows pass through it."""

    def __init__(self, layout: ExportLayout, finder: SchoolFinder, order: str) -> None:
        self.layout, self._order = layout, order
        self.orders: set[tuple[str, str]] = set()
        self._parts: set[str] = set()
        self._attached: set[str] = set()
        self._is_bare = False  # totals of which no export is named
        self._counted = Counted(layout.source_id)
        self._seen: set[int] = set()
        self._sums: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._distinct: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        self._finder = finder
        self._school = remembered(lambda known: finder.find(*known))
        self._is_other_year = remembered(
            lambda value: finder.school_year not in (_year_of(value) or finder.school_year)
        )
        end_of = self._day_reader(layout.period_end) if layout.period_end else None
        self._period_of = remembered(
            lambda known: (end_of(known[0]) if end_of else None, as_day_count(known[1]))
        )
        self._ends: set[datetime.date] = set()
        self._other_ends: set[datetime.date] = set()
        self._titled: set[str] = set()
        self._days = 0
        self._concealed = 0
        self._heads = {
            name: {words for head in column.heads for words in spellings(head)}
            for name, column in layout.columns.items()
        }

    def add(self, known: Recognised, rows: Iterator[Sequence[Any]]) -> None:
        """Count the rows of one sheet below its heads."""
        layout, places, counted = self.layout, known.places, self._counted
        counted.sheets += 1
        width = max(places.values()) + 1
        key = places.get(layout.row_key)
        identity = places.get(layout.identity)
        head_words = self._heads.get(layout.row_key, set())
        wanted = [places[name] for name in layout.required]
        facts = [
            (fact, [self._test(one, places) for one in fact.conditions], places.get(fact.column_id))
            for fact in layout.facts
            if all(one.column_id in places for one in fact.conditions)
            and (fact.count == ROWS or fact.column_id in places)
        ]
        ways = [(way, places.get(column)) for way, column in layout.schools]
        attachment = places.get(layout.attachment)
        concealable = [place for way, place in ways if way == BY_DOMAIN and place is not None]
        for given in rows:
            row = given if len(given) >= width else [*given, *[""] * (width - len(given))]
            if key is not None:
                marker = row[key]
                if marker == "" or (
                    isinstance(marker, str) and (not marker.strip() or as_key(marker) in head_words)
                ):
                    continue
            elif not any(value != "" for value in row):
                continue
            if 2 * sum(row[place] != "" for place in wanted) < len(
                wanted
            ):  # a sum or a signature below the list
                continue
            counted.rows += 1
            if identity is not None and row[identity] != "":
                mark = hash(as_text(row[identity]))
                if mark in self._seen:
                    counted.rows_twice += 1
                    continue
                self._seen.add(mark)
            if self._is_of_other_period(row, places):
                counted.rows_of_other_period += 1
                continue
            school = ""
            for way, place in ways:
                value = None if place is None else row[place]
                school = self._school((way, value))
                # A code or a name that is no school's of the term is another's: the file name proves nothing then.
                if school or (way in (BY_CODE, BY_NAME) and value not in (None, "")):
                    break
            if not school:
                counted.rows_of_no_school += 1
                self._concealed += any(
                    isinstance(row[place], str) and _CONCEALED.fullmatch(row[place]) is not None
                    for place in concealable
                )
                continue
            counted.rows_counted += 1
            if layout.attachment:
                named = [] if attachment is None else [*filter(None, as_text(row[attachment]).split(";"))]
                self._attached.update(map(name_mark, named))
                self._is_bare |= not named
            for fact, tests, column in facts:
                if fact.count == ROWS:  # none of a school's rows may be such a one
                    self._sums[school, fact.fact_id] += 0
                if not all(test(row) for test in tests):
                    continue
                if fact.count == ROWS:
                    self._sums[school, fact.fact_id] += 1
                elif column is not None and fact.count == SUM:
                    number = as_number(row[column])
                    if number is not None:
                        self._sums[school, fact.fact_id] += number
                    counted.values_unread += number is None and as_text(row[column]) != ""
                elif column is not None and row[column] != "":
                    self._distinct[school, fact.fact_id].add(hash(as_key(row[column])))

    def note_titles(self, rows: Sequence[Sequence[Any]]) -> None:
        """Remember the school years that titles name: SỔ ĐIỂM CẢ NĂM, NĂM HỌC 2023 - 2024."""
        for row in rows:
            for value in row:
                if isinstance(value, str):
                    self._titled.update(f"{first}-{last}" for first, last in _TITLED.findall(fold(value)))

    def note_part(self, sheet: str, path: Path) -> None:
        """Remember which part of a list one sheet is: a class by its name, else the file by its own."""
        if self.layout.is_in_parts:
            name = sheet if _TELLING_SHEET.search(fold(sheet)) else path.stem
            self._parts.add(name_mark(_COPY.sub("", name)))

    def _day_reader(self, column_id: str) -> Callable[[Any], datetime.date | None]:
        """What reads the days of one column, and remembers what they tell of the order in the file."""
        declared = self.layout.columns[column_id].date_order

        def day_of(value: Any) -> datetime.date | None:
            if found := date_order(value):
                self.orders.add((declared, found))
            return as_day(value, self._order or declared)

        return day_of

    def result(self) -> Counted:
        """The count of all sheets together."""
        counted = self._counted
        counted.parts, counted.attached = tuple(sorted(self._parts)), tuple(sorted(self._attached))
        counted.values = dict(self._sums)
        for place, values in self._distinct.items():
            counted.values[place] = float(len(values))
        notes = []
        counted.titled = tuple(sorted(self._titled))
        if ends := self._ends or self._other_ends:
            counted.period_to = max(ends)
            if self._days:
                counted.period_from = counted.period_to - (self._days - 1) * _DAY
            notes += [SEVERAL_PERIODS] if len(ends) > 1 and self.layout.kind != EVENTS else []
        notes += [OTHER_ROWS] if counted.rows_of_other_period else []
        if self._concealed * 2 > counted.rows_of_no_school:
            notes.append(NAMES_CONCEALED)
        if self._is_bare:
            notes.append(NOT_ATTACHED)
        counted.notes = tuple(notes)
        return counted

    def _period(self, row: Sequence[Any], places: Mapping[str, int]) -> tuple[datetime.date | None, int]:
        """The last day and the days of the period of one row."""
        end = places.get(self.layout.period_end)
        if end is None:
            return None, 0
        column = places.get(self.layout.period_days)
        return self._period_of((row[end], self.layout.period_days if column is None else row[column]))

    def _is_of_other_period(self, row: Sequence[Any], places: Mapping[str, int]) -> bool:
        """Whether one row says that it is another term's; the period of one that is not is remembered."""
        day, days = self._period(row, places)
        year = places.get(self.layout.period_year)
        first, last = self._finder.days
        is_other = year is not None and self._is_other_year(row[year])
        is_other |= self.layout.kind == EVENTS and day is not None and not first <= day <= last
        ends = self._other_ends if is_other else self._ends
        if day is not None and len(ends) < _MOST_REMEMBERED:
            ends.add(day)
            self._days = max(self._days, days)
        return is_other

    def _test(self, condition: Condition, places: Mapping[str, int]) -> Callable[[Sequence[Any]], bool]:
        """The test of one condition on a row; what it says of a value is remembered, for few differ."""
        place = places[condition.column_id]
        if condition.kind != WITHIN:
            is_met = remembered(_plain_test(condition))
            return lambda row: is_met(row[place])
        day_of = remembered(self._day_reader(condition.column_id))

        def is_within(row: Sequence[Any]) -> bool:
            day = day_of(row[place])
            end, days = self._period(row, places)
            return day is not None and end is not None and end - (days or _EVER) * _DAY < day <= end

        return is_within


def _year_of(value: Any) -> str:
    """The school year that one value names, as 2023-2024; blank where it names none."""
    match = _YEARS.fullmatch(as_text(value))
    return f"{match[1]}-{match[2]}" if match else ""


def name_mark(name: str) -> str:
    """A short hash of one name of a sheet or a file: tells whether two are one, and nothing of a person in it."""
    return hashlib.sha256(fold(name).encode()).hexdigest()[:12]


def _plain_test(condition: Condition) -> Callable[[Any], bool]:
    """The test of one condition that looks at a value alone."""
    if condition.kind == AT_LEAST:
        least = float(condition.values[0])
        return lambda value: (number := as_number(value)) is not None and number >= least
    if condition.kind in (FILLED, BLANK):
        is_filled = condition.kind == FILLED
        return lambda value: (as_text(value) != "") is is_filled
    wanted, values = condition.kind == IS, {fold(value) for value in condition.values}
    return lambda value: (as_key(value) in values) is wanted


def remembered(work: Callable[[Any], _Found]) -> Callable[[Any], _Found]:
    """One function of a value that remembers what it gave, of so many values as a file may well repeat."""
    known: dict[Any, _Found] = {}

    def give(value: Any) -> _Found:
        if value in known:
            return known[value]
        found = work(value)
        if len(known) < _MOST_REMEMBERED:
            known[value] = found
        return found

    return give
