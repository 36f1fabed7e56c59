"""The office's own workbook is sent out for one school: filled where it is declared, and nothing else is changed."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from adopted_world import SCHOOL, TERM, adopt, sent
from lxml import etree

from termreview.cli.__main__ import main
from termreview.errors import DeclarationError, RunError
from termreview.forms.layout import FINGERPRINT_SHEET, form_layout
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.loading.fingerprint import fingerprint
from worlds import append, change

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NAME = "Trường TH Trần Quốc Toản"
# What openpyxl drops when it saves a workbook: a shape, an extension list, an alternate wording, a name of its own.
SHAPE = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">'
    "<xdr:absoluteAnchor><xdr:sp><!-- con dấu --></xdr:sp></xdr:absoluteAnchor></xdr:wsDr>"
).encode()
BESIDE = (
    b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId77"/>'
    b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Fallback/>'
    b'</mc:AlternateContent><extLst><ext uri="{x}"><own:sparkline xmlns:own="urn:own"/></ext></extLst></worksheet>'
)
ARROW = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId77" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/d1.xml"/>'
    b"</Relationships>"
)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_shape(path: Path) -> None:
    """Draw something on the first sheet that openpyxl would lose."""
    parts = members(path)
    sheet, types = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
    parts[sheet] = parts[sheet].replace(b"</worksheet>", BESIDE)
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = ARROW
    parts["xl/drawings/d1.xml"] = SHAPE
    kind = b'<Override PartName="/xl/drawings/d1.xml" ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/>'
    parts[types] = parts[types].replace(b"</Types>", kind + b"</Types>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def before(**answers: object) -> pd.DataFrame:
    """The answers of the term before, as the tables keep them."""
    rows = [
        {"school_id": SCHOOL, "term_id": TERM.term_id, "field_id": name.replace("__", "."), "state": "answered",
         "value_number": value if isinstance(value, float) else float("nan"),
         "value_text": value if isinstance(value, str) else None}
        for name, value in answers.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def lasting(folder: Path, form: str, code: str) -> Reference:
    """Let one row be filled from the term before."""
    path = folder / f"forms/{form}/rows.csv"
    (line,) = (line for line in path.read_text(encoding="utf-8").splitlines() if f",{code}," in line)
    change(path, line, line.removesuffix(",,,C") + ",last_term,,C")
    return load_reference(folder)


def without_values(part: bytes, *cells: str) -> bytes:
    """One sheet without what stands in some cells, in the one form that all spellings share."""
    root = etree.fromstring(part)
    for cell in root.iter(f"{{{MAIN}}}c"):
        for value in cell.findall(f"{{{MAIN}}}v") if cell.find(f"{{{MAIN}}}f") is not None else ():
            cell.remove(value)  # worked out anew
        if cell.get("r") in cells:
            for inside in list(cell):
                cell.remove(inside)
            cell.attrib.pop("t", None)
    return etree.tostring(root, method="c14n")


def test_nothing_of_the_offices_layout_is_lost(reference: Reference, tmp_path: Path) -> None:
    folder, declared = adopt("staff", reference, tmp_path, with_shape)
    path = sent(declared, tmp_path)
    template, filled = members(folder / "forms/staff/template.xlsx"), members(path)
    changed = {name for name in template if filled.get(name) != template[name]}
    assert changed == {
        "[Content_Types].xml", "docProps/app.xml", "docProps/core.xml", "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml",
    }  # fmt: skip
    assert set(filled) - set(template) == {"xl/worksheets/sheet2.xml"}
    sheet = "xl/worksheets/sheet1.xml"
    assert without_values(filled[sheet], "A3") == without_values(template[sheet], "A3")
    assert b"own:sparkline" in filled[sheet]


def test_the_school_finds_its_name_and_the_file_is_known_again(reference: Reference, tmp_path: Path) -> None:
    _, declared = adopt("staff", reference, tmp_path)
    path = sent(declared, tmp_path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Biểu 1", FINGERPRINT_SHEET]
    assert book["Biểu 1"]["A3"].value == f"Trường: {NAME}"
    assert book["Biểu 1"]["C11"].value == "=D11+F11"
    assert book[FINGERPRINT_SHEET].sheet_state == "veryHidden"
    layout = form_layout(declared.of(TERM).form, "th", "hk1")
    assert [[cell.value for cell in row] for row in book[FINGERPRINT_SHEET].iter_rows()] == [
        ["termreview-form", "1"], ["form_id", "staff"], ["layout", layout.version], ["term_id", TERM.term_id],
        ["school_id", SCHOOL], ["level", "th"],
    ]  # fmt: skip
    assert (book.properties.title, book.properties.lastModifiedBy) == (
        "BIỂU 1. ĐỘI NGŨ CÁN BỘ, GIÁO VIÊN, NHÂN VIÊN",
        "termreview",
    )


def test_a_code_stands_as_text_beside_its_label(reference: Reference, tmp_path: Path) -> None:
    _, declared = adopt("finance", reference, tmp_path)
    assert openpyxl.load_workbook(sent(declared, tmp_path))["Thu chi"]["B1"].value == SCHOOL


def test_last_terms_answers_stand_in_their_cells_as_the_school_reads_them(
    reference: Reference, tmp_path: Path
) -> None:
    folder, _ = adopt("tasks", reference, tmp_path)
    declared = lasting(folder, "tasks", "B1.01")
    known = before(
        co_ke_hoach_chuyen_doi_so__da_thuc_hien=1.0, co_ke_hoach_chuyen_doi_so__muc_do="kha",
        co_ke_hoach_chuyen_doi_so__ngay_ban_hanh="2025-09-30", co_ke_hoach_chuyen_doi_so__minh_chung="=05/KH",
        co_ke_hoach_chuyen_doi_so__diem_tu_cham=8.5, co_quy_che_quan_ly_ho_so_dien_tu__minh_chung="không hỏi lại",
    )  # fmt: skip
    page = openpyxl.load_workbook(sent(declared, tmp_path, known))["Nhiệm vụ"]
    assert [page[f"{column}4"].value for column in "CDEFG"] == [
        "Có", "Khá", datetime.datetime(2025, 9, 30), "=05/KH", 8.5,
    ]  # fmt: skip
    assert page["F4"].data_type == "s"
    assert page["E4"].number_format == "dd/mm/yyyy"  # the office's own
    assert [page[f"{column}5"].value for column in "CDEFG"] == [None] * 5


def test_a_date_in_a_cell_without_a_format_shows_as_a_date(reference: Reference, tmp_path: Path) -> None:
    def without_format(path: Path) -> None:
        book = openpyxl.load_workbook(path)
        book["Nhiệm vụ"]["C3"] = "Ngày"
        for cell in ("C4", "C5"):
            book["Nhiệm vụ"][cell].number_format = "General"
        book["Nhiệm vụ"].data_validations.dataValidation = []
        book.save(path)

    folder, _ = adopt("tasks", reference, tmp_path, without_format)
    declared = lasting(folder, "tasks", "B1.01")
    page = openpyxl.load_workbook(
        sent(declared, tmp_path, before(co_ke_hoach_chuyen_doi_so__ngay="2025-09-30"))
    )
    assert page["Nhiệm vụ"]["C4"].value == datetime.datetime(2025, 9, 30)


def test_sums_are_worked_out_anew_where_answers_were_filled(reference: Reference, tmp_path: Path) -> None:
    def calculated(path: Path) -> None:
        parts = members(path)
        sheet = "xl/worksheets/sheet1.xml"
        parts[sheet] = re.sub(rb"(<f>D7-C7</f>)<v ?/?>(</v>)?", rb"\1<v>0</v>", parts[sheet])
        assert b"<v>0</v>" in parts[sheet]
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    folder, _ = adopt("finance", reference, tmp_path, calculated)
    declared = lasting(folder, "finance", "B1.01")
    path = sent(declared, tmp_path, before(ngan_sach_cap__thuc_hien=12.0))
    assert b"<v>0</v>" not in members(path)["xl/worksheets/sheet1.xml"]
    assert b'fullCalcOnLoad="1"' in members(path)["xl/workbook.xml"]


def test_same_inputs_make_the_same_bytes(reference: Reference, tmp_path: Path) -> None:
    _, declared = adopt("beside", reference, tmp_path)
    first = sent(declared, tmp_path).read_bytes()
    assert sent(declared, tmp_path).read_bytes() == first


def test_the_offices_workbook_is_part_of_the_declarations(reference: Reference, tmp_path: Path) -> None:
    folder, declared = adopt("beside", reference, tmp_path)
    version = form_layout(declared.of(TERM).form, "th", "hk1").version
    known, own = fingerprint(folder), declared.fingerprint_of(TERM)
    book = openpyxl.load_workbook(folder / "forms/beside/template.xlsx")
    book["Kho"]["A2"] = "Sách, thiết bị"
    book.save(folder / "forms/beside/template.xlsx")
    again = load_reference(folder)
    assert fingerprint(folder) != known
    assert again.fingerprint_of(TERM) != own
    assert form_layout(again.of(TERM).form, "th", "hk1").version == version  # no cell was moved
    change(folder / "forms/beside/cells.csv", "C4,B4", "D4,B4")
    assert form_layout(load_reference(folder).of(TERM).form, "th", "hk1").version != version


def test_every_mistake_in_the_list_of_cells_is_told_at_once(reference: Reference, tmp_path: Path) -> None:
    folder, _ = adopt("beside", reference, tmp_path)
    cells = folder / "forms/beside/cells.csv"
    change(cells, "answer,sach_giao_khoa,Kho,C4", "answer,sach_giao_khoa,Kho,4C")
    change(cells, "answer,may_chieu,", "answer,may_in,")
    change(cells, "answer,man_hinh,Kho,", "answer,man_hinh,Mạng,")
    change(cells, "identity,school_name", "identity,school")
    append(cells, "answer,sach_tham_khao,Kho,H5,B5,Sách")
    (folder / "forms/beside/template.xlsx").unlink()
    with pytest.raises(DeclarationError) as told:
        load_reference(folder)
    said = [problem.message for problem in told.value.problems if problem.file.endswith("cells.csv")]
    for words in (
        "'cell' ghi '4C' không phải địa chỉ ô", "'may_in' không phải chỉ tiêu của biểu mẫu", "'school'",
        "hai lần", "chỉ tiêu 'may_chieu' chưa có ô", "nằm trên 2 trang của tệp", "thiếu tệp template.xlsx",
    ):  # fmt: skip
        assert any(words in one for one in said), words


def test_a_sheet_that_the_workbook_lacks_stops_the_command_in_words(
    reference: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "data"
    folder, _ = adopt("beside", reference, root)
    change(folder / "forms/beside/cells.csv", "answer,diem_phat_wifi,Mạng", "answer,diem_phat_wifi,Mang")
    change(folder / "forms/beside/cells.csv", "answer,may_chu,Mạng", "answer,may_chu,Mang")
    for command in (["forms", TERM.term_id], ["check"]):
        assert main(["--root", str(tmp_path), *command]) != 0
        assert "tệp của cơ quan 'forms/beside/template.xlsx' không có trang Mang" in capsys.readouterr().err
    with pytest.raises(RunError):
        sent(load_reference(folder), tmp_path)
