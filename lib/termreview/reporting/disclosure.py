"""One count that shareable reports may show: none that is small, none from which a small one follows.

All shareable reports of a term share one decision, so that no two of them give away together what each hides.
Counts of a sensitive attribute are shown for the whole office, by school level, by column of the form (grade), and
for each unit above the schools; never for a school, nor for a level or column within a unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.disclosure import Attribute, Disclosure
from termreview.reporting.answers import Answers
from termreview.reporting.disclosure_atoms import Atom, Where, atoms_of, summed_atoms, where_atoms
from termreview.reporting.disclosure_search import Cell, shown_cells


@dataclass(frozen=True)
class Hiding:
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


def decide_hiding(reference: Reference, declared: TermReference, answers: Answers) -> Hiding:
    """Decide for one whole term which counts of sensitive attributes its shareable reports show."""
    disclosure = reference.disclosure
    level_of = {school.unit_id: school.level for school in declared.schools}
    levels = [
        frozenset(school_id for school_id, level in level_of.items() if level == wanted)
        for wanted in dict.fromkeys(level_of.values())
    ]
    units = [
        reference.registry.schools_below(unit.unit_id, declared.plan.due_on) & set(level_of)
        for unit in reference.registry.on(declared.plan.due_on).values()
        if unit.kind != "school"
    ]
    where, shown = {}, {}
    for attribute in disclosure.attributes:
        own = atoms_of(attribute, answers, level_of)
        where[attribute.field] = where_atoms(own)
        candidates = candidate_counts(attribute, own, frozenset(level_of), levels, units)
        differences, finer = derived_counts(attribute, own, candidates, levels, units)
        shown[attribute.field] = frozenset(shown_cells(own, candidates, differences, finer, disclosure))
    return Hiding(disclosure, where, shown)


def _attribute_of(disclosure: Disclosure, family: str) -> Attribute | None:
    return next((own for own in disclosure.attributes if family in own.fields), None)


def candidate_counts(
    attribute: Attribute,
    atoms: Sequence[Atom],
    whole: frozenset[str],
    levels: Sequence[frozenset[str]],
    units: Sequence[frozenset[str]],
) -> list[Cell]:
    """Every count that a shareable report could show: the whole first, each set of atoms once."""
    where = where_atoms(atoms)
    return _distinct(
        cell
        for column, schools in _reported(atoms, whole, levels, units)
        for cell in _cells(attribute, where, column, schools)
    )


def derived_counts(
    attribute: Attribute,
    atoms: Sequence[Atom],
    candidates: Sequence[Cell],
    levels: Sequence[frozenset[str]],
    units: Sequence[frozenset[str]],
) -> tuple[list[Cell], list[Cell]]:
    """Every count that must not follow from those shown: differences of two of them, and finer ones.

    A difference is what is left of the attribute beside its part. Finer ones are of a school, of a level in a
    unit, and of each column in a school, unit or level; no report holds them.
    """
    whole = frozenset(atom.school_id for atom in atoms)
    schools = [frozenset([school_id]) for school_id in dict.fromkeys(atom.school_id for atom in atoms)]
    places = [("", own) for own in (*schools, *(unit & level for unit in units for level in levels))]
    places += [(column, own) for own in (*schools, *levels, *units) for column in _columns(atoms)]
    where = where_atoms(atoms)
    differences = _distinct(
        cells[0] - part
        for column, own in _reported(atoms, whole, levels, units)
        for cells in [_cells(attribute, where, column, own)]
        for part in cells[1:]
    )
    finer = _distinct(
        cell
        for column, own in places
        for cells in [_cells(attribute, where, column, own)]
        for cell in (*cells, *(cells[0] - part for part in cells[1:]))
    )
    known, told = set(candidates), {*candidates, *differences}
    return [cell for cell in differences if cell not in known], [cell for cell in finer if cell not in told]


def _reported(
    atoms: Sequence[Atom],
    whole: frozenset[str],
    levels: Sequence[frozenset[str]],
    units: Sequence[frozenset[str]],
) -> list[tuple[str, frozenset[str]]]:
    """The columns and schools of what reports could show: totals of the whole, levels and units, columns of the whole."""
    totals = [("", schools) for schools in (whole, *levels, *units)]
    return totals + [(column, whole) for column in _columns(atoms)]


def _cells(attribute: Attribute, where: Where, column: str, schools: frozenset[str]) -> list[Cell]:
    return [summed_atoms(where, family, column, schools) for family in attribute.fields]


def _columns(atoms: Sequence[Atom]) -> list[str]:
    return list(dict.fromkeys(atom.column for atom in atoms if atom.column))


def _distinct(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in dict.fromkeys(cells) if cell]
