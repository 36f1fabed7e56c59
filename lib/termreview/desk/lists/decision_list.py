"""One decision written to `decisions.csv` or taken back: never over another's, never one that the office's rules refuse."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from termreview.desk.lists.list_lines import (
    PATIENCE_S,
    ListText,
    change_list,
    read_held_against,
)
from termreview.reference.declarations import Reference, decisions_in
from termreview.reference.kinds.decisions import CHANGING, PLACE, Decision
from termreview.reference.kinds.forms import ANY
from termreview.storage.workspace import Workspace
from termreview.text import fold

DECISIONS = "decisions.csv"
_NUMBERED = re.compile(r"qd-(\d+)(?:\.\d+)?")
_PART = re.compile(r"\.\d+$")
_MOST_REASONS = 3


@dataclass(frozen=True)
class Written:
    """What came of one wish to write: the decisions as written, or those of others that stand in their way."""

    decisions: tuple[Decision, ...]
    conflicts: tuple[Decision, ...] = ()

    @property
    def decision(self) -> Decision | None:
        """The decision as written, or the first of them; None where nothing was written."""
        return self.decisions[0] if self.decisions else None


def write_decision(
    workspace: Workspace,
    reference: Reference,
    decision: Decision | Sequence[Decision],
    known_ids: Collection[str],
    patience_s: float = PATIENCE_S,
) -> Written:
    """Append one decision under the next free id, unless the same place was ruled on since the analyst looked.

    A decision on several places is a decision for each, `qd-0012.1`, `qd-0012.2`, …: all are written, or none.

    Parameters
    ----------
    known_ids
        The decisions that the analyst had before them; others at the same place are conflicts.

    Raises
    ------
    DeclarationError
        When the list would no longer be valid with it; nothing is written.
    WorkspaceBusyError
        When a run holds the workspace too long; nothing is written.
    """
    outcome: list[Written] = []
    wanted = (decision,) if isinstance(decision, Decision) else tuple(decision)

    def append(found: ListText) -> Sequence[str]:
        standing = read_decisions(found, reference)
        conflicts = tuple(
            other for other in standing if any(stands_in_the_way(other, one, known_ids) for one in wanted)
        )
        if conflicts:
            outcome.append(Written((), conflicts))
            return found.rows
        group_id = next_id([other.decision_id for other in standing])
        named = tuple(
            replace(one, decision_id=group_id if len(wanted) == 1 else f"{group_id}.{place}")
            for place, one in enumerate(wanted, 1)
        )
        rows = (*found.rows, *(found.line(as_row(one)) for one in named))
        read_decisions(replace(found, rows=rows), reference)
        outcome.append(Written(named))
        return rows

    change_list(workspace.root, workspace.reference / DECISIONS, append, "write a decision", patience_s)
    return outcome[-1]


def take_back(workspace: Workspace, decision_id: str, decided_by: str) -> bool:
    """Take one's own decision out of the list, on however many places; say whether it was there.

    Other rows keep their bytes.

    Raises
    ------
    WorkspaceBusyError
        When a run holds the workspace too long; nothing is changed.
    """
    taken = []

    def without(found: ListText) -> Sequence[str]:
        kept = []
        for row, record in zip(found.rows, found.records(), strict=True):
            is_own = fold(record.get("decided_by", "")) == fold(decided_by)
            if (
                decision_id in (record.get("decision_id"), group_id_of(record.get("decision_id", "")))
                and is_own
            ):
                taken.append(decision_id)
            else:
                kept.append(row)
        return kept

    change_list(workspace.root, workspace.reference / DECISIONS, without, "take a decision back", PATIENCE_S)
    return bool(taken)


def group_id_of(decision_id: str) -> str:
    """The group that one decision is a part of: `qd-0012` of `qd-0012.3`; itself where it stands alone."""
    return _PART.sub("", decision_id) if _NUMBERED.fullmatch(decision_id) else decision_id


def last_own(reference: Reference, term_id: str, decided_by: str) -> Decision | None:
    """The last decision that one role wrote about one term; None where there is none, or nobody is named."""
    own = [
        decision
        for decision in reference.decisions
        if decided_by and fold(decision.decided_by) == fold(decided_by) and decision.holds_in(term_id)
    ]
    return own[-1] if own else None


def last_reasons(reference: Reference, decided_by: str) -> list[str]:
    """The reasons that were given last, newest first, each once: those of one role before those of others."""
    ordered = sorted(reversed(reference.decisions), key=lambda one: fold(one.decided_by) != fold(decided_by))
    return list(dict.fromkeys(one.reason for one in ordered if one.reason))[:_MOST_REASONS]


def stands_in_the_way(other: Decision, wanted: Decision, known_ids: Collection[str]) -> bool:
    """Say whether one decision that is already there forbids another.

    A decision at the same place that the analyst has not seen does, and so does a seen one that changes the
    same cell for the same old value.
    """
    if not same_place(other, wanted):
        return False
    if other.decision_id not in known_ids:
        return True
    if other.reach != wanted.reach:
        return False  # the narrower one goes first
    both_change = other.action in CHANGING and wanted.action in CHANGING
    return both_change and fold(other.expected_value) == fold(wanted.expected_value)


def same_place(first: Decision, second: Decision) -> bool:
    """Say whether two decisions can speak of one and the same cell, or file, in one term."""
    if ANY not in (first.term_id, second.term_id) and first.term_id != second.term_id:
        return False
    if "file" in (first.scope, second.scope):
        is_same_file = fold(first.expected_value) == fold(second.expected_value)
        return first.scope == second.scope and first.school_id == second.school_id and is_same_file
    if PLACE in (first.reach, second.reach) and first.reach != second.reach:
        return False  # the guard of the cell decides between a cell's own decision and its cause's
    pairs = ((first.school_id, second.school_id), (first.field_id, second.field_id))
    if any(ANY not in pair and pair[0] != pair[1] for pair in pairs):
        return False
    return first.scope == "cell" or first.cause == second.cause


def read_decisions(found: ListText, reference: Reference) -> tuple[Decision, ...]:
    """The decisions of one list, held against the other declarations.

    Raises
    ------
    DeclarationError
        When the list holds mistakes; all of them are named.
    """
    return read_held_against(found, DECISIONS, reference, decisions_in)


def next_id(taken: Collection[str]) -> str:
    """The next free id: `qd-0001`, `qd-0002`, …"""
    numbers = [int(match[1]) for name in taken if (match := _NUMBERED.fullmatch(name))]
    return f"qd-{max(numbers, default=0) + 1:04d}"


def as_row(decision: Decision) -> dict[str, str]:
    """One decision as the text of its columns."""
    row = {name: str(value) for name, value in vars(decision).items() if name != "decided_on"}
    return row | {"decided_on": decision.decided_on.isoformat() if decision.decided_on else ""}
