"""One section on criteria and conditions (II.7): where the schools are weak, what is lacking."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.blocks import Block, paragraph, stack
from termreview.reporting.charts import Figure, heat_map
from termreview.reporting.context import ReportContext
from termreview.reporting.narrative import listed
from termreview.reporting.number_format import interval_text, number_text
from termreview.reporting.rows import by_key, largest, records, smallest
from termreview.reporting.summary_index import OVERALL
from termreview.reporting.summary_schools import ALL
from termreview.reporting.tables import table
from termreview.reporting.trace_target import CRITERION, trace_target
from termreview.reporting.wording import label, say, scope_title


def criteria(report: ReportContext) -> Block:
    """Where the schools are weak: shares of the points won per criterion and school level."""
    frame = report.summaries.criteria
    known = frame[frame["low_share"].notna()]
    whole = known[known["scope"] == ALL]
    line = float(report.reference.sentences["assessment"]["thresholds"]["criterion_weak"])
    weak = whole[whole["high_share"] * 100 < line]
    names = [f"{row['criterion_id']} {row['title']}" for row in records(weak)]
    text = say(
        report, "index.weak", count=len(weak), line=number_text(line) + " %", names="; ".join(names) or "–"
    )
    return stack(paragraph(text), criteria_chart(report, known), criteria_table(report, whole))


def criteria_chart(report: ReportContext, known: pd.DataFrame) -> Figure:
    """The share of points surely won, per criterion and school level."""
    short = {level.level: level.short_title for level in report.reference.registry.levels}
    wide = known.pivot(index="criterion_id", columns="scope", values="low_share")
    scopes = [scope for scope in [ALL, *dict.fromkeys(report.term.schools["level"])] if scope in wide.columns]
    order = list(dict.fromkeys(known["criterion_id"]))
    about = by_key(known.drop_duplicates("criterion_id"), "criterion_id")
    wide = wide.reindex(index=order, columns=scopes)
    rows = {name: f"{name} {about[name]['title']}" for name in order}
    groups = {
        rows[
            name
        ]: f"Nhóm {about[name]['group_id']}: {label(report, 'score_groups_short', about[name]['group_id']).lower()}"
        for name in order
    }
    wide = wide.rename(
        index=rows, columns={scope: short.get(scope, scope_title(report, scope)) for scope in scopes}
    )
    whole = known[known["scope"] == ALL]
    alt = ""
    if not whole.empty:
        weakest, strongest = smallest(whole, "low_share"), largest(whole, "low_share")
        alt = say(
            report, "index.heat_alt", weakest=f"{weakest['criterion_id']} {weakest['title']}",
            weakest_pct=100 * weakest["low_share"], strongest=f"{strongest['criterion_id']} {strongest['title']}",
            strongest_pct=100 * strongest["low_share"],
        )  # fmt: skip
    return heat_map(
        wide, title="Tỉ lệ điểm chắc có theo tiêu chí và cấp học", alt=alt,
        caption=say(report, "index.heat_caption"), row_groups=groups,
    )  # fmt: skip


def criteria_table(report: ReportContext, whole: pd.DataFrame) -> Block:
    """Points won per criterion over the scored schools, lowest and highest."""
    rows = records(whole)
    frame = whole.assign(
        name=[f"{row['criterion_id']} {row['title']}" for row in rows],
        points=[interval_text(row["low"], row["high"]) for row in rows],
        group=[label(report, "score_groups", row["group_id"]) for row in rows],
    )
    return table(
        frame,
        columns={"name": "Tiêu chí", "school_count": "Trường", "points": "Tổng điểm", "max_points": "Tối đa", "low_share": "Thấp nhất", "high_share": "Cao nhất"},
        caption="Điểm đạt được theo tiêu chí, cộng các trường đã tính điểm",
        formats={"school_count": "integer", "max_points": "points", "low_share": "share1", "high_share": "share1"},
        align={"points": "right"},
        traces={"points": lambda row: trace_target(CRITERION, row["criterion_id"], ALL)},
        group_by="group",
        marks="mark",
    )  # fmt: skip


def conditions(report: ReportContext) -> Block:
    """The mandatory conditions: how many schools say they lack the document, how many left it open."""
    standings = report.summaries.standings
    whole = standings[(standings["group_id"] == OVERALL) & (standings["state"] == "scored")]
    failed = int((whole["conditions"] == "failed").sum())
    unknown = int((whole["conditions"] == "unknown").sum())
    text = " ".join(
        line
        for line in (
            say(report, "index.conditions", count=failed, total=len(whole)),
            say(report, "index.conditions_unknown", count=unknown, total=len(whole)),
        )
        if line
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
            frame,
            columns={
                "name": "Điều kiện", "failed_count": "Không đạt", "scored_count": "Trường đã tính điểm",
                "schools": "Trường không đạt",
            },
            caption="Điều kiện bắt buộc chưa đạt",
            formats={"failed_count": "integer", "scored_count": "integer"},
            group_by="group",
            marks="mark",
        ),
    )  # fmt: skip
