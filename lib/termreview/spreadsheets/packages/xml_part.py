"""One part of XML, walked by the parser: no entity is ever followed."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from xml.parsers import expat

from termreview.spreadsheets.packages.guard import RefusedFile

SEPARATOR = " "  # between a namespace and a name
_MARKUP = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
_CHOICE, _ALTERNATES = f"{_MARKUP}Choice", (f"{_MARKUP}AlternateContent", f"{_MARKUP}Fallback")
_AT_ONCE = 2**18
_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?encoding=[\"']([A-Za-z0-9._-]+)[\"']")
_DEEPEST = 200


def parse_xml(
    part: bytes,
    on_start: Callable[[str, Mapping[str, str]], None],
    on_end: Callable[[str], None] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> None:
    """Walk one XML part; names come as ``namespace name``, document types and entities are refused.

    Where a program gives its own wording beside one that all understand, the latter is walked.
    """
    parser = expat.ParserCreate(_odd_encoding(part), SEPARATOR)
    parser.buffer_text = True
    depth = choice = 0  # choice: the depth of the wording that is passed over

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth, choice
        depth += 1
        if depth > _DEEPEST:
            raise RefusedFile("damaged", "xml_too_deep", depth=depth)
        if name == _CHOICE and not choice:
            choice = depth
        if not choice and name not in _ALTERNATES:
            on_start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth, choice
        if on_end is not None and not choice and name not in _ALTERNATES:
            on_end(name)
        if choice == depth:
            choice = 0
        depth -= 1

    def text(content: str) -> None:
        if on_text is not None and not choice:
            on_text(content)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    if on_text is not None:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        for first in range(0, len(part), _AT_ONCE):  # a refusal raised by a handler ends what was handed over
            parser.Parse(part[first : first + _AT_ONCE], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        line, column = error.lineno, error.offset
        raise RefusedFile("damaged", "xml_ill_formed", line=line, column=column) from None
    except (ValueError, LookupError):
        raise RefusedFile("damaged", "xml_encoding") from None


def _refuse_document_type(*_: object) -> None:
    raise RefusedFile("unsafe_xml", "doctype")


def local_name(name: str) -> str:
    """Return one element or attribute name without its namespace."""
    return name.rpartition(SEPARATOR)[2]


def is_utf8(part: bytes) -> bool:
    """Whether one XML part says, or leaves it understood, that it is UTF-8."""
    declaration = _DECLARATION.match(part)
    return part[:2] not in (b"\xff\xfe", b"\xfe\xff") and (
        declaration is None or declaration[1].lower() in (b"utf-8", b"utf8", b"us-ascii")
    )


def _odd_encoding(part: bytes) -> str | None:
    """Return the encoding of one XML part that calls it by a name unknown to the parser (``utf8``), or a wrong one."""
    if part[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    declaration = _DECLARATION.match(part.removeprefix(codecs.BOM_UTF8))
    if declaration is not None:
        with suppress(LookupError):
            name = codecs.lookup(declaration[1].decode()).name
            # A declaration that can be read byte by byte is not in UTF-16: some libraries say so all the same.
            return "utf-8" if name.startswith(("utf-8", "utf-16")) else None
    return None
