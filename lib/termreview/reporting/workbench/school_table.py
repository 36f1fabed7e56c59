"""One school a row, everything known of it in one term a column: the table that an analyst filters, draws and exports."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.forms import Field, Form
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.term.term_tables import TermTables

SCORED = "scored"


def school_table(
    reference: Reference, declared: TermReference, tables: TermTables, *, states: bool = True
) -> pd.DataFrame:
    """One row per expected school, in registry order; every column has its Vietnamese head.

    Code, name, level and commune come first, then every answer in the order of the form, then lowest and highest
    points and level of each group of the index.

    Parameters
    ----------
    states
        Whether the state of each answer follows at the right ("bỏ trống", "chưa có báo cáo" …), one column each.

    Returns
    -------
    pandas.DataFrame
        Numbers are numbers (totals rebuilt from their parts, as the reports count them), days are dates, choices and
        texts are texts. A cell without an answer is missing, never zero. ``attrs["fields"]`` gives the field id of
        each head, ``attrs["codes"]`` the code of every column.
    """
    words: Mapping[str, str] = reference.labels["school_table"]
    answers = spread_answers(tables.observations, declared)
    schools = expected_schools(declared, reference.registry).set_index("school_id", drop=False)
    asked = {
        name: field for name, field in declared.form.all_fields().items() if name in answers.states.columns
    }
    heads = {name: _head(field, words) for name, field in asked.items()}
    columns: dict[str, pd.Series] = {
        words["code"]: schools["school_id"],
        words["name"]: schools["name"],
        words["level"]: schools["level_title"],
        words["commune"]: schools["commune_name"],
    }
    yes_no = {1.0: reference.labels["yes_no"]["yes"], 0.0: reference.labels["yes_no"]["no"]}
    columns |= {heads[name]: _values(field, answers, declared.form, yes_no) for name, field in asked.items()}
    if not declared.indicator_set.is_none:
        columns |= _levels(tables.scores, schools.index, reference, words)
    if states:
        titles = reference.labels["states"]
        columns |= {
            words["state"].format(head=heads[name]): answers.state(name).map(titles) for name in asked
        }
    table = pd.DataFrame(columns, index=schools.index).reset_index(drop=True)
    table.attrs["fields"] = {head: name for name, head in heads.items()}
    standing = ("school_code", "school_name", "level", "commune_name")
    groups = [
        f"{group}.{code}"
        for group in dict.fromkeys(tables.scores["group_id"])
        for code in ("low", "high", "level")
        if not declared.indicator_set.is_none
    ]
    codes = [*standing, *asked, *groups, *(f"{name}.state" for name in asked if states)]
    table.attrs["codes"] = dict(zip(table.columns, codes, strict=True))
    return table


def _head(field: Field, words: Mapping[str, str]) -> str:
    """The head of one answer: code of its row, label, and unit where there is one."""
    head = words["answer"].format(code=field.row_code, label=field.label)
    return words["with_unit"].format(head=head, unit=field.unit) if field.unit else head


def _values(field: Field, answers: Answers, form: Form, yes_no: Mapping[float, str]) -> pd.Series:
    """The answers to one question by school, as people say them."""
    if field.kind == "yes_no":
        return answers.number(field.field_id).map(yes_no)
    if field.is_numeric:
        return answers.number(field.field_id)
    texts = answers.text(field.field_id)
    if field.kind == "date":
        return pd.to_datetime(texts, errors="coerce")
    return texts.replace(form.choices(field.options)) if field.options else texts


def _levels(
    scores: pd.DataFrame, schools: pd.Index, reference: Reference, words: Mapping[str, str]
) -> dict[str, pd.Series]:
    """Lowest and highest points and the level of each group, by school; missing where none is concluded or scored."""
    titles: Mapping[str, str] = reference.labels["score_groups_short"]
    found: dict[str, pd.Series] = {}
    for group_id in dict.fromkeys(scores["group_id"]):
        own = scores[(scores["group_id"] == group_id) & (scores["state"] == SCORED)].set_index("school_id")
        own = own.reindex(schools)
        for word, column in (("low", "low"), ("high", "high"), ("level_of", "level")):
            found[words[word].format(group=titles[str(group_id)])] = own[column]
    return found
