"""One cell as a person sees it, beside what is stored: where the two differ, it is asked."""

from __future__ import annotations

import datetime
import struct
from pathlib import Path

import pytest
import xlsxwriter
from test_values import codes, field

from termreview.intake.values.displayed_value import merged_answers
from termreview.intake.values.value_reading import Choices, Reading
from termreview.intake.values.values import read_value
from termreview.spreadsheets.model.cell_display import cut_runs, is_lost, sign_text, tinted
from termreview.spreadsheets.model.displayed_number import (
    number_as_displayed,
    shows_plainly,
    text_as_displayed,
)
from termreview.spreadsheets.model.number_format import fifteen_digits, is_date_format, section_for
from termreview.spreadsheets.model.workbook_model import Display
from termreview.spreadsheets.older.opendocument import make_cell as make_open_cell
from termreview.spreadsheets.older.opendocument_looks import format_of_displayed
from termreview.spreadsheets.workbook import Cell, Sheet, read_workbook
from termreview.spreadsheets.xlsx.looks import read_looks, read_runs

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [("#,##0,", 4_192_000_000, "4.192.000"), ("0.0,,", 5_250_000, "5,2"), ('0,"k"', 50_000, "50k"),
     ("[h]:mm", 2, "48:00"), ("[hh]:mm:ss", 1.5, "36:00"), ("[m]", 0.5, "720:00"),
     (";;;", 999, ""), ('"";"";"";""', 999, ""), ("[White]0", 5, ""), ("#,##0;-#,##0;;@", 0, ""), ("#,###", 0, ""),
     ('#,##0" nghìn đồng"', 234_404, "234.404 nghìn đồng"), ('#,##0\\ "triệu"', 5, "5 triệu"), ('0"k"', 12, "12k"),
     ('General" tỷ"', 5, "5 tỷ"), ('0"000"', 12, "12000"), ("00-00", 1234, "12-34"), ('"-"0', 5, "-5"),
     ("0%%", 0.5, "5.000%%"), ('[<100]"ít";0', 5, "ít"), ('"Có"', 0, "Có"), ('"x";"x";"x"', 0, "x"),
     ('0"x10"', 50, "50x10"), ('0" / 60"', 50, "50 / 60"), ('0"/100"', 50, "50/100"), ('0"(1)"', 50, "50(1)"),
     ('0"tr"', 50, "50tr"), ('0" tá"', 5, "5 tá"), ('">"0', 50, ">50"), ('"~"0', 50, "~50"), ('"≤ "0', 50, "≤ 50"),
     ('"khoảng "0', 50, "khoảng 50"), ('"Hơn "0', 50, "Hơn 50"), ('0"+"', 50, "50+"), ('"10 x "0', 5, "10 x 5")],
)  # fmt: skip
def test_a_format_that_shows_another_number_is_seen_through(code: str, number: float, shown: str) -> None:
    assert number_as_displayed(code, number) == shown
    assert not shows_plainly(code)


@pytest.mark.parametrize(
    "code",
    ["General", "Standard", "Geral", "[$-42A]General", "#,##0", "0.00", "#,##0 đ", '#,##0" đ"', "[$VND] #,##0",
     '"Ngày; "0', '"tạm; tính "#,##0" đ"', "0 hs", '0" m2"', '0" Ti vi"', '"Tỉ lệ "0', "#\\.##0", "# ##0",
     '0" em"', '0" học sinh"', '0" buổi/tuần"', '0" trang"', '"Quý 1: "0', '0;-0;"Không"', '0" hs (cả nữ)"',
     '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', '_-* #,##0\\ "₫"_-;-* #,##0\\ "₫"_-;_-* "-"??\\ "₫"_-;_-@_-', "[Red]#,##0;(#,##0)", "0.00E+00", "# ?/?", "@"],
)  # fmt: skip
def test_a_format_that_only_groups_rounds_or_names_the_unit_is_no_question(code: str) -> None:
    assert [number_as_displayed(code, number) for number in (0, 5, 228, 234_404_000)] == [None] * 4
    assert shows_plainly(code)


def test_a_sign_of_per_cent_that_scales_nothing_is_looked_at() -> None:
    """It names the unit of a percentage, and contradicts a count."""
    assert number_as_displayed('0"%"', 45) is None
    assert not shows_plainly('0"%"')


@pytest.mark.parametrize(
    ("code", "number", "is_date"),
    [("[>=1000]dd/mm/yyyy;0", 228, False), ("[>=1000]dd/mm/yyyy;0", 45_000, True), ("[<1]0%;dd/mm/yyyy", 45_000, True),
     ("0;dd/mm/yyyy", 5, False), ("Standard", 228, False), ("0 d", 5, False), ("#,##0 m", 5, False),
     ('"Tháng "0', 5, False), ("ss.0", 0.5, True), ('dd" tháng "mm', 45_000, True), ("d/m", 45_000, True)],
)  # fmt: skip
def test_a_number_is_a_date_only_where_the_section_that_shows_it_is_one(
    code: str, number: float, is_date: bool
) -> None:
    assert is_date_format(code, number) is is_date


def test_the_section_of_a_number_is_chosen_by_its_conditions_else_by_its_sign() -> None:
    assert section_for("0;-0;;@", 0).is_empty
    assert section_for("0;@", 5).has_digits
    assert section_for("[<10]0.0;[<100]0.00;0.000", 500).decimals == 3
    assert section_for("[<10]0.0;[<100]0.00;0.000", 50).decimals == 2


def test_a_text_under_a_format_of_its_own_is_seen_as_it_is_shown() -> None:
    assert text_as_displayed(";;;", "50") == ""
    assert text_as_displayed('0;-0;0;@" nghìn"', "50") == "50 nghìn"
    assert text_as_displayed("#,##0", "50") is None
    seen = read_value(field("count"), Cell("50", "50", "text", None, '0;-0;0;@" nghìn"'), "")
    assert (seen.number, codes(seen)) == (None, ["not_a_number"])
    named = read_value(field("text"), Cell("64", "64", "text", None, '@"/QĐ-TH"'), "")
    assert (named.text, codes(named)) == ("64/QĐ-TH", ["text_normalised"])
    choices = Choices({"có": "yes"}, "Có; Không", {"Có": Reading("answered", 1.0)})
    hidden = read_value(field("yes_no"), Cell("Có", "Có", "text", None, ";;;"), "", choices)
    assert (hidden.number, codes(hidden)) == (None, ["hidden_value"])


@pytest.mark.parametrize(
    ("code", "number", "text", "flags"),
    [('0"/QĐ-TH"', 64, "64/QĐ-TH", ["text_normalised"]), ('"Số "0', 64, "Số 64", ["text_normalised"]),
     ("000", 64, "064", ["text_normalised"]), ('0"/KH"', 2_023, "2023/KH", ["text_normalised"]),
     ('General"/KH"', 64, "64/KH", ["text_normalised"]), ("General", 64, "64", []), ("0", 64, "64", []), ("#,##0", 64, "64", [])],
)  # fmt: skip
def test_a_document_number_is_what_its_format_shows(
    code: str, number: int, text: str, flags: list[str]
) -> None:
    reading = read_value(field("text"), Cell(number, str(number), "number", None, code), "")
    assert (reading.text, codes(reading)) == (text, flags)


def test_a_day_that_is_crossed_out_is_quoted_as_a_day() -> None:
    stored = Cell(datetime.date(2023, 10, 23), "45222", "date", None, "dd/mm/yyyy", Display(is_struck=True))
    reading = read_value(field("date"), stored, "")
    assert [(flag.code, flag.found) for flag in reading.flags] == [("struck_out", "23/10/2023")]


def test_fifteen_digits_are_a_number() -> None:
    assert fifteen_digits(227.99999999999997) == 228
    assert fifteen_digits(227.9999999999) == 227.9999999999
    reading = read_value(field("count"), Cell(227.99999999999997, "227.99999999999997", "number"), "")
    assert (reading.number, codes(reading)) == (228, [])


@pytest.mark.parametrize(
    ("cell", "kind", "value", "flags"),
    [
        (Cell(2, "2", "number", None, "[h]:mm"), "count", None, ["shown_differs"]),
        (Cell(999, "999", "number", None, ";;;"), "count", None, ["hidden_value"]),
        (Cell("Có", "Có", "text", None, ";;;"), "yes_no", None, ["hidden_value"]),
        (Cell(0, "0", "number", None, "#,##0;-#,##0;"), "count", 0, ["zero_not_shown"]),
        (Cell(5, "5", "number", None, '#,##0" tr"'), "money", None, ["shown_differs"]),
        (Cell(5, "5", "number", None, "[$$-409]#,##0"), "money", 5, ["foreign_currency"]),
        (Cell(0, "0", "number", None, '"Có"'), "yes_no", None, ["shown_differs"]),
        (Cell(1, "1", "number", None, '"Không"'), "yes_no", None, ["shown_differs"]),
        (Cell(7, "7", "number", None, '"Có"'), "yes_no", None, ["shown_differs"]),
        (Cell(1, "1", "number", None, '"Có";;"Không"'), "yes_no", 1, ["yes_no_spelling"]),
        (Cell(0, "0", "number", None, '"Có";;"Không"'), "yes_no", 0, ["yes_no_spelling"]),
        (Cell(0, "0", "number", None, None, Display(shown="Có")), "yes_no", None, ["shown_differs"]),
        (Cell(1, "1", "number", None, None, Display(shown="Có")), "yes_no", 1, ["yes_no_spelling"]),
        (Cell(0, "0", "number", None, None, Display(shown="Không")), "count", 0, []),
        (Cell(0.9464, "0.9464", "number", None, "0.0%"), "percent", 94.64, []),
        (Cell(0.94, "0.94", "number", None, '0.00"%"'), "percent", 0.94, []),
        (Cell(45, "45", "number", None, '0"%"'), "count", None, ["shown_differs"]),
        (Cell(228, "228", "number", None, "0", Display(is_struck=True)), "count", None, ["struck_out"]),
        (Cell(228, "228", "number", None, "0", Display(is_invisible=True)), "count", None, ["hidden_value"]),
        (Cell(228, "228", "number", None, "[Red]0", Display(is_invisible=True)), "count", 228, []),
        (Cell("501", "501", "text", None, "@", Display(pieces=(("50", ""), ("1", "raised")))), "count", 50,
         ["raised_part", "number_from_text"]),
        (Cell("35", "35", "text", None, "@", Display(pieces=(("3", "struck"), ("5", "")))), "count", 5,
         ["struck_out_part", "number_from_text"]),
        (Cell("ü", "ü", "text", None, "@", Display(sign_font="wingdings")), "yes_no", 1, ["yes_no_spelling"]),
        (Cell("x", "x", "text", None, "@", Display(sign_font="wingdings")), "yes_no", None, ["not_yes_no"]),
        (Cell("Có", "Có", "text", None, "@", Display(sign_font="wingdings")), "yes_no", None, ["sign_font"]),
        (Cell(5, "5", "number", None, "0", Display(sign_font="webdings")), "count", None, ["sign_font"]),
        (Cell("✔\ufe0f", "✔\ufe0f", "text"), "yes_no", 1, ["yes_no_spelling"]),
        (Cell("☒", "☒", "text"), "yes_no", None, ["not_yes_no"]),
        (Cell(True, "TRUE", "boolean", None, "General", Display(is_checkbox=True)), "yes_no", 1, ["yes_no_spelling"]),
        (Cell(False, "FALSE", "boolean", None, "General", Display(is_checkbox=True)), "yes_no", 0,
         ["checkbox_unticked", "yes_no_spelling"]),
        (Cell("#VALUE!", "#VALUE!", "picture"), "text", None, ["picture_in_cell"]),
        (Cell('=DISPIMG("ID_1",1)', '=DISPIMG("ID_1",1)', "text"), "text", None, ["picture_in_cell"]),
        (Cell(2.0, "PT48H", "number", None, None, Display(shown="48:00")), "count", None, ["shown_differs"]),
    ],
)  # fmt: skip
def test_what_is_shown_otherwise_than_stored_is_asked(
    cell: Cell, kind: str, value: float | None, flags: list[str]
) -> None:
    reading = read_value(field(kind, maximum=None), cell, "")
    assert (reading.number, codes(reading)) == (value, flags)


def test_in_prose_a_raised_sign_belongs_to_the_text_and_what_is_struck_out_does_not() -> None:
    area = Display(pieces=(("Sân 100 m", ""), ("2", "raised"), (", hỏng", "struck")))
    reading = read_value(
        field("text"), Cell("Sân 100 m2, hỏng", "Sân 100 m2, hỏng", "text", display=area), ""
    )
    assert (reading.text, codes(reading)) == ("Sân 100 m2", ["struck_out_part"])


@pytest.mark.parametrize(
    ("font", "ground", "is_unseen"),
    [("FFFFFF", "FFFFFF", True), ("FFFFFF", "FFFBE6", True), ("FFFFFF", "1F4E79", False), (None, "FFFFFF", False),
     (None, "000000", True), ("F2F2F2", "FFFFFF", True), ("FFFF00", "FFFFFF", False), ("FFFFFF", None, False)],
)  # fmt: skip
def test_letters_in_the_colour_of_their_ground_are_unseen(
    font: str | None, ground: str | None, is_unseen: bool
) -> None:
    assert is_lost(font, ground) is is_unseen


def test_signs_are_those_that_the_font_shows() -> None:
    assert [sign_text(letter, "wingdings") for letter in "üûþý¨"] == ["✓", "✗", "☑", "☒", "☐"]
    assert [sign_text(letter, "wingdings 2") for letter in "PORT£"] == ["✓", "✗", "☑", "☒", "☐"]
    assert sign_text("\uf0fc", "wingdings") == "✓"  # as Word and Excel insert it
    assert sign_text("Có", "wingdings") is None
    assert tinted("000000", 0.5) == "808080"


def test_colours_of_a_theme_and_of_the_palette_are_known_by_their_number() -> None:
    fonts = '<font><color theme="0"/></font><font><color indexed="9"/></font><font><color theme="1" tint="1"/></font>'
    fonts += '<font><color theme="1"/></font><font><strike val="0"/></font>'
    grounds = '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid">'
    grounds += '<fgColor theme="1"/></patternFill></fill>'
    styles = (
        "".join(f'<xf fontId="{number}" fillId="0"/>' for number in range(5)) + '<xf fontId="3" fillId="1"/>'
    )
    part = f'<styleSheet xmlns="{MAIN}"><fonts>{fonts}</fonts><fills>{grounds}</fills><cellXfs>{styles}</cellXfs></styleSheet>'
    looks = read_looks(part.encode(), None)
    unseen = [look.display is not None and look.display.is_invisible for look in looks]
    assert unseen == [True, True, True, False, False, True]


def test_a_string_of_several_fonts_is_kept_by_its_runs_only_where_a_font_is_of_note() -> None:
    run = "<r><rPr>{}</rPr><t>a</t></r><r><t>b</t></r>"
    part = f'<sst xmlns="{MAIN}"><si><t>x</t></si><si>{run.format("<strike/>")}</si><si>{run.format("<b/>")}</si></sst>'
    runs = read_runs(part.encode(), None, ())
    assert [text for text, _ in runs[1]] == ["a", "b"]
    assert runs[1][0][1] is not None
    assert runs[1][0][1].is_struck
    assert read_runs(part.replace("<strike/>", "<i/>").encode(), None, ()) == {}
    assert cut_runs("abcd", [(2, 0)], []) == [("ab", None), ("cd", None)]


def test_a_merge_of_two_answers_is_asked_for_both_and_what_it_covers_is_no_answer() -> None:
    cells = {
        (1, 4): Cell(79, "79", "number"),
        (2, 4): Cell(12, "12", "number"),
        (5, 4): Cell(3, "3", "number"),
    }
    merges = ("D1:D2", "C5:D5", "D7:E7", "not a range")
    sheet = Sheet("S", "visible", cells, merges=merges)
    found = merged_answers(sheet, {(1, 4), (2, 4), (5, 4), (7, 4)})
    assert {place: (flag.code, flag.found) for place, flag in found.items()} == {
        (1, 4): ("merged_answers", "79"), (2, 4): ("merged_answers", "12"), (5, 4): ("covered_by_merge", "3"),
    }  # fmt: skip
    del cells[2, 4]
    assert merged_answers(sheet, {(1, 4), (2, 4)})[2, 4].found == "để trống"


@pytest.mark.parametrize(
    ("shown", "number", "is_percent", "code"),
    [("50 / 60", 50, False, None), ("5/6", 50, False, None), ("1/2", 0.5, False, "General"),
     ("64/QĐ-TH", 64, False, '0"/QĐ-TH"'), ("Có", 0, False, None),
     ("228", 228, False, "0"), ("1.234.567", 1_234_567, False, "0"), ("94,6", 94.64, False, "0"),
     ("105%", 1.05, True, "0%"), ("-", 0, False, "General"), ("1 1/2", 1.5, False, "General"),
     ("(5)", -5, False, "0"), ("5 triệu", 5, False, '0"triệu"'), ("48:00", 2, False, None), ("50", 50_000, False, None),
     ("1,5E+10", 15_000_000_000, False, "0")],
)  # fmt: skip
def test_the_text_beside_a_number_of_an_open_document_is_held_against_it(
    shown: str, number: float, is_percent: bool, code: str | None
) -> None:
    assert format_of_displayed(shown, number, is_percent) == code


@pytest.mark.parametrize(
    ("shown", "code"),
    [("23/10/2023", ""), ("23/10/23", ""), ("23 tháng 10, 2023", ""), ("2023-10-23", ""), ("10/2023", "mm/yyyy"),
     ("2023", "yyyy"), ("23/10", "dd/mm"), ("Thứ hai", ""), ("23", "dd/mm")],
)  # fmt: skip
def test_a_day_of_which_an_open_document_shows_a_part_is_asked(shown: str, code: str) -> None:
    attributes = {OFFICE + "value-type": "date", OFFICE + "date-value": "2023-10-23"}
    cell = make_open_cell(attributes, shown, None)
    assert cell is not None
    assert cell.number_format == (code or None)
    assert codes(read_value(field("date"), cell, "")) == (["date_partly_shown"] if code else [])


def test_a_number_of_an_open_document_that_shows_nothing_is_asked() -> None:
    cell = make_open_cell({OFFICE + "value-type": "float", OFFICE + "value": "999"}, "", None)
    assert cell is not None
    assert codes(read_value(field("count"), cell, "")) == ["hidden_value"]


def test_each_way_of_hiding_is_seen_in_a_workbook_as_a_program_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        looks = [{"font_strikeout": True}, {"font_color": "#FFFFFF"}, {"num_format": ";;;"}, {"num_format": "[h]:mm"},
                 {"font_name": "Wingdings"}, {"font_color": "#FFFFFF", "bg_color": "#1F4E79"}]  # fmt: skip
        for row, look in enumerate(looks):
            sheet.write_number(row, 0, 5, book.add_format(look))
        sheet.write_rich_string(6, 0, "50", book.add_format({"font_script": 1}), "1")
        sheet.write_rich_string(
            7, 0, book.add_format({"font_strikeout": True}), "3", book.add_format({"bold": True}), "5"
        )
        sheet.hide_zero()
    read = read_workbook(path).sheets[0]
    found = [read_value(field("count"), read.cells[row, 1], "") for row in range(1, 9)]
    assert [codes(reading)[:1] for reading in found] == [
        ["struck_out"], ["hidden_value"], ["hidden_value"], ["shown_differs"], ["sign_font"], [], ["raised_part"],
        ["struck_out_part"],
    ]  # fmt: skip
    assert [reading.number for reading in found[5:]] == [5, 50, 5]
    assert read.cells[7, 1].text == "501"
    assert read.hides_zeros


def test_the_records_of_an_xls_tell_where_the_font_of_a_text_changes() -> None:
    from termreview.spreadsheets.older.biff import rich_strings

    text = struct.pack("<HBH", 2, 8, 1) + b"35" + struct.pack("<HH", 1, 6)
    strings, changes = rich_strings([struct.pack("<II", 1, 1) + text])
    assert (strings, changes) == (["35"], {0: [(1, 6)]})
