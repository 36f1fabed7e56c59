"""One level that is not the one of its points: the reason that stands beside it, wherever both are printed."""

from __future__ import annotations

from termreview.reference.declarations import Reference
from termreview.scoring.levels import UNKNOWN

FAILED = "failed"


def held_text(reference: Reference, held_by: str) -> str:
    """Why a level is below the one of its points, in words; blank where nothing keeps it there.

    `held_by` is what `termreview.scoring.levels.held_by` tells of it.
    """
    if not held_by:
        return ""
    template = str(reference.labels["held_levels"][UNKNOWN if held_by == UNKNOWN else FAILED])
    return template.format(names=", ".join(held_by.split(";")))


def level_told(reference: Reference, level: str, held_by: str) -> str:
    """One level as it stands beside points: with the reason where it is not the one that they give."""
    return f"{level} {held_text(reference, held_by)}".rstrip()
