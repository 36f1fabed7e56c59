"""One workbook that goes back to a school: its own file with marks, notes and a first sheet, or a fresh form.

The school's file is edited part by part, so that drop-downs, formats, protection, other sheets and the hidden
fingerprint stay as they were. A file that cannot be edited so (older formats, text tables, odd packages) is
answered with a fresh form that carries the figures read from it.

The text of a point says what is wrong, what is allowed, what to do, and how the answer is understood meanwhile.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from termreview.cells import address, parse_address
from termreview.forms.dispatch import file_name, form_order
from termreview.forms.form import Value, write_form
from termreview.forms.layout import FormLayout, form_layout
from termreview.intake.places.points_sheet import find_points_sheet
from termreview.reference.declarations import Reference
from termreview.reference.kinds.calendar import contact_text
from termreview.reference.kinds.forms import Field, Form
from termreview.reference.kinds.units import Unit
from termreview.returns.points import ASKING, FIXED, is_asked
from termreview.returns.returned import SchoolReturn
from termreview.returns.sheet import SheetOrder, first_sheet
from termreview.spreadsheets.editing.cells import Place, mark_cells, restyle
from termreview.spreadsheets.editing.notes import Note, add_notes, drop_notes
from termreview.spreadsheets.editing.package import (
    Package,
    leave_out_code,
    open_package,
    save_package,
    set_authors,
    sheets_of,
    styles_part,
    tree,
)
from termreview.spreadsheets.editing.page import page_sheet
from termreview.spreadsheets.editing.sheets import drop_sheet, empty_workbook, insert_first_sheet
from termreview.spreadsheets.editing.styles import marked_format, open_styles, plain_formats
from termreview.spreadsheets.editing.xml import UnmarkableError
from termreview.spreadsheets.workbook import Workbook, read_workbook
from termreview.storage.workspace import atomic_write, place_in
from termreview.terms import Term
from termreview.text import capitalised, stored_number_text

# Points whose cell is where something should stand, not where it stands.
_WITHOUT_CELL = ("row_missing", "heads_missing", "column_missing", "sheet_missing")
_RANK = {severity: number for number, severity in enumerate((*ASKING, "note"))}
Answered = Mapping[str, Any]  # one observation


@dataclass(frozen=True)
class Written:
    """One returned workbook as written, and the way: `marked`, `rebuilt` or `refused`."""

    path: Path
    way: str


def return_path(folder: Path, school: Unit, term: Term) -> Path:
    """The place of one school's returned workbook."""
    return place_in(folder, file_name(school, term, "can-sua"))


def write_return(
    folder: Path, entry: SchoolReturn, observations: pd.DataFrame, reference: Reference, term: Term
) -> Written:
    """Write what goes back to one school, whole or not at all; the same inputs make the same bytes."""
    path = return_path(folder, entry.school, term)
    remarks = _about_later(entry, reference)
    if entry.later is not None and not is_asked(entry.points):
        entry = entry.later
    here = observations[observations["school_id"] == entry.school.unit_id].to_dict("records")
    own = {str(row["field_id"]): {str(name): value for name, value in row.items()} for row in here}
    declared = reference.of(term)
    layout = form_layout(declared.form, entry.school.level, term.part)
    points = point_texts(entry.points, own, layout, reference, term)
    order = _order(entry, points, remarks, reference, term)
    with atomic_write(path) as beside:
        if entry.is_refused:
            package = empty_workbook()
            _add_first_sheet(package, order, "refused_title")
            save_package(beside, package)
            return Written(path, "refused")
        try:
            package = _marked(entry, order, declared.office.name)
            way = "marked"
        except (UnmarkableError, LookupError, ValueError, StopIteration):
            # Whatever an odd package holds, the school gets its answer.
            write_form(beside, form_order(reference, declared, entry.school), answers_again(own, layout))
            package = _rebuilt(beside, entry, order, layout, declared.office.name)
            way = "rebuilt"
        set_authors(package, declared.form.title, declared.office.name, declared.plan.due_on.isoformat())
        save_package(beside, package)
    return Written(path, way)


def answers_again(own: Mapping[str, Answered], layout: FormLayout) -> dict[str, Value]:
    """The answers of one school as a fresh form takes them: values where they were read, else what was written."""
    answers: dict[str, Value] = {}
    for field_id, (_, place) in layout.places.items():
        if field_id not in own:
            continue
        row, kind = own[field_id], place.field.kind
        if row["state"] == "answered" and kind == "yes_no":
            answers[field_id] = "yes" if row["value_number"] else "no"
        elif row["state"] == "answered" and place.field.is_numeric:
            answers[field_id] = float(row["value_number"])
        elif row["state"] == "answered" and kind == "date":
            answers[field_id] = datetime.date.fromisoformat(str(row["value_text"]))
        elif row["state"] == "answered":
            answers[field_id] = str(row["value_text"])
        elif not pd.isna(row["original"]):
            answers[field_id] = str(row["original"])
    return answers


def _about_later(entry: SchoolReturn, reference: Reference) -> tuple[str, ...]:
    """What the first sheet says where a file was refused after the one that counts."""
    if entry.later is None:
        return ()
    words, later = reference.returns["remarks"], entry.later
    day = f"{entry.file.received_on:%d/%m/%Y}"
    if not is_asked(entry.points):
        return (words["still_counts"].format(file=entry.file.name, received_on=day),)
    told = [f"{point.message} {point.remedy}".strip() for point in later.points.itertuples()]
    return (words["later_refused"].format(file=later.file.name, problem=" ".join(told)),)


def _order(
    entry: SchoolReturn, points: pd.DataFrame, remarks: tuple[str, ...], reference: Reference, term: Term
) -> SheetOrder:
    declared, words = reference.of(term), reference.returns
    plan, office = declared.plan, declared.office
    term_line = words["sheet"]["term"].format(
        term=capitalised(plan.title), school_year=term.school_year, due_on=f"{plan.due_on:%d/%m/%Y}"
    )
    if plan.resubmission_due_on is not None:
        term_line += words["sheet"]["resubmission"].format(day=f"{plan.resubmission_due_on:%d/%m/%Y}")
    file_line = words["sheet"]["file"].format(
        file=entry.file.name, received_on=f"{entry.file.received_on:%d/%m/%Y}", revision=entry.revision
    )
    return SheetOrder(
        words, reference.labels["severities"], office.parent_body, office.name, office.is_illustrative,
        entry.school.unit_id, entry.school.name, term.term_id, term_line, file_line, remarks, points,
        entry.is_compared, entry.is_refused, contact_text(office, reference.labels["contact"]),
    )  # fmt: skip


def _marked(entry: SchoolReturn, order: SheetOrder, author: str) -> Package:
    """The school's own file with what an earlier return added taken off, and the marks of today put on."""
    if entry.is_shared:
        raise UnmarkableError("other schools' figures stand in this file")
    package = open_package(entry.file.source)
    workbook = read_workbook(entry.file.source)
    had_macros = leave_out_code(package)
    _unmark(package, workbook, order)
    remarks = [order.words["remarks"]["marked"], *order.remarks]
    if had_macros:
        remarks.append(order.words["remarks"]["macros"])
    return _with_marks(package, replace(order, remarks=tuple(remarks)), author)


def _rebuilt(path: Path, entry: SchoolReturn, order: SheetOrder, layout: FormLayout, author: str) -> Package:
    """A fresh form, just written, with the marks at the cells of its own layout."""
    points = order.points.copy()
    places = {name: (title, place) for name, (title, place) in layout.places.items()}
    points["sheet"] = [places[name][0] if name in places else "" for name in points["field_id"]]
    points["cell"] = [
        address(places[name][1].row, places[name][1].column) if name in places else ""
        for name in points["field_id"]
    ]
    kind = entry.file.source.suffix.lower() or entry.file.name
    remark = order.words["remarks"]["rebuilt"].format(kind=kind)
    remarks = (remark, *order.remarks)
    return _with_marks(open_package(path), replace(order, points=points, remarks=remarks), author)


def _unmark(package: Package, workbook: Workbook, order: SheetOrder) -> None:
    """Take off one workbook what an earlier return put on it: first sheet, notes, colours."""
    back = find_points_sheet(workbook)
    if back is None:
        return
    drop_sheet(package, back.name)
    head = order.words["note"]["head"]
    heads = tuple(head.format(severity=severity, title="") for severity in order.severities.values())
    plain = plain_formats(open_styles(tree(package, styles_part(package))))
    for sheet in sheets_of(package):
        drop_notes(package, sheet, heads)
        restyle(tree(package, sheet.part), plain)


def _with_marks(package: Package, order: SheetOrder, author: str) -> Package:
    """One package with coloured cells, notes and the first sheet."""
    sheets = {sheet.name: sheet for sheet in sheets_of(package)}
    live = order.points[order.points["change"] != FIXED]
    is_linked = [
        name in sheets and bool(cell) for name, cell in zip(live["sheet"], live["cell"], strict=True)
    ]
    is_marked = [
        linked and code not in _WITHOUT_CELL and (severity in ASKING or bool(field_id))
        for linked, code, severity, field_id in zip(
            is_linked, live["check_code"], live["severity"], live["field_id"], strict=True
        )
    ]
    marks: dict[str, dict[Place, str]] = {}
    notes: dict[str, dict[Place, Note]] = {}
    for point in live[is_marked].itertuples():
        place = parse_address(str(point.cell))
        found = marks.setdefault(str(point.sheet), {})
        found[place] = min(found.get(place, "note"), str(point.severity), key=_RANK.__getitem__)
        kept = notes.setdefault(str(point.sheet), {})
        kept[place] = _joined(kept.get(place), (str(point.note_head), str(point.note_body)))
    book = open_styles(tree(package, styles_part(package)))
    for name, places in marks.items():
        sheet = tree(package, sheets[name].part)
        mark_cells(sheet, places, lambda number, severity: marked_format(book, number, severity))
        add_notes(package, sheets[name], notes[name], author)
    shown = order.points.assign(link="")
    shown.loc[live.index[is_linked], "link"] = "1"
    _add_first_sheet(package, replace(order, points=shown), "title")
    return package


def _joined(before: Note | None, note: Note) -> Note:
    if before is None:
        return note
    return before[0], "\n".join((before[1], "", *note))


def _add_first_sheet(package: Package, order: SheetOrder, title: str) -> None:
    page = first_sheet(order)
    sheet = page_sheet(page, open_styles(tree(package, styles_part(package))))
    insert_first_sheet(package, order.words["sheet"][title], sheet, (page.head_row, page.head_row))


def write_returns(
    folder: Path,
    planned: Sequence[SchoolReturn],
    observations: pd.DataFrame,
    reference: Reference,
    term: Term,
) -> Mapping[str, Written]:
    """Write what goes back to every school that is asked something; a file with nothing left to ask is removed."""
    written = {}
    for entry in planned:
        if entry.is_asked:
            written[entry.school.unit_id] = write_return(folder, entry, observations, reference, term)
        else:
            return_path(folder, entry.school, term).unlink(missing_ok=True)
    return written


def point_texts(
    points: pd.DataFrame, own: Mapping[str, Answered], layout: FormLayout, reference: Reference, term: Term
) -> pd.DataFrame:
    """The points with the columns that a reader sees: title, label, problem, expected, note_head, note_body.

    Parameters
    ----------
    own
        The school's observations by field id.
    """
    checks = {check.check_code: check for check in reference.of(term).checks}
    words = reference.returns
    rows = []
    for point in points.to_dict("records"):
        code, place = point["check_code"], layout.places.get(point["field_id"])
        field = place[1].field if place else None
        message = reference.messages.get(code)
        check = checks.get(code)
        title = check.title if check else message.title if message else code
        # The place is said by the columns beside and by the cell itself; what is left is what is wrong.
        _, mark, rest = point["message"].partition(f'"{field.label}": ' if field else "\0")
        problem = rest if mark else point["message"]
        expected = point["expected"]
        if check and expected and point["change"] != "fixed":
            expected = f"{check.title} ({expected})" if title not in expected else expected
        lines = [
            capitalised(problem),
            words["note"]["expected"].format(expected=expected) if expected else "",
            words["note"]["remedy"].format(remedy=point["remedy"]) if point["remedy"] else "",
        ]
        assumed = assumed_text(field, own, layout.form, reference) if field else ""
        if assumed:
            lines.append(words["note"]["assumed"].format(assumed=assumed))
        if point["explanation"]:
            lines.append(words["note"]["explained"].format(explanation=point["explanation"]))
        head = words["note"]["head"].format(
            severity=reference.labels["severities"][point["severity"]], title=title
        )
        rows.append(
            point | {
                "title": title, "label": f"{field.row_code} {field.label}" if field else "",
                "problem": capitalised(problem), "expected": expected, "link": "",
                "note_head": head, "note_body": "\n".join(line for line in lines if line),
            }
        )  # fmt: skip
    columns = [*points.columns, "title", "label", "problem", "link", "note_head", "note_body"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def assumed_text(field: Field, own: Mapping[str, Answered], form: Form, reference: Reference) -> str:
    """How one answer is understood until the school mends it."""
    row = own.get(field.field_id)
    if row is None:
        return ""
    value = _value(field, row, form, reference) if row["state"] == "answered" else ""
    template: str = reference.returns["assumed"][row["state"]]
    return template.format(value=value)


def _value(field: Field, row: Answered, form: Form, reference: Reference) -> str:
    if field.kind == "yes_no":
        return str(reference.labels["yes_no"]["yes" if row["value_number"] else "no"])
    if field.is_numeric:
        return stored_number_text(float(row["value_number"]))
    text = str(row["value_text"])
    if field.kind == "date":
        return f"{datetime.date.fromisoformat(text):%d/%m/%Y}"
    return form.choices(field.options).get(text, text) if field.options else text
