"""One cell whose font is from before Unicode (.VnTime, VNI-Times): its letters mean others than they are."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType

from termreview.cells import parse_address
from termreview.spreadsheets.older.legacy_text import TCVN3, VNI
from termreview.spreadsheets.packages.xml_part import local_name, parse_xml

_HINTS = (b".Vn", b"VNI", b"vni")
_STRING = re.compile(rb'<c r="([A-Za-z]{1,3}[1-9][0-9]{0,6})"[^<>]* t="s"[^<>]*><v>([0-9]{1,9})</v>')
_CELL = re.compile(rb'<c r="([A-Za-z]{1,3}[1-9][0-9]{0,6})"(?: [a-z]+="[^"<>]*")*? s="([0-9]{1,9})"')


def encoding_of_font(name: str) -> str | None:
    """The encoding that one font stands for; None for a font of Unicode."""
    if name.startswith(".Vn"):
        return TCVN3
    return VNI if name[:3].upper() == "VNI" else None


def old_styles(part: bytes | None) -> dict[int, str]:
    """The encoding by number of cell style, of the styles of one workbook whose font is an old one."""
    if part is None or not any(hint in part for hint in _HINTS):
        return {}
    names: list[str] = []
    fonts: list[int] = []
    inside: list[str] = []

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        element, parent = local_name(name), inside[-1] if inside else ""
        if element == "font" and parent == "fonts":
            names.append("")
        elif element == "name" and parent == "font" and inside[-2:-1] == ["fonts"]:
            names[-1] = attributes.get("val", "")
        elif element == "xf" and parent == "cellXfs":
            number = attributes.get("fontId", "0")
            fonts.append(int(number[:9]) if number.isdigit() and number.isascii() else 0)
        inside.append(element)

    def on_end(_: str) -> None:
        inside.pop()

    parse_xml(part, on_start, on_end)
    return by_style(names, fonts)


def by_style(names: Sequence[str], fonts: Sequence[int]) -> dict[int, str]:
    """The encoding by number of cell style: `names` of the fonts in order, the font number of each style."""
    old = {number: encoding for number, name in enumerate(names) if (encoding := encoding_of_font(name))}
    return {style: old[number] for style, number in enumerate(fonts) if number in old}


def old_strings(part: bytes | None) -> dict[int, str]:
    """The encoding by number of shared string, of those that have a run of letters in an old font."""
    if part is None or b"rFont" not in part or not any(hint in part for hint in _HINTS):
        return {}
    found: dict[int, str] = {}
    number = -1

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal number
        element = local_name(name)
        number += element == "si"
        if element == "rFont" and (encoding := encoding_of_font(attributes.get("val", ""))):
            found.setdefault(number, encoding)

    parse_xml(part, on_start)
    return found


def old_cells(
    part: bytes,
    styles: Mapping[int, str],
    cells: Container[tuple[int, int]],
    strings: Mapping[int, str] = MappingProxyType({}),
) -> dict[tuple[int, int], str]:
    """The encoding by place, of the filled cells of one worksheet part whose style or text has an old font."""
    found = {}
    for address, number in _STRING.findall(part) if strings else ():
        encoding = strings.get(int(number))
        if encoding is not None and (place := parse_address(address.decode())) in cells:
            found[place] = encoding
    for address, number in _CELL.findall(part) if styles else ():
        encoding = styles.get(int(number))
        if encoding is not None and (place := parse_address(address.decode())) in cells:
            found[place] = encoding
    return found
