"""One page of what lies behind: what claims are worth, what actions did."""

from __future__ import annotations

from typing import Any

import pandas as pd

from termreview.insight.moderation import BY_ITEM, BY_LEVEL, BY_SCHOOL, BY_VERIFIER, next_size
from termreview.reporting.blocks.blocks import Block, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Sentence, column, joined
from termreview.reporting.report.applicable import applies_if
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.insights import (
    gaps_of,
    impact_of,
    is_looking_back,
    is_told_back,
    limits_of,
    tell,
    total_if_verified,
)
from termreview.reporting.report.narrative import listed
from termreview.reporting.sections.index.insight_blocks import (
    between,
    headed,
    level_titles,
    signed,
    silent,
    text,
    worded,
)
from termreview.reporting.sections.index.trends import trend_tables
from termreview.reporting.term.schools import short_names


@applies_if(is_told_back)
def moderation(report: ReportContext) -> Block:
    """What was claimed beside what was verified: by item, level, verifier and school; the mean if all had been verified."""
    ledger, limits = report.term.tables.ledger, limits_of(report)
    if ledger["verified_points"].isna().all():
        return silent(report, "moderation", "verified")
    found = gaps_of(report, BY_ITEM)
    items = {item.item_id: f"{item.item_id} {item.title}" for item in report.declared.indicator_set.items}
    told = []
    easy = [
        tell(report, "moderation.easy_item", item=items[row["item_id"]], gap=signed(row["mean_gap"], "ratio"), schools=row["school_count"])
        for row in records(found) if row["is_easy"]
    ]  # fmt: skip
    if easy:
        told.append(tell(report, "moderation.easy", names=listed(easy)))
    total = total_if_verified(report)
    if total.estimate is None:
        if not is_looking_back(report):
            return headed(report, "moderation", told, Block("")) if told else Block("")
        why = tell(report, "why.drawn", count=total.drawn_count, needed=limits.fewest_drawn)
        told.append(tell(report, "moderation.none", why=why))
    else:
        values = {
            name: Number(getattr(total, name), "points") for name in ("estimate", "low", "high", "published")
        }
        told.append(
            tell(report, "moderation.total", drawn=total.drawn_count, risk=total.risk_count, **values)
        )
        if is_looking_back(report):  # whom to visit next is for the office alone
            needed = next_size(total.school_count - total.risk_count, total.spread, limits)
            margin = Number(limits.wanted_margin, "points")
            told.append(tell(report, "moderation.next", needed=needed, margin=margin))
    by_item = _gaps(report, found, found["item_id"].map(items), "caption", max_rows=10)
    return headed(report, "moderation", told, by_item)


def gap_tables(report: ReportContext) -> Block:
    """Gaps between claims and verified points by level, verifier and school; folded."""
    if not is_looking_back(report) or report.term.tables.ledger["verified_points"].isna().all():
        return Block("")
    names = {BY_LEVEL: level_titles(report), BY_VERIFIER: {}, BY_SCHOOL: short_names(report.term.schools)}
    found = []
    for by, titles in names.items():
        own = gaps_of(report, by)
        who = [titles.get(str(key), str(key)) for key in own[by]]
        found.append(own.assign(who=who, by=text(report, f"moderation.{by}")))
    whole = pd.concat(found, ignore_index=True)
    return _gaps(report, whole, whole["who"], "by_others", group=whole["by"], max_rows=0)


def full_tables(report: ReportContext) -> Block:
    """What stands behind the page: moves by level, commune and ratio, gaps by level, verifier and school."""
    return stack(trend_tables(report), gap_tables(report))


def _gaps(
    report: ReportContext,
    found: pd.DataFrame,
    who: pd.Series,
    caption: str,
    *,
    group: pd.Series | None = None,
    **options: Any,
) -> Block:
    """Mean gaps with their intervals as a table: a row per item, or per level, verifier and school under their heads."""
    frame = pd.DataFrame(
        {
            "item": who.to_numpy(),
            "compared": found["compared_count"].to_numpy(),
            "schools": found["school_count"].to_numpy(),
            "gap": column([signed(value, "ratio") for value in found["mean_gap"]]),
            "interval": column([between(row["low"], row["high"]) for row in records(found)]),
        }
    )
    heads = {name: text(report, f"moderation.{name}") for name in frame.columns}
    if group is not None:
        frame["by"] = group.to_numpy()
        heads["item"] = text(report, "moderation.who")
    return table(
        frame, columns=heads, caption=text(report, f"moderation.{caption}"), formats={"schools": "integer", "compared": "integer"},
        align={"gap": "right", "interval": "right"}, group_by=None if group is None else "by", **options,
    )  # fmt: skip


@applies_if(is_told_back)
def actions_done(report: ReportContext) -> Block:
    """What the actions of the office did at their schools, with how sure that is."""
    limits, titles = limits_of(report), {one.action_id: one.title for one in report.reference.actions}
    if not titles:
        return silent(report, "impact", "no_actions")
    found = impact_of(report)
    if found.empty:
        return silent(report, "impact", "none_done", year=report.declared.term.school_year)
    words = {"fewest": limits.fewest_acted, "least": limits.least_effect}

    def verdict(row: dict[Any, Any]) -> str:
        reason = tell(report, f"impact.reasons.{row['reason']}", **words)
        return str(joined([text(report, f"impact.verdicts.{row['verdict']}"), f"({reason})"]))

    def impact_sentence(row: dict[Any, Any]) -> Sentence:
        values = {"action": titles[row["action_id"]], "schools": row["school_count"], "verdict": verdict(row)}
        if pd.isna(row["effect"]):
            return tell(report, "impact.told_none", **values)
        return tell(
            report,
            "impact.told",
            effect=signed(row["effect"]),
            interval=between(row["low"], row["high"]),
            **values,
        )

    rows = records(found)
    frame = pd.DataFrame(
        {
            "action": [titles[row["action_id"]] for row in rows],
            "schools": found["school_count"].to_numpy(),
            "effect": column([signed(row["effect"]) for row in rows]),
            "interval": column([between(row["low"], row["high"]) for row in rows]),
            "pre": column([signed(row["pre_trend"]) for row in rows]),
            "sensitivity": column([between(row["sensitivity_low"], row["sensitivity_high"]) for row in rows]),
            "ceiling": column([Number(row["ceiling_share"], "share1") for row in rows]),
            "verdict": [verdict(row) for row in rows],
        }
    )
    block = worded(
        report,
        "impact",
        frame,
        formats={"schools": "integer"},
        align=dict.fromkeys(("effect", "interval", "pre", "sensitivity", "ceiling"), "right"),
    )
    return headed(report, "impact", [text(report, "impact.note"), *map(impact_sentence, rows)], block)
