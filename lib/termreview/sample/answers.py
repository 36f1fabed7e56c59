"""All answers of one illustrative school in one term, by field id: what `write_form` fills in."""

from __future__ import annotations

from termreview.reference.declarations import Reference
from termreview.reference.units import Unit
from termreview.sample.index import index_answers
from termreview.sample.management import management_answers
from termreview.sample.opinions import opinion_answers
from termreview.sample.schools import Answer, roll_answers, school_term
from termreview.sample.teaching import teaching_answers
from termreview.terms import Term


def school_answers(school: Unit, term: Term, reference: Reference) -> dict[str, Answer]:
    """The answers of one school in one term to the fields that its form asks, before any trouble."""
    here = school_term(school, term, reference)
    answers: dict[str, Answer] = dict(roll_answers(here))
    answers |= teaching_answers(here) | management_answers(here) | opinion_answers(here)
    declared = reference.of(term)
    if school.level in declared.indicator_set.levels:
        answers |= index_answers(here, declared.indicator_set, answers)
    asked = [field.field_id for field in declared.form.fields_for(school.level, term.part)]
    return {field_id: answers[field_id] for field_id in asked if field_id in answers}
