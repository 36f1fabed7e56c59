"""All answers of one illustrative school to any form, by the kind of each field; they agree where the checks compare."""

from __future__ import annotations

import math

from termreview.reference.declarations import TermReference
from termreview.reference.forms import Field
from termreview.reference.units import Unit
from termreview.sample.schools import Answer
from termreview.sample.stories import draw

_TURNS = 12  # of making sums and parts agree: a sum may be part of another
_SPANS = {"count": (8, 60), "number": (8, 60), "money": (2_000_000, 60_000_000), "percent": (55, 98)}


def plain_answers(school: Unit, declared: TermReference) -> dict[str, Answer]:
    """The answers of one school, the same at every call; what a form asks that no number can agree with stays out."""
    part, level = declared.term.part, school.level
    fields = {field.field_id: field for field in declared.form.fields_for(level, part)}
    answers = {
        name: answer
        for name, field in fields.items()
        if (answer := _answer(school.unit_id, field, declared)) is not None
    }
    for _ in range(_TURNS):
        if not any(
            [
                _agree(answers, fields, pair.check.kind, pair.left, pair.right)
                for pair in declared.pairs_for(level)
            ]
        ):
            break
    return answers


def _answer(school_id: str, field: Field, declared: TermReference) -> Answer | None:
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
        return dice.randint(low, high) if low <= high else math.floor(field.maximum or high)
    options = [
        name
        for listed, own in declared.form.options
        if listed == (field.options or field.kind)
        for name, _ in own
    ]
    if options:
        return options[0]
    return f"{dice.randint(10, 99)}/KH" if field.is_required else None


def _agree(
    answers: dict[str, Answer], fields: dict[str, Field], kind: str, left: tuple[str, ...], right: tuple[str, ...]
) -> bool:  # fmt: skip
    """Make one check hold, and say whether that took a change."""
    if not left or kind not in ("sum_equals", "at_most", "required_if", "positive_if"):
        return False
    if kind in ("required_if", "positive_if"):
        return False  # every field is answered, every count is above nothing
    whole, parts = (sum(_number(answers, name) for name in names) for names in (right, left))
    if kind == "at_most":
        if parts <= whole:
            return False
        for name in left:
            answers[name] = math.floor(_number(answers, name) * whole / parts)
        return True
    if _number(answers, left[0]) == whole:
        return False
    most = fields[left[0]].maximum
    if most is not None and whole > most:  # the parts are too many for their sum
        for name in right:
            answers[name] = math.floor(_number(answers, name) * most / whole)
        whole = sum(_number(answers, name) for name in right)
    answers[left[0]] = whole
    return True


def _number(answers: dict[str, Answer], name: str) -> float:
    value = answers.get(name, 0)
    return value if isinstance(value, int | float) else 0
