"""One document, scan, picture or read-me file beside a school's report: attached to it, a note and no error."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import openpyxl
import pytest
from intake_world import HK1, PRESCHOOL, PRIMARY, reference, write_school

import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received

AS_OF = datetime.date(2024, 1, 9)
CONTENTS = {
    "ky.pdf": b"%PDF-1.4 x", "anh.png": b"\x89PNG\r\n\x1a\n", "thu.rtf": b"{\\rtf1 x}", "doc toi.txt": "Kính gửi Phòng".encode(),
}  # fmt: skip


def cleaned(folder: Path) -> Cleaned:
    return clean_term(list_received(folder, AS_OF), reference(), HK1)


def fates(found: Cleaned) -> dict[str, tuple[str | None, str]]:
    rows = found.submissions.astype(object).where(found.submissions.notna(), None).to_dict("records")
    return {row["file"]: (row["school_id"], row["fate"]) for row in rows}


@pytest.mark.parametrize("name", list(CONTENTS))
@pytest.mark.parametrize("first", [True, False])
def test_a_document_beside_a_report_is_attached_to_it(tmp_path: Path, name: str, first: bool) -> None:
    report = f"{PRIMARY} {'z' if first else 'a'}.xlsx"
    write_school(tmp_path / report, PRIMARY)
    document = f"{PRIMARY} {name}"
    (tmp_path / document).write_bytes(CONTENTS[name])
    found = cleaned(tmp_path)
    assert fates(found) == {report: (PRIMARY, "accepted"), document: (PRIMARY, "attached")}
    own = found.findings[found.findings["file"] == document]
    assert own[["check_code", "severity"]].values.tolist() == [["attached_file", "note"]]


def test_a_document_alone_is_refused_as_ever(tmp_path: Path) -> None:
    (tmp_path / f"{PRIMARY} ky.pdf").write_bytes(CONTENTS["ky.pdf"])
    found = cleaned(tmp_path)
    assert fates(found) == {f"{PRIMARY} ky.pdf": (PRIMARY, "refused")}
    assert "refused_pdf" in set(found.findings["check_code"])


def test_a_damaged_workbook_beside_a_report_is_no_attachment(tmp_path: Path) -> None:
    write_school(tmp_path / f"{PRIMARY}.xlsx", PRIMARY)
    (tmp_path / f"{PRIMARY} sua.xlsx").write_bytes((tmp_path / f"{PRIMARY}.xlsx").read_bytes()[:900])
    assert fates(cleaned(tmp_path))[f"{PRIMARY} sua.xlsx"] == (PRIMARY, "refused")


def test_a_scan_that_is_called_a_workbook_is_no_attachment(tmp_path: Path) -> None:
    write_school(tmp_path / f"{PRIMARY}.xlsx", PRIMARY)
    (tmp_path / f"{PRIMARY} sua.xlsx").write_bytes(CONTENTS["ky.pdf"])
    assert fates(cleaned(tmp_path))[f"{PRIMARY} sua.xlsx"] == (PRIMARY, "refused")


def test_what_lies_in_the_archive_of_one_school_is_attached_to_its_report(tmp_path: Path) -> None:
    write_school(tmp_path / "bc.xlsx", PRIMARY)
    with zipfile.ZipFile(tmp_path / "gui.zip", "w") as archive:
        archive.write(tmp_path / "bc.xlsx", "bc.xlsx")
        archive.writestr("ky.pdf", CONTENTS["ky.pdf"])
        archive.writestr("doc toi.txt", CONTENTS["doc toi.txt"])
    (tmp_path / "bc.xlsx").unlink()
    assert fates(cleaned(tmp_path)) == {
        "gui.zip/bc.xlsx": (PRIMARY, "accepted"),
        "gui.zip/ky.pdf": (PRIMARY, "attached"),
        "gui.zip/doc toi.txt": (PRIMARY, "attached"),
    }


def test_what_lies_in_an_archive_of_two_schools_is_of_neither(tmp_path: Path) -> None:
    for school_id in (PRIMARY, PRESCHOOL):
        write_school(tmp_path / f"{school_id}.xlsx", school_id)
    with zipfile.ZipFile(tmp_path / "gui.zip", "w") as archive:
        for path in tmp_path.glob("*.xlsx"):
            archive.write(path, path.name)
            path.unlink()
        archive.writestr("ky.pdf", CONTENTS["ky.pdf"])
    assert fates(cleaned(tmp_path))["gui.zip/ky.pdf"] == (None, "refused")


def test_status_asks_nothing_of_a_school_for_its_signed_scan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = new_workspace(tmp_path / "office")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    write_school(raw / f"{PRIMARY}.xlsx", PRIMARY)
    (raw / f"{PRIMARY} ky.pdf").write_bytes(CONTENTS["ky.pdf"])
    listing = tmp_path / "nhac.xlsx"
    call = [
        "--root",
        str(workspace.root),
        "status",
        HK1.term_id,
        "--as-of",
        "2024-01-30",
        "--xlsx",
        str(listing),
    ]
    assert cli.main(call) == 0
    said = capsys.readouterr().out
    assert "tệp gửi sau không hợp lệ 0" in said
    assert not any(PRIMARY in line for line in said.splitlines())
    cells = [
        str(cell.value)
        for page in openpyxl.load_workbook(listing)
        for row in page.iter_rows()
        for cell in row
    ]
    assert PRIMARY not in cells
