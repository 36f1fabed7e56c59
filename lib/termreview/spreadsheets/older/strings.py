"""One text of an ``.xls`` file, out of the record, or the records, that hold it."""

from __future__ import annotations

import re
import struct

_HALF = re.compile("[\ud800-\udfff]")


def short_text(body: bytes, position: int, width: int, letters: str) -> str:
    """Return one text with its length in `width` bytes; in Excel 97 and later a byte says how wide its letters are."""
    length = int.from_bytes(body[position : position + width], "little")
    start = position + width
    if letters:
        return body[start : start + length].decode(letters, "replace")
    if body[start] & 1:
        return body[start + 1 : start + 1 + 2 * length].decode("utf-16-le", "replace")
    return body[start + 1 : start + 1 + length].decode("latin-1")


def pieces_text(pieces: list[bytes], letters: str) -> str:
    """Return one text that runs on over several records, each of which says anew how wide its letters are."""
    length = int.from_bytes(pieces[0][:2], "little")
    rest = [pieces[0][2:], *pieces[1:]]
    if letters:
        return b"".join(rest)[:length].decode(letters, "replace")
    texts = [
        piece[1:].decode("utf-16-le" if piece[0] & 1 else "latin-1", "surrogatepass")
        for piece in rest
        if piece
    ]
    return whole_letters("".join(texts)[:length])


def whole_letters(text: str) -> str:
    """Return one text with the halves of its letters joined; a half that stands alone becomes the mark of none."""
    if _HALF.search(text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def shared_strings(pieces: list[bytes]) -> list[str]:
    """Return the strings that the cells of one workbook share, in order; formatting and readings left out."""
    return rich_strings(pieces)[0]


def rich_strings(pieces: list[bytes]) -> tuple[list[str], dict[int, list[tuple[int, int]]]]:
    """Return the shared strings, and of those of several fonts from which letter on which font holds.

    They run on over several records; a string that is cut says in the next one anew how wide its letters are.
    """
    data = b"".join(pieces)
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    strings: list[str] = []
    changes: dict[int, list[tuple[int, int]]] = {}
    at, part = 8, 1
    count = struct.unpack_from("<I", data, 4)[0] if pieces else 0
    while len(strings) < count and at + 3 <= len(data):
        left, marks = struct.unpack_from("<HB", data, at)
        at += 3
        runs = struct.unpack_from("<H", data, at)[0] if marks & 8 else 0
        at += 2 if marks & 8 else 0
        more = struct.unpack_from("<I", data, at)[0] if marks & 4 else 0
        at += 4 if marks & 4 else 0
        texts, width = [], 1 + (marks & 1)
        while left and at < len(data):
            while ends[part] < at:
                part += 1
            length = min(left, (ends[part] - at) // width)
            letters = data[at : at + length * width]
            texts.append(letters.decode("utf-16-le" if width == 2 else "latin-1", "surrogatepass"))
            at, left = at + length * width, left - length
            if left and ends[part] < len(data):
                at, width = ends[part] + 1, 1 + (data[ends[part]] & 1)
            elif left:
                break
        if runs and at + 4 * runs <= len(data):
            changes[len(strings)] = [struct.unpack_from("<HH", data, at + 4 * run) for run in range(runs)]
        strings.append(whole_letters("".join(texts)))
        at += 4 * runs + more
    return strings, changes
