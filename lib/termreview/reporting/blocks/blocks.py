"""One block is one piece of a report: HTML built here from escaped text, and its model for Word and Excel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal

from termreview.reporting.blocks.frames import frames_of
from termreview.reporting.blocks.model import (
    WAITING,
    Line,
    Part,
    Run,
    bullets_part,
    callout_part,
    inline_part,
    key_figures_part,
    mark_run,
    model_bundle,
    paragraph_part,
    plain_text,
    runs_of_parts,
    strong_run,
)
from termreview.reporting.blocks.number_format import clean_text

if TYPE_CHECKING:
    import pandas as pd

CalloutKind = Literal["note", "good", "query", "error"]

MARK_TITLES: Final[Mapping[str, str]] = {
    "A": "hai nguồn công khai trở lên",
    "B": "một nguồn",
    "C": "chưa xác nhận",
}


@dataclass(frozen=True)
class Block:
    """One piece of HTML that is safe to publish, because only the functions of this room build it.

    `parts` are its model (`block_model`): what Word and Excel are written from. A block whose HTML shows
    something has one; markup without a model cannot be published.
    """

    html: str = field(repr=False)  # a notebook would carry it twice
    parts: tuple[Part, ...] = field(default=(), compare=False, repr=False)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Its tables by caption, as data frames with the heads that a reader sees."""
        return frames_of(self.parts)

    @property
    def data(self) -> pd.DataFrame:
        """Its first table, as in `tables`; an empty frame where it has none."""
        import pandas as pd  # only now: who asks whether anything has changed needs none

        return next(iter(self.tables.values()), pd.DataFrame())

    def _repr_html_(self) -> str:
        return self.html

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return model_bundle(self.parts)


def escape_text(value: object) -> str:
    """Return one value as HTML text in which nothing is markup."""
    return escape(clean_text(value), quote=True)


def as_html(content: object) -> str:
    """Return the HTML of one block, one figure, or one plain value (which is escaped)."""
    html_of = getattr(content, "_repr_html_", None)
    return str(html_of()) if callable(html_of) else escape_text(content)


def parts_of(content: object) -> tuple[Part, ...]:
    """Return the model of one block, one figure, or one plain value."""
    parts: tuple[Part, ...] | None = getattr(content, "parts", None)
    if parts is None:
        return (inline_part([clean_text(content)]),)
    if not parts and as_html(content).strip():
        raise ValueError(f"a block of bare markup has no model: {as_html(content)[:60]}")
    return parts


def runs_of(content: object) -> list[Run]:
    """Return the words of one line of text: a plain value, or a block that is text."""
    return runs_of_parts(parts_of(content))


def line_of(content: object) -> Line:
    """One line of text as the model has it: bare words, or runs where figures are among them."""
    runs = runs_of(content)
    return plain_text(runs) if all(isinstance(run, str) for run in runs) else runs


def inline(*pieces: object) -> Block:
    """Join words and badges to one line of text."""
    runs = [run for piece in pieces for run in runs_of(piece)]
    return Block("".join(as_html(piece) for piece in pieces), (inline_part(runs),))


def paragraph(text: object, css_class: str | None = None) -> Block:
    """Build one paragraph."""
    part = paragraph_part(runs_of(text), css_class)
    return Block(f"<p{_class_attribute(css_class)}>{as_html(text)}</p>", (part,))


def bullets(items: Iterable[object]) -> Block:
    """Build one bulleted list; an item is text or a block, and no items give an empty block."""
    items = list(items)
    if not items:
        return Block("")
    rows = "".join(f"<li>{as_html(item)}</li>" for item in items)
    return Block(f"<ul>{rows}</ul>", (bullets_part([runs_of(item) for item in items]),))


def lead_in(lead: object, text: object) -> Block:
    """Build one line of text that begins with its subject in bold."""
    runs = [strong_run(plain_text(runs_of(lead))), " ", *runs_of(text)]
    return Block(f"<strong>{as_html(lead)}</strong> {as_html(text)}", (inline_part(runs),))


def callout(title: str, items: Sequence[object] = (), kind: CalloutKind = "note") -> Block:
    """Build one framed remark: its title and one line per item; a single item stands without a bullet."""
    if kind not in ("note", "good", "query", "error"):
        raise ValueError(f"unknown kind of callout: {kind!r}")
    body = f"<p>{as_html(items[0])}</p>" if len(items) == 1 else bullets(items).html
    return Block(
        f'<div class="callout callout-{kind}" role="note">'
        f'<p class="callout-title">{escape_text(title)}</p>{body}</div>',
        (callout_part(line_of(title), [runs_of(item) for item in items], kind),),
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
    if not cards:
        return Block("")
    told = [(line_of(label), runs_of(value), line_of(detail)) for label, value, detail in figures]
    return Block(f'<dl class="key-figures">{cards}</dl>', (key_figures_part(told),))


def badge_mark(mark: str) -> Block:
    """Build the badge that says how sure a figure is: A, B or C, with its meaning as the spoken text; or the asterisk."""
    letter = clean_text(mark).strip()
    if not letter:
        return Block("")
    meaning = escape_text(MARK_TITLES.get(letter, MARK_TITLES["C"] if letter == WAITING else letter))
    css = "waiting" if letter == WAITING else letter.lower() if letter in MARK_TITLES else "other"
    html = f'<abbr class="mark mark-{css}" title="{meaning}">{escape_text(letter)}</abbr>'
    return Block(html, (inline_part([mark_run(letter)]),))


@dataclass(frozen=True)
class Hidden(Block):
    """What stands in the place of one figure that an edition does not show; `note` says why, below its table."""

    note: str = ""


def hidden(word: str, meaning: str, note: str) -> Hidden:
    """Build the mark of one hidden figure, with its meaning as the spoken text."""
    html = f'<abbr class="withheld" title="{escape_text(meaning)}">{escape_text(word)}</abbr>'
    return Hidden(html, (inline_part([clean_text(word)]),), note)


def stack(*blocks: object) -> Block:
    """Join several blocks, figures or texts, one under the other."""
    parts = tuple(part for block in blocks for part in parts_of(block))
    return Block("\n".join(as_html(block) for block in blocks), parts)


def _class_attribute(css_class: str | None) -> str:
    return f' class="{escape_text(css_class)}"' if css_class else ""
