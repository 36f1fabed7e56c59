"""One term or school as people name it; files that carry none of our marks."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from intake_world import (
    COMBINED,
    HK2,
    PRESCHOOL,
    PRIMARY,
    SECONDARY,
    SUBMISSIONS,
    declared,
    layout_of,
    place_of,
    reference,
    write_school,
)

from termreview.forms.layout import FINGERPRINT_SHEET
from termreview.intake.files.file_reading import FileReading
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import read_file
from termreview.intake.places.identity import contradicts_term, is_term
from termreview.intake.received.received import ReceivedFile
from termreview.reference.kinds.units import UnitEvent
from termreview.spreadsheets.workbook import Cell, Sheet, Workbook, read_workbook
from termreview.terms import parse_term

INFO = "Thông tin"
TERM = parse_term("2023-2024-hk1")
READER = Reader(declared(), reference().registry)


def read(path: Path) -> FileReading:
    return read_file(ReceivedFile(path.name, path, datetime.date(2024, 1, 5), "0" * 64, 1), READER)


def values(reading: FileReading) -> dict[str, tuple[str, float | None, str | None]]:
    return {answer.field_id: answer[1:4] for answer in reading.answers}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-2024-hk1", True),
        ("HKI 2023-2024", True),
        ("HK1, năm học 2023 – 2024", True),
        ("Học kỳ I năm học 23-24", True),
        ("HỌC KÌ 1 (2023/2024)", True),
        ("HKII 2023-2024", False),
        ("học kỳ 1 năm học 2022-2023", False),
        ("2023-2024", False),
        ("học kỳ I", False),
        ("HK12 2023-2024", False),
        ("", False),
    ],
)
def test_a_term_is_known_in_the_ways_people_write_it(written: str, expected: bool) -> None:
    assert is_term(written, TERM) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("HỌC KỲ II", True),
        ("Học kì 2 năm học 2023-2024", True),
        ("BÁO CÁO HOC KY II", True),
        ("Học kỳ I, năm học 2022 – 2023", True),
        ("năm học 22-23", True),
        ("HKII", True),
        ("Học kỳ I và II năm học 2023-2024", False),
        ("Học kỳ I, năm học 2023/2024", False),
        ("So sánh học kỳ I với học kỳ II", False),
        ("Kế hoạch giai đoạn 2021-2025", False),
        ("Ngày 11/12/2023", False),
        ("Trường TH Lương Điền", False),
        ("", False),
    ],
)
def test_a_text_contradicts_a_term_by_semester_or_school_year(written: str, expected: bool) -> None:
    assert contradicts_term(written, TERM) is expected


def term_questions(path: Path, changes: Mapping[tuple[str, str], object]) -> list[tuple[str, str]]:
    """Cell and text of every question about the term of one filled form with some cells changed."""
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    for (title, cell), value in changes.items():
        if title not in book.sheetnames:
            book.create_sheet(title)
        book[title][cell] = value
    book.save(path)
    return [(remark.cell, remark.found) for remark in read(path).remarks if remark.code == "term_mismatch"]


@pytest.mark.parametrize(
    ("title", "cell", "written"),
    [
        (INFO, "A5", "Học kỳ II, năm học 2023-2024"),
        (INFO, "A5", "Học kỳ I, năm học 2022-2023"),
        (INFO, "A3", "BÁO CÁO HỌC KỲ II"),
        (INFO, "B12", "Học kỳ II"),
        (INFO, "B12", "2022-2023"),
        ("Nhiệm vụ", "A1", "NHIỆM VỤ HỌC KỲ II – Trường TH Lương Điền"),
        ("Thống kê", "A3", "Số liệu học kỳ I năm học 2022-2023"),
    ],
)
def test_a_term_written_on_the_sheet_that_is_another_is_asked_about(
    tmp_path: Path, title: str, cell: str, written: str
) -> None:
    assert term_questions(tmp_path / "bc.xlsx", {(title, cell): written}) == [(cell, written)]


def test_other_terms_beside_the_title_lines_are_no_question(tmp_path: Path) -> None:
    elsewhere = {
        (INFO, "A6"): "So với kế hoạch giai đoạn 2021-2025",
        ("Thống kê", "D5"): "Tổng số học kỳ II năm học 2022-2023",
        ("Thống kê", "K5"): "Năm học 2022-2023",
        ("Ý kiến", "D6"): "Học kỳ II năm học 2022-2023 đường truyền chưa ổn định.",
        ("Năm trước", "A1"): "Học kỳ II năm học 2022-2023",
    }
    assert term_questions(tmp_path / "bc.xlsx", elsewhere) == []


def test_a_whole_cover_of_another_term_is_one_question(tmp_path: Path) -> None:
    written = "Học kỳ II, năm học 2023-2024"
    cells = {(INFO, "A5"): written, (INFO, "B12"): "2023-2024-hk2"}
    assert term_questions(tmp_path / "bc.xlsx", cells) == [("A5", f"{written}; 2023-2024-hk2")]


def test_schools_are_known_by_name_and_code_wherever_they_stand() -> None:
    cells = {
        (1, 1): Cell("Đơn vị: TRƯỜNG MẦM NON HOA SEN", "Đơn vị: TRƯỜNG MẦM NON HOA SEN", "text"),
        (2, 5): Cell(477301, "477301", "number"),
        (3, 1): Cell("0499999", "0499999", "text"),
    }
    workbook = Workbook((Sheet("Sheet1", "visible", cells),), "xlsx")
    named = [
        (mention.school.unit_id, mention.is_code) for found in READER.mentions(workbook) for mention in found
    ]
    assert named == [(PRESCHOOL, False), ("0477301", True)]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_one_sheet_saved_as_text_is_read_and_the_others_are_named_missing(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    sheet = next(s for s in read_workbook(SUBMISSIONS / "clean.xlsx").sheets if s.name == "Thống kê")
    last_row, last_column = (max(place[axis] for place in sheet.cells) for axis in (0, 1))
    path = tmp_path / f"{PRESCHOOL} thống kê.csv"
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=separator).writerows(
            [
                cell.text if (cell := sheet.cells.get((row, column))) else ""
                for column in range(1, last_column + 1)
            ]
            for row in range(1, last_row + 1)
        )
    found, whole = read(path), read(SUBMISSIONS / "clean.xlsx")
    assert (found.school_id, found.refusal) == (PRESCHOOL, None)
    here = {field_id for field_id, (title, _) in layout_of(PRESCHOOL).places.items() if title == "Thống kê"}
    assert {k: v for k, v in values(found).items() if k in here} == {
        k: v for k, v in values(whole).items() if k in here
    }
    assert {values(found)[field_id][0] for field_id in values(found).keys() - here} == {"unreadable"}
    codes = [remark.code for remark in found.remarks]
    assert sorted(set(codes)) == ["matched_by_file_name", "sheet_missing", "sheet_renamed", "unsealed_format"]


def test_a_file_without_any_mark_needs_a_name_or_a_code(tmp_path: Path) -> None:
    path = tmp_path / "bao cao.csv"
    path.write_text("Mã;Nội dung\nYK.01;Khó khăn\n", encoding="utf-8")
    assert read(path).refusal == "not_our_form"
    coded = path.rename(tmp_path / f"{PRESCHOOL}.csv")
    assert read(coded).refusal == "not_our_form", "a code alone makes no form"


def test_an_ordinary_file_is_asked_for_no_name(tmp_path: Path) -> None:
    write_school(tmp_path / "a.xlsx", PRESCHOOL)
    assert read(tmp_path / "a.xlsx").remarks == []


def unmarked(path: Path, *changes: tuple[str, str, object]) -> Path:
    """One filled form without our hidden marks, with some cells changed: sheet, cell, value."""
    write_school(path, PRESCHOOL)
    book = openpyxl.load_workbook(path)
    del book[FINGERPRINT_SHEET]
    for sheet, cell, value in changes:
        book[sheet][cell] = value
    book.save(path)
    return path


def test_an_answer_that_names_another_school_leaves_the_file_whole(tmp_path: Path) -> None:
    other = next(school for school in declared().schools if school.unit_id == SECONDARY)
    title, place = place_of("difficulties", PRESCHOOL)
    money, paid = place_of("fees_due_vnd", PRESCHOOL)
    path = unmarked(
        tmp_path / "a.xlsx",
        (title, f"D{place.row}", other.name),
        (money, f"D{paid.row}", int(SECONDARY)),  # a sum of money that looks like a code
    )
    reading = read(path)
    assert (reading.school_id, reading.is_shared, reading.refusal) == (PRESCHOOL, False, None)
    assert values(reading)["difficulties"][2] == other.name
    assert values(reading)["fees_due_vnd"][1] == int(SECONDARY)
    assert "other_school_mentioned" not in {remark.code for remark in reading.remarks}


def test_another_school_named_outside_of_the_answers_is_asked_and_the_own_code_decides(
    tmp_path: Path,
) -> None:
    other = next(school for school in declared().schools if school.unit_id == SECONDARY)
    reading = read(unmarked(tmp_path / "a.xlsx", ("Thống kê", "A1", other.name)))
    assert (reading.school_id, reading.is_shared, reading.refusal) == (PRESCHOOL, False, None)
    asked = [remark for remark in reading.remarks if remark.code == "other_school_mentioned"]
    assert [(remark.sheet, remark.cell, remark.found) for remark in asked] == [("Thống kê", "A1", other.name)]


def test_values_that_a_program_wrapped_in_equals_and_quotes_are_the_values_inside(tmp_path: Path) -> None:
    sheet = next(s for s in read_workbook(SUBMISSIONS / "clean.xlsx").sheets if s.name == "Nhiệm vụ")
    plain_lines, wrapped_lines = [], []
    last_row, last_column = (max(place[axis] for place in sheet.cells) for axis in (0, 1))
    for row in range(1, last_row + 1):
        cells = [sheet.cells.get((row, column)) for column in range(1, last_column + 1)]
        plain_lines.append([cell.text if cell else "" for cell in cells])
        wrapped_lines.append([f'="{cell.text}"' if cell else "" for cell in cells])
    readings = []
    for name, lines in (("plain", plain_lines), ("wrapped", wrapped_lines)):
        path = tmp_path / f"{PRESCHOOL} {name}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(lines)
        readings.append(read(path))
    usual, wrapped = readings
    assert values(wrapped) == values(usual)
    codes = [{remark.code for remark in reading.remarks} for reading in readings]
    assert codes[1] - codes[0] == {"equals_quoted"}


def renamed(folder: Path, name: str, title: str | None = None) -> list[tuple[str, str]]:
    """What is asked of one filled form of the primary school on which other names of the school are seen."""
    path = folder / "bao-cao.xlsx"
    write_school(path, PRIMARY)
    own = READER.schools[PRIMARY].name
    book = openpyxl.load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == own:
                    cell.value = name
                elif isinstance(cell.value, str) and cell.value.endswith(own):
                    cell.value = cell.value.removesuffix(own) + (name if title is None else title)
    book.save(path)
    reading = read(path)
    assert reading.school_id == PRIMARY
    assert reading.refusal is None
    return [(told.found, told.expected) for told in reading.remarks if told.code == "identity_mismatch"]


def test_a_neighbours_form_renamed_but_under_its_old_code_is_asked_about(tmp_path: Path) -> None:
    other = READER.schools[SECONDARY].name
    ((found, expected),) = renamed(tmp_path, other)
    assert found.startswith(f"{other} (Thông tin!B9, ")
    assert "Thống kê!A1" in found
    assert expected == f"{READER.schools[PRIMARY].name} ({PRIMARY})"


@pytest.mark.parametrize("written", ["Trường TH Nguyễn Văn Trỗi", "TRUONG TH LUONG DIEN 2"])
def test_a_name_that_no_school_has_is_asked_about(tmp_path: Path, written: str) -> None:
    assert [found.partition(" (")[0] for found, _ in renamed(tmp_path, written)] == [written]


def test_the_name_of_another_school_above_one_sheet_is_asked_about(tmp_path: Path) -> None:
    other = READER.schools[SECONDARY].name
    ((found, _),) = renamed(tmp_path, READER.schools[PRIMARY].name, other)
    assert found.startswith(f"{other} (Nhiệm vụ!A1, ")


@pytest.mark.parametrize(
    "written",
    ["TRƯỜNG TH LƯƠNG ĐIỀN", "Truong TH Luong Dien", "Trường Tiểu học Lương Điền", "TH Lương Điền",
     "Trường TH Lương Điên", "0477222 - Trường TH Lương Điền", "Tr­êng TH L­¬ng §iÒn"],
)  # fmt: skip
def test_other_spellings_of_the_own_name_are_no_contradiction(tmp_path: Path, written: str) -> None:
    assert renamed(tmp_path, written) == []


MERGER = UnitEvent("m", datetime.date(2024, 2, 1), "merge", (PRIMARY, "0477310"), (COMBINED,), "")


@pytest.mark.parametrize(
    ("event", "is_asked"),
    [
        (MERGER, False),
        (replace(MERGER, to_ids=(COMBINED, SECONDARY)), False),
        (replace(MERGER, kind="split"), True),
        (replace(MERGER, on=datetime.date(2024, 7, 1)), True),
        (replace(MERGER, from_ids=(SECONDARY,)), True),
    ],
    ids=["merged", "merged into two", "split", "merged after the term", "of another school"],
)
def test_the_name_of_a_school_that_was_merged_into_one_is_its_own(
    event: UnitEvent, is_asked: bool, tmp_path: Path
) -> None:
    registry = replace(reference().registry, events=(event,))
    path = tmp_path / "bao-cao.xlsx"
    write_school(path, COMBINED, HK2.term_id)
    book = openpyxl.load_workbook(path)
    book[INFO]["B9"] = "Trường Tiểu học Lương Điền"
    book.save(path)
    received = ReceivedFile(path.name, path, datetime.date(2024, 5, 20), "0" * 64, 1)
    reading = read_file(received, Reader(declared(HK2.term_id), registry))
    assert reading.school_id == COMBINED
    assert any(remark.code == "identity_mismatch" for remark in reading.remarks) is is_asked


def test_a_school_that_was_merged_and_still_reports_keeps_its_name(tmp_path: Path) -> None:
    """One that was taken in by another and is expected all the same is another school."""
    event = replace(MERGER, from_ids=(SECONDARY,))
    reader = Reader(declared(HK2.term_id), replace(reference().registry, events=(event,)))
    assert not reader.spoken_names[SECONDARY] & reader.spoken_names[COMBINED]
