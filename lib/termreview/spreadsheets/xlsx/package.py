"""One .xlsx package: which part is the workbook, its sheets in order, and the parts they lean on.

Parts are found by relationship and content type, never by file name: writers name them as they please.
"""

from __future__ import annotations

import posixpath
import unicodedata
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from termreview.spreadsheets.packages.guard import Limits, RefusedFile, inflate_member, is_xml, part_name
from termreview.spreadsheets.packages.xml_part import SEPARATOR, local_name, parse_xml

_LONGEST_NAME = 255
_LONGEST_REMEMBERED = 2**14
_BESIDE_CELLS = (b"comments+xml", b"drawing+xml")  # notes, conversations; pictures, boxes of text
_TYPES, _LONGEST_TYPES = "[Content_Types].xml", 2**20


@dataclass(frozen=True)
class SheetPart:
    """One worksheet as the workbook lists it: its name, its state and its part."""

    name: str
    state: str
    part: bytes
    target: str


@dataclass(frozen=True)
class Package:
    """One opened package: worksheets in order, the raw parts that cells lean on, where the workbook leads to.

    `has_notes` says whether notes or drawings may stand on cells; in most packages none do.
    """

    kind: str
    sheets: tuple[SheetPart, ...]
    shared_strings: bytes | None
    styles: bytes | None
    theme: bytes | None
    arrows: Mapping[str, Relationship]
    is_1904: bool
    has_macros: bool
    has_external_links: bool
    has_notes: bool
    notes: tuple[str, ...]


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
    others = [member for member in members if member.filename not in read]
    if not others:
        return frozenset(read)
    types = next((member for member in members if part_name(member).lower() == _TYPES.lower()), None)
    if types is not None and types.file_size <= _LONGEST_TYPES:
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
        raise RefusedFile("unsupported_format", "package_without_workbook")
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
            raise RefusedFile("damaged", "part_missing", part=name)
        content = parts[found]
        if len(content) > most:
            raise RefusedFile("too_large", "part_bytes", part=name, count=len(content))
        return content

    main_name = workbook_part_name(parts)
    if main_name is None:
        raise RefusedFile("damaged", "no_workbook_named")
    listing = _read_listing(part(main_name))
    if len(listing.sheets) > limits.sheets:
        raise RefusedFile("too_large", "sheet_count", count=len(listing.sheets))
    arrows = relationships(parts, find_part(parts, main_name) or main_name)
    kinds = {relationship.kind: relationship for relationship in arrows.values()}
    sheets, notes, targets = [], list(listing.notes), set()
    for name, state, relationship_id in listing.sheets:
        if relationship_id == "":  # a module of macros from before 1997 is listed without a part
            notes.append("sheet_without_cells")
            continue
        arrow = arrows.get(relationship_id or "")
        if arrow is None or arrow.is_external:
            raise RefusedFile("damaged", "sheet_leads_nowhere", sheet=name)
        if arrow.kind == "worksheet":
            target = find_part(parts, arrow.target)
            if target in targets:
                raise RefusedFile("damaged", "sheet_doubled", sheet=name)
            targets.add(target)
            content = part(arrow.target, limits.inflated_bytes)
            sheets.append(SheetPart(name, state, content, target or arrow.target))
        else:
            notes.append("macro_sheet" if "macro" in arrow.kind.lower() else "sheet_without_cells")
    if len({sheet.name.casefold() for sheet in sheets}) < len(sheets):
        notes.append("duplicate_sheet_name")
    has_macros = "vbaProject" in kinds or "macro_sheet" in notes
    strings, styles = kinds.get("sharedStrings"), kinds.get("styles")
    shared_strings = None  # named but not there: only a cell that points to one is a fault
    if strings is not None and find_part(names, strings.target):
        shared_strings = part(strings.target, limits.inflated_bytes)
    types = parts.get(find_part(parts, _TYPES) or "", b"")
    return Package(
        kind="xlsm" if b"macroEnabled.main+xml" in types else "xlsx",
        sheets=tuple(sheets),
        shared_strings=shared_strings,
        styles=None if styles is None else part(styles.target),
        theme=parts.get(kinds["theme"].target) if "theme" in kinds else None,
        arrows=arrows,
        is_1904=listing.is_1904,
        has_macros=has_macros,
        has_external_links="externalLink" in kinds,
        has_notes=any(kind in types for kind in _BESIDE_CELLS),
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
        if name.rpartition(SEPARATOR)[0] != root.rpartition(SEPARATOR)[0]:
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
        if element == "calcPr" and attributes.get("fullPrecision") in ("0", "false"):
            notes.append("precision_as_displayed")

    parse_xml(part, on_start)
    if local_name(root) != "workbook":
        raise RefusedFile("unsupported_format", "other_office_document", kind=local_name(root))
    return _Listing(tuple(sheets), is_1904, tuple(notes))
