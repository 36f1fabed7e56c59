"""Each system that the letter names keeps a row of its own: asked, checked, its export read, summed up, charted, named."""

from __future__ import annotations

from dataclasses import dataclass

from report_world import report

from termreview.reference.declarations import load_reference
from termreview.reference.kinds.measures import Task
from termreview.reference.kinds.sources import System
from termreview.reporting.sections.work.systems import system_use, systems, use_chart
from termreview.terms import parse_term
from worlds import HK1, REFERENCE

REFERENCE_NOW = load_reference(REFERENCE)
TERM = REFERENCE_NOW.of(parse_term(HK1))
SOURCES = REFERENCE_NOW.sources
# Of these no export is known: whatever else a school uses, a repository, its own site, a certificate.
WITHOUT_EXPORT = {
    "Hệ thống quản lý học tập khác", "Kho học liệu dùng chung của Sở và Bộ GDĐT", "Trang thông tin điện tử của trường",
    "Chứng thư số",
}  # fmt: skip
# Named with the systems of a task, but documents: `legal_documents.csv` has them.
DOCUMENTS = {"Quyết định số 4725/QĐ-BGDĐT", "Thông tư số 24/2018/TT-BGDĐT"}


@dataclass(frozen=True)
class SystemRow:
    """What is done with one system in one task."""

    system: System
    task: Task
    asked: set[str]
    checked: set[str]
    layouts: set[str]
    compared: set[str]
    summed: set[str]


def named_in(task: Task) -> set[str]:
    return {part.strip() for part in task.systems.split(";") if part.strip()} - DOCUMENTS


def system_rows() -> list[SystemRow]:
    by_title = {system.title.casefold(): system for system in SOURCES.systems}
    ratios = {ratio.ratio_id: {*ratio.numerator, *ratio.denominator} for ratio in REFERENCE_NOW.ratios}
    fields = set(TERM.form.all_fields())
    rows = []
    for task in TERM.tasks:
        asked = {task.status_field, *task.figures}.union(
            *(ratios.get(one, set()) for one in task.figures)
        ) & fields
        for title in sorted(named_in(task)):
            system = by_title[title.casefold()]
            reading = {
                layout.source_id
                for layout in SOURCES.layouts
                if any(fact.fact_id == system.fact_id for fact in layout.facts)
            }
            rows.append(
                SystemRow(
                    system, task, asked,
                    {check.check_code for check in TERM.checks if asked & {*check.fields, *check.against}},
                    reading, {pair.pair_id for pair in SOURCES.pairs if system.fact_id and pair.fact_id == system.fact_id},
                    {figure for figure in task.figures if figure in ratios or figure in asked},
                )
            )  # fmt: skip
    return rows


def test_every_system_named_in_a_task_is_declared_and_every_declared_one_is_named() -> None:
    named = {title.casefold() for task in TERM.tasks for title in named_in(task)}
    assert named == {system.title.casefold() for system in SOURCES.systems}
    assert {part.strip() for task in TERM.tasks for part in task.systems.split(";")} >= DOCUMENTS


def test_each_system_is_asked_checked_and_summed_up() -> None:
    rows = system_rows()
    assert len(rows) >= 15
    for row in rows:
        assert row.asked, f"{row.system.title}: nothing is asked in task {row.task.task_id}"
        assert row.checked, f"{row.system.title}: nothing of task {row.task.task_id} is checked"
        assert row.summed, f"{row.system.title}: nothing of task {row.task.task_id} stands in a report"
    fields = TERM.form.all_fields()
    assert {system.title for system in SOURCES.systems if system.field_id not in fields} == set()


def test_the_export_of_each_system_is_read_unless_none_is_known() -> None:
    assert {row.system.title for row in system_rows() if not row.layouts} == WITHOUT_EXPORT


def test_what_systems_count_is_held_against_what_schools_say() -> None:
    compared = {row.system.title for row in system_rows() if row.compared}
    # Of Google Classroom an export counts the classes that were made, the form those that use it.
    assert {system.title for system in SOURCES.systems} - compared == WITHOUT_EXPORT | {"Google Classroom"}


def test_each_system_is_charted_and_named_in_the_report() -> None:
    used, told = system_use(report()), systems(report())._repr_html_()
    titles = [system.title for system in SOURCES.systems]
    assert used["title"].tolist() == titles
    assert sorted(use_chart(report(), used).data["title"]) == sorted(titles)
    for title in titles:
        assert told.count(title) >= 2, f"{title}: a sentence and a line of the table name it"
