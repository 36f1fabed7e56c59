"""One XML part edited in place: elements are found with their bytes, and everything between them stays as it was.

Writing a part anew would drop what its writer knew and we do not; so only the bytes that change are changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape

from termreview.spreadsheets.packages.xml_part import is_utf8

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SEPARATOR = " "
_START_TAG = re.compile(rb"<[^\s<>/\"']+(?:\s+[^<>\"'=]+=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_ATTRIBUTE = re.compile(rb"\s+([^\s=/>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
# What XML cannot carry at all, and what spreadsheet programs would take for one of their escapes.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class UnmarkableError(Exception):
    """One workbook that cannot be marked in place; the school gets a fresh form with its figures instead."""


class Edit(NamedTuple):
    """Bytes `start` to `end` of one part to be replaced."""

    start: int
    end: int
    content: bytes


@dataclass(frozen=True)
class Element:
    """One element of a part: its local name, its attributes, its depth and where its bytes stand.

    `parent` is the nearest element around it among those looked for; the root has the depth 0.
    """

    name: str
    attributes: Mapping[str, str]
    depth: int
    parent: Element | None
    start: int
    open_end: int
    close_start: int
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether it is written as one tag."""
        return self.open_end == self.end


def elements(part: bytes, names: Collection[str], namespace: str | None = MAIN) -> list[Element]:
    """Find the elements of some local names in one part, in the order in which they start.

    Raises
    ------
    UnmarkableError
        When the part is not plain UTF-8 XML of the namespace asked for.
    """
    if not is_utf8(part):
        raise UnmarkableError("a part is not UTF-8")
    found: list[Element | None] = []
    open_elements: list[tuple[int, str, dict[str, str], int]] = []
    parents: list[int] = []
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)

    def on_start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(_SEPARATOR)
        if not open_elements and namespace is not None and space != namespace:
            raise UnmarkableError(f"the part is of the namespace {space!r}")
        is_wanted = local in names and (namespace is None or space == namespace)
        number = len(found) if is_wanted else -1
        start = parser.CurrentByteIndex if is_wanted else -1
        if is_wanted:
            found.append(None)
            parents.append(next((entry[0] for entry in reversed(open_elements) if entry[0] >= 0), -1))
        open_elements.append((number, local, attributes, start))

    def on_end(_: str) -> None:
        number, local, attributes, start = open_elements.pop()
        if number < 0:
            return
        tag = _START_TAG.match(part, start)
        if tag is None:
            raise UnmarkableError(f"the start of <{local}> cannot be found again")
        if tag[0].endswith(b"/>"):
            close_start = end = tag.end()
        else:
            close_start = parser.CurrentByteIndex
            end = part.find(b">", close_start) + 1
        found[number] = Element(
            local, attributes, len(open_elements), None, start, tag.end(), close_start, end
        )

    parser.StartElementHandler, parser.EndElementHandler = on_start, on_end
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnmarkableError(f"a part is not well-formed XML ({error})") from None
    whole: list[Element] = []
    for element, parent in zip(found, parents, strict=True):
        if element is None:
            raise UnmarkableError("an element that never ends")
        kept = whole[parent] if parent >= 0 else None
        whole.append(replace(element, parent=kept))
    return whole


def edited(part: bytes, edits: Sequence[Edit]) -> bytes:
    """One part with its edits applied; edits at one place keep their order."""
    pieces, last = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < last:
            raise UnmarkableError("two changes at one place")
        pieces += [part[last : edit.start], edit.content]
        last = edit.end
    return b"".join((*pieces, part[last:]))


def prefix_of(part: bytes) -> str:
    """The prefix that one part gives the names of its root's namespace, with its colon; mostly none."""
    root = re.search(rb"<([A-Za-z_][^\s<>/:]*:)?[A-Za-z_][^\s<>/:]*[\s>/]", part)
    return (root[1] or b"").decode() if root else ""


def with_attributes(tag: bytes, values: Mapping[str, str | None]) -> bytes:
    """One start tag with some attributes set, or taken out where the value is None."""
    name = re.match(rb"<[^\s<>/]+", tag)
    if name is None:
        raise UnmarkableError("not a start tag")
    left = dict(values)
    pieces = [name[0]]
    for match in _ATTRIBUTE.finditer(tag, name.end()):
        key = match[1].decode()
        if key not in values:
            pieces.append(match[0])
        elif (value := left.pop(key)) is not None:
            pieces.append(f' {key}="{attribute_text(value)}"'.encode())
    pieces += [
        f' {key}="{attribute_text(value)}"'.encode() for key, value in left.items() if value is not None
    ]
    return b"".join(pieces) + (b"/>" if tag.rstrip().endswith(b"/>") else b">")


def plain_text(text: str) -> str:
    """One text of a school as XML and spreadsheet programs can carry it: nothing illegal, no escapes."""
    return _ESCAPE_LIKE.sub("_x005F_", _ILLEGAL.sub(" ", text))


def element_text(text: str) -> str:
    """One text, ready to stand between tags."""
    return escape(plain_text(text))


def attribute_text(text: str) -> str:
    """One text, ready to stand between double quotes."""
    return escape(_ILLEGAL.sub(" ", text), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
