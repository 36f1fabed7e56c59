"""One shareable report that was handed out, as disclosure control sees it: which sums of sensitive attributes it told."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from termreview.errors import DeclarationError
from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.editions.scope import SHAREABLE, Scope, find_scope, narrowed
from termreview.reporting.editions.suppression import HandedOut, Suppression, decide_suppression
from termreview.reporting.records.issued import (
    SHOWN,
    BrokenIssue,
    Issue,
    issued_reference,
    issued_tables,
    read_issues,
)
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.storage.workspace import Workspace
from termreview.terms import Term


def read_handed_out(
    workspace: Workspace, reference: Reference, term: Term, numbers: Collection[str] | None = None
) -> tuple[HandedOut, ...] | None:
    """What readers have in hand of one term; None where the record of an issue cannot be read, so nobody can tell.

    `numbers` are the issues to look at; None: all of them.
    """
    found: list[HandedOut] = []
    for issue in read_issues(workspace, term):
        if numbers is not None and str(issue.number) not in numbers:
            continue
        if isinstance(issue, BrokenIssue):
            return None
        if issue.edition == SHAREABLE:
            found.append(_handed_out(reference, term, issue))
    return tuple(found)


def _handed_out(reference: Reference, term: Term, issue: Issue) -> HandedOut:
    try:
        then = issued_reference(issue, reference)
    except DeclarationError:  # this version of the program cannot read them
        then = reference
    declared = then.of(term)
    answers = spread_answers(issued_tables(issue).observations, declared)
    levels = {school.unit_id: school.level for school in declared.schools}
    scope = find_scope(then, declared, *issue.scope_ids)
    told = issue.record.get(SHOWN)
    if told is None:  # handed out before such a list was kept
        told = shown_counts(decide_suppression(then, declared, answers), then, declared, answers, scope)
    schools = _schools_by_level(narrowed(then, declared, scope))
    return HandedOut(
        answers, levels, tuple((field_id, schools[level]) for field_id, level in told if level in schools)
    )


def shown_counts(
    suppression: Suppression, reference: Reference, declared: TermReference, answers: Answers, scope: Scope
) -> list[list[str]]:
    """The sums of sensitive attributes that one report may print: a field, and a school level or blank for all."""
    schools = _schools_by_level(narrowed(reference, declared, scope))
    return [
        [str(field_id), level]
        for field_id in answers.numbers.columns
        if suppression.disclosure.is_sensitive(str(field_id))
        for level, own in schools.items()
        if suppression.is_shown(str(field_id), own)
    ]


def _schools_by_level(declared: TermReference) -> Mapping[str, frozenset[str]]:
    schools: dict[str, set[str]] = {"": set()}
    for school in declared.schools:
        schools[""].add(school.unit_id)
        schools.setdefault(school.level, set()).add(school.unit_id)
    return {level: frozenset(own) for level, own in schools.items()}
