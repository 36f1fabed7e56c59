"""One workbook's package as its parts: opened, its relationships and content types changed, closed the same way."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from xml.sax.saxutils import escape

from lxml import etree

from termreview.spreadsheets.editing.xml import (
    HEAD,
    MAIN,
    R_ID,
    RELATION,
    M,
    UnmarkableError,
    child,
    legal_text,
    parse,
    write,
)
from termreview.spreadsheets.packages.archive import ArchiveMember
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS, RefusedFile, inflate_members, list_members
from termreview.spreadsheets.workbook import read_content
from termreview.spreadsheets.xlsx.package import find_part

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SCHEMAS = "http://schemas.openxmlformats.org"
TYPES_PART = "[Content_Types].xml"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORKBOOK_TYPE, SHEET_TYPE, STYLES_TYPE = (
    f"{_KINDS}.{kind}+xml" for kind in ("sheet.main", "worksheet", "styles")
)
_MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
# What runs code, or would no longer be true of a changed file.
_DROPPED = ("vbaProject", "vbaProjectSignature", "wordVbaData", "attachedToolbars", "extensibility",
            "origin", "custom-properties")  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OPEN_BREAK = re.compile(rb"<br\s*>")  # in the drawings that Excel writes, which are nearly XML


@dataclass
class Package:
    """One package being changed: its parts in the order of the file, and the trees of those that were opened."""

    parts: dict[str, bytes]
    trees: dict[str, etree._Element] = field(default_factory=dict)


class Relationship(NamedTuple):
    """One arrow from a part: its id, its kind (last word of its type) and the part or address it leads to."""

    relation_id: str
    kind: str
    target: str
    is_external: bool
    element: etree._Element


@dataclass(frozen=True)
class Sheet:
    """One sheet as the workbook lists it, the part that holds it, and its line in the list."""

    name: str
    part: str
    element: etree._Element


def open_package(path: Path | ArchiveMember) -> Package:
    """Read the parts of one workbook.

    Raises
    ------
    UnmarkableError
        When the file is no package of a plain workbook.
    """
    try:
        data = read_content(path)
        members = list_members(data, DEFAULT_LIMITS)
        parts = inflate_members(data, members, lambda member: not member.filename.endswith("/"))
    except RefusedFile as refused:
        raise UnmarkableError(str(refused)) from None
    types = parts.get(TYPES_PART, b"")
    if not any(kind.encode() in types for kind in (WORKBOOK_TYPE, _MACRO_TYPE)):
        raise UnmarkableError("not the package of a plain workbook")
    return Package(parts)


def tree(package: Package, name: str, namespace: str | None = MAIN) -> etree._Element:
    """The root of one part, to be looked at or changed; raises as `parse` does, and `KeyError`."""
    if name not in package.trees:
        part = package.parts[name]
        part = _OPEN_BREAK.sub(b"<br/>", part) if name.lower().endswith(".vml") else part
        package.trees[name] = parse(part, namespace)
    return package.trees[name]


def close(package: Package, name: str) -> bytes:
    """The bytes of one part, its tree given up: those it had, unless its tree was changed."""
    if name in package.trees:
        part = package.parts[name]
        has_head = b"<?xml" in part[:8]
        written = write(package.trees.pop(name), has_head)  # one tree at a time: a large sheet's takes 150 MB
        try:
            is_changed = written != write(parse(part, None), has_head)
        except UnmarkableError:  # a drawing that is nearly XML
            is_changed = True
        package.parts[name] = written if is_changed else part
    return package.parts[name]


def save_package(path: Path, package: Package) -> None:
    """Write one package: the content types first, no clock, so that the same parts make the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(package.parts, key=lambda name: name != TYPES_PART):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            archive.writestr(member, close(package, name))


def relations_part(source: str) -> str:
    """The part that holds the relationships of one part."""
    folder, _, name = source.rpartition("/")
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationships(package: Package, source: str) -> list[Relationship]:
    """The relationships of one part; none where it has none."""
    if relations_part(source) not in package.parts:
        return []
    folder = source.rpartition("/")[0]
    found = []
    for element in tree(package, relations_part(source), _RELATIONS).iter(f"{{{_RELATIONS}}}Relationship"):
        target = unquote(element.get("Target", "")).replace("\\", "/")
        is_external = element.get("TargetMode") == "External"
        if not is_external:
            target = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            target = find_part(package.parts, target.lstrip("/")) or target.lstrip("/")
        kind = element.get("Type", "").rpartition("/")[2]
        found.append(Relationship(element.get("Id", ""), kind, target, is_external, element))
    return found


def related(package: Package, source: str, kind: str) -> list[str]:
    """The parts of one kind to which one part leads."""
    return [
        relation.target
        for relation in relationships(package, source)
        if relation.kind == kind and relation.target in package.parts
    ]


def add_relationship(package: Package, source: str, kind: str, target: str) -> str:
    """Lead from one part to another and return the id of the arrow."""
    name = relations_part(source)
    package.parts.setdefault(name, HEAD + f'<Relationships xmlns="{_RELATIONS}"/>'.encode())
    taken = {relation.relation_id for relation in relationships(package, source)}
    relation_id = next(one for n in range(1, len(taken) + 2) if (one := f"rIdTr{n}") not in taken)
    path = posixpath.relpath(target, source.rpartition("/")[0] or ".")
    attributes = {"Id": relation_id, "Type": f"{RELATION}/{kind}", "Target": path}
    etree.SubElement(tree(package, name, _RELATIONS), f"{{{_RELATIONS}}}Relationship", attributes)
    return relation_id


def drop_relationship(package: Package, relation: Relationship) -> None:
    """Take one arrow and the part it leads to out of the package."""
    relation.element.getparent().remove(relation.element)
    if relation.is_external:
        return
    for name in (relation.target, relations_part(relation.target)):
        package.parts.pop(name, None)
        package.trees.pop(name, None)
    types = tree(package, TYPES_PART, _TYPES)
    for element in types.findall(f"{{{_TYPES}}}Override"):
        if unquote(element.get("PartName", "")).lstrip("/").lower() == relation.target.lower():
            types.remove(element)


def add_part(package: Package, name: str, part: bytes, content_type: str) -> None:
    """Put one part into the package and say what it holds."""
    package.parts[name] = part
    attributes = {"PartName": f"/{name}", "ContentType": content_type}
    etree.SubElement(tree(package, TYPES_PART, _TYPES), f"{{{_TYPES}}}Override", attributes)


def free_name(package: Package, pattern: str) -> str:
    """The first name of a pattern with `{}` for a number that no part bears."""
    taken = {name.lower() for name in package.parts}
    return next(
        name for number in range(1, len(taken) + 2) if (name := pattern.format(number)).lower() not in taken
    )


def workbook_part(package: Package) -> str:
    """The main part of one package."""
    for name in related(package, "", "officeDocument"):
        return name
    raise UnmarkableError("the package names no workbook")


def styles_part(package: Package) -> str:
    """The part that holds the cell formats of one workbook."""
    for name in related(package, workbook_part(package), "styles"):
        return name
    raise UnmarkableError("the workbook has no styles")


def sheets_of(package: Package) -> list[Sheet]:
    """The sheets of one workbook in order.

    Raises
    ------
    UnmarkableError
        When one of them is a sheet of macros, which no plain workbook may hold.
    """
    main = workbook_part(package)
    arrows = {relation.relation_id: relation for relation in relationships(package, main)}
    found = []
    for element in child(tree(package, main), "sheets").iterfind(f"{M}sheet"):
        arrow = arrows.get(element.get(R_ID, ""))
        if arrow is None or "macro" in arrow.kind.lower() or arrow.target not in package.parts:
            raise UnmarkableError(f"the sheet {element.get('name')!r} cannot be kept")
        found.append(Sheet(element.get("name", ""), arrow.target, element))
    return found


def leave_out_code(package: Package) -> bool:
    """Take macros out of one package and say whether there were any; a plain workbook is left as it is."""
    had_macros = False
    for source in ("", workbook_part(package)):
        for relation in relationships(package, source):
            if relation.kind in _DROPPED:
                drop_relationship(package, relation)
                had_macros |= relation.kind.startswith("vba")
    for element in tree(package, TYPES_PART, _TYPES).iter("{*}Override", "{*}Default"):
        if element.get("ContentType") == _MACRO_TYPE:
            element.set("ContentType", WORKBOOK_TYPE)
            had_macros = True
    return had_macros


def set_authors(package: Package, title: str, author: str, day: str) -> None:
    """Replace what the file says of its authors and their machine; a package without such parts gets none."""
    named, made = (escape(legal_text(text)) for text in (title, author))
    core = (
        f'<cp:coreProperties xmlns:cp="{_SCHEMAS}/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{named}</dc:title>'
        f"<dc:creator>{made}</dc:creator><cp:lastModifiedBy>termreview</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:modified></cp:coreProperties>'
    )
    extended = (
        f'<Properties xmlns="{_SCHEMAS}/officeDocument/2006/extended-properties">'
        "<Application>Microsoft Excel</Application></Properties>"
    )
    for kind, text in (("core-properties", core), ("extended-properties", extended)):
        for name in related(package, "", kind):
            package.parts[name] = HEAD + text.encode()
            package.trees.pop(name, None)
