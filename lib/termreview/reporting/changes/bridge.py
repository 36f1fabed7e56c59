"""The bridge from one state of a term to another, built a cause at a time, so that each cause has its part in a variance.

The way is declared: from the first state, the program (its answers scored anew by the version at work), then the late
arrivals, the corrections, the office's decisions, at last the rules. Each step is scored by the very scorer of the
term from whole answers, and a cause's part is the difference between two steps: the parts of any figure add up to
its variance, whatever the figure is. Nothing else is needed than what an issue keeps: the checked answers, the list of
files with their hashes, the findings, the declarations with the decisions.

What counts as what:

- late: the answers of a school of which nothing counted before, when its file is new.
- correction: the answers of a school of which another file counts now.
- in_place: the answers of a school whose counted file is another one now under the same name, while the file that
  counted is nowhere any more: nobody sent it again, somebody changed it where it lay; or it is gone, and no new one
  counts in its stead.
- decision: answers that a decision changed, or no longer changes, as `decisions.csv` was written since; a file that
  counts, or not, by a decision; every change of `verified_points.csv`. A decision that stood already goes with the
  answers of a late or corrected file.
- rule: all that is left once the declarations of the second state are taken: rules, forms, units, checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reference.kinds.decisions import Decision
from termreview.reporting.term.term_tables import State, TermTables
from termreview.scoring.score import score_term

PROGRAM, LATE, CORRECTION, IN_PLACE, DECISION, RULE = (
    "program", "late", "correction", "in_place", "decision", "rule",
)  # fmt: skip
FILE_CAUSES: Final = (LATE, CORRECTION, IN_PLACE)  # by which the files of schools are others
CAUSES: Final = (*FILE_CAUSES, DECISION, RULE, PROGRAM)
_NOTE: Final = "decision:"  # what the intake room notes beside an answer that a decision changed
_KEY: Final = ["school_id", "field_id"]


@dataclass(frozen=True, eq=False)
class BridgeStep:
    """One step of the way: the cause that led to it (blank at the start), and the term as it stands there."""

    cause: str
    state: State


def build_bridge(first: State, second: State) -> Iterator[BridgeStep]:
    """Build the steps from the first state to the second; the last one is the second state as it is.

    A step at which nothing changes has the very state of the one before it.
    """
    yield BridgeStep("", first)
    changes = changes_between(first, second)
    last = _scored(first, first.reference, first.tables.observations, first.tables)
    yield BridgeStep(PROGRAM, last)
    moved: set[str] = set()
    for cause in (*FILE_CAUSES, DECISION):
        is_ruled = cause == DECISION and first.reference.fingerprint != second.reference.fingerprint
        if changes.schools(cause) or is_ruled or (changes.answers == cause).any():
            moved |= changes.schools(cause)
            answers = _mixed(first.tables.observations, second.tables.observations, changes, cause)
            tables = _taken(first.tables, second.tables, moved, is_settled=cause == DECISION)
            ruled_by = second.reference if cause == DECISION else first.reference
            last = _scored(first, ruled_by, answers, tables)
        yield BridgeStep(cause, last)
    yield BridgeStep(RULE, _scored(second, second.reference, second.tables.observations, second.tables))
    yield BridgeStep(PROGRAM, second)


@dataclass(frozen=True, eq=False)
class Changes:
    """What differs between two states: by school why its file counts differently, by answer why it does.

    `files` is school -> cause, for schools whose counted file changed; `answers` has the key of the first state's
    answers and the cause that takes each to the second state, `rule` where none does before.
    """

    files: dict[str, str]
    answers: pd.Series

    def schools(self, cause: str) -> set[str]:
        """The schools whose counted file changed by one cause."""
        return {school_id for school_id, why in self.files.items() if why == cause}


def changes_between(first: State, second: State) -> Changes:
    """Say of every school and answer which cause takes it from the first state to the second."""
    files = _file_causes(first, second)
    before, after = (state.tables.observations.set_index(_KEY) for state in (first, second))
    after = after.reindex(before.index)
    was, now = (_rulings(frame, state.reference) for frame, state in ((before, first), (after, second)))
    known = {_content(decision) for decision in first.reference.decisions}
    causes = []
    for (school_id, _), ruled_before, ruled_now in zip(before.index, was, now, strict=True):
        by_file = files.get(school_id)
        if by_file in FILE_CAUSES:
            causes.append(by_file if ruled_now <= known else DECISION)
        elif by_file is not None:
            causes.append(by_file)
        else:
            causes.append(RULE if ruled_before == ruled_now else DECISION)
    series = pd.Series(causes, index=before.index, dtype=object)
    return Changes(files, series.mask(after["state"].isna().to_numpy(), RULE))


def _file_causes(first: State, second: State) -> dict[str, str]:
    """Why another file of a school counts than before; schools whose file is the same are left out."""
    old, new = _counted(first.tables), _counted(second.tables)
    had, has = set(first.tables.submissions["sha256"]), set(second.tables.submissions["sha256"])
    then, now = _contents(first.tables), _contents(second.tables)
    name_then, name_now = _counted(first.tables, "file"), _counted(second.tables, "file")
    overwritten = {name for name in then if name in now and then[name] != now[name] and then[name] not in has}
    ruled = _file_decisions(first.reference) ^ _file_decisions(second.reference)
    expected = {school.unit_id for school in second.declared.schools}
    renamed = {decision.school_id for decision in ruled}
    causes = {}
    for school in first.declared.schools:
        key = school.unit_id
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if key not in expected:
            causes[key] = RULE
            continue
        by_office = DECISION if key in renamed else RULE
        if (name_now.get(key) or name_then.get(key)) in overwritten:
            causes[key] = IN_PLACE
        elif before is None:
            causes[key] = LATE if after not in had else by_office
        elif after is None:
            causes[key] = IN_PLACE if before not in has else by_office
        elif before not in has and after in had:
            causes[key] = IN_PLACE
        else:
            causes[key] = CORRECTION
    return causes


def _counted(tables: TermTables, told: str = "sha256") -> dict[str, str]:
    """The hash (or another column) of the file that counts, by school."""
    own = tables.submissions[tables.submissions["fate"] == "accepted"]
    return dict(zip(own["school_id"], own[told], strict=True))


def _contents(tables: TermTables) -> dict[str, str]:
    """The hash of every file that came in, by its name."""
    return dict(zip(tables.submissions["file"], tables.submissions["sha256"], strict=True))


def _file_decisions(reference: Reference) -> set[Decision]:
    return {decision for decision in reference.decisions if decision.scope == "file"}


def _content(decision: Decision) -> Decision:
    """One decision without what does not rule: its number, why, by whom and when."""
    return replace(decision, decision_id="", reason="", decided_by="", decided_on=None)


def _rulings(answers: pd.DataFrame, reference: Reference) -> list[frozenset[Decision]]:
    """The decisions that changed each answer, by their content."""
    by_id = {decision.decision_id: _content(decision) for decision in reference.decisions}
    return [
        frozenset(
            by_id[mark.removeprefix(_NOTE)]
            for mark in note.split(";")
            if mark.startswith(_NOTE) and mark.removeprefix(_NOTE) in by_id
        )
        if isinstance(note, str) and _NOTE in note
        else frozenset()
        for note in answers["note"].tolist()
    ]


def _mixed(first: pd.DataFrame, second: pd.DataFrame, changes: Changes, until: str) -> pd.DataFrame:
    """The first state's questions with the second state's answers where the causes up to one have brought them.

    What a late file leaves to a later cause is open meanwhile: the school has reported.
    """
    order: Sequence[str] = (*FILE_CAUSES, DECISION)
    taken = changes.answers.isin(order[: order.index(until) + 1]).to_numpy()
    after = second.set_index(_KEY).reindex(changes.answers.index)
    mixed = first.assign(
        **{name: first[name].mask(taken, after[name].array) for name in first.columns if name not in _KEY}
    )
    reported = [key for key, cause in changes.files.items() if cause in order[: order.index(until) + 1]]
    is_left = (mixed["state"] == "not_submitted") & ~taken & mixed["school_id"].isin(reported)
    return mixed.assign(state=mixed["state"].mask(is_left, "blank"))


def _taken(first: TermTables, second: TermTables, moved: set[str], is_settled: bool) -> TermTables:
    """The files and findings of the second state for the schools moved, of the first for the others.

    With the decisions, findings of the others that have been settled since, or are open again, are so.
    """
    frames = {}
    for name in ("submissions", "findings"):
        old, new = getattr(first, name), getattr(second, name)
        frames[name] = pd.concat(
            [old[~old["school_id"].isin(moved)], new[new["school_id"].isin(moved)]], ignore_index=True
        )
    if is_settled:
        findings = frames["findings"]
        now = second.findings.set_index("finding_id")
        for column in ("status", "decision_id"):
            told = now[column].reindex(findings["finding_id"])
            is_known = findings["finding_id"].isin(now.index).to_numpy()
            findings[column] = findings[column].mask(is_known, pd.Series(told.to_numpy(), findings.index))
    return replace(first, **frames)


def _scored(like: State, ruled_by: Reference, answers: pd.DataFrame, tables: TermTables) -> State:
    """One step: answers scored by the declarations of a state and the verified points of another.

    It is the state itself where nothing comes out differently.
    """
    scored = score_term(answers, like.declared, ruled_by.verified)
    stands = TermTables(tables.submissions, answers, tables.findings, scored.ledger, scored.scores)
    is_same = all(
        ours is theirs or ours.equals(theirs)
        for ours, theirs in zip(vars(stands).values(), vars(like.tables).values(), strict=True)
    )
    return like if is_same else State(like.reference, like.declared, stands)
