"""One term cleaned: received files in; submissions, observations and findings out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa

from termreview.collector import memory_left_alone
from termreview.intake.batches.batch import (
    ANSWERS,
    READING,
    Progress,
    ReadBatch,
    answers_at,
    compacted_answers,
    cut_shared,
    read_batches,
)
from termreview.intake.batches.reading_cache import ReadingCache
from termreview.intake.checks.answer_grid import gather_answers, text_codes
from termreview.intake.checks.causes import Suspects, fold_causes
from termreview.intake.checks.checks import run_checks
from termreview.intake.checks.copied_parts import copied_parts
from termreview.intake.checks.decisions import (
    Decided,
    Unapplied,
    apply_decisions,
    cause_decisions,
    cell_decisions,
    note_unapplied,
    settle_findings,
    system_decisions,
)
from termreview.intake.checks.evidence import evidence_questions
from termreview.intake.checks.findings import Findings, places_at
from termreview.intake.checks.partial_resubmissions import (
    PartialResubmission,
    add_questions,
    chains_of,
    find_partial_resubmissions,
    keep_answers,
    settle_partial_resubmissions,
    unknown_partial_resubmissions,
)
from termreview.intake.files.file_decisions import file_decisions
from termreview.intake.files.file_reading import NAMED, FileReading, Remark
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import is_late
from termreview.intake.files.revisions import ACCEPTED, Fate, decide_fates
from termreview.intake.received.evidence_files import EvidenceFile, evidence_faults
from termreview.intake.received.received import ReceivedFile, received_order
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.decisions import TAKE_SYSTEM, Decision, options_of, with_aliases
from termreview.reference.kinds.sources import Sources
from termreview.reference.texts.messages import Message
from termreview.sources.corroboration import corroborate, differences, system_figures
from termreview.storage.contracts import CONTRACTS, from_arrow, from_rows, shaped
from termreview.terms import Term
from termreview.text import day_text

_ITEMS_BLANK, _EARLY = "items_blank", "made_before_closing"


@dataclass(frozen=True)
class Cleaned:
    """The three tables of the intake room, under their contracts, and what else they were judged by."""

    submissions: pd.DataFrame
    observations: pd.DataFrame
    findings: pd.DataFrame
    facts: pd.DataFrame | None = None
    evidence: Sequence[EvidenceFile] = ()
    compared: pd.DataFrame | None = None


@memory_left_alone()  # of a great many small objects nearly all stay, or are let go with the last that knows them
def clean_term(
    files: Sequence[ReceivedFile],
    reference: Reference,
    term: Term,
    previous: pd.DataFrame | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    kept: ReadingCache | None = None,
    later: Mapping[str, str] | None = None,
    facts: pd.DataFrame | None = None,
    evidence: Sequence[EvidenceFile] = (),
    earlier: Mapping[tuple[str, str], str] | None = None,
) -> Cleaned:
    """Clean one term.

    Every file ends as accepted, superseded or refused with a reason; every expected school has a row for
    every field it is asked, whatever was sent; every oddity is a finding with a place and a remedy.

    Parameters
    ----------
    files
        What was received, in any order: the day and the name decide.
    previous
        Observations of the term before, for questions about jumps.
    workers
        Processes that read files side by side; the result does not depend on it.
    kept
        Readings of the run before, used for files that did not change; the result does not depend on it.
    later
        By school, the day of a file of its that came too late to count: told of schools of which nothing counts.
    facts
        What systems counted (`source_facts`): an answer that differs is a question to the school, never replaced.
    evidence
        The files of evidence that lie beside those of the schools.
    earlier
        Those of them that their school gave in an earlier year; as `evidence_files.evidence_before`.
    """
    decisions, reader = _decisions_in(reference, term), reader_of(reference, term)
    read = read_batches(sorted(files, key=received_order), reader, workers, progress, kept)
    batches = list(cut_shared(read, reader))
    readings = [reading for batch in batches for reading in batch.readings]
    fates = decide_fates(readings)
    accepted = {
        fate.school_id: place
        for place, fate in enumerate(fates)
        if fate.fate == ACCEPTED and fate.school_id is not None
    }
    observations = _observations(batches, accepted, reader)
    chains = chains_of(fates)
    answers = answers_at(batches, {place for chain in chains.values() for place in chain}) if chains else {}
    supplements = find_partial_resubmissions(chains, answers, readings, decisions, reader)
    taken = _Taken(
        readings, fates, accepted, reader, reference.messages, previous, chains, supplements, later or {},
        reference.sources, facts, evidence, earlier or {},
    )  # fmt: skip
    decided, findings, compared = _decide(observations, decisions, taken)
    return Cleaned(
        _submissions(readings, fates, reader),
        decided.observations
        if decided.observations is observations
        else shaped("observations", decided.observations),
        findings.frame(),
        facts,
        evidence,
        compared,
    )


def reader_of(reference: Reference, term: Term) -> Reader:
    """What reading needs to know of one term: the names and the rulings on files that the office has added belong to it."""
    decisions = _decisions_in(reference, term)
    registry = with_aliases(reference.registry, decisions)
    named = reference if registry is reference.registry else replace(reference, registry=registry)
    return Reader(named.of(term), registry, file_decisions(decisions), _note_heads(reference))


def _decisions_in(reference: Reference, term: Term) -> list[Decision]:
    return [decision for decision in reference.decisions if decision.holds_in(term.term_id)]


def _note_heads(reference: Reference) -> tuple[str, ...]:
    head, severities = reference.returns["note"]["head"], reference.labels["severities"]
    return tuple(head.format(severity=severity, title="") for severity in severities.values())


@dataclass(frozen=True)
class _Taken:
    """What was taken in of one term, and what judging it needs."""

    readings: Sequence[FileReading]
    fates: Sequence[Fate]
    accepted: Mapping[str, int]
    reader: Reader
    messages: Mapping[str, Message]
    previous: pd.DataFrame | None
    chains: Mapping[str, Sequence[int]]
    supplements: Sequence[PartialResubmission]
    later: Mapping[str, str]
    sources: Sources
    facts: pd.DataFrame | None
    evidence: Sequence[EvidenceFile]
    earlier: Mapping[tuple[str, str], str]


def _decide(
    observations: pd.DataFrame, decisions: Sequence[Decision], taken: _Taken
) -> tuple[Decided, Findings, pd.DataFrame | None]:
    """The answers and the findings after the office's decisions, and the answers beside what systems count.

    Decisions on cells come first; those on causes need the findings of what is left, which are then found anew.
    """
    form = taken.reader.term.form
    fields, options = form.all_fields(), options_of([form])
    kept = keep_answers(observations, taken.supplements, taken.readings)
    of_cells = cell_decisions(decisions)
    by_hand = [one for one in of_cells if one.decision.action != TAKE_SYSTEM]
    decided = apply_decisions(kept.observations, by_hand, fields, options)
    compared = _compared(decided.observations, taken)
    findings, suspects = _judge(decided.observations, taken, compared)
    if placed := cause_decisions(decisions, findings, suspects):
        more = apply_decisions(decided.observations, placed, fields, options)
        decided = _joined(decided, more)
        compared = _compared(decided.observations, taken)
        findings, _ = _judge(decided.observations, taken, compared)
    if len(by_hand) < len(of_cells):  # compared stays what schools say, whatever the office takes instead
        taking, outdated = system_decisions(of_cells, {} if compared is None else system_figures(compared))
        decided = _joined(decided, apply_decisions(decided.observations, taking, fields, options), outdated)
        findings, _ = _judge(decided.observations, taken, compared)
    note_unapplied(findings, taken.reader.file_decisions, taken.readings, taken.reader.schools)
    if decisions:
        settle_partial_resubmissions(findings, taken.supplements, taken.readings, taken.reader)
        silent = settle_findings(findings, decisions, kept.observations, decided)
        unknown = unknown_partial_resubmissions(decisions, taken.chains, taken.readings)
        unapplied = (*decided.unapplied, *silent, *unknown)
        unplaced = {(school_id, field_id) for _, school_id, field_id, _ in unapplied}
        answers = gather_answers(decided.observations, None, taken.reader.term) if unplaced else None
        places = places_at(decided.observations, answers, unplaced) if answers else {}
        for decision, school_id, field_id, said in unapplied:
            place = taken.accepted.get(school_id)
            sheet, cell = places.get((school_id, field_id), (None, None))
            remark = Remark(
                "decision_not_applied", "decision_not_applied", sheet or "", cell or "", field_id,
                said, decision.expected_value,
                fields[field_id].label if field_id in fields else "", decision.decision_id,
            )  # fmt: skip
            findings.add(school_id, None if place is None else taken.readings[place].file.name, remark)
    return decided, findings, compared


def _joined(first: Decided, more: Decided, unapplied: Sequence[Unapplied] = ()) -> Decided:
    """What two rounds of decisions came to; the first one goes first at each cell."""
    applied = {**more.applied, **first.applied}
    return Decided(more.observations, applied, (*first.unapplied, *more.unapplied, *unapplied))


def _compared(observations: pd.DataFrame, taken: _Taken) -> pd.DataFrame | None:
    """The answers held against what systems count; None where nothing was counted at hand."""
    if taken.facts is None:
        return None
    return corroborate(observations, taken.facts, taken.sources, taken.reader.term)


def _judge(
    observations: pd.DataFrame, taken: _Taken, compared: pd.DataFrame | None
) -> tuple[Findings, Suspects]:
    """The findings of reading and of the checks, folded into their causes."""
    reader, accepted = taken.reader, taken.accepted
    due_on = reader.term.plan.due_on
    findings = Findings(taken.messages, reader.term.term.term_id)
    for reading, fate in zip(taken.readings, taken.fates, strict=True):
        findings.add_reading(reading, fate, due_on)
        if reading.named and fate.school_id is None:
            code, names = NAMED, "; ".join(reader.schools[one].name for one in reading.named)
            told = Remark(code, code, found="; ".join(reading.named), expected=names)
            findings.add(None, reading.file.name, told)
    add_questions(findings, taken.supplements, taken.readings)
    answers = gather_answers(observations, taken.previous, reader.term, accepted)
    failures = run_checks(answers, reader.term)
    wanted = {(failure.school_id, failure.field_id) for failure in failures}
    places = places_at(observations, answers, wanted)
    for failure in failures:
        findings.add_check(failure, taken.readings[accepted[failure.school_id]].file.name, places)
    copied = copied_parts(answers, reader.term, _same_wholes(taken))
    asked = (
        *copied,
        *blank_items(observations, reader.term),
        *evidence_questions(observations, reader.term, taken.previous, _sent(taken.evidence)),
    )
    for school_id, remark in asked:
        findings.add(school_id, taken.readings[accepted[school_id]].file.name, remark)
    for fault in evidence_faults(list(taken.evidence), reader.schools, taken.earlier):
        place = accepted.get(fault.school_id)
        findings.add(
            fault.school_id or None,
            fault.name if place is None else taken.readings[place].file.name,
            Remark(fault.code, fault.code, found=fault.found, expected=fault.expected, label=fault.name),
        )
    if compared is not None:
        for school_id, question in differences(observations, compared, taken.sources, reader.term):
            findings.add(school_id, taken.readings[accepted[school_id]].file.name, Remark(**question))
    if not reader.term.plan.is_review:
        for school_id, remark in _made_early(taken):
            findings.add(school_id, taken.readings[accepted[school_id]].file.name, remark)
    came = {fate.school_id for fate in taken.fates}
    for school_id in reader.schools:
        if school_id not in came:
            code, day = "not_submitted", taken.later.get(school_id, "")
            findings.add(school_id, None, Remark(code, code, found=day, expected=day_text(due_on)))
    return findings, fold_causes(findings, answers, reader.term)


def _sent(evidence: Sequence[EvidenceFile]) -> dict[str, set[str]]:
    """The names of the files of evidence of each school."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for file in evidence:
        names[file.school_id].add(file.path.name)
    return names


def _made_early(taken: _Taken) -> Iterator[tuple[str, Remark]]:
    """The schools whose report came before the day of which it is to tell."""
    day = taken.reader.term.plan.data_as_of
    for school_id, place in taken.accepted.items():
        received_on = taken.readings[place].file.received_on
        if received_on < day:
            yield school_id, Remark(_EARLY, _EARLY, found=day_text(received_on), expected=day_text(day))


def _same_wholes(taken: _Taken) -> set[frozenset[str]]:
    """The pairs of schools whose files that count answer the same as wholes."""
    by_answers: dict[str, list[str]] = {}
    for school_id, place in taken.accepted.items():
        by_answers.setdefault(taken.readings[place].answers_sha256, []).append(school_id)
    return {frozenset(pair) for alike in by_answers.values() for pair in combinations(alike, 2)}


def _observations(batches: Sequence[ReadBatch], accepted: Mapping[str, int], reader: Reader) -> pd.DataFrame:
    """One row per field of every expected school, in registry and form order.

    `accepted` gives, by school, the place of its accepted file among all files.
    """
    names, ranks, silent = list(reader.schools), [], []
    owner = {place: school_id for school_id, place in accepted.items()}
    rank = {school_id: number for number, school_id in enumerate(names)}
    first, tables, files = 0, [], [""] * len(names)
    for batch in batches:
        owners = [owner.get(first + place) for place in range(len(batch.readings))]
        for school_id, reading in zip(owners, batch.readings, strict=True):
            if school_id is not None:
                files[rank[school_id]] = reading.file.name
        by_reading = np.array(
            [-1 if school_id is None else rank[school_id] for school_id in owners], dtype=int
        )
        ranks.append(by_reading[batch.answers[READING].to_numpy()])
        tables.append(batch.answers)
        first += len(batch.readings)
    for school_id in names:
        if school_id not in accepted:
            asked = list(reader.layouts[reader.schools[school_id].level].places)
            silent += asked
            ranks.append(np.full(len(asked), rank[school_id]))
    tables.append(compacted_answers(_not_submitted(silent)))
    place = np.concatenate(ranks)
    order = np.argsort(place, kind="stable")
    order = order[np.count_nonzero(place < 0) :]  # the others are of files that do not count
    place = place[order]
    # Texts are put in order while they are numbers: a table of texts would be copied at each step.
    answers = (
        pa.concat_tables(tables).unify_dictionaries().combine_chunks().take(pa.array(order)).cast(ANSWERS)
    )
    owned = {
        "school_id": pa.array(names, pa.large_string()).take(pa.array(place)),
        "term_id": pa.repeat(pa.scalar(reader.term.term.term_id, pa.large_string()), len(place)),
        "file": pa.array([name or None for name in files], pa.large_string()).take(pa.array(place)),
    }
    columns = [owned[name] if name in owned else answers[name] for name in CONTRACTS["observations"].columns]
    return from_arrow(pa.table(columns, names=list(CONTRACTS["observations"].columns)))


def _not_submitted(field_ids: Sequence[str]) -> pa.Table:
    """The fields that nobody answered, because no file came or none could be read."""
    stated = {
        "field_id": list(field_ids),
        "state": ["not_submitted"] * len(field_ids),
        "found_by": ["none"] * len(field_ids),
    }
    return pa.Table.from_arrays(
        [
            pa.array(stated[field.name], field.type)
            if field.name in stated
            else pa.nulls(len(field_ids), field.type)
            for field in ANSWERS
        ],
        schema=ANSWERS,
    )


def _submissions(readings: Sequence[FileReading], fates: Sequence[Fate], reader: Reader) -> pd.DataFrame:
    rows = [
        {
            "submission_id": reading.file.submission_id,
            "school_id": fate.school_id,
            "term_id": reader.term.term.term_id,
            "file": reading.file.name,
            "sha256": reading.file.sha256,
            "size_bytes": reading.file.size_bytes,
            "received_on": reading.file.received_on,
            "revision": fate.revision,
            "fate": fate.fate,
            "reason_code": fate.reason,
            "form_id": reading.form_id,
            "found_by": reading.found_by,
            "is_late": is_late(reading.file, reader.term.plan.due_on),
            "cells_total": reading.cells_total,
            "cells_used": reading.cells_used,
            "cells_flagged": reading.cells_flagged,
            "cells_unowned": reading.cells_unowned,
            "cells_ignored": reading.cells_ignored,
        }
        for reading, fate in zip(readings, fates, strict=True)
    ]
    return from_rows("submissions", rows)


def blank_items(observations: pd.DataFrame, term: TermReference) -> Iterator[tuple[str, Remark]]:
    """The schools that left whole items of the index blank, a remark per school and group, at the first such cell.

    An item is blank where every one of its answers is; one that says "không có" was answered, and one that is worked
    out from counts needs no claim.
    """
    items = [item for item in term.indicator_set.items if "in_use" in item.columns]
    number_of = {item.field(column): number for number, item in enumerate(items) for column in item.columns}
    level_of, scored = {school.unit_id: school.level for school in term.schools}, term.indicator_set.levels
    codes, known = text_codes(observations, "field_id")
    item = np.array([number_of.get(name, -1) for name in known], dtype=np.intp)[codes]
    school, school_ids = text_codes(observations, "school_id")
    is_scored = np.array([level_of.get(name) in scored for name in school_ids], dtype=bool)[school]
    state, states = text_codes(observations, "state")
    is_blank = np.array([name == "blank" for name in states], dtype=bool)[state]
    has_answer = np.zeros((len(school_ids), len(items)), dtype=bool)
    told = np.flatnonzero((item >= 0) & ~is_blank)
    has_answer[school[told], item[told]] = True
    # By school and group: each item's first blank answer.
    first_rows: dict[tuple[str, str], dict[str, int]] = {}
    for row in np.flatnonzero((item >= 0) & is_blank & is_scored).tolist():
        if not has_answer[school[row], item[row]]:
            at = school_ids[school[row]], items[item[row]].group_id
            first_rows.setdefault(at, {}).setdefault(items[item[row]].item_id, row)
    asked = {group.group_id: len(group.items) for group in term.indicator_set.groups}
    for (school_id, group_id), blank in first_rows.items():
        first = observations.iloc[next(iter(blank.values()))]
        sheet, cell = (str(first[name]) if isinstance(first[name], str) else "" for name in ("sheet", "cell"))
        share, named_items = f"{len(blank)}/{asked[group_id]}", ", ".join(blank)
        yield (
            str(school_id),
            Remark(
                _ITEMS_BLANK,
                _ITEMS_BLANK,
                sheet,
                cell,
                str(first["field_id"]),
                share,
                "",
                group_id,
                named_items,
            ),
        )
