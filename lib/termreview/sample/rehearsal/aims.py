"""One planted fault and the checks that are there to catch it: by the kind of the fault and the fields it touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import EVERYTHING, Check
from termreview.reference.kinds.forms import applies

# What reading itself notices, by kind of fault: codes of the catalogue of messages.
_READING: Mapping[str, tuple[str, ...]] = {
    "times_thousand": ("out_of_range",),
    "column_shifted": ("required_blank",),
    "section_blank": ("required_blank",),
    "percent_as_share": ("percent_assumed",),
    "minus_sign": ("negative_number",),
}
_SUMS = ("total_wrong_digit", "digits_swapped")
_PARTS = ("girls_above_pupils", "part_above_whole")
_MOST_OF = 0.5  # of a section's fields, which a form asks in both terms


def aimed_at(fault: str, touched: Sequence[str], level: str, declared: TermReference) -> set[str]:
    """The codes of the checks and messages that one planted fault should bring up at one school."""
    names, aims = set(touched), set(_READING.get(fault, ()))
    for check, left, right in _compared(level, declared):
        if _is_for(fault, names, check, left, right):
            aims.add(check.check_code)
    return aims


def _is_for(fault: str, names: set[str], check: Check, left: Sequence[str], right: Sequence[str]) -> bool:
    """Say whether one check is there for one kind of fault at some fields."""
    if fault in _SUMS:
        return check.kind == "sum_equals" and bool(names & {*left, *right})
    if fault in _PARTS:
        return check.kind == "at_most" and len(left) == 1 and left[0] in names
    if fault == "in_thousands":
        return check.kind in ("ratio_within", "outlier") and left[0] in names
    if check.kind == "unchanged" and fault == "last_term_again":
        return check.fields == (EVERYTHING,)
    if check.kind == "unchanged" and fault == "section_again":
        return check.fields != (EVERYTHING,) and len(names & set(left)) >= _MOST_OF * len(left)
    return False


def _compared(
    level: str, declared: TermReference
) -> Iterator[tuple[Check, tuple[str, ...], tuple[str, ...]]]:
    part = declared.term.part
    fields = {field.field_id: field for field in declared.form.fields_for(level, part)}
    for check in declared.checks:
        if applies(check.levels, level) and applies(check.terms, part):
            for left, right in check.expanded(fields):
                yield check, left, right
