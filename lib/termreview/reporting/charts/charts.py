"""The charts of the reports, each one function from a table to a figure.

Every chart is drawn 760 CSS pixels wide from marks in pixels, names its missing figures, writes its numbers out,
and stays readable in grey. Text of the data is drawn as it stands: `$`, markup and formulas have no effect.
"""

from __future__ import annotations

from termreview.reporting.charts.change import dumbbell
from termreview.reporting.charts.days import calendar_strip
from termreview.reporting.charts.figures import Figure
from termreview.reporting.charts.grid import heat_map, transition_matrix
from termreview.reporting.charts.panels import Bounds, Shares, interval_panels, share_panels
from termreview.reporting.charts.parts import stacked_bars
from termreview.reporting.charts.rows import ratio_strip

__all__ = [
    "Bounds",
    "Figure",
    "Shares",
    "calendar_strip",
    "dumbbell",
    "heat_map",
    "interval_panels",
    "ratio_strip",
    "share_panels",
    "stacked_bars",
    "transition_matrix",
]
