"""One field of the form as a page's look-up has it: its values by school, and the cells that they stand in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from termreview.reference.kinds.forms import Field
from termreview.reporting.blocks.rows import plain_values
from termreview.reporting.report.context import ReportContext
from termreview.reporting.term.answers import total_parts
from termreview.scoring.ledger import item_inputs

_READ = (
    "school_id", "field_id", "state", "value_number", "value_text", "original", "file", "sheet", "cell", "note",
)  # fmt: skip


def asked_fields(report: ReportContext) -> dict[str, Field]:
    """Every field that some expected school is asked, in the order of the form."""
    declared = report.declared
    found: dict[str, Field] = {}
    for level in dict.fromkeys(report.term.schools["level"]):
        for field in declared.form.fields_for(level, declared.term.part):
            if field.field_id not in report.term.withheld:
                found.setdefault(field.field_id, field)
    return found


def field_columns(
    report: ReportContext, fields: Mapping[str, Field], ids: Sequence[str], files: Mapping[Any, str]
) -> dict[str, Any]:
    """Each field: label, unit, its values in school order, and where they stand.

    Most schools of one level answer in the same cell, so cells are given per level (`at`) with the schools that
    differ beside them (`off`); `s` holds the state where nothing was answered, `n` what was assumed of what text.
    Free text is left out, except the evidence that a point rests on.
    """
    place = {school_id: number for number, school_id in enumerate(ids)}
    level_of = report.term.schools["level"].tolist()
    evidence = {name for item in report.declared.indicator_set.items for name in item_inputs(item)}
    shown = {name: field for name, field in fields.items() if field.kind != "text" or name in evidence}
    options = {name: _options(report, field) for name, field in shown.items()}
    columns: dict[str, Any] = {
        name: {"t": field.label, "u": field.unit, "k": field.kind, "v": [None] * len(ids)}
        for name, field in shown.items()
    }
    cells: dict[str, dict[str, dict[int, str]]] = {}
    observations = report.term.tables.observations
    lists = (plain_values(observations[name]) for name in _READ)
    for school_id, field_id, state, value, text, original, file, sheet, cell, note in zip(
        *lists, strict=True
    ):
        entry, number = columns.get(field_id), place.get(school_id)
        if entry is None or number is None:
            continue
        if state == "answered":
            entry["v"][number] = _shown(text if value is None else value, options[field_id])
        else:
            entry.setdefault("s", {})[number] = state
        if note is not None:
            entry.setdefault("n", {})[number] = [note, original or ""]
        if cell is not None:
            where = f"{sheet}!{cell}" if file == files.get(school_id) else f"{file} · {sheet}!{cell}"
            cells.setdefault(field_id, {}).setdefault(level_of[number], {})[number] = where
    _mark_rebuilt(report, columns)
    for field_id, by_level in cells.items():
        for level, found in by_level.items():
            usual = Counter(found.values()).most_common(1)[0][0]
            columns[field_id].setdefault("at", {})[level] = usual
            off = {number: where for number, where in found.items() if where != usual}
            if off:
                columns[field_id].setdefault("off", {}).update(off)
    return columns


def _mark_rebuilt(report: ReportContext, columns: Mapping[str, Any]) -> None:
    """Add to each field the totals that the report adds up anew where they differ (`r`, in school order), and the parts
    that they are added up from (`p`, by level): such a total stands in no cell.
    """
    levels = dict.fromkeys(report.term.schools["level"])
    parts = {level: total_parts(report.declared, str(level)) for level in levels}
    numbers, stated = report.term.answers.numbers, report.term.answers.stated
    differs = numbers.ne(stated) & numbers.notna()
    for field_id in differs.columns[differs.any()]:
        if field_id in columns:
            own = numbers[field_id].tolist()
            places = [place for place, is_other in enumerate(differs[field_id].tolist()) if is_other]
            columns[field_id]["r"] = {place: short_number(own[place]) for place in places}
            columns[field_id]["p"] = {level: list(by_total[field_id]) for level, by_total in parts.items() if field_id in by_total}  # fmt: skip


def _options(report: ReportContext, field: Field) -> Mapping[Any, str]:
    if field.kind == "yes_no":
        choices = report.declared.form.choices("yes_no")
        return {1.0: choices["yes"], 0.0: choices["no"]}
    return report.declared.form.choices(field.options) if field.options else {}


def _shown(value: Any, options: Mapping[Any, str]) -> Any:
    shown = options.get(value, value)
    return int(shown) if isinstance(shown, float) and shown.is_integer() else shown


def short_number(value: Any) -> float | int | None:
    """One number as the page's data holds it; None where there is none."""
    if value is None or value is pd.NA or value != value:
        return None
    number = round(float(value), 6)
    return int(number) if number.is_integer() else number
