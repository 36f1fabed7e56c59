"""One draft of declarations written from a proposal: form.yml, rows.csv, cells.csv, the workbook itself, the doubts.

What the program's own texts of a form say (words, instructions, options) is taken over from a form that is in use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from termreview.cells import address
from termreview.errors import UsageError
from termreview.forms.adopted.adopt import propose
from termreview.forms.adopted.office_workbook import read_office_workbook
from termreview.forms.adopted.proposal import AdoptedRow, AdoptedTable, Doubt, Proposal
from termreview.forms.layout import INFO_SHEET_ID
from termreview.reference.declarations import Reference
from termreview.reference.kinds.checks import CHECK_COLUMNS
from termreview.reference.kinds.form_loading import CELL_COLUMNS, ROW_COLUMNS
from termreview.reference.kinds.forms import ANY, NUMERIC_KINDS, Form
from termreview.reference.texts.adoption_texts import AdoptionTexts
from termreview.storage.atomic_files import atomic_write, write_list, write_text
from termreview.text import plain_key

_LONGEST, _SHEET_TITLE_LENGTH = 48, 31  # characters of an id made of a label, of the name of a sheet
_SHEET_SIGNS = re.compile(r"[\[\]:*?/\\']")
_NO_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Adopted:
    """One draft as it was written: its folder, what was read, the doubts that remain."""

    form_id: str
    folder: Path
    proposal: Proposal
    doubts: tuple[Doubt, ...]
    cell_count: int


@dataclass(frozen=True)
class _Question:
    """One row with its ids: section, row code, field; `columns` by id."""

    section_id: str
    row_code: str
    field_id: str
    sheet: str
    row: AdoptedRow
    columns: tuple[tuple[str, int], ...]
    is_grid: bool

    @property
    def cells(self) -> Iterator[tuple[str, str]]:
        """The id of each field with the cell where it is answered."""
        for name, column in self.columns:
            yield (
                (f"{self.field_id}.{name}" if self.is_grid else self.field_id),
                address(self.row.row, column),
            )


def adopt_workbook(path: Path, reference: Reference, folder: Path, form_id: str = "") -> Adopted:
    """Write the draft of one workbook below the declarations in `folder`; nothing that stands there is replaced.

    Raises
    ------
    UsageError
        When the workbook cannot be read or holds no table, when the id is none, or the form is there already.
    """
    texts = reference.adoption
    form_id = form_id or plain_id(path.stem, "-")
    if not form_id or plain_id(form_id, "-") != form_id:
        raise UsageError("bad_form_id", form=form_id)
    home, checks = folder / "forms" / form_id, folder / "checks" / f"{form_id}.csv"
    if home.exists() or checks.exists():
        raise UsageError("form_exists", form=form_id)
    proposal = propose(read_office_workbook(path), texts)
    if not proposal.rows:
        raise UsageError("no_table_to_fill", file=path.name)
    model = reference.forms[reference.calendar.reviews[-1].form]
    questions, twice = _questions(proposal)
    order = {sheet.name: place for place, sheet in enumerate(proposal.sheets)}
    doubts = tuple(sorted((*proposal.doubts, *twice), key=lambda one: order.get(one.sheet, len(order))))
    lists = _lists(proposal)
    cells = _cells(proposal, questions)
    adopted = Adopted(form_id, home, proposal, doubts, sum(line[0] == "answer" for line in cells))
    with atomic_write(home / f"template{path.suffix.lower()}") as beside:  # the very bytes: nothing is lost
        beside.write_bytes(path.read_bytes())
    write_text(home / "doubts.md", doubts_page(adopted, path.name, texts))
    write_list(home / "cells.csv", CELL_COLUMNS, cells)
    write_list(home / "rows.csv", ROW_COLUMNS, (_row(question, lists) for question in questions))
    write_list(checks, CHECK_COLUMNS, ())
    write_text(home / "form.yml", _form(adopted, model, lists, path.stem))
    return adopted


def plain_id(text: str, joint: str = "_") -> str:
    """One text as an id: letters without accents, digits, one sign between words."""
    whole = _NO_ID.sub(joint, plain_key(text)).strip(joint)
    return whole if len(whole) <= _LONGEST else whole[:_LONGEST].rpartition(joint)[0]


def _unlike(name: str, taken: set[str]) -> str:
    """One id that is not taken yet, numbered where it would be."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def _sections(proposal: Proposal) -> Iterator[tuple[str, int, str, AdoptedTable]]:
    """Each table with the id of its section and of its sheet."""
    number = 0
    for place, sheet in enumerate(proposal.sheets, start=1):
        for table in sheet.tables:
            number += 1
            yield f"B{number}", place, sheet.name, table


def _column_ids(table: AdoptedTable) -> dict[int, str]:
    if len(table.columns) == 1:
        return {table.columns[0].column: "value"}
    taken: set[str] = set()
    return {column.column: _unlike(plain_id(column.label) or "c", taken) for column in table.columns}


def _questions(proposal: Proposal) -> tuple[list[_Question], list[Doubt]]:
    """Every row with its ids, and a doubt where two rows ask by the same words."""
    questions, doubts, taken = [], [], set[str]()
    for section_id, _, sheet, table in _sections(proposal):
        ids = _column_ids(table)
        for place, row in enumerate(table.rows, start=1):
            plain = plain_id(row.label) or "chi_tieu"
            field_id = _unlike(plain, taken)
            if field_id != plain:
                doubts.append(Doubt(sheet, row.label_cell, "id_twice", row.label))
            columns = tuple((ids[column], column) for column in row.columns)
            code = f"{section_id}.{place:02}"
            questions.append(
                _Question(section_id, code, field_id, sheet, row, columns, len(table.columns) > 1)
            )
    return questions, doubts


def _lists(proposal: Proposal) -> dict[tuple[str, ...], str]:
    """The drop-downs of the workbook, each once, with the ids that the draft gives them."""
    return {
        choices: f"list_{number}"
        for number, choices in enumerate(
            dict.fromkeys(row.choices for row in proposal.rows if row.choices), 1
        )
    }


def _row(question: _Question, lists: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    row = question.row
    is_numeric = row.kind in NUMERIC_KINDS
    low = 0.0 if is_numeric and row.minimum is None else row.minimum
    return (
        question.section_id, question.row_code, question.field_id, row.label, row.kind, row.unit,
        lists.get(row.choices, ""), ";".join(name for name, _ in question.columns) if question.is_grid else "",
        ANY, ANY, "yes", _number(low), _number(row.maximum), "", "", "", "C",
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else str(int(value)) if value == int(value) else repr(value)


def _cells(proposal: Proposal, questions: Sequence[_Question]) -> list[tuple[str, ...]]:
    """Where each field, and whose workbook it is, stands on the office's own sheets."""
    lines: list[tuple[str, ...]] = [
        ("identity", one.name, one.sheet, one.cell, one.label_cell, one.label) for one in proposal.identity
    ]
    for question in questions:
        row = question.row
        lines += [
            ("answer", name, question.sheet, cell, row.label_cell, row.printed)
            for name, cell in question.cells
        ]
    return lines


def _form(adopted: Adopted, model: Form, lists: dict[tuple[str, ...], str], stem: str) -> str:
    proposal = adopted.proposal
    taken: set[str] = set()
    titles = [_SHEET_SIGNS.sub("-", sheet.name)[:_SHEET_TITLE_LENGTH] for sheet in proposal.sheets]
    taken |= {title.casefold() for title in titles}
    own = next(sheet.title for sheet in model.sheets if sheet.sheet_id == INFO_SHEET_ID)
    info = own if own.casefold() not in taken else f"{own} (2)"
    lines = [
        f"# Bản nháp do termreview adopt lập, các chỗ cần quyết định ở doubts.md. {_q('legal')}: mã văn bản ban hành biểu, chưa khai.",
        *(f"{name}: {_q(value)}" for name, value in (
            ("id", adopted.form_id), ("title", proposal.title or stem), ("version", "1"), ("legal", adopted.form_id), ("mark", "C"),
        )),
        "sheets:",
        f'  - {{id: "{INFO_SHEET_ID}", title: {_q(info)}, levels: ["{ANY}"]}}',
        *(f'  - {{id: "s{number}", title: {_q(title)}, levels: ["{ANY}"]}}' for number, title in enumerate(titles, 1)),
        "sections:",
    ]  # fmt: skip
    for section_id, place, _, table in _sections(proposal):
        ids = _column_ids(table)
        lines += [
            f'  - id: "{section_id}"', f'    sheet: "s{place}"', f"    title: {_q(table.title)}", "    columns:",
        ]  # fmt: skip
        for column in table.columns:
            kind = f", kind: {_q(column.kind)}" if column.kind else ""
            lines.append(f"      - {{id: {_q(ids[column.column])}, label: {_q(column.label)}{kind}}}")
    lines += [*_options(model, lists), "instructions:", *(f"  - {_q(text)}" for text in model.instructions)]
    lines += ["words:", *(f"  {_q(name)}: {_q(text)}" for name, text in model.words)]
    if model.abbreviations:
        lines += ["abbreviations:", *(f"  {_q(short)}: {_q(text)}" for short, text in model.abbreviations)]
    absence = [(name, texts) for name, texts in vars(model.absence).items() if texts]
    if absence:
        lines += ["absence:", *(f"  {name}: {_q(list(texts))}" for name, texts in absence)]
    return "\n".join(lines) + "\n"


def _options(model: Form, lists: dict[tuple[str, ...], str]) -> Iterator[str]:
    """The lists of every form, states and yes or no, as the office words them; then those of this workbook."""
    said = dict(model.said)
    yield "options:"
    for name, options in model.options:
        if name not in ("status", "yes_no"):
            continue
        yield f"  {name}:"
        for option, label in options:
            spoken = [text for text, meant in said.get(name, ()) if meant == option]
            more = f", said: {_q(spoken)}" if spoken else ""
            yield f"    - {{id: {_q(option)}, label: {_q(label)}{more}}}"
    for choices, name in lists.items():
        taken: set[str] = set()
        yield f"  {name}:"
        for label in choices:
            yield f"    - {{id: {_q(_unlike(plain_id(label) or 'o', taken))}, label: {_q(label)}}}"


def doubts_page(adopted: Adopted, file: str, texts: AdoptionTexts) -> str:
    """What a person must decide before the form is used, in Vietnamese, place by place."""
    page, reasons, proposal = texts.sentences["page"], texts.sentences["left_out"], adopted.proposal
    tables = sum(len(sheet.tables) for sheet in proposal.sheets)
    lead = page["lead"].format(
        file=file,
        sheets=len(proposal.sheets),
        tables=tables,
        rows=len(proposal.rows),
        cells=adopted.cell_count,
    )
    lines = [f"# {page['heading'].format(form_id=adopted.form_id)}", "", lead, "", f"## {page['doubts']}", ""]
    if adopted.doubts:
        lines += _table((page["place"], page["what"]), (
            (f"{one.sheet}!{one.cell}", texts.doubt(one.code, one.found)) for one in adopted.doubts
        ))  # fmt: skip
    else:
        lines.append(page["none"])
    lines += ["", f"## {page['left_out']}", ""]
    lines += _table((page["place"], page["what"], page["reason"]), (
        (f"{one.sheet}!{one.cell}", one.text, reasons[one.reason]) for one in proposal.left_out
    ))  # fmt: skip
    return "\n".join([*lines, "", f"## {page['next']}", "", page["steps"], ""])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(text.replace('|', chr(92) + '|') for text in row)} |"


def _q(value: object) -> str:
    """One value as YAML: in double quotes, every sign that needs it escaped."""
    return json.dumps(value, ensure_ascii=False)
