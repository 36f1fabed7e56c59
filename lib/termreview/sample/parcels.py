"""One file of the sample to write: for which term, from which school, with which trouble."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from termreview.cell_text import inert
from termreview.forms.dispatch import form_order
from termreview.forms.form import write_form
from termreview.reference.declarations import Reference
from termreview.reference.kinds.units import Unit
from termreview.sample.answers.answers import is_of_sample, school_answers
from termreview.sample.damage import FILE_FAULTS
from termreview.sample.deliveries import Arrival, term_arrivals
from termreview.sample.faults import ANSWER_FAULTS
from termreview.sample.schools.schools import Answer
from termreview.terms import Term

# What a change finds where the office's form does not ask what it is about.
_NO_PLACE = (KeyError, ValueError, StopIteration, AssertionError)


@dataclass(frozen=True)
class Parcel:
    """One file as it arrives; `source` is the term it is filled for, another one when an old file is sent again."""

    source: Term
    school: Unit
    arrival: Arrival


def term_parcels(term: Term, reference: Reference) -> list[Parcel]:
    """Every file of one term, in registry order."""
    declared = reference.of(term)
    return [
        Parcel(Term(term.school_year, arrival.copies) if arrival.copies else term, school, arrival)
        for school, arrival in term_arrivals(declared.plan, declared.schools)
    ]


def write_parcels(
    parcels: Sequence[Parcel], folder: Path, reference: Reference, workers: int
) -> Iterator[Parcel]:
    """Write every file, giving each one back as it is finished; the files do not depend on the workers."""
    if workers < 2:
        for parcel in parcels:
            write_parcel(parcel, folder, reference)
            yield parcel
        return
    with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(reference, folder)) as pool:
        yield from pool.map(_write_in_worker, parcels, chunksize=4)


_worker: tuple[Reference, Path]


def _start_worker(reference: Reference, folder: Path) -> None:
    global _worker
    _worker = (reference, folder)


def _write_in_worker(parcel: Parcel) -> Parcel:
    reference, folder = _worker
    write_parcel(parcel, folder, reference)
    return parcel


def write_parcel(parcel: Parcel, folder: Path, reference: Reference) -> None:
    """Fill the form of one school, with the declared faults in its answers, then in its bytes."""
    declared, school = reference.of(parcel.source), parcel.school
    answers = school_answers(school, parcel.source, reference)
    faults = parcel.arrival.faults if is_of_sample(school, declared) else ()
    for name in faults:
        if name in ANSWER_FAULTS:
            answers = _with_fault(ANSWER_FAULTS[name], answers)
    order = form_order(reference, declared, school)
    path = folder / parcel.arrival.name
    layout = write_form(path, order, answers)
    for name in faults:
        if name in FILE_FAULTS:
            with suppress(*_NO_PLACE):
                path.write_bytes(FILE_FAULTS[name](path.read_bytes(), layout))


def _with_fault(change: Callable[[dict[str, Answer]], None], answers: dict[str, Answer]) -> dict[str, Answer]:
    """The answers with one declared trouble; as they were where the office's form has no place for it."""
    changed = dict(answers)
    with suppress(*_NO_PLACE):
        change(changed)
        return changed
    return answers


def write_received(path: Path, parcels: Sequence[Parcel]) -> None:
    """Write the office's list of what came when; the mark at the start lets Excel read its accents."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("file", "received_on", "note"))
    arrivals = sorted(
        (parcel.arrival for parcel in parcels), key=lambda arrival: (arrival.received_on, arrival.name)
    )
    lines.writerows((inert(arrival.name), arrival.received_on, inert(arrival.note)) for arrival in arrivals)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="\n")
