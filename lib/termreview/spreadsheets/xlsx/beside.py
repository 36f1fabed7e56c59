"""One sheet's notes, conversations, pictures and text boxes: what stands on its cells without being in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from termreview.cells import parse_address
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.spreadsheets.packages.xml_part import local_name, parse_xml
from termreview.spreadsheets.xlsx.package import Relationship, relationships

OUR_AUTHOR = "(termreview)"  # ends the name under which a return writes its notes
_ROW_EMU, _COLUMN_EMU = 190_500, 609_600  # a row of 15 points, a column of 64 pixels
_MOST = 500
_LONGEST = 2000
Place = tuple[int, int]


@dataclass
class Beside:
    """What stands on the cells of one sheet: notes by place, pictures by first and last place, text boxes by place."""

    notes: dict[Place, str] = field(default_factory=dict)
    pictures: list[tuple[Place, Place]] = field(default_factory=list)


NOTHING_BESIDE = Beside()


def read_beside(parts: Mapping[str, bytes], sheet: str, book: Mapping[str, Relationship]) -> Beside:
    """Return what stands on the cells of one sheet part but for what a return put there; an odd part tells nothing."""
    found = Beside()
    arrows = [arrow for arrow in relationships(parts, sheet).values() if arrow.target in parts]
    threads: dict[Place, str] = {}
    for arrow in arrows:
        part = parts[arrow.target]
        try:
            if arrow.kind == "comments":
                _read_notes(part, found.notes)
            elif arrow.kind == "threadedComment":
                ours = [
                    _our_persons(parts[a.target])
                    for a in book.values()
                    if a.kind == "person" and a.target in parts
                ]
                _read_threads(part, frozenset().union(*ours), threads)
            elif arrow.kind == "drawing":
                _read_drawing(part, found)
        except (RefusedFile, ValueError):
            continue
    found.notes |= threads  # each has a note, too, for programs that know no conversations
    return found


def _read_notes(part: bytes, notes: dict[Place, str]) -> None:
    authors: list[str] = []
    place: Place | None = None
    pieces: list[str] = []
    is_text = False

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal place, is_text
        element = local_name(name)
        if element == "author":
            authors.append("")
            pieces.clear()
        elif element == "comment":
            number = attributes.get("authorId", "0")
            author = authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
            is_ours = author.rstrip().endswith(OUR_AUTHOR)
            place = None if is_ours else parse_address(attributes.get("ref", ""))
            pieces.clear()
        is_text = element in ("t", "author")

    def on_end(name: str) -> None:
        nonlocal is_text
        element, is_text = local_name(name), False
        if element == "author":
            authors[-1] = "".join(pieces)
        elif element == "comment" and place is not None and len(notes) < _MOST:
            notes[place] = "".join(pieces)[:_LONGEST]

    def on_text(text: str) -> None:
        if is_text:
            pieces.append(text)

    parse_xml(part, on_start, on_end, on_text)


def _our_persons(part: bytes) -> frozenset[str]:
    found: set[str] = set()

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        if local_name(name) == "person" and attributes.get("displayName", "").endswith(OUR_AUTHOR):
            found.add(attributes.get("id", ""))

    parse_xml(part, on_start)
    return frozenset(found)


def _read_threads(part: bytes, ours: frozenset[str], notes: dict[Place, str]) -> None:
    place: Place | None = None
    pieces: list[str] = []
    is_text = False

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal place, is_text
        element = local_name(name)
        if element == "threadedComment":
            is_ours = attributes.get("personId", "") in ours
            place = None if is_ours else parse_address(attributes.get("ref", ""))
            pieces.clear()
        is_text = element == "text"

    def on_end(name: str) -> None:
        nonlocal is_text
        element, is_text = local_name(name), False
        if element == "threadedComment" and place is not None and len(notes) < _MOST:
            said = "".join(pieces)
            notes[place] = (f"{notes[place]} | {said}" if place in notes else said)[:_LONGEST]

    def on_text(text: str) -> None:
        if is_text:
            pieces.append(text)

    parse_xml(part, on_start, on_end, on_text)


def _read_drawing(part: bytes, found: Beside) -> None:
    """Read the pictures and the boxes of text of one drawing, each with the cells that it covers."""
    path: list[str] = []
    numbers: dict[tuple[str, str], int] = {}  # the corner (from, to) and what of it (row, col)
    size: Mapping[str, str] = {}
    pieces: list[str] = []
    is_picture = False

    def on_start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal is_picture, size
        element = local_name(name)
        path.append(element)
        if element.endswith("Anchor"):
            numbers.clear()
            pieces.clear()
            is_picture, size = False, {}
        elif element == "pic":
            is_picture = True
        elif element == "ext" and len(path) > 1 and path[-2].endswith("Anchor"):
            size = attributes

    def on_end(_: str) -> None:
        element = path.pop()
        if not element.endswith("Anchor") or ("from", "row") not in numbers:
            return
        first = numbers["from", "row"] + 1, numbers.get(("from", "col"), 0) + 1
        rows, columns = (
            int(size.get(name, "0") or 0) // unit for name, unit in (("cy", _ROW_EMU), ("cx", _COLUMN_EMU))
        )
        last = (
            numbers.get(("to", "row"), numbers["from", "row"] + rows) + 1,
            numbers.get(("to", "col"), first[1] - 1 + columns) + 1,
        )
        said = " ".join("".join(pieces).split())
        if said and len(found.notes) < _MOST:
            found.notes.setdefault(first, said[:_LONGEST])
        elif is_picture and len(found.pictures) < _MOST:
            found.pictures.append((first, last))

    def on_text(text: str) -> None:
        if path[-1] == "t":
            pieces.append(f"{text} ")
        elif (
            len(path) > 1
            and path[-2] in ("from", "to")
            and path[-1] in ("row", "col")
            and text.strip().isdigit()
        ):
            numbers[path[-2], path[-1]] = int(text.strip()[:9])

    parse_xml(part, on_start, on_end, on_text)
