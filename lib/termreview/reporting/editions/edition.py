"""One edition of a report: for the office itself, or for readers outside of it."""

from __future__ import annotations

INTERNAL, SHAREABLE = "internal", "shareable"
EDITIONS = (INTERNAL, SHAREABLE)
IN_HAND = "in_hand"  # of a shareable report: the issues whose readers it had to mind
