"""One word or sentence of the desk, in Vietnamese, as declared in `desk.yml`."""

from __future__ import annotations

from typing import Any

from termreview.reference.declarations import Reference
from termreview.reporting.blocks.blocks import Block, as_html
from termreview.reporting.report.narrative import sentence


def say(reference: Reference, key: str, **places: Any) -> str:
    """One declared word, its places filled; numbers and dates in Vietnamese writing."""
    return sentence(reference.desk, key, **places)


def words(reference: Reference, section: str) -> dict[str, str]:
    """All words of one section, in their order."""
    return dict(reference.desk[section])


def joined(*blocks: object) -> Block:
    """Several blocks, one under the other, on the screen alone: the desk's own markup is in no published report."""
    return Block("\n".join(as_html(block) for block in blocks))
