"""Two editions of one run: what schools' files carry along must occur in no byte of the shareable one."""

from __future__ import annotations

import base64
import datetime
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from termreview.reference.declarations import load_reference
from termreview.reporting.editions.scope import SHAREABLE
from termreview.run.work_list import plan_steps
from termreview.storage.workspace import Workspace

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, place_of, receive, write_school

ROOT = Path(__file__).parents[2]
DAY = datetime.date(2024, 1, 15)
SECRETS = (
    "0905123467", "0905 123 468", "046099001234", "Hoàng Thị Bí Mật", "Trần Văn Kín", "bimat@truong.edu.vn",
    "Ghi chú riêng của kế toán", "Trang ẩn lương", "Lê Khuất Tác Giả", "mười hai em (Phạm Thị Giấu)", "Đặng Lỗi Khóa",
    "dia-chi-bi-mat.example", "Võ Ngoài Ô", "Ngô Tệp Tên", "Trang của cô Sương",
)  # fmt: skip


@dataclass(frozen=True)
class Office:
    """One small office after one run: where it is, and what the run said."""

    workspace: Workspace
    log: bytes


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    workspace = Workspace(tmp_path_factory.mktemp("office"))
    shutil.copytree(ROOT / "data" / "reference", workspace.reference)
    shutil.copytree(ROOT / "notebooks", workspace.notebooks)
    folder = workspace.raw(HK1)
    folder.mkdir(parents=True)
    write_school(folder / "BC Ngô Tệp Tên 0905123467.xlsx", PRIMARY)
    write_school(folder / f"{PRESCHOOL}.xlsx", PRESCHOOL)
    write_school(folder / f"{SECONDARY}.xlsx", SECONDARY)
    plant(folder / "BC Ngô Tệp Tên 0905123467.xlsx")
    receive(folder, {})
    done = subprocess.run(
        [sys.executable, "-m", "termreview.cli", "--root", str(workspace.root), "run", HK1.term_id, "--as-of", "2024-01-15", "--level", "th"],
        capture_output=True, timeout=1800, check=False, env=os.environ | {"PYTHONPATH": str(ROOT / "lib")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return Office(workspace, done.stdout + done.stderr)


def plant(path: Path) -> None:
    """Write personal data wherever a school's workbook can carry any."""
    book = openpyxl.load_workbook(path)

    def put(field_id: str, value: str) -> None:
        sheet, place = place_of(field_id, PRIMARY)
        book[sheet].cell(place.row, place.column, value)

    put("difficulties", "Liên hệ cô Hoàng Thị Bí Mật, 0905 123 468, CCCD 046099001234, bimat@truong.edu.vn")
    put("proposals", "Đề nghị của Trần Văn Kín về dia-chi-bi-mat.example")
    put("people_decision_number", "25/QĐ phân công Trần Văn Kín")
    put("pupils_disabled_count.g1", "mười hai em (Phạm Thị Giấu)")
    put("q4725_1_3_1.evidence", "https://dia-chi-bi-mat.example/Hoàng Thị Bí Mật")
    put("platform_status", "Đặng Lỗi Khóa")
    sheet, place = place_of("pupils_count.g1", PRIMARY)
    book[sheet].cell(place.row, place.column).comment = Comment(
        "Ghi chú riêng của kế toán", "Lê Khuất Tác Giả"
    )
    book[sheet]["AZ3"] = "Võ Ngoài Ô 0905123467"
    hidden = book.create_sheet("Trang ẩn lương")
    hidden["A1"] = "Hoàng Thị Bí Mật"
    hidden.sheet_state = "hidden"
    book[place_of("difficulties", PRIMARY)[0]].title = "Trang của cô Sương"
    book.properties.creator = book.properties.lastModifiedBy = "Lê Khuất Tác Giả"
    book.save(path)


def shareable_files(workspace: Workspace) -> list[Path]:
    found = sorted(
        path
        for folder in (workspace.reports(HK1), workspace.processed(HK1) / "notebooks")
        for path in folder.rglob("*chia-se*")
        if path.is_file()
    )
    assert len(found) >= 4, found
    return found


def contents(data: bytes) -> Iterator[bytes]:
    """The bytes of one file, of the members of an archive, and of what is embedded in it as base64."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    for found in re.findall(rb"base64,([A-Za-z0-9+/=]{40,})", data):
        yield base64.b64decode(found)


PIXELS = re.compile(rb"(....)IDAT", re.DOTALL)


def told(data: bytes) -> bytes:
    """The bytes of one part that say something: a packed archive and the pixels of a picture look like anything."""
    if data.startswith(b"PK"):
        return b""
    while data.startswith(b"\x89PNG") and (found := PIXELS.search(data)):
        data = data[: found.start()] + data[found.end() + int.from_bytes(found[1], "big") + 4 :]
    return data


def test_what_a_picture_tells_is_looked_at_without_its_pixels() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + b"\0\0\0\0"

    signature = b"\x89PNG\r\n\x1a\n"
    author, end = chunk(b"tEXt", b"Author\0a@bc.vn"), chunk(b"IEND", b"")
    picture = signature + chunk(b"IDAT", b"x@yz.vn") + author + chunk(b"IDAT", b"IDAT") + end
    assert told(picture) == signature + author + end
    assert told(b"<p>IDAT</p>") == b"<p>IDAT</p>"
    assert not told(b"PK\x03\x04 x@yz.vn")


def test_nothing_personal_of_a_file_is_in_any_byte_of_the_shareable_edition(office: Office) -> None:
    forms = [
        form
        for secret in SECRETS
        for form in {secret.encode(), secret.encode("unicode_escape"), secret.encode("utf-16-le")}
    ]
    tried = 0
    for path in shareable_files(office.workspace):
        for part in contents(path.read_bytes()):
            tried += 1
            found = [form for form in forms if form in part]
            assert not found, f"{path.name} holds {[form.decode(errors='replace') for form in found]}"
    assert not [form for form in forms if form in office.log]
    print(f"{len(forms)} forms of {len(SECRETS)} planted values in {tried} parts: 0 found")


def test_the_search_would_have_found_something(office: Office) -> None:
    """The internal edition does name the file, but no person in its name, and quotes the school: the values came through."""
    page = (office.workspace.reports(HK1) / "bao-cao-so-ket-2023-2024-hk1.html").read_text(encoding="utf-8")
    for secret in ("Trần Văn Kín", "BC ▒▒▒[", "dia-chi-bi-mat.example"):
        assert secret in page, secret
    assert "Ngô Tệp Tên" not in page


def test_each_edition_says_which_it_is_on_the_page_and_in_its_name(office: Office) -> None:
    reports = office.workspace.reports(HK1)
    for scope in ("", "-th"):
        for suffix, own, other, least in (
            ("", "Bản nội bộ", "Bản chia sẻ", 2),  # in the banner and in the footer
            ("-chia-se", "Bản chia sẻ", "Bản nội bộ", 1),  # its footer is the check code alone
        ):
            page = (reports / f"bao-cao-so-ket-2023-2024-hk1{scope}{suffix}.html").read_text(encoding="utf-8")
            assert page.count(own) >= least
            assert f"{other}: " not in page
            assert f"{other}. " not in page


def test_small_counts_read_hidden_and_never_missing(office: Office) -> None:
    """Each grade of this office has one disabled pupil per school: hidden, and said to be so, in the annex."""
    annex = openpyxl.load_workbook(
        office.workspace.reports(HK1) / "bao-cao-so-ket-2023-2024-hk1-chia-se-phu-luc.xlsx"
    )
    cells = [cell.value for sheet in annex for row in sheet.iter_rows() for cell in row]
    assert "ẩn" in cells


# Looked for in every part of every shareable file, the executed notebook included.
PERSONAL = {
    "an e-mail address": rb"\w@\w+\.\w",
    "a phone number": rb"(?<![\w.])0[35789]\d{8}(?![\w.])",
    "an identity number": rb"(?<![\w.])\d{12}(?![\w.])",
    "a machine path": rb"/(?:home|root|tmp|Users)/\w|[A-Z]:\\\\\w",
    "an author": rb"<(?:dc:creator|cp:lastModifiedBy)>[^<]|\"authors\"|<meta name=\"author\"",
    "a comment": rb"<(?:w:comment|comment)[ >]|<!--(?!\[if)",
}


def test_no_shareable_file_holds_contact_data_paths_authors_or_comments(office: Office) -> None:
    root, tried = str(office.workspace.root).encode(), 0
    for path in shareable_files(office.workspace):
        for part in contents(path.read_bytes()):
            tried += 1
            assert root not in part, path.name
            found = {kind: re.search(pattern, told(part)) for kind, pattern in PERSONAL.items()}
            assert not {kind: hit[0] for kind, hit in found.items() if hit}, path.name
    print(f"{len(PERSONAL)} kinds of data looked for in {tried} parts: 0 found")


def test_the_shareable_edition_alone_brings_no_page_of_a_school(office: Office) -> None:
    declared = load_reference(office.workspace.reference).of(HK1)
    steps = [
        step.name
        for step in plan_steps(office.workspace, load_reference(office.workspace.reference), declared, DAY, editions=(SHAREABLE,))
    ]  # fmt: skip
    assert steps == ["1_clean_submissions", "2_score_indicators", "3_semester_review-chia-se"]
    assert not [path for path in shareable_files(office.workspace) if "schools" in path.parts]
