"""One large term cut into blocks of schools, each searched by itself: the work grows with the schools, not with their square.

Why that is safe: each block is searched as if a reader knew its own share of every shown count that spans several
blocks. No reader knows as much. Persons who can trade places in a block without any of its counts changing, those shares
included, can do so without any shown count of the term changing. Counts that span blocks, and the few that such a
reader would leave no room, are looked at once more in the whole term, where more is hidden until they are open.
The price is that a block may hide a little more than one search of the whole would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from termreview.pieces import found_or_made
from termreview.reference.kinds.disclosure import Disclosure
from termreview.reporting.editions.atoms import Atom
from termreview.reporting.editions.complementary_suppression import Cell, Search, disclosed_cells, small_cells

MOST_SCHOOLS = 100  # up to so many are searched as a whole: of more, now 300 took 12 s and now 600 two
BLOCK_SCHOOLS = 60


def blocks_of(units: Iterable[frozenset[str]], schools: Sequence[str]) -> list[frozenset[str]]:
    """Cut the schools of one term into blocks, units together where a block can hold them; one block where they are few.

    `units` are the schools of each unit, in the order of the registry: those of one larger unit follow each other.
    """
    if len(schools) <= MOST_SCHOOLS:
        return [frozenset(schools)]
    left, gathered, blocks = dict.fromkeys(schools), set[str](), []
    small = [unit for unit in units if len(unit) <= BLOCK_SCHOOLS]
    for unit in (*small, *map(frozenset, zip(schools))):  # then what stands in no unit that small, one by one
        gathered |= {school_id for school_id in unit if left.pop(school_id, "") is None}
        if len(gathered) >= BLOCK_SCHOOLS:
            blocks.append(frozenset(gathered))
            gathered = set()
    return [*blocks, frozenset(gathered)] if gathered else blocks


def disclosed_in_blocks(
    atoms: Sequence[Atom],
    candidates: Sequence[Cell],
    differences: Sequence[Cell],
    finer: Sequence[Cell],
    disclosure: Disclosure,
    held: Sequence[Cell],
    schools: Sequence[frozenset[str]],
) -> list[Cell]:
    """Choose the candidates to show as `disclosed_cells` does, block by block of schools; the whole at once where there is one."""
    if len(schools) < 2:
        return disclosed_cells(atoms, candidates, differences, finer, disclosure, held)
    block_of_school = {school_id: number for number, own in enumerate(schools) for school_id in own}
    block_of = [block_of_school[atom.school_id] for atom in atoms]
    small = small_cells(atoms, candidates, differences, finer, disclosure)
    in_hand = Search(atoms, [], list(small), held)
    wanted = {cell: in_hand.reachable(place, width) for place, (cell, width) in enumerate(small.items())}
    blocks = [_Block() for _ in schools]
    for place, number in enumerate(block_of):
        blocks[number].add(place)

    def block_with(cell: Cell) -> _Block | None:
        found = {block_of[place] for place in cell}
        return blocks[found.pop()] if len(found) == 1 else None

    offered = frozenset(candidates)
    above = [cell for cell in candidates if block_with(cell) is None]
    asked = [cell for cell in wanted if block_with(cell) is None]
    search = Search(atoms, above, asked, held, whole_last=above[:1] == candidates[:1])
    chosen = set(search.shown([wanted[cell] for cell in asked], disclosure))
    known = list(dict.fromkeys((*chosen, *held)))
    for block in blocks:
        block.meet(atoms, known)
    for cell in dict.fromkeys((*candidates, *small)):
        if (here := block_with(cell)) is not None:
            here.take(cell, wanted.get(cell, 0.0), cell in offered)
    for block in blocks:
        asked += block.lacking()
        chosen.update(block.shown(disclosure))
    whole = Search(atoms, candidates, asked, held)
    return whole.suppressed(chosen, [wanted[cell] for cell in asked])


class _Block:
    """The counts of one block of schools, in which atoms have places of their own."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}  # among all -> in the block
        self._counts: dict[Cell, Cell] = {}  # in the block -> among all
        self._candidates: list[Cell] = []
        self._wanted: dict[Cell, float] = {}

    def add(self, place: int) -> None:
        """Take one atom."""
        self._places[place] = len(self._places)

    def meet(self, atoms: Sequence[Atom], known: Sequence[Cell]) -> None:
        """Learn what is known of the whole, as its share in this block."""
        self._atoms = [atoms[place] for place in self._places]
        self._held = [cell for cell in dict.fromkeys(map(self.part, known)) if cell]

    def part(self, cell: Cell) -> Cell:
        """What of one count lies in this block."""
        return frozenset(self._places[place] for place in cell & self._places.keys())

    def take(self, cell: Cell, wanted: float, is_candidate: bool) -> None:
        """Take one count that lies here: to be shown, or to be left as wide as wanted."""
        own = self.part(cell)
        self._counts[own] = cell
        if is_candidate:
            self._candidates.append(own)
        if wanted > 0:
            self._wanted[own] = wanted

    def lacking(self) -> list[Cell]:
        """The counts that lie here and that what is known of the whole leaves less open than wanted."""
        search = self._search([], list(self._wanted))
        return [
            self._counts[cell]
            for place, (cell, width) in enumerate(self._wanted.items())
            if search.reachable(place, width) < width
        ]

    def shown(self, disclosure: Disclosure) -> list[Cell]:
        """The counts of this block that are shown."""
        return [self._counts[cell] for cell in self._found(disclosure)]

    def _found(self, disclosure: Disclosure) -> list[Cell]:
        """What the search shows, in the block's own places; done before where the block's counts are as they were."""
        wanted = list(self._wanted.values())
        persons = [
            (atom.school_id, atom.column, sorted(atom.places), atom.count, atom.room) for atom in self._atoms
        ]
        cells = [sorted(cell) for cell in (*self._candidates, *self._wanted, *self._held)]
        sizes = (len(self._candidates), len(self._wanted))
        return found_or_made(
            "suppression",
            (persons, cells, sizes, wanted, disclosure),
            lambda: self._search(self._candidates, list(self._wanted)).shown(wanted, disclosure),
        )

    def _search(self, candidates: Sequence[Cell], small: Sequence[Cell]) -> Search:
        return Search(self._atoms, candidates, small, self._held, whole_last=False)
