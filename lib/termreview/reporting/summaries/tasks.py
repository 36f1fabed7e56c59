"""One task of the letter: how many schools have done it, and the figures that measure it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from termreview.reference.kinds.forms import Field, Form, applies
from termreview.reference.kinds.measures import Task
from termreview.reporting.blocks.rows import Record, by_key
from termreview.reporting.term.answers import Answers
from termreview.reporting.term.schools import ALL, with_all

UNANSWERED, NOT_SUBMITTED = "unanswered", "not_submitted"
_SCHOOL_COLUMNS = ("task_id", "school_id", "level", "status")
_FIGURE_COLUMNS = (
    "task_id", "figure_id", "title", "kind", "unit", "value", "low", "high", "numerator", "denominator",
    "counted_count", "asked_count", "mark", "is_money",
)  # fmt: skip


def school_statuses(
    answers: Answers, schools: pd.DataFrame, tasks: Sequence[Task], statuses: Sequence[str]
) -> pd.DataFrame:
    """Say how each school stands with each task: one row per task and expected school it applies to.

    `status` is an option of the form, `unanswered` (a report came, the question holds no usable answer) or
    `not_submitted`. Tasks without a status question are left out.
    """
    ids, levels = schools["school_id"].to_numpy(), schools["level"].to_numpy()
    columns: dict[str, list[Any]] = {name: [] for name in _SCHOOL_COLUMNS}
    for task in tasks:
        if not task.status_field:
            continue
        is_asked = np.array([applies(task.levels, level) for level in levels], dtype=bool)
        text = answers.text(task.status_field).to_numpy(dtype=object)[is_asked]
        state = answers.state(task.status_field).to_numpy(dtype=object)[is_asked]
        status = np.where(np.isin(text.astype(str), list(statuses)), text, UNANSWERED)
        status = np.where(state == NOT_SUBMITTED, NOT_SUBMITTED, status)
        task_ids = np.full(len(status), task.task_id, dtype=object)
        for name, part in zip(
            _SCHOOL_COLUMNS, (task_ids, ids[is_asked], levels[is_asked], status), strict=True
        ):
            columns[name].append(part)
    return pd.DataFrame(
        {name: np.concatenate(parts) for name, parts in columns.items() if parts},
        columns=list(_SCHOOL_COLUMNS),
    )


def task_statuses(by_school: pd.DataFrame, statuses: Sequence[str]) -> pd.DataFrame:
    """Count the schools by status: one row per task and scope, key `task_id, scope`.

    `missing_count` joins the unanswered and the not submitted, `answered_count` are the others: shares are of these.
    `asked_count` is all that the task applies to.
    """
    options = [*statuses, UNANSWERED, NOT_SUBMITTED]
    counts = pd.crosstab([by_school["task_id"], by_school["level"]], by_school["status"])
    counts = counts.reindex(columns=options, fill_value=0).add_suffix("_count").rename_axis(columns=None)
    frame = counts.reset_index().rename(columns={"level": "scope"})
    order = {task_id: place for place, task_id in enumerate(dict.fromkeys(by_school["task_id"]))}
    frame = frame.sort_values("task_id", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)
    frame["missing_count"] = frame[f"{UNANSWERED}_count"] + frame[f"{NOT_SUBMITTED}_count"]
    frame["answered_count"] = frame[[f"{status}_count" for status in statuses]].sum(axis=1)
    frame["asked_count"] = frame["answered_count"] + frame["missing_count"]
    return with_all(frame, ["task_id"])


def task_figures(
    answers: Answers,
    schools: pd.DataFrame,
    tasks: Sequence[Task],
    form: Form,
    part: str,
    ratios: pd.DataFrame,
) -> pd.DataFrame:
    """Sum up what measures each task: one row per task and figure (per option for a choice), over all schools.

    `kind` tells how to read it: `ratio` and `share` (numerator / denominator), `sum` (value), `median` (value
    between low and high: percentages without their counts are never added), `option` (numerator schools of
    denominator that answered) and `filled` (schools that gave one). Each is over `counted_count` schools of
    `asked_count`.
    """
    fields = _fields_of(form, schools, part)
    whole = by_key(ratios[ratios["scope"] == ALL], "ratio_id")
    rows: list[dict[str, object]] = []
    for task in tasks:
        for figure_id in task.figures:
            if figure_id in whole:
                rows.append(_ratio_row(task, figure_id, whole[figure_id]))
            elif figure_id in fields:
                rows += _field_rows(task, fields[figure_id], answers, form)
    return pd.DataFrame(rows, columns=list(_FIGURE_COLUMNS)).assign(is_hidden=False)


def _fields_of(form: Form, schools: pd.DataFrame, part: str) -> dict[str, Field]:
    return {
        field.field_id: field
        for level in dict.fromkeys(schools["level"])
        for field in form.fields_for(level, part)
    }


def _ratio_row(task: Task, figure_id: str, figure: Record) -> dict[str, object]:
    return {
        "task_id": task.task_id, "figure_id": figure_id, "title": figure["title"],
        "kind": "share" if figure["unit"] == "percent" else "ratio", "unit": figure["unit"], "value": figure["value"],
        "numerator": figure["numerator"], "denominator": figure["denominator"],
        "counted_count": figure["counted_count"], "asked_count": figure["asked_count"], "mark": figure["mark"],
        "is_money": figure["is_money"],
    }  # fmt: skip


def _field_rows(task: Task, field: Field, answers: Answers, form: Form) -> list[dict[str, object]]:
    states = answers.state(field.field_id).tolist()
    base: dict[str, object] = {
        "task_id": task.task_id, "figure_id": field.field_id, "title": field.label, "unit": field.unit,
        "asked_count": sum(state != "not_applicable" for state in states), "mark": field.mark, "is_money": field.kind == "money",
    }  # fmt: skip
    if field.kind in ("choice", "status"):
        return _option_rows(base, answers.text(field.field_id).dropna().tolist(), form.choices(field.options))
    if field.kind in ("text", "date"):
        counted = states.count("answered")
        return [base | {"kind": "filled", "numerator": counted, "counted_count": counted}]
    numbers = answers.number(field.field_id).to_numpy(dtype=float)
    numbers = numbers[~np.isnan(numbers)]
    counted = len(numbers)
    base |= {"counted_count": counted}
    if field.kind == "yes_no":
        yes = int((numbers > 0).sum()) if counted else None
        return [base | {"kind": "option", "numerator": yes, "denominator": counted}]
    if field.kind == "percent":
        spread = (np.median(numbers), numbers.min(), numbers.max()) if counted else (None, None, None)
        return [base | {"kind": "median", "value": spread[0], "low": spread[1], "high": spread[2]}]
    return [
        base
        | {"kind": "money" if field.kind == "money" else "sum", "value": numbers.sum() if counted else None}
    ]


def _option_rows(
    base: dict[str, object], chosen: Sequence[str], labels: Mapping[str, str]
) -> list[dict[str, object]]:
    counts = Counter(chosen)
    return [
        base
        | {
            "kind": "option",
            "title": f"{base['title']}: {label}",
            "numerator": counts[option],
            "denominator": len(chosen),
            "counted_count": len(chosen),
        }
        for option, label in labels.items()
        if counts[option]
    ]
