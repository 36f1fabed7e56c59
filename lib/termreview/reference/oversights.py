"""One thing that declarations leave undone or contradict among each other: a mistake where a report would be wrong for it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from termreview.coded_text import CodedText
from termreview.reference.kinds.calendar import OFFICES, UNKNOWN_DAY
from termreview.reference.kinds.checks import CHECK_KINDS, Check
from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.units import UNITS, Unit
from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import unique
from termreview.reference.loading.source import Source
from termreview.text import fold

if TYPE_CHECKING:
    from termreview.reference.declarations import Reference

REVIEW = "review.csv"
_SHOWN_SHEETS = (
    "statistics",
    "opinions",
)  # every figure, every opinion of theirs stands in a table of the report
_WHOLE = 100.0
_DAY = datetime.timedelta(days=1)
_COMPARING = tuple(kind for kind in CHECK_KINDS if kind != "unchanged")


def note_oversights(source: Source, reference: Reference) -> None:
    """Note what is declared and used by nobody, and report what would put a report in the wrong hands or order."""
    _check_offices(source, reference)
    _check_names(source, reference)
    _check_short_names(source, reference)
    _check_aliases(source, reference)
    _check_periods(source, reference)
    _check_ratios(source, reference)
    _note_reviews(source, reference)
    for form_id, form in reference.forms.items():
        _note_unused(source, form_id, form, reference)
    for set_id, index in reference.indicator_sets.items():
        if not index.is_none and not (source.root / "advice" / f"{set_id}.yml").is_file():
            path = source.root / "indicator_sets" / f"{set_id}.yml"
            source.note(path, 1, "no_advice", set=set_id)


def _note_reviews(source: Source, reference: Reference) -> None:
    """What a real office has yet to look at: the sample's forms, texts, lines and costs hold for nobody else by themselves."""
    if not (source.root / REVIEW).is_file():
        return
    rows = read_list(source, REVIEW, ("file", "what", "every_year", "reviewed_on"))
    unique([(row, row.text("file")) for row in rows])
    last = max((plan.due_on for plan in reference.calendar.plans), default=UNKNOWN_DAY)
    is_real = any(
        not office.is_illustrative and last >= office.valid_from for office in reference.calendar.offices
    )
    for row in rows:
        row.yes("every_year")
        file, day = row.text("file"), row.date("reviewed_on", is_required=False)
        if file and not (source.root / file).exists():
            source.note(row.path, row.line, "review_of_nothing", file=file)
        elif is_real and day is None and not row.values["reviewed_on"]:
            source.note(row.path, row.line, "review_owed", file=file, what=row.text("what"))


def _check_offices(source: Source, reference: Reference) -> None:
    """Every term needs the one office that collects it: another's name and signature must not stand in its report."""
    if source.is_hidden(source.root / OFFICES):
        return
    offices = reference.calendar.offices
    for office in offices:
        if not office.full_name and not office.is_illustrative:
            word = f"{office.office_id},{office.valid_from}"
            what = CodedText("office_without_full_name", office=office.office_id, name=office.short_name)
            source.note_word(source.root / OFFICES, word, what)
    calendar = source.root / "calendar.yml"
    for plan in reference.calendar.plans:
        valid = [
            office.office_id
            for office in offices
            if office.valid_from <= plan.due_on
            and (office.valid_to is None or plan.due_on <= office.valid_to)
        ]
        word = f'"{plan.term.term_id}"'
        if plan.due_on == UNKNOWN_DAY or not offices:
            continue
        if not valid:
            source.report_word(calendar, word, "no_office_on", day=plan.due_on, term=plan.term.term_id)
        elif len(valid) > 1:
            source.report_word(
                calendar,
                word,
                "several_offices_on",
                day=plan.due_on,
                term=plan.term.term_id,
                offices=", ".join(valid),
            )


def _check_periods(source: Source, reference: Reference) -> None:
    """A gap between two periods of one school: for those days it is no school at all."""
    last: dict[str, Unit] = {}
    for unit in sorted(reference.registry.units, key=lambda unit: (unit.unit_id, unit.valid_from)):
        before = last.get(unit.unit_id)
        last[unit.unit_id] = unit
        if before is None or before.valid_to is None:
            continue
        first, end = before.valid_to + _DAY, unit.valid_from - _DAY
        if first <= end:
            word = f"{unit.unit_id},{unit.valid_from}"
            what = CodedText("validity_gap", unit=unit.unit_id, start=first, end=end)
            source.note_word(source.root / UNITS, word, what)


def _check_ratios(source: Source, reference: Reference) -> None:
    """A ratio of a figure to itself, and a target that no share can reach."""
    path, units = source.root / "ratios.csv", {ratio.ratio_id: ratio.unit for ratio in reference.ratios}
    for ratio in reference.ratios:
        if sorted(ratio.numerator) == sorted(ratio.denominator):
            source.report_word(path, f"{ratio.ratio_id},", "ratio_of_itself", ratio=ratio.ratio_id)
    for target in reference.targets:
        if units.get(target.ratio_id) == "percent" and target.value > _WHOLE:
            what = CodedText("target_above_whole", target=target.target_id, value=target.value)
            source.report_word(source.root / "targets.csv", f"{target.target_id},", what)


def note_idle_decisions(source: Source, reference: Reference) -> None:
    """A decision on a school that does not report in its term decides nothing."""
    expected = {
        plan.term.term_id: {school.unit_id for school in reference.registry.schools_on(plan.due_on)}
        for plan in reference.calendar.plans
        if plan.due_on != UNKNOWN_DAY
    }
    for decision in reference.decisions:
        known = expected.get(decision.term_id)
        if known is not None and decision.school_id in reference.registry.known_ids() - known:
            what = CodedText("decision_without_school", school=decision.school_id, term=decision.term_id)
            source.note_word(source.root / "decisions.csv", f"{decision.decision_id},", what)


def _check_names(source: Source, reference: Reference) -> None:
    """Two schools of one level and one name on one day: below one unit one is there twice, else a name tells neither."""
    told: set[tuple[str, str]] = set()
    for day in sorted({plan.due_on for plan in reference.calendar.plans if plan.due_on != UNKNOWN_DAY}):
        first: dict[tuple[str, str], Unit] = {}
        for school in reference.registry.schools_on(day):
            other = first.setdefault((school.level, fold(school.name)), school)
            pair = (other.unit_id, school.unit_id)
            if other is school or pair in told:
                continue
            told.add(pair)
            path, word = source.root / UNITS, f"{school.unit_id},{school.valid_from}"
            both = {"id": school.unit_id, "other": other.unit_id, "name": school.name}
            if other.parent_id == school.parent_id:
                source.report_word(path, word, "school_twice", **both)
            else:
                source.note_word(path, word, "schools_of_one_name", **both)


def _check_short_names(source: Source, reference: Reference) -> None:
    """Two schools of one short name, which tables and charts print alone."""
    path, told = source.root / UNITS, set[tuple[str, str]]()
    for day in sorted({plan.due_on for plan in reference.calendar.plans if plan.due_on != UNKNOWN_DAY}):
        schools = reference.registry.schools_on(day)
        first: dict[str, Unit] = {}
        for school in schools:
            word = f"{school.unit_id},{school.valid_from}"
            other = first.setdefault(fold(school.short_name), school)
            is_one_name = (other.level, fold(other.name)) == (school.level, fold(school.name))  # told as such
            if other is not school and not is_one_name and (other.unit_id, school.unit_id) not in told:
                told.add((other.unit_id, school.unit_id))
                both = {"id": school.unit_id, "other": other.unit_id, "name": school.short_name}
                if other.parent_id == school.parent_id:
                    source.report_word(path, word, "short_name_twice", **both)
                else:
                    source.note_word(path, word, "schools_of_one_short_name", **both)


def _check_aliases(source: Source, reference: Reference) -> None:
    """An alias of one school that another of the same day is called too: a file of that name would be nobody's."""
    path, told = source.root / UNITS, set[tuple[str, str]]()
    for day in sorted({plan.due_on for plan in reference.calendar.plans if plan.due_on != UNKNOWN_DAY}):
        schools = reference.registry.schools_on(day)
        named = {fold(school.name): school for school in schools}
        briefly = {fold(school.short_name): school for school in schools}
        also: dict[str, Unit] = {}
        for school, alias in ((one, alias) for one in schools for alias in one.aliases):
            key = fold(alias)
            owners = (named.get(key), briefly.get(key), also.setdefault(key, school))
            other = next((one for one in owners if one and one.unit_id != school.unit_id), school)
            if other is school or (alias, school.unit_id) in told:
                continue
            told.add((alias, school.unit_id))
            word = f"{school.unit_id},{school.valid_from}"
            line = source.line_with(path, f"{other.unit_id},{other.valid_from}")
            is_name, is_short = other is named.get(key), other is briefly.get(key)
            code = "alias_is_name" if is_name else "alias_is_short_name" if is_short else "alias_is_alias"
            source.report_word(
                path, word, code, alias=alias, id=school.unit_id, other=other.unit_id, line=line
            )


def _note_unused(source: Source, form_id: str, form: Form, reference: Reference) -> None:
    """What is asked of every school and shown nowhere is work for nothing; of an office's own form, and of statistics, all is shown."""
    plans = [plan for plan in reference.calendar.plans if plan.form == form_id]
    if form.office or (plans and not any(plan.is_review for plan in plans)):
        return
    used = {name.partition(".")[0] for name in _used(form_id, reference)}
    sheets = {section.section_id: section.sheet_id for section in form.sections}
    for row in form.rows:
        if row.field_id not in used and sheets.get(row.section_id) not in _SHOWN_SHEETS:
            path = source.root / "forms" / form_id / "rows.csv"
            source.note_word(path, f",{row.row_code},", "never_used", field=row.field_id)


def _used(form_id: str, reference: Reference) -> Iterator[str]:
    plans = [plan for plan in reference.calendar.plans if plan.form == form_id]
    for name in {plan.tasks for plan in plans}:
        for task in reference.tasks.get(name, ()):
            yield from (task.status_field, *task.figures)
    for ratio in reference.ratios:
        yield from (*ratio.numerator, *ratio.denominator)
    checks: tuple[Check, ...] = reference.checks.get(form_id, ())
    for check in checks:
        if check.kind in _COMPARING:
            yield from (*check.fields, *check.against)
    for name in {plan.indicator_set for plan in plans}:
        if name in reference.indicator_sets:
            for item in reference.indicator_sets[name].items:
                yield from item.rule.fields
            for group in reference.indicator_sets[name].groups:
                for condition in group.conditions:
                    yield from condition.requires
