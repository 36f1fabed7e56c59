"""One mark is one shape of a chart, placed in CSS pixels from the top left; this module alone draws."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import matplotlib
import matplotlib.text
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from termreview.reporting.chart_style import HATCH, INK, RULE, Style
from termreview.reporting.chart_text import REGULAR, SEMI_BOLD, TEXT_SIZE, drawn_text, register_fonts
from termreview.reporting.svg_compaction import compact_svg

WIDTH: Final = 760.0
_SETTINGS: Final[Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "termreview",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": False,
    "hatch.linewidth": 0.9,
    "path.simplify": False,
    "font.family": list(REGULAR),
}

Anchor = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Box:
    """One rectangle."""

    x: float
    y: float
    width: float
    height: float
    style: Style
    edge: str | None = None
    edge_width: float = 1.0


@dataclass(frozen=True)
class Stroke:
    """One straight or broken line through its points."""

    points: tuple[tuple[float, float], ...]
    colour: str = RULE
    width: float = 1.0
    is_dashed: bool = False
    is_round: bool = False


@dataclass(frozen=True)
class Dot:
    """One disc."""

    x: float
    y: float
    radius: float
    fill: str
    edge: str | None = None
    edge_width: float = 1.5


@dataclass(frozen=True)
class Words:
    """One line of text; `y` is the middle of its small letters."""

    x: float
    y: float
    text: str
    anchor: Anchor = "left"
    size: float = TEXT_SIZE
    colour: str = INK
    is_bold: bool = False
    angle: float = 0.0


Mark = Box | Stroke | Dot | Words


def render_svg(marks: Iterable[Mark], height: float, width: float = WIDTH) -> str:
    """Draw the marks in their order and return one SVG document; the same marks give the same bytes."""
    register_fonts()
    with matplotlib.rc_context(_SETTINGS):
        drawing = Drawing(figsize=(width / 72, height / 72), dpi=72)
        drawing.patch.set_alpha(0)
        FigureCanvasSVG(drawing)
        axes = drawing.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        for order, mark in enumerate(marks):
            artist = _artist(mark)
            artist.set_zorder(order)
            artist.set_clip_on(False)
            axes.add_artist(artist)
        buffer = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        drawing.savefig(buffer, format="svg", metadata=nothing)
    return compact_svg(buffer.getvalue(), width, height)


def words_block(
    lines: Sequence[str],
    x: float,
    middle: float,
    *,
    anchor: Anchor = "left",
    size: float = TEXT_SIZE,
    colour: str = INK,
    is_bold: bool = False,
) -> list[Mark]:
    """Place several lines of text around one height."""
    step = size * 1.25
    top = middle - step * (len(lines) - 1) / 2
    return [
        Words(x, top + step * place, line, anchor, size, colour, is_bold) for place, line in enumerate(lines)
    ]


def _artist(mark: Mark) -> Any:
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
            # A marker is written once and used again; a disc would repeat its curve at every school.
            dot = Line2D([x], [y], linestyle="none", marker="o", markersize=2 * radius, markerfacecolor=fill)
            dot.set_markeredgecolor(edge or fill)
            dot.set_markeredgewidth(edge_width if edge else 0)
            return dot
        case Words(x, y, text, anchor, size, colour, is_bold, angle):
            return matplotlib.text.Text(
                x,
                y if angle else y + 0.36 * size,
                drawn_text(text),
                color=colour,
                fontsize=size,
                ha=anchor,
                va="baseline",
                fontfamily=list(SEMI_BOLD if is_bold else REGULAR),
                rotation=angle,
                rotation_mode="anchor",
                parse_math=False,
            )
