"""One file of any kind inspected: what it is, its account, its findings or the named refusal; never a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from intake_world import SUBMISSIONS

from termreview.cli import __main__ as cli
from termreview.intake.inspection import Inspection, inspect_file
from termreview.intake.inspection_text import inspection_lines
from termreview.reference.declarations import Reference
from termreview.spreadsheets.packages.guard import NOT_OPENED, REFUSAL_REASONS
from worlds import ROOT

EVERY = sorted(path for path in SUBMISSIONS.iterdir() if path.suffix != ".yml")


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
@pytest.mark.parametrize("is_at_home", [True, False], ids=["in the office's folders", "anywhere"])
def test_every_file_reads_or_is_refused_by_name(path: Path, is_at_home: bool, reference: Reference) -> None:
    seen = inspect_file(path, reference if is_at_home else None)
    if seen.state == "refused":
        assert seen.reason in REFUSAL_REASONS
        assert seen.findings
        return
    assert seen.account is not None
    total, *parts = (seen.account[key] for key in ("total", "used", "flagged", "unowned", "ignored"))
    assert total == sum(parts) > 0
    assert sum(sheet["cells"] for sheet in seen.sheets) >= total
    assert seen.form is None or is_at_home


def test_a_form_of_the_office_shows_term_school_and_places(reference: Reference) -> None:
    seen = inspect_file(SUBMISSIONS / "formula_without_value.xlsx", reference)
    assert seen.form is not None
    assert (seen.form["term_id"], seen.form["school_id"]) == ("2023-2024-hk1", "0477101")
    finding = next(entry for entry in seen.findings if entry["check_code"] == "formula_without_value")
    assert finding["sheet"] == "Nhiệm vụ"
    assert finding["cell"] == "D74"
    assert finding["remedy"]
    assert [
        sheet["formulas_without_value_at"] for sheet in seen.sheets if sheet["formulas_without_value"]
    ] == [["D74"]]


def test_what_is_no_file_is_named(tmp_path: Path, reference: Reference) -> None:
    assert inspect_file(tmp_path, reference).reason == NOT_OPENED
    assert inspect_file(tmp_path / "missing.xlsx", reference).reason == NOT_OPENED
    assert inspect_file(tmp_path / ("n" * 5000), reference).reason == NOT_OPENED
    assert inspect_file(Path("a\0b"), reference).reason == NOT_OPENED
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.xlsx")
        assert inspect_file(tmp_path / "pipe.xlsx", reference).reason == NOT_OPENED
    if Path("/dev/zero").exists():
        assert inspect_file(Path("/dev/zero"), reference).reason == NOT_OPENED


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(b"PK")
    path.chmod(0)
    assert inspect_file(path).reason == NOT_OPENED


def test_the_command_speaks_json_and_by_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = str(SUBMISSIONS / "clean.xlsx"), str(SUBMISSIONS / "web_page.xls")
    assert cli.main(["--root", str(ROOT), "inspect", "--json", good]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["state"], entry["kind"]) == ("read", "xlsx")
    assert cli.main(["--root", str(ROOT), "inspect", "--json", good, bad]) == 6
    assert [entry["state"] for entry in json.loads(capsys.readouterr().out)] == ["read", "refused"]
    assert cli.main(["--root", str(ROOT), "inspect", good, bad]) == 6
    said = capsys.readouterr().out
    assert "đọc được" in said
    assert "trang web lưu dưới tên bảng tính [html_as_spreadsheet]" in said


def test_it_works_outside_of_any_office(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["inspect", str(SUBMISSIONS / "clean.xlsx")]) == 0
    said = capsys.readouterr().out
    assert "chưa đối chiếu với biểu mẫu nào" in said
    assert "cân đối" not in said  # every cell "left out by rule", where no rule was at hand


def _found(code: str, severity: str, cell: str) -> dict[str, str | None]:
    return {
        "check_code": code, "severity": severity, "sheet": "S", "cell": cell, "field_id": None, "found": None,
        "expected": None, "message": f"{code} ở {cell}.", "remedy": "Sửa.",
    }  # fmt: skip


def test_errors_do_not_vanish_behind_notes(reference: Reference) -> None:
    notes = [_found("row_moved", "note", f"A{row}") for row in range(1, 90)]
    findings = [*notes, _found("formula_in_cell", "note", "B1"), _found("points_step", "query", "C1")]
    findings += [_found("not_a_number", "error", f"D{row}") for row in range(1, 54)]
    seen = Inspection("a.xlsx", "read", account={}, findings=tuple(findings))
    lines = [line.strip() for line in inspection_lines(seen, reference.labels)][2:]
    assert lines[:50] == [f"[lỗi] not_a_number ở D{row}. Sửa." for row in range(1, 51)]
    assert lines[50:] == [
        "… và 3 nội dung [lỗi] khác (xem đủ bằng --json)",
        "[cần giải trình] points_step ở C1. Sửa.",
        "[lưu ý] row_moved ở A1. Sửa. (và 88 vị trí khác cùng loại: S!A2, S!A3, S!A4, S!A5, S!A6, …)",
        "[lưu ý] formula_in_cell ở B1. Sửa.",
    ]
