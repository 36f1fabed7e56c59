"""One decision of the office on one received file: it is a school's, or is set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from termreview.intake.file_reading import FileReading, Remark
from termreview.intake.received import ReceivedFile, name_key
from termreview.reference.decisions import FILE_ACTIONS, Decision
from termreview.reference.forms import ANY

if TYPE_CHECKING:
    from termreview.intake.findings import Findings

SET_ASIDE: Final = "set_aside"
CLAIMED: Final = "file_claimed"
PUT_ASIDE: Final = "file_set_aside"
SHORT: Final = 12  # letters of a file's hash that a decision may be guarded by

FileDecisions = Mapping[str, Sequence[Decision]]


def file_decisions(decisions: Sequence[Decision]) -> dict[str, list[Decision]]:
    """The decisions on whose a file is, by the name of the file."""
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.action in FILE_ACTIONS:
            found.setdefault(name_key(decision.expected_value), []).append(decision)
    return found


def decision_on(file: ReceivedFile, decisions: FileDecisions, action: str) -> Decision | None:
    """The decision that holds for one file: of its name, and of its content where the office named that, too."""
    for decision in decisions.get(name_key(file.name), ()):
        if decision.action == action and file.sha256.startswith(decision.new_value.lower()):
            return decision
    return None


def tell_unapplied(findings: Findings, decisions: FileDecisions, readings: Sequence[FileReading]) -> None:
    """Tell of each decision on a file that is not there, has another content or is another school's."""
    applied = {
        remark.detail
        for reading in readings
        for remark in reading.remarks
        if remark.code in (CLAIMED, PUT_ASIDE)
    }
    for decision in [one for of_file in decisions.values() for one in of_file]:
        if decision.decision_id not in applied:
            code, school_id = "file_decision_not_applied", decision.school_id
            findings.add(
                None if school_id == ANY else school_id,
                None,
                Remark(code, code, expected=decision.expected_value, detail=decision.decision_id),
            )
