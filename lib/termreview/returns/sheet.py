"""One first sheet of a returned workbook: what is asked of the school, point by point, with links to the cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from termreview.cells import ACCENT, INPUT, PALE
from termreview.intake.places.points_sheet import POINTS_TAG
from termreview.returns.points import ASKING, COLUMNS_TAG, EXPLAINED, FIXED, change_counts, point_tag
from termreview.spreadsheets.editing.page import Page, PageCell, PageRow, sheet_link
from termreview.spreadsheets.editing.styles import MARKS, Look, heading_look

_WIDTHS = {
    "number": 5, "severity": 10, "change": 10, "sheet": 11, "cell": 7, "label": 28, "problem": 29, "found": 13,
    "expected": 20, "remedy": 29, "explanation": 28,
}  # fmt: skip
_CENTRED = ("number", "severity", "change", "cell")
_REFUSED_WIDTHS = {"number": 5, "severity": 10, "problem": 52, "expected": 34, "remedy": 56}
_OFFICE_WIDTH = 42
_FOLDED_ABOVE = 3
_CELLS_NAMED = 12
_GREY, _CLOSED = "#52606D", "#EEF0F2"


@dataclass(frozen=True)
class SheetOrder:
    """What one first sheet is drawn for: the words, the school and term, whom it calls, and the points as shown."""

    words: Mapping[str, Any]
    severities: Mapping[str, str]
    parent_body: str
    office_name: str
    is_illustrative: bool
    school_id: str
    school_name: str
    term_id: str
    term_line: str
    file_line: str
    remarks: Sequence[str]
    points: pd.DataFrame
    is_compared: bool
    is_refused: bool
    contact: str


def first_sheet(order: SheetOrder) -> Page:
    """Draw the first sheet: head, counts, how to, the points asked, and those fixed since."""
    columns = _columns(order)
    width = len(columns) + 1
    live = order.points[order.points["change"] != FIXED]
    fixed = order.points[order.points["change"] == FIXED]
    rows = _head(order, columns, live)
    head_row = len(rows) + 2
    rows.append(_ids_row(columns))
    rows.append(_column_heads(order, columns))
    for number, point in enumerate(fold_notes(live, order.words).to_dict("records"), start=1):
        rows.append(_point(order, columns, number, {str(k): str(v) for k, v in point.items()}))
    if len(fixed):
        rows.append(PageRow((), 9))
        rows.append(_wide(order.words["sheet"]["fixed"], width, heading_look("#3F6B4F"), 20))
        for number, point in enumerate(fixed.to_dict("records"), start=1):
            rows.append(
                _point(order, columns, number, {str(k): str(v) for k, v in point.items()}, is_fixed=True)
            )
    rows.append(PageRow((), 9))
    rows.append(_wide(order.words["sheet"]["thanks"], width, Look(is_italic=True, color=_GREY), 18))
    prompt = order.words["sheet"]["explain_prompt_title"], order.words["sheet"]["explain_prompt"]
    footer = f"&L{order.school_id} · {order.term_id}&R{order.words['sheet']['page'].replace('&', '&&')} &P/&N"
    widths = _REFUSED_WIDTHS if order.is_refused else _WIDTHS
    return Page(
        (0.0, *(float(widths[name]) for name in columns)), tuple(rows), head_row, prompt, footer, "#C0392B"
    )


def fold_notes(points: pd.DataFrame, words: Mapping[str, Any]) -> pd.DataFrame:
    """The points with the notes of one kind on one sheet folded into a line each; what is asked stays apart."""
    asked, notes = points[points["severity"].isin(ASKING)], points[~points["severity"].isin(ASKING)]
    folded = [asked]
    for _, group in notes.groupby(["check_code", "sheet"], sort=False):
        if len(group) <= _FOLDED_ABOVE:
            folded.append(group)
            continue
        line = group.iloc[:1].copy()
        cells = list(group["cell"])
        shown = ", ".join(cells[1 : _CELLS_NAMED + 1]) + (", …" if len(cells) > _CELLS_NAMED + 1 else "")
        line["label"] = words["sheet"]["more_cells"].format(cell=cells[0], count=len(cells) - 1, cells=shown)
        line["problem"], line["found"], line["field_id"] = line["title"], "", ""
        folded.append(line)
    return pd.concat(folded, ignore_index=True) if len(points) else points


def _columns(order: SheetOrder) -> list[str]:
    if order.is_refused:
        return list(_REFUSED_WIDTHS)
    names = list(_WIDTHS)
    return names if order.is_compared else [name for name in names if name != "change"]


def _head(order: SheetOrder, columns: Sequence[str], live: pd.DataFrame) -> list[PageRow]:
    words, width = order.words["sheet"], len(columns) + 1
    sizes = _REFUSED_WIDTHS if order.is_refused else _WIDTHS
    half = (
        next(n for n in range(1, width + 1) if sum(sizes[name] for name in columns[:n]) >= _OFFICE_WIDTH) + 1
    )
    tag = PageCell(1, POINTS_TAG, Look())
    centred = Look(size=12, align="center", is_wrapped=False)
    rows = [
        PageRow((tag, PageCell(2, order.parent_body, centred, last_column=half)), 17),
        PageRow(
            (PageCell(1, order.term_id, Look()),
             PageCell(2, order.office_name, Look(size=12, is_bold=True, align="center", is_wrapped=False), last_column=half)),
            17,
        ),
        PageRow((PageCell(1, order.school_id, Look()),), 7),
        _wide(
            words["refused_heading" if order.is_refused else "heading"].upper(), width,
            Look(size=16, is_bold=True, color=ACCENT, align="center", is_wrapped=False), 26,
        ),
        _wide(
            words["school"].format(school=order.school_name, school_id=order.school_id), width,
            Look(size=13, is_bold=True, align="center", is_wrapped=False), 19,
        ),
        _wide(order.term_line, width, Look(size=12, align="center", is_wrapped=False), 17),
    ]  # fmt: skip
    if order.is_illustrative:
        banner = Look(is_bold=True, color="#7A4100", fill="#FDE8C8", align="center", is_wrapped=False)
        rows.append(_wide(words["illustrative"], width, banner, 18))
    rows.append(PageRow((), 7))
    rows.append(_wide(order.file_line, width, Look(), 17))
    if not order.is_refused:
        counted = {f"{name}_count": int((live["severity"] == name).sum()) for name in (*ASKING, "note")}
        rows.append(_wide(words["counts"].format(**counted), width, Look(is_bold=True), 17))
    if order.is_compared and not order.is_refused:
        rows.append(
            _wide(words["compared"].format(**change_counts(order.points)), width, Look(is_bold=True), 17)
        )
    for remark in order.remarks:
        rows.append(_wide(remark, width, Look(is_italic=True, color=_GREY), 17))
    rows.append(PageRow((), 7))
    rows.append(_wide(words["how_to"], width, heading_look(), 20))
    lines = order.words["refused_instructions" if order.is_refused else "instructions"]
    told = enumerate((line.format(contact=order.contact) for line in lines), start=1)
    rows += [_wide(f"{number}. {text}", width, Look(), 18) for number, text in told]
    if not order.is_refused:
        rows.append(_legend(words, columns))
    rows.append(PageRow((), 7))
    rows.append(_wide(words["points"], width, heading_look(), 20))
    return rows


def _legend(words: Mapping[str, str], columns: Sequence[str]) -> PageRow:
    """The colours of the marks, over the columns of words."""
    at = {name: number for number, name in enumerate(columns, start=2)}
    cells = [PageCell(2, words["legend"], Look(is_wrapped=False), last_column=at["cell"])]
    spans = (("label", "label"), ("problem", "problem"), ("found", "expected"))
    for (severity, color), (first, last) in zip(MARKS.items(), spans, strict=True):
        look = Look(size=10, fill=color, is_boxed=True, align="center", is_wrapped=False)
        cells.append(PageCell(at[first], words[f"legend_{severity}"], look, last_column=at[last]))
    return PageRow(tuple(cells), 18)


def _ids_row(columns: Sequence[str]) -> PageRow:
    """The hidden row that names the columns for the program."""
    cells = [PageCell(1, COLUMNS_TAG, Look())]
    cells += [PageCell(number, name, Look()) for number, name in enumerate(columns, start=2)]
    return PageRow(tuple(cells), 12, is_hidden=True)


def _column_heads(order: SheetOrder, columns: Sequence[str]) -> PageRow:
    look = Look(is_bold=True, fill=PALE, is_boxed=True, align="center")
    heads = order.words["columns"]
    return PageRow(
        tuple(PageCell(number, heads[name], look) for number, name in enumerate(columns, start=2)), 32
    )


def _point(
    order: SheetOrder, columns: Sequence[str], number: int, point: Mapping[str, str], is_fixed: bool = False
) -> PageRow:
    severity = point["severity"]
    color = _GREY if is_fixed else Look().color
    plain = Look(size=10, is_boxed=True, color=color, indent=1)
    centred = Look(size=10, is_boxed=True, align="center", color=color)
    cells = []
    if not is_fixed:
        tag = point_tag(severity, point["check_code"], point["field_id"], point["point_key"])
        cells.append(PageCell(1, tag, Look(is_wrapped=False)))
    for place, name in enumerate(columns, start=2):
        look = centred if name in _CENTRED else plain
        content: str | int = number if name == "number" else point.get(name, "")
        link = ""
        if name == "severity":
            content = order.severities[severity]
            look = centred if is_fixed else Look(
                size=10, is_bold=True, is_boxed=True, align="center", fill=MARKS[severity]
            )  # fmt: skip
        elif name == "change":
            content = order.words["changes"].get(point["change"], "")
            look = Look(**{**centred.__dict__, "is_bold": point["change"] == EXPLAINED})
        elif name == "cell" and point["cell"] and point["link"] and not is_fixed:
            link = sheet_link(point["sheet"], point["cell"])
            look = Look(size=10, is_boxed=True, align="center", color="#0B5CAD", is_underlined=True)
        elif name == "explanation" and severity == "query" and not is_fixed:
            look = Look(size=10, is_boxed=True, fill=INPUT, is_open=True, indent=1)
        elif name == "explanation":
            look = Look(size=10, is_boxed=True, fill=_CLOSED, indent=1)
        cells.append(PageCell(place, content, look, link))
    return PageRow(tuple(cells))


def _wide(text: str, width: int, look: Look, height: float) -> PageRow:
    return PageRow((PageCell(2, text, look, last_column=width),), height)
