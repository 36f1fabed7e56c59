"""One .xlsx package: which part is the workbook, its sheets in order, and the parts they lean on.

Parts are found by relationship and content type, never by file name: writers name them as they please.
"""

from __future__ import annotations

import codecs
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote
from xml.parsers import expat

from termreview.intake.guard import Limits, RefusedFile, inflate_member, is_xml, part_name

_SEPARATOR = " "
_MARKUP = "http://schemas.openxmlformats.org/markup-compatibility/2006 "
_CHOICE, _ALTERNATES = f"{_MARKUP}Choice", (f"{_MARKUP}AlternateContent", f"{_MARKUP}Fallback")
_DEEPEST, _LONGEST_NAME = 200, 255
_AT_ONCE = 2**18
_LONGEST_REMEMBERED = 2**14
_TYPES, _LONGEST_TYPES = "[Content_Types].xml", 2**20
_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?encoding=[\"']([A-Za-z0-9._-]+)[\"']")


@dataclass(frozen=True)
class SheetPart:
    """One worksheet as the workbook lists it: its name, its state and its part."""

    name: str
    state: str
    part: bytes


@dataclass(frozen=True)
class Package:
    """One opened package: worksheets in order, with the raw parts for shared strings and styles."""

    kind: str
    sheets: tuple[SheetPart, ...]
    shared_strings: bytes | None
    styles: bytes | None
    is_1904: bool
    has_macros: bool
    has_external_links: bool
    notes: tuple[str, ...]


def parse_xml(
    part: bytes,
    on_start: Callable[[str, Mapping[str, str]], None],
    on_end: Callable[[str], None] | None = None,
    on_text: Callable[[str], None] | None = None,
) -> None:
    """Walk one XML part; names come as ``namespace name``, document types and entities are refused.

    Where a program gives its own wording beside one that all understand, the latter is walked.
    """
    parser = expat.ParserCreate(_odd_encoding(part), _SEPARATOR)
    parser.buffer_text = True
    depth = choice = 0  # choice: the depth of the wording that is passed over

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth, choice
        depth += 1
        if depth > _DEEPEST:
            raise RefusedFile("damaged", f"elements stand {depth} deep in one another")
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
        raise RefusedFile(
            "damaged", f"a part is not well-formed XML (line {line}, column {column})"
        ) from None
    except (ValueError, LookupError):
        raise RefusedFile("damaged", "a part of XML is in an unknown encoding") from None


def _refuse_document_type(*_: object) -> None:
    raise RefusedFile("unsafe_xml", "a part declares a document type")


def local_name(name: str) -> str:
    """Return one element or attribute name without its namespace."""
    return name.rpartition(_SEPARATOR)[2]


def is_utf8(part: bytes) -> bool:
    """Whether one XML part says, or leaves it understood, that it is UTF-8."""
    declaration = _DECLARATION.match(part)
    return part[:2] not in (b"\xff\xfe", b"\xfe\xff") and (
        declaration is None or declaration[1].lower() in (b"utf-8", b"utf8", b"us-ascii")
    )


def _odd_encoding(part: bytes) -> str | None:
    """Return the encoding of Unicode that one XML part calls by a name that the parser does not know (``utf8``)."""
    if part[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    declaration = _DECLARATION.match(part.removeprefix(codecs.BOM_UTF8))
    if declaration is not None:
        with suppress(LookupError):
            name = codecs.lookup(declaration[1].decode()).name
            return "utf-8" if name in ("utf-8", "utf-8-sig") else None
    return None


def find_part(names: Collection[str], name: str) -> str | None:
    """Return the part that one name means: exactly so, else whatever the case, signs spelled by percent or not."""
    if name in names:  # a mapping or a set: the usual case
        return name
    wanted = _folded(name)
    return next((found for found in names if _folded(found) == wanted), None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unquote(name)).lower()


def xml_members(data: bytes, members: list[zipfile.ZipInfo]) -> frozenset[str]:
    """The members that are read as XML: by their names, and those of other names that the package says are XML."""
    read = {member.filename for member in members if is_xml(member)}
    others = [member for member in members if member.filename not in read and not member.is_dir()]
    types = next((member for member in members if part_name(member).lower() == _TYPES.lower()), None)
    if others and types is not None and types.file_size <= _LONGEST_TYPES:
        named, suffixes = _remembered_types(inflate_member(data, types))
        for member in others:
            name = _folded(part_name(member))
            if name in named or name.rpartition(".")[2] in suffixes:
                read.add(member.filename)
    return frozenset(read)


def _read_types(part: bytes) -> tuple[frozenset[str], frozenset[str]]:
    """The names of parts, and the suffixes, of which one package says that they are XML."""
    named, suffixes = set(), set()

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if kind.endswith("xml") and not kind.startswith("image/"):
            if local_name(name) == "Override":
                named.add(_folded(attributes.get("PartName", "").lstrip("/")))
            elif local_name(name) == "Default":
                suffixes.add(attributes.get("Extension", "").lower())

    parse_xml(part, on_start)
    return frozenset(named), frozenset(suffixes)


_remembered_types = lru_cache(maxsize=32)(_read_types)


@dataclass(frozen=True)
class Relationship:
    """One arrow from a part to another: its kind (last word of its type) and its target."""

    kind: str
    target: str
    is_external: bool


def relationships(parts: Mapping[str, bytes], source: str) -> Mapping[str, Relationship]:
    """Return the relationships of one part by id; none where the package keeps none."""
    folder, _, name = source.rpartition("/")
    found = find_part(parts, posixpath.join(folder, "_rels", f"{name}.rels"))
    if found is None:
        return {}
    part = parts[found]
    return _remembered_arrows(folder, part) if len(part) < _LONGEST_REMEMBERED else _arrows(folder, part)


def _arrows(folder: str, part: bytes) -> Mapping[str, Relationship]:
    found: dict[str, Relationship] = {}

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        if local_name(name) == "Relationship":
            target = unquote(attributes.get("Target", "")).replace("\\", "/")
            target = (
                target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relationship(
                kind, target, attributes.get("TargetMode") == "External"
            )

    parse_xml(part, on_start)
    return found


_remembered_arrows = lru_cache(maxsize=64)(_arrows)  # files made from one form lead to the same parts


def workbook_part_name(parts: Mapping[str, bytes]) -> str | None:
    """Return the name of the main part of one package, or None where it holds no office document."""
    for relationship in relationships(parts, "").values():
        if relationship.kind == "officeDocument":
            return relationship.target
    if find_part(parts, "_rels/.rels") and find_part(parts, _TYPES):
        raise RefusedFile("unsupported_format", "a package of documents without a workbook")
    return None


def open_package(parts: Mapping[str, bytes], names: frozenset[str], limits: Limits) -> Package:
    """Return one package from its XML parts; `names` are all members, those that are not XML included.

    Raises
    ------
    RefusedFile
        When the workbook, or a part that its cells lean on, is not there.
    """

    def part(name: str, most: int = limits.part_bytes) -> bytes:
        found = find_part(parts, name)
        if found is None:
            raise RefusedFile("damaged", f"the part {name!r} is missing")
        content = parts[found]
        if len(content) > most:
            raise RefusedFile("too_large", f"the part {name!r} has {len(content)} bytes")
        return content

    main_name = workbook_part_name(parts)
    if main_name is None:
        raise RefusedFile("damaged", "the package names no workbook")
    listing = _read_listing(part(main_name))
    if len(listing.sheets) > limits.sheets:
        raise RefusedFile("too_large", f"{len(listing.sheets)} sheets")
    arrows = relationships(parts, find_part(parts, main_name) or main_name)
    kinds = {relationship.kind: relationship for relationship in arrows.values()}
    sheets, notes, targets = [], list(listing.notes), set()
    for name, state, relationship_id in listing.sheets:
        if relationship_id == "":  # a module of macros from before 1997 is listed without a part
            notes.append("sheet_without_cells")
            continue
        arrow = arrows.get(relationship_id or "")
        if arrow is None or arrow.is_external:
            raise RefusedFile("damaged", f"the sheet {name!r} leads nowhere")
        if arrow.kind == "worksheet":
            target = find_part(parts, arrow.target)
            if target in targets:
                raise RefusedFile("damaged", f"the sheet {name!r} is another sheet, too")
            targets.add(target)
            sheets.append(SheetPart(name, state, part(arrow.target, limits.inflated_bytes)))
        else:
            notes.append("macro_sheet" if "macro" in arrow.kind.lower() else "sheet_without_cells")
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        notes.append("duplicate_sheet_name")
    has_macros = "vbaProject" in kinds or "macro_sheet" in notes
    strings, styles = kinds.get("sharedStrings"), kinds.get("styles")
    shared_strings = None  # named but not there: only a cell that points to one is a fault
    if strings is not None and find_part(names, strings.target):
        shared_strings = part(strings.target, limits.inflated_bytes)
    return Package(
        kind="xlsm" if b"macroEnabled.main+xml" in parts.get(find_part(parts, _TYPES) or "", b"") else "xlsx",
        sheets=tuple(sheets),
        shared_strings=shared_strings,
        styles=None if styles is None else part(styles.target),
        is_1904=listing.is_1904,
        has_macros=has_macros,
        has_external_links="externalLink" in kinds,
        notes=tuple(notes),
    )


@dataclass(frozen=True)
class _Listing:
    """One workbook part: its sheets (name, state, relationship id) and what holds for all of them."""

    sheets: tuple[tuple[str, str, str | None], ...]
    is_1904: bool
    notes: tuple[str, ...]


def _read_listing(part: bytes) -> _Listing:
    sheets: list[tuple[str, str, str | None]] = []
    notes: list[str] = []
    is_1904, root = False, ""

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_1904, root
        root = root or name
        if name.rpartition(_SEPARATOR)[0] != root.rpartition(_SEPARATOR)[0]:
            return  # Excel 2013 and later add a `workbookPr` of their own, which says nothing of the calendar
        element = local_name(name)
        if element == "sheet":
            relationship_id = next((v for k, v in attributes.items() if k.endswith("relationships id")), None)
            state = {"hidden": "hidden", "veryHidden": "very_hidden"}.get(
                attributes.get("state", ""), "visible"
            )
            sheets.append((attributes.get("name", "")[:_LONGEST_NAME], state, relationship_id))
        elif element == "workbookPr":
            is_1904 = attributes.get("date1904") in ("1", "true")
        elif element == "calcPr" and attributes.get("fullCalcOnLoad") in ("1", "true"):
            notes.append("formulas_never_calculated")

    parse_xml(part, on_start)
    if local_name(root) != "workbook":
        raise RefusedFile("unsupported_format", f"an office document, but of the kind {local_name(root)!r}")
    return _Listing(tuple(sheets), is_1904, tuple(notes))
