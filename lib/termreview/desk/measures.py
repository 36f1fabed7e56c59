"""One measure that schools can be compared by: a field of the form, a key ratio, a score, or what a school is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.desk.term.cell_context import value_text
from termreview.desk.term.overview import Scope, who_reported
from termreview.desk.term.term_now import TermNow, plain_rows
from termreview.reference.kinds.forms import Field
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.summaries.index import OVERALL
from termreview.text import plain_key

NUMBER, DATE, CATEGORY = "number", "date", "category"
ANY = "*"  # in the place of a word: whichever value
_FORMATS = {
    "percent": "percent1", "points": "points", "ratio": "ratio", "money": "vnd", "percentage": "percent1",
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One measure: its id, its title, the section it stands in, its kind, and how its numbers are written.

    `order` lists the words of a category in the order in which they are shown.
    """

    measure_id: str
    title: str
    section: str
    kind: str
    number_format: str = "decimal1"
    order: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Compared:
    """Schools compared by one or two measures.

    `frame` has one row per school of the scope: `school_id`, `short_name`, `level`, `level_title`, `commune_name`,
    `x` and, with a second measure, `y`; None or NaN where nothing stands. `x_missing` and `y_missing` count those.
    """

    x: Measure
    y: Measure | None
    frame: pd.DataFrame

    @property
    def known(self) -> pd.DataFrame:
        """The schools with every measure known."""
        names = ["x"] if self.y is None else ["x", "y"]
        return self.frame.dropna(subset=names)


def measures_of(now: TermNow) -> dict[str, Measure]:
    """Every measure that the term offers, by id, in the order of lists: what schools are, scores, ratios, fields."""
    words, labels = now.reference.desk["measures"], now.reference.labels
    levels = tuple(dict.fromkeys(now.schools["level_title"]))
    communes = tuple(sorted(set(now.schools["commune_name"]), key=lambda name: (plain_key(name), name)))
    states = tuple(now.reference.desk["states"].values())
    found = [
        Measure("level", labels["columns"]["level"], words["school"], CATEGORY, order=levels),
        Measure("commune", labels["columns"]["commune"], words["school"], CATEGORY, order=communes),
        Measure("report", words["report"], words["school"], CATEGORY, order=states),
        Measure("submitted", words["submitted"], words["school"], CATEGORY, order=states),
        Measure("received", words["received"], words["school"], DATE, "date"),
    ]
    standings = tuple(labels["score_levels"].values())
    index = now.declared.indicator_set
    for group in [] if index.is_none else [*(group.group_id for group in index.groups), OVERALL]:
        title = labels["score_groups"][group]
        if group != OVERALL:
            found.append(
                Measure(f"low_{group}", f"{title}: {words['low']}", words["scores"], NUMBER, "points")
            )
            found.append(
                Measure(f"high_{group}", f"{title}: {words['high']}", words["scores"], NUMBER, "points")
            )
        name = f"{title}: {words['level']}"
        found.append(Measure(f"standing_{group}", name, words["scores"], CATEGORY, order=standings))
    found += [
        Measure(ratio.ratio_id, ratio.title, words["ratios"], NUMBER, _FORMATS[ratio.unit])
        for ratio in now.reference.ratios_of(now.declared)
    ]
    sections = {section.section_id: section.title for section in now.declared.form.sections}
    found += [
        measure
        for field in now.fields.values()
        if (measure := _of_field(now, field, sections[field.section_id])) is not None
    ]
    return {measure.measure_id: measure for measure in found}


def _of_field(now: TermNow, field: Field, section: str) -> Measure | None:
    """The measure of one field; None for free text, which compares with nothing."""
    title = f"{field.row_code} {field.label}"
    if field.is_numeric:
        formats = {"percent": "percent1", "money": "vnd", "points": "points", "count": "integer"}
        return Measure(field.field_id, title, section, NUMBER, formats.get(field.kind, "decimal1"))
    if field.kind == "date":
        return Measure(field.field_id, title, section, DATE, "date")
    if field.kind == "yes_no":
        words = tuple(now.reference.labels["yes_no"].values())
        return Measure(field.field_id, title, section, CATEGORY, order=words)
    options = dict(now.declared.form.options).get(field.options or field.kind)
    if options is None:
        return None
    return Measure(field.field_id, title, section, CATEGORY, order=tuple(label for _, label in options))


def compare(
    now: TermNow, scope: Scope, x: Measure, y: Measure | None = None, states: tuple[str, ...] = ()
) -> Compared:
    """Put the schools of one scope, and of some reporting states, beside each other."""
    names = ["school_id", "short_name", "level", "level_title", "commune_name"]
    frame = who_reported(now, scope, states).sort_values("place", kind="stable")[names].reset_index(drop=True)
    for name, measure in (("x", x), ("y", y)):
        if measure is not None:
            values = values_of(now, measure)
            kind = object if measure.kind == CATEGORY else float
            frame[name] = pd.Series([values.get(key) for key in frame["school_id"]], dtype=kind)
    return Compared(x, y, frame)


def schools_with(now: TermNow, only: Mapping[str, str], school_ids: Sequence[str]) -> list[str]:
    """Those of some schools that have the word asked for on each measure, a day as it is written; `ANY` asks for any value."""
    measures = measures_of(now)
    for name, word in only.items():
        measure = measures[name]
        values = values_of(now, measure)
        school_ids = [
            key for key in school_ids if key in values and word in (ANY, word_of(values[key], measure))
        ]
    return list(school_ids)


def word_of(value: float | str, measure: Measure) -> str:
    """One value of a category as it is, a day as it is written; of a number nothing, as it is no word."""
    if isinstance(value, str):
        return value
    return number_text(datetime.date.fromordinal(int(value)), "date") if measure.kind == DATE else ""


def values_of(now: TermNow, measure: Measure) -> Mapping[str, float | str]:
    """What each school has on one measure: a number, a day as its ordinal, or a word; schools without one are left out."""
    name = measure.measure_id
    schools = now.schools.set_index("school_id")
    if name in ("level", "commune"):
        return dict(schools["level_title" if name == "level" else "commune_name"])
    if name == "report":
        states, rows = now.reference.desk["states"], who_reported(now, Scope())
        return {
            str(key): states[state] for key, state in zip(rows["school_id"], rows["shown_state"], strict=True)
        }
    if name == "submitted":
        own = now.reporting.set_index("school_id")["state"].map(now.reference.desk["states"])
        return {str(key): str(word) for key, word in own.items()}
    if name == "received":
        days = now.reporting.set_index("school_id")["received_on"].dropna()
        return {str(key): float(day.toordinal()) for key, day in days.items()}
    if name.startswith(("low_", "high_", "standing_")):
        return _scores(now, *name.split("_", 1))
    ratios = now.ratios[(now.ratios["ratio_id"] == name) & (now.ratios["state"] == "counted")]
    if any(ratio.ratio_id == name for ratio in now.reference.ratios):
        return {
            str(key): float(value) for key, value in zip(ratios["school_id"], ratios["value"], strict=True)
        }
    return _answers(now, measure, now.fields[name])


def _scores(now: TermNow, column: str, group_id: str) -> Mapping[str, float | str]:
    own = now.standings[now.standings["group_id"] == group_id]
    if column == "standing":
        words = now.reference.labels["score_levels"]
        return {
            str(key): words[str(value).removeprefix("level_")]
            for key, value in zip(own["school_id"], own["standing"], strict=True)
        }
    own = own[own["state"] == "scored"]
    return {str(key): float(value) for key, value in zip(own["school_id"], own[column], strict=True)}


def _answers(now: TermNow, measure: Measure, field: Field) -> Mapping[str, float | str]:
    frame = now.cleaned.observations
    own = frame[(frame["field_id"] == field.field_id) & (frame["state"] == "answered")]
    if measure.kind == NUMBER:
        numbers = now.spread.number(field.field_id).dropna()
        return {str(key): float(value) for key, value in numbers.items()}
    if measure.kind == DATE:
        days = pd.to_datetime(own["value_text"])
        return {str(key): float(day.toordinal()) for key, day in zip(own["school_id"], days, strict=True)}
    return {row["school_id"]: value_text(row, field, now) for row in plain_rows(own)}


def written(value: float, measure: Measure) -> str:
    """One value of one measure as a reader writes it."""
    if measure.kind == DATE:
        return word_of(value, measure)
    if measure.number_format == "vnd":
        return _money(value)
    text = number_text(value, measure.number_format)
    return text.replace(",00", "").replace(",0", "") if value == int(value) else text


def _money(value: float) -> str:
    """Money on an axis: millions and thousands of millions in words, as a full figure takes too much room."""
    for size, name in ((1e9, "tỉ"), (1e6, "triệu")):
        if abs(value) >= size:
            return f"{number_text(value / size, 'decimal1').removesuffix(',0')} {name}"
    return number_text(value)


def in_order(compared: Compared) -> pd.DataFrame:
    """The schools in the order of the reports, those that the chart leaves out at the end."""
    is_known = compared.frame.index.isin(compared.known.index)
    return pd.concat([compared.frame[is_known], compared.frame[~is_known]])


def word_rows(compared: Compared) -> list[dict[str, str]]:
    """The compared schools as texts, for a table or a file: one row per school, those with figures first."""
    rows = []
    for row in in_order(compared).to_dict("records"):
        texts = {name: str(row[name]) for name in ("school_id", "short_name", "level_title", "commune_name")}
        for name, measure in (("x", compared.x), ("y", compared.y)):
            if measure is not None:
                value = row[name]
                texts[name] = "" if pd.isna(value) else _word(value, measure)
        rows.append(texts)
    return rows


def _word(value: object, measure: Measure) -> str:
    return str(value) if measure.kind == CATEGORY else written(float(str(value)), measure)


def plain_rows_of(compared: Compared) -> list[dict[str, object]]:
    """The compared schools for a file: numbers as numbers, days as text, nothing where nothing stands."""
    texts = word_rows(compared)
    rows: list[dict[str, object]] = []
    for text, row in zip(texts, in_order(compared).to_dict("records"), strict=True):
        own: dict[str, object] = dict(text)
        for name, measure in (("x", compared.x), ("y", compared.y)):
            if measure is not None and measure.kind == NUMBER:
                own[name] = None if pd.isna(row[name]) else float(row[name])
        rows.append(own)
    return rows
