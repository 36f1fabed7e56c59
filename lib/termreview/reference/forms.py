"""One form: its sheets, sections and rows, and the fields that one school of one level answers in one term."""

from __future__ import annotations

from dataclasses import dataclass, replace

from termreview.reference.indicators import IndicatorSet, Item
from termreview.reference.loading import Row, Source, read_list, read_tree, unique

KINDS = ("count", "number", "money", "percent", "points", "yes_no", "choice", "text", "date", "status")
NUMERIC_KINDS = frozenset({"count", "number", "money", "percent", "points"})
ANY = "*"


@dataclass(frozen=True)
class FormColumn:
    """One column of answers in a section; its kind replaces the row's where it is given."""

    column_id: str
    label: str
    kind: str
    levels: tuple[str, ...]


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
    """One visible line of the form with its code; each of its cells is a field."""

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


@dataclass(frozen=True)
class Field:
    """One question with one answer: a cell of the form."""

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

    @property
    def is_numeric(self) -> bool:
        """Say whether the answer is a number."""
        return self.kind in NUMERIC_KINDS


@dataclass(frozen=True)
class Form:
    """One form: sheets, sections, rows, the lists its drop-downs offer (option id, label) and its fixed words."""

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

    def choices(self, name: str) -> dict[str, str]:
        """The labels of one drop-down by option id."""
        return dict(dict(self.options)[name])

    def word(self, name: str, **places: object) -> str:
        """One fixed text of the form, its placeholders filled."""
        return dict(self.words)[name].format(**places)

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
            for row in self.rows
            if row.section_id == section.section_id
            and applies(row.levels, level)
            and applies(row.terms, part)
        )

    def columns_for(self, section: Section, level: str) -> tuple[FormColumn, ...]:
        """The answer columns of one section that one level sees."""
        return tuple(column for column in section.columns if applies(column.levels, level))

    def fields_for(self, level: str, part: str) -> tuple[Field, ...]:
        """Every field that one school level answers in one part of the year, in form order."""
        return tuple(
            field_at(section, row, column)
            for sheet in self.sheets_for(level)
            for section in self.sections_of(sheet.sheet_id)
            for row in self.rows_for(section, level, part)
            for column in self.columns_for(section, level)
            if not row.columns or column.column_id in row.columns
        )

    def all_fields(self) -> dict[str, Field]:
        """Every field of the form at any level and term, by id."""
        sections = {section.section_id: section for section in self.sections}
        found = {}
        for row in self.rows:
            for column in sections[row.section_id].columns:
                if not row.columns or column.column_id in row.columns:
                    field = field_at(sections[row.section_id], row, column)
                    found[field.field_id] = field
        return found


def applies(wanted: tuple[str, ...], value: str) -> bool:
    """Say whether a declared list of levels or terms covers one value (`*` covers all)."""
    return ANY in wanted or value in wanted


def field_at(section: Section, row: FormRow, column: FormColumn) -> Field:
    """The field at one row and column of one section."""
    is_single = len(section.columns) == 1
    kind = column.kind or row.kind
    label = row.label if is_single else f"{row.label} – {column.label}"
    is_own = not column.kind or column.kind == row.kind
    return Field(
        row.field_id if is_single else f"{row.field_id}.{column.column_id}", label, kind,
        row.unit if is_own else "", "status" if kind == "status" else row.options, row.is_required,
        row.minimum if is_own else None, row.maximum if is_own or kind == "points" else None, section.section_id,
        row.row_code, column.column_id, row.task_id or section.task_id, row.help, row.mark,
    )  # fmt: skip


_ROW_COLUMNS = (
    "section_id", "row_code", "field_id", "label", "kind", "unit", "options", "columns", "levels", "terms",
    "is_required", "minimum", "maximum", "task_id", "prefill", "help", "mark",
)  # fmt: skip
_INDEX_COLUMNS = ("in_use", "self", "evidence")


def load_form(source: Source, form_id: str, levels: tuple[str, ...]) -> Form | None:
    """Read one form; the rows of index sections come later, from the indicator set of the term."""
    tree = read_tree(source, f"forms/{form_id}/form.yml")
    if tree is None:
        return None
    tree.only(
        (
            "id",
            "title",
            "version",
            "legal",
            "options",
            "instructions",
            "words",
            "sheets",
            "sections",
            "note",
            "mark",
        )
    )
    options = _load_options(tree)
    sheets = tuple(
        SheetPlan(row.text("id"), row.text("title"), row.text("intro", ""), row.items("levels"))
        for row in tree.rows("sheets")
    )
    section_rows = tree.rows("sections")
    sections = tuple(_section(row, {sheet.sheet_id for sheet in sheets}) for row in section_rows)
    unique([(row, row.text("id")) for row in section_rows])
    for row, sheet in zip(tree.rows("sheets"), sheets, strict=True):
        if len(sheet.title) > 31:
            row.report(f"the sheet title '{sheet.title}' is longer than the 31 characters Excel allows")
    rows = _load_rows(source, form_id, sections, dict(options), levels)
    return Form(
        form_id,
        tree.text("title"),
        tree.text("version"),
        tree.text("legal"),
        options,
        tree.items("instructions"),
        _words(tree),
        sheets,
        sections,
        rows,
    )


def _load_options(tree: Row) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    lists = tree.row("options")
    if lists is None:
        tree.report("'options' is missing")
        return ()
    found = []
    for name in (name for name in lists.values if name != "__line__"):
        rows = lists.rows(name)
        unique([(row, row.text("id")) for row in rows])
        found.append((name, tuple((row.text("id"), row.text("label")) for row in rows)))
    return tuple(found)


WORDS = (
    "code", "label", "unit", "help", "max_points", "computed", "low", "high", "evidence_asked", "column_code",
    "group_total", "group_level", "unallocated", "level", "not_concluded", "met", "failed", "unknown",
    "instructions", "contents", "term_line", "illustrative", "school_id", "school_name", "level_title", "parent",
    "term_id", "data_as_of", "due_on", "page", "invalid", "whole_number", "number_between", "choose",
)  # fmt: skip


def _words(tree: Row) -> tuple[tuple[str, str], ...]:
    row = tree.row("words")
    if row is None:
        tree.report("'words' is missing")
        return ()
    row.only(WORDS)
    return tuple((name, row.text(name)) for name in WORDS)


def _section(row: Row, sheet_ids: set[str]) -> Section:
    row.only(("id", "sheet", "title", "task", "columns", "indicator_group", "note", "mark"))
    sheet_id, group = row.text("sheet"), row.text("indicator_group", "")
    if sheet_id not in sheet_ids:
        row.report(f"'{sheet_id}' is not a sheet of this form")
    columns = []
    for child in row.rows("columns", is_required=not group):
        child.only(("id", "label", "kind", "levels"))
        kind = child.choice("kind", ("", *KINDS), "")
        columns.append(
            FormColumn(child.text("id"), child.text("label"), kind, child.items("levels") or (ANY,))
        )
    if group and not columns:
        row.report("an index section must give the labels of its columns in_use, self, evidence")
    return Section(row.text("id"), sheet_id, row.text("title"), row.text("task", ""), group, tuple(columns))


def _load_rows(
    source: Source,
    form_id: str,
    sections: tuple[Section, ...],
    options: dict[str, object],
    levels: tuple[str, ...],
) -> tuple[FormRow, ...]:
    known_sections = {section.section_id: section for section in sections}
    rows = read_list(source, f"forms/{form_id}/rows.csv", _ROW_COLUMNS)
    unique([(row, row.text("row_code")) for row in rows])
    unique([(row, ("field", row.text("field_id"))) for row in rows])
    loaded = []
    for row in rows:
        kind = row.choice("kind", KINDS)
        section = known_sections.get(row.choice("section_id", tuple(known_sections)))
        listed = row.text("options", "")
        if (kind == "choice" or listed) and listed not in options:
            row.report(f"'{listed}' is not a list of options of this form")
        for level in row.items("levels"):
            if level not in (ANY, *levels):
                row.report(f"'{level}' is not a school level")
        columns = row.items("columns")
        known_columns = {column.column_id for column in section.columns} if section else set()
        for column in columns:
            if column not in known_columns:
                row.report(f"'{column}' is not a column of section '{row.text('section_id')}'")
        loaded.append(
            FormRow(
                row.text("section_id"),
                row.text("row_code"),
                row.text("field_id"),
                row.text("label"),
                kind,
                row.text("unit", ""),
                listed,
                columns,
                row.items("levels"),
                row.items("terms"),
                row.yes("is_required"),
                row.number("minimum"),
                row.number("maximum"),
                row.text("task_id", ""),
                row.text("prefill", ""),
                row.text("help", ""),
                row.choice("mark", ("A", "B", "C")),
            )
        )
    return tuple(row for row in loaded if row.section_id in known_sections)


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
