"""Worksheet parts of every shape the format allows: what each stored cell becomes, and what is refused."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
from hostile_files import cell, formats, package, row, sheet
from hypothesis import given, settings, strategies as st
from openpyxl.formula.translate import Translator

from termreview.cells import address, column_letters, parse_address
from termreview.spreadsheets.model.cell_values import (
    Shared,
    is_date_format,
    read_number,
    read_serial,
    unescape_string,
)
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS, Limits
from termreview.spreadsheets.workbook import Cell, RefusedFile, Sheet, read_workbook
from termreview.spreadsheets.xlsx import sheet as xlsx_sheet
from termreview.spreadsheets.xlsx.formulas import move_formula
from termreview.spreadsheets.xlsx.shared import UnusualShapeError, read_number_formats, read_shared_strings
from termreview.spreadsheets.xlsx.sheet import scan_sheet
from termreview.spreadsheets.xlsx.walk import walk_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MARKUP = "http://schemas.openxmlformats.org/markup-compatibility/2006"
FORMATS = [("General", False), ("dd/mm/yyyy", True), ("h:mm", True), ("@", False)]
SHARED = Shared(["Trường A", "hai", ""], FORMATS, False)


def worksheet(rows: str, head: str = "", tail: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{MAIN}">{head}'
        f"<sheetData>{rows}</sheetData>{tail}</worksheet>"
    ).encode()


def both(part: bytes, shared: Shared = SHARED) -> dict[tuple[int, int], Cell]:
    content = scan_sheet(part, shared, DEFAULT_LIMITS)
    assert content == walk_sheet(part, shared, DEFAULT_LIMITS)
    return content.cells


def one(cell: str) -> Cell | None:
    return both(worksheet(f'<row r="3">{cell}</row>')).get((3, 2))


@pytest.mark.parametrize(
    ("stored", "value", "text", "kind"),
    [
        ('<c r="B3"><v>12</v></c>', 12, "12", "number"),
        ('<c r="B3" t="n"><v>12.0</v></c>', 12, "12.0", "number"),
        ('<c r="B3"><v>-4</v></c>', -4, "-4", "number"),
        ('<c r="B3"><v>1E3</v></c>', 1000, "1E3", "number"),
        ('<c r="B3"><v>0.5</v></c>', 0.5, "0.5", "number"),
        ('<c r="B3"><v>1E400</v></c>', "1E400", "1E400", "error"),
        ('<c r="B3"><v>NaN</v></c>', "NaN", "NaN", "error"),
        ('<c r="B3"><v>1_0</v></c>', "1_0", "1_0", "error"),
        ('<c r="B3" t="s"><v>0</v></c>', "Trường A", "Trường A", "text"),
        ('<c r="B3" t="inlineStr"><is><t>a &amp; b&#7879;</t></is></c>', "a & bệ", "a & bệ", "text"),
        ('<c r="B3" t="inlineStr"><is><t>x_x000D_y</t></is></c>', "x\ry", "x\ry", "text"),
        ('<c r="B3" t="str"><f>"a"</f><v>a</v></c>', "a", "a", "text"),
        ('<c r="B3" t="str"><f>""</f><v></v></c>', "", "", "text"),
        ('<c r="B3" t="str"><f>X1</f></c>', None, "=X1", "formula_without_value"),
        ('<c r="B3"><f>A1+1</f><v></v></c>', None, "=A1+1", "formula_without_value"),
        ('<c r="B3"><f>A1+1</f><v/></c>', None, "=A1+1", "formula_without_value"),
        ('<c r="B3"><f>A1+1</f></c>', None, "=A1+1", "formula_without_value"),
        ('<c r="B3"><f aca="false">A1&lt;1</f><v>7</v></c>', 7, "7", "number"),
        ('<c r="B3" t="b"><v>1</v></c>', True, "TRUE", "boolean"),
        ('<c r="B3" t="b"><v>0</v></c>', False, "FALSE", "boolean"),
        ('<c r="B3" t="b"><v>2</v></c>', "2", "2", "error"),
        ('<c r="B3" t="e"><v>#DIV/0!</v></c>', "#DIV/0!", "#DIV/0!", "error"),
        ('<c r="B3" t="e"><f>1/0</f><v>#N/A</v></c>', "#N/A", "#N/A", "error"),
        ('<c r="B3" s="1"><v>45291</v></c>', datetime.date(2023, 12, 31), "45291", "date"),
        ('<c s="1" r="B3"><v>45291.75</v></c>', datetime.datetime(2023, 12, 31, 18), "45291.75", "date"),
        ('<c r="B3" s="2"><v>0.5</v></c>', datetime.time(12), "0.5", "date"),
        ('<c r="B3" s="1"><v>12500000</v></c>', "12500000", "12500000", "error"),
        ('<c r="B3" s="1"><v>-3</v></c>', "-3", "-3", "error"),
        ('<c r="B3" t="d"><v>2024-01-10</v></c>', datetime.date(2024, 1, 10), "2024-01-10", "date"),
        ('<c r="B3" t="d"><v>10/01/2024</v></c>', "10/01/2024", "10/01/2024", "error"),
    ],
)
def test_each_stored_cell_becomes_its_value(stored: str, value: object, text: str, kind: str) -> None:
    part = worksheet(f'<row r="3">{stored}</row>')
    cell = walk_sheet(part, SHARED, DEFAULT_LIMITS).cells[3, 2]
    assert (cell.value, cell.text, cell.kind) == (value, text, kind)
    assert type(cell.value) is type(value)
    if stored.startswith('<c r="B3"'):
        assert one(stored) == cell


@pytest.mark.parametrize(
    "stored",
    ['<c r="B3"/>', '<c r="B3" s="1" />', '<c r="B3"></c>', '<c r="B3"><v></v></c>', '<c r="B3" t="s"><v>2</v></c>',
     '<c r="B3" t="n"><v/></c>', '<c r="B3" t="inlineStr"><is><t></t></is></c>', '<c r="B3"><f></f></c>'],
)  # fmt: skip
def test_cells_that_hold_nothing_are_left_out(stored: str) -> None:
    assert one(stored) is None


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="3"><!-- ghi chú --><c r="B3"><v>5</v></c></row>',
        '<row r="3"><c r="B3"><v><![CDATA[5]]></v></c></row>',
        '<row><c/></row><row/><row><c/><c><v>5</v></c></row>',
        '<row r="9"><c r="B3"><v>5</v></c></row>',
        "<row r='3'><c r='B3'><v>5</v></c></row>",
        '<row r="3"><c r="B3" t="n" ><v>5</v><extLst/></c></row>',
    ],
)  # fmt: skip
def test_unusual_shapes_are_read_by_the_parser(rows: str) -> None:
    with pytest.raises(UnusualShapeError):
        scan_sheet(worksheet(rows), SHARED, DEFAULT_LIMITS)
    content = xlsx_sheet.read_sheet(worksheet(rows), SHARED, DEFAULT_LIMITS)
    assert content.cells == {(3, 2): Cell(5, "5", "number", None, "General")}
    assert content.notes == ({"cell_outside_its_row"} if 'r="9"' in rows else set())


def test_rich_inline_text_leaves_formatting_and_readings_out() -> None:
    inside = "<is><r><rPr><b/></rPr><t>một </t></r><r><t>hai</t></r><rPh sb='0' eb='1'><t>đọc</t></rPh></is>"
    part = worksheet(f'<row r="3"><c r="B3" t="inlineStr">{inside}</c></row>')
    assert xlsx_sheet.read_sheet(part, SHARED, DEFAULT_LIMITS).cells[3, 2].value == "một hai"


def test_the_rows_after_an_inline_string_are_told_apart_hidden_or_not() -> None:
    rich = '<c t="inlineStr"><is><r><rPr><b/></rPr><t>đậm</t></r></is></c>'
    rows = f'<row><c><v>1</v></c>{rich}</row><row hidden="1"><c><v>2</v></c></row><row><c><v>3</v></c>{rich}</row>'
    content = walk_sheet(
        worksheet(rows, tail='<mergeCells><mergeCell ref="A5:B5"/></mergeCells>'), SHARED, DEFAULT_LIMITS
    )
    assert {place: cell.value for place, cell in content.cells.items()} == {
        (1, 1): 1, (1, 2): "đậm", (2, 1): 2, (3, 1): 3, (3, 2): "đậm",
    }  # fmt: skip
    assert content.hidden_rows == {2}
    assert content.merges == ["A5:B5"]
    assert content.notes == set()


def test_prefixes_and_the_strict_namespace_are_understood() -> None:
    part = (
        f'<x:worksheet xmlns:x="{STRICT}"><x:cols><x:col min="2" max="3" hidden="1"/></x:cols><x:sheetData>'
        '<x:row r="2" hidden="1"><x:c r="A2"><x:f>1+1</x:f><x:v>2</x:v></x:c></x:row></x:sheetData>'
        '<x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>'
    )
    content = xlsx_sheet.read_sheet(part.encode(), SHARED, DEFAULT_LIMITS)
    assert content.cells == {(2, 1): Cell(2, "2", "number", "=1+1", "General")}
    assert (content.hidden_rows, content.hidden_columns, content.merges) == ({2}, {2, 3}, ["A1:B2"])
    strict = worksheet('<row r="2"><c r="A2"><v>2</v></c></row>').replace(MAIN.encode(), STRICT.encode())
    assert both(strict)[2, 1].value == 2


def test_other_encodings_are_read() -> None:
    part = worksheet('<row r="2"><c r="A2" t="inlineStr"><is><t>Lớp</t></is></c></row>').decode()
    encoded = part.replace("UTF-8", "UTF-16").encode("utf-16")
    assert xlsx_sheet.read_sheet(encoded, SHARED, DEFAULT_LIMITS).cells[2, 1].value == "Lớp"


def test_shared_formulas_move_to_their_cells() -> None:
    rows = (
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*$C$1+SUM(A$1:A1)</f><v>1</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"></f><v>3</v></c><c r="C3"><f t="shared" si="9"/></c></row>'
    )
    cells = both(worksheet(rows))
    assert [cells[row, 2].formula for row in (1, 2, 3)] == [
        "=A1*$C$1+SUM(A$1:A1)",
        "=A2*$C$1+SUM(A$1:A2)",
        "=A3*$C$1+SUM(A$1:A3)",
    ]
    assert cells[3, 3] == Cell(None, "=", "formula_without_value", "=", "General")


@pytest.mark.parametrize(
    "formula",
    ["A1+$A1+A$1+$A$1", 'IF(B2="A1",\'Tờ A1\'!C3,"")', "SUM(B:B)+SUM($2:3)", "LOG10(A1)+Tong_A1+Sheet1!B2:C9"],
)  # fmt: skip
def test_moved_formulas_are_those_openpyxl_gives(formula: str) -> None:
    theirs = Translator(f"={formula}", "B2").translate_formula("D7")
    assert f"={move_formula(formula, 5, 2)}" == theirs


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "damaged"),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "damaged"),
        ('<row r="1048577"><c r="A1048577"><v>1</v></c></row>', "damaged"),
        ('<row r="0"><c r="A0"><v>1</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1" t="s"><v>3</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1" s="4"><v>1</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1" t="lạ"><v>1</v></c></row>', "damaged"),
        ('<row r="1"><c r="A1"><v>1</v></row>', "damaged"),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>&bad;</t></is></c></row>', "damaged"),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>&#0;</t></is></c></row>', "damaged"),
        ("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 12)), "too_large"),
    ],
)
def test_contradictions_are_refused(rows: str, reason: str) -> None:
    with pytest.raises(RefusedFile) as refusal:
        xlsx_sheet.read_sheet(worksheet(rows), SHARED, Limits(cells=10))
    assert refusal.value.reason == reason


def test_an_entity_declaration_is_refused_wherever_it_hides() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    part = b"<!--" + b"x" * 5000 + b"-->" + bomb + worksheet('<row r="1"/>').partition(b"\n")[2]
    with pytest.raises(RefusedFile) as refusal:
        xlsx_sheet.read_sheet(part, SHARED, DEFAULT_LIMITS)
    assert refusal.value.reason == "unsafe_xml"


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<si><t>một</t></si><si><t>hai &amp; ba</t></si>", ["một", "hai & ba"]),
        ('<si><t xml:space="preserve"> một </t></si><si><t>x > y_x000D_</t></si>', [" một ", "x > y\r"]),
        ("<si><t></t></si><si><t>sau</t></si>", ["", "sau"]),
        ("<si><t>một</t></si><si><r><t>hai</t></r><r><t>ba</t></r></si>", ["một", "haiba"]),
        ("<si><t>một</t></si> <si><t>hai</t></si>", ["một", "hai"]),
        ("<si><t>một</t></si><si/><si><t>hai</t></si>", ["một", "", "hai"]),
        ("<si><t>a</t></si><si><t>b</t><phoneticPr fontId='1'/></si>", ["a", "b"]),
        ("<si><t>a</t><rPh sb='0' eb='1'><t>x</t></rPh></si><si><t>b</t></si>", ["a", "b"]),
        ("<si><t>a</t></si><si><r><t>b</t></r><t>c</t></si><si><t>d</t></si>", ["a", "bc", "d"]),
    ],
)
def test_plain_shared_strings_are_split_and_others_read_as_the_parser_reads_them(
    inside: str, expected: list[str]
) -> None:
    part = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{inside}</sst>'.encode()
    assert read_shared_strings(part) == expected
    assert read_shared_strings(part.replace(b"<sst", b"<!-- --><sst")) == expected


def test_shared_strings_of_every_shape() -> None:
    usual = "<si><t>a&amp;b</t></si><si/><si><t/></si>"
    rich = '<si><r><rPr><b/></rPr><t xml:space="preserve">x </t></r><r><t>y</t></r></si>'
    reading = '<si><t>漢</t><rPh sb="0" eb="1"><t>đọc</t></rPh><phoneticPr fontId="1"/></si><si><t>l\r\nm_x0041_</t></si>'
    part = f'<sst xmlns="{MAIN}">{usual}{rich}{reading}</sst>'.encode()
    expected = ["a&b", "", "", "x y", "漢", "l\nmA"]
    assert read_shared_strings(part) == expected
    assert read_shared_strings(part.replace(b"<sst", b"<!-- --><sst")) == expected
    prefixed = part.decode().replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert read_shared_strings(prefixed.encode()) == expected


def test_number_formats_by_either_reader() -> None:
    part = (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd&quot;/&quot;mm"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14" fontId="1"><alignment/></xf><xf fontId="0"/>'
        '<xf numFmtId="164"/></cellXfs><dxfs><dxf><numFmt numFmtId="165" formatCode="yy"/></dxf></dxfs></styleSheet>'
    ).encode()
    expected = [("General", False), ("mm-dd-yy", True), ("General", False), ('dd"/"mm', True)]
    assert read_number_formats(part) == expected
    assert read_number_formats(part.replace(b"<numFmts", b"<!-- --><numFmts")) == expected


@pytest.mark.parametrize(
    ("code", "is_date"),
    [("dd/mm/yyyy", True), ("General", False), ('0" ngày"', False), ("#,##0\\ [$VND]", False), ("[h]:mm", False),
     ("[$-42A]dd mmmm yyyy", True), ("[Red]0;[Blue]dd", False), ("h:mm AM/PM", True), ("0.00E+00", False),
     ("_-* #,##0_d_-", False), ("@", False), ("[<=9999999]###-####", False)],
)  # fmt: skip
def test_which_formats_show_a_date(code: str, is_date: bool) -> None:
    assert is_date_format(code) is is_date


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_of_two_wordings_of_a_style_the_common_one_counts(prefix: str) -> None:
    """As Hancom Office writes them: each style in its own wording, then in the one that all understand."""
    own = f'<mc:Choice Requires="hs"><{prefix}xf numFmtId="14"/></mc:Choice>'
    common = f'<mc:Fallback><{prefix}xf numFmtId="{{}}"/></mc:Fallback>'
    twice = "".join(
        f"<mc:AlternateContent>{own}{common.format(number)}</mc:AlternateContent>" for number in (0, 10, 14)
    )
    space = f'xmlns{":x" if prefix else ""}="{MAIN}" xmlns:mc="{MARKUP}"'
    styles = f"<{prefix}styleSheet {space}><{prefix}cellXfs>{twice}</{prefix}cellXfs></{prefix}styleSheet>"
    assert read_number_formats(styles.encode()) == [("General", False), ("0.00%", False), ("mm-dd-yy", True)]


def test_serial_days_at_the_edges() -> None:
    assert read_serial(1) == datetime.date(1900, 1, 1)
    assert read_serial(59) == datetime.date(1900, 2, 28)
    assert read_serial(61) == datetime.date(1900, 3, 1)
    assert read_serial(2_958_465) == datetime.date(9999, 12, 31)
    assert read_serial(2_958_466) is None
    assert read_serial(0, is_1904=True) == datetime.date(1904, 1, 1)
    assert read_serial(0) == datetime.time()
    assert read_serial(0.999999999) == datetime.date(1900, 1, 1)
    assert read_serial(45291.9999999999) == datetime.date(2024, 1, 1)


def test_escapes_never_make_half_a_letter() -> None:
    assert unescape_string("_x0041__x000A_") == "A\n"
    assert unescape_string("_x005F_x0041_") == "_x0041_"
    assert unescape_string("_xD83D__xDE00_ _x41_") == "_xD83D__xDE00_ _x41_"


def test_addresses_there_and_back() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert parse_address("$ab$3") == (3, 28)
    assert address(3, 28) == "AB3"
    for text in ("A0", "XFE1", "A1048577", "1A", "A1:B2", ""):
        with pytest.raises(ValueError, match="not a cell address"):
            parse_address(text)


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
)
def test_any_text_comes_back_as_written(text: str) -> None:
    written = text.replace("&", "&amp;").replace("<", "&lt;").replace("_x", "_x005F_x")
    part = worksheet(f'<row r="3"><c r="B3" t="inlineStr"><is><t>{written}</t></is></c></row>')
    assert both(part)[3, 2].value == text


@settings(max_examples=60, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_back_as_written(number: float) -> None:
    assert read_number(repr(number)) == number
    assert both(worksheet(f'<row r="3"><c r="B3"><v>{number!r}</v></c></row>'))[3, 2].value == number


def write_package(path: Path, sheets: list[tuple[str, str, bytes]], workbook_extra: str = "") -> Path:
    listing = "".join(
        f'<sheet name="{name}" sheetId="{n}" {state} r:id="r{n}"/>'
        for n, (name, state, _) in enumerate(sheets)
    )
    arrows = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="/data/part {n}.xml"/>'
        for n in range(len(sheets))
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        start = f'<Relationship Id="a" Type="{OFFICE}/officeDocument" Target="office/book.xml"/>'
        archive.writestr("_rels/.rels", f"<Relationships>{start}</Relationships>")
        book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook_extra}<sheets>{listing}</sheets></workbook>'
        archive.writestr("office/book.xml", book)
        archive.writestr("office/_rels/book.xml.rels", f"<Relationships>{arrows}</Relationships>")
        for n, (_, _, part) in enumerate(sheets):
            archive.writestr(f"data/part {n}.xml", part)
    return path


def test_parts_are_found_by_relationship_and_twin_names_are_noted(tmp_path: Path) -> None:
    first, second = (worksheet(f'<row r="1"><c r="A1"><v>{n}</v></c></row>') for n in (1, 2))
    path = write_package(tmp_path / "a", [("Tờ", "", first), ("tờ", 'state="hidden"', second)])
    book = read_workbook(path)
    cell_1, cell_2 = (Cell(n, str(n), "number", None, "General") for n in (1, 2))
    assert book.sheets == (
        Sheet("Tờ", "visible", {(1, 1): cell_1}),
        Sheet("tờ", "hidden", {(1, 1): cell_2}),
    )
    assert book.notes == ("duplicate_sheet_name",)


def test_two_opposite_corners_are_two_cells(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    path = write_package(tmp_path / "corners.xlsx", [("a", "", worksheet(rows))])
    assert set(read_workbook(path).sheets[0].cells) == {(1, 1), (1_048_576, 16_384)}


def test_what_newer_programs_add_to_the_workbook_does_not_change_its_calendar(tmp_path: Path) -> None:
    """As Excel 2013 and later write it: a second `workbookPr`, in a namespace of their own."""
    added = '<extLst><ext><x15:workbookPr xmlns:x15="urn:x15" chartTrackingRefBase="1"/></ext></extLst>'
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="1"/>'
        f'<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>{added}</workbook>'
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(package(sheet(row(cell("A1", "0", style="0"))), book=book, styles=formats({}, [14])))
    assert read_workbook(path).sheets[0].cells[1, 1].value == datetime.date(1904, 1, 1)


def test_a_workbook_without_cells_is_refused(tmp_path: Path) -> None:
    path = write_package(tmp_path / "empty.xlsx", [("a", "", worksheet(""))])
    with pytest.raises(RefusedFile) as refusal:
        read_workbook(path)
    assert refusal.value.reason == "no_cells"


def test_a_large_workbook_read_in_the_child_gives_the_same(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="inlineStr"><is><t>Đông Hà</t></is></c>'
        '<c r="C1" t="d"><v>2024-01-10T07:30:00</v></c><c r="D1" t="d"><v>07:30:00</v></c><c r="E1"><f>1</f></c></row>'
    )
    path = write_package(tmp_path / "book.xlsx", [("a", "", worksheet(rows))])
    assert read_workbook(path, Limits(in_process_bytes=10)) == read_workbook(path)
