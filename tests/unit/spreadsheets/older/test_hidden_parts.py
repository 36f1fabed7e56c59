"""Rows, columns and sheets that nobody sees: what they hold counts, and is asked about."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from intake_world import PRESCHOOL, clean_folder, place_of, write_school

from termreview.cells import address
from termreview.spreadsheets.model.cell_values import Shared
from termreview.spreadsheets.older.biff import is_low_row
from termreview.spreadsheets.older.opendocument import read_opendocument
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS
from termreview.spreadsheets.xlsx.sheet import scan_sheet
from termreview.spreadsheets.xlsx.walk import walk_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
SHARED = Shared([], [("General", False)], False)


@pytest.mark.parametrize(
    ("attributes", "is_hidden"),
    [('ht="0"', True), ('ht="0.75" customHeight="1"', True), ('hidden="1"', True), ('ht="15"', False),
     ('ht="01.5"', False), ('ht="0x"', False), ('ht="10.5" customHeight="1"', False)],
)  # fmt: skip
def test_a_row_too_low_to_be_seen_is_a_hidden_one(attributes: str, is_hidden: bool) -> None:
    part = (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="2" {attributes}><c r="A2"><v>5</v></c></row></sheetData>'
        "</worksheet>"
    ).encode()
    for read in (scan_sheet, walk_sheet):
        assert read(part, SHARED, DEFAULT_LIMITS).hidden_rows == ({2} if is_hidden else set())


@pytest.mark.parametrize(
    ("width", "hidden"), [("0", {2, 3}), ("0.1", {2, 3}), ("0.7", set()), ("9.1", set())]
)
def test_a_column_too_narrow_to_be_seen_is_a_hidden_one(width: str, hidden: set[int]) -> None:
    part = (
        f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="3" width="{width}" customWidth="1"/></cols><sheetData>'
        '<row r="2"><c r="B2"><v>5</v></c></row></sheetData></worksheet>'
    ).encode()
    for read in (scan_sheet, walk_sheet):
        assert read(part, SHARED, DEFAULT_LIMITS).hidden_columns == hidden


def test_the_rows_of_older_formats_are_hidden_where_they_are_too_low() -> None:
    heights = [(300).to_bytes(2, "little"), (15).to_bytes(2, "little"), bytes(2)]
    assert [is_low_row(0, height, 1) for height in heights] == [False, True, True]
    assert [is_low_row(1, height, 0) for height in heights] == [True] * 3
    assert not is_low_row(0, bytes(2), 0), "a height that nobody set is left to the program"
    assert not is_low_row(0, (0x80FF).to_bytes(2, "little"), 0)


def test_rows_and_columns_of_an_open_document_are_hidden_where_they_are_too_small() -> None:
    row = '<table:table-row{}><table:table-cell/><table:table-cell office:value-type="float" office:value="5"/></table:table-row>'
    content = (
        f'<office:document-content xmlns:office="{OPEN}:office:1.0" xmlns:table="{OPEN}:table:1.0" '
        f'xmlns:style="{OPEN}:style:1.0"><office:automatic-styles>'
        '<style:style style:name="a" style:family="table-row"><style:table-row-properties style:row-height="0.0102in"/>'
        '</style:style><style:style style:name="b" style:family="table-row">'
        '<style:table-row-properties style:row-height="0.45cm"/></style:style>'
        '<style:style style:name="c" style:family="table-column">'
        '<style:table-column-properties style:column-width="0.2mm"/></style:style></office:automatic-styles>'
        '<office:body><office:spreadsheet><table:table table:name="S"><table:table-column/>'
        '<table:table-column table:style-name="c"/>'
        + row.format(' table:style-name="a"') + row.format(' table:style-name="b"') + row.format("")
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )  # fmt: skip
    sheet = read_opendocument({"content.xml": content.encode()}, frozenset(), DEFAULT_LIMITS).sheets[0]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({1}, {2})


def test_a_hidden_answer_counts_and_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    write_school(path, PRESCHOOL)
    book = openpyxl.load_workbook(path)
    title, place = place_of("has_website", PRESCHOOL)
    book[title].row_dimensions[place.row].hidden = True
    book[title].row_dimensions[place.row + 500].hidden = True
    book.save(path)
    cleaned = clean_folder(tmp_path)
    found = cleaned.findings.set_index("check_code")
    assert found.loc["hidden_answers", "severity"] == "query"
    assert found.loc["hidden_answers", "cell"] == address(place.row, place.column)
    assert f": {title}: dòng {place.row}." in found.loc["hidden_answers", "message"]
    other = found.loc["hidden_content", "message"]
    assert f"{title}: dòng {place.row + 500}" in other
    assert f"dòng {place.row};" not in other
    own = cleaned.observations[cleaned.observations["school_id"] == PRESCHOOL].set_index("field_id")
    assert own.loc["has_website", "state"] == "answered"
