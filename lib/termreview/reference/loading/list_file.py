"""One list (CSV) as any spreadsheet program saved it: its cells as the office's lists write them, and what was unlike.

A Vietnamese Excel saves `;` or tabs between cells, a Windows code page or UTF-16, days as 10/01/2024 and numbers as
1,5. What can only mean one thing is read and noted; what can mean two is a fault at its line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from termreview.coded_text import CodedText
from termreview.reference.loading.list_encoding import ListRemark, decoded_list

HOUSE_SEPARATOR: Final = ","
SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}  # and the codes of their names
_OF_PARSER: Final = {"unexpected end of data": "csv_open_quote", "',' expected after '\"'": "csv_no_comma"}
_NUMBERS: Final = frozenset(("points", "value", "low", "high", "minimum", "maximum", "order", "new_value"))
_DAY: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?: 0?0:00(?::00)?)?")
_PADDED: Final = re.compile(r"\b(?:0\d/\d\d|\d\d/0\d)/\d{4}\b")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/\-](\d{1,2})[/\-](\d{1,2})(?:[ T]0?0:00(?::00)?)?")
_DECIMAL_COMMA: Final = re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+")
_ONE_GROUP: Final = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_LOST_LETTER: Final = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|(?<!\S)\?(?=[^\W\d_])|\ufffd")


class Unsure(str):
    """One cell that can mean two things, which is told once where the list is read."""


@dataclass(frozen=True)
class ListFile:
    """One list: its header, its filled lines by number, what was read unlike the office's own lists, and the faults.

    `is_house` says that the bytes are those of the office's own lists: UTF-8, commas, days as 2024-01-10;
    `is_appendable` that a line in UTF-8 can be added with the list's own separator.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    is_house: bool
    notes: tuple[ListRemark, ...]
    faults: tuple[ListRemark, ...]
    separator: str = HOUSE_SEPARATOR
    is_appendable: bool = False


def parse_list(content: bytes, columns: Sequence[str] = (), is_by_hand: bool = False) -> ListFile:
    """Read one list from its bytes.

    Parameters
    ----------
    columns
        The names that the header should hold; none where whatever it holds is taken.
    is_by_hand
        Whether people write the list by hand, so that 03/04/2024 is 3 April unless the column shows otherwise, and
        names of files stand in it, which are taken as they are.
    """
    text, encoding, faults = decoded_list(content)
    if text is None:
        return ListFile((), (), False, (), tuple(faults))
    notes = [ListRemark(1, CodedText("read_as_encoding", encoding=encoding))] if encoding else []
    separator, text, skipped = _separated(text, columns)
    lines: list[tuple[int, tuple[str, ...]]] = []
    for line, cells in _filled_lines(text, separator, skipped, faults, is_stripped=not is_by_hand):
        lines.append((line, cells))
    if not lines:
        return ListFile((), (), not encoding, tuple(notes), tuple(faults))
    header = _without_blank_end([cell.strip() for cell in lines[0][1]])
    if separator != HOUSE_SEPARATOR and _is_of_commas(text, len(header), separator):
        return ListFile(
            _head(text, HOUSE_SEPARATOR), (), False, (), tuple(faults)
        )  # the head alone is unlike
    is_foreign = separator != HOUSE_SEPARATOR
    if is_foreign:
        notes.append(
            ListRemark(
                lines[0][0], CodedText("read_with_separator", separators=CodedText(SEPARATORS[separator]))
            )
        )
    rows = [(line, _fitted(cells, header, separator)) for line, cells in lines[1:]]
    is_code_page = bool(encoding) and encoding != "UTF-16"
    if is_code_page or not is_by_hand:
        _note_lost_letters(rows, is_code_page, faults)
    # "Unicode text" has tabs everywhere, but only English settings of the United States write 7/1/2025 without zeros.
    is_padded = encoding == "UTF-16" and any(_PADDED.search(cell) for _, cells in rows for cell in cells)
    is_vietnamese = is_by_hand or separator == ";" or is_padded
    rows, unlike = _house_cells(header, rows, separator, is_vietnamese, notes, faults)
    is_house = not (is_foreign or encoding or unlike or skipped)
    is_appendable = not (encoding or skipped)
    return ListFile(header, tuple(rows), is_house, tuple(notes), tuple(faults), separator, is_appendable)


def _separated(text: str, columns: Sequence[str]) -> tuple[str, str, int]:
    """The separator of one list, its text without a line that only names it, and how many lines that took."""
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().strip('"').casefold() in ("sep=;", "sep=,", "sep=\\t", "sep="):
        text, skipped = rest, 1
        first = text.partition("\n")[0]
    heads = {mark: _head(text, mark) for mark in SEPARATORS}
    if not columns:
        best = max(heads, key=lambda mark: len(heads[mark]))
        return (best if len(heads[best]) > len(heads[HOUSE_SEPARATOR]) else HOUSE_SEPARATOR), text, skipped
    for mark, head in heads.items():
        if set(columns) <= set(head):
            return mark, text, skipped
    for mark, head in heads.items():
        if len(head) >= len(columns) and not any(other in first for other in SEPARATORS if other != mark):
            return mark, text, skipped
    return HOUSE_SEPARATOR, text, skipped


def _head(text: str, separator: str) -> tuple[str, ...]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        cells = next(csv.reader([first], delimiter=separator), [])
    except csv.Error:
        return ()
    return _without_blank_end([cell.strip() for cell in cells])


def _is_of_commas(text: str, width: int, separator: str) -> bool:
    """Say whether the line below the head is separated by commas, whatever the head is."""
    for line in [line for line in text.splitlines() if line.strip()][1:2]:
        by_comma, by_own = (len(_head(f"{line}{mark}.", mark)) - 1 for mark in (HOUSE_SEPARATOR, separator))
        return by_comma == width and by_own < width
    return False


def _without_blank_end(cells: Sequence[str]) -> tuple[str, ...]:
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def _filled_lines(
    text: str, separator: str, skipped: int, faults: list[ListRemark], is_stripped: bool = True
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every filled line with the number it starts at; reading ends at a broken quote."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        start = reader.line_num + 1 + skipped
        try:
            cells = tuple(cell.strip() if is_stripped else cell for cell in next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            code = _OF_PARSER.get(str(error))
            why = CodedText(code) if code else str(error)
            faults.append(ListRemark(start, CodedText("quoting_broken", why=why), True))
            return
        if any(cell.strip() for cell in cells):
            yield start, cells


def _fitted(cells: tuple[str, ...], header: Sequence[str], separator: str) -> tuple[str, ...]:
    """The cells of one line beside their header: Excel adds blank cells at the end, and leaves them out below."""
    if len(cells) > len(header):
        kept = _without_blank_end(cells)
        return kept + ("",) * (len(header) - len(kept)) if len(kept) <= len(header) else kept
    is_of_commas = HOUSE_SEPARATOR in cells[0]  # a line that somebody added by hand, not as the header stands
    if separator != HOUSE_SEPARATOR and not is_of_commas:
        return cells + ("",) * (len(header) - len(cells))
    return cells


def _note_lost_letters(
    rows: Sequence[tuple[int, tuple[str, ...]]], is_code_page: bool, faults: list[ListRemark]
) -> None:
    for line, cells in rows:
        for cell in cells:
            is_lost = _LOST_LETTER.search(cell) or (is_code_page and "?" in cell)
            if is_lost and "://" not in cell:
                faults.append(ListRemark(line, CodedText("letters_lost", cell=cell)))
                break


def _is_of_days(column: str) -> bool:
    return column in ("on", "valid_from", "valid_to", "new_value") or column.endswith("_on")


def _house_cells(
    header: Sequence[str], rows: list[tuple[int, tuple[str, ...]]], separator: str, is_vietnamese: bool,
    notes: list[ListRemark], faults: list[ListRemark],
) -> tuple[list[tuple[int, tuple[str, ...]]], bool]:  # fmt: skip
    """The rows with days as 2024-01-10 and numbers as 1.5, and whether any was written otherwise."""
    places = {column: place for place, column in enumerate(header)}
    cells = [list(row) for _, row in rows]
    lines = [line for line, _ in rows]
    fitting = [number for number, row in enumerate(cells) if len(row) == len(header)]
    has_comma = any(
        _DECIMAL_COMMA.fullmatch(cells[number][places[column]])
        and not _ONE_GROUP.fullmatch(cells[number][places[column]])
        for column in _NUMBERS & set(places)
        for number in fitting
    )
    is_vietnamese = is_vietnamese or has_comma
    days = {
        column: {
            number: match for number in fitting if (match := _DAY.fullmatch(cells[number][places[column]]))
        }
        for column in header
        if _is_of_days(column)
    }
    orders = {column: _order(found.values()) for column, found in days.items()}
    known = {order for order in orders.values() if order}
    usual = known.pop() if len(known) == 1 and known != {"both"} else "day" if is_vietnamese else ""
    unlike = False
    for column, found in days.items():
        place, order = places[column], orders[column] or usual
        read = 0
        for number, match in found.items():
            first, second, year = int(match[1]), int(match[2]), match[3]
            if order == "both" or (not order and first != second):
                what = (
                    CodedText("both_orders", column=column, cell=match[0])
                    if order == "both"
                    else CodedText("day_or_month", cell=match[0], column=column)
                )
                faults.append(ListRemark(lines[number], what))
                cells[number][place] = Unsure(match[0])
                continue
            day, month = (second, first) if order == "month" else (first, second)
            cells[number][place] = f"{year}-{month:02d}-{day:02d}"
            read += 1
        unlike |= read > 0
        if read:
            code = "read_month_first" if order == "month" else "read_day_first"
            notes.append(ListRemark(lines[next(iter(found))], CodedText(code, column=column)))
        for number in fitting:
            if match := _YEAR_FIRST.fullmatch(cells[number][place]):
                whole = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
                unlike |= whole != cells[number][place]
                cells[number][place] = whole
    for column in header:
        if column in _NUMBERS:
            unlike |= _house_numbers(column, places[column], cells, lines, fitting, separator, is_vietnamese, notes, faults)  # fmt: skip
    return [(line, tuple(row)) for line, row in zip(lines, cells, strict=True)], unlike


def _order(found: Iterable[re.Match[str]]) -> str:
    """What comes first in some days: `day`, `month`, `both` where they disagree, nothing where none shows it."""
    pairs = [(int(match[1]), int(match[2])) for match in found]
    is_day, is_month = any(first > 12 for first, _ in pairs), any(second > 12 for _, second in pairs)
    return "both" if is_day and is_month else "day" if is_day else "month" if is_month else ""


def _house_numbers(
    column: str, place: int, cells: list[list[str]], lines: Sequence[int], fitting: Sequence[int],
    separator: str, is_vietnamese: bool, notes: list[ListRemark], faults: list[ListRemark],
) -> bool:  # fmt: skip
    first = 0
    for number in fitting:
        cell = cells[number][place]
        is_group = _ONE_GROUP.fullmatch(cell) is not None and column != "new_value"
        is_comma = _DECIMAL_COMMA.fullmatch(cell) is not None
        if is_group and (("," in cell) != is_vietnamese if "," in cell else separator != HOUSE_SEPARATOR):
            faults.append(
                ListRemark(lines[number], CodedText("thousand_or_fraction", cell=cell, column=column))
            )
            cells[number][place] = Unsure(cell)
        elif is_comma and (column != "new_value" or is_vietnamese):
            cells[number][place] = cell.replace(".", "").replace(",", ".")
            first = first or lines[number]
    if first:
        notes.append(ListRemark(first, CodedText("read_decimal_comma", column=column)))
    return bool(first)
