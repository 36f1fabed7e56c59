"""One text as a cell of a workbook that we write: a spreadsheet program shows the text itself, whatever it looks like.

xlsxwriter takes a text between `<r>` and `</r>` for markup of its own, and of two escapes that share a sign
(`_x005F_x0041_`) escapes the first only: Excel would then show `_x005FA`. Whoever writes texts that are not ours opens
the workbook by `open_book`.
"""

from __future__ import annotations

import re
from typing import Any

import xlsxwriter
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.utility import _preserve_whitespace, xl_col_to_name
from xlsxwriter.worksheet import CellBlankTuple, CellNumberTuple, CellStringTuple, Worksheet

LONGEST = 32_000  # of the 32 767 units of UTF-16 that a cell of Excel holds
CUT = " […]"
_UNSEEN = r"\x00-\x08\x0b-\x1f\ufffe\uffff"
# A sign that XML does not carry, and one that would begin an escape; ECMA-376 Part 1, 22.9.2.19.
_ESCAPED = re.compile(rf"_(?=x[0-9A-Fa-f]{{4}}[_{_UNSEEN}])|[{_UNSEEN}]")


def open_book(target: Any, **options: Any) -> Any:
    """A workbook to write to, in which every text is a text: no formula, no link, no number, no markup."""
    texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, texts | options)
    book.str_table.holds_texts_alone = True
    book.worksheet_class = _Sheet
    return book


class _Sheet(Worksheet):
    """A sheet as xlsxwriter writes it, byte for byte, in half of the time: of a sheet of 600 schools most is cells.

    Cells are named by row and column, never as `A1`.
    """

    write_number, write_string, write_blank = (
        Worksheet._write_number,
        Worksheet._write_string,
        Worksheet._write_blank,
    )

    def _write_rows(self) -> None:
        """The rows in their order, each put together first; what is no plain cell is left to xlsxwriter."""
        self._calculate_spans()
        names = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        for row in range(self.dim_rowmin, self.dim_rowmax + 1):
            cells, about, span = self.table.get(row), self.row_info.get(row), self.row_spans.get(row // 16)
            if not cells:
                if about is not None:
                    self._write_empty_row(row, span, about)
                continue
            self._write_row(row, span, about)
            line: list[str] = []
            for column in sorted(cells):
                cell = cells[column]
                kind, look = type(cell), cell.format
                if look is None or kind not in (CellNumberTuple, CellStringTuple, CellBlankTuple):
                    self.fh.write("".join(line))
                    line.clear()
                    self._write_cell(row, column, cell)
                    continue
                begin = f'<c r="{names[column]}{row + 1}" s="{look.xf_index or look._get_xf_index()}"'
                if kind is CellNumberTuple:
                    line.append(f"{begin}><v>{cell.number:.16G}</v></c>")
                elif kind is CellStringTuple:
                    line.append(f'{begin} t="s"><v>{cell.string}</v></c>')
                else:
                    line.append(f"{begin}/>")
            self.fh.write("".join(line) + "</row>")

    def _calculate_spans(self) -> None:
        """The first and the last column of each sixteen rows; sheets of ours have no comments."""
        spans: dict[int, tuple[int, int]] = {}
        for row, cells in self.table.items():
            if cells:
                first, last = spans.get(row // 16, (min(cells), max(cells)))
                spans[row // 16] = min(first, *cells), max(last, *cells)
        self.row_spans = {place: f"{first + 1}:{last + 1}" for place, (first, last) in spans.items()}


def escaped(text: str) -> str:
    """One text as the parts of a workbook store it."""
    return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def fitted(text: str) -> str:
    """One text as far as a cell holds it, with a mark where it was cut."""
    if len(text) <= LONGEST // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - len(CUT))].decode("utf-16-le", "ignore") + CUT


def is_cut(text: str) -> bool:
    """Whether one cell of a workbook holds a text that `fitted` cut."""
    return text.endswith(CUT) and len(text.encode("utf-16-le", "surrogatepass")) >= 2 * (LONGEST - 1)


def _write_text(part: Any, text: str) -> None:
    """Write one shared text of a book of ours, in the place of xlsxwriter's own; other books are as they were."""
    if not hasattr(part.string_table, "holds_texts_alone"):
        _write_theirs(part, text)
        return
    stored = escaped(text)
    part._xml_si_element(stored, [("xml:space", "preserve")] if _preserve_whitespace(stored) else [])


_write_theirs = SharedStrings._write_si
SharedStrings._write_si = _write_text
