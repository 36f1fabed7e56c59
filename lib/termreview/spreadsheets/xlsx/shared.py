"""One workbook's shared strings and number formats, on which its cells lean.

Each part is read by a regular expression that must account for every character of it; a part in another
shape is walked by the XML parser instead, with the same result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from termreview.spreadsheets.model.cell_values import BUILT_IN_FORMATS, NumberFormats, unescape_string
from termreview.spreadsheets.model.number_format import may_show_date
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.spreadsheets.packages.xml_part import is_utf8, local_name, parse_xml

_ENTITY = re.compile(r"&(?:[a-z]{2,4}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});|&")
_LONGEST_REMEMBERED = 1000
_LONGEST_STYLES = 2**16
_T = r"<t(?: xml:space=\"preserve\")?>"
# What fits nowhere takes all that follows with it: it sends the part to the parser anyway.
_STRING = re.compile(rf"<si>{_T}([^<]*)</t></si>|<si>([^<]*+(?:<(?!/?si\b)[^<]*+)*+)</si>|<si ?/>|([\s\S]+)")
_RUN = re.compile(
    rf"{_T}([^<]*)</t>|<t ?/>|</?r>|<rPr>(?:<(?!/?rPr)[^<>]*+>)*+</rPr>|<rPr ?/>"
    r"|<rPh [^<>]*+>[^<]*+(?:<(?!/?rPh)[^<]*+)*+</rPh>|<phoneticPr [^<>]*/>|([\s\S]+)"
)
_FORMAT = re.compile(r"<xf\b([^<>]*)>")
_FORMAT_ID = re.compile(r' numFmtId="([0-9]{1,9})"')
_CUSTOM = re.compile(r'<numFmt numFmtId="([0-9]{1,9})" formatCode="([^"<]*)" ?/>|([\s\S]+)')
_LONGEST_FORMAT = 255  # what spreadsheet programs allow


class UnusualShapeError(Exception):
    """One part that the fast reader does not know; the XML parser reads it instead."""


class _Entities(dict[str, str]):
    """One character per entity met, worked out once."""

    def __missing__(self, entity: str) -> str:
        number = (
            int(entity[3:-1], 16) if entity[:3] == "&#x" else int(entity[2:-1]) if entity[:2] == "&#" else 0
        )
        is_character = number in (9, 10, 13) or 32 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD
        if not is_character and not 0x10000 <= number <= 0x10FFFF:
            raise UnusualShapeError(entity)
        self[entity] = chr(number)
        return self[entity]


_ENTITIES = _Entities({"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"})


def unescape_xml(text: str) -> str:
    """Return one run of XML text with its entities read.

    Raises
    ------
    UnusualShapeError
        When an entity is none of the five of XML or stands for no character.
    """
    if "&" not in text:
        return text
    return _remembered(text) if len(text) < _LONGEST_REMEMBERED else _unescape(text)


def _unescape(text: str) -> str:
    if "&#" not in text:  # the usual case, at a third of the price
        plain = text.replace("&quot;", '"').replace("&apos;", "'").replace("&lt;", "<").replace("&gt;", ">")
        if plain.count("&") == plain.count("&amp;"):
            return plain.replace("&amp;", "&")
    return _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)


_remembered = lru_cache(maxsize=4096)(_unescape)  # the labels of a form come back in every school's file


def plain_text(part: bytes) -> str:
    """Return one XML part as text, for the fast readers.

    Raises
    ------
    UnusualShapeError
        When it is not UTF-8, or holds comments, declarations or CDATA, which only a parser reads rightly.
    """
    if not is_utf8(part) or b"<!" in part:
        raise UnusualShapeError("declarations")
    return decode(part)


def decode(part: bytes) -> str:
    """Return UTF-8 bytes as text with the line ends of XML."""
    try:
        text = part.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusualShapeError("encoding") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_shared_strings(part: bytes | None) -> list[str]:
    """Return the shared strings of one workbook in order; formatting and readings (phonetic) left out."""
    if part is None:
        return []
    try:
        return _scan_strings(part)
    except UnusualShapeError:
        return _walk_strings(part)


def _scan_strings(part: bytes) -> list[str]:
    if not is_utf8(part):
        raise UnusualShapeError("encoding")
    text = decode(part)
    start = text.find("<sst")
    begin, end = text.find(">", start) + 1, text.rfind("</sst>")
    if start < 0 or end < 0 or "<!" in text[:start]:
        if start >= 0 and text.rstrip().endswith("/>"):
            return []
        raise UnusualShapeError("sst")
    strings = _split_strings(text[begin:end])
    if strings is None:
        found = _STRING.findall(text, begin, end)
        strings = [_scan_runs(rich, odd) if rich or odd else string for string, rich, odd in found]
    if "&" in text:
        strings = [unescape_xml(string) if "&" in string else string for string in strings]
    return [unescape_string(string) for string in strings] if "_x" in text else strings


def _split_strings(text: str) -> list[str] | None:
    """Return the strings where all are plain, which four tags to each of them prove; None otherwise."""
    plain = text.replace('<t xml:space="preserve">', "<t>")
    if not (plain.startswith("<si><t>") and plain.endswith("</t></si>")):
        return None
    strings = plain[len("<si><t>") : -len("</t></si>")].split("</t></si><si><t>")
    return strings if plain.count("<") == 4 * len(strings) else None


def _scan_runs(rich: str, odd: str) -> str:
    """Return the text of one string of several runs."""
    if odd or "<!" in rich:
        raise UnusualShapeError(odd or rich)
    texts = []
    for text, odd in _RUN.findall(rich):
        if odd:
            raise UnusualShapeError(odd)
        texts.append(text)
    return "".join(texts)


def _walk_strings(part: bytes) -> list[str]:
    strings: list[str] = []
    texts: list[str] = []
    is_in_text = False
    readings = 0

    def on_start(name: str, _: Mapping[str, str]) -> None:
        nonlocal is_in_text, readings
        element = local_name(name)
        if element == "si":
            texts.clear()
        readings += element == "rPh"
        is_in_text = element == "t" and readings == 0

    def on_end(name: str) -> None:
        nonlocal is_in_text, readings
        element = local_name(name)
        if element == "si":
            strings.append(unescape_string("".join(texts)))
        readings -= element == "rPh"
        is_in_text = False

    def on_text(text: str) -> None:
        if is_in_text:
            texts.append(text)

    parse_xml(part, on_start, on_end, on_text)
    return strings


def read_number_formats(part: bytes | None) -> NumberFormats:
    """Return the number format of each cell style in order: its code, and whether it shows a date."""
    if part is None:
        return []
    return _remembered_formats(part) if len(part) < _LONGEST_STYLES else _formats(part)


def _formats(part: bytes) -> NumberFormats:
    try:
        ids, custom = _scan_formats(plain_text(part))
    except UnusualShapeError:
        ids, custom = _walk_formats(part)
    codes = BUILT_IN_FORMATS | custom
    shown = {
        number: (code, may_show_date(code)) for number in set(ids) if (code := codes.get(number, "General"))
    }
    return [shown.get(number, ("General", False)) for number in ids]


_remembered_formats = lru_cache(maxsize=32)(_formats)  # files made from one form have the same styles


def _scan_formats(text: str) -> tuple[list[int], dict[int, str]]:
    begin, end = text.find("<cellXfs"), text.find("</cellXfs>")
    if begin < 0 or end < 0 or "AlternateContent" in text:
        raise UnusualShapeError("cellXfs")
    ids = [
        int(number[1]) if (number := _FORMAT_ID.search(style)) else 0
        for style in _FORMAT.findall(text, begin, end)
    ]
    custom = {}
    begin, end = text.find("<numFmts"), text.find("</numFmts>")
    if begin >= 0:
        for number, code, odd in _CUSTOM.findall(text, text.find(">", begin) + 1, end):
            if odd:
                raise UnusualShapeError(odd)
            custom[int(number)] = unescape_xml(code[: 6 * _LONGEST_FORMAT])[:_LONGEST_FORMAT]
    return ids, custom


def _walk_formats(part: bytes) -> tuple[list[int], dict[int, str]]:
    ids: list[int] = []
    custom: dict[int, str] = {}
    inside: list[str] = []

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        element = local_name(name)
        parent = inside[-1] if inside else ""
        try:
            if element == "xf" and parent == "cellXfs":
                ids.append(int(attributes.get("numFmtId") or 0))
            elif element == "numFmt" and parent == "numFmts" and attributes.get("numFmtId"):
                custom[int(attributes["numFmtId"])] = attributes.get("formatCode", "General")[
                    :_LONGEST_FORMAT
                ]
        except ValueError:
            raise RefusedFile("damaged", "format_without_number") from None
        inside.append(element)

    def on_end(_: str) -> None:
        inside.pop()

    parse_xml(part, on_start, on_end)
    return ids, custom
