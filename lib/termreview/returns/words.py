"""One point in words: what is wrong, what is allowed, what to do, and how the answer is understood meanwhile."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pandas as pd

from termreview.forms.layout import FormLayout
from termreview.reference.declarations import Reference
from termreview.reference.kinds.forms import Field, Form
from termreview.terms import Term
from termreview.text import number_words

Answered = Mapping[str, Any]  # one observation


def point_words(
    points: pd.DataFrame, own: Mapping[str, Answered], layout: FormLayout, reference: Reference, term: Term
) -> pd.DataFrame:
    """The points with the columns that a reader sees: title, label, problem, expected, note_head, note_body.

    Parameters
    ----------
    own
        The school's observations by field id.
    """
    checks = {check.check_code: check for check in reference.of(term).checks}
    words = reference.returns
    rows = []
    for point in points.to_dict("records"):
        code, place = point["check_code"], layout.places.get(point["field_id"])
        field = place[1].field if place else None
        message = reference.messages.get(code)
        check = checks.get(code)
        title = check.title if check else message.title if message else code
        # The place is said by the columns beside and by the cell itself; what is left is what is wrong.
        _, mark, rest = point["message"].partition(f'"{field.label}": ' if field else "\0")
        problem = rest if mark else point["message"]
        expected = point["expected"]
        if check and expected and point["change"] != "fixed":
            expected = f"{check.title} ({expected})" if title not in expected else expected
        lines = [
            _sentence(problem),
            words["note"]["expected"].format(expected=expected) if expected else "",
            words["note"]["remedy"].format(remedy=point["remedy"]) if point["remedy"] else "",
        ]
        assumed = assumed_words(field, own, layout.form, reference) if field else ""
        if assumed:
            lines.append(words["note"]["assumed"].format(assumed=assumed))
        if point["explanation"]:
            lines.append(words["note"]["explained"].format(explanation=point["explanation"]))
        head = words["note"]["head"].format(
            severity=reference.labels["severities"][point["severity"]], title=title
        )
        rows.append(
            point | {
                "title": title, "label": f"{field.row_code} {field.label}" if field else "",
                "problem": _sentence(problem), "expected": expected, "link": "",
                "note_head": head, "note_body": "\n".join(line for line in lines if line),
            }
        )  # fmt: skip
    columns = [*points.columns, "title", "label", "problem", "link", "note_head", "note_body"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def assumed_words(field: Field, own: Mapping[str, Answered], form: Form, reference: Reference) -> str:
    """How one answer is understood until the school mends it."""
    row = own.get(field.field_id)
    if row is None:
        return ""
    value = _value(field, row, form, reference) if row["state"] == "answered" else ""
    template: str = reference.returns["assumed"][row["state"]]
    return template.format(value=value)


def _value(field: Field, row: Answered, form: Form, reference: Reference) -> str:
    if field.kind == "yes_no":
        return str(reference.labels["yes_no"]["yes" if row["value_number"] else "no"])
    if field.is_numeric:
        return number_words(float(row["value_number"]))
    text = str(row["value_text"])
    if field.kind == "date":
        return f"{datetime.date.fromisoformat(text):%d/%m/%Y}"
    return form.choices(field.options).get(text, text) if field.options else text


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
