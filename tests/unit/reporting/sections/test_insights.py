"""The page that looks back and ahead: figures where the history carries them, one plain line where it does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from report_world import report as world_report, tables_of

from termreview.reference.kinds.measures import LOT, RISK, OfficeAction, Visit
from termreview.reference.texts.insight import Limits
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.report.context import ReportContext, present
from termreview.reporting.report.history import (
    COLUMNS,
    criteria_points,
    group_panel,
    school_events,
    term_history,
    total_values,
    with_term,
    year_paths,
)
from termreview.reporting.report.insights import plan_of, slips_of, warnings_of, years_of
from termreview.reporting.school_pages.index import years_view
from termreview.reporting.sections.index import forecast, look_back, trends
from termreview.scoring.levels import OVERALL

YEAR_END, SEMESTER = "2023-2024-hk2", "2023-2024-hk1"
YEARS = ("2019-2020", "2020-2021", "2021-2022", "2022-2023", "2023-2024")
SECTIONS: dict[str, Callable[[ReportContext], Block]] = {
    "trends": trends.trends,
    "moderation": look_back.moderation,
    "warning": forecast.early_warning,
    "impact": look_back.actions_done,
    "teaching": forecast.teaching,
    "budget": forecast.within_budget,
}


def text_of(block: Block) -> str:
    """All words of a block, as the page says them."""

    return " ".join(re.sub(r"<[^>]+>", " ", block.html).replace("&nbsp;", " ").split())


def history(school_ids: list[str], slipped: str, trained: list[str]) -> pd.DataFrame:
    """Five years of some schools: 4 points between the semesters; in the last year one slips, some gain 12."""
    lots, rows = np.random.default_rng(4), []
    for place, school_id in enumerate(school_ids):
        for year in YEARS:
            is_last = year == YEARS[-1]
            base = 40 + 0.8 * place + lots.normal(0, 2)
            base += 12 * (school_id in trained) * is_last - 30 * (school_id == slipped) * is_last
            for part, shift in (("hk1", -4.0), ("hk2", 0.0)):
                low = {"1": base + shift, "2": base + shift + 3}
                for group_id in ("1", "2", OVERALL):
                    points = low.get(group_id, sum(low.values()))
                    rows.append(
                        (school_id, f"{year}-{part}", year, part, "primary", "c1", group_id, points, points, 100.0, "qd",
                         points - 50, min(low.values()) >= 50, 300.0, np.nan)
                    )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


@cache
def with_history(term_id: str) -> ReportContext:
    """A report of a term with five years behind it and an action in the last one."""
    plain = world_report(term_id)
    ids = list(dict.fromkeys(plain.term.tables.scores.query("state == 'scored'")["school_id"]))
    trained = ids[5:29:2]
    done = OfficeAction("lms", "Thuê LMS", YEARS[-1], tuple(trained), "C")
    reference = replace(plain.reference, actions=(done,))
    return replace(plain, reference=reference, history=history(ids, ids[20], trained))


def test_every_subject_without_history_is_one_line_that_says_what_is_missing() -> None:
    report = world_report(YEAR_END)
    told = {name: text_of(SECTIONS[name](report)) for name in ("trends", "moderation", "warning", "impact")}
    assert told == {
        "trends": "Xu hướng qua các năm: chưa đủ số liệu (mới có số liệu của 0 năm học, cần ít nhất 02).",
        "moderation": "Tự chấm điểm và thẩm định: chưa đủ số liệu (chưa có tiểu mục nào được thẩm định).",
        "warning": "Cảnh báo sớm: chưa đủ số liệu (chưa có năm học nào trước đó đủ cả hai học kỳ, cần ít nhất 03).",
        "impact": "Tác động của các giải pháp đã thực hiện: chưa đủ số liệu (chưa khai báo giải pháp nào).",
    }


@pytest.mark.parametrize("name", SECTIONS)
def test_signed_reports_without_history_and_those_of_a_part_say_nothing_of_it(name: str) -> None:
    assert SECTIONS[name](present(world_report(YEAR_END), edition=SHAREABLE)).html == ""
    assert SECTIONS[name](present(with_history(SEMESTER), edition=SHAREABLE)).html == ""
    assert SECTIONS[name](world_report(YEAR_END, level="th")).html == ""


def test_the_signed_year_end_report_tells_of_the_years_and_names_no_school_that_fell_behind() -> None:
    report = present(with_history(YEAR_END), edition=SHAREABLE)
    fallen = slips_of(report).query("is_slip")["school_id"].item()
    name = dict(zip(report.term.schools["school_id"], report.term.schools["short_name"], strict=True))[fallen]
    told = text_of(trends.trends(report))
    assert "01 trường thấp hơn rõ rệt so với chính các năm trước của trường" in told
    assert name not in told
    assert "nhìn lại cảnh báo từ học kỳ I" in text_of(forecast.early_warning(report))
    assert "Thuê LMS: +" in text_of(look_back.actions_done(report))
    assert forecast.teaching(report).html == ""
    assert forecast.within_budget(report).html == ""
    assert look_back.full_tables(report).html.strip() == ""


def test_a_year_of_moves_is_split_and_who_fell_behind_is_named() -> None:
    report = with_history(YEAR_END)
    block = trends.trends(report)
    told = text_of(block)
    fallen = slips_of(report).query("is_slip")["school_id"].tolist()
    names = dict(zip(report.term.schools["school_id"], report.term.schools["short_name"], strict=True))
    assert len(fallen) == 1
    assert f"so với chính các năm trước của trường (đã trừ thay đổi chung): {names[fallen[0]]}." in told
    assert "Năm học (so với năm học trước)" in told
    full = text_of(look_back.full_tables(report))
    assert "từ năm đầu đến năm cuối" in full
    assert "(theo từng năm)" not in full  # both ways are the same here
    assert look_back.full_tables(world_report(YEAR_END)).html.strip() == ""


def test_a_school_that_left_items_open_is_no_slip() -> None:
    report = with_history(YEAR_END)
    fallen = slips_of(report).query("is_slip")["school_id"].item()
    is_last = (report.history["school_id"] == fallen) & (report.history["school_year"] == YEARS[-1])
    history = report.history.assign(high=report.history["high"].mask(is_last, report.history["high"] + 40))
    found = slips_of(replace(report, history=history)).set_index("school_id")
    assert not found.loc[fallen, "is_slip"]
    assert found.loc[fallen, "deviation"] < -40  # what is sure is told as it is


def test_what_an_action_did_is_told_with_how_sure_that_is() -> None:
    told = text_of(look_back.actions_done(with_history(YEAR_END)))
    assert "Thuê LMS" in told
    assert "rõ (tăng thêm, khó có thể do ngẫu nhiên)" in told
    assert "không phải bằng chứng về nguyên nhân" in told


def test_an_action_that_is_still_to_come_is_no_empty_table() -> None:
    report = with_history(YEAR_END)
    later = OfficeAction("lms", "Thuê LMS", "2024-2025", ("0477201",), "C")
    block = look_back.actions_done(replace(report, reference=replace(report.reference, actions=(later,))))
    assert text_of(block) == (
        "Tác động của các giải pháp đã thực hiện: chưa đủ số liệu (chưa có giải pháp nào thực hiện đến năm học 2023-2024)."
    )
    signed = present(report, edition=SHAREABLE)
    assert (
        look_back.actions_done(replace(signed, reference=replace(signed.reference, actions=(later,)))).html
        == ""
    )


def test_the_first_semester_warns_with_a_reason_and_the_year_end_looks_at_what_came() -> None:
    early = with_history(SEMESTER)
    told = text_of(forecast.early_warning(early))
    first = warnings_of(early).schools.iloc[0]
    names = dict(zip(early.term.schools["school_id"], early.term.schools["short_name"], strict=True))
    assert names[first["school_id"]] in told
    assert (
        f"trường có nguy cơ không đạt mức độ 2 vào cuối năm (xác suất từ 30%): {names[first['school_id']]}"
        in told
    )
    assert "Xác suất chỉ nêu trong khoảng" in told
    assert "dưới ngưỡng, mức tăng thường thấy không đủ" in told
    assert (
        "Kiểm chứng trên 03 năm học trước, 96 lượt trường" in told
    )  # of four earlier years the first has none before it
    later = text_of(forecast.early_warning(with_history(YEAR_END)))
    assert "nhìn lại cảnh báo từ học kỳ I" in later
    assert "Không đạt / số trường" in later


def test_a_school_whose_level_is_open_at_the_year_end_is_neither_a_hit_nor_a_miss() -> None:
    report = with_history(YEAR_END)

    def counts(context: ReportContext) -> list[int]:
        told = text_of(forecast.early_warning(context))
        found = re.search(
            r"trong (\d+) trường được cảnh báo .*? có (\d+) trường không đạt; trong (\d+) trường còn lại có (\d+)",
            told,
        )
        assert found is not None
        return [int(count) for count in found.groups()]

    warned, missed, others, surprised = counts(report)
    past = report.history
    is_end = (past["term_id"] == YEAR_END) & (past["group_id"] == OVERALL) & past["is_reached"].eq(False)
    is_open = is_end & (past["school_id"] == past.loc[is_end, "school_id"].iloc[0])
    opened = past.assign(is_reached=past["is_reached"].astype(object).mask(is_open, None))
    left = counts(replace(report, history=opened))
    assert left[0] + left[2] == warned + others - 1
    assert left[1] + left[3] == missed + surprised - 1


def test_a_year_is_judged_without_its_own_end() -> None:
    paths = year_paths(with_history(YEAR_END).history, ("hk1", "hk2"), asked_year=YEARS[-1])
    asked = paths[paths["school_year"] == YEARS[-1]]
    assert asked["end"].isna().all()
    assert asked["is_reached"].isna().all()
    assert asked["start"].notna().all()


def test_claims_are_set_beside_verified_points_and_lots_carry_the_total() -> None:
    plain = with_history(YEAR_END)
    ledger = plain.term.tables.ledger.copy()
    claimed = ledger[ledger["self_points"].notna() & (ledger["item_id"] == "2.3.3")]
    ids = claimed["school_id"].tolist()[:14]
    own = ledger["school_id"].isin(ids) & (ledger["item_id"] == "2.3.3")
    lower = (ledger.loc[own, "self_points"] - 2).clip(lower=0)
    ledger.loc[own, "verified_points"] = lower
    ledger.loc[own, ["low", "high"]] = np.column_stack([lower, lower])
    visits = tuple(Visit(YEAR_END, one, LOT if place < 10 else RISK, "7") for place, one in enumerate(ids))
    tables = replace(plain.term.tables, ledger=ledger)
    report = replace(
        plain, term=replace(plain.term, tables=tables), reference=replace(plain.reference, visits=visits)
    )
    told = text_of(look_back.moderation(report))
    assert "2.3.3" in told
    assert "Theo trường" in text_of(look_back.gap_tables(report))
    assert "ước lượng từ 10 trường rút ngẫu nhiên; 04 trường chọn theo rủi ro" in told
    without = replace(report, reference=replace(plain.reference, visits=()))
    assert "chưa thẩm định trường rút ngẫu nhiên nào" in text_of(look_back.moderation(without))


def test_pairs_and_the_plan_need_one_term_alone() -> None:
    report = world_report(YEAR_END)
    assert "triệu đồng" in text_of(forecast.within_budget(report))
    plan = plan_of(report)
    assert plan is not None
    assert plan.cost <= 600
    bare = replace(report, reference=replace(report.reference, advice={}))
    assert text_of(forecast.within_budget(bare)) == (
        "Phương án trong khả năng kinh phí: chưa đủ số liệu (chưa khai báo kinh phí của các giải pháp)."
    )
    ledger, schools = report.term.tables.ledger, report.term.schools
    points = criteria_points(ledger, schools, ["1.4"])
    assert points["verified_share"].eq(0).all()


def test_a_school_page_has_its_own_line_from_two_years_on_broken_where_the_index_changed() -> None:
    report = with_history(YEAR_END)
    school_id = report.history["school_id"].iloc[0]
    assert len(years_of(report, school_id)) == 5
    found = years_view(report, school_id)
    assert found["line"].startswith("Qua các năm (2019-2020 – 2023-2024), tổng điểm đã xác định:")
    assert found["line"].count("→") == 4
    assert found["strip"].count('class="trend"') == 4
    assert 'class="edge"' not in found["strip"]
    assert found["note"] == ""
    history = report.history.assign(
        rule_id=report.history["rule_id"].where(report.history["school_year"] >= YEARS[2], "old")
    )
    broken = years_view(replace(report, history=history), school_id)
    assert broken["strip"].count('class="trend"') == 3
    assert broken["strip"].count('class="edge"') == 1
    assert "từ năm học 2021-2022 bộ chỉ số thay đổi" in broken["note"]
    assert years_view(world_report(YEAR_END), school_id) == {}


def test_history_is_made_of_the_tables_of_a_term_and_keeps_silent_schools_without_points() -> None:
    report = world_report(YEAR_END)
    tables, declared = tables_of(YEAR_END), report.declared
    found = term_history(report.reference, declared, tables)
    assert list(found.columns) == COLUMNS
    silent = tables.scores.query("state != 'scored'")["school_id"]
    assert len(silent)
    assert found[found["school_id"].isin(silent)]["low"].isna().all()
    panel = group_panel(found, "hk2", "1")
    known = tables.scores.query("state == 'scored' and group_id == '1'").set_index("school_id")["low"]
    one = known.index[0]
    assert panel.set_index("school_id").loc[one, "numerator"] == known[one]
    both = (
        tables.scores.query("state == 'scored' and group_id != 'overall'").groupby("school_id")["low"].sum()
    )
    assert total_values(found, "hk2").set_index("school_id").loc[one, "value"] == both[one]


def test_whether_a_level_was_reached_is_missing_where_open_points_decide_it() -> None:
    report, tables = world_report(YEAR_END), tables_of(YEAR_END)
    scores = tables.scores.copy()
    whole = scores.index[scores["group_id"].eq(OVERALL) & scores["state"].eq("scored")][:3]
    scores.loc[whole, "level_low"] = [1, 1, 2]
    scores.loc[whole, "level_high"] = [1, 2, 3]
    found = term_history(report.reference, report.declared, replace(tables, scores=scores))
    reached = found[found["group_id"] == OVERALL].set_index("school_id")["is_reached"]
    assert [reached[school_id] for school_id in scores.loc[whole, "school_id"]] == [False, None, True]


def test_merged_schools_come_from_the_dated_registry_and_communes_do_not() -> None:
    events = school_events(world_report(YEAR_END).reference)
    assert events.to_dict("records") == [
        {"kind": "merge", "from_ids": ["0477222", "0477310"], "to_ids": ["0477406"]}
    ]


def test_a_history_told_from_other_tables_of_its_term_keeps_the_other_terms() -> None:
    report = with_history(YEAR_END)
    declared, tables = report.declared, tables_of(YEAR_END)
    told = with_term(report.history, report.reference, declared, tables)
    earlier = report.history[report.history["term_id"] != YEAR_END]
    kept = told[told["term_id"] != YEAR_END]
    assert len(kept) == len(earlier)
    assert kept["low"].tolist() == earlier["low"].tolist()
    one = tables.scores.query("state == 'scored' and group_id == '1'").iloc[0]
    own = told.query("term_id == @YEAR_END and group_id == '1'").set_index("school_id")["low"]
    assert own[one["school_id"]] == one["low"]
    empty = world_report(YEAR_END).history
    assert with_term(empty, report.reference, declared, tables).empty


def test_the_shipped_limits_are_those_that_the_simulated_districts_are_held_to() -> None:
    insight = world_report(YEAR_END).reference.insight
    assert insight.limits == Limits()
    assert insight.size_field == "pupils_count.total"
