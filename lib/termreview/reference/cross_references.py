"""What one declaration says of another that does not hold: fields, tasks and documents by id, ids that lost their zeros."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, Final

from termreview.coded_text import CodedText, listed_texts
from termreview.reference.kinds.calendar import TermPlan
from termreview.reference.kinds.checks import OTHER_TERM
from termreview.reference.kinds.forms import Form, with_index
from termreview.reference.kinds.units import UNITS, Registry
from termreview.reference.loading.source import Source
from termreview.reference.oversights import note_oversights

if TYPE_CHECKING:
    from termreview.reference.declarations import Reference

_SHOWN: Final = 12


def check_references(source: Source, reference: Reference, fields: Container[str]) -> None:
    """Note what one file says of another that does not hold: fields, tasks and documents by id."""
    calendar_path = source.root / "calendar.yml"
    for plan in reference.calendar.plans:
        if plan.legal not in reference.documents:
            source.report_word(calendar_path, plan.legal, "no_document", document=plan.legal)
        index = reference.indicator_sets.get(plan.indicator_set)
        if plan.form in reference.forms and index is not None and not index.is_none:
            _check_index(source, plan, reference, fields)
        if plan.form in reference.forms:
            _check_task_ids(source, reference.forms[plan.form], plan, reference)
    _check_other_terms(source, reference)
    for office in reference.calendar.offices:
        if office.unit_id not in reference.registry.known_ids():
            path = source.root / "office.csv"
            source.report_word(path, f"{office.office_id},", "no_unit", unit=office.unit_id)
    known_tasks = {task.task_id for tasks in reference.tasks.values() for task in tasks}
    for ratio in reference.ratios:
        if ratio.task_id not in known_tasks:
            path = source.root / "ratios.csv"
            source.report_word(path, f"{ratio.ratio_id},", "no_task", task=ratio.task_id)
    for indicator_set in reference.indicator_sets.values():
        if not indicator_set.is_none and indicator_set.legal not in reference.documents:
            path = source.root / "indicator_sets" / f"{indicator_set.set_id}.yml"
            source.report_word(path, "legal:", "no_document", document=indicator_set.legal)
    note_oversights(source, reference)


def _check_other_terms(source: Source, reference: Reference) -> None:
    """Every answer of another term that a check names must be asked in a term of that part."""
    asked = {
        (plan.term.part, name)
        for plan in reference.calendar.plans
        if plan.form in reference.forms
        for name in reference.forms[plan.form].all_fields()
    }
    for form_id, checks in reference.checks.items():
        for check in checks:
            for named in check.against:
                part, is_other, field = named.partition(OTHER_TERM)
                if is_other and (part, field) not in asked:
                    path = source.root / "checks" / f"{form_id}.csv"
                    source.report_word(
                        path, f"{check.check_code},", "check_other_term_unknown", part=part, field=field
                    )


def _check_index(source: Source, plan: TermPlan, reference: Reference, fields: Container[str]) -> None:
    """Every field that the index reads must be asked, on the term's form, of every level it covers."""
    indicator_set = reference.indicator_sets[plan.indicator_set]
    path = source.root / "indicator_sets" / f"{indicator_set.set_id}.yml"
    form = with_index(reference.forms[plan.form], indicator_set)
    asked = {
        level: {field.field_id for field in form.fields_for(level, plan.term.part)}
        for level in indicator_set.levels
    }
    for item_id, name in indicator_set.inputs:
        unasked = [level for level, known in asked.items() if name not in known]
        is_own = name.startswith(f"{indicator_set.field_prefix}_")
        word = f'"{item_id}"' if is_own else f'"{name}"'
        if name not in fields:
            problem = CodedText("item_field_unknown", item=item_id, field=name, form=form.form_id)
        elif unasked:
            levels = ", ".join(unasked)
            problem = CodedText(
                "item_field_not_asked", item=item_id, field=name, form=form.form_id, levels=levels
            )
        else:
            continue
        source.report_word(path, word, problem)
    for item in indicator_set.items:
        for level, _ in item.rule.bands_by_level:
            if indicator_set.levels and level not in indicator_set.levels:
                problem = CodedText("item_level_unknown", item=item.item_id, level=level)
                source.report_word(path, f"{level}:", problem)


def _check_task_ids(source: Source, form: Form, plan: TermPlan, reference: Reference) -> None:
    known = {task.task_id for task in reference.tasks.get(plan.tasks, ())}
    folder = source.root / "forms" / form.form_id
    for section in form.sections:
        if section.task_id and section.task_id not in known:
            problem = CodedText("not_in_tasks", task=section.task_id, tasks=plan.tasks)
            source.report_word(folder / "form.yml", f'"{section.task_id}"', problem)
    for row in form.rows:
        if row.task_id and row.task_id not in known:
            problem = CodedText("not_in_tasks", task=row.task_id, tasks=plan.tasks)
            source.report_word(folder / "rows.csv", f",{row.row_code},", problem)


def note_lost_zeros(source: Source, registry: Registry) -> None:
    """Tell of a code that is unknown for its zeros alone that they were lost, and in which of the two files.

    Where `units.csv` lost them, that one mistake stands for all the others that follow from it.
    """
    by_rest: Mapping[str, str] = {unit.unit_id.lstrip("0"): unit.unit_id for unit in registry.units}
    lost: dict[str, str] = {}
    elsewhere: dict[str, dict[tuple[str, str], int]] = {}
    for problem in list(source.problems):
        if UNITS not in listed_texts()[problem.message.code].follows_from:
            continue
        wanted = next(iter(problem.message.values.values()), "")
        declared = by_rest.get(wanted.lstrip("0"), wanted)
        if len(declared) < len(wanted):
            lost[wanted] = declared
        elif len(declared) > len(wanted):
            source.problems.remove(problem)
            elsewhere.setdefault(problem.file, {}).setdefault((wanted, declared), problem.line)
    for file, codes in elsewhere.items():
        (first, whole), line = next(iter(codes.items()))
        said = CodedText("zeros_lost", code=first, declared=whole)
        if len(codes) > 1:
            pairs = [f"{wanted} ({declared})" for wanted, declared in list(codes)[:_SHOWN]]
            listed = "; ".join([*pairs, "…"] if len(codes) > _SHOWN else pairs)
            said = CodedText("many_zeros_lost", count=len(codes), codes=listed)
        source.report(source.root / file, line, said)
    if lost:
        source.hide(source.root / UNITS, *lost)
        order = {unit.unit_id: place for place, unit in reversed(list(enumerate(registry.units)))}
        lost = dict(sorted(lost.items(), key=lambda pair: order[pair[1]]))
        shown = [f"{declared} ({wanted})" for wanted, declared in list(lost.items())[:_SHOWN]]
        listed = "; ".join([*shown, "…"] if len(lost) > _SHOWN else shown)
        said = CodedText("zeros_lost_in_units", codes=listed)
        source.report_word(source.root / UNITS, f"{next(iter(lost.values()))},", said)
