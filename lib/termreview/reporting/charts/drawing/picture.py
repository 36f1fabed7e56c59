"""One chart as a PNG picture, for programs that take no SVG: the same marks, drawn on white in print's resolution."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from functools import cache
from math import ceil
from typing import Any, Final

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D, Bbox

from termreview.reporting.charts.drawing.canvas import WIDTH, Box, Dot, Mark, Stroke, Words
from termreview.reporting.charts.drawing.letters import EM, Letter, letter_path
from termreview.reporting.charts.drawing.style import HATCH, PAPER
from termreview.reporting.charts.drawing.text import drawn_text, letters_of

# Dots per CSS pixel: a chart of 760 pixels fills the width of a page at about 230 dots per inch.
SCALE: Final = 2
_HATCH_STEP: Final = 6.0


def render_png(marks: Iterable[Mark], height: float, width: float = WIDTH, scale: float = SCALE) -> bytes:
    """Draw the marks in their order and return one PNG, `scale` dots to a pixel; the same marks give the same bytes."""
    size = (ceil(width * scale), ceil(height * scale))
    canvas = RendererAgg(*size, 72)
    placed = Affine2D().scale(scale, -scale).translate(0, size[1])
    pen = _Pen(canvas, placed, scale)
    pen.fill(Outline([(0, 0), (width, 0), (width, height), (0, height), (0, 0)]), PAPER)
    colours = [PAPER, HATCH]
    for mark in marks:
        colours += _colours(mark)
        match mark:
            case Box():
                pen.box(mark)
            case Stroke():
                pen.stroke(mark)
            case Dot():
                outline = _CIRCLE.transformed(Affine2D().scale(mark.radius).translate(mark.x, mark.y))
                pen.fill(outline, mark.fill, mark.edge, mark.edge_width)
            case Words():
                pen.words(mark)
    return _png(np.asarray(canvas.buffer_rgba()), colours)


def _colours(mark: Mark) -> list[str]:
    own = mark.style.fill if isinstance(mark, Box) else mark.fill if isinstance(mark, Dot) else mark.colour
    edge = mark.edge if isinstance(mark, Box | Dot) else None
    return [own, edge] if edge else [own]


class _Pen:
    """What paints on one canvas: outlines in CSS pixels, widths too."""

    def __init__(self, canvas: Any, placed: Any, scale: float) -> None:
        self.canvas, self.placed, self.scale = canvas, placed, scale

    def fill(self, outline: Any, colour: str, edge: str | None = None, edge_width: float = 0.0) -> None:
        context = self._context(edge or colour, edge_width if edge else 0.0)
        self.canvas.draw_path(context, outline, self.placed, to_rgb(colour))

    def box(self, box: Box) -> None:
        left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        outline = Outline([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)])
        if not box.style.is_hatched:
            self.fill(outline, box.style.fill, box.edge, box.edge_width)
            return
        if box.width > 0 and box.height > 0:
            context = self._context(HATCH, 0.9)
            context.set_clip_rectangle(
                Bbox(self.placed.transform([(left, bottom), (right, top)]))  # from below left to above right
            )
            first = int((left + top) // _HATCH_STEP)
            last = int((right + bottom) // _HATCH_STEP) + 1
            for place in range(first, last + 1):
                total = place * _HATCH_STEP
                line = Outline([(total - top, top), (total - bottom, bottom)])
                self.canvas.draw_path(context, line, self.placed)
        if box.edge:
            self.canvas.draw_path(self._context(box.edge, box.edge_width), outline, self.placed)

    def stroke(self, stroke: Stroke) -> None:
        context = self._context(stroke.colour, stroke.width)
        context.set_capstyle("round" if stroke.is_round else "butt")
        if stroke.is_dashed:
            context.set_dashes(0, [4 * stroke.width * self.scale, 3 * stroke.width * self.scale])
        self.canvas.draw_path(context, Outline(stroke.points), self.placed)

    def words(self, words: Words) -> None:
        letters, length = letters_of(drawn_text(words.text), words.is_bold)
        if not letters:
            return
        before = {"left": 0.0, "center": 0.5, "right": 1.0}[words.anchor] * length
        pieces = [_letter(letter) for letter, _ in letters]
        points = np.concatenate(
            [
                piece.vertices + np.array((at - before, 0))
                for piece, (_, at) in zip(pieces, letters, strict=True)
            ]
        )
        outline = Outline(points, np.concatenate([piece.codes for piece in pieces]))
        size = words.size / EM
        if words.angle:
            turned = Affine2D().scale(size).rotate_deg(-words.angle).translate(words.x, words.y)
        else:
            turned = Affine2D().scale(size).translate(words.x, words.y + 0.36 * words.size)
        context = self._context(words.colour, 0.0)
        self.canvas.draw_path(context, outline, turned + self.placed, to_rgb(words.colour))

    def _context(self, colour: str, width: float) -> Any:
        context = self.canvas.new_gc()
        context.set_foreground(colour)
        context.set_linewidth(width * self.scale)
        context.set_joinstyle("round")
        context.set_snap(False)
        return context


_CIRCLE: Final = Outline.unit_circle()


# The commands of a kept letter: how many points each takes, and what the drawing library calls them.
_STEPS: Final = {
    "M": (1, Outline.MOVETO),
    "l": (1, Outline.LINETO),
    "q": (2, Outline.CURVE3),
    "c": (3, Outline.CURVE4),
}


@cache
def _letter(letter: Letter) -> Any:
    """One letter as an outline, in steps of 1/EM of the size of the text, downward as the page draws it."""
    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    at = start = (0.0, 0.0)
    for command, written in re.findall(r"([Mlqcz])([^Mlqcz]*)", letter_path(*letter)):
        if command == "z":
            points.append(start)
            codes.append(Outline.CLOSEPOLY)
            continue
        numbers = [float(number) for number in re.findall(r"-?\d+", written)]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        count, code = _STEPS[command]
        for first in range(0, len(pairs), count):
            step = [
                (x, y) if command == "M" else (at[0] + x, at[1] + y) for x, y in pairs[first : first + count]
            ]
            points += step
            codes += [code] * count
            at = step[-1]
            start = at if command == "M" else start
    return Outline(points, codes)


def _keys(words: Any) -> Any:
    """Colours by the five upper bits of red, green and blue, from words that hold a byte of each."""
    return (words & 0xF8) << 7 | words >> 6 & 0x3E0 | words >> 19 & 0x1F


def _png(pixels: Any, colours: Iterable[str]) -> bytes:
    """Write one picture as a PNG of at most 256 colours: the chart's own exactly, the blends at edges nearly.

    `pixels` are red, green, blue and a fourth value that nobody reads, a byte each. Most are paper: looked at once.
    """
    height, width, _ = pixels.shape
    words = np.ascontiguousarray(pixels).view("<u4").ravel()
    paper = int.from_bytes(bytes([*(round(255 * part) for part in to_rgb(PAPER)), 255]), "little")
    drawn = np.flatnonzero(words != paper)
    keys, paper_key = _keys(words[drawn]), int(_keys(np.array(paper, dtype=np.uint32)))
    counts = np.bincount(keys, minlength=1 << 15)
    counts[paper_key] += len(words) - len(drawn)
    used = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    palette = np.stack([used >> 10, used >> 5 & 31, used & 31], axis=1) * 255 // 31
    places = np.zeros(1 << 15, dtype=np.uint8)
    places[used[:256]] = np.arange(min(len(used), 256))
    for rare in range(256, len(used)):
        places[used[rare]] = np.abs(palette[:256] - palette[rare]).sum(axis=1).argmin()
    for colour in sorted(set(colours)):
        red, green, blue = (round(part * 255) for part in to_rgb(colour))
        key = red >> 3 << 10 | green >> 3 << 5 | blue >> 3
        if counts[key]:
            palette[places[key]] = red, green, blue
    lines = np.zeros(
        (height, width + 1), dtype=np.uint8
    )  # each line begins with the name of its filter: none
    flat = np.full(len(words), places[paper_key])
    flat[drawn] = places[keys]
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
