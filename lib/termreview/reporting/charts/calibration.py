"""Charts of probabilities: what was predicted beside what came, a disc per band, so that trust can be seen."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.figure import Figure

from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.drawing import plot
from termreview.reporting.charts.drawing.plot import WIDTH
from termreview.reporting.charts.drawing.style import GOOD, INK, MUTED, QUANTITY, Style
from termreview.reporting.charts.drawing.text import SMALL_SIZE, TEXT_SIZE, wrap_text
from termreview.reporting.charts.drawing.theme import in_style

_TALL, _LEFT, _FOOT = 250.0, 46.0, 60.0
_SMALLEST, _LARGEST = 3.5, plot.SIDE  # of a disc


@in_style()
def reliability_plot(
    bands: pd.DataFrame,
    *,
    predicted_label: str,
    observed_label: str,
    interval_label: str,
    count_label: str,
    width: float = WIDTH,
) -> Figure:
    """Draw one disc per band of probabilities: the mean predicted across, the share that came upward, its interval.

    The dashed line is where both agree. A disc is as large as its band has schools, whose number stands beside it;
    `bands` are those of `early_warning.reliability`, shares from 0 to 1.
    """
    if bands.empty:
        return plot.nothing_to_draw(width)
    is_narrow = plot.is_narrow(width)
    wide = min(width - _LEFT - 12, 330.0 if is_narrow else 420.0)
    signs = [(count_label, Style(GOOD.fill, marker="o")), (interval_label, Style(QUANTITY.fill, marker="|"))]
    key = plot.key_of(signs, width)
    upright = wrap_text(observed_label, width, SMALL_SIZE)
    top = key.height + 18.0 * len(upright) + 22
    figure = plot.new_figure(top + _TALL + _FOOT, width)
    ticks = range(0, 101, 20)
    axes = plot.add_scale(
        figure, _LEFT, top - _LARGEST, _LEFT + wide, top + _TALL + _LARGEST, (0, 100), ticks
    )

    def height(share: float) -> float:
        return top + _TALL * (1 - plot.held(share, (0, 1)))

    key.draw(axes)
    plot.write(axes, 0, key.height + 9 * len(upright), upright, size=SMALL_SIZE, colour=MUTED)
    for tick in ticks:
        plot.write(axes, _LEFT - 12, height(tick / 100), number_text(tick), "right", SMALL_SIZE)
    plot.lines(axes, [((0, height(0)), (100, height(1)))], INK, 1.3, is_dashed=True)
    rows = bands.to_dict("records")
    spans = [((100 * row["predicted"], height(row["low"])), (100 * row["predicted"], height(row["high"]))) for row in rows]  # fmt: skip
    plot.lines(axes, spans, QUANTITY.fill, 2, label=interval_label)
    most = max(row["school_count"] for row in rows)
    for row in rows:
        radius = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(row["school_count"] / most)
        x, y = 100 * row["predicted"], height(row["observed"])
        plot.dots(axes, [(x, y)], radius, GOOD.fill)
        at = _LEFT + wide * x / 100
        # Beside the disc, away from the line where both agree.
        is_left = row["observed"] >= row["predicted"] and at > _LEFT + 60
        text = f"{number_text(row['missed'])}/{number_text(row['school_count'])}"
        plot.write(axes, at + (-radius - 6 if is_left else radius + 6), y, text, "right" if is_left else "left", TEXT_SIZE, is_bold=True)  # fmt: skip
    plot.write(axes, _LEFT + wide / 2, top + _TALL + 48, predicted_label, "center", SMALL_SIZE, MUTED)
    return figure
