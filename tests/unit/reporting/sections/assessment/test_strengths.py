"""What a report praises of the schools' reporting, many reports and in time, and how it counts targets reached."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_world

from termreview.reporting.report.wording import say
from termreview.reporting.sections.assessment.assessment import strengths
from termreview.reporting.sections.assessment.evidence import weigh
from worlds import HK1


@pytest.mark.parametrize(
    ("reported", "on_time", "is_praised"),
    [(50, 46, True), (50, 25, True), (50, 24, False), (50, 0, False), (49, 49, False), (54, 54, True)],
)
def test_reporting_is_praised_where_nine_tenths_sent_and_half_of_them_in_time(
    reported: int, on_time: int, is_praised: bool
) -> None:
    report = report_world.report()
    evidence = replace(weigh(report), expected_count=55, reported_count=reported, on_time_count=on_time)
    said = [line for line in strengths(report, evidence) if "nghiêm túc" in line]
    assert len(said) == is_praised


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((0, 1, 0, ""), "Có 01 mục tiêu đã có căn cứ, chưa đạt."),
        ((0, 1, 1, "; 01 mục tiêu chưa đến hạn"), "Có 01 mục tiêu đã có căn cứ, chưa đến hạn."),
        ((1, 1, 0, ""), "Đạt 1/1 mục tiêu đã có căn cứ."),
        ((0, 3, 1, "; một câu"), "Trong 03 mục tiêu đã có căn cứ, chưa có mục tiêu nào đạt; một câu."),
    ],
)
def test_a_single_target_is_told_as_one(counts: tuple[int, int, int, str], told: str) -> None:
    values = dict(zip(("count", "total", "not_due", "others"), counts, strict=True))
    assert str(say(report_world.report(HK1), "ratios.key_intro", **values)) == told
