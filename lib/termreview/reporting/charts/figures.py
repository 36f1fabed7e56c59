"""One figure is one finished chart: its drawing, the words that stand for it, its title and its caption."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from termreview.reporting.blocks.blocks import clean_text, escape_text
from termreview.reporting.blocks.model import Part, figure_part, model_bundle
from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Mark, Words, render_svg
from termreview.reporting.charts.drawing.layout import NO_FIGURES
from termreview.reporting.charts.drawing.marks import written_mark
from termreview.reporting.charts.drawing.style import MUTED, PAPER, RULE, Style


@dataclass(frozen=True)
class Figure:
    """One chart: its drawing, the text that stands for it, the caption under it and the title above it.

    `marks` and `height` are what it is drawn from: the Word file draws them again in the resolution of print.
    """

    svg: str = field(repr=False)
    alt: str
    caption: str
    title: str = ""
    marks: tuple[Mark, ...] = field(default=(), repr=False)
    height: float = 0.0

    @property
    def parts(self) -> tuple[Part, ...]:
        """The model of the chart."""
        title, alt, caption = clean_text(self.title), clean_text(self.alt), clean_text(self.caption)
        marks = [written_mark(mark) for mark in self.marks]
        return (figure_part(title, alt, caption, (WIDTH, self.height), marks),)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return model_bundle(self.parts)

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.svg.encode("utf-8")).decode("ascii")
        label = escape_text(self.title or self.alt)
        title = f'<p class="chart-title">{escape_text(self.title)}</p>' if self.title else ""
        caption = f"<figcaption>{escape_text(self.caption)}</figcaption>" if self.caption else ""
        return (
            f'<figure class="chart">{title}<div class="scroll" role="region" tabindex="0" aria-label="{label}">'
            f'<img alt="{escape_text(self.alt)}" src="data:image/svg+xml;base64,{source}"></div>{caption}</figure>'
        )


def drawn(marks: Iterable[Mark], height: float, *, title: str, alt: str, caption: str) -> Figure:
    """Finish one chart from its marks."""
    if not alt.strip():
        raise ValueError(f"the chart “{title}” has no text that stands for it")
    placed = tuple(marks)
    return Figure(render_svg(placed, height), alt, caption, title, placed, height)


def nothing_to_draw(*, title: str, alt: str, caption: str) -> Figure:
    """Finish the chart that has no row: a frame that says so."""
    frame = Box(0.5, 0.5, WIDTH - 1, 63, Style(PAPER), RULE)
    words = Words(WIDTH / 2, 32, NO_FIGURES, "center", colour=MUTED)
    return drawn([frame, words], 64, title=title, alt=f"{alt.strip()} {NO_FIGURES}.".strip(), caption=caption)
