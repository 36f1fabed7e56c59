"""One code of a unit that lost the zeros it starts with, as Excel drops them: told where they were lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from termreview.reference.kinds.units import UNITS, Registry
from termreview.reference.loading.source import Source

_SHOWN: Final = 12


def note_lost_zeros(source: Source, registry: Registry) -> None:
    """Tell of a code that is unknown for its zeros alone that they were lost, and in which of the two files.

    Where `units.csv` lost them, that one mistake stands for all the others that follow from it.
    """
    by_rest: Mapping[str, str] = {unit.unit_id.lstrip("0"): unit.unit_id for unit in registry.units}
    lost: dict[str, str] = {}
    elsewhere: dict[str, dict[tuple[str, str], int]] = {}
    for problem in list(source.problems):
        found = source.mistakes.find(problem.message)
        if found is None or UNITS not in found[0].follows_from:
            continue
        wanted = found[1].get("0", "")
        declared = by_rest.get(wanted.lstrip("0"), wanted)
        if len(declared) < len(wanted):
            lost[wanted] = declared
        elif len(declared) > len(wanted):
            source.problems.remove(problem)
            elsewhere.setdefault(problem.file, {}).setdefault((wanted, declared), problem.line)
    for file, codes in elsewhere.items():
        (first, whole), line = next(iter(codes.items()))
        said = f"'{first}' lost the zeros that it starts with: units.csv declares '{whole}'"
        if len(codes) > 1:
            pairs = [f"{wanted} ({declared})" for wanted, declared in list(codes)[:_SHOWN]]
            listed = "; ".join([*pairs, "…"] if len(codes) > _SHOWN else pairs)
            said = f"{len(codes)} codes lost the zeros that they start with; units.csv declares: {listed}"
        source.report(source.root / file, line, said)
    if lost:
        source.hide(source.root / UNITS, *lost)
        order = {unit.unit_id: place for place, unit in reversed(list(enumerate(registry.units)))}
        lost = dict(sorted(lost.items(), key=lambda pair: order[pair[1]]))
        shown = [f"{declared} ({wanted})" for wanted, declared in list(lost.items())[:_SHOWN]]
        listed = "; ".join([*shown, "…"] if len(lost) > _SHOWN else shown)
        said = f"codes lost the zeros that they start with, by what other files or rows write: {listed}"
        source.report_word(source.root / UNITS, f"{next(iter(lost.values()))},", said)
