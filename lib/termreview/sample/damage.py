"""One way in which a whole file makes work: faults of sheets and files, each a change of the finished bytes.

Workbooks are changed in their XML parts and packed again with a fixed date, so that the same file comes out at
every run.
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping

from termreview.cells import address
from termreview.forms.layout import FIRST_ANSWER_COLUMN, FormLayout

_PACKED_ON = (1980, 1, 1, 0, 0, 0)
_PLACED = re.compile(r'\b(?P<name>r|ref|sqref)="(?P<cells>[^"]*)"')
_CELL = re.compile(r"\b(?P<column>[A-Z]{0,3})(?P<row>\d+)\b")


def row_inserted(content: bytes, layout: FormLayout) -> bytes:
    """A row inserted above section II.2.a, with a line of the school's own: all codes below shift."""
    title, place = layout.places["database_status"]
    first = place.row - 2
    note = f'<c r="B{first}" t="inlineStr"><is><t>Số liệu dưới đây tính cả điểm trường lẻ</t></is></c>'

    def insert(sheet: str) -> str:
        mark = f'<row r="{first + 1}"'
        return _below(sheet, first).replace(mark, f'<row r="{first}">{note}</row>{mark}', 1)

    parts = _unpacked(_with_sheet(content, title, insert))
    linked = re.compile(rf"(?<='{title}'!)[A-Z]+\d+")
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        text = linked.sub(lambda match: _moved(match[0], first), parts[name].decode())
        parts[name] = text.encode()
    return _packed(parts)


def sheet_renamed(content: bytes, layout: FormLayout) -> bytes:
    """The first sheet of answers renamed."""
    title = next(sheet.plan.title for sheet in layout.sheets if sheet.blocks)
    parts = _unpacked(content)
    for name, data in parts.items():
        if name.endswith(".xml"):
            text = data.decode().replace(f'name="{title}"', 'name="Sheet1 (2)"')
            parts[name] = text.replace(f"'{title}'!", "'Sheet1 (2)'!").encode()
    return _packed(parts)


def error_cell(content: bytes, layout: FormLayout) -> bytes:
    """A division by an empty cell where the number of identified pupils is asked: `#DIV/0!`."""
    return _with_cell(content, layout, "pupils_identified_count", "<f>D10/Z10</f><v>#DIV/0!</v>", ' t="e"')


def formula_without_value(content: bytes, layout: FormLayout) -> bytes:
    """A sum by an unusual function, from a program that stores no results, where the total of pupils is asked."""
    _, total = layout.places["pupils_count.total"]
    last = max(place.column for _, place in layout.places.values() if place.row == total.row)
    cells = f"{address(total.row, FIRST_ANSWER_COLUMN + 1)}:{address(total.row, last)}"
    return _with_cell(content, layout, "pupils_count.total", f"<f>SUMPRODUCT({cells})</f>", "")


def truncated(content: bytes, layout: FormLayout) -> bytes:
    """An upload that broke off."""
    return content[: len(content) * 3 // 5]


def html_as_xls(content: bytes, layout: FormLayout) -> bytes:
    """A web page exported under the name of a workbook."""
    rows = "".join(
        f"<tr><td>{html.escape(row.row_code)}</td><td>{html.escape(row.label)}</td><td></td></tr>"
        for sheet in layout.sheets
        for block in sheet.blocks
        for row, _ in block.rows
    )
    page = f"<html><head><meta charset='utf-8'></head><body><table border='1'>{rows}</table></body></html>"
    return page.encode()


def password_set(content: bytes, layout: FormLayout) -> bytes:
    """A workbook locked with a password: the outer shell that office programs write, its inside unreadable."""
    sector = 512
    names = (("Root Entry", 5, 0xFFFFFFFE), ("EncryptionInfo", 2, 1), ("EncryptedPackage", 2, 2))
    directory = b""
    for name, kind, start in names:
        text = name.encode("utf-16-le")
        child = 1 if kind == 5 else 0xFFFFFFFF
        sibling = 2 if name == "EncryptionInfo" else 0xFFFFFFFF
        size = 0 if kind == 5 else sector
        directory += text.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, sibling, child
        )
        directory += bytes(36) + struct.pack("<IQ", start, size)
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    header += struct.pack("<IIIIIIIII", 0, 1, 0, 0, 0, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 3)
    header += b"\xff" * (sector - len(header))
    table = struct.pack("<IIII", 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFD).ljust(sector, b"\xff")
    noise = bytes((place * 89 + 41) % 251 for place in range(sector * 2))
    return header + directory.ljust(sector, b"\0") + noise + table


def _with_sheet(content: bytes, title: str, change: Callable[[str], str]) -> bytes:
    parts = _unpacked(content)
    titles = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
    name = f"xl/worksheets/sheet{titles.index(html.escape(title)) + 1}.xml"
    parts[name] = change(parts[name].decode()).encode()
    return _packed(parts)


def _with_cell(content: bytes, layout: FormLayout, field_id: str, inside: str, attributes: str) -> bytes:
    title, place = layout.places[field_id]
    cell = re.compile(rf'<c r="{address(place.row, place.column)}"( s="\d+")?[^>]*?(/>|>.*?</c>)')

    def change(sheet: str) -> str:
        changed, count = cell.subn(
            lambda match: (
                f'<c r="{address(place.row, place.column)}"{match[1] or ""}{attributes}>{inside}</c>'
            ),
            sheet,
        )
        assert count == 1, f"{field_id} is not on the sheet"
        return changed

    return _with_sheet(content, title, change)


def _moved(cells: str, first: int) -> str:
    """Cell addresses with every row from one on moved down by one."""
    return _CELL.sub(
        lambda match: f"{match['column']}{int(match['row']) + (int(match['row']) >= first)}", cells
    )


def _below(sheet: str, first: int) -> str:
    """The XML of one sheet with every row from one on moved down by one, rules and merged cells with them."""

    def tag(match: re.Match[str]) -> str:
        return _PLACED.sub(lambda placed: f'{placed["name"]}="{_moved(placed["cells"], first)}"', match[0])

    tags = r"<(?:row|c|mergeCell|dataValidation|conditionalFormatting|dimension) [^>]*>"
    rule = re.compile(r"(?<=<formula>)[^<]+(?=</formula>)")
    return rule.sub(lambda match: _moved(match[0], first), re.sub(tags, tag, sheet))


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, _PACKED_ON)
            member.create_system, member.compress_type = 0, zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return stream.getvalue()


_DAMAGES = (
    row_inserted, sheet_renamed, error_cell, formula_without_value, truncated, html_as_xls, password_set,
)  # fmt: skip
FILE_FAULTS: Mapping[str, Callable[[bytes, FormLayout], bytes]] = {
    damage.__name__: damage for damage in _DAMAGES
}
