"""One mark is one shape of a chart, placed in CSS pixels from the top left; this module alone draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from termreview.reporting.charts.drawing.letters import EM, Letter, letter_path
from termreview.reporting.charts.drawing.style import HATCH, INK, RULE, Style
from termreview.reporting.charts.drawing.text import TEXT_SIZE, drawn_text, letters_of

WIDTH: Final = 760.0
_HATCHING: Final = (
    '<pattern id="_" width="6" height="6" patternUnits="userSpaceOnUse">'
    f'<path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="{HATCH}" stroke-width=".9"/></pattern>'
)

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
    """Draw the marks in their order and return one SVG document; the same marks give the same bytes.

    Text is drawn as outlines, each letter written once: the picture needs no font and holds no text of the data.
    """
    names: dict[Letter, str] = {}
    shapes: list[str] = []
    is_hatched = False
    for look, run in groupby(marks, key=_look):
        alike = list(run)
        first = alike[0]
        if isinstance(first, Box):
            is_hatched |= first.style.is_hatched
            path = "".join(_rectangle(box) for box in alike if isinstance(box, Box))
            shapes.append(f'<path{look} d="{path}"/>')
        elif isinstance(first, Stroke):
            path = "".join(_line(stroke) for stroke in alike if isinstance(stroke, Stroke))
            shapes.append(f'<path{look} d="{path}"/>')
        elif isinstance(first, Dot):
            discs = "".join(_disc(dot) for dot in alike if isinstance(dot, Dot))
            shapes.append(f"<g{look}>{discs}</g>")
        else:
            words = "".join(_outlined(line, names) for line in alike if isinstance(line, Words))
            shapes.append(f"<g{look}>{words}</g>" if look else words)
    letters = "".join(f'<path id="{name}" d="{letter_path(*letter)}"/>' for letter, name in names.items())
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} stroke-linejoin="round" fill="{INK}">'
        f"<defs>{_HATCHING if is_hatched else ''}{letters}</defs>{''.join(shapes)}</svg>\n"
    )


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


def _look(mark: Mark) -> str:
    """How one mark is painted, as SVG attributes: neighbours of one look become one shape."""
    match mark:
        case Box(style=style, edge=edge, edge_width=edge_width):
            fill = "url(#_)" if style.is_hatched else style.fill
            return f' fill="{fill}"' + (f' stroke="{edge}" stroke-width="{_n(edge_width)}"' if edge else "")
        case Stroke(colour=colour, width=width, is_dashed=is_dashed, is_round=is_round):
            dashes = f' stroke-dasharray="{_n(4 * width)} {_n(3 * width)}"' if is_dashed else ""
            cap = ' stroke-linecap="round"' if is_round else ""
            return f' fill="none" stroke="{colour}" stroke-width="{_n(width)}"{dashes}{cap}'
        case Dot(fill=fill, edge=edge, edge_width=edge_width):
            return f' fill="{fill}"' + (f' stroke="{edge}" stroke-width="{_n(edge_width)}"' if edge else "")
        case Words(colour=colour):
            return "" if colour == INK else f' fill="{colour}"'


def _rectangle(box: Box) -> str:
    return f"M{_n(box.x)} {_n(box.y)}h{_n(box.width)}v{_n(box.height)}h{_n(-box.width)}z"


def _line(stroke: Stroke) -> str:
    (x, y), *others = stroke.points
    return f"M{_n(x)} {_n(y)}" + "".join(f"L{_n(x)} {_n(y)}" for x, y in others)


def _disc(dot: Dot) -> str:
    return f'<circle cx="{_n(dot.x)}" cy="{_n(dot.y)}" r="{_n(dot.radius)}"/>'


def _outlined(words: Words, names: dict[Letter, str]) -> str:
    """One line of text as its letters, each used by its short name; the baseline is under the small letters."""
    letters, length = letters_of(drawn_text(words.text), words.is_bold)
    scale = words.size / EM
    before = {"left": 0.0, "center": 0.5, "right": 1.0}[words.anchor] * length * scale
    used = "".join(
        f'<use href="#{names.setdefault(letter, _name(len(names)))}"' + (f' x="{at}"/>' if at else "/>")
        for letter, at in letters
    )
    if words.angle:
        place = f"translate({_n(words.x)} {_n(words.y)})rotate({_n(-words.angle)})translate({_n(-before)})"
    else:
        place = f"translate({_n(words.x - before)} {_n(words.y + 0.36 * words.size)})"
    return f'<g transform="{place}scale({scale:.4g})">{used}</g>' if used else ""


def _n(number: float) -> str:
    """One length in whole hundredths of a pixel, as short as it can be written."""
    text = f"{round(number, 2):g}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _name(place: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[place] if place < 26 else _name(place // 26 - 1) + letters[place % 26]
