"""One declared word of the pages that schools get, its places filled, wherever it is shown."""

from __future__ import annotations

from typing import Any

from termreview.reference.declarations import Reference
from termreview.reporting.report.narrative import fill

WORDS_FILE = "school_pages.yml"


def page_text(reference: Reference, key: str, **values: Any) -> str:
    """One declared word of the pages, its places filled, wherever it is shown."""
    section, _, name = key.partition(".")
    return fill(reference.school_pages[section][name], values, key, WORDS_FILE)
