"""The illustrative years behind the sample: every planted truth is found again by the report, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

import termreview
from termreview.errors import UsageError
from termreview.insight.impact import CLEAR
from termreview.insight.moderation import BY_ITEM, draw
from termreview.reference.declarations import load_reference
from termreview.reporting.report.context import ReportContext, open_report
from termreview.reporting.report.insights import (
    WHOLE,
    gaps_of,
    impact_of,
    moves_of,
    slips_of,
    total_if_verified,
    warnings_of,
)
from termreview.sample.years.past_years import write_past_years, write_term_tables
from termreview.sample.years.planted import (
    DRAWN_COUNT,
    EASY_GAP,
    EASY_ITEM,
    OLD_SET,
    SEED,
    SLIPS,
    WORKED_EFFECT,
    YEARLY_CHANGE,
)
from termreview.storage.workspace import Workspace
from termreview.terms import Term
from worlds import ROOT

LAST = Term("2023-2024", "hk2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_past_years(Workspace(ROOT), tmp_path_factory.mktemp("years") / "office")


@pytest.fixture(scope="module")
def report(made: Workspace) -> ReportContext:
    reference = load_reference(made.reference)
    for part in ("hk1", "hk2"):
        write_term_tables(made, reference, Term(LAST.school_year, part))
    return open_report(LAST.term_id, workspace_root=str(made.root))


def test_each_year_is_scored_by_the_index_of_its_own(report: ReportContext) -> None:
    rules = report.history.groupby("school_year")["rule_id"].unique().map(list)
    assert rules["2020-2021"] == [OLD_SET]
    assert rules["2021-2022"] == ["qd-4725-2022"]
    at_the_change = report.history.query("school_year == '2021-2022' and group_id == '1'").dropna(
        subset=["low"]
    )
    assert at_the_change["low_before"].notna().all()
    assert (at_the_change["low_before"] <= at_the_change["low"]).all()  # its bands were stricter
    of_management = report.history.query("school_year == '2021-2022' and group_id == '2'").dropna(
        subset=["low"]
    )
    assert of_management["low_before"].tolist() == of_management["low"].tolist()
    assert report.history.query("school_year != '2021-2022'")["low_before"].isna().all()


def test_the_index_change_is_split_off_and_the_yearly_change_found(report: ReportContext) -> None:
    found = moves_of(report)
    own = found[(found["scope"] == WHOLE) & (found["way"] == "as_today")].set_index(
        ["group_id", "school_year"]
    )
    assert own["is_split"].all()
    assert (own["real"] + own["counted"] + own["rule"] - own["move"]).abs().max() < 1e-9
    assert own.loc[("1", "2021-2022"), "rule"] > 4
    assert own.loc[("2", "2021-2022"), "rule"] == pytest.approx(0)
    for year in ("2020-2021", "2021-2022", "2022-2023"):
        assert own.loc[("2", year), "real"] == pytest.approx(YEARLY_CHANGE, abs=0.7)


def test_the_merged_pair_is_one_line_today_and_three_schools_as_it_was(report: ReportContext) -> None:
    found = (
        moves_of(report)
        .query("scope == 'whole' and group_id == '1' and school_year == '2023-2024'")
        .set_index("way")
    )
    assert found.loc["as_was", ["joined_count", "left_count"]].tolist() == [1, 2]
    assert found.loc["as_today", ["joined_count", "left_count"]].tolist() == [0, 0]
    assert found.loc["as_was", "after"] == pytest.approx(found.loc["as_today", "after"])


def test_the_two_schools_that_slip_are_named_and_no_other(report: ReportContext) -> None:
    assert set(slips_of(report).query("is_slip")["school_id"]) == set(SLIPS)


def test_the_action_that_worked_is_clear_and_the_other_is_not(report: ReportContext) -> None:
    found = impact_of(report).set_index("action_id")
    assert found.loc["tap-huan-quan-tri", "verdict"] == CLEAR
    assert (
        found.loc["tap-huan-quan-tri", "low"] <= 2 * WORKED_EFFECT <= found.loc["tap-huan-quan-tri", "high"]
    )
    assert found.loc["cap-tai-khoan-lms", "verdict"] != CLEAR


def test_the_item_that_is_claimed_too_easily_is_the_only_one(report: ReportContext) -> None:
    found = gaps_of(report, BY_ITEM)
    easy = found[found["is_easy"]].set_index("item_id")
    assert list(easy.index) == [EASY_ITEM]
    assert easy.loc[EASY_ITEM, "low"] <= EASY_GAP <= easy.loc[EASY_ITEM, "high"]
    total = total_if_verified(report)
    assert (total.drawn_count, total.risk_count) == (DRAWN_COUNT, 4)
    assert total.estimate is not None


def test_the_lots_are_drawn_again_by_the_seed(report: ReportContext) -> None:
    drawn = report.reference.drawn_in(LAST.term_id)
    assert set(draw(sorted(drawn), DRAWN_COUNT, SEED)) == drawn
    assert {visit.seed for visit in report.reference.visits if visit.part == "lot"} == {str(SEED)}


def test_early_warning_speaks_and_beats_the_base_rate_by_half(report: ReportContext) -> None:
    found = warnings_of(report)
    replay = found.replay.set_index("model").loc[found.model]
    assert replay["brier"] < 0.5 * replay["base_brier"]
    assert found.schools["probability"].between(0, 1).all()


def test_all_of_it_stands_in_the_analysts_table_too(report: ReportContext, made: Workspace) -> None:
    frame = termreview.table(LAST.term_id, states=False, insight=True, workspace_root=str(made.root))
    heads = {code: head for head, code in frame.attrs["codes"].items() if code.startswith("insight.")}
    rows = frame.set_index(frame.columns[0])
    slipped = rows.loc["0477305"]
    assert slipped[heads["insight.is_slip"]] == "có"
    assert slipped[heads["insight.deviation"]] < -40
    own = report.history.query(
        "school_id == '0477305' and term_id == '2020-2021-hk2' and group_id != 'overall'"
    )
    assert slipped[heads["insight.total.2020-2021"]] == own["low"].sum()
    assert "Tập huấn tại trường" in rows.loc["0477402", heads["insight.actions"]]
    assert rows.loc["0477205", heads["insight.visit"]] == "theo rủi ro"
    assert (
        rows.loc["0477101", [heads["insight.total.2020-2021"], heads["insight.probability"]]].isna().all()
    )  # a preschool


def test_a_folder_that_is_an_office_already_is_left_alone(made: Workspace) -> None:
    before = sorted(path.name for path in Path(made.reference).iterdir())
    with pytest.raises(UsageError) as caught:
        write_past_years(Workspace(ROOT), made.root)
    assert caught.value.text.code == "office_folder_taken"
    assert sorted(path.name for path in Path(made.reference).iterdir()) == before
