"""One note on one cell, as spreadsheet programs keep it: its words in a comments part, its box in a drawing.

Where a school's cell has a conversation, today's Excel shows no note beside it: there a reply is added to the
conversation, and the note is written, too, since older programs and LibreOffice show that one.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Collection, Iterator, Mapping

from lxml import etree

from termreview.cells import FONT, address, parse_address
from termreview.spreadsheets.editing.cells import Place, link_notes
from termreview.spreadsheets.editing.package import (
    Package,
    Sheet,
    add_part,
    add_relationship,
    close,
    free_name,
    related,
    relationships,
    tree,
    workbook_part,
)
from termreview.spreadsheets.editing.xml import (
    MAIN,
    PRESERVED,
    R_ID,
    E,
    M,
    UnmarkableError,
    child,
    drop,
    legal_text,
    plain_text,
)
from termreview.spreadsheets.xlsx.beside import OUR_AUTHOR

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_T = f"{{{_THREADS}}}"
_V, _X = "{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:excel}"
_IDMAP = "{urn:schemas-microsoft-com:office:office}idmap"
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel">{}</xml>'
)
_LAYOUT = (
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout><v:shapetype id="_x0000_t202" '
    'coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_WIDTH, _LINE, _PER_LINE = 330, 17, 52  # pixels of a box, pixels of a line, letters of a line
_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 9.14, 15.0
Note = tuple[str, str]  # the head, in bold, and what follows


def drop_notes(package: Package, sheet: Sheet, heads: tuple[str, ...]) -> None:
    """Take the notes of an earlier return off one sheet; those of the school stay.

    Ours bear our author, or none (LibreOffice saves none) and one of the heads with which our notes begin.
    """
    ours = {
        person.get("id")
        for persons in _conversations(package, workbook_part(package), "person")
        for person in persons.iterfind(f"{_T}person")
        if person.get("displayName", "").endswith(OUR_AUTHOR)
    }
    for thread in _conversations(package, sheet.part, "threadedComment") if ours else ():
        drop([one for one in thread.iterfind(f"{_T}threadedComment") if one.get("personId") in ours])
    for name in related(package, sheet.part, "comments"):
        root = tree(package, name)
        authors = [author.text or "" for author in root.iterfind(f"{M}authors/{M}author")]
        gone = []
        for comment in root.iterfind(f"{M}commentList/{M}comment"):
            number = int(comment.get("authorId", "0"))
            author = authors[number] if 0 <= number < len(authors) else ""
            is_bare = not author.strip() and _words(comment).startswith(heads)
            if author.endswith(OUR_AUTHOR) or is_bare:
                gone.append(comment)
        places = {parse_address(comment.get("ref", "")) for comment in gone}
        drop(gone)
        drawing = _drawing(package, sheet) if places else None
        if drawing is not None:
            shapes = tree(package, drawing, None).iter(f"{_V}shape")
            drop([shape for shape in shapes if _place_of(shape) in places])


def add_notes(package: Package, sheet: Sheet, notes: Mapping[Place, Note], author: str) -> None:
    """Put notes on the cells of one sheet; a cell that has one already keeps its words above ours."""
    if not notes:
        return
    author = legal_text(f"{author} {OUR_AUTHOR}")
    name = next(iter(related(package, sheet.part, "comments")), None)
    if name is None:
        name = free_name(package, "xl/comments{}.xml")
        empty = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'
        add_part(package, name, empty.encode(), _COMMENTS_TYPE)
        add_relationship(package, sheet.part, "comments", name)
    kept = _add_comments(tree(package, name), notes, author)
    _add_shapes(package, sheet, {place: note for place, note in notes.items() if place not in kept})
    _add_replies(package, sheet, notes, author)


def _words(comment: etree._Element) -> str:
    return "".join(text.text or "" for text in comment.iter(f"{M}t"))


def _add_comments(root: etree._Element, notes: Mapping[Place, Note], author: str) -> Collection[Place]:
    """Write notes into one comments part; the places that had one before."""
    authors, listing = child(root, "authors"), child(root, "commentList")
    number = str(len(authors.findall(f"{M}author")))
    authors.append(E.author(author))
    comments = {parse_address(one.get("ref", "")): one for one in listing.iterfind(f"{M}comment")}
    for place, note in sorted(notes.items()):
        comment = comments.get(place)
        text = comment.find(f"{M}text") if comment is not None else None
        if text is None:
            listing.append(E.comment(E.text(*_runs(note)), ref=address(*place), authorId=number))
        elif plain_text("\n".join(note)) not in _words(comment):
            plain = text.find(f"{M}t")
            if plain is not None:
                run = E.r()
                plain.addprevious(run)
                run.append(plain)
            text.extend([E.r(E.t(PRESERVED, "\n\n")), *_runs(note)])
    return comments.keys()


def _runs(note: Note) -> list[etree._Element]:
    head, body = (plain_text(text) for text in note)
    font = (E.sz(val="10"), E.color(rgb="FF1F2933"), E.rFont(val=FONT), E.family(val="1"))
    return [
        E.r(E.rPr(E.b(), *font), E.t(PRESERVED, f"{head}\n")),
        E.r(E.rPr(*(E(etree.QName(one).localname, dict(one.attrib)) for one in font)), E.t(PRESERVED, body)),
    ]


def _drawing(package: Package, sheet: Sheet) -> str | None:
    """The drawing that holds the boxes of one sheet's notes, if it has one."""
    links = {link.get(R_ID) for link in tree(package, sheet.part).iterfind(f"{M}legacyDrawing")}
    for relation in relationships(package, sheet.part):
        if relation.relation_id in links and relation.target in package.parts:
            return relation.target
    return None


def _place_of(shape: etree._Element) -> Place | None:
    """The cell to which the box of one note belongs."""
    row, column = (shape.findtext(f"{_X}ClientData/{_X}{name}") for name in ("Row", "Column"))
    return (int(row) + 1, int(column) + 1) if row and column else None


def _add_shapes(package: Package, sheet: Sheet, notes: Mapping[Place, Note]) -> None:
    drawings = [close(package, name) for name in package.parts if name.lower().endswith(".vml")]
    taken = [data for part in drawings for data in re.findall(rb'idmap[^>]*\bdata="([0-9,]+)"', part)]
    block = max((int(number) for data in taken for number in data.split(b",") if number), default=0) + 1
    name = _drawing(package, sheet)
    if name is None:
        name = free_name(package, "xl/drawings/vmlDrawing{}.vml")
        add_part(package, name, _VML.format(_LAYOUT).encode(), _DRAWING_TYPE)
        relation_id = add_relationship(package, sheet.part, "vmlDrawing", name)
        link_notes(tree(package, sheet.part), relation_id)
    root = tree(package, name, None)
    for idmap in [*root.iter(_IDMAP)][:1]:
        idmap.set("data", f"{idmap.get('data', '')},{block}".lstrip(","))
    widths, heights = _sizes(tree(package, sheet.part))
    for number, (place, note) in enumerate(sorted(notes.items()), start=1):
        shape = _shape(f"_x0000_s{1024 * block + number}", number, place, note, widths, heights)
        root.append(etree.fromstring(_VML.format(shape))[0])


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


def _sizes(sheet: etree._Element) -> tuple[dict[int, float], dict[int, float]]:
    """Column widths and row heights of one sheet, in pixels, where they are given."""
    widths: dict[int, float] = {}
    for column in sheet.iterfind(f"{M}cols/{M}col[@width]"):
        is_hidden = column.get("hidden") in ("1", "true")
        size = 0.0 if is_hidden else _pixels_wide(float(column.get("width")))
        first = int(column.get("min", ""))
        widths.update(dict.fromkeys(range(first, min(int(column.get("max", "")), first + 100) + 1), size))
    rows = sheet.iterfind(f"{M}sheetData/{M}row[@ht]")
    return widths, {int(row.get("r")): float(row.get("ht")) * 4 / 3 for row in rows if row.get("r")}


def _pixels_wide(width: float) -> float:
    return math.floor(width * 7 + 0.5)


def _conversations(package: Package, source: str, kind: str) -> Iterator[etree._Element]:
    """The parts of one kind to which one part leads; one that cannot be read is none: the note alone has to do."""
    for name in related(package, source, kind):
        try:
            yield tree(package, name, _THREADS)
        except UnmarkableError:
            continue


def _add_replies(package: Package, sheet: Sheet, notes: Mapping[Place, Note], author: str) -> None:
    """Answer the conversations on the cells of one sheet with the notes for these cells."""
    for persons in [*_conversations(package, workbook_part(package), "person")][:1]:
        for thread in _conversations(package, sheet.part, "threadedComment"):
            found = thread.findall(f"{_T}threadedComment")
            openings = {parse_address(one.get("ref", "")): one for one in found if not one.get("parentId")}
            for place in sorted(set(notes) & set(openings)):
                thread.append(_reply(openings[place], place, "\n".join(notes[place]), author))
                if all(person.get("id") != _id(author) for person in persons.iterfind(f"{_T}person")):
                    person = {
                        "displayName": author,
                        "id": _id(author),
                        "userId": author,
                        "providerId": "None",
                    }
                    etree.SubElement(persons, f"{_T}person", person)


def _reply(opening: etree._Element, place: Place, text: str, author: str) -> etree._Element:
    parent = opening.get("id", "")
    attributes = {"ref": address(*place)}
    if day := opening.get("dT"):  # no clock: the same inputs make the same bytes
        attributes["dT"] = day
    attributes |= {"personId": _id(author), "id": _id(f"{parent} {text}"), "parentId": parent}
    reply = etree.Element(f"{_T}threadedComment", attributes, nsmap={None: _THREADS})
    etree.SubElement(reply, f"{_T}text").text = plain_text(text)
    return reply


def _id(words: str) -> str:
    return f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, words)).upper()}}}"
