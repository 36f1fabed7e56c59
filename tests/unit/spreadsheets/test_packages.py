"""One workbook's package as programs pack it: a part is found as the format demands, and only real bombs are bombs."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hostile_files import MAIN, cell, package, row, sheet
from intake_world import ROOT
from test_guard import read_bytes, reason_of
from test_workbook_legacy import piece, xlsb

from termreview.spreadsheets.editing.package import open_package, sheets_of
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.spreadsheets.workbook import Workbook, read_workbook

PLAIN = ROOT / "tests" / "data" / "cases" / "plain.xlsx"
SHEET_1 = "xl/worksheets/sheet1.xml"
LINKS = "xl/_rels/workbook.xml.rels"
TYPES = "[Content_Types].xml"
Parts = dict[str, bytes]


def parts_of(path: Path = PLAIN) -> Parts:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def packed(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in members:
            book.writestr(name, content)
    return target.getvalue()


def renamed(name: str, target: str | None = None) -> Parts:
    """The parts of the plain file, its first sheet under another name, which its relationship spells as `target`."""
    parts = parts_of()
    parts[LINKS] = parts[LINKS].replace(b"worksheets/sheet1.xml", (target or name).encode())
    parts[f"xl/{name}"] = parts.pop(SHEET_1)
    return parts


def cells(workbook: Workbook) -> list[object]:
    return [(sheet.name, sheet.state, sheet.cells, sheet.merges) for sheet in workbook.sheets]


@pytest.fixture(scope="module")
def plain_cells() -> list[object]:
    return cells(read_workbook(PLAIN))


NAMES: dict[str, Callable[[], Parts]] = {
    "all in capitals": lambda: {name.upper(): content for name, content in parts_of().items()},
    "all in small letters": lambda: {name.lower(): content for name, content in parts_of().items()},
    "backslashes": lambda: {name.replace("/", "\\"): content for name, content in parts_of().items()},
    "percent in the target alone": lambda: renamed("Thông tin.xml", quote("Thông tin.xml")),
    "percent in the archive alone": lambda: renamed(quote("Thông tin.xml"), "Thông tin.xml"),
    "percent in both": lambda: renamed(quote("Thông tin.xml"), quote("Thông tin.xml")),
    "small hexadecimal digits": lambda: renamed("Thông tin.xml", quote("Thông tin.xml").lower()),
    "decomposed letters in the archive": lambda: renamed(unicodedata.normalize("NFD", "Thông tin.xml"), "Thông tin.xml"),
    "a target from the root": lambda: renamed("a.xml", "/XL/A.XML"),
    "a suffix of its own, by the part": lambda: with_type("sheet1.dat", '<Override PartName="/XL/sheet1.DAT" ContentType="{}"/>'),
    "a suffix of its own, by the suffix": lambda: with_type("sheet1.dat", '<Default Extension="DAT" ContentType="{}"/>'),
    "no suffix": lambda: with_type("first", '<Override PartName="/xl/first" ContentType="{}"/>'),
}  # fmt: skip


def with_type(name: str, declaration: str) -> Parts:
    parts = renamed(name)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    parts[TYPES] = parts[TYPES].replace(b"</Types>", declaration.format(kind).encode() + b"</Types>")
    return parts


@pytest.mark.parametrize("name", NAMES)
def test_a_part_is_found_by_whatever_name_means_it(
    name: str, tmp_path: Path, plain_cells: list[object]
) -> None:
    assert cells(read_bytes(packed(*NAMES[name]().items()), tmp_path)) == plain_cells


def test_a_name_in_letters_that_the_archive_does_not_call_utf_8_is_read(
    tmp_path: Path, plain_cells: list[object]
) -> None:
    data = bytearray(packed(*renamed("Thông tin.xml").items()))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + flags + 1] &= ~0x08
    assert cells(read_bytes(bytes(data), tmp_path)) == plain_cells


def test_the_exact_name_of_a_part_comes_before_one_that_only_resembles_it(tmp_path: Path) -> None:
    one, other = (sheet(row(cell("A1", number))).encode() for number in "12")
    data = package(
        sheet(row(cell("A1", "9"))),
        arrows='<Relationship Id="rId1" Type="http://x.example/worksheet" Target="worksheets/a b.xml"/>',
        extra=[("xl/worksheets/a%20b.xml", other), ("xl/worksheets/a b.xml", one)],
    )
    assert read_bytes(data, tmp_path).sheets[0].cells[1, 1].value == 1


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [SHEET_1, SHEET_1.upper(), "docProps/app.xml", "xl/media/anh.png"])
def test_a_part_twice_with_one_content_is_no_damage_and_with_another_is_named(
    name: str, tmp_path: Path, plain_cells: list[object]
) -> None:
    parts = parts_of() | {"xl/media/anh.png": b"\x89PNG"}
    own = next(content for known, content in parts.items() if known.lower() == name.lower())
    assert cells(read_bytes(packed(*parts.items(), (name, own)), tmp_path)) == plain_cells
    with pytest.raises(RefusedFile) as refusal:
        read_bytes(packed(*parts.items(), (name, own + b" ")), tmp_path)
    assert refusal.value.reason == "damaged"
    assert name in refusal.value.detail


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_contents_of_one_checksum_are_not_taken_for_one(tmp_path: Path) -> None:
    one, other = b"plumless" + b" " * 8, b"buckeroo" + b" " * 8  # one CRC-32, two contents
    data = packed(*parts_of().items(), ("xl/custom.xml", one), ("xl/custom.xml", other))
    assert reason_of(data, tmp_path) == "damaged"


def test_a_page_scanned_white_is_no_bomb(tmp_path: Path, plain_cells: list[object]) -> None:
    white = b"BM" + b"\xff" * (2480 * 3508 * 3)  # A4 at 300 dpi
    data = packed(*parts_of().items(), ("xl/media/image1.bmp", white))
    assert len(white) > 200 * (len(data) - PLAIN.stat().st_size)
    assert cells(read_bytes(data, tmp_path)) == plain_cells


def test_a_part_of_moderate_size_may_repeat_itself(tmp_path: Path, plain_cells: list[object]) -> None:
    parts = parts_of()
    parts["xl/theme/theme1.xml"] += b" " * 8_000_000
    parts["docProps/app.xml"] += b" " * 8_000_000
    assert cells(read_bytes(packed(*parts.items()), tmp_path)) == plain_cells


@pytest.mark.parametrize("spelling", ["utf8", "UTF_8", "Utf-8", "utf-8-sig", "U8"])
def test_utf_8_by_another_spelling_is_read(spelling: str, tmp_path: Path, plain_cells: list[object]) -> None:
    parts = {
        name: content.replace(b'encoding="UTF-8"', f'encoding="{spelling}"'.encode())
        for name, content in parts_of().items()
    }
    assert parts[SHEET_1] != parts_of()[SHEET_1]
    assert cells(read_bytes(packed(*parts.items()), tmp_path)) == plain_cells


def test_utf_16_by_another_spelling_is_read(tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="utf16"?>{sheet(row(cell("A1", "7")))}'
    assert read_bytes(package(text.encode("utf-16")), tmp_path).sheets[0].cells[1, 1].value == 7


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt formatCode="0.0"/><numFmt numFmtId="" formatCode="0"/>'
    '</numFmts><cellXfs><xf numFmtId=""/><xf/></cellXfs></styleSheet>'
)
ODD_ATTRIBUTES = {
    "style left blank": sheet('<row r="1"><c r="A1" s=""><v>7</v></c></row>'),
    "type left blank": sheet('<row r="1"><c r="A1" t=""><v>7</v></c></row>'),
    "row and cell left blank": sheet('<row r=""><c r=""><v>7</v></c></row>'),
    "row left blank": sheet('<row r=""><c r="A1"><v>7</v></c></row>'),
    "small letters": sheet('<row r="1"><c r="a1"><v>7</v></c></row>'),
    "hidden columns without numbers": sheet('<row r="1"><c r="A1"><v>7</v></c></row>', head='<cols><col min="" hidden="1"/></cols>'),
    "spaces around an equals sign": sheet('<row r = "1"><c r = "A1" ><v>7</v></c></row>'),
    "an attribute of nobody": sheet('<row r="1" x="" xml:lang="vi"><c r="A1" y=""><v>7</v></c></row>'),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_ATTRIBUTES)
def test_an_attribute_left_blank_or_odd_is_no_damage(name: str, tmp_path: Path) -> None:
    for styles in (None, STYLES):
        found = read_bytes(package(ODD_ATTRIBUTES[name], styles=styles), tmp_path).sheets[0]
        assert [(place, one.value) for place, one in found.cells.items()] == [((1, 1), 7)]
        assert found.hidden_columns == frozenset()


def test_a_part_that_says_utf_16_in_bytes_of_utf_8_is_read(tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="utf-16"?>{sheet(row(cell("A1", "7")))}'
    assert read_bytes(package(text), tmp_path).sheets[0].cells[1, 1].value == 7


def test_the_parts_of_a_binary_workbook_are_found_whatever_their_case(tmp_path: Path) -> None:
    cells = piece(0, struct.pack("<IIHBB", 0, 0, 0, 0, 0) + bytes(12)) + piece(
        5, struct.pack("<IId", 0, 0, 7.0)
    )
    with zipfile.ZipFile(io.BytesIO(xlsb(cells))) as book:
        parts = {name.upper(): book.read(name) for name in book.namelist()}
    found = read_bytes(packed(*parts.items()), tmp_path)
    assert (found.kind, found.sheets[0].cells[1, 1].value) == ("xlsb", 7)


def test_a_member_without_a_name_is_no_part(tmp_path: Path, plain_cells: list[object]) -> None:
    data = packed(*parts_of().items(), ("@@@@", b"x")).replace(b"@@@@", b"\0@@@")
    assert data.count(b"\0@@@") == 2
    assert cells(read_bytes(data, tmp_path)) == plain_cells


def test_merges_in_small_letters_are_those_in_capitals(tmp_path: Path) -> None:
    one = sheet(row(cell("a1", "1")), tail='<mergeCells count="1"><mergeCell ref="a1:b2"/></mergeCells>')
    assert read_bytes(package(one), tmp_path).sheets[0].merges == ("A1:B2",)


@pytest.mark.parametrize(
    "name", ["percent in the target alone", "a suffix of its own, by the part", "no suffix"]
)
def test_a_file_of_odd_part_names_can_be_marked_for_return(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(*NAMES[name]().items()))
    assert [found.name for found in sheets_of(open_package(path))] == [
        found.name for found in sheets_of(open_package(PLAIN))
    ]
