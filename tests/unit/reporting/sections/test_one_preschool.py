"""A ward of one preschool: nothing is said of tasks it is not asked for, nor of an index that does not cover it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from report_world import build_tables, reference, report

from termreview.reporting.blocks.blocks import Block, as_html
from termreview.reporting.blocks.model import plain_text
from termreview.reporting.report.context import ReportContext, build_view
from termreview.reporting.report.wording import cited_documents
from termreview.reporting.sections.assessment.sections_assessment import (
    coming_tasks,
    proposals,
    reasons,
    signature,
    strong_points,
    weak_points,
)
from termreview.reporting.sections.basis.situation import situation, who_reported
from termreview.reporting.sections.basis.status import status_line
from termreview.reporting.sections.index import (
    actions,
    conclusions,
    criteria,
    index,
    scores,
    sensitivity,
    transitions,
)
from termreview.reporting.sections.work.ratios import lines_table, ratios_table
from termreview.reporting.sections.work.statistics import statistics_tables
from termreview.reporting.sections.work.tasks import overview, results_text, task_results
from worlds import HK1, HK2, observe, term_of

PRESCHOOL = "0477101"


@pytest.fixture(scope="module")
def alone() -> ReportContext:
    return report(HK1, "on_time", unit=PRESCHOOL)


@pytest.fixture(scope="module")
def year_end() -> ReportContext:
    return report(HK2, "on_time", unit=PRESCHOOL)


def test_only_the_tasks_of_preschools_are_told(alone: ReportContext) -> None:
    """Online teaching (II.1.a) is asked of schools alone; teachers' training (II.1.d) of preschools, too."""
    told = as_html(task_results(alone, "2"))
    assert "bồi dưỡng kỹ năng số cho giáo viên" in told
    assert "nền tảng dạy học trực tuyến" not in told
    assert "nộp báo cáo của kỳ này" not in told


def test_it_is_told_as_one_school_and_the_closing_names_it_once(alone: ReportContext) -> None:
    """“Toàn trường có 01 trường phải báo cáo”, “… của Trường Mầm non … của Phòng …”."""
    assert "Báo cáo của một trường mầm non." in as_html(situation(alone))
    closing = BeautifulSoup(as_html(signature(alone)), "html.parser").find("p").get_text()
    assert closing.endswith("; Phòng Giáo dục và Đào tạo huyện Phong Mẫu kính báo cáo./.")
    told = results_text(alone, "2")
    assert told.count("%") == told.count("/") >= 1, "a ratio of one school is told with its counts"


def test_only_its_own_tasks_and_levels_are_counted(alone: ReportContext) -> None:
    """13 of the 20 tasks are for preschools; the report goes to them alone."""
    assert "Báo cáo theo dõi 13 nhiệm vụ" in as_html(overview(alone))
    assert "<li>Trường MN trực thuộc;</li>" in as_html(signature(alone))


def test_the_index_is_left_with_the_one_sentence_that_it_does_not_apply(alone: ReportContext) -> None:
    assert "không áp dụng" in as_html(index.introduction(alone))
    for section in (
        index.levels, criteria.criteria, criteria.conditions, scores.scores, conclusions.not_concluded, sensitivity.levels_at_stake,
        actions.office_actions, transitions.level_transitions,
    ):  # fmt: skip
        assert section(alone).parts == ()
    assert "tính điểm" not in as_html(status_line(alone))
    assert alone.declared.indicator_set.legal not in {one.document_id for one in cited_documents(alone)}
    assert alone.declared.indicator_set.legal in {one.document_id for one in cited_documents(report(HK1))}


def test_a_table_of_targets_stands_only_where_there_is_one(alone: ReportContext) -> None:
    bare = replace(reference(), targets=())
    declared = term_of(bare, HK1, [PRESCHOOL])
    none = ReportContext(
        bare, build_view(bare, declared, build_tables(declared, "on_time")), None, declared.plan.due_on
    )
    assert lines_table(alone).parts
    assert lines_table(none).parts == ()
    assert transitions.targets_reached(none).parts == ()


@pytest.mark.parametrize(
    "section",
    [
        situation, who_reported, status_line, overview, strong_points, weak_points, reasons, coming_tasks, proposals, signature,
        ratios_table, statistics_tables,
    ],
)  # fmt: skip
def test_one_is_not_spoken_of_as_many(
    section: Callable[[ReportContext], Block], alone: ReportContext, year_end: ReportContext
) -> None:
    for own in (alone, year_end):
        told = as_html(section(own)).lower()
        for word in ("cả 01", "các trường", "các báo cáo", "01/01", "mọi trường"):
            assert word not in told


def test_one_row_is_not_followed_by_its_own_total(alone: ReportContext) -> None:
    """Its level and the whole are the same school: told once."""
    for section in (situation, who_reported):
        for part in section(alone).parts:
            if part["kind"] == "table":
                assert len(part["rows"]) == 1
                assert not part.get("total")
    (part,) = ratios_table(alone).parts
    assert [column["title"] for column in part["columns"]][1:] == [
        "Toàn trường",
        "Tử số / mẫu số",
        "Trường có số liệu",
    ]


def few_schools() -> ReportContext:
    """Two schools: the first has done two tasks of three and has one under way, the second did not begin one."""
    declared = term_of(reference(), HK1, [PRESCHOOL, "0477102"])
    fields = [task.status_field for task in declared.tasks if task.status_field and task.levels == ("*",)][:3]
    answers = {
        PRESCHOOL: dict(zip(fields, ("done", "done", "under_way"), strict=True)),
        "0477102": dict(zip(fields[:2], ("done", "not_started"), strict=True)),
    }
    tables = replace(build_tables(declared, "on_time"), observations=observe(declared, answers))
    return ReportContext(reference(), build_view(reference(), declared, tables), None, declared.plan.due_on)


def test_few_schools_are_told_one_by_one() -> None:
    """No share is drawn of two schools: what each has done, what is left and who is to do it by when."""
    own = few_schools()
    first, second = own.term.schools["short_name"]
    titles = [task for task in own.declared.tasks if task.status_field and task.levels == ("*",)][:3]
    late, begun = (titles[place].title[0].lower() + titles[place].title[1:] for place in (1, 2))
    good, lacking, next_ = (_told(section(own)) for section in (strong_points, weak_points, coming_tasks))
    assert (
        f"Thực hiện nhiệm vụ: {first} hoàn thành 2/3 nhiệm vụ có báo cáo; {second} hoàn thành 1/2 nhiệm vụ có báo cáo."
        in good
    )
    assert f"Nộp báo cáo đúng hạn: {first} và {second}." in good
    left = f"{late} ({second}); {begun} ({first})"
    assert f"Nhiệm vụ chưa hoàn thành: {left}." in lacking
    assert f"Hoàn thành trước ngày 30/04/2024: {left}; giao hiệu trưởng các trường thực hiện" in next_


def _told(block: Block) -> str:
    return plain_text(as_html(block)).replace("\u00a0", " ")
