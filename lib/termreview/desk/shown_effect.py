"""One ruling's effect as HTML: answers, findings and scores before and after, and another's ruling in the way."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.desk.cell_context import value_text
from termreview.desk.effect import Effect
from termreview.desk.term_now import TermNow, plain_rows
from termreview.desk.wording import joined, say, words
from termreview.reference.decisions import Decision
from termreview.reporting.blocks import Block, callout
from termreview.reporting.number_format import interval_text, number_text
from termreview.reporting.rows import Record
from termreview.reporting.tables import table

MOST_ROWS = 12


def effect_block(now: TermNow, effect: Effect) -> Block:
    """What one ruling would change, before it is saved."""
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
    return f"{interval_text(row[f'low{suffix}'], row[f'high{suffix}'])} – {word}"


def decision_text(now: TermNow, decision: Decision) -> str:
    """One decision in words: what it does, where, why, who and when."""
    names = words(now.reference, "actions")
    schools = now.schools.set_index("school_id")["short_name"]
    school = schools.get(decision.school_id, decision.school_id) if decision.school_id != "*" else ""
    field = now.fields.get(decision.field_id)
    where = (
        field.label if field else now.titles.get(decision.cause, decision.cause) or decision.expected_value
    )
    on = number_text(decision.decided_on, "date") if decision.decided_on else ""
    return say(
        now.reference, "decision.line", decision=decision.decision_id, action=names[decision.action].lower(),
        value=f" → {decision.new_value}" if decision.new_value else "", where=f"{school} – {where}" if school else where,
        reason=decision.reason, who=decision.decided_by, on=on,
    )  # fmt: skip


def conflicts_block(now: TermNow, conflicts: Sequence[Decision]) -> Block:
    """The rulings of others at the same place: nothing was written over them."""
    said = [decision_text(now, decision) for decision in conflicts]
    return callout(
        say(now.reference, "decision.conflict_title"),
        [*said, say(now.reference, "decision.conflict")],
        "error",
    )
