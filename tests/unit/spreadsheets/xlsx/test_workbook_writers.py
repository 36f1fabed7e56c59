"""Workbooks of the three programs that schools use come in cell by cell as openpyxl reads them."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Border, Side

from termreview.spreadsheets.model.cell_values import Shared
from termreview.spreadsheets.packages import guard
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS
from termreview.spreadsheets.workbook import Cell, Workbook, read_workbook
from termreview.spreadsheets.xlsx.package import open_package
from termreview.spreadsheets.xlsx.shared import read_number_formats, read_shared_strings
from termreview.spreadsheets.xlsx.sheet import scan_sheet
from termreview.spreadsheets.xlsx.walk import walk_sheet

SOFFICE = shutil.which("soffice")
VALUES: list[Any] = [
    0, 1, -7, 150, 12.5, -0.001, 1e-9, 2.5e20, 123456789012, True, False,
    "Trường TH&THCS <Phong Mẫu>", "  hai đầu  ", "079001", "=không phải công thức", "dòng 1\ndòng 2", "😀", "a\tb",
    datetime.date(2023, 12, 31), datetime.datetime(2024, 1, 10, 7, 45), datetime.time(13, 30),
    datetime.datetime(1900, 1, 15), datetime.datetime(9999, 12, 31, 23, 59, 59),
]  # fmt: skip


def write_openpyxl(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Thống kê"
    for row, value in enumerate(VALUES, start=1):
        sheet.cell(row, 2, value)
        if isinstance(value, str):
            sheet.cell(row, 2).data_type = "s"
    thin = Side(style="thin")
    for row in range(1, 40):
        sheet.cell(row, 5).border = Border(thin, thin, thin, thin)
    sheet["G1"], sheet["G2"], sheet["G3"] = "=SUM(B1:B4)", "=1/0", '=IF(B1>0,"có","")'
    for code, cell in {
        "dd/mm/yyyy": "H1",
        '0.00" đ"': "H2",
        "[h]:mm": "H3",
        "[Red]#,##0": "H4",
        "mmm-yy": "H5",
    }.items():
        sheet[cell] = 45291
        sheet[cell].number_format = code
    sheet.merge_cells("A30:C31")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True
    hidden = book.create_sheet("Ẩn & <dấu>")
    hidden["XFD1048576"] = "góc"
    hidden.sheet_state = "veryHidden"
    book.create_sheet("Trống")
    book.save(path)


def write_xlsxwriter(path: Path, **options: Any) -> None:
    book = xlsxwriter.Workbook(path, options)
    sheet = book.add_worksheet("Số liệu")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    bold = book.add_format({"bold": True, "border": 1})
    for row, value in enumerate(VALUES):
        if options.get("date_1904") and isinstance(value, datetime.date) and value.year < 1904:
            continue
        if isinstance(value, datetime.date | datetime.time):
            sheet.write_datetime(row, 0, value, day)
        elif isinstance(value, str):
            sheet.write_string(row, 0, value)
        else:
            sheet.write(row, 0, value)
        sheet.write_blank(row, 3, None, bold)
    sheet.write_rich_string("C1", "một ", bold, "hai", " ba ")
    sheet.write_formula("C2", "=A1+1", None, 1)
    sheet.write_formula("C3", '="a"&"b"', None, "ab")
    sheet.write_formula("C4", "=1/0", None, "#DIV/0!")
    sheet.write_formula("C5", "=TRUE", None, True)
    sheet.write_array_formula("C6:C7", "{=A1:A2*2}", None, 0)
    sheet.write_string("XFD1", "cuối")
    sheet.merge_range("E1:F2", "gộp")
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.set_column("G:I", None, None, {"hidden": True})
    book.add_worksheet("Phụ").hide()
    book.close()


def through_libreoffice(sources: list[Path], folder: Path, suffix: str) -> dict[str, Path]:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", suffix, "--outdir", str(folder / suffix)]
    subprocess.run([*command, *map(str, sources)], check=True, capture_output=True)
    return {
        f"libreoffice_{path.stem}_{suffix}": folder / suffix / f"{path.stem}.{suffix}" for path in sources
    }


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("writers")
    write_openpyxl(folder / "openpyxl.xlsx")
    write_xlsxwriter(folder / "xlsxwriter.xlsx")
    write_xlsxwriter(folder / "inline.xlsx", constant_memory=True)
    write_xlsxwriter(folder / "calendar_1904.xlsx", date_1904=True)
    found = {path.stem: path for path in folder.glob("*.xlsx")}
    if SOFFICE:
        sources = [found["openpyxl"], found["xlsxwriter"]]
        for suffix in ("xlsx", "xls", "ods"):
            found |= through_libreoffice(sources, folder, suffix)
    return found


XLSX = ["openpyxl", "xlsxwriter", "inline", "calendar_1904"]
OFFICE = ["libreoffice_openpyxl_xlsx", "libreoffice_xlsxwriter_xlsx"]
needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not on this machine")
EVERY_XLSX = [*XLSX, *(pytest.param(name, marks=[needs_office, pytest.mark.office]) for name in OFFICE)]


def as_openpyxl_says(cell: Any) -> Any:
    """Return openpyxl's value as ours is defined: a whole day is a date, a formula without value is None."""
    value = cell.value
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date()
    if isinstance(value, datetime.timedelta):
        days = value / datetime.timedelta(days=1)
        return int(days) if days.is_integer() else days
    return value


@pytest.mark.parametrize("name", EVERY_XLSX)
def test_cells_are_those_openpyxl_reads(files: dict[str, Path], name: str) -> None:
    ours = read_workbook(files[name])
    book = openpyxl.load_workbook(files[name], data_only=True)
    formulas = openpyxl.load_workbook(files[name])
    assert [sheet.name for sheet in ours.sheets] == book.sheetnames
    compared = 0
    for sheet in ours.sheets:
        # The far corner would cost openpyxl a million rows: compare cell by cell from what it stores.
        theirs = {place: cell for place, cell in book[sheet.name]._cells.items() if cell.value is not None}
        stored_empty = {place for place, cell in sheet.cells.items() if cell.value in (None, "")}
        assert sheet.cells.keys() - stored_empty == theirs.keys() - stored_empty
        for place, cell in theirs.items():
            assert sheet.cells[place].value == as_openpyxl_says(cell), place
            compared += 1
        for place, cell in formulas[sheet.name]._cells.items():
            if cell.data_type == "f":
                text = cell.value if isinstance(cell.value, str) else f"={cell.value.text.removeprefix('=')}"
                assert sheet.cells[place].formula == text
        assert sorted(sheet.merges) == sorted(str(area) for area in book[sheet.name].merged_cells.ranges)
        hidden = {row for row, facts in book[sheet.name].row_dimensions.items() if facts.hidden}
        assert sheet.hidden_rows == hidden
    assert compared > 20


@pytest.mark.parametrize("name", EVERY_XLSX)
def test_both_ways_of_reading_give_the_same_cells(files: dict[str, Path], name: str) -> None:
    data = files[name].read_bytes()
    parts = guard.inflate_members(data, guard.list_members(data, DEFAULT_LIMITS))
    package = open_package(parts, frozenset(parts), DEFAULT_LIMITS)
    shared = Shared(
        read_shared_strings(package.shared_strings), read_number_formats(package.styles), package.is_1904
    )
    for sheet in package.sheets:
        if b"<sheetData/>" not in sheet.part:
            assert scan_sheet(sheet.part, shared, DEFAULT_LIMITS) == walk_sheet(
                sheet.part, shared, DEFAULT_LIMITS
            )


def test_each_kind_of_cell_of_openpyxl(files: dict[str, Path]) -> None:
    book = read_workbook(files["openpyxl"])
    main, hidden, empty = book.sheets
    assert (book.kind, main.state, hidden.state, empty.cells) == ("xlsx", "visible", "very_hidden", {})
    assert book.notes == ("formulas_never_calculated",)
    assert main.cells[1, 7] == Cell(None, "=SUM(B1:B4)", "formula_without_value", "=SUM(B1:B4)", "General")
    assert main.cells[1, 8] == Cell(datetime.date(2023, 12, 31), "45291", "date", None, "dd/mm/yyyy")
    assert main.cells[2, 8] == Cell(45291, "45291", "number", None, '0.00" đ"')
    assert main.cells[3, 8].kind == main.cells[4, 8].kind == "number"
    assert main.cells[5, 8].kind == "date"
    assert (main.hidden_rows, main.hidden_columns, main.merges) == ({4}, {3}, ("A30:C31",))
    assert hidden.cells == {(1_048_576, 16_384): Cell("góc", "góc", "text", None, "General")}


def test_stored_values_of_formulas_come_with_their_formula(files: dict[str, Path]) -> None:
    cells = read_workbook(files["xlsxwriter"]).sheets[0].cells
    assert cells[1, 3].value == "một hai ba "
    assert cells[2, 3] == Cell(1, "1", "number", "=A1+1", "General")
    assert cells[3, 3] == Cell("ab", "ab", "text", '="a"&"b"', "General")
    assert cells[4, 3] == Cell("#DIV/0!", "#DIV/0!", "error", "=1/0", "General")
    assert (cells[5, 3].value, cells[5, 3].text, cells[5, 3].kind) == (True, "TRUE", "boolean")


def test_the_1904_calendar_gives_the_same_days(files: dict[str, Path]) -> None:
    def days(book: Workbook) -> list[Any]:
        return [
            cell.value for cell in book.sheets[0].cells.values() if cell.kind == "date" and "2" in cell.text
        ]

    assert days(read_workbook(files["calendar_1904"]))[:2] == days(read_workbook(files["xlsxwriter"]))[:2]


@needs_office
@pytest.mark.office
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_older_formats_keep_values_errors_formulas_and_hidden_rows(
    files: dict[str, Path], suffix: str
) -> None:
    ours = read_workbook(files[f"libreoffice_openpyxl_{suffix}"])
    modern = read_workbook(files["libreoffice_openpyxl_xlsx"])
    assert ours.kind == suffix
    first, same = ours.sheets[0], modern.sheets[0]
    assert first.name == same.name
    assert first.hidden_rows == {4}
    assert first.hidden_columns == {3}
    assert first.merges == same.merges
    assert first.cells.keys() == same.cells.keys()
    for place, cell in same.cells.items():
        if cell.kind == "date" and cell.text == "15" and suffix == "ods":
            continue  # LibreOffice knows no 29/02/1900: days before it differ by one
        value = first.cells[place].value
        if isinstance(cell.value, float):
            assert value == pytest.approx(cell.value)
        elif not isinstance(cell.value, bool) or suffix == "xls":
            assert value == cell.value, place
        assert first.cells[place].kind == cell.kind or isinstance(cell.value, bool) or place == (3, 8), place
        assert (first.cells[place].formula is None) == (cell.formula is None), place
    assert ours.sheets[1].state != "visible"
    assert ("no_checksum" in ours.notes) == (suffix == "xls")


def test_stray_formatting_at_the_last_row_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = 5
    book.active.cell(1_048_576, 3).border = Border(Side(style="thin"))
    book.active.cell(1_048_576, 4, " ")
    book.save(tmp_path / "stray.xlsx")
    cells = read_workbook(tmp_path / "stray.xlsx").sheets[0].cells
    assert {place: cell.value for place, cell in cells.items()} == {(1, 1): 5, (1_048_576, 4): " "}


def test_a_macro_workbook_says_so(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "macro.xlsm"
    with zipfile.ZipFile(files["openpyxl"]) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "xl/_rels/workbook.xml.rels":
                arrow = b'<Relationship Id="m1" Type="http://x/vbaProject" Target="vbaProject.bin"/></Relationships>'
                content = content.replace(b"</Relationships>", arrow)
            if member.filename == "[Content_Types].xml":
                content = content.replace(b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml")
            target.writestr(member.filename, content)
        target.writestr("xl/vbaProject.bin", b"\x00")
    book = read_workbook(path)
    assert (book.kind, book.has_macros) == ("xlsm", True)
    assert "macros" in book.notes
