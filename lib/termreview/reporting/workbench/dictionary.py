"""One column of the schools' table a row, explained: what it says, its unit and values, its states, where it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.forms import ANY, Field
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.workbench.school_table import head_of, ratio_heads

_STATES = ("answered", "blank", "not_applicable", "nothing_to_report", "unreadable", "not_submitted")


def data_dictionary(reference: Reference, declared: TermReference) -> pd.DataFrame:
    """One row per column of `school_table`, in its order, made of the declarations alone: no file need have come.

    Returns
    -------
    pandas.DataFrame
        Vietnamese heads (`dictionary` of `labels.yml`): column, kind, unit, values, limits, states, who is asked and
        when, sheet, section and row of the form, task, explanation, field id. Texts; blank where nothing is declared.
    """
    words: Mapping[str, str] = reference.labels["dictionary"]
    rows = [*_of_schools(reference, words), *_of_fields(reference, declared, words)]
    rows += [*_of_scores(reference, declared, words), *_of_ratios(reference, declared, words)]
    heads = [words[name] for name in _COLUMNS]
    return pd.DataFrame([[row.get(name, "") for name in _COLUMNS] for row in rows], columns=heads)


_COLUMNS = (
    "column", "kind", "unit", "values", "limits", "states", "levels", "terms", "sheet", "section", "row", "task", "help", "field",
)  # fmt: skip


def _of_schools(reference: Reference, words: Mapping[str, str]) -> Iterator[dict[str, str]]:
    table, kinds = reference.labels["school_table"], reference.labels["dictionary_kinds"]
    for name in ("code", "name", "level", "commune"):
        yield {"column": table[name], "kind": kinds["text"], "section": table["school_part"], "help": words["of_registry"]}  # fmt: skip


def _of_fields(
    reference: Reference, declared: TermReference, words: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    form, labels = declared.form, reference.labels
    titles, part = reference.registry.level_titles(), declared.term.part
    levels_of: dict[str, list[str]] = {}
    asked: dict[str, Field] = {}
    for level, title in titles.items():
        for field in form.fields_for(level, part):
            levels_of.setdefault(field.field_id, []).append(title)
    for name, field in form.all_fields().items():
        if name in levels_of:
            asked[name] = field
    sections = {section.section_id: section for section in form.sections}
    sheets = {sheet.sheet_id: sheet.title for sheet in form.sheets}
    terms_of = {(row.section_id, row.row_code): row.terms for row in form.rows}
    tasks = {task.task_id: task.short_title for task in declared.tasks}
    states = "; ".join(labels["states"][state] for state in _STATES)
    for name, field in asked.items():
        section = sections[field.section_id]
        own_levels, own_terms = levels_of[name], terms_of[field.section_id, field.row_code]
        yield {
            "column": head_of(field, labels["school_table"]),
            "kind": labels["dictionary_kinds"][field.kind],
            "unit": field.unit,
            "values": "; ".join(_choices(reference, declared, field)),
            "limits": _limits(field, words),
            "states": states,
            "levels": words["all_levels"] if len(own_levels) == len(titles) else ", ".join(own_levels),
            "terms": words["all_terms"] if ANY in own_terms else ", ".join(own_terms),
            "sheet": sheets[section.sheet_id],
            "section": section.title,
            "row": field.row_code,
            "task": tasks.get(field.task_id, ""),
            "help": field.help,
            "field": name,
        }


def _choices(reference: Reference, declared: TermReference, field: Field) -> list[str]:
    if field.kind == "yes_no":
        return [reference.labels["yes_no"]["yes"], reference.labels["yes_no"]["no"]]
    name = field.options or ("status" if field.kind == "status" else "")
    return list(declared.form.choices(name).values()) if name else []


def _limits(field: Field, words: Mapping[str, str]) -> str:
    ends: dict[str, Any] = {"low": field.minimum, "high": field.maximum}
    told = {name: number_text(value, "integer" if float(value).is_integer() else "ratio") for name, value in ends.items() if value is not None}  # fmt: skip
    key = "between" if len(told) == 2 else "from" if "low" in told else "to" if told else ""
    return words[key].format(**told) if key else ""


def _of_scores(
    reference: Reference, declared: TermReference, words: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    table, kinds = reference.labels["school_table"], reference.labels["dictionary_kinds"]
    titles, index = reference.labels["score_groups_short"], declared.indicator_set
    if index.is_none:
        return
    levels = "; ".join(f"{level}: {title}" for level, title in index.level_titles().items())
    covered = ", ".join(reference.registry.level_titles()[level] for level in index.levels)
    groups = [(group.group_id, group.max_points) for group in index.groups]
    groups.append(("overall", sum(most for _, most in groups)))
    for group_id, most in groups:
        for word in ("low", "high", "level_of"):
            is_level = word == "level_of"
            yield {
                "column": table[word].format(group=titles[group_id]),
                "kind": kinds["level" if is_level else "points"],
                "unit": "" if is_level else words["points"],
                "values": levels if is_level else "",
                "limits": "" if is_level else words["between"].format(low="0", high=number_text(most)),
                "levels": covered,
                "section": table["score_part"],
                "help": words[f"of_{word}"],
            }


def _of_ratios(
    reference: Reference, declared: TermReference, words: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    table, kinds = reference.labels["school_table"], reference.labels["dictionary_kinds"]
    titles, fields = reference.registry.level_titles(), declared.form.all_fields()
    tasks = {task.task_id: task.short_title for task in declared.tasks}
    for ratio in reference.ratios_of(declared):
        parts = [
            " + ".join(head_of(fields[name], table) for name in names if name in fields)
            for names in (ratio.numerator, ratio.denominator)
        ]
        of_ratio = words["of_ratio"].format(numerator=parts[0], denominator=parts[1])
        is_all = set(titles) <= set(ratio.levels) or ANY in ratio.levels
        same = {
            "levels": words["all_levels"] if is_all else ", ".join(titles[level] for level in ratio.levels),
            "section": table["ratio_part"],
            "task": tasks.get(ratio.task_id, ""),
        }
        kind = kinds["percent" if ratio.unit == "percent" else "number"]
        for head, own, text in zip(
            ratio_heads(ratio, table),
            (kind, kinds["number"], kinds["number"]),
            (of_ratio, *parts),
            strict=True,
        ):
            yield {"column": head, "kind": own, "help": text, **same}
