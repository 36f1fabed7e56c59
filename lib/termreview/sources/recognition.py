"""One sheet of an export recognised: which layout it has, in which row its heads stand, and in which column each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from termreview.reference.kinds.sources import ExportLayout
from termreview.text import fold

HEAD_ROWS = 15  # the first rows, in one of which the heads stand
FIRST_ROWS = 60  # looked at to tell which of several columns of one head is filled
_DATED = re.compile(r"\s*\[[^\]]*\]\s*$")  # Classes created [2026-04-03 GMT+0]
_REPEATED = re.compile(r"\.\d+$")  # a head that another program found twice
_ASIDE = re.compile(r"\s*\([^)]*\)\s*$")  # Tỉnh/Thành phố (Theo địa chỉ thường trú)


class Recognised(NamedTuple):
    """One layout found on one sheet: the number of its head row (from 0) and the place of each column (from 0)."""

    layout: ExportLayout
    head_row: int
    places: dict[str, int]


def recognise(rows: Sequence[Sequence[Any]], layouts: Iterable[ExportLayout]) -> list[Recognised]:
    """The layouts that one sheet may have, by its first rows: those of which most columns are there.

    Heads are known by their words, whatever their order, case, line breaks, marks of Unicode, dates in brackets or
    signs behind them. More than one is for the office to tell apart.
    """
    found: list[Recognised] = []
    heads = [(number, _heads(rows, number)) for number in range(min(HEAD_ROWS, len(rows)))]
    for layout in layouts:
        wanted = {name: {fold(head) for head in column.heads} for name, column in layout.columns.items()}
        best: Recognised | None = None
        for number, row in heads:
            places = {
                name: place
                for name, words in wanted.items()
                if (place := next((row[word] for word in words if word in row), None)) is not None
            }
            if all(name in places for name in layout.required) and (
                best is None or len(places) > len(best.places)
            ):
                best = Recognised(layout, number, places)
        if best is not None:
            found.append(best)
    most = max((len(one.places) for one in found), default=0)
    return [one for one in found if len(one.places) == most]


def _heads(rows: Sequence[Sequence[Any]], number: int) -> dict[str, int]:
    """Where each head of one row stands; of several columns of one head the one that is filled most, then the first."""
    places: dict[str, list[int]] = {}
    for place, value in enumerate(rows[number]):
        if isinstance(value, str) and value.strip():
            for words in spellings(value):
                places.setdefault(words, []).append(place)
    below = rows[number + 1 :]
    return {
        words: found[0] if len(found) == 1 else max(found, key=lambda place: (_filled(below, place), -place))
        for words, found in places.items()
    }


def _filled(rows: Sequence[Sequence[Any]], place: int) -> int:
    return sum(place < len(row) and row[place] not in ("", None) for row in rows)


def spellings(head: str) -> list[str]:
    """One head as declarations may know it: as it stands, and without what programs put behind it."""
    plain = _REPEATED.sub("", _DATED.sub("", head.replace("\n", " "))).strip(" *")
    return list(dict.fromkeys((fold(head), fold(plain), fold(_ASIDE.sub("", plain)))))
