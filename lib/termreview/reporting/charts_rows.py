"""Charts of one figure per row: bounds of points, ratios against their targets, before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from termreview.reporting.blocks import clean_text
from termreview.reporting.chart_canvas import WIDTH, Box, Dot, Mark, Stroke, Words
from termreview.reporting.chart_layout import (
    draw_axis,
    draw_levels,
    draw_names,
    finite,
    name_width,
    nice_top,
    place_rows,
)
from termreview.reporting.chart_style import (
    ALERT,
    BLUE_DARK,
    BLUE_MID,
    GREY_PALE,
    MUTED,
    PAPER,
    Style,
)
from termreview.reporting.chart_text import SMALL_SIZE, TEXT_SIZE, text_width
from termreview.reporting.figures import NO_FIGURES, Figure, drawn, nothing_to_draw
from termreview.reporting.number_format import interval_text, number_text

_FORMATS = {"percent": "percent1", "points": "points", "ratio": "ratio", "count": "integer"}


def interval_dots(
    frame: pd.DataFrame,
    *,
    label: str,
    low: str,
    high: str,
    lines: Sequence[tuple[float, str]],
    group: str | None,
    title: str,
    alt: str,
    caption: str = "",
    limits: tuple[float, float] = (0, 100),
) -> Figure:
    """Draw one row per school: a dot where its bounds meet, a thick line from low to high otherwise.

    `lines` are the named limits of the levels; `group` is the column whose value heads each run of rows.
    """
    if frame.empty:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    records = frame.to_dict("records")
    size = 12.0 if len(records) > 25 else TEXT_SIZE
    texts = [interval_text(record[low], record[high]) for record in records]
    left = name_width(frame[label], most=250, size=size) + 18
    right = WIDTH - max(text_width(text, size) for text in texts) - 18
    place = _scale(limits, left, right)
    top = 14.0 + 15 * max(1, min(len(lines), 3) - 1) if lines else 6.0
    headings = [clean_text(record[group]) for record in records] if group else None
    rows = place_rows(
        list(frame[label]),
        left - 18,
        top,
        height=19 if len(records) > 25 else 25,
        size=size,
        headings=headings,
    )
    bottom = rows[-1].bottom + 2
    marks = draw_axis([(value, number_text(value)) for value in _ticks(limits)], place, top, bottom)
    marks += draw_levels(lines, place, top, bottom, WIDTH)
    marks += draw_names(rows, left - 18, size=size)
    for row, record, text in zip(rows, records, texts, strict=True):
        start, end = finite(record[low]), finite(record[high])
        if start is None or end is None:
            marks.append(Words(left, row.middle, NO_FIGURES, size=11, colour=MUTED))
        elif text == interval_text(start, start):
            marks.append(Dot(place(start), row.middle, 4.5, BLUE_DARK))
        else:
            ends = ((place(start), row.middle), (place(end), row.middle))
            marks.append(Stroke(ends, BLUE_MID, 7, is_round=True))
            marks += [Dot(x, y, 2.2, BLUE_DARK) for x, y in ends]
        marks.append(Words(WIDTH, row.middle, text, "right", size))
    return drawn(marks, bottom + 22, title=title, alt=alt, caption=caption)


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
    texts = [_ratio_texts(record, value, numerator, denominator, line, better, unit) for record in records]
    left = name_width(frame[label], most=250) + 12
    right = WIDTH - min(max(text_width(text, TEXT_SIZE, True) for pair in texts for text in pair), 250) - 14
    rows = place_rows(list(frame[label]), left - 12, 4, height=44)
    marks = draw_names(rows, left - 12)
    plain = [record for record in records if _own(record, unit) != "percent"]
    most = nice_top(finite(record[name]) for record in plain for name in (value, line) if name)
    for row, record, (first, second) in zip(rows, records, texts, strict=True):
        place = _scale((0, 100 if _own(record, unit) == "percent" else most), left, right)
        marks.append(Box(left, row.middle - 8, right - left, 16, Style(GREY_PALE)))
        found, target = finite(record[value]), finite(record[line]) if line else None
        if found is None:
            marks.append(Words(left + 8, row.middle, NO_FIGURES, size=SMALL_SIZE, colour=MUTED))
        else:
            is_met = target is None or (
                found >= target if _own(record, better) == "higher" else found <= target
            )
            marks.append(
                Box(left, row.middle - 8, place(found) - left, 16, Style(BLUE_DARK if is_met else BLUE_MID))
            )
        if target is not None:
            x = place(target)
            marks += [
                Stroke(((x, row.middle - 13), (x, row.middle + 13)), PAPER, 5),
                Stroke(((x, row.middle - 13), (x, row.middle + 13)), ALERT, 2.2),
            ]
        marks += [
            Words(right + 14, row.middle - (9 if second else 0), first, is_bold=True),
            Words(right + 14, row.middle + 9, second, size=SMALL_SIZE, colour=MUTED),
        ]
    return drawn(marks, rows[-1].bottom + 4, title=title, alt=alt, caption=caption)


def dumbbell(
    frame: pd.DataFrame,
    *,
    label: str,
    before: str,
    after: str,
    before_label: str,
    after_label: str,
    unit: str,
    title: str,
    alt: str,
    caption: str = "",
    line: str | None = None,
) -> Figure:
    """Draw one row per label: a ring where it stood before, a disc where it stands after, and the change in words.

    `unit` is percent (0-100), points, ratio or count; `line` names the column of a target.
    """
    if frame.empty:
        return nothing_to_draw(title=title, alt=alt, caption=caption)
    records = frame.to_dict("records")
    texts = [_change_text(record[before], record[after], unit) for record in records]
    left = name_width(frame[label], most=250) + 22
    right = WIDTH - max(text_width(text, SMALL_SIZE) for text in texts) - 22
    columns = [before, after, *([line] if line else [])]
    most = (
        100.0
        if unit in ("percent", "points")
        else nice_top(finite(record[name]) for record in records for name in columns)
    )
    place = _scale((0, most), left, right)
    rows = place_rows(list(frame[label]), left - 22, 34, height=30)
    bottom = rows[-1].bottom
    ticks = [(most * n / 4, number_text(most * n / 4, "integer" if most >= 4 else "ratio")) for n in range(5)]
    marks = _change_legend(before_label, after_label, line is not None)
    marks += draw_axis(ticks, place, 30, bottom)
    marks += draw_names(rows, left - 22)
    for row, record, text in zip(rows, records, texts, strict=True):
        start, end = finite(record[before]), finite(record[after])
        target = finite(record[line]) if line else None
        if target is not None:
            marks.append(
                Stroke(((place(target), row.middle - 11), (place(target), row.middle + 11)), ALERT, 2)
            )
        if start is not None and end is not None:
            marks.append(Stroke(((place(start), row.middle), (place(end), row.middle)), BLUE_MID, 4))
        if start is not None:
            marks.append(Dot(place(start), row.middle, 5.5, PAPER, BLUE_DARK, 1.8))
        if end is not None:
            marks.append(Dot(place(end), row.middle, 6, BLUE_DARK))
        if start is None and end is None:
            marks.append(Words(left, row.middle, NO_FIGURES, size=SMALL_SIZE, colour=MUTED))
        marks.append(Words(WIDTH, row.middle, text, "right", SMALL_SIZE))
    return drawn(marks, bottom + 24, title=title, alt=alt, caption=caption)


def _scale(limits: tuple[float, float], left: float, right: float) -> Callable[[float], float]:
    low, high = limits
    return lambda value: left + (min(max(value, low), high) - low) / (high - low) * (right - left)


def _ticks(limits: tuple[float, float]) -> list[float]:
    low, high = limits
    return [low + (high - low) * n / 4 for n in range(5)]


def _own(record: dict[Any, Any], name: str) -> str:
    return str(record[name]) if name in record else name


def _ratio_texts(
    record: dict[Any, Any],
    value: str,
    numerator: str,
    denominator: str,
    line: str | None,
    better: str,
    unit: str,
) -> tuple[str, str]:
    form = _FORMATS[_own(record, unit)]
    counts = f"{number_text(record[numerator])}/{number_text(record[denominator])}"
    first = f"{counts} ({number_text(record[value], form)})"
    if line is None or finite(record[line]) is None:
        return first, ""
    word = "từ" if _own(record, better) == "higher" else "không quá"
    return first, f"mục tiêu {word} {number_text(record[line], form)}"


def _change_text(before: Any, after: Any, unit: str) -> str:
    form = _FORMATS[unit]
    start, end = number_text(before, form), number_text(after, form)
    was, now = finite(before), finite(after)
    if was is None or now is None:
        return f"{start} → {end}"
    change = number_text(now - was, "decimal1" if unit == "percent" else form)
    return f"{start} → {end} ({'+' if now > was else ''}{change})"


def _change_legend(before_label: str, after_label: str, has_line: bool) -> list[Mark]:
    x = 18 + text_width(before_label, SMALL_SIZE) + 26
    marks: list[Mark] = [
        Dot(6, 9, 5.5, PAPER, BLUE_DARK, 1.8),
        Words(18, 9, before_label, size=SMALL_SIZE),
        Dot(x + 6, 9, 6, BLUE_DARK),
        Words(x + 18, 9, after_label, size=SMALL_SIZE),
    ]
    if has_line:
        x += 18 + text_width(after_label, SMALL_SIZE) + 26
        marks += [Stroke(((x + 6, 0), (x + 6, 18)), ALERT, 2), Words(x + 18, 9, "mục tiêu", size=SMALL_SIZE)]
    return marks
