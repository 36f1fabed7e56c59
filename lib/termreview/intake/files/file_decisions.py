"""One decision of the office on one received file: it is a school's, or is set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from termreview.intake.received.received import ReceivedFile, name_key
from termreview.reference.kinds.decisions import FILE_ACTIONS, Decision

if TYPE_CHECKING:
    pass

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
