"""One cell read as the answer to one field."""

from __future__ import annotations

import datetime
import math
import unicodedata

import pytest
from hypothesis import given, strategies as st

from termreview.intake.values.date_value import parse_date
from termreview.intake.values.number_text import decimal_habit, parse_number
from termreview.intake.values.value_reading import Choices, Reading
from termreview.intake.values.values import choice_reading, read_value
from termreview.reference.kinds.forms import Field
from termreview.spreadsheets.workbook import Cell
from termreview.text import fold, stored_number_text

STATUS = {"done": "Hoàn thành", "under_way": "Đang thực hiện"}
YES_NO = {"yes": "Có", "no": "Không"}


def field(kind: str, unit: str = "", minimum: float | None = 0, maximum: float | None = 3000) -> Field:
    limits = (minimum, maximum) if kind not in ("text", "date", "yes_no", "status") else (None, None)
    return Field("asked", "Nội dung hỏi", kind, unit, "", True, *limits, "S", "S.1", "", "", "", "A")


def choices(name: str, options: dict[str, str]) -> Choices:
    by_text = {
        text: option for option, label in options.items() for text in (option, label.casefold(), fold(label))
    }
    exact = {label: choice_reading(name, option) for option, label in options.items()}
    return Choices(by_text, "; ".join(options.values()), exact)


def text(value: str) -> Cell:
    return Cell(value, value, "text")


def number(value: float, number_format: str = "General", formula: str | None = None) -> Cell:
    return Cell(value, repr(value), "number", formula, number_format)


def date(value: datetime.date, serial: str = "45219") -> Cell:
    return Cell(value, serial, "date", None, "dd/mm/yyyy")


def codes(reading: Reading) -> list[str]:
    return [flag.code for flag in reading.flags]


@pytest.mark.parametrize(
    ("written", "habit", "is_integer", "expected", "assumption"),
    [
        ("1445", "", True, 1445, ""),
        ("-12", "", True, -12, ""),
        ("1.445", "", True, 1445, "separator_assumed"),
        ("1,445", "", True, 1445, "separator_assumed"),
        ("1.445", ",", False, 1445, "separator_assumed"),
        ("1.445", ".", False, 1.445, "separator_assumed"),
        ("1,445", ",", False, 1.445, "separator_assumed"),
        ("1,445", ".", False, 1445, "separator_assumed"),
        ("1.445", "", False, 1445, "separator_ambiguous"),
        ("1,445", "", False, 1.445, "separator_ambiguous"),
        ("29.093.000", "", True, 29093000, ""),
        ("29,093,000", "", True, 29093000, ""),
        ("1.445,5", "", False, 1445.5, ""),
        ("1,445.5", "", False, 1445.5, ""),
        ("94,64", "", False, 94.64, ""),
        ("94.64", "", False, 94.64, ""),
        ("0,945", "", False, 0.945, ""),
        ("0.945", ",", False, 0.945, ""),
        ("0.945", "", True, 0.945, ""),
        ("45 000 000", "", True, 45000000, ""),
        ("1 445,5", "", False, 1445.5, ""),
        ("27 29", "", True, None, ""),
        ("27/29", "", True, None, ""),
        ("1.44.5", "", True, None, ""),
        ("1.4455,5", "", False, None, ""),
        ("12e3", "", False, None, ""),
        ("khoảng 30", "", True, None, ""),
        ("--", "", True, None, ""),
        ("", "", True, None, ""),
    ],
)
def test_a_written_number_is_read_or_refused(
    written: str, habit: str, is_integer: bool, expected: float | None, assumption: str
) -> None:
    assert parse_number(written, habit, is_integer) == (expected, assumption)


@given(st.integers(min_value=0, max_value=10**12))
def test_an_integer_written_the_vietnamese_way_reads_back(value: int) -> None:
    assert parse_number(stored_number_text(value), ",", wants_integer=True)[0] == value


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=99))
def test_a_decimal_written_the_vietnamese_way_reads_back(whole: int, hundredths: int) -> None:
    value = whole + hundredths / 100
    assert parse_number(f"{stored_number_text(whole)},{hundredths:02d}", ",")[0] == pytest.approx(
        value, abs=1e-6
    )


FILLERS = "\u115f\u1160\u3164\uffa0"  # letters of no shape


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_exception_and_never_as_zero_or_blank_unseen(written: str) -> None:
    reading = read_value(field("count"), text(written), "")
    if reading.state == "answered":
        assert any(sign.isdecimal() for sign in written)
        assert reading.flags, "a number out of a text is always flagged"
    elif reading.state == "blank":
        assert not any(sign.isalnum() and sign.isprintable() and sign not in FILLERS for sign in written)
    else:
        assert reading.flags


@pytest.mark.parametrize(
    ("texts", "habit"),
    [
        (["94,64"], ","),
        (["29.093.000"], ","),
        (["1.445,5"], ","),
        (["94.64"], "."),
        (["29,093,000"], "."),
        (["1.445", "1,445"], ""),
        (["94,64", "94.64"], ""),
        (["94,64", "93,1", "94.64"], ","),
        (["12/KH-PM", "Có", "10.01.2024"], ""),
        ([], ""),
    ],
)
def test_the_decimal_sign_is_decided_by_the_file(texts: list[str], habit: str) -> None:
    assert decimal_habit(texts) == habit


@pytest.mark.parametrize(
    ("cell", "kind", "state", "value", "flags"),
    [
        (None, "count", "blank", None, []),
        (text("   \u00a0 "), "count", "blank", None, []),
        (number(0), "count", "answered", 0, []),
        (number(12), "count", "answered", 12, []),
        (number(12.5), "count", "unreadable", None, ["not_an_integer"]),
        (number(-1), "count", "unreadable", None, ["negative_number"]),
        (number(3001), "count", "unreadable", None, ["out_of_range"]),
        (number(3000), "count", "answered", 3000, []),
        (number(1, "0%"), "count", "unreadable", None, ["not_a_number"]),
        (number(12, '0" %"'), "count", "unreadable", None, ["shown_differs"]),
        (Cell(True, "TRUE", "boolean"), "count", "unreadable", None, ["not_a_number"]),
        (Cell("#N/A", "#N/A", "error"), "count", "unreadable", None, ["error_value"]),
        (
            Cell(None, "=A1", "formula_without_value", "=A1"),
            "count",
            "unreadable",
            None,
            ["formula_without_value"],
        ),
        (number(812, formula="=SUM(A1:A9)"), "count", "answered", 812, ["formula_in_cell"]),
        (text("12"), "count", "answered", 12, ["number_from_text"]),
        (text("-"), "count", "nothing_to_report", None, ["nothing_to_report_word"]),
        (text("Không có"), "count", "nothing_to_report", None, ["nothing_to_report_word"]),
        (text("KHÔNG PHÁT SINH"), "count", "nothing_to_report", None, ["nothing_to_report_word"]),
        (text("N/A"), "count", "not_applicable", None, ["not_applicable_word"]),
        (text("12,5"), "count", "unreadable", None, ["number_from_text", "not_an_integer"]),
        (number(95), "percent", "unreadable", None, ["out_of_range"]),
    ],
)
def test_a_number_is_kept_or_named(
    cell: Cell | None, kind: str, state: str, value: float | None, flags: list[str]
) -> None:
    asked = field(kind, maximum=3000 if kind == "count" else 90)
    reading = read_value(asked, cell, "")
    assert (reading.state, reading.number, codes(reading)) == (state, value, flags)


@pytest.mark.parametrize(
    ("cell", "value", "flags"),
    [
        (number(94.64), 94.64, []),
        (number(95), 95, []),
        (number(0), 0, []),
        (number(100), 100, []),
        (number(0.95), 95, ["percent_assumed"]),
        (number(1), 100, ["percent_assumed"]),
        (number(1, "0%"), 100, []),
        (number(0.9464, "0.00%"), 94.64, []),
        (number(0.005, "0.0%"), 0.5, []),
        (number(95, '0"%"'), 95, []),
        (number(95, "0\\%"), 95, []),
        (text("95%"), 95, ["number_from_text"]),
        (text("95 %"), 95, ["number_from_text"]),
        (text("94,64%"), 94.64, ["number_from_text"]),
        (text("0,5%"), 0.5, ["number_from_text"]),
        (text("0,9464"), 94.64, ["number_from_text", "percent_assumed"]),
        (text("0,945"), 94.5, ["number_from_text", "percent_assumed"]),
        (number(9500, "0"), None, ["out_of_range"]),
        (number(95, "0%"), None, ["out_of_range"]),
    ],
)
def test_a_percentage_is_read_on_the_scale_to_100(cell: Cell, value: float | None, flags: list[str]) -> None:
    reading = read_value(field("percent", "%", maximum=100), cell, "")
    assert (reading.number, codes(reading)) == (value, flags)
    assert reading.state == ("unreadable" if value is None else "answered")


@pytest.mark.parametrize(
    ("points", "flags"),
    [(0, []), (6, []), (3.5, []), (3.3, ["points_step"]), (7, ["points_above_maximum"])],
)
def test_claimed_points_stay_as_claimed_and_are_questioned(points: float, flags: list[str]) -> None:
    reading = read_value(field("points", "điểm", maximum=6), number(points), "")
    assert (reading.state, reading.number, codes(reading)) == ("answered", points, flags)


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("1250 em", "trẻ/học sinh", None),
        ("1250 trẻ/học sinh", "trẻ/học sinh", 1250),
        ("36 Máy", "máy", 36),
        ("36máy", "máy", None),
        ("60.000.000 đồng", "đồng", 60000000),
        ("60 triệu", "đồng", None),
    ],
)
def test_only_the_unit_of_the_row_may_stand_behind_a_number(
    written: str, unit: str, value: float | None
) -> None:
    reading = read_value(field("money", unit, maximum=10**9), text(written), "")
    assert reading.number == value
    assert reading.state == ("unreadable" if value is None else "answered")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_none_is_never_kept(value: float) -> None:
    assert read_value(field("number"), number(value), "").state == "unreadable"


@pytest.mark.parametrize(
    ("serial", "state", "value"),
    [
        ("5", "answered", 5),
        ("3000", "answered", 3000),
        ("45363", "unreadable", None),
        ("2024-03-12", "unreadable", None),
    ],
)
def test_a_count_shown_as_a_date_is_read_only_when_it_is_small(
    serial: str, state: str, value: float | None
) -> None:
    reading = read_value(field("count"), date(datetime.date(2024, 3, 12), serial), "")
    assert (reading.state, reading.number) == (state, value)
    assert codes(reading) == ["date_from_number_cell" if value else "date_in_number_cell"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("10/01/2024", "2024-01-10"),
        ("1/2/2024", "2024-02-01"),
        ("10.01.2024", "2024-01-10"),
        ("10-01-2024", "2024-01-10"),
        ("2024-01-10", "2024-01-10"),
        ("Ngày 10 tháng 01 năm 2024", "2024-01-10"),
        (unicodedata.normalize("NFD", "ngày 10 tháng 1 năm 2024"), "2024-01-10"),
        ("31/02/2024", None),
        ("13/13/2024", None),
        ("10/01/24", None),
        ("10/2024", None),
        ("tháng 10", None),
    ],
)
def test_a_written_date_is_read_day_first_or_not_at_all(written: str, day: str | None) -> None:
    reading = read_value(field("date"), text(written), "")
    assert reading.text == day
    assert codes(reading) == (["date_from_text"] if day else ["not_a_date"])


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)), st.sampled_from("/.-"))
def test_every_day_reads_back(day: datetime.date, sign: str) -> None:
    assert parse_date(f"{day.day}{sign}{day.month}{sign}{day.year}") == day
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("cell", "day", "flags"),
    [
        (date(datetime.date(2023, 10, 20)), "2023-10-20", []),
        (Cell(datetime.datetime(2023, 10, 20, 8, 30), "45219.35", "date"), "2023-10-20", []),
        (number(45219), "2023-10-20", ["date_from_number_cell"]),
        (number(2023), None, ["not_a_date"]),
        (Cell(datetime.time(8, 30), "0.35", "date"), None, ["not_a_date"]),
        (Cell(True, "TRUE", "boolean"), None, ["not_a_date"]),
        (date(datetime.date(1923, 10, 20)), None, ["date_out_of_range"]),
        (text("20/10/2123"), None, ["date_from_text", "date_out_of_range"]),
        (text("chưa"), None, ["nothing_to_report_word"]),
    ],
)
def test_a_date_is_kept_or_named(cell: Cell, day: str | None, flags: list[str]) -> None:
    reading = read_value(field("date"), cell, "")
    assert (reading.text, codes(reading)) == (day, flags)


@pytest.mark.parametrize(
    ("cell", "value", "flags"),
    [
        (text("Có"), 1, []),
        (text("không"), 0, []),
        (text(unicodedata.normalize("NFD", "Có")), 1, []),
        (text(" CÓ "), 1, []),
        (text("x"), 1, ["yes_no_spelling"]),
        (text("X"), 1, ["yes_no_spelling"]),
        (text("Co"), 1, ["yes_no_spelling"]),
        (text("Đạt"), 1, ["yes_no_spelling"]),
        (text("có."), 1, []),
        (text("k"), 0, ["yes_no_spelling"]),
        (text("Chưa"), 0, ["yes_no_spelling"]),
        (text("Không có"), 0, ["yes_no_spelling"]),
        (number(1), 1, ["yes_no_spelling"]),
        (number(0), 0, ["yes_no_spelling"]),
        (Cell(True, "TRUE", "boolean"), 1, ["yes_no_spelling"]),
        (text("-"), None, ["choice_unclear"]),
        (text("đang làm"), None, ["not_yes_no"]),
        (number(2), None, ["not_yes_no"]),
    ],
)
def test_yes_and_no_are_read_in_the_ways_people_write_them(
    cell: Cell, value: float | None, flags: list[str]
) -> None:
    reading = read_value(field("yes_no"), cell, "", choices("yes_no", YES_NO))
    assert (reading.number, codes(reading)) == (value, flags)


@pytest.mark.parametrize(
    ("written", "option"),
    [
        ("Hoàn thành", "done"),
        ("HOÀN THÀNH", "done"),
        ("Hòan thành", "done"),
        (unicodedata.normalize("NFD", "Đang thực hiện"), "under_way"),
        ("done", "done"),
        ("Tốt", None),
    ],
)
def test_a_choice_is_known_by_its_label_however_it_is_typed(written: str, option: str | None) -> None:
    reading = read_value(field("status"), text(written), "", choices("status", STATUS))
    assert reading.text == option
    assert codes(reading) == ([] if option else ["not_a_choice"])


@pytest.mark.parametrize(
    "written",
    [
        "số định danh 001204012345",
        "001 204 012 345",
        "0912345678",
        "gọi 0912 345 678",
        "0912.345.678",
        "091 234 5678",
        "091 234 56 78",
        "+84 912 345 678",
        "84912345678",
        "cô Lan, lan.pm@example.edu.vn",
    ],
)
@pytest.mark.parametrize("kind", ["text", "count", "date", "yes_no", "status"])
def test_personal_data_are_withheld_whatever_was_asked(written: str, kind: str) -> None:
    reading = read_value(
        field(kind), text(written), "", choices("status", STATUS) if kind == "status" else None
    )
    assert (reading.state, reading.number, reading.text) == ("unreadable", None, None)
    assert [(flag.code, flag.found) for flag in reading.flags] == [("personal_data_suspected", "…")]


@pytest.mark.parametrize("value", [1204012345678 // 10, 912345678])
def test_a_number_too_large_for_its_row_that_looks_personal_is_withheld(value: int) -> None:
    assert codes(read_value(field("count"), number(value), "")) == ["personal_data_suspected"]


def test_a_formula_does_not_give_personal_data_away() -> None:
    cell = Cell(None, '="0912345678"', "formula_without_value", '="0912345678"')
    assert codes(read_value(field("text"), cell, "")) == ["personal_data_suspected"]


@pytest.mark.parametrize(
    "written",
    [
        "48/KH-PM",
        "Kế hoạch số 48 ngày 20/10/2023",
        "kinh phí 60.000.000 đồng",
        "https://example.edu.vn/a?id=12",
        "2023-2024",
    ],
)
def test_ordinary_texts_are_kept(written: str) -> None:
    reading = read_value(field("text"), text(written), "")
    assert (reading.state, reading.text, reading.flags) == ("answered", written, ())


def test_a_text_is_kept_composed_and_with_single_spaces() -> None:
    written = unicodedata.normalize("NFD", "  Thiếu\u00a0máy  tính ")
    assert read_value(field("text"), text(written), "").text == "Thiếu máy tính"


@pytest.mark.parametrize(
    ("written", "kind", "state", "flags"),
    [
        ("27/29", "count", "unreadable", ["fraction_in_number"]),
        ("27 / 29", "percent", "unreadable", ["fraction_in_number"]),
        ("Kh«ng cã", "count", "nothing_to_report", ["legacy_font_text", "nothing_to_report_word"]),
        ("Hoµn thµnh", "status", "answered", ["legacy_font_text"]),
        ("hoïc", "text", "answered", ["legacy_font_text"]),
        ("hoïc 0912345678", "text", "unreadable", ["personal_data_suspected"]),
        ("Ðịa chỉ", "text", "answered", ["text_normalised"]),
        (unicodedata.normalize("NFD", "học"), "text", "answered", ["text_normalised"]),
        (" học  tập ", "text", "answered", []),
    ],
)
def test_odd_texts_are_named(written: str, kind: str, state: str, flags: list[str]) -> None:
    offered = choices("status", STATUS) if kind == "status" else None
    reading = read_value(field(kind, maximum=100), text(written), "", offered)
    assert (reading.state, codes(reading)) == (state, flags)
    assert reading.text != written or state != "answered" or not flags


def test_a_long_text_without_spaces_is_read_at_once() -> None:
    assert read_value(field("text"), text("a" * 32_000), "").state == "answered"


@pytest.mark.parametrize(
    "written", ["12\n150", "12\r\n150", "12\t150", "12  150", "12 \n 150", "12\u2028150", "1\n050", "12\v150"]
)
def test_two_numbers_in_one_cell_are_no_number(written: str) -> None:
    reading = read_value(field("count"), text(written), "")
    assert (reading.state, codes(reading)) == ("unreadable", ["not_a_number"])
    assert "; " in reading.flags[0].found


@pytest.mark.parametrize(
    "written", ["12 150", "12\u00a0150", "12\u202f150", "12\u2009150", " 12150\n", "\t12150 "]
)
def test_one_space_between_groups_of_figures_is_a_separator(written: str) -> None:
    reading = read_value(field("count", maximum=None), text(written), "")
    assert (reading.number, codes(reading)) == (12150, ["number_from_text"])


@pytest.mark.parametrize(
    "mark", ["\u200c", "\u200e", "\u2060", "\u00ad", "\ufe0f", "\u202d", "\x01", "\uffff"]
)
def test_marks_that_nobody_sees_leave_the_answer_and_a_note(mark: str) -> None:
    number_reading = read_value(field("count"), text(f"{mark}228{mark}"), "")
    assert (number_reading.number, codes(number_reading)) == (228, ["number_from_text"])
    chosen = read_value(field("yes_no"), text(f"Có{mark}"), "", choices("yes_no", YES_NO))
    assert (chosen.number, codes(chosen)) == (1, ["text_normalised"])
    said = read_value(field("text"), text(f"64/QĐ{mark}-TH"), "")
    assert (said.text, codes(said)) == ("64/QĐ-TH", ["text_normalised"])


def test_figures_that_are_seen_the_other_way_round_are_asked() -> None:
    counted = read_value(field("count"), text("\u202e003\u202c"), "")
    assert (counted.state, codes(counted)[-1]) == ("unreadable", "direction_override")
    said = read_value(field("text"), text("Thiếu máy \u202e003\u202c bộ"), "")
    assert (said.text, codes(said)[-1]) == ("Thiếu máy 003 bộ", "direction_override")


MEANT = "Kinh phí mua sắm, sửa chữa thiết bị còn hạn chế – Đề nghị bổ sung."


def wrongly_decoded(meant: str, page: str) -> str:
    """The bytes of UTF-8 as a page shows them; those it does not know stay controls."""
    signs = (bytes([byte]).decode(page, "ignore") or chr(byte) for byte in meant.encode())
    return "".join(signs)


@pytest.mark.parametrize("page", ["cp1252", "cp1258"])
def test_text_read_by_the_wrong_code_page_is_given_back(page: str) -> None:
    broken = wrongly_decoded(MEANT, page)
    assert broken != MEANT
    reading = read_value(field("text"), text(broken), "")
    assert (reading.text, codes(reading)[0]) == (MEANT, "text_redecoded")
    twice = wrongly_decoded(broken, "cp1252") if page == "cp1252" else broken
    assert read_value(field("text"), text(twice), "").text == MEANT
    chosen = read_value(field("yes_no"), text(wrongly_decoded("Không", page)), "", choices("yes_no", YES_NO))
    assert (chosen.number, codes(chosen)) == (0, ["text_redecoded"])


@pytest.mark.parametrize(
    "written",
    [
        "Đ? ngh? c?p trên h? tr? kinh phí",
        "Thi\ufffdt bị cũ",
        wrongly_decoded(MEANT, "cp1252")[:-40] + "…",
    ],
)
def test_text_that_lost_letters_is_asked_and_never_quoted(written: str) -> None:
    reading = read_value(field("text"), text(written), "")
    assert (reading.state, reading.text, codes(reading)) == ("unreadable", None, ["text_letters_lost"])


@pytest.mark.parametrize(
    "written",
    [
        MEANT,
        "Bao giờ có máy? Khi nào lắp?",
        "Xem https://truong.example/a?b=1&c?d=2 và http://x.example/?y=1",
        "Café Ågård – µm² 20 °C",
        "Đã gửi công văn (Phòng GDĐT trả lời chưa?), chờ hướng dẫn",
    ],
)
def test_good_text_is_neither_converted_nor_doubted(written: str) -> None:
    reading = read_value(field("text"), text(written), "")
    assert (reading.text, codes(reading)) == (written, [])


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        (date(datetime.date(2023, 9, 6)), "unreadable"),
        (number(12000), "answered"),
        (number(45175), "answered"),
        (number(-5), "answered"),
        (text("06-Sep"), "unreadable"),
        (text("Sep-64"), "unreadable"),
        (text("6-Thg9"), "unreadable"),
        (text("1.20E+04"), "unreadable"),
        (Cell(True, "TRUE", "boolean"), "unreadable"),
    ],
)
def test_a_number_of_a_document_that_became_another_thing_is_asked(cell: Cell, state: str) -> None:
    reading = read_value(field("text"), cell, "")
    assert (reading.state, codes(reading)) == (state, ["text_became_number"])


@pytest.mark.parametrize("cell", [number(48), text("48"), text("12E3"), text("48/KH-TH"), text("6-9/KH")])
def test_a_number_of_a_document_as_typed_is_not_asked(cell: Cell) -> None:
    assert codes(read_value(field("text"), cell, "")) == []
