"""One figure of a task as readers see it: ratios as charts, results in a table, contradictions set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from termreview.reference.kinds.measures import Task
from termreview.reporting.blocks.blocks import Block, callout
from termreview.reporting.blocks.model import LOW, PERCENT
from termreview.reporting.blocks.rows import Record, records, ties
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import FIELD, RATIO, trace_unless
from termreview.reporting.blocks.values import Composed, Number, Parts, Value, column, joined
from termreview.reporting.charts.charts import Chart, ratio_strip
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import (
    fewest,
    hidden_word,
    label,
    lower_first,
    marked,
    say,
    scope_heads,
    scope_title,
    threshold,
)
from termreview.reporting.summaries.ratios import CONTRADICTORY, MILLION
from termreview.reporting.term.schools import ALL, short_names

PARTED = ("share", "ratio", "option")
MOST_SET_ASIDE = 8


def ratio_lines(report: ReportContext, outline: str) -> list[str]:
    """What differs among the ratios of one heading: the highest and the lowest share, the widest gap between school levels,

    and how each ratio that is no share stands in every level to its line.
    """
    ratios = report.summaries.ratios
    own = ratios[(ratios["outline"] == outline) & ~ratios["is_hidden"] & ratios["value"].notna()]
    shares = own[own["unit"] == "percent"]
    whole = shares[shares["scope"] == ALL]
    best, least = (
        _ratios_text(report, ties(whole, "value", is_largest=is_largest)) for is_largest in (True, False)
    )
    kinds = min(len(whole), whole["value"].nunique())
    lines = (
        [say(report, "tasks.ratios_text", ratios=len(whole), kinds=kinds, best=best, least=least)]
        if kinds
        else []
    )
    lines += _gap_text(report, shares[(shares["scope"] != ALL) & (shares["counted_count"] >= fewest(report))])
    scales = ratios[
        (ratios["outline"] == outline) & (ratios["unit"] != "percent") & ratios["value"].notna()
    ]  # fmt: skip
    scales = scales[scales["scope"] != ALL] if (scales["scope"] != ALL).any() else scales
    return lines + [
        _scale_text(report, scales[scales["ratio_id"] == name]) for name in dict.fromkeys(scales["ratio_id"])
    ]


def _ratios_text(report: ReportContext, rows: list[Record]) -> str:
    items = [
        say(report, "tasks.ratio_item", title=lower_first(row["title"]), value=Number(row["value"], "percent1"), parts=_parts_text(report, row))
        for row in rows
    ]  # fmt: skip
    return listed(items, most=3, rest=label(report, "rest", "ratios"))


def _parts_text(report: ReportContext, row: Record) -> object:
    """Numerator and denominator of one ratio in a sentence: amounts of money with their unit."""
    parts = parts_of_ratio(row)
    return say(report, "tasks.money_parts", parts=parts) if row["is_money"] else parts


def _gap_text(report: ReportContext, levels: pd.DataFrame) -> list[str]:
    """The share of which school levels differ most, with the counts of both ends; nothing where none differs much."""
    ends = levels.groupby("ratio_id", sort=False)["value"].agg(["min", "max"])
    gaps = ends["max"] - ends["min"]
    if gaps.empty or gaps.max() < threshold(report, "level_gap"):
        return []
    rows = levels[levels["ratio_id"] == gaps.idxmax()]
    low, high = (records(rows)[int(at)] for at in (rows["value"].argmin(), rows["value"].argmax()))
    heads = scope_heads(report, [low["scope"], high["scope"]])
    return [
        say(
            report, "tasks.gap", title=lower_first(low["title"]), low=Number(low["value"], "percent1"), low_parts=_parts_text(report, low),
            lowest=heads[low["scope"]], high=Number(high["value"], "percent1"), high_parts=_parts_text(report, high), highest=heads[high["scope"]],
        )
    ]  # fmt: skip


def _scale_text(report: ReportContext, rows: pd.DataFrame) -> str:
    heads, first = scope_heads(report, list(rows["scope"])), records(rows)[0]
    items = [
        say(report, "tasks.scale_item", value=Number(row["value"], "ratio"), parts=parts_of_ratio(row), scope=heads[row["scope"]])
        for row in records(rows)
    ]  # fmt: skip
    lines = report.summaries.lines
    lines = lines[(lines["ratio_id"] == first["ratio_id"]) & lines["scope"].isin(rows["scope"])]
    counted = int(lines["counted_count"].sum())
    return say(
        report, "tasks.scale", title=lower_first(first["title"]), items=joined(items, "; "), lines=len(lines),
        failing=counted - int(lines["reached_count"].sum()), counted=counted,
    )  # fmt: skip


def scale_charts(report: ReportContext, outline: str) -> list[object]:
    """The ratios of one heading that are no shares, each by school level against its line.

    The shares stand together in one chart (`ratios.ratios_chart`), with all their figures in the table below.
    """
    ratios = report.summaries.ratios
    lines = report.summaries.lines
    own = ratios[(ratios["outline"] == outline) & (ratios["counted_count"] > 0) & ~ratios["is_hidden"]]
    charts: list[object] = []
    for ratio_id in dict.fromkeys(own.loc[own["unit"] != "percent", "ratio_id"]):
        scopes = own[own["ratio_id"] == ratio_id]
        by_scope = lines[lines["ratio_id"] == ratio_id].set_index("scope")["line"]
        scopes = scopes.assign(
            line=scopes["scope"].map(by_scope), name=[scope_title(report, scope) for scope in scopes["scope"]]
        )
        if scopes["line"].notna().any():
            scopes = scopes[scopes["scope"] != ALL]
        charts.append(_scale_chart(report, scopes))
    return charts


def _scale_chart(report: ReportContext, frame: pd.DataFrame) -> Chart:
    in_millions = frame["is_money"].map({True: MILLION, False: 1})
    rows = records(frame)
    low, high = rows[int(frame["value"].argmin())], rows[int(frame["value"].argmax())]
    lines = report.summaries.lines
    lines = lines[(lines["ratio_id"] == rows[0]["ratio_id"]) & lines["scope"].isin(frame["scope"])]
    counted, reached = int(lines["counted_count"].sum()), int(lines["reached_count"].sum())
    title = str(rows[0]["title"])
    finding = say(
        report, "charts.scale.finding", title=title, low=low["value"], lowest=low["name"], high=high["value"], highest=high["name"],
        lines=len(lines), missed=int(_is_short(frame).sum()), failing=counted - reached, counted=counted,
    )  # fmt: skip
    return report_chart(
        report,
        ratio_strip,
        frame.assign(
            numerator=frame["numerator"] / in_millions, denominator=frame["denominator"] / in_millions
        ),
        label="name", value="value", numerator="numerator", denominator="denominator", line="line" if len(lines) else None,
        better="better", unit="unit", line_label=label(report, "charts", "line"), finding=finding, alt=_finding(report, frame),
        measure=say(report, "charts.scale.measure", title=title, coverage=_coverage(report, rows)),
        notes=(say(report, "tasks.money_note"),) if frame["is_money"].any() else (),
    )  # fmt: skip


def _finding(report: ReportContext, frame: pd.DataFrame) -> str:
    """What one chart shows: the highest and the lowest of several ratios, or the few there are; lines not reached."""

    def ratio_list(rows: list[Record]) -> str:
        return listed(
            [
                say(report, "tasks.ratio_item", title=row["name"], value=Number(row["value"], "ratio"), parts=parts_of_ratio(row))
                for row in rows
            ],
            most=3, rest=label(report, "rest", "ratios"),
        )  # fmt: skip

    if len(frame) <= 2:
        text = say(report, "tasks.ratios_alt", items=ratio_list(records(frame)))
    else:
        text = say(
            report, "tasks.ratios_extremes", best=ratio_list(ties(frame, "value")), least=ratio_list(ties(frame, "value", is_largest=False)),
        )  # fmt: skip
    lines = report.summaries.lines
    lines = lines[lines["ratio_id"].isin(frame["ratio_id"]) & lines["scope"].isin(frame["scope"])]
    if lines.empty:
        return text
    is_reached = frame["scope"].map(lines.set_index("scope")["is_reached"]).eq(True)
    missed = listed([str(name) for name in frame.loc[frame["line"].notna() & ~is_reached, "name"]])
    count, total = int(is_reached.sum()), int(frame["line"].notna().sum())
    return joined([text, say(report, "tasks.ratios_lines", count=count, total=total, names=missed)])


def _is_short(frame: pd.DataFrame) -> pd.Series:
    """Which values of one chart, taken over all schools of their scope, miss their line."""
    is_below = frame["value"] < frame["line"]
    return is_below.where(frame["better"] == "higher", frame["value"] > frame["line"]).fillna(False)


def _coverage(report: ReportContext, rows: list[Record]) -> str:
    """Over how many schools the ratios of one chart speak; those over the same schools are named together."""
    groups: dict[Parts, list[str]] = {}
    for row in rows:
        groups.setdefault(coverage(row), []).append(str(row["name"]))
    if len(groups) == 1:
        return say(report, "ratios.coverage_one", coverage=next(iter(groups)))
    parts = [
        say(report, "ratios.coverage_part", coverage=key, names=listed(names))
        for key, names in groups.items()
    ]
    return joined(parts, "; ")


def figures_table(report: ReportContext, tasks: Sequence[Task], outline: str) -> Block:
    """Every figure of the tasks of one heading: result, numerator / denominator, and over how many schools."""
    figures = report.summaries.figures
    names = {task.task_id: f"{task.task_id}. {task.title}" for task in tasks}
    frame = figures[figures["task_id"].isin(names)]
    if frame.empty:
        return Block("")
    rows = records(frame)
    frame = frame.assign(
        task=frame["task_id"].map(names),
        result=column([hidden_word(report) if row["is_hidden"] else figure_value(row) for row in rows]),
        parts=column(
            parts_of_ratio(row) if row["kind"] in PARTED and not row["is_hidden"] else "" for row in rows
        ),
        coverage=column(coverage(row) for row in rows),
    )
    notes = [say(report, "tasks.figures_note")] if (frame["kind"] == "median").any() else []
    notes += [say(report, "tasks.money_note")] if frame["is_money"].any() else []
    return table(
        marked(report, frame),
        columns={
            "title": "Chỉ tiêu",
            "result": "Kết quả",
            "parts": "Tử số / mẫu số",
            "coverage": "Trường có số liệu",
        },
        caption=say(report, "tasks.figures_title", heading=lower_first(heading(report, outline))),
        align={"result": "right", "parts": "right", "coverage": "right"},
        group_by="task",
        marks="mark",
        traces=dict.fromkeys(("result", "parts"), _figure_of(report)),
        notes=notes,
    )


def _figure_of(report: ReportContext) -> Callable[[Mapping[Any, Any]], str | None]:
    def target(row: Mapping[Any, Any]) -> str | None:
        if row["kind"] == "filled":  # words of schools are not carried along
            return None
        kind = RATIO if row["kind"] in ("share", "ratio") else FIELD
        return trace_unless(report.term.withheld, kind, row["figure_id"], ALL)

    return target


def figure_value(row: Record) -> Value:
    """One figure of a task, by its kind."""
    match row["kind"]:
        case "share":
            return Number(row["value"], "percent1")
        case "ratio":
            return Number(row["value"], "ratio")
        case "money":
            return Number(_millions(row["value"]), "decimal1", after=" triệu đồng")
        case "median":
            if pd.isna(row["value"]):
                return Number(None)
            middle, low = Number(row["value"], "percent1"), Number(row["low"], "percent1", LOW)
            return Composed("một nửa số trường đạt từ ", middle, " trở lên (thấp nhất ", low, ")")
        case "option":
            if pd.isna(row["numerator"]) or not row["denominator"]:
                return Number(None)
            share = Number(100 * row["numerator"] / row["denominator"], "percent1", PERCENT)
            return Composed(Number(row["numerator"], after=" trường"), " (", share, ")")
        case "filled":
            return Number(row["numerator"], after=" trường đã ghi")
    return Number(row["value"], after=f" {row['unit']}" if row["unit"] else "")


def heading(report: ReportContext, outline: str) -> str:
    """The heading of one part of section II."""
    return label(report, "outline", f"II.{outline}")


def parts_of_ratio(row: Record, prefix: str = "") -> Parts:
    """Numerator and denominator of one ratio; amounts of money in millions of đồng."""
    numerator, denominator = row[f"{prefix}numerator"], row[f"{prefix}denominator"]
    if row.get("is_money") is True:
        return Parts(_millions(numerator), _millions(denominator), "decimal1")
    return Parts(numerator, denominator)


def _millions(amount: Any) -> float | None:
    return None if pd.isna(amount) else amount / MILLION


def ratio_alone(row: Record, prefix: str = "") -> Number:
    """One ratio without its parts: 93,1%."""
    return Number(row[f"{prefix}value"], "percent1" if row["unit"] == "percent" else "ratio")


def ratio_with_parts(row: Record, prefix: str = "") -> Value:
    """One ratio with its numerator and denominator behind it: 93,1% (27/29)."""
    return Composed(ratio_alone(row, prefix), " (", parts_of_ratio(row, prefix), ")")


def coverage(row: Record) -> Parts:
    """Over how many schools of how many asked one figure speaks."""
    return Parts(row["counted_count"], row["asked_count"])


def set_aside(report: ReportContext, outline: str = "") -> Block:
    """The schools whose part exceeds the whole in a ratio of one heading: set aside, named, never dropped silently."""
    by_school = report.summaries.school_ratios
    ratios = {
        ratio.ratio_id: ratio for ratio in report.reference.ratios if ratio.outline == outline or not outline
    }
    odd = by_school[(by_school["state"] == CONTRADICTORY) & by_school["ratio_id"].isin(ratios)]
    if odd.empty:
        return Block("")
    names = short_names(report.term.schools)
    lines: list[object] = [
        joined(
            [
                f"{names[row['school_id']]}: {ratios[row['ratio_id']].short_title}",
                Parts(row["numerator"], row["denominator"]),
            ]
        )
        for row in records(odd.head(MOST_SET_ASIDE))
    ]
    if len(odd) > MOST_SET_ASIDE:
        lines.append(say(report, "ratios.contradictory_more", count=len(odd) - MOST_SET_ASIDE))
    return callout(say(report, "ratios.contradictory", count=len(odd)), lines, "query")
