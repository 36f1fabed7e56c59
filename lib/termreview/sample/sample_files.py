"""One file of the sample to write: for which term, from which school, with which trouble."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from termreview.cell_text import inert
from termreview.forms.dispatch import form_order
from termreview.forms.form import write_form
from termreview.processes import begin_server, pool
from termreview.reference.declarations import Reference
from termreview.reference.kinds.units import Unit
from termreview.sample.answers.answers import is_of_sample, school_answers
from termreview.sample.deliveries import Arrival, term_arrivals
from termreview.sample.faults import ANSWER_FAULTS, FILE_FAULTS
from termreview.sample.schools.schools import Answer
from termreview.terms import Term

AnswersOf = Callable[[Unit, Term, Reference], dict[str, Answer]]  # what one school answered in one term

# What a change finds where the office's form does not ask what it is about.
_NO_PLACE = (KeyError, ValueError, StopIteration, AssertionError)


@dataclass(frozen=True)
class SampleFile:
    """One file as it arrives; `source` is the term it is filled for, another one when an old file is sent again."""

    source: Term
    school: Unit
    arrival: Arrival


def term_sample_files(term: Term, reference: Reference) -> list[SampleFile]:
    """Every file of one term, in registry order."""
    declared = reference.of(term)
    return [
        SampleFile(Term(term.school_year, arrival.copies) if arrival.copies else term, school, arrival)
        for school, arrival in term_arrivals(declared.plan, declared.schools)
    ]


def write_sample_files(
    sample_files: Sequence[SampleFile],
    folder: Path,
    reference: Reference,
    workers: int,
    answers_of: AnswersOf = school_answers,
) -> Iterator[SampleFile]:
    """Write every file, giving each one back as it is finished; the files do not depend on the workers."""
    if workers < 2:
        for sample_file in sample_files:
            write_sample_file(sample_file, folder, reference, answers_of)
            yield sample_file
        return
    begin_server(__name__)
    with pool(workers, _start_worker, (reference, folder, answers_of)) as writers:
        yield from writers.map(_write_in_worker, sample_files, chunksize=4)


_worker: tuple[Reference, Path, AnswersOf]


def _start_worker(reference: Reference, folder: Path, answers_of: AnswersOf) -> None:
    global _worker
    _worker = (reference, folder, answers_of)


def _write_in_worker(sample_file: SampleFile) -> SampleFile:
    reference, folder, answers_of = _worker
    write_sample_file(sample_file, folder, reference, answers_of)
    return sample_file


def write_sample_file(
    sample_file: SampleFile, folder: Path, reference: Reference, answers_of: AnswersOf = school_answers
) -> None:
    """Fill the form of one school, with the declared faults in its answers, then in its bytes."""
    declared, school = reference.of(sample_file.source), sample_file.school
    answers = answers_of(school, sample_file.source, reference)
    faults = sample_file.arrival.faults if is_of_sample(school, declared) else ()
    for name in faults:
        if name in ANSWER_FAULTS:
            answers = _with_fault(ANSWER_FAULTS[name], answers)
    order = form_order(reference, declared, school)
    path = folder / sample_file.arrival.name
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


def write_received(path: Path, sample_files: Sequence[SampleFile]) -> None:
    """Write the office's list of what came when; the mark at the start lets Excel read its accents."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("file", "received_on", "note"))
    arrivals = sorted(
        (sample_file.arrival for sample_file in sample_files),
        key=lambda arrival: (arrival.received_on, arrival.name),
    )
    lines.writerows((inert(arrival.name), arrival.received_on, inert(arrival.note)) for arrival in arrivals)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="\n")
