"""One export of an unknown layout looked at: its heads, what stands below each, and a draft of its declaration.

No value that may tell of a person is shown: examples are given only of columns of numbers and days, or of few words.
"""

from __future__ import annotations

import json
import re
import tempfile
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
    name_without_personal,
    names_persons,
)
from termreview.intake.values.plain_names import plain_names
from termreview.processes import Call, ProcessLost, begin_server
from termreview.reference.kinds.sources import (
    AT_LEAST,
    BLANK,
    BY_CODE,
    BY_FILE,
    BY_NAME,
    FILLED,
    FOLDER,
    GROUPS,
    PERSONS,
    ROWS,
    UNSAID,
    WITHIN,
    Condition,
    ExportColumn,
    ExportLayout,
    SourceFact,
    read_layout,
)
from termreview.reference.loading.rows import is_id
from termreview.reference.loading.source import Source
from termreview.sources.counting import UNREADABLE
from termreview.sources.recognition import HEAD_ROWS
from termreview.sources.values import as_day, as_number, as_text
from termreview.spreadsheets.export_rows import LIMITS, export_sheets
from termreview.spreadsheets.older_formats import bound_memory, bound_work
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.storage.atomic_files import write_text
from termreview.text import fold, unaccented

_LOOKED_AT = 2_000  # rows
_FEW = 8  # different words
_MOSTLY = 0.8
_KNOWN_BY = 6  # of its columns a layout is known by
_LIKE_NAME = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]*(?: [^\W\d_a-z][^\W\d_A-Z]*){1,5}")  # Nguyễn Thị Hoa
_QUOTED = json.JSONEncoder(ensure_ascii=False).encode
_DRAFT_NOTE = "# Bố cục chưa được dùng cho đến khi xác nhận: xóa dòng dưới đây khi đã xem lại."
_DRAFT_LINE = re.compile(r"is_draft\s*:")
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
    return (
        SeenExport(name_without_personal(name, ()), head_row + 1, len(below), tuple(columns))
        if below
        else None
    )


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


def proposed_layout(seen: SeenExport, source_id: str, title: str) -> ExportLayout:
    """The layout that one unknown export seems to have, as a draft that the office completes.

    Columns whose head tells of a person are left out; one at least is not (`can_be_drafted`).
    """
    columns = [column for column in seen.columns if column.head != WITHHELD]
    ids = _ids([column.head for column in columns])
    plain = [unaccented(fold(column.head)) for column in columns]
    ways = []
    for way, known in ((BY_CODE, _CODES), (BY_NAME, _NAMES)):
        ways += [(way, one) for one, head in zip(ids, plain, strict=True) if head in known][:1]
    return ExportLayout(
        source_id=source_id, system=UNSAID, title=title,
        kind=PERSONS if any(column.is_personal for column in seen.columns) else GROUPS,
        columns={
            one: ExportColumn(one, (" ".join(column.head.split()),), "dmy" if column.kind == "date" else "")
            for one, column in zip(ids, columns, strict=True)
        },
        required=tuple(ids[:_KNOWN_BY]),
        row_key=next((one for one, column in zip(ids, columns, strict=True) if column.filled == seen.rows), ids[0]),
        identity="", schools=(*ways, (BY_FILE, "")), period_end="", period_days="",
        facts=(SourceFact("so_dong", "Số dòng", "", ROWS, "", ()),), is_in_parts=False, mark="C", is_draft=True,
    )  # fmt: skip


def layout_text(layout: ExportLayout, note: str) -> str:
    """One layout as text of its declaration, below a note: what reads back as the same layout."""
    lines = [
        f"# {note}", f"system: {_QUOTED(layout.system)}", f"title: {_QUOTED(layout.title)}", f"kind: {layout.kind}",
        "columns:",
    ]  # fmt: skip
    for column in layout.columns.values():
        dates = f", dates: {column.date_order}" if column.date_order else ""
        lines.append(f"  - {{id: {column.column_id}, heads: {_QUOTED(list(column.heads))}{dates}}}")
    lines.append(f"required: [{', '.join(layout.required)}]")
    lines += [f"{name}: {value}" for name in ("row_key", "identity") if (value := getattr(layout, name))]
    lines.append("schools:")
    lines += [f"  - {{by: {way}{f', column: {column}' if column else ''}}}" for way, column in layout.schools]
    told = {"end": layout.period_end, "days": layout.period_days, "year": layout.period_year}
    if period := ", ".join(f"{name}: {value}" for name, value in told.items() if value):
        lines.append(f"period: {{{period}}}")
    lines.append("facts:")
    for fact in layout.facts:
        lines += [f"  - fact_id: {fact.fact_id}", f"    title: {_QUOTED(fact.title)}"]
        lines += [f"    unit: {_QUOTED(fact.unit)}"] if fact.unit else []
        lines.append(f"    count: {fact.count}")
        lines += [f"    column: {fact.column_id}"] if fact.column_id else []
        lines += ["    where:", *map(_condition_text, fact.conditions)] if fact.conditions else []
    lines += [f"attachment: {layout.attachment}"] if layout.attachment else []
    lines += ['is_in_parts: "yes"'] if layout.is_in_parts else []
    lines.append(f"mark: {layout.mark}")
    lines += [_DRAFT_NOTE, 'is_draft: "yes"'] if layout.is_draft else []
    return "\n".join([*lines, ""])


def _condition_text(condition: Condition) -> str:
    if condition.kind in (FILLED, BLANK, WITHIN):
        test = f"state: {condition.kind}"
    elif condition.kind == AT_LEAST:
        test = f"{AT_LEAST}: {condition.values[0]}"
    else:
        test = f"{condition.kind}: {_QUOTED(list(condition.values))}"
    return f"      - {{column: {condition.column_id}, {test}}}"


def write_layout(reference: Path, layout: ExportLayout, note: str) -> Path:
    """Write one layout among the declarations, and give its place.

    Raises
    ------
    UsageError
        When the id is none, or another layout has it.
    DeclarationError
        When the layout is not whole: it is read as a run would read it before it is written.
    """
    path = reference / FOLDER / f"{layout.source_id}.yml"
    if not is_id(layout.source_id) or path.exists():
        raise UsageError("layout_id_taken", id=layout.source_id)
    text = layout_text(layout, note)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / path.name).write_text(text, encoding="utf-8", newline="\n")
        source = Source(Path(folder))
        read_layout(source, path.name)
    if fault := source.fault():
        raise fault
    path.parent.mkdir(exist_ok=True)
    write_text(path, text)
    return path


def confirm_layout(reference: Path, source_id: str, note: str) -> Path:
    """Put a drafted layout in force: its own file without the line that makes it a draft, with a note in front."""
    path = reference / FOLDER / f"{source_id}.yml"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    kept = [line for line in lines if line != _DRAFT_NOTE and not _DRAFT_LINE.match(line)]
    write_text(path, "\n".join([f"# {note}", *kept, ""]))
    return path


def write_draft(reference: Path, source_id: str, seen: SeenExport) -> Path:
    """Write the draft of a layout below the declarations, and give its place; as `write_layout`."""
    note = f"Bản nháp lập từ một tệp xuất có {seen.rows} dòng; xem lại từng mục rồi chạy `termreview check`."
    return write_layout(reference, proposed_layout(seen, source_id, source_id), note)


def plain_id(text: str) -> str:
    """An id of the words of one text, without accents."""
    return _ids([text])[0]


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
