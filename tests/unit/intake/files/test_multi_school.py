"""One file of several schools: each school's sheets, block, line or column is read as its own, or the file is refused."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from intake_world import (
    HK1,
    ON_TIME,
    PRESCHOOL,
    PRIMARY,
    SECONDARY,
    answers_of,
    clean_folder,
    declared,
    place_of,
    reference,
    write_school,
)

from termreview.forms.layout import FINGERPRINT_SHEET
from termreview.intake.batches.reading_cache import ReadingCache
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.inspection import inspect_file
from termreview.intake.received.received import list_received
from termreview.returns.returned import plan_returns
from termreview.returns.workbook import write_returns


def rows_of_school(cleaned: Cleaned, school_id: str) -> pd.DataFrame:
    own = cleaned.observations[cleaned.observations["school_id"] == school_id]
    return own.set_index("field_id")


def numbers(cleaned: Cleaned, school_id: str) -> dict[str, float]:
    own = rows_of_school(cleaned, school_id)
    answered = own[own["state"] == "answered"]["value_number"].dropna()
    return {str(name): float(value) for name, value in answered.items()}


def codes(cleaned: Cleaned, school_id: str) -> list[str]:
    found = cleaned.findings[cleaned.findings["school_id"].eq(school_id).fillna(False)]
    return sorted(set(found["check_code"]))


def row_code(field_id: str, school_id: str) -> str:
    return place_of(field_id, school_id)[1].field.row_code


def name_of(school_id: str) -> str:
    return next(school.name for school in declared().schools if school.unit_id == school_id)


def saved(book: Any, folder: Path, name: str = "gộp.xlsx") -> Path:
    folder.mkdir(exist_ok=True)
    book.save(folder / name)
    return folder


def table(heads: list[list[object]], lines: list[list[object]]) -> Any:
    book = openpyxl.Workbook()
    book.active.title = "Tổng hợp"
    for line in (*heads, *lines):
        book.active.append(line)
    return book


def balanced(cleaned: Cleaned, file: str, cells: int) -> None:
    """Every non-empty cell of one file belongs to one of its schools, once."""
    own = cleaned.submissions[cleaned.submissions["file"] == file]
    sums = own["cells_used"] + own["cells_flagged"] + own["cells_unowned"] + own["cells_ignored"]
    assert (own["cells_total"] == sums).sum() + (own["fate"] == "refused").sum() >= len(own)
    assert int(own["cells_total"].sum()) == cells
    assert own["submission_id"].is_unique


def filled(book: Any) -> int:
    return sum(
        cell.value not in (None, "") for page in book.worksheets for row in page.iter_rows() for cell in row
    )


def test_a_table_with_a_line_per_school_is_read_by_the_codes_in_its_head(tmp_path: Path) -> None:
    wanted = ("computers_count", "teachers_trained_count", "has_website")
    head = ["STT", "Mã trường", "Trường", *(row_code(name, PRESCHOOL) for name in wanted)]
    book = table(
        [["BẢNG TỔNG HỢP"], head, ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"]],
        [
            [1, PRESCHOOL, "MN Hoa Sen", 31, 17, "Có"],
            [2, int(SECONDARY), name_of(SECONDARY), 44, 21, "Không"],
            ["Tổng cộng", None, None, 75, 38, None],
        ],
    )
    cleaned = clean_folder(saved(book, tmp_path / "a"))
    assert numbers(cleaned, PRESCHOOL) == {
        "computers_count": 31,
        "teachers_trained_count": 17,
        "has_website": 1,
    }
    assert numbers(cleaned, SECONDARY) == {
        "computers_count": 44,
        "teachers_trained_count": 21,
        "has_website": 0,
    }
    assert rows_of_school(cleaned, SECONDARY).loc["computers_count", ["sheet", "cell", "file"]].tolist() == [
        "Tổng hợp", "D5", "gộp.xlsx",
    ]  # fmt: skip
    assert {"share_by_code", "share_incomplete"} <= set(codes(cleaned, PRESCHOOL))
    assert "row_missing" not in codes(cleaned, PRESCHOOL)
    asked = len(rows_of_school(cleaned, PRESCHOOL))
    told = cleaned.findings.query("check_code == 'share_incomplete' and school_id == @PRESCHOOL").iloc[0]
    assert told["found"] == f"3/{asked}"
    shown = cleaned.findings.query("check_code == 'share_by_code' and school_id == @SECONDARY").iloc[0]
    assert (shown["severity"], shown["cell"], shown["expected"]) == ("query", "B5", name_of(SECONDARY))
    balanced(cleaned, "gộp.xlsx", filled(book))
    assert set(cleaned.submissions["fate"]) == {"accepted"}


def test_schools_by_name_and_fields_by_label_are_each_shown_for_confirmation(tmp_path: Path) -> None:
    label = place_of("computers_count", PRESCHOOL)[1].field.label
    pupils = place_of("pupils_count.total", PRESCHOOL)[1].field.label
    book = table(
        [["Trường", label, pupils]],
        [[name_of(PRESCHOOL), 31, 300], [f"2. Đơn vị: {name_of(SECONDARY)}", 44, 520]],
    )
    cleaned = clean_folder(saved(book, tmp_path / "a"))
    assert numbers(cleaned, SECONDARY) == {"computers_count": 44, "pupils_count.total": 520}
    assert {"share_by_name", "matched_by_label"} <= set(codes(cleaned, PRESCHOOL))
    found = cleaned.findings.query("check_code == 'matched_by_label' and school_id == @PRESCHOOL")
    assert sorted(found["cell"]) == ["B1", "C1"]


def test_merged_heads_in_two_rows_name_row_and_column(tmp_path: Path) -> None:
    label = place_of("teachers_count.total", PRESCHOOL)[1].field.label.partition(" –")[0]
    book = table(
        [["Mã", label, None, None, "Khác"], [None, "Tổng số", "Nữ", "Hợp đồng", None]],
        [[PRESCHOOL, 20, 15, 2, "x"], [SECONDARY, 30, 12, 4, "y"]],
    )
    book.active.merge_cells("B1:D1")
    book.active.merge_cells("A1:A2")
    cleaned = clean_folder(saved(book, tmp_path / "a"))
    assert numbers(cleaned, PRESCHOOL) == {
        "teachers_count.total": 20, "teachers_count.women": 15, "teachers_count.contract": 2,
    }  # fmt: skip
    balanced(cleaned, "gộp.xlsx", filled(book))


def test_a_column_per_school_is_read(tmp_path: Path) -> None:
    wanted = ("computers_count", "teachers_trained_count", "training_courses_count")
    book = table(
        [["Mã", "Nội dung", PRESCHOOL, SECONDARY]],
        [[row_code(name, PRESCHOOL), name, 10 + place, 20 + place] for place, name in enumerate(wanted)],
    )
    cleaned = clean_folder(saved(book, tmp_path / "a"))
    assert numbers(cleaned, SECONDARY) == dict(zip(wanted, (20.0, 21.0, 22.0), strict=True))
    assert rows_of_school(cleaned, PRESCHOOL).loc["training_courses_count", "cell"] == "C4"
    balanced(cleaned, "gộp.xlsx", filled(book))


def test_a_line_without_a_known_school_is_refused_by_its_row_and_nothing_else(tmp_path: Path) -> None:
    wanted = ("computers_count", "teachers_trained_count")
    book = table(
        [["Mã", "Trường", *(row_code(name, PRESCHOOL) for name in wanted)]],
        [[PRESCHOOL, "a", 1, 2], [None, "Trường Mầm non Xa Lạ", 8, 9], [SECONDARY, "b", 3, 4]],
    )
    cleaned = clean_folder(saved(book, tmp_path / "a"))
    refused = cleaned.submissions[cleaned.submissions["fate"] == "refused"]
    assert refused["reason_code"].tolist() == ["unknown_school"]
    told = cleaned.findings[cleaned.findings["check_code"] == "refused_unknown_school"].iloc[0]
    assert "dòng 3: Trường Mầm non Xa Lạ" in told["message"]
    assert numbers(cleaned, SECONDARY) == {"computers_count": 3, "teachers_trained_count": 4}
    balanced(cleaned, "gộp.xlsx", filled(book))


def stacked(folder: Path) -> Any:
    """The statistics of two schools below one another on one sheet, each under its name."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Thống kê"
    for school_id in (PRESCHOOL, PRIMARY):
        path = folder / f"{school_id}.xlsx"
        write_school(path, school_id)
        own = openpyxl.load_workbook(path)["Thống kê"]
        start = page.max_row + 2
        page.cell(start, 2).value = name_of(school_id)
        for row in own.iter_rows(min_row=4):
            for cell in row:
                if cell.value is not None:
                    page.cell(start + cell.row, cell.column).value = cell.value
        path.unlink()
    return book


def test_forms_below_one_another_are_each_schools_own(tmp_path: Path) -> None:
    book = stacked(tmp_path)
    cleaned = clean_folder(saved(book, tmp_path / "a"))
    for school_id in (PRESCHOOL, PRIMARY):
        expected = answers_of(school_id)
        own = numbers(cleaned, school_id)
        asked = [name for name in expected if place_of(name, school_id)[0] == "Thống kê"]
        assert own == {name: float(str(expected[name])) for name in asked}
        assert "share_by_name" in codes(cleaned, school_id)
        assert "sheet_missing" in codes(cleaned, school_id)
    balanced(cleaned, "gộp.xlsx", filled(book))


def bound(folder: Path) -> Any:
    """The sheets of two filled forms in one workbook, marks and all."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for school_id in (PRESCHOOL, PRIMARY):
        path = folder / f"{school_id}.xlsx"
        write_school(path, school_id)
        for page in openpyxl.load_workbook(path).worksheets:
            copy = book.create_sheet(page.title + ("" if page.title not in book.sheetnames else " (2)"))
            for row in page.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        copy.cell(cell.row, cell.column).value = cell.value
            copy.sheet_state = page.sheet_state
        path.unlink()
    return book


@pytest.mark.parametrize("is_marked", [True, False], ids=["with hidden marks", "without"])
def test_two_forms_in_one_workbook_are_two_reports(tmp_path: Path, is_marked: bool) -> None:
    book = bound(tmp_path)
    for title in (
        [] if is_marked else [name for name in book.sheetnames if name.startswith(FINGERPRINT_SHEET)]
    ):
        del book[title]
    cleaned = clean_folder(saved(book, tmp_path / "a"))
    for school_id in (PRESCHOOL, PRIMARY):
        states = rows_of_school(cleaned, school_id)["state"]
        assert set(states) == {"answered"}, school_id
        assert numbers(cleaned, school_id)["computers_count"] == 40
    assert "share_by_code" in codes(cleaned, PRIMARY)
    balanced(cleaned, "gộp.xlsx", filled(book))


@pytest.mark.parametrize(
    ("heads", "lines"),
    [
        ([["Mã", "1D.02", "1DD.02"]], [[PRESCHOOL, 1, 2], [SECONDARY, 3, 4], [PRESCHOOL, 5, 6]]),
        ([["Mã", "Số lớp học", "Sĩ số"]], [[PRESCHOOL, 1, 2], [SECONDARY, 3, 4]]),
        ([["Mã", "1D.02"]], [[f"{PRESCHOOL} và {SECONDARY}", 1], [PRESCHOOL, 3], [SECONDARY, 4]]),
    ],
    ids=["one school in two lines", "heads that are not ours", "too few fields"],
)  # fmt: skip
def test_what_cannot_be_told_apart_is_refused_with_the_names(
    heads: list[list[object]], lines: list[list[object]], tmp_path: Path
) -> None:
    cleaned = clean_folder(saved(table(heads, lines), tmp_path / "a"))
    assert cleaned.submissions["reason_code"].tolist() == ["unknown_school"]
    told = cleaned.findings[cleaned.findings["check_code"] == "refused_unknown_school"].iloc[0]
    assert f"2 trường: {name_of(PRESCHOOL)}" in told["message"]
    assert set(cleaned.observations["state"]) == {"not_submitted"}


def test_an_own_file_sent_later_takes_the_place_of_the_line(tmp_path: Path) -> None:
    wanted = ("computers_count", "teachers_trained_count")
    book = table(
        [["Mã", *(row_code(name, PRESCHOOL) for name in wanted)]], [[PRESCHOOL, 1, 2], [SECONDARY, 3, 4]]
    )
    folder = saved(book, tmp_path / "a")
    write_school(folder / "0477101.xlsx", PRESCHOOL)
    (folder / "received.csv").write_text(
        "file,received_on,note\ngộp.xlsx,2024-01-02,\n0477101.xlsx,2024-01-04,\n", encoding="utf-8"
    )
    cleaned = clean_folder(folder)
    fates = cleaned.submissions.set_index(["file", "school_id"])["fate"].to_dict()
    assert fates == {
        ("gộp.xlsx", PRESCHOOL): "superseded",
        ("gộp.xlsx", SECONDARY): "accepted",
        ("0477101.xlsx", PRESCHOOL): "accepted",
    }
    assert numbers(cleaned, PRESCHOOL)["computers_count"] == 40


def test_each_school_gets_back_a_form_of_its_own_not_the_file_of_all(tmp_path: Path) -> None:
    folder = saved(bound(tmp_path), tmp_path / "a")
    files = list_received(folder, ON_TIME[HK1.term_id])
    cleaned = clean_term(files, reference(), HK1)
    planned = [entry for entry in plan_returns(files, cleaned, reference(), HK1) if entry.is_asked]
    assert {entry.school.unit_id for entry in planned} == {PRESCHOOL, PRIMARY}
    written = write_returns(tmp_path / "returns", planned, cleaned.observations, reference(), HK1)
    assert {entry.way for entry in written.values()} == {"rebuilt"}
    for school_id, other in ((PRESCHOOL, PRIMARY), (PRIMARY, PRESCHOOL)):
        book = openpyxl.load_workbook(written[school_id].path)
        texts = {str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value}
        assert name_of(other) not in texts
        assert other not in texts


def test_an_inspection_names_both_schools_and_one_account(tmp_path: Path) -> None:
    book = bound(tmp_path)
    seen = inspect_file(saved(book, tmp_path / "a") / "gộp.xlsx", reference())
    assert seen.form is not None
    assert seen.account is not None
    assert seen.form["school_id"] == f"{PRESCHOOL}; {PRIMARY}"
    assert seen.account["total"] == filled(book)
    assert seen.account["used"] > 300


def test_readings_kept_of_a_shared_file_give_the_same(tmp_path: Path) -> None:
    folder = saved(bound(tmp_path), tmp_path / "a")
    files = list_received(folder, datetime.date(2024, 1, 5))
    told: list[tuple[int, int]] = []
    kept = ReadingCache(tmp_path / "kept", "x", lambda read, total: told.append((read, total)))
    first, again = (clean_term(files, reference(), HK1, kept=kept) for _ in range(2))
    assert told == [(1, 1), (0, 1)]
    for name in ("submissions", "observations", "findings"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
