"""Forms of all four school levels, filled by hand, saved by a real office program and read back whole.

LibreOffice recalculates each workbook and saves it as `.xlsx` (with stored formula values), `.xls` and `.ods`;
every field must come back with the state and the value that was typed.
"""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

import openpyxl
import pytest
from intake_world import (
    COMBINED,
    HK1,
    HK2,
    PRESCHOOL,
    PRIMARY,
    SECONDARY,
    answers_of,
    clean_folder,
    declared,
    place_of,
    plain,
    receive,
    write_school,
)

from termreview.cells import address
from termreview.forms.form import Value
from termreview.intake.clean import Cleaned
from termreview.spreadsheets.workbook import read_workbook

SCHOOLS = {PRESCHOOL: HK1.term_id, PRIMARY: HK1.term_id, SECONDARY: HK1.term_id, COMBINED: HK2.term_id}
FORMATS = ("xlsx", "xls", "ods")
TOTAL = "pupils_count.total"

pytestmark = pytest.mark.office


def fill(path: Path, school_id: str, term_id: str) -> None:
    """Type the answers into a blank form as a person would, with one total as a formula."""
    write_school(path, school_id, term_id, dict.fromkeys(answers_of(school_id, term_id)))
    book = openpyxl.load_workbook(path)
    for field_id, value in answers_of(school_id, term_id).items():
        title, place = place_of(field_id, school_id, term_id)
        name = "yes_no" if place.field.kind == "yes_no" else place.field.options
        options = declared(term_id).form.choices(name) if name else {}
        book[title].cell(place.row, place.column).value = options.get(str(value), value)
    parts = [place_of(name, school_id, term_id)[1] for name in grades(school_id, term_id)]
    title, place = place_of(TOTAL, school_id, term_id)
    first, last = (address(part.row, part.column) for part in (parts[0], parts[-1]))
    book[title].cell(place.row, place.column).value = f"=SUM({first}:{last})"
    if school_id == PRIMARY:
        title, place = place_of("results_updated_pct", school_id, term_id)
        cell = book[title].cell(place.row, place.column)
        cell.value, cell.number_format = 0.9464, "0.00%"
    book.save(path)


def grades(school_id: str, term_id: str) -> list[str]:
    return [
        name for name in answers_of(school_id, term_id) if name.startswith("pupils_count.") and name != TOTAL
    ]


def expected(value: Value) -> tuple[str, object]:
    """State and value of one typed answer."""
    if isinstance(value, datetime.date):
        return "answered", value.isoformat()
    return "answered", {"yes": 1.0, "no": 0.0}.get(str(value), value)


@pytest.fixture(scope="module")
def saved(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder a format, one folder a term, one workbook a school."""
    root = tmp_path_factory.mktemp("office")
    for school_id, term_id in SCHOOLS.items():
        (root / "typed" / term_id).mkdir(parents=True, exist_ok=True)
        fill(root / "typed" / term_id / f"{school_id}.xlsx", school_id, term_id)
    for suffix in FORMATS:
        for term_id in dict.fromkeys(SCHOOLS.values()):
            folder = root / suffix / term_id
            typed = [str(path) for path in sorted((root / "typed" / term_id).iterdir())]
            profile = f"-env:UserInstallation={(root / 'profile').as_uri()}"
            command = [
                soffice,
                profile,
                "--headless",
                "--convert-to",
                suffix,
                "--outdir",
                str(folder),
                *typed,
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=1800)
            receive(folder, {}, term_id)
    return root


@pytest.fixture(scope="module")
def cleaned(saved: Path) -> dict[tuple[str, str], Cleaned]:
    return {
        (suffix, term_id): clean_folder(saved / suffix / term_id, term_id)
        for suffix in FORMATS
        for term_id in dict.fromkeys(SCHOOLS.values())
    }


each_saved = pytest.mark.parametrize(
    ("suffix", "school_id"), [(suffix, school_id) for suffix in FORMATS for school_id in SCHOOLS]
)


@each_saved
def test_every_answer_comes_back_as_it_was_typed(
    cleaned: dict[tuple[str, str], Cleaned], suffix: str, school_id: str
) -> None:
    term_id = SCHOOLS[school_id]
    here = cleaned[suffix, term_id].observations[lambda frame: frame["school_id"] == school_id]
    found = {
        row.field_id: (
            row.state,
            plain(row.value_number)
            if row.value_text is None or plain(row.value_text) is None
            else row.value_text,
        )
        for row in here.itertuples()
    }
    assert found == {name: expected(value) for name, value in answers_of(school_id, term_id).items()}


@each_saved
def test_only_the_formula_is_remarked_on(
    cleaned: dict[tuple[str, str], Cleaned], suffix: str, school_id: str
) -> None:
    findings = cleaned[suffix, SCHOOLS[school_id]].findings[lambda frame: frame["school_id"] == school_id]
    of_the_file = (
        {"unsealed_format"} if suffix == "xls" else set()
    )  # that format has no checksum: a note says so
    codes = set(findings["check_code"])
    assert codes & {"unsealed_format"} == of_the_file
    findings = findings[~findings["check_code"].isin(of_the_file)]
    remarks = {(row.check_code, row.field_id) for row in findings.itertuples()}
    assert ("formula_in_cell", TOTAL) in remarks
    assert (
        remarks - {("formula_in_cell", TOTAL)} == set()
    )  # nor is a share asked about: each format says it is one


@each_saved
def test_the_file_is_known_by_its_marks_and_every_row_by_its_address(
    cleaned: dict[tuple[str, str], Cleaned], suffix: str, school_id: str
) -> None:
    submissions = cleaned[suffix, SCHOOLS[school_id]].submissions.set_index("file")
    row = submissions.loc[f"{school_id}.{suffix}"]
    assert (row["school_id"], row["fate"], row["found_by"]) == (school_id, "accepted", "address")
    assert (
        row["cells_total"]
        == row["cells_used"] + row["cells_flagged"] + row["cells_unowned"] + row["cells_ignored"]
    )


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_live_points_of_the_form_are_stored_as_numbers(saved: Path, suffix: str) -> None:
    """The office program has calculated the form's own formulas: none is left without a value or in error."""
    workbook = read_workbook(saved / suffix / HK1.term_id / f"{PRIMARY}.{suffix}")
    sheet = next(sheet for sheet in workbook.sheets if sheet.name == "Chỉ số CĐS")
    formulas = [cell for cell in sheet.cells.values() if cell.formula is not None]
    assert len(formulas) > 50
    assert {cell.kind for cell in formulas} <= {"number", "text"}
