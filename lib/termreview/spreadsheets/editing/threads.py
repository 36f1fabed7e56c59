"""One reply in a conversation on a cell: where a school's cell has one, today's Excel shows no note beside it.

The note is written, too: older programs and LibreOffice show that one.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from termreview.cells import address, parse_address
from termreview.spreadsheets.editing.marks import Place
from termreview.spreadsheets.editing.package import Parts, Sheet, relationships, workbook_part
from termreview.spreadsheets.editing.xml import (
    Edit,
    Element,
    UnmarkableError,
    attribute_text,
    edited,
    element_text,
    elements,
    prefix_of,
)

_THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"


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
