"""One place of a Word document or a workbook read back, so that the file can be compared with the same file made again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from termreview.intake.workbook import Cell, address, read_workbook
from termreview.reporting.agreement_reading import read_document
from termreview.reporting.page_reading import Place


def read_file_places(path: Path) -> dict[str, list[Place]]:
    """The places of one file by part: the sheets of a workbook by name, all of a document as one part without a name.

    Nothing where the file is not, or no longer, one of its kind.
    """
    try:
        if path.suffix == ".docx":
            return {"": list(_document_places(path))}
        return {
            sheet.name: [
                Place("box", (address(*at),), _told(cell)) for at, cell in sorted(sheet.cells.items())
            ]
            for sheet in read_workbook(path).sheets
        }
    except Exception:  # whatever a damaged file leads to
        return {}


def _told(cell: Cell) -> str:
    """What one cell says; of a formula also what was stored as its result, where anything was."""
    if cell.formula is None or cell.formula == cell.text:
        return cell.text
    return f"{cell.text} ({cell.formula})"


def _document_places(path: Path) -> Iterator[Place]:
    read = read_document(path)
    for line in (*read.loose, *read.lines):
        yield Place("text", (), line)
    for table in read.tables:
        yield Place("caption", (), table.caption)
        for _, cells in table.rows:
            for number, cell in enumerate(cells):
                column = table.columns[number] if number < len(table.columns) else str(number + 1)
                yield Place("cell", (table.caption, cells[0], column), cell)
    for figure in read.figures:
        yield Place("chart", (figure.title,), f"{figure.alt} {figure.caption}".strip())
