"""All answers of one illustrative school in one term, by field id: what `write_form` fills in."""

from __future__ import annotations

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.units import Unit
from termreview.sample.answers.index import index_answers
from termreview.sample.answers.management import management_answers
from termreview.sample.answers.opinions import opinion_answers
from termreview.sample.answers.plain import plain_answers
from termreview.sample.answers.teaching import teaching_answers
from termreview.sample.schools.pupils import GRADE_WEIGHTS
from termreview.sample.schools.schools import Answer, roll_answers, school_term
from termreview.terms import Term

SAMPLE_FORM, SAMPLE_SET = "cv407-2023", "qd-4725-2022"
_PARTS = ("hk1", "hk2")


def school_answers(school: Unit, term: Term, reference: Reference) -> dict[str, Answer]:
    """The answers of one school in one term to the fields that its form asks, before any trouble.

    What the sample does not know of (another office's form, level or index) is answered by the kind of each question.
    """
    declared = reference.of(term)
    plain = plain_answers(school, declared)
    if not is_of_sample(school, declared):
        return plain
    here = school_term(school, term, reference)
    answers: dict[str, Answer] = dict(roll_answers(here))
    answers |= teaching_answers(here) | management_answers(here) | opinion_answers(here)
    if school.level in declared.indicator_set.levels and declared.plan.indicator_set == SAMPLE_SET:
        answers |= index_answers(here, declared.indicator_set, answers)
    known = set(answers)
    fields = declared.form.fields_for(school.level, term.part)
    answers |= {
        field.field_id: plain[field.field_id]
        for field in fields
        if field.is_required and field.field_id in plain and field.field_id not in known
    }
    return {field.field_id: answers[field.field_id] for field in fields if field.field_id in answers}


def is_of_sample(school: Unit, declared: TermReference) -> bool:
    """Say whether the sample knows the level, the part of the year and the form by which one school reports."""
    is_known = school.level in GRADE_WEIGHTS and declared.term.part in _PARTS
    return is_known and declared.plan.form == SAMPLE_FORM
