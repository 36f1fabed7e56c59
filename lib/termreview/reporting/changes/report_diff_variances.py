"""One printed figure that is another one now: its value at each step of the way, in parts that add up in print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from termreview.reporting.changes.report_diff_places import KEY_FIGURE, PlaceKey, Printed, Where
from termreview.reporting.changes.report_diff_text import (
    aligned_figures,
    amount,
    decimals_of,
    is_nothing,
    take_apart,
)

_FIRST_WORDS: Final = 3
_ALIKE: Final = 0.5  # how much of two sentences must agree for one to be what became of the other


@dataclass(frozen=True)
class PrintedVariance:
    """One printed place that changed.

    `path` is the cause and the text of each step (None: nothing is printed there); `figures` the figures of each
    text in one order, None where words changed as well, so that there is nothing to add up.
    """

    where: Where
    path: tuple[tuple[str, str | None], ...]
    figures: tuple[tuple[str, ...] | None, ...] | None

    @property
    def before(self) -> str | None:
        """What was printed."""
        return self.path[0][1]

    @property
    def after(self) -> str | None:
        """What is printed now."""
        return self.path[-1][1]

    @property
    def steps(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """The cause of each change on the way, with the text before and after it."""
        return tuple((cause, one, other) for (_, one), (cause, other) in pairwise(self.path) if one != other)

    @property
    def decimals(self) -> int:
        """To how many decimals its figures are printed."""
        return decimals_of(figure for told in self.figures or () for figure in told or ())

    @property
    def changed(self) -> list[bool]:
        """Of each of its figures, whether it is another one now, or was on the way; a zero is not nothing."""
        told = self.figures or ()
        width = max((len(each) for each in told if each is not None), default=0)
        return [len({None if each is None else each[at] for each in told}) > 1 for at in range(width)]

    def variances(self) -> list[Decimal]:
        """The whole variance of each of its figures; a figure that appears comes from nothing."""
        first, last = self._amounts()[0], self._amounts()[-1]
        return [after - before for before, after in zip(first, last, strict=True)]

    def parts(self) -> dict[str, list[Decimal]]:
        """The part of each cause in the variance of each of its figures.

        Raises
        ------
        ValueError
            When they do not add up to the variance: what is printed would not be true.
        """
        amounts = self._amounts()
        parts: dict[str, list[Decimal]] = {}
        for (before, after), (cause, _) in zip(pairwise(amounts), self.path[1:], strict=True):
            own = parts.setdefault(cause, [Decimal(0)] * len(before))
            for number, (one, other) in enumerate(zip(before, after, strict=True)):
                own[number] += other - one
        sums = [sum(column, Decimal(0)) for column in zip(*parts.values(), strict=True)]
        if sums != self.variances():
            raise ValueError(f"the parts of {self.where} do not add up to its move")
        return parts

    def _amounts(self) -> list[list[Decimal]]:
        told = self.figures or ()
        width = max((len(each) for each in told if each is not None), default=0)
        return [
            [Decimal(0)] * width if each is None else [amount(figure) for figure in each] for each in told
        ]


def printed_variances(
    bridge_steps: Sequence[tuple[str, Printed]], names: Sequence[str] = ()
) -> list[PrintedVariance]:
    """Every printed place that changed between the first and the last of some steps, or there and back, in order."""
    order = list(
        dict.fromkeys(name for _, printed in (*bridge_steps[-1:], *bridge_steps) for name in printed.lines)
    )
    variances = [*_cell_variances(bridge_steps, names), *_line_variances(bridge_steps, names)]
    return sorted(variances, key=lambda variance: _place(order, variance.where.section))


def _place(order: Sequence[str], section: str) -> int:
    return order.index(section) if section in order else len(order)


def _cell_variances(
    bridge_steps: Sequence[tuple[str, Printed]], names: Sequence[str]
) -> list[PrintedVariance]:
    keys = dict.fromkeys(key for _, printed in (*bridge_steps[-1:], *bridge_steps) for key in printed.cells)
    changed = [key for key in keys if len({printed.cells.get(key) for _, printed in bridge_steps}) > 1]
    return _without_bare_words([_cell_variance(key, bridge_steps, names) for key in changed])


def key_figure_variances(
    bridge_steps: Sequence[tuple[str, Printed]], names: Sequence[str] = ()
) -> list[PrintedVariance]:
    """The way of every key figure that is printed now, changed or not."""
    keys = [key for key in bridge_steps[-1][1].cells if key.kind == KEY_FIGURE]
    return [_cell_variance(key, bridge_steps, names) for key in keys]


def _cell_variance(
    key: PlaceKey, bridge_steps: Sequence[tuple[str, Printed]], names: Sequence[str]
) -> PrintedVariance:
    path = tuple((cause, printed.cells.get(key)) for cause, printed in bridge_steps)
    known = [printed.where[key] for _, printed in reversed(bridge_steps) if key in printed.where]
    where = next((place for place in known if place.section), known[0])
    return _variance(where, path, names)


def _without_bare_words(variances: Sequence[PrintedVariance]) -> list[PrintedVariance]:
    """The variances without the words of rows that came or went, of which a figure (or the first word) tells enough."""
    by_row: dict[Where, list[PrintedVariance]] = {}
    for variance in variances:
        by_row.setdefault(replace(variance.where, column=""), []).append(variance)
    kept = []
    for own in by_row.values():
        told = [variance for variance in own if variance.figures is not None or None not in (variance.before, variance.after)]  # fmt: skip
        kept += told or own[:1]
    return kept


def _variance(
    where: Where, path: tuple[tuple[str, str | None], ...], names: Sequence[str], is_sentence: bool = False
) -> PrintedVariance:
    texts = [None if text is None or is_nothing(text) else take_apart(text, names) for _, text in path]
    figures = aligned_figures(texts, is_sentence)
    return PrintedVariance(where, path, None if figures is None else tuple(figures))


def _line_variances(
    bridge_steps: Sequence[tuple[str, Printed]], names: Sequence[str]
) -> list[PrintedVariance]:
    sections = dict.fromkeys(
        name for _, printed in (*bridge_steps[-1:], *bridge_steps) for name in printed.lines
    )
    variances = []
    for section in sections:
        told = [printed.lines.get(section, ()) for _, printed in bridge_steps]
        if len(set(told)) == 1:
            continue
        causes = [cause for cause, _ in bridge_steps]
        for chain in _chains(told, names):
            # What came and went on the way is printed in neither report.
            if len(set(chain)) > 1 and (chain[0], chain[-1]) != (None, None):
                variance = _variance(
                    Where(section), tuple(zip(causes, chain, strict=True)), names, is_sentence=True
                )
                # The figures of a sentence that comes or goes have moved from nowhere.
                variances.append(
                    replace(variance, figures=None) if None in (chain[0], chain[-1]) else variance
                )
    return variances


def _chains(told: Sequence[Sequence[str]], names: Sequence[str]) -> list[list[str | None]]:
    """What became of each sentence of one section from step to step; None where it is not said."""
    chains: list[list[str | None]] = [[line] for line in told[0]]
    for number, lines in enumerate(told[1:], start=1):
        left = list(enumerate(lines))
        ends = [chain[-1] for chain in chains]
        paired: dict[int, int] = {}
        # Sentences that went away may come again: they are looked for last.
        for place, line in left:
            if (at := next((at for at, end in enumerate(ends) if end == line and at not in paired.values()), None)) is not None:  # fmt: skip
                paired[place] = at
        _pair_by_words(left, ends, paired, names)
        _pair_alike(left, ends, paired, names)
        _pair_by_words(left, ends, paired, names, _FIRST_WORDS)
        for place, line in left:
            if place in paired:
                chains[paired[place]].append(line)
            else:
                chains.append([None] * number + [line])
        for chain in chains:
            if len(chain) == number:
                chain.append(None)
    return chains


def _pair_by_words(
    left: Sequence[tuple[int, str]],
    ends: Sequence[str | None],
    paired: dict[int, int],
    names: Sequence[str],
    most: int | None = None,
) -> None:
    """Pair the sentences that say the same of other figures, or begin alike (by so many words)."""

    def said(text: str) -> str:
        return " ".join(take_apart(text, names).bare.split()[:most])

    taken = set(paired.values())
    waiting: dict[str, list[int]] = {}
    for at, end in enumerate(ends):
        if end is not None and at not in taken:
            waiting.setdefault(said(end), []).append(at)
    for place, line in left:
        if place not in paired and (found := waiting.get(said(line))):
            paired[place] = found.pop(0)


def _pair_alike(
    left: Sequence[tuple[int, str]], ends: Sequence[str | None], paired: dict[int, int], names: Sequence[str]
) -> None:
    """Pair the sentences that are most alike, the nearest first."""
    taken = set(paired.values())
    open_ends = [
        (at, take_apart(end, names).tokens)
        for at, end in enumerate(ends)
        if end is not None and at not in taken
    ]
    likeness = []
    for place, line in left:
        if place in paired:
            continue
        words = take_apart(line, names).tokens
        for at, others in open_ends:
            shared = sum((Counter(words) & Counter(others)).values())
            if 2 * shared / (len(words) + len(others)) < _ALIKE:
                continue
            ratio = SequenceMatcher(None, words, others, autojunk=False).ratio()
            if ratio >= _ALIKE:
                likeness.append((-ratio, place, at))
    for _, place, at in sorted(likeness):
        if place not in paired and at not in paired.values():
            paired[place] = at


def anchored(printed: Printed, page: Printed) -> Printed:
    """What a page that was handed out prints in its tables, with what its state prints elsewhere."""
    rest = [key for key in printed.cells if key.kind == KEY_FIGURE]
    cells = {**page.cells, **{key: printed.cells[key] for key in rest}}
    where = {key: printed.where.get(key) or page.where[key] for key in cells}
    return Printed(cells, where, printed.lines)


def figures_printed(printed: Printed, names: Sequence[str] = ()) -> int:
    """How many figures one report prints in its cells, key figures and sentences."""
    texts = [*printed.cells.values(), *(line for lines in printed.lines.values() for line in lines)]
    return sum(len(take_apart(text, names).figures) for text in texts)
