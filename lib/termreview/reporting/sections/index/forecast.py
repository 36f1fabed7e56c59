"""One page of what lies ahead (internal edition): whom to warn, who can teach whom, what would lift most."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from termreview.insight.budget import Offer, Plan, best_plan
from termreview.insight.early_warning import Warnings, reliability
from termreview.insight.teaching import pair_of_each_unit, pairs
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.values import Number, Parts, Sentence, column
from termreview.reporting.report.applicable import shown_if
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.history import criteria_points
from termreview.reporting.report.insights import is_looking_back, limits_of, tell, warnings_of
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.school_outlook import advice_of, look_ahead
from termreview.reporting.report.wording import shown_mark
from termreview.reporting.sections.index.look_back import headed, signed, silent, text, worded
from termreview.reporting.term.schools import short_names
from termreview.scoring.levels import OVERALL
from termreview.scoring.next_level import CONDITION, points_needed

_TOLD = 30  # per cent from which a school is named
_LIKELY = 0.5
_SUREST = 0.99  # no school is lost for certain
_MOST_ROWS = 15


@shown_if(is_looking_back)
def early_warning(report: ReportContext) -> Block:
    """The schools that risk not to reach the second level by the end of the year, why, and what to do first.

    At the end of the year: what such a warning would have been worth.
    """
    found, limits = warnings_of(report), limits_of(report)
    if not found.model:
        counts = {"few_years": (found.year_count, limits.fewest_years + 1), "few_events": (found.event_count, limits.fewest_events)}  # fmt: skip
        count, needed = counts.get(found.reason, (0, 0))
        return silent(report, "warning", found.reason, count=count, needed=needed)
    replay = found.replay.set_index("model").loc[found.model]
    told = tell(
        report, "warning.replayed", years=found.year_count, brier=Number(replay["brier"], "ratio"),
        base=Number(replay["base_brier"], "ratio"),
    )  # fmt: skip
    if report.declared.plan.report == "year_end_summary":
        return _reviewed(report, found, told)
    return _warned(report, found, told)


def _warned(report: ReportContext, found: Warnings, told: Sentence) -> Block:
    rows = [row for row in records(found.schools) if row["probability"] * 100 >= _TOLD][:_MOST_ROWS]
    if not rows:
        return headed(report, "warning", [tell(report, "warning.nobody", least=_TOLD), told])
    names = short_names(report.term.schools)
    items = {item.item_id: f"{item.item_id} {item.title}" for item in report.declared.indicator_set.items}
    paths = look_ahead(report).paths
    steps = []
    for row in rows:
        own = [step for step in paths[row["school_id"]].steps if step.kind != CONDITION] if row["school_id"] in paths else []  # fmt: skip
        first = min(own, key=lambda step: (step.effort, -step.gain), default=None)
        steps.append("" if first is None else items.get(first.key, first.key))
    frame = pd.DataFrame(
        {
            "school": [names.get(row["school_id"], row["school_id"]) for row in rows],
            "start": column([signed(row["start"]) for row in rows]),
            "usual": column([signed(row["usual_gain"]) for row in rows]),
            "chance": [100 * min(row["probability"], _SUREST) for row in rows],
            "reason": [text(report, f"warning.reasons.{row['reason']}") for row in rows],
            "step": steps,
        }
    )
    block = worded(
        report,
        "warning",
        frame,
        formats={"chance": "integer"},
        align={"start": "right", "usual": "right"},
    )
    return headed(report, "warning", [told], block)


def _reviewed(report: ReportContext, found: Warnings, replayed: Sentence) -> Block:
    """What the warning of the first semester came to at the end of the year."""
    history = report.history
    is_own = (history["group_id"] == OVERALL) & (history["term_id"] == report.declared.term.term_id)
    whole = history[is_own].dropna(subset=["low"])
    reached = dict(zip(whole["school_id"], whole["is_reached"], strict=True))
    own = found.schools[found.schools["school_id"].isin(reached)]
    missed = np.array([not reached[school_id] for school_id in own["school_id"]], dtype=float)
    likely = own["probability"].to_numpy(dtype=float) >= _LIKELY
    told = tell(
        report, "warning.reviewed", missed=int(missed[likely].sum()), warned=int(likely.sum()),
        surprised=int(missed[~likely].sum()),
    )  # fmt: skip
    bands = reliability(own["probability"].to_numpy(dtype=float), missed)
    frame = pd.DataFrame(
        {
            "band": [f"{100 * row['from_share']:.0f}–{100 * row['to_share']:.0f}" for row in records(bands)],
            "predicted": (100 * bands["predicted"]).to_numpy(),
            "observed": column([Parts(row["missed"], row["school_count"]) for row in records(bands)]),
        }
    )
    block = worded(
        report,
        "warning",
        frame,
        caption="reliability",
        formats={"predicted": "integer"},
        align={"observed": "right"},
    )
    return headed(report, "warning", [told, replayed], block)


@shown_if(is_looking_back)
def teaching(report: ReportContext) -> Block:
    """Who can teach whom: one pair to visit per commune."""
    limits, names = limits_of(report), short_names(report.term.schools)
    schools = report.term.schools
    criteria = [
        one.criterion_id for group in report.declared.indicator_set.groups for one in group.criteria if not one.is_condition
    ]  # fmt: skip
    scored = report.term.tables.scores
    ids = set(scored.loc[scored["state"] == "scored", "school_id"])
    found = pairs(
        criteria_points(report.term.tables.ledger, schools[schools["school_id"].isin(ids)], criteria), limits
    )
    if found.empty:
        return silent(report, "teaching", "no_pairs")
    units = schools.set_index("school_id")
    best = records(pair_of_each_unit(found, units["commune_id"]))
    frame = pd.DataFrame(
        {
            "unit": [units["commune_name"][row["learner_id"]] for row in best],
            "learner": [names[row["learner_id"]] for row in best],
            "teacher": [names[row["teacher_id"]] for row in best],
            "criteria": [row["criteria"].replace(";", ", ") for row in best],
            "points": [row["points"] for row in best],
        }
    )
    told = tell(
        report, "teaching.told", learners=found["learner_id"].nunique(), share=round(100 * limits.weak_share),
        criteria=found["criterion_id"].nunique(),
    )  # fmt: skip
    block = worded(
        report,
        "teaching",
        frame,
        formats={"points": "points"},
        max_rows=_MOST_ROWS,
        notes=[tell(report, "teaching.note", most=limits.most_learners)],
    )
    return headed(report, "teaching", [told], block)


@cache
def plan_of(report: ReportContext) -> Plan | None:
    """The set of actions that lifts most schools within the declared budget; None where costs are not declared."""
    advice, declared, tables = advice_of(report), report.declared, report.term.tables
    known = [one for one in advice.actions if one.cost is not None]
    if advice.budget is None or not known:
        return None
    scores = tables.scores[tables.scores["state"] == "scored"]
    rows = {(row["school_id"], row["group_id"]): row for row in records(scores)}
    top = max(declared.indicator_set.level_titles())
    needs: dict[str, dict[str, float]] = {}
    for (school_id, group_id), whole in rows.items():
        if group_id != OVERALL or whole["level_low"] >= top:
            continue
        need, target = needs.setdefault(school_id, {}), int(whole["level_low"]) + 1
        for group in declared.indicator_set.groups:
            row = rows[school_id, group.group_id]
            if row["level_low"] < target:
                need[group.group_id] = points_needed(declared.indicator_set, target, float(row["low"]))
                need[_condition(group.group_id)] = float(row["conditions"] in ("failed", "unknown"))
    lacking = {
        (row["school_id"], row["item_id"]): (row["group_id"], float(row["max_points"]) - float(row["low"]))
        for row in records(tables.ledger[tables.ledger["reason"] != "unanswered"])
    }
    offers = []
    for action in known:
        wins: dict[str, dict[tuple[str, str], float]] = {}
        for school_id in needs:
            own = {
                (lacking[school_id, item][0], item): lacking[school_id, item][1]
                for item in action.items
                if lacking.get((school_id, item), ("", 0.0))[1] > 0
            }
            if action.meets_conditions:
                own |= {
                    (_condition(group.group_id), CONDITION): 1.0 for group in declared.indicator_set.groups
                }
            if own:
                wins[school_id] = own
        offers.append(
            Offer(action.action_id, action.cost or 0.0, action.cost_of_school, action.capacity, wins)
        )
    return best_plan(offers, needs, advice.budget)


def _condition(group_id: str) -> str:
    return f"{group_id}/{CONDITION}"


@shown_if(is_looking_back)
def within_budget(report: ReportContext) -> Block:
    """What would lift most schools within the declared budget, and that nothing could lift more."""
    advice, plan = advice_of(report), plan_of(report)
    if plan is None:
        return silent(report, "budget", "no_costs")
    budget = Number(advice.budget, "integer")
    mark = tell(report, "budget.mark", mark=shown_mark(report, advice.mark))
    if not plan.lifted:
        return headed(report, "budget", [tell(report, "budget.nothing", budget=budget), mark])
    offers, names = {one.action_id: one for one in advice.actions}, short_names(report.term.schools)
    told = tell(
        report, "budget.told", budget=budget, lifted=len(plan.lifted), names=listed([names[one] for one in plan.lifted], most=20)
    )  # fmt: skip
    best = tell(report, "budget.exact") if plan.is_exact else tell(report, "budget.bound", bound=plan.bound)
    served = [len(plan.served[name]) for name in plan.actions]
    costs = [
        (offers[name].cost or 0.0) + offers[name].cost_of_school * count
        for name, count in zip(plan.actions, served, strict=True)
    ]
    frame = pd.DataFrame(
        {"action": [offers[name].title for name in plan.actions], "served": served, "cost": costs}
    )
    block = worded(
        report,
        "budget",
        frame,
        formats={"served": "integer", "cost": "integer"},
        total_row={"action": text(report, "budget.total"), "cost": plan.cost},
    )
    return headed(report, "budget", [told, best, mark], block)
