"""What a reader had to assume of a whole file, or could not see in it, is a finding: never a silent choice."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from intake_world import PRESCHOOL, SUBMISSIONS, clean_folder, reference

from termreview.intake.files.cell_reconciliation import workbook_remarks
from termreview.intake.inspection import inspect_file
from termreview.spreadsheets.workbook import Sheet, Workbook


def with_part(source: Path, target: Path, name: str, old: str, new: str) -> None:
    """One workbook saved with one part changed."""
    with zipfile.ZipFile(source) as archive:
        parts = {member: archive.read(member) for member in archive.namelist()}
    assert old.encode() in parts[name]
    parts[name] = parts[name].replace(old.encode(), new.encode(), 1)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in parts.items():
            archive.writestr(member, content)


def test_two_sheets_of_one_name_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    with_part(SUBMISSIONS / "hidden_sheet.xlsx", path, "xl/workbook.xml", 'name="Nháp"', 'name="Thống kê"')
    cleaned = clean_folder(tmp_path)
    (found,) = cleaned.findings[cleaned.findings["check_code"] == "duplicate_sheet_name"].itertuples()
    assert (found.file, found.sheet, found.severity) == (path.name, "Thống kê", "query")
    row = cleaned.submissions.set_index("school_id").loc[PRESCHOOL]
    assert row["fate"] == "accepted"
    assert (
        row["cells_total"]
        == row["cells_used"] + row["cells_flagged"] + row["cells_unowned"] + row["cells_ignored"]
    )


def test_a_guessed_encoding_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "bang.csv"
    path.write_bytes("Mã;Đơn vi\n1;Phòng Giáo\n".replace("ã", "a").encode("cp1258", "ignore"))
    (found,) = (
        entry
        for entry in inspect_file(path, reference()).findings
        if entry["check_code"] == "encoding_guessed"
    )
    assert found["severity"] == "query"
    assert "bang.csv" in found["message"]
    assert found["remedy"]


@pytest.mark.parametrize("code", ["encoding_guessed", "errors_not_seen", "cell_outside_its_row"])
def test_every_odd_reading_has_words_and_is_a_query(code: str) -> None:
    book = Workbook((Sheet("Thống kê", "visible", {}),), "xlsb", notes=(code,))
    (remark,) = workbook_remarks(book)
    assert (remark.code, remark.found) == (code, ".xlsb")
    assert reference().messages[code].severity == "query"


def test_a_cell_that_stands_in_another_row_than_it_says_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    source = SUBMISSIONS / "clean.xlsx"
    with zipfile.ZipFile(source) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    cell = sheet[sheet.index('<c r="B74"') : sheet.index('<c r="C74"')]
    moved = sheet.replace(cell, "").replace("</row></sheetData>", f"{cell}</row></sheetData>")
    with_part(source, path, "xl/worksheets/sheet2.xml", sheet, moved)
    cleaned = clean_folder(tmp_path)
    assert "cell_outside_its_row" in set(cleaned.findings["check_code"])
