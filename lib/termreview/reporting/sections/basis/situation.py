"""One section of part I: schools and their size by level, and who reported when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.rows import largest, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import FIELD, trace_unless
from termreview.reporting.blocks.values import Share, column, joined
from termreview.reporting.charts.charts import Chart, calendar_strip, stacked_bars
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import counted, fewest, say, scope_title, shown
from termreview.reporting.summaries.reporting import REPORTING_STATES
from termreview.reporting.term.schools import ALL, whole_of

# Reports that come on the last days of the term to report in have nobody to ask back in time.
LAST_DAYS = 3


def situation(report: ReportContext) -> Block:
    """I.1: schools, classes, pupils and staff by level, totals rebuilt."""
    summaries = report.summaries
    texts = report.reference.sentences["profile"]
    asked_at_all = report.declared.form.all_fields()
    wanted = {field_id: head for field_id, head in texts["columns"].items() if field_id in asked_at_all}
    kept = summaries.statistics[summaries.statistics["field_id"].isin(wanted)]
    kept = kept.assign(shown=shown(report, kept))
    frame = summaries.reporting_levels[["scope", "expected_count", "received_count"]].copy()
    for field_id in wanted:
        own = kept[kept["field_id"] == field_id].set_index("scope")
        frame[field_id] = frame["scope"].map(own["shown"])
    is_known = (kept["scope"] == ALL) & (kept["counted_count"] > 0) & ~kept["is_hidden"]
    known = kept[is_known].set_index("field_id")
    frame["title"] = [scope_title(report, scope) for scope in frame["scope"]]
    by_level = frame[frame["scope"] != ALL]
    levels = [
        say(report, "profile.level", count=int(count), level=scope_title(report, scope).lower())
        for scope, count in zip(by_level["scope"], by_level["expected_count"], strict=True)
    ]
    sentences = [
        say(
            report,
            "profile.schools",
            where=scope_title(report, ALL),
            count=int(by_level["expected_count"].sum()),
            by_level=listed(levels),
        )
    ]
    coverage = {
        (row["counted_count"], row["asked_count"])
        for row in records(known.loc[known.index.isin(texts["names"])])
    }
    is_same = len(coverage) == 1
    items = [
        say(
            report, "profile.size_item_all" if is_same else "profile.size_item", value=known.at[field_id, "value"], name=name,
            counted=known.at[field_id, "counted_count"], asked=known.at[field_id, "asked_count"],
        )
        for field_id, name in texts["names"].items()
        if field_id in known.index
    ]  # fmt: skip
    counted, asked = next(iter(coverage)) if is_same else (0, 0)
    key = "profile.size_all" if is_same else "profile.size"
    if items:
        sentences.append(say(report, key, items=joined(items, "; "), counted=counted, asked=asked))
    elif wanted:
        sentences.append(say(report, "profile.unknown"))
    whole = records(frame[frame["scope"] == ALL])[0]
    numbers = ["expected_count", "received_count", *wanted]
    return stack(
        paragraph(joined(sentences)),
        table(
            by_level,
            columns={"title": "Cấp học", "expected_count": "Trường", "received_count": "Có báo cáo"} | wanted,
            caption=say(report, "captions.sizes"),
            formats=dict.fromkeys(numbers, "integer"),
            total_row={name: whole[name] for name in numbers}
            | {"title": scope_title(report, ALL), "scope": ALL},
            traces={field_id: _field_named(report, field_id) for field_id in wanted},
            notes=[say(report, "notes.sizes")] if wanted else [],
        ),
    )


def _field_named(report: ReportContext, field_id: str) -> Callable[[Mapping[Any, Any]], str | None]:
    return lambda row: trace_unless(report.term.withheld, FIELD, field_id, row["scope"])


def who_reported(report: ReportContext) -> Block:
    """I.2: expected, on time, late, refused, missing and in need of repair, by level, with the names."""
    summaries = report.summaries
    who, reporting = whole_of(summaries.reporting_levels), summaries.reporting
    names = {
        state: listed(list(reporting.loc[reporting["state"] == state, "short_name"]), most=12)
        for state in REPORTING_STATES
    }
    total = int(who["expected_count"])
    lines = [
        say(
            report, "reporting.received", count=int(who["received_count"]), total=total, as_of=report.as_of,
            parts=counted(report, "reporting.parts", {name: who[f"{name}_count"] for name in ("on_time", "late")}),
        ),
        say(report, "reporting.late", count=int(who["late_count"]), total=total, names=names["late"]),
        say(report, "reporting.refused", count=int(who["refused_count"]), total=total, names=names["refused"]),
        say(report, "reporting.missing", count=int(who["missing_count"]), total=total, names=names["missing"]),
    ]  # fmt: skip
    repair, received = int(who["needs_repair_count"]), int(who["received_count"])
    is_listed = repair > 0 or int(who["on_time_count"]) < total
    lines.append(say(report, "reporting.repair", count=repair, total=received))
    frame = summaries.reporting_levels.assign(
        title=[scope_title(report, scope) for scope in summaries.reporting_levels["scope"]]
    )
    numbers = [
        "expected_count", "received_count", "on_time_count", "late_count", "refused_count", "missing_count",
        "needs_repair_count",
    ]  # fmt: skip
    frame["rate"] = column(Share(row["received_count"], row["expected_count"]) for row in records(frame))
    columns = {
        "title": "Cấp học", "expected_count": "Phải nộp", "rate": "Được tiếp nhận", "on_time_count": "Đúng hạn",
        "late_count": "Nộp muộn", "refused_count": "Chưa tiếp nhận được", "missing_count": "Chưa nộp",
        "needs_repair_count": "Cần sửa",
    }  # fmt: skip
    return stack(
        paragraph(lines[0]),
        bullets([line for line in lines[1:] if line]),
        reporting_chart(report, frame),
        days_chart(report),
        table(
            frame[frame["scope"] != ALL],
            columns=columns,
            caption=say(report, "captions.reporting"),
            formats=dict.fromkeys(numbers, "integer"),
            align={"rate": "right"},
            total_row=records(frame[frame["scope"] == ALL])[0],
            notes=[say(report, "reporting.repair_note"), *([say(report, "reporting.annex")] if is_listed else [])],
        ),
    )  # fmt: skip


def reporting_chart(report: ReportContext, frame: pd.DataFrame) -> Chart:
    """The states of the reports by level."""
    who = whole_of(frame)
    words = report.reference.sentences["reporting"]["states"]
    parts = {f"{state}_count": words[state] for state in REPORTING_STATES}
    counts = {
        name: int(who[f"{name}_count"]) for name in ("received", "expected", "late", "refused", "missing")
    }
    received, expected = counts["received"], counts["expected"]
    finding = say(
        report, "charts.reporting.finding", received=received, expected=expected, on_time=int(who["on_time_count"]),
        late=counts["late"], absent=expected - received, pct=100 * received / max(expected, 1),
    )  # fmt: skip
    return report_chart(
        report, stacked_bars, frame[frame["scope"] != ALL], category="title", parts=list(parts), part_labels=parts,
        totals="expected_count", fewest=fewest(report), finding=finding,
        measure=say(report, "charts.reporting.measure", expected=expected), alt=say(report, "reporting.chart_alt", **counts),
    )  # fmt: skip


def days_chart(report: ReportContext) -> Chart:
    """The days on which the accepted files came, against the deadline."""
    days, due_on = report.summaries.received_days, report.declared.plan.due_on
    by_state = days.groupby("state")["school_count"].sum()
    per_day = days.groupby("received_on")["school_count"].sum().reset_index()
    busiest = largest(per_day, "school_count") if len(per_day) else None
    total, late = int(by_state.sum()), int(by_state.get("late", 0))
    alt = say(
        report, "reporting.days_alt", count=total, on_time=int(by_state.get("on_time", 0)), late=late, due_on=due_on,
        busiest=busiest["received_on"] if busiest else "", most=busiest["school_count"] if busiest else 0,
    )  # fmt: skip
    before_due = (pd.Timestamp(due_on) - pd.to_datetime(per_day["received_on"])).dt.days
    rush = int(per_day.loc[before_due.between(0, LAST_DAYS - 1), "school_count"].sum())
    finding = say(
        report, "charts.days.finding", total=total, late=late, due_on=due_on, days=LAST_DAYS, rush=rush,
        rush_pct=100 * rush / max(total, 1), late_pct=100 * late / max(total, 1),
    )  # fmt: skip
    frame = days.assign(state=days["state"].map(report.reference.sentences["reporting"]["states"]))
    return report_chart(
        report, calendar_strip, frame, date="received_on", count="school_count", group="state", due_on=due_on.isoformat(),
        expected=int(whole_of(report.summaries.reporting_levels)["expected_count"]), finding=finding,
        measure=say(report, "charts.days.measure", total=total), alt=alt,
    )  # fmt: skip
