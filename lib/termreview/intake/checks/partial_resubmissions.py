"""One later file that answers only a part: what it leaves blank is asked about, and kept where the office says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from termreview.intake.checks.decisions import NOTE, Decided, Unapplied
from termreview.intake.checks.findings import Findings
from termreview.intake.files.blank_groups import BLANK_CODES
from termreview.intake.files.file_reading import Answer, FileReading, Remark
from termreview.intake.files.reader import Reader
from termreview.intake.files.revisions import ACCEPTED, REVISED, Fate
from termreview.reference.kinds.decisions import Decision
from termreview.text import clean

_MOST_SHOWN = 5


class _KeptAnswer(NamedTuple):
    """One answer and the place, among all files, of the file that gave it."""

    answer: Answer
    place: int


@dataclass(frozen=True)
class PartialResubmission:
    """What becomes of the answers before one school's accepted file.

    `kept` are the answers of earlier files that still count, by field, under `decision`; without a decision
    nothing is kept. `remarks` are the questions about what the accepted file leaves out.
    """

    school_id: str
    place: int
    kept: Mapping[str, _KeptAnswer] = field(default_factory=dict)
    decision: Decision | None = None
    remarks: Sequence[Remark] = ()


def chains_of(fates: Sequence[Fate]) -> dict[str, list[int]]:
    """The places of the files of each school that sent more than one version, first to last."""
    chains: dict[str, list[tuple[int, int]]] = {}
    for place, fate in enumerate(fates):
        if fate.school_id is not None and (fate.fate == ACCEPTED or fate.reason == REVISED):
            chains.setdefault(fate.school_id, []).append((fate.revision, place))
    return {
        school_id: [place for _, place in sorted(chain)]
        for school_id, chain in chains.items()
        if len(chain) > 1
    }


def find_partial_resubmissions(
    chains: Mapping[str, Sequence[int]],
    answers: Mapping[int, Sequence[Answer]],
    readings: Sequence[FileReading],
    decisions: Sequence[Decision],
    reader: Reader,
) -> list[PartialResubmission]:
    """Compare each version of a school's report with the one before: one entry per school that left something out.

    A section counts as left out when the version before answered it and the later one leaves it blank whole. A
    decision on the later file (`supplement`) keeps it, version after version.
    """
    ruled = {
        (decision.school_id, clean(decision.expected_value)): decision
        for decision in decisions
        if decision.action == "supplement"
    }
    found = []
    for school_id, places in chains.items():
        before: dict[str, _KeptAnswer] = {}
        supplement = PartialResubmission(school_id, places[-1])
        for place in places:
            own = {answer.field_id: _KeptAnswer(answer, place) for answer in answers[place]}
            decision = ruled.get((school_id, clean(readings[place].file.name)))
            sections, others = _left_out(own, before, reader)
            kept = {
                name: before[name] for names in sections.values() for name in names if name in before
            } if decision else {}  # fmt: skip
            remarks = _questions(sections, others, before, own, readings, reader) if before else []
            supplement = PartialResubmission(school_id, place, kept, decision, remarks)
            before = own | kept
        if supplement.remarks or supplement.kept:
            found.append(supplement)
    return found


def _left_out(
    own: Mapping[str, _KeptAnswer], before: Mapping[str, _KeptAnswer], reader: Reader
) -> tuple[dict[str, list[str]], list[str]]:
    """The fields of each section that is left blank whole, and other fields that lost their answer."""
    fields = reader.fields
    touched: set[str] = set()
    said: dict[str, list[str]] = {}
    for name in own.keys() | before.keys():
        if name in reader.lasting or name not in fields:
            continue
        section = fields[name].section_id
        if name in own and _is_answered(own[name].answer):
            touched.add(section)
        elif name in before and _is_answered(before[name].answer):
            said.setdefault(section, []).append(name)
    order = list(fields)
    whole = {
        section: [name for name in order if fields[name].section_id == section]
        for section in sorted(said.keys() - touched, key=lambda name: order.index(said[name][0]))
    }
    lost = {name for section in touched for name in said.get(section, ())}
    others = [name for name in order if name in lost]
    return whole, others


def _is_answered(answer: Answer) -> bool:
    """Say whether a file says anything at one field: what is there but cannot be read is said, too."""
    return answer.state != "blank" and answer.note != "row_missing"


def _questions(
    sections: Mapping[str, Sequence[str]],
    others: Sequence[str],
    before: Mapping[str, _KeptAnswer],
    own: Mapping[str, _KeptAnswer],
    readings: Sequence[FileReading],
    reader: Reader,
) -> list[Remark]:
    earlier = readings[max(said.place for said in before.values())].file.name
    remarks = []
    if sections:
        asked = {reader.fields[name].section_id for name in own if name in reader.fields}
        code = "partial_resubmission"
        shown = _listed(list(sections))
        remarks.append(
            Remark(code, code, found=f"{len(sections)}/{len(asked)}", expected=shown, detail=earlier)
        )
    if others:
        code, labels = "answers_dropped", [reader.fields[name].label for name in others]
        remarks.append(Remark(code, code, found=str(len(others)), expected=_listed(labels), detail=earlier))
    return remarks


def _listed(names: Sequence[str]) -> str:
    return "; ".join(names[:_MOST_SHOWN]) + ("; …" if len(names) > _MOST_SHOWN else "")


def keep_answers(
    observations: pd.DataFrame, supplements: Sequence[PartialResubmission], readings: Sequence[FileReading]
) -> Decided:
    """The observations with the answers that decisions keep; each names the file and the cell it stands in."""
    kept = {(s.school_id, name): (said, s.decision) for s in supplements for name, said in s.kept.items()}
    if not kept:
        return Decided(observations)
    columns = (
        "state", "value_number", "value_text", "original", "file", "sheet", "cell", "found_by", "note",
    )  # fmt: skip
    changed = {name: observations[name].array.copy() for name in columns}
    schools = observations["school_id"].isin({school_id for school_id, _ in kept}).to_numpy()
    applied = {}
    for row in schools.nonzero()[0].tolist():
        key = (observations["school_id"].iat[row], observations["field_id"].iat[row])
        if key not in kept:
            continue
        (answer, place), decision = kept[key]
        assert decision is not None
        note = ";".join(filter(None, (answer.note, f"{NOTE}{decision.decision_id}")))
        values = answer._asdict() | {"file": readings[place].file.name, "note": note}
        for name in columns:
            changed[name][row] = values[name]
        applied[key] = decision.decision_id
    return Decided(observations.assign(**changed), applied)


def add_questions(
    findings: Findings, supplements: Sequence[PartialResubmission], readings: Sequence[FileReading]
) -> None:
    """Add what is asked about files that leave something out, and what was remarked where kept answers stand."""
    for supplement in supplements:
        for remark in supplement.remarks:
            findings.add(supplement.school_id, readings[supplement.place].file.name, remark)
        for name, said in supplement.kept.items():
            reading = readings[said.place]
            for remark in reading.remarks:
                if remark.field_id == name and remark.code not in BLANK_CODES:
                    findings.add(supplement.school_id, reading.file.name, remark)


def settle_partial_resubmissions(
    findings: Findings,
    supplements: Sequence[PartialResubmission],
    readings: Sequence[FileReading],
    reader: Reader,
) -> None:
    """Mark what a decision to keep answers: the question itself, and the blanks and missing rows it fills."""
    for supplement in supplements:
        if supplement.decision is None or not supplement.kept:
            continue
        file, school = readings[supplement.place].file.name, reader.schools[supplement.school_id]
        places = reader.layouts[school.level].places
        kept_rows = {reader.fields[name].row_code for name in supplement.kept}
        sheets = {title for name, (title, _) in places.items() if name in supplement.kept}
        sheets -= {title for name, (title, _) in places.items() if name not in supplement.kept}
        for row in findings.rows:
            if row["school_id"] != supplement.school_id or row["file"] != file:
                continue
            code, expected = row["check_code"], row["expected"]
            is_filled = (
                code == "partial_resubmission"
                or (code in BLANK_CODES and row["field_id"] in supplement.kept)
                or (code == "row_missing" and set((expected or "").split(", ")) <= kept_rows)
                or (code == "sheet_missing" and expected in sheets)
            )
            if is_filled:
                row["status"], row["decision_id"] = "settled", supplement.decision.decision_id


def unknown_partial_resubmissions(
    decisions: Sequence[Decision], chains: Mapping[str, Sequence[int]], readings: Sequence[FileReading]
) -> list[Unapplied]:
    """The decisions on a later file whose school sent no such file, or nothing before it."""
    silent = []
    for decision in decisions:
        if decision.action != "supplement":
            continue
        names = [readings[place].file.name for place in chains.get(decision.school_id, ())]
        if clean(decision.expected_value) not in {clean(name) for name in names[1:]}:
            silent.append(Unapplied(decision, decision.school_id, "", names[-1] if names else ""))
    return silent
