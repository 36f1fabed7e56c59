"""One office's declarations, loaded once and validated whole: the shelf of decisions beside the rooms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termreview.errors import DeclarationError
from termreview.reference.calendar import Calendar, Office, TermPlan, load_calendar
from termreview.reference.checks import Check, load_checks
from termreview.reference.forms import Form, load_form, with_index
from termreview.reference.indicators import IndicatorSet, load_indicator_set
from termreview.reference.loading import Source
from termreview.reference.measures import (
    LegalDocument,
    Ratio,
    Target,
    Task,
    VerifiedPoints,
    load_documents,
    load_ratios,
    load_targets,
    load_tasks,
    load_verified,
)  # fmt: skip
from termreview.reference.texts import Message, load_messages, load_texts
from termreview.reference.units import Registry, Unit, load_registry
from termreview.terms import Term


@dataclass(frozen=True)
class TermReference:
    """Everything declared for one term: the plan with its form, tasks, checks and indicator set resolved."""

    plan: TermPlan
    form: Form
    tasks: tuple[Task, ...]
    checks: tuple[Check, ...]
    indicator_set: IndicatorSet
    schools: tuple[Unit, ...]
    office: Office

    @property
    def term(self) -> Term:
        """The term itself."""
        return self.plan.term


@dataclass(frozen=True)
class Reference:
    """All declarations of one office; `fingerprint` is the hash of every file they came from."""

    fingerprint: str
    registry: Registry
    calendar: Calendar
    forms: Mapping[str, Form]
    checks: Mapping[str, tuple[Check, ...]]
    tasks: Mapping[str, tuple[Task, ...]]
    indicator_sets: Mapping[str, IndicatorSet]
    ratios: tuple[Ratio, ...]
    targets: tuple[Target, ...]
    documents: Mapping[str, LegalDocument]
    verified: tuple[VerifiedPoints, ...]
    messages: Mapping[str, Message]
    labels: Mapping[str, Any]
    sentences: Mapping[str, Any]

    def of(self, term: Term) -> TermReference:
        """What is declared for one term; the registry is read as of the deadline.

        Raises
        ------
        UsageError
            When the term is not in the calendar.
        """
        plan = self.calendar.plan(term)
        indicator_set = self.indicator_sets[plan.indicator_set]
        return TermReference(
            plan, with_index(self.forms[plan.form], indicator_set), self.tasks[plan.tasks], self.checks[plan.form],
            indicator_set, self.registry.schools_on(plan.due_on), self.calendar.office_on(plan.due_on),
        )  # fmt: skip


def load_reference(folder: Path) -> Reference:
    """Load all declarations below one folder.

    Raises
    ------
    DeclarationError
        When anything is missing, unknown or contradictory: all mistakes at once, each with file and line.
    """
    source = Source(folder)
    registry = load_registry(source)
    calendar = load_calendar(source)
    documents = {document.document_id: document for document in load_documents(source)}
    levels = tuple(level.level for level in registry.levels)
    forms: dict[str, Form] = {}
    sets: dict[str, IndicatorSet] = {}
    for plan in calendar.plans:
        if plan.form not in forms and (form := load_form(source, plan.form, levels)):
            forms[plan.form] = form
        if plan.indicator_set not in sets and (loaded := load_indicator_set(source, plan.indicator_set)):
            sets[plan.indicator_set] = loaded
    fields = _field_ids(calendar, forms, sets)
    ratios = load_ratios(source, fields)
    ratio_ids = {ratio.ratio_id for ratio in ratios}
    reference = Reference(
        fingerprint(folder), registry, calendar, forms,
        {form.form_id: load_checks(source, form) for form in forms.values()},
        {name: load_tasks(source, name, fields, ratio_ids) for name in dict.fromkeys(plan.tasks for plan in calendar.plans)},
        sets, ratios, load_targets(source, ratio_ids, documents), documents,
        load_verified(source, _item_keys(calendar, sets), registry.known_ids()),
        load_messages(source), load_texts(source, "labels.yml"), load_texts(source, "sentences.yml"),
    )  # fmt: skip
    _check_references(source, reference, fields, levels)
    if source.problems:
        raise DeclarationError(source.problems)
    return reference


def fingerprint(folder: Path) -> str:
    """The hash of every declaration file, by name and content, line ends folded."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".yml")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def _field_ids(calendar: Calendar, forms: Mapping[str, Form], sets: Mapping[str, IndicatorSet]) -> set[str]:
    ids: set[str] = set()
    for plan in calendar.plans:
        if plan.form in forms and plan.indicator_set in sets:
            ids |= set(with_index(forms[plan.form], sets[plan.indicator_set]).all_fields())
    return ids


def _item_keys(calendar: Calendar, sets: Mapping[str, IndicatorSet]) -> set[tuple[str, str]]:
    return {
        (plan.term.term_id, item.item_id)
        for plan in calendar.plans
        if plan.indicator_set in sets
        for item in sets[plan.indicator_set].items
    }


def _check_references(
    source: Source, reference: Reference, fields: set[str], levels: tuple[str, ...]
) -> None:
    for indicator_set in reference.indicator_sets.values():
        path = source.root / "indicator_sets" / f"{indicator_set.set_id}.yml"
        needed = [(item.item_id, name) for item in indicator_set.items for name in item.rule.fields]
        needed += [
            (condition.criterion_id, name)
            for group in indicator_set.groups
            for condition in group.conditions
            for name in condition.requires
        ]
        for item_id, name in needed:
            if name not in fields:
                source.report(path, 1, f"item '{item_id}' reads '{name}', which is not a field of the form")
        if indicator_set.legal not in reference.documents:
            source.report(path, 1, f"'{indicator_set.legal}' is not in legal_documents.csv")
        for level in indicator_set.levels:
            if level not in levels:
                source.report(path, 1, f"'{level}' is not a school level")
    for plan in reference.calendar.plans:
        if plan.legal not in reference.documents:
            source.report(source.root / "calendar.yml", 1, f"'{plan.legal}' is not in legal_documents.csv")
