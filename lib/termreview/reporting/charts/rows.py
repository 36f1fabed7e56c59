"""Charts of one figure per row: ratios against their targets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Stroke, Words
from termreview.reporting.charts.drawing.layout import (
    FORMATS_BY_UNIT,
    draw_legend,
    draw_names,
    finite,
    name_width,
    nice_top,
    no_figures,
    place_rows,
    scale,
)
from termreview.reporting.charts.drawing.style import ALERT, BEST, GREY_PALE, LOW, MIDDLE, MUTED, PAPER, Style
from termreview.reporting.charts.drawing.text import SMALL_SIZE, text_width
from termreview.reporting.charts.figures import Figure, drawn, nothing_to_draw

_OUTCOMES = {
    "đạt mức đề ra": BEST,
    "chưa đạt mức đề ra": LOW,
    "không có mức đề ra": MIDDLE,
}


def ratio_strip(
    frame: pd.DataFrame,
    *,
    label: str,
    value: str,
    numerator: str,
    denominator: str,
    line: str | None,
    better: str,
    unit: str,
    title: str,
    alt: str,
    caption: str = "",
) -> Figure:
    """Draw one bar per ratio or per school level, with its target marked and its two counts written out.

    `value` and `line` hold percentages as 0-100 (unit percent) or plain ratios (unit ratio); `better` is higher or
    lower. `better` and `unit` may also name columns of the frame.
    """
    if frame.empty:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    records = frame.to_dict("records")
    values = [number_text(record[value], FORMATS_BY_UNIT[_own(record, unit)]) for record in records]
    counts = [f"{number_text(record[numerator])}/{number_text(record[denominator])}" for record in records]
    targets = [_target_text(record, line, better, unit) for record in records]
    outcomes = [_outcome(record, value, line, better) for record in records]
    left = name_width(frame[label], most=250) + 12
    value_width = max(text_width(text, is_bold=True) for text in values) + 10
    count_width = max(text_width(text, SMALL_SIZE) for text in counts)
    right = WIDTH - 14 - max(value_width + count_width, *(text_width(text, SMALL_SIZE) for text in targets))
    legend = [(name, style) for name, style in _OUTCOMES.items() if name in outcomes and line]
    marks, top = draw_legend(legend, 0, WIDTH)
    rows = place_rows(list(frame[label]), left - 12, top, height=42)
    marks += draw_names(rows, left - 12)
    plain = [record for record in records if _own(record, unit) != "percent"]
    most = nice_top(finite(record[name]) for record in plain for name in (value, line) if name)
    for place, (row, record) in enumerate(zip(rows, records, strict=True)):
        at = scale((0, 100 if _own(record, unit) == "percent" else most), left, right)
        found, target = finite(record[value]), finite(record[line]) if line else None
        if found is None:
            marks += no_figures(left - 8, row.middle)
        else:
            marks.append(Box(left, row.middle - 8, right - left, 16, Style(GREY_PALE)))
            marks.append(Box(left, row.middle - 8, at(found) - left, 16, _OUTCOMES[outcomes[place]]))
        if target is not None:
            ends = ((at(target), row.middle - 13), (at(target), row.middle + 13))
            marks += [Stroke(ends, PAPER, 5), Stroke(ends, ALERT, 2.2)]
        first = row.middle - (9 if targets[place] else 0)
        marks += [
            Words(right + 14, first, values[place], is_bold=True),
            Words(right + 14 + value_width, first, counts[place], size=SMALL_SIZE),
            Words(right + 14, row.middle + 9, targets[place], size=SMALL_SIZE, colour=MUTED),
        ]
    return drawn(marks, rows[-1].bottom + 4, title=title, alt=alt, caption=caption)


def _own(record: dict[Any, Any], name: str) -> str:
    return str(record[name]) if name in record else name


def _outcome(record: dict[Any, Any], value: str, line: str | None, better: str) -> str:
    found, target = finite(record[value]), finite(record[line]) if line else None
    if found is None or target is None:
        return "không có mức đề ra"
    is_met = found >= target if _own(record, better) == "higher" else found <= target
    return "đạt mức đề ra" if is_met else "chưa đạt mức đề ra"


def _target_text(record: dict[Any, Any], line: str | None, better: str, unit: str) -> str:
    if line is None or finite(record[line]) is None:
        return ""
    word = "tối thiểu" if _own(record, better) == "higher" else "tối đa"
    return f"mức đề ra {word} {number_text(record[line], FORMATS_BY_UNIT[_own(record, unit)])}"
