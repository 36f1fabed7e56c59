"""Files of evidence beside the reports: each odd one is asked of its own school, and none counts as a report."""

from __future__ import annotations

import datetime
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from intake_world import HK1, PRIMARY, SECONDARY, receive, reference, school, write_school

from termreview.intake.clean import clean_term
from termreview.intake.received.evidence_files import (
    EvidenceFault,
    evidence_before,
    evidence_faults,
    list_evidence,
)
from termreview.intake.received.received import list_received
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term

PDF = b"%PDF-1.7\n" + b"x" * 5000 + b"\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300) + b"IEND\xaeB`\x82"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)
SCHOOLS = {one: school(one) for one in (PRIMARY, SECONDARY)}


def packed(name: str, content: bytes = b"x" * 99) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def faults(folder: Path, files: dict[str, bytes]) -> list[EvidenceFault]:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return list(evidence_faults(list_evidence(folder), SCHOOLS))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("ke-hoach.pdf", PDF, ""),
        ("anh.png", PNG, ""),
        ("ghi-chu.txt", b"x", ""),
        ("bang.xlsx", packed("xl/workbook.xml"), ""),
        ("bang.xlsx", packed("xl/workbook.xml")[:-30], "evidence_cut_short"),
        ("van-ban.docx", packed("word/document.xml"), ""),
        ("van-ban.docx", packed("xl/workbook.xml"), "evidence_other_kind"),
        (
            "van-ban.docx",
            packed("anh-1.jpg"),
            "evidence_other_kind",
        ),  # an archive of pictures under another name
        ("van-ban.odt", packed("mimetype", b"application/vnd.oasis.opendocument.text"), ""),
        ("anh.zip", packed("anh-1.jpg"), ""),
        ("mat-khau.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "evidence_locked"),
        ("rong.pdf", b"", "evidence_empty"),
        ("byte-0.docx", bytes(400), "evidence_empty"),
        ("trang.pdf", b"<!DOCTYPE html><html>", "evidence_other_kind"),
        ("anh.pdf", PNG, "evidence_other_kind"),
        ("anh.jpg", PNG, ""),
        ("van-ban.doc", b"{\\rtf1 x}", ""),
        ("dem.pdf", PDF + bytes(9000), ""),
        ("may-anh.jpg", b"\xff\xd8\xff" + bytes(99) + b"\xff\xd9" + b"SEFT" * 2000, ""),
        ("van-ban.docx", OLE, "evidence_other_kind"),
        ("cut.pdf", PDF[:-8], "evidence_cut_short"),
        ("cut.PNG", PNG[:200], "evidence_cut_short"),
    ],
)
def test_a_file_is_what_its_suffix_says_and_whole(
    name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    found = faults(tmp_path, {f"{PRIMARY}/{name}": content})
    assert [fault.code for fault in found] == ([code] if code else [])
    assert all(fault.school_id == PRIMARY for fault in found)


def test_a_file_of_two_schools_is_asked_of_both(tmp_path: Path) -> None:
    files = {
        f"{PRIMARY}/kh.pdf": PDF,
        f"{PRIMARY}/lai.pdf": PDF,
        f"{SECONDARY}/a/ke-hoach.pdf": PDF,
        f"{SECONDARY}/b.png": PNG,
    }
    told = {(fault.school_id, fault.name, fault.code, fault.found) for fault in faults(tmp_path, files)}
    assert told == {
        (PRIMARY, f"{PRIMARY}/kh.pdf", "evidence_same_file", SCHOOLS[SECONDARY].name),
        (SECONDARY, f"{SECONDARY}/a/ke-hoach.pdf", "evidence_same_file", SCHOOLS[PRIMARY].name),
    }


def test_a_file_of_an_earlier_school_year_is_asked_about(tmp_path: Path) -> None:
    """The first semester gave the plan of the year before; a file of the same year's first part is no question."""
    workspace, calendar = Workspace(tmp_path), reference().calendar
    last, hk1, hk2 = (parse_term(name) for name in ("2022-2023-hk2", HK1.term_id, "2023-2024-hk2"))
    calendar = replace(calendar, plans=(replace(calendar.plan(hk1), term=last), *calendar.plans))
    for term, names in ((last, ["cu.pdf"]), (hk1, ["ke-hoach.pdf", "khac.png"]), (hk2, ["khac.png"])):
        for name in names:
            path = workspace.raw(term) / "evidence" / PRIMARY / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(PDF if name.endswith("pdf") else PNG)
    for term, told in ((hk1, [(f"{PRIMARY}/ke-hoach.pdf", "evidence_other_year", "2022-2023")]), (hk2, [])):
        files = list_evidence(workspace.raw(term) / "evidence")
        before = evidence_before(files, workspace, calendar, term)
        found = evidence_faults(files, SCHOOLS, before)
        assert [(fault.name, fault.code, fault.found) for fault in found] == told


def test_a_folder_of_no_school_is_named_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.pdf").write_bytes(PDF)
    folder = tmp_path / "evidence"
    found = faults(folder, {"khac/kh.pdf": PDF, "loose.pdf": PNG})
    assert {(fault.school_id, fault.code, fault.found) for fault in found} == {
        ("", "evidence_unknown_school", "khac"), ("", "evidence_unknown_school", ""),
    }  # fmt: skip
    (folder / PRIMARY).mkdir()
    (folder / PRIMARY / "link.pdf").symlink_to(tmp_path / "elsewhere.pdf")
    assert [file.name for file in list_evidence(folder)] == ["khac/kh.pdf", "loose.pdf"]


def test_evidence_is_no_report_and_its_faults_are_questions_to_the_school(tmp_path: Path) -> None:
    write_school(tmp_path / f"{PRIMARY}.xlsx", PRIMARY)
    receive(tmp_path, {})
    plain = clean_term(list_received(tmp_path, datetime.date(2024, 1, 5)), reference(), HK1)
    faults(tmp_path / "evidence", {f"{PRIMARY}/kh.pdf": PDF[:-8]})
    files = list_received(tmp_path, datetime.date(2024, 1, 5))
    assert [file.name for file in files] == [f"{PRIMARY}.xlsx"]
    evidence = list_evidence(tmp_path / "evidence")
    cleaned = clean_term(files, reference(), HK1, evidence=evidence)
    assert (
        f"{PRIMARY}/kh.pdf" in cleaned.findings.query("check_code == 'evidence_cut_short'")["message"].iloc[0]
    )
    new = cleaned.findings[~cleaned.findings["finding_id"].isin(plain.findings["finding_id"])]
    assert new[["school_id", "check_code", "severity", "file"]].to_numpy().tolist() == [
        [PRIMARY, "evidence_cut_short", "query", f"{PRIMARY}.xlsx"]
    ]
