"""One page of what lies behind: how schools moved, what claims are worth, what actions did."""

from __future__ import annotations

from typing import Any

import pandas as pd

from termreview.insight.moderation import BY_ITEM, BY_LEVEL, BY_SCHOOL, BY_VERIFIER, next_size
from termreview.reporting.blocks.blocks import Block, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Sentence, column, joined
from termreview.reporting.charts.charts import Chart, line_panels
from termreview.reporting.report.applicable import applies_if
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.insights import (
    WHOLE,
    gaps_of,
    impact_of,
    is_looking_back,
    is_told_back,
    limits_of,
    means_of,
    moves_of,
    slips_of,
    spans_of,
    tell,
    total_if_verified,
    years_before,
)
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import group_in_text
from termreview.reporting.sections.index.insight_blocks import (
    between,
    headed,
    level_titles,
    signed,
    silent,
    text,
    worded,
)
from termreview.reporting.term.schools import short_names


@applies_if(is_told_back)
def trends(report: ReportContext) -> Block:
    """Each move of the mean score split into what schools changed, who is counted and the rule; who fell behind its own past."""
    years, fewest = years_before(report), limits_of(report).fewest_years
    if len(years) < fewest:
        return silent(report, "trends", "years", count=len(years), needed=fewest)
    found = moves_of(report)
    whole = found[found["scope"] == WHOLE]
    own = whole[whole["way"] == "as_today"]
    sure = own[own["is_sure"]]
    told = [
        tell(report, "trends.sure", group=group_in_text(report, str(group_id)), moves=listed([tell(report, "trends.in_year", year=row["school_year"], real=signed(row["real"]), count=row["stayed_count"]) for row in records(rows)]))
        for group_id, rows in sure.groupby("group_id", sort=False)
    ]  # fmt: skip
    moved = _moves(report, own, "caption")
    lead = [text(report, "trends.told"), *told, *_slips(report)]
    return headed(report, "trends", lead, _lines(report, own), moved)


def _lines(report: ReportContext, own: pd.DataFrame) -> Chart:
    """The mean scores over the years, all schools and each level, with a break where the rule changed."""
    found = means_of(report)
    titles = {"": text(report, "trends.whole"), **level_titles(report)}
    latest = found[found["school_year"] == found["school_year"].max()].drop_duplicates("unit_id")
    counts = dict(zip(latest["unit_id"], latest["school_count"], strict=True))
    order = [unit_id for unit_id in titles if counts.get(unit_id, 0)]
    kept = found[found["unit_id"].isin(order)].assign(
        place=lambda rows: rows["unit_id"].map(order.index),
        panel=lambda rows: [str(tell(report, "trends.panel", unit=titles[one], count=counts[one])) for one in rows["unit_id"]],
    ).sort_values(["place", "group_id", "school_year"], kind="stable")  # fmt: skip
    groups = report.declared.indicator_set.groups
    years = sorted(found["school_year"].unique())
    span = {"first": years[0], "last": years[-1]}
    if own["is_split"].all():
        reals = [
            tell(report, "trends.real_of", group=group_in_text(report, group.group_id), real=signed(own.loc[own["group_id"] == group.group_id, "real"].sum()))
            for group in groups
        ]  # fmt: skip
        finding = str(tell(report, "trends.finding", reals=listed(reals), **span))
    else:
        finding = str(tell(report, "trends.finding_broken", **span))
    most = float(max(group.max_points for group in groups))
    return report_chart(
        report, line_panels, kept.drop(columns="place"), finding=finding, measure=text(report, "trends.measure"), alt=str(tell(report, "trends.alt", **span)),
        panel="panel", line="group_id", when="school_year", value="value", rule="rule_id",
        names={group.group_id: group_in_text(report, group.group_id) for group in groups},
        break_label=text(report, "trends.break"), limits=(0.0, most), ticks=(0, most / 2, most),
    )  # fmt: skip


def trend_tables(report: ReportContext) -> Block:
    """The moves as schools were counted in each year, and those of each level and commune over all years; folded."""
    if not is_looking_back(report) or len(years_before(report)) < limits_of(report).fewest_years:
        return Block("")
    found = moves_of(report)
    whole = found[found["scope"] == WHOLE]
    own, was = (whole[whole["way"] == way] for way in ("as_today", "as_was"))
    is_same = own["stayed_count"].tolist() == was["stayed_count"].tolist()  # no school was merged or split
    counted = Block("") if is_same else _moves(report, was, "as_was", max_rows=0)
    rows, schools = spans_of(report), report.term.schools
    names = level_titles(report) | dict(zip(schools["commune_id"], schools["commune_name"], strict=True))
    frame = pd.DataFrame(
        {
            "unit": [str(names.get(unit_id, unit_id)) for unit_id in rows["unit_id"]],
            "group": [group_in_text(report, group_id) for group_id in rows["group_id"]],
            "before": rows["before"].to_numpy(),
            "after": rows["after"].to_numpy(),
            **{name: column([signed(value) for value in rows[name]]) for name in ("move", "real", "counted", "rule")},
            "stayed": rows["stayed_count"].to_numpy(),
        }
    )  # fmt: skip
    heads = {name: text(report, f"trends.{name}") for name in frame.columns}
    years = {"before": rows["year_before"].min(), "after": rows["school_year"].max()} if len(rows) else {}
    by_unit = table(
        frame, columns=heads | years, caption=text(report, "trends.by_unit"), formats={"before": "points", "after": "points", "stayed": "integer"},
        align=dict.fromkeys(("move", "real", "counted", "rule"), "right"), notes=[text(report, "trends.note")], max_rows=0,
    )  # fmt: skip
    return stack(counted, by_unit)


def _moves(report: ReportContext, rows: pd.DataFrame, caption: str, **options: Any) -> Block:
    """Moves from year to year as a table; an interval only where enough schools stayed."""
    fewest = limits_of(report).fewest_schools
    frame = pd.DataFrame(
        {
            "group": [group_in_text(report, group_id) for group_id in rows["group_id"]],
            "years": rows["school_year"].to_numpy(),
            "before": rows["before"].to_numpy(),
            "after": rows["after"].to_numpy(),
            **{name: column([signed(value) for value in rows[name]]) for name in ("move", "real")},
            "interval": column([between(row["real_low"], row["real_high"]) if row["stayed_count"] >= fewest else "" for row in records(rows)]),
            **{name: column([signed(value) for value in rows[name]]) for name in ("counted", "rule")},
            "stayed": rows["stayed_count"].to_numpy(),
        }
    )  # fmt: skip
    return table(
        frame,
        columns={name: text(report, f"trends.{name}") for name in frame.columns},
        caption=text(report, f"trends.{caption}"),
        formats={"before": "points", "after": "points", "stayed": "integer"},
        align=dict.fromkeys(("move", "real", "interval", "counted", "rule"), "right"),
        notes=[text(report, "trends.note")],
        **options,
    )


def _slips(report: ReportContext) -> list[Sentence]:
    found = slips_of(report)
    if found.empty:
        return []
    names = short_names(report.term.schools)
    fallen = [names.get(row["school_id"], row["school_id"]) for row in records(found) if row["is_slip"]]
    if fallen and not is_looking_back(report):  # who it is goes to the office alone
        return [tell(report, "trends.slip_count", count=len(fallen))]
    return [tell(report, "trends.slip", names=listed(fallen)) if fallen else tell(report, "trends.no_slip")]


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
    """What stands behind the page: moves by way of counting, level and commune, gaps by level, verifier and school."""
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
    words = {"fewest": limits.fewest_acted, "least": limits.least_effect}

    def verdict(row: dict[Any, Any]) -> str:
        reason = tell(report, f"impact.reasons.{row['reason']}", **words)
        return str(joined([text(report, f"impact.verdicts.{row['verdict']}"), f"({reason})"]))

    def said(row: dict[Any, Any]) -> Sentence:
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
    return headed(report, "impact", [text(report, "impact.note"), *map(said, rows)], block)
