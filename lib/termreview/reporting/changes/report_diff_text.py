"""One printed text taken apart: the figures in it, and the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from termreview.reporting.blocks.number_format import MISSING_MARK

FIGURE: Final = "\ufffc"  # stands for one figure in the words around it; no text of data holds it
_RANGE: Final = "\ufffc–\ufffc"
# What has digits and is no figure: the number of a document, a day, a school year, a level, the code of an item or a section.
_WORDS: Final = (
    r"\d+(?:/\d+)*/[^\W\d_][\w-]*", r"\d{1,2}/\d{1,2}/\d{4}", r"\d{4}[-–]\d{4}", r"[Mm]ức (?:độ )?\d+",
    r"(?:[Nn]hóm|[Kk]hối|[Ll]ớp|[Pp]hụ lục|[Bb]ảng|[Mm]ục|[Tt]iêu chí|[Qq]uý|[Ss]ố thứ tự) \d+(?:\.\d+)*",
    r"\d+(?:\.\d{1,2})+(?!\d)", r"[^\W\d_][\w.-]*\d[\w.-]*", r"\d+_*[^\W\d_]\w*",
)  # fmt: skip
_NUMBER: Final = r"−?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?"
_SENTENCE_END: Final = re.compile(r"(?<=[.;!?]) +(?=\S)")


@dataclass(frozen=True)
class PrintedText:
    """One text: its words with a sign in the place of each figure (`skeleton`), and the figures as they are printed."""

    text: str
    skeleton: str
    figures: tuple[str, ...]

    @property
    def ranges(self) -> tuple[bool, ...]:
        """Of each figure or range of figures, in their order, whether it is a range."""
        return tuple(found == _RANGE for found in re.findall(f"{_RANGE}|{FIGURE}", self.skeleton))

    @property
    def units(self) -> tuple[str, ...]:
        """What stands right behind each figure: a word, a sign of per cent, a stroke."""
        return tuple(re.findall(FIGURE + r"\s*(\w+|[^\w\s]|$)", self.skeleton))

    @property
    def tokens(self) -> list[str]:
        """The words one by one, with the sign of a figure as one of them."""
        return re.findall(rf"{FIGURE}|\w+", self.skeleton)

    @property
    def bare(self) -> str:
        """The words with one sign for a figure and for a range alike."""
        return self.skeleton.replace(_RANGE, FIGURE)


def take_apart(text: str, names: Sequence[str] = ()) -> PrintedText:
    """Take one text apart; digits in `names` (of schools) are no figures."""
    plain = re.sub(r"\s+", " ", text).strip()
    figures: list[str] = []

    def told(found: re.Match[str]) -> str:
        if found["number"] is None:
            return found[0]
        figures.append(found[0])
        return FIGURE

    return PrintedText(plain, _pattern(tuple(names)).sub(told, plain), tuple(figures))


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    numbered = sorted(
        (name for name in set(names) if re.search(r"\d", name)), key=lambda name: (-len(name), name)
    )
    words = "|".join([*map(re.escape, numbered), *_WORDS])
    return re.compile(f"(?:{words})|(?P<number>{_NUMBER})")


def sentences(text: str) -> list[str]:
    """One text in pieces that are compared one by one: sentences, and the parts between semicolons, without their ends."""
    pieces = (piece.rstrip(".;:") for piece in _SENTENCE_END.split(re.sub(r"\s+", " ", text).strip()))
    return [piece for piece in pieces if piece]


def is_nothing(text: str | None) -> bool:
    """Whether nothing is printed at one place, or the mark of what is missing."""
    return text is None or text in ("", MISSING_MARK)


def amount(figure: str) -> Decimal:
    """The number that one figure is printed as."""
    return Decimal(figure.replace(".", "").replace(",", ".").replace("−", "-"))


def decimals_of(figures: Iterable[str]) -> int:
    """To how many decimals the most exact of some figures is printed."""
    return max((len(figure.partition(",")[2]) for figure in figures), default=0)


def aligned_figures(
    texts: Sequence[PrintedText | None], is_sentence: bool = False
) -> list[tuple[str, ...] | None] | None:
    """The figures of one place at each step, in the same order; None where its words changed, not only its figures.

    Where one step prints a range and another a figure, the figure stands as both its ends. A sentence may change
    its words around figures that are as many as before and are followed by the same.
    """
    found = [each for each in texts if each is not None]
    if not found or not any(each.figures for each in found):
        return None
    if len({each.bare for each in found}) > 1:
        is_told = is_sentence and len({each.units for each in found}) == 1
        return [None if each is None else each.figures for each in texts] if is_told else None
    is_range = [any(flags) for flags in zip(*(each.ranges for each in found), strict=True)]
    return [None if each is None else _widened(each, is_range) for each in texts]


def _widened(text: PrintedText, is_range: Sequence[bool]) -> tuple[str, ...]:
    left, told = list(text.figures), list[str]()
    for own, wanted in zip(text.ranges, is_range, strict=True):
        low = left.pop(0)
        high = left.pop(0) if own else low
        told += [low, high] if wanted else [low]
    return tuple(told)
