"""One sentence of the specification at a time: the cases of the .yml files, computed and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.indicators import RULE_KINDS, UNALLOCATED
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.scoring.score import Scored, score_term
from termreview.storage.contracts import REASONS
from worlds import State, Value, conditions_met, crowd, observe, spread, term_of

Case = dict[str, Any]


def load_cases() -> list[Case]:
    """Every case of every file, with the file's kind."""
    cases = []
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if content["kind"] in ("report", "export"):  # a district each, in modules of their own
            continue
        cases += [{"kind": content["kind"], "level": "th", **case} for case in content["cases"]]
    return cases


CASES = load_cases()


def told(value: Any) -> Value:
    """One value of a case as an answer."""
    return State(value["state"]) if isinstance(value, dict) else value


def rows_of(case: Case) -> list[Case]:
    """The single schools of one case: itself, or one for each row of a table of edges."""
    if case["kind"] != "edges":
        return [case]
    return [
        {**case, "pair": (top, bottom), "expect": {"low": low, "high": high}}
        for top, bottom, low, high in case["rows"]
    ]


def school_name(case: Case, number: int) -> str:
    return f"{CASES.index(case):03}-{number:02}"


def item_answers(case: Case, term: TermReference) -> dict[str, Value]:
    """The answers of one school about one item."""
    item = next((item for item in term.indicator_set.items if item.item_id == case["item"]), None)
    answers = {name: told(value) for name, value in case.get("facts", {}).items()}
    if item is not None:
        answers |= {
            item.field(name): told(case[name]) for name in ("in_use", "self", "evidence") if name in case
        }
    if "pair" in case and item is not None:
        top, bottom = case["pair"]
        answers |= {item.rule.numerator: top} | ({} if bottom is None else {item.rule.denominator: bottom})
    return answers


def rulings(case: Case, term: TermReference, name: str) -> list[VerifiedPoints]:
    """What the office verified of one school."""
    if "verified" in case:
        points = float(case["verified"])
        return [VerifiedPoints(name, term.term.term_id, case["item"], points, "hồ sơ", "tổ thẩm định", None)]
    return [
        ruling
        for group_id, points in case.get("points", {}).items()
        for ruling in spread(term, name, group_id, points)
        if ruling.item_id not in case.get("open", ())
    ]


@pytest.fixture(scope="module")
def scored(reference: Reference) -> Scored:
    """All cases scored in one term, a school for each: no case may disturb another."""
    single = {school_name(case, number): row for case in CASES for number, row in enumerate(rows_of(case))}
    term = crowd(reference, {name: case["level"] for name, case in single.items()})
    answers, verified = {}, []
    for name, case in single.items():
        verified += rulings(case, term, name)
        if not case.get("submitted", True):
            continue
        answers[name] = item_answers(case, term) if "item" in case else {}
        if case["kind"] == "group" and case["level"] in term.indicator_set.levels:
            answers[name] |= conditions_met(term)
            answers[name] |= {field: State(state) for field, state in case.get("conditions", {}).items()}
    return score_term(observe(term, answers), term, verified)


def line_of(table: pd.DataFrame, case: Case, number: int = 0) -> pd.Series:
    """The line of one case in the ledger or in the scores."""
    column = "item_id" if "item" in case else "group_id"
    wanted = case.get("item") or case["group"]
    return table[(table["school_id"] == school_name(case, number)) & (table[column] == wanted)].iloc[0]


def assert_expected(row: pd.Series, expected: Case) -> None:
    """Hold one row against what the case expects; `null` expects nothing there."""
    found = {name: None if pd.isna(row[name]) else row[name] for name in expected}
    assert found == expected


def cases_of(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["case"]) for case in CASES if case["kind"] == kind]


@pytest.mark.parametrize("case", cases_of("item"))
def test_item(scored: Scored, case: Case) -> None:
    assert_expected(line_of(scored.ledger, case), case["expect"])


@pytest.mark.parametrize("case", cases_of("group"))
def test_group(scored: Scored, case: Case) -> None:
    assert_expected(line_of(scored.scores, case), case["expect"])


@pytest.mark.parametrize("case", cases_of("edges"))
def test_edges(scored: Scored, case: Case) -> None:
    for number, row in enumerate(rows_of(case)):
        line = line_of(scored.ledger, case, number)
        assert (line["low"], line["high"]) == (row["expect"]["low"], row["expect"]["high"]), row["pair"]


def test_every_case_is_named_once() -> None:
    names = [case["case"] for case in CASES]
    assert len(names) == len(set(names))


def test_every_reason_rule_kind_and_banded_item_has_a_case(reference: Reference) -> None:
    items = {item.item_id: item for item in term_of(reference).indicator_set.items}
    reasons = {case["expect"].get("reason") for case in CASES if case["kind"] == "item"}
    kinds = {items[case["item"]].rule.kind for case in CASES if case.get("item") in items}
    edged = {case["item"] for case in CASES if case["kind"] == "edges"}
    banded = {item_id for item_id, item in items.items() if item.rule.bands}
    assert reasons == set(REASONS)
    assert kinds == set(RULE_KINDS)
    assert edged == banded
    assert any(case.get("item") == f"2.{UNALLOCATED}" for case in CASES)


def test_every_band_edge_has_a_row_on_it_and_beside_it(reference: Reference) -> None:
    for case in (case for case in CASES if case["kind"] == "edges"):
        rule = next(
            item for item in term_of(reference).indicator_set.items if item.item_id == case["item"]
        ).rule
        shares = [
            top * (rule.scale if bottom else 1) / (bottom or 1)
            for top, bottom, *_ in case["rows"]
            if bottom != 0
        ]
        for band in rule.bands_of(case["level"]):
            assert any(share == pytest.approx(band.start) for share in shares) or band.start == 0, band
            assert any(share > band.start for share in shares), band
