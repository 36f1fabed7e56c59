"""One failed check at one cell: every kind of check, on answers that are there and on answers that are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from intake_world import COMBINED, HK2, PRESCHOOL, PRIMARY, SECONDARY, answers_of, declared, reference, school

from termreview.intake.checks.answer_grid import gather_answers
from termreview.intake.checks.checks import Failure, run_checks as run_checks_on
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import Check
from termreview.reference.kinds.forms import Field
from termreview.storage.contracts import CONTRACTS, shaped

STATES = ("blank", "unreadable", "nothing_to_report", "not_applicable")
Changes = Mapping[str, object]


@cache
def complete(school_id: str, term_id: str) -> pd.DataFrame:
    """The observations of one school with complete answers."""
    answers = answers_of(school_id, term_id)
    rows = [
        _row(field, answers[field.field_id]) | {"school_id": school_id, "term_id": term_id}
        for field in layout_fields(school_id, term_id)
    ]
    return shaped("observations", pd.DataFrame(rows)).set_index("field_id", drop=False)


def observed(changes: Changes, school_id: str = PRESCHOOL, term_id: str = "2023-2024-hk1") -> pd.DataFrame:
    """The observations of one school with complete answers, some of them changed."""
    frame = complete(school_id, term_id).copy()
    fields = {field.field_id: field for field in layout_fields(school_id, term_id)}
    for field_id, value in changes.items():
        row = _row(fields[field_id], value)
        for column in ("state", "value_number", "value_text"):
            frame.loc[field_id, column] = row[column]
    return frame.reset_index(drop=True)


@cache
def layout_fields(school_id: str, term_id: str) -> tuple[Field, ...]:
    term = declared(term_id)
    return term.form.fields_for(school(school_id, term_id).level, term.term.part)


def _row(field: Field, value: object) -> dict[str, object]:
    state = value if value in STATES else "answered"
    is_number = state == "answered" and (field.is_numeric or field.kind == "yes_no")
    return dict.fromkeys(CONTRACTS["observations"].columns) | {
        "field_id": field.field_id, "state": state, "found_by": "address",
        "value_number": {"yes": 1.0, "no": 0.0}.get(str(value), value) if is_number else None,
        "value_text": None if is_number or state != "answered" else str(value),
    }  # fmt: skip


def check(
    kind: str, fields: str, against: str = "", low: str = "", high: str = "", terms: str = "*"
) -> Check:
    return Check(
        "checked", kind, "error", tuple(fields.split(";")), tuple(filter(None, against.split(";"))), low, high,
        ("*",), (terms,), "", "", "", "A",
    )  # fmt: skip


def failures(
    rule: Check, changes: Changes, previous: Changes | None = None, school_id: str = PRESCHOOL
) -> list[Failure]:
    term = replace(declared(), checks=(rule,))
    before = None if previous is None else observed(previous, school_id)
    return run_checks(observed(changes, school_id), before, term)


def run_checks(
    observations: pd.DataFrame, previous: pd.DataFrame | None, term: TermReference
) -> list[Failure]:
    return run_checks_on(gather_answers(observations, previous, term), term)


def said(found: list[Failure]) -> list[tuple[str, str, str]]:
    return [(failure.field_id, failure.found, failure.expected) for failure in found]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(9, []), (10, []), (11, [("computers_count", "11", "1–10")]), (0, [("computers_count", "0", "1–10")])],
)
def test_range(value: int, expected: list[tuple[str, str, str]]) -> None:
    rule = check("range", "computers_count", low="1", high="10")
    assert said(failures(rule, {"computers_count": value})) == expected


def test_range_with_one_limit_says_so() -> None:
    assert said(failures(check("range", "computers_count", high="10"), {})) == [
        ("computers_count", "40", "≤ 10")
    ]
    assert said(failures(check("range", "computers_count", low="1000"), {})) == [
        ("computers_count", "40", "≥ 1.000")
    ]


def test_range_looks_at_each_of_its_fields() -> None:
    rule = check("range", "computers_count;computers_antivirus_count", high="10")
    assert [field_id for field_id, _, _ in said(failures(rule, {}))] == [
        "computers_count",
        "computers_antivirus_count",
    ]


def test_at_most_compares_sums() -> None:
    rule = check("at_most", "staff_briefed_privacy_count", "managers_count.total;teachers_count.total")
    assert said(failures(rule, {"staff_briefed_privacy_count": 22})) == []
    assert said(failures(rule, {"staff_briefed_privacy_count": 23})) == [
        ("staff_briefed_privacy_count", "23", "22")
    ]


def test_at_most_goes_through_the_columns_of_a_grid() -> None:
    rule = check("at_most", "pupils_girls_count.*", "pupils_count.*")
    found = failures(rule, {"pupils_girls_count.a2": 51, "pupils_girls_count.a6": 60})
    assert said(found) == [("pupils_girls_count.a2", "51", "50"), ("pupils_girls_count.a6", "60", "50")]
    assert found[0].label.startswith("Trong đó: nữ – ")


def test_sum_equals_recomputes_a_total_from_its_parts() -> None:
    rule = check("sum_equals", "pupils_count.total", "pupils_count.grades")
    assert said(failures(rule, {})) == []
    assert said(failures(rule, {"pupils_count.a1": 51})) == [("pupils_count.total", "300", "301")]
    assert said(failures(rule, {"pupils_count.total": 1445})) == [("pupils_count.total", "1.445", "300")]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "rule",
    [
        check("at_most", "pupils_girls_count.a1", "pupils_count.a1"),
        check("sum_equals", "pupils_count.total", "pupils_count.grades"),
        check("ratio_within", "pupils_dropout_count", "pupils_count.a1", "0", "0.01"),
        check("change_within", "pupils_count.a1", low="0.9", high="1.1"),
    ],
    ids=lambda rule: rule.kind,
)
def test_a_check_is_silent_where_an_answer_is_missing(rule: Check, state: str) -> None:
    changes = {"pupils_count.a1": state, "pupils_girls_count.a1": 60, "pupils_dropout_count": 50}
    assert failures(rule, changes, previous={"pupils_count.a1": 10}) == []


@pytest.mark.parametrize(
    ("status", "answer", "is_failed"),
    [
        ("done", "blank", True),
        ("done", "nothing_to_report", True),
        ("done", "unreadable", False),
        ("done", "not_applicable", False),
        ("done", "48/KH-PM", False),
        ("under_way", "blank", False),
        ("blank", "blank", False),
        ("unreadable", "blank", False),
    ],
)
def test_required_if(status: str, answer: str, is_failed: bool) -> None:
    rule = check("required_if", "plan_number", "plan_status", low="done")
    found = failures(rule, {"plan_status": status, "plan_number": answer})
    assert [failure.field_id for failure in found] == ["plan_number"] * is_failed


@pytest.mark.parametrize(("answer", "is_failed"), [("yes", True), ("no", False), ("blank", False)])
def test_required_if_a_yes_no_question_says_yes(answer: str, is_failed: bool) -> None:
    rule = check("required_if", "website_posts_count", "has_website", low="yes")
    assert bool(failures(rule, {"has_website": answer, "website_posts_count": "blank"})) == is_failed


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        ("done", 0, [("training_courses_count", "0", "> 0")]),
        ("done", 1, []),
        ("done", "blank", []),
        ("not_started", 0, []),
    ],
)
def test_positive_if(status: str, value: object, expected: list[tuple[str, str, str]]) -> None:
    rule = check("positive_if", "training_courses_count", "training_status", low="done")
    assert said(failures(rule, {"training_status": status, "training_courses_count": value})) == expected


@pytest.mark.parametrize(
    ("dropout", "expected"),
    [
        (15, []),
        (16, [("pupils_dropout_count", "0,053", "0–0,05")]),
        (60, [("pupils_dropout_count", "0,2", "0–0,05")]),
    ],
)
def test_ratio_within_shows_a_ratio_that_lies_outside(
    dropout: int, expected: list[tuple[str, str, str]]
) -> None:
    rule = check("ratio_within", "pupils_dropout_count", "pupils_count.total", "0", "0.05")
    assert said(failures(rule, {"pupils_dropout_count": dropout})) == expected


def test_ratio_within_says_nothing_of_nothing_by_nothing() -> None:
    rule = check("ratio_within", "pupils_dropout_count", "pupils_count.total", "0", "0.05")
    assert failures(rule, {"pupils_count.total": 0, "pupils_dropout_count": 0}) == []


def test_money_for_no_devices_is_asked_about() -> None:
    """A ratio to zero was silent, whatever stood above it."""
    money, devices = "equipment_bought_vnd", "equipment_bought_count"
    bought = {money: 25_000_000, devices: 0}
    assert said(failures(check("ratio_within", money, devices, "50000", "200000000"), bought)) == [
        (money, "25.000.000 : 0", "50.000–200.000.000")
    ]
    assert failures(check("ratio_within", money, devices, "50000"), bought) == []  # above no limit


@pytest.mark.parametrize(
    ("moved", "code"),
    [
        ({"pupils_girls_count.total": 0}, "girls_share_plausible"),
        ({"pupils_disabled_count.total": 298}, "disabled_share_plausible"),
    ],
)
def test_a_column_pasted_a_row_too_high_is_asked_about(moved: Changes, code: str) -> None:
    """No girl among 300 pupils, nearly all of them disabled: within every total, and senseless."""
    found = run_checks(observed(moved), observed({}), declared())
    assert [failure for failure in found if failure.check.check_code == code] != []


@pytest.mark.parametrize(("now", "is_failed"), [(150, False), (149, True), (600, False), (601, True)])
def test_change_within(now: int, is_failed: bool) -> None:
    rule = check("change_within", "pupils_count.total", low="0.5", high="2")
    found = failures(rule, {"pupils_count.total": now}, previous={})
    assert said(found) == [("pupils_count.total", str(now), "300")] * is_failed


def test_change_within_is_silent_without_a_term_before() -> None:
    rule = check("change_within", "pupils_count.total", low="0.5", high="2")
    assert failures(rule, {"pupils_count.total": 1}) == []
    assert failures(rule, {"pupils_count.total": 1}, previous={"pupils_count.total": "blank"}) == []
    assert failures(rule, {"pupils_count.total": 1}, previous={"pupils_count.total": 0}) == []
    strangers = observed({}, PRIMARY)
    term = replace(declared(), checks=(rule,))
    assert run_checks(observed({"pupils_count.total": 1}), strangers, term) == []


@pytest.mark.parametrize(
    ("moved", "share", "found"),
    [(0, "0.9", "13/13 (100%)"), (1, "0.9", "12/13 (92%)"), (2, "0.9", ""), (1, "1", "")],
)
def test_unchanged_asks_when_enough_of_a_section_is_last_terms(moved: int, share: str, found: str) -> None:
    rule = check("unchanged", "@S3", low=share, high="10")
    names = [
        field.field_id for field in layout_fields(PRESCHOOL, "2023-2024-hk1") if field.section_id == "S3"
    ]
    answers = {name: number for number, name in enumerate(names, start=1)}
    answers[names[-1]], answers[names[-2]] = 0, 0  # zero then and now is not compared
    before = answers | {name: 99 for name in names[:moved]}
    told = failures(rule, answers, previous=before)
    assert [(failure.found, failure.compared) for failure in told] == [(found, (names[0],))] * bool(found)


def test_unchanged_needs_its_fewest_numbers_and_a_term_before() -> None:
    for fewest, expected in (("4", 1), ("5", 0)):
        rule = check("unchanged", "@S2", low="1", high=fewest)
        assert len(failures(rule, {}, previous={})) == expected
        assert failures(rule, {}) == []


def test_a_report_that_is_last_terms_as_a_whole_is_asked_about_once() -> None:
    rules = [check("unchanged", fields, low="1", high="4") for fields in ("@S2", "@*", "@S3")]
    term = replace(declared(), checks=tuple(rules))
    found = run_checks(observed({}), observed({}), term)
    assert [failure.check.fields for failure in found] == [("@*",)]
    found = run_checks(observed({"computers_count": 41}), observed({}), term)
    assert [failure.check.fields for failure in found] == [("@S2",), ("@S3",)]


def test_a_check_leaves_out_what_a_level_is_not_asked() -> None:
    assert failures(check("range", "parents_count", high="0"), {}, school_id=PRESCHOOL) == []
    assert failures(check("range", "parents_count", high="0"), {}, school_id=PRIMARY) != []


def test_a_check_of_the_other_term_is_not_applied() -> None:
    assert failures(check("range", "computers_count", high="0", terms="hk2"), {}) == []


@pytest.mark.parametrize("term_id", ["2023-2024-hk1", HK2.term_id])
def test_complete_answers_pass_every_declared_check(term_id: str) -> None:
    for unit in declared(term_id).schools:
        observations = observed({}, unit.unit_id, term_id)
        before = observations.assign(
            value_number=observations["value_number"] * 0.9
        )  # a term with less of all
        assert said(run_checks(observations, before, declared(term_id))) == []


RULES = reference().checks["cv407-2023"]


@pytest.mark.parametrize("rule", RULES, ids=[rule.check_code for rule in RULES])
def test_every_declared_check_can_fail_and_speaks_a_whole_sentence(rule: Check) -> None:
    found = next(_provoked(rule), None)
    assert found is not None
    words = {"label": found.label, "found": found.found, "expected": found.expected}
    text = rule.message.format_map(words)
    assert text.endswith(".")
    assert not any(scrap in text for scrap in ("{", '""', "()", "  ", ": .", "nan", "là ,"))


def _provoked(rule: Check) -> Iterator[Failure]:
    """The failures of one check when its first field is far too high, far too low or blank."""
    for term_id in ("2023-2024-hk1", HK2.term_id):
        schools = tuple(school(name, term_id) for name in (PRESCHOOL, PRIMARY, SECONDARY, COMBINED))
        term = replace(declared(term_id), checks=(rule,), schools=schools)
        for unit in schools:
            fields = {field.field_id: field for field in layout_fields(unit.unit_id, term_id)}
            for left, _ in rule.expanded(fields)[:1]:
                for value in (10**9, 0, "blank"):
                    torn = observed({left[0]: value}, unit.unit_id, term_id)
                    peers = [replace(unit, unit_id=f"{unit.unit_id}-{number}") for number in range(8)]
                    known = complete(unit.unit_id, term_id).reset_index(drop=True)
                    all_of = [torn, *(known.assign(school_id=peer.unit_id) for peer in peers)]
                    among = replace(term, schools=(*schools, *peers))
                    yield from run_checks(pd.concat(all_of), known, among)


def test_outlier_needs_eight_peers_and_names_the_usual_range() -> None:
    unit = school(PRESCHOOL)
    rule = replace(check("outlier", "computers_count", "pupils_count.total", "2", "4"), severity="query")
    for count, expected in ((6, []), (7, [("computers_count", "133,333333", "0,067–0,27")])):
        peers = [replace(unit, unit_id=f"{PRESCHOOL}-{number}") for number in range(count)]
        term = replace(declared(), checks=(rule,), schools=(unit, *peers))
        known = [observed({}).assign(school_id=peer.unit_id) for peer in peers]
        found = run_checks(pd.concat([observed({"computers_count": 40_000}), *known]), None, term)
        assert [name for name, _, _ in said(found)] == [name for name, _, _ in expected]
        assert [usual for _, _, usual in said(found)] == [usual for _, _, usual in expected]
