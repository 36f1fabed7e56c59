"""One chart of a report is one Figure with its data and its words: the page shows its SVG, the Word file its PNG.

For a phone the page holds the chart once more, laid out anew where its function takes a `width`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from inspect import signature
from pathlib import Path
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure

from termreview.reporting.blocks.blocks import escape_text, line_of
from termreview.reporting.blocks.model import Part, figure_part, model_bundle
from termreview.reporting.blocks.values import joined
from termreview.reporting.charts.drawing.picture import png_of, svg_of
from termreview.reporting.charts.drawing.plot import NARROW, NO_FIGURES, PIXELS, WIDTH, add_plot, write
from termreview.reporting.charts.drawing.style import MUTED
from termreview.reporting.charts.drawing.text import SMALL_SIZE, wrap_text
from termreview.reporting.charts.drawing.theme import in_style
from termreview.reporting.charts.picture_cache import find_picture, keep_picture, picture_path

TITLE_SIZE: Final = 15.0
_LINE, _EDGE = 20.0, 10.0  # of the words of a picture that is handed on, in pixels
_XMLNS: Final = ' xmlns="http://www.w3.org/2000/svg"'  # a page knows what an SVG is without it


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart: what draws it from its data, the text that stands for it, its title, what it measures, its caption.

    `title` says what is found, `measure` what is drawn and of how many, `caption` how it is read and whence it comes.
    Whoever asks for `figure` may change it, and what the chart shows from then on is the changed one. Until then its
    pictures are taken from the folder `pictures`, where an earlier report has left them.
    """

    draw: Callable[..., Figure] = field(repr=False)
    data: pd.DataFrame = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    title: str
    alt: str
    caption: str
    measure: str = ""
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
        return self._picture("svg", lambda: self._svg_of(self._drawn)).decode("utf-8")

    @property
    def narrow_svg(self) -> str:
        """The chart laid out for a phone; blank where its function knows no width, or somebody changed the figure."""
        if "figure" in self.__dict__ or "width" not in signature(self.draw).parameters:
            return ""

        def written() -> bytes:
            return self._svg_of(self.draw(self.data, **self.options, width=NARROW))

        return self._picture("narrow", written).decode("utf-8")

    @property
    def png(self) -> bytes:
        """The chart as a PNG file, in the resolution of print."""
        return self._picture("png", lambda: png_of(self._drawn))

    def _svg_of(self, figure: Figure) -> bytes:
        return svg_of(figure, title=self.title, alt=self.alt).encode("utf-8")

    def _picture(self, kind: str, written: Callable[[], bytes]) -> bytes:
        if self.pictures is None or "figure" in self.__dict__:
            return written()
        words = () if kind == "png" else (self.title, self.alt)
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
        title, alt = line_of(self.title), line_of(self.alt)
        caption = line_of(joined([self.measure, self.caption]))
        return (figure_part(title, alt, caption, lambda: self.png),)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return model_bundle(self.parts)

    def _repr_html_(self) -> str:
        wide, narrow = (picture and _inline(picture) for picture in (self.svg, self.narrow_svg))
        if narrow:
            wide = f'<div class="wide">{wide}</div><div class="narrow" hidden>{narrow}</div>'
        else:
            wide = scrolled(wide, self.title or self.alt)
        return figure_html(wide, self.title, self.caption, self.measure)


@in_style()
def with_caption(shown: Chart, source: str) -> Chart:
    """The same chart as a picture that is handed on by itself: its title above, its caption and its source below, in the figure."""
    figure, wide = shown.draw(shown.data, **shown.options), WIDTH - 2 * _EDGE
    above = wrap_text(shown.title, wide, TITLE_SIZE, is_bold=True)
    below = [
        line
        for text in (shown.measure, shown.caption, source)
        if text
        for line in wrap_text(text, wide, SMALL_SIZE)
    ]
    width, height = figure.get_size_inches() * PIXELS
    head, foot = _LINE * len(above) + _EDGE, _LINE * len(below) + _EDGE
    whole = height + head + foot
    for axes in figure.axes:
        place = axes.get_position()
        axes.set_position(
            (place.x0, (place.y0 * height + foot) / whole, place.width, place.height * height / whole)
        )
    figure.set_size_inches(width / PIXELS, whole / PIXELS)
    page = add_plot(figure, 0, 0, width, whole)
    for number, line in enumerate(above):
        write(page, _EDGE, _EDGE + _LINE * (number + 0.5), line, size=TITLE_SIZE, is_bold=True)
    for number, line in enumerate(below):
        write(page, _EDGE, height + head + _LINE * (number + 0.5), line, size=SMALL_SIZE, colour=MUTED)
    return Chart(lambda _: figure, shown.data, {}, shown.title, shown.alt, shown.caption, shown.measure)


def figure_html(picture: str, title: str, caption: str, measure: str = "") -> str:
    """The markup of one figure: the title and what is measured above its picture, the caption below."""
    above = f'<p class="chart-title">{escape_text(title)}</p>' if title else ""
    above += f'<p class="chart-measure">{escape_text(measure)}</p>' if measure else ""
    below = f"<figcaption>{escape_text(caption)}</figcaption>" if caption else ""
    return f'<figure class="chart">{above}{picture}{below}</figure>'


def scrolled(picture: str, label: str) -> str:
    """The markup of one picture (an SVG or an image) that scrolls where the page is narrower."""
    name = escape_text(label)
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{name}">{_inline(picture)}</div>'


def _inline(picture: str) -> str:
    return picture.replace(_XMLNS, "", 1).strip()


def chart(
    draw: Callable[..., Figure],
    data: pd.DataFrame,
    *,
    title: str,
    alt: str,
    measure: str = "",
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
    return Chart(draw, data, options, title, alt, caption, measure, pictures)
