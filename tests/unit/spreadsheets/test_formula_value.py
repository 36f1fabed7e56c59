"""One formula of an answer is worked out anew; what is not understood has no answer; reading stays bounded."""

from __future__ import annotations

import re
import struct
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from intake_world import PRIMARY, answers_of, clean_folder, place_of, write_school

from termreview.cells import address, parse_address
from termreview.spreadsheets.formula_value import Formulas, worked_out
from termreview.spreadsheets.older.formulas import formula_text
from termreview.spreadsheets.workbook import Cell, Sheet, read_workbook
from termreview.text import stored_number_text

TOTAL = "pupils_count.total"


def sheet_of(name: str = "Thống kê", **cells: float | str) -> Sheet:
    """A sheet of numbers, texts and formulas by address; every formula stores a wrong result."""
    made = {}
    for place, value in cells.items():
        if isinstance(value, str) and value.startswith("="):
            cell = Cell(-1, "-1", "number", value)
        else:
            cell = Cell(value, str(value), "text" if isinstance(value, str) else "number")
        made[parse_address(place)] = cell
    return Sheet(name, "visible", made)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=20+20", 40.0),
        ("=SUM(A1:A4)", 15.0),
        ("=sum(A1:A4)", 15.0),
        ("=SUM(A1:A2,A4,3)", 18.0),
        ("=SUM($A$1:$A$4)/COUNT(A1:A4)*100%", 5.0),
        ("=A1+A2*A4-(A1-1)", 5 + 3 * 7 - 4.0),
        ("=-A1+ +A2", -2.0),
        ("=ROUND(A4/A1,1)", 1.4),
        ("=ROUND(2.5,0)", 3.0),
        ("=IF(A9=0,0,A1/A9)", 0.0),
        ("=IF(A1>=5,A2,A4)", 3.0),
        ("=MAX(A1:A4)-MIN(A1:A4)", 4.0),
        ("=AVERAGE(A1:A4)", 5.0),
        ("=B1*2", 30.0),  # a cell that is a formula itself, its wrong result not believed
        ("='Nhiệm vụ'!C3+1", 13.0),
        ("=SUM([.A1:.A4])", 15.0),  # as OpenDocument writes it
        ("=SUM([.A1];[$'Nhiệm vụ'.C3])", 17.0),
        ("=IF(0.1+0.2=0.3,1,0)", 1.0),  # to fifteen digits, as a spreadsheet sees them
        ("=IF(0.1+0.2>0.3,1,0)", 0.0),
        ("=IF(1.11111111111111=1.1111111111111,1,0)", 0.0),
        ("=0.3-0.2-0.1", 0.0),
        ("=PRODUCT(Z1:Z9)", 0.0),
        ("=A9", 0.0),  # an empty cell
        ("=A3", None),  # a text
        ("=A1/A9", None),
        ("=C1", None),  # leads back to itself
        ("=VLOOKUP(A1,A1:A4,1)", None),
        ("=[1]Khác!A1", None),
        ("=Lạ!A1", None),
        ("=SUM(A1:A4", None),
        ("=A1 A2", None),
        ("=TODAY()", None),
        ("=AVERAGE(D1:D9)", None),
        ("=9^9", None),
        ("=1E308*1E308", None),
        ("=", None),
        ("=" + "(" * 500 + "1" + ")" * 500, None),
        ("=" + "1+" * 2000 + "1", None),
    ],
)
def test_a_formula_gives_what_a_spreadsheet_gives_or_nothing(formula: str, expected: float | None) -> None:
    sheet = sheet_of(A1=5, A2=3, A3="không", A4=7, B1="=SUM(A1:A4)", C1="=D1", D1="=C1", E1=formula)
    formulas = Formulas.of([sheet, sheet_of("Nhiệm vụ", C3=12)])
    assert worked_out(formulas, sheet, 1, 5) == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=SUM(H1:H3,222)", 228.0),
        ("=SUM(H1,228)", 228.0),
        ("=SUM(2>1,228)", 229.0),  # written as an argument it counts
        ("=COUNT(H1:H3)", 1.0),
        ("=AVERAGE(H1:H3)", 6.0),
        ("=MAX(H1:H2)", 0.0),
        ("=H1+H2+227", 229.0),
        ("=IF(H1,7,8)", 7.0),
        ("=IF(H1=1,7,8)", None),  # no truth value is a number: who compares them is not followed
    ],
)
def test_a_sum_leaves_out_the_truth_values_that_cells_hold_or_give(
    formula: str, expected: float | None
) -> None:
    sheet = sheet_of(H1="=2>1", H3=6, D1=formula)
    sheet.cells[2, 8] = Cell(True, "TRUE", "boolean")
    assert worked_out(Formulas.of([sheet]), sheet, 1, 4) == expected


def test_a_workbook_that_goes_on_with_its_numbers_as_displayed_adds_the_rounded_ones() -> None:
    cells = {(row, 8): Cell(114.4, "114.4", "number", None, "#,##0") for row in (1, 2)}
    cells[1, 4] = Cell(228, "228", "number", "=SUM(H1:H2)", "#,##0")
    sheet = Sheet("S", "visible", cells)
    assert worked_out(Formulas.of([sheet], is_as_displayed=True), sheet, 1, 4) == 228
    assert worked_out(Formulas.of([sheet]), sheet, 1, 4) == 228.8


def test_a_chain_of_formulas_ends() -> None:
    cells: dict[str, float | str] = {f"A{row}": f"=A{row + 1}+1" for row in range(1, 3000)}
    sheet = sheet_of(**cells)
    assert worked_out(Formulas.of([sheet]), sheet, 1, 1) is None


def test_what_a_file_makes_us_add_up_is_counted() -> None:
    cells: dict[str, float | str] = {
        address(row, column): 1 for row in range(1, 1001) for column in range(3, 103)
    }
    cells |= {f"A{row}": f"=SUM(C1:XFD1048576)+{row}" for row in range(1, 501)}
    sheet = sheet_of(**cells)
    formulas = Formulas.of([sheet])
    begun = time.process_time()
    found = [worked_out(formulas, sheet, row, 1) for row in range(1, 501)]
    assert found[0] == 100_001
    assert found[-1] is None
    assert time.process_time() - begun < 60  # of processor time; without a bound it takes hours


def record(*steps: bytes) -> bytes:
    body = b"".join(steps)
    return bytes(20) + struct.pack("<H", len(body)) + body


def ref(row: int, column: int) -> bytes:
    return struct.pack("<BHH", 0x44, row, column | 0xC000)


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ((struct.pack("<BHHHH", 0x25, 9, 13, 0xC004, 0xC004), b"\x19\x10\x00\x00"), "=SUM(E10:E14)"),
        ((ref(0, 0), ref(1, 0), b"\x03", b"\x15", struct.pack("<BH", 0x1E, 2), b"\x05"), "=(A1+A2)*2"),
        ((ref(0, 0), struct.pack("<BH", 0x1E, 1), struct.pack("<BH", 0x41, 27)), "=ROUND(A1,1)"),
        ((ref(0, 0), ref(1, 1), struct.pack("<BBH", 0x42, 2, 4)), "=SUM(A1,B2)"),
        ((b"\x01\x00\x00\x00\x00",), "="),  # shared with another cell
        ((b"\x03",), "="),
        ((), "="),
        ((ref(0, 0)[:-1],), "="),
    ],
)
def test_the_steps_of_an_old_formula_are_written_out(steps: tuple[bytes, ...], text: str) -> None:
    assert formula_text(record(*steps)) == text


def test_a_total_that_differs_is_a_query_with_both_numbers(tmp_path: Path) -> None:
    """The stored result of a total is stale: the sum of its grades is taken, both numbers are told."""
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    right = answers_of(PRIMARY)[TOTAL]
    book = openpyxl.load_workbook(path)
    title, place = place_of(TOTAL, PRIMARY)
    page = book[title]
    cells = f"{address(place.row, place.column + 1)}:{address(place.row, place.column + 5)}"
    page.cell(place.row, place.column).value = f"=SUM({cells})"
    book.save(path)
    _store(path, f"SUM({cells})", "777")
    stored = read_workbook(path)
    cell = next(sheet for sheet in stored.sheets if sheet.name == title).cells[place.row, place.column]
    assert cell.value == 777
    cleaned = clean_folder(tmp_path)
    own = cleaned.observations[
        (cleaned.observations["school_id"] == PRIMARY) & (cleaned.observations["field_id"] == TOTAL)
    ].iloc[0]
    assert own["value_number"] == right
    assert own["original"] == "777"
    found = cleaned.findings[cleaned.findings["field_id"] == TOTAL]
    (query,) = found.itertuples()
    assert (query.check_code, query.severity, query.cell) == (
        "formula_differs", "query", address(place.row, place.column),
    )  # fmt: skip
    assert "777" in query.message
    assert stored_number_text(float(str(right))) in query.message


def _store(path: Path, formula: str, value: str) -> None:
    """Store one result beside one formula, as a spreadsheet program does on saving."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    pattern = re.compile(rb"(<f>" + re.escape(formula).encode() + rb"</f>)<v ?/?>(</v>)?")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, pattern.sub(rb"\1<v>" + value.encode() + b"</v>", part))


def test_a_total_without_a_stored_result_is_worked_out_and_asked_about(tmp_path: Path) -> None:
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    title, place = place_of(TOTAL, PRIMARY)
    cells = f"{address(place.row, place.column + 1)}:{address(place.row, place.column + 5)}"
    book[title].cell(place.row, place.column).value = f"=SUM({cells})"  # its writer stores no results
    title, other = place_of("library_titles_count", PRIMARY)
    book[title].cell(other.row, other.column).value = "=0912345678+0"
    book.save(path)
    cleaned = clean_folder(tmp_path)
    own = cleaned.observations[cleaned.observations["school_id"] == PRIMARY].set_index("field_id")
    assert own.loc[TOTAL, ["state", "value_number"]].tolist() == ["answered", answers_of(PRIMARY)[TOTAL]]
    found = cleaned.findings.set_index("field_id")
    assert found.loc[TOTAL, "check_code"] == "formula_calculated"
    assert stored_number_text(float(str(answers_of(PRIMARY)[TOTAL]))) in found.loc[TOTAL, "message"]
    assert found.loc["library_titles_count", "check_code"] == "personal_data_suspected"
    assert "0912345678" not in cleaned.findings.to_csv() + cleaned.observations.to_csv()
