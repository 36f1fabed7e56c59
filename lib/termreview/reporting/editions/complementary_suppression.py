"""The complementary suppressions of one table: which more counts are hidden, and the proof that no small one follows.

The proof is a witness. Two atoms that lie in exactly the same shown counts can trade persons without any shown count
changing; what can be traded in and out of a hidden count is how much a reader must at least leave open about it.

Written by hand: the known programs for it are not of Python (sdcTable is R, tau-Argus Java) and protect one table at a
time, where all reports of a term must be safe together. A term of 55 schools takes 0.2 s of processor, of 600 1.7 s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from termreview.reference.kinds.disclosure import Disclosure
from termreview.reporting.editions.atoms import Atom

Cell = frozenset[int]  # the atoms of one count, by place
Persons = Mapping[
    int, tuple[float, float]
]  # which candidates atoms lie in, as bits -> persons, and room for more


class FeasibleWidths:
    """How wide the feasible interval of some counts is, for any choice of shown candidates (a bit each)."""

    def __init__(self, atoms: Sequence[Atom], candidates: Sequence[Cell], counts: Sequence[Cell]) -> None:
        bits = [0] * len(atoms)
        for place, cell in enumerate(candidates):
            for atom in cell:
                bits[atom] |= 1 << place
        self._all = _persons(atoms, bits, range(len(atoms)))
        self._inside = [_persons(atoms, bits, cell) for cell in counts]
        self._groups = lru_cache(maxsize=4096)(self._are_distinct)

    def width(self, place: int, shown: int) -> float:
        """By how much one count can differ by trades of one person for another that all shown counts see alike."""
        everywhere = self._groups(shown).persons
        wide = 0.0
        for seen, (count, room) in _folded(self._inside[place], shown).items():
            if not seen:  # nothing that is shown says anything of these persons
                wide += count + room
                continue
            whole_count, whole_room = everywhere[seen]
            wide += min(count, whole_room - room) + min(whole_count - count, room)
        return wide

    def is_as_wide(self, place: int, shown: int, wanted: float) -> bool:
        """Say whether one count can differ by as much as wanted between figures that all give the shown counts.

        Where simple trades do not reach it, figures are built step by step: the count loses (or gains) one person
        to others, and two more groups make up for it where shown counts would tell.
        """
        if self.width(place, shown) >= wanted:
            return True
        inside, groups = _folded(self._inside[place], shown), self._groups(shown)
        steps = 0
        for is_leaving in (True, False):
            own = {seen: list(persons) for seen, persons in inside.items()}
            others = _Others(groups.persons, inside)
            while steps < wanted and _stepped(own, others, groups, is_leaving):
                steps += 1
        return steps >= wanted

    def cheapest_to_suppress(self, place: int, shown: int, held: int, costs: Sequence[float]) -> int:
        """The shown candidates that tell persons of one count from some others, where hiding them costs least.

        Without these candidates a person of the count and one of the others can trade places unseen. All that is
        shown where there is nobody to trade with. Those `held` by readers already cannot be hidden.
        """
        inside = _folded(self._inside[place], shown)
        best, best_cost = shown & ~held, float("inf")
        for other, (count, room) in self._groups(shown).persons.items():
            for own, (own_count, own_room) in inside.items():
                apart = own ^ other
                can_trade = (own_count >= 1 and room >= 1) or (own_room >= 1 and count >= 1)
                if apart and can_trade and not apart & held:
                    cost = sum(costs[bit] for bit in range(apart.bit_length()) if apart >> bit & 1)
                    if cost < best_cost:
                        best, best_cost = apart, cost
        return best

    def _are_distinct(self, shown: int) -> _Groups:
        return _Groups(_folded(self._all, shown))


State = dict[int, list[float]]  # what shown counts see of a group -> persons in it, room for more


class _Groups:
    """The groups that some shown counts tell from each other, and which of them can make up for a move."""

    def __init__(self, persons: Persons) -> None:
        self.persons = persons
        self._holding: dict[int, list[int]] = {0: list(persons)}  # a shown count's bit -> groups in it
        for seen in persons:
            left = seen
            while left:
                self._holding.setdefault(left & -left, []).append(seen)
                left &= left - 1
        self._pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._wholly: dict[int, list[int]] = {}

    def pairs(self, lost: int, gained: int) -> list[tuple[int, int]]:
        """Two groups each that differ by the counts lost and gained: what moves from one to the other gives them back."""
        found = self._pairs.get((lost, gained))
        if found is None:
            found = self._pairs[lost, gained] = [
                (seen, other)
                for seen in self._in_all(lost)
                if not seen & gained and (other := (seen ^ lost) | gained) in self.persons
            ]
        return found

    def _in_all(self, counts: int) -> list[int]:
        """The groups that lie in all of some shown counts."""
        found = self._wholly.get(counts)
        if found is None:
            narrowest = self._holding[1 << counts.bit_length() >> 1]  # comes last
            found = self._wholly[counts] = [seen for seen in narrowest if seen & counts == counts]
        return found


class _Others(dict[int, list[float]]):
    """Persons, and room for more, of each group beside those in one count; filled in as it is asked for."""

    def __init__(self, everywhere: Persons, inside: Persons) -> None:
        self._everywhere, self._inside = everywhere, inside

    def __missing__(self, seen: int) -> list[float]:
        (count, room), (own_count, own_room) = self._everywhere[seen], self._inside.get(seen, (0.0, 0.0))
        self[seen] = [count - own_count, room - own_room]
        return self[seen]


def _stepped(own: State, others: State, groups: _Groups, is_leaving: bool) -> bool:
    """Let one person leave (or join) a count while every shown count stays; False where it cannot be done."""
    # A group that loses a person needs one, a group that gains one needs room.
    give, take = (0, 1) if is_leaving else (1, 0)
    for seen, persons in own.items():
        if persons[give] < 1:
            continue
        if others[seen][take] >= 1:
            return _moved((persons, give), (others[seen], take))
        for other in groups.persons:
            if others[other][take] < 1:
                continue
            for third, fourth in groups.pairs(seen & ~other, other & ~seen):
                can_help = others[third][take] >= 1 and others[fourth][give] >= 1
                if can_help and other not in (third, fourth):
                    return _moved(
                        (persons, give), (others[other], take), (others[third], take), (others[fourth], give)
                    )
    return False


def _moved(*moves: tuple[list[float], int]) -> bool:
    """Carry out some moves: one person fewer and more room (side 0), or one more and less room (side 1)."""
    for persons, side in moves:
        persons[side] -= 1
        persons[1 - side] += 1
    return True


def _persons(atoms: Sequence[Atom], bits: Sequence[int], places: Sequence[int] | range | Cell) -> Persons:
    found: dict[int, tuple[float, float]] = {}
    for place in places:
        count, room = found.get(bits[place], (0.0, 0.0))
        atom = atoms[place]
        found[bits[place]] = (count + max(atom.count, 0.0), room + atom.room)
    return found


def _folded(persons: Persons, shown: int) -> Persons:
    found: dict[int, tuple[float, float]] = {}
    for bits, (count, room) in persons.items():
        have_count, have_room = found.get(bits & shown, (0.0, 0.0))
        found[bits & shown] = (have_count + count, have_room + room)
    return found


def disclosed_cells(
    atoms: Sequence[Atom],
    candidates: Sequence[Cell],
    differences: Sequence[Cell],
    finer: Sequence[Cell],
    disclosure: Disclosure,
    held: Sequence[Cell] = (),
) -> list[Cell]:
    """Choose the candidates to show: as many as keep every small count open.

    Small candidates are hidden (primary suppression); they and the small `differences` of two candidates must stay
    `protection_width` wide, small `finer` counts, which no report holds, must not be fixed. For each that fails, the
    smallest other candidates are hidden that mend it (complementary suppression), in pairs where one alone does
    nothing. What turns out not to be needed is shown again, the largest first. The first candidate, the whole, is
    hidden last. Counts `held` are in the hands of
    readers already: they are shown whatever is chosen, and what they give away by themselves cannot be mended.
    """
    small = small_cells(atoms, candidates, differences, finer, disclosure)
    return Search(atoms, candidates, list(small), held).shown(list(small.values()), disclosure)


def small_cells(
    atoms: Sequence[Atom],
    candidates: Sequence[Cell],
    differences: Sequence[Cell],
    finer: Sequence[Cell],
    disclosure: Disclosure,
) -> dict[Cell, float]:
    """The small counts, and how wide each is to stay."""
    wide = [cell for cell in (*candidates, *differences) if disclosure.is_small(sum_of(atoms, cell))]
    in_reports = frozenset(wide)
    fixed = [cell for cell in finer if disclosure.is_small(sum_of(atoms, cell))]
    return dict.fromkeys(wide, float(disclosure.protection_width)) | {
        cell: 1.0 for cell in fixed if cell not in in_reports
    }


class Search:
    """One search for the candidates to show, which leave each of some counts wide enough.

    With `whole_last`, the first candidate is hidden last.
    """

    def __init__(
        self,
        atoms: Sequence[Atom],
        candidates: Sequence[Cell],
        small: Sequence[Cell],
        held: Sequence[Cell] = (),
        whole_last: bool = True,
    ) -> None:
        self._candidates = candidates
        self._last = 0 if whole_last and candidates else None
        self._known = list(dict.fromkeys((*candidates, *held)))
        self._values = [sum_of(atoms, cell) for cell in self._known]
        self._widths = FeasibleWidths(atoms, self._known, small)
        in_hand = set(held)
        self._fixed = sum(1 << place for place, cell in enumerate(self._known) if cell in in_hand)

    def reachable(self, place: int, wanted: float) -> float:
        """How much of a wanted width one count can have at all: with all hidden that is not held already."""
        # Where the figures of the whole leave little room by themselves, no hiding can leave more.
        wanted = min(wanted, self._widths.width(place, 0))
        while wanted > 0 and not self._widths.is_as_wide(place, self._fixed, wanted):
            wanted = max(wanted - 1, 0.0)
        return wanted

    def shown(self, widths: Sequence[float], disclosure: Disclosure) -> list[Cell]:
        """Choose the candidates to show, with each count as wide as wanted, or as can be."""
        wanted = [self.reachable(place, width) for place, width in enumerate(widths)]
        order = [place for place, value in enumerate(self._values) if not disclosure.is_small(value)]
        order.sort(key=lambda place: (place == self._last, self._values[place], place))
        shown = self._suppressed(sum(1 << place for place in order) | self._fixed, wanted)
        asked = list(range(len(wanted)))
        for option in reversed(order):
            if shown >> option & 1:
                continue
            gives = next(
                (one for one in asked if not self._widths.is_as_wide(one, shown | 1 << option, wanted[one])),
                None,
            )
            if gives is None:
                shown |= 1 << option
            else:  # likely to be given away by the next one as well: asked first
                asked.remove(gives)
                asked.insert(0, gives)
        return self._cells(shown)

    def suppressed(self, chosen: Collection[Cell], wanted: Sequence[float]) -> list[Cell]:
        """Hide more of the candidates that were chosen, until each count is as wide as wanted."""
        shown = sum(1 << place for place, cell in enumerate(self._candidates) if cell in chosen)
        return self._cells(self._suppressed(shown | self._fixed, wanted))

    def _suppressed(self, shown: int, wanted: Sequence[float]) -> int:
        costs = [value + 1 for value in self._values]
        if self._last is not None:
            costs[self._last] = sum(costs)
        for place, width in enumerate(wanted):  # what is open stays open when more is hidden
            while shown & ~self._fixed and not self._widths.is_as_wide(place, shown, width):
                shown &= ~self._widths.cheapest_to_suppress(place, shown, self._fixed, costs)
        return shown

    def _cells(self, shown: int) -> list[Cell]:
        return [cell for place, cell in enumerate(self._candidates) if shown >> place & 1]


def sum_of(atoms: Sequence[Atom], cell: Cell) -> float:
    """The persons of one count."""
    return sum(atoms[place].count for place in cell)
