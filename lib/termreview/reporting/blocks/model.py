"""One part is one piece of a report as plain data: what a notebook cell carries for the Word and Excel files.

A notebook output holds, beside `text/html`, the parts that it shows as one compact JSON text (`BLOCK_MIME`). Each
part has a `kind`:

- `inline`, `paragraph` (`runs`, `css`): one line of text.
- `bullets` (`items`, `css`) and `callout` (`title`, `items`, `look`): an item is a list of runs.
- `key_figures` (`cards`): the label, the value, the detail, each a list of runs.
- `table`: see `table_part`. `figure`: see `figure_part`.
- `letterhead`, `signature`: the words of the head and foot of an official document.
- `origin` (`text`): what the report was made from, for the properties of a file; on no page.

A line of text is a list of runs, and a figure in it is a value until a writer prints it (`printed`). A run is

- a text; or `[text, style]` for a badge (`mark`), for words in bold (`strong`), for the level beside a score (`level`);
- a figure: `[value, format]`, and where there are any its `role` in the cell, or its place in the sentence, and the words
  `before` and `after` it;
- a sentence: `{"key": …, "runs": […]}`, by the key that it is declared under.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from termreview.reporting.blocks.number_format import FORMATS, number_text

BLOCK_MIME: Final = "application/vnd.termreview.block+json"
OWN_MIMES: Final = "application/vnd.termreview."
FAULT_MIME: Final = "application/vnd.termreview.fault"  # why the report cannot take a result
WAITING: Final = "*"  # in the signed report, which has no letters: what waits for confirmation
INLINE: Final = ("inline", "paragraph")
ORIGIN: Final = "origin"

VALUE, NUMERATOR, DENOMINATOR, PERCENT, LOW, HIGH, BOTH, LEVEL = (
    "value", "numerator", "denominator", "percent", "low", "high", "both", "level",
)  # fmt: skip

Part = Mapping[str, Any]
Run = str | list[Any] | dict[str, Any]
Runs = Sequence[Run]
Line = str | Runs  # one line of text: bare words, or runs
Cell = Line


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


def number_run(value: float | str, format: str, role: str = VALUE, before: str = "", after: str = "") -> Run:
    """One figure as a run: its value (a day as an ISO date) and its format, more only where it is not usual."""
    about = [role, before, after]
    while about and about[-1] in ("", VALUE):
        about.pop()
    return [value, format, *about]


def sentence_run(key: str, runs: Runs) -> Run:
    """One declared sentence as a run."""
    return {"key": key, "runs": list(runs)}


def is_number(run: Run) -> bool:
    """Whether one run is a figure."""
    return isinstance(run, list) and run[1] in FORMATS


def about_number(run: list[Any]) -> tuple[str, str, str]:
    """The role of one figure, the words before and after it."""
    role, before, after = (str(word) for word in [*run[2:], "", "", ""][:3])
    return role or VALUE, before, after


def flat(runs: Line) -> Iterator[Run]:
    """The runs of one line, those inside its sentences among them."""
    for run in [runs] if isinstance(runs, str) else runs:
        if isinstance(run, dict):
            yield from flat(run["runs"])
        else:
            yield run


def run_text(run: Run) -> str:
    """The words of one run; the one place where the figures of a report are printed."""
    if isinstance(run, str):
        return run
    if isinstance(run, dict):
        return plain_text(run["runs"])
    if not is_number(run):
        return str(run[0])
    _, before, after = about_number(run)
    return f"{before}{number_text(run[0], run[1])}{after}"


def plain_text(line: Line) -> str:
    """The words of one line of text."""
    return line if isinstance(line, str) else "".join(map(run_text, line))


def printed(line: Line) -> list[Run]:
    """One line as it is written: its words, as long as they are of one look, and what has a style of its own."""
    told: list[Run] = []
    for run in flat(line):
        is_styled = isinstance(run, list) and run[1] in ("mark", "strong")
        if not is_styled and told and isinstance(told[-1], str):
            told[-1] += run_text(run)
        else:
            told.append(run if is_styled else run_text(run))
    return told


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


def origin_part(text: str) -> Part:
    """What the report was made from, as text."""
    return {"kind": ORIGIN, "text": text}


def bullets_part(items: Sequence[Runs]) -> Part:
    """One bulleted list."""
    return {"kind": "bullets", "items": [list(item) for item in items]}


def callout_part(title: Line, items: Sequence[Runs], look: str) -> Part:
    """One framed remark."""
    return {"kind": "callout", "title": title, "items": [list(item) for item in items], "look": look}


def key_figures_part(cards: Sequence[tuple[Line, Runs, Line]]) -> Part:
    """One strip of key figures."""
    return {"kind": "key_figures", "cards": [[label, list(value), detail] for label, value, detail in cards]}


def table_part(
    caption: Line,
    columns: Sequence[Mapping[str, str]],
    rows: Sequence[Mapping[str, Any]],
    *,
    total: Sequence[Cell] | None,
    notes: Sequence[Runs],
    css_class: str | None,
    is_folded: bool = False,
) -> Part:
    """One table, whole; `folded` where a page shows it folded.

    Parameters
    ----------
    columns : `name`, `title`, `align`, and `head` for the column that names the row.
    rows : `cells`, one per column, and where there are any `group` (heads each run of rows), `mark` (how sure the row
        is) and `badge` (the mark, where it stands beside the row's name).
    total : the cells of the row of totals.
    """
    return {
        "kind": "table", "caption": caption, "columns": list(columns), "rows": list(rows),
        "total": None if total is None else list(total), "notes": [list(note) for note in notes],
        "css": css_class or "", **({"folded": True} if is_folded else {}),
    }  # fmt: skip


def figure_part(title: Line, alt: Line, caption: Line, picture: Callable[[], bytes]) -> Part:
    """One chart: its words, and what draws it as a PNG; written, `picture` is that as text in base 64."""
    return {"kind": "figure", "title": title, "alt": alt, "caption": caption, "picture": picture}
