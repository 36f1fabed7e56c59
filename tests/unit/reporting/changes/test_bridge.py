"""What changed since a report was handed out: each variance is split into causes whose parts add up to it exactly."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from report_world import build_tables, reference, report

from termreview.reference.declarations import Reference
from termreview.reference.kinds.decisions import Decision
from termreview.reference.kinds.indicators import Criterion, Group, Item
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.reporting.changes.bridge import (
    CORRECTION,
    DECISION,
    IN_PLACE,
    LATE,
    PROGRAM,
    RULE,
    build_bridge,
    changes_between,
)
from termreview.reporting.changes.bridge_figures import Figure, exact, figures_of
from termreview.reporting.changes.comparison import Comparison
from termreview.reporting.changes.issued import opening
from termreview.reporting.changes.variance_texts import step_text
from termreview.reporting.changes.variances import Variance, figures_along, printed, variances_of
from termreview.reporting.records.issued import Issue
from termreview.reporting.term.term_tables import State, TermTables
from termreview.scoring.score import score_term
from termreview.storage.contracts import shaped
from worlds import HK1, term_of

SCHOOLS = ("0477201", "0477202", "0477301", "0477401")
FIRST, OTHER, THIRD, LAST = SCHOOLS
ACCOUNTS, PUPILS, POINTS = "teachers_online_account_count", "pupils_count.total", "q4725_2_3_2.self"
Cell = tuple[str, str]


@dataclass(frozen=True)
class World:
    """What came of each school, what was answered otherwise, what the office ruled, by which rules."""

    files: Mapping[
        str, str
    ]  # school -> hash of the file that counts; with "!" it lies under the name of the first
    answers: Mapping[Cell, float]
    decisions: Mapping[str, tuple[Cell, float]]  # id -> the cell and its ruled answer
    verified: Mapping[Cell, float]
    is_harder: bool = False


START = World(dict.fromkeys(SCHOOLS, "one"), {}, {}, {})


def base_tables() -> TermTables:
    return _base()


@cache
def _base() -> TermTables:
    return build_tables(term_of(reference(), schools=SCHOOLS), fate="on_time")


@cache
def silent_tables() -> TermTables:
    return build_tables(term_of(reference(), schools=SCHOOLS), fate="missing")


def state_of(world: World) -> State:
    """One state of the term, built from nothing but what the world says."""
    rules = rules_of(world)
    declared = term_of(rules, schools=SCHOOLS)
    full, bare = base_tables().observations, silent_tables().observations
    is_in = full["school_id"].isin(world.files)
    columns = {name: full[name].mask(~is_in, bare[name]) for name in full.columns}
    answers = full.assign(**columns)
    keys = list(zip(answers["school_id"], answers["field_id"], strict=True))
    place = {key: number for number, key in enumerate(keys)}
    ruled = {cell: (name, value) for name, (cell, value) in world.decisions.items()}
    for cell, value in world.answers.items():
        _answer(answers, place[cell], value, None)
    for cell, (name, value) in ruled.items():
        _answer(answers, place[cell], value, f"decision:{name}")
    observed = shaped("observations", answers)
    submissions = base_tables().submissions
    submissions = submissions[submissions["school_id"].isin(world.files)]
    hashes = [f"{school_id} {world.files[school_id]}" for school_id in submissions["school_id"]]
    names = [told.replace(" ", "-").partition("!")[0] + ".xlsx" for told in hashes]
    scored = score_term(observed, declared, rules.verified)
    findings = base_tables().findings
    tables = TermTables(
        submissions.assign(sha256=hashes, file=names).reset_index(drop=True),
        observed,
        findings[findings["school_id"].isin(world.files)].reset_index(drop=True),
        scored.ledger,
        scored.scores,
    )
    return State(rules, declared, tables)


def _answer(answers: pd.DataFrame, place: int, value: float, note: str | None) -> None:
    if answers["state"].iat[place] != "not_submitted":
        for name, told in (("state", "answered"), ("value_number", value), ("note", note)):
            answers.loc[place, name] = told


def rules_of(world: World) -> Reference:
    day = datetime.date(2024, 2, 1)
    decisions = tuple(
        Decision(name, HK1, "cell", *cell, "", "", "correct", str(value), "kiểm tra", "tổ", day)
        for name, (cell, value) in sorted(world.decisions.items())
    )
    verified = tuple(
        VerifiedPoints(school_id, HK1, item_id, points, "hồ sơ", "tổ", None)
        for (school_id, item_id), points in sorted(world.verified.items())
    )
    told = f"{decisions} {verified} {world.is_harder}"
    rules = replace(reference(), decisions=decisions, verified=verified, fingerprint=told)
    if not world.is_harder:
        return rules
    sets = {name: replace(found, groups=tuple(map(_harder, found.groups))) for name, found in rules.indicator_sets.items()}  # fmt: skip
    return replace(rules, indicator_sets=sets)


def _harder(group: Group) -> Group:
    """The group with no points below the top band of each of its bands."""

    def item(found: Item) -> Item:
        bands = found.rule.bands
        eased = tuple(replace(band, low=0.0, high=0.0) for band in bands[:-1]) + bands[-1:]
        return replace(found, rule=replace(found.rule, bands=eased))

    def criterion(found: Criterion) -> Criterion:
        return replace(found, items=tuple(item(own) for own in found.items))

    return replace(group, criteria=tuple(map(criterion, group.criteria)))


def moves_between(first: World, second: World) -> list[Variance]:
    return variances_of(figures_along(build_bridge(state_of(first), state_of(second)), (PUPILS,)))


def causes(variances: Sequence[Variance]) -> set[str]:
    return {cause for variance in variances for cause in variance.causes}


# ------------------------------------------------------------------------------------ one cause alone


@pytest.mark.parametrize(
    ("first", "second", "cause"),
    [
        (
            replace(START, files={name: "one" for name in SCHOOLS if name != LAST}),
            START,
            LATE,
        ),
        (
            START,
            replace(START, files={**START.files, OTHER: "two"}, answers={(OTHER, ACCOUNTS): 1.0}),
            CORRECTION,
        ),
        (START, replace(START, files={name: "one" for name in SCHOOLS if name != LAST}), IN_PLACE),
        (
            START,
            replace(START, files={**START.files, OTHER: "one!edited"}, answers={(OTHER, ACCOUNTS): 1.0}),
            IN_PLACE,
        ),
        (START, replace(START, decisions={"d1": ((FIRST, ACCOUNTS), 1.0)}), DECISION),
        (replace(START, decisions={"d1": ((FIRST, ACCOUNTS), 1.0)}), START, DECISION),
        (START, replace(START, verified={(FIRST, "2.3.2"): 1.0}), DECISION),
        (START, replace(START, is_harder=True), RULE),
        # The file is the same and no decision speaks of the cell: it is read otherwise.
        (START, replace(START, answers={(FIRST, ACCOUNTS): 1.0}), RULE),
    ],
)
def test_one_cause_alone_has_every_part(first: World, second: World, cause: str) -> None:
    variances = moves_between(first, second)
    assert causes(variances) == {cause}
    assert all(variance.parts[cause] == variance.amount for variance in variances)


def test_nothing_moves_where_nothing_changed() -> None:
    assert moves_between(START, START) == []


def test_a_decision_that_stood_before_goes_with_the_new_file() -> None:
    """The school sends another file; the office's ruling on one cell holds in both: no variance of decisions."""
    ruled = replace(START, decisions={"d1": ((FIRST, ACCOUNTS), 1.0)})
    second = replace(ruled, files={**START.files, FIRST: "two"}, answers={(FIRST, POINTS): 0.5})
    assert causes(moves_between(ruled, second)) == {CORRECTION}


def test_the_same_ruling_under_another_number_is_no_new_ruling() -> None:
    first = replace(START, decisions={"d1": ((FIRST, ACCOUNTS), 1.0)})
    second = replace(START, decisions={"d9": ((FIRST, ACCOUNTS), 1.0)})
    assert moves_between(first, second) == []


def test_a_new_ruling_on_a_late_file_is_a_decision_of_its_own() -> None:
    first = replace(START, files={name: "one" for name in SCHOOLS if name != LAST})
    second = replace(START, decisions={"d1": ((LAST, ACCOUNTS), 1.0)})
    found = {variance.key: variance for variance in moves_between(first, second)}
    standing = found[LAST, "standing", "", "1"]
    assert standing.steps[0].cause == LATE
    ratio = found["", "ratios", "teachers_online_account", ""]
    assert ratio.parts[DECISION] != 0
    received = found["", "reporting", "received", ""]
    assert {cause: part for cause, part in received.parts.items() if part} == {LATE: 1}


def test_a_file_that_only_an_alias_brought_in_counts_as_a_decision() -> None:
    """It was there before, of an unknown school; the office has said whose it is."""
    first = state_of(replace(START, files={name: "one" for name in SCHOOLS if name != LAST}))
    unknown = (
        base_tables()
        .submissions.iloc[[-1]]
        .assign(school_id=None, fate="refused", reason_code="unknown_school", sha256=f"{LAST} one")
    )
    known = pd.concat([first.tables.submissions, unknown], ignore_index=True)
    first = replace(first, tables=replace(first.tables, submissions=known))
    alias = Decision("a1", HK1, "file", LAST, "*", "", "Trường nào đó", "alias", "", "hỏi trường", "tổ", None)
    second = state_of(START)
    named = replace(second.reference, decisions=(alias,), fingerprint="alias")
    second = replace(second, reference=named)
    assert changes_between(first, second).files == {LAST: DECISION}
    assert causes(variances_of(figures_along(build_bridge(first, second)))) == {DECISION}
    without = state_of(START)
    assert changes_between(first, without).files == {LAST: RULE}


def test_a_school_that_leaves_the_list_leaves_by_a_rule() -> None:
    first, second = state_of(START), state_of(START)
    fewer = replace(second.declared, schools=second.declared.schools[:-1])
    kept = {name: frame[frame["school_id"] != LAST].reset_index(drop=True) for name, frame in vars(second.tables).items()}  # fmt: skip
    second = State(replace(second.reference, fingerprint="fewer"), fewer, TermTables(**kept))
    variances = variances_of(figures_along(build_bridge(first, second)))
    assert causes(variances) == {RULE}
    gone = next(variance for variance in variances if variance.key == (LAST, "standing", "", "1"))
    assert gone.after == Figure()


def test_what_another_version_of_the_program_makes_of_the_same_is_told_apart() -> None:
    first = state_of(START)
    other = first.tables.ledger["item_id"] == "1.3.1"
    ledger = first.tables.ledger.assign(low=first.tables.ledger["low"].mask(other, 0.0))
    scores = first.tables.scores
    older = scores.assign(low=scores["low"].mask(scores["group_id"] == "1", 0.0))
    first = replace(first, tables=replace(first.tables, ledger=ledger, scores=older))
    variances = variances_of(figures_along(build_bridge(first, state_of(START))))
    assert causes(variances) == {PROGRAM}


# ------------------------------------------------------------------------------- all causes together

WORLDS = st.builds(
    World,
    files=st.dictionaries(st.sampled_from(SCHOOLS), st.sampled_from(["one", "two"]), min_size=1),
    answers=st.dictionaries(
        st.tuples(st.sampled_from(SCHOOLS), st.sampled_from([ACCOUNTS, PUPILS])),
        st.integers(0, 40).map(float),
        max_size=3,
    ),
    decisions=st.dictionaries(
        st.sampled_from(["d1", "d2"]),
        st.tuples(
            st.tuples(st.sampled_from(SCHOOLS), st.sampled_from([ACCOUNTS, PUPILS])),
            st.integers(0, 40).map(float),
        ),
    ),
    verified=st.dictionaries(
        st.tuples(st.sampled_from(SCHOOLS), st.sampled_from(["2.3.2", "1.4"])),
        st.integers(0, 12).map(lambda value: value / 2),
        max_size=2,
    ),
    is_harder=st.booleans(),
)


@settings(max_examples=10, deadline=None)
@given(first=WORLDS, second=WORLDS)
def test_the_parts_of_every_move_add_up_exactly(first: World, second: World) -> None:
    told = figures_along(build_bridge(state_of(first), state_of(second)), (PUPILS,))
    for variance in variances_of(told):
        assert sum(variance.parts.values()) == (variance.after.value or 0) - (variance.before.value or 0)
        assert variance.parts[PROGRAM] == 0  # both were scored by this program
        for decimals in (0, 1, 6):
            parts = variance.printed_parts(decimals)
            ends = [printed(figure.value, decimals) for figure in (variance.before, variance.after)]
            assert sum(parts.values(), Decimal(0)) == ends[1] - ends[0]
        words = [variance.before.word, *(step.after for step in variance.steps)]
        assert words[-1] == variance.after.word
        assert all(step.before == word for step, word in zip(variance.steps, words, strict=False))


def test_a_figure_that_moved_there_and_back_is_told() -> None:
    key = ("", "reporting", "received", "")
    path = [("", 1), (LATE, 2), (CORRECTION, 1)]
    variances = variances_of([(cause, {key: Figure(Fraction(value))}) for cause, value in path])
    assert [variance.parts[LATE] for variance in variances] == [1]
    assert variances[0].amount == 0


def test_rounded_parts_add_up_to_the_rounded_move() -> None:
    """A third and a third: 0,3 and 0,3 would make 0,7 of it; printed are the steps between printed values."""
    key = ("", "tasks", "", "")
    path = [("", Fraction(0)), (LATE, Fraction(1, 3)), (CORRECTION, Fraction(2, 3))]
    (variance,) = variances_of([(cause, {key: Figure(value)}) for cause, value in path])
    parts = variance.printed_parts(1)
    assert (parts[LATE], parts[CORRECTION]) == (Decimal("0.3"), Decimal("0.4"))


def test_figures_are_those_that_the_report_prints() -> None:
    world = report(HK1)
    state = State(world.reference, world.declared, world.term.tables)
    found = figures_of(state, (PUPILS,))
    sums = world.summaries
    pupils = sums.statistics[(sums.statistics["field_id"] == PUPILS) & (sums.statistics["scope"] == "all")]
    assert found["", "sizes", PUPILS, ""].value == exact(pupils["value"].item())
    ratios = sums.ratios[sums.ratios["scope"] == "all"]
    for ratio_id, numerator, value in zip(
        ratios["ratio_id"], ratios["numerator"], ratios["value"], strict=True
    ):
        figure = found["", "ratios", ratio_id, ""]
        assert figure.numerator == exact(numerator)
        assert float(figure.value or 0) == pytest.approx(value)
    levels = sums.levels[(sums.levels["scope"] == "all") & (sums.levels["group_id"] == "1")].iloc[0]
    assert found["", "levels", "level_2", "1"].value == levels["level_2_count"]
    received = sums.reporting["state"].isin(["on_time", "late"]).sum()
    assert found["", "reporting", "received", ""].value == received


def test_a_level_below_its_points_says_why_beside_the_change() -> None:
    """The page of changes printed “mức 2 → mức 1” of a school whose points had risen."""
    key, world = (FIRST, "standing", "", "1"), report(HK1)
    path = [("", {key: Figure(word="level_2")}), (RULE, {key: Figure(word="level_1", held_by="1.2")})]
    (variance,) = variances_of(path)
    assert step_text(world, variance.steps[0]) == "Mức 2 → Mức 1 do chưa đạt điều kiện 1.2"
    figures = figures_of(State(world.reference, world.declared, world.term.tables), ())
    held = {
        (row["school_id"], row["group_id"]): row["held_by"] if isinstance(row["held_by"], str) else ""
        for row in world.summaries.standings.to_dict("records")
    }
    assert any(held.values())
    assert {
        (key[0], key[3]): figure.held_by for key, figure in figures.items() if key[1] == "standing"
    } == held


def test_a_comparison_says_nothing_changed_only_where_no_printed_figure_did() -> None:
    """The term before came later: its figures are printed beside those of the term, which are as they were."""
    told = report("2023-2024-hk2")
    issue = Issue(1, Path(), {"as_of": "2024-06-01", "status": "final"}, Path())
    comparison = Comparison(issue, None, told.as_of, (), {}, {}, {}, ())
    assert opening(told, comparison).startswith("Không có số liệu chung")
    assert opening(told, comparison, 321).startswith("Số liệu, điểm và mức độ của kỳ này không thay đổi")
    assert "321 số liệu khác trong báo cáo thay đổi" in opening(told, comparison, 321)


def test_no_count_of_none_is_told_where_only_schools_or_only_totals_changed() -> None:
    told = report("2023-2024-hk2")
    of_school, of_all = ((FIRST, "points", "", "1"), ("", "reporting", "received", ""))
    for key, said in (
        (of_school, "có điểm, mức độ của 01 trường thay đổi; số liệu chung không thay đổi."),
        (of_all, "có 01 số liệu chung thay đổi; điểm"),
    ):
        moved = variances_of(
            [("", {key: Figure(value=Fraction(1))}), (RULE, {key: Figure(value=Fraction(2))})]
        )
        for later in (None, Issue(2, Path(), {"as_of": "2024-06-02", "status": "final"}, Path())):
            issue = Issue(1, Path(), {"as_of": "2024-06-01", "status": "final"}, Path())
            text = opening(told, Comparison(issue, later, told.as_of, tuple(moved), {}, {}, {}, ()))
            assert said in text
            assert "00 " not in text
            assert " 0 " not in text
