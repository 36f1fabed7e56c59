"""Several issues of one term together: a reader who keeps the earlier ones does not get back what each hides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from disclosure_world import FEW, Reader, reports_of, with_counts, written_over
from report_world import tables_of

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.editions.atoms import Atom, joined_atoms
from termreview.reporting.editions.suppression import HandedOut, Suppression, decide_suppression
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.terms import parse_term
from worlds import HK1, term_of

FAMILIES = (
    ("pupils_ethnic_count", "pupils_ethnic_girls_count"),
    ("pupils_disabled_count",),
    *((family,) for family in FEW),
)
SCHOOLS = [
    "0477101", "0477103", "0477104", "0477105", "0477201", "0477203", "0477301", "0477302", "0477401",
]  # fmt: skip
LATE, CORRECTED = "0477203", "0477301"


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    return tables_of(HK1).observations


def without(observations: pd.DataFrame, school: str) -> pd.DataFrame:
    """The same term before one school sent anything."""
    is_late = observations["school_id"].eq(school)
    return observations.assign(
        state=observations["state"].mask(is_late, "not_submitted"),
        value_number=observations["value_number"].mask(is_late),
    )


def sensitive_of(reference: Reference, answers: Answers) -> list[str]:
    return [str(name) for name in answers.numbers.columns if reference.disclosure.is_sensitive(str(name))]


def in_hand(
    reference: Reference, declared: TermReference, answers: Answers, suppression: Suppression
) -> HandedOut:
    """What readers hold when every report of one state was handed out."""
    levels = {school.unit_id: school.level for school in declared.schools}
    shown = tuple(
        (name, schools)
        for _, schools in reports_of(reference, declared)
        for name in sensitive_of(reference, answers)
        if suppression.is_shown(name, schools)
    )
    return HandedOut(answers, levels, shown)


def issued_one_after_another(
    reference: Reference, declared: TermReference, states: Sequence[Answers], minds_history: bool = True
) -> list[Suppression]:
    """What each issue shows, the earlier ones being known."""
    suppressions: list[Suppression] = []
    handed_out: list[HandedOut] = []
    for answers in states:
        suppression = decide_suppression(reference, declared, answers, handed_out if minds_history else ())
        suppressions.append(suppression)
        handed_out.append(in_hand(reference, declared, answers, suppression))
    return suppressions


def as_one(states: Sequence[Answers]) -> tuple[Answers, list[dict[str, str]]]:
    """All states as one set of answers: a school that was counted otherwise before stands under a name of its own."""
    now = states[-1].numbers
    frames, names = [now], []
    for number, answers in enumerate(states[:-1]):
        then = answers.numbers.reindex(columns=now.columns)
        changed = [school for school in now.index if not then.loc[school].equals(now.loc[school])]
        named = {school: f"{school}@{number}" for school in changed}
        names.append({school: named.get(school, school) for school in now.index})
        frames.append(then.loc[changed].rename(index=named))
    names.append({school: school for school in now.index})
    numbers = pd.concat(frames)
    return Answers(numbers, numbers, numbers, numbers), names


def recovered(
    reference: Reference,
    declared: TermReference,
    states: Sequence[Answers],
    suppressions: Sequence[Suppression],
) -> tuple[int, list[tuple[int, str]]]:
    """Solve for every small count that some issue hides; give how many were tried, and those that have one value only."""
    answers, names = as_one(states)
    columns = [
        str(name).partition(".")[2]
        for name in answers.numbers.columns
        if str(name).startswith("pupils_count.") and not str(name).endswith("total")
    ]
    tried, lost = 0, []
    for families in FAMILIES:
        reader = Reader(answers, families)
        reader.meet(answers.numbers.index, columns)
        hidden = [
            (number, told, terms)
            for number, suppression in enumerate(suppressions)
            for told, terms in _read(reader, reference, declared, suppression, names[number], columns)
        ]
        for number, told, terms in hidden:
            low, high = reader.interval(terms)
            room = sum(reader.highest[place] for place in terms)
            tried += 1
            if high - low < min(1.0, room) - 1e-6:
                lost.append((number, told))
    return tried, lost


def _read(
    reader: Reader,
    reference: Reference,
    declared: TermReference,
    suppression: Suppression,
    names: Mapping[str, str],
    columns: Collection[str],
) -> list[tuple[str, dict[int, float]]]:
    hidden, met = [], set()
    for report, schools in reports_of(reference, declared):
        for column in ("", *columns):
            for family in reader.families:
                terms = reader.terms([names[school] for school in schools], family, column)
                if not terms:
                    continue
                if suppression.is_shown(f"{family}.{column or 'total'}", schools):
                    reader.learn(terms)
                elif 0 < reader.sum_of(terms) < 5 and (key := tuple(sorted(terms.items()))) not in met:
                    met.add(key)
                    hidden.append((f"{report} {family}.{column}", terms))
    return hidden


def states_of(
    reference: Reference, observations: pd.DataFrame, seed: int
) -> tuple[TermReference, list[Answers]]:
    """Nine schools: one late at first; then all; then one school with other figures."""
    declared = term_of(reference, HK1, SCHOOLS)
    own = observations[observations["school_id"].isin(SCHOOLS)]
    drawn = with_counts(own, seed, 0.25)
    other = with_counts(own, seed + 100, 0.25)
    corrected = {
        (row.school_id, row.field_id): row.value_number
        for row in other[other["school_id"].eq(CORRECTED)].itertuples()
        if reference.disclosure.is_sensitive(row.field_id)
    }
    frames = [without(drawn, LATE), drawn, written_over(drawn, corrected)]
    return declared, [spread_answers(frame, declared) for frame in frames]


@pytest.mark.parametrize("seed", range(4))
def test_issues_before_and_after_a_late_school_do_not_give_its_small_counts_away(
    reference: Reference, observations: pd.DataFrame, seed: int
) -> None:
    declared, states = states_of(reference, observations, seed)
    suppressions = issued_one_after_another(reference, declared, states[:2])
    tried, lost = recovered(reference, declared, states[:2], suppressions)
    assert tried > 5
    assert lost == []


@pytest.mark.parametrize("seed", range(2))
def test_a_third_issue_after_a_correction_gives_nothing_away_either(
    reference: Reference, observations: pd.DataFrame, seed: int
) -> None:
    declared, states = states_of(reference, observations, seed)
    suppressions = issued_one_after_another(reference, declared, states)
    _, lost = recovered(reference, declared, states, suppressions)
    assert lost == []


def test_the_same_reader_gets_counts_back_where_nobody_minds_what_was_handed_out(
    reference: Reference, observations: pd.DataFrame
) -> None:
    """The attack is real: each issue alone is safe, two of them together are not."""
    declared, states = states_of(reference, observations, 0)
    suppressions = issued_one_after_another(reference, declared, states[:2], minds_history=False)
    _, lost = recovered(reference, declared, states[:2], suppressions)
    assert lost


def test_nothing_more_is_hidden_where_nothing_has_changed(
    reference: Reference, observations: pd.DataFrame
) -> None:
    declared = reference.of(parse_term(HK1))
    answers = spread_answers(with_counts(observations, 3, 0.2), declared)
    first, second = issued_one_after_another(reference, declared, [answers, answers])
    assert second.shown == first.shown


def test_a_district_still_shows_most_counts_after_a_late_school(
    reference: Reference, observations: pd.DataFrame
) -> None:
    declared = reference.of(parse_term(HK1))
    drawn = with_counts(observations, 2, 0.3)
    states = [spread_answers(frame, declared) for frame in (without(drawn, LATE), drawn)]
    first, second = issued_one_after_another(reference, declared, states)
    counts = [sum(len(cells) for cells in suppression.shown.values()) for suppression in (first, second)]
    print(f"{counts[0]} counts shown at first, {counts[1]} after a late school")
    assert counts[1] * 2 > counts[0]


def test_nothing_is_shown_where_nobody_can_tell_what_was_handed_out(
    reference: Reference, observations: pd.DataFrame
) -> None:
    declared = reference.of(parse_term(HK1))
    answers = spread_answers(with_counts(observations, 2, 0.3), declared)
    suppression = decide_suppression(reference, declared, answers, None)
    everyone = [school.unit_id for school in declared.schools]
    named = [name for name in sensitive_of(reference, answers) if answers.numbers[name].sum() > 0]
    assert named
    assert not any(suppression.is_shown(name, everyone) for name in named)


def test_what_a_correction_added_is_an_atom_of_its_own() -> None:
    places = frozenset({("f", "g1"), ("f", "")})
    then, now = [Atom("a", "g1", places, 7.0, 20.0)], [Atom("a", "g1", places, 9.0, 18.0)]
    atoms, (here, before) = joined_atoms([now, then])
    assert [(atom.count, atom.room) for atom in atoms] == [(7.0, 18.0), (2.0, 0.0)]
    assert here["f", "g1"]["a"] == [0, 1]
    assert before["f", "g1"]["a"] == [0]
    assert np.isclose(sum(atom.count for atom in atoms), 9.0)
