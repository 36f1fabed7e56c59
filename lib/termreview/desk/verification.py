"""One item of one school being verified: what the school claims, what its facts give, what the office may enter and has verified."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.desk.decision_drafts import FEWEST_LETTERS, PERSONAL
from termreview.desk.term.cell_context import value_text
from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow, answers_of, plain_rows
from termreview.desk.term.wording import say
from termreview.reference.kinds.indicators import Criterion, Group, Item
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.reporting.blocks.rows import Record
from termreview.scoring.ledger import facts_of, item_inputs
from termreview.scoring.levels import condition_states
from termreview.text import clean

STEP = 0.5


@dataclass(frozen=True)
class Fact:
    """One answer that an item rests on: its label, what stands there, and its cell."""

    field_id: str
    label: str
    value: str
    sheet: str
    cell: str
    state: str


@dataclass(frozen=True)
class ItemLine:
    """One item of one school as the desk shows it; points are None where there are none.

    `evidence` is what the school wrote as evidence, `asked` what the index asks for.
    """

    item: Item
    own: float | None
    computed: tuple[float, float] | None
    low: float
    high: float
    origin: str
    reason: str
    verified: VerifiedPoints | None
    evidence: str
    is_in_use: bool | None
    facts: tuple[Fact, ...]

    @property
    def asked(self) -> str:
        """The evidence that the index asks for."""
        return self.item.evidence


@dataclass(frozen=True)
class ConditionLine:
    """One mandatory condition of one school: `met`, `failed` or `unknown`, with the answers it rests on."""

    condition: Criterion
    state: str
    facts: tuple[Fact, ...]


def verified_schools(now: TermNow) -> list[str]:
    """The schools that can be verified: those the index covers, whose report is there, in the order of the reports."""
    whole = now.standings[now.standings["state"] == "scored"]
    return [str(school_id) for school_id in dict.fromkeys(whole["school_id"])]


def item_lines(now: TermNow, school_id: str) -> list[ItemLine]:
    """Every item of the index as it stands for one school, in the order of the index."""
    ledger = now.scored.ledger
    lines = {row["item_id"]: row for row in plain_rows(ledger[ledger["school_id"] == school_id])}
    answers = answers_of(now.cleaned.observations, school_id)
    rulings = {
        points.item_id: points
        for points in now.reference.verified
        if (points.school_id, points.term_id) == (school_id, now.term_id)
    }
    return [
        _line(now, item, lines[item.item_id], answers, rulings.get(item.item_id))
        for item in now.declared.indicator_set.items
        if item.item_id in lines
    ]


def _line(
    now: TermNow, item: Item, line: Record, answers: dict[str, Record], verified: VerifiedPoints | None
) -> ItemLine:
    evidence, use = answers.get(item.field("evidence")), answers.get(item.field("in_use"))
    low, high = line["computed_low"], line["computed_high"]
    own = {item.field(column) for column in item.columns}
    return ItemLine(
        item=item, own=line["self_points"], computed=None if low is None else (low, high), low=line["low"],
        high=line["high"], origin=line["origin"], reason=line["reason"], verified=verified,
        evidence=str(evidence["value_text"] or evidence["original"] or "") if evidence else "",
        is_in_use=None if use is None or use["value_number"] is None else use["value_number"] == 1,
        facts=_facts(now, [name for name in item_inputs(item) if name not in own], answers),
    )  # fmt: skip


def _facts(now: TermNow, field_ids: Sequence[str], answers: dict[str, Record]) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            name, now.fields[name].label, value_text(answers[name], now.fields[name], now),
            answers[name]["sheet"] or "", answers[name]["cell"] or "", answers[name]["state"],
        )
        for name in field_ids
        if name in answers and name in now.fields
    )  # fmt: skip


def condition_lines(now: TermNow, group: Group, school_id: str) -> list[ConditionLine]:
    """The mandatory conditions of one group as they stand for one school."""
    answers = answers_of(now.cleaned.observations, school_id)
    level = now.schools.set_index("school_id")["level"][school_id]
    requires = [name for condition in group.conditions for name in condition.requires]
    own = now.cleaned.observations[now.cleaned.observations["school_id"] == school_id]
    facts = facts_of(own, [(school_id, str(level))], requires)
    return [
        ConditionLine(
            condition, str(condition_states(condition, facts)[0]), _facts(now, condition.requires, answers)
        )
        for condition in group.conditions
    ]


def allowed_points(item: Item) -> list[float]:
    """The points that the office may enter: half steps from 0 to the item's maximum, which always counts."""
    steps = [step * STEP for step in range(math.floor(item.max_points / STEP) + 1)]
    return steps if steps[-1] == item.max_points else [*steps, item.max_points]


def points_of(
    now: TermNow, school_id: str, item: Item, points: float, reason: str, verified_by: str, on: datetime.date
) -> VerifiedPoints:
    """The verified points that an entry comes to."""
    return VerifiedPoints(
        school_id, now.term_id, item.item_id, points, clean(reason), clean(verified_by), on
    )  # fmt: skip


def faults_of(now: TermNow, line: ItemLine, entered: VerifiedPoints) -> list[str]:
    """What forbids one entry, in words for the analyst."""

    faults = []
    if not 0 <= entered.points <= line.item.max_points:
        faults.append(
            say(now.reference, "points_faults.cap", points=entered.points, max_points=line.item.max_points)
        )
    elif entered.points not in allowed_points(line.item):
        faults.append(say(now.reference, "points_faults.step", points=entered.points))
    if not entered.verified_by:
        faults.append(say(now.reference, "points_faults.nobody"))
    elif PERSONAL.search(entered.verified_by):
        faults.append(say(now.reference, "points_faults.personal"))
    if len(entered.reason) < FEWEST_LETTERS:
        faults.append(say(now.reference, "points_faults.reason"))
    return faults


def warnings_of(now: TermNow, line: ItemLine, points: float) -> list[str]:
    """What an analyst should have thought of before one entry is saved; nothing of it forbids the entry."""

    warnings = []
    if points > 0 and line.is_in_use is False:
        warnings.append(say(now.reference, "points_warnings.not_in_use"))
    if points > 0 and not line.evidence:
        warnings.append(say(now.reference, "points_warnings.no_evidence"))
    if line.computed is not None and not line.computed[0] <= points <= line.computed[1]:
        warnings.append(
            say(now.reference, "points_warnings.outside_facts", low=line.computed[0], high=line.computed[1])
        )
    if line.own is not None and points > line.own:
        warnings.append(say(now.reference, "points_warnings.above_self", own=line.own))
    return warnings


def condition_warnings(now: TermNow, group: Group, school_id: str) -> list[str]:
    """What the conditions of one group do to its level, whatever the points."""
    lines = condition_lines(now, group, school_id)
    failed = [line.condition.criterion_id for line in lines if line.state == "failed"]
    unknown = [line.condition.criterion_id for line in lines if line.state == "unknown"]
    said = []
    if failed:
        said.append(say(now.reference, "conditions.failed", names=", ".join(failed)))
    if unknown:
        said.append(say(now.reference, "conditions.unknown", names=", ".join(unknown)))
    return said


def verified_lines(now: TermNow, scope: Scope) -> pd.DataFrame:
    """The ledger lines that were verified: one row per school and item; `gap` is self minus verified, by `verified_by`.

    `gap` is missing where the school claimed nothing: nothing is compared then.
    """
    ledger = now.scored.ledger
    lines = ledger[ledger["verified_points"].notna()]
    schools = now.schools[["school_id", "short_name", "level", "level_title", "commune_name", "place"]]
    lines = scope.of(lines.merge(schools, on="school_id"))
    verifiers = {
        (one.school_id, one.item_id): one.verified_by
        for one in now.reference.verified
        if one.term_id == now.term_id
    }
    keys = zip(lines["school_id"], lines["item_id"], strict=True)
    return lines.assign(
        gap=lines["self_points"] - lines["verified_points"],
        verified_by=[verifiers.get(key, "") for key in keys],
    )


def coverage(now: TermNow, scope: Scope) -> dict[str, int]:
    """How much of the index was verified: schools and lines, each with what there is in the scope."""
    ids = set(scope.school_ids(now))
    scored = set(now.standings.loc[now.standings["state"] == "scored", "school_id"])
    ledger = now.scored.ledger
    lines = ledger[ledger["school_id"].isin(ids & scored) & (ledger["origin"] != "unallocated")]
    verified = lines[lines["verified_points"].notna()]
    return {
        "school_count": int(verified["school_id"].nunique()),
        "school_total": int(lines["school_id"].nunique()),
        "line_count": len(verified),
        "line_total": len(lines),
    }
