"""One rule of a published page: which markup may stand in it; everything else is named and refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bs4 import BeautifulSoup, Tag

_TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "body",
        "br",
        "caption",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "i",
        "img",
        "li",
        "main",
        "meta",
        "nav",
        "ol",
        "p",
        "pre",
        "s",
        "section",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "title",
        "tr",
        "ul",
    ]
)
_ATTRIBUTES: Final = frozenset(
    [
        "alt",
        "aria-hidden",
        "aria-label",
        "aria-labelledby",
        "charset",
        "class",
        "colspan",
        "content",
        "datetime",
        "height",
        "href",
        "http-equiv",
        "id",
        "lang",
        "name",
        "open",
        "role",
        "rowspan",
        "scope",
        "src",
        "start",
        "style",
        "tabindex",
        "title",
        "width",
    ]
)
# Only alignment, which Markdown tables write: a style could otherwise cover the page or fetch something.
_STYLE: Final = re.compile(r"^\s*text-align\s*:\s*(left|right|center)\s*;?\s*$")
_IMAGE: Final = re.compile(r"^data:image/(svg\+xml|png|jpeg);base64,[A-Za-z0-9+/=\s]*$")


def forbidden_markup(page: BeautifulSoup) -> list[str]:
    """Name the elements, attributes and addresses that may not be published, each kind once."""
    return sorted({fault for element in page.find_all(True) for fault in _faults(element)})


def _faults(element: Tag) -> Iterator[str]:
    name = element.name
    if name == "style" and element.parent is not None and element.parent.name == "head":
        return
    if name not in _TAGS:
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
