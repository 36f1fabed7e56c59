"""One term in its shareable edition: what it leaves out, and that what it keeps says the same as the internal one."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from report_world import report

from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.editions.shareable import shareable_view
from termreview.reporting.report.context import ReportContext, build_view, present
from termreview.reporting.report.school_outlook import look_ahead, margins_of
from termreview.reporting.sections.assessment.sections_assessment import reasons
from termreview.reporting.sections.basis.annexes import figures_by_school
from termreview.reporting.sections.basis.quality import data_quality
from termreview.reporting.sections.index.actions import tried
from termreview.reporting.summaries.quality import UNNAMED
from termreview.reporting.trace import trace_data
from worlds import HK1, HK2


@pytest.fixture(scope="module", params=[HK1, HK2])
def editions(request: pytest.FixtureRequest) -> tuple[ReportContext, ReportContext]:
    internal = report(request.param)
    return internal, present(internal, edition=SHAREABLE)


def test_what_levels_hang_on_and_what_actions_win_is_the_same_in_both_editions(
    editions: tuple[ReportContext, ReportContext],
) -> None:
    """Points hang on evidence being there: without its words the scorer must still come to the same."""
    internal, shareable = editions
    pd.testing.assert_frame_equal(tried(internal), tried(shareable))
    pd.testing.assert_frame_equal(margins_of(internal), margins_of(shareable))
    assert look_ahead(internal).after == look_ahead(shareable).after


def test_the_tables_hold_no_words_and_no_answers_on_sensitive_attributes(
    editions: tuple[ReportContext, ReportContext],
) -> None:
    internal, shareable = editions
    observations = shareable.term.tables.observations
    words = {name for name, field in internal.declared.form.all_fields().items() if field.kind == "text"}
    texts = observations[observations["field_id"].isin(words)]
    assert len(texts)
    assert (texts["state"] == "answered").any(), "that it was answered stays known"
    assert texts["value_text"].isna().all()
    assert observations["original"].isna().all()
    assert not any(map(internal.reference.disclosure.is_sensitive, observations["field_id"]))
    assert not any(map(internal.reference.disclosure.is_sensitive, shareable.term.answers.numbers.columns))


def test_sizes_of_schools_leave_out_what_is_sensitive_whatever_the_office_lists(
    editions: tuple[ReportContext, ReportContext],
) -> None:
    """Neither the cells of schools nor their total, from which hidden ones could be reckoned, are on the page."""
    internal, shareable = editions
    sentences = dict(internal.reference.sentences)
    sizes = {**sentences["profile"]["by_school"], "pupils_ethnic_count.total": "Dân tộc thiểu số"}
    sentences["profile"] = {**sentences["profile"], "by_school": sizes}
    reference = replace(internal.reference, sentences=sentences)
    pages = [figures_by_school(replace(report, reference=reference)).html for report in (internal, shareable)]
    assert "Dân tộc thiểu số" in pages[0]
    assert "Dân tộc thiểu số" not in pages[1]


def test_places_are_told_on_sheets_of_the_form_alone(editions: tuple[ReportContext, ReportContext]) -> None:
    internal, _ = editions
    tables = internal.term.tables
    sheet = internal.declared.form.sheets[0].title
    numbers = range(len(tables.observations))
    observations = tables.observations.assign(
        sheet=pd.Series(
            ["Trang của cô Sương" if number % 2 else sheet for number in numbers], dtype="string"
        ),
        cell=pd.Series(["B2"] * len(tables.observations), dtype="string"),
    )
    named = ReportContext(
        internal.reference,
        type(internal.term)(**{**vars(internal.term), "tables": type(tables)(**{**vars(tables), "observations": observations})}),
        None,
        internal.as_of,
    )  # fmt: skip
    shown = present(named, edition=SHAREABLE).term.tables.observations
    assert set(shown["sheet"].dropna()) == {sheet}
    assert shown["cell"].isna().equals(shown["sheet"].isna())


def test_a_part_of_the_office_without_odd_totals_or_lines_has_a_shareable_edition_too(
    editions: tuple[ReportContext, ReportContext],
) -> None:
    internal, _ = editions
    sums = internal.summaries
    bare = replace(sums, rebuilt_totals=sums.rebuilt_totals.iloc[:0], lines=sums.lines.iloc[:0])
    shown = shareable_view(internal.reference, replace(internal.term, summaries=bare), lambda *_: True)
    assert list(shown.summaries.rebuilt_totals.columns) == list(sums.rebuilt_totals.columns)
    assert list(shown.summaries.lines.columns) == list(sums.lines.columns)


def with_findings(report: ReportContext, failed: dict[str, int]) -> ReportContext:
    """The report of a term in which some checks failed at so many schools each."""
    checks = {check.check_code: check for check in report.declared.checks}
    one = report.term.tables.findings.iloc[:1]
    schools = list(report.term.schools["school_id"])
    rows = [
        one.assign(
            finding_id=f"{code}-{number}", check_code=code, severity=checks[code].severity, school_id=schools[number],
            remedy="sửa",
        )
        for code, count in failed.items()
        for number in range(count)
    ]  # fmt: skip
    tables = replace(report.term.tables, findings=pd.concat(rows, ignore_index=True))
    return replace(report, term=build_view(report.reference, report.declared, tables))


@pytest.mark.parametrize(
    ("failed", "named"),
    [
        ({"girls_at_most_pupils": 6, "disabled_at_most_pupils": 1, "dropout_rate_plausible": 7}, 1),
        ({"girls_at_most_pupils": 6, "repeating_at_most_pupils": 9}, 1),
        ({"girls_at_most_pupils": 4, "repeating_at_most_pupils": 5}, 0),
        ({"girls_at_most_pupils": 4}, 0),  # reads as if a sensitive check were among those not named
    ],
)
def test_no_check_on_a_sensitive_attribute_is_named_nor_told_apart_from_those_that_few_failed(
    failed: dict[str, int], named: int
) -> None:
    internal = with_findings(report(HK1), failed)
    shareable = present(internal, edition=SHAREABLE)
    told, whole = shareable.summaries.findings, internal.summaries.findings
    assert (told["check_code"] != UNNAMED).sum() == named
    for frame in (told, whole):
        assert frame["finding_count"].sum() == sum(failed.values())
    assert set(told.loc[told["check_code"] == UNNAMED, "title"]) == {"Các nội dung kiểm tra khác"}
    shown = f"{data_quality(shareable).html} {reasons(shareable).html}"
    assert "Các nội dung kiểm tra khác" in shown
    assert "có dưới 05 trường không đạt" in shown
    for check in internal.declared.checks:
        if check.check_code in failed:
            is_named = check.title in shown
            assert is_named == (check.check_code == "girls_at_most_pupils" and named == 1)
    line = next(part for part in data_quality(shareable).parts if part["kind"] == "table")["rows"][-1]
    assert line["cells"][2] == "—", "how many schools is not told"


def test_the_search_of_the_look_up_promises_no_more_than_the_edition_holds(
    editions: tuple[ReportContext, ReportContext],
) -> None:
    hints = [trace_data(each)["words"]["search_hint"] for each in editions]
    assert "trang tính và ô nào" in hints[0]
    assert "Bản chia sẻ không kèm tệp và ô" in hints[1]
    assert "sheet" not in hints[1]
