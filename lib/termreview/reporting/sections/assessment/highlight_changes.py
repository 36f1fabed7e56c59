"""One opening page: what changed since the term before, among what both terms can tell."""

from __future__ import annotations

from termreview.reporting.blocks.rows import by_key, records
from termreview.reporting.blocks.values import joined
from termreview.reporting.report.context import ReportContext, TermView
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import before_name, fewest, group_in_text, lower_first
from termreview.reporting.sections.assessment.highlights import tell
from termreview.reporting.sections.work.change import school_pairs, task_runs_change
from termreview.reporting.summaries.change import (
    GONE,
    MERGED,
    NEW,
    moves_by_group,
    ratio_change,
    standing_change,
)
from termreview.reporting.term.schools import whole_of


def changes(report: ReportContext) -> list[str]:
    """What the leader should know of the change: one sentence per subject, or why nothing is compared."""
    before = report.previous
    if before is None:
        name = before_name(report)
        return [
            tell(report, "change_texts.no_tables", before=name)
            if name
            else tell(
                report,
                "change_texts.first"
                if report.declared.plan.previous is None
                else "change_texts.nothing_alike",
            )
        ]
    found = [
        _reports(report, before), task_runs_change(report, before), *_ratios(report, before), _levels(report, before),
        _schools(report, before),
    ]  # fmt: skip
    return [line for line in found if line]


def _reports(report: ReportContext, before: TermView) -> str:
    then, now = (whole_of(view.summaries.reporting_levels) for view in (before, report.term))
    return tell(
        report, "change_texts.reports", after=now["received_count"], after_total=now["expected_count"],
        start=then["received_count"], start_total=then["expected_count"], before=before_name(report),
    )  # fmt: skip


def _ratios(report: ReportContext, before: TermView) -> list[str]:
    """The shares that rose and fell most, among the same schools; too few schools allow no such word."""
    change = ratio_change(
        before.summaries.school_ratios, report.summaries.school_ratios, report.comparable_ratios
    )
    shares = change[(change["unit"] == "percent") & (change["counted_count"] >= fewest(report))]
    verbs, least = report.reference.sentences["change"]["verbs"], report.reference.highlights.least_change
    lines = []
    for way, sign in (("up", 1), ("down", -1)):
        is_moved = (shares["change"] * sign > 0) & (shares["change"].abs() >= least)
        moved = shares[is_moved].sort_values("change", ascending=sign < 0, kind="stable")
        items = [
            tell(
                report, "change_texts.ratio_item", title=lower_first(row["title"]), start=row["before_value"],
                end=row["after_value"], verb=verbs[way], counted=row["counted_count"],
            )
            for row in records(moved.head(_most(report)))
        ]  # fmt: skip
        lines += [tell(report, f"change_texts.ratios_{way}", items=joined(items, "; "))] if items else []
    return lines


def _levels(report: ReportContext, before: TermView) -> str:
    if not report.may_compare_scores:
        return ""
    moves = by_key(
        moves_by_group(standing_change(before.summaries.standings, report.summaries.standings)), "group_id"
    )
    items = []
    for group in report.declared.indicator_set.groups:
        row = moves.get(group.group_id)
        if row is None or not row["up"] + row["same"] + row["down"]:
            continue
        counts = {name: int(row[name]) for name in ("up", "same", "down", "open") if row[name]}
        parts = [tell(report, f"change_texts.levels_{name}", count=count) for name, count in counts.items()]
        name = group_in_text(report, group.group_id)
        items.append(tell(report, "change_texts.levels_item", group=name, moves=joined(parts, ", ")))
    if not items:
        return ""
    return tell(report, "change_texts.levels", items=joined(items, "; "))


def _schools(report: ReportContext, before: TermView) -> str:
    """Schools that grew out of others, came new or are gone; those that merged are told with what became of them."""
    pairs = school_pairs(report, before)
    merged = pairs[pairs["pairing"] == MERGED]
    absorbed = {name for names in merged["predecessors"] for name in names}
    items = [
        tell(report, "change_texts.schools_merged", name=row["short_name"], names=listed(row["predecessors"]))
        for row in records(merged)
    ]
    for key, pairing in (("new", NEW), ("gone", GONE)):
        own = pairs[pairs["pairing"] == pairing]["short_name"]
        names = [name for name in own if pairing != GONE or name not in absorbed]
        items += [tell(report, f"change_texts.schools_{key}", names=listed(names))] if names else []
    return tell(report, "change_texts.schools", items=joined(items, "; ")) if items else ""


def _most(report: ReportContext) -> int:
    return report.reference.highlights.most_named
