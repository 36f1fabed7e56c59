"""One school looked at from all sides: through the terms, beside its peers, line by line of its ledger."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from termreview.desk.term.term_now import TermNow, plain_rows
from termreview.reference.comparable import may_compare_scores
from termreview.reference.kinds.forms import applies
from termreview.reporting.report.school_outlook import MarginLine, margin_lines
from termreview.reporting.summaries.decisions import doubted_answers
from termreview.reporting.summaries.index import OVERALL
from termreview.scoring.level_margin import weigh_levels
from termreview.scoring.levels import held_by
from termreview.storage.workspace import read_if_there


def terms_of_school(now: TermNow, school_id: str) -> pd.DataFrame:
    """The scores of one school in every term that was run, and as they stand now: one row per term and group.

    A school that grew out of others has the rows of those before it existed; `source_id` says whose they are.
    """
    parts = []
    for plan in now.reference.calendar.plans:
        is_now = plan.term == now.opened.term
        scores = now.scored.scores if is_now else read_if_there(now.workspace, plan.term, "scores")
        if scores is None:
            continue
        own = scores[scores["school_id"] == school_id]
        if own.empty:
            former = now.reference.registry.predecessors(school_id, plan.due_on, now.declared.plan.due_on)
            own = scores[scores["school_id"].isin(list(former))]
        parts.append(
            own.assign(
                source_id=own["school_id"],
                title=plan.title,
                school_year=plan.term.school_year,
                held_by=held_by(own, now.reference.of(plan.term).indicator_set),
            )
        )
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return frame.drop(columns="school_id")


@dataclass(frozen=True)
class Place:
    """Where one school stands among those of its level on one measure; `others` are the peers' values, sorted.

    `before` is the school's own value in the term before; `below` counts peers with a smaller value, `equal` those with the same; no league table: places are counts.
    """

    measure_id: str
    title: str
    unit: str
    value: float | None
    before: float | None
    others: tuple[float, ...]

    @property
    def below(self) -> int:
        """Peers with a smaller value."""
        return sum(other < self.value for other in self.others) if self.value is not None else 0


def beside_peers(now: TermNow, school_id: str) -> list[Place]:
    """One school beside the others of its level: its group scores (lower bound), then the key ratios."""
    levels = now.schools.set_index("school_id")["level"]
    level = str(levels[school_id])
    peers = {str(other) for other in levels.index[levels == level] if other != school_id}
    places = []
    scored = now.standings[now.standings["state"] == "scored"]
    lows_before = _lows_before(now, school_id)
    for group in now.declared.indicator_set.groups:
        own = scored[scored["group_id"] == group.group_id].set_index("school_id")["low"]
        if level in now.declared.indicator_set.levels:
            title = now.reference.labels["score_groups"][group.group_id]
            before = lows_before.get(group.group_id)
            places.append(_place(f"group_{group.group_id}", title, "points", own, school_id, peers, before))
    ratios = now.ratios[now.ratios["state"] == "counted"]
    for ratio in now.reference.ratios_of(now.declared):
        if applies(ratio.levels, level):
            values = ratios[ratios["ratio_id"] == ratio.ratio_id].set_index("school_id")["value"]
            before = now.ratios_before.get((school_id, ratio.ratio_id))
            places.append(_place(ratio.ratio_id, ratio.title, ratio.unit, values, school_id, peers, before))
    return places


def _place(
    measure_id: str,
    title: str,
    unit: str,
    values: pd.Series,
    school_id: str,
    peers: set[str],
    before: float | None,
) -> Place:
    known = values.dropna().astype(float)
    own = float(known[school_id]) if school_id in known.index else None
    others = tuple(sorted(known[known.index.isin(sorted(peers))]))
    return Place(measure_id, title, unit, own, before, others)


def _lows_before(now: TermNow, school_id: str) -> dict[str, float]:
    """The lower bounds of one school in the term that is compared with, by group; empty where it was not scored."""
    before = now.declared.plan.compare_with
    scores = read_if_there(now.workspace, before, "scores")
    if before is None or scores is None or not may_compare_scores(now.reference, before, now.declared.term):
        return {}
    own = scores[(scores["school_id"] == school_id) & (scores["state"] == "scored")]
    return {str(name): float(low) for name, low in zip(own["group_id"], own["low"], strict=True)}


def level_margins_of(now: TermNow, school_id: str) -> list[MarginLine]:
    """What the levels of one school hang on: one line per group; none where it has no score."""
    scored, own = now.scored, now.standings[now.standings["school_id"] == school_id]
    if own.empty or (own["state"] != "scored").any():
        return []
    weighed = weigh_levels(
        scored.ledger[scored.ledger["school_id"] == school_id],
        scored.scores[scored.scores["school_id"] == school_id],
        now.declared,
        doubted_answers(now.cleaned.findings),
    )
    level_margins = {str(row["group_id"]): row for row in plain_rows(weighed)}
    reasons = {str(row["group_id"]): str(row["reason"]) for row in plain_rows(own)}
    held = {str(row["group_id"]): str(row["held_by"]) for row in plain_rows(own)}
    return margin_lines(now.reference, now.declared.indicator_set, level_margins, reasons, held)


def ledger_of(now: TermNow, school_id: str) -> pd.DataFrame:
    """The ledger of one school: one row per item in the order of the index, with the item's title."""
    titles = {item.item_id: item.title for item in now.declared.indicator_set.items}
    own = now.scored.ledger[now.scored.ledger["school_id"] == school_id]
    reasons = now.reference.labels["reasons"]
    return own.assign(
        title=[titles.get(item, reasons["unallocated"]) for item in own["item_id"]],
        reason_title=[reasons[reason] for reason in own["reason"]],
    )


def findings_of(now: TermNow, school_id: str) -> pd.DataFrame:
    """The findings of one school, gravest first."""
    own = now.cleaned.findings[now.cleaned.findings["school_id"] == school_id]
    order = {name: place for place, name in enumerate(("error", "query", "note"))}
    return own.sort_values("severity", key=lambda names: names.map(order), kind="stable")


__all__ = [
    "OVERALL", "Place", "beside_peers", "findings_of", "ledger_of", "level_margins_of", "terms_of_school",
]  # fmt: skip
