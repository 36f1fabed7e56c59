"""The areas of one worksheet whose look hangs on a condition that may hide, whiten or cross out what they hold."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache

from termreview.spreadsheets.model.cell_display import WHITE, is_lost
from termreview.spreadsheets.model.displayed_number import number_as_displayed
from termreview.spreadsheets.xlsx.looks import colours_of

_STRUCK = re.compile(r'<strike(?! val="(?:0|false)")[^>]*>')
_LETTERS, _GROUND = re.compile(r"<color ([^<>]*)/>"), re.compile(r"<(?:bgColor|fgColor) ([^<>]*)/>")
_FORMAT = re.compile(r'formatCode="([^"<>]*)"')
_ATTRIBUTE = re.compile(r'([A-Za-z]+)="([^"]*)"')
_EMPTY_STYLE = re.compile(r"<dxf ?/>")
_RULE_STYLE = re.compile(r'<cfRule [^<>]*?dxfId="([0-9]{1,6})"')
_ONLY_A_SIGN = re.compile(r'<(?:x14:)?(?:dataBar|iconSet) [^<>]*?showValue="(?:0|false)"')
_AREAS, _AREAS_WITHIN = re.compile(r'^[^<>]*?sqref="([^"<>]*)"'), re.compile(r"<xm:sqref>([^<]*)</xm:sqref>")
_LONGEST_STYLE, _MOST_AREAS = 5_000, 2_000


def hiding_areas(part: bytes, styles: bytes | None, theme: bytes | None) -> list[str]:
    """The areas of one worksheet part, as it names them; none in nearly every sheet."""
    part = part[max(part.rfind(b"</sheetData>"), 0) :]  # conditions stand behind the cells
    begin, end = part.find(b"<dataValidations"), part.rfind(b"</dataValidations>")
    if 0 <= begin < end:  # these are most of what stands there, and hold none
        part = part[:begin] + part[end:]
    if b"conditionalFormatting" not in part:
        return []
    hiding = _hiding_styles(styles or b"", theme)
    if not (hiding or b'showValue="' in part or b"<x14:dxf>" in part):
        return []
    areas: list[str] = []
    text = part.decode("utf-8", "replace")
    for rules in _within(text, "conditionalFormatting"):
        numbers = map(int, _RULE_STYLE.findall(rules))
        if _ONLY_A_SIGN.search(rules) is not None or any(number in hiding for number in numbers):
            areas += _AREAS.findall(rules)
    for rules in _within(text, "x14:conditionalFormatting"):
        if _ONLY_A_SIGN.search(rules) is not None or any(
            _hides(style, theme) for style in _within(rules, "x14:dxf")
        ):
            areas += _AREAS_WITHIN.findall(rules)
    named = (area for areas_named in areas for area in areas_named.replace("$", "").upper().split())
    return list(dict.fromkeys(named))[:_MOST_AREAS]


def _within(text: str, element: str) -> Iterator[str]:
    """What each element of one name holds, its attributes first; none of them holds another."""
    for piece in text.split(f"</{element}>")[:-1]:
        begin = piece.rfind(f"<{element}")
        if begin >= 0:
            yield piece[begin + len(element) + 1 :]


@lru_cache(maxsize=32)
def _hiding_styles(part: bytes, theme: bytes | None) -> frozenset[int]:
    """The numbers of the styles that only conditions apply and that show nothing, or crossed out."""
    begin = part.find(b"<dxfs")
    end = part.find(b"</dxfs>", begin)
    if begin < 0 or end < 0:
        return frozenset()
    text = _EMPTY_STYLE.sub("<dxf></dxf>", part[begin:end].decode("utf-8", "replace"))
    return frozenset(number for number, style in enumerate(_within(text, "dxf")) if _hides(style, theme))


def _hides(style: str, theme: bytes | None) -> bool:
    if len(style) > _LONGEST_STYLE:
        return False
    if _STRUCK.search(style) is not None:
        return True
    code = _FORMAT.search(style)
    if code is not None and number_as_displayed(html.unescape(code[1]), 1, True) is not None:
        return True
    read = colours_of(theme).read
    font, _, rest = style.partition("</font>")
    letters = _LETTERS.search(font) if rest or "<font" in font else None
    ground = _GROUND.search(style)
    if letters is None and ground is None:
        return False
    return is_lost(
        read(dict(_ATTRIBUTE.findall(letters[1]))) if letters is not None else None,
        (read(dict(_ATTRIBUTE.findall(ground[1]))) or WHITE) if ground is not None else WHITE,
    )
