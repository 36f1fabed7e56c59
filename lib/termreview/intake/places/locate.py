"""One field found on one received workbook: by address, by its visible code, or by its label."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from operator import attrgetter

from termreview.cells import address
from termreview.forms.layout import (
    CODE_COLUMN,
    FINGERPRINT_SHEET,
    LABEL_COLUMN,
    TAG,
    UNIT_COLUMN,
    Block,
    FormLayout,
    Place,
    Printed,
    SheetLayout,
)
from termreview.intake.places.contradictions import (
    FoundRow,
    note_contradictions,
    note_maxima,
    note_other_codes,
    rows_with_other_codes,
)
from termreview.intake.places.heads import note_heads
from termreview.intake.places.located import ADDRESS, CODE, LABEL, AsPrinted, FieldPosition, Located, Remark
from termreview.intake.places.moved import (
    Move,
    code_places,
    columns_at_home,
    columns_beside,
    is_gone,
    label_places,
    missing,
    missing_column,
    missing_heads,
    moved_columns,
    moved_rows,
    one_a_cause,
    spelled_places,
)
from termreview.intake.places.office_cells import locate_office, read_office_identity
from termreview.intake.places.twins import has_further_head, note_twins, settle_column_twins
from termreview.reference.kinds.forms import Form
from termreview.spreadsheets.workbook import Sheet, Workbook
from termreview.text import clean, fold, spelled_out

_text_of = attrgetter("text")


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
    if form.office is not None:
        return read_office_identity(workbook, form.office)
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
    if layout.form.office is not None:
        return locate_office(workbook, layout)
    located = Located()
    taken: set[str] = {FINGERPRINT_SHEET}
    for plan in layout.sheets:
        if not plan.blocks:
            continue
        sheet = _find_sheet(workbook, plan, taken, layout.form)
        if sheet is None:
            located.remarks.append(
                Remark("sheet_missing", plan.plan.title, "", "", plan.plan.title, plan.plan.title)
            )
            continue
        is_shared = sheet.name in taken
        taken.add(sheet.name)
        located.sheets[plan.plan.sheet_id] = sheet
        if fold(sheet.name) != fold(plan.plan.title):
            located.remarks.append(
                Remark("sheet_renamed", sheet.name, "", sheet.name, plan.plan.title, plan.plan.title)
            )
        _locate_sheet(located, sheet, plan, layout)
        if is_shared:  # it holds more than one part of the form
            located.as_printed.pop(sheet.name, None)
    _note_copies(located, workbook, layout, taken)
    return located


def _note_copies(located: Located, workbook: Workbook, layout: FormLayout, taken: set[str]) -> None:
    """Remark every further sheet that holds the rows of a sheet already found, with other content."""
    for sheet in workbook.sheets:
        if sheet.name in taken:
            continue
        texts = _texts(sheet)
        for plan in layout.sheets:
            used = located.sheets.get(plan.plan.sheet_id)
            if used is None:
                continue
            codes = layout.printed[plan.plan.sheet_id].codes
            if len(codes & texts) * 2 > len(codes) and _differ(used, sheet):
                located.remarks.append(
                    Remark("sheet_copied", sheet.name, "", sheet.name, used.name, plan.plan.title)
                )


def _differ(one: Sheet, other: Sheet) -> bool:
    return {place: cell.text for place, cell in one.cells.items()} != {
        place: cell.text for place, cell in other.cells.items()
    }


def _find_sheet(workbook: Workbook, plan: SheetLayout, taken: set[str], form: Form) -> Sheet | None:
    """The sheet of one part of the form: by its name, by its codes, by its labels.

    A sheet of the name without a single code of the part comes last: names of sheets are exchanged.
    """
    title = plan.plan.title
    free = [sheet for sheet in workbook.sheets if sheet.name not in taken]
    named = None
    for key in (str, clean, fold):  # an older copy may stand before the sheet of the exact name
        named = named or next((sheet for sheet in free if key(sheet.name) == key(title)), None)
    first, number = plan.blocks[0].rows[0]
    at_home = None if named is None else named.cells.get((number, CODE_COLUMN))
    if named is not None and at_home is not None and at_home.text == first.row_code:
        return named  # nearly always
    codes = {row.row_code for block in plan.blocks for row, _ in block.rows}
    if named is not None and codes & _texts(named):
        return named
    # A sheet that is already some part of the form comes last: all parts may stand on one sheet.
    others = [sheet for sheet in workbook.sheets if sheet.name in taken - {FINGERPRINT_SHEET}]
    for group in (free, others):
        counted = [(len(codes & _texts(sheet)), -place, sheet) for place, sheet in enumerate(group)]
        hits, _, best = max(counted, key=lambda entry: entry[:2], default=(0, 0, None))
        if hits * 2 >= len(codes):
            return best
        if named is not None and group is free:
            return named
    short = dict(form.abbreviations)
    labels = {spelled_out(fold(row.label), short) for block in plan.blocks for row, _ in block.rows}
    for sheet in (*free, *others):
        if len(labels & spelled_places(label_places(sheet, short), short).keys()) * 2 >= len(labels):
            return sheet
    return None


def _texts(sheet: Sheet) -> set[str]:
    return {clean(cell.text) for cell in sheet.cells.values() if len(cell.text) < 20}


def _label_place(
    label: str, labels: Mapping[str, tuple[int, int]], abbreviations: Mapping[str, str]
) -> tuple[int, int] | None:
    """Where one label stands, as it is written or with its abbreviations spelled out."""
    folded = fold(label)
    return labels.get(folded) or labels.get(spelled_out(folded, abbreviations))


def _is_as_printed(
    located: Located, sheet: Sheet, plan: SheetLayout, printed: Printed, beside_heads: Collection[str]
) -> bool:
    """Find all fields of one sheet at their addresses where, to the letter, it says what the form printed: nearly always.

    A further code or head is for a closer look.
    """
    cells = sheet.cells
    try:
        found = printed.cells_of(cells)
    except KeyError:
        return False
    if tuple(map(_text_of, found)) != printed.ordered_texts or not cells.keys().isdisjoint(printed.empty):
        return False
    others = cells.keys() - printed.own
    beside_codes = [place for place in others if place[1] == CODE_COLUMN]
    if any(cells[place].text.strip() in printed.codes for place in beside_codes):
        return False
    if any(has_further_head(cells, block, beside_heads) for block in plan.blocks):
        return False
    new = tuple.__new__  # a named tuple made without its slower constructor
    for field_id, (row, column) in printed.fields.items():
        located.positions[field_id] = new(FieldPosition, (sheet, row, column, ADDRESS))
    located.as_printed[sheet.name] = AsPrinted(printed, others)
    return True


def _locate_sheet(located: Located, sheet: Sheet, plan: SheetLayout, layout: FormLayout) -> None:
    form, cells = layout.form, sheet.cells
    told = len(located.remarks)
    beside_heads = (form.word("help"), form.word("computed"))
    if _is_as_printed(located, sheet, plan, layout.printed[plan.plan.sheet_id], beside_heads):
        return
    codes: Mapping[str, tuple[int, int]] | None = None
    positions, new = located.positions, tuple.__new__  # a named tuple made without its slower constructor
    labels: Mapping[str, tuple[int, int]] = {}
    short = dict(form.abbreviations)
    moves: list[Move] = []
    odd: list[FoundRow] = []  # whose label or unit is not, to the letter, the form's
    code_columns = {CODE_COLUMN}
    odd_heads: list[Block] = []  # whose heads may stand twice
    slipped: frozenset[int] = frozenset()  # rows whose codes were filled down from a wrong one
    order = 0
    for block in plan.blocks:
        is_home = columns_at_home(sheet, block, form.word("label"))
        if not is_home or has_further_head(cells, block, beside_heads):
            odd_heads.append(block)
        columns: dict[str, int] | None = None
        gone: dict[str, Place] = {}  # columns that are nowhere, each by a place of it
        headless: list[int] = []  # rows that are there, but not which of their numbers is whose
        for form_row, number, code, own_label, own_unit, asked_columns in block.printed_rows:
            order += 1
            at_home = cells.get((number, CODE_COLUMN))
            if at_home is not None and is_home and at_home.text.strip() == code:
                for field_id, column in asked_columns:
                    positions[field_id] = new(FieldPosition, (sheet, number, column, ADDRESS))
                label, unit = cells.get((number, LABEL_COLUMN)), cells.get((number, UNIT_COLUMN))
                if (label is not None and label.text != own_label) or (
                    unit is not None and own_unit is not None and unit.text != own_unit
                ):
                    answers = tuple(column for _, column in asked_columns)
                    odd.append(FoundRow(form_row, own_unit or "", number, CODE_COLUMN, answers))
                continue
            if codes is None:
                slipped = rows_with_other_codes(sheet, plan)
                codes = code_places(sheet, slipped)
                labels = label_places(sheet, short)
                labels = spelled_places(labels, short) | labels
            if is_home and number in slipped:
                for field_id, column in asked_columns:
                    positions[field_id] = new(FieldPosition, (sheet, number, column, LABEL))
                continue
            row, code_column, found_by = number, CODE_COLUMN, CODE
            if form_row.row_code in codes:
                row, code_column = codes[form_row.row_code]
                if row != number:
                    moves.append(Move(order, row, number, code_column, form_row.label))
            elif (at_label := _label_place(form_row.label, labels, short)) is not None:
                row, label_column = at_label
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
                located.remarks.append(missing(sheet, number, form_row))
                continue
            code_columns.add(code_column)
            if columns is None:
                columns = moved_columns(located, sheet, block, code_column, short)
            asked = block.places_by_row[number]
            here = columns or columns_beside(located, sheet, (row, code_column), form_row, asked)
            if here is None:
                headless.append(row)
                continue
            for place in asked:
                written_at = place.column + code_column - CODE_COLUMN
                if place.field.column_id not in here and is_gone(columns, block, written_at):
                    gone[place.field.column_id] = place
                    continue
                column = here.get(place.field.column_id, written_at)
                located.positions[place.field.field_id] = FieldPosition(sheet, row, column, found_by)
            if found_by == CODE:
                fields = (place.field.field_id for place in asked)
                answers = tuple(positions[name].column for name in fields if name in positions)
                odd.append(FoundRow(form_row, own_unit or "", row, code_column, answers))
        located.remarks += [missing_column(sheet, block, place) for place in gone.values()]
        if headless:
            located.remarks.append(missing_heads(sheet, block, headless))
    located.remarks += moved_rows(sheet, moves)
    if odd_heads:
        settle_column_twins(located, sheet, odd_heads)
    note_heads(located, sheet, plan, layout)
    note_maxima(located, sheet, plan)
    if slipped:
        note_other_codes(located, sheet, plan, slipped)
    if odd:
        note_contradictions(located, sheet, layout, odd)
    note_twins(located, sheet, plan, code_columns, slipped)
    located.remarks[told:] = one_a_cause(located.remarks[told:])
