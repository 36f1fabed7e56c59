"""One SVG in, the same picture in about a sixth of the bytes: letters once, short names, relative paths."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_LETTER: Final = re.compile(r'<path id="([^"]+)" d="([^"]*)" transform="scale\(0\.015625\)"\s*/>')
_SPACE: Final = re.compile(r'<path id="([^"]+)" transform="scale\(0\.015625\)"\s*/>')
_LETTER_USE: Final = re.compile(r'<use xlink:href="#([^"]+)"(?: transform="translate\((\S+) (\S+)\)")?\s*/>')
_ENVELOPE: Final = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_STEP: Final = re.compile(r"([MLQCZz])([^MLQCZz]*)")
_DEFAULTS: Final = {("stroke-linejoin", "miter"), ("stroke-dashoffset", "0"), ("stroke-linecap", "butt")}
_INK: Final = ' fill="#1b2733"'


def compact_svg(svg: str, width: float, height: float) -> str:
    """Rewrite what the drawing library wrote: no comments, no metadata, each letter drawn once."""
    body = _ENVELOPE.sub("", svg)
    body = body[body.index(">", body.index("<svg")) + 1 : body.rindex("</svg>")]
    body = re.sub(r'<path d="[^"]*" style="fill: none; opacity: 0"\s*/>', "", body)
    letters = dict(_LETTER.findall(body))
    body = _LETTER.sub("", body)
    for space in _SPACE.findall(body):
        body = re.sub(rf'<use xlink:href="#{space}"[^>]*/>', "", body)
    body = _SPACE.sub("", body)
    names = {name: _short_name(place) for place, name in enumerate(letters)}
    body = _LETTER_USE.sub(lambda found: _letter_use(names.get(found[1], found[1]), found[2], found[3]), body)
    body = body.replace("xlink:href=", "href=")
    body = re.sub(r' style="([^"]*)"', lambda found: _attributes(found[1]), body)
    body = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>|<defs>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r' d="([^"]*)"', lambda found: f' d="{_relative(found[1], 10, 10)}"', body)
    body = re.sub(r"translate\(([^)]*)\)", lambda found: f"translate({_tenths(found[1])})", body)
    body = re.sub(r' ([xy])="(\d+\.\d+)"', lambda found: f' {found[1]}="{_tenths(found[2])}"', body)
    body = re.sub(r"scale\(0(\.\d+) -0(\.\d+)\)", r"scale(\1-\2)", body)
    for place, marker in enumerate(dict.fromkeys(re.findall(r'id="(m[0-9a-f]{10})"', body))):
        body = body.replace(marker, f"_{place}")
    body = body.replace('<g id="', '<g data-id="')
    body = re.sub(r'<g data-id="[^"]*">', "<g>", body)
    body = _joined(_unwrapped(re.sub(r">\s+<", "><", body).strip())).replace(f"<g{_INK}", "<g")
    # Letters come in 64ths of a hundredth of their size; 24 of those are a tenth of a printer's dot.
    defs = "".join(
        f'<path id="{names[name]}" transform="scale(.375)" d="{_relative(path, 1 / 24, 1)}"/>'
        for name, path in letters.items()
    )
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} stroke-linejoin="round"{_INK}>'
        f"<defs>{defs}</defs>{body}</svg>\n"
    )


def _letter_use(name: str, x: str | None, y: str | None) -> str:
    places = [(key, round(float(text))) for key, text in (("x", x), ("y", y)) if text]
    return f'<use href="#{name}"' + "".join(f' {key}="{place}"' for key, place in places if place) + "/>"


def _attributes(style: str) -> str:
    pairs = (pair.partition(":") for pair in style.split(";") if pair.strip())
    kept = [(key.strip(), value.strip()) for key, _, value in pairs]
    return "".join(f' {key}="{value}"' for key, value in kept if (key, value) not in _DEFAULTS)


def _relative(path: str, factor: float, unit: int) -> str:
    """Rewrite one path with whole steps from point to point: `factor` steps per unit in, `unit` steps per unit out."""
    written: list[str] = []
    at = start = (0, 0)
    for command, numbers in _STEP.findall(path):
        if command in "Zz":
            written.append("z")
            at = start
            continue
        values = [round(float(number) * factor) for number in numbers.split()]
        points = list(zip(values[::2], values[1::2], strict=True))
        steps = [(x - at[0], y - at[1]) for x, y in points]
        at = points[-1]
        if command == "M":
            start = at
        if command == "L" and 0 in steps[0]:
            across, down = steps[0]
            if across or down:
                written.append(_numbers("v", [down], unit) if across == 0 else _numbers("h", [across], unit))
            continue
        written.append(_numbers(command.lower(), [value for step in steps for value in step], unit))
    return re.sub("^m", "M", _unrepeated("".join(written)))


def _numbers(command: str, values: list[int], unit: int) -> str:
    texts = [f"{value / unit:g}" for value in values]
    gaps = ["" if after.startswith("-") else " " for _, after in pairwise(texts)]
    return command + "".join(text + gap for text, gap in zip(texts, [*gaps, ""], strict=True))


def _unrepeated(path: str) -> str:
    """Leave out a command that is the same as the one before it."""
    for command in "qlc":
        step = re.compile(rf"({command}[-0-9. ]+){command}(-?)")
        while step.search(path):
            path = step.sub(lambda found: found[1] + (found[2] or " "), path)
    return path


def _short_name(place: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[place] if place < 26 else _short_name(place // 26 - 1) + letters[place % 26]


def _tenths(numbers: str) -> str:
    return " ".join(f"{round(float(number), 1):g}" for number in numbers.split())


def _unwrapped(body: str) -> str:
    """Take away the groups around a single shape, as long as there are any."""
    while True:
        shorter = re.sub(r"<g>(<(?:path|use) [^>]*/>)</g>", r"\1", body)
        shorter = re.sub(r"<g>(<g [^>]*>(?:<use [^>]*/>)*</g>)</g>", r"\1", shorter).replace("<g></g>", "")
        if shorter == body:
            return body
        body = shorter


def _joined(body: str) -> str:
    """Join neighbouring shapes that are filled the same way into one path."""
    parts = re.split(r'(<path d="M[^"]*z" fill="#?[a-z0-9()#]+"/>)', body)
    shapes: list[str] = []
    for part in filter(None, parts):
        found = re.fullmatch(r'<path d="([^"]*)"( fill="[^"]*")/>', part)
        before = re.fullmatch(r'<path d="([^"]*)"( fill="[^"]*")/>', shapes[-1]) if shapes else None
        if found and before and found[2] == before[2]:
            shapes[-1] = f'<path d="{before[1]}{found[1]}"{found[2]}/>'
        else:
            shapes.append(part)
    return "".join(shapes)
