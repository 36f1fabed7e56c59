"""One page that keeps no values of its own, as pages were published until the end of 2026: its tables read from its text.

What it tells is compared by the figures that the program tells at the same places. Without reports issued before 2027 to
be compared with, this module goes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from typing import Final

from termreview.reporting.blocks.tables import continued
from termreview.reporting.changes.places import CELL, FIGURE, FiguredText, PlaceKey, ReportContent, Where
from termreview.reporting.pages.reading import one_line, read_places

_NUMBER: Final = re.compile(r"−?\d[\d.]*(?:,\d+)?")
_CONTINUED: Final = continued("")


def tables_of_page(markup: str, like: ReportContent, leaving: Collection[str]) -> ReportContent:
    """What the tables of one page tell; its key figures and sentences are those of the report told anew, `like`."""
    columns = {(key.table, key.table_number, like.where[key].column): key.column for key in like.cells}
    captions = {like.where[key].table: (key.table, key.table_number) for key in like.cells}
    groups = {(like.where[key].row): key.group for key in like.cells}
    cells = {key: one for key, one in like.cells.items() if key.kind != CELL}
    where = {key: like.where[key] for key in cells}
    seen: Counter[tuple[str, ...]] = Counter()
    for place in read_places(markup):
        if place.kind != "cell" or place.names[1] in ("", place.group):
            continue
        caption, row, column = map(one_line, place.names)
        caption = caption.removesuffix(_CONTINUED)
        if caption in leaving:
            continue
        group = one_line(place.group)
        shown = " – ".join(words for words in (group, row) if words)
        table = captions.get(caption, (_bare(caption), 1))
        name = columns.get((*table, column), column)
        at = (*table[:1], groups.get(shown, _bare(group)), row, name)
        seen[at] += 1
        key = PlaceKey(CELL, *table, at[1], row, seen[at], name, 1)
        cells[key], where[key] = (
            _figured_cell(one_line(place.text), like.cells.get(key)),
            Where("", caption, shown, column),
        )
    return ReportContent(cells, where, like.sentences)


def _figured_cell(text: str, like: FiguredText | None) -> FiguredText:
    """One cell of the page with its figures by the keys of the same cell told anew, where it has as many."""
    if like is not None and text == like.text:
        return like
    numbers = _NUMBER.findall(text)
    if like is None or len(numbers) != len(like.figures):
        return FiguredText("", text, text, {})
    amounts = [Decimal(number.replace(".", "").replace(",", ".").replace("−", "-")) for number in numbers]
    return FiguredText("", text, like.bare, dict(zip(like.figures, amounts, strict=True)))


def _bare(text: str) -> str:
    return _NUMBER.sub(FIGURE, text)
