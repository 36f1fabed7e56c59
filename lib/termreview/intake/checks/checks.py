"""One failed check at one cell: the declared checks of a level applied to all its schools at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from termreview.intake.checks.answer_grid import Answers, Flags, Numbers
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import EVERYTHING, Check, Pair
from termreview.reference.kinds.forms import Field
from termreview.text import stored_number_text

# Which pairs fail at which schools; for one pair and school what was found and what is expected, in words.
Verdict = tuple[Flags, Callable[[int, int], str], Callable[[int, int], str]]
FEWEST_PEERS = 8
# The median deviation of normal values times this is their standard deviation.
_TO_DEVIATION = 1.4826
# Peers that agree to the last digit must not make every other value an outlier.
_LEAST_DEVIATION = float(np.log(1.15))
_SLACK = 1e-9  # of binary fractions


class Failure(NamedTuple):
    """One failed check of one school, at its first field; `compared` are all fields it looked at."""

    school_id: str
    check: Check
    field_id: str
    label: str
    found: str
    expected: str
    compared: tuple[str, ...] = ()


def run_checks(answers: Answers, term: TermReference) -> list[Failure]:
    """Apply every check of the form to the answers of one term, level by level.

    A check speaks only where everything it compares was answered: what is missing is another finding.
    """
    failures: list[Failure] = []
    for level, own in answers.by_level():
        fields = {field.field_id: field for field in term.form.fields_for(level, term.term.part)}
        failures += _without_implied(list(_apply(term.pairs_for(level), fields, own)))
    return failures


def _without_implied(failures: Sequence[Failure]) -> list[Failure]:
    """The failures but those about one section of a report that is last term's as a whole."""
    whole = {failure.school_id for failure in failures if failure.check.fields == (EVERYTHING,)}
    return [
        failure
        for failure in failures
        if failure.check.kind != "unchanged"
        or failure.check.fields == (EVERYTHING,)
        or failure.school_id not in whole
    ]


def _apply(pairs: Sequence[Pair], fields: Mapping[str, Field], answers: Answers) -> Iterator[Failure]:
    """The failures of the schools of one level, check by check."""
    by_kind: dict[str, list[int]] = {}
    for number, pair in enumerate(pairs):
        by_kind.setdefault(pair.check.kind, []).append(number)
    hits = []
    for kind, numbers in by_kind.items():
        failed, found, expected = _KINDS[kind]([pairs[number] for number in numbers], answers)
        for line, place in np.argwhere(failed).tolist():
            hits.append((numbers[line], place, found(line, place), expected(line, place)))
    for number, place, found_words, expected_words in sorted(hits):
        check, left, right = pairs[number]
        yield Failure(
            answers.school_ids[place],
            check,
            left[0],
            fields[left[0]].label,
            found_words,
            expected_words,
            left[:1] if check.kind in ("unchanged", "agrees_with") else (*left, *right),
        )


def _limits(check: Check) -> tuple[float, float]:
    return float(check.low) if check.low else -np.inf, float(check.high) if check.high else np.inf


def _all_limits(pairs: Sequence[Pair]) -> tuple[Numbers, Numbers]:
    """The limits of each pair, as columns."""
    low, high = zip(*(_limits(pair.check) for pair in pairs), strict=True)
    return np.array(low)[:, None], np.array(high)[:, None]


def _limits_text(check: Check) -> str:
    low, high = _limits(check)
    if np.isinf(high):
        return f"≥ {stored_number_text(low)}"
    return (
        f"≤ {stored_number_text(high)}"
        if np.isinf(low)
        else f"{stored_number_text(low)}–{stored_number_text(high)}"
    )


def _words(grid: Numbers) -> Callable[[int, int], str]:
    """The numbers of one grid in words."""
    return lambda line, place: stored_number_text(float(grid[line, place]))


def _range(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    values = answers.total([pair.left for pair in pairs])
    low, high = _all_limits(pairs)
    failed = (values < low) | (values > high)
    return failed, _words(values), lambda line, _: _limits_text(pairs[line].check)


def _at_most(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    part = answers.total([pair.left for pair in pairs])
    whole = answers.total([pair.right for pair in pairs])
    return part > whole, _words(part), _words(whole)


def _sum_equals(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    stated = answers.total([pair.left[:1] for pair in pairs])
    recomputed = answers.total([pair.right for pair in pairs])
    failed = ~np.isnan(stated) & ~np.isnan(recomputed) & (stated != recomputed)
    return failed, _words(stated), _words(recomputed)


def _is_triggered(pairs: Sequence[Pair], answers: Answers) -> Flags:
    """Where the field that each pair leans on says what the check waits for."""
    triggers = [answers.lines[pair.right[0]] for pair in pairs]
    awaited = [pair.check.low for pair in pairs]
    numbers = np.array([{"yes": 1.0, "no": 0.0}.get(word, np.nan) for word in awaited])[:, None]
    by_text = answers.texts[triggers] == np.array(awaited, dtype=object)[:, None]
    by_number = answers.numbers[triggers] == numbers
    return np.asarray(answers.is_answered[triggers] & (by_text | by_number), dtype=bool)


def _required_if(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    is_empty = answers.is_empty[[answers.lines[pair.left[0]] for pair in pairs]]
    return _is_triggered(pairs, answers) & is_empty, lambda *_: "", lambda *_: ""


def _positive_if(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    values = answers.total([pair.left for pair in pairs])
    return _is_triggered(pairs, answers) & (values <= 0), _words(values), lambda *_: "> 0"


def _ratio_within(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    top = answers.total([pair.left[:1] for pair in pairs])
    bottom = answers.total([pair.right for pair in pairs])
    low, high = _all_limits(pairs)
    with np.errstate(invalid="ignore"):  # no limit times nothing; something by nothing is above any limit
        failed = (bottom >= 0) & ((top < low * bottom) | (top > high * bottom))

    def found(line: int, place: int) -> str:
        if not bottom[line, place]:
            return f"{stored_number_text(float(top[line, place]))} : 0"
        quotient = float(top[line, place] / bottom[line, place])
        return stored_number_text(_rounded_ratio(quotient, *_limits(pairs[line].check)))

    return failed, found, lambda line, _: _limits_text(pairs[line].check)


def _rounded_ratio(value: float, low: float, high: float) -> float:
    """One ratio rounded no further than it still lies outside the limits it broke."""
    rounded = (round(value, digits) for digits in range(2, 9))
    return next((shown for shown in rounded if shown < low or shown > high), value)


def _change_within(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    now = answers.total([pair.left for pair in pairs])
    before = answers.previous[[answers.lines[pair.left[0]] for pair in pairs]]
    low, high = _all_limits(pairs)
    with np.errstate(invalid="ignore"):
        failed = (before > 0) & ((now < low * before) | (now > high * before))
    return failed, _words(now), _words(before)


def _agrees_with(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    """What schools say now against what they said in another term of the school year."""
    now = answers.total([pair.left for pair in pairs])
    then = answers.total_elsewhere([pair.right for pair in pairs])
    low, high = _all_limits(pairs)
    with np.errstate(invalid="ignore"):  # nothing by nothing is no answer
        failed = (now < np.ceil(low * then - _SLACK)) | (
            now > np.where(np.isinf(high), np.inf, np.floor(high * then + _SLACK))
        )
    return failed & ~np.isnan(then), _words(now), _words(then)


def _outlier(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    """A figure, or its ratio to others of the same school, against all schools of the level."""
    figures = answers.total([pair.left[:1] for pair in pairs])
    for line, pair in enumerate(pairs):
        bottom = answers.total([pair.right])[0] if pair.right else np.ones_like(figures[line])
        figures[line] = np.divide(figures[line], bottom, out=np.full_like(bottom, np.nan), where=bottom > 0)
    usual = [
        usual_bounds(row, float(pair.check.low), float(pair.check.high))
        for row, pair in zip(figures, pairs, strict=True)
    ]
    low, high = (np.array(bounds)[:, None] for bounds in zip(*usual, strict=True))
    failed = (figures > 0) & ((figures < low) | (figures > high))
    return (
        failed,
        lambda line, place: stored_number_text(_rounded_ratio(float(figures[line, place]), *usual[line])),
        lambda line, _: "–".join(stored_number_text(float(f"{bound:.2g}")) for bound in usual[line]),
    )


def _unchanged(pairs: Sequence[Pair], answers: Answers) -> Verdict:
    """How many of the numbers of some sections are those of last term; zero then and now says nothing."""
    same, compared = np.zeros((2, len(pairs), len(answers.school_ids)))
    for line, pair in enumerate(pairs):
        lines = [answers.lines[name] for name in pair.left]
        now, before = answers.numbers[lines], answers.previous[lines]
        is_compared = ~np.isnan(now) & ~np.isnan(before) & ((now != 0) | (before != 0))
        compared[line], same[line] = is_compared.sum(axis=0), (is_compared & (now == before)).sum(axis=0)
    low, high = _all_limits(pairs)

    def found(line: int, place: int) -> str:
        part, whole = same[line, place], compared[line, place]
        return f"{part:.0f}/{whole:.0f} ({stored_number_text(int(100 * part / whole))}%)"

    return (compared >= high) & (same >= low * compared), found, lambda line, place: ""


_KINDS: Mapping[str, Callable[[Sequence[Pair], Answers], Verdict]] = {
    "range": _range,
    "at_most": _at_most,
    "sum_equals": _sum_equals,
    "required_if": _required_if,
    "positive_if": _positive_if,
    "ratio_within": _ratio_within,
    "change_within": _change_within,
    "outlier": _outlier,
    "unchanged": _unchanged,
    "agrees_with": _agrees_with,
}


def usual_bounds(figures: Numbers, least_factor: float, deviations: float) -> tuple[float, float]:
    """The bounds within which figures of peers are usual; nothing is unusual among fewer than eight.

    A figure is unusual only when it lies more than `deviations` robust standard deviations from the median
    and is also at least `least_factor` times larger or smaller. Zeros and missing figures are no peers.

    Returns
    -------
    tuple of float
        Lowest and highest usual figure; (0, inf) where there are too few peers.
    """
    known = np.log(figures[np.isfinite(figures) & (figures > 0)])
    if len(known) < FEWEST_PEERS:
        return 0.0, float("inf")
    middle = _median(known)
    deviation = max(_TO_DEVIATION * _median(np.abs(known - middle)), _LEAST_DEVIATION)
    reach = max(deviations * deviation, float(np.log(least_factor)))
    return float(np.exp(middle - reach)), float(np.exp(middle + reach))


def _median(figures: Numbers) -> float:
    """The median of a few figures, all of them known, at a tenth of the price of `np.median`."""
    ordered, half = np.sort(figures), len(figures) // 2
    return float(ordered[half] if len(figures) % 2 else (ordered[half - 1] + ordered[half]) / 2)
