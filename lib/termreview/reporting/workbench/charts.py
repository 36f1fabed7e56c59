"""One look more at one step's result: findings by severity, levels as bars, every school's scores."""

from __future__ import annotations

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.blocks.blocks import Block, stack
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.charts.charts import Chart, chart, stacked_bars
from termreview.reporting.summaries.decisions import causes_of, open_findings
from termreview.reporting.summaries.index import OVERALL, level_distribution, level_with_reason, school_scores
from termreview.reporting.summaries.quality import SEVERITY_ORDER
from termreview.reporting.term.schools import ALL, expected_schools

_MOST_CAUSES = 10


def chart_causes(findings: pd.DataFrame, titles: dict[str, str], reference: Reference) -> Chart:
    """The causes with most open findings that need an answer, as bars of errors and queries."""
    rows = open_findings(findings)
    rows = rows[rows["severity"].isin(SEVERITY_ORDER[:2])]
    causes = causes_of(rows, titles)
    counts = pd.crosstab(rows["cause"].str.replace(r":.*", "", regex=True), rows["severity"])
    counts = counts.reindex(columns=list(SEVERITY_ORDER[:2]), fill_value=0).rename_axis(columns=None)
    frame = counts.reset_index().rename(columns={"cause": "kind"})
    frame["title"] = frame["kind"].map(dict(zip(causes["cause"], causes["title"], strict=True)))
    frame["total"] = frame[list(SEVERITY_ORDER[:2])].sum(axis=1)
    frame = frame.sort_values(["total", "kind"], ascending=[False, True]).head(_MOST_CAUSES)
    return chart(
        stacked_bars, frame, category="title", parts=SEVERITY_ORDER[:2], part_labels=reference.labels["severities"],
        fewest=int(frame["total"].max() + 1) if len(frame) else 0,  # counts alone: a share of a cause says nothing
        title="Nguyên nhân nhiều nhất: số chỗ phải sửa, phải giải trình",
        alt=f"Số chỗ phải sửa và phải giải trình của {len(frame)} nguyên nhân nhiều nhất; con số ở bảng dưới.",
    )  # fmt: skip


def chart_levels(scores: pd.DataFrame, declared: TermReference, reference: Reference) -> Chart:
    """How many schools reach each level: a bar per group of the index."""
    standings = school_scores(scores, expected_schools(declared, reference.registry), declared.indicator_set)
    levels = level_distribution(standings, declared.indicator_set)
    frame = levels[levels["scope"] == ALL].copy()
    frame["title"] = frame["group_id"].map(reference.labels["score_groups_short"])
    parts = [
        name
        for name in frame.columns
        if name.endswith("_count") and name not in ("asked_count", "scored_count", "reached_count")
    ]
    words = reference.labels["score_levels"]
    names = {part: words[part.removesuffix("_count").removeprefix("level_")] for part in parts}
    return chart(
        stacked_bars, frame, category="title", parts=parts, part_labels=names, totals="asked_count", as_share=True,
        title="Số trường theo mức độ, từng nhóm", alt="Số trường theo mức độ của từng nhóm; con số ở bảng dưới.",
    )  # fmt: skip


def show_school_scores(scores: pd.DataFrame, declared: TermReference, reference: Reference) -> Block:
    """Every school that the index covers: bounds and level of each group, and of the whole."""
    standings = school_scores(scores, expected_schools(declared, reference.registry), declared.indicator_set)
    words, groups = reference.labels["score_levels_short"], reference.labels["score_groups_short"]
    frame = standings.drop_duplicates("school_id")[["school_id", "short_name", "level_title"]].copy()
    columns = {"school_id": "Mã trường", "short_name": "Trường"}
    for group_id in dict.fromkeys(standings["group_id"]):
        own = standings[standings["group_id"] == group_id].set_index("school_id")
        bounds = [
            interval_text(low, high) if state == "scored" else ""
            for state, low, high in zip(own["state"], own["low"], own["high"], strict=True)
        ]
        levels = [
            level_with_reason(reference, words[standing.removeprefix("level_")], held)
            for standing, held in zip(own["standing"], own["held_by"], strict=True)
        ]
        if group_id != OVERALL:
            frame[f"points_{group_id}"] = frame["school_id"].map(dict(zip(own.index, bounds, strict=True)))
            columns[f"points_{group_id}"] = f"{groups[group_id]}: điểm"
        frame[f"level_{group_id}"] = frame["school_id"].map(dict(zip(own.index, levels, strict=True)))
        columns[f"level_{group_id}"] = f"{groups[group_id]}: mức"
    points = [name for name in columns if name.startswith("points_")]
    return stack(
        table(
            frame, columns=columns, align=dict.fromkeys(points, "right"), row_header="short_name",
            caption="Điểm và mức độ từng trường, theo danh mục, không xếp hạng", max_rows=20,
        )
    )  # fmt: skip
