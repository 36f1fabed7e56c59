"""One chart of a report is one Figure with its data and its words: the page shows its SVG, the Word file its PNG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from termreview.reporting.blocks.blocks import figure_html, line_of
from termreview.reporting.blocks.model import Part, figure_part, model_bundle
from termreview.reporting.charts.drawing.picture import png_of, svg_of
from termreview.reporting.charts.drawing.plot import NO_FIGURES
from termreview.reporting.charts.kept_pictures import find_picture, keep_picture, picture_path


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart: what draws it from its data, the text that stands for it, the title above it, the caption under it.

    Whoever asks for `figure` may change it, and what the chart shows from then on is the changed one. Until then its
    pictures are taken from the folder `pictures`, where an earlier report has left them.
    """

    draw: Callable[..., Figure] = field(repr=False)
    data: pd.DataFrame = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    title: str
    alt: str
    caption: str
    pictures: Path | None = field(default=None, repr=False)

    @cached_property
    def figure(self) -> Figure:
        """The figure of matplotlib, drawn when it is first asked for."""
        return self._drawn

    @cached_property
    def _drawn(self) -> Figure:
        return self.draw(self.data, **self.options)

    @property
    def svg(self) -> str:
        """The chart as an SVG file."""
        return self._picture("svg", lambda: svg_of(self._drawn, title=self.title, alt=self.alt).encode("utf-8")).decode("utf-8")  # fmt: skip

    @property
    def png(self) -> bytes:
        """The chart as a PNG file, in the resolution of print."""
        return self._picture("png", lambda: png_of(self._drawn))

    def _picture(self, kind: str, written: Callable[[], bytes]) -> bytes:
        if self.pictures is None or "figure" in self.__dict__:
            return written()
        words = (self.title, self.alt) if kind == "svg" else ()
        made_of = repr((self.draw.__name__, self.data.to_dict("split"), dict(self.options), *words))
        path = picture_path(self.pictures, made_of, kind)
        kept = find_picture(path)
        if kept is None:
            kept = written()
            keep_picture(path, kept)
        return kept

    @property
    def parts(self) -> tuple[Part, ...]:
        """The model of the chart; its picture is drawn when the model is written."""
        title, alt, caption = map(line_of, (self.title, self.alt, self.caption))
        return (figure_part(title, alt, caption, lambda: self.png),)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return model_bundle(self.parts)

    def _repr_html_(self) -> str:
        return figure_html(self.svg, self.title, self.alt, self.caption)


def chart(
    draw: Callable[..., Figure],
    data: pd.DataFrame,
    *,
    title: str,
    alt: str,
    caption: str = "",
    pictures: Path | None = None,
    **options: Any,
) -> Chart:
    """Finish one chart: the function that draws it and what that is given, with the words of the chart.

    Raises
    ------
    ValueError
        When no text stands for the chart.
    """
    alt = f"{alt.strip()} {NO_FIGURES}.".strip() if data.empty else alt
    if not alt.strip():
        raise ValueError(f"the chart “{title}” has no text that stands for it")
    return Chart(draw, data, options, title, alt, caption, pictures)
