"""One decision applied: answers corrected or set aside, findings settled, and what no longer matches said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from termreview.intake.checks.causes import Suspects
from termreview.intake.checks.findings import Findings
from termreview.intake.files.file_decisions import CLAIMED, PUT_ASIDE, FileDecisions, why_unapplied
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.reference.kinds.decisions import BY_CAUSE, CHANGING, TAKE_SYSTEM, Decision, new_answer
from termreview.reference.kinds.forms import ANY, Field
from termreview.reference.kinds.units import Unit
from termreview.text import clean

NOTE = "decision:"
SYSTEM_NOTE = "system"  # beside an answer that a system gave


class PlacedDecision(NamedTuple):
    """One decision at one cell."""

    decision: Decision
    school_id: str
    field_id: str


class Unapplied(NamedTuple):
    """One decision that was not applied at one cell, and what stands there now."""

    decision: Decision
    school_id: str
    field_id: str
    found: str


@dataclass(frozen=True)
class Decided:
    """The observations after the decisions; the decision at each changed cell; those not applied."""

    observations: pd.DataFrame
    applied: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unapplied: tuple[Unapplied, ...] = ()


def cell_decisions(decisions: Sequence[Decision]) -> list[PlacedDecision]:
    """The decisions that change one named cell."""
    return [
        PlacedDecision(decision, decision.school_id, decision.field_id)
        for decision in decisions
        if decision.scope == "cell" and decision.action in CHANGING
    ]


def system_decisions(
    placed: Sequence[PlacedDecision], systems: Mapping[tuple[str, str], Collection[float]]
) -> tuple[list[PlacedDecision], list[Unapplied]]:
    """Those of some decisions that take a system's figure, and those of them whose figure is another one now."""
    wanted = [one for one in placed if one.decision.action == TAKE_SYSTEM]
    counted = [systems.get((one.school_id, one.field_id), ()) for one in wanted]
    is_so = [float(one.decision.new_value) in values for one, values in zip(wanted, counted, strict=True)]
    standing = [one for one, holds in zip(wanted, is_so, strict=True) if holds]
    return standing, [
        Unapplied(*one, "; ".join(f"{value:.15g}" for value in sorted(values)))
        for one, values, holds in zip(wanted, counted, is_so, strict=True)
        if not holds
    ]


def cause_decisions(
    decisions: Sequence[Decision], findings: Findings, suspects: Suspects
) -> list[PlacedDecision]:
    """The cells that decisions on causes change: those that hold the slip, or else where the finding stands."""
    wanted = [
        decision
        for decision in _rules_last(decisions)
        if decision.scope in BY_CAUSE and decision.action in CHANGING
    ]
    placed: dict[tuple[str, str], PlacedDecision] = {}
    for decision in wanted:
        cells = [key for key, cause in suspects.items() if cause == decision.cause]
        if not cells:
            cells = [
                (str(row["school_id"]), str(row["field_id"]))
                for row in findings.rows
                if row["field_id"] and row["school_id"] and _is_of(row, decision.cause)
            ]
        for school_id, field_id in cells:
            if decision.covers(school_id, field_id):
                placed.setdefault((school_id, field_id), PlacedDecision(decision, school_id, field_id))
    return list(placed.values())


def _rules_last(decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions in their order, standing rules behind them: what was decided on a place or a school goes first."""
    return sorted(decisions, key=lambda decision: decision.scope == "rule")


def apply_decisions(
    observations: pd.DataFrame,
    placed: Sequence[PlacedDecision],
    fields: Mapping[str, Field],
    options: Mapping[str, Mapping[str, str]],
) -> Decided:
    """Change the ruled cells whose guard holds; the original text stays, the note names the decision.

    Applied to its own result, it changes nothing. A school that sent nothing is not ruled on.
    """
    if not placed:
        return Decided(observations)
    keys = pd.MultiIndex.from_frame(observations[["school_id", "field_id"]])
    places = dict(zip(keys, range(len(keys)), strict=True))
    names = ("state", "value_number", "value_text", "note")
    columns = {name: observations[name].array.copy() for name in names}
    applied: dict[tuple[str, str], str] = {}
    unapplied = []
    for decision, school_id, field_id in placed:
        place = places.get((school_id, field_id))
        if place is None or columns["state"][place] == "not_submitted":
            if place is None and decision.term_id != ANY:
                unapplied.append(Unapplied(decision, school_id, field_id, ""))
            continue
        mark, note = f"{NOTE}{decision.decision_id}", columns["note"][place]
        marks = [] if pd.isna(note) else str(note).split(";")
        if mark in marks:
            applied[school_id, field_id] = decision.decision_id
            continue
        original = _text(observations["original"].iloc[place])
        is_ruled = any(each.startswith(NOTE) for each in marks)  # then another decision gave the number
        was = _number(None if is_ruled else columns["value_number"][place], original)
        answer = _new_state(decision, fields.get(field_id), options, was)
        if answer is None or (school_id, field_id) in applied or not _holds(decision, original):
            unapplied.append(Unapplied(decision, school_id, field_id, original))
            continue
        columns["state"][place], columns["value_number"][place], columns["value_text"][place] = answer
        by_system = [SYSTEM_NOTE] if decision.action == TAKE_SYSTEM else []
        columns["note"][place] = ";".join([*marks, mark, *by_system])
        applied[school_id, field_id] = decision.decision_id
    return Decided(observations.assign(**columns), applied, tuple(unapplied))


def _new_state(
    decision: Decision, asked: Field | None, options: Mapping[str, Mapping[str, str]], was: float | None
) -> tuple[str, float | None, str | None] | None:
    """The state, number and text that one decision gives one cell; nothing where it does not fit the field."""
    if decision.action == "not_applicable":
        return "not_applicable", None, None
    answer = None if asked is None else new_answer(decision.new_value, asked, options, was)
    return None if answer is None else ("answered", *answer)


def _holds(decision: Decision, *said: str) -> bool:
    """Say whether the cell still says what it said when the office decided; a cause may leave that open."""
    if decision.scope != "cell" and not decision.expected_value:
        return True
    return any(_same(decision.expected_value, text) for text in said)


def _same(first: str, second: str) -> bool:
    if clean(first) == clean(second):
        return True
    try:
        return float(first) == float(second)
    except ValueError:
        return False


def _number(value: float | None, original: str) -> float | None:
    """The number of one cell; that of its text where the form did not allow it."""
    if not pd.isna(value):
        return float(value)
    try:
        return float(original)
    except ValueError:
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def settle_findings(
    findings: Findings, decisions: Sequence[Decision], observations: pd.DataFrame, decided: Decided
) -> list[Unapplied]:
    """Mark the findings that decisions answer: none is taken away.

    A changed cell settles what reading it brought; the checks judge the new value. An accepted finding
    stays as it is, settled. Returns the acceptances whose guard no longer holds.
    """
    accepts = [decision for decision in _rules_last(decisions) if decision.action == "accept"]
    originals = _originals(observations, accepts)
    of_school: dict[str | None, list[Decision]] = {}
    silent: dict[tuple[str, str, str], Unapplied] = {}
    for row, compared in zip(findings.rows, findings.compared, strict=True):
        key = (str(row["school_id"]), str(row["field_id"]))
        if key in decided.applied and not compared:
            row["status"], row["decision_id"] = "settled", decided.applied[key]
            continue
        own = of_school.get(row["school_id"])
        if own is None:
            own = [one for one in accepts if one.school_id in (ANY, row["school_id"])]
            of_school[row["school_id"]] = own
        for decision in own:
            if not decision.covers(row["school_id"], row["field_id"]) or not _is_of(row, decision.cause):
                continue
            said = (
                (row["file"] or "",)
                if decision.scope == "file"
                else (row["found"] or "", originals.get(key, ""))
            )
            if _holds(decision, *said):
                row["status"], row["decision_id"] = "settled", decision.decision_id
                break
            silent[(decision.decision_id, *key)] = Unapplied(decision, *key, originals.get(key, said[0]))
    for decision in accepts:
        key = (decision.school_id, decision.field_id)
        if decision.scope == "cell" and key in originals and (decision.decision_id, *key) not in silent:
            is_settled = any(row["decision_id"] == decision.decision_id for row in findings.rows)
            if not is_settled and not _holds(decision, originals[key]):
                silent[(decision.decision_id, *key)] = Unapplied(decision, *key, originals[key])
    return list(silent.values())


def _originals(observations: pd.DataFrame, accepts: Sequence[Decision]) -> dict[tuple[str, str], str]:
    """What the cells of submitted files say, by school and field; only where an acceptance may ask for it."""
    if not accepts:
        return {}
    here = observations[observations["state"] != "not_submitted"]
    return {
        (school_id, field_id): _text(original)
        for school_id, field_id, original in zip(
            here["school_id"], here["field_id"], here["original"], strict=True
        )
    }


def _is_of(row: Mapping[str, str | None], cause: str) -> bool:
    """Say whether one finding has a cause, by its code, its cause or the kind of its cause."""
    found = row["cause"] or ""
    return not cause or cause in (row["check_code"], found, found.partition(":")[0])


def note_unapplied(
    findings: Findings,
    decisions: FileDecisions,
    readings: Sequence[FileReading],
    schools: Mapping[str, Unit],
) -> None:
    """Tell of each decision on a file that was not applied, and why: the file is gone, has changed, is another's."""
    applied = {
        remark.detail
        for reading in readings
        for remark in reading.remarks
        if remark.code in (CLAIMED, PUT_ASIDE)
    }
    for decision in [one for of_file in decisions.values() for one in of_file]:
        if decision.decision_id not in applied:
            code, found = why_unapplied(decision, readings, schools)
            told = Remark(
                code, code, found=found, expected=decision.expected_value, detail=decision.decision_id
            )
            findings.add(None if decision.school_id == ANY else decision.school_id, None, told)
