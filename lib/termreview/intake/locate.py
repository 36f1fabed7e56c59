"""One field found on one received workbook: by address, by its visible code, or by its label."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from termreview.intake.layout import (
    CODE_COLUMN,
    FINGERPRINT_SHEET,
    LABEL_COLUMN,
    TAG,
    Block,
    FormLayout,
    SheetLayout,
)
from termreview.intake.workbook import Sheet, Workbook, address, column_letters
from termreview.reference.forms import Form, FormColumn
from termreview.text import clean, fold

ADDRESS, CODE, LABEL, NONE = "address", "code", "label", "none"


class Spot(NamedTuple):
    """Where one field stands on the received workbook, and how it was found."""

    sheet: Sheet
    row: int
    column: int
    found_by: str


class Remark(NamedTuple):
    """One remark on the layout: code in the catalogue, place, what was found and expected, for which label."""

    code: str
    sheet: str
    cell: str
    found: str
    expected: str
    label: str


@dataclass
class Located:
    """All fields that were found, the remarks, and the sheets that belong to the form."""

    spots: dict[str, Spot] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    sheets: dict[str, Sheet] = field(default_factory=dict)

    @property
    def found_by(self) -> str:
        """The weakest way in which a field had to be found."""
        ways = {spot.found_by for spot in self.spots.values()}
        return next((way for way in (LABEL, CODE, ADDRESS) if way in ways), NONE)


def read_fingerprint(workbook: Workbook) -> dict[str, str]:
    """The hidden marks of one of our forms; empty when the workbook carries none."""
    for sheet in workbook.sheets:
        first = sheet.cells.get((1, 1))
        if first is not None and first.value == TAG:
            return {
                str(cell.value): str(sheet.cells[row, 2].value)
                for (row, column), cell in sheet.cells.items()
                if column == 1 and (row, 2) in sheet.cells
            }
    return {}


def read_identity(workbook: Workbook, form: Form) -> dict[str, str]:
    """The visible identity (school, term) beside its labels, wherever they stand."""
    names = ("school_id", "school_name", "term_id")
    as_written = {form.word(name): name for name in names}
    found: dict[str, str] = {}
    for sheet in workbook.sheets:
        _beside_labels(sheet, as_written, found, lambda text: text)
        if len(found) == len(names):
            return found
    folded = {fold(label): name for label, name in as_written.items()}
    for sheet in workbook.sheets:
        _beside_labels(sheet, folded, found, lambda text: fold(text) if len(text) < 60 else text)
    return found


def _beside_labels(
    sheet: Sheet, wanted: Mapping[str, str], found: dict[str, str], reading: Callable[[str], str]
) -> None:
    for (row, column), cell in sheet.cells.items():
        name = wanted.get(reading(cell.text))
        beside = sheet.cells.get((row, column + 1)) if name else None
        if name and beside is not None and name not in found:
            found[name] = clean(str(beside.value))


def locate(workbook: Workbook, layout: FormLayout) -> Located:
    """Find every field of one layout.

    Each row is looked up at its address first and believed only when its visible code stands there; then by
    code anywhere on the sheet; then by label. What is not found is a remark, never a guess.
    """
    located = Located()
    taken: set[str] = {FINGERPRINT_SHEET}
    for plan in layout.sheets:
        if not plan.blocks:
            continue
        sheet = _find_sheet(workbook, plan, taken)
        if sheet is None:
            located.remarks.append(
                Remark("sheet_missing", plan.plan.title, "", "", plan.plan.title, plan.plan.title)
            )
            continue
        taken.add(sheet.name)
        located.sheets[plan.plan.sheet_id] = sheet
        if fold(sheet.name) != fold(plan.plan.title):
            located.remarks.append(
                Remark("sheet_renamed", sheet.name, "", sheet.name, plan.plan.title, plan.plan.title)
            )
        _locate_sheet(located, sheet, plan, layout.form.word("label"))
    return located


def _find_sheet(workbook: Workbook, plan: SheetLayout, taken: set[str]) -> Sheet | None:
    wanted = fold(plan.plan.title)
    free = [sheet for sheet in workbook.sheets if sheet.name not in taken]
    for sheet in free:
        if fold(sheet.name) == wanted:
            return sheet
    codes = {row.row_code for block in plan.blocks for row, _ in block.rows}
    counted = [(len(codes & _texts(sheet)), -place, sheet) for place, sheet in enumerate(free)]
    hits, _, best = max(counted, key=lambda entry: entry[:2], default=(0, 0, None))
    return best if hits * 2 >= len(codes) else None


def _texts(sheet: Sheet) -> set[str]:
    return {clean(cell.text) for cell in sheet.cells.values() if len(cell.text) < 20}


def _locate_sheet(located: Located, sheet: Sheet, plan: SheetLayout, label_head: str) -> None:
    codes: Mapping[str, tuple[int, int]] | None = None
    labels: Mapping[str, tuple[int, int]] | None = None
    for block in plan.blocks:
        is_home = _columns_at_home(sheet, block, label_head)
        columns: dict[str, int] | None = None
        for form_row, number in block.rows:
            at_home = sheet.cells.get((number, CODE_COLUMN))
            if at_home is not None and at_home.text.strip() == form_row.row_code and is_home:
                for place in block.places_by_row[number]:
                    located.spots[place.field.field_id] = Spot(sheet, number, place.column, ADDRESS)
                continue
            if codes is None:
                codes = _code_places(sheet)
                labels = _label_places(sheet)
            row, code_column, found_by = number, CODE_COLUMN, CODE
            if form_row.row_code in codes:
                row, code_column = codes[form_row.row_code]
                if row != number:
                    located.remarks.append(
                        Remark(
                            "row_moved",
                            sheet.name,
                            address(row, code_column),
                            f"dòng {row}",
                            f"dòng {number}",
                            form_row.label,
                        )
                    )
            elif labels is not None and fold(form_row.label) in labels:
                row, label_column = labels[fold(form_row.label)]
                code_column, found_by = label_column - LABEL_COLUMN + CODE_COLUMN, LABEL
                located.remarks.append(
                    Remark(
                        "matched_by_label",
                        sheet.name,
                        address(row, label_column),
                        clean(sheet.cells[row, label_column].text),
                        form_row.row_code,
                        form_row.label,
                    )
                )
            else:
                located.remarks.append(
                    Remark(
                        "row_missing",
                        sheet.name,
                        address(number, CODE_COLUMN),
                        "",
                        form_row.row_code,
                        form_row.label,
                    )
                )
                continue
            if columns is None:
                columns = _moved_columns(located, sheet, block, code_column)
            for place in block.places_by_row[number]:
                column = columns.get(place.field.column_id, place.column + code_column - CODE_COLUMN)
                located.spots[place.field.field_id] = Spot(sheet, row, column, found_by)


def _heads(block: Block) -> tuple[int, dict[str, FormColumn]]:
    """The row that names the answer columns of one block, and its folded texts: codes in a grid, else labels."""
    if block.codes_row is not None:
        return block.codes_row, {fold(column.column_id): column for column, _ in block.columns}
    return block.header_row, {fold(column.label): column for column, _ in block.columns}


def _columns_at_home(sheet: Sheet, block: Block, label_head: str) -> bool:
    """Say whether the heads of the labels and of the answer columns stand where they were written."""
    row = block.codes_row or block.header_row
    places = [(block.header_row, LABEL_COLUMN, label_head)]
    places += [
        (row, number, column.label if block.codes_row is None else column.column_id)
        for column, number in block.columns
    ]
    for row, number, head in places:
        cell = sheet.cells.get((row, number))
        if cell is None or (cell.text != head and fold(cell.text) != fold(head)):
            return False
    return True


def _code_places(sheet: Sheet) -> dict[str, tuple[int, int]]:
    """Row and column of every short text on one sheet; the leftmost place of each counts."""
    places: dict[str, tuple[int, int]] = {}
    for (row, column), cell in sheet.cells.items():
        text = clean(cell.text)
        if len(text) < 20 and (text not in places or column < places[text][1]):
            places[text] = (row, column)
    return places


def _label_places(sheet: Sheet) -> dict[str, tuple[int, int]]:
    places: dict[str, tuple[int, int]] = {}
    for place, cell in sheet.cells.items():
        if cell.kind == "text" and len(cell.text) >= 6:
            places.setdefault(fold(cell.text), place)
    return places


def _moved_columns(located: Located, sheet: Sheet, block: Block, code_column: int) -> dict[str, int]:
    """The answer columns of a block that moved: by the row nearest to its own that holds most of its heads."""
    heads_row, heads = _heads(block)
    best: dict[str, int] = {}
    best_row = heads_row
    by_row: dict[int, dict[str, int]] = {}
    first = code_column + LABEL_COLUMN - CODE_COLUMN
    for (row, place), cell in sheet.cells.items():
        head = heads.get(fold(cell.text)) if place > first and len(cell.text) < 60 else None
        if head is not None:
            by_row.setdefault(row, {})[head.column_id] = place
    for row, found in by_row.items():
        if len(found) * 2 > len(heads) and (len(found), -abs(row - heads_row)) > (
            len(best),
            -abs(best_row - heads_row),
        ):
            best, best_row = found, row
    for column, number in block.columns:
        place = best.get(column.column_id, number)
        if place != number:
            located.remarks.append(
                Remark(
                    "column_moved",
                    sheet.name,
                    address(best_row, place),
                    f"cột {column_letters(place)}",
                    f"cột {column_letters(number)}",
                    column.label,
                )
            )
    return best
