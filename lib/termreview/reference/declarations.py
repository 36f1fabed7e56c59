"""One office's declarations, loaded once and validated whole: the shelf of decisions beside the rooms."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from termreview.reference.advice import Advice, load_advice
from termreview.reference.calendar import Calendar, Office, TermPlan, load_calendar
from termreview.reference.checks import Check, load_checks
from termreview.reference.decisions import FOLDED_CAUSES, Decision, load_decisions, options_of
from termreview.reference.desk_words import load_desk_words
from termreview.reference.fingerprint import fingerprint
from termreview.reference.form_loading import load_form
from termreview.reference.forms import Field, Form, with_index
from termreview.reference.highlights import Highlights, load_highlights
from termreview.reference.indicator_loading import load_indicator_set
from termreview.reference.indicators import IndicatorSet
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
from termreview.reference.mistakes import Mistakes
from termreview.reference.school_page_words import load_school_page_words
from termreview.reference.sentences import load_sentences
from termreview.reference.texts import (
    Message,
    load_messages,
    load_mistakes,
    load_publishing,
    load_returns,
    load_texts,
)
from termreview.reference.units import LEVELS, Registry, Unit, load_registry
from termreview.terms import Term

RULINGS = ("decisions.csv", "verified_points.csv")


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
    """All declarations of one office.

    `fingerprint` is the hash of every file they came from, `reading_fingerprint` that of the files that decide how
    a workbook is read: all but the office's rulings.
    """

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
    returns: Mapping[str, Any]
    publishing: Mapping[str, Any]
    decisions: tuple[Decision, ...] = ()
    mistakes: Mistakes = field(default_factory=Mistakes)
    desk: Mapping[str, Any] = field(default_factory=dict)
    reading_fingerprint: str = ""
    highlights: Highlights = field(default_factory=Highlights)
    advice: Mapping[str, Advice] = field(default_factory=dict)
    school_pages: Mapping[str, Any] = field(default_factory=dict)

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
    """Load all declarations below one folder; as long as no byte of them changes, this is done once.

    Raises
    ------
    DeclarationError
        When anything is missing, unknown or contradictory: all mistakes at once, each with file and line.
    """
    return _loaded(folder.resolve(), fingerprint(folder))


@lru_cache(maxsize=4)
def _loaded(folder: Path, content_sha256: str) -> Reference:
    source = Source(folder)
    registry = load_registry(source)
    calendar = load_calendar(source)
    documents = {document.document_id: document for document in load_documents(source)}
    # None can be called unknown while the list of levels cannot be read whole.
    levels = () if LEVELS in source.broken else tuple(level.level for level in registry.levels)
    forms: dict[str, Form] = {}
    sets: dict[str, IndicatorSet] = {}
    for plan in calendar.plans:
        if plan.form not in forms and (form := load_form(source, plan.form, levels)):
            forms[plan.form] = form
        if plan.indicator_set not in sets and (
            loaded := load_indicator_set(source, plan.indicator_set, levels)
        ):
            sets[plan.indicator_set] = loaded
    fields = _field_ids(calendar, forms, sets)
    ratios = load_ratios(source, fields, levels)
    ratio_ids = {ratio.ratio_id for ratio in ratios}
    reference = Reference(
        content_sha256, registry, calendar, forms,
        {form.form_id: load_checks(source, form, levels) for form in forms.values()},
        {name: load_tasks(source, name, fields, ratio_ids, levels) for name in dict.fromkeys(plan.tasks for plan in calendar.plans)},
        sets, ratios, load_targets(source, ratio_ids, documents, levels), documents,
        load_verified(source, _item_keys(calendar, sets), registry.known_ids()),
        load_messages(source), load_texts(source, "labels.yml"), load_sentences(source, fields),
        load_returns(source), load_publishing(source),
    )  # fmt: skip
    _check_references(source, reference, fields)
    decisions = decisions_in(source, reference)
    reference = replace(
        reference, decisions=decisions, desk=load_desk_words(source),
        highlights=load_highlights(source, ratio_ids, _group_ids(calendar, sets)),
        advice={name: load_advice(source, indicator_set) for name, indicator_set in sets.items()},
        reading_fingerprint=fingerprint(folder, leaving=RULINGS), mistakes=source.mistakes,
        school_pages=load_school_page_words(source),
    )  # fmt: skip
    load_mistakes(source)
    if fault := source.fault():
        raise fault
    return reference


def decisions_in(source: Source, reference: Reference) -> tuple[Decision, ...]:
    """The decisions of one folder, held against the other declarations; mistakes are noted in the source."""
    checks = {check.check_code for checks in reference.checks.values() for check in checks}
    fields: dict[str, Field] = {}
    for plan in reference.calendar.plans:
        if plan.form in reference.forms and plan.indicator_set in reference.indicator_sets:
            form = with_index(reference.forms[plan.form], reference.indicator_sets[plan.indicator_set])
            fields |= form.all_fields()
    term_ids = [plan.term.term_id for plan in reference.calendar.plans]
    causes = checks | set(reference.messages) | set(FOLDED_CAUSES)
    options = options_of(list(reference.forms.values()))
    return load_decisions(source, reference.registry, term_ids, fields, causes, options)


def verified_in(source: Source, reference: Reference) -> tuple[VerifiedPoints, ...]:
    """The verified points of one folder, held against the other declarations; mistakes are noted in the source."""
    keys = _item_keys(reference.calendar, dict(reference.indicator_sets))
    return load_verified(source, keys, reference.registry.known_ids())


class _Everything(Container[str]):
    """The ids that a broken file hides: none can be called unknown until the file is mended."""

    def __contains__(self, value: object) -> bool:
        return True


def _field_ids(
    calendar: Calendar, forms: Mapping[str, Form], sets: Mapping[str, IndicatorSet]
) -> Container[str]:
    ids: set[str] = set()
    for plan in calendar.plans:
        if plan.form not in forms or plan.indicator_set not in sets:
            return _Everything()
        ids |= set(with_index(forms[plan.form], sets[plan.indicator_set]).all_fields())
    return ids


def _group_ids(calendar: Calendar, sets: Mapping[str, IndicatorSet]) -> Container[str]:
    if any(plan.indicator_set not in sets for plan in calendar.plans):
        return _Everything()
    return {group.group_id for indicator_set in sets.values() for group in indicator_set.groups}


def _item_keys(calendar: Calendar, sets: Mapping[str, IndicatorSet]) -> dict[tuple[str, str], float]:
    return {
        (plan.term.term_id, item.item_id): item.max_points
        for plan in calendar.plans
        if plan.indicator_set in sets
        for item in sets[plan.indicator_set].items
    }


def _check_references(source: Source, reference: Reference, fields: Container[str]) -> None:
    """Note what one file says of another that does not hold: fields, tasks and documents by id."""
    calendar_path = source.root / "calendar.yml"
    for plan in reference.calendar.plans:
        if plan.legal not in reference.documents:
            source.report_word(calendar_path, plan.legal, f"'{plan.legal}' is not in legal_documents.csv")
        if plan.form in reference.forms and plan.indicator_set in reference.indicator_sets:
            _check_index(source, plan, reference, fields)
        if plan.form in reference.forms:
            _check_task_ids(source, reference.forms[plan.form], plan, reference)
    for office in reference.calendar.offices:
        if office.unit_id not in reference.registry.known_ids():
            path = source.root / "office.csv"
            source.report_word(path, f"{office.office_id},", f"'{office.unit_id}' is not a unit")
    known_tasks = {task.task_id for tasks in reference.tasks.values() for task in tasks}
    for ratio in reference.ratios:
        if ratio.task_id not in known_tasks:
            path = source.root / "ratios.csv"
            source.report_word(path, f"{ratio.ratio_id},", f"'{ratio.task_id}' is not a task of any term")
    for indicator_set in reference.indicator_sets.values():
        if indicator_set.legal not in reference.documents:
            path = source.root / "indicator_sets" / f"{indicator_set.set_id}.yml"
            source.report_word(path, "legal:", f"'{indicator_set.legal}' is not in legal_documents.csv")


def _check_index(source: Source, plan: TermPlan, reference: Reference, fields: Container[str]) -> None:
    """Every field that the index reads must be asked, on the term's form, of every level it covers."""
    indicator_set = reference.indicator_sets[plan.indicator_set]
    path = source.root / "indicator_sets" / f"{indicator_set.set_id}.yml"
    form = with_index(reference.forms[plan.form], indicator_set)
    needed = [
        (item.item_id, name)
        for item in indicator_set.items
        for name in (*(item.field(column) for column in item.columns), *item.rule.fields)
    ]
    needed += [
        (condition.criterion_id, name)
        for group in indicator_set.groups
        for condition in group.conditions
        for name in condition.requires
    ]
    asked = {
        level: {field.field_id for field in form.fields_for(level, plan.term.part)}
        for level in indicator_set.levels
    }
    for item_id, name in needed:
        unasked = [level for level, known in asked.items() if name not in known]
        is_own = name.startswith(f"{indicator_set.field_prefix}_")
        word = f'"{item_id}"' if is_own else f'"{name}"'
        if name not in fields:
            problem = f"item '{item_id}' reads '{name}', which is not a field of the form '{form.form_id}'"
        elif unasked:
            levels = ", ".join(unasked)
            problem = (
                f"item '{item_id}' reads '{name}', which the form '{form.form_id}' does not ask of {levels}"
            )
        else:
            continue
        source.report_word(path, word, problem)
    for item in indicator_set.items:
        for level, _ in item.rule.bands_by_level:
            if level not in indicator_set.levels:
                problem = f"item '{item.item_id}' has bands for '{level}', a level the set does not cover"
                source.report_word(path, f"{level}:", problem)


def _check_task_ids(source: Source, form: Form, plan: TermPlan, reference: Reference) -> None:
    known = {task.task_id for task in reference.tasks.get(plan.tasks, ())}
    folder = source.root / "forms" / form.form_id
    for section in form.sections:
        if section.task_id and section.task_id not in known:
            problem = f"'{section.task_id}' is not a task of tasks/{plan.tasks}.csv"
            source.report_word(folder / "form.yml", f'"{section.task_id}"', problem)
    for row in form.rows:
        if row.task_id and row.task_id not in known:
            problem = f"'{row.task_id}' is not a task of tasks/{plan.tasks}.csv"
            source.report_word(folder / "rows.csv", f",{row.row_code},", problem)
