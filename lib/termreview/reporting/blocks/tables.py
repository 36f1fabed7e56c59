"""One table of a report: caption, typed columns, groups, a total row and notes, as HTML and as its model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import pandas as pd

from termreview.pieces import found_or_made, pieces_at_hand
from termreview.reporting.blocks.blocks import (
    MARK_TITLES,
    Block,
    Hidden,
    as_html,
    badge_mark,
    escape_text,
    inline,
    line_of,
    runs_of,
)
from termreview.reporting.blocks.model import WAITING, Cell, Line, plain_text, sentence_run, table_part
from termreview.reporting.blocks.number_format import (
    MISSING_MARK,
    MISSING_TITLE,
    clean_text,
    is_missing,
    number_text,
)
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.values import Number, Value

FOLDED: Final = "{caption} ({count} dòng)"
NO_ROWS: Final = "Không có số liệu."
UNSURE: Final = "C"
MISSING_HTML: Final = f'<abbr class="missing" title="{MISSING_TITLE}">{MISSING_MARK}</abbr>'


_LONG: Final = 30  # rows; of fewer it is not worth while
STACKED: Final = "stacked"  # a table whose rows stand as cards on a phone: each figure says what it is


# column -> what names the figure of one row (`trace_target`), or None where nothing stands behind it.
Traces = Mapping[str, Callable[[Mapping[Any, Any]], str | None]]


@dataclass(frozen=True)
class _Layout:
    """How the columns of one table are shown."""

    columns: Mapping[str, str]
    formats: Mapping[str, str]
    align: Mapping[str, str]
    row_header: str
    group_by: str | None
    marks: str | None
    traces: Traces
    badges: frozenset[str] = frozenset()
    is_stacked: bool = False


@dataclass(frozen=True)
class _Row:
    """One row: its HTML, its cells as the model has them, what heads it, how sure it is."""

    html: str
    cells: list[Cell]
    group: Line = ""
    mark: str = ""
    badge: str = ""

    def model(self) -> dict[str, Any]:
        """The row as the model has it: group, mark and its badge only where there are any."""
        told = {"cells": self.cells, "group": self.group, "mark": self.mark, "badge": self.badge}
        return {name: value for name, value in told.items() if value}


def table(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str],
    caption: str,
    formats: Mapping[str, str] | None = None,
    align: Mapping[str, str] | None = None,
    row_header: str | None = None,
    group_by: str | None = None,
    total_row: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
    css_class: str | None = None,
    marks: str | None = None,
    max_rows: int | None = None,
    traces: Traces | None = None,
    told_once: Collection[str] = (),
) -> Block:
    """Build one table: one row per row of the frame, one column per entry of `columns`, in their order.

    Parameters
    ----------
    columns : column of the frame -> header shown.
    caption : what the table shows; blank: it stands alone, without caption and number.
    formats : column -> format of `number_text`; columns without one are text. A cell that is a value (`blocks.values`) or a block is kept.
    align : column -> left, right or center, where the format does not decide.
    row_header : the column that names the row; the first one unless told.
    group_by : column whose value heads each run of rows (the frame's order is kept).
    total_row : column -> value (formatted as its column) or ready text; left out where it would but repeat the one row of the table.
    marks : column of A/B/C; its badge stands beside the row's name and is explained under the table. Where all rows
        share one that is not the unsure one (C), it stands under the table alone.
    traces : columns whose figures lead to what they are made of.
    told_once : columns that are left out where all rows say the same; what they say stands under the table.
    max_rows : rows shown at once; the others stand in an expandable part, which print shows open. 0 folds the whole
        table, for one that repeats a chart in figures.
    """
    formats = formats or {}
    once = [name for name in told_once if len(frame) > 1 and frame[name].nunique(dropna=False) == 1]
    said = [
        f"{columns[name]} ở mọi dòng: {_as_text(frame[name].iloc[0], formats.get(name, 'text'))}."
        for name in once
    ]
    columns = {name: title for name, title in columns.items() if name not in once}
    missing = [name for name in (*columns, group_by, marks) if name and name not in frame.columns]
    if missing:
        raise KeyError(f"the table “{caption}” has no column {', '.join(missing)}")
    header = row_header or next(iter(columns))
    aligned = {name: (align or {}).get(name) or _alignment(formats.get(name, "text")) for name in columns}
    badges = _badges(frame[marks] if marks else ())
    layout = _Layout(
        columns, formats, aligned, header, group_by, marks, traces or {}, badges, css_class == STACKED
    )
    rows = _rows(frame, layout)
    shown, rest = (rows, []) if not max_rows else (rows[:max_rows], rows[max_rows:])
    total = None if total_row is None else _total(total_row, layout)
    if total is not None and len(rows) == 1 and _says_the_same(rows[0], total, layout):
        total = None
    foot = "" if total is None else f"<tfoot>{total.html}</tfoot>"
    html = _table_box(shown, layout, caption, css_class, "" if rest else foot)
    if rest:
        more = continued(caption)
        summary = f"Xem tiếp {number_text(len(rest))} dòng"
        html += f"<details><summary>{summary}</summary>{_table_box(rest, layout, more, css_class, foot)}</details>"
    lines = [
        *notes,
        *said,
        *_hidden_notes(frame, columns, total_row),
        *(_mark_notes(frame[marks]) if marks else ()),
    ]
    if lines:
        html += '<div class="table-notes">' + "".join(f"<p>{as_html(line)}</p>" for line in lines) + "</div>"
    if max_rows == 0 and rows:
        summary = FOLDED.format(caption=escape_text(caption), count=number_text(len(rows)))
        html = f'<details class="folded"><summary>{summary}</summary>{html}</details>'
    part = table_part(
        line_of(caption), _column_models(layout), [row.model() for row in rows],
        total=None if total is None else total.cells, notes=[runs_of(line) for line in lines],
        css_class=css_class, is_folded=max_rows == 0,
    )  # fmt: skip
    return Block(f'<div class="table-block">{html}</div>', (part,))


def continued(caption: str) -> str:
    """The caption of the part of a table that unfolds."""
    return f"{caption} (tiếp theo)"


def _alignment(format_name: str) -> str:
    return "left" if format_name == "text" else "center" if format_name == "date" else "right"


def _column_models(layout: _Layout) -> list[dict[str, str]]:
    return [
        {"name": name, "title": clean_text(title), "align": layout.align[name]}
        | ({"head": "yes"} if name == layout.row_header else {})
        for name, title in layout.columns.items()
    ]  # fmt: skip


def _table_box(rows: Sequence[_Row], layout: _Layout, caption: str, css_class: str | None, foot: str) -> str:
    label = escape_text(caption or next(iter(layout.columns.values())))
    head = f"<caption><span>{label}</span></caption>" if caption else ""
    classes = "data" if css_class is None else f"data {escape_text(css_class)}"
    heads = "".join(
        f'<th scope="col" class="{_head_class(name, title, layout)}">{escape_text(title)}</th>'
        for name, title in layout.columns.items()
    )
    body = (
        _bodies(rows, layout)
        or f'<tbody><tr><td class="none" colspan="{len(layout.columns)}">{NO_ROWS}</td></tr></tbody>'
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">'
        f'<table class="{classes}">{head}<thead><tr>{heads}</tr></thead>{body}{foot}</table></div>'
    )


def _head_class(name: str, title: str, layout: _Layout) -> str:
    """How one head is shown: it heads the rows' names, or it is long and must not break word by word."""
    kind = " row-head" if name == layout.row_header else " long" if len(title) > 18 else ""
    return layout.align[name] + kind


def _bodies(rows: Sequence[_Row], layout: _Layout) -> str:
    parts: list[str] = []
    group: Line | None = None
    for row in rows:
        if layout.group_by is not None and row.group != group:
            head = f'<tr class="group"><th scope="rowgroup" colspan="{len(layout.columns)}"><span>{escape_text(plain_text(row.group))}</span></th></tr>'
            parts.append(("</tbody>" if parts else "") + "<tbody>" + head)
            group = row.group
        elif not parts:
            parts.append("<tbody>")
        parts.append(row.html)
    return "".join(parts) + "</tbody>" if parts else ""


def _rows(frame: pd.DataFrame, layout: _Layout) -> list[_Row]:
    """The rows of the frame; those of a long table are taken as they were shown before, where they say the same."""
    told = records(frame)
    if pieces_at_hand() is None or len(told) < _LONG:
        return [_row(record, layout) for record in told]
    names = list(dict.fromkeys(name for name in (*layout.columns, layout.group_by, layout.marks) if name))
    shown_as = repr((replace(layout, traces={}, badges=frozenset()), sorted(layout.badges)))
    rows = []
    for record in told:
        targets = [target(record) for target in layout.traces.values()]
        made_of = (shown_as, targets, [record[name] for name in names])
        rows.append(_Row(*found_or_made("row", made_of, partial(_told_by, record, layout))))
    return rows


def _told_by(record: Mapping[Any, Any], layout: _Layout) -> tuple[Any, ...]:
    row = _row(record, layout)
    return row.html, row.cells, row.group, row.mark, row.badge


def _row(record: Mapping[Any, Any], layout: _Layout) -> _Row:
    """One row of the frame as the page and the model show it."""
    written, cells = [], []
    mark = clean_text(record[layout.marks]).strip() if layout.marks else ""
    for name in layout.columns:
        content, cell = _cell(record[name], layout.formats.get(name, "text"))
        content = _traced(content, name, record, layout)
        side = layout.align[name]
        if name == layout.row_header:
            badge = badge_mark(mark).html if mark in layout.badges else ""
            # A blank cell names no row, such as the room for a signature.
            tag, scope = ("th", ' scope="row"') if str(content).strip() else ("td", "")
            written.append(
                f'<{tag}{scope} class="{side}">{content}{"&nbsp;" + badge if badge else ""}</{tag}>'
            )
        else:
            short = " short" if side == "left" and _is_short(record[name]) else ""
            short = " wordy" if side == "right" and _is_wordy(record[name]) else short
            label = (
                f' data-label="{escape_text(layout.columns[name])}"' if layout.is_stacked and content else ""
            )
            written.append(f'<td class="{side}{short}"{label}>{content}</td>')
        cells.append(cell)
    group = line_of(record[layout.group_by]) if layout.group_by is not None else ""
    return _Row(f"<tr>{''.join(written)}</tr>", cells, group, mark, mark if mark in layout.badges else "")


def _is_short(value: object) -> bool:
    """Say whether one text is better kept on one line than broken word by word."""
    return isinstance(value, str | Value) and len(str(value)) <= 15


def _is_wordy(value: object) -> bool:
    """Say whether one figure is told in so many words that it may break, rather than push the names together."""
    return isinstance(value, Value) and len(str(value)) > 30


def _total(total_row: Mapping[str, Any], layout: _Layout) -> _Row:
    """The row of totals; a text in it is ready to show."""
    written, cells = [], []
    for name in layout.columns:
        value = total_row.get(name, "")
        is_ready = isinstance(value, str)
        content, cell = (
            (escape_text(value), clean_text(value))
            if is_ready
            else _cell(value, layout.formats.get(name, "text"))
        )
        content = content if is_ready else _traced(content, name, total_row, layout)
        tag = 'th scope="row"' if name == layout.row_header else "td"
        written.append(f'<{tag} class="{layout.align[name]}">{content}</{tag.split()[0]}>')
        cells.append(cell)
    return _Row(f'<tr class="total">{"".join(written)}</tr>', cells)


def _as_text(value: Any, format_name: str) -> str:
    return number_text(value, format_name) if format_name != "text" else clean_text(value)


def _says_the_same(row: _Row, total: _Row, layout: _Layout) -> bool:
    """Whether a total is but the one row above it under another name."""
    names = zip(layout.columns, row.cells, total.cells, strict=True)
    return all(own == whole for name, own, whole in names if name != layout.row_header)


def _traced(content: str, name: str, record: Mapping[Any, Any], layout: _Layout) -> str:
    """One cell as a link to what its figure is made of; as it is where there is no figure."""
    if name not in layout.traces or content in ("", MISSING_HTML):
        return content
    target = layout.traces[name](record)
    return content if target is None else f'<a href="{escape_text(target)}">{content}</a>'


def _cell(value: Any, format_name: str) -> tuple[str, Cell]:
    """One value as HTML and as the model's cell."""
    if is_missing(value):
        return MISSING_HTML, MISSING_MARK
    is_words = format_name == "text" or (isinstance(value, str) and format_name != "date")
    if not is_words and not isinstance(value, Value) and not hasattr(value, "_repr_html_"):
        value = Number(value, format_name)
    cell = line_of(value)
    if isinstance(value, str) and not isinstance(
        cell, str
    ):  # words with figures in them, no figures of its own
        cell = [sentence_run("", cell)]
    text = plain_text(cell)
    html = MISSING_HTML if text == MISSING_MARK else as_html(value)
    return html, text if hasattr(value, "_repr_html_") else cell


def _hidden_notes(
    frame: pd.DataFrame, columns: Iterable[str], total_row: Mapping[str, Any] | None
) -> list[str]:
    """What the hidden figures of one table mean, once."""
    values = [value for name in columns for value in frame[name]] + list((total_row or {}).values())
    return list(dict.fromkeys(value.note for value in values if isinstance(value, Hidden)))


def _badges(marks: Iterable[object]) -> frozenset[str]:
    """The marks that stand beside their rows: all where they differ, else only what is unsure."""
    found = {clean_text(mark).strip() for mark in marks} - {""}
    return frozenset(found if len(found) > 1 else found - set(MARK_TITLES) | found & {UNSURE, WAITING})


def _mark_notes(marks: Iterable[object]) -> list[Block]:
    found = {clean_text(mark).strip() for mark in marks}
    known = [letter for letter in MARK_TITLES if letter in found]
    if not known:
        return []
    pieces: list[object] = []
    for letter in known:
        scope = ", mọi dòng" if len(found - {""}) == 1 else ""
        opening = "; " if pieces else f"Độ tin cậy của căn cứ{scope}: "
        pieces += [opening, badge_mark(letter), f" {MARK_TITLES[letter]}"]
    return [inline(*pieces, ".")]
