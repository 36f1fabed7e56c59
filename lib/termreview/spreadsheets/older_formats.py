"""One workbook of an older format (or of unusual size), read in a child process and handed back as JSON.

The engine for ``.xls`` and ``.xlsb`` can abort its whole process on a file of two kilobytes. In a child of
bounded time and memory such a death is one refused file.
"""

from __future__ import annotations

import datetime
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from sys import intern
from typing import Any

from termreview.cells import address
from termreview.spreadsheets.model.workbook_model import Cell, CellValue, Display, Sheet, Workbook
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

_CELLS_IN_A_LINE = 1_000
_SPENT, _KILLED = getattr(signal, "SIGPROF", 0), getattr(signal, "SIGKILL", 0)
_LIBRARY = Path(__file__).resolve().parents[2]


def read_in_child(path: Path, kind: str, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Return one workbook read by a child process; `kind` is ``xls``, ``xlsb``, ``locked``, or ``whole``
    for a file of unusual size of any kind.

    Raises
    ------
    RefusedFile
        ``engine_failed`` when the child does too much work or dies, ``cannot_be_opened`` when it is not given the
        time or the memory to do it, else what it found.
    """
    search_path = os.pathsep.join(filter(None, (str(_LIBRARY), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", __spec__.name, str(path.resolve()), kind, json.dumps(asdict(limits))]
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": search_path},
        )
    except OSError as error:  # no more processes, or no memory for one
        raise RefusedFile(NOT_OPENED, "no_process", why=system_code(error)) from None
    assert child.stdout is not None
    stop = threading.Timer(limits.child_wait_seconds, child.kill)
    stop.daemon = True
    stop.start()
    answer: Workbook | RefusedFile | None = None
    with child, child.stdout:  # taken line by line: a large answer is never held as a whole
        try:
            answer = _unpack(child.stdout)
        except RefusedFile as refusal:
            answer = refusal
        except (ValueError, TypeError, StopIteration, RuntimeError):
            child.kill()  # an answer that breaks off
        child.wait()
    is_stopped = stop.finished.is_set()
    stop.cancel()
    if child.returncode != 0 and is_stopped:
        raise RefusedFile(NOT_OPENED, "reading_unfinished", seconds=limits.child_wait_seconds)
    if _SPENT and child.returncode == -_SPENT:
        raise RefusedFile("engine_failed", "reading_stopped", seconds=limits.child_seconds)
    if _KILLED and child.returncode == -_KILLED:  # by nobody here: memory ran out, or somebody ended it
        raise RefusedFile(NOT_OPENED, "reading_ended")
    if child.returncode != 0 or answer is None:
        raise RefusedFile("engine_failed", "engine_broke", engine=kind)
    if isinstance(answer, RefusedFile):
        raise answer
    return answer


def main(arguments: list[str]) -> int:
    """Read one workbook in this process and print it as lines of JSON: the child's side of `read_in_child`."""
    path, kind = Path(arguments[0]), arguments[1]
    limits = Limits(**json.loads(arguments[2]))
    _bound_memory(limits.child_memory_bytes)
    _bound_work(limits.child_seconds)
    try:
        if kind in ("whole", LOCKED):
            from termreview.spreadsheets.workbook import read_locked, read_workbook  # which import this room

            here = replace(
                limits, in_process_bytes=limits.inflated_bytes, in_process_text_bytes=limits.file_bytes
            )
            workbook = (read_locked if kind == LOCKED else read_workbook)(path, here)
        else:
            workbook = read_with_engine(path, kind, limits)
        answer = _pack(workbook)
    except RefusedFile as refusal:
        answer = iter([{"refused": [refusal.reason, refusal.detail]}])
    for line in answer:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass") + b"\n")
    sys.stdout.buffer.flush()
    return 0


def _bound_memory(most: int) -> None:
    """Bound the address space of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: time is bounded, memory is not
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bound_work(seconds: float) -> None:
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


def _pack(workbook: Workbook) -> Iterator[Any]:
    """Give one workbook as plain JSON values, line by line; `_unpack` is its mirror.

    A text that only repeats its value is left out, so that a large file stays small on the way.
    """
    yield [workbook.kind, workbook.has_macros, workbook.has_external_links, workbook.notes]
    for sheet in workbook.sheets:
        yield [
            sheet.name,
            sheet.state,
            sorted(sheet.hidden_rows),
            sorted(sheet.hidden_columns),
            sheet.merges,
            [[*place, encoding] for place, encoding in sheet.old_fonts.items()],
            sheet.hides_zeros,
            sheet.conditional,
        ]
        cells = list(sheet.cells.items())
        for first in range(0, len(cells), _CELLS_IN_A_LINE):
            yield [
                [
                    *place,
                    _pack_value(value),
                    None if text == value else text,
                    kind,
                    formula,
                    number_format,
                    display,
                ]
                for place, (value, text, kind, formula, number_format, display) in cells[
                    first : first + _CELLS_IN_A_LINE
                ]
            ]
        yield []


def _unpack(answer: Iterable[bytes]) -> Workbook:
    lines = (json.loads(line.decode("utf-8", "surrogatepass")) for line in answer)
    facts = next(lines)
    if isinstance(facts, dict):
        reason, detail = facts["refused"]
        raise RefusedFile(reason, "told_elsewhere", text=detail)
    sheets = []
    for name, state, hidden_rows, hidden_columns, merges, old_fonts, hides_zeros, conditional in lines:
        cells: dict[tuple[int, int], Cell] = {}
        at = 0  # the number of the row being filled, one object for all its cells
        while packed := next(lines):
            for row, column, value, text, kind, formula, number_format, display in packed:
                known = _unpack_value(value)
                at = at if row == at else row
                cells[at, column] = Cell(
                    known,
                    (known if type(known) is str else str(known)) if text is None else text,
                    intern(kind),
                    formula,
                    number_format and intern(number_format),
                    display and _unpack_display(display),
                )
        sheets.append(
            Sheet(
                name,
                state,
                cells,
                frozenset(hidden_rows),
                frozenset(hidden_columns),
                tuple(merges),
                {(row, column): intern(encoding) for row, column, encoding in old_fonts},
                hides_zeros,
                tuple(conditional),
            )
        )
    kind, has_macros, has_external_links, notes = facts
    return Workbook(tuple(sheets), kind, has_macros, has_external_links, tuple(notes))


def _unpack_display(packed: list[Any]) -> Display:
    display = Display(*packed)
    return display._replace(pieces=tuple((text, mark) for text, mark in display.pieces))


_TEMPORAL = {kind.__name__: kind for kind in (datetime.date, datetime.datetime, datetime.time)}


def _pack_value(value: CellValue) -> Any:
    if isinstance(value, datetime.date | datetime.time):
        return [type(value).__name__, value.isoformat()]
    return value


def _unpack_value(value: Any) -> CellValue:
    return _TEMPORAL[value[0]].fromisoformat(value[1]) if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
