"""The charts of the reports, each one function from a DataFrame to a matplotlib Figure.

Every chart is 760 CSS pixels wide, or as wide as a phone where it takes a `width`, has Axes in the unit of its data
across, names its missing figures, writes its numbers out, and stays readable in grey. Text of the data is drawn as it stands: `$`, markup and formulas have no effect.
`chart` gives a figure the words that a report needs.
"""

from __future__ import annotations

from termreview.reporting.charts.change import dumbbell
from termreview.reporting.charts.chart import Chart, chart, with_caption
from termreview.reporting.charts.days import calendar_strip, day_number
from termreview.reporting.charts.grid import count_table, heat_map, transition_matrix
from termreview.reporting.charts.line_panels import line_panels
from termreview.reporting.charts.panels import Bounds, interval_panels
from termreview.reporting.charts.parts import stacked_bars
from termreview.reporting.charts.points import MIDDLE, Scale, count_bars, reliability_plot, scatter, strips
from termreview.reporting.charts.ratios import Shares, dot_plot, gap_bars, ratio_strip

__all__ = [
    "MIDDLE", "Bounds", "Chart", "Scale", "Shares", "calendar_strip", "chart", "count_bars", "count_table",
    "day_number", "dot_plot", "dumbbell", "gap_bars", "heat_map", "interval_panels", "line_panels",
    "ratio_strip", "reliability_plot", "scatter", "stacked_bars", "strips", "transition_matrix",
    "with_caption",
]  # fmt: skip
