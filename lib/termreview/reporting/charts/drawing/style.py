"""One style is how one part of a chart is filled. A colour has one meaning on all charts of a report, declared here.

The meanings are ordered in lightness, so that they survive grey print; red marks what is declared: a deadline, a target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

INK: Final = "#1b2733"
MUTED: Final = "#56636f"
RULE: Final = "#b9c3cc"
HATCH: Final = "#93a0ab"
GRID: Final = "#e3e8ec"
FAINT: Final = "#eef1f4"
PAPER: Final = "#ffffff"
ALERT: Final = "#a4261d"

_BLUE_DARK: Final = "#17496b"
_BLUE_MID: Final = "#639fc2"
_WARM: Final = "#f0b468"
_WARM_PALE: Final = "#fcefdc"
_GREY_DARK: Final = "#5d6b78"
_GREY_PALE: Final = "#e6eaed"


@dataclass(frozen=True)
class Style:
    """How one part is filled: colour, colour of the text on it, whether it is hatched; its shape where it is a sign."""

    fill: str
    ink: str = INK
    is_hatched: bool = False
    marker: str = ""
    edge: str = "none"


GOOD: Final = Style(_BLUE_DARK, PAPER)  # done, in time, the highest level, a target met, what rose
PARTLY: Final = Style(_BLUE_MID)  # under way, the middle level
BEHIND: Final = Style(
    _WARM
)  # not begun, late, the lowest level, a target missed, what fell, what must be mended
FAR_BEHIND: Final = Style(_WARM_PALE)  # the least of all; what must be explained
UNUSABLE: Final = Style("#d3dae0", is_hatched=True)  # something was sent, nothing of it counts
ABSENT: Final = Style(_GREY_PALE)  # nothing was sent
OPEN: Final = Style(PAPER, is_hatched=True)  # it was sent and leaves this open: blank, not concluded
HOLLOW: Final = Style(PAPER)  # too few, or open where a hatching would not be seen
QUANTITY: Final = Style(_GREY_DARK, PAPER)  # a count or a value that nothing is held against
BEFORE: Final = Style("#7c8a96")  # the same in the term before
TARGET: Final = Style(ALERT, marker="|")
# Signs of lines that are drawn dashed: across, and upright.
DASHED: Final = "--"
DASHED_UPRIGHT: Final = ":"
WHOLE: Final = Style(INK, marker="_")  # all schools together, among their levels: a block, a target is a line
# Moves between levels, few and many schools: tints of the meaning.
ROSE: Final = (Style("#bcd5e5"), Style("#86b4d1"))
FELL: Final = (Style("#f8dfbf"), BEHIND)
LATE_GROUND: Final = Style("#f6efe6")
# More of anything is darker.
AMOUNTS: Final = (Style("#bcd5e5"), Style("#86b4d1"), Style("#3d769c", PAPER), Style(_BLUE_DARK, PAPER))
# Kinds among which none is better: told apart by shape too. None of these colours means anything else.
KINDS: Final = (
    Style("#2a7f78", PAPER, marker="o"),
    Style("#8a4f7d", PAPER, marker="s"),
    Style("#8c7426", PAPER, marker="^"),
    Style("#4c5fa3", PAPER, marker="D"),
    Style("#a0563f", PAPER, marker="v"),
)

_MEANINGS: Final[Mapping[str, Style]] = {
    **dict.fromkeys(("level_3", "done", "on_time", "met"), GOOD),
    **dict.fromkeys(("level_2", "under_way"), PARTLY),
    **dict.fromkeys(("level_1", "not_started", "late", "missed", "error"), BEHIND),
    "query": FAR_BEHIND,
    "refused": UNUSABLE,
    **dict.fromkeys(("missing", "not_submitted", "not_applicable"), ABSENT),
    **dict.fromkeys(("not_concluded", "unanswered", "blank"), OPEN),
}


def part_styles(names: Sequence[str]) -> dict[str, Style]:
    """Return the style of each part: by its meaning where the name tells it, otherwise by its place."""
    places = [name for name in names if _meaning(name) is None]
    by_place = {name: KINDS[place % len(KINDS)] for place, name in enumerate(places)}
    return {name: _meaning(name) or by_place[name] for name in names}


def share_style(share: float | None) -> Style:
    """Return the style of a share of the points (0-1): as the levels that it would make; hatched when none is known."""
    if share is None:
        return OPEN
    if share <= 0.25:
        return FAR_BEHIND
    return BEHIND if share < 0.5 else PARTLY if share <= 0.75 else GOOD


def _meaning(name: str) -> Style | None:
    return _MEANINGS.get(name.removesuffix("_count").removesuffix("_share").removesuffix("_pct"))
