"""One decision of the office on one received file: it is a school's, or is set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from termreview.intake.files.file_reading import FileReading
from termreview.intake.received.received import ReceivedFile, name_key
from termreview.reference.kinds.decisions import FILE_ACTIONS, Decision
from termreview.reference.kinds.units import Unit

SET_ASIDE: Final = "set_aside"
CLAIMED: Final = "file_claimed"
PUT_ASIDE: Final = "file_set_aside"
_SCHOOLS_SHOWN = 5
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


def why_unapplied(
    decision: Decision, readings: Sequence[FileReading], schools: Mapping[str, Unit]
) -> tuple[str, str]:
    """The finding about one decision on a file that was not applied, and what it quotes."""
    there = [one for one in readings if name_key(one.file.name) == name_key(decision.expected_value)]
    if not there:
        return "file_decision_not_applied", ""
    if not any(one.file.sha256.startswith(decision.new_value.lower()) for one in there):
        return "file_decision_changed", ""
    if decision.action == "claim" and decision.school_id not in schools:
        return "file_decision_not_expected", decision.school_id
    ids = dict.fromkeys(each for one in there for each in (one.school_id, *one.named) if each is not None)
    names = [f"{schools[each].name} ({each})" if each in schools else each for each in ids]
    more = "; …" if len(names) > _SCHOOLS_SHOWN else ""
    return "file_decision_other_school", "; ".join(names[:_SCHOOLS_SHOWN]) + more
