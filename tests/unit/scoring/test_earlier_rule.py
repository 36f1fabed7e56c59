"""A term's points by the rules of an earlier index: what can be reckoned is, nothing else is guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.indicators import Band, IndicatorSet, Item
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.scoring.earlier_rule import sure_points_by
from termreview.scoring.score import score_term
from worlds import Answers, crowd, observe

STRICTER = (Band(0, False, 0, 0), Band(60, False, 2, 2), Band(90, False, 7, 7))


@pytest.fixture(scope="module")
def term(reference: Reference) -> TermReference:
    return crowd(reference, {"A": "th", "B": "th"})


def changed(index: IndicatorSet, item_id: str, **values: object) -> IndicatorSet:
    """An index in which one item was another one."""

    def item(own: Item) -> Item:
        return replace(own, **values) if own.item_id == item_id else own  # type: ignore[arg-type]

    groups = [
        replace(
            group, criteria=tuple(replace(one, items=tuple(map(item, one.items))) for one in group.criteria)
        )
        for group in index.groups
    ]
    return replace(index, set_id="earlier", groups=tuple(groups))


def points(term: TermReference, earlier: IndicatorSet, answers: dict[str, Answers], verified: tuple[VerifiedPoints, ...] = ()) -> dict[tuple[str, str], float]:  # fmt: skip
    observations = observe(term, answers)
    found = sure_points_by(earlier, term, observations, score_term(observations, term, verified).ledger)
    return {(row["school_id"], row["group_id"]): row["low"] for row in found.to_dict("records")}


def rule_of(term: TermReference, item_id: str, bands: tuple[Band, ...]) -> object:
    item = next(item for item in term.indicator_set.items if item.item_id == item_id)
    return replace(item.rule, bands=bands)


ANSWERS: Answers = {
    "teachers_online_account_count": 14,
    "teachers_count.total": 20,
    "q4725_1_6_1.self": 7,
}  # 70 %: 7 points


def test_an_index_that_is_the_same_gives_the_same_points(term: TermReference) -> None:
    found = points(term, term.indicator_set, {"A": ANSWERS})
    assert found["A", "1"] == 7
    assert found["A", "2"] == 0


def test_stricter_bands_give_what_the_facts_give_by_them(term: TermReference) -> None:
    earlier = changed(term.indicator_set, "1.6.1", rule=rule_of(term, "1.6.1", STRICTER))
    assert points(term, earlier, {"A": ANSWERS})["A", "1"] == 2


def test_what_a_denied_claim_loses_today_it_loses_by_the_earlier_rule_too(term: TermReference) -> None:
    earlier = changed(term.indicator_set, "1.6.1", rule=rule_of(term, "1.6.1", STRICTER))
    modest = {**ANSWERS, "q4725_1_6_1.self": 6}  # facts give 7: a point is not sure
    assert points(term, earlier, {"A": modest})["A", "1"] == 1


def test_a_verified_point_counts_as_much_less_by_the_earlier_rule(term: TermReference) -> None:
    earlier = changed(term.indicator_set, "1.6.1", rule=rule_of(term, "1.6.1", STRICTER))
    ruling = VerifiedPoints("A", term.term.term_id, "1.6.1", 4, "hồ sơ", "tổ", None)
    assert points(term, earlier, {"A": ANSWERS}, (ruling,))["A", "1"] == 0  # 2 - 3, never below 0


def test_a_claim_up_to_another_maximum_cannot_be_reckoned_so_its_group_has_none(term: TermReference) -> None:
    earlier = changed(term.indicator_set, "1.3.1", max_points=10.0)
    found = points(term, earlier, {"A": ANSWERS})
    assert ("A", "1") not in found
    assert ("A", "2") in found


def test_a_fact_that_is_no_longer_asked_cannot_be_reckoned(term: TermReference) -> None:
    rule = replace(rule_of(term, "1.6.1", STRICTER), numerator="teachers_who_left_count")  # type: ignore[type-var]
    assert ("A", "1") not in points(term, changed(term.indicator_set, "1.6.1", rule=rule), {"A": ANSWERS})
