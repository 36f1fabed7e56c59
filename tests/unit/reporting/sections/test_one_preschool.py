"""A ward of one preschool: nothing is said of tasks it is not asked for, nor of an index that does not cover it."""

from __future__ import annotations

import pytest
from report_world import report

from termreview.reporting.blocks.blocks import as_html
from termreview.reporting.report.context import ReportContext
from termreview.reporting.sections.assessment.sections_assessment import proposals, signature
from termreview.reporting.sections.basis.situation import who_reported
from termreview.reporting.sections.index import criteria, index
from termreview.reporting.sections.work.tasks import overview, task_results
from worlds import HK1


@pytest.fixture(scope="module")
def alone() -> ReportContext:
    return report(HK1, "on_time", unit="0477101")


def test_only_the_tasks_of_preschools_are_told(alone: ReportContext) -> None:
    """Online teaching (II.1.a) is asked of schools alone; teachers' training (II.1.d) of preschools, too."""
    told = as_html(task_results(alone, "2"))
    assert "II.1.d" in told
    assert "II.1.a" not in told
    assert "nộp báo cáo của kỳ này" not in told


def test_only_its_own_tasks_and_levels_are_counted(alone: ReportContext) -> None:
    """13 of the 20 tasks are for preschools; the report goes to them alone."""
    assert "Báo cáo theo dõi 13 nhiệm vụ" in as_html(overview(alone))
    assert "Các trường MN trực thuộc" in as_html(signature(alone))


def test_the_index_is_left_with_the_one_sentence_that_it_does_not_apply(alone: ReportContext) -> None:
    assert "không áp dụng" in as_html(index.introduction(alone))
    for section in (index.levels, criteria.criteria, criteria.conditions):
        assert section(alone).parts == ()


def test_one_is_not_spoken_of_as_all(alone: ReportContext) -> None:
    for section in (who_reported, proposals):
        assert "cả 01" not in as_html(section(alone)).lower()
