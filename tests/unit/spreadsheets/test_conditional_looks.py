"""Cells that a condition may hide, whiten or cross out: their answers stay and are asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from intake_world import PRESCHOOL, clean_folder, place_of, write_school
from openpyxl import load_workbook
from openpyxl.formatting.rule import DataBarRule
from test_values import codes

from termreview.cells import address
from termreview.intake.values.displayed_value import with_look
from termreview.intake.values.value_reading import PERSONAL_DATA, Reading
from termreview.spreadsheets.workbook import Cell, Limits, read_workbook
from termreview.spreadsheets.xlsx.conditions import hiding_areas

ALWAYS = {"type": "formula", "criteria": "=TRUE"}


@pytest.mark.parametrize(
    ("look", "hides"),
    [({"font_color": "#FFFFFF"}, True), ({"font_strikeout": True}, True), ({"num_format": ";;;"}, True),
     ({"num_format": '"Có"'}, True), ({"font_color": "#FFFFFF", "bg_color": "#1F4E79"}, False),
     ({"font_color": "#7F1D1D", "bg_color": "#F4A582"}, False), ({"bg_color": "#000000"}, True), ({"bold": True}, False),
     ({"num_format": "#,##0"}, False)],
)  # fmt: skip
def test_a_condition_that_hides_a_cell_is_seen(tmp_path: Path, look: dict[str, object], hides: bool) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_number("B2", 5)
        sheet.conditional_format("A1:A2", {**ALWAYS, "format": book.add_format({"italic": True})})
        sheet.conditional_format("B2:B4", {**ALWAYS, "format": book.add_format(look)})
    here, there = read_workbook(path), read_workbook(path, Limits(in_process_bytes=1))
    assert here.sheets[0].conditional == (("B2:B4",) if hides else ())
    assert here == there


def test_bars_and_signs_in_place_of_the_number_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        sheet.write_number("B2", 5)
        sheet.conditional_format("B2", {"type": "data_bar", "bar_only": True})
        sheet.conditional_format("B3", {"type": "data_bar"})
        sheet.conditional_format("C4:C5", {"type": "icon_set", "icon_style": "3_arrows", "icons_only": True})
        sheet.conditional_format("C6", {"type": "icon_set", "icon_style": "3_arrows"})
        sheet.conditional_format("D2", {"type": "data_bar", "bar_only": True, "data_bar_2010": True})
    assert set(read_workbook(path).sheets[0].conditional) == {"B2", "C4:C5", "D2"}


def test_a_part_that_breaks_off_names_no_area() -> None:
    broken = b"<sheetData></sheetData>" + b'<conditionalFormatting sqref="B2"><dataBar showValue="0"' * 50_000
    assert hiding_areas(broken, None, None) == []


def test_an_answer_that_a_condition_may_hide_counts_and_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    write_school(path, PRESCHOOL)
    book = load_workbook(path)
    title, place = place_of("has_website", PRESCHOOL)
    where = address(place.row, place.column)
    book[title].conditional_formatting.add(
        where, DataBarRule("min", None, "max", None, color="FF638EC6", showValue=False)
    )
    book.save(path)
    cleaned = clean_folder(tmp_path)
    found = cleaned.findings[cleaned.findings["check_code"] == "look_on_condition"]
    assert list(zip(found["severity"], found["cell"], strict=True)) == [("query", where)]
    own = cleaned.observations[cleaned.observations["school_id"] == PRESCHOOL].set_index("field_id")
    assert own.loc["has_website", "state"] == "answered"


def test_of_personal_data_nothing_is_quoted() -> None:
    cell = Cell("Nguyễn Văn A, 0912345678", "Nguyễn Văn A, 0912345678", "text")
    assert with_look(PERSONAL_DATA, cell) is PERSONAL_DATA
    assert codes(with_look(Reading("answered", 5.0), Cell(5, "5", "number"))) == ["look_on_condition"]
