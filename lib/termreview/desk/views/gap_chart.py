"""One chart of self minus verified: a bar to the left where verified lower, to the right where higher."""

from __future__ import annotations

import pandas as pd

from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import say
from termreview.desk.views.measure_charts import Drawing
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Mark, Stroke, Words
from termreview.reporting.charts.drawing.layout import draw_names, name_width, nice_top, place_rows
from termreview.reporting.charts.drawing.style import BLUE_MID, INK, WARM, Style
from termreview.reporting.charts.drawing.text import SMALL_SIZE


def gap_bars(now: TermNow, rows: pd.DataFrame, title: str) -> Drawing:
    """One row per name: the mean of self minus verified; to the right where schools claimed more than was found.

    Rows without a claim to compare have no bar.
    """
    rows = rows[rows["mean_gap"].notna()]
    alt = say(now.reference, "moderation.alt", count=len(rows))
    if rows.empty:
        return Drawing((), 0, title, alt, "")
    names = [str(name) for name in rows["name"]]
    left, right = name_width(names, most=290) + 70, WIDTH - 130
    most = nice_top(float(gap) for gap in rows["mean_gap"].abs())
    middle = left if (rows["mean_gap"] >= 0).all() else (left + right) / 2
    placed = place_rows(names, left - 70, 6, height=28)
    marks: list[Mark] = draw_names(placed, left - 70)
    for row, gap, count in zip(placed, rows["mean_gap"], rows["compared_count"], strict=True):
        length = (right - middle) * float(gap) / most
        style = Style(WARM if gap > 0 else BLUE_MID)
        marks.append(Box(min(middle, middle + length), row.middle - 8, abs(length), 16, style))
        marks.append(Words(WIDTH - 74, row.middle, number_text(gap, "ratio"), "right", is_bold=True))
        marks.append(Words(WIDTH, row.middle, f"n = {count}", "right", SMALL_SIZE))
    marks.append(Stroke(((middle, 2), (middle, placed[-1].bottom)), INK, 1.2))
    return Drawing(
        tuple(marks), placed[-1].bottom + 6, title, alt, say(now.reference, "moderation.chart_note")
    )
