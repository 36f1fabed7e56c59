"""One chart as a PNG picture, for programs that take no SVG: the same marks, drawn on white."""

from __future__ import annotations

import io
from collections.abc import Iterable
from importlib.resources import as_file, files
from typing import Any, Final

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from termreview.reporting.chart_canvas import WIDTH, Box, Dot, Mark, Stroke, Words
from termreview.reporting.chart_style import HATCH, PAPER
from termreview.reporting.chart_text import drawn_text

_SETTINGS: Final[Any] = {"text.parse_math": False, "text.usetex": False, "hatch.linewidth": 0.9}
_FONTS: Final = {False: "NotoSansReport-Regular.ttf", True: "NotoSansReport-SemiBold.ttf"}


def render_png(marks: Iterable[Mark], height: float, width: float = WIDTH, scale: float = 2.0) -> bytes:
    """Draw the marks in their order and return one PNG picture, `scale` dots to a pixel of the chart."""
    with matplotlib.rc_context(_SETTINGS):
        drawing = Drawing(figsize=(width / 72, height / 72), dpi=72 * scale, facecolor=PAPER)
        FigureCanvasAgg(drawing)
        axes = drawing.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        fonts = _fonts()
        for order, mark in enumerate(marks):
            artist = _artist(mark, fonts)
            artist.set_zorder(order)
            artist.set_clip_on(False)
            axes.add_artist(artist)
        buffer = io.BytesIO()
        drawing.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _fonts() -> dict[bool, list[str]]:
    """The families of the theme, plain and bold; signs outside of them come from the drawing library's own."""
    found = {}
    for is_bold, file in _FONTS.items():
        with as_file(files("termreview.reporting") / "theme" / "fonts" / file) as path:
            fontManager.addfont(str(path))
            found[is_bold] = [FontProperties(fname=str(path)).get_name(), "DejaVu Sans"]
    return found


def _artist(mark: Mark, fonts: dict[bool, list[str]]) -> Any:
    match mark:
        case Box(x, y, width, height, style, edge, edge_width):
            box = Rectangle((x, y), width, height, facecolor=style.fill, linewidth=edge_width if edge else 0)
            box.set_edgecolor(edge or "none")
            if style.is_hatched:
                box.set_hatch("///")
                box.set_hatchcolor(HATCH)
            return box
        case Stroke(points, colour, width, is_dashed, is_round):
            xs, ys = zip(*points, strict=True)
            dashes: Any = (0, (4, 3)) if is_dashed else "-"
            cap: Any = "round" if is_round else "butt"
            return Line2D(xs, ys, color=colour, linewidth=width, linestyle=dashes, solid_capstyle=cap)
        case Dot(x, y, radius, fill, edge, edge_width):
            dot = Line2D([x], [y], linestyle="none", marker="o", markersize=2 * radius, markerfacecolor=fill)
            dot.set_markeredgecolor(edge or fill)
            dot.set_markeredgewidth(edge_width if edge else 0)
            return dot
        case Words(x, y, text, anchor, size, colour, is_bold, angle):
            return Text(
                x, y if angle else y + 0.36 * size, drawn_text(text), color=colour, fontsize=size, ha=anchor,
                va="baseline", fontfamily=fonts[is_bold], weight="semibold" if is_bold else "normal",
                rotation=angle, rotation_mode="anchor", parse_math=False,
            )  # fmt: skip
