"""One workbook's package as its parts: opened, its relationships and content types changed, closed the same way."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from termreview.spreadsheets.editing.xml import (
    Edit,
    Element,
    UnmarkableError,
    attribute_text,
    edited,
    elements,
    prefix_of,
    with_attributes,
)
from termreview.spreadsheets.packages.archive import ArchiveMember
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS, RefusedFile, inflate_members, list_members
from termreview.spreadsheets.workbook import read_content
from termreview.spreadsheets.xlsx.package import find_part

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
TYPES_PART = "[Content_Types].xml"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_PLAIN_TYPES = (WORKBOOK_TYPE, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")
# What runs code, or would no longer be true of a changed file.
_DROPPED = ("vbaProject", "vbaProjectSignature", "wordVbaData", "attachedToolbars", "extensibility",
            "origin", "custom-properties")  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)

Parts = dict[str, bytes]


class Relationship(NamedTuple):
    """One arrow from a part: its id, its kind (last word of its type) and the part or address it leads to."""

    relation_id: str
    kind: str
    target: str
    is_external: bool
    element: Element


@dataclass(frozen=True)
class Sheet:
    """One sheet as the workbook lists it, and the part that holds it."""

    name: str
    part: str


def open_parts(path: Path | ArchiveMember) -> Parts:
    """Read the parts of one workbook, in the order of the file.

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
    if not any(kind.encode() in types for kind in _PLAIN_TYPES):
        raise UnmarkableError("not the package of a plain workbook")
    return parts


def save_parts(path: Path, parts: Parts) -> None:
    """Write one package: the content types first, no clock, so that the same parts make the same bytes."""
    names = [TYPES_PART, *(name for name in parts if name != TYPES_PART)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            archive.writestr(member, parts[name])


def relations_part(source: str) -> str:
    """The part that holds the relationships of one part."""
    folder, _, name = source.rpartition("/")
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationships(parts: Mapping[str, bytes], source: str) -> list[Relationship]:
    """The relationships of one part; none where it has none."""
    part = parts.get(relations_part(source))
    if part is None:
        return []
    folder = source.rpartition("/")[0]
    found = []
    for element in elements(part, {"Relationship"}, _RELATIONS):
        attributes = element.attributes
        target = unquote(attributes.get("Target", "")).replace("\\", "/")
        is_external = attributes.get("TargetMode") == "External"
        if not is_external:
            target = target[1:] if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            target = find_part(parts, target.lstrip("/")) or target.lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        found.append(Relationship(attributes.get("Id", ""), kind, target, is_external, element))
    return found


def add_relationship(parts: Parts, source: str, kind: str, target: str) -> str:
    """Lead from one part to another and return the id of the arrow."""
    name = relations_part(source)
    part = parts.setdefault(name, f'<Relationships xmlns="{_RELATIONS}"></Relationships>'.encode())
    taken = {relation.relation_id for relation in relationships(parts, source)}
    number = next(number for number in range(1, len(taken) + 2) if f"rIdTr{number}" not in taken)
    folder = source.rpartition("/")[0]
    attributes = {
        "Id": f"rIdTr{number}",
        "Type": f"{RELATION}/{kind}",
        "Target": posixpath.relpath(target, folder),
    }
    parts[name] = _appended(part, "Relationships", "Relationship", attributes, _RELATIONS)
    return attributes["Id"]


def drop_relationship(parts: Parts, source: str, relation: Relationship) -> None:
    """Take one arrow and the part it leads to out of the package."""
    name = relations_part(source)
    parts[name] = edited(parts[name], [Edit(relation.element.start, relation.element.end, b"")])
    if not relation.is_external:
        drop_part(parts, relation.target)


def drop_part(parts: Parts, name: str) -> None:
    """Take one part, what it says of others and what is said of its content out of the package."""
    parts.pop(name, None)
    parts.pop(relations_part(name), None)
    types = parts[TYPES_PART]
    parts[TYPES_PART] = edited(
        types,
        [
            Edit(element.start, element.end, b"")
            for element in elements(types, {"Override"}, _TYPES)
            if unquote(element.attributes.get("PartName", "")).lstrip("/").lower() == name.lower()
        ],
    )


def add_part(parts: Parts, name: str, content: bytes, content_type: str) -> None:
    """Put one part into the package and say what it holds."""
    parts[name] = content
    attributes = {"PartName": f"/{name}", "ContentType": content_type}
    parts[TYPES_PART] = _appended(parts[TYPES_PART], "Types", "Override", attributes, _TYPES)


def free_name(parts: Mapping[str, bytes], pattern: str) -> str:
    """The first name of a pattern with `{}` for a number that no part bears."""
    taken = {name.lower() for name in parts}
    return next(
        name for number in range(1, len(parts) + 2) if (name := pattern.format(number)).lower() not in taken
    )


def workbook_part(parts: Mapping[str, bytes]) -> str:
    """The main part of one package."""
    for relation in relationships(parts, ""):
        if relation.kind == "officeDocument" and relation.target in parts:
            return relation.target
    raise UnmarkableError("the package names no workbook")


def sheets_of(parts: Mapping[str, bytes]) -> list[Sheet]:
    """The sheets of one workbook in order.

    Raises
    ------
    UnmarkableError
        When one of them is a sheet of macros, which no plain workbook may hold.
    """
    main = workbook_part(parts)
    arrows = {relation.relation_id: relation for relation in relationships(parts, main)}
    found = []
    for element in elements(parts[main], {"sheet"}):
        key = next(
            (value for name, value in element.attributes.items() if name.endswith("relationships id")), ""
        )
        arrow = arrows.get(key)
        if arrow is None or "macro" in arrow.kind.lower() or arrow.target not in parts:
            raise UnmarkableError(f"the sheet {element.attributes.get('name')!r} cannot be kept")
        found.append(Sheet(element.attributes.get("name", ""), arrow.target))
    return found


def leave_out_code(parts: Parts) -> bool:
    """Take macros out of one package and say whether there were any; a plain workbook is left as it is."""
    main = workbook_part(parts)
    had_macros = False
    for source in ("", main):
        for kind in _DROPPED:
            for relation in [found for found in relationships(parts, source) if found.kind == kind]:
                arrow = next(a for a in relationships(parts, source) if a.relation_id == relation.relation_id)
                drop_relationship(parts, source, arrow)
                had_macros |= kind.startswith("vba")
    types = parts[TYPES_PART]
    if WORKBOOK_TYPE.encode() not in types:
        had_macros = True
        parts[TYPES_PART] = types.replace(_PLAIN_TYPES[1].encode(), WORKBOOK_TYPE.encode())
    return had_macros


def set_authors(parts: Parts, title: str, author: str, day: str) -> None:
    """Replace what the file says of its authors and their machine; a package without such parts gets none."""
    for relation in relationships(parts, ""):
        if relation.kind == "core-properties" and relation.target in parts:
            parts[relation.target] = (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="http://schemas.'
                'openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
                'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
                f"<dc:title>{attribute_text(title)}</dc:title><dc:creator>{attribute_text(author)}</dc:creator>"
                "<cp:lastModifiedBy>termreview</cp:lastModifiedBy>"
                f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:created>'
                f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:modified>'
                "</cp:coreProperties>"
            ).encode()
        elif relation.kind == "extended-properties" and relation.target in parts:
            parts[relation.target] = (
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.'
                b'openxmlformats.org/officeDocument/2006/extended-properties"><Application>Microsoft Excel</Application>'
                b"</Properties>"
            )


def _appended(part: bytes, root: str, name: str, attributes: Mapping[str, str], namespace: str) -> bytes:
    """One part with an empty element added at the end of its root."""
    element = elements(part, {root}, namespace)[0]
    prefix = prefix_of(part)
    words = "".join(f' {key}="{attribute_text(value)}"' for key, value in attributes.items())
    added = f"<{prefix}{name}{words}/>".encode()
    if element.is_empty:
        opened = with_attributes(part[element.start : element.open_end], {})[:-2] + b">"
        return edited(
            part, [Edit(element.start, element.end, opened + added + f"</{prefix}{root}>".encode())]
        )
    return edited(part, [Edit(element.close_start, element.close_start, added)])
