"""One picture is a Figure written as SVG for the page or as PNG for Word: the one door to matplotlib's backends.

Both renderers measure a line of text by the advances of its letters and draw it where it stands, which takes a tenth of
the time of a full layout.
"""

from __future__ import annotations

import re
import struct
import zlib
from html import escape
from io import StringIO
from math import cos, radians, sin
from typing import Any, Final

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import weight_dict
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from termreview.reporting.blocks.number_format import clean_text
from termreview.reporting.charts.drawing.style import INK
from termreview.reporting.charts.drawing.text import line_length, line_outline
from termreview.reporting.charts.drawing.theme import FAMILY, SEMI_BOLD, SPARE_FAMILY, in_style

# Dots per inch of 96 CSS pixels: a chart of 760 pixels fills the width of a page at about 230 dots per inch.
PNG_DPI: Final = 192
_POINT_DPI: Final = 72
_PAPER: Final = 0xFFFFFFFF
_FONTS: Final = f"{FAMILY}, Noto Sans, Segoe UI, {SPARE_FAMILY}, sans-serif"
_ASCENT, _DESCENT = 1.069, 0.293
_ANCHORS: Final = {"center": "middle", "right": "end"}


def svg_of(figure: Figure, *, alt: str, title: str = "") -> str:
    """Write one figure as an SVG whose text is text, named by `alt`; the same figure gives the same bytes."""
    title, alt = clean_text(title), clean_text(alt)
    width, height = figure.get_size_inches() * _POINT_DPI
    with in_style(f"{title} {alt} {width:g}"):  # a chart stands twice on a page
        written = StringIO()
        renderer = _PageRenderer(width, height, written)
        _draw(figure, renderer, _POINT_DPI)
        renderer.finalize()
    whole = written.getvalue()
    body = whole[
        whole.index("</defs>") + 7 : whole.rindex("</svg>")
    ]  # the first defs hold a default style alone
    opened: list[bool] = []
    body = _TAG.sub(lambda tag: _short_tag(tag, opened), body.strip())
    size = f'width="{width * 4 / 3:g}" height="{height * 4 / 3:g}" viewBox="0 0 {width:g} {height:g}"'
    look = f'font-family="{_FONTS}" fill="{INK}" stroke-linejoin="round"'
    named = f"<title>{escape(title or alt, quote=False)}</title><desc>{escape(alt, quote=False)}</desc>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {look}>{named}{body}</svg>\n'


def png_of(figure: Figure) -> bytes:
    """Write one figure as a PNG of at most 256 colours on white, in the resolution of print."""
    with in_style():
        width, height = np.ceil(figure.get_size_inches() * PNG_DPI - 1e-6)
        renderer = _PrintRenderer(int(width), int(height), PNG_DPI)
        paper = renderer.new_gc()
        paper.set_linewidth(0)
        renderer.draw_path(paper, Outline.unit_rectangle(), Affine2D().scale(width, height), (1, 1, 1, 1))
        _draw(figure, renderer, PNG_DPI)
    return _packed(np.asarray(renderer.buffer_rgba()))


def _draw(figure: Figure, renderer: Any, dpi: float) -> None:
    """Draw one figure as it stands, without its ground: that of the page shows through."""
    own, is_visible = figure.dpi, figure.patch.get_visible()
    try:
        figure.dpi = dpi
        figure.patch.set_visible(False)
        figure.draw(renderer)
    finally:
        figure.dpi = own
        figure.patch.set_visible(is_visible)


class _Measuring:
    """A renderer that measures lines in the fonts of the reports by the advances of their letters."""

    dots_to_point = 1.0

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        if not _is_own(prop, ismath):
            return super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[misc]
        size = prop.get_size_in_points() * self.dots_to_point
        return line_length(s, _is_bold(prop)) * size, (_ASCENT + _DESCENT) * size, _DESCENT * size

    def _get_font_height_metrics(self, prop: Any) -> tuple[float | None, float | None, float | None]:
        # Asked for by matplotlib's own layout where a renderer has it.
        size = prop.get_size_in_points() * self.dots_to_point
        return (_ASCENT * size, _DESCENT * size, 0.0) if _is_own(prop, False) else (None, None, None)


class _PageRenderer(_Measuring, RendererSVG):
    """Writes text as short elements that are anchored where they are aligned; no group without a reason."""

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None) -> None:  # fmt: skip
        if not _is_own(prop, ismath) or gc.get_clip_rectangle() is not None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        anchor = _ANCHORS.get(mtext.get_ha(), "") if mtext is not None else ""
        if anchor:
            length = self.get_text_width_height_descent(s, prop, False)[0] * (0.5 if anchor == "middle" else 1)  # fmt: skip
            x, y = x + length * cos(radians(angle)), y - length * sin(radians(angle))
        colour = to_hex(gc.get_rgb())
        attributes = {
            "x": f"{x:.2f}", "y": f"{y:.2f}", "font-size": f"{prop.get_size_in_points():g}", "text-anchor": anchor,
            "font-weight": str(SEMI_BOLD) if _is_bold(prop) else "", "fill": "" if colour == INK else colour,
            "transform": f"rotate({-angle:g} {x:.2f} {y:.2f})" if angle else "",
        }  # fmt: skip
        self.writer.element("text", s, attrib=attributes)


class _PrintRenderer(_Measuring, RendererAgg):
    """Draws text as the outlines of its letters, not fitted to the grid of pixels: print has many."""

    dots_to_point = PNG_DPI / _POINT_DPI

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None) -> None:  # fmt: skip
        outline = line_outline(s, _is_bold(prop)) if _is_own(prop, ismath) else None
        if outline is None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        context = self.new_gc()
        context.copy_properties(gc)
        context.set_linewidth(0)
        context.set_snap(False)
        size = prop.get_size_in_points() * self.dots_to_point
        placed = Affine2D().scale(size).rotate_deg(angle).translate(x, self.height - y)
        self.draw_path(context, outline, placed, gc.get_rgb())


def _is_own(prop: Any, ismath: Any) -> bool:
    return not ismath and prop.get_family()[0] == FAMILY and prop.get_style() == "normal"


def _is_bold(prop: Any) -> bool:
    weight = prop.get_weight()
    return bool(weight_dict.get(weight, weight) >= SEMI_BOLD)


_TAG: Final = re.compile(r"<(/?)(\w+)([^>]*?)(/?)>\s*")
_ATTRIBUTE: Final = re.compile(r"""([-:\w]+)=(?:"([^"]*)"|'([^']*)')""")
_LONG_NUMBER: Final = re.compile(r"\d+\.\d+")
_STEP: Final = re.compile(r"\s*([A-Za-z])\s*")


def _short_tag(tag: re.Match[str], opened: list[bool]) -> str:
    """One tag as matplotlib writes it, shorter: looks as attributes, numbers of two decimals, no group of nothing."""
    is_end, name, written, closes = tag.groups()
    if is_end:
        return f"</{name}>" if name != "g" or opened.pop() else ""
    attributes: dict[str, str] = {}
    for key, double, single in _ATTRIBUTE.findall(written):
        value = double or single
        if key == "style":
            attributes |= dict(look.split(": ", 1) for look in value.split("; "))
        elif key == "d":
            attributes[key] = _STEP.sub(r"\1", _LONG_NUMBER.sub(_two_decimals, value))
        elif key != "id" or name != "g":
            is_place = name in ("use", "rect")
            attributes[key.removeprefix("xlink:")] = (
                _LONG_NUMBER.sub(_two_decimals, value) if is_place else value
            )
    if name == "g" and not closes:
        opened.append(bool(attributes))
    if name == "g" and not attributes:
        return ""
    return f"<{name}" + "".join(f' {key}="{value}"' for key, value in attributes.items()) + closes + ">"


def _two_decimals(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _packed(pixels: Any) -> bytes:
    """Write one picture as a PNG of at most 256 colours: whole marks exactly, shades at their edges nearly.

    matplotlib writes four bytes a dot, which takes four times as long and as much room. `pixels` are red, green, blue
    and a fourth value that nobody reads, a byte each. Most are paper: looked at once.
    """
    height, width, _ = pixels.shape
    words = np.ascontiguousarray(pixels).view("<u4").ravel()
    drawn = np.flatnonzero(words != _PAPER)
    inked = words[drawn]
    keys = inked >> 3 & 31 | inked >> 6 & 31 << 5 | inked >> 9 & 31 << 10  # five upper bits of each
    counts = np.bincount(keys, minlength=1 << 15)
    counts[-1] = len(words)  # paper comes first
    colours = np.full(1 << 15, _PAPER, dtype="<u4")
    colours[keys] = inked
    inside = np.flatnonzero(inked[1:] == inked[:-1])  # of a mark, where its colour is no shade
    colours[keys[inside]] = inked[inside]
    colours[-1] = _PAPER
    used = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    palette = colours[used].view(np.uint8).reshape(-1, 4)[:, :3].astype(int)
    places = np.zeros(1 << 15, dtype=np.uint8)
    places[used[:256]] = np.arange(min(len(used), 256))
    for rare in range(256, len(used)):
        places[used[rare]] = np.abs(palette[:256] - palette[rare]).sum(axis=1).argmin()
    flat = np.zeros(len(words), dtype=np.uint8)
    flat[drawn] = places[keys]
    lines = np.zeros((height, width + 1), dtype=np.uint8)  # each begins with the name of its filter: none
    lines[:, 1:] = flat.reshape(height, width)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette[:256].astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 4)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
