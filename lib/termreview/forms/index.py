"""One live self-score of one school: the formulas beside the items, the sums and the level of each group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from termreview.cells import address
from termreview.forms import formulas as form_formulas
from termreview.forms.layout import UNIT_COLUMN, Block, FormLayout, SheetLayout
from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.indicators import Group, IndicatorSet


def write_index(
    page: Any,
    sheet: SheetLayout,
    block: Block,
    layout: FormLayout,
    indicator_set: IndicatorSet,
    formats: Mapping[str, Any],
) -> None:
    """Write the formulas of one group of the index, right of the answers of its section."""
    group = next(group for group in indicator_set.groups if group.group_id == block.section.indicator_group)
    numbers = {row.row_code: number for row, number in block.rows}
    places = layout.places
    words = _words(layout.form)

    def ref(field_id: str) -> str:
        title, place = places[field_id]
        return f"'{title}'!{address(place.row, place.column)}"

    first = sheet.help_column
    for item in group.items:
        formulas = form_formulas.item_formulas(item, layout.level, ref, words)
        # The stored values are those of an empty form; a spreadsheet program replaces them on opening.
        stored = ((formulas.computed, ""), (formulas.low, 0), (formulas.high, item.max_points))
        for shift, (formula, value) in enumerate(stored):
            row, column = numbers[item.item_id] - 1, first - 1 + shift
            page.write_formula(row, column, formula, formats["computed"], value)
    conditions = [form_formulas.condition_formula(part, ref, words) for part in group.conditions]
    _write_total(page, block, first, layout.form, group, formats)
    _write_level(page, block, first, layout.form, indicator_set, group, conditions, formats)


def _write_total(
    page: Any, block: Block, first: int, form: Form, group: Group, formats: Mapping[str, Any]
) -> None:
    """The line of the sums below the items."""
    row, top, last, style = block.last_row, block.rows[0][1], block.last_row, formats["total"]
    own = next(number for column, number in block.columns if column.column_id == "self")
    page.write_blank(row, 0, None, style)
    page.write_string(row, 1, form.word("group_total", group=group.group_id), style)
    page.write_number(row, 2, group.max_points, style)
    for column in range(UNIT_COLUMN, first + 3):
        page.write_blank(row, column, None, style)
    placed = sum(item.max_points for item in group.items)
    for column, value in ((own, 0), (first, 0), (first + 1, 0), (first + 2, placed)):
        formula = f"=ROUND(SUM({address(top, column)}:{address(last, column)}),6)"
        page.write_formula(row, column - 1, formula, style, value)


def _write_level(
    page: Any,
    block: Block,
    first: int,
    form: Form,
    indicator_set: IndicatorSet,
    group: Group,
    conditions: list[str],
    formats: Mapping[str, Any],
) -> None:
    """The line below the sums: the level they lead to, or that none can be concluded yet."""
    row, words = block.last_row + 1, _words(form)
    low, high = address(block.last_row + 1, first + 1), address(block.last_row + 1, first + 2)
    text = form.word("group_level")
    if group.unallocated:
        text += f" ({form.word('unallocated', points=f'{group.unallocated.points:g}')})"
    formula = form_formulas.level_formula(form, indicator_set, group, low, high, conditions, words)
    page.merge_range(row, 0, row, UNIT_COLUMN - 1, text, formats["level"])
    page.merge_range(row, UNIT_COLUMN, row, first + 2, "", formats["level"])
    stored = form.word("not_concluded", low=1, high=max(indicator_set.level_titles()))
    page.write_formula(row, UNIT_COLUMN, formula, formats["level"], stored)


def _words(form: Form) -> form_formulas.Words:
    answers = form.choices("yes_no")
    return form_formulas.Words(
        answers["yes"], answers["no"], form.word("met"), form.word("failed"), form.word("unknown")
    )
