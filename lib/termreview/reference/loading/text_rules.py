"""One rule says when one text of several is written: figures compared with others or with numbers.

`late > 0 and received == expected` holds of the values of a sentence. Of a sentence with rules the first text whose
rule holds is written, the one under `otherwise` where none does. A figure that is missing compares with nothing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

OTHERWISE: Final = "otherwise"
_SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_COMPARISON: Final = re.compile(r"([a-z]\w*) (==|!=|<=|>=|<|>) ([a-z]\w*|-?\d+(?:\.\d+)?)")


def has_rules(texts: Iterable[str]) -> bool:
    """Tell whether the texts of one sentence stand under rules."""
    return OTHERWISE in texts


def read_rule(rule: str) -> list[tuple[str, str, str]] | None:
    """Read one rule as comparisons, all of which must hold: a figure, a sign, a figure or a number; None if it is none."""
    found = [_COMPARISON.fullmatch(part.strip()) for part in rule.split(" and ")]
    return [(one[1], one[2], one[3]) for one in found if one] if all(found) else None


def figures_of(rule: str) -> set[str]:
    """The figures that one rule compares."""
    return {name for left, _, right in read_rule(rule) or [] for name in (left, right) if name[0].isalpha()}


def text_that_holds(texts: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """Return the first text whose rule holds of some values.

    Raises
    ------
    KeyError
        When a rule names a figure that is not among the values.
    """
    return next(
        (text for rule, text in texts.items() if rule != OTHERWISE and _holds(rule, values)), texts[OTHERWISE]
    )


def _holds(rule: str, values: Mapping[str, Any]) -> bool:
    for left, sign, right in read_rule(rule) or []:
        ends = values[left], values[right] if right[0].isalpha() else float(right)
        if any(end is None or end != end for end in ends) or not _SIGNS[sign](*ends):
            return False
    return True
