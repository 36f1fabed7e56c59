"""One part of a report that repeats the same part of another school's: asked of both, with the counts.

`files.near_duplicates` finds files that are alike as wholes, which one changed cell hides. Here numbers are compared part by
part. What many schools answer by themselves tells nothing: 0, 1 (Yes) and full points are left out. Of the other numbers
of a part, two schools of the sample that did not copy share 53 % at most; nine tenths of at least twenty ask.
Schools are not compared each with each: only those whose numbers lie beside each other in order are looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from termreview.intake.checks.answer_grid import Answers, Flags, Places
from termreview.intake.files.file_reading import Remark
from termreview.reference.declarations import TermReference

CODE = "same_part_two_schools"
_ENOUGH_NUMBERS, _ALIKE_SHARE = 20, 0.9
_NEIGHBOURS = 4  # of equal numbers; a copy of a copy of a copy still lies beside its source
_SHARED = 8  # numbers of a sheet that a pair shares to be looked at closely
_SCHOOLS_SHOWN = 3


def copied_parts(
    answers: Answers, term: TermReference, known: Collection[frozenset[str]] = ()
) -> Iterator[tuple[str, Remark]]:
    """Ask, by school and part, about the other schools of its level that answer it alike.

    Parameters
    ----------
    known
        Pairs of schools whose whole answers are the same, which is asked already.
    """
    names = {school.unit_id: school.name for school in term.schools}
    for _, here in answers.by_level():
        if len(here.school_ids) < 2:
            continue
        telling = _telling(here, term)
        for sheet, parts in _parts(here, term):
            pairs = _near(here, telling, parts[0].lines)
            pairs = [pair for pair in pairs if frozenset(here.school_ids[one] for one in pair) not in known]
            asked: set[tuple[int, int]] = set()  # of the whole sheet, so not of its sections
            for part in parts if pairs else ():
                alike = _alike(here, telling, part.lines, pairs)
                found = {pair: count for pair, count in alike.items() if pair not in asked}
                asked.update(found)
                yield from _remarks(here.school_ids, found, names, sheet, part.title)


def _remarks(
    school_ids: Sequence[str],
    found: Mapping[tuple[int, int], tuple[int, int]],
    names: Mapping[str, str],
    sheet: str,
    title: str,
) -> Iterator[tuple[str, Remark]]:
    """One question per school about one part: the other schools, and how much is alike with the nearest of them."""
    others: dict[int, list[tuple[int, int, str]]] = {}
    for (one, other), (alike, of) in found.items():
        others.setdefault(one, []).append((-alike, of, school_ids[other]))
        others.setdefault(other, []).append((-alike, of, school_ids[one]))
    for place, alike_to in sorted(others.items()):
        schools = sorted(school_id for *_, school_id in alike_to)  # one number corrected is no other question
        told = "; ".join(f"{names[school_id]} ({school_id})" for school_id in schools[:_SCHOOLS_SHOWN])
        told += "; …" if len(schools) > _SCHOOLS_SHOWN else ""
        most, of, _ = min(alike_to)
        counts = f"{-most}/{of}"
        yield school_ids[place], Remark(CODE, CODE, sheet, found=told, expected=counts, label=title)


class _Part(NamedTuple):
    """One sheet or section: its title and its lines of the grid."""

    title: str
    lines: Places


def _telling(answers: Answers, term: TermReference) -> Flags:
    """The numbers that schools do not share by themselves, as a grid."""
    fields = term.form.all_fields()
    most = [fields[name].maximum if fields[name].kind == "points" else None for name in answers.lines]
    full = np.array([np.nan if each is None else each for each in most])
    numbers = answers.numbers
    return np.asarray(~np.isnan(numbers) & (numbers != 0) & (numbers != 1) & (numbers != full[:, None]))


def _parts(answers: Answers, term: TermReference) -> Iterator[tuple[str, list[_Part]]]:
    """What is compared of each sheet with enough questions, by its title: the whole of it, then its sections."""
    fields, by_section = term.form.all_fields(), defaultdict[str, list[int]](list)
    is_answered: list[bool] = np.any(answers.is_answered, axis=1).tolist()  # here, so asked of this level
    for name, line in answers.lines.items():
        if is_answered[line] and fields[name].is_numeric:
            by_section[fields[name].section_id].append(line)
    for plan in term.form.sheets:
        sections = [
            (each.title, by_section[each.section_id]) for each in term.form.sections_of(plan.sheet_id)
        ]
        whole = [line for _, lines in sections for line in lines]
        if len(whole) < _ENOUGH_NUMBERS:
            continue
        parts = [_Part(plan.title, np.array(whole))]
        for title, lines in sections:
            if _ENOUGH_NUMBERS <= len(lines) < len(whole):
                parts.append(_Part(title, np.array(lines)))
        yield plan.title, parts


def _near(answers: Answers, telling: Flags, lines: Places) -> list[tuple[int, int]]:
    """The pairs of schools that share so many numbers of some lines that they are worth a look."""
    count = len(answers.school_ids)
    numbers = np.where(telling[lines], answers.numbers[lines], np.nan)
    order = np.argsort(numbers, axis=1, kind="stable")  # equal numbers in the order of the schools
    ranked = np.take_along_axis(numbers, order, axis=1)
    pairs = []
    for step in range(1, min(_NEIGHBOURS, count - 1) + 1):
        line, place = np.nonzero(ranked[:, step:] == ranked[:, :-step])
        pairs.append(order[line, place] * count + order[line, place + step])
    if not pairs:
        return []
    found, times = np.unique(np.concatenate(pairs), return_counts=True)
    return [divmod(int(pair), count) for pair in found[times >= _SHARED]]


def _alike(
    answers: Answers, telling: Flags, lines: Places, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, int]]:
    """The pairs of schools that answer some lines alike: how many numbers they share, of how many that tell something."""
    ones, others = np.array(pairs, dtype=np.intp).T
    numbers, tells = answers.numbers[lines], telling[lines]
    first, second = numbers[:, ones], numbers[:, others]
    told = (tells[:, ones] | tells[:, others]) & ~np.isnan(first) & ~np.isnan(second)
    of, alike = told.sum(axis=0), (told & (first == second)).sum(axis=0)
    places: list[int] = np.flatnonzero((of >= _ENOUGH_NUMBERS) & (alike >= _ALIKE_SHARE * of)).tolist()
    return {pairs[place]: (int(alike[place]), int(of[place])) for place in places}
