"""Older formats and text tables: what is read, and that an engine's death is one refused file."""

from __future__ import annotations

import datetime
import io
import signal
import struct
import sys
import zipfile
from pathlib import Path

import pytest
import slow_readers
from hostile_files import flat
from test_guard import ole_file

from termreview.spreadsheets import older_formats
from termreview.spreadsheets.older.biff import read_records, rich_strings
from termreview.spreadsheets.older_formats import read_in_child, read_sheets, within_limits
from termreview.spreadsheets.packages.guard import Limits
from termreview.spreadsheets.workbook import Cell, RefusedFile, Sheet, Workbook, read_workbook


def record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def xls(*cells: bytes, shared: bytes = b"", code_page: int = 0) -> bytes:
    """A workbook of one sheet: two styles (plain and day), and the given cell records.

    Of Excel 97 (BIFF8), or where a code page is given of Excel 95 (BIFF5).
    """
    version, mark = (0x500, b"") if code_page else (0x600, b"\0")
    start = record(0x809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0))
    start += record(0x42, struct.pack("<H", code_page)) if code_page else b""
    styles = b"".join(record(0xE0, struct.pack("<HH16x", 0, code)) for code in (0, 14))
    name = b"S"
    length = len(start) + len(styles) + 4 + 7 + len(mark) + len(name) + len(shared) + 4
    listing = record(0x85, struct.pack("<IBBB", length, 0, 0, len(name)) + mark + name)
    before = record(0x20B, b"")  # some programs let a sheet begin a little early
    sheet = before + record(0x809, struct.pack("<HHHHII", version, 0x10, 0, 0, 0, 0))
    stream = (
        start + styles + listing + shared + record(0x0A, b"") + sheet + b"".join(cells) + record(0x0A, b"")
    )
    data = bytearray(ole_file("Book" if code_page else "Workbook", workbook=stream.ljust(4096, b"\0")))
    # Sector 0 is the directory, 1 to 8 the workbook, 9 the table of sectors.
    chain = [0xFFFFFFFE, *range(2, 9), 0xFFFFFFFE, 0xFFFFFFFD] + [0xFFFFFFFF] * 118
    struct.pack_into("<IIIII", data, 44, 1, 0, 0, 4096, 0xFFFFFFFE)
    struct.pack_into("<III", data, 60, 0xFFFFFFFE, 0, 0xFFFFFFFE)
    struct.pack_into("<109I", data, 76, 9, *[0xFFFFFFFF] * 108)
    data[512 + 66] = 5  # the root entry
    struct.pack_into("<iiiii", data, 512 + 68, -1, -1, 1, 0, 0)
    struct.pack_into("<iii", data, 512 + 128 + 68, -1, -1, -1)
    struct.pack_into("<II", data, 512 + 116, 0xFFFFFFFE, 0)
    struct.pack_into("<II", data, 512 + 128 + 116, 1, 4096)
    return bytes(data) + struct.pack("<128I", *chain)


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def test_an_xls_shows_its_errors_formulas_dates_and_hidden_rows(tmp_path: Path) -> None:
    error_result = struct.pack("<BBBBBBH", 2, 0, 7, 0, 0, 0, 0xFFFF)
    data = xls(
        number(0, 0, 12.0),
        number(1, 0, 45291.0, style=1),
        record(0x205, struct.pack("<HHHBB", 2, 0, 0, 42, 1)),
        record(0x205, struct.pack("<HHHBB", 3, 0, 0, 1, 0)),
        record(
            0x06, struct.pack("<HHH", 4, 0, 0) + error_result + bytes(6) + struct.pack("<HBH", 3, 0x1E, 1)
        ),
        record(0x406, struct.pack("<HHHd6xHBH", 5, 1, 0, 4.0, 3, 0x1E, 4)),
        record(0x27E, struct.pack("<HHHI", 5, 0, 0, (1234 << 2) | 3)),
        record(
            0xBD, struct.pack("<HHHIHIH", 6, 0, 0, (5 << 2) | 2, 0, (0xFFFFFFFF << 2) & 0xFFFFFFFC | 2, 1)
        ),
        record(0x208, struct.pack("<HHHHHHI", 5, 0, 1, 300, 0, 0, 0x20)),
        record(0x7D, struct.pack("<HHHHHH", 2, 3, 2000, 0, 1, 0)),
    )
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    book = read_workbook(path)
    sheet = book.sheets[0]
    assert (book.kind, book.notes, sheet.name) == ("xls", ("no_checksum",), "S")
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({6}, {3, 4})
    assert [cell.value for cell in sheet.cells.values()] == [
        12, datetime.date(2023, 12, 31), "#N/A", True, "#DIV/0!", 12.34, 4, 5, -1,
    ]  # fmt: skip
    assert sheet.cells[2, 1] == Cell(datetime.date(2023, 12, 31), "45291", "date", None, "mm-dd-yy")
    assert (sheet.cells[5, 1].kind, sheet.cells[5, 1].formula) == ("error", "=1")


def label(row: int, column: int, text: str) -> bytes:
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 0) + text.encode())


def test_texts_below_blank_rows_and_columns_stay_in_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(
        xls(label(3, 2, "pupils"), number(3, 3, 12.0), label(5, 2, "classes"), number(5, 3, 4.0))
    )
    (sheet,) = read_workbook(path).sheets
    values = {place: cell.value for place, cell in sheet.cells.items()}
    assert values == {(4, 3): "pupils", (4, 4): 12, (6, 3): "classes", (6, 4): 4}


def test_a_workbook_stream_named_in_capitals_is_read_with_its_records(tmp_path: Path) -> None:
    error = record(0x205, struct.pack("<HHHBB", 1, 0, 0, 42, 1))
    data = xls(number(0, 0, 12.0), error)
    path = tmp_path / "a.xls"
    path.write_bytes(data.replace("Workbook".encode("utf-16-le"), "WORKBOOK".encode("utf-16-le")))
    (sheet,) = read_workbook(path).sheets
    assert [cell.value for cell in sheet.cells.values()] == [12, "#N/A"]


def test_texts_of_excel_95_are_read_in_their_code_page_with_its_errors(tmp_path: Path) -> None:
    words = "Tr\xadêng".encode("cp1252")  # .VnTime
    data = xls(
        record(0x204, struct.pack("<HHHH", 0, 0, 0, len(words)) + words),
        record(0xD6, struct.pack("<HHHH", 0, 1, 0, 2) + b"ok" + b"\x00"),
        number(1, 0, 12.0),
        record(0x205, struct.pack("<HHHBB", 1, 1, 0, 42, 1)),
        code_page=1252,
    )
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    book = read_workbook(path)
    assert [cell.value for cell in book.sheets[0].cells.values()] == ["Tr\xadêng", "ok", 12, "#N/A"]
    assert "errors_not_seen" not in book.notes


def test_an_xls_keeps_what_its_sheets_are_and_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(
        xls(
            number(0, 0, 2.0),
            # A sum written by a program that does not calculate: its result is said to be an empty text.
            record(0x06, struct.pack("<HHHB5xH6xHBH", 1, 0, 0, 3, 0xFFFF, 3, 0x1E, 1)),
            record(0xE5, struct.pack("<H4H", 1, 0, 2, 0, 3)),
        )
    )
    (sheet,) = read_workbook(path).sheets
    assert sheet.merges == ("A1:D3",)
    assert [cell.kind for cell in sheet.cells.values()] == ["number", "formula_without_value"]
    path.write_bytes(xls(number(0, 0, 2.0), record(0xFD, struct.pack("<HHHI", 0, 1, 0, 7))))
    with pytest.raises(RefusedFile) as refusal:
        read_workbook(path)
    assert refusal.value.reason == "damaged"


def test_a_text_that_a_formula_gave_runs_on_over_records(tmp_path: Path) -> None:
    is_text = struct.pack("<B5xH", 0, 0xFFFF)
    formula = record(
        0x06, struct.pack("<HHH", 0, 0, 0) + is_text + bytes(6) + struct.pack("<HBH", 3, 0x1E, 1)
    )
    text = record(0x207, struct.pack("<HB", 7, 0) + b"abc") + record(
        0x3C, b"\x01" + "đ ê".encode("utf-16-le")
    )
    path = tmp_path / "a.xls"
    path.write_bytes(xls(formula, text, record(0x3C, b"\x00!"), number(1, 0, 2.0)))
    cells = read_workbook(path).sheets[0].cells
    assert cells[1, 1] == Cell("abcđ ê!", "abcđ ê!", "text", "=1", "General")
    assert cells[2, 1].value == 2


def test_shared_texts_are_those_of_the_file_whatever_the_engine_makes_of_them(tmp_path: Path) -> None:
    strings = (
        struct.pack("<II", 2, 2)
        + struct.pack("<HB", 3, 0)
        + b"mpg"
        + struct.pack("<HB", 1, 1)
        + "ộ".encode("utf-16-le")
    )
    cells = [record(0xFD, struct.pack("<HHHI", 0, column, 0, column)) for column in range(2)]
    path = tmp_path / "a.xls"
    path.write_bytes(xls(*cells, number(1, 0, 2.0), shared=record(0xFC, strings)))
    found = read_workbook(path).sheets[0].cells
    assert [cell.value for cell in found.values()] == ["mpg", "ộ", 2]


@pytest.mark.parametrize("cut", range(8, 50))
def test_shared_texts_run_on_over_records_wherever_they_are_cut(cut: int) -> None:
    rich = struct.pack("<HBHI", 4, 0x0C, 1, 2) + b"rich" + bytes(4) + bytes(2)
    wide = struct.pack("<HB", 3, 1) + "đêm".encode("utf-16-le")
    plain = struct.pack("<HB", 5, 0) + b"plain"
    data = struct.pack("<II", 3, 3) + rich + wide + plain
    first, rest = data[:cut], data[cut:]
    marks = {range(17, 21): b"\0", range(30, 36): b"\1", range(39, 44): b"\0"}  # the letters, and how wide
    inside = next((mark for letters, mark in marks.items() if cut in letters), b"")
    if inside == b"\1" and cut % 2:
        return  # no letter is cut in two
    assert rich_strings([first, inside + rest])[0] == ["rich", "đêm", "plain"]


def test_damaged_xls_files_never_raise_anything_else(tmp_path: Path) -> None:
    good = xls(number(0, 0, 12.0), number(9, 3, 4.5))
    assert read_records(good, 100) is not None
    for place in range(0, len(good), 41):
        spoilt = bytearray(good)
        spoilt[place] ^= 0xFF
        read_records(bytes(spoilt), 100)
    for length in (600, 1024, 1600, 4000):
        path = tmp_path / "cut.xls"
        path.write_bytes(good[:length])
        with pytest.raises(RefusedFile):
            read_workbook(path)


def engine_killer() -> bytes:
    """An .xlsb-looking package of rubbish records: the engine sees two opposite corners."""
    target = io.BytesIO()
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        arrow = f'<Relationship Id="a" Type="{office}/officeDocument" Target="xl/workbook.bin"/>'
        book.writestr("_rels/.rels", f"<Relationships>{arrow}</Relationships>")
        book.writestr("xl/workbook.bin", bytes(40))
    return target.getvalue()


def piece(number: int, body: bytes = b"") -> bytes:
    """One record of a binary workbook."""
    mark = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    assert len(body) < 128
    return mark + bytes([len(body)]) + body


def long_text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(sheet: bytes) -> bytes:
    """A binary workbook of one hidden sheet: two styles (plain and day), one shared string."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listing = struct.pack("<II", 1, 1) + long_text("rId1") + long_text("Sổ")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        arrow = '<Relationship Id="{}" Type="' + office + '/{}" Target="{}"/>'
        book.writestr("[Content_Types].xml", "<Types/>")
        main = arrow.format("a", "officeDocument", "xl/workbook.bin")
        book.writestr("_rels/.rels", f"<Relationships>{main}</Relationships>")
        arrows = arrow.format("rId1", "worksheet", "worksheets/sheet1.bin")
        arrows += arrow.format("rId2", "styles", "styles.bin") + arrow.format(
            "rId3", "sharedStrings", "strings.bin"
        )
        book.writestr("xl/_rels/workbook.bin.rels", f"<Relationships>{arrows}</Relationships>")
        book.writestr("xl/workbook.bin", piece(156, listing))
        book.writestr("xl/strings.bin", piece(19, b"\0" + long_text("Trường")))
        font = piece(43, bytes(21) + long_text(".VnTime"))
        formats = [struct.pack("<HHHHII", 0, code, font, 0, 0, 0) for code, font in ((0, 1), (14, 0))]
        styles = (
            piece(43, bytes(21) + long_text("Arial"))
            + font
            + piece(617)
            + b"".join(piece(47, entry) for entry in formats)
        )
        book.writestr("xl/styles.bin", styles + piece(618))
        book.writestr("xl/worksheets/sheet1.bin", sheet)
    return target.getvalue()


def test_an_xlsb_shows_its_errors_formulas_dates_and_hidden_rows(tmp_path: Path) -> None:
    at = [struct.pack("<II", column, style) for column, style in ((0, 1), (1, 0), (2, 0), (3, 0))]
    total = struct.pack("<BIIHHBBH", 0x25, 2, 5, 0xC001, 0xC001, 0x22, 1, 4)
    sheet = (
        piece(60, struct.pack("<IIIIH", 5, 6, 0, 0, 1))
        + piece(0, struct.pack("<IIHBB", 2, 0, 0, 0, 0x10))
        + piece(5, at[0] + struct.pack("<d", 45291.0))
        + piece(3, at[1] + b"\x2a")
        + piece(7, at[2] + struct.pack("<I", 0))
        + piece(15, struct.pack("<I", 0) + b"\1")  # next to it, its column left out
        + piece(0, struct.pack("<IIHBB", 3, 0, 0, 0, 0))
        + piece(9, at[1] + struct.pack("<dHI", 7.0, 0, len(total)) + total)
        + piece(8, at[2] + long_text("ổn") + struct.pack("<HI", 0, 0))
        + piece(176, struct.pack("<4I", 0, 1, 0, 2))
    )
    path = tmp_path / "a.xlsb"
    path.write_bytes(xlsb(sheet))
    book = read_workbook(path)
    (found,) = book.sheets
    assert (book.kind, book.notes, found.name, found.state) == ("xlsb", (), "Sổ", "hidden")
    assert (found.hidden_rows, found.hidden_columns, found.merges) == ({3}, {6, 7}, ("A1:C2",))
    assert found.cells == {
        (3, 1): Cell(datetime.date(2023, 12, 31), "45291", "date", None, "mm-dd-yy"),
        (3, 2): Cell("#N/A", "#N/A", "error", None, "General"),
        (3, 3): Cell("Trường", "Trường", "text", None, "General"),
        (3, 4): Cell(True, "TRUE", "boolean", None, "General"),
        (4, 2): Cell(7, "7", "number", "=SUM(B3:B6)", "General"),
        (4, 3): Cell("ổn", "ổn", "text", "=", "General"),
    }
    assert set(found.old_fonts.values()) == {"TCVN3"}


def test_an_xlsb_that_names_a_cell_twice_is_refused(tmp_path: Path) -> None:
    cell = piece(5, struct.pack("<IId", 0, 0, 1.0))
    path = tmp_path / "a.xlsb"
    path.write_bytes(xlsb(piece(0, struct.pack("<IIHBB", 2, 0, 0, 0, 0)) + cell + cell))
    with pytest.raises(RefusedFile) as refusal:
        read_workbook(path)
    assert refusal.value.reason == "damaged"


def test_a_broken_xlsb_is_one_refused_file(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsb"
    path.write_bytes(engine_killer())
    with pytest.raises(RefusedFile) as refusal:
        read_workbook(path)
    assert refusal.value.reason in ("damaged", "engine_failed")


def corner_killer(path: Path) -> Path:
    """Two kilobytes that make the engine ask for half a terabyte and abort its process."""
    main_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        for name, kind, target in (("_rels/.rels", "officeDocument", "xl/workbook.xml"),
                                   ("xl/_rels/workbook.xml.rels", "worksheet", "worksheets/sheet1.xml")):  # fmt: skip
            arrow = f'<Relationship Id="r1" Type="{office}/{kind}" Target="{target}"/>'
            book.writestr(name, f'<Relationships xmlns="{package}/relationships">{arrow}</Relationships>')
        sheets = '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main_space}" xmlns:r="{office}">{sheets}</workbook>'
        )
        sheet = f'<worksheet xmlns="{main_space}"><sheetData>{rows}</sheetData></worksheet>'
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def test_the_death_of_the_engine_is_one_refused_file(tmp_path: Path) -> None:
    path = corner_killer(tmp_path / "corners.xlsx")
    assert len(read_workbook(path).sheets[0].cells) == 2
    with pytest.raises(RefusedFile) as refusal:
        read_in_child(path, "xls")  # the engine, which our own reader never asks for .xlsx
    assert refusal.value.reason == "engine_failed"


def test_an_engine_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older_formats, "read_sheets", slow_readers.burn)
    path = tmp_path / "a.xls"
    path.write_bytes(xls(number(0, 0, 1.0)))
    with pytest.raises(RefusedFile) as refusal:
        read_in_child(path, "xls", Limits(child_seconds=0.1))
    assert refusal.value.reason == "engine_failed"


def test_a_child_without_bounded_memory_still_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows
    # The bound would end the process of the tests later on.
    monkeypatch.delattr(signal, "setitimer", raising=False)
    path = tmp_path / "a.xls"
    path.write_bytes(xls(number(0, 0, 1.0)))
    book, sheet = within_limits(Limits(), read_sheets, path, "xls")
    assert isinstance(book, Workbook)
    assert (book.kind, book.sheets) == ("xls", ())
    assert isinstance(sheet, Sheet)
    assert sheet.cells[1, 1].value == 1
    assert older_formats.read_with_engine(path, "xls", Limits()).sheets[0].cells[1, 1].value == 1


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        ("\ufeffMã;Tên;Số\n01;Trường, lớp;12\n".encode(), ()),
        ('Mã,Tên,Số\r\n01,"Trường, lớp",12\r\n'.encode(), ()),
        ("Mã\tTên\tSố\n01\tTrường, lớp\t12".encode("utf-16"), ()),
        ("sep=;\nMã;Tên;Số\n01;Trường, lớp;12\n".encode(), ()),
    ],
)
def test_text_tables_with_any_separator(tmp_path: Path, content: bytes, notes: tuple[str, ...]) -> None:
    path = tmp_path / "bang.xls"
    path.write_bytes(content)
    book = read_workbook(path)
    assert (book.kind, book.notes, book.sheets[0].name) == ("csv", notes, "bang")
    values = [cell.value for cell in book.sheets[0].cells.values()]
    assert values == ["Mã", "Tên", "Số", "01", "Trường, lớp", "12"]


def test_an_old_encoding_is_guessed_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "bang.csv"
    path.write_bytes(
        "Mã;Đơn vị\n1;Phòng Giáo dục\n".replace("ã", "a").replace("ị", "i").encode("cp1258", "ignore")
    )
    book = read_workbook(path)
    assert book.notes == ("encoding_guessed",)
    assert book.sheets[0].cells[1, 2].value == "Đơn vi"


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"
)


def ods(path: Path, tables: str, manifest: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", ODS.format(tables))
        book.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return path


def test_an_ods_keeps_formulas_errors_and_repeated_cells(tmp_path: Path) -> None:
    cells = (
        '<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="3"/>'
        '<table:table-cell table:formula="of:=[.A1]" office:value-type="string" calcext:value-type="error">'
        "<text:p>#REF!</text:p></table:table-cell>"
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="string"><office:annotation><text:p>ghi chú</text:p></office:annotation>'
        '<text:p>a<text:s text:c="2"/>b</text:p><text:p>c</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=1"/><table:table-cell office:value-type="time" office:time-value="PT30H"/>'
        '<table:table-cell table:number-columns-repeated="16376"/>'
    )
    rows = (
        f'<table:table-row table:number-rows-repeated="2">{cells}</table:table-row>'
        '<table:table-row table:number-rows-repeated="2" table:visibility="collapse"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell office:value-type="float" office:value="9"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048571" table:visibility="filter"><table:table-cell/></table:table-row>'
    )
    book = read_workbook(ods(tmp_path / "a.ods", f'<table:table table:name="T">{rows}</table:table>'))
    found = book.sheets[0].cells
    assert [cell.value for (row, _), cell in found.items() if row == 2] == [
        3,
        3,
        "#REF!",
        True,
        "a  b\nc",
        None,
        1.25,
    ]
    assert found[1, 3].kind == "error"
    assert found[1, 6].kind == "formula_without_value"
    assert book.sheets[0].hidden_rows == {3, 4}  # none beyond the last filled row


def test_an_ods_with_macros_is_read_and_they_are_noted(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "a.ods",
        '<table:table table:name="T"><table:table-row><table:table-cell office:value-type="float" office:value="3"/></table:table-row></table:table>',
    )
    module = '<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd"><module/>'
    with zipfile.ZipFile(path, "a") as book:
        book.writestr("Basic/Standard/Module1.xml", module)
    book = read_workbook(path)
    assert book.has_macros
    assert book.sheets[0].cells[1, 1].value == 3


def test_what_was_last_seen_of_another_file_is_no_sheet(tmp_path: Path) -> None:
    cell = '<table:table-row><table:table-cell office:value-type="float" office:value="3"/></table:table-row>'
    seen = f"<table:table table:name=\"'file:///a.ods'#Sheet1\"><table:table-source/>{cell}</table:table>"
    linked = f'<table:table table:name="T"><table:table-source/>{cell}</table:table>'
    book = read_workbook(ods(tmp_path / "a.ods", seen + linked))
    assert [(sheet.name, len(sheet.cells)) for sheet in book.sheets] == [("T", 1)]
    assert book.has_external_links


def test_a_sheet_inside_a_drawing_of_a_single_xml_is_no_sheet(tmp_path: Path) -> None:
    cell = '<table:table-row><table:table-cell office:value-type="float" office:value="3">{}</table:table-cell></table:table-row>'
    inner = f'<office:document><office:body><office:spreadsheet><table:table table:name="B">{cell.format("")}</table:table></office:spreadsheet></office:body></office:document>'
    drawn = f'<draw:frame xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><draw:object>{inner}</draw:object></draw:frame>'
    path = tmp_path / "a.ods"
    path.write_bytes(flat(f'<table:table table:name="A">{cell.format(drawn)}</table:table>'))
    book = read_workbook(path)
    assert (book.kind, [(sheet.name, len(sheet.cells)) for sheet in book.sheets]) == ("fods", [("A", 1)])


def test_an_ods_that_swells_or_is_locked_is_refused(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="3"/>'
    )
    swelling = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    for tables, manifest, reason in (
        (f'<table:table table:name="T">{swelling}</table:table>', "", "too_large"),
        ("", "<encryption-data/>", "password_protected"),
    ):
        with pytest.raises(RefusedFile) as refusal:
            read_workbook(ods(tmp_path / "a.ods", tables, manifest))
        assert refusal.value.reason == reason


def test_half_a_letter_in_an_older_format_is_no_letter_and_stops_nobody(tmp_path: Path) -> None:
    def wide(row: int, text: str) -> bytes:
        letters = text.encode("utf-16-le", "surrogatepass")
        return record(0x204, struct.pack("<HHHHB", row, 0, 0, len(letters) // 2, 1) + letters)

    path = tmp_path / "a.xls"
    path.write_bytes(xls(wide(0, "a\ud800b"), wide(1, "\udc00"), wide(2, "\U0001f600")))
    cells = read_workbook(path).sheets[0].cells
    assert [cells[row, 1].value for row in (1, 2, 3)] == ["a\ufffdb", "\ufffd", "\U0001f600"]


def test_a_letter_cut_by_the_end_of_a_record_is_put_together_again() -> None:
    letters = "\U0001f600\ud800".encode("utf-16-le", "surrogatepass")
    first = struct.pack("<IIHB", 1, 1, 3, 1) + letters[:2]
    assert rich_strings([first, b"\x01" + letters[2:]])[0] == ["\U0001f600\ufffd"]
