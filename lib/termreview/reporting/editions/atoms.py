"""One smallest group of persons that counts of a sensitive attribute are summed from: an atom no report shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from termreview.reference.kinds.disclosure import Attribute
from termreview.reporting.term.answers import Answers

TOTAL_COLUMNS = ("total", "value", "")
TOTAL = ""
Place = tuple[str, str]  # a field without its column, and the column; blank for its total


@dataclass(frozen=True)
class Atom:
    """Persons of one school in one column of the form, of one side of the attribute (the part, or the others).

    `places` are the counts it is summed into. `count` persons have the attribute, `room` more could have it before
    the figures of the whole are used up.
    """

    school_id: str
    column: str
    places: frozenset[Place]
    count: float
    room: float


# By the count that they are summed into, then by school: where atoms stand in their list.
Where = Mapping[Place, Mapping[str, Sequence[int]]]


def joined_atoms(states: Sequence[Sequence[Atom]]) -> tuple[list[Atom], list[Where]]:
    """The atoms of several states of one term as one list, and where those of each state stand in it.

    A group of a school that several states count alike is one atom. Where they count it differently, the persons that
    all of them count are one atom and what some count beyond is another: a school that came late, or corrected its
    figures, stands alone with what came of it. No two states may have more room than the narrower one.
    """
    groups: dict[tuple[object, ...], dict[int, Atom]] = {}
    for number, atoms in enumerate(states):
        met: dict[tuple[object, ...], int] = {}
        for atom in atoms:
            own = (atom.school_id, atom.column, atom.places)
            met[own] = met.get(own, 0) + 1
            groups.setdefault((*own, met[own]), {})[number] = atom
    joined: list[Atom] = []
    members: list[list[int]] = [[] for _ in states]
    for of_state in groups.values():
        left = {number: atom.room for number, atom in of_state.items()}
        lower = 0.0
        for count in sorted({atom.count for atom in of_state.values()}):
            counted = [number for number, atom in of_state.items() if atom.count >= count]
            room = min(left[number] for number in counted)
            for number in counted:
                left[number] -= room
                members[number].append(len(joined))
            joined.append(replace(of_state[counted[0]], count=count - lower, room=room))
            lower = count
    return joined, [_where(joined, own) for own in members]


def _where(atoms: Sequence[Atom], members: Iterable[int]) -> Where:
    found: dict[Place, dict[str, list[int]]] = {}
    for number in members:
        for place in atoms[number].places:
            found.setdefault(place, {}).setdefault(atoms[number].school_id, []).append(number)
    return found


def summed_atoms(where: Where, family: str, column: str, school_ids: Set[str]) -> frozenset[int]:
    """The atoms of some schools that are summed into one column of one field."""
    of_school = where.get((family, TOTAL if column in TOTAL_COLUMNS else column), {})
    return frozenset(number for school_id in school_ids & of_school.keys() for number in of_school[school_id])


Read = Callable[[str, str], float]  # family and column of one school -> figure, or NaN


def atoms_of(attribute: Attribute, answers: Answers, school_ids: Iterable[str]) -> list[Atom]:
    """Split the answers of each school into atoms of one attribute, in the order of the schools."""
    columns = [
        name.partition(".")[2]
        for name in answers.numbers.columns
        if name.partition(".")[0] == attribute.field and name.partition(".")[2] not in TOTAL_COLUMNS
    ]
    families = {attribute.field, attribute.part, attribute.within, attribute.part_within}
    named = [name for name in answers.numbers.columns if name.partition(".")[0] in families]
    numbers, states = (  # not by `to_dict`, which takes ten times as long
        dict(zip(frame.index, frame[named].to_numpy().tolist(), strict=True))
        for frame in (answers.numbers, answers.states)
    )
    atoms = []
    for school_id in school_ids:
        read = _reader(*(dict(zip(named, rows[school_id], strict=True)) for rows in (numbers, states)))
        atoms += _school_atoms(attribute, school_id, columns, read)
    return atoms


def _reader(numbers: Mapping[str, float], states: Mapping[str, str]) -> Read:
    def read(family: str, column: str) -> float:
        for name in [f"{family}.{column}"] if column else [f"{family}.total", f"{family}.value", family]:
            if name in numbers:
                return 0.0 if states[name] == "nothing_to_report" else float(numbers[name])
        return math.nan

    return read


def _school_atoms(attribute: Attribute, school_id: str, columns: Sequence[str], read: Read) -> list[Atom]:
    """The atoms of one school.

    A total that its columns exceed stands alone: its school contradicts itself. What a total holds beyond its
    columns is one more column. In a column that does not tell the part, the part's total is filled up.
    """
    field, part = attribute.field, attribute.part
    whole = {column: read(field, column) for column in columns}
    parts = {column: read(part, column) if part else math.nan for column in columns}
    total, part_total = read(field, TOTAL), read(part, TOTAL) if part else math.nan
    left, part_left = total - _known(whole.values()), part_total - _known(parts.values())
    room = _rooms(attribute, columns, read)
    atoms: list[Atom] = []

    def add(
        column: str, places: set[Place], count: float, is_part: bool | None = None, is_fixed: bool = False
    ) -> None:
        if not math.isnan(count) and (count or column or not columns):
            most = 0.0 if is_fixed else room(column, is_part)
            atoms.append(Atom(school_id, column, frozenset(places), count, max(most - count, 0.0)))

    untold = []
    for column in columns:
        places = {(field, column)} | ({(field, TOTAL)} if left >= 0 else set())
        part_places = {(part, column)} | ({(part, TOTAL)} if part_left >= 0 else set())
        if 0 <= parts[column] <= whole[column]:
            add(column, places | part_places, parts[column], True)
            add(column, places, whole[column] - parts[column], False)
            continue
        if not math.isnan(whole[column]) or math.isnan(left):
            add(column, part_places, parts[column], True)
        elif left > 0 and parts[column] <= left:  # the column's whole is not told; the total holds them
            left -= parts[column]
            add(column, part_places | {(field, TOTAL)}, parts[column], True)
        else:  # the total leaves them no room
            add(column, part_places, parts[column], True, is_fixed=True)
        if math.isnan(parts[column]):
            untold.append((column, places, whole[column]))
        else:
            add(column, places, whole[column])
    if left >= 0:
        untold.append((TOTAL, {(field, TOTAL)}, left))
    elif not math.isnan(total):
        add(TOTAL, {(field, TOTAL)}, total)
    for column, places, count in untold:
        if part_left == 0:  # the part's total is told for: these are the others
            add(column, places, count, False)
        elif part_left > 0 and not math.isnan(count):
            filled = min(count, part_left, room(column, True))
            part_left -= filled
            add(column, places | {(part, TOTAL)}, filled, True)
            add(column, places, count - filled, False)
        else:
            add(column, places, count)
    if part_left > 0 or not (part_left >= 0 or math.isnan(part_total)):
        add(TOTAL, {(part, TOTAL)}, part_left if part_left > 0 else part_total, True)
    return atoms


def _known(counts: Iterable[float]) -> float:
    return sum(count for count in counts if not math.isnan(count))


def _rooms(attribute: Attribute, columns: Sequence[str], read: Read) -> Callable[[str, bool | None], float]:
    """How many persons of a column, on one side or on both (None), could have the attribute at all.

    None where that is not known, or where the school contradicts itself: nobody is protected by a guess.
    """

    def within(family: str, column: str) -> float:
        if column or not columns:
            return read(family, column)
        return read(family, TOTAL) - _known(read(family, name) for name in columns)

    def room(column: str, is_part: bool | None) -> float:
        whole = within(attribute.within, column)
        part = within(attribute.part_within, column) if attribute.part else 0.0
        if is_part is None:
            most = whole
        elif not part <= whole:
            most = 0.0
        else:
            most = part if is_part else whole - part
        return 0.0 if math.isnan(most) else max(most, 0.0)

    return room
