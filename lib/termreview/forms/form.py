"""One blank (or prefilled) workbook of one school: what the office sends out.

Every sheet follows `layout`: labels are locked, answers are open, typed and explained, and a hidden sheet
carries the fingerprint by which the file is recognised when it comes back.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from termreview.cells import address
from termreview.forms import index, style as form_style
from termreview.forms.layout import (
    CODE_COLUMN,
    FINGERPRINT_SHEET,
    FIRST_SECTION_ROW,
    INFO_SHEET_ID,
    LABEL_COLUMN,
    UNIT_COLUMN,
    Block,
    FormLayout,
    SheetLayout,
    fingerprint_rows,
    form_layout,
)
from termreview.forms.office_form import Value, fill_office_workbook
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import Check
from termreview.reference.kinds.forms import Field, applies
from termreview.reference.kinds.units import Unit
from termreview.text import capitalised
from termreview.workbook_text import open_book

IDENTITY_ROW = 8


@dataclass(frozen=True)
class FormOrder:
    """What one workbook is written for: term, school, and the words on its first sheet."""

    term: TermReference
    school: Unit
    level_title: str
    parent_name: str


def write_form(path: Path, order: FormOrder, answers: Mapping[str, Value] | None = None) -> FormLayout:
    """Write the workbook of one school; `answers` (field id to value) fill open cells beforehand.

    Returns the layout, for whoever fills the form further.
    """
    layout = form_layout(order.term.form, order.school.level, order.term.term.part)
    if layout.form.office is not None:
        fill_office_workbook(path, layout.form.office, layout, order.term, order.school, answers or {})
        return layout
    book = open_book(path, default_date_format="dd/mm/yyyy")
    try:
        office = order.term.office
        book.set_size(2200, 1500)
        # Same inputs, same bytes: the only clock in the file is the deadline.
        created = datetime.datetime.combine(order.term.plan.due_on, datetime.time())
        book.set_properties({"title": order.term.form.title, "author": office.name, "created": created})
        writer = _Writer(book, form_style.formats(book), order, layout, dict(answers or {}))
        for sheet in layout.sheets:
            writer.sheet(sheet)
        writer.fingerprint()
    finally:
        book.close()
    return layout


@dataclass
class _Writer:
    """The workbook being written; one method a kind of sheet."""

    book: xlsxwriter.Workbook
    formats: Mapping[str, Any]
    order: FormOrder
    layout: FormLayout
    answers: Mapping[str, Value]

    def sheet(self, sheet: SheetLayout) -> None:
        page = self.book.add_worksheet(sheet.plan.title)
        page.hide_gridlines(2)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(0.5, 0.5, 0.6, 0.6)
        page.set_footer(
            f"&L{self.order.school.unit_id} · {self.order.term.term.term_id}&C{sheet.plan.title}&R{self.layout.form.word('page')} &P/&N"
        )
        page.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
        if sheet.plan.sheet_id == INFO_SHEET_ID:
            self._info(page)
            return
        page.set_landscape()
        widths = form_style.column_widths(sheet)
        for number, characters in widths.items():
            page.set_column(number - 1, number - 1, characters)
        width = form_style.text_column(sheet)
        page.merge_range(
            0,
            0,
            0,
            width - 1,
            f"{sheet.plan.title.upper()} – {self.order.school.name}",
            self.formats["title"],
        )
        page.merge_range(1, 0, 1, width - 1, sheet.plan.intro, self.formats["intro"])
        page.freeze_panes(FIRST_SECTION_ROW - 2, LABEL_COLUMN)
        for block in sheet.blocks:
            self._block(page, sheet, block, width)
        self._print(page, sheet, widths)

    def _print(self, page: Any, sheet: SheetLayout, widths: Mapping[int, float]) -> None:
        """Set the heights of all rows and the page breaks of one sheet."""
        heights = form_style.row_heights(sheet, widths)
        for number, points in heights.items():
            page.set_row(number - 1, points)
        scale = form_style.print_scale(widths.values())
        page.repeat_rows(0)
        starts = [block.title_row for block in sheet.blocks]
        last = sheet.blocks[-1].last_row + (2 if sheet.blocks[-1].section.indicator_group else 0)
        if breaks := form_style.page_breaks(heights, starts, last, scale, heights[1]):
            page.set_h_pagebreaks(breaks)

    def _block(self, page: Any, sheet: SheetLayout, block: Block, width: int) -> None:
        row = block.title_row - 1
        page.merge_range(row, 0, row, width - 1, block.section.title, self.formats["section"])
        self._header(page, sheet, block)
        for form_row, number in block.rows:
            page.write_string(number - 1, CODE_COLUMN - 1, form_row.row_code, self.formats["code"])
            page.write_string(number - 1, LABEL_COLUMN - 1, form_row.label, self.formats["label"])
            if block.section.indicator_group:
                page.write_number(
                    number - 1, UNIT_COLUMN - 1, form_row.maximum or 0, self.formats["max_points"]
                )
            else:
                page.write_string(number - 1, UNIT_COLUMN - 1, form_row.unit, self.formats["unit"])
            asked = {place.column for place in block.places if place.row == number}
            for _, column in block.columns:
                if column not in asked:
                    page.write_blank(number - 1, column - 1, None, self.formats["closed"])
            page.write_string(
                number - 1, form_style.text_column(sheet) - 1, form_row.help, self.formats["help"]
            )
        for place in block.places:
            self._answer(page, place.field, place.row - 1, place.column - 1)
        if block.section.indicator_group:
            index.write_index(page, sheet, block, self.layout, self.order.term.indicator_set, self.formats)
        else:
            self._live_checks(page, block)

    def _header(self, page: Any, sheet: SheetLayout, block: Block) -> None:
        row, head, word = block.header_row - 1, self.formats["header"], self.layout.form.word
        is_index = bool(block.section.indicator_group)
        page.write_row(
            row, 0, [word("code"), word("label"), word("max_points" if is_index else "unit")], head
        )
        for column, number in block.columns:
            page.write_string(row, number - 1, column.label, head)
        end, last = sheet.help_column, form_style.text_column(sheet)
        if is_index:
            page.write_row(row, end - 1, [word("computed"), word("low"), word("high")], head)
        page.write_string(row, last - 1, word("evidence_asked" if is_index else "help"), head)
        if block.codes_row is not None:
            page.write_string(block.codes_row - 1, 0, word("column_code"), self.formats["column_code"])
            for column, number in block.columns:
                page.write_string(block.codes_row - 1, number - 1, column.code, self.formats["column_code"])

    def _answer(self, page: Any, field: Field, row: int, column: int) -> None:
        style = self.formats[form_style.answer_style(field)]
        value = self.answers.get(field.field_id)
        options = self._options(field)
        if value is None:
            page.write_blank(row, column, None, style)
        elif isinstance(value, datetime.date):
            page.write_datetime(row, column, datetime.datetime.combine(value, datetime.time()), style)
        elif isinstance(value, int | float):
            page.write_number(row, column, value, style)
        else:
            page.write_string(row, column, options.get(value, value), style)
        rule = form_style.validation(self.layout.form, field, list(options.values()))
        if rule:
            page.data_validation(row, column, row, column, rule)

    def _options(self, field: Field) -> dict[str, str]:
        name = "yes_no" if field.kind == "yes_no" else field.options
        return self.layout.form.choices(name) if name else {}

    def _live_checks(self, page: Any, block: Block) -> None:
        """Colour an answer that cannot be right while it is being typed."""
        fields = {place.field.field_id: place.field for place in block.places}
        cells = {place.field.field_id: address(place.row, place.column) for place in block.places}
        checks = [
            check
            for check in self.order.term.checks
            if applies(check.levels, self.layout.level) and applies(check.terms, self.layout.part)
        ]
        for check in checks:
            for left, right in check.expanded(fields):
                formula = _warning_formula(check, left, right, cells)
                if formula:
                    page.conditional_format(
                        cells[left[0]],
                        {"type": "formula", "criteria": formula, "format": self.formats["warning"]},
                    )

    def _info(self, page: Any) -> None:
        term, plan, form = self.order.term, self.order.term.plan, self.layout.form
        page.set_portrait()
        page.set_column(0, 0, 30)
        page.set_column(1, 1, 66)
        page.merge_range("A1:B1", term.office.parent_body, self.formats["body_name"])
        page.merge_range("A2:B2", term.office.name, self.formats["office_name"])
        page.merge_range("A4:B4", form.title.upper(), self.formats["cover"])
        line = form.word("term_line", term=capitalised(plan.title), school_year=plan.term.school_year)
        page.merge_range("A5:B5", line, self.formats["cover_line"])
        page.set_row(3, 42)
        if term.office.is_illustrative:
            page.merge_range("A6:B6", form.word("illustrative"), self.formats["banner"])
        for number, (name, value) in enumerate(self._identity(), start=IDENTITY_ROW):
            page.write_string(number - 1, 0, form.word(name), self.formats["identity_label"])
            page.write_string(number - 1, 1, value, self.formats["identity"])
        row = IDENTITY_ROW + len(self._identity())
        page.merge_range(row, 0, row, 1, form.word("instructions"), self.formats["section"])
        for number, text in enumerate(form.instructions, start=1):
            page.merge_range(
                row + number, 0, row + number, 1, f"{number}. {text}", self.formats["instruction"]
            )
            page.set_row(row + number, 32)
        row += len(form.instructions) + 2
        page.merge_range(row, 0, row, 1, form.word("contents"), self.formats["section"])
        for number, sheet in enumerate(
            (sheet for sheet in self.layout.sheets if sheet.blocks), start=row + 1
        ):
            page.write_url(
                number, 0, f"internal:'{sheet.plan.title}'!A1", self.formats["link"], sheet.plan.title
            )
            page.write_string(number, 1, sheet.plan.intro, self.formats["instruction"])
            page.set_row(number, 48)

    def _identity(self) -> list[tuple[str, str]]:
        school, plan = self.order.school, self.order.term.plan
        return [
            ("school_id", school.unit_id), ("school_name", school.name), ("level_title", self.order.level_title),
            ("parent", self.order.parent_name), ("term_id", plan.term.term_id),
            ("data_as_of", f"{plan.data_as_of:%d/%m/%Y}"), ("due_on", f"{plan.due_on:%d/%m/%Y}"),
        ]  # fmt: skip

    def fingerprint(self) -> None:
        """Write the hidden sheet that names form, layout version, term and school."""
        page = self.book.add_worksheet(FINGERPRINT_SHEET)
        page.very_hidden()
        rows = fingerprint_rows(self.layout, self.order.term.term.term_id, self.order.school.unit_id)
        for number, pair in enumerate(rows):
            for column, text in enumerate(pair):
                page.write_string(number, column, text)


def _warning_formula(
    check: Check, left: tuple[str, ...], right: tuple[str, ...], cells: Mapping[str, str]
) -> str | None:
    if not all(name in cells for name in (*left, *right)):
        return None
    total = "+".join(cells[name] for name in right)
    filled = ",".join(f"ISNUMBER({cells[name]})" for name in (*left, *right))
    if check.kind == "at_most":
        return f"=AND({filled},{'+'.join(cells[name] for name in left)}>{total})"
    if check.kind == "sum_equals":
        return f"=AND({filled},{cells[left[0]]}<>{total})"
    return None
