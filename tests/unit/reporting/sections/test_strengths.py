"""What a report praises of the schools' reporting: many reports, and in time."""

from __future__ import annotations

from dataclasses import replace

import pytest
import report_world

from termreview.reporting.sections.assessment.assessment import strengths
from termreview.reporting.sections.assessment.evidence import weigh


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
