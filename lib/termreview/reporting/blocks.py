"""One block is one piece of a report page: HTML built here from escaped text, shown by a notebook cell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

import pandas as pd

CalloutKind = Literal["note", "good", "query", "error"]

MISSING_MARK: Final = "—"
MISSING_TITLE: Final = "không có số liệu"
MARK_TITLES: Final[Mapping[str, str]] = {
    "A": "hai nguồn công khai trở lên",
    "B": "một nguồn",
    "C": "chưa xác nhận",
}

# Control characters break the page; lone surrogates break its encoding; direction overrides disguise text.
_UNSAFE_CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


@dataclass(frozen=True)
class Block:
    """One piece of HTML that is safe to publish, because only the functions of this room build it."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def is_missing(value: object) -> bool:
    """Tell whether one value stands for no answer (None, NaN, NaT or NA)."""
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def clean_text(value: object) -> str:
    """Return one value as text without the characters that no page, chart or document can carry."""
    return "" if is_missing(value) else _UNSAFE_CHARACTERS.sub("\ufffd", str(value))


def escape_text(value: object) -> str:
    """Return one value as HTML text in which nothing is markup."""
    return escape(clean_text(value), quote=True)


def as_html(content: object) -> str:
    """Return the HTML of one block, one figure, or one plain value (which is escaped)."""
    html_of = getattr(content, "_repr_html_", None)
    return str(html_of()) if callable(html_of) else escape_text(content)


def paragraph(text: object, css_class: str | None = None) -> Block:
    """Build one paragraph."""
    return Block(f"<p{_class_attribute(css_class)}>{as_html(text)}</p>")


def bullets(items: Iterable[object], *, css_class: str | None = None) -> Block:
    """Build one bulleted list; an item is text or a block, and no items give an empty block."""
    rows = "".join(f"<li>{as_html(item)}</li>" for item in items)
    return Block(f"<ul{_class_attribute(css_class)}>{rows}</ul>" if rows else "")


def callout(title: str, items: Sequence[object] = (), kind: CalloutKind = "note") -> Block:
    """Build one framed remark: its title and one line per item; a single item stands without a bullet."""
    if kind not in ("note", "good", "query", "error"):
        raise ValueError(f"unknown kind of callout: {kind!r}")
    body = f"<p>{as_html(items[0])}</p>" if len(items) == 1 else bullets(items).html
    return Block(
        f'<div class="callout callout-{kind}" role="note">'
        f'<p class="callout-title">{escape_text(title)}</p>{body}</div>'
    )


def key_figures(figures: Sequence[tuple[str, object, str]]) -> Block:
    """Build one strip of key figures: label, value as text, detail (how it is counted, or the numbers behind it)."""
    cards = "".join(
        '<div class="key-figure">'
        f"<dt>{escape_text(label)}</dt>"
        f'<dd class="key-value">{as_html(value)}</dd>'
        + (f'<dd class="key-detail">{escape_text(detail)}</dd>' if detail else "")
        + "</div>"
        for label, value, detail in figures
    )
    return Block(f'<dl class="key-figures">{cards}</dl>' if cards else "")


def badge_mark(mark: str, labels: Mapping[str, str] = MARK_TITLES) -> Block:
    """Build the badge that says how sure a figure is: A, B or C, with its meaning as the spoken text."""
    letter = clean_text(mark).strip()
    if not letter:
        return Block("")
    meaning = escape_text(labels.get(letter, letter))
    css = letter.lower() if letter in MARK_TITLES else "other"
    return Block(f'<abbr class="mark mark-{css}" title="{meaning}">{escape_text(letter)}</abbr>')


def stack(*blocks: object) -> Block:
    """Join several blocks, figures or texts, one under the other."""
    return Block("\n".join(as_html(block) for block in blocks))


def _class_attribute(css_class: str | None) -> str:
    return f' class="{escape_text(css_class)}"' if css_class else ""
