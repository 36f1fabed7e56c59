"""Numbers beside labels that no question owns: each is asked about, and the account of the file has a place for it."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from intake_world import PRESCHOOL, PRIMARY, clean_folder, place_of, reference, write_school

from termreview.intake.inspection import inspect_file

STATISTICS, TASKS, OPINIONS = "Thống kê", "Nhiệm vụ", "Ý kiến"
TEACHERS = "Trong đó: giáo viên Tin học"


def cleaned_with(
    folder: Path, *changes: tuple[str, str, object], inserted: tuple[str, int] | None = None
) -> pd.DataFrame:
    """What is told of one filled form with a row inserted and some cells changed: sheet, cell, value."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    if inserted is not None:
        book[inserted[0]].insert_rows(inserted[1])
    for sheet, cell, value in changes:
        book[sheet][cell] = value
    book.save(path)
    cleaned = clean_folder(folder)
    row = cleaned.submissions[cleaned.submissions["school_id"] == PRIMARY].iloc[0]
    parts = row["cells_used"] + row["cells_flagged"] + row["cells_unowned"] + row["cells_ignored"]
    assert row["cells_total"] == parts
    found = cleaned.findings[cleaned.findings["check_code"] == "unowned_number"]
    assert set(found["severity"]) <= {"query"}
    numbers = [number for text in found["found"] for number in text.split("; ") if "dòng" not in number]
    assert row["cells_unowned"] >= len(numbers)
    return cleaned.findings.assign(unowned=row["cells_unowned"])


def asked(findings: pd.DataFrame) -> list[tuple[str, str, str]]:
    found = findings[findings["check_code"] == "unowned_number"]
    return list(found[["sheet", "cell", "found"]].itertuples(index=False, name=None))


def test_the_numbers_of_an_inserted_row_are_asked_and_the_rows_below_are_one_remark(tmp_path: Path) -> None:
    title, place = place_of("teachers_count.total", PRIMARY)
    row = place.row + 1
    findings = cleaned_with(
        tmp_path / "a", (title, f"B{row}", TEACHERS), (title, f"D{row}", 2), (title, f"E{row}", 1),
        inserted=(title, row),
    )  # fmt: skip
    assert asked(findings) == [(title, f"D{row}", "2; 1")]
    told = findings[findings["check_code"] == "unowned_number"].iloc[0]
    assert TEACHERS in told["message"]
    assert findings["unowned"].iloc[0] == 2
    assert (findings["check_code"] == "row_moved").sum() == 1


@pytest.mark.parametrize("answer", ["7", "1.250", 12.5, "=3+4"])
def test_a_line_added_below_the_form_is_asked_however_its_number_is_written(
    tmp_path: Path, answer: object
) -> None:
    findings = cleaned_with(
        tmp_path / "a", (TASKS, "B190", "Số máy mượn của phường"), (TASKS, "D190", answer)
    )
    assert [place[:2] for place in asked(findings)] == [(TASKS, "D190")]
    assert "D190" not in " ".join(findings[findings["check_code"] == "cells_ignored"]["message"])


def test_a_second_figure_beside_an_answer_is_asked(tmp_path: Path) -> None:
    title, place = place_of("computers_count", PRIMARY)
    findings = cleaned_with(tmp_path / "a", (title, f"E{place.row}", 38))
    assert asked(findings) == [(title, f"E{place.row}", "38")]


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("D", "2 người", "2 người"),
        ("C", 2, "2"),
        ("D", datetime.datetime(2023, 10, 5), "05/10/2023"),
        ("D", "Có", "Có"),
    ],
)
def test_no_answer_of_an_inserted_row_vanishes(
    tmp_path: Path, column: str, value: object, found: str
) -> None:
    title, place = place_of("training_courses_count", PRIMARY)
    row = place.row + 1
    findings = cleaned_with(
        tmp_path / "a", (title, f"B{row}", TEACHERS), (title, f"{column}{row}", value), inserted=(title, row)
    )
    assert asked(findings) == [(title, f"{column}{row}", found)]


def test_the_figure_inside_an_inserted_label_is_asked(tmp_path: Path) -> None:
    title, place = place_of("training_courses_count", PRIMARY)
    row = place.row + 1
    findings = cleaned_with(tmp_path / "a", (title, f"B{row}", f"{TEACHERS}: 2 người"), inserted=(title, row))
    assert asked(findings) == [(title, f"B{row}", "2 người")]
    assert f'"{TEACHERS}"' in findings[findings["check_code"] == "unowned_number"].iloc[0]["message"]


def test_the_numbers_right_of_the_form_are_one_question_that_counts_them(tmp_path: Path) -> None:
    findings = cleaned_with(
        tmp_path / "a",
        *((STATISTICS, f"{column}{row}", value) for row in (30, 31, 32) for column, value in (("P", f"Phòng {row}"), ("Q", row))),
        (TASKS, "H12", 7),
    )  # fmt: skip
    assert sorted(asked(findings)) == [
        (TASKS, "H12", "7"),
        (STATISTICS, "Q30", "30; và 2 số khác bên phải biểu"),
    ]
    assert findings["unowned"].iloc[0] == 4


def test_workings_beside_the_form_that_an_answer_counts_are_not_asked(tmp_path: Path) -> None:
    title, place = place_of("computers_count", PRIMARY)
    findings = cleaned_with(
        tmp_path / "a", (title, "H1", 18), (title, "H2", 22), (title, "J1", "=H1*2"),
        (title, f"D{place.row}", "=SUM(H1:H2)"),
    )  # fmt: skip
    assert asked(findings) == []


@pytest.mark.parametrize("typed", [18, "18", "18 giáo viên"])
def test_an_answer_typed_over_the_unit_beside_its_blank_is_asked(tmp_path: Path, typed: object) -> None:
    title, place = place_of("computers_count", PRIMARY)
    findings = cleaned_with(tmp_path / "a", (title, f"C{place.row}", typed), (title, f"D{place.row}", None))
    assert asked(findings) == [(title, f"C{place.row}", str(typed))]
    assert "unit_differs" not in set(findings["check_code"])


def test_the_forms_own_numbers_are_not_asked(tmp_path: Path) -> None:
    assert asked(cleaned_with(tmp_path / "a")) == []
    assert cleaned_with(tmp_path / "b")["unowned"].eq(0).all()


def test_beside_the_name_of_a_person_nothing_is_quoted(tmp_path: Path) -> None:
    findings = cleaned_with(
        tmp_path / "a", (TASKS, "B190", "Nguyễn Thị Minh Hoà"), (TASKS, "D190", 34),
        (TASKS, "B191", "Số liên hệ"), (TASKS, "D191", 905123456),
    )  # fmt: skip
    assert asked(findings) == [(TASKS, "D190", "…"), (TASKS, "D191", "…")]
    told = findings[findings["check_code"] == "unowned_number"]
    assert not told.astype(str).apply(lambda column: column.str.contains("Minh|905123456")).any(axis=None)


def test_many_added_rows_are_asked_once_each_up_to_a_limit_that_says_how_many_more(tmp_path: Path) -> None:
    rows = [
        (TASKS, f"{column}{row}", value)
        for row in range(190, 220)
        for column, value in (("B", "Lớp ghép"), ("D", row))
    ]
    findings = cleaned_with(tmp_path / "a", *rows)
    found = asked(findings)
    assert len(found) == 20
    assert found[-1] == (TASKS, "D209", "209; và 10 dòng khác có số")
    assert findings["unowned"].iloc[0] == 30


def test_inspect_balances_with_the_numbers_that_nobody_asked_for(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    write_school(path, PRESCHOOL)
    book = openpyxl.load_workbook(path)
    book[OPINIONS]["B20"], book[OPINIONS]["D20"] = "Số lớp học nhờ", 3
    book.save(path)
    account = inspect_file(path, reference()).account
    assert account is not None
    assert account["unowned"] == 1
    assert account["total"] == sum(account[name] for name in ("used", "flagged", "unowned", "ignored"))


def test_beside_a_number_the_row_is_named_and_not_its_unit(tmp_path: Path) -> None:
    title, place = place_of("teachers_trained_count", PRIMARY)
    findings = cleaned_with(tmp_path / "a", (title, f"E{place.row}", 9))
    told = findings[findings["check_code"] == "unowned_number"].iloc[0]
    assert f'"{place.field.label}"' in told["message"]


def test_the_numbers_of_an_inserted_column_are_one_question_under_its_head(tmp_path: Path) -> None:
    title, place = place_of("elessons_count", PRIMARY)
    rows = range(place.row, place.row + 6)
    findings = cleaned_with(
        tmp_path / "a", (title, f"G{place.row - 2}", "Năm trước"), *((title, f"E{row}", row) for row in rows)
    )
    assert len(asked(findings)) == 1
    assert asked(findings)[0][2].endswith("; và 3 số khác ở cột E")
    assert findings["unowned"].iloc[0] == 6
