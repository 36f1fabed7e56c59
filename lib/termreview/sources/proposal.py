"""One export of an unknown layout looked at: its heads, what stands below each, and a draft of its declaration.

No value that may tell of a person is shown: examples are given only of columns of numbers and days, or of few words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from termreview.errors import UsageError
from termreview.intake.values.personal_data import (
    WITHHELD,
    full_names,
    is_personal,
    is_personal_number,
    names_persons,
)
from termreview.intake.values.plain_names import plain_names
from termreview.processes import Call, ProcessLost, begin_server
from termreview.reference.kinds.sources import FOLDER
from termreview.reference.loading.rows import is_id
from termreview.sources.counting import UNREADABLE
from termreview.sources.recognition import HEAD_ROWS
from termreview.sources.values import as_day, as_number, as_text
from termreview.spreadsheets.export_rows import LIMITS, export_sheets
from termreview.spreadsheets.older_formats import bound_memory, bound_work
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.storage.atomic_files import atomic_write
from termreview.text import fold, unaccented

_LOOKED_AT = 2_000  # rows
_FEW = 8  # different words
_MOSTLY = 0.8
_LIKE_NAME = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]*(?: [^\W\d_a-z][^\W\d_A-Z]*){1,5}")  # Nguyễn Thị Hoa
_CODES, _NAMES = ("ma truong", "school code"), ("truong hoc", "ten truong", "truong", "school name")


_OF_PERSONS = ("ho ten", "ho va ten", "name", "email", "account", "dien thoai", "sdt", "ngay sinh", "cccd", "cmnd", "dinh danh")  # fmt: skip


class SeenColumn(NamedTuple):
    """One column of an unknown export: its head, what stands in it, and examples, none of a person."""

    head: str
    kind: str  # number, date, words, text or blank
    filled: int
    different: int
    is_personal: bool
    examples: tuple[str, ...]


class SeenExport(NamedTuple):
    """The first sheet of an unknown export that looks like a list; `reason` says why there is none."""

    sheet: str
    head_row: int
    rows: int
    columns: tuple[SeenColumn, ...]
    reason: str = ""


def look_at_export(path: Path) -> SeenExport:
    """Look at one export in a process of its own, which alone sees its rows."""
    begin_server(__name__)
    try:
        child = Call(_look, path.resolve(), is_silent=True, patience_s=LIMITS.child_wait_seconds)
    except OSError:
        return _nothing(UNREADABLE)
    with child:
        try:
            seen: SeenExport = child.answer()
        except (TimeoutError, ProcessLost):
            return _nothing(UNREADABLE)
    return seen


def _nothing(reason: str) -> SeenExport:
    return SeenExport("", 0, 0, (), reason)


def _look(path: Path) -> Iterator[SeenExport]:
    bound_memory(LIMITS.child_memory_bytes)
    bound_work(LIMITS.child_seconds)
    try:
        found = [seen for sheet in export_sheets(path) if (seen := _seen(sheet.name, sheet.rows)) is not None]
        yield max(found, key=lambda seen: len(seen.columns) * seen.rows) if found else _nothing("no_cells")
    except RefusedFile as refused:
        yield _nothing(refused.reason)
    except Exception:  # its words may quote a cell
        yield _nothing(UNREADABLE)


def _seen(name: str, rows: Iterator[Sequence[Any]]) -> SeenExport | None:
    first = [list(row) for row in islice(rows, HEAD_ROWS)]
    texts = [sum(isinstance(value, str) and value.strip() != "" for value in row) for row in first]
    if not texts or max(texts) < 2:
        return None
    head_row = texts.index(max(texts))  # titles above a list have fewer words, rows below at most as many
    heads = first[head_row]
    below = [
        row for row in chain(first[head_row + 1 :], islice(rows, _LOOKED_AT)) if any(v != "" for v in row)
    ]
    told = [str(head).strip() for head in heads]
    is_of_persons = names_persons(", ".join(filter(None, told)))  # a grade book with its pupils across
    columns = [
        _withheld_column() if _names_person(head, is_of_persons)
        else _column(head, [row[place] for row in below if place < len(row)])
        for place, head in enumerate(told)
        if head
    ]  # fmt: skip
    return SeenExport(name, head_row + 1, len(below), tuple(columns)) if below else None


def _names_person(head: str, is_of_persons: bool) -> bool:
    """Whether one head tells of a person: by a full name or a number, or as one of several names in a row of them."""
    text = unicodedata.normalize("NFC", head)
    return (
        any(full_names(text)) or any(plain_names(text)) or is_personal(text) or is_personal_number(text)
        or (is_of_persons and names_persons(", ".join([text] * 3)))
    )  # fmt: skip


def _withheld_column() -> SeenColumn:
    return SeenColumn(WITHHELD, "text", 0, 0, True, ())


def _column(head: str, values: Sequence[Any]) -> SeenColumn:
    there = [value for value in values if as_text(value) != ""]
    different = Counter(map(as_text, there))
    is_named = any(word in unaccented(fold(head)) for word in _OF_PERSONS)
    enough = _MOSTLY * len(there)
    is_told = (
        is_named
        or any(map(_LIKE_NAME.fullmatch, different))
        or any(is_personal(text) or is_personal_number(text) or names_persons(text) for text in different)
    )
    if not there:
        kind = "blank"
    elif sum(as_day(value, "dmy") is not None for value in there) >= enough:
        kind = "date"
    elif sum(as_number(value) is not None for value in there) >= enough:
        kind = "number"
    else:
        kind = "words" if len(different) <= _FEW < len(there) else "text"
    is_of_person = is_told or (
        kind in ("text", "number", "date") and len(different) > _MOSTLY * len(there) > _FEW
    )
    shown = () if is_of_person or kind == "text" else tuple(text for text, _ in different.most_common(_FEW))
    return SeenColumn(head, kind, len(there), len(different), is_of_person, shown)


def can_be_drafted(seen: SeenExport) -> bool:
    """Whether any head of an export may stand in a declaration: none does that tells of a person."""
    return any(column.head != WITHHELD for column in seen.columns)


def draft_layout(seen: SeenExport, title: str) -> str:
    """The draft of a declaration for one unknown export, as text of a YAML file; to be completed by the office.

    Columns whose head tells of a person are left out; one at least is not (`can_be_drafted`).
    """
    columns = [column for column in seen.columns if column.head != WITHHELD]
    ids = _ids([column.head for column in columns])
    plain = [unaccented(fold(column.head)) for column in columns]
    key = next((one for one, column in zip(ids, columns, strict=True) if column.filled == seen.rows), ids[0])
    ways = []
    for way, known in (("code", _CODES), ("name", _NAMES)):
        ways += [
            f"  - {{by: {way}, column: {one}}}" for one, head in zip(ids, plain, strict=True) if head in known
        ][:1]
    lines = [
        f"# Bản nháp lập từ một tệp xuất có {seen.rows} dòng; xem lại từng mục rồi chạy `termreview check`.",
        'system: "…"', f'title: "{title}"', f"kind: {'persons' if any(c.is_personal for c in seen.columns) else 'groups'}",
        "columns:",
    ]  # fmt: skip
    for one, column in zip(ids, columns, strict=True):
        dates = ", dates: dmy" if column.kind == "date" else ""
        head = column.head.replace("\n", " ").replace('"', "'")
        lines.append(f'  - {{id: {one}, heads: ["{head}"]{dates}}}')
    lines += [
        f"required: [{', '.join(ids[:6])}]", f"row_key: {key}", "schools:", *ways, "  - {by: file}", "facts:",
        "  - fact_id: so_dong", '    title: "Số dòng"', "    count: rows", "mark: C",
        '# Bố cục chưa được dùng cho đến khi xác nhận: xóa dòng dưới đây khi đã xem lại.', 'is_draft: "yes"', "",
    ]  # fmt: skip
    return "\n".join(lines)


def write_draft(reference: Path, source_id: str, seen: SeenExport) -> Path:
    """Write the draft of a layout below the declarations, and give its place.

    Raises
    ------
    UsageError
        When the id is none, or another layout has it.
    """
    path = reference / FOLDER / f"{source_id}.yml"
    if not is_id(source_id) or path.exists():
        raise UsageError("layout_id_taken", id=source_id)
    with atomic_write(path) as beside:
        beside.write_text(draft_layout(seen, source_id), encoding="utf-8", newline="\n")
    return path


def _ids(heads: Sequence[str]) -> list[str]:
    """An id for each head: its words without accents; one that comes again gets a number."""
    ids: list[str] = []
    for place, head in enumerate(heads, start=1):
        words = "".join(
            letter if letter.isascii() and letter.isalnum() else "_" for letter in unaccented(fold(head))
        )
        base = "_".join(part for part in words.split("_") if part)[:40] or f"cot_{place}"
        base = (
            base
            if not base[0].isdigit()
            and base not in ("on", "off", "yes", "no", "y", "n", "null", "true", "false")
            else f"cot_{base}"
        )
        ids.append(base if base not in ids else f"{base}_{place}")
    return ids
