"""One form's appearance: formats, column widths, row heights, drop-downs, and the sections that start a new printed page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from termreview.cells import ACCENT, FONT, INK, INPUT, PALE, RULE
from termreview.forms.layout import CODE_COLUMN, FIRST_ANSWER_COLUMN, LABEL_COLUMN, UNIT_COLUMN, SheetLayout
from termreview.reference.kinds.forms import Field, Form
from termreview.text import stored_number_text

# A4 landscape in points, less the margins that `form` sets and the height of the footer.
PAGE_WIDTH_PT: Final = 841.9 - 2 * 36
PAGE_HEIGHT_PT: Final = 595.3 - 2 * 43.2 - 12
DEFAULT_ROW_PT: Final = 15.0
_COLUMN_PADDING_PX, _DIGIT_PX, _PT_PER_PX = 5, 7, 0.75
_LINE_HEIGHT: Final = 14.0  # in points


def formats(book: Any) -> Mapping[str, Any]:
    """Build every cell format of one workbook."""
    base = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
    boxed = base | {"border": 1, "border_color": RULE}
    answer = boxed | {"bg_color": INPUT, "locked": False}
    wrap = {"text_wrap": True}
    looks: dict[str, dict[str, Any]] = {
        "title": base | {"bold": True, "font_size": 14, "font_color": ACCENT},
        "intro": base | wrap | {"italic": True, "valign": "top"},
        "section": base | {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "indent": 1},
        "header": boxed | wrap | {"bold": True, "bg_color": PALE, "align": "center"},
        "column_code": boxed | {"font_size": 7, "font_color": "#7B8794", "align": "center"},
        "code": boxed | {"font_size": 9, "font_color": "#52606D", "align": "center"},
        "label": boxed | wrap | {"indent": 1},
        "unit": boxed | {"align": "center", "font_color": "#52606D"},
        "max_points": boxed | {"align": "center", "num_format": "0"},
        "help": boxed | wrap | {"indent": 1, "font_size": 9, "italic": True, "font_color": "#52606D"},
        "closed": boxed | {"bg_color": "#E4E7EB"},
        "answer_integer": answer | {"num_format": "#,##0", "align": "right"},
        "answer_decimal": answer | {"num_format": "0.0#", "align": "right"},
        "answer_percent": answer | {"num_format": "0.0#", "align": "right"},
        "answer_date": answer | {"num_format": "dd/mm/yyyy", "align": "center"},
        "answer_choice": answer | wrap | {"align": "center"},
        "answer_text": answer | wrap | {"align": "left", "num_format": "@"},
        "computed": boxed | {"num_format": "0.0", "align": "center", "bg_color": "#F5F7FA"},
        "total": boxed | {"bold": True, "num_format": "0.0", "bg_color": PALE, "align": "center"},
        "level": boxed | wrap | {"bold": True, "font_color": ACCENT},
        "warning": {"bg_color": "#F4A582", "font_color": "#7F1D1D"},
        "body_name": base | {"align": "center", "font_size": 12},
        "office_name": base | {"align": "center", "bold": True, "font_size": 12},
        "cover": base | wrap | {"align": "center", "bold": True, "font_size": 15, "font_color": ACCENT},
        "cover_line": base | {"align": "center", "bold": True, "font_size": 13},
        "banner": base
        | {"align": "center", "bold": True, "bg_color": "#FDE8C8", "font_color": "#7A4100", "border": 1},
        "identity_label": boxed | {"bg_color": PALE, "bold": True, "indent": 1},
        "identity": boxed | {"num_format": "@", "indent": 1},
        "instruction": base | wrap | {"valign": "top"},
        "link": base | {"font_color": "#0B5CAD", "underline": 1, "valign": "top"},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def answer_style(field: Field) -> str:
    """The format of the answer cell of one field."""
    by_kind = {
        "count": "answer_integer", "money": "answer_integer", "number": "answer_decimal",
        "points": "answer_decimal", "percent": "answer_percent", "date": "answer_date", "text": "answer_text",
    }  # fmt: skip
    return by_kind.get(field.kind, "answer_choice")


def text_column(sheet: SheetLayout) -> int:
    """The last column of one sheet: how to answer, right of the live points where there are any."""
    return sheet.help_column + (3 if _has_points(sheet) else 0)


def _has_points(sheet: SheetLayout) -> bool:
    return any(block.section.indicator_group for block in sheet.blocks)


def column_widths(sheet: SheetLayout) -> Mapping[int, float]:
    """The widths in characters of the columns of one sheet, by column: narrow grids, wide texts."""
    widths = {CODE_COLUMN: 9.0, LABEL_COLUMN: 52.0, UNIT_COLUMN: 11.0}
    kinds: dict[int, set[str]] = {}
    for block in sheet.blocks:
        for place in block.places:
            kinds.setdefault(place.column, set()).add(place.field.kind)
    is_single = set(kinds) == {FIRST_ANSWER_COLUMN}
    for column, found in sorted(kinds.items()):
        width = 11.0 if found <= {"count"} else 14.0
        if "text" in found and not is_single:
            width = 26.0 if column > FIRST_ANSWER_COLUMN + 1 else 18.0
        if is_single:
            width = 70.0 if found == {"text"} else 22.0
        widths[column] = width
    if _has_points(sheet):
        widths |= dict.fromkeys(range(sheet.help_column, sheet.help_column + 3), 9.0)
    widths[text_column(sheet)] = 46.0
    return widths


def row_heights(sheet: SheetLayout, widths: Mapping[int, float]) -> Mapping[int, float]:
    """The heights in points of the rows of one sheet that are not of the default height, by row."""
    heights = {1: 26.0, 2: 34.0}
    for block in sheet.blocks:
        heights[block.title_row] = 22.0
        # Bold letters are wider than the digits by which a column is measured.
        heads = ((column.label, widths[number] / 1.25) for column, number in block.columns)
        heights[block.header_row] = text_height(heads, 32.0 if len(block.columns) > 1 else 20.0)
        if block.codes_row is not None:
            heights[block.codes_row] = 11.0
        for row, number in block.rows:
            # The small italics of the help take less room than the digits by which a column is measured.
            texts = ((row.label, widths[LABEL_COLUMN] - 1), (row.help, widths[text_column(sheet)] * 1.1))
            heights[number] = text_height(texts, 21.0)
        if block.section.indicator_group:
            heights[block.last_row + 2] = 30.0
    return heights


def validation(form: Form, field: Field, options: list[str]) -> dict[str, Any] | None:
    """The input rule of one field, with its messages in Vietnamese."""
    rule: dict[str, Any] = {"error_title": form.word("invalid")}
    if field.help:
        rule |= {"input_title": field.row_code[:32], "input_message": field.help[:255]}
    low = field.minimum or 0
    if field.kind in ("count", "money"):
        high = field.maximum if field.maximum is not None else 10**13
        message = form.word("whole_number", low=f"{low:g}", high=stored_number_text(high))
        return rule | {
            "validate": "integer", "criteria": "between", "minimum": int(low), "maximum": int(high),
            "error_message": message,
        }  # fmt: skip
    if field.kind in ("number", "percent", "points"):
        high = field.maximum if field.maximum is not None else 10**9
        message = form.word("number_between", low=f"{low:g}", high=stored_number_text(high))
        return rule | {
            "validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, "error_message": message,
        }  # fmt: skip
    if options:
        return rule | {
            "validate": "list", "source": options, "error_message": form.word("choose", options="; ".join(options))[:255],
        }  # fmt: skip
    return rule | {"validate": "any"} if field.help else None


def text_height(texts_by_width: Iterable[tuple[str, float]], least: float) -> float:
    """Height in points of one row whose texts wrap in columns of the given widths (in characters)."""
    lines = max((_line_count(text, width) for text, width in texts_by_width), default=1)
    return max(least, 5 + _LINE_HEIGHT * lines)


def _line_count(text: str, width: float) -> int:
    """Lines that one text takes when only whole words wrap."""
    lines, used = 1, 0
    for word in text.split():
        needed = len(word) + (1 if used else 0)
        if used and used + needed > width:
            lines, used = lines + 1, len(word)
        else:
            used += needed
    return lines


def print_scale(widths: Iterable[float]) -> int:
    """Percent at which columns of these widths (in characters) fit the width of one page, rounded up to be safe.

    Spreadsheet programs reckon it themselves, each a little differently; larger means less room on a page.
    """
    points = sum((width * _DIGIT_PX + _COLUMN_PADDING_PX) * _PT_PER_PX for width in widths)
    return max(10, min(100, math.ceil(100 * PAGE_WIDTH_PT / points)))


def page_breaks(
    heights: Mapping[int, float], section_rows: Sequence[int], last_row: int, scale: int, repeated_pt: float
) -> list[int]:
    """The rows (counted from 1) below which a new page starts, so that no section that fits a page is cut.

    Parameters
    ----------
    heights : row -> its height in points where it is not the default.
    section_rows : the first row of each section, rising.
    repeated_pt : height of the rows that head every page after the first.
    """
    room = PAGE_HEIGHT_PT * 100 / scale
    breaks: list[int] = []

    def height(first: int, end: int) -> float:
        return sum(heights.get(row, DEFAULT_ROW_PT) for row in range(first, end))

    used = height(1, section_rows[0])
    for first, end in zip(section_rows, [*section_rows[1:], last_row + 1], strict=True):
        needed = height(first, end)
        if used + needed > room and first != section_rows[0] and needed + repeated_pt <= room:
            breaks.append(first - 1)
            used = repeated_pt + needed
        elif used + needed <= room:
            used += needed
        else:  # longer than a page: it flows over, and what follows stands below its last part
            used = repeated_pt + (used + needed - room) % max(room - repeated_pt, 1.0)
    return breaks
