"""Small counts stay hidden: a reader with a solver and every published report does not get them back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from disclosure_world import FEW, Reader, reports_of, with_counts
from report_world import tables_of

from termreview.errors import DeclarationError
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.kinds.disclosure import Disclosure
from termreview.reporting.editions import suppression_blocks
from termreview.reporting.editions.atoms import Atom
from termreview.reporting.editions.complementary_suppression import disclosed_cells
from termreview.reporting.editions.suppression import Suppression, decide_suppression
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.terms import parse_term
from worlds import HK1, change, copy_reference, term_of

FAMILIES = (
    ("pupils_ethnic_count", "pupils_ethnic_girls_count"),
    ("pupils_disabled_count",),
    *((family,) for family in FEW),
)
RULE = Disclosure(5, 4, ())


def atom(school: str, count: float, room: float = 50, column: str = "g1") -> Atom:
    return Atom(school, column, frozenset({("f", column), ("f", "")}), count, room)


def test_a_small_count_takes_another_one_along() -> None:
    atoms = [atom("a", 3), atom("b", 9), atom("c", 20)]
    whole, parts = frozenset({0, 1, 2}), [frozenset({place}) for place in range(3)]
    shown = disclosed_cells(atoms, [whole, *parts], [], [], RULE)
    assert shown == [whole, parts[2]], "the smallest other one is hidden, the rest is shown"


def test_two_small_counts_need_a_third_when_their_sum_tells_too_much() -> None:
    atoms = [atom("a", 1), atom("b", 1), atom("c", 30), atom("d", 40)]
    whole, parts = frozenset(range(4)), [frozenset({place}) for place in range(4)]
    assert disclosed_cells(atoms, [whole, *parts], [], [], RULE) == [whole, parts[3]]


def test_large_counts_are_all_shown() -> None:
    atoms = [atom("a", 5), atom("b", 0), atom("c", 30)]
    candidates = [frozenset({0, 1, 2}), *(frozenset({place}) for place in range(3))]
    assert disclosed_cells(atoms, candidates, [], [], RULE) == candidates


def test_a_whole_that_is_small_is_hidden_with_what_is_known_of_it() -> None:
    atoms = [atom("a", 2), atom("b", 1)]
    candidates = [frozenset({0, 1}), frozenset({0}), frozenset({1})]
    assert disclosed_cells(atoms, candidates, [], [], RULE) == []


def test_two_tables_over_the_same_persons_do_not_give_one_away() -> None:
    """Two communes by two grades: with both margins and the total known, one hidden margin cell is not enough."""
    atoms = [
        atom("k1", 3, column="g1"),
        atom("k1", 0, column="g2"),
        atom("k2", 8, column="g1"),
        atom("k2", 9, column="g2"),
    ]
    whole = frozenset(range(4))
    first, second = frozenset({0, 1}), frozenset({2, 3})
    grades = [frozenset({0, 2}), frozenset({1, 3})]
    shown = disclosed_cells(atoms, [whole, first, second, *grades], [], [], RULE)
    assert first not in shown
    assert second not in shown
    assert whole in shown


def published(
    reader: Reader, reference: Reference, declared: TermReference, is_shown, columns: Collection[str]
) -> tuple[list[dict[int, float]], list[dict[int, float]]]:
    """Let a reader read every count of every report; give the small ones that were hidden, then finer small ones."""
    hidden, finer = [], []
    for _, schools in reports_of(reference, declared):
        shown_pairs = []
        for column in ("", *columns):
            cells = []
            for family in reader.families:
                terms = reader.terms(schools, family, column)
                name = f"{family}.{column or 'total'}"
                if not terms:
                    continue
                cells.append((terms, is_shown(name, schools)))
                if cells[-1][1]:
                    reader.learn(terms)
                    assert not 0 < reader.sum_of(terms) < 5, "a small count is shown"
                elif 0 < reader.sum_of(terms) < 5:
                    (finer if column and len(schools) < len(declared.schools) else hidden).append(terms)
            shown_pairs.append(cells)
        for cells in shown_pairs:
            if len(cells) == 2:
                rest = dict(cells[0][0]) | {place: -1.0 for place in cells[1][0]}
                if 0 < reader.sum_of(rest) < 5:
                    finer.append(rest)
    return hidden, finer


def unique(cells: list[dict[int, float]]) -> list[dict[int, float]]:
    return [dict(cell) for cell in dict.fromkeys(tuple(sorted(cell.items())) for cell in cells)]


def few(cells: list[dict[int, float]], most: int) -> list[dict[int, float]]:
    step = max(len(cells) // most, 1)
    return cells[::step][:most]


def attack(
    reference: Reference, declared: TermReference, answers: Answers, most: int
) -> tuple[int, int, float]:
    """Try to recover every hidden small count; give how many were tried, how many shown counts, the narrowest width."""
    suppression = decide_suppression(reference, declared, answers)
    columns = [
        name.partition(".")[2]
        for name in answers.numbers.columns
        if name.startswith("pupils_count.") and not name.endswith("total")
    ]
    tried, shown, narrowest = 0, 0, float("inf")
    for families in FAMILIES:
        reader = Reader(answers, families)
        reader.meet([school.unit_id for school in declared.schools], columns)
        given = len(reader.rows)
        hidden, finer = published(reader, reference, declared, suppression.is_shown, columns)
        shown += len(reader.rows) - given
        whole = [
            terms for terms in unique(hidden) if is_reported(reader, terms, reference, declared, columns)
        ]
        for terms in few(whole, most):
            low, high = reader.interval(terms)
            room = sum(reader.highest[place] for place in terms)
            assert low - 1e-6 <= reader.sum_of(terms) <= high + 1e-6
            assert high - low >= min(reference.disclosure.protection_width, room) - 1e-6, (
                low,
                high,
                reader.sum_of(terms),
            )
            tried, narrowest = tried + 1, min(narrowest, high - low)
        for terms in few(unique([*hidden, *finer]), most):
            low, high = reader.interval(terms)
            room = sum(reader.highest[place] for place, factor in terms.items() if factor > 0)
            assert high - low >= min(1, room) - 1e-6, (low, high, reader.sum_of(terms))
            tried += 1
    return tried, shown, narrowest


def is_reported(
    reader: Reader,
    terms: dict[int, float],
    reference: Reference,
    declared: TermReference,
    columns: Collection[str],
) -> bool:
    """Whether some report has a place for this count: of the whole, a level or a unit; not of a school."""
    levels = {school.unit_id: school.level for school in declared.schools}
    for name, schools in reports_of(reference, declared):
        if "-" in name or name in levels:
            continue
        for column in ("", *columns) if name == "whole" else ("",):
            if any(reader.terms(schools, family, column) == terms for family in reader.families):
                return True
    return False


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    return tables_of(HK1).observations


@pytest.mark.parametrize(("seed", "share"), [(1, 0.05), (2, 0.3)])
def test_a_solver_over_all_reports_of_a_district_recovers_nothing(
    reference: Reference, observations: pd.DataFrame, seed: int, share: float, record_property
) -> None:
    declared = reference.of(parse_term(HK1))
    answers = spread_answers(with_counts(observations, seed, share), declared)
    tried, shown, narrowest = attack(reference, declared, answers, most=25)
    print(f"seed {seed}: {tried} hidden counts tried, 0 recovered, narrowest {narrowest:g}; {shown} shown")
    assert tried > 20
    assert shown > 20, "hiding everything is no protection worth having"


@pytest.mark.parametrize("seed", range(10))
def test_a_solver_over_all_reports_of_a_tiny_office_recovers_nothing(
    reference: Reference, observations: pd.DataFrame, seed: int
) -> None:
    schools = [
        "0477101",
        "0477103",
        "0477104",
        "0477105",
        "0477201",
        "0477203",
        "0477301",
        "0477302",
        "0477401",
    ]
    declared = term_of(reference, HK1, schools)
    own = observations[observations["school_id"].isin(schools)]
    answers = spread_answers(with_counts(own, seed, 0.15 + 0.05 * (seed % 4)), declared)
    attack(reference, declared, answers, most=40)


@pytest.mark.parametrize(("seed", "share", "size"), [(1, 0.05, 12), (2, 0.3, 20), (6, 0.15, 6)])
def test_a_solver_recovers_nothing_from_a_term_that_was_searched_in_blocks(
    reference: Reference,
    observations: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    share: float,
    size: int,
) -> None:
    declared = reference.of(parse_term(HK1))
    answers = spread_answers(with_counts(observations, seed, share), declared)
    as_one = counts_shown(decide_suppression(reference, declared, answers))
    monkeypatch.setattr(suppression_blocks, "MOST_SCHOOLS", 0)
    monkeypatch.setattr(suppression_blocks, "BLOCK_SCHOOLS", size)
    in_blocks = counts_shown(decide_suppression(reference, declared, answers))
    tried, _, narrowest = attack(reference, declared, answers, most=25)
    print(
        f"blocks of {size}: {tried} tried, narrowest {narrowest:g}; shown {in_blocks} of {as_one} as a whole"
    )
    assert tried > 20
    assert in_blocks > 0.7 * as_one, "hiding everything is no protection worth having"


def counts_shown(suppression: Suppression) -> int:
    return sum(map(len, suppression.shown.values()))


def test_blocks_hold_units_whole_and_every_school_once(monkeypatch: pytest.MonkeyPatch) -> None:
    schools = [f"s{number}" for number in range(9)]
    whole, large, small = frozenset(schools), frozenset(schools[:5]), frozenset(schools[5:7])
    units = [whole, large, frozenset(schools[:3]), frozenset(schools[3:5]), small]
    assert suppression_blocks.blocks_of(units, schools) == [whole], "few are searched as a whole"
    monkeypatch.setattr(suppression_blocks, "MOST_SCHOOLS", 8)
    monkeypatch.setattr(suppression_blocks, "BLOCK_SCHOOLS", 3)
    assert (
        suppression_blocks.blocks_of(units, schools)
        == [
            frozenset(schools[:3]),
            frozenset(schools[3:7]),  # two units of two
            frozenset(schools[7:]),  # in no unit that a block could hold
        ]
    )


def test_a_count_that_its_own_block_cannot_leave_open_is_mended_in_the_whole() -> None:
    """In the block of a and b nobody can trade places with the three of a: one of c must be hidden for them."""
    atoms = [atom("a", 3), atom("b", 0, room=0), atom("c", 9), atom("d", 20)]
    whole, parts = frozenset(range(4)), [frozenset({place}) for place in range(4)]
    blocks = [frozenset("ab"), frozenset("cd")]
    shown = suppression_blocks.disclosed_in_blocks(atoms, [whole, *parts], [], [], RULE, [], blocks)
    assert shown == disclosed_cells(atoms, [whole, *parts], [], [], RULE) == [whole, parts[1], parts[3]]


def test_a_small_count_over_two_blocks_stays_open_where_each_hides_its_share() -> None:
    """Grade 1 has three persons, two in one block and one in the other: the shares may not follow either."""
    atoms = [
        atom(school, count, column=column)
        for school, counts in zip("abcd", ((2, 8), (0, 9), (1, 7), (0, 6)), strict=True)
        for column, count in zip(("g1", "g2"), counts, strict=True)
    ]
    whole, first = frozenset(range(8)), frozenset({0, 2, 4, 6})
    schools = [frozenset({2 * place, 2 * place + 1}) for place in range(4)]
    candidates = [whole, first, whole - first, *schools]
    shown = suppression_blocks.disclosed_in_blocks(
        atoms, candidates, [], [], RULE, [], [frozenset("ab"), frozenset("cd")]
    )
    assert first not in shown
    assert whole - first not in shown
    assert {whole, *schools} <= set(shown)


def test_the_choice_does_not_depend_on_anything_but_the_answers(
    reference: Reference, observations: pd.DataFrame
) -> None:
    declared = reference.of(parse_term(HK1))
    answers = spread_answers(with_counts(observations, 3, 0.2), declared)
    first, second = (decide_suppression(reference, declared, answers) for _ in range(2))
    assert first.shown == second.shown


def test_counts_of_single_schools_and_of_levels_in_a_unit_are_never_shown(
    reference: Reference, observations: pd.DataFrame
) -> None:
    declared = reference.of(parse_term(HK1))
    suppression = decide_suppression(reference, declared, spread_answers(observations, declared))
    school = declared.schools[30]
    assert not suppression.is_shown("pupils_ethnic_count.total", [school.unit_id])
    assert suppression.is_shown("pupils_count.total", [school.unit_id])
    assert suppression.is_shown("pupils_ethnic_count.total", [own.unit_id for own in declared.schools])


def test_a_school_whose_columns_do_not_make_its_total_is_hidden_all_the_same(
    reference: Reference, observations: pd.DataFrame
) -> None:
    declared = reference.of(parse_term(HK1))
    frame = with_counts(observations, 4, 0.2)
    odd = frame["field_id"].eq("pupils_ethnic_girls_count.g1") & frame["state"].eq("answered")
    odd &= frame["school_id"].isin(["0477201", "0477204", "0477401"])
    frame.loc[odd, "value_number"] = 60.0
    answers = spread_answers(frame, declared)
    attack(reference, declared, answers, most=10)


def test_mistakes_in_the_declaration_are_named(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    path = folder / "disclosure.yml"
    lines = [
        change(path, '"pupils_disabled_count"', '"pupils_invalid_count"'),
        change(path, 'smallest_shown: "5"', 'smallest_shown: "0"'),
        change(path, '    part_within: "pupils_girls_count"\n', ""),
    ]
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    told = str(raised.value)
    for problem in (
        f"disclosure.yml:{lines[1]}: 'smallest_shown' phải là số nguyên từ 1 trở lên",
        f"disclosure.yml:{lines[0] - 1}: 'pupils_invalid_count' trong 'field' không phải chỉ tiêu đếm (count)",
        "'part' và 'part_within' phải cùng có hoặc cùng bỏ trống",
    ):
        assert problem in told


def test_a_threshold_of_one_hides_nothing(reference: Reference, observations: pd.DataFrame) -> None:
    declared = reference.of(parse_term(HK1))
    open_reference = replace(reference, disclosure=replace(reference.disclosure, smallest_shown=1))
    answers = spread_answers(with_counts(observations, 5, 0.1), declared)
    suppression = decide_suppression(open_reference, declared, answers)
    everyone = [school.unit_id for school in declared.schools]
    assert all(
        suppression.is_shown(name, everyone)
        for name in answers.numbers.columns
        if reference.disclosure.is_sensitive(name)
    )
