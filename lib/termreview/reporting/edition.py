"""One edition of a report: for the office itself, or for readers outside of it."""

from __future__ import annotations

INTERNAL, SHAREABLE = "internal", "shareable"
EDITIONS = (INTERNAL, SHAREABLE)
