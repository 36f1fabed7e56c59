"""One count that shareable reports may show: none that is small, none from which a small one follows.

All shareable reports of a term share one decision, so that no two of them give away together what each hides. What was
handed out of the term before counts as shown: a small difference between then and now is hidden like a small count.
Counts of a sensitive attribute are shown for the whole office, by school level, by column of the form (grade), and
for each unit above the schools; never for a school, nor for a level or column within a unit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.disclosure import Attribute, Disclosure
from termreview.reporting.editions.atoms import Where, atoms_of, joined_atoms, summed_atoms
from termreview.reporting.editions.complementary_suppression import Cell
from termreview.reporting.editions.suppression_blocks import blocks_of, disclosed_in_blocks
from termreview.reporting.term.answers import Answers


@dataclass(frozen=True)
class Suppression:
    """What one term's shareable reports show of sensitive attributes."""

    disclosure: Disclosure
    where: Mapping[str, Where]
    shown: Mapping[str, frozenset[Cell]]

    def is_shown(self, field_id: str, school_ids: Collection[str]) -> bool:
        """Say whether the sum of one field over some schools may be shown; other fields always."""
        family, _, column = field_id.partition(".")
        attribute = _attribute_of(self.disclosure, family)
        if attribute is None:
            return True
        cell = summed_atoms(self.where[attribute.field], family, column, frozenset(school_ids))
        return not cell or cell in self.shown[attribute.field]


@dataclass(frozen=True, eq=False)
class HandedOut:
    """What one shareable report that was handed out told of sensitive attributes.

    `answers` stand behind it, `levels` gives the level of each school then expected, `shown` the sums that were
    printed: a field and the schools summed.
    """

    answers: Answers
    levels: Mapping[str, str]
    shown: tuple[tuple[str, frozenset[str]], ...]


def decide_suppression(
    reference: Reference,
    declared: TermReference,
    answers: Answers,
    handed_out: Sequence[HandedOut] | None = (),
) -> Suppression:
    """Decide for one whole term which counts of sensitive attributes its shareable reports show.

    `handed_out` is what readers have in hand already. None: nobody can tell any more what they have; nothing is shown.
    """
    disclosure = reference.disclosure
    level_of = {school.unit_id: school.level for school in declared.schools}
    units = list(reference.registry.schools_by_unit(declared.plan.due_on).values())
    told = [(answers, level_of), *((past.answers, past.levels) for past in handed_out or ())]
    blocks = blocks_of(units, list(dict.fromkeys(one for _, levels in told for one in levels)))
    where, shown = {}, {}
    for attribute in disclosure.attributes:
        atoms, wheres = joined_atoms([atoms_of(attribute, own, levels) for own, levels in told])
        states = [
            _state(attribute, here, levels, units) for here, (_, levels) in zip(wheres, told, strict=True)
        ]
        where[attribute.field] = wheres[0]
        if handed_out is None or not atoms:  # nothing is known, or another form asks nothing of it
            shown[attribute.field] = frozenset[Cell]()
            continue
        held = [
            cell
            for here, past in zip(wheres[1:], handed_out, strict=True)
            for field_id, schools in past.shown
            if field_id.partition(".")[0] in attribute.fields
            and (cell := summed_atoms(here, field_id.partition(".")[0], field_id.partition(".")[2], schools))
        ]
        candidates = _distinct(cell for cells in states[0].reported.values() for cell in cells)
        differences, finer = derived_counts(states)
        shown[attribute.field] = frozenset(
            disclosed_in_blocks(atoms, candidates, differences, finer, disclosure, _distinct(held), blocks)
        )
    return Suppression(disclosure, where, shown)


def _attribute_of(disclosure: Disclosure, family: str) -> Attribute | None:
    return next((own for own in disclosure.attributes if family in own.fields), None)


Place = tuple[str, frozenset[str]]  # a column, blank for the total, and the schools summed


@dataclass(frozen=True)
class _State:
    """The counts of one attribute in one state of the term: those a report could show, and finer ones no report holds.

    The cells of a place are those of the attribute and, where it has one, of its part. Finer ones are of a school, of
    a level in a unit, and of each column in a school, unit or level.
    """

    reported: Mapping[Place, Sequence[Cell]]
    finer: Mapping[Place, Sequence[Cell]]


def _state(
    attribute: Attribute, where: Where, level_of: Mapping[str, str], below: Sequence[Collection[str]]
) -> _State:
    whole = frozenset(level_of)
    levels = [
        frozenset(school_id for school_id, level in level_of.items() if level == wanted)
        for wanted in dict.fromkeys(level_of.values())
    ]
    units = [whole & set(schools) for schools in below]
    counted = frozenset(school_id for of_school in where.values() for school_id in of_school)
    schools = [frozenset([school_id]) for school_id in level_of if school_id in counted]
    columns = list(dict.fromkeys(column for _, column in where if column))
    reported = [("", own) for own in (whole, *levels, *units)] + [(column, whole) for column in columns]
    finer = [("", own) for own in (*schools, *(unit & level for unit in units for level in levels))]
    finer += [(column, own) for own in (*schools, *levels, *units) for column in columns]

    def cells(places: Iterable[Place]) -> dict[Place, list[Cell]]:
        return {
            (column, own): [summed_atoms(where, family, column, own) for family in attribute.fields]
            for column, own in places
        }

    return _State(cells(reported), cells(finer))


def derived_counts(states: Sequence[_State]) -> tuple[list[Cell], list[Cell]]:
    """Every count that must not follow from those shown: differences of two of them, and finer ones.

    A difference is what is left of the attribute beside its part, or what one state of the term (the first is that of
    now) counts in a place and another does not: persons of a school that came late, or whom a correction added.
    """
    differences = _distinct(
        cell
        for state in states
        for cells in state.reported.values()
        for cell in (*(cells if state is not states[0] else ()), *(cells[0] - part for part in cells[1:]))
    )
    differences += _between(states, lambda state: state.reported)
    finer = _distinct(
        cell
        for state in states
        for cells in state.finer.values()
        for cell in (*cells, *(cells[0] - part for part in cells[1:]))
    )
    finer += _between(states, lambda state: state.finer)
    known = {cell for cells in states[0].reported.values() for cell in cells}
    told = known.union(differences)
    return (
        [cell for cell in _distinct(differences) if cell not in known],
        [cell for cell in _distinct(finer) if cell not in told],
    )


def _between(
    states: Sequence[_State], places: Callable[[_State], Mapping[Place, Sequence[Cell]]]
) -> list[Cell]:
    """What one state counts in a place and another does not, of each two states."""
    return _distinct(
        one - other
        for first, second in permutations(states, 2)
        for place, cells in places(first).items()
        for one, other in zip(cells, places(second).get(place, [frozenset()] * len(cells)), strict=True)
        if other  # of a place that the other state did not count, the count itself is what follows
    )


def _distinct(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in dict.fromkeys(cells) if cell]
