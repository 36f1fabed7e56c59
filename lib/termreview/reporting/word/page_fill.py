"""One order of the pieces of a document in which no picture leaves a page half empty: text that follows it goes first.

Where a page ends is known to the program that shows the document alone; here it is reckoned from the letters of the
template's styles. A piece reckoned wrong stands as it would without: no text is lost, none changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import ceil
from typing import Any, Final

from termreview.reporting.charts.drawing.text import text_width

# A line of Times New Roman beside the same words in the font of the charts; how high one is, in letters.
NARROWER: Final = 0.89
LINE: Final = 1.15
# What a page may leave empty below its text, as a share of it.
SLACK: Final = 0.12
# A heading stays with so many lines of the text below it.
WITH_HEADING: Final = 2
HEADING, TEXT, FLOAT, TABLE, BLOCK, BREAK = "heading", "text", "float", "table", "block", "break"


@dataclass(frozen=True)
class Spacing:
    """How the paragraphs of one style are set, in points; `line` is a factor."""

    size: float
    line: float
    before: float
    after: float
    indent: float

    @property
    def line_height(self) -> float:
        """How high one line is."""
        return self.size * LINE * self.line

    def height(self, text: str, room: float) -> float:
        """About how high one paragraph is on a page so wide."""
        # Word by word: a chart has no use for a text of many lines, and measures no more of it.
        width = sum(text_width(word, self.size) for word in text.split())
        width += text.count(" ") * text_width("_", self.size) / 2
        lines = ceil((self.indent + NARROWER * width) / room)
        return self.before + max(lines, 1) * self.line_height + self.after


def spacing_of(style: Any) -> Spacing:
    """How one style of a template sets its paragraphs: its own formats, or those of the styles that it builds on."""

    def found(read: Callable[[Any], Any], otherwise: float) -> float:
        own = style
        while own is not None and read(own) is None:
            own = own.base_style
        value = None if own is None else read(own)
        return otherwise if value is None else float(getattr(value, "pt", value))

    size = found(lambda own: own.font.size, 12.0)
    line = found(lambda own: own.paragraph_format.line_spacing, 1.0)
    return Spacing(
        size,
        line if line < 4 else line / (size * LINE),  # an exact height, not a factor
        found(lambda own: own.paragraph_format.space_before, 0.0),
        found(lambda own: own.paragraph_format.space_after, 0.0),
        found(lambda own: own.paragraph_format.first_line_indent, 0.0),
    )


@dataclass(frozen=True)
class Piece:
    """One piece in reading order: what it is to the page, about how high it is in points, its place among all.

    Pieces of one `series` are numbered together: figures, tables.
    """

    role: str
    height: float
    place: int
    series: str = ""


def filled_order(pieces: Sequence[Piece], room: float) -> list[int]:
    """The places of the pieces in an order that fills pages of one height.

    A float that the rest of its page has no room for waits while text fills that page, never past a break (the next
    part); what is numbered keeps its turn in its series, a table that pages may split waits behind every float. One right below a heading stays there.
    """
    return list(_Pages(room).order(pieces))


class _Pages:
    """Where on its page the next piece would begin, and the floats that wait for a page with room."""

    def __init__(self, room: float) -> None:
        self.room, self.at = room, 0.0
        self.waiting: list[Piece] = []

    def order(self, pieces: Sequence[Piece]) -> Iterator[int]:
        last = BREAK
        for piece, following in zip_longest(pieces, pieces[1:], fillvalue=Piece(BREAK, 0.0, -1)):
            is_free = piece.role in (FLOAT, TABLE) and last not in (HEADING, BREAK)
            if is_free and (self._has_to_wait(piece) or not self._has_room(piece)):
                self.waiting.append(piece)
                continue
            is_ahead = is_free and bool(self.waiting)  # of a picture that waits
            if not is_ahead and (
                piece.role not in (TEXT, HEADING)
                or (piece.role == HEADING and following.role in (FLOAT, TABLE))
            ):
                yield from self._all()
            elif self.waiting and piece.role == HEADING and self._is_at_end(piece, following):
                yield from self._fitting(is_new=True)
            yield piece.place
            if self._put(piece, is_whole=piece.role in (FLOAT, HEADING)):
                yield from self._fitting()
            last = piece.role
        yield from self._all()

    def _has_to_wait(self, piece: Piece) -> bool:
        return any(piece.role == TABLE or one.series == piece.series for one in self.waiting)

    def _has_room(self, piece: Piece) -> bool:
        if piece.role == TABLE:
            return True
        rest = self.room - self.at
        return piece.height <= rest or rest <= SLACK * self.room

    def _is_at_end(self, heading: Piece, following: Piece) -> bool:
        """Whether a heading, which stays with what follows, begins the next page."""
        below = min(following.height, WITH_HEADING * heading.height)
        return self.at + heading.height + below > self.room

    def _put(self, piece: Piece, is_whole: bool) -> bool:
        """Go on below one piece; whether it begins or ends on the next page."""
        self.at += piece.height
        if self.at <= self.room:
            return False
        self.at = piece.height if is_whole else self.at % self.room
        return True

    def _fitting(self, is_new: bool = False) -> Iterator[int]:
        if is_new:
            self.at = 0.0
        while self.waiting and self._has_room(self.waiting[0]):
            piece = self.waiting.pop(0)
            yield piece.place
            self._put(piece, is_whole=piece.role == FLOAT)

    def _all(self) -> Iterator[int]:
        while self.waiting:
            piece = self.waiting.pop(0)
            yield piece.place
            self._put(piece, is_whole=piece.role == FLOAT)
