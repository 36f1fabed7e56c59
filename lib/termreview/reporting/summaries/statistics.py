"""One statistic in one scope: totals rebuilt from their parts, over the schools that gave them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reporting.term.answers import Answers
from termreview.reporting.term.schools import ALL

STATISTICS_SHEET = "statistics"
WHOLE_COLUMN = "total"
SUMMED_KINDS = ("count", "number", "money")  # shares and points of several schools add up to nothing
OFFICIAL_MARKS = ("A", "B")  # of lines that the ministry's own layout is known to have
OWNERSHIP, PUBLIC, PRIVATE = "ownership", "public", "private"


def statistics_by_level(
    answers: Answers, schools: pd.DataFrame, declared: TermReference, by: str = "level"
) -> pd.DataFrame:
    """Sum every figure of the statistics sheet: one row per field and scope (a school level or `all`).

    `by` is the column of the schools that says which scope each belongs to.

    `value` sums the rebuilt totals of the schools that answered (missing when none did), `stated` what the same
    schools wrote; `counted_count` of `asked_count` schools answered; `is_hidden` where an edition withholds it.
    """
    fields = _statistics_fields(declared, schools)
    fields = fields[fields["field_id"].isin(answers.numbers.columns)]
    ids = fields["field_id"].tolist()
    places, scopes = pd.factorize(schools[by])
    told = [ALL, *scopes.tolist()]
    is_asked = (answers.states[ids].fillna("not_applicable") != "not_applicable").to_numpy(dtype=bool)
    numbers, stated = answers.numbers[ids].to_numpy(float), answers.stated[ids].to_numpy(float)

    def summed(cells: np.ndarray) -> np.ndarray:
        """A row per field, a column per scope, all schools first."""
        own = np.array([np.nansum(cells[places == place], axis=0) for place in range(len(scopes))])
        own = own.reshape(len(scopes), cells.shape[1])
        return np.vstack([own.sum(axis=0), own]).T

    counted, asked = summed(~np.isnan(numbers)), summed(is_asked)
    value, written = (np.where(counted > 0, summed(cells), np.nan) for cells in (numbers, stated))
    long = fields.loc[fields.index.repeat(len(told))].assign(
        scope=told * len(fields), value=value.ravel(), stated=written.ravel(),
        counted_count=counted.ravel(), asked_count=asked.ravel(),
    )  # fmt: skip
    return long[long["asked_count"] > 0].reset_index(drop=True).assign(is_hidden=False)


def official_lines(answers: Answers, declared: TermReference, schools_label: str) -> pd.DataFrame:
    """What a periodic statistics report sums up on the ministry's own sheets.

    Returns
    -------
    DataFrame
        One row a line of a sheet that is publicly known (marked A or B): `sheet`, `section`, `label`, `unit` and the sums
        over `counted_count` schools: `total`, `public`, `private`. Of a question that is answered yes or no it is the
        number of schools that say yes; the question on ownership counts all, as `schools_label`. Missing where no
        school answered.
    """
    form, rows = declared.form, []
    sheets = {sheet.sheet_id: sheet.title for sheet in form.sheets}
    sections = {section.section_id: section for section in form.sections}
    for field in form.all_fields().values():
        section = sections.get(field.section_id)
        is_of_schools = section is not None and field.field_id == f"{OWNERSHIP}_{section.sheet_id}"
        is_summed = is_of_schools or field.kind in (*SUMMED_KINDS, "yes_no")
        if section is None or field.mark not in OFFICIAL_MARKS or not is_summed:
            continue
        owner = answers.text(f"{OWNERSHIP}_{section.sheet_id}")
        number = (
            owner.notna().where(owner.notna()).astype(float)
            if is_of_schools
            else answers.number(field.field_id)
        )
        parts = {WHOLE_COLUMN: number, PUBLIC: number[owner == PUBLIC], PRIVATE: number[owner == PRIVATE]}
        rows.append(
            {
                "sheet": sheets[section.sheet_id], "section": section.title,
                "label": schools_label if is_of_schools else field.label,
                "unit": "trường" if is_of_schools or field.kind == "yes_no" else field.unit,
                "counted_count": int(number.notna().sum()),
                **{name: part.sum(min_count=1) for name, part in parts.items()},
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def rebuilt_totals(answers: Answers, schools: pd.DataFrame, declared: TermReference) -> pd.DataFrame:
    """List totals that do not add up: one row per school and total, with what it states and what its parts give."""
    labels = {field_id: field.label for field_id, field in declared.form.all_fields().items()}
    stated, rebuilt = answers.stated.to_numpy(), answers.numbers.to_numpy()
    is_odd = ~np.isnan(rebuilt) & (stated != rebuilt)
    places = [(int(row), int(column)) for row, column in zip(*np.nonzero(is_odd), strict=True)]
    ids, names = schools["school_id"].tolist(), schools["short_name"].tolist()
    rows = [
        (ids[row], names[row], answers.numbers.columns[column], stated[row, column], rebuilt[row, column])
        for row, column in places
    ]
    frame = pd.DataFrame(rows, columns=["school_id", "short_name", "field_id", "stated", "rebuilt"])
    return frame.assign(label=frame["field_id"].map(labels))


def _statistics_fields(declared: TermReference, schools: pd.DataFrame) -> pd.DataFrame:
    """The fields of the statistics sheet with their row and column: one row per field."""
    form = declared.form
    is_whole = form.office or not declared.plan.is_review
    own = form.sections_of(STATISTICS_SHEET) or (form.sections if is_whole else ())
    sections = {section.section_id: section for section in own}
    row_labels = {row.row_code: row.label for row in declared.form.rows}
    found = {
        field.field_id: (
            field.field_id, field.section_id, sections[field.section_id].title, field.row_code,
            row_labels[field.row_code], field.column_id,
            next((c.label for c in sections[field.section_id].columns if c.column_id == field.column_id), ""),
            field.mark,
        )
        for level in dict.fromkeys(schools["level"])
        for field in declared.form.fields_for(level, declared.term.part)
        if field.section_id in sections and field.kind in SUMMED_KINDS
    }  # fmt: skip
    order = {row.row_code: place for place, row in enumerate(declared.form.rows)}
    columns = [
        "field_id", "section_id", "section_title", "row_code", "row_label", "column_id", "column_label", "mark",
    ]  # fmt: skip
    frame = pd.DataFrame(list(found.values()), columns=columns)
    return frame.sort_values("row_code", key=lambda codes: codes.map(order), kind="stable", ignore_index=True)
