"""One form changed after files had come: `check` says how many of them still answer the former form."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, clean_folder, declared, receive, write_school

import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.scoring.score import score_term
from termreview.storage.workspace import Workspace, write_table
from worlds import append, change

NOTE = f"Lưu ý: biểu mẫu cv407-2023 đã thay đổi sau khi kỳ {HK1.term_id} nhận tệp: "
NEW_ROW = "II.1.a,1A.99,tablets_new_count,Số máy tính bảng mới,count,máy,,,{levels},*,no,0,,II.1.a,,,B,"


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """Three schools of three levels whose reports were taken in and scored."""
    office = new_workspace(tmp_path / "office")
    raw = office.raw(HK1)
    raw.mkdir(parents=True)
    for school_id in (PRESCHOOL, PRIMARY, SECONDARY):
        write_school(raw / f"{school_id}.xlsx", school_id)
    receive(raw, {})
    cleaned = clean_folder(raw)
    scored = score_term(cleaned.observations, declared())
    for name in ("submissions", "observations", "findings"):
        write_table(office, HK1, name, getattr(cleaned, name))
    for name in ("ledger", "scores"):
        write_table(office, HK1, name, getattr(scored, name))
    return office


def notes(office: Workspace, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert cli.main(["--root", str(office.root), "check"]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("Lưu ý: biểu mẫu ")]


def add_row(office: Workspace, levels: str) -> None:
    append(office.reference / "forms" / "cv407-2023" / "rows.csv", NEW_ROW.format(levels=levels))


def test_a_form_as_it_was_sent_out_is_not_remarked_on(
    office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert notes(office, capsys) == []


@pytest.mark.parametrize(("levels", "count"), [("*", 3), ("th;thcs", 2), ("th", 1)])
def test_a_question_added_after_files_came_is_told_with_how_many_of_them_lack_it(
    levels: str, count: int, office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    add_row(office, levels)
    (line,) = notes(office, capsys)
    assert line.startswith(f"{NOTE}{count}/3 tệp đã xem theo bản cũ")
    assert "câu hỏi mới thì lập biểu mẫu mới" in line


def test_a_question_taken_away_is_told_too(office: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    add_row(office, "th")
    write_school_anew = office.raw(HK1) / f"{PRIMARY}.xlsx"
    assert cli.main(["--root", str(office.root), "forms", HK1.term_id]) == 0
    (blank,) = office.root.rglob(f"{PRIMARY}_*_{HK1.term_id}.xlsx")
    write_school_anew.write_bytes(blank.read_bytes())
    capsys.readouterr()
    assert notes(office, capsys) == []  # that file was made by the new form
    change(office.reference / "forms" / "cv407-2023" / "rows.csv", "\n" + NEW_ROW.format(levels="th"), "")
    (line,) = notes(office, capsys)
    assert line.startswith(f"{NOTE}1/3 tệp đã xem theo bản cũ")


def test_wording_alone_changes_no_form(office: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    rows = office.reference / "forms" / "cv407-2023" / "rows.csv"
    change(rows, "Số giáo viên có sử dụng nền tảng,", "Số giáo viên dùng nền tảng,")
    assert notes(office, capsys) == []


def test_before_a_run_or_without_its_files_nothing_is_said(
    office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    add_row(office, "*")
    for path in office.raw(HK1).glob("*.xlsx"):
        path.write_bytes(b"damaged")
    assert notes(office, capsys) == []
    for path in office.output_paths(HK1).tables.glob("*.parquet"):
        path.unlink()
    assert notes(office, capsys) == []
