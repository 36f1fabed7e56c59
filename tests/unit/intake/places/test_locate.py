"""One field found on one received workbook: at its address, by its code, by its label, or not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from intake_world import PRESCHOOL, PRIMARY, clean_folder, declared, layout_of, place_of, write_school

from termreview.forms.layout import FINGERPRINT_SHEET
from termreview.intake.places.locate import locate, read_fingerprint, read_identity
from termreview.intake.places.located import Located
from termreview.intake.places.moved import spelled_places
from termreview.spreadsheets.workbook import Cell, Sheet, Workbook, read_workbook

Cells = dict[tuple[int, int], Cell]
TASKS, STATISTICS, OPINIONS = "Nhiệm vụ", "Thống kê", "Ý kiến"


@cache
def received(school_id: str = PRESCHOOL) -> Workbook:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_school(path, school_id)
        return read_workbook(path)


def with_cells(workbook: Workbook, title: str, change: Callable[[Cells], Cells]) -> Workbook:
    """One workbook with the cells of one sheet changed."""
    sheets = [
        replace(sheet, cells=change(dict(sheet.cells))) if sheet.name == title else sheet
        for sheet in workbook.sheets
    ]
    return replace(workbook, sheets=tuple(sheets))


def renamed(workbook: Workbook, title: str, name: str) -> Workbook:
    sheets = [replace(sheet, name=name) if sheet.name == title else sheet for sheet in workbook.sheets]
    return replace(workbook, sheets=tuple(sheets))


def values(located: Located) -> dict[str, object]:
    """What stands at each position: moved rows must give the same."""
    found = {}
    for field_id, position in located.positions.items():
        cell = position.sheet.cells.get((position.row, position.column))
        found[field_id] = None if cell is None else cell.value
    return found


def rows_below(row: int, shift: int) -> Callable[[Cells], Cells]:
    return lambda cells: {(r + shift if r >= row else r, c): cell for (r, c), cell in cells.items()}


def columns_from(column: int, shift: int) -> Callable[[Cells], Cells]:
    return lambda cells: {(r, c + shift if c >= column else c): cell for (r, c), cell in cells.items()}


def codes(located: Located) -> set[str]:
    return {remark.code for remark in located.remarks}


@pytest.mark.parametrize("school_id", [PRESCHOOL, PRIMARY])
def test_every_field_of_an_untouched_form_stands_at_its_address(school_id: str) -> None:
    located = locate(received(school_id), layout_of(school_id))
    assert located.remarks == []
    assert located.found_by == "address"
    for field_id, position in located.positions.items():
        title, place = place_of(field_id, school_id)
        assert (position.sheet.name, position.row, position.column, position.found_by) == (
            title,
            place.row,
            place.column,
            "address",
        )


def test_hidden_marks_and_visible_identity_are_read() -> None:
    marks, seen = read_fingerprint(received()), read_identity(received(), declared().form)
    assert (marks["school_id"], marks["term_id"]) == (PRESCHOOL, "2023-2024-hk1")
    assert (seen["school_id"], seen["term_id"]) == (PRESCHOOL, "2023-2024-hk1")
    assert seen["school_name"] == "Trường Mầm non Hoa Sen"


def test_a_workbook_of_other_making_has_no_identity() -> None:
    other = Workbook((Sheet("Sheet1", "visible", {(1, 1): Cell("STT", "STT", "text")}),), "xlsx")
    assert read_fingerprint(other) == {}
    assert read_identity(other, declared().form) == {}
    assert locate(other, layout_of(PRESCHOOL)).positions == {}


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=1, max_value=40), st.integers(min_value=1, max_value=30))
def test_rows_inserted_anywhere_change_no_answer(row: int, count: int) -> None:
    home = locate(received(), layout_of(PRESCHOOL))
    moved = locate(with_cells(received(), STATISTICS, rows_below(row, count)), layout_of(PRESCHOOL))
    assert values(moved) == values(home)
    assert codes(moved) <= {"row_moved"}


@settings(max_examples=25, deadline=None)
@given(
    st.integers(min_value=1, max_value=4), st.integers(min_value=1, max_value=5), st.sampled_from([0, 1, 2])
)
def test_columns_inserted_before_the_answers_change_no_answer(column: int, count: int, which: int) -> None:
    title = (TASKS, STATISTICS, OPINIONS)[which]
    home = locate(received(), layout_of(PRESCHOOL))
    moved = locate(with_cells(received(), title, columns_from(column, count)), layout_of(PRESCHOOL))
    assert values(moved) == values(home)
    assert codes(moved) <= {"column_moved"}


def test_a_column_inserted_inside_a_grid_moves_only_what_stands_right_of_it() -> None:
    home = locate(received(), layout_of(PRESCHOOL))
    moved = locate(with_cells(received(), STATISTICS, columns_from(6, 1)), layout_of(PRESCHOOL))
    assert values(moved) == values(home)
    assert moved.positions["pupils_count.total"].column == home.positions["pupils_count.total"].column
    assert moved.positions["pupils_count.a6"].column == home.positions["pupils_count.a6"].column + 1


def test_two_rows_that_changed_places_are_read_by_their_codes() -> None:
    (_, first), (_, second) = (place_of(f"pupils_moved_{way}_count", PRESCHOOL) for way in ("in", "out"))
    swap = {first.row: second.row, second.row: first.row}
    workbook = with_cells(
        received(), STATISTICS, lambda cells: {(swap.get(r, r), c): cell for (r, c), cell in cells.items()}
    )
    located = locate(workbook, layout_of(PRESCHOOL))
    assert values(located) == values(locate(received(), layout_of(PRESCHOOL)))
    assert [remark.code for remark in located.remarks] == ["row_moved", "row_moved"]


@pytest.mark.parametrize("is_deleted", [False, True])
def test_without_codes_rows_are_read_by_their_labels(is_deleted: bool) -> None:
    def change(cells: Cells) -> Cells:
        kept = {place: cell for place, cell in cells.items() if place[1] != 1}
        return columns_from(2, -1)(kept) if is_deleted else kept

    located = locate(with_cells(received(), STATISTICS, change), layout_of(PRESCHOOL))
    assert values(located) == values(locate(received(), layout_of(PRESCHOOL)))
    assert located.found_by == "label"
    assert {
        position.found_by for position in located.positions.values() if position.sheet.name == STATISTICS
    } == {"label"}
    assert codes(located) == ({"matched_by_label", "column_moved"} if is_deleted else {"matched_by_label"})
    assert all(remark.found for remark in located.remarks)


def test_labels_are_compared_folded() -> None:
    def change(cells: Cells) -> Cells:
        kept = {place: cell for place, cell in cells.items() if place[1] != 1}
        return {
            place: cell._replace(
                value=unicodedata.normalize("NFD", cell.text).upper(),
                text=unicodedata.normalize("NFD", cell.text).upper(),
            )
            if place[1] == 2
            else cell
            for place, cell in kept.items()
        }

    located = locate(with_cells(received(), OPINIONS, change), layout_of(PRESCHOOL))
    assert {"difficulties", "proposals", "next_steps"} <= set(located.positions)


def test_a_row_that_is_gone_is_named_and_not_guessed() -> None:
    _, place = place_of("proposals", PRESCHOOL)
    workbook = with_cells(
        received(), OPINIONS, lambda cells: {at: cell for at, cell in cells.items() if at[0] != place.row}
    )
    located = locate(workbook, layout_of(PRESCHOOL))
    assert "proposals" not in located.positions
    (remark,) = located.remarks
    assert (remark.code, remark.sheet, remark.cell, remark.expected) == (
        "row_missing",
        OPINIONS,
        "A7",
        "YK.02",
    )


@pytest.mark.parametrize("name", ["Sheet2", "nhiem vu", "Bản sao"])
def test_a_renamed_sheet_is_known_by_its_codes(name: str) -> None:
    located = locate(renamed(received(), TASKS, name), layout_of(PRESCHOOL))
    assert set(located.positions) == set(locate(received(), layout_of(PRESCHOOL)).positions)
    assert [(remark.code, remark.found, remark.expected) for remark in located.remarks] == [
        ("sheet_renamed", name, TASKS)
    ]


@pytest.mark.parametrize("name", ["NHIỆM VỤ", unicodedata.normalize("NFD", TASKS), " Nhiệm  vụ "])
def test_a_sheet_name_spelled_another_way_is_the_same_name(name: str) -> None:
    assert locate(renamed(received(), TASKS, name), layout_of(PRESCHOOL)).remarks == []


def test_sheets_in_another_order_are_the_same_sheets() -> None:
    turned = replace(received(), sheets=tuple(reversed(received().sheets)))
    assert values(locate(turned, layout_of(PRESCHOOL))) == values(locate(received(), layout_of(PRESCHOOL)))


def test_a_missing_sheet_is_one_remark() -> None:
    kept = tuple(sheet for sheet in received().sheets if sheet.name != OPINIONS)
    located = locate(replace(received(), sheets=kept), layout_of(PRESCHOOL))
    assert [(remark.code, remark.expected) for remark in located.remarks] == [("sheet_missing", OPINIONS)]


def test_the_sheet_of_marks_is_never_taken_for_a_sheet_of_answers() -> None:
    kept = tuple(sheet for sheet in received().sheets if sheet.name == FINGERPRINT_SHEET)
    assert locate(replace(received(), sheets=kept), layout_of(PRESCHOOL)).positions == {}


def test_abbreviations_of_labels_and_heads_are_spelled_out() -> None:
    """Codes lost, the table typed anew with HS, GV, TS: each row found by its label, each match a remark."""
    short = {
        "học sinh": "HS",
        "giáo viên": "GV",
        "cán bộ quản lý": "CBQL",
        "Tổng số": "TS",
        "nhân viên": "NV",
    }

    def change(cells: Cells) -> Cells:
        kept = {}
        for place, cell in cells.items():
            text = cell.text
            for words, letters in short.items():
                text = text.replace(words, letters).replace(words.capitalize(), letters)
            if place[1] == 1:
                continue
            kept[place] = cell._replace(value=text, text=text) if cell.kind == "text" else cell
        return columns_from(2, -1)(kept)

    located = locate(with_cells(received(PRIMARY), STATISTICS, change), layout_of(PRIMARY))
    home = locate(received(PRIMARY), layout_of(PRIMARY))
    here = [name for name, position in home.positions.items() if position.sheet.name == STATISTICS]
    assert {name: values(located)[name] for name in here} == {name: values(home)[name] for name in here}
    matched = [remark for remark in located.remarks if remark.code == "matched_by_label"]
    assert [remark.label.endswith(" dòng khác") for remark in matched] == [True]
    assert codes(located) <= {"matched_by_label", "column_moved"}


def test_an_abbreviation_that_would_make_two_labels_one_names_none() -> None:
    places = {"số hs": (1, 2), "số học sinh": (2, 2), "số gv": (3, 2)}
    assert spelled_places(places, {"hs": "học sinh", "gv": "giáo viên"}) == {"số giáo viên": (3, 2)}


def test_the_sheet_of_the_exact_name_counts_and_its_copy_is_asked_about() -> None:
    def older(cells: Cells) -> Cells:
        return cells | {(6, 4): Cell("Không", "Không", "text")}

    copy = replace(
        next(sheet for sheet in with_cells(received(), TASKS, older).sheets if sheet.name == TASKS),
        name=f"{TASKS}.",
    )
    workbook = replace(received(), sheets=(copy, *received().sheets))
    located = locate(workbook, layout_of(PRESCHOOL))
    assert located.sheets["tasks"].name == TASKS
    assert [(remark.code, remark.found, remark.expected) for remark in located.remarks] == [
        ("sheet_copied", f"{TASKS}.", TASKS)
    ]


def test_of_two_sheets_whose_names_are_alike_the_first_is_read_and_the_other_asked_about() -> None:
    sheets = [sheet for sheet in received().sheets if sheet.name != TASKS]
    own = next(sheet for sheet in received().sheets if sheet.name == TASKS)
    other = replace(own, name="NHIỆM VỤ-", cells=own.cells | {(1, 9): Cell("bản sau", "bản sau", "text")})
    workbook = replace(received(), sheets=(*sheets, replace(own, name="Nhiệm  vụ."), other))
    located = locate(workbook, layout_of(PRESCHOOL))
    assert located.sheets["tasks"].name == "Nhiệm  vụ."
    assert [remark.code for remark in located.remarks] == ["sheet_copied"]


def test_rows_that_moved_together_are_one_remark_that_names_them() -> None:
    located = locate(with_cells(received(), STATISTICS, rows_below(20, 1)), layout_of(PRESCHOOL))
    codes_at_home = [
        number for plan in layout_of(PRESCHOOL).sheets if plan.plan.title == STATISTICS
        for block in plan.blocks for _, number in block.rows if number >= 20
    ]  # fmt: skip
    first, last = codes_at_home[0], codes_at_home[-1]
    assert [(remark.code, remark.cell, remark.found, remark.expected) for remark in located.remarks] == [
        ("row_moved", f"A{first + 1}", f"các dòng {first + 1}–{last + 1}", f"các dòng {first}–{last}")
    ]


def copied_row(cells: Cells, row: int, to: int, answer: object) -> Cells:
    """The cells with one row copied below, and another answer in the copy."""
    copy = {(to, column): cell for (r, column), cell in cells.items() if r == row}
    return cells | copy | {(to, 4): Cell(answer, str(answer), "number")}  # type: ignore[arg-type]


def test_a_row_copied_with_its_code_is_asked_with_both_figures_and_places() -> None:
    place = place_of("computers_count", PRESCHOOL)
    row = place[1].row
    workbook = with_cells(received(), place[0], lambda cells: copied_row(cells, row, 200, 245))
    located = locate(workbook, layout_of(PRESCHOOL))
    assert values(located) == values(locate(received(), layout_of(PRESCHOOL)))
    assert [(remark.code, remark.cell, remark.found) for remark in located.remarks] == [
        ("row_twice", f"D{row}", f"40 (D{row}), 245 (D200)")
    ]


def test_a_copied_row_with_the_same_answers_is_not_asked_about() -> None:
    title, place = place_of("computers_count", PRESCHOOL)
    workbook = with_cells(received(), title, lambda cells: copied_row(cells, place.row, 200, 40))
    assert locate(workbook, layout_of(PRESCHOOL)).remarks == []


@pytest.mark.parametrize("gone", ["total", "g2", "qualified"])
def test_a_deleted_column_is_never_read_from_its_neighbour(tmp_path: Path, gone: str) -> None:
    """The columns right of it move up: what stood in the next one is not the answer of the one that is gone."""
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    grid = "teachers_count" if gone == "qualified" else "pupils_count"
    title, place = place_of(f"{grid}.{gone}", PRIMARY)
    book = openpyxl.load_workbook(path)
    for merge in list(book[title].merged_cells.ranges):
        book[title].unmerge_cells(str(merge))
    book[title].delete_cols(place.column)
    book.save(path)
    cleaned = clean_folder(tmp_path)
    own = cleaned.observations[cleaned.observations["school_id"] == PRIMARY].set_index("field_id")
    lost = own.loc[f"{grid}.{gone}"]
    assert (lost["state"], lost["note"]) == ("unreadable", "row_missing")
    answered = own[own["state"].eq("answered") & own["cell"].notna()]
    assert not answered.duplicated(["sheet", "cell"]).any(), "one cell answers one question"
    found = cleaned.findings.query("check_code == 'column_missing' and school_id == @PRIMARY")
    assert len(found) > 0
    assert set(found["severity"]) == {"error"}


def _changed(folder: Path, school_id: str, change: Callable[[openpyxl.Workbook], None]) -> pd.DataFrame:
    """The findings on one filled form that was changed."""
    path = folder / f"{school_id}.xlsx"
    write_school(path, school_id)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    findings = clean_folder(folder).findings
    return findings[findings["school_id"] == school_id]


def _without_codes(book: openpyxl.Workbook) -> None:
    book["Nhiệm vụ"].delete_cols(1)


def _with_a_column(book: openpyxl.Workbook) -> None:
    sheet = book["Nhiệm vụ"]
    sheet.insert_cols(4)
    for row in range(6, 30):
        if isinstance(sheet.cell(row, 5).value, int):
            sheet.cell(row, 4).value = 7


def _with_names_exchanged(book: openpyxl.Workbook) -> None:
    tasks, statistics = book["Nhiệm vụ"], book["Thống kê"]
    tasks.title = "x"
    statistics.title, tasks.title = "Nhiệm vụ", "Thống kê"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_without_codes, ["matched_by_label", "column_moved"]),
        (_with_a_column, ["column_moved", "unowned_number"]),
        (_with_names_exchanged, ["sheet_renamed", "sheet_renamed"]),
    ],
)
def test_one_slip_is_told_in_one_line(
    tmp_path: Path, change: Callable[[openpyxl.Workbook], None], expected: list[str]
) -> None:
    found = _changed(tmp_path, PRIMARY, change)
    assert sorted(found["check_code"]) == sorted(expected)


def test_a_table_without_heads_is_told_as_such(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in (5, 6, 7):
            for column in range(4, 10 if row < 7 else 5):
                book["Thống kê"].cell(row, column).value = None

    found = _changed(tmp_path, PRIMARY, change)
    assert list(found["check_code"]) == ["heads_missing", "value_beside", "unowned_number"]
    assert "Lớp 1" in found.iloc[0]["message"]


def test_a_form_of_another_level_is_named_and_none_of_its_columns_believed(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == PRIMARY:
                    cell.value = PRESCHOOL
    book.save(path)
    cleaned = clean_folder(tmp_path)
    found = cleaned.findings[cleaned.findings["school_id"] == PRESCHOOL]
    assert {"form_level_differs", "heads_missing"} <= set(found["check_code"])
    assert "not_a_number" not in set(found["check_code"])
    read = cleaned.observations.query("school_id == @PRESCHOOL and field_id.str.startswith('pupils_count.')")
    assert set(read["state"]) == {"unreadable"}
