"""One group of decisions made at once, as the list of decisions shows it, and the places where they hold now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from termreview.desk.lists.decision_list import group_id_of
from termreview.desk.term.term_now import TermNow, plain_rows
from termreview.intake.checks.decisions import NOTE
from termreview.reference.kinds.decisions import Decision
from termreview.reporting.blocks.rows import Record


@dataclass(frozen=True)
class DecisionGroup:
    """Decisions of one act on several places, or a single one; `places` are where they hold now, as school and place, in the order of the reports."""

    group_id: str
    decisions: tuple[Decision, ...]
    places: tuple[tuple[str, str], ...]

    @property
    def first(self) -> Decision:
        """The decision that tells what the group does and why; the others differ in their place alone."""
        return self.decisions[0]

    @property
    def reach(self) -> str:
        """How far the group goes: `place`, `school` or `rule`."""
        return self.first.reach

    @property
    def school_ids(self) -> tuple[str, ...]:
        """The schools where they hold now, each once."""
        return tuple(dict.fromkeys(school_id for school_id, _ in self.places))


def decision_groups_in(now: TermNow, reach: str = "") -> list[DecisionGroup]:
    """The groups that speak of the term, the last one first; of one reach where it is given."""
    groups: dict[tuple[object, ...], list[Decision]] = {}
    for decision in now.reference.decisions:
        if decision.holds_in(now.term_id) and reach in ("", decision.reach):
            groups.setdefault(_whole(decision), []).append(decision)
    held = places_held(now)
    return [
        DecisionGroup(
            decisions[0].decision_id if len(decisions) == 1 else group_id_of(decisions[0].decision_id),
            tuple(decisions),
            tuple(dict.fromkeys(place for one in decisions for place in held.get(one.decision_id, ()))),
        )
        for decisions in reversed(list(groups.values()))
    ]


def _whole(decision: Decision) -> tuple[object, ...]:
    """What the decisions of one group have in common."""
    same = (decision.action, decision.reason, decision.decided_by, decision.decided_on)
    return (group_id_of(decision.decision_id), *same)


def places_held(now: TermNow) -> dict[str, Sequence[tuple[str, str]]]:
    """Where each decision holds now, by its id: the answers it changes and the findings it settles, as school and place."""
    findings, answers = now.cleaned.findings, now.cleaned.observations
    held: dict[str, list[tuple[str, str]]] = {}
    for row in plain_rows(answers[answers["note"].fillna("").str.contains(NOTE, regex=False)]):
        for mark in str(row["note"]).split(";"):
            if mark.startswith(NOTE):
                held.setdefault(mark.removeprefix(NOTE), []).append((row["school_id"], _place(row)))
    for row in plain_rows(findings[findings["decision_id"].notna()]):
        held.setdefault(row["decision_id"], []).append((row["school_id"] or "", _place(row)))
    return {name: tuple(dict.fromkeys(places)) for name, places in held.items()}


def _place(row: Record) -> str:
    return f"{row['sheet']}, {row['cell']}" if row["cell"] else str(row.get("file") or "")
