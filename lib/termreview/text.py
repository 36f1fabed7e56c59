"""One Vietnamese text, made comparable: NFC, case, tone placement and look-alike letters folded."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

NOTHING_WORDS = (
    "không", "không có", "chưa", "chưa có", "không phát sinh", "ko", "ko có", "none", "-", "–", "—",
)  # fmt: skip

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LOOK_ALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ", "\u00a0": " ", "\u202f": " "})
_STROKE = str.maketrans("đĐ", "dD")
_SEPARATORS = str.maketrans(",.", ".,")
_SPACE = re.compile(r"\s+")
# Joiners, marks of direction, soft hyphens, selectors, controls, noncharacters: stored, and never seen.
_PRINTABLE_INVISIBLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    + _PRINTABLE_INVISIBLE
    + "\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0001-\U000e007f]"
)
_REPLACED = re.compile(f"[ÐðƉɖ{_PRINTABLE_INVISIBLE}]")  # what else clean() replaces cannot be printed
_PUNCTUATION = re.compile(r"[\s.,;:&/()\"'’“”–—_-]+")
_CLUSTER = re.compile(f"(o[ae]|uy)([{_TONES}])|([ou])([{_TONES}])([aey])")


@lru_cache(maxsize=8192)  # an answer is looked at from several sides
def clean(text: str) -> str:
    """One text as people mean it: NFC, single spaces, Vietnamese Đ, no invisible characters."""
    if (
        text.isprintable()  # no white space but plain spaces
        and "  " not in text
        and text[:1] != " "
        and text[-1:] != " "
        and (text.isascii() or _is_plain(text))
    ):
        return text
    visible = _INVISIBLE.sub("", text.translate(_LOOK_ALIKES))
    return _SPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def has_invisible(text: str) -> bool:
    """Say whether one text holds characters that nobody sees."""
    return not text.isascii() and _INVISIBLE.search(text) is not None


def _is_plain(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and _REPLACED.search(text) is None


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """One text as a key for comparing: `Hoà`, `HÒA` and decomposed `Hòa` are one; accents stay.

    Never stripped to ASCII: "Đông" and "Dòng" remain two names. Punctuation and `và`/`&` between words
    read alike, so that TH&THCS, TH-THCS and "TH và THCS" are one.
    """
    lowered = clean(text).casefold()
    words = [word for word in _PUNCTUATION.split(lowered) if word and word != "và"]
    decomposed = unicodedata.normalize("NFD", " ".join(words))
    moved = _CLUSTER.sub(_tone_last, decomposed)
    return unicodedata.normalize("NFC", moved)


def spelled_out(folded: str, abbreviations: Mapping[str, str]) -> str:
    """One folded text with its abbreviations spelled out: "số hs nữ" is "số học sinh nữ"."""
    return " ".join(abbreviations.get(word, word) for word in folded.split())


@lru_cache(maxsize=8192)  # names are of few words
def unaccented(text: str) -> str:
    """One text without its accents: only to recognise what was typed without them."""
    letters = unicodedata.normalize("NFD", text.translate(_STROKE))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def plain_key(text: str, abbreviations: Mapping[str, str] | None = None) -> str:
    """One text as a key that forgives case, accents and abbreviations."""
    return unaccented(spelled_out(fold(text), abbreviations or {}))


def _tone_last(match: re.Match[str]) -> str:
    if match[1]:
        return match[1] + match[2]
    return match[3] + match[5] + match[4]


def stored_number_text(value: float) -> str:
    """One number as stored, written the Vietnamese way: 29.093 and 94,64 (15 digits, as a spreadsheet keeps)."""
    is_whole = math.isfinite(value) and value == int(value) and abs(value) < 1e18
    return vietnamese_separators(f"{int(value):,}" if is_whole else f"{value:,.15g}")


def vietnamese_separators(digits: str) -> str:
    """One number as Python groups it, `1,234.5`, with a point between thousands and a decimal comma: `1.234,5`."""
    return digits.translate(_SEPARATORS)


def day_text(day: datetime.date | str) -> str:
    """One day as a reader writes it, `10/01/2024`; a text is one that a record holds, `2024-01-10`."""
    on = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    return f"{on.day:02d}/{on.month:02d}/{on.year:04d}"


def capitalised(text: str) -> str:
    """One text with a capital in front, its other letters as they are."""
    return text[:1].upper() + text[1:]
