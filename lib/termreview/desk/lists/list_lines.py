"""One CSV list of the declarations changed by whole rows: read anew, written whole, by one writer at a time.

Rows that are not touched keep their bytes, so that a change reads as one line in any comparison.
"""

from __future__ import annotations

import csv
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from termreview.cell_text import as_meant, inert
from termreview.errors import RunError, WorkspaceBusyError
from termreview.reference.declarations import Reference
from termreview.reference.loading.file_reading import declared_bytes
from termreview.reference.loading.list_file import ListFile, parse_list
from termreview.reference.loading.source import Source
from termreview.storage.atomic_files import write_content
from termreview.storage.lock import held
from termreview.text import clean

PATIENCE_S = 5.0
_PAUSE_S = 0.05
_BOM = "\ufeff"
_OPEN_NOTES = ("~${}", ".~lock.{}#")  # what Excel and LibreOffice lay beside a file that they have open
Read = TypeVar("Read")


@dataclass(frozen=True)
class ListText:
    """One list as text: its header line, and each row as the lines it takes, line ends included."""

    header: str
    rows: tuple[str, ...]
    line_end: str

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order of the file."""
        return next(csv.reader([self.header.removeprefix(_BOM)]), [])

    def records(self) -> list[dict[str, str]]:
        """Each row by column name."""
        names = self.columns
        return [
            dict(
                zip(
                    names,
                    (as_meant(cell.strip()) for cell in next(csv.reader(io.StringIO(row)), [])),
                    strict=False,
                )
            )
            for row in self.rows
        ]

    def line(self, values: Mapping[str, str]) -> str:
        """One new row as a line of this list; every value on one line, composed, and nothing that a program computes."""
        stream = io.StringIO()
        cells = [inert(clean(values.get(name, ""))) for name in self.columns]
        csv.writer(stream, lineterminator=self.line_end).writerow(cells)
        return stream.getvalue()

    def text(self) -> str:
        """The whole list."""
        return self.header + "".join(self.rows)


def read_list_text(path: Path) -> ListText:
    """Read one list; a last line without its line end gets one.

    One that a spreadsheet program saved in its own way is given as the office's lists are written, so that a row added
    to it makes one whole list and no mixture.

    Raises
    ------
    DeclarationError
        When the list cannot be read, or holds what can mean two things.
    """
    source = Source(path.parent)
    saved = declared_bytes(source, path)
    found = parse_list(saved or b"")
    for told in found.faults:
        source.report(path, told.line, told.message, is_broken=told.is_broken)
    if fault := source.fault():
        raise fault
    if not found.is_house:
        return _in_house_form(found)
    content = (saved or b"").decode("utf-8")
    line_end = "\r\n" if "\r\n" in content else "\n"
    if content and not content.endswith("\n"):
        content += line_end
    parts = list(_rows(content))
    return ListText(parts[0] if parts else "", tuple(part for part in parts[1:] if part.strip()), line_end)


def _in_house_form(found: ListFile) -> ListText:
    """One list as the office's lists are written, with the mark by which Excel knows its letters."""
    stream = io.StringIO()
    lines = csv.writer(stream, lineterminator="\n")
    texts = []
    for cells in (found.header, *(cells for _, cells in found.rows)):
        lines.writerow([inert(as_meant(cell)) for cell in cells])
        texts.append(stream.getvalue())
        stream.seek(0)
        stream.truncate()
    return ListText(_BOM + texts[0], tuple(texts[1:]), "\n")


def read_held_against(
    found: ListText, name: str, reference: Reference, read: Callable[[Source, Reference], Read]
) -> Read:
    """What one list declares, read as the file `name` by the loader of that list and held against all else.

    Raises
    ------
    DeclarationError
        When the list holds mistakes; all of them are named.
    """
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(found.text().encode("utf-8"))
        source = Source(Path(folder))
        declared = read(source, reference)
    if fault := source.fault():
        raise fault
    return declared


def _rows(content: str) -> Iterator[str]:
    """The lines of each row: a quoted cell may hold line ends."""
    lines = list(io.StringIO(content, newline=""))
    reader, start = csv.reader(lines), 0
    for _ in reader:
        yield "".join(lines[start : reader.line_num])
        start = reader.line_num


def change_list(
    root: Path,
    path: Path,
    change: Callable[[ListText], Sequence[str]],
    purpose: str,
    patience_s: float = PATIENCE_S,
) -> None:
    """Change one list while nobody else writes or runs: `change` is given what stands there now, gives the rows wanted.

    What `change` raises leaves the file as it was, and so do rows that are the same: neither its bytes nor its time
    move, or every desk would take a refused wish for news.

    Raises
    ------
    WorkspaceBusyError
        When another process holds the workspace longer than `patience_s`.
    RunError
        When a spreadsheet program has the list open: what it saves later would take the new rows away again.
    """
    with patiently_held(root, purpose, patience_s):
        found = read_list_text(path)
        rows = tuple(change(found))
        if rows == found.rows:
            return
        if note := next(
            (name for sign in _OPEN_NOTES if (name := path.with_name(sign.format(path.name))).exists()), None
        ):
            raise RunError("list_open_elsewhere", file=path.name, note=note.name)
        text = ListText(found.header, rows, found.line_end).text()
        try:
            write_content(path, text.encode("utf-8"))
        except PermissionError as error:
            raise RunError("list_held_elsewhere", file=path.name) from error


@contextmanager
def patiently_held(root: Path, purpose: str, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold one workspace, waiting a little for whoever holds it."""
    ends = time.monotonic() + patience_s
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(held(root, purpose))
                break
            except WorkspaceBusyError:
                if time.monotonic() >= ends:
                    raise
                time.sleep(_PAUSE_S)
        yield
