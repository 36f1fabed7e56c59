"""Parts of a workbook edited in place, in the shapes in which different programs write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from termreview.spreadsheets.editing.cells import link_notes, mark_cells, restyle, unselect
from termreview.spreadsheets.editing.notes import add_notes
from termreview.spreadsheets.editing.package import (
    RELATION,
    Package,
    add_part,
    close,
    open_package,
    save_package,
    sheets_of,
    styles_part,
    tree,
)
from termreview.spreadsheets.editing.page import Page, PageCell, PageRow, page_sheet, sheet_link
from termreview.spreadsheets.editing.sheets import add_sheet, empty_workbook, insert_first_sheet
from termreview.spreadsheets.editing.styles import (
    MARKS,
    Look,
    StyleBook,
    look_format,
    marked_format,
    open_styles,
    plain_formats,
)
from termreview.spreadsheets.editing.xml import (
    MAIN,
    E,
    M,
    UnmarkableError,
    legal_text,
    parse,
    plain_text,
    write,
)

PLAIN = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'


def same(part: bytes | str) -> bytes:
    """One part in the one form that all spellings of it share: quotes, empty tags and CDATA are no difference."""
    return etree.tostring(etree.fromstring(part), method="c14n")


def marked(rows: str, *places: tuple[int, int], sheet: str = PLAIN) -> bytes:
    root = parse((sheet % rows).encode())
    mark_cells(root, dict.fromkeys(places, "error"), lambda number, _: number + 100)
    return same(write(root))


@pytest.mark.parametrize(
    ("rows", "place", "expected"),
    [
        ('<row r="2"><c r="B2" s="3"><v>1</v></c></row>', (2, 2), '<row r="2"><c r="B2" s="103"><v>1</v></c></row>'),
        ("<row r='2'><c r='B2' s='3'/></row>", (2, 2), "<row r='2'><c r='B2' s=\"103\"/></row>"),
        ('<row r="2"><c s="3" r="B2" t="s"><v>1</v></c></row>', (2, 2), '<row r="2"><c s="103" r="B2" t="s"><v>1</v></c></row>'),
        ('<row r="2"><c r="B2"><v>1</v></c></row>', (2, 2), '<row r="2"><c r="B2" s="100"><v>1</v></c></row>'),
        # No addresses: counted from where the row and the cell stand.
        ("<row><c/></row><row><c/><c><v>1</v></c></row>", (2, 2), '<row><c/></row><row><c/><c s="100"><v>1</v></c></row>'),
        # Blank cells that nobody wrote.
        ('<row r="2"><c r="A2"/><c r="D2"/></row>', (2, 2), '<row r="2"><c r="A2"/><c r="B2" s="100"/><c r="D2"/></row>'),
        ('<row r="2"/>', (2, 2), '<row r="2"><c r="B2" s="100"/></row>'),
        ('<row r="1"/><row r="5"/>', (2, 2), '<row r="1"/><row r="2"><c r="B2" s="100"/></row><row r="5"/>'),
        ('<row r="2" s="7" customFormat="1"><c r="A2"/></row>', (2, 2), '<row r="2" s="7" customFormat="1"><c r="A2"/><c r="B2" s="107"/></row>'),
    ],
)  # fmt: skip
def test_a_cell_is_marked_wherever_its_writer_put_it(
    rows: str, place: tuple[int, int], expected: str
) -> None:
    assert marked(rows, place) == same(PLAIN % expected)


def test_a_cell_not_written_takes_the_format_of_its_column() -> None:
    sheet = PLAIN.replace("<sheetData>", '<cols><col min="2" max="4" style="9"/></cols><sheetData>')
    assert marked('<row r="1"/>', (1, 3), sheet=sheet) == same(sheet % '<row r="1"><c r="C1" s="109"/></row>')


def test_several_cells_of_one_row_that_was_empty() -> None:
    expected = PLAIN % '<row r="2"><c r="B2" s="100"/><c r="C2" s="100"/></row>'
    assert marked('<row r="2"/>', (2, 3), (2, 2)) == same(expected)


def test_a_sheet_with_prefixed_names_keeps_its_prefix() -> None:
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>%s</x:sheetData></x:worksheet>'
    expected = sheet % '<x:row r="1"><x:c r="A1" s="100"/></x:row>'
    assert marked('<x:row r="1"/>', (1, 1), sheet=sheet) == same(expected)


@pytest.mark.parametrize(
    "part",
    [
        b'<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData/></worksheet>',
        '<?xml version="1.0" encoding="UTF-16"?><worksheet/>'.encode("utf-16"),
        b"<worksheet",
    ],
)
def test_a_part_of_another_kind_is_left_to_the_fresh_form(part: bytes) -> None:
    with pytest.raises(UnmarkableError):
        mark_cells(parse(part), {(1, 1): "error"}, lambda number, _: number)


def test_text_that_looks_like_a_tag_is_no_cell() -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[<c r="B1" s="1"/>]]> a>b</t></is></c><c r="B1" s="2"/></row>'
    expected = PLAIN % rows.replace('<c r="B1" s="2"/>', '<c r="B1" s="102"/>')
    assert marked(rows, (1, 2)) == same(expected)


def test_the_link_to_notes_stands_before_what_must_follow_it() -> None:
    inside = "<cfRule><extLst><ext/></extLst></cfRule>"
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/><conditionalFormatting>{inside}</conditionalFormatting><drawing/><tableParts/><extLst/></worksheet>'
    root = parse(sheet.encode())
    link_notes(root, "rId9")
    linked = write(root).decode()
    assert f'<drawing/><legacyDrawing xmlns:r="{RELATION}" r:id="rId9"/><tableParts/>' in linked


def test_a_sheet_is_taken_out_of_the_selection_and_formats_are_replaced() -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews></worksheet>'
    root = parse(sheet.encode())
    unselect(root)
    assert b'<sheetView workbookViewId="0"/>' in write(root)
    cells = parse((PLAIN % '<row><c s="4"/><c s="5"/></row>').encode())
    restyle(cells, {4: 9})
    assert [cell.get("s") for cell in cells.iter(f"{M}c")] == ["9", "5"]


def book_of(sheet: str, name: str = "Tờ") -> Package:
    """A workbook with one sheet, as another program wrote it."""
    package = empty_workbook()
    add_sheet(package, name, etree.fromstring(sheet), place=0)
    package.parts[sheets_of(package)[0].part] = sheet.encode()
    return package


def test_a_part_that_was_only_looked_at_keeps_its_bytes() -> None:
    written = f"<worksheet xmlns='{MAIN}'><sheetData  ><row r='1'></row></sheetData></worksheet>"
    package = book_of(written)
    part = sheets_of(package)[0].part
    unselect(tree(package, part))
    assert close(package, part) == written.encode()


def test_a_changed_part_keeps_all_that_it_was_not_asked_to_change() -> None:
    """Extension lists, alternate wordings, names of unknown programs, prefixes that only `Ignorable` speaks of."""
    sheet = (
        f'<worksheet xmlns="{MAIN}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:x14ac="urn:x14ac" xmlns:xr="urn:xr" mc:Ignorable="x14ac xr" xr:uid="{1}"><!-- của trường -->'
        '<sheetData><row r="1" x14ac:dyDescent="0.25"><c r="A1" s="1" xr:odd="&#10;&quot;"><v>1</v>'
        '<extLst><ext uri="u"><q:a xmlns:q="urn:q">&#13; x</q:a></ext></extLst></c></row></sheetData>'
        '<mc:AlternateContent><mc:Choice Requires="x14"><controls/></mc:Choice><mc:Fallback/></mc:AlternateContent>'
        '<?odd chỉ dẫn?><extLst><ext xmlns:x14="urn:x14" uri="v"><x14:new/></ext></extLst></worksheet>'
    )
    root = parse(sheet.encode())
    mark_cells(root, {(1, 1): "error"}, lambda number, _: number + 100)
    assert write(root, has_head=False).decode() == sheet.replace('s="1"', 's="101"')


NESTED = b"<a>" * 300 + b"</a>" * 300
BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
FILE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
HOSTILE = {
    "entity": FILE,
    "bomb": BOMB,
    "document_type_below_a_long_comment": b"<!-- " + b" " * 5000 + b"-->" + BOMB,
    "document_type_elsewhere": b'<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>',
    "depth": NESTED,
    "huge_attribute": b'<a b="' + b"x" * 11_000_000 + b'"/>',
    "huge_text": b"<a>" + b"x" * 11_000_000 + b"</a>",
    "utf_16_unsaid": BOMB.decode().encode("utf-16-le"),
    "another_encoding": b'<?xml version="1.0" encoding="windows-1258"?><a/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused(name: str) -> None:
    with pytest.raises(UnmarkableError):
        parse(HOSTILE[name], None)


def test_a_drawing_that_is_only_nearly_xml_takes_a_note() -> None:
    """Excel closes no `<br>` in the texts of its buttons."""
    sheet = (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATION}"><sheetData/><legacyDrawing r:id="rId1"/></worksheet>'
    )
    package = book_of(sheet)
    part = sheets_of(package)[0].part
    package.parts[f"xl/worksheets/_rels/{part.rpartition('/')[2]}.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{RELATION}/vmlDrawing" Target="../drawings/v.vml"/></Relationships>'
    ).encode()
    button = "<v:shape><v:textbox><div>Bấm<br>đây</div></v:textbox></v:shape>"
    drawing = f'<xml xmlns:v="urn:schemas-microsoft-com:vml">{button}</xml>'
    add_part(
        package,
        "xl/drawings/v.vml",
        drawing.encode(),
        "application/vnd.openxmlformats-officedocument.vmlDrawing",
    )
    add_notes(package, sheets_of(package)[0], {(1, 1): ("Lỗi", "x")}, "Phòng")
    drawn = close(package, "xl/drawings/v.vml").decode()
    assert "Bấm<br/>đây" in drawn
    assert drawn.count("<v:shape") == 2


def test_text_carries_nothing_that_xml_or_excel_would_misread() -> None:
    text = E.t(plain_text("a<b>&\x0b_x0041_\ud800"))
    assert etree.tostring(text) == f'<t xmlns="{MAIN}">a&lt;b&gt;&amp; _x005F_x0041_ </t>'.encode()
    link = E.t(location=legal_text('"a"\n\ud800'))
    assert etree.tostring(link) == f'<t xmlns="{MAIN}" location="&quot;a&quot;&#10; "/>'.encode()
    assert sheet_link("Nhà trường's", "B2") == "'Nhà trường''s'!B2"


def styles_of(package: Package) -> tuple[etree._Element, StyleBook]:
    root = tree(package, styles_part(package))
    return root, open_styles(root)


def test_marks_are_known_again_and_taken_off() -> None:
    root, book = styles_of(empty_workbook())
    answer = look_format(book, Look(fill="#FFFBE6", is_open=True))
    opened = open_styles(root)
    error, note = (
        marked_format(opened, number, severity) for number, severity in ((answer, "error"), (0, "note"))
    )
    plain = plain_formats(open_styles(root))
    assert set(plain) == {error, note}
    last = open_styles(root)
    fills = {number: last.formats[plain[number]].get("fillId") for number in plain}
    colors = [etree.tostring(fill) for fill in last.fills]
    assert b"FFFFFBE6" in colors[int(fills[error])]
    assert fills[note] == "0"
    assert len(set(MARKS.values())) == 3


def test_one_look_is_written_once() -> None:
    root, book = styles_of(empty_workbook())
    assert look_format(book, Look()) == look_format(book, Look())
    assert write(root).count(b"<xf ") == 3


def test_a_page_stores_every_text_as_text(tmp_path: Path) -> None:
    payloads = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "'=1", "<b>&"]
    rows = tuple(PageRow((PageCell(1, text, Look()),)) for text in payloads)
    package = empty_workbook()
    root, book = styles_of(package)
    sheet = page_sheet(Page((20.0,), rows, 1, ("", ""), "", "#C0392B"), book)
    content = write(sheet)
    insert_first_sheet(package, "Trang", sheet, (1, 1))
    save_package(tmp_path / "trang.xlsx", package)
    assert [sheet.name for sheet in sheets_of(open_package(tmp_path / "trang.xlsx"))] == ["Trang"]
    assert b"<f" not in content.replace(b"<fi", b"").replace(b"<fo", b"")
    assert content.count(b't="inlineStr"') == len(payloads)
    quoted = {n for n, xf in enumerate(open_styles(root).formats) if xf.get("quotePrefix")}
    styles = [int(cell.get("s")) for cell in sheet.iter(f"{M}c")]
    assert [style in quoted for style in styles] == [text[0] in "=+-@\t'" for text in payloads]


def test_a_title_that_is_taken_gets_a_number() -> None:
    package = empty_workbook()
    sheet = page_sheet(Page((1.0,), (), 1, ("", ""), "", "#C0392B"), styles_of(package)[1])
    titles = [insert_first_sheet(package, "Trang " * 5, sheet, (1, 1)) for _ in range(2)]
    assert titles[0] != titles[1]
    assert max(len(title) for title in titles) <= 31
