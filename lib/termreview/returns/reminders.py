"""One school to be reminded: what is missing or open, how many days late, and what to do about it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from termreview.cells import ACCENT, FONT, INK, PALE, RULE
from termreview.intake.received.received import ReceivedFile
from termreview.reference.declarations import Reference
from termreview.spreadsheets.packages.guard import NOT_OPENED
from termreview.storage.workspace import atomic_write
from termreview.terms import Term
from termreview.text import capitalised, day_text
from termreview.workbook_text import fitted, open_book

STATES = ("missing", "day_later", "refused", "repair", "resent", "explain", "explained")
_OWED = ("missing", "day_later", "refused")
_ASKED = ("missing", "refused", "repair", "resent", "explain")  # the school itself has to send something
_WIDTHS = {
    "number": 5, "school_id": 11, "school_name": 34, "level_title": 18, "commune_name": 18, "state": 20, "detail": 50,
    "received_on": 12, "days_late": 9, "resubmission_due_on": 12, "to_do": 40,
}  # fmt: skip
_POINT_WIDTHS = {
    "school_id": 11, "school_name": 34, "severity": 17, "change": 14, "sheet": 14, "cell": 8, "problem": 60,
    "found": 18, "explanation": 46,
}  # fmt: skip
_FILE_WIDTHS = {"file": 60, "received_on": 12, "reason": 40}
_FILLS = {
    "missing": "#F9C9C1",
    "day_later": "#F9C9C1",
    "refused": "#F9C9C1",
    "repair": "#FFD58C",
    "resent": "#FFD58C",
    "explain": "#FFF0C2",
    "explained": "#DDEFD9",
}


def reminder_list(
    reporting: pd.DataFrame,
    counts: pd.DataFrame,
    reference: Reference,
    due_on: datetime.date,
    as_of: datetime.date,
    later: Mapping[str, ReceivedFile] | None = None,
    named: Mapping[str, Sequence[str]] | None = None,
    resubmission_due_on: datetime.date | None = None,
) -> pd.DataFrame:
    """List the schools to be reminded: one row per school, most urgent first, then in registry order.

    `days_late` counts from the deadline to `as_of` for a school that has sent nothing; missing for one that sent a file
    in time, whatever became of it, or has a report to mend or explain. Columns are those of `reminder_columns` in returns.yml, with `state` an id.

    Parameters
    ----------
    reporting
        One row per expected school: its id, name, level, commune, `state` and `refused_reason`.
    counts
        What became of each school's points (`returned.point_counts`).
    later
        By school, a file that the office's list gives a day after `as_of`: who sent one is not told as silent.
    named
        By school, the files of no known school in which it is named.
    resubmission_due_on
        The day by which those who have to send something are asked to; None where the office sets none.
    """
    words = reference.returns
    by_school: dict[str, dict[str, Any]] = {
        str(row["school_id"]): {str(name): value for name, value in row.items()}
        for row in counts.to_dict("records")
    }
    rows = []
    for school in reporting.to_dict("records"):
        points = by_school.get(school["school_id"])
        state = _state(school["state"], points)
        if state is None or (state == "refused" and school["refused_reason"] == NOT_OPENED):
            continue
        places = dict(points or {})
        if state == "missing" and (file := (later or {}).get(school["school_id"])):
            state = "day_later"
            places = {"file": file.name, "day": day_text(file.received_on), "as_of": day_text(as_of)}
        refusals = reference.labels["refusals"]
        reason, resent_reason = school["refused_reason"], places.get("later_reason", "")
        places["reason"] = refusals[reason] if isinstance(reason, str) else ""
        places["later_reason"] = refusals[resent_reason] if resent_reason else ""
        places |= {
            "error_count": places.get("repair_count", 0),
            "query_count": places.get("explain_count", 0),
        }
        detail = [words["reminder_details"][state].format(**places)]
        if state == "missing" and (files := (named or {}).get(school["school_id"])):
            detail.append(words["reminder_details"]["named"].format(files=", ".join(files)))
        if state == "resent" and places["query_count"]:
            detail.append(words["reminder_details"]["explain_too"].format(**places))
        if state != "resent" and places.get("later_file"):
            detail.append(words["reminder_details"]["resent_too"].format(**places))
        if points and points["explained_count"] and state != "explained":
            detail.append(words["reminder_details"]["explained_too"].format(**places))
        if points and points["is_compared"]:
            detail.append(words["reminder_details"]["compared"].format(**places))
        rows.append(
            {
                "school_id": school["school_id"], "school_name": school["name"], "level_title": school["level_title"],
                "commune_name": school["commune_name"], "state": state, "detail": "; ".join(detail),
                "received_on": points["received_on"] if points else None,
                "days_late": max(0, (as_of - due_on).days) if state in _OWED and not _was_in_time(points, due_on) else None,
                "resubmission_due_on": resubmission_due_on if state in _ASKED else None,
                "to_do": words["reminder_to_do"][state],
            }
        )  # fmt: skip
    rows.sort(key=lambda row: STATES.index(str(row["state"])))
    numbered = [{"number": number} | row for number, row in enumerate(rows, start=1)]
    return pd.DataFrame(numbered, columns=list(_WIDTHS), dtype=object)


def write_reminders(
    path: Path,
    reminders: pd.DataFrame,
    points: pd.DataFrame,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    expected_count: int,
    unknown: pd.DataFrame | None = None,
) -> None:
    """Write the reminder list, the points behind it and the files of no known school as one workbook.

    Every text is stored as text.
    """
    plan, words = reference.calendar.plan(term), reference.returns
    with atomic_write(path) as beside:
        book = open_book(beside)
        created = datetime.datetime.combine(as_of, datetime.time())
        office = reference.calendar.office_on(plan.due_on)
        book.set_properties(
            {"title": words["reminders"]["heading"], "author": office.name, "created": created}
        )
        looks = _looks(book)
        line = words["reminders"]["term"].format(
            term=capitalised(plan.title), school_year=term.school_year,
            due_on=f"{plan.due_on:%d/%m/%Y}", as_of=f"{as_of:%d/%m/%Y}",
        )  # fmt: skip
        counted = {f"{state}_count": int((reminders["state"] == state).sum()) for state in STATES}
        heads = [words["reminders"]["heading"], line]
        heads.append(words["reminders"]["counts"].format(expected_count=expected_count, **counted))
        if reference.calendar.office_on(plan.due_on).is_illustrative:
            heads.append(words["sheet"]["illustrative"])
        shown = reminders.assign(state=[words["reminder_states"][state] for state in reminders["state"]])
        page = _table(
            book, words["reminders"]["sheet"], heads, shown, words["reminder_columns"], _WIDTHS, looks
        )
        for place, state in enumerate(reminders["state"]):
            row = len(heads) + 2 + place
            page.write_string(
                row, list(_WIDTHS).index("state"), words["reminder_states"][state], looks[state]
            )
        if not len(reminders):
            page.write_string(len(heads) + 2, 1, words["reminders"]["none"], looks["text"])
        if len(points):
            titles = words["reminder_columns"] | words["columns"]
            _table(
                book, words["reminders"]["points_sheet"], heads[:2], _readable(points, reference), titles,
                _POINT_WIDTHS, looks,
            )  # fmt: skip
        if unknown is not None and len(unknown):
            days = [day.date() for day in unknown["received_on"]]
            _table(
                book, words["files"]["sheet"], heads[:2], unknown.assign(received_on=pd.Series(days, dtype=object)),
                words["files"], _FILE_WIDTHS, looks,
            )  # fmt: skip
        book.close()


def _was_in_time(points: Mapping[str, Any] | None, due_on: datetime.date) -> bool:
    return points is not None and points["first_received_on"] <= due_on


def _state(reported: str, points: Mapping[str, Any] | None) -> str | None:
    """What one school is reminded of; None where it owes nothing."""
    if reported in ("missing", "refused"):
        return reported
    if points is None:
        return None
    if points["repair_count"]:
        return "repair"
    if points.get("later_file"):
        return "resent"
    if points["explain_count"]:
        return "explain"
    return "explained" if points["explained_count"] else None


def _readable(points: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    words = reference.returns
    return points.assign(
        severity=[reference.labels["severities"][severity] for severity in points["severity"]],
        change=[words["changes"][change] for change in points["change"]],
        problem=points["message"],
    )[list(_POINT_WIDTHS)]


def _looks(book: Any) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
    boxed = base | {"border": 1, "border_color": RULE, "text_wrap": True}
    looks = {
        "heading": base | {"bold": True, "font_size": 15, "font_color": ACCENT},
        "line": base | {"italic": True},
        "banner": base | {"bold": True, "font_color": "#7A4100"},
        "head": boxed | {"bold": True, "bg_color": PALE, "align": "center"},
        "text": boxed | {"num_format": "@", "indent": 1},
        "centre": boxed | {"align": "center"},
        "date": boxed | {"align": "center", "num_format": "dd/mm/yyyy"},
    }
    looks |= {
        state: boxed | {"bg_color": fill, "align": "center", "bold": True} for state, fill in _FILLS.items()
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _table(
    book: Any,
    title: str,
    heads: Sequence[str],
    frame: pd.DataFrame,
    titles: Mapping[str, str],
    widths: Mapping[str, float],
    looks: Mapping[str, Any],
) -> Any:
    """One sheet: headlines, a table with filters and a frozen head, ready to print."""
    page = book.add_worksheet(title)
    page.hide_gridlines(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_margins(0.4, 0.4, 0.5, 0.6)
    page.set_footer(f"&L{title.replace('&', '&&')}&R&P/&N")
    for row, text in enumerate(heads):
        page.write_string(row, 0, text, looks["heading" if row == 0 else "banner" if row == 3 else "line"])
    page.set_row(0, 24)
    first = len(heads) + 1
    for column, (name, width) in enumerate(widths.items()):
        page.set_column(column, column, width)
        page.write_string(first, column, titles[name], looks["head"])
        for row, value in enumerate(frame[name], start=first + 1):
            if isinstance(value, datetime.date):
                page.write_datetime(
                    row, column, datetime.datetime.combine(value, datetime.time()), looks["date"]
                )
            elif isinstance(value, int):
                page.write_number(row, column, value, looks["centre"])
            elif value is None or pd.isna(value) or value == "":
                page.write_blank(row, column, None, looks["text"])
            else:
                page.write_string(row, column, fitted(str(value)), looks["text"])
    for row, texts in enumerate(zip(*(frame[name] for name in widths), strict=True), start=first + 1):
        sizes = zip(texts, widths.values(), strict=True)
        lines = max(
            math.ceil(len(str(text)) * 1.06 / (width - 2)) for text, width in sizes if isinstance(text, str)
        )
        page.set_row(row, 6 + 14.5 * lines)
    page.set_row(first, 32)
    page.freeze_panes(first + 1, 3)
    page.repeat_rows(first)
    page.autofilter(first, 0, first + max(len(frame), 1), len(widths) - 1)
    page.ignore_errors({"number_stored_as_text": f"A1:Z{first + len(frame) + 1}"})
    return page
