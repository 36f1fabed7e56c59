"""One school's work on its page: tasks, ratios beside unnamed peers, what went well, what is to be mended."""

from __future__ import annotations

from typing import Any

from termreview.reference.kinds.measures import Ratio
from termreview.reporting.blocks.number_format import MISSING_MARK, number_text
from termreview.reporting.blocks.rows import Record
from termreview.reporting.report.agreement import DIFFERS, alone
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import by_letter, label, lower_first
from termreview.reporting.school_pages.index import share_bar
from termreview.reporting.school_pages.material import (
    CRITERIA,
    RATIOS,
    count_with_ratios,
    material_of,
    peer_middle,
    word,
)
from termreview.reporting.summaries.index import OVERALL
from termreview.reporting.summaries.ratios import COUNTED, MILLION, is_money

View = dict[str, Any]
MOST_FINDINGS, MOST_NAMED, LONGEST = 6, 6, 240
NOT_SUBMITTED = "not_submitted"
_OTHERS = "{count} nội dung khác"


def tasks_view(report: ReportContext, school_id: str) -> View:
    """How many tasks are done, and which are not."""
    rows = material_of(report).statuses.get(school_id, [])
    titles = {task.task_id: lower_first(task.short_title) for task in report.declared.tasks}
    by_status: dict[str, list[str]] = {}
    for row in rows:
        by_status.setdefault(str(row["status"]), []).append(titles[row["task_id"]])
    count = {
        name: len(by_status.get(name, [])) for name in ("done", "under_way", "not_started", "unanswered")
    }
    left = [*by_status.get("not_started", []), *by_status.get("unanswered", [])]
    others = [
        word(report, f"tasks.count_{name}", count=count[name])
        for name in ("under_way", "not_started", "unanswered")
        if count[name]
    ]
    rest = "".join(f"; {other}" for other in others)
    lines = [word(report, "tasks.counts", done=count["done"], total=len(rows), rest=rest)]
    if left:
        lines.append(word(report, "tasks.left", items=listed(left, most=12, rest=_OTHERS)))
    if by_status.get("under_way"):
        lines.append(word(report, "tasks.under_way", items=listed(by_status["under_way"], most=12, rest=_OTHERS)))  # fmt: skip
    lines += _systems_summary(report, school_id)
    title = word(report, "tasks.title", by=by_letter(report, "tasks.by_letter"))
    return {"title": title, "lines": lines, "done": count["done"], "total": len(rows)}


def _systems_summary(report: ReportContext, school_id: str) -> list[str]:
    """What exports of systems say of one school: how many of its answers agree, beside its level, and both figures of those that do not."""
    material = material_of(report)
    own, fields, facts = (
        material.compared.get(school_id, []),
        report.declared.form.all_fields(),
        report.reference.sources.facts,
    )
    reasons = report.reference.labels["corroboration_reasons"]
    open_ones = [
        word(
            report, "tasks.system_unsettled", label=lower_first(alone(fields[row["field_id"]].label)),
            reason=lower_first(reasons[row["reason_code"]]),
        )
        for row in material.unsettled.get(school_id, [])
    ]  # fmt: skip
    left = (
        [word(report, "tasks.systems_unsettled", items=listed(open_ones, most=MOST_NAMED, rest=_OTHERS))]
        if open_ones
        else []
    )
    if not own:
        return left
    odd = [
        word(
            report, "tasks.system_differs", label=lower_first(alone(fields[row["field_id"]].label)),
            stated=number_text(row["stated"]), fact=lower_first(facts[row["fact_id"]].title), system=number_text(row["system"]),
        )
        for row in own
        if row["verdict"] == DIFFERS
    ]  # fmt: skip
    said = word(report, "tasks.systems", agreeing=len(own) - len(odd), total=len(own))
    agreeing, total, schools = material.agreement[material.schools[school_id]["level"]]
    if schools > material.least:  # the school itself and enough others
        share = number_text(100 * agreeing / total, "percent1")
        said += word(
            report, "tasks.systems_level", count=schools, agreeing=agreeing, total=total, share=share
        )
    if odd:
        said += word(report, "tasks.systems_odd", items=listed(odd, most=MOST_NAMED, rest=_OTHERS))
    return [f"{said}.", *left]


def ratios_view(report: ReportContext, school_id: str) -> View:
    """Every ratio the school is asked: its numbers, its value, and the middle of its peers."""
    material = material_of(report)
    ratios = {ratio.ratio_id: ratio for ratio in report.reference.ratios}
    rows = []
    for row in material.ratios.get(school_id, []):
        ratio = ratios[row["ratio_id"]]
        is_counted = row["state"] == COUNTED
        format = "percent1" if ratio.unit == "percent" else "ratio"
        middle = peer_middle(report, school_id, RATIOS, ratio.ratio_id)
        value = number_text(row["value"] if is_counted else None, format)
        bar = ""
        if ratio.unit == "percent" and is_counted:
            bar = share_bar(float(row["value"]), float(row["value"]), 100.0, middle, value)
        rows.append(
            {
                "title": ratio.title, "parts": _parts(report, ratio, row), "value": value, "bar": bar,
                "middle": number_text(middle, format), "was": _ratio_before(report, school_id, ratio.ratio_id, format),
            }
        )  # fmt: skip
    known = count_with_ratios(report, school_id)
    has_before = any(row["was"] != MISSING_MARK for row in rows)
    return {
        "rows": rows,
        "has_before": has_before,
        "note": word(report, "ratios.note", count=known) if known else "",
    }


def _parts(report: ReportContext, ratio: Ratio, row: Record) -> str:
    if row["numerator"] != row["numerator"] or row["denominator"] != row["denominator"]:
        return MISSING_MARK
    if is_money(ratio):
        parts = {name: number_text(row[name] / MILLION, "decimal1") for name in ("numerator", "denominator")}
        return word(report, "ratios.millions", **parts)
    return f"{number_text(row['numerator'])}/{number_text(row['denominator'])}"


def _ratio_before(report: ReportContext, school_id: str, ratio_id: str, format: str) -> str:
    row = material_of(report).ratios_before.get((ratio_id, school_id))
    return number_text(row["value"] if row and row["state"] == COUNTED else None, format)


def good_view(report: ReportContext, school_id: str) -> list[str]:
    """What went well: full criteria or ratios, more than the middle of the peers, tasks, punctuality, a rise."""
    material = material_of(report)
    reporting = material.reporting[school_id]
    lines = [*_good_scores(report, school_id), *_good_ratios(report, school_id)]
    tasks = tasks_view(report, school_id)
    if tasks["total"] and tasks["done"] >= tasks["total"] / 2:
        lines.append(word(report, "good.tasks", done=tasks["done"], total=tasks["total"]))
    if reporting["state"] == "on_time":
        lines.append(word(report, "good.on_time"))
    return lines or [word(report, "good.none")]


def _good_scores(report: ReportContext, school_id: str) -> list[str]:
    material, lines = material_of(report), []
    full, above = [], []
    for group in report.declared.indicator_set.groups:
        was, now = (
            material.before.get((school_id, group.group_id)),
            material.standings.get((school_id, group.group_id)),
        )
        if was and now and was["standing"].startswith("level_") and now["standing"].startswith("level_"):
            levels = [int(row["standing"].removeprefix("level_")) for row in (was, now)]
            if levels[1] > levels[0]:
                lines.append(
                    word(report, "good.risen", group=group.group_id, before=levels[0], after=levels[1])
                )
        for criterion in group.criteria:
            row = material.criteria.get((school_id, criterion.criterion_id))
            if row is None:
                continue
            middle = peer_middle(report, school_id, CRITERIA, criterion.criterion_id)
            name = f"{criterion.criterion_id} ({lower_first(criterion.title)})"
            if row["low"] >= row["max_points"]:
                full.append(name)
            elif middle is not None and row["low"] > middle:
                above.append(name)
    if full:
        lines.append(
            word(
                report,
                "good.full_criteria",
                items=listed(full, most=MOST_NAMED, rest="{count} tiêu chí khác"),
            )
        )
    if above:
        lines.append(
            word(
                report, "good.above_peers", items=listed(above, most=MOST_NAMED, rest="{count} tiêu chí khác")
            )
        )
    return lines  # fmt: skip


def _good_ratios(report: ReportContext, school_id: str) -> list[str]:
    """Shares of a school without a score: full ones, then those above the middle of its peers."""
    material = material_of(report)
    if (school_id, OVERALL) in material.standings:
        return []
    ratios = {ratio.ratio_id: ratio for ratio in report.reference.ratios}
    full, above = [], []
    for row in material.ratios.get(school_id, []):
        ratio = ratios[row["ratio_id"]]
        if row["state"] != COUNTED or ratio.unit != "percent" or ratio.better != "higher":
            continue
        middle = peer_middle(report, school_id, RATIOS, ratio.ratio_id)
        name = f"{lower_first(ratio.title)} ({_parts(report, ratio, row)})"
        if row["value"] >= 100:
            full.append(name)
        elif middle is not None and row["value"] > middle:
            above.append(name)
    named = (("good.full_ratios", full), ("good.above_ratios", above))
    return [
        word(report, key, items=listed(names, most=MOST_NAMED, rest=_OTHERS)) for key, names in named if names
    ]


def asked_counts(report: ReportContext, school_id: str) -> dict[str, int]:
    """How many points one school has to mend (`error`) and to explain (`query`)."""
    told = [row["severity"] for row in _findings_of(report, school_id) if row["status"] == "open"]
    return {severity: told.count(severity) for severity in ("error", "query")}


def _findings_of(report: ReportContext, school_id: str) -> list[Record]:
    # That no report came is what the page opens with.
    rows = material_of(report).findings.get(school_id, [])
    return [row for row in rows if row["check_code"] != NOT_SUBMITTED]


def findings_view(report: ReportContext, school_id: str) -> View:
    """What is to be mended or explained, one row per check with its first place; how much more there is."""
    rows = _findings_of(report, school_id)
    is_open = [row for row in rows if row["status"] == "open"]
    asked = [row for row in is_open if row["severity"] in ("error", "query")]
    by_check: dict[tuple[str, str], list[Record]] = {}
    for row in asked:
        by_check.setdefault((row["severity"], row["check_code"]), []).append(row)
    ordered = sorted(by_check.items(), key=lambda entry: ("error", "query").index(entry[0][0]))
    shown = [_finding(report, severity, found) for (severity, _), found in ordered[:MOST_FINDINGS]]
    rest = sum(len(found) for _, found in ordered[MOST_FINDINGS:])
    notes = [word(report, "findings.more", count=rest)] if rest else []
    if len(is_open) > len(asked):
        notes.append(word(report, "findings.notes", count=len(is_open) - len(asked)))
    if len(rows) > len(is_open):
        notes.append(word(report, "findings.explained", count=len(rows) - len(is_open)))
    return {"rows": shown, "notes": notes}


def _finding(report: ReportContext, severity: str, found: list[Record]) -> View:
    first = found[0]
    known = [str(first[name]) for name in ("sheet", "cell") if isinstance(first[name], str)]
    place = ", ".join(known)
    if len(found) > 1 and place:
        place = word(report, "findings.more_cells", place=place, count=len(found) - 1)
    return {
        "severity": severity, "word": label(report, "severities", severity), "place": place,
        "message": _short(str(first["message"])), "remedy": _short(str(first["remedy"])),
    }  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
