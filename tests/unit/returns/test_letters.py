"""The letters to schools: who gets which, drafts that open unsent, a list for a mail merge; addresses stay with the office."""

from __future__ import annotations

import datetime
import email
import email.policy
import io
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, write_school
from returned_world import put

import termreview.cli.__main__ as cli
from demo_world import SEMESTER, Demo, new_workspace
from termreview.reference.declarations import load_reference
from termreview.run.issuing import issue_report
from termreview.run.runner import run_term
from termreview.storage.workspace import Workspace
from worlds import change

DAY = "2024-01-15"
SCHOOLS = (PRESCHOOL, PRIMARY, SECONDARY)


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """Three schools: one has sent a good report, one a report with a mistake, one nothing."""
    workspace = new_workspace(tmp_path)
    contacts = workspace.reference / "contacts.csv"
    lines = [f"{school_id},truong-{school_id}@lienhe.example," for school_id in SCHOOLS]
    contacts.write_text("\n".join(("school_id,email,copy_to", *lines)) + "\n", encoding="utf-8")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    write_school(raw / "tot.xlsx", PRESCHOOL)
    write_school(raw / "sai.xlsx", PRIMARY)
    put(raw / "sai.xlsx", {"support_requests_received_count": "khoảng 50"})
    (raw / "received.csv").write_text(
        "file,received_on\ntot.xlsx,2024-01-05\nsai.xlsx,2024-01-05\n", encoding="utf-8"
    )
    return workspace


def letters(workspace: Workspace, *options: str) -> Path:
    given = ["letters", HK1.term_id, "--as-of", DAY, "--school", *SCHOOLS, *options]
    assert cli.main(["--root", str(workspace.root), *given]) == 0
    return workspace.reports(HK1) / "letters"


def draft(path: Path) -> email.message.EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_each_school_gets_the_letter_that_its_report_asks_for(office: Workspace) -> None:
    folder = letters(office)
    assert names(folder) == [
        "danh-sach-thu.xlsx",
        "reminder.docx", f"reminder/{SECONDARY}.eml",
        "return.docx", f"return/{PRIMARY}.eml",
        "thanks.docx", f"thanks/{PRESCHOOL}.eml",
    ]  # fmt: skip
    back = draft(folder / "return" / f"{PRIMARY}.eml")
    assert back["To"] == f"truong-{PRIMARY}@lienhe.example"
    assert back["X-Unsent"] == "1"
    assert back["Subject"] == "Đề nghị sửa, giải trình báo cáo học kỳ I, năm học 2023-2024"
    assert "1 lỗi, 0 nội dung cần giải trình – sai.xlsx" in back.get_body().get_content()
    assert "trước hết ngày 31/01/2024" in back.get_body().get_content()
    (file,) = back.iter_attachments()
    book = openpyxl.load_workbook(io.BytesIO(file.get_content()))
    assert book.sheetnames[0] == "Cần sửa – Cần giải trình"
    (form,) = draft(folder / "reminder" / f"{SECONDARY}.eml").iter_attachments()
    assert form.get_filename().startswith(f"{SECONDARY}_")
    assert not list(draft(folder / "thanks" / f"{PRESCHOOL}.eml").iter_attachments())


def test_before_any_file_came_every_school_is_invited_with_its_form(office: Workspace) -> None:
    shutil.rmtree(office.raw(HK1))
    folder = letters(office)
    assert names(folder) == [
        "danh-sach-thu.xlsx", "invitation.docx", *(f"invitation/{school_id}.eml" for school_id in SCHOOLS),
    ]  # fmt: skip
    text = draft(folder / "invitation" / f"{PRIMARY}.eml").get_body().get_content()
    assert f"mã trường {PRIMARY}" in text
    assert "trước hết ngày 10/01/2024" in text


def test_the_same_day_makes_the_same_bytes_and_takes_stale_drafts_away(office: Workspace) -> None:
    folder = letters(office)
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    assert {name: (letters(office) / name).read_bytes() for name in names(folder)} == before
    write_school(office.raw(HK1) / "moi.xlsx", SECONDARY)
    with (office.raw(HK1) / "received.csv").open("a", encoding="utf-8") as lines:
        lines.write("moi.xlsx,2024-01-06\n")
    assert f"reminder/{SECONDARY}.eml" not in names(letters(office))
    assert f"thanks/{SECONDARY}.eml" in names(folder)


def test_a_bad_address_is_named_and_the_others_get_their_drafts(
    office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    contacts = office.reference / "contacts.csv"
    change(contacts, f"truong-{PRIMARY}@lienhe.example", "hieu truong@")
    change(contacts, f"{PRESCHOOL},truong-{PRESCHOOL}@lienhe.example,\n", "")
    folder = letters(office)
    said = capsys.readouterr().out
    assert f"{PRIMARY}  Trường " in said
    assert "Địa chỉ không dùng được: hieu truong@" in said
    assert "Chưa có địa chỉ trong contacts.csv" in said
    assert [name for name in names(folder) if name.endswith(".eml")] == [f"reminder/{SECONDARY}.eml"]
    # The printed letter and the list hold every school: what cannot be mailed goes by post.
    assert "Kính gửi" in "\n".join(one.text for one in Document(str(folder / "return.docx")).paragraphs)
    rows = list(openpyxl.load_workbook(folder / "danh-sach-thu.xlsx").active.iter_rows(values_only=True))
    assert rows[0][:4] == ("STT", "Loại thư", "Mã trường", "Trường")
    states = {row[2]: row[8] for row in rows[1:]}
    assert states == {
        SECONDARY: "Có thư nháp",
        PRIMARY: "Địa chỉ không dùng được: hieu truong@",
        PRESCHOOL: "Chưa có địa chỉ trong contacts.csv",
    }
    assert cli.main(["--root", str(office.root), "check"]) == 0
    assert "contacts.csv:2: địa chỉ thư 'hieu truong@'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "address", ["a@b", "a b@c.vn", "x@y.vn\nBcc: z@w.vn", "Tên <a@b.vn>", "a@b.vn,c@d.vn"]
)
def test_what_would_be_more_than_one_address_is_none(office: Workspace, address: str) -> None:
    row = f'{PRIMARY},"{address}",\n'
    change(office.reference / "contacts.csv", f"{PRIMARY},truong-{PRIMARY}@lienhe.example,\n", row)
    assert not list(letters(office).glob(f"*/{PRIMARY}.eml"))


def test_a_changed_address_makes_no_report_old(office: Workspace) -> None:
    """Addresses and letters decide no figure: a report that was made still holds after one was mended."""
    before = load_reference(office.reference)
    change(office.reference / "contacts.csv", f"truong-{PRIMARY}@", "moi@")
    change(office.reference / "letters.yml", "Cảm ơn quý trường", "Trân trọng cảm ơn quý trường")
    after = load_reference(office.reference)
    assert after.contacts[PRIMARY].address == "moi@lienhe.example"
    assert after.fingerprint_of(HK1) == before.fingerprint_of(HK1)
    assert after.reading_fingerprint == before.reading_fingerprint


def test_no_address_stands_in_anything_that_a_run_or_an_issue_hands_out(demo: Demo, tmp_path: Path) -> None:
    """Every byte of every file, and of every member of what is packed, is searched for every address of the list."""
    root = Path(shutil.copytree(demo.workspace.root, tmp_path / "office"))
    workspace = Workspace(root)
    reference = load_reference(workspace.reference)
    sought = [contact.address.encode() for contact in reference.contacts.values()]
    assert len(sought) > 50
    for edition in ("internal", "shareable"):
        issue_report(workspace, reference, SEMESTER, edition=edition)
    run_term(workspace, reference, SEMESTER, datetime.date(2024, 1, 21), is_forced=True)
    assert cli.main(["--root", str(root), "letters", SEMESTER.term_id, "--as-of", DAY]) == 0
    mail, found, looked = workspace.reports(SEMESTER) / "letters", set(), 0
    for path in (
        file for name in ("reports", "data/processed") for file in (root / name).rglob("*") if file.is_file()
    ):
        for content in _contents(path):
            looked += len(content)
            if any(address in content for address in sought):
                found.add(path)
    assert looked > 10_000_000
    assert {path for path in found if not path.is_relative_to(mail)} == set()
    assert mail / "danh-sach-thu.xlsx" in found  # the search does find


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
