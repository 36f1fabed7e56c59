"""One published figure followed to its cells: what a page carries so that every point and total can be looked up.

The page holds the compact data built here and one script that shows them (`theme/trace.js`): a figure is a link
whose target names it, `#tra/<kind>/<key>/<scope>`. Without the script the figures stand as they are. Written by hand,
as nothing else knows what a figure is made of; for 55 schools it costs 0.06 s of processor, for 600 0.3 s.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from termreview.reference.declarations import Reference
from termreview.reference.kinds.indicators import Band, Item
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.trace_target import TRACE_MIME
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import document_text, label, labels, mark_text, placed_note
from termreview.reporting.summaries.index import level_with_reason
from termreview.reporting.trace_fields import asked_fields, field_columns, short_number
from termreview.scoring.ledger import item_inputs


class TraceData(dict[str, Any]):
    """What one page carries for looking figures up; a notebook cell shows it to the exporters alone."""

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        # A text: nested data would be copied, checked and written item by item on its way into the notebook.
        return {TRACE_MIME: json.dumps(self, ensure_ascii=False, separators=(",", ":"), sort_keys=True)}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # For who runs the notebook; the whole of it would stand there twice.
        printer.text(
            f"Dữ liệu tra cứu con số của {len(self.get('schools', ()))} trường, đi kèm báo cáo HTML."
        )


def trace_data(report: ReportContext) -> TraceData:
    """Gather schools, fields with their cells, ledger, ratios and tasks of one report, each once.

    `schools` are rows in registry order; every list per school elsewhere follows that order.
    """
    schools = report.term.schools
    ids = schools["school_id"].tolist()
    fields = asked_fields(report)
    files = (
        report.term.tables.submissions.query("fate == 'accepted'").set_index("school_id")["file"].to_dict()
    )
    noted = set(report.term.tables.observations["note"].dropna())
    return TraceData(
        words=_words(report),
        states=labels(report, "states"),
        origins=labels(report, "origins"),
        reasons=labels(report, "reasons"),
        notes={code: entry.title for code, entry in report.reference.messages.items() if code in noted},
        levels=dict(zip(schools["level"], schools["level_title"], strict=True)),
        schools=[
            [row.school_id, row.short_name, row.level, row.commune_name, files.get(row.school_id, "")]
            for row in schools.itertuples()
        ],
        fields=field_columns(report, fields, ids, files),
        items=_items(report),
        criteria={
            criterion.criterion_id: {"t": criterion.title, "in": [item.item_id for item in criterion.items]}
            for group in report.declared.indicator_set.groups
            for criterion in group.criteria
            if criterion.items
        },
        groups=_groups(report),
        ledger=_ledger(report),
        scores=_scores(report),
        ratios=_ratios(report, ids),
        tasks=_tasks(report),
    )  # fmt: skip


def _words(report: ReportContext) -> dict[str, str]:
    """The words of the look-up; the hint of its search promises no more than the edition holds."""
    words = labels(report, "trace")
    shareable = words.pop("search_hint_shareable")
    return words | ({"search_hint": shareable} if report.edition == SHAREABLE else {})


def _items(report: ReportContext) -> dict[str, Any]:
    """Each item: title, group, maximum, rule in words, source and mark."""
    return {
        item.item_id: {
            "t": item.title,
            "g": item.group_id,
            "max": item.max_points,
            "rule": _rule_text(report, item),
            "legal": _legal_text(report.reference, item.legal),
            "mark": mark_text(report, max(item.mark, item.rule.mark)),
            "id": f"{report.declared.indicator_set.set_id}/{item.item_id}",
            "in": [name for name in item_inputs(item) if name not in report.term.withheld],
        }
        for item in report.declared.indicator_set.items
    }


def _legal_text(reference: Reference, document_id: str) -> str:
    document = reference.documents.get(document_id)
    return document_text(document) if document else document_id


def _rule_text(report: ReportContext, item: Item) -> list[str]:
    words, rule = labels(report, "trace"), item.rule
    lines = [label(report, "rule_kinds", rule.kind)]
    titles = report.reference.registry.level_titles()
    if rule.bands:
        lines.append(_bands_text(words, rule.bands))
    lines += [f"{titles[level]}: {_bands_text(words, bands)}" for level, bands in rule.bands_by_level]
    return lines


def _bands_text(words: Mapping[str, str], bands: Sequence[Band]) -> str:
    return "; ".join(
        words["band_above" if band.is_open else "band_from"].format(
            start=number_text(band.start),
            points=number_text(band.low) if band.low == band.high else f"{number_text(band.low)}–{number_text(band.high)}",
        )
        for band in bands
    )  # fmt: skip


def _groups(report: ReportContext) -> dict[str, Any]:
    return {
        group.group_id: {
            "t": label(report, "score_groups", group.group_id),
            "max": group.max_points,
            "note": str(placed_note(report, group)),
        }
        for group in report.declared.indicator_set.groups
    }


def _ledger(report: ReportContext) -> dict[str, list[list[Any]]]:
    """By school: item, group, low, high, maximum, origin, reason, own, computed low and high, verified, the ruling."""
    rulings = {
        (ruling.school_id, ruling.item_id): f"{ruling.reason} ({ruling.verified_by}, {number_text(ruling.verified_on, 'date')})"
        for ruling in report.reference.verified
        if ruling.term_id == report.declared.term.term_id and ruling.reason
    }  # fmt: skip
    names = ("low", "high", "max_points", "self_points", "computed_low", "computed_high", "verified_points")
    ledger = report.term.tables.ledger
    texts = (ledger[name].tolist() for name in ("school_id", "item_id", "group_id", "origin", "reason"))
    points = ([short_number(value) for value in ledger[name].tolist()] for name in names)
    lines: dict[str, list[list[Any]]] = {}
    for school_id, item_id, group_id, origin, reason, low, high, most, *parts in zip(
        *texts, *points, strict=True
    ):
        line = [item_id, group_id, low, high, most, origin, reason, *parts]
        ruling = rulings.get((school_id, item_id))
        lines.setdefault(school_id, []).append([*line, ruling] if ruling else line)
    return lines


def _scores(report: ReportContext) -> dict[str, dict[str, list[Any]]]:
    """By school and group: low, high as printed, standing in words, conditions in words."""
    standings, conditions = labels(report, "score_levels"), labels(report, "conditions")
    found: dict[str, dict[str, list[Any]]] = {}
    for row in records(report.summaries.standings):
        if row["state"] == "scored":
            found.setdefault(row["school_id"], {})[row["group_id"]] = [
                short_number(row["low"]), short_number(row["placed_high"]),
                level_with_reason(report.reference, standings[str(row["standing"]).removeprefix("level_")], row["held_by"]),
                conditions[str(row["conditions"])],
            ]  # fmt: skip
    return found


def _ratios(report: ReportContext, ids: Sequence[str]) -> dict[str, Any]:
    """Each ratio: title, unit, scale, its fields, and per school whether it counts."""
    place = {school_id: number for number, school_id in enumerate(ids)}
    states: dict[str, dict[int, list[Any]]] = {}
    for row in records(report.summaries.school_ratios):
        states.setdefault(row["ratio_id"], {})[place[row["school_id"]]] = [
            row["state"], short_number(row["numerator"]), short_number(row["denominator"]),
        ]  # fmt: skip
    return {
        ratio.ratio_id: {
            "t": ratio.title, "u": ratio.unit, "x": ratio.scale, "num": list(ratio.numerator),
            "den": list(ratio.denominator), "mark": mark_text(report, ratio.mark), "rows": states.get(ratio.ratio_id, {}),
        }
        for ratio in report.reference.ratios
        if ratio.ratio_id not in report.term.withheld
    }  # fmt: skip


def _tasks(report: ReportContext) -> dict[str, Any]:
    return {
        task.task_id: {"t": task.title, "field": task.status_field, "mark": mark_text(report, task.mark)}
        for task in report.declared.tasks
        if task.status_field
    }
