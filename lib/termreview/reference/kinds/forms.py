"""One form: its sheets, sections and rows, and the fields that one school of one level answers in one term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from termreview.reference.kinds.indicators import IndicatorSet, Item

KINDS = ("count", "number", "money", "percent", "points", "yes_no", "choice", "text", "date", "status")
NUMERIC_KINDS = frozenset({"count", "number", "money", "percent", "points"})
SINCE_KINDS = NUMERIC_KINDS | {"date"}  # what may lie within one school year
ANY = "*"
_OF_DOCUMENTS = (".number", "_number", ".link", "_link", ".evidence", "_evidence")
YEAR_START = "year_start"  # a number that is counted from the start of the school year


@dataclass(frozen=True)
class FormColumn:
    """One column of answers in a section; its kind replaces the row's where it is given.

    `code` stands below the head of a grid; forms that were sent out without one have the `column_id` there.
    """

    column_id: str
    label: str
    kind: str
    levels: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class Section:
    """One titled block of rows on one sheet."""

    section_id: str
    sheet_id: str
    title: str
    task_id: str
    indicator_group: str
    columns: tuple[FormColumn, ...]


@dataclass(frozen=True)
class SheetPlan:
    """One sheet of the workbook."""

    sheet_id: str
    title: str
    intro: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class FormRow:
    """One visible line of the form with its code; each of its cells is a field.

    `counts_since` says from when on a number is counted: from the start of the school year (`year_start`), or not at
    all (blank): it is what there is on the day. A date with it belongs to the school year; one before it is asked.
    """

    section_id: str
    row_code: str
    field_id: str
    label: str
    kind: str
    unit: str
    options: str
    columns: tuple[str, ...]
    levels: tuple[str, ...]
    terms: tuple[str, ...]
    is_required: bool
    minimum: float | None
    maximum: float | None
    task_id: str
    prefill: str
    help: str
    mark: str
    counts_since: str = ""


@dataclass(frozen=True)
class Field:
    """One question with one answer: a cell of the form; `counts_since` as of its row."""

    field_id: str
    label: str
    kind: str
    unit: str
    options: str
    is_required: bool
    minimum: float | None
    maximum: float | None
    section_id: str
    row_code: str
    column_id: str
    task_id: str
    help: str
    mark: str
    counts_since: str = ""

    @property
    def is_of_one_year(self) -> bool:
        """Say whether the answer holds within one school year alone: a count from its start, a day in it, the state of a task."""
        return self.kind == "status" or self.counts_since == YEAR_START

    @property
    def names_document(self) -> bool:
        """Say whether the answer names a document or a piece of evidence: its number, its address, where it is kept."""
        return self.kind == "text" and self.field_id.endswith(_OF_DOCUMENTS)

    @property
    def is_numeric(self) -> bool:
        """Say whether the answer is a number."""
        return self.kind in NUMERIC_KINDS


@dataclass(frozen=True)
class Absence:
    """The words of a school that has no document where one is asked for.

    A text says so if it is made of `words` alone, one of them of `pending`; or of `words` and `denied`, one of them of
    `denials`. `unnamed` are texts that say that there is one, and not which.
    """

    denials: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfficeCell:
    """One cell of an office's own workbook: where a field is answered, or a school tells who it is, by which label.

    `name` is the id of the field, or `school_id`, `school_name` or `term_id`; places are (row, column) from 1.
    """

    name: str
    sheet: str
    place: tuple[int, int]
    label_place: tuple[int, int]
    label: str


@dataclass(frozen=True)
class OfficeWorkbook:
    """One workbook of an office that a form fills as it is, and the cells declared on it; `sha256` is its content."""

    path: Path
    sha256: str
    answers: tuple[OfficeCell, ...]
    identity: tuple[OfficeCell, ...]


@dataclass(frozen=True)
class Form:
    """One form: sheets, sections, rows, the lists its drop-downs offer (option id, label) and its fixed words.

    `abbreviations` are what schools write for words of its labels, folded: short, spelled out. `said` is, by list, what
    they write instead of an option (words, option id), and `absence` what where they have no document. `office` is the
    office's own workbook, where the form was adopted from one.
    """

    form_id: str
    title: str
    version: str
    legal: str
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    instructions: tuple[str, ...]
    words: tuple[tuple[str, str], ...]
    sheets: tuple[SheetPlan, ...]
    sections: tuple[Section, ...]
    rows: tuple[FormRow, ...]
    abbreviations: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    absence: Absence = Absence()
    office: OfficeWorkbook | None = None

    def choices(self, name: str) -> dict[str, str]:
        """The labels of one drop-down by option id."""
        return dict(dict(self.options)[name])

    def word(self, name: str, **places: object) -> str:
        """One fixed text of the form, its placeholders filled."""
        return self._words[name].format(**places)

    @cached_property
    def _words(self) -> Mapping[str, str]:
        return dict(self.words)

    def sheets_for(self, level: str) -> tuple[SheetPlan, ...]:
        """The sheets that one school level receives."""
        return tuple(sheet for sheet in self.sheets if applies(sheet.levels, level))

    def sections_of(self, sheet_id: str) -> tuple[Section, ...]:
        """The sections of one sheet in order."""
        return tuple(section for section in self.sections if section.sheet_id == sheet_id)

    def rows_for(self, section: Section, level: str, part: str) -> tuple[FormRow, ...]:
        """The rows of one section that one level answers in one part of the year."""
        return tuple(
            row
            for row in self._rows_by_section.get(section.section_id, ())
            if applies(row.levels, level) and applies(row.terms, part)
        )

    @cached_property
    def _rows_by_section(self) -> Mapping[str, Sequence[FormRow]]:
        found: dict[str, list[FormRow]] = {}
        for row in self.rows:
            found.setdefault(row.section_id, []).append(row)
        return found

    def columns_for(self, section: Section, level: str) -> tuple[FormColumn, ...]:
        """The answer columns of one section that one level sees."""
        return tuple(column for column in section.columns if applies(column.levels, level))

    def fields_for(self, level: str, part: str) -> tuple[Field, ...]:
        """Every field that one school level answers in one part of the year, in form order."""
        if (level, part) not in self._asked:
            self._asked[level, part] = tuple(
                self.field_at(section, row, column)
                for sheet in self.sheets_for(level)
                for section in self.sections_of(sheet.sheet_id)
                for row in self.rows_for(section, level, part)
                for column in self.columns_for(section, level)
                if not row.columns or column.column_id in row.columns
            )
        return self._asked[level, part]

    @cached_property
    def _asked(self) -> dict[tuple[str, str], tuple[Field, ...]]:
        """The fields found so far, by level and part: many rooms ask for them."""
        return {}

    def all_fields(self) -> dict[str, Field]:
        """Every field of the form at any level and term, by id."""
        return dict(self._fields)

    @cached_property
    def of_one_year(self) -> frozenset[str]:
        """The fields whose answers of two school years must not be compared."""
        return frozenset(name for name, field in self._fields.items() if field.is_of_one_year)

    def field_at(self, section: Section, row: FormRow, column: FormColumn) -> Field:
        """The field at one row and column of one section."""
        return self._fields[_field_id(section, row, column)]

    @cached_property
    def _fields(self) -> Mapping[str, Field]:
        sections = {section.section_id: section for section in self.sections}
        found = {}
        for row in self.rows:
            for column in sections[row.section_id].columns:
                if not row.columns or column.column_id in row.columns:
                    field = _field(sections[row.section_id], row, column)
                    found[field.field_id] = field
        return found


def applies(wanted: tuple[str, ...], value: str) -> bool:
    """Say whether a declared list of levels or terms covers one value (`*` covers all)."""
    return ANY in wanted or value in wanted


def _field_id(section: Section, row: FormRow, column: FormColumn) -> str:
    return row.field_id if len(section.columns) == 1 else f"{row.field_id}.{column.column_id}"


def _field(section: Section, row: FormRow, column: FormColumn) -> Field:
    kind = column.kind or row.kind
    label = row.label if len(section.columns) == 1 else f"{row.label} – {column.label}"
    is_own = not column.kind or column.kind == row.kind
    return Field(
        _field_id(section, row, column), label, kind, row.unit if is_own else "",
        "status" if kind == "status" else row.options, row.is_required, row.minimum if is_own else None,
        row.maximum if is_own or kind == "points" else None, section.section_id, row.row_code, column.column_id,
        row.task_id or section.task_id, row.help, row.mark, row.counts_since if kind in SINCE_KINDS else "",
    )  # fmt: skip


def with_index(form: Form, indicator_set: IndicatorSet) -> Form:
    """The form with one row per item of the indicator set in its index sections."""
    rows = list(form.rows)
    for section in form.sections:
        group = next(
            (group for group in indicator_set.groups if group.group_id == section.indicator_group), None
        )
        if group is not None:
            rows += [_index_row(section, item, indicator_set.levels) for item in group.items]
    return replace(form, rows=tuple(rows))


def _index_row(section: Section, item: Item, levels: tuple[str, ...]) -> FormRow:
    return FormRow(
        section.section_id, item.item_id, item.field("self").rsplit(".", 1)[0], item.title, "points", "điểm", "",
        item.columns, levels, (ANY,), False, 0.0, item.max_points, section.task_id, "", item.evidence, item.mark,
    )  # fmt: skip
