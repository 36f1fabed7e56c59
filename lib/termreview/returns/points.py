"""One point of a returned workbook: what a school must mend or explain, and what became of it since.

The list on the first sheet of a returned workbook is also how the program remembers: each point carries its key
in a hidden column, so that the file which comes back tells what was asked and what the school explains. Nothing
about points is stored elsewhere; they are worked out from the received files each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.intake.places.points_sheet import find_points_sheet
from termreview.spreadsheets.model.workbook_model import Workbook
from termreview.text import clean

COLUMNS_TAG = "columns"
POINT_TAG = "point:"
ASKING = ("error", "query")
FIXED, OPEN, NEW, EXPLAINED, FIRST = "fixed", "open", "new", "explained", "first"
POINT_COLUMNS = (
    "point_key", "change", "severity", "check_code", "sheet", "cell", "field_id", "found", "expected", "message",
    "remedy", "explanation",
)  # fmt: skip


@dataclass(frozen=True)
class ReturnedPoints:
    """The list that came back with one workbook: the title of its sheet and a row per point asked."""

    sheet: str
    points: pd.DataFrame


def read_points(workbook: Workbook) -> ReturnedPoints | None:
    """Read the list that came back with one workbook; None where it brought none."""
    sheet = find_points_sheet(workbook)
    if sheet is None:
        return None
    head = next((place for place, cell in sheet.cells.items() if cell.value == COLUMNS_TAG), None)
    if head is None:
        return ReturnedPoints(sheet.name, _frame([]))
    names = {column: cell.text for (row, column), cell in sheet.cells.items() if row == head[0]}
    places = {name: column for column, name in names.items()}
    rows = []
    for (row, column), cell in sorted(sheet.cells.items()):
        if column != head[1] or not cell.text.startswith(POINT_TAG):
            continue
        parts = cell.text.removeprefix(POINT_TAG).split("|", 3)
        if len(parts) != 4 or parts[0] not in (*ASKING, "note"):
            continue  # not as this program wrote it
        severity, check_code, field_id, key = parts
        told = {
            name: clean(sheet.cells[row, places[name]].text)
            if (row, places.get(name, 0)) in sheet.cells
            else ""
            for name in ("sheet", "cell", "found", "expected", "remedy", "explanation", "problem")
        }
        message = told.pop("problem")
        rows.append({"point_key": key, "severity": severity, "check_code": check_code, "field_id": field_id,
                     "message": message} | told)  # fmt: skip
    return ReturnedPoints(sheet.name, _frame(rows))


def point_tag(severity: str, check_code: str, field_id: str, point_key: str) -> str:
    """What stands in the hidden column beside one point."""
    return f"{POINT_TAG}{severity}|{check_code}|{field_id}|{point_key}"


def points_of(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings of one school as points, errors first, then in the order found; key `point_key`.

    A point is known again by its check and its field; where there is no field, by its check and its cell.
    """
    rows = []
    seen: dict[str, int] = {}
    for row in findings.to_dict("records"):
        kept = {str(name): "" if pd.isna(value) else str(value) for name, value in row.items()}
        place = kept["field_id"] or (f"{kept['sheet']}!{kept['cell']}" if kept["sheet"] else "")
        key = f"{kept['check_code']}:{place}"
        seen[key] = seen.get(key, 0) + 1
        kept["point_key"] = key if seen[key] == 1 else f"{key}#{seen[key]}"
        rows.append(kept)
    order = {severity: number for number, severity in enumerate((*ASKING, "note"))}
    return _frame(sorted(rows, key=lambda row: order[row["severity"]]))


def compare_points(
    previous: pd.DataFrame | None,
    findings: pd.DataFrame,
    explanations: Mapping[str, tuple[str, str]] | None = None,
) -> pd.DataFrame:
    """Say of each point what became of it: one row per point of now, then one per point that is gone.

    `change` is `first` where nothing was returned before, otherwise `open`, `new` or `fixed`; a query for which
    the school gave its reasons, and whose figure is still the one explained, is `explained`. Notes ask nothing
    and are never compared.

    Parameters
    ----------
    previous
        Points (`points_of`, `read_points`) of the time before; None where there was none.
    findings
        Points of now.
    explanations
        What the school wrote, by point key: the figure it explains, and its words.
    """
    before = set() if previous is None else set(previous["point_key"])
    changes, words = [], []
    for point in findings.itertuples():
        found, explanation = (explanations or {}).get(str(point.point_key), ("", ""))
        is_same = bool(explanation) and clean(str(point.found)) == clean(found)
        words.append(explanation)
        if point.severity not in ASKING:
            changes.append("")
        elif point.severity == "query" and is_same:
            changes.append(EXPLAINED)
        elif previous is None:
            changes.append(FIRST)
        else:
            changes.append(OPEN if point.point_key in before else NEW)
    now = findings.assign(change=changes, explanation=words)
    if previous is None:
        return now
    is_gone = ~previous["point_key"].isin(set(findings["point_key"])) & previous["severity"].isin(ASKING)
    return pd.concat([now, previous[is_gone].assign(change=FIXED)], ignore_index=True)


def explanations_of(points: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """What a school explained on the list that came back, by point key: the figure and the words."""
    return {
        str(point["point_key"]): (str(point["found"]), str(point["explanation"]))
        for point in points.to_dict("records")
        if point["explanation"] and point["severity"] == "query"
    }


def is_asked(points: pd.DataFrame) -> bool:
    """Whether one school still has to mend or explain something."""
    return bool((points["severity"].isin(ASKING) & ~points["change"].isin((FIXED, EXPLAINED))).any())


def change_counts(points: pd.DataFrame) -> dict[str, int]:
    """How many points of one school were fixed, are open, new or explained."""
    counted = points["change"].value_counts()
    return {f"{name}_count": int(counted.get(name, 0)) for name in (FIXED, OPEN, NEW, EXPLAINED)}


def _frame(rows: Sequence[Mapping[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(POINT_COLUMNS), dtype=object)
    return frame.fillna("").astype(str)
