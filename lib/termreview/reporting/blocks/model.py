"""One part is one piece of a report as plain data: what a notebook cell carries for the Word and Excel files.

A notebook output holds, beside `text/html`, the parts that it shows as one compact JSON text (`BLOCK_MIME`). Each
part has a `kind`:

- `inline`, `paragraph` (`runs`, `css`): one line of text; a run is a text, or `[text, style]` for a badge (`mark`) or
  for words in bold (`strong`).
- `bullets` (`items`, `css`) and `callout` (`title`, `items`, `look`): an item is a list of runs.
- `key_figures` (`cards`): `[label, runs of the value, detail]`.
- `table`: see `table_part`. `figure`: see `figure_part`.
- `letterhead`, `signature`: the words of the head and foot of an official document.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

BLOCK_MIME: Final = "application/vnd.termreview.block+json"
OWN_MIMES: Final = "application/vnd.termreview."
FAULT_MIME: Final = "application/vnd.termreview.fault"  # why the report cannot take a result
INLINE: Final = ("inline", "paragraph")

Part = Mapping[str, Any]
Run = str | list[str]
Runs = Sequence[Run]
# One cell: the text shown, or the text with the value behind it (a number, or a day as an ISO date).
Cell = str | list[Any]


def model_bundle(parts: Sequence[Part]) -> dict[str, Any]:
    """What a notebook output carries for some parts; a text, because notebooks write nested JSON one item a line."""
    text = json.dumps(
        list(parts), ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_written_picture
    )
    return {BLOCK_MIME: text}


def _written_picture(picture: Any) -> str:
    return base64.b64encode(picture()).decode("ascii")


def read_bundle(data: Mapping[str, Any]) -> list[Part] | None:
    """The parts that one notebook output carries; None when it carries no model."""
    return None if BLOCK_MIME not in data else list(json.loads(data[BLOCK_MIME]))


def mark_run(letter: str) -> Run:
    """One badge as a run of text."""
    return [letter, "mark"]


def strong_run(text: str) -> Run:
    """Some words in bold as a run of text."""
    return [text, "strong"]


def run_text(run: Run) -> str:
    """The words of one run."""
    return run if isinstance(run, str) else run[0]


def plain_text(runs: Iterable[Run]) -> str:
    """The words of one line of text."""
    return "".join(run_text(run) for run in runs)


def runs_of_parts(parts: Sequence[Part]) -> list[Run]:
    """The runs of a block that is text; raises ValueError for one that is more than a line."""
    if any(part["kind"] not in INLINE for part in parts):
        raise ValueError(f"a {parts[0]['kind']} cannot stand inside a line of text")
    return [run for part in parts for run in part["runs"]]


def inline_part(runs: Runs) -> Part:
    """One line of text, or a piece of one."""
    return {"kind": "inline", "runs": list(runs)}


def paragraph_part(runs: Runs, css_class: str | None) -> Part:
    """One paragraph."""
    return {"kind": "paragraph", "runs": list(runs), "css": css_class or ""}


def bullets_part(items: Sequence[Runs], css_class: str | None) -> Part:
    """One bulleted list."""
    return {"kind": "bullets", "items": [list(item) for item in items], "css": css_class or ""}


def callout_part(title: str, items: Sequence[Runs], look: str) -> Part:
    """One framed remark."""
    return {"kind": "callout", "title": title, "items": [list(item) for item in items], "look": look}


def key_figures_part(cards: Sequence[tuple[str, Runs, str]]) -> Part:
    """One strip of key figures."""
    return {"kind": "key_figures", "cards": [[label, list(value), detail] for label, value, detail in cards]}


def table_part(
    caption: str,
    columns: Sequence[Mapping[str, str]],
    rows: Sequence[Mapping[str, Any]],
    *,
    total: Sequence[Cell] | None,
    notes: Sequence[Runs],
    css_class: str | None,
) -> Part:
    """One table, whole.

    Parameters
    ----------
    columns : `name`, `title`, `format` (of `number_text`), `align`, and `head` for the column that names the row.
    rows : `cells`, one per column, and where there are any `group` (heads each run of rows), `mark` (how sure the row
        is) and `badge` (the mark, where it stands beside the row's name).
    total : the cells of the row of totals.
    """
    return {
        "kind": "table", "caption": caption, "columns": list(columns), "rows": list(rows),
        "total": None if total is None else list(total), "notes": [list(note) for note in notes],
        "css": css_class or "",
    }  # fmt: skip


def figure_part(title: str, alt: str, caption: str, picture: Callable[[], bytes]) -> Part:
    """One chart: its words, and what draws it as a PNG; written, `picture` is that as text in base 64."""
    return {"kind": "figure", "title": title, "alt": alt, "caption": caption, "picture": picture}
