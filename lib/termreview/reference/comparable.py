"""What two terms allow to be compared: nothing that counts within one school year over its end, nothing asked otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.measures import Ratio
from termreview.terms import Term, parse_term

if TYPE_CHECKING:
    import pandas as pd


def not_comparable(reference: Reference, before: Term, after: Term) -> frozenset[str]:
    """The fields whose answers of two terms must not be compared: over the end of a school year, what is of one."""
    if before.school_year == after.school_year:
        return frozenset()
    return reference.of(before).form.of_one_year | reference.of(after).form.of_one_year


def comparable_ratios(reference: Reference, before: Term, after: Term) -> tuple[Ratio, ...]:
    """The ratios of two terms that may be compared: those of which every part may."""
    held_back = not_comparable(reference, before, after)
    return tuple(
        ratio for ratio in reference.ratios if held_back.isdisjoint((*ratio.numerator, *ratio.denominator))
    )


def asked_alike(before: Mapping[str, Field], after: Mapping[str, Field], field_ids: Iterable[str]) -> bool:
    """Whether two forms ask some questions alike: their words, kind, unit, and since when they count."""
    return all(_asked(before.get(name)) == _asked(after.get(name)) for name in field_ids)


def _asked(field: Field | None) -> tuple[str, ...]:
    return () if field is None else (field.label, field.kind, field.unit, field.counts_since)


def may_compare_scores(reference: Reference, before: Term, after: Term) -> bool:
    """Whether points and levels of two terms may be compared: by one index, over a year's end of the same part."""
    plans = [reference.calendar.plan(term) for term in (before, after)]
    is_one_set = plans[0].indicator_set == plans[1].indicator_set
    return is_one_set and (before.school_year == after.school_year or before.part == after.part)


def comparable_answers(previous: pd.DataFrame, term: TermReference) -> pd.DataFrame:
    """The observations of an earlier term that those of the term may be held against.

    Over the end of a school year that is none of a count from its start, and of no task's state.
    """
    years = {term_id: parse_term(term_id).school_year for term_id in previous["term_id"].unique()}
    is_same_year = previous["term_id"].map(years).eq(term.term.school_year)
    if is_same_year.all():
        return previous
    return previous[is_same_year | ~previous["field_id"].isin(term.form.of_one_year)]
