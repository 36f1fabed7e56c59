"""One section on the key ratios: all of them against their confirmed lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from termreview.reference.kinds.measures import SCHOOL
from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.number_format import NO_BREAK_SPACE
from termreview.reporting.blocks.rows import Record, by_key, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import RATIO, trace_unless
from termreview.reporting.blocks.values import Number, Parts, column, joined
from termreview.reporting.charts.charts import Chart, Shares, dot_plot
from termreview.reporting.report.applicable import applies_if, has_ratios
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import (
    counted,
    fewest,
    hidden_word,
    label,
    level_scopes,
    marked,
    say,
    scope_heads,
)
from termreview.reporting.sections.work.figures import coverage, parts_of_ratio
from termreview.reporting.term.schools import ALL, short_names


@applies_if(has_ratios)
def key_ratios(report: ReportContext) -> Block:
    """All key ratios with numerator, denominator and coverage, and the confirmed lines beside them."""
    targets = targets_summary(report)
    intro = [say(report, "ratios.key_intro", **targets)] if targets["total"] else []
    hidden = sum(
        not target.is_shown for target in report.reference.targets_in(report.declared.term.school_year)
    )
    intro.append(say(report, "ratios.hidden_targets", count=hidden))
    chart = ratios_chart(report)
    told = joined([line for line in intro if line])
    return stack(
        paragraph(told or chart.alt),  # without a target what is highest and lowest
        lines_table(report),
        chart,
        ratios_table(report),
    )


def targets_summary(report: ReportContext) -> dict[str, Any]:
    """How many confirmed targets are reached (`count`) of how many (`total`), how many are not due yet (`not_due`), and what
    of all that are not reached (`others`).

    Nothing more is said where all are missed: that none is reached says so.
    """
    lines = report.summaries.lines
    targets = lines.assign(is_reached=lines["is_reached"].fillna(False).astype(bool)).groupby("target_id")
    reached, due = targets["is_reached"].all(), targets["is_due"].all()
    rest = {"missed": int((~reached & due).sum()), "not_due": int((~reached & ~due).sum())}
    others = counted(report, "ratios.others", rest) if rest["missed"] < len(reached) else ""
    return {
        "count": int(reached.sum()),
        "total": len(reached),
        "not_due": rest["not_due"],
        "others": joined(["; ", others], "") if others else "",
    }


def ratios_chart(report: ReportContext) -> Chart:
    """Every share over all schools and by school level, the highest first, with its two counts and its line."""
    ratios = report.summaries.ratios
    shares = ratios[(ratios["unit"] == "percent") & ~ratios["is_hidden"]]
    whole = shares[(shares["scope"] == ALL) & shares["value"].notna()]
    frame = whole[["ratio_id", "short_title"]].assign(
        parts=[str(parts_of_ratio(row)) for row in records(whole)]
    )
    lines = report.summaries.lines
    frame["line"] = frame["ratio_id"].map(lines[lines["scope"] == ALL].set_index("ratio_id")["line"])
    scopes = level_scopes(report)
    for scope in scopes:
        own = shares[shares["scope"] == scope].set_index("ratio_id")
        frame[f"value_{scope}"] = frame["ratio_id"].map(own["value"])
        frame[f"counted_{scope}"] = frame["ratio_id"].map(own["counted_count"])
    frame = frame.sort_values(f"value_{ALL}", ascending=False, kind="stable")
    few = fewest(report)
    heads = scope_heads(report, scopes)
    groups = [Shares(heads[scope], f"value_{scope}", f"counted_{scope}") for scope in scopes]
    money = say(report, "tasks.money_note") if whole["is_money"].any() else ""
    return report_chart(
        report, dot_plot, frame, label="short_title", whole=groups[0], groups=groups[1:], parts="parts",
        fewest=few, few_label=say(report, "ratios.few", fewest=few), line="line", line_label=label(report, "charts", "line"),
        finding=say(report, "charts.ratios.finding", **_outstanding(report, frame, scopes[1:], heads)),
        measure=say(report, "charts.ratios.measure", ratios=len(frame)), alt=_levels_finding(report, frame, scopes[1:], heads),
        notes=(say(report, "ratios.levels_note"), money),
    )  # fmt: skip


def _outstanding(
    report: ReportContext, frame: pd.DataFrame, levels: list[str], heads: dict[str, str]
) -> dict[str, Any]:
    """What may stand out of the shares: how far the lowest lies under the others, how far levels lie apart."""
    rows = records(frame)
    values: dict[str, Any] = {"ratios": len(rows)} | dict.fromkeys(("lead", "gap", "second_value"))
    if not rows:
        return values
    best, least = rows[0], rows[-1]
    values |= {
        "best": best["short_title"], "best_value": best[f"value_{ALL}"],
        "least": least["short_title"], "least_value": least[f"value_{ALL}"],
    }  # fmt: skip
    if len(rows) > 1:
        values["second_value"] = rows[-2][f"value_{ALL}"]
        values["lead"] = values["second_value"] - values["least_value"]
    return values | (_widest_gap(report, rows, levels, heads) or {})


def _levels_finding(
    report: ReportContext, frame: pd.DataFrame, levels: list[str], heads: dict[str, str]
) -> str:
    """The highest and the lowest share, and where school levels lie farthest apart; too few schools do not count."""
    if frame.empty:
        return say(report, "ratios.levels_none")
    rows = records(frame)
    text = say(
        report, "ratios.levels_alt", best=rows[0]["short_title"], best_value=rows[0][f"value_{ALL}"],
        least=rows[-1]["short_title"], least_value=rows[-1][f"value_{ALL}"],
    )  # fmt: skip
    gap = _widest_gap(report, rows, levels, heads)
    if gap is None:
        return text
    told = {name: gap[name] for name in ("low", "lowest", "high", "highest")}
    return joined([text, say(report, "ratios.levels_gap", title=gap["gap_title"], **told)])


def _widest_gap(
    report: ReportContext, rows: list[Record], levels: list[str], heads: dict[str, str]
) -> dict[str, Any] | None:
    """The share in which school levels lie farthest apart; levels of too few schools do not count."""
    gaps = []
    for row in rows:
        known = [
            (row[f"value_{level}"], heads[level])
            for level in levels
            if pd.notna(row[f"value_{level}"]) and row[f"counted_{level}"] >= fewest(report)
        ]
        if len(known) > 1:
            gaps.append((max(known)[0] - min(known)[0], row["short_title"], min(known), max(known)))
    if not gaps:
        return None
    size, title, (low, lowest), (high, highest) = max(gaps, key=lambda gap: gap[0])
    return {"gap": size, "gap_title": title, "low": low, "lowest": lowest, "high": high, "highest": highest}


def lines_table(report: ReportContext) -> Block:
    """Every confirmed line: where the scope stands, whether it is reached, by how many schools."""
    frame = report.summaries.lines
    if frame.empty:
        return Block("")
    rows = records(frame)
    documents = report.reference.documents
    frame = frame.assign(
        scope_name=[scope_heads(report, [scope])[scope] for scope in frame["scope"]],
        figure=column(_value(row["value"], row["unit"]) for row in rows),
        target=column(line_value(row) for row in rows),
        verdict=[verdict(report, row) for row in rows],
        parts=column(parts_of_ratio(row) for row in rows),
        schools=column(Parts(row["reached_count"], row["counted_count"]) for row in rows),
        source=[documents[name].number if name in documents else name for name in frame["source_document"]],
    )
    return table(
        marked(report, frame),
        columns={
            "short_title": "Chỉ tiêu", "scope_name": "Phạm vi", "target": "Mục tiêu", "year": "Năm hoàn thành",
            "figure": "Kết quả", "parts": "Tử số / mẫu số", "verdict": "Đánh giá", "schools": "Trường đạt/có số liệu",
            "source": "Nguồn",
        },
        caption=say(report, "captions.targets"),
        align=dict.fromkeys(("target", "year", "figure", "parts", "schools"), "right"),
        marks="mark",
        traces={"figure": lambda row: trace_unless(report.term.withheld, RATIO, row["ratio_id"], row["scope"])},
        notes=missed_notes(report),
    )  # fmt: skip


def ratios_table(report: ReportContext) -> Block:
    """Every key ratio by school level, each cell over the schools that answered both parts."""
    ratios = report.summaries.ratios
    scopes = level_scopes(report)
    whole = ratios[ratios["scope"] == ALL]
    frame = whole[["ratio_id", "title", "mark"]].copy()
    known = by_key(ratios, "ratio_id", "scope")
    for scope in scopes:
        own = [known.get((ratio_id, scope)) for ratio_id in frame["ratio_id"]]
        texts = [
            ""
            if row is None
            else hidden_word(report)
            if row["is_hidden"]
            else _value(row["value"], row["unit"])
            for row in own
        ]
        frame[scope] = column(texts)
    rows = records(whole)
    frame["parts"] = column(
        [hidden_word(report) if row["is_hidden"] else parts_of_ratio(row) for row in rows]
    )
    frame["coverage"] = column(coverage(row) for row in rows)
    heads = scope_heads(report, scopes)
    return table(
        marked(report, frame),
        columns={"title": "Tỉ lệ"} | heads | {"parts": "Tử số / mẫu số", "coverage": "Trường có số liệu"},
        caption=say(report, "captions.ratios"),
        align=dict.fromkeys((*heads, "parts", "coverage"), "right"),
        marks="mark",
        traces={scope: _ratio_in(report, scope) for scope in scopes} | {"parts": _ratio_in(report, ALL)},
        notes=[say(report, "notes.ratios"), say(report, "tasks.money_note")],
        max_rows=0,
    )


def _ratio_in(report: ReportContext, scope: str) -> Callable[[Mapping[Any, Any]], str | None]:
    return lambda row: trace_unless(report.term.withheld, RATIO, row["ratio_id"], scope)


def verdict(report: ReportContext, row: Record) -> str:
    """Whether a line is reached, in words; open where there is no figure, not yet due before its year."""
    state: str = (
        "unknown"
        if pd.isna(row["is_reached"])
        else "reached"
        if row["is_reached"]
        else "missed"
        if row["is_due"]
        else "not_due"
    )
    return say(report, f"ratios.verdicts.{state}")


def missed_notes(report: ReportContext) -> list[str]:
    """Which schools miss a line that each school has to reach by itself: how it is judged, and a line per scope."""
    rows = [row for row in records(report.summaries.lines) if is_judged_by_school(row)]
    if not rows:
        return []
    notes = [
        say(report, "ratios.missed_by", title=row["short_title"], **missed_summary(report, row))
        for row in rows
        if row["missed_by"]
    ]
    return [say(report, "ratios.judged_by_school", names=listed(list(dict.fromkeys(row["short_title"] for row in rows)))), *notes]  # fmt: skip


def is_judged_by_school(lines: Any) -> Any:
    """Say of one line, or of each of a table, whether every school has to reach it by itself."""
    return lines["judged_by"] == SCHOOL


def missed_summary(report: ReportContext, row: Record) -> dict[str, Any]:
    """How many schools of how many miss one line, and which they are."""
    names = short_names(report.term.schools)
    return {
        "count": len(row["missed_by"]), "total": int(row["counted_count"]),
        "scope": scope_heads(report, [row["scope"]])[row["scope"]],
        "names": listed([names[school_id] for school_id in row["missed_by"]], most=12),
    }  # fmt: skip


def _value(value: Any, unit: Any, before: str = "") -> Number:
    return Number(value, "percent1" if unit == "percent" else "ratio", before=before)


def line_with_side(report: ReportContext, row: Record) -> str:
    """One line with its side as a sentence writes it."""
    return say(report, f"ratios.line_words.{row['better']}", line=_value(row["line"], row["unit"]))


def line_value(row: Record) -> Number:
    """One line with its side, at least or at most; all of them is all of them."""
    sign = "≥" if row["better"] == "higher" else "≤"
    is_all = row["unit"] == "percent" and row["better"] == "higher" and row["line"] >= 100
    return _value(row["line"], row["unit"], "" if is_all else f"{sign}{NO_BREAK_SPACE}")
