"""Rows, columns and grids whose labels and codes say different things, and dates after the report: each is asked about."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from intake_world import PRIMARY, Place, clean_folder, layout_of, place_of, write_school

from termreview.intake.clean import Cleaned

TASKS, TRAINED = place_of("teachers_trained_count", PRIMARY)
_, COURSES = place_of("training_courses_count", PRIMARY)
_, SPENT = place_of("equipment_bought_vnd", PRIMARY)
_, DECIDED = place_of("people_decision_on", PRIMARY)
PLANS, PLANNED = place_of("plan_on", PRIMARY)
LABEL, UNIT = f"B{TRAINED.row}", f"C{SPENT.row}"


ASKED = ("label_differs", "unit_differs", "date_after_report", "date_out_of_range")


def asked(folder: Path, *changes: tuple[str, object]) -> list[tuple[str, str, str]]:
    """What is asked of one filled form with some cells of the tasks changed: code, cell, what was found."""
    path = folder / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    for cell, value in changes:
        book[TASKS][cell] = value
    book.save(path)
    found = clean_folder(folder).findings
    found = found[found["check_code"].isin(ASKED)]
    assert set(found["severity"]) <= {"query"}
    assert not found["message"].str.contains("{", regex=False).any()
    return list(found[["check_code", "cell", "found"]].astype(object).itertuples(index=False, name=None))


def test_the_codes_of_two_rows_exchanged_are_asked_about_both(tmp_path: Path) -> None:
    book_codes = (f"A{COURSES.row}", TRAINED.field.row_code), (f"A{TRAINED.row}", COURSES.field.row_code)
    found = asked(tmp_path, *book_codes)
    assert {place[:2] for place in found} == {
        ("label_differs", f"B{COURSES.row}"),
        ("label_differs", f"B{TRAINED.row}"),
    }


@pytest.mark.parametrize(
    "written",
    [
        "Số giáo viên CHƯA được bồi dưỡng kỹ năng số",
        "Số đợt tập huấn, bồi dưỡng kỹ năng số",
        "Số giáo viên nữ đã được bồi dưỡng kỹ năng số",
        "Số giáo viên đã được bồi dưỡng kỹ năng số (kể cả hợp đồng)",
        "Số phòng họp trực tuyến",
    ],
)
def test_a_label_that_says_another_thing_is_asked_about(tmp_path: Path, written: str) -> None:
    assert asked(tmp_path, (LABEL, written)) == [("label_differs", LABEL, written)]


@pytest.mark.parametrize(
    "written",
    [
        "SỐ GIÁO VIÊN ĐÃ ĐƯỢC BỒI DƯỠNG KỸ NĂNG SỐ",
        "Số GV đã được bồi dưỡng kỹ năng số",
        "So giao vien da duoc boi duong ky nang so",
        "- Số giáo viên đã được bồi dưỡng kĩ năng số:",
        "Số giáo vien đã được bòi dưỡng kỹ nắng số",
        "Số giáo viên đã đựơc bồi dưỡg kỹ năng số (giáo viên)",
        "3. Số giáo viên được bồi dưỡng kỹ năng số",
        None,
    ],
)
def test_a_label_spelled_another_way_is_no_contradiction(tmp_path: Path, written: str | None) -> None:
    assert asked(tmp_path, (LABEL, written)) == []


def test_beside_the_name_of_a_person_no_label_is_quoted(tmp_path: Path) -> None:
    assert asked(tmp_path, (LABEL, "Số điện thoại cô Nguyễn Thị Minh Hoà 0905123456")) == [
        ("label_differs", LABEL, "…")
    ]


@pytest.mark.parametrize("written", ["triệu đồng", "nghìn đồng", "Tr. đồng", "máy"])
def test_a_changed_unit_is_asked_about_with_both_units(tmp_path: Path, written: str) -> None:
    assert asked(tmp_path, (UNIT, written)) == [("unit_differs", UNIT, written)]


@pytest.mark.parametrize("written", ["Đồng", "VNĐ", "đ", "dong", "(đồng)", None])
def test_a_unit_spelled_another_way_is_no_contradiction(tmp_path: Path, written: str | None) -> None:
    assert asked(tmp_path, (UNIT, written)) == []


def test_many_changed_labels_are_a_few_questions_that_count_the_rest(tmp_path: Path) -> None:
    rows = range(TRAINED.row - 2, TRAINED.row + 1)
    others = [(f"B{row}", f"Nội dung khác hẳn {row}") for row in (*rows, *range(37, 43))]
    found = asked(tmp_path, *others)
    assert len(found) == 5
    assert found[-1][2].endswith("; và 4 dòng khác")


@pytest.mark.parametrize(
    ("day", "is_asked"),
    [
        (datetime.datetime(2024, 10, 23), True),
        ("15/03/2024", True),
        (datetime.datetime(2023, 12, 28), False),
    ],
)
def test_a_document_dated_after_the_report_is_asked_about(
    tmp_path: Path, day: object, is_asked: bool
) -> None:
    cell = f"D{DECIDED.row}"
    found = [place[:2] for place in asked(tmp_path, (cell, day))]
    assert found == ([("date_after_report", cell)] if is_asked else [])


@pytest.mark.parametrize(
    ("place", "day", "is_asked"),
    [
        (PLANNED, datetime.datetime(2020, 10, 20), True),
        (PLANNED, "20/10/2022", True),
        (PLANNED, datetime.datetime(2023, 6, 1), False),
        (DECIDED, datetime.datetime(2020, 10, 20), False),  # a decision that still holds
    ],
)
def test_the_plan_of_this_school_year_dated_years_before_is_asked_about(
    tmp_path: Path, place: Place, day: object, is_asked: bool
) -> None:
    cell = f"D{place.row}"
    found = [place[:2] for place in asked(tmp_path, (cell, day))]
    assert found == ([("date_out_of_range", cell)] if is_asked else [])


def test_a_filled_form_contradicts_itself_nowhere(tmp_path: Path) -> None:
    assert asked(tmp_path) == []


def test_heads_of_columns_that_changed_places_are_asked_about(tmp_path: Path) -> None:
    """What a person sees above a column is held against the hidden code that decides."""
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    title, first = place_of("pupils_count.g1", PRIMARY)
    _, second = place_of("pupils_count.g2", PRIMARY)
    block = next(
        block
        for sheet in layout_of(PRIMARY).sheets
        for block in sheet.blocks
        if any(place.field.field_id == "pupils_count.g1" for place in block.places)
    )
    book = openpyxl.load_workbook(path)
    heads = [book[title].cell(block.header_row, place.column) for place in (first, second)]
    heads[0].value, heads[1].value = heads[1].value, heads[0].value
    book.save(path)
    found = clean_folder(tmp_path).findings.query("check_code == 'head_differs'")
    assert set(found["cell"]) == {head.coordinate for head in heads}
    assert set(found["severity"]) == {"query"}


def codes_typed(folder: Path, title: str, first: int, codes: Sequence[str]) -> Cleaned:
    """One filled form cleaned with the code cells of some rows, one below the other, written over."""
    path = folder / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    for place, code in enumerate(codes):
        book[title].cell(first + place, 1).value = code
    book.save(path)
    return clean_folder(folder)


STATISTICS, CLASSES = place_of("classes_count.g1", PRIMARY)
_, LESSONS = place_of("elessons_count", PRIMARY)


@pytest.mark.parametrize(
    ("title", "first", "codes"),
    [
        (STATISTICS, CLASSES.row, [f"TK1.{number:02}" for number in range(2, 10)]),
        (TASKS, LESSONS.row - 1, [f"1B.{number:02}" for number in range(2, 9)]),
        (TASKS, LESSONS.row - 1, ["1B.01"] * 7),
        ("Chỉ số CĐS", 24, [f"1.3.{number}" for number in range(2, 16)]),
    ],
    ids=["grid", "section", "one code copied", "index"],
)
def test_codes_filled_down_are_asked_about_once_and_change_no_answer(
    tmp_path: Path, title: str, first: int, codes: Sequence[str]
) -> None:
    """A spreadsheet counts on when a code is dragged: the labels, which stand as printed, decide."""
    cleaned = codes_typed(tmp_path, title, first, codes)
    found = cleaned.findings[cleaned.findings["school_id"] == PRIMARY]
    assert list(found["check_code"]) == ["codes_differ"]
    assert list(found["severity"]) == ["query"]
    assert codes[-1] in found.iloc[0]["found"]
    (tmp_path / f"{PRIMARY}.xlsx").unlink()
    untouched = codes_typed(tmp_path, title, first, ())
    for column in ("field_id", "original", "cell"):
        assert list(cleaned.observations[column].astype(str)) == list(
            untouched.observations[column].astype(str)
        )


def test_codes_filled_down_the_whole_sheet_are_one_question(tmp_path: Path) -> None:
    cleaned = codes_typed(tmp_path, TASKS, 6, [f"1A.{number:02}" for number in range(1, 146)])
    found = cleaned.findings[cleaned.findings["school_id"] == PRIMARY]
    assert found["check_code"].eq("codes_differ").sum() == 1
    assert not found["check_code"].isin(["row_twice", "label_differs", "row_missing"]).any()


def test_labels_that_slipped_down_a_section_are_one_question(tmp_path: Path) -> None:
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    sheet = openpyxl.load_workbook(path)[TASKS]
    labels = [sheet.cell(row, 2).value for row in range(LESSONS.row - 1, LESSONS.row + 5)]
    found = asked(tmp_path, *((f"B{LESSONS.row + place}", label) for place, label in enumerate(labels)))
    assert [place[:2] for place in found] == [("label_differs", f"B{LESSONS.row}")]
    assert found[0][2].endswith("; và 5 dòng khác của phần này")


def test_heads_that_slipped_across_a_grid_are_one_question(tmp_path: Path) -> None:
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    sheet, row = book[STATISTICS], CLASSES.row - 2
    heads = [sheet.cell(row, column).value for column in range(5, 9)]
    for place, head in enumerate(heads):
        sheet.cell(row, 6 + place).value = head
    book.save(path)
    found = clean_folder(tmp_path).findings.query("check_code == 'head_differs'")
    assert list(found["cell"]) == [f"F{row}"]
    assert found.iloc[0]["found"] == "Lớp 1; và 3 cột khác của phần này"


def heads_asked(folder: Path, school_id: str, *changes: tuple[str, str, str]) -> Cleaned:
    """One filled form cleaned with some cells written over: sheet, cell, text."""
    path = folder / f"{school_id}.xlsx"
    write_school(path, school_id)
    book = openpyxl.load_workbook(path)
    for title, cell, text in changes:
        book[title][cell] = text
    book.save(path)
    return clean_folder(folder)


_STAFF = next(
    block.header_row
    for sheet in layout_of(PRIMARY).sheets
    for block in sheet.blocks
    if any(place.field.field_id == "teachers_count.women" for place in block.places)
)
_HEAD = f"D{LESSONS.row - 2}"


@pytest.mark.parametrize(
    ("title", "cell", "written"),
    [
        (STATISTICS, f"E{_STAFF}", "Nam"),
        (STATISTICS, f"E{_STAFF}", "Số còn thiếu"),
        (STATISTICS, f"F{_STAFF}", "Trên chuẩn"),
        (STATISTICS, f"E{CLASSES.row - 2}", "Khối 5"),
        (TASKS, _HEAD, "Năm học 2022-2023"),
        (TASKS, _HEAD, "Học kỳ II"),
        (TASKS, _HEAD, "Số liệu (triệu đồng)"),
    ],
)
def test_a_head_that_contradicts_its_column_is_asked_about(
    tmp_path: Path, title: str, cell: str, written: str
) -> None:
    findings = heads_asked(tmp_path, PRIMARY, (title, cell, written)).findings
    found = findings[findings["check_code"] == "head_differs"]
    assert list(zip(found["cell"], found["found"], strict=True)) == [(cell, written)]


@pytest.mark.parametrize(
    ("title", "cell", "written"),
    [
        (STATISTICS, f"E{_STAFF}", "NU"),
        (STATISTICS, f"D{_STAFF}", "TS"),
        (STATISTICS, f"D{_STAFF}", "Tổng  số:"),
        (STATISTICS, f"F{_STAFF}", "Đạt chuẩn"),
        (STATISTICS, f"E{CLASSES.row - 2}", "Khối lớp 1"),
        (TASKS, _HEAD, "So lieu (trường ghi)"),
    ],
)
def test_a_head_spelled_another_way_is_no_contradiction(
    tmp_path: Path, title: str, cell: str, written: str
) -> None:
    findings = heads_asked(tmp_path, PRIMARY, (title, cell, written)).findings
    assert "head_differs" not in set(findings["check_code"])


def test_grades_in_reverse_order_are_asked_about_once(tmp_path: Path) -> None:
    row = CLASSES.row - 2
    changes = [(STATISTICS, f"{letter}{row}", f"Khối {5 - place}") for place, letter in enumerate("EFGHI")]
    found = heads_asked(tmp_path, PRIMARY, *changes).findings.query("check_code == 'head_differs'")
    assert list(found["found"]) == ["Khối 5; và 3 cột khác của phần này"]


def test_one_head_changed_above_every_part_is_one_question(tmp_path: Path) -> None:
    blocks = next(sheet.blocks for sheet in layout_of(PRIMARY).sheets if sheet.plan.title == TASKS)
    changes = [(TASKS, f"D{block.header_row}", "Kỳ trước") for block in blocks]
    found = heads_asked(tmp_path, PRIMARY, *changes).findings.query("check_code == 'head_differs'")
    assert list(found["found"]) == [f"Kỳ trước; và {len(blocks) - 1} phần khác"]


def test_a_section_titled_for_another_year_is_asked_about(tmp_path: Path) -> None:
    title = "1. Quy mô lớp, trẻ/học sinh năm học 2022-2023"
    found = heads_asked(tmp_path, PRIMARY, (STATISTICS, "A4", title)).findings
    found = found[found["check_code"] == "term_mismatch"]
    assert list(zip(found["cell"], found["found"], strict=True)) == [("A4", title)]


def test_a_format_that_hides_the_zeros_of_a_table_is_one_question(tmp_path: Path) -> None:
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    for row in book[STATISTICS].iter_rows(min_row=7, max_row=14, min_col=4, max_col=9):
        for cell in row:
            cell.value, cell.number_format = 0, "#,##0;-#,##0;;@"
    book.save(path)
    found = clean_folder(tmp_path).findings.query("check_code == 'zero_not_shown'")
    assert len(found) == 1
    assert "và 47 chỉ tiêu khác: D7, " in found.iloc[0]["message"]
