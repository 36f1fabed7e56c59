"""One page of what lies ahead: whom to warn, who can teach whom, what would lift most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from termreview.insight.early_warning import Warnings, reliability
from termreview.insight.teaching import pair_of_each_unit
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.values import Number, Parts, Sentence, column
from termreview.reporting.charts.charts import Chart, reliability_plot
from termreview.reporting.report.applicable import applies_if
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.insights import (
    is_looking_back,
    is_told_back,
    limits_of,
    pairs_of,
    plan_of,
    tell,
    warnings_of,
)
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.school_outlook import advice_of, look_ahead
from termreview.reporting.report.wording import mark_text
from termreview.reporting.sections.index.insight_blocks import headed, signed, silent, text, worded
from termreview.reporting.term.schools import short_names
from termreview.scoring.levels import OVERALL
from termreview.scoring.next_level import CONDITION

_TOLD = 30  # per cent from which a school is named
_LIKELY = 0.5
_MOST_ROWS = 15


@applies_if(is_told_back)
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
    told = tell(  # the first year has none before it to be judged from
        report, "warning.replayed", years=found.year_count - 1, count=replay["school_count"], brier=Number(replay["brier"], "ratio"),
        base=Number(replay["base_brier"], "ratio"),
    )  # fmt: skip
    if report.declared.plan.report == "year_end_summary":
        return _reviewed(report, found, told)
    return _warned(report, found, told)


def _warned(report: ReportContext, found: Warnings, told: Sentence) -> Block:
    bounds = tell(report, "warning.bounds", least=Number(100 * found.least, "integer"), most=Number(100 * found.most, "integer"))  # fmt: skip
    rows = [row for row in records(found.schools) if row["probability"] * 100 >= _TOLD][:_MOST_ROWS]
    if not rows:
        said = [tell(report, "warning.nobody", least=_TOLD), told, bounds]
        return headed(report, "warning", said, _reliability(report, found))
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
            "chance": [100 * row["probability"] for row in rows],
            "reason": [text(report, f"warning.reasons.{row['reason']}") for row in rows],
            "step": steps,
        }
    )
    block = worded(
        report, "warning", frame, formats={"chance": "integer"}, align={"start": "right", "usual": "right"}
    )
    who = tell(report, "warning.told", count=len(rows), least=_TOLD, names=listed([names.get(row["school_id"], row["school_id"]) for row in rows]))  # fmt: skip
    return headed(report, "warning", [who, told, bounds], block, _reliability(report, found))


def _reliability(report: ReportContext, found: Warnings) -> Chart:
    """What the model that speaks predicted of earlier years beside what came, with the schools of each band."""
    replay = found.replay.set_index("model").loc[found.model]
    values = {name: Number(replay[name], "ratio") for name in ("brier", "base_brier")}
    count = int(found.reliability["school_count"].sum())
    words: dict[str, Any] = {
        name: text(report, f"warning.chart.{name}")
        for name in ("predicted_label", "observed_label", "interval_label", "count_label")
    }
    options: dict[str, Any] = {
        "finding": str(tell(report, "warning.chart.finding", count=count, **values)),
        "measure": str(tell(report, "warning.chart.measure", count=count)),
        "alt": text(report, "warning.chart.alt"),
    }
    return report_chart(report, reliability_plot, found.reliability, **options, **words)


def _reviewed(report: ReportContext, found: Warnings, replayed: Sentence) -> Block:
    """What the warning of the first semester came to at the end of the year."""
    history = report.history
    is_own = (history["group_id"] == OVERALL) & (history["term_id"] == report.declared.term.term_id)
    whole = history[is_own].dropna(subset=["is_reached"])  # what is open is no failure
    reached = dict(zip(whole["school_id"], whole["is_reached"], strict=True))
    own = found.schools[found.schools["school_id"].isin(reached)]
    missed = np.array([not reached[school_id] for school_id in own["school_id"]], dtype=float)
    likely = own["probability"].to_numpy(dtype=float) >= _LIKELY
    told = tell(
        report, "warning.reviewed", missed=int(missed[likely].sum()), warned=int(likely.sum()),
        surprised=int(missed[~likely].sum()), others=int((~likely).sum()),
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
    return headed(report, "warning", [told, replayed], block, _reliability(report, found))


@applies_if(is_looking_back)
def teaching(report: ReportContext) -> Block:
    """Who can teach whom: one pair to visit per commune."""
    limits, names = limits_of(report), short_names(report.term.schools)
    schools = report.term.schools
    found = pairs_of(report)
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


@applies_if(is_looking_back)
def within_budget(report: ReportContext) -> Block:
    """What would lift most schools within the declared budget, and that nothing could lift more."""
    advice, plan = advice_of(report), plan_of(report)
    if plan is None:
        return silent(report, "budget", "no_costs")
    budget = Number(advice.budget, "integer")
    mark = tell(report, "budget.mark", mark=mark_text(report, advice.mark))
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
