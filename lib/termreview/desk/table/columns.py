"""One column of the desk's table: an answer, a score, a ratio, a state, a change; the rows are the schools of the term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from termreview.desk.term.term_now import TermNow
from termreview.reporting.workbench.school_table import ratio_heads, school_table

NUMBER, CHOICE, DATE, TEXT = "number", "choice", "date", "text"
MOST_CHOICES = 40  # values of a text that can still be picked from a list
_ADDING = ("count", "number", "money")  # kinds of fields of which a sum means something


@dataclass(frozen=True)
class TableColumn:
    """One column: its id, which is its head, the part it belongs to, its kind; `adds` says whether sums mean something."""

    column_id: str
    section: str
    kind: str
    digits: int | None = None
    adds: bool = False

    def spec(self, **more: Any) -> dict[str, Any]:
        """What the browser is told of the column."""
        return {
            "id": self.column_id,
            "title": self.column_id,
            "kind": self.kind,
            "digits": self.digits,
        } | more


@dataclass(frozen=True, eq=False)
class SchoolSheet:
    """All columns of one term by id, and one row per school, by its code; missing is missing, never zero."""

    columns: dict[str, TableColumn]
    frame: pd.DataFrame
    name_id: str
    level_id: str
    commune_id: str
    score_part: str
    state_part: str

    def rows(self, column_ids: list[str], keys: list[str] | None = None) -> list[list[Any]]:
        """The rows of some columns as plain values, each behind the school's code; all schools, or those named."""
        frame = self.frame if keys is None else self.frame.loc[keys]
        parts = [plain_values(frame[name], self.columns[name].kind) for name in column_ids]
        return [list(row) for row in zip(frame.index.tolist(), *parts, strict=True)]


def school_sheet(now: TermNow) -> SchoolSheet:
    """The table of one term as the desk sees it: that of `termreview.table`, with the changes."""
    report, words = now.report, now.reference.labels["school_table"]
    before = (report.previous.declared, report.previous.tables) if report.previous else None
    table = school_table(now.reference, now.declared, report.term.tables, before=before)
    sections, fields = table.attrs["sections"], table.attrs["fields"]
    kinds = {head: now.fields[name].kind for head, name in fields.items()}
    table = table.set_index(words["code"], drop=False)
    titles = now.reference.labels["score_levels_short"]
    of_levels = words["level_of"].partition("{group}")[2]
    for head in (one for one, part in sections.items() if part == words["score_part"]):
        if head.endswith(of_levels):  # schools are told apart by a level, nobody adds levels up
            table[head] = [None if pd.isna(level) else titles[str(int(level))] for level in table[head]]
    for ratio in now.reference.ratios_of(now.declared):
        _, *parts = ratio_heads(ratio, words)
        kinds |= dict.fromkeys(parts, "number")  # what a ratio is made of adds up, the ratio does not
    columns = {
        head: table_column(head, table[head], sections[head], kinds.get(head, "")) for head in map(str, table)
    }
    return SchoolSheet(
        columns,
        table,
        words["name"],
        words["level"],
        words["commune"],
        words["score_part"],
        words["state_part"],
    )


def groupable(sheet: SchoolSheet) -> list[str]:
    """The columns that schools are grouped by, those that are asked for most first; none of which all schools say the same.

    Commune and level, the levels of the index, answers in the order of how few values they have, and last the states of answers.
    """
    values = {name: sheet.frame[name].nunique() for name, one in sheet.columns.items() if one.kind == CHOICE}
    first = [sheet.commune_id, sheet.level_id]

    def rank(name: str) -> tuple[int, int]:
        section = sheet.columns[name].section
        place = (
            0
            if name in first
            else 1
            if section == sheet.score_part
            else 3
            if section == sheet.state_part
            else 2
        )
        return place, first.index(name) if name in first else values[name] if place == 2 else 0

    return sorted((name for name, count in values.items() if count > 1), key=rank)


def table_column(head: str, values: pd.Series, section: str = "", kind: str = "") -> TableColumn:
    """One column by what stands in it; `kind` is that of the question of the form that it answers."""
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna()
        digits = 0 if (known == known.round()).all() else 1
        return TableColumn(head, section, NUMBER, digits, kind in _ADDING)
    if pd.api.types.is_datetime64_any_dtype(values):
        return TableColumn(head, section, DATE)
    is_asked_freely = kind in ("text", "link")
    is_choice = not is_asked_freely and values.nunique() <= MOST_CHOICES and values.nunique() < len(values)
    return TableColumn(head, section, CHOICE if is_choice else TEXT)


def plain_values(values: pd.Series, kind: str) -> list[Any]:
    """One column as the browser and files take it: numbers, ISO dates, texts; None where nothing stands."""
    if kind == DATE:
        return [None if pd.isna(value) else value.date().isoformat() for value in values]
    if kind == NUMBER:
        return [None if pd.isna(value) else _number(float(value)) for value in values]
    return [None if pd.isna(value) or value == "" else str(value) for value in values]


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else round(value, 6)
