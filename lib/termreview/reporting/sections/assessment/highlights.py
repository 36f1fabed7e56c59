"""One opening page: the figures that matter most, each with what it is counted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from termreview.reference.texts import highlights as declared
from termreview.reporting.blocks.rows import by_key
from termreview.reporting.blocks.values import Number, joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed, sentence
from termreview.reporting.report.wording import group_in_text, of_one_school
from termreview.reporting.sections.basis.status import reached_range
from termreview.reporting.sections.work.figures import parts_of_ratio
from termreview.reporting.sections.work.ratios import line_with_side, targets_summary, verdict
from termreview.reporting.summaries.index import group_marks, open_above
from termreview.reporting.summaries.reporting import REPORTING_STATES
from termreview.reporting.term.schools import ALL, whole_of


@dataclass(frozen=True)
class Highlight:
    """One figure of the opening page: what it is, its value, what it is counted from, how sure it is."""

    label: str
    value: object
    detail: str
    mark: str = ""


def tell(report: ReportContext, key: str, **values: Any) -> str:
    """Write one declared sentence of the opening page."""
    return sentence(
        report.reference.highlights.texts,
        key,
        declared_in=declared.FILE,
        rewordings=of_one_school(report),
        **values,
    )


def highlights(report: ReportContext) -> list[Highlight]:
    """The declared figures in their order; one that does not apply to the schools of the report is left out."""
    found: list[Highlight | None] = []
    for figure in report.reference.highlights.figures:
        kind, _, key = figure.partition(".")
        match kind:
            case "reports":
                found.append(_reports(report))
            case "tasks":
                found.append(_tasks(report))
            case "targets":
                found.append(_targets(report))
            case "level":
                found.append(_level(report, key))
            case "ratio":
                found.append(_ratio(report, key))
    return [one for one in found if one is not None]


def _reports(report: ReportContext) -> Highlight:
    who = whole_of(report.summaries.reporting_levels)
    received, expected = who["received_count"], who["expected_count"]
    parts = _counted(report, "reports", {state: who[f"{state}_count"] for state in REPORTING_STATES})
    return Highlight(
        tell(report, "figure_texts.reports_label"),
        tell(report, "figure_texts.reports_value", received=received, expected=expected),
        tell(report, "figure_texts.reports_detail", pct=100 * received / max(expected, 1), parts=parts),
    )


def _tasks(report: ReportContext) -> Highlight | None:
    counts = whole_of(report.summaries.statuses)
    done, answered = counts["done_count"], counts["answered_count"]
    if not counts["asked_count"]:
        return None
    if not answered:
        label, unknown = (tell(report, f"figure_texts.{key}") for key in ("tasks_label", "unknown"))
        return Highlight(label, Number(None), unknown)
    others = {name: counts[f"{name}_count"] for name in ("under_way", "not_started", "missing")}
    told = _counted(report, "tasks", others)
    return Highlight(
        tell(report, "figure_texts.tasks_label"),
        tell(report, "figure_texts.tasks_value", pct=100 * done / answered),
        tell(
            report,
            "figure_texts.tasks_detail",
            done=done,
            answered=answered,
            parts=joined(["; ", told], "") if told else "",
        ),
    )


def _targets(report: ReportContext) -> Highlight | None:
    lines = report.summaries.lines
    if lines.empty:
        return None
    told = targets_summary(report)
    missed = lines[~lines["is_reached"].fillna(False).astype(bool)]
    names = listed(list(dict.fromkeys(missed["title"])))
    counts = {"count": told["count"], "total": told["total"]}
    return Highlight(
        tell(report, "figure_texts.targets_label"),
        tell(report, "figure_texts.targets_value", **counts),
        tell(report, "figure_texts.targets_detail", names=names, **counts),
    )


def _level(report: ReportContext, group_id: str) -> Highlight | None:
    levels = by_key(_whole(report.summaries.levels), "group_id")
    titles = sorted(report.declared.indicator_set.level_titles())
    row = levels.get(group_id)
    if row is None or not row["asked_count"] or len(titles) < 2:
        return None
    counts = {level: int(row[f"level_{level}_count"]) for level in titles}
    parts = [
        tell(report, "figure_texts.level_part", count=count, level=level)
        for level, count in reversed(counts.items())
        if count
    ]
    reached, above = int(row["reached_count"]), open_above(report.declared.indicator_set, row)
    rest = {"above": above, "open": row["not_concluded_count"] - above, "absent": row["not_submitted_count"]}
    parts += [
        tell(report, f"figure_texts.level_{name}", count=int(count), level=titles[1])
        for name, count in rest.items()
        if count
    ]
    group, could_be = group_in_text(report, group_id), reached_range(report, group_id)
    final = tell(report, "figure_texts.level_final", range=could_be) if could_be else ""
    return Highlight(
        tell(report, "figure_texts.level_label", level=titles[1], group=group),
        tell(report, "figure_texts.level_value", reached=reached, asked=row["asked_count"]),
        tell(report, "figure_texts.level_detail", parts=listed(parts), final=final),
        group_marks(report.term.tables.ledger).get(group_id, ""),
    )  # fmt: skip


def _ratio(report: ReportContext, ratio_id: str) -> Highlight | None:
    row = by_key(_whole(report.summaries.ratios), "ratio_id").get(ratio_id)
    if row is None:
        return None
    if pd.isna(row["value"]):
        return Highlight(row["title"], Number(None), tell(report, "figure_texts.unknown"), row["mark"])
    line = by_key(_whole(report.summaries.lines), "ratio_id").get(ratio_id)
    told = (
        ""
        if line is None
        else tell(
            report,
            "figure_texts.ratio_line",
            line=line_with_side(report, line),
            year=line["year"],
            verdict=verdict(report, line),
        )
    )
    return Highlight(
        row["title"],
        Number(row["value"], "percent1" if row["unit"] == "percent" else "ratio"),
        tell(
            report, "figure_texts.ratio_detail", parts=parts_of_ratio(row), counted=row["counted_count"],
            asked=row["asked_count"], line=told,
        ),
        row["mark"],
    )  # fmt: skip


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["scope"] == ALL]


def _counted(report: ReportContext, kind: str, counts: dict[str, int]) -> str:
    """Several counts as one list; nothing is said of none."""
    return listed(
        [
            tell(report, f"figure_texts.{kind}_{name}", count=count)
            for name, count in counts.items()
            if count and name
        ]
    )
