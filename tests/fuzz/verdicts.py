"""One mutant read, and what came of it: the same answers, a refusal by name, or an outcome that must not be."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

from mutations import Mutant

from termreview.intake.files.cell_reconciliation import UNSEALED_KINDS
from termreview.intake.files.file_reading import FileReading
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import read_file
from termreview.intake.received.received import ReceivedFile
from termreview.reference.declarations import load_reference
from termreview.spreadsheets.workbook import RefusedFile, Workbook, read_workbook
from termreview.terms import parse_term

ROOT = Path(__file__).resolve().parents[2]
EQUAL, OTHER, UNSEALED, REFUSED = (
    "read, equal",
    "read, another file",
    "read, a note says: no checksum",
    "refused",
)
SILENT, RAISED = "SILENT CHANGE", "RAISED"


@cache
def reader() -> Reader:
    """What reading the term of the form needs."""
    reference = load_reference(ROOT / "data" / "reference")
    return Reader(reference.of(parse_term("2023-2024-hk1")), reference.registry)


def read(path: Path, seed_name: str) -> tuple[Workbook, FileReading | None]:
    """One file read to its cells and, where it was a form, to its answers."""
    workbook = read_workbook(path)
    if seed_name != "form.xlsx":
        return workbook, None
    # The path is part of nothing that is compared: every mutant bears the same name.
    file = ReceivedFile("form.xlsx", path, datetime.date(2024, 1, 5), "", 0)
    return workbook, read_file(file, reader())


def judge(
    mutant: Mutant, path: Path, good: dict[str, tuple[Workbook, FileReading | None]]
) -> tuple[str, str]:
    """Read one mutant; the verdict and its detail."""
    path.write_bytes(mutant.content)
    try:
        workbook, reading = read(path, mutant.seed_name)
    except RefusedFile as refused:
        return REFUSED, refused.reason
    except Exception as error:
        return RAISED, f"{type(error).__name__}: {error}"
    seed_workbook, seed_reading = good[mutant.seed_name]
    if workbook == seed_workbook and (reading is None or reading == seed_reading):
        return EQUAL, ""
    if not mutant.is_damage:
        return OTHER, ""
    if workbook.kind in UNSEALED_KINDS:
        return UNSEALED, workbook.kind
    return SILENT, _difference(workbook, seed_workbook)


def _difference(workbook: Workbook, good: Workbook) -> str:
    if len(workbook.sheets) != len(good.sheets):
        return f"{len(workbook.sheets)} sheets instead of {len(good.sheets)}"
    for mine, theirs in zip(workbook.sheets, good.sheets, strict=True):
        for place in sorted(mine.cells.keys() | theirs.cells.keys()):
            if mine.cells.get(place) != theirs.cells.get(place):
                return f"{mine.name} {place}: {mine.cells.get(place)} instead of {theirs.cells.get(place)}"
    return f"{workbook.kind} {workbook.notes} instead of {good.kind} {good.notes}"
