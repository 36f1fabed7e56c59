"""One list of declarations (CSV) at a time, read as text with line numbers; every mistake is noted, none raised."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from termreview.cell_text import as_meant
from termreview.coded_text import CodedText
from termreview.reference.loading.file_reading import declared_bytes
from termreview.reference.loading.list_file import HOUSE_SEPARATOR, SEPARATORS, parse_list
from termreview.reference.loading.rows import Row, meant_by
from termreview.reference.loading.source import Source

_MOST_TOLD = 20


def read_list(source: Source, name: str, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """Read one CSV list; a missing file, column or cell, a broken quote or an unknown column is a mistake.

    Lines without any filled cell are passed over. Of the `optional` columns any may be absent, and a line may end
    before them: what was written before there was such a column is read as it is.
    """
    path = source.root / name
    content = declared_bytes(source, path)
    if content is None:
        return []
    found = parse_list(content, columns)
    for fault in found.faults:
        source.report(path, fault.line, fault.message, is_broken=fault.is_broken)
    if not found.header:
        if not found.faults:
            source.report(path, 1, "file_empty", is_broken=name not in source.broken)
        return []
    header = _header(source, path, found.header, columns, optional)
    if not header:
        return []
    for note in found.notes:
        source.note(path, note.line, note.message, is_of_reading=True)
    rows: list[Row] = []
    unlike: list[tuple[int, str]] = []
    for line, cells in found.rows:
        left_out = header[len(cells) :]
        if left_out and set(left_out) <= set(optional):
            cells = (*cells, *("" for _ in left_out))
        if len(cells) == len(header):
            rows.append(Row(source, path, line, dict(zip(header, map(as_meant, cells), strict=True))))
        else:  # which cell is which cannot be told
            unlike.append((line, "too_many_cells" if len(cells) > len(header) else "too_few_cells"))
    told = unlike[:1] if len(unlike) > max(len(rows), _MOST_TOLD) else unlike
    for line, code in told:  # where nearly all have other separators than the head, that is one mistake
        source.report(path, line, code, is_broken=True)
    return rows


def _header(
    source: Source, path: Path, header: Sequence[str], columns: Sequence[str], optional: Sequence[str]
) -> list[str]:
    """The names of the columns as they are meant, each once; none, and the mistakes noted, where one is missing."""
    for separator, separators in SEPARATORS.items():
        if (
            separator != HOUSE_SEPARATOR
            and len(header) < len(columns)
            and len(separator.join(header).split(separator)) >= len(columns)
        ):
            source.report(path, 1, "wrong_separator", separators=CodedText(separators), is_broken=True)
            return []
    meant = list(header)
    for place, column in enumerate(header):
        if column not in (*columns, *optional):
            slip = meant_by(column, [name for name in (*columns, *optional) if name not in meant])
            if slip:
                source.report(path, 1, "column_meant", column=column, meant=slip)
            else:
                known = ", ".join((*columns, *optional))
                source.report(path, 1, "column_unknown", column=column, known=known)
            meant[place] = slip or column
    wrong = [column for column in columns if meant.count(column) != 1]
    wrong += [column for column in optional if meant.count(column) > 1]
    for column in wrong:
        code = "column_twice" if column in meant else "column_missing"
        source.report(path, 1, code, column=column, is_broken=True)
    return [] if wrong else meant
