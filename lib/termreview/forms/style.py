"""One look for every form: formats, widths, input rules and the words of the instructions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from termreview.cells import ACCENT, FONT, INK, INPUT, PALE, RULE
from termreview.forms.layout import CODE_COLUMN, FIRST_ANSWER_COLUMN, LABEL_COLUMN, UNIT_COLUMN, SheetLayout
from termreview.forms.print_pages import text_height
from termreview.reference.kinds.forms import Field, Form


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
        message = form.word("whole_number", low=f"{low:g}", high=_grouped(high))
        return rule | {
            "validate": "integer", "criteria": "between", "minimum": int(low), "maximum": int(high),
            "error_message": message,
        }  # fmt: skip
    if field.kind in ("number", "percent", "points"):
        high = field.maximum if field.maximum is not None else 10**9
        message = form.word("number_between", low=f"{low:g}", high=_grouped(high))
        return rule | {
            "validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, "error_message": message,
        }  # fmt: skip
    if options:
        return rule | {
            "validate": "list", "source": options, "error_message": form.word("choose", options="; ".join(options))[:255],
        }  # fmt: skip
    return rule | {"validate": "any"} if field.help else None


def _grouped(number: float) -> str:
    return f"{number:,.0f}".replace(",", ".") if number == int(number) else f"{number:g}".replace(".", ",")
