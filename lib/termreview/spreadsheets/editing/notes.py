"""One note on one cell, as spreadsheet programs keep it: its words in a comments part, its box in a drawing.

Where a school's cell has a conversation, today's Excel shows no note beside it: there a reply is added to the
conversation, and the note is written, too, since older programs and LibreOffice show that one.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping
from xml.sax.saxutils import unescape

from termreview.cells import FONT, address, parse_address
from termreview.spreadsheets.editing.marks import Place, link_notes
from termreview.spreadsheets.editing.package import (
    RELATION,
    Parts,
    Sheet,
    add_part,
    add_relationship,
    free_name,
    relationships,
    workbook_part,
)
from termreview.spreadsheets.editing.xml import (
    MAIN,
    Edit,
    Element,
    UnmarkableError,
    attribute_text,
    edited,
    element_text,
    elements,
    prefix_of,
)
from termreview.spreadsheets.xlsx.beside import OUR_AUTHOR

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SHAPE = re.compile(rb"<v:shape\s.*?</v:shape>", re.DOTALL)
_WIDTH, _LINE, _PER_LINE = 330, 17, 52  # pixels of a box, pixels of a line, letters of a line
_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 9.14, 15.0
Note = tuple[str, str]  # the head, in bold, and what follows
_THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


def drop_notes(parts: Parts, sheet: Sheet, heads: tuple[str, ...]) -> None:
    """Take the notes of an earlier return off one sheet; those of the school stay.

    Ours bear our author, or none (LibreOffice saves none) and one of the heads with which our notes begin.
    """
    drop_replies(parts, sheet, OUR_AUTHOR)
    for relation in relationships(parts, sheet.part):
        if relation.kind != "comments" or relation.target not in parts:
            continue
        part = parts[relation.target]
        ours = [
            comment
            for comment, author in _comments(part)
            if author.endswith(OUR_AUTHOR) or (not author.strip() and _text(part, comment).startswith(heads))
        ]
        parts[relation.target] = edited(part, [Edit(comment.start, comment.end, b"") for comment in ours])
        places = {parse_address(comment.attributes["ref"]) for comment in ours}
        _drop_shapes(parts, sheet, places)


def add_notes(parts: Parts, sheet: Sheet, notes: Mapping[Place, Note], author: str) -> None:
    """Put notes on the cells of one sheet; a cell that has one already keeps its words above ours."""
    if not notes:
        return
    author = f"{author} {OUR_AUTHOR}"
    arrows = {relation.kind: relation for relation in relationships(parts, sheet.part)}
    kept: set[Place] = set()
    if "comments" in arrows and arrows["comments"].target in parts:
        name = arrows["comments"].target
        parts[name], kept = _joined(parts[name], notes, author)
    else:
        content = f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'
        name = free_name(parts, "xl/comments{}.xml")
        add_part(parts, name, _joined(content.encode(), notes, author)[0], _COMMENTS_TYPE)
        add_relationship(parts, sheet.part, "comments", name)
    boxes = {place: note for place, note in notes.items() if place not in kept}
    _add_shapes(parts, sheet, boxes)
    add_replies(parts, sheet, notes, author)


def _comments(part: bytes) -> list[tuple[Element, str]]:
    """The comments of one part, each with its author."""
    found = elements(part, {"author", "comment"})
    authors = [
        part[element.open_end : element.close_start].decode() for element in found if element.name == "author"
    ]
    return [
        (element, authors[number] if 0 <= (number := int(element.attributes.get("authorId", "0"))) < len(authors) else "")
        for element in found if element.name == "comment"
    ]  # fmt: skip


def _text(part: bytes, comment: Element) -> str:
    """The words of one comment."""
    runs = re.findall(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)<", part[comment.start : comment.end])
    return unescape(b"".join(runs).decode())


def _joined(part: bytes, notes: Mapping[Place, Note], author: str) -> tuple[bytes, set[Place]]:
    """One comments part with more notes, and the places that had one before."""
    found = elements(part, {"authors", "author", "commentList", "comment", "text", "t"})
    p = prefix_of(part)
    authors = next(element for element in found if element.name == "authors")
    listing = next(element for element in found if element.name == "commentList")
    number = sum(element.name == "author" for element in found)
    by_place = {parse_address(e.attributes["ref"]): e for e in found if e.name == "comment"}
    edits = _within(authors, f"<{p}author>{element_text(author)}</{p}author>", p)
    added = []
    for place, note in sorted(notes.items()):
        words = _runs(note, p)
        comment = by_place.get(place)
        text = next((e for e in found if e.name == "text" and e.parent is comment), None) if comment else None
        if comment is None or text is None:
            added.append(
                f'<{p}comment ref="{address(*place)}" authorId="{number}"><{p}text>{words}</{p}text></{p}comment>'
            )
            continue
        if words.encode() in part[text.start : text.end]:
            continue
        plain = next((e for e in found if e.name == "t" and e.parent is text), None)
        if plain is not None and part[text.open_end : text.close_start].strip().startswith(
            b"<" + p.encode() + b"t"
        ):
            edits.append(Edit(plain.start, plain.start, f"<{p}r>".encode()))
            edits.append(Edit(plain.end, plain.end, f"</{p}r>".encode()))
        edits.append(
            Edit(
                text.close_start,
                text.close_start,
                (f'<{p}r><{p}t xml:space="preserve">\n\n</{p}t></{p}r>' + words).encode(),
            )
        )
    edits += _within(listing, "".join(added), p)
    return edited(part, edits), set(by_place)


def _within(element: Element, content: str, prefix: str) -> list[Edit]:
    if not content:
        return []
    if not element.is_empty:
        return [Edit(element.close_start, element.close_start, content.encode())]
    name = f"{prefix}{element.name}"
    return [Edit(element.start, element.end, f"<{name}>{content}</{name}>".encode())]


def _runs(note: Note, p: str) -> str:
    font = f'<{p}sz val="10"/><{p}color rgb="FF1F2933"/><{p}rFont val="{FONT}"/><{p}family val="1"/>'
    head, body = (element_text(text) for text in note)
    return (
        f'<{p}r><{p}rPr><{p}b/>{font}</{p}rPr><{p}t xml:space="preserve">{head}\n</{p}t></{p}r>'
        f'<{p}r><{p}rPr>{font}</{p}rPr><{p}t xml:space="preserve">{body}</{p}t></{p}r>'
    )


def _drawing(parts: Parts, sheet: Sheet) -> str | None:
    """The drawing that holds the boxes of one sheet's notes, if it has one."""
    links = elements(parts[sheet.part], {"legacyDrawing"})
    ids = {value for link in links for value in link.attributes.values()}
    for relation in relationships(parts, sheet.part):
        if relation.relation_id in ids and relation.target in parts:
            return relation.target
    return None


def _drop_shapes(parts: Parts, sheet: Sheet, places: set[Place]) -> None:
    name = _drawing(parts, sheet)
    if name is None:
        return

    def keep(match: re.Match[bytes]) -> bytes:
        row, column = re.search(rb"<x:Row>(\d+)", match[0]), re.search(rb"<x:Column>(\d+)", match[0])
        is_ours = row and column and (int(row[1]) + 1, int(column[1]) + 1) in places
        return b"" if is_ours else match[0]

    parts[name] = _SHAPE.sub(keep, parts[name])


def _add_shapes(parts: Parts, sheet: Sheet, notes: Mapping[Place, Note]) -> None:
    drawings = [content for name, content in parts.items() if name.lower().endswith(".vml")]
    blocks = [
        int(n)
        for part in drawings
        for data in re.findall(rb'idmap[^>]*\bdata="([0-9,]+)"', part)
        for n in data.split(b",")
        if n
    ]
    block = max(blocks, default=0) + 1
    widths, heights = _sizes(parts[sheet.part])
    shapes = [
        _shape(f"_x0000_s{1024 * block + number}", number, place, note, widths, heights)
        for number, (place, note) in enumerate(sorted(notes.items()), start=1)
    ]
    name = _drawing(parts, sheet)
    if name is not None:
        part = parts[name]
        end = part.rfind(b"</xml>")
        idmap = re.search(rb'(idmap[^>]*\bdata="[0-9,]+)(")', part)
        parts[name] = part[:end] + "".join(shapes).encode() + part[end:]
        if idmap:
            parts[name] = parts[name].replace(idmap[0], idmap[1] + f",{block}".encode() + idmap[2], 1)
        return
    name = free_name(parts, "xl/drawings/vmlDrawing{}.vml")
    content = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        f'<o:idmap v:ext="edit" data="{block}"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" '
        'o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" '
        f'o:connecttype="rect"/></v:shapetype>{"".join(shapes)}</xml>'
    )
    add_part(parts, name, content.encode(), _DRAWING_TYPE)
    relation_id = add_relationship(parts, sheet.part, "vmlDrawing", name)
    parts[sheet.part] = link_notes(parts[sheet.part], relation_id, RELATION)


def _shape(
    shape_id: str,
    number: int,
    place: Place,
    note: Note,
    widths: Mapping[int, float],
    heights: Mapping[int, float],
) -> str:
    lines = sum(max(1, math.ceil(len(line) / _PER_LINE)) for line in "\n".join(note).split("\n"))
    left, left_rest = place[1], 12.0
    top, top_rest = max(place[0] - 2, 0), 4.0
    right, right_rest = _reach(left, left_rest + _WIDTH, widths, _pixels_wide(_DEFAULT_WIDTH))
    bottom, bottom_rest = _reach(top, top_rest + 12 + _LINE * lines, heights, _DEFAULT_HEIGHT * 4 / 3)
    anchor = [left, left_rest, top, top_rest, right, right_rest, bottom, bottom_rest]
    return (
        f'<v:shape id="{shape_id}" type="#_x0000_t202" style="position:absolute;width:{_WIDTH * 0.75:g}pt;'
        f'height:{(12 + _LINE * lines) * 0.75:g}pt;z-index:{number};visibility:hidden" fillcolor="#fffdf2" '
        'o:insetmode="auto"><v:fill color2="#fffdf2"/><v:shadow on="t" color="#b8c4d0" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
        '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{', '.join(f'{int(part)}' for part in anchor)}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{place[0] - 1}</x:Row><x:Column>{place[1] - 1}</x:Column></x:ClientData></v:shape>"
    )


def _reach(first: int, pixels: float, sizes: Mapping[int, float], default: float) -> tuple[int, float]:
    """The row or column (from 0) in which a length ends that starts with another, and what is left in it."""
    number = first
    while pixels > (size := sizes.get(number + 1, default)) and number < first + 400:
        pixels -= size
        number += 1
    return number, pixels


def _sizes(part: bytes) -> tuple[dict[int, float], dict[int, float]]:
    """Column widths and row heights of one sheet, in pixels, where they are given."""
    widths: dict[int, float] = {}
    heights: dict[int, float] = {}
    for element in elements(part, {"col", "row"}):
        given: Mapping[str, str] = element.attributes
        if element.name == "col" and "width" in given:
            size = 0.0 if given.get("hidden") in ("1", "true") else _pixels_wide(float(given["width"]))
            first = int(given["min"])
            widths.update(dict.fromkeys(range(first, min(int(given["max"]), first + 100) + 1), size))
        elif element.name == "row" and "ht" in given and "r" in given:
            heights[int(given["r"])] = float(given["ht"]) * 4 / 3
    return widths, heights


def _pixels_wide(width: float) -> float:
    return math.floor(width * 7 + 0.5)


def add_replies(parts: Parts, sheet: Sheet, notes: Mapping[Place, tuple[str, str]], author: str) -> None:
    """Answer the conversations on the cells of one sheet with the notes for these cells."""
    persons = _persons_part(parts)
    for name in _thread_parts(parts, sheet) if persons is not None else ():
        part = parts[name]
        found = elements(part, {"ThreadedComments", "threadedComment"}, _THREADS)
        openings = {
            parse_address(element.attributes.get("ref", "")): element
            for element in found
            if element.name == "threadedComment" and "parentId" not in element.attributes
        }
        answered = [place for place in sorted(notes) if place in openings]
        if answered:
            replies = (
                _reply(part, openings[place], place, "\n".join(notes[place]), author) for place in answered
            )
            end = found[0].close_start
            parts[name] = edited(part, [Edit(end, end, "".join(replies).encode())])
            _add_person(parts, str(persons), author)


def drop_replies(parts: Parts, sheet: Sheet, mark: str) -> None:
    """Take the replies of an earlier return off one sheet: those of an author with our mark."""
    persons = _persons_part(parts)
    if persons is None:
        return
    ours = {
        person.attributes.get("id")
        for person in elements(parts[persons], {"person"}, _THREADS)
        if person.attributes.get("displayName", "").endswith(mark)
    }
    for name in _thread_parts(parts, sheet) if ours else ():
        part = parts[name]
        replies = [
            reply
            for reply in elements(part, {"threadedComment"}, _THREADS)
            if reply.attributes.get("personId") in ours
        ]
        parts[name] = edited(part, [Edit(reply.start, reply.end, b"") for reply in replies])


def _thread_parts(parts: Parts, sheet: Sheet) -> list[str]:
    return [
        relation.target
        for relation in relationships(parts, sheet.part)
        if relation.kind == "threadedComment" and _is_readable(parts, relation.target)
    ]


def _persons_part(parts: Parts) -> str | None:
    """The part that lists who takes part in conversations; None where there is none to write into."""
    for relation in relationships(parts, workbook_part(parts)):
        if relation.kind == "person" and _is_readable(parts, relation.target):
            return relation.target
    return None


def _is_readable(parts: Parts, name: str) -> bool:
    try:
        roots = elements(parts[name], {"ThreadedComments", "personList"}, _THREADS)
        return bool(roots) and not roots[0].is_empty
    except (KeyError, UnmarkableError):
        return False  # the note alone has to do


def _reply(part: bytes, opening: Element, place: Place, text: str, author: str) -> str:
    p = prefix_of(part)
    day = opening.attributes.get("dT")  # no clock: the same inputs make the same bytes
    when = f' dT="{attribute_text(day)}"' if day else ""
    parent = attribute_text(opening.attributes.get("id", ""))
    return (
        f'<{p}threadedComment ref="{address(*place)}"{when} personId="{_id(author)}" '
        f'id="{_id(f"{parent} {text}")}" parentId="{parent}">'
        f"<{p}text>{element_text(text)}</{p}text></{p}threadedComment>"
    )


def _add_person(parts: Parts, name: str, author: str) -> None:
    part = parts[name]
    found = elements(part, {"personList", "person"}, _THREADS)
    if any(person.attributes.get("id") == _id(author) for person in found):
        return
    shown = attribute_text(author)
    person = f'<{prefix_of(part)}person displayName="{shown}" id="{_id(author)}" userId="{shown}" providerId="None"/>'
    end = found[0].close_start
    parts[name] = edited(part, [Edit(end, end, person.encode())])


def _id(words: str) -> str:
    return f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, words)).upper()}}}"
