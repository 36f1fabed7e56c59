"""One style is how one part of a chart is filled; the palette is ordered in lightness, so it survives grey print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

INK: Final = "#1b2733"
MUTED: Final = "#56636f"
RULE: Final = "#b9c3cc"
HATCH: Final = "#93a0ab"
GRID: Final = "#e3e8ec"
PAPER: Final = "#ffffff"
ALERT: Final = "#a4261d"

WARM_PALE: Final = "#fcefdc"
WARM: Final = "#f0b468"
BLUE_MID: Final = "#639fc2"
BLUE_DARK: Final = "#17496b"
BLUE_STEPS: Final = ("#bcd5e5", "#86b4d1", "#3d769c", "#17496b")
FAINT: Final = "#eef1f4"
GREY_MIDDLE: Final = "#a3b0ba"
GREY_PALE: Final = "#e6eaed"


@dataclass(frozen=True)
class Style:
    """How one part is filled: colour, colour of the text on it, and whether it is hatched."""

    fill: str
    ink: str = INK
    is_hatched: bool = False


BEST: Final = Style(BLUE_DARK, PAPER)
MIDDLE: Final = Style(BLUE_MID)
LOW: Final = Style(WARM)
UNKNOWN: Final = Style(PAPER, is_hatched=True)
NEUTRAL: Final = Style(GREY_PALE)
HOLLOW: Final = Style(PAPER)

_STYLES_BY_NAME: Final[Mapping[str, Style]] = {
    **dict.fromkeys(("level_3", "3", "done", "on_time", "met", "reached", "yes"), BEST),
    **dict.fromkeys(("level_2", "2", "under_way", "late", "nearly"), MIDDLE),
    **dict.fromkeys(("level_1", "1", "not_started", "refused", "failed", "missed", "not_reached", "no"), LOW),
    **dict.fromkeys(("not_concluded", "unknown", "blank", "missing", "unreadable", "unanswered"), UNKNOWN),
    **dict.fromkeys(("not_submitted", "not_applicable", "none", "nothing_to_report"), NEUTRAL),
}
SERIES_COLOURS: Final = (BLUE_DARK, WARM, BLUE_MID, "#8a4f7d", "#5d6b78")
_SERIES: Final = (BEST, MIDDLE, Style(WARM), Style("#3d769c", PAPER), Style(WARM_PALE), NEUTRAL)


def part_styles(names: Sequence[str]) -> dict[str, Style]:
    """Return the style of each part: by its meaning where the name tells it, otherwise by its place."""
    places = [name for name in names if _meaning(name) is None]
    by_place = {name: _SERIES[place % len(_SERIES)] for place, name in enumerate(places)}
    return {name: _meaning(name) or by_place[name] for name in names}


def share_style(share: float | None) -> Style:
    """Return the style of a share of 0-1: five steps, and hatched when nothing supports a share."""
    if share is None:
        return UNKNOWN
    if share <= 0:
        return Style(WARM_PALE)
    step = min(int(share * 4 - 1e-9), 3)
    return Style(BLUE_STEPS[step], PAPER if step >= 2 else INK)


def _meaning(name: str) -> Style | None:
    bare = name.removesuffix("_count").removesuffix("_share").removesuffix("_pct")
    return _STYLES_BY_NAME.get(bare) or _STYLES_BY_NAME.get(bare.removeprefix("level_"))
