"""One rule of a published page: which markup may stand in it; everything else is named and refused.

Markup is read in one pass, as it is written, and published as it was read: so it must be HTML that every
reader takes for the same. Every `<` starts a tag, every value ends where its quote ends, every element is
closed in order, except those that hold nothing (`<br>`). A chart is SVG of shapes and words alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import Final

from termreview.coded_text import CodedText

_TAG_NAMES: Final = """
a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
hr i img li ol p pre s section small span strong sub summary sup table tbody td tfoot th thead time tr ul
"""
_ATTRIBUTE_NAMES: Final = """
alt aria-hidden aria-label aria-labelledby class colspan data-label datetime height hidden href id lang open role rowspan scope src
start style tabindex title width
"""
# A chart: shapes and words in their places; what they name (a hatching, an edge) is inside of it.
_SHAPES: Final = frozenset(
    ["svg", "title", "desc", "defs", "clippath", "pattern", "g", "path", "rect", "use", "text"]
)
_SHAPE_ATTRIBUTE_NAMES: Final = """
clip-path d fill fill-opacity font-family font-size font-weight height id opacity patternunits role stroke stroke-dasharray
stroke-dashoffset stroke-linecap stroke-linejoin stroke-opacity stroke-width text-anchor transform viewbox width x y
"""
_SHAPE: Final = re.compile(
    rf"""(\s+(({"|".join(_SHAPE_ATTRIBUTE_NAMES.split())})="(url\(\#\w+\)|rotate\([-\d. ]+\)|[^"<:(]*)"|href="\#\w+"))*""",
    re.IGNORECASE,
)
_TAGS: Final = frozenset(_TAG_NAMES.split())
_ATTRIBUTES: Final = frozenset(_ATTRIBUTE_NAMES.split())
_EMPTY: Final = frozenset(["br", "col", "hr", "img", "meta", "link", "base", "input", "wbr"])
# Only alignment, which Markdown tables write: a style could otherwise cover the page or fetch something.
_STYLE: Final = re.compile(r"^\s*text-align\s*:\s*(left|right|center)\s*;?\s*$")
_IMAGE: Final = re.compile(r"^data:image/(svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]*$")

_ATTRIBUTE: Final = r"""\s+([a-zA-Z][-:\w]*)(?:\s*=\s*(?:"([^"<]*)"|'([^'<]*)'|([^\s"'=<>`]+)))?"""
_ONE_ATTRIBUTE: Final = re.compile(_ATTRIBUTE)
_TAG: Final = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:{_ATTRIBUTE})*)\s*(?P<closes>/?)>")
_LONG: Final = 400  # characters of attributes; a longer one is an image, seen once


def forbidden_markup(content: str) -> list[str]:
    """Name what may not be published of the markup that one cell shows, each once."""
    faults: set[str] = set()
    opened: list[str] = []
    position = 0
    for match in _TAG.finditer(content):
        faults.update(_stray(content, position, match.start()))
        position = match.end()
        name = match[2].lower()
        if match[1]:
            if not opened or opened.pop() != name or match[3]:
                faults.add(CodedText("markup_never_opened", tag=name))
            continue
        attributes = match[3]
        if name == "svg" or "svg" in opened:
            if name not in _SHAPES or not _SHAPE.fullmatch(attributes):
                faults.add(CodedText("markup_of_no_chart", tag=name, found=attributes[:60]))
            if not match["closes"]:
                opened.append(name)
            continue
        if name not in _EMPTY:
            opened.append(name)
        faults.update((_faults if len(attributes) < _LONG else _faults.__wrapped__)(name, attributes))
    faults.update(_stray(content, position, len(content)))
    faults.update(CodedText("markup_never_closed", tag=name) for name in opened)
    return sorted(faults)


def _stray(content: str, start: int, end: int) -> Iterator[str]:
    found = content.find("<", start, end)
    if found >= 0:
        yield CodedText("markup_stray", found=content[found : min(found + 60, end)])


@lru_cache(maxsize=4096)
def _faults(name: str, attributes: str) -> tuple[str, ...]:
    """Name what may not be published of one opening tag."""
    if name not in _TAGS:
        return (CodedText("markup_refused", tag=name),)
    found = [
        (key.lower(), unescape(double or single or bare))
        for key, double, single, bare in _ONE_ATTRIBUTE.findall(attributes)
    ]
    faults = [fault for key, value in found for fault in _faults_of_attribute(name, key, value)]
    if len({key for key, _ in found}) < len(found):
        faults.append(CodedText("attribute_twice", tag=name))
    if name == "img" and not dict(found).get("alt"):
        faults.append(CodedText("image_without_text"))
    return tuple(faults)


def _faults_of_attribute(name: str, key: str, value: str) -> Iterator[str]:
    if key not in _ATTRIBUTES:
        yield CodedText("attribute_refused", tag=name, attribute=key)
    elif key == "href" and not value.startswith("#"):
        yield CodedText("links_outside", address=value[:60])
    elif key == "src" and not (name == "img" and _IMAGE.match(value)):
        yield CodedText("loads_from_outside", address=value[:60])
    elif key == "style" and not _STYLE.match(value):
        yield CodedText("style_refused", tag=name)
