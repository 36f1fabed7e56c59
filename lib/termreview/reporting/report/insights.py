"""One report's insight: what its schools' history allows to say, worked out once, and the declared words for it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import pandas as pd

from termreview.insight.budget import Offer, Plan, best_plan
from termreview.insight.early_warning import Warnings, warn
from termreview.insight.impact import impact
from termreview.insight.moderation import BY_SCHOOL, IfVerified, gaps, if_all_verified, published_and_verified
from termreview.insight.teaching import pairs
from termreview.insight.trends import as_today, moves_by_unit, on_one_rule, placed_today, slips, totals
from termreview.reference.kinds.measures import RISK
from termreview.reference.texts.insight import FILE, Limits
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.values import Sentence
from termreview.reporting.report.applicable import is_scored
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.history import (
    criteria_points,
    group_panel,
    school_events,
    total_values,
    year_paths,
)
from termreview.reporting.report.narrative import sentence
from termreview.reporting.report.school_outlook import advice_of
from termreview.reporting.term.schools import short_names
from termreview.scoring.levels import OVERALL
from termreview.scoring.next_level import CONDITION, points_needed

WHOLE = "whole"  # scope of a move: all schools of the office
LEVEL, COMMUNE, SCHOOL = "level", "unit_id", "school_id"  # the other ones
AS_WAS, AS_TODAY = "as_was", "as_today"  # ways of counting


def is_looking_back(report: ReportContext) -> bool:
    """Whether a report looks back and ahead in full: the internal one of the whole office, where schools are scored."""
    return is_scored(report) and report.edition == INTERNAL and report.scope.is_whole


def is_told_back(report: ReportContext) -> bool:
    """Whether a report tells of the years behind it: in full, or as the page of the year-end report that is signed."""
    is_year_end = report.declared.plan.report == "year_end_summary"
    return is_looking_back(report) or (is_scored(report) and is_year_end and report.scope.is_whole)


def limits_of(report: ReportContext) -> Limits:
    """The declared limits of every method."""
    return report.reference.insight.limits


def tell(report: ReportContext, key: str, **values: Any) -> Sentence:
    """One declared sentence of insight."""
    return sentence(report.reference.insight.texts, key, declared_in=FILE, **values)


@lru_cache(maxsize=2)  # the review desk opens one report after another
def warnings_of(report: ReportContext) -> Warnings:
    """The probabilities of the report's year, from its first semester and earlier years; as `early_warning.warn`."""
    year = report.declared.term.school_year
    plans = report.reference.calendar.reviews
    parts = [plan.term.part for plan in plans if plan.term.school_year == year]
    paths = year_paths(report.history, (parts[0], parts[-1]), asked_year=year)
    return warn(paths, limits_of(report))


@lru_cache(maxsize=2)
def values_of(report: ReportContext) -> pd.DataFrame:
    """The sure points of all groups together at the same part of every year; as `history.total_values`."""
    return total_values(report.history, report.declared.term.part).sort_values("school_year", kind="stable")


@lru_cache(maxsize=2)
def slips_of(report: ReportContext) -> pd.DataFrame:
    """The schools beside their own past, by the sure points of all groups together; as `trends.slips`.

    What a school left open is not lost: only a school that would stand low with all of it, too, is a slip.
    """
    events, limits = school_events(report.reference), limits_of(report)
    panel = total_panel(report)
    found = slips(on_one_rule(as_today(panel, events)), limits)
    is_last = panel["school_year"] == report.declared.term.school_year
    open_points = sum(group.unplaced_points for group in report.declared.indicator_set.groups)
    at_best = panel["numerator"].mask(is_last, panel["best"] - open_points)
    best = slips(on_one_rule(as_today(panel.assign(numerator=at_best), events)), limits)
    low_at_best = set(best.loc[best["is_slip"], "school_id"])
    return found.assign(is_slip=found["is_slip"] & found["school_id"].isin(low_at_best))


def total_panel(report: ReportContext) -> pd.DataFrame:
    """The sure points of all groups together as `insight.trends` takes them: one row per school and year."""
    values = values_of(report)
    return values.assign(
        numerator=values["value"], denominator=1.0, numerator_before=values["before"],
        denominator_before=values["before"].mask(values["before"].notna(), 1.0),
    )  # fmt: skip


def years_before(report: ReportContext) -> list[str]:
    """The school years that the same part of the report's term has figures of, its own last."""
    history = report.history
    return sorted(history.loc[history["part"] == report.declared.term.part, "school_year"].unique())


@lru_cache(maxsize=2)
def moves_of(report: ReportContext) -> pd.DataFrame:
    """Every move of a mean score, split: as `trends.moves`, one row per `way`, `scope`, `unit_id`, `group_id` and pair of years.

    `scope` is `whole`, `level` or `unit_id`. `way` says where a school stands: as it was (`as_was`: the schools, levels and
    communes of each year), or as it is today (`as_today`).
    """
    limits, events = limits_of(report), school_events(report.reference)
    found = []
    for group in report.declared.indicator_set.groups:
        panel = group_panel(report.history, report.declared.term.part, group.group_id)
        for scope in (WHOLE, LEVEL, COMMUNE):
            for way, rows, places in both_ways(panel, events, scope):
                own = moves_by_unit(rows, places, limits)
                found.append(own.assign(way=way, scope=scope, group_id=group.group_id))
    found = [one for one in found if len(one)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def both_ways(
    panel: pd.DataFrame, events: pd.DataFrame, scope: str
) -> list[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """A panel and where its schools stand, as it was and as it is today: (way, panel, units) for `insight.trends`."""
    places = panel[["school_id", "school_year"]].assign(unit_id="" if scope == WHOLE else panel[scope])
    bare = panel.drop(columns="unit_id")
    return [(AS_WAS, bare, places), (AS_TODAY, as_today(bare, events), placed_today(places, events))]


def spans(moves: pd.DataFrame) -> pd.DataFrame:
    """From the first year to the last, what moved each line of `moves`: one row per way, scope, unit and group.

    `year_before, school_year, before, after, move, real, counted, rule, stayed_count`; the parts are sums over the years,
    missing where one year could not be split, `stayed_count` are the schools of both last years. A unit counted as it was
    has rows only where they differ from how it is counted today.
    """
    known = moves[moves["move"].notna()]

    def summed(values: pd.Series) -> float:
        return float(values.astype(float).sum(skipna=False))

    keys = ["scope", "unit_id", "group_id"]
    sums = known.groupby(["way", *keys], sort=False).agg(
        year_before=("year_before", "first"), school_year=("school_year", "last"), before=("before", "first"), after=("after", "last"),
        move=("move", summed), real=("real", summed), counted=("counted", summed), rule=("rule", summed), stayed_count=("stayed_count", "last"),
    ).reset_index()  # fmt: skip
    today = sums[sums["way"] == AS_TODAY]
    same = sums.merge(today, on=keys, how="left", suffixes=("", "_today"))
    parts = ("before", "after", "real", "counted")
    apart = pd.concat(
        [(same[name] - same[f"{name}_today"]).abs().fillna(1.0) >= 0.05 for name in parts], axis=1
    )
    apart_units = apart.any(axis=1).groupby([same["scope"], same["unit_id"]]).transform("any")
    kept = pd.concat([today, sums[(sums["way"] == AS_WAS) & apart_units]])
    units = list(dict.fromkeys(zip(kept["scope"], kept["unit_id"], strict=True)))
    place = [units.index(unit) for unit in zip(kept["scope"], kept["unit_id"], strict=True)]
    return kept.assign(place=place).sort_values(["place", "group_id", "way"], ignore_index=True).drop(columns="place")  # fmt: skip


@lru_cache(maxsize=2)
def means_of(report: ReportContext) -> pd.DataFrame:
    """The mean score of the office and of each level, commune and school by year, counted both ways.

    One row per `scope` (`whole`, `level`, `unit_id`, `school_id`), `unit_id` (blank for the office), `group_id` and
    `school_year`: `value` as schools are counted and placed today, `was` as they were then (each missing where the unit
    has no school by that way), `school_count`, `rule_id`.
    """
    events, found = school_events(report.reference), []
    keys = ["unit_id", "school_year"]
    for group in report.declared.indicator_set.groups:
        panel = group_panel(report.history, report.declared.term.part, group.group_id)
        for scope in (WHOLE, LEVEL, COMMUNE, SCHOOL):
            made = {way: totals(rows, places) for way, rows, places in both_ways(panel, events, scope)}
            was = made[AS_WAS].rename(columns={"value": "was"}).drop(columns="school_count")
            both = made[AS_TODAY].merge(was, on=keys, how="outer", suffixes=("", "_was"))
            both["rule_id"] = both["rule_id"].fillna(both.pop("rule_id_was"))
            found.append(both.assign(scope=scope, group_id=group.group_id))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


@lru_cache(maxsize=2)
def impact_of(report: ReportContext) -> pd.DataFrame:
    """What each action of the office did that can show by now; as `impact.impact`."""
    until = report.declared.term.school_year
    done = [one for one in report.reference.actions if one.school_year <= until]
    rows = [(one.action_id, school_id, one.school_year) for one in done for school_id in one.school_ids]
    actions = pd.DataFrame(rows, columns=["action_id", "school_id", "school_year"])
    panel = on_one_rule(total_panel(report))  # a new index must not look like an action
    values = panel.assign(value=panel["numerator"])
    most = float(sum(group.placed_points for group in report.declared.indicator_set.groups))
    return impact(values, actions, limits_of(report), most)


@lru_cache(maxsize=2)
def lines_of(report: ReportContext) -> pd.DataFrame:
    """The sure points of all groups together by line of schools (`trends.as_today`) and year, at the same part of each.

    `school_id, school_year, value, rule_id, is_merged`: before a merger the mean of the schools that came together.
    """
    panel = as_today(total_panel(report).drop(columns="value"), school_events(report.reference))
    known = panel.dropna(subset=["numerator"]).sort_values("school_year", kind="stable")
    return known.assign(value=known["numerator"] / known["denominator"], is_merged=known["denominator"] > 1)


def years_of(report: ReportContext, school_id: str) -> list[tuple[str, float, str, bool]]:
    """The years of one school's line: school year, sure points, the index that they are by, whether of several former schools."""
    lines = lines_of(report)
    own = lines[lines["school_id"] == school_id]
    return list(zip(own["school_year"].astype(str), own["value"].astype(float), own["rule_id"].astype(str), own["is_merged"].astype(bool), strict=True))  # fmt: skip


@lru_cache(maxsize=2)
def pairs_of(report: ReportContext) -> pd.DataFrame:
    """Who can teach whom, by criterion; as `teaching.pairs`."""
    criteria = [
        one.criterion_id for group in report.declared.indicator_set.groups for one in group.criteria if not one.is_condition
    ]  # fmt: skip
    scores, schools = report.term.tables.scores, report.term.schools
    ids = set(scores.loc[scores["state"] == "scored", "school_id"])
    points = criteria_points(report.term.tables.ledger, schools[schools["school_id"].isin(ids)], criteria)
    return pairs(points, limits_of(report))


def gaps_of(report: ReportContext, by: str) -> pd.DataFrame:
    """What was claimed beside what was verified in the report's term; as `moderation.gaps`, by one of its columns."""
    ledger = report.term.tables.ledger
    lines = ledger[ledger["verified_points"].notna()]
    levels = report.term.schools.set_index("school_id")["level"]
    hands = {(one.school_id, one.item_id): one.verified_by for one in report.reference.verified if one.term_id == report.declared.term.term_id}  # fmt: skip
    keys = zip(lines["school_id"], lines["item_id"], strict=True)
    lines = lines.assign(
        gap=lines["self_points"] - lines["verified_points"],
        level=lines["school_id"].map(levels),
        verified_by=[hands.get(key, "") for key in keys],
    )
    return gaps(lines, by, limits_of(report))


def total_if_verified(report: ReportContext) -> IfVerified:
    """The mean total if every school had been verified; as `moderation.if_all_verified`."""
    term_id, tables = report.declared.term.term_id, report.term.tables
    risk = [one.school_id for one in report.reference.visits if (one.term_id, one.part) == (term_id, RISK)]
    scored = tables.scores.loc[tables.scores["state"] == "scored", "school_id"]
    totals = published_and_verified(tables.ledger[tables.ledger["school_id"].isin(scored)])
    return if_all_verified(totals, report.reference.drawn_in(term_id), risk, limits_of(report))


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


def columns_of(report: ReportContext) -> dict[str, pd.Series]:
    """What insight says of each school, a column each by its code: a value per school id, none where it cannot say.

    `years` have a column per earlier year; texts are as the report prints them.
    """
    found, values = slips_of(report).set_index("school_id"), lines_of(report)
    names, texts = short_names(report.term.schools), report.reference.insight.texts
    warned = warnings_of(report).schools.set_index("school_id")
    criteria = pairs_of(report).assign(teacher=lambda rows: rows["teacher_id"].map(names))
    plan, titles = plan_of(report), {one.action_id: one.title for one in advice_of(report).actions}
    parts = {one.school_id: one.part for one in report.reference.visits if one.term_id == report.declared.term.term_id}  # fmt: skip
    done = [(school_id, one.title) for one in report.reference.actions if one.school_year <= report.declared.term.school_year for school_id in one.school_ids]  # fmt: skip
    planned = [] if plan is None else [(school_id, titles[name]) for name, ids in plan.served.items() for school_id in ids]  # fmt: skip
    years = {
        f"total.{year}": rows.set_index("school_id")["value"].astype(float)
        for year, rows in values.groupby("school_year", sort=True)
        if year != report.declared.term.school_year
    }
    return years | {
        "deviation": found["deviation"].astype(float),
        "is_slip": found["is_slip"].map({True: texts["table"]["slipped"], False: texts["table"]["steady"]}),
        "probability": warned["probability"].astype(float),
        "reason": warned["reason"].map(texts["warning"]["reasons"]),
        "visit": pd.Series(parts, dtype=object).map(texts["table"]["visits"]),
        "gap": gaps_of(report, BY_SCHOOL).set_index(BY_SCHOOL)["mean_gap"].astype(float),
        "teacher": _listed(zip(criteria["learner_id"], criteria["teacher"] + " (" + criteria["criterion_id"] + ")", strict=True)),
        "actions": _listed(done),
        "planned": _listed(planned),
    }  # fmt: skip


def _listed(pairs: Iterable[tuple[str, str]]) -> pd.Series:
    """The texts of each school, one after another."""
    by_school: dict[str, list[str]] = {}
    for school_id, told in pairs:
        by_school.setdefault(school_id, []).append(told)
    return pd.Series({school_id: "; ".join(told) for school_id, told in by_school.items()}, dtype=object)
