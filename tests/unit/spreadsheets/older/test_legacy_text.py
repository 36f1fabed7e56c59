"""One text of an old Vietnamese font, recognised and converted; every other text left alone."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hostile_files import cell, flat, package, row, sheet, strings
from hypothesis import given, strategies as st
from intake_world import PRESCHOOL, clean_folder, place_of, write_school
from openpyxl.styles import Font
from returned_world import save_in_office

from termreview.cells import address
from termreview.spreadsheets.older.legacy_text import (
    TCVN3,
    VNI,
    from_tcvn3,
    from_vni,
    is_syllable,
    read_in_font,
    read_legacy,
)
from termreview.spreadsheets.older.old_fonts import encoding_of_font
from termreview.spreadsheets.workbook import Limits, read_workbook


@pytest.mark.parametrize(
    ("written", "meant", "encoding"),
    [
        ("tr\u00adêng", "trường", TCVN3),
        ("häc", "học", TCVN3),
        ("§iÒu 5", "Điều 5", TCVN3),
        ("ThiÕu m¸y tÝnh cho phßng Tin häc.", "Thiếu máy tính cho phòng Tin học.", TCVN3),
        ("khuûu nghiªng quyÕt ®Þnh", "khuỷu nghiêng quyết định", TCVN3),
        ("tröôøng", "trường", VNI),
        ("hoïc", "học", VNI),
        ("Giaùo vieân chöa ñöôïc taäp huaán", "Giáo viên chưa được tập huấn", VNI),
        ("ÑÖÔØNG TRUYEÀN YEÁU", "ĐƯỜNG TRUYỀN YẾU", VNI),
    ],
)
def test_an_old_font_is_known_by_its_letters(written: str, meant: str, encoding: str) -> None:
    assert read_legacy(written) == (meant, encoding)


@pytest.mark.parametrize(
    "written",
    [
        "", "Thiếu máy tính", "chú ý", "cà phê", "khoá, hoà, thuê", "là gì", "trò", "Ðo", "café", "garçon", "naïve",
        "Müller", "España", "5 × 3", "30°C", "5 µm", "±5", "½", "Bkav®", "© 2023 ABC", "§ 5", "MS Teams",
    ],
)  # fmt: skip
def test_other_texts_are_left_alone(written: str) -> None:
    assert read_legacy(written) is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [("trường", True), ("nghiêng", True), ("Khuya", True), ("giặt", True), ("quyển", True),
     ("härc", False), ("oïc", False), ("vieân", False), ("bb", False), ("strong", False)],
)  # fmt: skip
def test_a_vietnamese_syllable_has_a_shape(word: str, expected: bool) -> None:
    assert is_syllable(word) is expected


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_exception(written: str) -> None:
    found = read_legacy(written)
    assert found is None or found.text != written
    assert isinstance(from_tcvn3(written), str)
    assert isinstance(from_vni(written), str)


@given(st.text(max_size=60))
def test_a_text_once_converted_is_not_converted_again(written: str) -> None:
    found = read_legacy(written)
    if found is not None:
        again = read_legacy(found.text)
        assert again is None or not found.text.isascii()


@pytest.mark.parametrize(
    ("written", "font", "meant"),
    [
        ("cã", TCVN3, "có"),  # a syllable as it stands: by letters alone nobody can tell
        ("häc kú", TCVN3, "học kỳ"),
        ("Nam Ô", VNI, "Nam Ơ"),
        ("Coù", VNI, "Có"),
        ("Trường học", TCVN3, None),  # typed in Unicode, whatever the font
        ("Microsoft Teams", VNI, None),
        ("½", TCVN3, None),
        ("64/Q§-TH", TCVN3, "64/QĐ-TH"),  # the initials of a document are no syllables
        ("12/KH-PGD§T", TCVN3, "12/KH-PGDĐT"),
        ("64/QÑ-TH", VNI, "64/QĐ-TH"),
        ("64/q®-th", TCVN3, "64/qđ-th"),  # .VnTimeH shows small letters as capitals
        ("Q§x½", TCVN3, None),
    ],
)
def test_the_font_decides_what_letters_leave_open(written: str, font: str, meant: str | None) -> None:
    found = read_in_font(written, font)
    assert (found and found.text) == meant


@pytest.mark.parametrize(
    ("name", "encoding"),
    [(".VnTime", TCVN3), (".VnArialH", TCVN3), ("VNI-Times", VNI), ("Times New Roman", None), ("", None)],
)
def test_a_font_is_known_by_its_name(name: str, encoding: str | None) -> None:
    assert encoding_of_font(name) == encoding


def test_a_cell_in_an_old_font_is_read_as_it_shows_and_asked_about(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    write_school(path, PRESCHOOL)
    book = openpyxl.load_workbook(path)
    for field_id, text in (("difficulties", "ch\u00ada cã m¸y"), ("proposals", "cã"), ("has_website", "Có")):
        title, place = place_of(field_id, PRESCHOOL)
        cell = book[title].cell(place.row, place.column)
        cell.value, cell.font = text, Font(name=".VnTime")
    book.save(path)
    cleaned = clean_folder(tmp_path)
    own = cleaned.observations[cleaned.observations["school_id"] == PRESCHOOL].set_index("field_id")
    assert own.loc["proposals", "value_text"] == "có"
    assert own.loc["proposals", "original"] == "cã"
    assert own.loc["has_website", "value_number"] == 1  # typed in Unicode: an answer as it stands
    asked = cleaned.findings[cleaned.findings["check_code"] == "legacy_font_text"]
    assert "proposals" in set(asked["field_id"])
    assert "has_website" not in set(asked["field_id"])


def test_old_fonts_travel_from_the_child_and_are_read_in_both_shapes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active["B2"], book.active["C3"] = "cã", "cã"
    book.active["B2"].font = Font(name="VNI-Times")
    book.save(path)
    here, there = read_workbook(path), read_workbook(path, Limits(in_process_bytes=1))
    assert here == there
    assert here.sheets[0].old_fonts == {(2, 2): VNI}


def test_letters_with_a_font_of_their_own_count_as_the_cell(tmp_path: Path) -> None:
    run = '<r><rPr><rFont val=".VnTime"/></rPr><t>c\u00e3</t></r>'
    shared = strings(f"<si><t>a</t></si><si>{run}</si>")
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        package(sheet(row(cell("A1", "0", "s"), cell("B1", "1", "s"), cell("C1", "1"))), strings=shared)
    )
    assert read_workbook(path).sheets[0].old_fonts == {(1, 2): TCVN3}


def test_old_fonts_of_an_ods_are_seen_wherever_they_are_said(tmp_path: Path) -> None:
    space = (
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
        'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    )
    styles = (
        f'<office:font-face-decls {space}><style:font-face style:name="F1" svg:font-family="\'VNI-Times\'"/></office:font-face-decls>'
        f"<office:automatic-styles {space}>"
        '<style:style style:name="ce1" style:family="table-cell"><style:text-properties style:font-name=".VnTime"/></style:style>'
        '<style:style style:name="ce2" style:family="table-cell"><style:text-properties style:font-name="F1"/></style:style>'
        '<style:style style:name="ce3" style:family="table-cell" style:parent-style-name="ce2"/>'
        '<style:style style:name="ce4" style:family="table-cell" style:parent-style-name="ce2"><style:text-properties style:font-name="Arial"/></style:style>'
        '<style:style style:name="T1" style:family="text"><style:text-properties style:font-name="F1"/></style:style>'
        "</office:automatic-styles>"
    )
    text = '<table:table-cell{} office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    named = ' table:style-name="{}"'
    cells = [
        text.format("", "column"), text.format(named.format("ce1"), "own"), text.format(named.format("ce3"), "parent"),
        text.format(named.format("ce4"), "none"), text.format(named.format("ce4"), '<text:span text:style-name="T1">run</text:span>'),
    ]  # fmt: skip
    columns = '<table:table-column table:default-cell-style-name="ce1"/><table:table-column table:number-columns-repeated="9"/>'
    rows = f"<table:table-row>{''.join(cells)}</table:table-row>"
    path = tmp_path / "a.ods"
    path.write_bytes(flat(f'<table:table table:name="T">{columns}{rows}</table:table>', styles))
    fonts = {address(*place): encoding for place, encoding in read_workbook(path).sheets[0].old_fonts.items()}
    assert fonts == {"A1": TCVN3, "B1": TCVN3, "C1": VNI, "E1": VNI}


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xls", "ods", "fods"])
def test_old_fonts_of_an_office_program_are_seen(soffice: str, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active["B2"], book.active["C3"], book.active["D4"] = "cã", "cã", "x"
    book.active["B2"].font = Font(name=".VnTime")
    book.active["D4"].font = Font(name="Arial")
    book.save(path)
    assert read_workbook(save_in_office(soffice, path, kind, tmp_path)).sheets[0].old_fonts == {(2, 2): TCVN3}
