"""The ledger and the scores of a term: what each line holds, and totals rebuilt from the ledger alone."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.scoring.score import score_term
from worlds import NOTHING, SCHOOL_OF, conditions_met, crowd, observe, spread, term_of

TH, MN = SCHOOL_OF["th"], SCHOOL_OF["mn"]


@pytest.fixture(scope="module")
def term(reference: Reference) -> TermReference:
    return term_of(reference)


def test_every_scored_school_has_a_line_per_item_and_for_the_points_not_placed(term: TermReference) -> None:
    ledger = score_term(observe(term, {}), term).ledger
    assert set(ledger["school_id"]) == set(SCHOOL_OF.values()) - {MN}
    per_school = ledger.groupby("school_id")["item_id"].agg(list)
    expected = [item.item_id for item in term.indicator_set.groups[0].items]
    expected += [item.item_id for item in term.indicator_set.groups[1].items] + ["2.unallocated"]
    assert all(items == expected for items in per_school)


def test_schools_stand_in_registry_order(term: TermReference) -> None:
    scored = score_term(observe(term, {}), term)
    expected = [school.unit_id for school in term.schools]
    assert list(dict.fromkeys(scored.scores["school_id"])) == expected
    assert list(dict.fromkeys(scored.ledger["school_id"])) == expected[1:]


def test_group_bounds_are_the_sums_of_the_ledger(term: TermReference) -> None:
    answers = {TH: conditions_met(term) | {"q4725_1_7_3.in_use": 1, "materials_listed_count": 30}}
    scored = score_term(observe(term, answers), term)
    sums = scored.ledger.groupby(["school_id", "group_id"])[["low", "high"]].sum()
    groups = scored.scores[(scored.scores["group_id"] != "overall") & scored.scores["low"].notna()]
    for row in groups.itertuples():
        assert (row.low, row.high) == tuple(sums.loc[(row.school_id, row.group_id)])


def test_decimal_points_on_an_edge_sum_to_the_edge(reference: Reference) -> None:
    """6 + 5,5 + 5,6 + … is 50 by hand; added as binary fractions it is a hair less, which would be another level."""
    points = [6.0, 5.5, 5.6, 5.9, 3.4, 8.7, 14.9]
    assert sum(points) < 50
    term = crowd(reference, {"A": "th"})
    verified = [
        VerifiedPoints("A", term.term.term_id, item.item_id, given, "hồ sơ", "tổ", None)
        for item, given in zip(term.indicator_set.groups[0].items, [*points, *[0.0] * 7], strict=True)
    ]
    scores = score_term(observe(term, {"A": conditions_met(term)}), term, verified).scores
    assert scores.iloc[0][["low", "high", "level"]].tolist() == [50, 50, 2]


def test_a_line_names_its_rule_inputs_and_weaker_mark(term: TermReference) -> None:
    observations = observe(term, {TH: {"materials_listed_count": 30, "q4725_1_4.self": 6.5}})
    is_count = (observations["school_id"] == TH) & (observations["field_id"] == "materials_listed_count")
    observations.loc[is_count, ["file", "sheet", "cell"]] = ["a.xlsx", "Chỉ số CĐS", "D12"]
    ledger = score_term(observations, term).ledger.set_index(["school_id", "item_id"])
    line = ledger.loc[(TH, "1.4")]
    assert (line["rule_kind"], line["rule_id"], line["mark"]) == ("count_bands", "qd-4725-2022/1.4", "C")
    inputs = {entry["field_id"]: entry for entry in json.loads(line["inputs"])}
    assert set(inputs) == {"q4725_1_4.self", "q4725_1_4.evidence", "materials_listed_count"}
    assert inputs["materials_listed_count"] == {
        "field_id": "materials_listed_count", "state": "answered", "value": 30.0, "file": "a.xlsx",
        "sheet": "Chỉ số CĐS", "cell": "D12",
    }  # fmt: skip
    assert inputs["q4725_1_4.evidence"]["state"] == "blank"
    assert inputs["q4725_1_4.evidence"]["value"] is None


def test_points_made_of_what_a_system_counts_say_so(term: TermReference) -> None:
    """Only at the school of which the office took a system's figure, and only for points that figures make."""
    item = next(item for item in term.indicator_set.items if item.rule.kind == "count_bands")
    answers = {SCHOOL_OF[level]: conditions_met(term) | {item.rule.fields[0]: 30} for level in ("th", "thcs")}
    observations = observe(term, answers)
    is_taken = (observations["school_id"] == TH) & (observations["field_id"] == item.rule.fields[0])
    observations["note"] = observations["note"].mask(is_taken, "decision:qd-0001;system")
    ledger = score_term(observations, term).ledger
    lines = ledger[ledger["school_id"].isin(answers)].set_index(["school_id", "item_id"])
    assert lines.loc[(TH, item.item_id), "origin"] == "system"
    assert lines.loc[(SCHOOL_OF["thcs"], item.item_id), "origin"] == "computed"
    assert (lines["origin"] == "system").sum() == 1
    assert lines.loc[(TH, item.item_id), "low"] == lines.loc[(SCHOOL_OF["thcs"], item.item_id), "low"]


def test_verified_points_of_another_term_count_nothing(term: TermReference) -> None:
    verified = [VerifiedPoints(TH, "2022-2023-hk2", "1.3.1", 6, "hồ sơ", "tổ", None)]
    ledger = score_term(observe(term, {TH: {}}), term, verified).ledger
    assert ledger["verified_points"].isna().all()


def test_changing_one_answer_changes_that_schools_lines_only(reference: Reference) -> None:
    term = crowd(reference, {"A": "th", "B": "th", "C": "thcs"})
    answers = {name: conditions_met(term) | {"q4725_1_7_3.in_use": 1} for name in "ABC"}
    before = score_term(observe(term, answers), term)
    answers["B"] = answers["B"] | {"q4725_1_7_3.in_use": 0}
    after = score_term(observe(term, answers), term)
    for table in ("ledger", "scores"):
        old, new = getattr(before, table), getattr(after, table)
        changed = old.ne(new).fillna(False).any(axis=1)
        assert set(old.loc[changed, "school_id"]) == {"B"}
    assert before.ledger.ne(after.ledger).fillna(False).any(axis=1).sum() == 1


def test_the_order_of_observations_does_not_matter(term: TermReference) -> None:
    observations = observe(term, {TH: conditions_met(term), SCHOOL_OF["thcs"]: {"q4725_1_7_3.in_use": 1}})
    mixed = observations.sample(frac=1, random_state=7)
    for table in ("ledger", "scores"):
        first, second = (getattr(score_term(given, term), table) for given in (observations, mixed))
        pd.testing.assert_frame_equal(first, second)


def test_a_preschool_has_no_ledger_line_and_no_number(term: TermReference) -> None:
    scored = score_term(observe(term, {MN: {}}), term)
    assert MN not in set(scored.ledger["school_id"])
    rows = scored.scores[scored.scores["school_id"] == MN]
    assert list(rows["group_id"]) == ["1", "2", "overall"]
    assert set(rows["state"]) == {"not_applicable"}
    assert rows[["low", "high", "max_points", "level_low", "level_high", "level"]].isna().all(axis=None)


def test_a_term_of_preschools_alone_scores_nobody(reference: Reference) -> None:
    term = term_of(reference, schools=[MN])
    scored = score_term(observe(term, {MN: {}}), term)
    assert scored.ledger.empty
    assert set(scored.scores["state"]) == {"not_applicable"}


def test_a_set_without_conditions_or_unallocated_points_concludes(term: TermReference) -> None:
    first = term.indicator_set.groups[0]
    bare = replace(first, criteria=tuple(part for part in first.criteria if not part.is_condition))
    simple = replace(term, indicator_set=replace(term.indicator_set, groups=(bare,)))
    verified = spread(term, TH, "1", 60)
    scores = score_term(observe(simple, {TH: {}}), simple, verified).scores
    rows = scores[scores["school_id"] == TH]
    assert rows[["group_id", "level", "conditions"]].to_numpy().tolist() == [
        ["1", 2, "none"],
        ["overall", 2, "none"],
    ]


def test_nothing_to_report_is_no_number(term: TermReference) -> None:
    ledger = score_term(observe(term, {TH: {"materials_listed_count": NOTHING}}), term).ledger
    line = ledger[(ledger["school_id"] == TH) & (ledger["item_id"] == "1.4")].iloc[0]
    assert (line["low"], line["high"], line["reason"]) == (0, 10, "unanswered")
