"""One page of what lies behind (internal edition): how schools moved, what claims are worth, what actions did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from termreview.insight.moderation import BY_ITEM, gaps, if_all_verified, published_and_verified
from termreview.insight.trends import as_today, moves
from termreview.reference.kinds.measures import RISK
from termreview.reporting.blocks.blocks import Block, lead_in, paragraph, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Sentence, Value, column, joined
from termreview.reporting.report.applicable import shown_if
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.history import group_panel, school_events
from termreview.reporting.report.insights import impact_of, is_looking_back, limits_of, slips_of, tell
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import group_told
from termreview.reporting.term.schools import short_names


def text(report: ReportContext, key: str) -> str:
    """One declared word or head of insight."""
    return str(tell(report, key))


def silent(report: ReportContext, subject: str, why: str, **values: Any) -> Block:
    """The one line of a subject of which nothing can be said, and what is missing for it."""
    return headed(report, subject, [tell(report, "silent", why=tell(report, f"why.{why}", **values))])


def headed(report: ReportContext, subject: str, sentences: Sequence[object], *blocks: Block) -> Block:
    """What is said of one subject: its sentences behind its name, then its tables."""
    lead = f"{text(report, f'subjects.{subject}')}:"
    return stack(paragraph(lead_in(lead, joined(sentences))), *blocks)


def worded(
    report: ReportContext, subject: str, frame: pd.DataFrame, *, caption: str = "caption", **options: Any
) -> Block:
    """One table of one subject, its heads and caption as declared; `options` as `table` takes them."""
    heads = {name: text(report, f"{subject}.{name}") for name in frame.columns}
    return table(frame, columns=heads, caption=text(report, f"{subject}.{caption}"), **options)


def signed(value: Any, form: str = "points") -> Number:
    """One change of points, with its sign."""
    value = value if pd.isna(value) or abs(value) >= 0.05 else 0.0  # no sign before what is printed as 0
    return Number(value, form, before="+" if pd.notna(value) and value > 0 else "")


def between(low: Any, high: Any) -> Value | str:
    """Two ends that may lie below 0; blank where there are none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    return joined([signed(low), "…", signed(high)])


@shown_if(is_looking_back)
def trends(report: ReportContext) -> Block:
    """Each move of the mean score split into what schools changed, who is counted and the rule; who fell behind its own past."""
    limits, part = limits_of(report), report.declared.term.part
    history = report.history
    years = sorted(history.loc[history["part"] == part, "school_year"].unique())
    if len(years) < limits.fewest_years:
        return silent(report, "trends", "years", count=len(years), needed=limits.fewest_years)
    events, groups = school_events(report.reference), report.declared.indicator_set.groups
    panels = {group.group_id: group_panel(history, part, group.group_id) for group in groups}
    ways = {
        "as_was": [moves(panel, limits, group_id) for group_id, panel in panels.items()],
        "as_today": [moves(as_today(panel, events), limits, group_id) for group_id, panel in panels.items()],
    }
    both = {way: pd.concat(found, ignore_index=True) for way, found in ways.items()}
    if both["as_was"]["stayed_count"].equals(both["as_today"]["stayed_count"]):
        del both["as_was"]  # no school was merged or split in these years
    rows = pd.concat(
        [own.assign(way=text(report, f"trends.{way}")) for way, own in both.items()], ignore_index=True
    )
    told = [
        tell(report, "trends.sure", group=group_told(report, row["unit_id"]), year=row["school_year"], real=signed(row["real"]))
        for row in records(both["as_today"])
        if row["is_sure"]
    ]  # fmt: skip
    frame = pd.DataFrame(
        {
            "way": rows["way"].to_numpy(),
            "group": [group_told(report, group_id) for group_id in rows["unit_id"]],
            "years": [f"{row['year_before']} → {row['school_year']}" for row in records(rows)],
            "before": rows["before"].to_numpy(),
            "after": rows["after"].to_numpy(),
            **{name: column([signed(value) for value in rows[name]]) for name in ("move", "real")},
            "interval": column([between(row["real_low"], row["real_high"]) for row in records(rows)]),
            **{name: column([signed(value) for value in rows[name]]) for name in ("counted", "rule")},
            "stayed": rows["stayed_count"].to_numpy(),
        }
    )
    heads = {name: text(report, f"trends.{name}") for name in frame.columns if name != "way"}
    block = table(
        frame,
        columns=heads,
        caption=text(report, "trends.caption"),
        formats={"before": "points", "after": "points", "stayed": "integer"},
        align=dict.fromkeys(("move", "real", "interval", "counted", "rule"), "right"),
        group_by="way",
        notes=[text(report, "trends.note")],
    )
    return headed(report, "trends", [text(report, "trends.told"), *told, *_slips(report)], block)


def _slips(report: ReportContext) -> list[Sentence]:
    found = slips_of(report)
    if found.empty:
        return []
    names = short_names(report.term.schools)
    fallen = [names.get(row["school_id"], row["school_id"]) for row in records(found) if row["is_slip"]]
    return [tell(report, "trends.slip", names=listed(fallen)) if fallen else tell(report, "trends.no_slip")]


@shown_if(is_looking_back)
def moderation(report: ReportContext) -> Block:
    """What was claimed beside what was verified, by item; the mean score if every school had been verified."""
    ledger, limits, term_id = report.term.tables.ledger, limits_of(report), report.declared.term.term_id
    lines = ledger[ledger["verified_points"].notna()]
    if lines.empty:
        return silent(report, "moderation", "verified")
    found = gaps(lines.assign(gap=lines["self_points"] - lines["verified_points"]), BY_ITEM, limits)
    items = {item.item_id: f"{item.item_id} {item.title}" for item in report.declared.indicator_set.items}
    frame = pd.DataFrame(
        {
            "item": found["item_id"].map(items).to_numpy(),
            "schools": found["school_count"].to_numpy(),
            "gap": column([signed(value, "ratio") for value in found["mean_gap"]]),
            "interval": column([between(row["low"], row["high"]) for row in records(found)]),
        }
    )
    block = worded(
        report,
        "moderation",
        frame,
        formats={"schools": "integer"},
        align={"gap": "right", "interval": "right"},
        max_rows=15,
    )
    told = []
    easy = [items[row["item_id"]] for row in records(found) if row["is_easy"]]
    if easy:
        told.append(tell(report, "moderation.easy", names=listed(easy)))
    risk = [one.school_id for one in report.reference.visits if (one.term_id, one.part) == (term_id, RISK)]
    lots = report.reference.drawn_in(term_id)
    scores = report.term.tables.scores
    scored = scores.loc[scores["state"] == "scored", "school_id"]
    totals = published_and_verified(ledger[ledger["school_id"].isin(scored)])
    total = if_all_verified(totals, lots, risk, limits)
    if total.estimate is None:
        why = tell(report, "why.drawn", count=total.drawn_count, needed=limits.fewest_drawn)
        told.append(tell(report, "moderation.none", why=why))
    else:
        values = {
            name: Number(getattr(total, name), "points") for name in ("estimate", "low", "high", "published")
        }
        told.append(
            tell(report, "moderation.total", drawn=total.drawn_count, risk=total.risk_count, **values)
        )
    return headed(report, "moderation", told, block)


@shown_if(is_looking_back)
def actions_done(report: ReportContext) -> Block:
    """What the actions of the office did at their schools, with how sure that is."""
    limits, titles = limits_of(report), {one.action_id: one.title for one in report.reference.actions}
    if not titles:
        return silent(report, "impact", "no_actions")
    found = impact_of(report)
    words = {"fewest": limits.fewest_acted, "least": limits.least_effect}

    def verdict(row: dict[Any, Any]) -> str:
        reason = tell(report, f"impact.reasons.{row['reason']}", **words)
        return str(joined([text(report, f"impact.verdicts.{row['verdict']}"), f"({reason})"]))

    rows = records(found)
    frame = pd.DataFrame(
        {
            "action": [titles[row["action_id"]] for row in rows],
            "schools": found["school_count"].to_numpy(),
            "effect": column([signed(row["effect"]) for row in rows]),
            "interval": column([between(row["low"], row["high"]) for row in rows]),
            "pre": column([signed(row["pre_trend"]) for row in rows]),
            "sensitivity": column([between(row["sensitivity_low"], row["sensitivity_high"]) for row in rows]),
            "verdict": [verdict(row) for row in rows],
        }
    )
    block = worded(
        report,
        "impact",
        frame,
        formats={"schools": "integer"},
        align=dict.fromkeys(("effect", "interval", "pre", "sensitivity"), "right"),
    )
    return headed(report, "impact", [text(report, "impact.note")], block)
