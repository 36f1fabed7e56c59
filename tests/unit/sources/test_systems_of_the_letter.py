"""Each system that the letter names keeps a row of its own: asked, checked, its export read, held against, summed up."""

from __future__ import annotations

from dataclasses import dataclass

from termreview.reference.declarations import load_reference
from termreview.reference.kinds.measures import Task
from termreview.terms import parse_term
from worlds import HK1, REFERENCE

REFERENCE_NOW = load_reference(REFERENCE)
TERM = REFERENCE_NOW.of(parse_term(HK1))
# Of these no export is known, or there is none: a document, a repository, whatever else a school uses.
WITHOUT_EXPORT = {
    "hệ thống quản lý học tập khác", "kho học liệu dùng chung của Sở và Bộ GDĐT", "trang thông tin điện tử của trường",
    "chứng thư số", "Quyết định số 4725/QĐ-BGDĐT", "Thông tư số 24/2018/TT-BGDĐT",
}  # fmt: skip


@dataclass(frozen=True)
class SystemRow:
    """What is done with one system in one task."""

    system: str
    task: Task
    asked: set[str]
    checked: set[str]
    layouts: set[str]
    compared: set[str]
    summed: set[str]


def fields_of(task: Task) -> set[str]:
    ratios = {ratio.ratio_id: ratio for ratio in REFERENCE_NOW.ratios}
    named = {task.status_field, *task.figures}
    for figure in task.figures:
        if figure in ratios:
            named |= {*ratios[figure].numerator, *ratios[figure].denominator}
    return named & set(TERM.form.all_fields())


def system_rows() -> list[SystemRow]:
    rows = []
    ratios = {ratio.ratio_id for ratio in REFERENCE_NOW.ratios}
    for task in TERM.tasks:
        asked = fields_of(task)
        checked = {check.check_code for check in TERM.checks if asked & {*check.fields, *check.against}}
        for system in filter(None, (part.strip() for part in task.systems.split(";"))):
            reading = {
                layout.source_id
                for layout in REFERENCE_NOW.sources.layouts
                if any(system in said for said in (layout.system, *(fact.title for fact in layout.facts)))
            }
            facts = {
                fact.fact_id
                for layout in REFERENCE_NOW.sources.layouts
                if layout.source_id in reading
                for fact in layout.facts
                if system in layout.system or system in fact.title
            }
            compared = {pair.pair_id for pair in REFERENCE_NOW.sources.pairs if pair.fact_id in facts}
            summed = {figure for figure in task.figures if figure in ratios or figure in asked}
            rows.append(SystemRow(system, task, asked, checked, reading, compared, summed))
    return rows


def test_each_system_is_asked_checked_and_summed_up() -> None:
    rows = system_rows()
    assert len(rows) >= 17
    for row in rows:
        assert row.asked, f"{row.system}: nothing is asked in task {row.task.task_id}"
        assert row.checked, f"{row.system}: nothing of task {row.task.task_id} is checked"
        assert row.summed, f"{row.system}: nothing of task {row.task.task_id} stands in a report"


def test_the_export_of_each_system_is_read_unless_none_is_known() -> None:
    assert {row.system for row in system_rows() if not row.layouts} == WITHOUT_EXPORT


def test_what_systems_count_is_held_against_what_schools_say() -> None:
    compared = {row.system for row in system_rows() if row.compared}
    assert {
        "Microsoft Teams", "InTest", "kiemtra.thuathienhue.edu.vn", "qltv.thuathienhue.edu.vn", "csdl.moet.gov.vn",
        "Cổng quản lý thông tin GDĐT", "Hue-S", "Cổng dịch vụ công quốc gia", "Bkav Endpoint",
    } <= compared  # fmt: skip
