"""One school's reading out of a file that holds several schools; what belongs to nobody is refused by its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from termreview.cells import address
from termreview.intake.files.cell_reconciliation import note_carried
from termreview.intake.files.field_answers import read_answers
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.files.multi_school import Division, Share, divide
from termreview.intake.files.near_duplicates import note_hashes
from termreview.intake.files.reader import Reader
from termreview.intake.places.identity import with_numbers
from termreview.intake.received.received import ReceivedFile
from termreview.spreadsheets.workbook import RefusedFile, Workbook, read_workbook


def read_shares(file: ReceivedFile, reader: Reader) -> list[FileReading]:
    """Read one file of several schools again: a reading per school, in the order in which the file names them.

    Nothing where the file can no longer be read or cut: then its refusal stands.
    """
    try:
        workbook = read_workbook(file.source)
    except RefusedFile:
        return []
    if workbook.kind == "csv":
        workbook = with_numbers(workbook)
    division = divide(workbook, reader)
    if division is None:
        return []
    readings = [_read_share(file, workbook, share, len(division.shares), reader) for share in division.shares]
    readings += _strays(file, division)
    _close_accounts(readings, workbook)
    return readings


def _read_share(
    file: ReceivedFile, workbook: Workbook, share: Share, count: int, reader: Reader
) -> FileReading:
    school, mention, located = share.school, share.mention, share.located
    reading = FileReading(replace(file, part=school.unit_id), school.unit_id)
    reading.form_id, reading.found_by = reader.term.form.form_id, located.found_by
    code = "share_by_code" if mention.is_code else "share_by_name"
    reading.remarks.append(
        Remark(
            code,
            "shared_file",
            mention.sheet,
            address(mention.row, mention.column),
            found=mention.words,
            expected=school.name,
            detail=str(count),
        )
    )
    read_answers(reading, located, school.level, reader, workbook)
    if share.is_line:
        asked = len(reading.answers)
        missing = asked - len(located.positions)
        if missing:
            reading.remarks.append(
                Remark(
                    "share_incomplete",
                    "shared_file",
                    mention.sheet,
                    address(mention.row, mention.column),
                    found=f"{asked - missing}/{asked}",
                    expected=school.name,
                )
            )
    note_hashes(reading)
    reading.cells_total = max(share.cells, reading.cells_used + reading.cells_flagged)
    return reading


def _strays(file: ReceivedFile, division: Division) -> list[FileReading]:
    """One refused reading for each line of a table with figures but without a known school."""
    refused = []
    for sheet, row, words, count in division.strays:
        reading = FileReading(
            replace(file, part=f"{sheet}:{row}"), refusal="unknown_school", cells_total=count
        )
        found = f"{sheet}, dòng {row}: {words or 'không có tên'}"
        reading.remarks.append(Remark("refused_unknown_school", "refused_unknown_school", found=found))
        refused.append(reading)
    return refused


def _close_accounts(readings: Sequence[FileReading], workbook: Workbook) -> None:
    """Let the cells of all readings be those of the file: heads and words between belong to the first."""
    first = readings[0]
    left = sum(len(sheet.cells) for sheet in workbook.sheets) - sum(r.cells_total for r in readings)
    first.cells_total += max(left, 0)
    note_carried(first, workbook, ())
    for reading in readings:
        reading.cells_ignored = reading.cells_total - reading.cells_used - reading.cells_flagged
