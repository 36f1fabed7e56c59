"""One decision's effect as HTML: answers, findings and scores before and after, and another's decision in the way."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.desk.decision_groups import DecisionGroup
from termreview.desk.effect import Effect
from termreview.desk.lists.decision_list import group_id_of
from termreview.desk.term.cell_context import value_text
from termreview.desk.term.school_names import school_label
from termreview.desk.term.term_now import TermNow, plain_rows
from termreview.desk.term.wording import joined, say, words
from termreview.reference.kinds.decisions import PLACE, RULE, TAKE_SYSTEM, Decision
from termreview.reference.kinds.forms import ANY
from termreview.reporting.blocks.blocks import Block, CalloutKind, callout
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.report.narrative import listed
from termreview.reporting.summaries.index import level_with_reason

MOST_ROWS = 12
_MOST_SCHOOLS = 60


def effect_block(now: TermNow, effect: Effect) -> Block:
    """What one decision would change, before it is saved."""
    reference = now.reference
    if not effect.is_applied:
        return callout(say(reference, "effect.nothing_title"), [say(reference, "effect.nothing")], "query")
    counted = say(
        reference, "effect.counted", cells=len(effect.cells), settled=len(effect.settled), opened=len(effect.opened),
    )  # fmt: skip
    parts: list[object] = [callout(say(reference, "effect.title"), [counted], "good")]
    parts.append(scores_block(now, effect.scores, say(reference, "effect.scores")))
    if len(effect.cells):
        parts.append(_cells(now, effect.cells))
    if len(effect.opened):
        said = [row["message"] for row in plain_rows(effect.opened.head(MOST_ROWS))]
        parts.append(callout(say(reference, "effect.opened_title"), said, "query"))
    return joined(*parts)


def _cells(now: TermNow, cells: pd.DataFrame) -> Block:
    names = words(now.reference, "effect_columns")
    schools = now.schools.set_index("school_id")["short_name"]
    rows = [
        {
            "school": schools[row["school_id"]],
            "label": now.fields[row["field_id"]].label,
            **{side: _answer(now, row, side) for side in ("before", "after")},
        }
        for row in plain_rows(cells.head(MOST_ROWS))
    ]
    more = len(cells) - len(rows)
    notes = [say(now.reference, "effect.more_cells", count=more)] if more > 0 else []
    columns = {name: names[name] for name in ("school", "label", "before", "after")}
    return table(
        pd.DataFrame(rows, columns=list(columns)), columns=columns, caption=names["cells"], notes=notes
    )


def _answer(now: TermNow, row: Record, side: str) -> str:
    answer = {name: row[f"{name}_{side}"] for name in ("state", "value_number", "value_text")}
    return value_text(answer, now.fields[row["field_id"]], now)


def scores_block(now: TermNow, scores: pd.DataFrame, caption: str, is_one_school: bool = False) -> Block:
    """Scores before and after: one row per school and group; says so when none moves.

    The name of the school is left out where there is no other.
    """
    if scores.empty:
        return callout(say(now.reference, "effect.no_scores_title"), [say(now.reference, "effect.no_scores")])
    names = words(now.reference, "effect_columns")
    schools = now.schools.set_index("school_id")["short_name"]
    groups = now.reference.labels["score_groups_short"]
    rows = [
        {
            "school": schools[row["school_id"]],
            "group": groups[row["group_id"]],
            "before": score_text(now, row, "_before"),
            "after": score_text(now, row, "_after"),
        }
        for row in plain_rows(scores.head(MOST_ROWS))
    ]
    more = len(scores) - len(rows)
    notes = [say(now.reference, "effect.more_scores", count=more)] if more > 0 else []
    shown = ("group", "before", "after") if is_one_school else ("school", "group", "before", "after")
    columns = {name: names[name] for name in shown}
    return table(pd.DataFrame(rows), columns=columns, caption=caption, notes=notes)


def score_text(now: TermNow, row: Record, suffix: str = "") -> str:
    """One score as text: its bounds and the level, or why there is none."""
    levels = now.reference.labels["score_levels_short"]
    state = row[f"state{suffix}"]
    if state != "scored":
        return str(levels[state])
    level = row[f"level{suffix}"]
    word = levels["not_concluded"] if level is None else levels[str(int(level))]
    told = level_with_reason(now.reference, word, row[f"held_by{suffix}"])
    return f"{interval_text(row[f'low{suffix}'], row[f'high{suffix}'])} – {told}"


def decision_text(now: TermNow, decision: Decision) -> str:
    """One decision in words: what it does, where and how far, why, who and when."""
    names = words(now.reference, "actions")
    school = ruled_school(now, decision)
    field = now.fields.get(decision.field_id)
    where = (
        field.label if field else now.titles.get(decision.cause, decision.cause) or decision.expected_value
    )
    on = number_text(decision.decided_on, "date") if decision.decided_on else ""
    return say(
        now.reference, f"decision.{decision.reach}", decision=decision.decision_id, action=names[decision.action].lower(),
        value=_value(decision), where=where, school=school,
        reason=decision.reason, who=decision.decided_by, on=on,
    )  # fmt: skip


def ruled_school(now: TermNow, decision: Decision) -> str:
    """Whom one decision is about: a school by name and code, all of them, or a file of which the school is not known."""
    if decision.reach == RULE:
        return say(now.reference, "decision.all_schools")
    if decision.school_id == ANY:
        return say(now.reference, "context.no_school")
    return school_label(now, decision.school_id)


def _value(decision: Decision) -> str:
    return f" → {decision.new_value}" if decision.action in ("correct", TAKE_SYSTEM) else ""


def group_text(now: TermNow, decisions: Sequence[Decision]) -> str:
    """One group of decisions in words: the only one; of several the first, how many, and of which schools."""
    first = decisions[0]
    if len(decisions) == 1:
        return decision_text(now, first)
    schools = list(dict.fromkeys(decision.school_id for decision in decisions))
    return say(
        now.reference, "decision.places", decision=group_id_of(first.decision_id), count=len(decisions),
        action=words(now.reference, "actions")[first.action].lower(),
        value=_value(first), schools=len(schools),
        names=listed([school_label(now, key) for key in schools], most=4),
        reason=first.reason, who=first.decided_by, on=number_text(first.decided_on, "date"),
    )  # fmt: skip


def group_block(now: TermNow, line: DecisionGroup) -> Block:
    """One group of the list: what it says, and the places where it holds now, by school."""
    said = group_text(now, line.decisions)
    held = [
        f"{school_label(now, school_id) if school_id else say(now.reference, 'context.no_school')}: "
        + "; ".join(place for owner, place in line.places if owner == school_id)
        for school_id in line.school_ids
    ]
    title = say(now.reference, "rulings.held", count=len(line.places), schools=len(line.school_ids))
    kind: CalloutKind = "query" if line.reach == RULE else "note"
    later = [] if line.reach == PLACE else [say(now.reference, f"reach.later_{line.reach}")]
    return joined(
        callout(say(now.reference, f"rulings.{line.reach}"), [said, *later], kind), callout(title, held)
    )


def reach_block(now: TermNow, scope: str, effect: Effect) -> Block:
    """How far one decision would reach, before it is saved: how many places of which schools now, and what of later files."""
    places = {(row["school_id"], row["field_id"]) for row in plain_rows(effect.cells)}
    places |= {
        (row["school_id"], row["field_id"] or f"{row['check_code']} {row['file']}")
        for row in plain_rows(effect.settled)
    }
    order = list(now.schools["school_id"])
    schools = sorted({school_id for school_id, _ in places if school_id in order}, key=order.index)
    names = listed([school_label(now, school_id) for school_id in schools], most=_MOST_SCHOOLS)
    said = say(now.reference, f"reach.{scope}", count=len(places), schools=len(schools), names=names)
    later = say(now.reference, f"reach.later_{scope}")
    kind: CalloutKind = "query" if scope == "rule" else "note"
    return callout(say(now.reference, f"reach.title_{scope}"), [said, later], kind)


def conflicts_block(now: TermNow, conflicts: Sequence[Decision]) -> Block:
    """The decisions of others at the same place: nothing was written over them."""
    said = [decision_text(now, decision) for decision in conflicts]
    return callout(
        say(now.reference, "decision.conflict_title"),
        [*said, say(now.reference, "decision.conflict")],
        "error",
    )
