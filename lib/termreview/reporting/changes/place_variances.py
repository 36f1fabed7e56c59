"""One place of a report that tells something else now: what it told at each step of the way, and the part of each cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from termreview.reporting.changes.places import (
    KEY_FIGURE,
    FiguredText,
    FigureKey,
    Figures,
    PlaceKey,
    ReportContent,
    Where,
    aligned,
)
from termreview.reporting.changes.variances import split

BridgeSteps = Sequence[tuple[str, ReportContent]]


@dataclass(frozen=True, eq=False)
class PlaceVariance:
    """One place that changed.

    `path` is the cause and the text of each step (None: nothing is told there); `figures` the figures of each step,
    None where words changed as well, so that there is nothing to add up.
    """

    where: Where
    path: tuple[tuple[str, str | None], ...]
    figures: tuple[Figures, ...] | None

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

    @cached_property
    def changed(self) -> list[FigureKey]:
        """Its figures that are others now, or were on the way; a zero is not nothing."""
        told = self.figures or ()
        keys = dict.fromkeys(key for own in (*told[-1:], *told) for key in own)
        return [key for key in keys if len({own.get(key) for own in told}) > 1]

    @property
    def variances(self) -> list[Decimal]:
        """The whole variance of each changed figure; a figure that appears comes from nothing."""
        first, last = (self.figures or ({},))[0], (self.figures or ({},))[-1]
        return [last.get(key, Decimal(0)) - first.get(key, Decimal(0)) for key in self.changed]

    @cached_property
    def parts(self) -> dict[str, list[Decimal]]:
        """The part of each cause in the variance of each changed figure; they add up to it as printed."""
        path = [(cause, own) for (cause, _), own in zip(self.path, self.figures or (), strict=True)]
        return {cause: [own[key] for key in self.changed] for cause, own in split(path, Decimal(0)).items()}


def place_variances(bridge_steps: BridgeSteps) -> list[PlaceVariance]:
    """Every place that changed between the first and the last of some steps, or there and back, in the report's order."""
    order = list(_keys(bridge_steps, lambda told: told.sentences))
    variances = [*_cell_variances(bridge_steps), *_sentence_variances(bridge_steps, order)]
    places = {section: place for place, section in enumerate(order)}
    return sorted(variances, key=lambda variance: places.get(variance.where.section, len(order)))


def key_figure_variances(bridge_steps: BridgeSteps) -> list[PlaceVariance]:
    """The way of every key figure that is told now, changed or not."""
    keys = [key for key in bridge_steps[-1][1].cells if key.kind == KEY_FIGURE]
    return [_cell_variance(key, bridge_steps) for key in keys]


Key = TypeVar("Key", PlaceKey, str)


def _keys(bridge_steps: BridgeSteps, of: Callable[[ReportContent], Mapping[Key, object]]) -> dict[Key, None]:
    return dict.fromkeys(key for _, told in (*bridge_steps[-1:], *bridge_steps) for key in of(told))


def _cell_variances(bridge_steps: BridgeSteps) -> list[PlaceVariance]:
    keys = _keys(bridge_steps, lambda told: told.cells)
    changed = [key for key in keys if len({_text(told.cells.get(key)) for _, told in bridge_steps}) > 1]
    return _without_bare_words([_cell_variance(key, bridge_steps) for key in changed])


def _text(one: FiguredText | None) -> str | None:
    return None if one is None else one.text


def _cell_variance(key: PlaceKey, bridge_steps: BridgeSteps) -> PlaceVariance:
    path = [told.cells.get(key) for _, told in bridge_steps]
    known = [told.where[key] for _, told in reversed(bridge_steps) if key in told.where]
    where = next((place for place in known if place.section), known[0])
    figures = aligned(path)
    return _variance(where, bridge_steps, path, None if figures is None else tuple(figures))


def _variance(
    where: Where,
    bridge_steps: BridgeSteps,
    path: Iterable[FiguredText | None],
    figures: tuple[Figures, ...] | None,
) -> PlaceVariance:
    texts = ((cause, _text(one)) for (cause, _), one in zip(bridge_steps, path, strict=True))
    return PlaceVariance(where, tuple(texts), figures)


def _without_bare_words(variances: Sequence[PlaceVariance]) -> list[PlaceVariance]:
    """The variances without the words of rows that came or went, of which a figure (or the first word) tells enough."""
    by_row: dict[Where, list[PlaceVariance]] = {}
    for variance in variances:
        by_row.setdefault(replace(variance.where, column=""), []).append(variance)
    kept = []
    for own in by_row.values():
        told = [variance for variance in own if variance.figures is not None or None not in (variance.before, variance.after)]  # fmt: skip
        kept += told or own[:1]
    return kept


def _sentence_variances(bridge_steps: BridgeSteps, sections: Iterable[str]) -> list[PlaceVariance]:
    variances = []
    for section in sections:
        told = [step.sentences.get(section, ()) for _, step in bridge_steps]
        for chain in _chains(told):
            # What came and went on the way is told in neither report.
            if len(set(map(_text, chain))) > 1 and (chain[0], chain[-1]) != (None, None):
                variances.append(_variance(Where(section), bridge_steps, chain, _lasting_figures(chain)))
    return variances


def _lasting_figures(chain: Sequence[FiguredText | None]) -> tuple[Figures, ...] | None:
    """The figures that one sentence has from the first step to the last; none where it says other words about others.

    The figures of a sentence that comes or goes, or of one item of it, have moved from nowhere.
    """
    first, last = chain[0], chain[-1]
    if first is None or last is None:
        return None
    keys = [key for key in first.figures if key in last.figures]
    told = tuple(
        {key: one.figures[key] for key in keys if key in one.figures} if one else {} for one in chain
    )
    return told if any(len({own.get(key) for own in told}) > 1 for key in keys) else None


def _chains(told: Sequence[Sequence[FiguredText]]) -> list[list[FiguredText | None]]:
    """What became of each sentence of one section from step to step; None where it is not said."""
    chains: list[list[FiguredText | None]] = [[one] for one in told[0]]
    for number, sentences in enumerate(told[1:], start=1):
        ends = [chain[-1] for chain in chains]
        paired = _paired(ends, sentences)
        for place, one in enumerate(sentences):
            if place in paired:
                chains[paired[place]].append(one)
            else:
                chains.append([None] * number + [one])
        for chain in chains:
            if len(chain) == number:
                chain.append(None)
    return chains


def _paired(before: Sequence[FiguredText | None], after: Sequence[FiguredText]) -> dict[int, int]:
    """By the place of a sentence, that of the one it was: the same text, the same words, or the same declared sentence."""
    paired: dict[int, int] = {}
    for alike in (
        lambda one: (one.key, one.text),
        lambda one: (one.key, one.bare),
        lambda one: one.key or None,
    ):
        taken = set(paired.values())
        waiting: dict[object, list[int]] = {}
        for at, one in enumerate(before):
            if one is not None and at not in taken and alike(one) is not None:
                waiting.setdefault(alike(one), []).append(at)
        for place, one in enumerate(after):
            if place not in paired and (found := waiting.get(alike(one))):
                paired[place] = found.pop(0)
    return paired


def anchored(told: ReportContent, page: ReportContent) -> ReportContent:
    """What a page that was handed out tells, in the sections that are told of its state, too."""
    where = {key: told.where.get(key) or place for key, place in page.where.items()}
    sentences = {
        section: _declared(page.sentences.get(section, own), own) if own else own
        for section, own in told.sentences.items()
    }
    return ReportContent(page.cells, where, sentences)


def _declared(sentences: Sequence[FiguredText], own: Sequence[FiguredText]) -> tuple[FiguredText, ...]:
    """The sentences of one section of a page without what an analyst wrote there."""
    known = {one.text for one in own}
    return tuple(one for one in sentences if one.key or one.text in known)
