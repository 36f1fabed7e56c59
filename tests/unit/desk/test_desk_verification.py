"""One item verified at the desk: half steps, caps, conditions; claims beside verified points; whom to visit next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk_world import PRIMARIES, ROLE, TERM, TODAY, seen, without_copies

from termreview.desk.explorer import beside_peers, findings_of, ledger_of, terms_of_school
from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow
from termreview.desk.verification import (
    ItemLine,
    allowed_points,
    condition_lines,
    condition_warnings,
    coverage,
    faults_of,
    item_lines,
    points_of,
    verified_lines,
    verified_schools,
    warnings_of,
)
from termreview.desk.views.points import sample_note
from termreview.desk.visits import plan_visits, risk_of_schools
from termreview.insight.moderation import BY_ITEM, BY_LEVEL, BY_SCHOOL, draw, gaps, share_margin
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.scoring.score import score_term

REASON = "đã xem phần mềm tại trường"


def line_of(school_id: str, item_id: str) -> ItemLine:
    return next(line for line in item_lines(seen(), school_id) if line.item.item_id == item_id)


def entered(line: ItemLine, points: float, reason: str = REASON, by: str = ROLE) -> VerifiedPoints:
    return points_of(seen(), "0477202", line.item, points, reason, by, TODAY)


def with_points(*given: tuple[str, str, float]) -> TermNow:
    """The term with some verified points in force."""
    now = seen()
    verified = tuple(
        VerifiedPoints(school, TERM, item, points, REASON, ROLE, TODAY) for school, item, points in given
    )
    opened = replace(now.opened, reference=replace(now.reference, verified=verified))
    scored = score_term(now.cleaned.observations, now.declared, verified)
    return TermNow(opened, now.files, now.previous, now.cleaned, scored, now.stamp)


def test_points_go_in_half_steps_up_to_the_maximum() -> None:
    line = line_of("0477202", "1.3.1")
    assert allowed_points(line.item) == [step / 2 for step in range(13)]
    assert allowed_points(replace(line.item, max_points=6.8))[-2:] == [6.5, 6.8]


@pytest.mark.parametrize(
    ("points", "reason", "by", "part"),
    [
        (6.5, REASON, ROLE, "giới hạn"),
        (-0.5, REASON, ROLE, "giới hạn"),
        (2.25, REASON, ROLE, "bước 0,5"),
        (2.5, "ok", ROLE, "lý do"),
        (2.5, REASON, " ", "chức danh"),
    ],
)
def test_caps_steps_and_reasons_are_enforced(points: float, reason: str, by: str, part: str) -> None:
    line = line_of("0477202", "1.3.1")
    faults = faults_of(seen(), line, entered(line, points, reason, by))
    assert len(faults) == 1
    assert part in faults[0]
    assert faults_of(seen(), line, entered(line, 2.5)) == []


def test_an_item_comes_with_claim_facts_and_evidence() -> None:
    claim = line_of("0477202", "1.3.1")
    assert (claim.own, claim.computed, claim.is_in_use, claim.evidence) == (2.0, None, True, "12/KH-PM")
    ratio = line_of("0477201", "1.7.2")
    assert [(fact.value, fact.state) for fact in ratio.facts] == [
        ("30", "answered"),
        ("không đọc được", "unreadable"),
    ]
    assert ratio.facts[1].cell == "D39"
    assert line_of("0477202", "1.7.2").computed is not None


def test_what_contradicts_the_school_is_said_but_allowed() -> None:
    claim, ratio = line_of("0477202", "1.3.1"), line_of("0477202", "1.7.2")
    assert any("tự chấm" in said for said in warnings_of(seen(), claim, 4.0))
    assert any("Số liệu" in said for said in warnings_of(seen(), ratio, 0.0))
    unused = replace(claim, is_in_use=False, evidence="")
    assert len(warnings_of(seen(), unused, 1.0)) == 2
    assert warnings_of(seen(), unused, 0.0) == []


def test_a_failed_condition_is_named_with_what_it_does() -> None:
    group = seen().declared.indicator_set.groups[0]
    states = {line.condition.criterion_id: line.state for line in condition_lines(seen(), group, "0477205")}
    assert states == {"1.1": "failed", "1.2": "met"}
    assert "1.1" in condition_warnings(seen(), group, "0477205")[0]
    assert condition_warnings(seen(), group, "0477202") == []


def test_a_failed_condition_keeps_the_level_whatever_is_verified() -> None:
    group = seen().declared.indicator_set.groups[0]
    now = with_points(*(("0477205", item.item_id, item.max_points) for item in group.items))
    own = now.scored.scores.query("school_id == '0477205' and group_id == '1'").iloc[0]
    assert (own["low"], own["level"]) == (100.0, 1)


def test_only_schools_with_a_scored_report_are_verified() -> None:
    assert verified_schools(seen()) == [*PRIMARIES, "0477310"]


def test_moderation_sums_self_minus_verified() -> None:
    now = with_points(("0477202", "1.3.1", 1.0), ("0477203", "1.3.1", 3.0), ("0477203", "1.3.2", 3.5))
    lines = verified_lines(now, Scope())
    assert lines["gap"].tolist() == [1.0, 0.0, -0.5]
    items = gaps(lines, BY_ITEM).set_index("item_id")
    assert items.loc["1.3.1", ["compared_count", "self_points", "verified_points", "mean_gap"]].tolist() == [
        2,
        5.0,
        4.0,
        0.5,
    ]
    assert items.loc["1.3.1", ["lowered_count", "raised_count"]].tolist() == [1, 0]
    assert gaps(lines, BY_SCHOOL)["school_id"].iloc[0] == "0477202"
    assert gaps(lines, BY_LEVEL)["school_count"].tolist() == [2]
    assert coverage(now, Scope()) == {
        "school_count": 2,
        "school_total": 8,
        "line_count": 3,
        "line_total": 200,
    }
    assert verified_lines(now, Scope(level="thcs")).empty


def test_a_line_without_a_claim_is_counted_but_not_compared() -> None:
    now = with_points(("0477202", "1.3.1", 1.0))
    lines = verified_lines(now, Scope()).assign(gap=float("nan"))
    (row,) = gaps(lines, BY_ITEM).to_dict("records")
    assert (row["verified_count"], row["compared_count"]) == (1, 0)


def test_risk_weighs_what_is_unclear() -> None:
    now = seen()
    risks = risk_of_schools(now, Scope()).set_index("school_id")
    weights = now.reference.desk["risk_weights"]
    assert risks["risk"].is_monotonic_decreasing
    first = risks.loc["0477201"]
    assert first["open_groups"] == 2
    assert first["error_count"] == 2
    assert first["risk"] == pytest.approx(
        sum(weights[name] * first[name] for name in weights if name in first.index)
    )
    assert risks.loc["0477205", "open_groups"] == 1


@pytest.mark.parametrize(
    ("count", "population", "expected"),
    [(8, 35, 0.309), (35, 35, 0.0), (0, 35, None), (1, 1, 0.0), (1, 100, 0.98)],
)
def test_the_margin_of_a_sample_is_that_of_the_textbook(
    count: int, population: int, expected: float | None
) -> None:
    found = share_margin(count, population)
    assert found == (expected if expected is None else pytest.approx(expected, abs=0.001))


def test_the_sample_follows_the_seed_and_nothing_else() -> None:
    ids = [f"s{number:03d}" for number in range(200)]
    first = draw(ids, 20, 7)
    assert first == draw(list(reversed(ids)), 20, 7)
    assert first != draw(ids, 20, 8)
    assert set(first) <= set(draw(ids, 40, 7))
    assert len(set(draw([*ids, "s999"], 20, 7)) & set(first)) >= 19


def test_every_school_is_as_likely_to_be_drawn() -> None:
    ids = [f"s{number}" for number in range(10)]
    counts = dict.fromkeys(ids, 0)
    for seed in range(2000):
        for name in draw(ids, 3, seed):
            counts[name] += 1
    assert all(520 <= count <= 680 for count in counts.values()), counts


def test_visits_have_a_part_by_risk_and_one_by_lot_among_all_others() -> None:
    visits = plan_visits(seen(), Scope(), 2, 3, 1)
    assert tuple(visits.by_risk["school_id"]) == visits.sample.risk
    assert len(visits.sample.drawn) == 3
    assert not set(visits.sample.risk) & set(visits.sample.drawn)
    assert visits.population == 6
    assert visits.sample.drawn == draw(
        [one for one in plan_visits(seen(), Scope(), 8, 0, 1).sample.risk if one not in visits.sample.risk],
        3,
        1,
    )  # the seed draws them again
    assert plan_visits(seen(), Scope(), 0, 0, 1).margin is None
    assert len(plan_visits(seen(), Scope(), 0, 99, 1).sample.drawn) == 8


def test_without_a_number_as_many_are_drawn_as_the_wanted_margin_takes() -> None:
    # The working spread is the declared margin, 3 points: (1,959964 × 3 / 3)² = 3,84 of 8 → 2,6 → 3
    visits = plan_visits(seen(), Scope(), 0, None, 1)
    assert (visits.sample.needed, len(visits.sample.drawn), visits.has_spread) == (3, 3, False)
    # (1,959964 × 3 / 1)² = 34,6 of 8 → 6,5 → 7
    assert plan_visits(seen(), Scope(), 0, None, 1, wanted=1).sample.needed == 7


def test_the_note_prints_the_seed_as_it_is_typed_and_both_margins() -> None:
    note = sample_note(seen(), plan_visits(seen(), Scope(), 2, None, 2024)).html
    assert "với số khởi tạo 2024 " in note
    assert "cần rút 03 trường ngoài các trường theo rủi ro" in note
    assert "Chưa có trường rút ngẫu nhiên nào được thẩm định" in note
    assert "điểm bình quân một trường; một tỉ lệ có sai số tối đa" in note


def test_a_school_is_seen_through_its_terms_beside_its_peers() -> None:
    now = seen()
    terms = terms_of_school(now, "0477202")
    assert terms["title"].unique().tolist() == ["học kỳ I"]
    assert sorted(terms["group_id"]) == ["1", "2", "overall"]
    places = {place.measure_id: place for place in beside_peers(now, "0477202")}
    assert places["group_1"].value == 45.0
    assert len(places["group_1"].others) == 6
    assert places["group_1"].below == 1
    assert "group_1" not in {place.measure_id for place in beside_peers(now, "0477101")}
    ledger = ledger_of(now, "0477202")
    assert ledger["high"].sum() == 116.5
    assert without_copies(findings_of(now, "0477204"))["severity"].tolist() == ["error", "error", "note"]
