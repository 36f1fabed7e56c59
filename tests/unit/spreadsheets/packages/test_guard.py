"""Received files of every kind are told apart by content; damage is noticed; refusals name their reason."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest

from termreview.spreadsheets.packages.guard import OLE_MAGIC, REFUSAL_REASONS, Limits, RefusedFile
from termreview.spreadsheets.workbook import Workbook, read_workbook


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small good workbook: texts, numbers, a date, a formula, a hidden sheet."""
    path = tmp_path_factory.mktemp("seed") / "seed.xlsx"
    book = openpyxl.Workbook()
    for row in range(1, 9):
        book.active.append([f"1A.{row:02d}", f"Số học sinh lớp {row}", row * 31, row / 7])
    book.active["F1"] = "=SUM(C1:C8)"
    book.create_sheet("Ẩn").sheet_state = "hidden"
    book.save(path)
    return path.read_bytes()


def read_bytes(data: bytes, folder: Path, limits: Limits | None = None) -> Workbook:
    path = folder / "received.xlsx"
    path.write_bytes(data)
    return read_workbook(path, limits or Limits())


def reason_of(data: bytes, folder: Path, limits: Limits | None = None) -> str:
    with pytest.raises(RefusedFile) as refusal:
        read_bytes(data, folder, limits)
    assert refusal.value.detail
    return refusal.value.reason


def archive(*members: tuple[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as book:
        for name, content in members:
            book.writestr(name, content)
    return target.getvalue()


def remade(seed: bytes, change: dict[str, bytes], extra: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    with zipfile.ZipFile(io.BytesIO(seed)) as book:
        members = [(name, change.get(name, book.read(name))) for name in book.namelist()]
    return archive(*members, *extra)


def ole_file(*streams: str, workbook: bytes = b"") -> bytes:
    """An OLE file whose directory names some streams; the first starts right after the directory."""
    header = bytearray(512)
    header[:8] = OLE_MAGIC
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    entries = b""
    for name in ("Root Entry", *streams):
        encoded = name.encode("utf-16-le")
        entry = encoded.ljust(64, b"\0") + struct.pack("<HB", len(encoded) + 2, 2)
        entries += entry.ljust(116, b"\0") + struct.pack("<III", 1 + len(streams) // 4, 4096, 0)
    return bytes(header) + entries.ljust(512 * (1 + len(streams) // 4), b"\0") + workbook.ljust(4096, b"\0")


NOT_WORKBOOKS = {
    "nothing": (b"", "empty_file"),
    "zero bytes": (bytes(3000), "empty_file"),
    "page": (b"\xef\xbb\xbf  <html><table><tr><td>1</td></tr></table></html>", "html_as_spreadsheet"),
    "page with xml head": (b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="x"></html>', "html_as_spreadsheet"),
    "page in UTF-16": ("<html><body>".encode("utf-16"), "html_as_spreadsheet"),
    "web archive": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "html_as_spreadsheet"),
    "xml 2003": (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "unsupported_format"),
    "pdf": (b"%PDF-1.7\n", "pdf"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "picture"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(20), "picture"),
    "phone photo": (bytes(3) + b"\x18ftypheic", "picture"),
    "rtf": (b"{\\rtf1 a}", "word_document"),
    "rar": (b"Rar!\x1a\x07\x00" + bytes(20), "archive_not_workbook"),
    "json": (b'{"doc_id": "1"}', "unsupported_format"),
    "e-mail": (b"Received: by mx\r\nFrom: a@b\r\nTo: c@d\r\nSubject: x\r\nMIME-Version: 1.0\r\n\r\n", "unsupported_format"),
    "shortcut of a browser": (b"[InternetShortcut]\r\nURL=https://x/y\r\n", "unsupported_format"),
    "shortcut of Windows": (b"L\0\0\0\x01\x14\x02\0" + bytes(100), "unsupported_format"),
    "letter": ("Kính gửi phòng\nTrường xin báo cáo\nTrân trọng".encode(), "unsupported_format"),
    "binary": (bytes(range(1, 255)) * 4, "unsupported_format"),
    "excel 4": (b"\x09\x04\x06\x00" + bytes(100), "unsupported_format"),
    "docx": (archive(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<d/>")), "word_document"),
    "pptx": (archive(("[Content_Types].xml", "<Types/>"), ("ppt/presentation.xml", "<d/>")), "unsupported_format"),
    "zip of pictures": (archive(("anh.png", b"\x89PNG")), "archive_not_workbook"),
    "empty zip": (archive(), "archive_not_workbook"),
    "encrypted": (ole_file("EncryptionInfo", "EncryptedPackage"), "password_protected"),
    "locked xls": (ole_file("Workbook", workbook=struct.pack("<HH16xHH4x", 0x809, 16, 0x2F, 4)), "password_protected"),
    "doc": (ole_file("WordDocument"), "word_document"),
    "ppt": (ole_file("PowerPoint Document"), "unsupported_format"),
    "bare ole header": (OLE_MAGIC + bytes(504), "truncated"),
    "other ole": (ole_file("Something", "Else", "Here", "Too"), "unsupported_format"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_WORKBOOKS)
def test_what_is_no_workbook_is_named_for_what_it_is(name: str, tmp_path: Path) -> None:
    data, reason = NOT_WORKBOOKS[name]
    assert reason_of(data, tmp_path) == reason


def test_reasons_are_few_and_closed() -> None:
    assert len(REFUSAL_REASONS) <= 20
    with pytest.raises(ValueError, match="not a refusal reason"):
        RefusedFile("bad_luck", "")


def test_what_cannot_be_opened_is_refused_by_name(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.xlsx", tmp_path, Path("a\0b"), tmp_path / ("n" * 5000)):
        with pytest.raises(RefusedFile) as refusal:
            read_workbook(path)
        assert refusal.value.reason == "cannot_be_opened"


def test_a_file_cut_short_anywhere_is_refused(seed: bytes, tmp_path: Path) -> None:
    for length in range(4, len(seed) - 1, 97):
        assert reason_of(seed[:length], tmp_path) in ("truncated", "damaged")


def test_bombs_and_crowds_are_refused(seed: bytes, tmp_path: Path) -> None:
    bomb = remade(seed, {}, (("xl/media/a.bin", bytes(30_000_000)),))
    assert len(bomb) < 50_000
    assert reason_of(bomb, tmp_path) == "too_large"
    assert reason_of(seed, tmp_path, Limits(inflated_bytes=10_000)) == "too_large"
    assert reason_of(seed, tmp_path, Limits(members=5)) == "too_large"
    assert reason_of(seed, tmp_path, Limits(file_bytes=100)) == "too_large"
    assert reason_of(seed, tmp_path, Limits(part_bytes=100)) == "too_large"


def test_a_member_longer_than_it_says_is_refused(seed: bytes, tmp_path: Path) -> None:
    lying = remade(seed, {}, (("xl/media/a.bin", bytes(90_000)),))
    for true, told in ((90_000, 90),):
        lying = lying.replace(struct.pack("<I", true), struct.pack("<I", told))
    assert reason_of(lying, tmp_path) == "damaged"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(seed: bytes, tmp_path: Path) -> None:
    for name in ("xl/worksheets/sheet1.xml", "XL/WORKSHEETS/SHEET1.XML"):
        twice = remade(seed, {}, ((name, b"<worksheet/>"),))
        assert reason_of(twice, tmp_path) == "damaged"


def test_document_types_are_refused_in_every_part(seed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(seed)) as book:
        parts = {name: book.read(name) for name in book.namelist() if name.endswith((".xml", ".rels"))}
    declaration = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>'
    for name, part in parts.items():
        head, mark, rest = part.partition(b"?>") if part.startswith(b"<?xml") else (b"", b"", part)
        assert reason_of(remade(seed, {name: head + mark + declaration + rest}), tmp_path) == "unsafe_xml"


def test_an_encrypted_zip_is_password_protected(seed: bytes, tmp_path: Path) -> None:
    locked = bytearray(seed)
    position = 0
    with zipfile.ZipFile(io.BytesIO(seed)) as book:
        end = book.start_dir
    while (position := locked.find(b"PK\x01\x02", max(position, end))) >= 0:
        locked[position + 8] |= 1
        position += 4
    assert reason_of(bytes(locked), tmp_path) == "password_protected"


@pytest.mark.parametrize(
    "lost",
    [
        "xl/worksheets/sheet1.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
    ],
)
def test_a_workbook_without_a_part_it_leans_on_is_damaged(seed: bytes, tmp_path: Path, lost: str) -> None:
    with zipfile.ZipFile(io.BytesIO(seed)) as book:
        kept = [(name, book.read(name)) for name in book.namelist() if name != lost]
    assert reason_of(archive(*kept), tmp_path) == "damaged"


def test_no_single_flipped_bit_changes_a_cell_unnoticed(seed: bytes, tmp_path: Path) -> None:
    good = read_bytes(seed, tmp_path)
    numbers = random.Random(407)
    tried = changed = refused = 0
    for _ in range(600):
        place = numbers.randrange(len(seed) * 8)
        mutant = bytearray(seed)
        mutant[place // 8] ^= 1 << place % 8
        tried += 1
        try:
            changed += read_bytes(bytes(mutant), tmp_path) != good
        except RefusedFile:
            refused += 1
    assert (tried, changed) == (600, 0), f"{changed} of {tried} flips changed the content (seed 407)"
    assert refused > 300


def test_random_rubbish_inside_a_good_archive_only_ever_refuses(seed: bytes, tmp_path: Path) -> None:
    """Damage under a right checksum: every part in turn is spoilt and packed again."""
    numbers = random.Random(4725)
    with zipfile.ZipFile(io.BytesIO(seed)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for _ in range(150):
        name = numbers.choice(list(parts))
        part = bytearray(parts[name])
        for _ in range(numbers.randrange(1, 4)):
            start = numbers.randrange(len(part))
            piece = bytes(numbers.randrange(256) for _ in range(numbers.randrange(4)))
            part[start : start + numbers.randrange(12)] = piece
        with contextlib.suppress(RefusedFile):
            read_bytes(remade(seed, {name: bytes(part)}), tmp_path)


def test_checksums_are_of_the_content_not_of_the_listing(seed: bytes, tmp_path: Path) -> None:
    """One stored number changed and its member's checksum left: the plain harm of a bad disk."""
    plain = archive(*((n, zipfile.ZipFile(io.BytesIO(seed)).read(n)) for n in zipfile.ZipFile(io.BytesIO(seed)).namelist()),
                    method=zipfile.ZIP_STORED)  # fmt: skip
    assert read_bytes(plain, tmp_path) == read_bytes(seed, tmp_path)
    assert plain.count(b"<v>248</v>") == 1
    assert reason_of(plain.replace(b"<v>248</v>", b"<v>284</v>"), tmp_path) == "damaged"
    assert zlib.crc32(b"248") != zlib.crc32(b"284")
