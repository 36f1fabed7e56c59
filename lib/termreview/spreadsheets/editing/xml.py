"""One XML part as a tree that can be changed: what is not asked for stays, and nothing outside of the part is ever read.

Names that we do not know, extension lists and alternate wordings stay in the tree with their prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree
from lxml.builder import ElementMaker

from termreview.spreadsheets.packages.xml_part import is_utf8

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
M = f"{{{MAIN}}}"
E = ElementMaker(namespace=MAIN, nsmap={None: MAIN})
R_ID = f"{{{RELATION}}}id"
PRESERVED = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The encoding is given, so that no part is read as anything else; the library's own bounds on depth and size stay on.
_PARSER = etree.XMLParser(
    encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, strip_cdata=False
)  # fmt: skip
# What XML cannot carry at all, and what spreadsheet programs would take for one of their escapes.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class UnmarkableError(Exception):
    """One workbook that cannot be changed in place; the school gets a fresh form with its figures instead."""


def parse(part: bytes, namespace: str | None = MAIN) -> etree._Element:
    """The root of one part.

    Raises
    ------
    UnmarkableError
        When the part is not plain UTF-8 XML of the namespace asked for, or declares a document type.
    """
    if not is_utf8(part) or b"<!DOCTYPE" in part:
        raise UnmarkableError("a part is not plain UTF-8 XML")
    try:
        root = etree.fromstring(part, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnmarkableError(f"a part is not well-formed XML ({error})") from None
    if namespace is not None and etree.QName(root).namespace != namespace:
        raise UnmarkableError(f"the part is of the namespace {etree.QName(root).namespace!r}")
    return root


def write(root: etree._Element, has_head: bool = True) -> bytes:
    """One part as bytes, behind the usual declaration or none."""
    content = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)
    return HEAD + content if has_head else content


def child(parent: etree._Element, name: str) -> etree._Element:
    """The one child of a name that must be there."""
    found = parent.find(f"{M}{name}")
    if found is None:
        raise UnmarkableError(f"a part lacks its {name}")
    return found


def drop(elements: Iterable[etree._Element]) -> None:
    """Take elements out of their tree."""
    for element in list(elements):
        element.getparent().remove(element)


def plain_text(text: str) -> str:
    """One text of a school as XML and spreadsheet programs can carry it: nothing illegal, no escapes."""
    return _ESCAPE_LIKE.sub("_x005F_", legal_text(text))


def legal_text(text: str) -> str:
    """One text as the value of an attribute: nothing that XML cannot carry."""
    return _ILLEGAL.sub(" ", text)
