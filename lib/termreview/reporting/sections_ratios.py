"""One section on the key ratios: all of them against their confirmed lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from termreview.reporting.blocks import Block, paragraph, stack
from termreview.reporting.context import ReportContext
from termreview.reporting.number_format import NO_BREAK_SPACE, number_text
from termreview.reporting.rows import Record, records
from termreview.reporting.sections_figures import parts_text
from termreview.reporting.summary_schools import ALL
from termreview.reporting.tables import table
from termreview.reporting.trace_target import RATIO, trace_target
from termreview.reporting.wording import say, scope_title


def key_ratios(report: ReportContext) -> Block:
    """All key ratios with numerator, denominator and coverage, and the confirmed lines beside them."""
    lines = report.summaries.lines
    reached = lines.groupby("target_id")["is_reached"].apply(lambda flags: bool(flags.fillna(False).all()))
    intro = (
        [say(report, "ratios.key_intro", count=int(reached.sum()), total=len(reached))]
        if len(reached)
        else []
    )
    hidden = sum(not target.is_shown for target in report.reference.targets)
    intro.append(say(report, "ratios.hidden_targets", count=hidden))
    return stack(
        paragraph(" ".join(line for line in intro if line)), lines_table(report), ratios_table(report)
    )


def lines_table(report: ReportContext) -> Block:
    """Every confirmed line: where the scope stands, whether it is reached, by how many schools."""
    frame = report.summaries.lines
    rows = records(frame)
    documents = report.reference.documents
    frame = frame.assign(
        scope_name=[scope_title(report, scope) for scope in frame["scope"]],
        figure=[_value_text(row["value"], row["unit"]) for row in rows],
        target=[line_text(row) for row in rows],
        verdict=[verdict(row["is_reached"]) for row in rows],
        parts=[parts_text(row) for row in rows],
        schools=[f"{number_text(row['reached_count'])}/{number_text(row['counted_count'])}" for row in rows],
        source=[documents[name].number if name in documents else name for name in frame["source_document"]],
    )
    return table(
        frame,
        columns={
            "short_title": "Chỉ tiêu", "scope_name": "Phạm vi", "target": "Mức đề ra", "figure": "Kết quả",
            "parts": "Tử số/mẫu số", "verdict": "Đánh giá", "schools": "Trường đạt/có số liệu", "source": "Nguồn",
        },
        caption="Các tỉ lệ có mức đề ra đã xác nhận",
        align=dict.fromkeys(("target", "figure", "parts", "schools"), "right"),
        marks="mark",
        traces={"figure": lambda row: trace_target(RATIO, row["ratio_id"], row["scope"])},
        notes=["Mức đề ra của năm ghi trong văn bản nguồn; chỉ in các mức đã xác nhận."],
    )  # fmt: skip


def ratios_table(report: ReportContext) -> Block:
    """Every key ratio by school level, each cell over the schools that answered both parts."""
    ratios = report.summaries.ratios
    scopes = [ALL, *dict.fromkeys(report.term.schools["level"])]
    whole = ratios[ratios["scope"] == ALL]
    frame = whole[["ratio_id", "title", "mark"]].copy()
    by_key = ratios.set_index(["ratio_id", "scope"])
    for scope in scopes:
        frame[scope] = [
            _value_text(by_key.at[(ratio_id, scope), "value"], by_key.at[(ratio_id, scope), "unit"])
            if (ratio_id, scope) in by_key.index
            else ""
            for ratio_id in frame["ratio_id"]
        ]
    rows = records(whole)
    frame["parts"] = [parts_text(row) for row in rows]
    frame["coverage"] = [
        f"{number_text(row['counted_count'])}/{number_text(row['asked_count'])}" for row in rows
    ]
    short = {level.level: level.short_title for level in report.reference.registry.levels}
    heads = {scope: short.get(scope, scope_title(report, scope)) for scope in scopes}
    return table(
        frame,
        columns={"title": "Tỉ lệ"} | heads | {"parts": "Tử số/mẫu số", "coverage": "Trường có số liệu"},
        caption="Các tỉ lệ chính theo cấp học",
        align=dict.fromkeys((*heads, "parts", "coverage"), "right"),
        marks="mark",
        traces={scope: _ratio_in(scope) for scope in scopes} | {"parts": _ratio_in(ALL)},
        notes=[
            "Ô trống: tỉ lệ không hỏi cấp học đó. Tử số, mẫu số và số trường ghi cho dòng cộng.",
            say(report, "tasks.money_note"),
        ],
    )


def _ratio_in(scope: str) -> Callable[[Mapping[Any, Any]], str]:
    return lambda row: trace_target(RATIO, row["ratio_id"], scope)


def verdict(is_reached: Any) -> str:
    """Whether a line is reached, in words; open where there is no figure."""
    return "chưa có số liệu" if pd.isna(is_reached) else "đạt" if is_reached else "chưa đạt"


def _value_text(value: Any, unit: Any) -> str:
    return number_text(value, "percent1" if unit == "percent" else "ratio")


def line_text(row: Record) -> str:
    """One line with its side: at least or at most."""
    sign = "≥" if row["better"] == "higher" else "≤"
    return f"{sign}{NO_BREAK_SPACE}{_value_text(row['line'], row['unit'])}"
