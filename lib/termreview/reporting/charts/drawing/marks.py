"""One mark of a chart as a short list of plain values, so that a notebook can carry it and print draw it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from termreview.reporting.charts.drawing.canvas import Box, Dot, Mark, Stroke, Words
from termreview.reporting.charts.drawing.style import Style


def written_mark(mark: Mark) -> list[Any]:
    """Write one mark as its letter and its values, lengths in hundredths of a pixel at most."""
    match mark:
        case Box(style=style):
            sizes = [_n(mark.x), _n(mark.y), _n(mark.width), _n(mark.height)]
            return ["b", *sizes, style.fill, int(style.is_hatched), mark.edge, _n(mark.edge_width)]
        case Stroke():
            points = [_n(value) for point in mark.points for value in point]
            return ["s", points, mark.colour, _n(mark.width), int(mark.is_dashed), int(mark.is_round)]
        case Dot():
            sizes = [_n(mark.x), _n(mark.y), _n(mark.radius)]
            return ["d", *sizes, mark.fill, mark.edge, _n(mark.edge_width)]
        case Words():
            place = [_n(mark.x), _n(mark.y), mark.text, mark.anchor]
            return ["w", *place, _n(mark.size), mark.colour, int(mark.is_bold), _n(mark.angle)]


def read_mark(values: Sequence[Any]) -> Mark:
    """Read one mark as `written_mark` wrote it."""
    kind, *rest = values
    if kind == "b":
        x, y, width, height, fill, is_hatched, edge, edge_width = rest
        return Box(x, y, width, height, Style(fill, is_hatched=bool(is_hatched)), edge, edge_width)
    if kind == "s":
        points, colour, width, is_dashed, is_round = rest
        pairs = tuple(zip(points[::2], points[1::2], strict=True))
        return Stroke(pairs, colour, width, bool(is_dashed), bool(is_round))
    if kind == "d":
        return Dot(*rest)
    x, y, text, anchor, size, colour, is_bold, angle = rest
    return Words(x, y, text, anchor, size, colour, bool(is_bold), angle)


def _n(number: float) -> float:
    rounded = round(float(number), 2)
    return int(rounded) if rounded.is_integer() else rounded
