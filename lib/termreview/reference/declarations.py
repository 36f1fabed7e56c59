"""One office's declarations, loaded once and validated whole: calendar, units, forms, indicator sets, texts and decisions."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from termreview.errors import Problem
from termreview.reference.cross_references import check_references, note_lost_zeros
from termreview.reference.kinds.advice import Advice, load_advice
from termreview.reference.kinds.calendar import NONE, Calendar, Office, TermPlan, load_calendar
from termreview.reference.kinds.checks import Check, Pair, load_checks, pairs_of
from termreview.reference.kinds.decisions import FOLDED_CAUSES, Decision, load_decisions, options_of
from termreview.reference.kinds.disclosure import Disclosure, load_disclosure
from termreview.reference.kinds.form_loading import load_form
from termreview.reference.kinds.forms import Field, Form, applies, with_index
from termreview.reference.kinds.indicators import NO_INDEX, IndicatorSet, load_indicator_set
from termreview.reference.kinds.legal_documents import LegalDocument, load_documents
from termreview.reference.kinds.measures import (  # fmt: skip
    LOT,
    OfficeAction,
    Ratio,
    Target,
    Task,
    VerifiedPoints,
    Visit,
    load_actions,
    load_ratios,
    load_targets,
    load_tasks,
    load_verified,
    load_visits,
)
from termreview.reference.kinds.sources import Sources, load_sources
from termreview.reference.kinds.units import LEVELS, Contact, Registry, Unit, load_contacts, load_registry
from termreview.reference.loading.file_reading import report_odd_entries
from termreview.reference.loading.fingerprint import file_fingerprints, fingerprint
from termreview.reference.loading.source import Source
from termreview.reference.loading.text_schema import load_texts
from termreview.reference.oversights import note_idle_decisions
from termreview.reference.term_share import WORKING_FILES, combined, term_fingerprints
from termreview.reference.texts.adoption_texts import AdoptionTexts, load_adoption_texts
from termreview.reference.texts.highlights import Highlights, load_highlights
from termreview.reference.texts.insight import InsightTexts, load_insight
from termreview.reference.texts.messages import Message, load_messages
from termreview.reference.texts.opinions import OpinionGroups, load_opinion_groups
from termreview.reference.texts.stories import StoryRules, load_story_rules
from termreview.reference.texts.texts import (
    load_desk_texts,
    load_labels,
    load_publishing,
    load_returns,
    load_sentences,
)
from termreview.reference.word_template import check_word_template
from termreview.terms import Term

_OFFICE_PLACE = "{office}"  # in a form or a task list: who collects the term
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

    def pairs_for(self, level: str) -> tuple[Pair, ...]:
        """What the checks of the term compare at one school level; worked out once."""
        if level not in self._pairs:
            part = self.term.part
            fields = {field.field_id: field for field in self.form.fields_for(level, part)}
            checks = (
                check for check in self.checks if applies(check.levels, level) and applies(check.terms, part)
            )
            self._pairs[level] = pairs_of(checks, fields)
        return self._pairs[level]

    @cached_property
    def _pairs(self) -> dict[str, tuple[Pair, ...]]:
        return {}


@dataclass(frozen=True)
class Reference:
    """All declarations of one office.

    `fingerprint` is the hash of every file they came from, `files` that of each by name, `reading_fingerprint` that of
    the files that decide how a workbook is read: all but the office's rulings. What decides the report of one term is
    `fingerprints_of` it. `notes` are what is right but worth a look, `unlike` how lists were read that a spreadsheet
    program had saved in its own way.
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
    disclosure: Disclosure
    decisions: tuple[Decision, ...] = ()
    desk: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    reading_fingerprint: str = ""
    highlights: Highlights = field(default_factory=Highlights)
    stories: StoryRules = field(default_factory=StoryRules)
    opinions: OpinionGroups = field(default_factory=OpinionGroups)
    insight: InsightTexts = field(default_factory=InsightTexts)
    actions: tuple[OfficeAction, ...] = ()
    visits: tuple[Visit, ...] = ()
    advice: Mapping[str, Advice] = field(default_factory=dict)
    school_pages: Mapping[str, Any] = field(default_factory=dict)
    adoption: AdoptionTexts = field(default_factory=AdoptionTexts)
    sources: Sources = field(default_factory=Sources)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    letters: Mapping[str, Any] = field(default_factory=dict)
    office_texts: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    unlike: tuple[Problem, ...] = ()

    def of(self, term: Term) -> TermReference:
        """What is declared for one term; the registry is read as of the deadline.

        Raises
        ------
        UsageError
            When the term is not in the calendar.
        """
        if term not in self._terms:
            plan = self.calendar.plan(term)
            office, index = self.calendar.office_on(plan.due_on), self.indicator_sets[plan.indicator_set]
            form = with_index(self.forms[plan.form], index)
            self._terms[term] = TermReference(
                plan, *_with_office_named(office, form, self.tasks[plan.tasks]), self.checks[plan.form], index,
                self.registry.schools_on(plan.due_on), office,
            )  # fmt: skip
        return self._terms[term]

    def terms_read_by(self, term: Term) -> tuple[Term, ...]:
        """The other terms whose tables the report of one term reads, if they are there, each once.

        The term before comes first (its answers are those that checks hold against), then what it is compared with,
        the same part of earlier years and those of the year that its checks name.
        """
        plan = self.calendar.plan(term)
        named = (
            plan.previous,
            plan.compare_with,
            *self.calendar.same_part_before(term),
            *self.held_against(term),
        )
        return tuple(dict.fromkeys(one for one in named if one is not None))

    def held_against(self, term: Term) -> tuple[Term, ...]:
        """The terms of the same school year, due before one term, whose answers its checks name; oldest first."""
        named = {part for check in self.checks[self.calendar.plan(term).form] for part in check.other_parts}
        return tuple(one for one in self.calendar.earlier_in_year(term) if one.part in named)

    def ratios_of(self, declared: TermReference) -> tuple[Ratio, ...]:
        """The ratios of which one term's form asks every part; an office's own form may ask none."""
        asked = declared.form.all_fields()
        return tuple(
            ratio
            for ratio in self.ratios
            if all(name in asked for name in (*ratio.numerator, *ratio.denominator))
        )

    def drawn_in(self, term_id: str) -> frozenset[str]:
        """The schools that were drawn by lot to be verified in one term."""
        return frozenset(one.school_id for one in self.visits if (one.term_id, one.part) == (term_id, LOT))

    def fingerprints_of(self, term: Term) -> dict[str, str]:
        """The hash of what decides the report of one term, by the name of the file that declares it."""
        if term not in self._fingerprints:
            self._fingerprints[term] = term_fingerprints(self, term)
        return self._fingerprints[term]

    def fingerprint_of(self, term: Term) -> str:
        """One hash of all that decides the report of one term."""
        return combined(self.fingerprints_of(term))

    @cached_property
    def _fingerprints(self) -> dict[Term, dict[str, str]]:
        return {}

    def targets_in(self, school_year: str) -> tuple[Target, ...]:
        """The lines that hold in one school year: neither overdue before it, nor set by the guidance of another."""
        return tuple(
            target
            for target in self.targets
            if target.holds_in(school_year)
            and (document := self.documents.get(target.source_document)) is not None
            and document.school_year in ("", school_year)
        )

    @cached_property
    def _terms(self) -> dict[Term, TermReference]:
        """What was asked for so far: whoever asks again gets the same form, with all it has worked out."""
        return {}


def load_reference(folder: Path) -> Reference:
    """Load all declarations below one folder; as long as no byte of them changes, this is done once.

    Raises
    ------
    DeclarationError
        When anything is missing, unknown or contradictory: all mistakes at once, each with file and line.
    """
    try:
        content_sha256 = fingerprint(folder)
    except OSError:
        content_sha256 = ""  # a file that cannot be read is told with the other mistakes, at the file
    return _loaded(folder.resolve(), content_sha256)


@lru_cache(maxsize=4)
def _loaded(folder: Path, content_sha256: str) -> Reference:
    source = Source(folder)
    report_odd_entries(source)
    registry = load_registry(source)
    calendar = load_calendar(source)
    documents = {document.document_id: document for document in load_documents(source)}
    # None can be called unknown while the list of levels cannot be read whole.
    levels = () if LEVELS in source.broken else tuple(level.level for level in registry.levels)
    forms: dict[str, Form] = {}
    sets: dict[str, IndicatorSet] = (
        {NONE: NO_INDEX} if any(plan.indicator_set == NONE for plan in calendar.plans) else {}
    )
    for plan in calendar.plans:
        if plan.form and plan.form not in forms and (form := load_form(source, plan.form, levels)):
            forms[plan.form] = form
        if (
            plan.indicator_set
            and plan.indicator_set not in sets
            and (loaded := load_indicator_set(source, plan.indicator_set, levels))
        ):
            sets[plan.indicator_set] = loaded
    fields = _field_ids(calendar, forms, sets)
    ratios = load_ratios(source, fields, levels)
    ratio_ids = {ratio.ratio_id for ratio in ratios}
    reference = Reference(
        content_sha256, registry, calendar, forms,
        {form.form_id: load_checks(source, form, levels) for form in forms.values()},
        {name: () if name == NONE else load_tasks(source, name, fields, ratio_ids, levels) for name in dict.fromkeys(plan.tasks for plan in calendar.plans if plan.tasks)},
        sets, ratios, load_targets(source, ratio_ids, documents, levels), documents,
        load_verified(source, _item_keys(calendar, sets), registry.known_ids()),
        load_messages(source), load_labels(source, calendar, sets), load_sentences(source, fields),
        load_returns(source), load_publishing(source), load_disclosure(source, forms),
    )  # fmt: skip
    check_word_template(source)
    check_references(source, reference, fields)
    decisions = decisions_in(source, reference)
    reference = replace(
        reference, decisions=decisions, desk=load_desk_texts(source),
        provenance=load_texts(source, "provenance.yml"),
        highlights=load_highlights(source, ratio_ids, _group_ids(calendar, sets)),
        stories=load_story_rules(source, fields), opinions=load_opinion_groups(source, fields),
        insight=load_insight(source, fields),
        actions=load_actions(source, {plan.term.school_year for plan in calendar.plans}, registry.known_ids()),
        visits=load_visits(source, {plan.term.term_id for plan in calendar.plans}, registry.known_ids()),
        advice={name: Advice() if indicator_set.is_none else load_advice(source, indicator_set) for name, indicator_set in sets.items()},
        school_pages=load_texts(source, "school_pages.yml"), adoption=load_adoption_texts(source),
        sources=load_sources(source, fields, registry.known_ids()),
        contacts=load_contacts(source, registry.known_ids()), letters=load_texts(source, "letters.yml"), office_texts=load_texts(source, "new_office.yml"),
    )  # fmt: skip
    note_idle_decisions(source, reference)
    if source.problems:
        note_lost_zeros(source, registry)
    if fault := source.fault():
        raise fault
    return replace(
        reference, notes=tuple(sorted(source.notes)), unlike=tuple(sorted(source.unlike)),
        reading_fingerprint=fingerprint(folder, leaving=(*RULINGS, *WORKING_FILES)), files=file_fingerprints(folder),
    )  # fmt: skip


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
    ids = {group.group_id for indicator_set in sets.values() for group in indicator_set.groups}
    return ids or _Everything()  # no term is scored: what names a group of a set that once was may stay


def _item_keys(calendar: Calendar, sets: Mapping[str, IndicatorSet]) -> dict[tuple[str, str], float]:
    return {
        (plan.term.term_id, item.item_id): item.max_points
        for plan in calendar.plans
        if plan.indicator_set in sets
        for item in sets[plan.indicator_set].items
    }


def _with_office_named(office: Office, form: Form, tasks: tuple[Task, ...]) -> tuple[Form, tuple[Task, ...]]:
    """The form and the tasks of one term with the office's short name in its places."""

    def named(text: str) -> str:
        return text.replace(_OFFICE_PLACE, office.short_name)

    return (
        replace(
            form,
            instructions=tuple(map(named, form.instructions)),
            sheets=tuple(replace(sheet, intro=named(sheet.intro)) for sheet in form.sheets),
            rows=tuple(
                replace(row, help=named(row.help)) if _OFFICE_PLACE in row.help else row for row in form.rows
            ),
        ),
        tuple(
            replace(task, title=named(task.title)) if _OFFICE_PLACE in task.title else task for task in tasks
        ),
    )
