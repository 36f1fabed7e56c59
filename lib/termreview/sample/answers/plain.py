"""All answers of one illustrative school to any form, by the kind of each field; they agree where the checks compare."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import Pair
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.units import Unit
from termreview.sample.schools.scenarios import draw
from termreview.sample.schools.schools import Answer

_TURNS = 60  # of making sums, parts and bounds agree: a sum may be part of another
_SPANS = {"count": (8, 60), "number": (8, 60), "money": (2_000_000, 60_000_000), "percent": (55, 98)}
_GROWTH = 10  # the most by which a figure has grown since the term before: a tenth


def plain_answers(school: Unit, declared: TermReference) -> dict[str, Answer]:
    """The answers of one school, the same at every call; what a form asks that no number can agree with stays out."""
    part, level = declared.term.part, school.level
    fields = {field.field_id: field for field in declared.form.fields_for(level, part)}
    pairs = declared.pairs_for(level)
    named = {name for pair in pairs if pair.check.kind == "required_if" for name in pair.left}
    answers = {
        name: answer
        for name, field in fields.items()
        if (answer := _answer(school.unit_id, field, declared, field.is_required or name in named))
        is not None
    }
    sums = {pair.left[0]: pair.right for pair in reversed(pairs) if pair.check.kind == "sum_equals"}
    for _ in range(_TURNS):
        if not any([_agree(answers, fields, sums, pair) for pair in pairs]):
            break
    return answers


def _answer(school_id: str, field: Field, declared: TermReference, is_wanted: bool) -> Answer | None:
    dice = draw(school_id, field.field_id)
    if field.kind == "yes_no":
        return dice.choice(("yes", "yes", "no"))
    if field.kind == "date":
        return declared.plan.data_as_of
    if field.kind == "points":
        return float(round((field.maximum or 0) * dice.uniform(0.5, 0.9)))
    if field.is_numeric:
        low, high = _SPANS[field.kind]
        low, high = max(low, math.ceil(field.minimum or 0)), min(high, math.floor(field.maximum or high))
        number = dice.randint(low, high) if low <= high else math.floor(field.maximum or high)
        if declared.plan.previous is not None:  # no report is that of the term before again
            number += dice.randint(1, max(1, number // _GROWTH))
        return number if field.maximum is None else min(number, math.floor(field.maximum))
    options = [
        name
        for listed, own in declared.form.options
        if listed == (field.options or field.kind)
        for name, _ in own
    ]
    if options:
        return options[0]
    return f"{dice.randint(10, 99)}/KH" if is_wanted else None


def _agree(
    answers: dict[str, Answer], fields: Mapping[str, Field], sums: Mapping[str, Sequence[str]], pair: Pair
) -> bool:
    """Make one check hold, and say whether that took a change: sums add up, shares too small grow, all else shrinks."""
    check, left, right = pair
    if not left or not all(fields[name].is_numeric for name in left):
        return False
    part, whole = (sum(_number(answers, name) for name in names) for names in (left, right))
    low, high = (float(limit) if _is_number(limit) else None for limit in (check.low, check.high))
    if check.kind == "sum_equals":
        return _add_up(answers, fields, sums, left[0], right)
    if check.kind == "at_most" and part > whole:
        _scale(answers, sums, left, whole / part / 2)
        return True
    if check.kind == "range" and high is not None and part > high:
        _scale(answers, sums, left, ((low or 0) + high) / 2 / part)
        return True
    if check.kind == "ratio_within" and whole > 0:
        top = _number(answers, left[0])
        middle = ((low or 0) + high) / 2 if high is not None else 2 * (low or 0)
        if high is not None and top > high * whole:
            _scale(answers, sums, left[:1], middle * whole / top)
            return True
        if low is not None and high is not None and high <= 1 and 0 < top < low * whole:  # a part of a whole
            _scale(answers, sums, left[:1], middle * whole / top)
            return True
        if low is not None and top < low * whole and middle:
            _scale(answers, sums, right, top / middle / whole)
            return True
    return False


def _add_up(
    answers: dict[str, Answer],
    fields: Mapping[str, Field],
    sums: Mapping[str, Sequence[str]],
    name: str,
    parts: Sequence[str],
) -> bool:
    """Make one sum that of its parts; of a number that is the sum of others already, the parts give way."""
    stated, whole = _number(answers, name), sum(_number(answers, part) for part in parts)
    if stated == whole:
        return False
    most = fields[name].maximum
    if sums[name] != parts:
        _scale(answers, sums, parts, stated / whole if whole else 0)
        answers[parts[0]] = (
            _number(answers, parts[0]) + stated - sum(_number(answers, part) for part in parts)
        )
        return True
    if most is not None and whole > most:  # the parts are too many for their sum
        _scale(answers, sums, parts, most / whole)
    answers[name] = sum(_number(answers, part) for part in parts)
    return True


def _scale(
    answers: dict[str, Answer], sums: Mapping[str, Sequence[str]], names: Sequence[str], share: float
) -> None:
    """Make some numbers smaller, and with a sum its parts."""
    for name in names:
        if parts := sums.get(name):
            _scale(answers, sums, parts, share)
            answers[name] = sum(_number(answers, part) for part in parts)
        else:
            answers[name] = max(math.floor(_number(answers, name) * share), min(_number(answers, name), 1))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _number(answers: Mapping[str, Answer], name: str) -> float:
    value = answers.get(name, 0)
    return value if isinstance(value, int | float) else 0
