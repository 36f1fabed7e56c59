"""The live self-score of one school: the formulas beside the items, the sums and the level of each group.

The declared rules are written in the language of spreadsheets. The same rules are applied to the tables by the
scoring room; a test lets LibreOffice recalculate a form and holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from termreview.cells import address
from termreview.forms.layout import UNIT_COLUMN, Block, FormLayout, SheetLayout
from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.indicators import Band, Criterion, Group, IndicatorSet, Item
from termreview.text import NOTHING_WORDS

Reference = Callable[[str], str]


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
        formulas = item_formulas(item, layout.level, ref, words)
        # The stored values are those of an empty form; a spreadsheet program replaces them on opening.
        stored = ((formulas.computed, ""), (formulas.low, 0), (formulas.high, item.max_points))
        for shift, (formula, value) in enumerate(stored):
            row, column = numbers[item.item_id] - 1, first - 1 + shift
            page.write_formula(row, column, formula, formats["computed"], value)
    conditions = [condition_formula(part, ref, words) for part in group.conditions]
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
    formula = level_formula(form, indicator_set, group, low, high, conditions, words)
    page.merge_range(row, 0, row, UNIT_COLUMN - 1, text, formats["level"])
    page.merge_range(row, UNIT_COLUMN, row, first + 2, "", formats["level"])
    stored = form.word("not_concluded", low=1, high=max(indicator_set.level_titles()))
    page.write_formula(row, UNIT_COLUMN, formula, formats["level"], stored)


def _words(form: Form) -> Words:
    answers = form.choices("yes_no")
    return Words(answers["yes"], answers["no"], form.word("met"), form.word("failed"), form.word("unknown"))


@dataclass(frozen=True)
class ItemFormulas:
    """The formulas of one item: points by the facts, and the lowest and highest points that can stand."""

    computed: str
    low: str
    high: str


@dataclass(frozen=True)
class Words:
    """The words that stand in answer cells and results, as the form declares them."""

    yes: str
    no: str
    met: str
    failed: str
    unknown: str


def item_formulas(item: Item, level: str, ref: Reference, words: Words) -> ItemFormulas:
    """Write the formulas of one item; `ref` gives the cell of a field.

    The lowest and highest points follow the same reading as `termreview.scoring.rules`.
    """
    own, maximum = ref(item.field("self")), f"{item.max_points:g}"
    claimed = f"AND(ISNUMBER({own}),{own}>=0,{own}<={maximum})"
    if item.rule.kind == "claim":
        return _claim(item, ref, own, claimed, maximum, words)
    if item.rule.kind == "yes_no":
        use = ref(item.field("in_use"))
        known = f'OR({use}="{words.yes}",{use}="{words.no}")'
        low = high = f'IF({use}="{words.yes}",{maximum},0)'
    else:
        known, low, high = _banded(item, level, ref)
    computed = f'IF({known},{low},"")'
    return ItemFormulas(
        f"={computed}",
        f"=IF({known},IF({claimed},MIN({own},{low}),{low}),0)"
        if low == high
        else f"=IF({known},IF({claimed},IF(AND({own}>={low},{own}<={high}),{own},MIN({own},{low})),{low}),0)",
        f"=IF({known},IF({claimed},MAX({own},{high}),{high}),{maximum})"
        if low == high
        else f"=IF({known},IF({claimed},IF(AND({own}>={low},{own}<={high}),{own},MAX({own},{high})),{high}),"
        f"{maximum})",
    )


def _claim(item: Item, ref: Reference, own: str, claimed: str, maximum: str, words: Words) -> ItemFormulas:
    use, evidence = ref(item.field("in_use")), ref(item.field("evidence"))
    needs = [ref(name) for name in item.rule.needs]
    refuted = [f'{use}="{words.no}"'] + [f"AND(ISNUMBER({cell}),{cell}<=0)" for cell in needs]
    unsupported = [f'TRIM({evidence})=""', _says_nothing(evidence), f'{use}<>"{words.yes}"'] + [
        f"NOT(ISNUMBER({cell}))" for cell in needs
    ]
    standing = f"IF(OR({','.join(refuted + unsupported)}),0,{own})"
    return ItemFormulas(
        f'=IF({use}="{words.no}",0,"")',
        f"=IF({claimed},{standing},0)",
        f'=IF({claimed},{own},IF({use}="{words.no}",0,{maximum}))',
    )


def _banded(item: Item, level: str, ref: Reference) -> tuple[str, str, str]:
    bands = item.rule.bands_of(level)
    top = ref(item.rule.numerator)
    if item.rule.kind == "count_bands":
        return f"ISNUMBER({top})", _steps(bands, top, "1", 1, "low"), _steps(bands, top, "1", 1, "high")
    bottom = ref(item.rule.denominator)
    steps = [_steps(bands, top, bottom, item.rule.scale, end) for end in ("low", "high")]
    known = f"AND(ISNUMBER({top}),ISNUMBER({bottom}))"
    if item.rule.zero_denominator is None:
        known = f"IF({known},{bottom}>0,FALSE)"
    else:
        steps = [f"IF({bottom}<=0,{item.rule.zero_denominator:g},{step})" for step in steps]
    return known, steps[0], steps[1]


def _steps(bands: tuple[Band, ...], top: str, bottom: str, scale: float, end: str) -> str:
    """Nested tests from the highest band down; products, not quotients, so that edges are exact."""
    formula = f"{bands[0].low if end == 'low' else bands[0].high:g}"
    for band in bands[1:]:
        sign = ">" if band.is_open else ">="
        points = band.low if end == "low" else band.high
        formula = f"IF({top}*{scale:g}{sign}{band.start:g}*{bottom},{points:g},{formula})"
    return formula


def condition_formula(condition: Criterion, ref: Reference, words: Words) -> str:
    """Whether one mandatory condition is met, failed or unknown, in the form's words."""
    cells = [ref(name) for name in condition.requires]
    refused = ",".join(_says_nothing(cell) for cell in cells)
    empty = ",".join(f'TRIM({cell})=""' for cell in cells)
    return f'IF(OR({refused}),"{words.failed}",IF(OR({empty}),"{words.unknown}","{words.met}"))'


def _says_nothing(cell: str) -> str:
    """Whether one text cell says that there is nothing to report, in the words that reading knows too."""
    words = ";".join(f'"{word}"' for word in NOTHING_WORDS)
    return f"ISNUMBER(MATCH(LOWER(TRIM({cell})),{{{words}}},0))"


def level_formula(
    form: Form,
    indicator_set: IndicatorSet,
    group: Group,
    low: str,
    high: str,
    conditions: list[str],
    words: Words,
) -> str:
    """The level of one group in words, or that it cannot be concluded yet."""
    titles = indicator_set.level_titles()
    lowest = min(titles)
    met = _all_or_any("AND", conditions, words.met) if conditions else "TRUE"
    failed = _all_or_any("OR", conditions, words.failed) if conditions else "FALSE"
    spare = group.unplaced_points
    below = f"IF({met},{_level_steps(indicator_set, low)},{lowest})"
    above = f"IF({failed},{lowest},{_level_steps(indicator_set, f'({high}+{spare:g})')})"
    named = ",".join(
        f'"{form.word("level", level=level, title=title)}"' for level, title in sorted(titles.items())
    )
    open_text = form.word("not_concluded", low='"&' + below + '&"', high='"&' + above + '&"')
    return f'=IF({below}={above},CHOOSE({below},{named}),"{open_text}")'


def _all_or_any(function: str, conditions: list[str], word: str) -> str:
    return f"{function}(" + ",".join(f'({condition})="{word}"' for condition in conditions) + ")"


def _level_steps(indicator_set: IndicatorSet, total: str) -> str:
    formula = f"{indicator_set.level_bands[0].low:g}"
    for band in indicator_set.level_bands[1:]:
        formula = f"IF({total}{'>' if band.is_open else '>='}{band.start:g},{band.low:g},{formula})"
    return formula
