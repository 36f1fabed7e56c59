"""One workbook made again with one stray cell far below its table, the way spreadsheet programs leave them."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from termreview.intake.received.received import ReceivedFile

# Where real files have them: the last row of .xls, left by a sheet copied from there; the last row of .xlsx, left
# by Ctrl+End and a stroke of the format brush.
LAST_ROW_OF_XLS, LAST_ROW = 65_536, 1_048_576
SPACE = '<c r="A{row}" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>'
STYLED = '<c r="A{row}" s="1"/>'
_SHEET = "xl/worksheets/sheet2.xml"
_DIMENSION = re.compile(rb'(<dimension ref="[A-Z]+[0-9]+:[A-Z]+)[0-9]+(")')


def with_stray(file: ReceivedFile, path: Path, row: int, cell: str = STYLED) -> ReceivedFile:
    """The same workbook with one more cell in the given row of its second sheet, the sheet's dimension drawn to it."""
    with zipfile.ZipFile(file.path) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == _SHEET:
                content, drawn = _DIMENSION.subn(rb"\g<1>%d\g<2>" % row, content)
                assert drawn == 1, f"{file.name}: the sheet states no dimension"
                added = f'<row r="{row}" spans="1:1">{cell.format(row=row)}</row></sheetData>'
                content = content.replace(b"</sheetData>", added.encode())
            target.writestr(entry, content)
    return ReceivedFile(path.name, path, file.received_on, file.sha256, path.stat().st_size)


def every_fifth_with_stray(files: list[ReceivedFile], folder: Path, row: int) -> list[ReceivedFile]:
    """The same files, every fifth of them with a styled empty cell in the given row."""
    return [
        with_stray(file, folder / f"stray-{row}-{number}.xlsx", row) if number % 5 == 0 else file
        for number, file in enumerate(files)
    ]
