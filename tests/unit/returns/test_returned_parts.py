"""Parts of a workbook edited in place, in the shapes in which different programs write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from termreview.spreadsheets.editing.marks import link_notes, mark_cells, restyle, unselect
from termreview.spreadsheets.editing.page import Page, PageCell, PageRow, page_part, sheet_link
from termreview.spreadsheets.editing.sheets import empty_workbook, insert_first_sheet, styles_part
from termreview.spreadsheets.editing.styles import (
    MARKS,
    Look,
    close_styles,
    look_format,
    marked_format,
    open_styles,
    plain_formats,
)
from termreview.spreadsheets.editing.xml import (
    MAIN,
    Edit,
    UnmarkableError,
    attribute_text,
    edited,
    element_text,
    elements,
    with_attributes,
)

PLAIN = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'


def marked(rows: str, *places: tuple[int, int], sheet: str = PLAIN) -> str:
    part = mark_cells((sheet % rows).encode(), dict.fromkeys(places, "error"), lambda number, _: number + 100)
    return re.search(r"<(?:x:)?sheetData>(.*)</(?:x:)?sheetData>", part.decode(), re.DOTALL)[1]


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
    assert marked(rows, place) == expected


def test_a_cell_not_written_takes_the_format_of_its_column() -> None:
    sheet = PLAIN.replace("<sheetData>", '<cols><col min="2" max="4" style="9"/></cols><sheetData>')
    assert marked('<row r="1"/>', (1, 3), sheet=sheet) == '<row r="1"><c r="C1" s="109"/></row>'


def test_several_cells_of_one_row_that_was_empty() -> None:
    assert marked('<row r="2"/>', (2, 3), (2, 2)) == '<row r="2"><c r="B2" s="100"/><c r="C2" s="100"/></row>'


def test_a_sheet_with_prefixed_names_keeps_its_prefix() -> None:
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>%s</x:sheetData></x:worksheet>'
    assert marked('<x:row r="1"/>', (1, 1), sheet=sheet) == '<x:row r="1"><x:c r="A1" s="100"/></x:row>'


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
        mark_cells(part, {(1, 1): "error"}, lambda number, _: number)


def test_text_that_looks_like_a_tag_is_no_cell() -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[<c r="B1" s="1"/>]]> a>b</t></is></c><c r="B1" s="2"/></row>'
    assert marked(rows, (1, 2)) == rows.replace('<c r="B1" s="2"/>', '<c r="B1" s="102"/>')


def test_the_link_to_notes_stands_before_what_must_follow_it() -> None:
    inside = "<cfRule><extLst><ext/></extLst></cfRule>"
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/><conditionalFormatting>{inside}</conditionalFormatting><drawing/><tableParts/><extLst/></worksheet>'
    linked = link_notes(sheet.encode(), "rId9", "urn:r").decode()
    assert '<drawing/><legacyDrawing xmlns:r="urn:r" r:id="rId9"/><tableParts/>' in linked


def test_a_sheet_is_taken_out_of_the_selection_and_formats_are_replaced() -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews></worksheet>'
    assert b'<sheetView workbookViewId="0"/>' in unselect(sheet.encode())
    assert marked_cells(restyle((PLAIN % '<row><c s="4"/><c s="5"/></row>').encode(), {4: 9})) == ["9", "5"]


def marked_cells(part: bytes) -> list[str]:
    return [element.attributes["s"] for element in elements(part, {"c"})]


def test_edits_at_one_place_keep_their_order_and_may_not_overlap() -> None:
    assert edited(b"abc", [Edit(1, 1, b"1"), Edit(1, 1, b"2"), Edit(2, 3, b"")]) == b"a12b"
    with pytest.raises(UnmarkableError):
        edited(b"abcdef", [Edit(0, 3, b""), Edit(2, 4, b"")])


def test_attributes_are_set_replaced_and_taken_out() -> None:
    assert with_attributes(b"<a x='1' y=\"2\"/>", {"x": "3", "y": None, "z": "<"}) == b'<a x="3" z="&lt;"/>'
    assert with_attributes(b"<a b:s='1' s='1'>", {"s": "2"}) == b"<a b:s='1' s=\"2\">"


def test_text_carries_nothing_that_xml_or_excel_would_misread() -> None:
    assert element_text("a<b>&\x0b_x0041_\ud800") == "a&lt;b&gt;&amp; _x005F_x0041_ "
    assert attribute_text('"a"\n') == "&quot;a&quot;&#10;"
    assert sheet_link("Nhà trường's", "B2") == "'Nhà trường''s'!B2"


def test_marks_are_known_again_and_taken_off() -> None:
    part = empty_workbook()["xl/styles.xml"]
    book = open_styles(part)
    answer = look_format(book, Look(fill="#FFFBE6", is_open=True))
    opened = open_styles(close_styles(book))
    error, note = (
        marked_format(opened, number, severity) for number, severity in ((answer, "error"), (0, "note"))
    )
    again = open_styles(close_styles(opened))
    plain = plain_formats(again)
    assert set(plain) == {error, note}
    last = open_styles(close_styles(again))
    fills = {number: last.formats[plain[number]].attributes["fillId"] for number in plain}
    colors = [last.part[fill.start : fill.end] for fill in last.fills]
    assert b"FFFFFBE6" in colors[int(fills[error])]
    assert fills[note] == "0"
    assert len(set(MARKS.values())) == 3


def test_one_look_is_written_once() -> None:
    book = open_styles(empty_workbook()["xl/styles.xml"])
    assert look_format(book, Look()) == look_format(book, Look())
    assert close_styles(book).count(b"<xf ") == 3


def test_a_page_stores_every_text_as_text(tmp_path: Path) -> None:
    payloads = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "'=1", "<b>&"]
    rows = tuple(PageRow((PageCell(1, text, Look()),)) for text in payloads)
    parts = empty_workbook()
    book = open_styles(parts["xl/styles.xml"])
    content = page_part(Page((20.0,), rows, 1, ("", ""), "", "#C0392B"), book)
    parts[styles_part(parts)] = close_styles(book)
    insert_first_sheet(parts, "Trang", content, (1, 1))
    assert b"<f" not in content.replace(b"<fi", b"").replace(b"<fo", b"")
    assert content.count(b't="inlineStr"') == len(payloads)
    quoted = {
        n
        for n, xf in enumerate(open_styles(parts["xl/styles.xml"]).formats)
        if xf.attributes.get("quotePrefix")
    }
    styles = [int(element.attributes["s"]) for element in elements(content, {"c"})]
    assert [style in quoted for style in styles] == [text[0] in "=+-@\t'" for text in payloads]


def test_a_title_that_is_taken_gets_a_number() -> None:
    parts = empty_workbook()
    content = page_part(Page((1.0,), (), 1, ("", ""), "", "#C0392B"), open_styles(parts["xl/styles.xml"]))
    titles = [insert_first_sheet(parts, "Trang " * 5, content, (1, 1)) for _ in range(2)]
    assert titles[0] != titles[1]
    assert max(len(title) for title in titles) <= 31
