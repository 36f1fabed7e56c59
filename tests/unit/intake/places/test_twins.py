"""A second answer column with the head of the first: asked about with what both hold, never one of them in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from intake_world import PRIMARY, clean_folder, write_school
from openpyxl.worksheet.worksheet import Worksheet

TASKS, STATISTICS, OPINIONS = "Nhiệm vụ", "Thống kê", "Ý kiến"
ANSWERS = "Số liệu"


def cleaned(
    folder: Path, title: str, change: Callable[[Worksheet], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The questions on one filled form with one sheet changed, and its answers by field."""
    path = folder / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    change(book[title])
    book.save(path)
    found = clean_folder(folder)
    findings, answers = found.findings, found.observations
    return (
        findings[findings["school_id"] == PRIMARY],
        answers[answers["school_id"] == PRIMARY].set_index("field_id"),
    )


def second_answers(value: object, *, keeps: bool = True) -> Callable[[Worksheet], None]:
    """A column with the same heads inserted before the answers, with a value beside each number."""

    def change(sheet: Worksheet) -> None:
        sheet.insert_cols(4)
        for row in range(5, sheet.max_row + 1):
            own, new = sheet.cell(row, 5), sheet.cell(row, 4)
            if own.value == ANSWERS:
                new.value = ANSWERS
            elif sheet.cell(row, 1).value and isinstance(own.value, (int, float)):
                new.value = value
                own.value = own.value if keeps else None

    return change


def test_an_answer_column_inserted_under_the_same_head_is_asked_about_once(tmp_path: Path) -> None:
    findings, answers = cleaned(tmp_path, TASKS, second_answers(7))
    assert list(findings["check_code"]) == ["column_twice"]
    asked = findings.iloc[0]
    assert asked["severity"] == "query"
    assert asked["found"].startswith("3 (E8); 7 (D8) | ")
    assert "dòng khác" in asked["found"]
    assert asked["expected"] == "cột E"
    assert answers.loc["platform_main", "cell"] == "E7"


def test_an_empty_column_under_the_same_head_leaves_the_answers_to_the_other(tmp_path: Path) -> None:
    findings, answers = cleaned(tmp_path, TASKS, second_answers(None))
    assert list(findings["check_code"]) == ["column_moved"]
    assert answers.loc["teachers_trained_count", "state"] == "answered"


def inserted_grade(sheet: Worksheet) -> None:
    sheet.insert_cols(6)
    sheet["F5"] = "Lớp 2"
    for row in range(7, 15):
        sheet.cell(row, 6).value = 9


def copied_grade(sheet: Worksheet) -> None:
    inserted_grade(sheet)
    sheet["F6"] = "g2"


def copied_last_grade(sheet: Worksheet) -> None:
    sheet.insert_cols(10)
    sheet["J5"], sheet["J6"] = "Lớp 5", "g5"
    for row in range(7, 15):
        sheet.cell(row, 10).value = 9


def pushed_below_the_codes(sheet: Worksheet) -> None:
    """Cells pushed to the right by hand, heads and answers but not the hidden codes."""
    for row in (5, *range(7, 15)):
        for column in range(11, 6, -1):
            sheet.cell(row, column).value = sheet.cell(row, column - 1).value
        sheet.cell(row, 6).value = 9 if row > 5 else "Lớp 2"


@pytest.mark.parametrize(
    ("change", "cells"),
    [
        (inserted_grade, "50 (G8); 9 (F8)"),
        (copied_grade, "50 (G8); 9 (F8)"),
        (copied_last_grade, "50 (I8); 9 (J8)"),
        (pushed_below_the_codes, "9 (F8); 50 (G8)"),
    ],
)
def test_a_column_of_a_grid_that_stands_twice_is_asked_about_with_both(
    tmp_path: Path, change: Callable[[Worksheet], None], cells: str
) -> None:
    findings, _ = cleaned(tmp_path, STATISTICS, change)
    asked = findings.query("check_code == 'column_twice'")
    assert len(asked) == 1
    assert cells in asked.iloc[0]["found"]
    if change is not pushed_below_the_codes:
        assert not findings["check_code"].eq("unowned_number").any()


def test_a_column_copied_with_the_same_answers_is_no_question(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.insert_cols(4)
        for row in range(5, sheet.max_row + 1):
            sheet.cell(row, 4).value = sheet.cell(row, 5).value if sheet.cell(row, 1).value else None

    findings, answers = cleaned(tmp_path, TASKS, change)
    assert not findings["check_code"].isin(["column_twice", "unowned_number"]).any()
    assert answers.loc["teachers_trained_count", "state"] == "answered"


def test_the_head_of_labels_is_no_second_head_of_answers(tmp_path: Path) -> None:
    """On the sheet of opinions labels and answers stand below one word."""
    findings, answers = cleaned(tmp_path, OPINIONS, lambda sheet: sheet.insert_cols(1))
    assert not findings["check_code"].eq("column_twice").any()
    assert answers.loc["difficulties", "state"] == "answered"
