"""One formula of the live self-score: declared rules written in the language of spreadsheets.

The same rules are applied to the tables by the scoring room; a test lets LibreOffice recalculate a form
and holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.indicators import Band, Criterion, Group, IndicatorSet, Item
from termreview.text import NOTHING_WORDS

Reference = Callable[[str], str]


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
    spare = group.unallocated.points if group.unallocated else 0.0
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
