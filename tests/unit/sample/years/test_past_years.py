"""The illustrative years behind the sample: every planted truth is found again by the report, and nothing else."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from past_years_world import write_term_tables

import termreview
from termreview.desk.term.term_now import look
from termreview.errors import UsageError
from termreview.insight.impact import CLEAR
from termreview.insight.moderation import BY_ITEM, draw
from termreview.insight.trends import moves_by_unit
from termreview.reference.declarations import load_reference
from termreview.reporting.blocks.blocks import Block, as_html
from termreview.reporting.report.context import ReportContext, open_report
from termreview.reporting.report.history import school_events
from termreview.reporting.report.insights import (
    AS_TODAY,
    AS_WAS,
    COMMUNE,
    LEVEL,
    WHOLE,
    both_ways,
    gaps_of,
    impact_of,
    limits_of,
    moves_of,
    slips_of,
    total_if_verified,
    total_panel,
    warnings_of,
    years_of,
)
from termreview.reporting.school_pages.index import years_view
from termreview.reporting.sections.index import look_back, trends
from termreview.reporting.sections.work.years import ratio_panels
from termreview.sample.years.past_years import declare_past_years, past_terms, write_past_files
from termreview.sample.years.planted import (
    COMMUNES_BEFORE,
    DRAWN_COUNT,
    EASY_GAP,
    EASY_ITEM,
    LUCK,
    MERGED_COMMUNE,
    MOVED,
    OLD_SET,
    PARENTS_BEFORE,
    PAST_YEARS,
    REFORM_YEAR,
    SEED,
    SLIPS,
    WORKED_EFFECT,
    YEARLY_CHANGE,
)
from termreview.storage.atomic_files import write_json
from termreview.storage.output_paths import MANIFEST
from termreview.storage.workspace import Workspace, read_table
from termreview.terms import Term
from worlds import ROOT

LAST = Term("2023-2024", "hk2")


def text_of(block: Block) -> str:
    """All words of a block and of its charts, as the page says them."""
    return " ".join(re.sub(r"<[^>]+>", " ", as_html(block)).replace("&nbsp;", " ").split())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = declare_past_years(Workspace(ROOT), tmp_path_factory.mktemp("years") / "office")
    reference = load_reference(made.reference)
    for term in past_terms():
        write_term_tables(made, reference, term)
    return made


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


def test_communes_are_followed_through_the_reform_both_ways(report: ReportContext) -> None:
    found = moves_of(report).query("scope == 'unit_id'")
    today, was = found[found["way"] == AS_TODAY], found[found["way"] == AS_WAS]
    assert (
        today[["joined_count", "left_count"]].to_numpy().sum() == 0
    )  # nobody moves between communes of today
    merged = today[(today["unit_id"] == MERGED_COMMUNE) & (today["group_id"] == "2")].set_index("school_year")
    assert len(merged) == 4
    # Three schools, whose luck of a year spreads by 1,5 points: the change of three years within 2,5 standard errors
    real = merged.loc[["2020-2021", REFORM_YEAR, "2022-2023"], "real"].sum()
    assert real == pytest.approx(3 * YEARLY_CHANGE, abs=2.5 * LUCK * (2 / 3) ** 0.5)
    years = was.groupby("unit_id")["school_year"].unique().map(list)
    assert years[MERGED_COMMUNE] == ["2022-2023", "2023-2024"]  # it stands from the year of the reform on
    assert all(years[unit_id] == ["2020-2021"] for unit_id in COMMUNES_BEFORE)
    then = was[(was["school_year"] == REFORM_YEAR) & (was["group_id"] == "1")].set_index("unit_id")
    assert then.loc[PARENTS_BEFORE[MOVED], ["joined_count", "left_count"]].tolist() == [0, 1]
    assert then.loc["047710", ["joined_count", "left_count"]].tolist() == [1, 0]


def test_every_move_is_exactly_its_three_parts_whatever_moves(report: ReportContext) -> None:
    events, limits = school_events(report.reference), limits_of(report)
    found = [moves_of(report)]
    for panel in ratio_panels(report).values():
        for scope in (WHOLE, LEVEL, COMMUNE):
            found += [
                moves_by_unit(own, places, limits) for _, own, places in both_ways(panel, events, scope)
            ]
    rows = pd.concat(found, ignore_index=True).dropna(subset=["move"])
    assert set(found[0]["way"]) == {AS_WAS, AS_TODAY}
    assert set(found[0]["scope"]) == {WHOLE, LEVEL, COMMUNE}
    assert len(rows) > 1000
    assert (rows["real"] + rows["counted"] + rows["rule"].astype(float) - rows["move"]).abs().max() < 1e-9


def test_every_planted_truth_is_told_where_people_look(report: ReportContext) -> None:
    told = text_of(trends.trends(report)) + text_of(trends.trend_tables(report))
    assert "xã Xuân Thượng, xã Xuân Hạ hợp nhất thành xã Xuân Lâm" in told
    assert "xã Xuân Thượng (theo từng năm) (2019-2020 – 2020-2021)" in told
    assert "thành Trường TH&amp;THCS Lương Điền" in told
    assert "cách tính thay đổi" in told  # the key of the charts
    names = dict(zip(report.term.schools["school_id"], report.term.schools["short_name"], strict=True))
    assert all(names[school_id] in told for school_id in SLIPS)
    acted = text_of(look_back.actions_done(report))
    assert "kết luận: rõ (tăng thêm" in acted
    assert "kết luận: không thấy" in acted or "kết luận: chưa rõ" in acted
    assert f"Tiểu mục dễ tự chấm cao: {EASY_ITEM}" in text_of(look_back.moderation(report))


def test_the_page_of_a_merged_school_goes_on_with_the_mean_of_the_former_ones(report: ReportContext) -> None:
    line = years_of(report, "0477406")
    assert [year for year, *_ in line] == [*PAST_YEARS, LAST.school_year]
    values = total_panel(report).set_index(["school_id", "school_year"])["numerator"]
    former = [values[school_id, PAST_YEARS[0]] for school_id in ("0477222", "0477310")]
    assert line[0][1:] == (sum(former) / 2, OLD_SET, True)
    assert line[-1][1:] == (values["0477406", LAST.school_year], "qd-4725-2022", False)
    assert (
        "Đến năm học 2022-2023: bình quân của các trường trước khi hợp nhất."
        in years_view(report, "0477406")["note"]
    )


def test_files_of_an_earlier_term_give_the_tables_that_the_tests_take(made: Workspace) -> None:
    reference, term = load_reference(made.reference), Term("2020-2021", "hk1")
    days = write_past_files(made, reference, terms=[term])
    now = look(term.term_id, days[term].isoformat(), str(made.root))
    keys = ["school_id", "item_id"]
    scored, expected = (
        frame.set_index(keys)[["low", "high"]].astype(float).sort_index()
        for frame in (now.scored.ledger, read_table(made, term, "ledger"))
    )
    pd.testing.assert_frame_equal(scored, expected)
    assert set(now.cleaned.submissions["fate"]) == {"accepted"}
    assert len(now.cleaned.submissions) == len(reference.of(term).schools)


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


def test_whoever_opens_a_term_without_a_day_reads_the_day_that_its_last_run_printed(
    report: ReportContext, made: Workspace
) -> None:
    manifest = made.output_paths(LAST).place(MANIFEST)
    write_json(manifest, {"parameters": {"as_of": "2024-06-04"}})
    try:
        assert open_report(LAST.term_id, workspace_root=str(made.root)).as_of == date(2024, 6, 4)
        assert look(LAST.term_id, workspace_root=str(made.root)).report.as_of == date(2024, 6, 4)
        asked = open_report(LAST.term_id, "2024-05-28", workspace_root=str(made.root))
        assert asked.as_of == date(2024, 5, 28)
    finally:
        manifest.unlink()
    assert (
        report.as_of == report.declared.plan.due_on
    )  # tables that no run left: the last day that files came


def test_a_folder_that_is_an_office_already_is_left_alone(made: Workspace) -> None:
    before = sorted(path.name for path in Path(made.reference).iterdir())
    with pytest.raises(UsageError) as caught:
        declare_past_years(Workspace(ROOT), made.root)
    assert caught.value.text.code == "office_folder_taken"
    assert sorted(path.name for path in Path(made.reference).iterdir()) == before
