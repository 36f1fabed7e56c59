"""One OpenDocument workbook's styles and shown texts: what a person sees of its cells."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import Any

from termreview.spreadsheets.model.cell_display import (
    PLAIN,
    WHITE,
    Font,
    Look,
    Runs,
    display_of_runs,
    look_of,
)
from termreview.spreadsheets.model.displayed_number import DASHES
from termreview.spreadsheets.model.workbook_model import Display

_FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_MOST_PARENTS = 20
_POSITION = re.compile(r"(super|sub|-?[0-9]+(?:\.[0-9]+)?%)")
_CORE = re.compile(r"[-−]?[0-9](?:[0-9.,'\s]*[0-9])?(?:[eE][+-]?[0-9]+)?|[.,][0-9]+")
_FRACTION = re.compile(r"[-−]?(?:([0-9]{1,9}) )?([0-9]{1,9}) ?/ ?([0-9]{1,9})")
_Key = tuple[str, str]


class Styles:
    """The styles of one workbook as the parser comes through them: by family and name, each with its parent."""

    def __init__(self) -> None:
        self.faces: dict[str, str] = {}
        self.facts: dict[_Key, dict[str, Any]] = {}
        self.parents: dict[_Key, str] = {}
        self.has_marked_text = False
        self.current: _Key = ("", "")
        self.known: dict[_Key, dict[str, Any]] = {}
        self.looks: dict[str, Look] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of one element outside the tables."""
        if name == _STYLE + "font-face":
            family = attributes.get(
                "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0 font-family", ""
            )
            self.faces[attributes.get(_STYLE + "name", "")] = family.strip("'\"")
        elif name in (_STYLE + "style", _STYLE + "default-style"):
            self.current = attributes.get(_STYLE + "family", ""), attributes.get(_STYLE + "name", "")
            self.facts[self.current] = {}
            self.parents[self.current] = attributes.get(_STYLE + "parent-style-name", "")
        elif name == _STYLE + "text-properties" and self.current in self.facts:
            found = self._text_facts(attributes)
            self.facts[self.current] |= found
            self.has_marked_text |= self.current[0] == "text" and bool(found)
        elif name == _STYLE + "table-cell-properties" and _FO + "background-color" in attributes:
            ground = _colour(attributes[_FO + "background-color"]) or WHITE
            self.facts.setdefault(self.current, {})["ground"] = ground

    def _text_facts(self, attributes: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        line = attributes.get(_STYLE + "text-line-through-style") or attributes.get(
            _STYLE + "text-line-through-type"
        )
        if line is not None:
            found["is_struck"] = line != "none"
        if (position := attributes.get(_STYLE + "text-position")) is not None:
            match = _POSITION.match(position)
            found["is_raised"] = match is not None and match[1] not in ("0%", "-0%")
        if (colour := attributes.get(_FO + "color")) is not None:
            found["colour"] = _colour(colour)
        if attributes.get(_STYLE + "use-window-font-color") == "true":
            found["colour"] = None
        face = attributes.get(_STYLE + "font-name")
        family = attributes.get(_FO + "font-family") if face is None else self.faces.get(face, face)
        if family is not None:
            found["name"] = family.strip("'\"")
        return found

    def of(self, family: str, name: str) -> dict[str, Any]:
        """What holds for one style, its parents' facts under its own."""
        key = (family, name)
        if key not in self.known:
            chain: list[dict[str, Any]] = []
            nearest = name
            while (family, nearest) in self.facts and len(chain) < _MOST_PARENTS:
                chain.append(self.facts[family, nearest])
                nearest = self.parents[family, nearest]
            usual = self.facts.get((family, ""), {})
            merged = dict(usual)
            for facts in reversed(chain):
                merged |= facts
            self.known[key] = merged
        return self.known[key]

    def look(self, name: str) -> Look:
        """How the cells of one style look."""
        if name not in self.looks:
            facts = self.of("table-cell", name)
            self.looks[name] = look_of(_font(facts), facts.get("ground", WHITE)) if facts else PLAIN
        return self.looks[name]

    def display(self, name: str, pieces: list[tuple[str, str]]) -> Display | None:
        """How one cell is shown: by its style alone, or by its pieces of text, each with the style of its own."""
        look = self.look(name)
        if not any(style for _, style in pieces):
            return look.display
        facts = self.of("table-cell", name)
        runs: Runs = [
            (text, _font(facts | self.of("text", style)) if style else None) for text, style in pieces
        ]
        return display_of_runs(runs, look)


def _font(facts: Mapping[str, Any]) -> Font:
    return Font(
        facts.get("name", ""),
        facts.get("is_struck", False),
        facts.get("is_raised", False),
        facts.get("colour"),
    )


def _colour(text: str) -> str | None:
    is_colour = re.fullmatch(r"#[0-9A-Fa-f]{6}", text)
    return text[1:].upper() if is_colour else None


def format_of_displayed(shown: str, number: float, is_percent: bool) -> str | None:
    """The format by which one number reads as the text that the file keeps beside it; None where none does.

    `0` for the digits, the letters before and behind them quoted: what they say of the number is judged as in any
    other workbook.
    """
    if number == 0 and shown.strip() in DASHES:  # what accounts show for zero
        return "General"
    if fraction := _FRACTION.fullmatch(shown.strip()):
        whole, above, below = (float(part or 0) for part in fraction.groups())
        is_same = below > 0 and abs(abs(number) - whole - above / below) <= 0.5 / below
        return "General" if is_same else None
    match = _CORE.search(shown)
    rest = shown[: match.start()] + shown[match.end() :] if match else ""
    if match is None or re.search(r"[0-9]", rest) or ":" in shown:
        return None
    scaled = abs(number) * 100 if is_percent and "%" in rest else abs(number)
    digits = re.sub(r"[\s']", "", match[0].lstrip("-−"))
    if not any(_is_near(scaled, reading) for reading in _readings(digits)):
        return None
    before, behind = shown[: match.start()].rstrip("-−("), shown[match.end() :]
    behind = behind.replace("%", "", 1) if is_percent else behind
    quoted = [
        f'"{part}"' if (part := side.replace('"', "").strip(" ()")) else "" for side in (before, behind)
    ]
    return f"{quoted[0]}0{quoted[1]}{'%' if is_percent else ''}"


def format_of_day(shown: str, day: datetime.date) -> str:
    """The format by which one day reads as the text beside it, where that leaves out its day or its year."""
    figures = [int(figure) for figure in re.findall(r"[0-9]{1,4}", shown)]
    year = next((one for one in (day.year, day.year % 100) if one in figures), None)
    if not figures or (year is None and day.day not in figures):
        return ""
    if year is None or (year == day.day and figures.count(year) < 2):
        return "dd/mm"
    figures.remove(year)
    if day.day in figures and (day.day != day.month or len(figures) > 1 or re.search(r"[^\W\d]", shown)):
        return ""
    return "mm/yyyy" if figures else "yyyy"


def _readings(digits: str) -> list[str]:
    """The ways to read some digits with points and commas: with either sign, or none, before the decimals."""
    as_english, as_vietnamese = digits.replace(",", ""), digits.replace(".", "").replace(",", ".")
    return [reading for reading in (as_english, as_vietnamese) if reading.count(".") < 2]


def _is_near(number: float, reading: str) -> bool:
    """Whether one number, rounded to the decimals of a reading, is that reading."""
    mantissa, _, power = reading.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    unit = (
        float(f"1e{power or 0}") * 10.0**-decimals
    )  # beyond all numbers it is infinite, and nothing is near
    return math.isfinite(unit) and abs(number - float(reading)) <= unit * 0.5000001
