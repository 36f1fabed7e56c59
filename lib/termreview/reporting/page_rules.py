"""One rule of a published page: which markup may stand in it; everything else is named and refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bs4 import BeautifulSoup, Tag

_TAG_NAMES: Final = """
a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6
hr i img li ol p pre s section small span strong sub summary sup table tbody td tfoot th thead time tr ul
"""
_ATTRIBUTE_NAMES: Final = """
alt aria-hidden aria-label aria-labelledby class colspan datetime height href id lang open role rowspan scope src
start style tabindex title width
"""
_TAGS: Final = frozenset(_TAG_NAMES.split())
_ATTRIBUTES: Final = frozenset(_ATTRIBUTE_NAMES.split())
# The frame of the page is the template's alone: what a notebook shows may not bring a second one.
_FRAME: Final = frozenset(["html", "body", "header", "nav", "main", "footer"])
# Only alignment, which Markdown tables write: a style could otherwise cover the page or fetch something.
_STYLE: Final = re.compile(r"^\s*text-align\s*:\s*(left|right|center)\s*;?\s*$")
_IMAGE: Final = re.compile(r"^data:image/(svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]*$")


def forbidden_markup(content: Tag) -> list[str]:
    """Name the elements, attributes and addresses of what one cell shows that may not be published, each once."""
    return sorted({fault for element in content.find_all(True) for fault in _faults(element, _TAGS)})


def forbidden_in_page(page: BeautifulSoup) -> list[str]:
    """Name what may not be published of a whole page: its head is the template's, the rest is looked at."""
    head = page.find("head")
    ours = set() if head is None else {id(head), *(id(element) for element in head.find_all(True))}
    shown = [element for element in page.find_all(True) if id(element) not in ours]
    faults = {fault for element in shown for fault in _faults(element, _TAGS | _FRAME)}
    twice = {name for name in _FRAME if sum(element.name == name for element in shown) > 1}
    return sorted(faults | {f"holds <{name}> twice" for name in twice})


def _faults(element: Tag, tags: frozenset[str]) -> Iterator[str]:
    name = element.name
    if name not in tags:
        yield f"holds <{name}>, which a page may not hold: show blocks, figures or tables"
        return
    for key, value in element.attrs.items():
        text = " ".join(value) if isinstance(value, list) else str(value)
        if key not in _ATTRIBUTES:
            yield f"holds the attribute {key} on <{name}>"
        elif key == "href" and not text.startswith("#"):
            yield f"links outside the page: {text[:60]}"
        elif key == "src" and not (name == "img" and _IMAGE.match(text)):
            yield f"loads from outside the page: {text[:60]}"
        elif key == "style" and not _STYLE.match(text):
            yield f"holds a style on <{name}>"
    if name == "img" and not element.get("alt"):
        yield "holds an image without the text that stands for it"
