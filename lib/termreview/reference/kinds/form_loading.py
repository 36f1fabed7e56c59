"""One form read from its declarations: sheets, sections, drop-downs, fixed words and rows, all mistakes noted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from termreview.cells import parse_address
from termreview.reference.kinds.forms import (
    ANY,
    KINDS,
    SINCE_KINDS,
    YEAR_START,
    Absence,
    Form,
    FormColumn,
    FormRow,
    OfficeCell,
    OfficeWorkbook,
    Section,
    SheetPlan,
)
from termreview.reference.loading.fingerprint import is_own_file
from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique
from termreview.reference.loading.source import Source
from termreview.reference.loading.text_schema import hold_texts, text_schema
from termreview.reference.loading.tree_reading import read_tree
from termreview.text import fold

ROW_COLUMNS = (
    "section_id", "row_code", "field_id", "label", "kind", "unit", "options", "columns", "levels", "terms",
    "is_required", "minimum", "maximum", "task_id", "prefill", "help", "mark",
)  # fmt: skip
CELL_COLUMNS = ("role", "id", "sheet", "cell", "label_cell", "label")
IDENTITY = ("school_id", "school_name", "term_id")
_SHEET_TITLE_LENGTH, _SHEET_TITLE_FORBIDDEN, _LIST_LENGTH = 31, "[]:*?/\\'", 255


def load_form(source: Source, form_id: str, levels: tuple[str, ...]) -> Form | None:
    """Read one form; the rows of index sections come later, from the indicator set of the term."""
    tree = read_tree(source, f"forms/{form_id}/form.yml")
    if tree is None:
        return None
    tree.only((
        "id", "title", "version", "legal", "options", "instructions", "words", "sheets", "sections", "abbreviations",
        "absence", "note", "mark",
    ))  # fmt: skip
    if tree.text("id") != form_id:
        tree.report("id_unlike_folder", id=tree.text("id"), folder=form_id)
    options = _load_options(tree)
    sheet_rows, section_rows = tree.rows("sheets"), tree.rows("sections")
    unique([(row, row.id("id")) for row in sheet_rows])
    unique([(row, ("title", row.text("title").casefold())) for row in sheet_rows])
    unique([(row, row.id("id")) for row in section_rows])
    sheets = tuple(_sheet(row, levels) for row in sheet_rows)
    sections = tuple(_section(row, {sheet.sheet_id for sheet in sheets}, levels) for row in section_rows)
    rows = _load_rows(source, form_id, sections, dict(options), levels)
    form = Form(
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
        _abbreviations(tree),
        _written_options(tree),
        _absence(tree),
    )
    return replace(form, office=_load_office(source, form))


def _load_office(source: Source, form: Form) -> OfficeWorkbook | None:
    """The office's own workbook and its cells; None where the form has no list of cells."""
    folder = f"forms/{form.form_id}"
    listed, templates = source.root / folder / "cells.csv", (f"template{end}" for end in (".xlsx", ".xlsm"))
    if not listed.exists() and not listed.is_symlink():
        return None
    rows = read_list(source, f"{folder}/cells.csv", CELL_COLUMNS)
    unique([(row, (row.text("role"), row.text("id"))) for row in rows])
    unique([(row, (row.text("sheet"), row.text("cell"))) for row in rows if row.text("role") == "answer"])
    fields, cells = form.all_fields(), dict[str, list[OfficeCell]]()
    is_known = not source.is_hidden(source.root / folder / "rows.csv")
    for row in rows:
        role = row.choice("role", ("answer", "identity"))
        name = row.choice("id", IDENTITY) if role == "identity" else row.text("id")
        if role == "answer" and name not in fields and is_known:
            row.report("no_form_field", field=name)
        place, label_place = (_place(row, key) for key in ("cell", "label_cell"))
        if place and label_place:
            cell = OfficeCell(name, row.name("sheet"), place, label_place, row.text("label", ""))
            cells.setdefault(role, []).append(cell)
    answers = cells.get("answer", [])
    if not source.is_hidden(listed):
        _check_cells(source, form, answers)
    for name in templates:
        path = source.root / folder / name
        if path.exists() and is_own_file(source.root, path):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            return OfficeWorkbook(path, content, tuple(answers), tuple(cells.get("identity", ())))
    source.report(listed, 1, "office_workbook_missing")
    return None


def _check_cells(source: Source, form: Form, answers: Sequence[OfficeCell]) -> None:
    """Note the fields without a cell, and the sheets of the form that stand on several of the workbook."""
    path = source.root / f"forms/{form.form_id}/cells.csv"
    sheet_of = {section.section_id: section.sheet_id for section in form.sections}
    placed, sheets = {cell.name: cell.sheet for cell in answers}, dict[str, set[str]]()
    for name, field in form.all_fields().items():
        if name not in placed:
            source.report(path, 1, "field_without_cell", field=name)
        else:
            sheets.setdefault(sheet_of[field.section_id], set()).add(placed[name])
    for sheet_id, named in sheets.items():
        if len(named) > 1:
            source.report(path, 1, "office_sheets_several", sheet=sheet_id, count=len(named))


def _place(row: Row, key: str) -> tuple[int, int] | None:
    text = row.text(key)
    try:
        return parse_address(text)
    except ValueError:
        if text:
            row.report("not_a_cell", key, cell=text)
        return None


def _written_options(tree: Row) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What schools write instead of an option, by list: each for one option alone."""
    lists = tree.row("options")
    found = []
    for name in (name for name in lists.values if name != "__line__") if lists is not None else ():
        options = lists.rows(name) if lists is not None else []
        said = [(row, fold(text), row.text("id")) for row in options for text in row.items("said")]
        unique([(row, ("said", text)) for row, text, _ in said])
        found.append((name, tuple((text, option) for _, text, option in said)))
    return tuple(found)


def _absence(tree: Row) -> Absence:
    """The words of a school that has no document."""
    row = tree.row("absence") if "absence" in tree.values else None
    if row is None:
        return Absence()
    parts = ("denials", "denied", "pending", "words", "unnamed")
    row.only(parts)
    return Absence(*(tuple(fold(text) for text in row.items(part)) for part in parts))


def _abbreviations(tree: Row) -> tuple[tuple[str, str], ...]:
    """What schools write for words of the labels: each one word, spelled out by other words."""
    row = tree.row("abbreviations") if "abbreviations" in tree.values else None
    if row is None:
        return ()
    found = []
    for name in (name for name in row.values if name != "__line__"):
        short, spelled = fold(str(name)), fold(row.text(name))
        if " " in short or short in spelled.split():
            row.report("bad_abbreviation", name=name)
        found.append((short, spelled))
    return tuple(found)


def _sheet(row: Row, levels: tuple[str, ...]) -> SheetPlan:
    row.only(("id", "title", "intro", "levels", "note"))
    title = row.text("title")
    if len(title) > _SHEET_TITLE_LENGTH:
        row.report("sheet_title_long", title=title, most=_SHEET_TITLE_LENGTH)
    if odd := [sign for sign in _SHEET_TITLE_FORBIDDEN if sign in title]:
        row.report("sheet_title_odd", title=title, odd=" ".join(odd))
    return SheetPlan(row.id("id"), title, row.text("intro", ""), row.among("levels", levels))


def _load_options(tree: Row) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    lists = tree.row("options")
    if lists is None:
        tree.report("missing", key="options", is_broken=True)
        return ()
    found = []
    for name in (name for name in lists.values if name != "__line__"):
        rows = lists.rows(name)
        unique([(row, row.id("id")) for row in rows])
        labels = [row.text("label") for row in rows]
        for row, label in zip(rows, labels, strict=True):
            row.only(("id", "label", "said"))
            if "," in label or '"' in label:
                row.report("label_odd", label=label)
        if len(",".join(labels)) > _LIST_LENGTH:
            lists.report("labels_long", name=name, most=_LIST_LENGTH)
        found.append((name, tuple((row.id("id"), label) for row, label in zip(rows, labels, strict=True))))
    return tuple(found)


def _words(tree: Row) -> tuple[tuple[str, str], ...]:
    row = tree.row("words")
    if row is None:
        tree.report("missing", key="words")
        return ()
    wanted = text_schema()["form.yml"]["words"]
    hold_texts(row, wanted)
    return tuple((name, row.text(name, "")) for name in wanted)


def _section(row: Row, sheet_ids: set[str], levels: tuple[str, ...]) -> Section:
    row.only(("id", "sheet", "title", "task", "columns", "indicator_group", "note", "mark"))
    sheet_id, group = row.text("sheet"), row.text("indicator_group", "")
    if sheet_id not in sheet_ids:
        row.report("no_sheet", sheet=sheet_id)
    columns = []
    for child in row.rows("columns", is_required=not group):
        child.only(("id", "label", "kind", "levels", "code"))
        kind = child.choice("kind", ("", *KINDS), "")
        asked = child.among("levels", levels) if "levels" in child.values else (ANY,)
        code = child.text("code", child.id("id"))
        columns.append(FormColumn(child.id("id"), child.text("label"), kind, asked, code))
    children = row.rows("columns", is_required=False)
    unique([(child, child.id("id")) for child in children])
    unique([(child, child.text("code", child.id("id"))) for child in children])
    if group and not columns:
        row.report("index_columns_unlabelled", is_broken=True)
    return Section(row.id("id"), sheet_id, row.text("title"), row.text("task", ""), group, tuple(columns))


def _load_rows(
    source: Source,
    form_id: str,
    sections: tuple[Section, ...],
    options: dict[str, object],
    levels: tuple[str, ...],
) -> tuple[FormRow, ...]:
    known_sections = {section.section_id: section for section in sections}
    rows = read_list(source, f"forms/{form_id}/rows.csv", ROW_COLUMNS, ("counts_since",))
    unique([(row, row.id("row_code")) for row in rows])
    unique([(row, ("field", row.id("field_id"))) for row in rows])
    loaded = []
    for row in rows:
        kind = row.choice("kind", KINDS)
        section = known_sections.get(row.text("section_id"))
        if section is None:  # what it asks is asked, though where cannot be told
            source.hide(row.path, row.id("field_id"))
            if row.text("section_id"):
                row.report("no_section", section=row.text("section_id"))
        listed = row.text("options", "")
        if (kind == "choice" or listed) and listed not in options:
            row.report("no_options", options=listed)
        if not row.items("terms"):
            row.report("missing_or_all", key="terms")
        minimum, maximum = row.number("minimum"), row.number("maximum")
        if minimum is not None and maximum is not None and minimum > maximum:
            row.report("minimum_above_maximum", minimum=minimum, maximum=maximum)
        counts_since = row.choice("counts_since", (YEAR_START,), "")
        if counts_since and kind and kind not in SINCE_KINDS:
            row.report("counts_since_unfit", "counts_since", kind=kind)
        columns = row.items("columns")
        known_columns = {column.column_id for column in section.columns} if section else set()
        for column in columns if section else ():
            if column not in known_columns:
                row.report("no_column", column=column, section=row.text("section_id"))
        loaded.append(
            FormRow(
                row.text("section_id"),
                row.id("row_code"),
                row.id("field_id"),
                row.text("label"),
                kind,
                row.text("unit", ""),
                listed,
                columns,
                row.among("levels", levels),
                row.items("terms"),
                row.yes("is_required"),
                minimum,
                maximum,
                row.text("task_id", ""),
                row.text("prefill", ""),
                row.text("help", ""),
                row.choice("mark", ("A", "B", "C")),
                counts_since,
            )
        )
    return tuple(row for row in loaded if row.section_id in known_sections)
