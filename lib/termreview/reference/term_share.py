"""One term's share of the declarations: what decides its report, by file and hash; other terms' entries do not count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from termreview.terms import Term

if TYPE_CHECKING:
    from termreview.reference.declarations import Reference
    from termreview.reference.kinds.calendar import Office, TermPlan
    from termreview.reference.kinds.legal_documents import LegalDocument
    from termreview.reference.kinds.units import Unit

# The office's own working papers: they decide no figure, stand in no report and go to nobody with an issue.
WORKING_FILES = ("contacts.csv", "letters.yml", "new_office.yml", "review.csv")
# Lists and folders that hold entries of several terms, and files whose texts stand in no report.
_BY_TERM = (
    "calendar.yml", "office.csv", "units.csv", "unit_events.csv", "legal_documents.csv", "decisions.csv",
    "verified_points.csv", "visits.csv", "adoption.yml", *WORKING_FILES,
)  # fmt: skip
_FOLDERS = ("forms", "checks", "tasks", "indicator_sets", "advice")
ANY = "*"


def terms_compared(reference: Reference, term: Term) -> tuple[Term, ...]:
    """One term and all that its report can compare with, as the calendar names them; the term itself first."""
    found: dict[Term, None] = {}
    due = [term]
    while due:
        one = due.pop(0)
        if one not in found:
            found[one] = None
            due += reference.terms_read_by(one)
    return tuple(found)


def term_fingerprints(reference: Reference, term: Term) -> dict[str, str]:
    """The hash of what decides the report of one term, by the name of the file that declares it.

    Of a list of periods count those that had begun by the deadline, and whether they had ended by then; of the rest
    what the term, or one that it is compared with, uses.
    """
    terms = terms_compared(reference, term)
    plans = [reference.calendar.plan(one) for one in terms]
    files = {
        name: sha256
        for name, sha256 in reference.files.items()
        if name not in _BY_TERM and (name.partition("/")[0] not in _FOLDERS or _is_used(name, plans))
    }
    rows = {name: "\n".join(map(repr, own)) for name, own in _rows(reference, terms, plans)}
    return dict(sorted((files | {name: _hash(text) for name, text in rows.items()}).items()))


def combined(fingerprints: Mapping[str, str]) -> str:
    """One hash of several."""
    return _hash("\n".join(f"{name} {sha256}" for name, sha256 in sorted(fingerprints.items())))


def _is_used(name: str, plans: list[TermPlan]) -> bool:
    """Whether one file of a folder is that of a form, task list or index of one of the plans."""
    folder, _, own = name.partition("/")
    own_id = own.partition("/")[0].removesuffix(".csv").removesuffix(".yml")
    kinds = {"tasks": "tasks", "indicator_sets": "indicator_set", "advice": "indicator_set"}
    return own_id in {getattr(plan, kinds.get(folder, "form")) for plan in plans}


def _rows(
    reference: Reference, terms: tuple[Term, ...], plans: list[TermPlan]
) -> Iterator[tuple[str, list[Any]]]:
    until = max(plan.due_on for plan in plans)
    registry, term_ids = reference.registry, {ANY, *(term.term_id for term in terms)}

    def as_of_then(period: Unit | Office) -> Unit | Office:
        """The period as it was known then: one that has ended since was open."""
        return (
            replace(period, valid_to=None)
            if period.valid_to is not None and period.valid_to > until
            else period
        )

    yield "calendar.yml", plans
    yield (
        "office.csv",
        [as_of_then(office) for office in reference.calendar.offices if office.valid_from <= until],
    )
    yield "units.csv", [as_of_then(unit) for unit in registry.units if unit.valid_from <= until]
    yield "unit_events.csv", [event for event in registry.events if event.on <= until]
    cited = _cited(reference, plans)
    yield (
        "legal_documents.csv",
        [
            document
            for document in reference.documents.values()
            if document.document_id in cited or _is_dated_by(document, until)
        ],
    )
    yield "decisions.csv", [one for one in reference.decisions if one.term_id in term_ids]
    yield "verified_points.csv", [one for one in reference.verified if one.term_id in term_ids]
    yield "visits.csv", [one for one in reference.visits if one.term_id in term_ids]


def _cited(reference: Reference, plans: list[TermPlan]) -> set[str]:
    """The documents that the plans, their forms, tasks and indexes, and the targets name."""
    found = {target.source_document for target in reference.targets}
    for plan in plans:
        found |= {plan.legal, reference.forms[plan.form].legal}
        found |= {reference.indicator_sets[plan.indicator_set].legal}
        found |= {task.legal for task in reference.tasks[plan.tasks]}
    return found


def _is_dated_by(document: LegalDocument, until: Any) -> bool:
    return document.cited_on is None or document.cited_on <= until


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
