"""One workbook of an older format (or of unusual size), read in a child process and handed back sheet by sheet.

The engine for ``.xls`` and ``.xlsb`` can abort its whole process on a file of two kilobytes. In a child of
bounded time and memory such a death is one refused file.
"""

from __future__ import annotations

import datetime
import io
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from termreview.cells import address
from termreview.processes import Call, ProcessLost, begin_server
from termreview.spreadsheets.model.workbook_model import Cell, Sheet, Workbook
from termreview.spreadsheets.older.biff import read_excel
from termreview.spreadsheets.older.xlsb import read_binary
from termreview.spreadsheets.packages.guard import (
    DEFAULT_LIMITS,
    NOT_OPENED,
    Limits,
    RefusedFile,
    system_code,
)
from termreview.spreadsheets.packages.sniffing import LOCKED

Read = Callable[[Path, str, Limits], Iterator["Workbook | Sheet"]]

_SPENT, _KILLED = getattr(signal, "SIGPROF", 0), getattr(signal, "SIGKILL", 0)


def read_in_child(path: Path, kind: str, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Return one workbook read by a child process; `kind` is ``xls``, ``xlsb``, ``locked``, or ``whole``
    for a file of unusual size of any kind.

    Raises
    ------
    RefusedFile
        ``engine_failed`` when the child does too much work or dies, ``cannot_be_opened`` when it is not given the
        time or the memory to do it, else what it found.
    """
    begin_server(__name__)
    try:
        child = Call(
            within_limits, limits, read_sheets, path.resolve(), kind,
            is_silent=True, patience_s=limits.child_wait_seconds,
        )  # fmt: skip
    except OSError as error:  # no more processes, or no memory for one
        raise RefusedFile(NOT_OPENED, "no_process", why=system_code(error)) from None
    with child:
        try:
            workbook: Workbook = child.answer()
            sheets = []
            with suppress(StopIteration):
                while True:
                    sheets.append(child.answer())
        except TimeoutError:
            raise RefusedFile(NOT_OPENED, "reading_unfinished", seconds=limits.child_wait_seconds) from None
        except ProcessLost as lost:
            if _SPENT and lost.exit_code == -_SPENT:
                raise RefusedFile("engine_failed", "reading_stopped", seconds=limits.child_seconds) from None
            if _KILLED and lost.exit_code == -_KILLED:  # by nobody here: memory ran out, or somebody ended it
                raise RefusedFile(NOT_OPENED, "reading_ended") from None
            raise _broke_down(kind) from None
        except RefusedFile:
            raise
        except Exception:  # what it fell over, itself or what it handed over
            raise _broke_down(kind) from None
    return replace(workbook, sheets=tuple(sheets))


def _broke_down(kind: str) -> RefusedFile:
    return RefusedFile("engine_failed", "engine_broke", engine=kind)


def within_limits(limits: Limits, read: Read, path: Path, kind: str) -> Iterator[Workbook | Sheet]:
    """The child's side of `read_in_child`: what reading gives, done with bounded time and memory."""
    bound_memory(limits.child_memory_bytes)
    bound_work(limits.child_seconds)
    yield from read(path, kind, limits)


def read_sheets(path: Path, kind: str, limits: Limits) -> Iterator[Workbook | Sheet]:
    """Give one workbook without its sheets, then these one by one: a large one is never handed over as a whole."""
    if kind in ("whole", LOCKED):
        from termreview.spreadsheets.workbook import read_locked, read_workbook  # which import this room

        here = replace(
            limits, in_process_bytes=limits.inflated_bytes, in_process_text_bytes=limits.file_bytes
        )
        workbook = (read_locked if kind == LOCKED else read_workbook)(path, here)
    else:
        workbook = read_with_engine(path, kind, limits)
    yield replace(workbook, sheets=())
    yield from workbook.sheets


def bound_memory(most: int) -> None:
    """Bound what the address space of this process may grow by, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: time is bounded, memory is not
        return
    with suppress(OSError):  # what it began with: libraries that are only looked at
        most += int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def bound_work(seconds: float) -> None:
    """Bound the processor time of this process, where the system can; elsewhere the clock alone bounds it."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def read_with_engine(path: Path, kind: str, limits: Limits) -> Workbook:
    """Return one ``.xls`` or ``.xlsb`` workbook, read in this very process.

    From its own records; by the engine only where these are not as expected. The engine shows an error as a blank
    and keeps no formats. It is shown the content alone: by a path it would believe the suffix.
    """
    data = path.read_bytes()
    workbook = read_excel(data, limits) if kind == "xls" else read_binary(data, limits)
    return workbook or _read_by_engine(data, kind, limits)


def _read_by_engine(data: bytes, kind: str, limits: Limits) -> Workbook:
    import python_calamine

    sheets, notes = [], ["errors_not_seen"]
    if kind == "xls":
        notes.append("no_checksum")
    characters = filled = 0
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for number, entry in enumerate(book.sheets_metadata):
                if entry.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    notes.append("sheet_without_cells")
                    continue
                sheet = book.get_sheet_by_index(number)
                cells = {}
                _, left = sheet.start or (0, 0)
                for row, values in enumerate(sheet.iter_rows(), start=1):  # blank rows above come, too
                    for column, value in enumerate(values, start=left + 1):
                        if value != "":
                            cells[row, column] = _engine_cell(value)
                            characters += len(cells[row, column].text)
                    if filled + len(cells) > limits.cells or characters > limits.text_characters:
                        raise RefusedFile("too_large", "cells_or_texts_above", count=limits.cells)
                filled += len(cells)
                merges = sheet.merged_cell_ranges or []
                sheets.append(
                    Sheet(
                        name=entry.name,
                        state=_STATES.get(str(entry.visible).rpartition(".")[2], "visible"),
                        cells=cells,
                        merges=tuple(
                            f"{address(a + 1, b + 1)}:{address(c + 1, d + 1)}" for (a, b), (c, d) in merges
                        ),
                    )
                )
    except python_calamine.PasswordError:
        raise RefusedFile("password_protected", "locked_workbook", format=kind) from None
    except python_calamine.CalamineError:
        raise RefusedFile("damaged", "engine_cannot_read") from None
    return Workbook(tuple(sheets), kind, notes=tuple(dict.fromkeys(notes)))


_STATES = {"Hidden": "hidden", "VeryHidden": "very_hidden"}


def _engine_cell(value: Any) -> Cell:
    """Return one cell from what the engine gives for it."""
    if isinstance(value, bool):
        return Cell(value, str(value).upper(), "boolean")
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        value = int(value)
    if isinstance(value, int | float):
        return Cell(value, repr(value), "number")
    if isinstance(value, datetime.timedelta):
        days = value / datetime.timedelta(days=1)
        return Cell(days, repr(days), "number")
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, datetime.date | datetime.time):
        return Cell(value, value.isoformat(), "date")
    return Cell(value, value, "text")
