"""A school's file with known defects, sent, returned, mended and sent again."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pandas as pd
from intake_world import HK1, ON_TIME, PRIMARY, clean_folder, place_of, receive, reference, write_school
from openpyxl.worksheet.worksheet import Worksheet

from termreview.cells import address
from termreview.intake.places.points_sheet import POINTS_TAG
from termreview.intake.received.received import list_received
from termreview.returns.returned import SchoolReturn, plan_returns
from termreview.returns.workbook import Written, write_returns

TITLE = "Cần sửa – Cần giải trình"
# An error of reading, one of a check, a query, a note, and two blanks; by field, as a school would type them.
DEFECTS: Mapping[str, object] = {
    "support_requests_received_count": "khoảng 50",
    "pupils_girls_count.total": 300,
    "results_updated_pct": "0,9464",
    "has_website": "x",
    "elessons_count": None,
    "library_titles_count": "=1+1",
}


def put(path: Path, values: Mapping[str, object], school_id: str = PRIMARY) -> None:
    """Type values into the cells of some fields, with a program that is not ours; text stays text."""
    book = openpyxl.load_workbook(path)
    for field_id, value in values.items():
        title, place = place_of(field_id, school_id)
        cell = book[title].cell(place.row, place.column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
    book.save(path)


def send(raw: Path, name: str, values: Mapping[str, object] = DEFECTS, school_id: str = PRIMARY) -> Path:
    """Put one filled form with defects into the folder of received files."""
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_school(path, school_id)
    put(path, values, school_id)
    return path


def plan(raw: Path) -> tuple[list[SchoolReturn], pd.DataFrame]:
    """Plan the returns of one folder."""
    receive(raw, {})
    files = list_received(raw, ON_TIME[HK1.term_id])
    cleaned = clean_folder(raw)
    return plan_returns(files, cleaned, reference(), HK1), cleaned.observations


def give_back(raw: Path, folder: Path) -> Mapping[str, Written]:
    """Write the returns of one folder."""
    planned, observations = plan(raw)
    return write_returns(folder, planned, observations, reference(), HK1)


def points_of_school(raw: Path, school_id: str = PRIMARY) -> pd.DataFrame:
    """The points of one school, with what became of them."""
    return next(entry.points for entry in plan(raw)[0] if entry.school.unit_id == school_id)


def cell_of(field_id: str, school_id: str = PRIMARY) -> tuple[str, str]:
    """Sheet and address of one field."""
    title, place = place_of(field_id, school_id)
    return title, address(place.row, place.column)


def members(path: Path) -> dict[str, bytes]:
    """The members of one workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def listed(page: Worksheet) -> dict[str, dict[str, object]]:
    """The points on a first sheet by point key, as a reader sees them."""
    rows = list(page.iter_rows())
    assert rows[0][0].value == POINTS_TAG
    head = next(row for row in rows if row[0].value == "columns")
    names = {cell.column: str(cell.value) for cell in head[1:]}
    return {
        str(row[0].value).split("|", 3)[3]: {names[cell.column]: cell.value for cell in row[1:] if cell.column in names}
        for row in rows if str(row[0].value).startswith("point:")
    }  # fmt: skip


def explain(path: Path, field_id: str, words: str) -> None:
    """Write the school's explanation beside the point of one field."""
    book = openpyxl.load_workbook(path)
    page = book[TITLE]
    head = next(row for row in page.iter_rows() if row[0].value == "columns")
    column = next(cell.column for cell in head if cell.value == "explanation")
    row = next(
        r[0].row
        for r in page.iter_rows()
        if str(r[0].value).endswith(f":{field_id}") and "query" in str(r[0].value)
    )
    cell = page.cell(row, column)
    assert not cell.protection.locked
    cell.value = words
    if words.startswith("="):
        cell.data_type = "s"
    book.save(path)


def save_in_office(soffice: str, path: Path, kind: str, folder: Path) -> Path:
    """Open one file in LibreOffice and save it as another."""
    home = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [soffice, home, "--headless", "--convert-to", kind, "--outdir", str(folder / "saved"), str(path)],
        check=True, capture_output=True, timeout=1800,
    )  # fmt: skip
    return folder / "saved" / f"{path.stem}.{kind}"
