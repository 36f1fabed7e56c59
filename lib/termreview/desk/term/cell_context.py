"""One cell in its surroundings: the row as the school sees it, last term's value, what peers wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from termreview.desk.term.term_now import TermNow, answers_of, plain_rows
from termreview.reference.comparable import comparable_answers
from termreview.reference.kinds.forms import Field
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record
from termreview.text import stored_number_text


@dataclass(frozen=True)
class RowCell:
    """One cell of a row: the heading of its column, what the school wrote, what was made of it."""

    field_id: str
    heading: str
    original: str
    value: str
    state: str
    cell: str
    is_here: bool


@dataclass(frozen=True)
class Peers:
    """What schools of the same level answered to one question: numbers in order, or how often each answer came.

    `asked` schools were asked, without the one in question; `numbers` or `counts` hold those that answered.
    """

    asked: int
    numbers: tuple[float, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def answered(self) -> int:
        """How many answered."""
        return len(self.numbers) + sum(count for _, count in self.counts)

    def quartiles(self) -> tuple[float, float, float, float, float] | None:
        """Smallest, first quarter, middle, third quarter and largest; None where nobody gave a number."""
        if not self.numbers:
            return None
        low, first, middle, third, high = np.quantile(self.numbers, (0, 0.25, 0.5, 0.75, 1)).tolist()
        return low, first, middle, third, high


@dataclass(frozen=True)
class CellContext:
    """Everything an analyst wants to see before deciding on one cell."""

    school_id: str
    field: Field
    section: str
    row_code: str
    label: str
    file: str
    sheet: str
    cell: str
    original: str
    value: str
    state: str
    decision_id: str
    row: tuple[RowCell, ...]
    last_term: str
    last_number: float | None
    number: float | None
    peers: Peers


def cell_context(now: TermNow, school_id: str, field_id: str) -> CellContext | None:
    """The surroundings of one cell; None where the school is not asked for the field."""
    field = now.fields.get(field_id)
    answers = answers_of(now.cleaned.observations, school_id)
    answer = answers.get(field_id)
    if field is None or answer is None:
        return None
    form = now.declared.form
    section = next(section for section in form.sections if section.section_id == field.section_id)
    row = next(
        row for row in form.rows if (row.section_id, row.row_code) == (field.section_id, field.row_code)
    )
    marks = [mark for mark in (answer["note"] or "").split(";") if mark.startswith("decision:")]
    last = (
        {} if now.previous is None else answers_of(comparable_answers(now.previous, now.declared), school_id)
    )
    before = last.get(field_id)
    return CellContext(
        school_id=school_id, field=field, section=section.title, row_code=field.row_code, label=row.label,
        file=answer["file"] or "", sheet=answer["sheet"] or "", cell=answer["cell"] or "",
        original=answer["original"] or "", value=value_text(answer, field, now), state=answer["state"],
        decision_id=marks[-1].partition(":")[2] if marks else "",
        row=_row(now, answers, field, {column.column_id: column.label for column in section.columns}),
        last_term="" if before is None else value_text(before, field, now),
        last_number=None if before is None else _number(before), number=_number(answer),
        peers=peers_of(now, school_id, field),
    )  # fmt: skip


def _row(
    now: TermNow, answers: Mapping[str, Record], field: Field, headings: Mapping[str, str]
) -> tuple[RowCell, ...]:
    own = [
        other
        for other in now.fields.values()
        if (other.section_id, other.row_code) == (field.section_id, field.row_code)
        and other.field_id in answers
    ]
    return tuple(
        RowCell(
            other.field_id, headings.get(other.column_id, ""), answers[other.field_id]["original"] or "",
            value_text(answers[other.field_id], other, now), answers[other.field_id]["state"],
            answers[other.field_id]["cell"] or "", other.field_id == field.field_id,
        )
        for other in own
    )  # fmt: skip


def peers_of(now: TermNow, school_id: str, field: Field) -> Peers:
    """What the other schools of the same level answered to one question."""
    levels = now.schools.set_index("school_id")["level"]
    same = [str(other) for other in levels.index[levels == levels[school_id]] if other != school_id]
    frame = now.cleaned.observations
    asked = frame[(frame["field_id"] == field.field_id) & frame["school_id"].isin(same)]
    answered = asked[asked["state"] == "answered"]
    if field.is_numeric:
        return Peers(len(asked), tuple(sorted(answered["value_number"].astype(float))))
    if field.kind in ("text", "date"):
        return Peers(len(asked))
    said = [value_text(row, field, now) for row in plain_rows(answered)]
    counts = pd.Series(said, dtype=object).value_counts()
    return Peers(len(asked), counts=tuple((str(name), int(count)) for name, count in counts.items()))


def value_text(answer: Mapping[str, object], field: Field, now: TermNow) -> str:
    """What was made of one answer, as a reader writes it: the answer, or the state where there is none."""
    if answer["state"] != "answered":
        return str(now.reference.labels["states"][answer["state"]])
    number, text = answer["value_number"], answer["value_text"]
    if field.kind == "yes_no":
        words = now.reference.labels["yes_no"]
        return str(words["yes" if number == 1 else "no"])
    if field.is_numeric:
        return stored_number_text(float(str(number)))
    if field.kind == "date" and isinstance(text, str):
        return number_text(pd.Timestamp(text), "date")
    options = dict(now.declared.form.options).get(field.options or field.kind)
    return str(dict(options).get(str(text), text)) if options else str(text)


def _number(answer: Record) -> float | None:
    number = answer["value_number"]
    return None if number is None or answer["state"] != "answered" else float(number)
