"""One section on criteria and conditions (II.7): where the schools are weak, what is lacking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.model import PERCENT
from termreview.reporting.blocks.rows import Record, by_key, records, ties
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import CRITERION, trace_target
from termreview.reporting.blocks.values import Composed, Interval, Number, column, joined
from termreview.reporting.charts.charts import Chart, heat_map
from termreview.reporting.report.applicable import applies_if, covers_schools
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import (
    can_draw,
    fewest,
    group_title,
    label,
    level_scopes,
    marked,
    say,
    scope_heads,
    threshold,
)
from termreview.reporting.summaries.index import OVERALL, by_weakest, school_criteria, school_points
from termreview.reporting.term.schools import ALL, short_names


@applies_if(covers_schools)
def criteria(report: ReportContext) -> Block:
    """Where the schools are weak: shares of the points won per criterion, by school level."""
    frame = report.summaries.criteria
    known = frame[frame["low_share"].notna()]
    whole = known[known["scope"] == ALL]
    return stack(criteria_chart(report, known), criteria_table(report, whole))


def weak_criteria(report: ReportContext) -> str:
    """The criteria of which the schools surely have less than the declared share of the points."""
    weak, line = _surely_weak(report), threshold(report, "criterion_weak")
    names = [f"{row['criterion_id']} {row['title']}" for row in records(weak)]
    return say(
        report, "index.weak", count=len(weak), line=Number(line, after="%"), names="; ".join(names) or "–"
    )


def _surely_weak(report: ReportContext) -> pd.DataFrame:
    """The rows of those criteria, of all schools: what is open might still lift the others."""
    frame = report.summaries.criteria
    whole = frame[frame["low_share"].notna() & (frame["scope"] == ALL)]
    is_weak = whole["high_share"] * 100 < threshold(report, "criterion_weak")
    return whole[is_weak & (whole["school_count"] >= fewest(report))]


def criteria_chart(report: ReportContext, known: pd.DataFrame) -> Chart:
    """The share of points surely won, per criterion and school level, written into its cell."""
    wide = known.pivot(index="criterion_id", columns="scope", values="low_share")
    scopes = [scope for scope in level_scopes(report) if scope in wide.columns]
    order = list(dict.fromkeys(known["criterion_id"]))
    about = by_key(known.drop_duplicates("criterion_id"), "criterion_id")
    rows = {name: f"{name} {about[name]['title']}" for name in order}
    groups = [group_title(report, str(about[name]["group_id"])) for name in order]
    wide = wide.reindex(index=order, columns=scopes).rename(index=rows, columns=scope_heads(report, scopes))
    whole = known[known["scope"] == ALL]
    best, least = ties(whole, "low_share"), ties(whole, "low_share", is_largest=False)
    alt = (
        say(report, "index.heat_alt", strongest=_criteria_named(report, best), strongest_pct=100 * best[0]["low_share"],
            weakest=_criteria_named(report, least), weakest_pct=100 * least[0]["low_share"])
        if best
        else ""
    )  # fmt: skip
    line = threshold(report, "criterion_weak")
    weak = _surely_weak(report)
    finding = say(
        report, "charts.criteria.finding", scored=int(whole["school_count"].max()) if len(whole) else 0, line=line, weak=len(weak),
        names=_criteria_named(report, records(weak.sort_values("low_share", kind="stable"))), weakest=_criteria_named(report, least),
        weakest_pct=100 * least[0]["low_share"] if least else None,
    )  # fmt: skip
    return report_chart(
        report, heat_map, wide, finding=finding, alt=alt, notes=(say(report, "index.heat_caption"),), row_groups=groups,
        measure=say(report, "charts.criteria.measure", scored=int(whole["school_count"].max()) if len(whole) else 0),
        widest=96, is_written=True,
    )  # fmt: skip


def _criteria_named(report: ReportContext, rows: list[Record]) -> str:
    names = [f"{row['criterion_id']} {row['title']}" for row in rows]
    return listed(names, most=3, rest=label(report, "rest", "criteria"))


@applies_if(covers_schools)
def schools_by_criterion(report: ReportContext) -> Block:
    """Every scored school and criterion: the schools that are weakest in one criterion stand together."""
    standings = report.summaries.standings
    points = school_points(report.term.tables.ledger, standings)
    shares = school_criteria(points, standings, report.declared.indicator_set)
    sorted_shares, weakest = by_weakest(shares)
    if len(sorted_shares) < fewest(report):
        return Block("")
    titles = {
        criterion.criterion_id: criterion.title
        for group in report.declared.indicator_set.groups
        for criterion in group.criteria
    }
    columns = [str(name) for name in sorted_shares.columns]
    counts = weakest.value_counts()
    schools = report.term.schools
    names = short_names(schools)
    headings = [
        say(report, "index.weakest_in", criterion=f"{name} {titles[name]}", count=int(counts[name]), total=len(weakest))
        for name in weakest
    ]  # fmt: skip
    most = int(counts.max())
    commonest = listed([f"{name} {titles[name]}" for name in columns if counts.get(name, 0) == most])
    frame = sorted_shares.rename(index=names, columns={name: f"{name} {titles[name]}" for name in columns})
    told = [
        Composed(
            Interval(row["low"], row["high"]),
            " (",
            Number(row["low"] / row["max_points"], "share1", PERCENT),
            ")",
        )
        for row in records(points)
    ]
    written = pd.Series(told, index=points.index).unstack("criterion_id")
    figures = written.reindex(index=sorted_shares.index, columns=columns).reset_index(names="school_id")
    figures = figures.assign(short_name=figures["school_id"].map(names), weakest=headings)
    drawn = [
        report_chart(
            report, heat_map, frame, row_groups=headings, widest=96, is_written=True,
            finding=say(report, "charts.schools.finding", criterion=commonest, weak=most, scored=len(weakest), pct=100 * most / len(weakest)),
            measure=say(report, "charts.schools.measure", scored=len(weakest)), notes=(say(report, "index.schools_note"),),
            alt=say(report, "index.schools_alt", criterion=commonest, count=most, total=len(weakest)),
        )
    ] if can_draw(report, len(weakest)) else []  # fmt: skip
    return stack(
        *drawn,
        table(
            figures,
            columns={"short_name": "Trường"} | {name: name for name in columns},
            caption=say(report, "index.schools_table"),
            align=dict.fromkeys(columns, "right"),
            group_by="weakest",
            max_rows=0,
            notes=["; ".join(f"{name}: {titles[name]}" for name in sorted(columns)) + "."],
            traces={name: _at_school(name) for name in columns},
            css_class="dense",
        ),
    )


def _at_school(criterion_id: str) -> Callable[[Mapping[Any, Any]], str]:
    return lambda row: trace_target(CRITERION, criterion_id, row["school_id"])


def criteria_table(report: ReportContext, whole: pd.DataFrame) -> Block:
    """Points won per criterion over the scored schools, lowest and highest."""
    rows = records(whole)
    frame = whole.assign(
        name=[f"{row['criterion_id']} {row['title']}" for row in rows],
        points=column(Interval(row["low"], row["high"]) for row in rows),
        group=[label(report, "score_groups", row["group_id"]) for row in rows],
    )
    return table(
        marked(report, frame),
        columns={"name": "Tiêu chí", "school_count": "Trường", "points": "Tổng điểm", "max_points": "Tối đa", "low_share": "Thấp nhất", "high_share": "Cao nhất"},
        caption=say(report, "captions.criteria"),
        formats={"school_count": "integer", "max_points": "points", "low_share": "share1", "high_share": "share1"},
        align={"points": "right"},
        traces={"points": lambda row: trace_target(CRITERION, row["criterion_id"], ALL)},
        group_by="group",
        marks="mark",
        told_once=["school_count"],
    )  # fmt: skip


@applies_if(covers_schools)
def conditions(report: ReportContext) -> Block:
    """The mandatory conditions: how many schools say they lack the document, how many left it open."""
    standings = report.summaries.standings
    whole = standings[(standings["group_id"] == OVERALL) & (standings["state"] == "scored")]
    failed = int((whole["conditions"] == "failed").sum())
    unknown = int((whole["conditions"] == "unknown").sum())
    text = joined(
        [
            say(report, "index.conditions", count=failed, total=len(whole)),
            say(report, "index.conditions_unknown", count=unknown, total=len(whole)),
        ]
    )
    frame = report.summaries.conditions
    frame = frame.assign(
        name=[f"{row['criterion_id']} {row['title']}" for row in records(frame)],
        schools=[listed(names, most=10) or "không có" for names in frame["school_names"]],
        group=[label(report, "score_groups", group_id) for group_id in frame["group_id"]],
    )
    return stack(
        paragraph(text),
        table(
            marked(report, frame),
            columns={
                "name": "Điều kiện", "failed_count": "Không đạt", "scored_count": "Trường đã tính điểm",
                "schools": "Trường không đạt",
            },
            caption=say(report, "captions.conditions"),
            formats={"failed_count": "integer", "scored_count": "integer"},
            group_by="group",
            marks="mark",
            told_once=["scored_count"],
        ),
    )  # fmt: skip
