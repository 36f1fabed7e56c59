"""One page of a printed document: how far down its text goes."""

from __future__ import annotations

import pypdf


def filled(page: pypdf.PageObject) -> float:
    """How far down one page its text goes, as a share of the page; the words of a picture stand below it."""
    lowest = [float(page.mediabox.height)]

    def look(text: str, _: object, matrix: list[float], *__: object) -> None:
        if text.strip():
            lowest.append(matrix[5])

    page.extract_text(visitor_text=look)
    return 1 - min(lowest) / float(page.mediabox.height)
