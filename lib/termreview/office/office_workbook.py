"""One workbook that a new office fills in once: who it is, its year, its schools; read back with every slip named at its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from termreview.cells import ACCENT, FONT, INK, PALE, RULE, address
from termreview.errors import RunError, UsageError
from termreview.reference.kinds.units import Level
from termreview.reference.loading.rows import is_id
from termreview.sources.values import as_day, as_text
from termreview.spreadsheets.export_rows import export_sheets
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.storage.workspace import atomic_write
from termreview.text import fold
from termreview.workbook_text import open_book

OPTIONAL: Final = ("full_name", "contact", "contact_phone", "letter_number", "letter_on", "letter_title")
_DAYS: Final = ("starts_on", "due_on_hk1", "due_on_hk2", "letter_on")
_HEADS: Final = 4  # rows before the first field: heading, lead, a blank one, the names of the columns
_YEAR: Final = re.compile(r"(\d{4})-(\d{4})")
_ROOM: Final = 400  # rows laid out for schools; more may follow


@dataclass(frozen=True)
class School:
    """One school as its office lists it."""

    unit_id: str
    name: str
    level: Level
    commune: str
    email: str


@dataclass(frozen=True)
class Filled:
    """What one office filled in: its fields by name (days as 2026-09-05), and its schools in their order."""

    fields: Mapping[str, str]
    schools: tuple[School, ...]


def write_blank(path: Path, texts: Mapping[str, Any], levels: Sequence[Level]) -> None:
    """Write the workbook to be filled in: one sheet of fields with hints, one of schools with a list of the levels."""
    words = texts["workbook"]
    with atomic_write(path) as beside:
        book = open_book(beside)
        base = {"font_name": FONT, "font_size": 12, "font_color": INK, "valign": "vcenter", "text_wrap": True}
        boxed = base | {"border": 1, "border_color": RULE}
        head = book.add_format(boxed | {"bold": True, "bg_color": PALE, "align": "center"})
        title = book.add_format(
            base | {"bold": True, "font_size": 16, "font_color": ACCENT, "text_wrap": False}
        )
        plain, hint = (
            book.add_format(boxed),
            book.add_format(boxed | {"italic": True, "font_color": "#5A6670"}),
        )
        open_ = book.add_format(boxed | {"num_format": "@", "bg_color": "#FFFBE6"})
        page = book.add_worksheet(words["office_sheet"])
        page.hide_gridlines(2)
        page.write_string(0, 0, words["heading"], title)
        page.merge_range(1, 0, 1, 2, words["lead"], book.add_format(base))
        page.set_row(1, 36)
        for column, (name, width) in enumerate({"field": 46, "value": 44, "help": 52}.items()):
            page.set_column(column, column, width)
            page.write_string(_HEADS - 1, column, words[name], head)
        for row, (name, label) in enumerate(texts["fields"].items(), start=_HEADS):
            page.write_string(row, 0, label + (words["optional"] if name in OPTIONAL else ""), plain)
            page.write_blank(row, 1, None, open_)
            page.write_string(row, 2, texts["hints"][name], hint)
        page.freeze_panes(_HEADS, 0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        schools = book.add_worksheet(words["schools_sheet"])
        columns = texts["school_columns"]
        for column, (name, width) in enumerate(zip(columns, (14, 46, 28, 26, 34), strict=True)):
            schools.set_column(column, column, width, open_)
            schools.write_string(
                0, column, columns[name] + (words["optional"] if name == "email" else ""), head
            )
        titles = [level.title for level in levels]
        schools.data_validation(1, 2, _ROOM, 2, {"validate": "list", "source": titles})
        schools.freeze_panes(1, 0)
        book.close()


def read_filled(path: Path, texts: Mapping[str, Any], levels: Sequence[Level]) -> Filled:
    """Read the workbook as it was filled in.

    Raises
    ------
    RunError
        When the file cannot be read.
    UsageError
        When something is missing or cannot be meant: all slips at once, each at its cell.
    """
    words = texts["workbook"]
    try:
        sheets = {sheet.name: list(sheet.rows) for sheet in export_sheets(path)}
    except (RefusedFile, OSError) as error:
        raise RunError("office_file_unread", file=path, why=getattr(error, "detail", error)) from error
    faults: list[str] = []
    fields = dict(_fields(sheets.get(words["office_sheet"], []), texts, faults))
    schools = tuple(_schools(sheets.get(words["schools_sheet"], []), texts, levels, faults))
    order = [fields.get(name, "") for name in ("starts_on", "due_on_hk1", "due_on_hk2")]
    if all(order) and order != sorted(set(order)):
        faults.append(texts["faults"]["dates_order"].format(sheet=words["office_sheet"]))
    if faults:
        raise UsageError("office_file_faults", file=path, count=len(faults), faults="\n  ".join(faults))
    return Filled(fields, schools)


def _fields(
    rows: Sequence[Sequence[Any]], texts: Mapping[str, Any], faults: list[str]
) -> Iterator[tuple[str, str]]:
    told, sheet = texts["faults"], texts["workbook"]["office_sheet"]
    for row, (name, label) in enumerate(texts["fields"].items(), start=_HEADS):
        value = rows[row][1] if row < len(rows) and len(rows[row]) > 1 else ""
        at = {"sheet": sheet, "cell": address(row + 1, 2), "field": label, "value": as_text(value)}
        if not at["value"]:
            if name not in OPTIONAL:
                faults.append(told["missing"].format(**at))
        elif name in _DAYS:
            day = as_day(value.strip() if isinstance(value, str) else value, "dmy")
            if day is None:
                faults.append(told["not_a_date"].format(**at))
            else:
                yield name, day.isoformat()
        elif name == "school_year" and not _is_year(at["value"]):
            faults.append(told["not_a_year"].format(**at))
        else:
            yield name, at["value"]


def _is_year(text: str) -> bool:
    found = _YEAR.fullmatch(text)
    return found is not None and int(found[2]) == int(found[1]) + 1


def _schools(
    rows: Sequence[Sequence[Any]], texts: Mapping[str, Any], levels: Sequence[Level], faults: list[str]
) -> Iterator[School]:
    told, sheet, columns = texts["faults"], texts["workbook"]["schools_sheet"], texts["school_columns"]
    known = {fold(name): level for level in levels for name in (level.title, level.short_title, level.level)}
    first: dict[str, int] = {}
    for row, cells in enumerate(rows[1:], start=2):
        texts_of = [as_text(value) for value in cells[: len(columns)]]
        values = dict(zip(columns, [*texts_of, *[""] * len(columns)], strict=False))
        if not any(values.values()):
            continue
        places = {name: address(row, column) for column, name in enumerate(columns, start=1)}
        for name in ("unit_id", "name", "level", "commune"):
            if not values[name]:
                faults.append(told["missing"].format(sheet=sheet, cell=places[name], field=columns[name]))
        unit_id, level = values["unit_id"], known.get(fold(values["level"]))
        at = {"sheet": sheet, "cell": places["unit_id"], "value": unit_id}
        if unit_id and not is_id(unit_id):
            faults.append(told["not_an_id"].format(**at))
        if unit_id and first.setdefault(unit_id.casefold(), row) != row:
            faults.append(told["id_twice"].format(**at, row=first[unit_id.casefold()]))
        if values["level"] and level is None:
            titles = ", ".join(one.title for one in levels)
            faults.append(told["not_a_level"].format(sheet=sheet, cell=places["level"], value=values["level"], levels=titles))  # fmt: skip
        if level is not None:
            yield School(unit_id, values["name"], level, values["commune"], values["email"])
    if not first:
        faults.append(told["no_schools"].format(sheet=sheet))
