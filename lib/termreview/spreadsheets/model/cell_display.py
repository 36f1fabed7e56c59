"""One cell's fonts and ground, and what a person sees of its letters: crossed out, raised, unseen, or signs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from termreview.spreadsheets.model.workbook_model import Display

WHITE, BLACK = "FFFFFF", "000000"
STRUCK, RAISED, INVISIBLE = "struck", "raised", "invisible"
_LEAST_CONTRAST, _NEAR = 1.3, 64
SIGN_HINTS = (b"ingdings", b"ebdings", b"Symbol")

# What the letters of a font of signs show, as far as forms are filled in with them.
_SIGNS = {
    "wingdings": {
        "ü": "✓", "û": "✗", "þ": "☑", "ý": "☒", "x": "☒", "¨": "☐", "o": "☐", "q": "☐", "r": "☐", "n": "■", "l": "●",
        "¡": "○", "§": "■", "v": "❖", "Ø": "➢", "à": "→", "è": "→", "ð": "→",
    },
    "wingdings 2": {
        "P": "✓", "O": "✗", "R": "☑", "Q": "☒", "S": "☒", "T": "☒", "£": "☐", "*": "☐", "¢": "■", "U": "☒", "V": "☒",
    },
    "webdings": {"a": "✓", "r": "✗", "c": "☐", "g": "■", "n": "●", "=": "●"},
    "symbol": {"Ö": "√", "´": "×", "·": "•"},
}  # fmt: skip
_LIKE_LETTERS = frozenset({"symbol"})  # its digits and stops are those of any font


class Font(NamedTuple):
    """One font as far as it changes what is read; its colour is nothing where it is the usual one."""

    name: str = ""
    is_struck: bool = False
    is_raised: bool = False
    colour: str | None = None


class Look(NamedTuple):
    """How the cells of one style look: nothing of note for nearly all; the colour of the ground, if it is one."""

    display: Display | None = None
    ground: str | None = WHITE


PLAIN = Look()
Runs = Sequence[tuple[str, Font | None]]


def sign_font(name: str) -> str:
    """The name of a font of signs, as its table bears it; nothing for any other font."""
    folded = name.strip().casefold()
    return folded if folded in _SIGNS else ""


def sign_text(text: str, font: str) -> str | None:
    """The signs that one text shows in a font of signs; None where it holds others than are known."""
    table, shown = _SIGNS[font], []
    for letter in text:
        if 0xF020 <= ord(letter) <= 0xF0FF:  # as Word and Excel insert a sign
            letter = chr(ord(letter) - 0xF000)
        if letter not in table and not letter.isspace() and font not in _LIKE_LETTERS:
            return None
        shown.append(table.get(letter, letter))
    return "".join(shown)


@lru_cache(maxsize=4096)
def is_lost(colour: str | None, ground: str | None) -> bool:
    """Whether letters of one colour cannot be told from their ground."""
    if ground is None:
        return False
    letters, behind = _channels(colour or BLACK), _channels(ground)
    bright, dark = sorted((_luminance(letters), _luminance(behind)), reverse=True)
    is_near = max(abs(one - other) for one, other in zip(letters, behind, strict=True)) <= _NEAR
    return is_near and (bright + 0.05) / (dark + 0.05) < _LEAST_CONTRAST


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:6], 16)


def _luminance(channels: tuple[int, int, int]) -> float:
    linear = [
        part / 12.92 if (part := channel / 255) <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for channel in channels
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def tinted(colour: str, tint: float) -> str:
    """One colour made lighter (up to 1) or darker (down to -1), as spreadsheets tint those of a theme."""
    moved = (
        channel * (1 + tint) if tint < 0 else channel + (255 - channel) * tint
        for channel in _channels(colour)
    )
    return "".join(f"{min(max(round(channel), 0), 255):02X}" for channel in moved)


def look_of(font: Font, ground: str | None, is_checkbox: bool = False) -> Look:
    """How the cells of one font and ground look."""
    signs, is_unseen = sign_font(font.name), is_lost(font.colour, ground)
    if not (signs or font.is_struck or is_checkbox or is_unseen):
        return PLAIN if ground == WHITE else Look(None, ground)
    return Look(Display(font.is_struck, is_unseen, signs, is_checkbox), ground)


def display_of_runs(runs: Runs, look: Look) -> Display | None:
    """How one text of several fonts is shown in a cell of one look; a run without a font has that of the cell.

    None where it looks as any text does.
    """
    cell = look.display or Display()
    pieces: list[tuple[str, str]] = []
    is_translated = False
    for text, font in runs:
        if not text:
            continue
        is_struck, is_unseen, signs = cell.is_struck, cell.is_invisible, cell.sign_font
        if font is not None:
            is_struck, is_unseen = font.is_struck, is_lost(font.colour, look.ground)
            signs = sign_font(font.name) if font.name else signs
        shown = sign_text(text, signs) if signs else None
        is_translated |= shown is not None
        is_raised = font is not None and font.is_raised
        mark = INVISIBLE if is_unseen else STRUCK if is_struck else RAISED if is_raised else ""
        pieces.append((text if shown is None else shown, mark))
    marks = {mark for text, mark in pieces if text.strip()}
    if marks == {STRUCK}:
        return Display(is_struck=True)
    if marks == {INVISIBLE}:
        return Display(is_invisible=True)
    if marks <= {"", RAISED} and not (is_translated or (RAISED in marks and "" in marks)):
        return None
    return Display(pieces=tuple(pieces))


def cut_runs(text: str, starts: Sequence[tuple[int, int]], fonts: Sequence[Font]) -> Runs:
    """One text cut where its letters change their font: `starts` tell from which letter on which font holds."""
    runs: list[tuple[str, Font | None]] = []
    begin, font = 0, None
    for start, number in (*starts, (len(text), -1)):
        if begin < start <= len(text):
            runs.append((text[begin:start], font))
            begin = start
        font = fonts[number] if 0 <= number < len(fonts) else None
    return runs


def left_to_read(display: Display, is_prose: bool) -> str:
    """What is left of a text without what is crossed out or unseen; in prose a raised sign belongs to the text."""
    dropped = (STRUCK, INVISIBLE) if is_prose else (STRUCK, INVISIBLE, RAISED)
    return "".join(text for text, mark in display.pieces if mark not in dropped)
