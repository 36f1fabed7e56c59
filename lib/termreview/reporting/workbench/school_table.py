"""One school a row, everything known of it in one term a column: the table that an analyst filters, draws and exports."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from termreview.reference.comparable import not_comparable
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.forms import Field, Form
from termreview.reference.kinds.measures import Ratio
from termreview.reporting.summaries.ratios import ratios_by_school
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.term.term_tables import TermTables

SCORED = "scored"


class _Kept(dict[str, str]):
    """What stands beside a table: pandas copies its `attrs` deep at every step, which took 20 of 27 seconds of a desk."""

    def __deepcopy__(self, _: object) -> _Kept:
        return self


def school_table(
    reference: Reference,
    declared: TermReference,
    tables: TermTables,
    *,
    states: bool = True,
    before: tuple[TermReference, TermTables] | None = None,
) -> pd.DataFrame:
    """One row per expected school, in registry order; every column has its Vietnamese head.

    Code, name, level and commune come first, then every answer in the order of the form, then lowest and highest
    points and level of each group of the index, then each key ratio (percent 0–100, or a plain quotient) with its numerator
    and its denominator; a ratio is missing where a part is, where the denominator is 0, and where a part exceeds its whole.

    Parameters
    ----------
    states
        Whether the state of each answer follows at the right ("bỏ trống", "chưa có báo cáo" …), one column each.
    before
        An earlier term: by how much each number that may be compared has changed since stands at the end.

    Returns
    -------
    pandas.DataFrame
        Numbers are numbers (totals rebuilt from their parts, as the reports count them), days are dates, choices and
        texts are texts. A cell without an answer is missing, never zero. ``attrs["fields"]`` gives the field id of
        each head, ``attrs["codes"]`` the code of every column, ``attrs["sections"]`` the part that it stands in.
    """
    words: Mapping[str, str] = reference.labels["school_table"]
    answers = spread_answers(tables.observations, declared)
    schools = expected_schools(declared, reference.registry).set_index("school_id", drop=False)
    asked = {
        name: field for name, field in declared.form.all_fields().items() if name in answers.states.columns
    }
    heads = {name: head_of(field, words) for name, field in asked.items()}
    columns: dict[str, pd.Series] = {
        words["code"]: schools["school_id"],
        words["name"]: schools["name"],
        words["level"]: schools["level_title"],
        words["commune"]: schools["commune_name"],
    }
    yes_no = {1.0: reference.labels["yes_no"]["yes"], 0.0: reference.labels["yes_no"]["no"]}
    of_section = {section.section_id: section.title for section in declared.form.sections}
    sections = dict.fromkeys(columns, words["school_part"])
    sections |= {heads[name]: of_section[field.section_id] for name, field in asked.items()}
    columns |= {heads[name]: _values(field, answers, declared.form, yes_no) for name, field in asked.items()}
    if not declared.indicator_set.is_none:
        levels = _levels(tables.scores, schools.index, reference, words)
        columns |= levels
        sections |= dict.fromkeys(levels, words["score_part"])
    shares = _ratios(reference, declared, answers, schools)
    columns |= shares
    sections |= dict.fromkeys(shares, words["ratio_part"])
    if states:
        titles = reference.labels["states"]
        of_answers = {
            words["state"].format(head=heads[name]): answers.state(name).map(titles) for name in asked
        }
        columns |= of_answers
        sections |= dict.fromkeys(of_answers, words["state_part"])
    compared: dict[str, pd.Series] = {}
    if before is not None:
        then = _numbers_before(reference, declared, *before)
        compared = {name: then[name] for name in asked if name in then and asked[name].is_numeric}
        changes = {
            words["change"].format(head=heads[name], before=before[0].plan.title): answers.number(name)
            - earlier
            for name, earlier in compared.items()
        }
        columns |= changes
        sections |= dict.fromkeys(changes, words["change_part"])
    table = pd.DataFrame(columns, index=schools.index).reset_index(drop=True)
    table.attrs["fields"] = _Kept((head, name) for name, head in heads.items())
    table.attrs["sections"] = _Kept(sections)
    standing = ("school_code", "school_name", "level", "commune_name")
    groups = [
        f"{group}.{code}"
        for group in dict.fromkeys(tables.scores["group_id"])
        for code in ("low", "high", "level")
        if not declared.indicator_set.is_none
    ]
    parts = ("value", "numerator", "denominator")
    ratios = [f"{ratio.ratio_id}.{part}" for ratio in reference.ratios_of(declared) for part in parts]
    codes = [*standing, *asked, *groups, *ratios, *(f"{name}.state" for name in asked if states)]
    codes += [f"{name}.change" for name in compared]
    table.attrs["codes"] = _Kept(zip(table.columns, codes, strict=True))
    return table


def _numbers_before(
    reference: Reference, declared: TermReference, earlier: TermReference, tables: TermTables
) -> dict[str, pd.Series]:
    """The numbers of an earlier term by field and school; none that counts within one year is held against another's."""
    held_back = not_comparable(reference, earlier.term, declared.term)
    answers = spread_answers(tables.observations, earlier)
    fields = earlier.form.all_fields()
    return {
        name: answers.number(name)
        for name in answers.states.columns
        if name not in held_back and name in fields and fields[name].is_numeric
    }


def ratio_heads(ratio: Ratio, words: Mapping[str, str]) -> tuple[str, str, str]:
    """The heads of one key ratio, of its numerator and of its denominator."""
    head = words["with_unit"].format(head=ratio.title, unit="%") if ratio.unit == "percent" else ratio.title
    numerator, denominator = (words[part].format(title=ratio.title) for part in ("numerator", "denominator"))
    return head, numerator, denominator


def _ratios(
    reference: Reference, declared: TermReference, answers: Answers, schools: pd.DataFrame
) -> dict[str, pd.Series]:
    """Each key ratio with its numerator and denominator by school, under their heads."""
    ratios = reference.ratios_of(declared)
    plain = schools.reset_index(drop=True)
    rows = ratios_by_school(answers, plain, ratios)
    found: dict[str, pd.Series] = {}
    for ratio in ratios:
        own = rows[rows["ratio_id"] == ratio.ratio_id].set_index("school_id").reindex(schools.index)
        heads = ratio_heads(ratio, reference.labels["school_table"])
        found |= {
            head: own[name].astype(float)
            for head, name in zip(heads, ("value", "numerator", "denominator"), strict=True)
        }
    return found


def head_of(field: Field, words: Mapping[str, str]) -> str:
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
