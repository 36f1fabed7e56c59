"""Part IV gives each direction a number, who does it and a day; part III says what is beyond the schools and what is theirs."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import report_world
from bs4 import BeautifulSoup

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.texts.texts import is_direction_date
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.editions.shareable import _counted_opinions
from termreview.reporting.report.context import ReportContext
from termreview.reporting.sections.assessment import sections_assessment
from termreview.reporting.sections.assessment.evidence import amount_left, weigh
from termreview.reporting.sections.assessment.sections_assessment import direction_day, next_steps
from termreview.reporting.sections.assessment.stories import _cause_of
from termreview.reporting.summaries.quality import schools_writing
from termreview.reporting.term.schools import short_names
from worlds import HK1, HK2, change, copy_reference


def with_summaries(report: ReportContext, **frames: pd.DataFrame) -> ReportContext:
    return replace(report, term=replace(report.term, summaries=replace(report.summaries, **frames)))


def items(html: str) -> list[str]:
    return [one.get_text() for one in BeautifulSoup(html, "html.parser").select("p, li")]


@pytest.mark.parametrize(
    ("line", "numerator", "denominator", "left"),
    [(100, 15397, 16052, 655), (50, 3465, 12570, 2820), (50, 2, 5, 1), (50, 3, 5, None), (100, 7, 7, None)],
)
def test_what_is_left_is_counted_from_the_figures(
    line: float, numerator: int, denominator: int, left: int | None
) -> None:
    row: dict[str, Any] = {
        "unit": "percent", "better": "higher", "is_money": False, "numerator": numerator, "denominator": denominator,
    }  # fmt: skip
    assert amount_left(row, line) == left
    assert amount_left(row | {"better": "lower"}, line) is None
    assert amount_left(row | {"is_money": True}, line) is None


@pytest.mark.parametrize(
    ("as_of", "name", "day"),
    [
        ("2024-01-05", "reports", "2024-01-10"),  # the term is still open
        ("2024-01-20", "reports", "2024-01-31"),  # the day on which schools are to send again
        ("2024-01-31", "repair", "2024-01-31"),
        ("2024-02-10", "reports", "2024-02-20"),  # +10
        ("2024-01-20", "ratios", "2024-05-25"),
        ("2024-05-25", "ratios", "2025-05-25"),  # that day itself is over
        ("2024-11-02", "ratios", "2025-05-25"),
    ],
)
def test_a_direction_has_the_declared_day(as_of: str, name: str, day: str) -> None:
    report = replace(report_world.report(HK1), as_of=dt.date.fromisoformat(as_of))
    assert direction_day(report, name) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("term_id", [HK1, HK2])
def test_every_direction_names_a_day_and_who_does_it(term_id: str) -> None:
    report = report_world.report(term_id)
    lines = next_steps(report, weigh(report))
    assert len(lines) > 2
    for line in lines:
        assert re.search("(trước|chậm nhất) ngày ", line.lower())
        assert "giao " in line


def test_causes_are_told_by_kind_as_the_office_declares() -> None:
    report = report_world.report(HK1)
    told = {one.text: one.cause for one in report.reference.opinions.groups if one.cause}
    objective = next(text for text, cause in told.items() if cause == "objective")
    subjective = next(text for text, cause in told.items() if cause == "subjective")
    opinions = pd.DataFrame(
        [
            ("difficulties", subjective, "", True, 13, []),
            ("difficulties", objective, "", True, 9, []),
            ("difficulties", "Một ý riêng.", "", False, 1, []),
        ],
        columns=list(report.summaries.opinions.columns),
    )
    lines = items(sections_assessment.reasons(with_summaries(report, opinions=opinions)).html)
    first, second = lines.index("Nguyên nhân khách quan:"), lines.index("Nguyên nhân chủ quan:")
    assert first < second
    assert f"Theo báo cáo của các trường: {objective} (09 trường)." in lines[first:second]
    assert f"Theo báo cáo của các trường: {subjective} (13 trường)." in lines[second:]
    assert "Một ý riêng" not in " ".join(lines)


@pytest.mark.parametrize(
    ("text", "is_date"),
    [("+10", True), ("25/05", True), ("29/02", False), ("31/04", False), ("+", False), ("25-05", False), ("", False)],
)  # fmt: skip
def test_a_day_is_a_number_of_days_or_a_day_of_every_year(text: str, is_date: bool) -> None:
    assert is_direction_date(text) is is_date


def test_a_slip_in_a_day_or_a_kind_is_told_with_its_line(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "sentences.yml", 'tasks: "30/04"', 'tasks: "31/04"')
    change(folder / "sentences.yml", 'disputed: "subjective"', 'disputed: "theirs"')
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    told = str(caught.value)
    assert "'31/04'" in told
    assert "'theirs'" in told


def test_the_signed_report_says_once_how_many_schools_name_difficulties() -> None:
    report = replace(report_world.report(HK1), edition=SHAREABLE)
    told = " ".join(
        items(sections_assessment.reasons(report).html + sections_assessment.proposals(report).html)
    )
    assert told.count("nêu khó khăn, vướng mắc") == 1
    own = " ".join(items(sections_assessment.proposals(report_world.report(HK1)).html))
    assert "nêu khó khăn, vướng mắc" in own, "the analyst's edition quotes them there"


def test_the_cause_of_a_fall_is_quoted_inside_and_put_by_the_office_where_it_is_signed() -> None:
    """Only what the office has put into words of its own names a school in the signed report."""
    report = report_world.report(HK2)
    school = report.term.schools["school_id"].iloc[20]
    name = short_names(report.term.schools)[school]
    group = next(one for one in report.reference.opinions.groups if one.cause)
    rows = [
        ("difficulties", group.text, "", True, 2, ["TH X", name]), ("difficulties", "Lời của trường.", "", False, 1, [name]),
        ("proposals", "xin máy", "department", True, 1, [name]),
    ]  # fmt: skip
    own = pd.DataFrame(rows, columns=list(report.summaries.opinions.columns))
    signed = _counted_opinions(own, {group.text})
    assert signed.loc[signed["text"] == group.text, "school_names"].tolist() == [["TH X", name]]
    assert sum(map(len, signed["school_names"])) == 2
    assert "Lời của trường." not in signed["text"].tolist()
    assert schools_writing(signed, "difficulties") == schools_writing(own, "difficulties") == 2
    shareable = replace(with_summaries(report, opinions=signed), edition=SHAREABLE)
    assert _cause_of(shareable, "difficulties", school, name) == f"; nguyên nhân: {group.text}"
    assert _cause_of(shareable, "difficulties", school, "TH Y") == ""
