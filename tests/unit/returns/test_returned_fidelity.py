"""What goes back is the school's own file: all that was there is there, byte for byte, beside what was added."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from intake_world import PRESCHOOL, PRIMARY, SUBMISSIONS, clean_folder, receive, rows_of, write_school
from returned_world import DEFECTS, TITLE, cell_of, give_back, listed, members, plan, send

from termreview.forms.layout import FINGERPRINT_SHEET
from termreview.spreadsheets.editing.styles import MARKS
from termreview.spreadsheets.workbook import read_workbook

# The children of a worksheet in the order that Excel insists on.
ORDER = re.split(
    " ",
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations "
    "hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
    "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls "
    "webPublishItems tableParts extLst",
)
# Parts that must change: the list of sheets, the styles, who made it, the two sheets with marks, and the sheet
# that was open (it is no longer).
CHANGED = {
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "docProps/app.xml",
    "docProps/core.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
    "xl/worksheets/sheet3.xml",
}  # fmt: skip


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One file written by our own writer and filled by another program, and what went back."""
    folder = tmp_path_factory.mktemp("fidelity")
    sent = send(folder / "raw", "bc.xlsx")
    return sent, give_back(folder / "raw", folder / "out")[PRIMARY].path


@pytest.fixture(scope="module")
def own_pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same with a file that no other program has touched."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "raw").mkdir()
    sent = folder / "raw" / "bc.xlsx"
    write_school(sent, PRIMARY, changes={"pupils_girls_count.total": 300, "elessons_count": None})
    return sent, give_back(folder / "raw", folder / "out")[PRIMARY].path


def test_every_other_part_stays_byte_for_byte(own_pair: tuple[Path, Path]) -> None:
    before, after = (members(path) for path in own_pair)
    assert {name for name in before if after.get(name) != before[name]} == CHANGED
    assert after["xl/worksheets/sheet1.xml"] == before["xl/worksheets/sheet1.xml"].replace(
        b' tabSelected="1"', b""
    )
    assert set(after) - set(before) == {
        "xl/worksheets/sheet7.xml", "xl/comments1.xml", "xl/comments2.xml", "xl/drawings/vmlDrawing1.vml",
        "xl/drawings/vmlDrawing2.vml", "xl/worksheets/_rels/sheet2.xml.rels", "xl/worksheets/_rels/sheet3.xml.rels",
    }  # fmt: skip


def test_a_marked_sheet_changes_in_its_marks_alone(own_pair: tuple[Path, Path]) -> None:
    before, after = (members(path)["xl/worksheets/sheet2.xml"] for path in own_pair)
    cell = cell_of("elessons_count")[1].encode()
    restored = re.sub(rb"<legacyDrawing [^>]*/>", b"", after)
    restored = re.sub(rb'(<c r="' + cell + rb'" s=")\d+', rb"\1-", restored)
    assert restored == re.sub(rb'(<c r="' + cell + rb'" s=")\d+', rb"\1-", before)


def test_formats_are_added_and_none_is_moved(own_pair: tuple[Path, Path]) -> None:
    before, after = (members(path)["xl/styles.xml"] for path in own_pair)
    for name in (b"fonts", b"fills", b"borders", b"cellXfs"):
        old, new = (
            re.search(rb"<%s[^>]*>(.*?)</%s>" % (name, name), part, re.DOTALL)[1] for part in (before, after)
        )
        assert new.startswith(old)
    for name in (b"cellStyleXfs", b"dxfs", b"numFmts"):
        old, new = (re.search(rb"<%s.*?</%s>" % (name, name), part, re.DOTALL)[0] for part in (before, after))
        assert new == old


def test_drop_downs_formats_warnings_protection_and_other_sheets_survive(pair: tuple[Path, Path]) -> None:
    before, after = (openpyxl.load_workbook(path) for path in pair)
    assert after.sheetnames == [TITLE, *before.sheetnames]
    assert after[FINGERPRINT_SHEET].sheet_state == "veryHidden"
    marked = {cell_of(field_id) for field_id in DEFECTS} | {("Thống kê", "D10")}
    for name in before.sheetnames:
        old, new = before[name], after[name]
        for rules in (
            "data_validations",
            "conditional_formatting",
            "protection",
            "merged_cells",
            "freeze_panes",
        ):
            assert str(getattr(old, rules)) == str(getattr(new, rules)) or rules == "conditional_formatting"
        assert [str(r.sqref) for r in old.conditional_formatting] == [
            str(r.sqref) for r in new.conditional_formatting
        ]
        for row in old.iter_rows():
            for cell in row:
                other = new[cell.coordinate]
                assert (cell.value, cell.number_format, cell.protection.locked) == (
                    other.value, other.number_format, other.protection.locked,
                )  # fmt: skip
                if (name, cell.coordinate) not in marked:
                    assert cell.fill.fgColor.rgb == other.fill.fgColor.rgb, (name, cell.coordinate)
                    assert other.comment is None


def test_the_cells_asked_about_are_coloured_and_explained(pair: tuple[Path, Path]) -> None:
    book = openpyxl.load_workbook(pair[1])
    expected = {"support_requests_received_count": "error", "elessons_count": "query", "results_updated_pct": "query",
                "has_website": "note"}  # fmt: skip
    for field_id, severity in expected.items():
        sheet, cell = cell_of(field_id)
        assert book[sheet][cell].fill.fgColor.rgb[2:] == MARKS[severity][1:]
    sheet, cell = cell_of("support_requests_received_count")
    note = book[sheet][cell].comment
    assert note.author == "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO (termreview)"
    assert note.text.splitlines() == [
        "Lỗi: Không phải số",
        'Ghi "khoảng 50", không đọc được thành số.',
        "Yêu cầu: Một số",
        "Cách xử lý: Chỉ ghi chữ số; không phát sinh thì ghi 0, chưa có số liệu thì để trống.",
        "Hiện được hiểu là: không đọc được nên chưa tổng hợp (không tính là 0)",
    ]
    sheet, cell = cell_of("results_updated_pct")
    assert "Hiện được hiểu là: 94,64" in book[sheet][cell].comment.text


def test_the_first_sheet_lists_every_point_with_a_link_to_its_cell(pair: tuple[Path, Path]) -> None:
    book = openpyxl.load_workbook(pair[1])
    page = book[TITLE]
    assert book.active.title == TITLE
    points = listed(page)
    sheet, cell = cell_of("support_requests_received_count")
    point = points["not_a_number:support_requests_received_count"]
    assert (point["severity"], point["sheet"], point["cell"], point["found"]) == (
        "Lỗi",
        sheet,
        cell,
        "khoảng 50",
    )
    assert point["label"] == "2D.03 Số yêu cầu hỗ trợ đã tiếp nhận"
    targets = {link.location for row in page.iter_rows() for c in row if (link := c.hyperlink)}
    assert f"'{sheet}'!{cell}" in targets
    assert page.protection.sheet
    assert page.column_dimensions["A"].hidden
    open_cells = [c for row in page.iter_rows() for c in row if not c.protection.locked]
    assert len(open_cells) == sum(entry["severity"] == "Cần giải trình" for entry in points.values())


def test_only_the_first_sheet_is_selected(pair: tuple[Path, Path]) -> None:
    """Two selected sheets are filled in together: a figure typed into one would overwrite the other."""
    book = openpyxl.load_workbook(pair[1])
    assert [page.title for page in book if page.sheet_view.tabSelected] == [TITLE]


def test_parts_stand_in_the_order_that_excel_insists_on(pair: tuple[Path, Path]) -> None:
    parts = members(pair[1])
    for name, part in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            children, depth = [], 0
            for closing, tag, empty in re.findall(rb"<(/?)(?:\w+:)?([A-Za-z]+)[^>]*?(/?)>", part):
                if closing:
                    depth -= 1
                    continue
                if depth == 1:
                    children.append(tag.decode())
                depth += not empty
            places = [ORDER.index(child) for child in children if child != "xml"]
            assert places == sorted(places), name
    types = parts["[Content_Types].xml"].decode()
    for name in parts:
        assert f'PartName="/{name}"' in types or name.endswith((".rels", "[Content_Types].xml")), name


def test_no_name_of_a_person_or_machine_is_added_or_kept(pair: tuple[Path, Path]) -> None:
    properties = openpyxl.load_workbook(pair[1]).properties
    assert (properties.creator, properties.lastModifiedBy) == ("PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", "termreview")
    assert b"Company" not in members(pair[1])["docProps/app.xml"]


def test_same_inputs_make_the_same_bytes(tmp_path: Path) -> None:
    send(tmp_path / "raw", "bc.xlsx")
    first = give_back(tmp_path / "raw", tmp_path / "a")[PRIMARY].path.read_bytes()
    assert give_back(tmp_path / "raw", tmp_path / "b")[PRIMARY].path.read_bytes() == first


def test_what_a_school_typed_never_becomes_a_formula(pair: tuple[Path, Path]) -> None:
    page = openpyxl.load_workbook(pair[1])[TITLE]
    typed = next(c for row in page.iter_rows() for c in row if c.value == "=1+1")
    assert (typed.data_type, typed.number_format, typed.quotePrefix) == ("s", "@", True)
    assert all(c.data_type != "f" for row in page.iter_rows() for c in row)
    assert b"<f>" not in members(pair[1])["xl/worksheets/sheet7.xml"]


def test_macros_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    source = SUBMISSIONS / "macros.xlsm"
    (raw / source.name).write_bytes(source.read_bytes())
    put_error_into(raw / source.name)
    written = give_back(raw, tmp_path / "out")
    assert [entry.way for entry in written.values()] == ["marked"]
    parts = members(next(iter(written.values())).path)
    assert not [name for name in parts if "vba" in name.lower()]
    assert b"macroEnabled" not in parts["[Content_Types].xml"]
    assert b"vbaProject" not in parts["xl/_rels/workbook.xml.rels"]
    page = openpyxl.load_workbook(next(iter(written.values())).path)[TITLE]
    assert any("macro" in str(cell.value) for row in page.iter_rows() for cell in row)


def put_error_into(path: Path) -> None:
    """Write a word where a number is asked, without touching the macros."""
    parts = members(path)
    book = read_workbook(path)
    sheet = next(s for s in book.sheets if s.name == "Nhiệm vụ")
    name = f"xl/worksheets/sheet{book.sheets.index(sheet) + 1}.xml"
    cell = cell_of("support_requests_received_count", PRESCHOOL)[1].encode()
    parts[name] = re.sub(
        rb'(<c r="' + cell + rb'"[^>]*?)(?: t="\w+")?>.*?</c>', rb'\1 t="str"><v>ba</v></c>', parts[name]
    )
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def test_a_comment_of_the_school_stays_above_ours(tmp_path: Path) -> None:
    from openpyxl.comments import Comment

    sent = send(tmp_path / "raw", "bc.xlsx")
    book = openpyxl.load_workbook(sent)
    sheet, cell = cell_of("elessons_count")
    book[sheet][cell].comment = Comment("Trường đang kiểm kê", "văn thư")
    book[sheet]["B6"].comment = Comment("Ghi nhớ riêng", "văn thư")
    book.save(sent)
    path = give_back(tmp_path / "raw", tmp_path / "out")[PRIMARY].path
    back = openpyxl.load_workbook(path)
    text = back[sheet][cell].comment.text
    assert text.startswith("Trường đang kiểm kê")
    assert "Chưa có số liệu" in text
    assert back[sheet]["B6"].comment.text == "Ghi nhớ riêng"
    asked = cell_of("support_requests_received_count")[1]
    assert "Không phải số" in back[sheet][asked].comment.text


def test_names_tied_to_sheets_follow_their_sheets(tmp_path: Path) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    sent = send(tmp_path / "raw", "bc.xlsx")
    book = openpyxl.load_workbook(sent)
    book["Thống kê"].print_area = "A1:F20"
    book["Ý kiến"].defined_names["o_rieng"] = DefinedName("o_rieng", attr_text="'Ý kiến'!$A$1")
    book.save(sent)
    back = openpyxl.load_workbook(give_back(tmp_path / "raw", tmp_path / "out")[PRIMARY].path)
    assert back["Thống kê"].print_area == "'Thống kê'!$A$1:$F$20"
    assert list(back["Ý kiến"].defined_names) == ["o_rieng"]
    assert back[TITLE].print_title_rows


@pytest.mark.parametrize("path", sorted(SUBMISSIONS.glob("*.xls*")), ids=lambda path: path.stem)
def test_every_odd_file_gets_an_answer_that_reads_as_the_file_did(path: Path, tmp_path: Path) -> None:
    raw, again = tmp_path / "raw", tmp_path / "again"
    raw.mkdir()
    (raw / path.name).write_bytes(path.read_bytes())
    for school_id, written in give_back(raw, tmp_path / "out").items():
        assert openpyxl.load_workbook(written.path).worksheets[0]["A1"].value == "termreview-points"
        if written.way == "refused":
            continue
        again.mkdir()
        (again / path.name).write_bytes(written.path.read_bytes())
        receive(again, {})
        before, after = clean_folder(raw), clean_folder(again)
        if written.way == "marked":
            assert rows_of(after.observations, [school_id]) == rows_of(before.observations, [school_id])
            kept = ~before.findings["check_code"].isin(["macros_ignored"])
            told = ["check_code", "sheet", "cell", "found"]
            assert after.findings[told].values.tolist() == before.findings[kept][told].values.tolist()
        else:
            values = ["field_id", "state", "value_number", "value_text"]
            assert after.observations[values].equals(before.observations[values])


def test_a_school_with_nothing_to_mend_gets_nothing_and_an_old_answer_is_removed(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    sent = send(raw, "bc.xlsx")
    stale = give_back(raw, out)[PRIMARY].path
    write_school(sent, PRIMARY)
    assert give_back(raw, out) == {}
    assert not stale.exists()
    assert [entry.is_asked for entry in plan(raw)[0]] == [False]


def test_a_refused_file_is_answered_with_the_reason_and_the_way_out(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / f"{PRIMARY} =cmd|calc.xlsx").write_bytes((SUBMISSIONS / "truncated.xlsx").read_bytes())
    written = give_back(raw, tmp_path / "out")[PRIMARY]
    book = openpyxl.load_workbook(written.path)
    assert (written.way, book.sheetnames) == ("refused", ["Tệp không hợp lệ"])
    (point,) = listed(book.active).values()
    assert point["severity"] == "Lỗi"
    assert point["problem"]
    assert point["remedy"]


def test_a_later_refused_file_is_told_above_the_points_of_the_file_that_counts(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    send(raw, f"{PRIMARY} a.xlsx")
    (raw / f"{PRIMARY} b.xlsx").write_bytes(b"%PDF-1.7 bao cao")
    written = give_back(raw, tmp_path / "out")[PRIMARY]
    assert written.way == "marked"
    page = openpyxl.load_workbook(written.path)[TITLE]
    keys = listed(page)
    assert "refused_pdf:" not in keys
    assert "not_a_number:support_requests_received_count" in keys
    (remark,) = [cell.value for row in page.iter_rows() for cell in row if "gửi sau" in str(cell.value)]
    assert f"{PRIMARY} b.xlsx là bản PDF" in remark


def test_a_later_refused_file_alone_is_answered_for_itself_and_the_file_that_counts_stays_as_it_is(
    tmp_path: Path,
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_school(raw / f"{PRIMARY} a.xlsx", PRIMARY)
    (raw / f"{PRIMARY} b.xlsx").write_bytes(b"%PDF-1.7 bao cao")
    written = give_back(raw, tmp_path / "out")[PRIMARY]
    book = openpyxl.load_workbook(written.path)
    assert (written.way, book.sheetnames) == ("refused", ["Tệp không hợp lệ"])
    assert list(listed(book.active)) == ["refused_pdf:"]
    told = " ".join(str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value)
    assert f"Tệp đã nhận: {PRIMARY} b.xlsx" in told
    assert f"vẫn lấy theo tệp nhận trước đó: {PRIMARY} a.xlsx" in told
