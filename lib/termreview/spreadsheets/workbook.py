"""One received file in, its workbook out: the only door through which spreadsheets are read.

The content decides what a file is, never its name. ``.xlsx`` and ``.xlsm`` are read here; older formats,
and books of unusual size, in a child process of bounded time and memory.
"""

from __future__ import annotations

import csv
import io
import re
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from termreview.coded_text import CodedText
from termreview.spreadsheets.model.cell_values import Shared
from termreview.spreadsheets.model.sheet_content import refuse_text
from termreview.spreadsheets.model.workbook_model import Cell, Sheet, Workbook
from termreview.spreadsheets.older.old_fonts import old_cells, old_strings, old_styles
from termreview.spreadsheets.older.opendocument import read_opendocument
from termreview.spreadsheets.older_formats import read_in_child
from termreview.spreadsheets.packages import guard
from termreview.spreadsheets.packages.archive import ArchiveMember, read_member
from termreview.spreadsheets.packages.guard import (
    DEFAULT_LIMITS,
    REFUSAL_REASONS,
    Limits,
    RefusedFile,
    system_code,
)
from termreview.spreadsheets.packages.sniffing import LOCKED, sniff
from termreview.spreadsheets.xlsx.beside import NOTHING_BESIDE, read_beside
from termreview.spreadsheets.xlsx.conditions import hiding_areas
from termreview.spreadsheets.xlsx.looks import read_looks, read_runs
from termreview.spreadsheets.xlsx.package import (
    Package,
    find_part,
    open_package,
    workbook_part_name,
    xml_members,
)
from termreview.spreadsheets.xlsx.rich_values import picture_values
from termreview.spreadsheets.xlsx.shared import read_number_formats, read_shared_strings
from termreview.spreadsheets.xlsx.sheet import read_sheet

__all__ = [
    "DEFAULT_LIMITS", "REFUSAL_REASONS", "Cell", "Limits", "RefusedFile", "Sheet", "Workbook", "read_content",
    "read_workbook",
]  # fmt: skip

_OPENOFFICE_1 = b"mimetypeapplication/vnd.sun.xml."  # its first member says so
_MOST_SEPARATORS = 20  # for each cell that may be filled
csv.field_size_limit(DEFAULT_LIMITS.text_characters)  # its own limit is below what one cell may hold
_CONTENT_KINDS = (  # parts that tell what else a zip archive is
    ("word/", "word_document", "word_document"),
    ("ppt/", "unsupported_format", "presentation"),
    ("Index/", "unsupported_format", "numbers_workbook"),
)


def read_workbook(path: Path | ArchiveMember, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Return one received file as a workbook.

    Parameters
    ----------
    path
        The file as received, by itself or within an archive; its name and suffix are not looked at.
    limits
        How large it may be, and how long reading may take.

    Raises
    ------
    RefusedFile
        When it cannot be read for one of `REFUSAL_REASONS`.
    """
    found = _read_here(path, limits)
    if isinstance(found, Workbook):
        workbook = found
    elif isinstance(path, ArchiveMember):
        workbook = _read_member_in_child(path, found, limits)
    else:
        workbook = read_in_child(path, found, limits)
    if not any(sheet.cells for sheet in workbook.sheets):
        raise RefusedFile("no_cells", "no_filled_cell")
    return workbook


def _read_member_in_child(member: ArchiveMember, kind: str, limits: Limits) -> Workbook:
    """Have a child process read one file of an archive, from a private copy that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="termreview-") as folder:
        copy = Path(folder) / (re.sub(r"\W", "_", member.stem)[:60] or "_")
        copy.write_bytes(read_member(member, limits))
        return read_in_child(copy, kind, limits)


def read_locked(path: Path, limits: Limits) -> Workbook:
    """Return one encrypted workbook that the spreadsheet program itself locked, read in this very process.

    Raises
    ------
    RefusedFile
        When it is locked with a password of somebody's own, or cannot be read.
    """
    from termreview.spreadsheets.packages.default_password import package_within  # with numpy

    plain = package_within(read_content(path, limits))
    if plain is None or sniff(plain) == LOCKED:
        raise RefusedFile("password_protected", "locked_office_file")
    with tempfile.TemporaryDirectory(prefix="termreview-") as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(plain)
        return read_workbook(copy, limits)


def _read_here(path: Path | ArchiveMember, limits: Limits) -> Workbook | str:
    """Return one received file as a workbook, or as what the child process is to read it; its bytes are let go."""
    data = read_content(path, limits)
    kind = sniff(data)
    if kind == "zip":
        try:
            return _read_archive(data, limits)
        except RefusedFile as refused:
            if refused.reason == "archive_not_workbook" and isinstance(path, ArchiveMember):
                raise RefusedFile(refused.reason, "archive_within_archive") from None
            raise
    if kind == "fods" and len(data) <= limits.in_process_bytes:
        return read_opendocument({"content.xml": data}, frozenset(), limits, kind)
    if kind == "fods":
        return "whole"
    if kind != "csv":
        return kind
    return "whole" if len(data) > limits.in_process_text_bytes else _read_csv(data, path.stem, limits)


_NOT_OPENED = {
    "ENOENT": "no_such_file", "EACCES": "not_readable", "EPERM": "not_readable",
}  # fmt: skip
_NO_FILES = (
    (stat.S_ISDIR, "a_folder"), (stat.S_ISCHR, "a_device"), (stat.S_ISBLK, "a_device"), (stat.S_ISFIFO, "a_pipe"),
    (stat.S_ISSOCK, "a_socket"),
)  # fmt: skip


def read_content(path: Path | ArchiveMember, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return the bytes of one received file; what is no file, or may not be opened, is refused by name."""
    if isinstance(path, ArchiveMember):
        return read_member(path, limits)
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # opening a pipe would wait for ever
            what = next((name for is_kind, name in _NO_FILES if is_kind(facts.st_mode)), "not_a_file")
            raise RefusedFile("cannot_be_opened", what)
        if facts.st_size > limits.file_bytes:
            raise RefusedFile("too_large", "byte_count", count=facts.st_size)
        with path.open("rb") as stream:
            data = stream.read(facts.st_size + 1)  # no more, also of a file that grows or never ends
    except (OSError, ValueError) as error:
        code = system_code(error) if isinstance(error, OSError) else ""
        why = code or CodedText("its_name")
        raise RefusedFile("cannot_be_opened", _NOT_OPENED.get(code, "system_cannot_open"), why=why) from None
    if len(data) != facts.st_size:
        raise RefusedFile("cannot_be_opened", "length_changes")
    return data


def _read_archive(data: bytes, limits: Limits) -> Workbook | str:
    """Read one zip archive, or say as what the child process is to read it, by what it holds."""
    members = guard.list_members(data, limits)
    if _OPENOFFICE_1 in data[:512]:
        raise RefusedFile("unsupported_format", "openoffice_1")
    read = xml_members(data, members)
    if sum(member.file_size for member in members if member.filename in read) > limits.in_process_bytes:
        return "whole"
    parts = guard.inflate_members(data, members, lambda member: member.filename in read)
    names = frozenset(guard.part_name(member) for member in members)
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):  # then its content looks like nothing
        raise RefusedFile("password_protected", "locked_opendocument")
    if "content.xml" in parts and b"opendocument:xmlns:office" in parts["content.xml"][:8192]:
        return read_opendocument(parts, names, limits)
    main = workbook_part_name(parts)
    if main is not None and main.lower().endswith(".bin"):
        return "xlsb"
    for prefix, reason, found in _CONTENT_KINDS:
        if any(name.startswith(prefix) for name in names) and not any(n.startswith("xl/") for n in names):
            raise RefusedFile(reason, found)
    if main is None and find_part(names, "[Content_Types].xml") is None:
        raise RefusedFile("archive_not_workbook", "archive_of_files", count=len(names))
    return _read_package(open_package(parts, names, limits), parts, limits)


def _read_package(package: Package, parts: Mapping[str, bytes], limits: Limits) -> Workbook:
    """Read the sheets of one opened package."""
    strings, looks = read_shared_strings(package.shared_strings), read_looks(package.styles, package.theme)
    longest = max(map(len, strings), default=0)
    marked = {}
    for number, runs in read_runs(package.shared_strings, package.theme, looks).items():
        marked[number], strings[number] = (strings[number], runs), ""
    shared = Shared(
        strings=strings,
        formats=read_number_formats(package.styles),
        is_1904=package.is_1904,
        looks=looks,
        marked=marked,
        theme=package.theme,
        pictures=picture_values(parts, package.arrows),
    )
    old, old_texts = old_styles(package.styles), old_strings(package.shared_strings)
    sheets, notes, filled = [], list(package.notes), 0
    for part in package.sheets:
        content = read_sheet(part.part, shared, limits)
        beside = read_beside(parts, part.target, package.arrows) if package.has_notes else NOTHING_BESIDE
        notes.extend(sorted(content.notes))
        filled += len(content.cells)
        if filled > limits.cells:
            raise RefusedFile("too_large", "cells_above", count=limits.cells)
        sheets.append(
            Sheet(
                part.name,
                part.state,
                content.cells,
                frozenset(content.hidden_rows),
                frozenset(content.hidden_columns),
                tuple(content.merges),
                old_cells(part.part, old, content.cells, old_texts),
                content.hides_zeros,
                tuple(hiding_areas(part.part, package.styles, package.theme)),
                beside.notes,
                tuple(beside.pictures),
            )
        )
    if longest * filled > limits.text_characters:  # one long string may stand in every cell
        refuse_text((cell for sheet in sheets for cell in sheet.cells.values()), limits)
    if package.has_macros:
        notes.append("macros")
    if package.has_external_links:
        notes.append("external_links")
    return Workbook(
        tuple(sheets),
        package.kind,
        package.has_macros,
        package.has_external_links,
        tuple(dict.fromkeys(notes)),
    )


def _read_csv(data: bytes, name: str, limits: Limits) -> Workbook:
    """Read one text file with separators as a workbook of one sheet, every cell a text."""
    text, delimiter, notes = text_table(data)
    if text.count(delimiter) > _MOST_SEPARATORS * limits.cells:  # one line of millions is built as a whole
        raise RefusedFile("too_large", "text_columns", count=text.count(delimiter))
    cells: dict[tuple[int, int], Cell] = {}
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values, start=1):
                if value:
                    cells[row, column] = Cell(value, value, "text")
            if len(cells) > limits.cells:
                raise RefusedFile("too_large", "cells_above", count=limits.cells)
    except csv.Error:
        raise RefusedFile("damaged", "text_table_broken") from None
    refuse_text(cells.values(), limits)
    return Workbook((Sheet(name, "visible", cells),), "csv", notes=notes)


def text_table(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Return the text of one table, its separator (the one that its first line names, or that cuts most lines), and notes."""
    text, notes = _decode_text(data)
    first, _, rest = text.partition("\n")
    if first.strip().lower() in ("sep=;", "sep=,", "sep=\t"):
        return rest, first.strip("\r\n")[4], notes
    return text, _delimiter(text), notes


def _decode_text(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of one file and a note where its encoding had to be guessed."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError:
        if encoding == "utf-16":
            raise RefusedFile("damaged", "utf16_table_broken") from None
    for guessed in ("cp1258", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(guessed), ("encoding_guessed",)
    return data.decode("latin-1"), ("encoding_guessed",)


def _delimiter(text: str) -> str:
    """Return the separator that cuts most lines of one text, refusing a text that has none."""
    lines = [line for line in text[:65536].splitlines() if line.strip()]
    counts = {mark: sum(mark in line for line in lines) for mark in (";", "\t", ",")}
    best = max(counts, key=lambda mark: counts[mark])
    if counts[best] * 2 < len(lines):
        raise RefusedFile("unsupported_format", "plain_text")
    return best
