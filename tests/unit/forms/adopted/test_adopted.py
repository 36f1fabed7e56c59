"""An office's own workbook is read as a person reads it: rows, joined heads, kinds, units, and every doubt at its cell."""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest
from office_forms import FORMS, accept, fill, write_office_form

from termreview.cells import column_letters
from termreview.errors import UsageError
from termreview.forms.adopted.adopt import propose
from termreview.forms.adopted.office_workbook import (
    CellRule,
    Merge,
    OfficeCell,
    OfficeSheet,
    read_office_workbook,
)
from termreview.forms.adopted.proposal import Proposal
from termreview.reference.declarations import Reference

# Of each workbook, table by table: title and place; columns (letter, joined heads, own kind); rows (place of the label,
# printed number, what is asked, unit, kind, open columns).
Table = tuple[str, list[str], list[str]]
EXPECTED: dict[str, list[Table]] = {
    "staff": [
        ("Biểu 1!A10 I. Cán bộ quản lý",
         ["D Trong đó – Biên chế – Tổng", "E Trong đó – Biên chế – Nữ", "F Trong đó – Hợp đồng"],
         ["B11 1 | Hiệu trưởng | người | count | DEF", "B12 2 | Phó hiệu trưởng | người | count | DEF"]),
        ("Biểu 1!A13 II. Giáo viên",
         ["D Trong đó – Biên chế – Tổng", "E Trong đó – Biên chế – Nữ", "F Trong đó – Hợp đồng"],
         ["B14 1 | Giáo viên dạy tin học | người | count | DEF",
          "B15  | Giáo viên dạy tin học – Trong đó: đạt chuẩn trình độ | người | count | DEF"]),
    ],
    "equipment": [
        ("CSVC!B7 I. Thiết bị dạy học", ["D Số lượng"],
         ["B8 1 | Máy tính để bàn | bộ | count | D", "B9 2 | Máy tính xách tay | bộ | count | D"]),
        ("CSVC!B10 II. Đường truyền", ["D Số lượng"],
         ["B11 1 | Tốc độ đường truyền | Mbps | number | D",
          "B12 2 | Kinh phí thuê hằng tháng | nghìn đồng | money | D"]),
    ],
    "finance": [
        ("Thu chi!A5 1. Nguồn thu", ["C Dự toán", "D Thực hiện"],
         ["B7 1 | Ngân sách cấp | triệu đồng | money | CD", "B8 2 | Thu dịch vụ | triệu đồng | money | CD"]),
        ("Thu chi!A12 2. Học bổng", ["C Số học sinh (người)", "D Số tiền (đồng) = money"],
         ["B13 1 | Học bổng khuyến khích |  | count | CD", "B14 2 | Hỗ trợ chi phí học tập |  | count | CD"]),
    ],
    "tasks": [
        ("Nhiệm vụ!A3 PHIẾU TỰ ĐÁNH GIÁ CHUYỂN ĐỔI SỐ",
         ["C Đã thực hiện", "D Mức độ = choice", "E Ngày ban hành = date", "F Minh chứng = text",
          "G Điểm tự chấm = number"],
         ["B4 1 | Có kế hoạch chuyển đổi số |  | yes_no | CDEFG",
          "B5 2 | Có quy chế quản lý hồ sơ điện tử |  | yes_no | CDEFG"]),
    ],
    "classes": [
        ("Quy mô!A3 Tình hình lớp, học sinh",
         ["B Số lớp (lớp)", "C Học sinh (học sinh) – Tổng số", "D Học sinh (học sinh) – Dân tộc thiểu số"],
         ["A5  | Tổng số |  | count | BCD", "A7  | Tổng số – Lớp 6 |  | count | BCD",
          "A8  | Tổng số – Lớp 7 |  | count | BCD"]),
    ],
    "ratios": [
        ("KQ!A3 Tổng hợp kết quả", ["D Kế hoạch", "E Thực hiện"],
         ["B4 1.1 | Tỉ lệ lớp có đường truyền | % | percent | DE",
          "B5 1.2 | Học sinh học trực tuyến | học sinh | count | E", "B6 1.3 | Tỷ lệ phổ cập |  | percent | D"]),
    ],
    "beside": [
        ("Kho!A3 Sách và thiết bị", ["C Số lượng (cuốn)"],
         ["B4 1 | Sách giáo khoa | cuốn | count | C", "B5 2 | Sách tham khảo | cuốn | count | C"]),
        ("Kho!D3 Sách và thiết bị", ["F Số lượng (bộ)"],
         ["E4 1 | Máy chiếu | bộ | count | F", "E5 2 | Màn hình | bộ | count | F"]),
        ("Mạng!A1 Mạng", ["C Số lượng"],
         ["A2 M01 | Điểm phát wifi |  | count | C", "A3 M02 | Máy chủ |  | count | C"]),
    ],
    "unknown_words": [
        ("Bồi dưỡng!A2 Kết quả bồi dưỡng", ["B Số buổi", "C Số người dự"],
         ["A4  | Tin học |  | count | BC", "A5  | Ngoại ngữ |  | count | BC"]),
    ],
    "framed_only": [
        ("Phòng!A2 Phòng học", ["B Hiện có", "C Cần thêm"],
         ["A3  | Phòng máy (phòng) | phòng | count | BC", "A4  | Phòng thí nghiệm (phòng) | phòng | count | B"]),
    ],
}  # fmt: skip
DOUBTS = {
    "staff": {"Biểu 1!C8 column_computed"},
    "equipment": {
        "CSVC!B7 heading_assumed", "CSVC!B10 heading_assumed", "CSVC!B13 total_open", "CSVC!E5 note_column",
    },
    "finance": {"Thu chi!E5 column_computed"},
    "tasks": {"Nhiệm vụ!B4 unit_missing", "Nhiệm vụ!G4 limits_dropped", "Danh sách!A1 sheet_hidden"},
    "classes": {"Quy mô!D3 head_carried"},
    "ratios": {"KQ!E5 cell_filled", "KQ!E6 cell_text", "KQ!A1 identity_missing"},
    "beside": {"Mạng!A2 unit_missing", "Mạng!A2 kind_assumed"},
    "unknown_words": {
        "Bồi dưỡng!A2 head_assumed", "Bồi dưỡng!A6 open_rows", "Bồi dưỡng!A8 total_open", "Bồi dưỡng!A4 unit_missing",
        "Bồi dưỡng!A1 identity_missing",
    },
    "framed_only": {"Phòng!A2 head_assumed", "Phòng!C3 cell_merged", "Phòng!A1 identity_missing"},
}  # fmt: skip
TITLES = {
    "staff": "BIỂU 1. ĐỘI NGŨ CÁN BỘ, GIÁO VIÊN, NHÂN VIÊN", "equipment": "THỐNG KÊ CƠ SỞ VẬT CHẤT CÔNG NGHỆ THÔNG TIN",
    "finance": "BÁO CÁO THU CHI", "tasks": "PHIẾU TỰ ĐÁNH GIÁ CHUYỂN ĐỔI SỐ",
}  # fmt: skip


def proposal_of(path: Path, reference: Reference) -> Proposal:
    return propose(read_office_workbook(path), reference.adoption)


def tables_of(proposal: Proposal) -> list[Table]:
    return [
        (
            f"{sheet.name}!{table.cell} {table.title}",
            [
                f"{column_letters(one.column)} {one.label}{f' = {one.kind}' if one.kind else ''}"
                for one in table.columns
            ],
            [
                f"{row.label_cell} {row.number} | {row.label} | {row.unit} | {row.kind} | "
                + "".join(map(column_letters, row.columns))
                for row in table.rows
            ],
        )
        for sheet in proposal.sheets
        for table in sheet.tables
    ]


@pytest.mark.parametrize("name", FORMS)
def test_a_public_form_is_read_as_a_person_reads_it(name: str, reference: Reference, tmp_path: Path) -> None:
    proposal = proposal_of(write_office_form(name, tmp_path), reference)
    assert tables_of(proposal) == EXPECTED[name]
    assert {f"{one.sheet}!{one.cell} {one.code}" for one in proposal.doubts} == DOUBTS[name]
    assert proposal.title == TITLES.get(name, proposal.title)


@pytest.mark.parametrize("name", FORMS)
def test_nothing_printed_on_a_form_vanishes(name: str, reference: Reference, tmp_path: Path) -> None:
    """Every text of a visible sheet heads a table, is a row, tells whose it is, or is listed as left out."""
    path = write_office_form(name, tmp_path)
    sheets = read_office_workbook(path)
    proposal = propose(sheets, reference.adoption)
    told = {(one.sheet, one.text) for one in proposal.left_out}
    told |= {(one.sheet, one.found) for one in proposal.doubts} | {
        (one.sheet, one.label) for one in proposal.identity
    }
    joined = {
        sheet.name: " ".join(
            [
                *(f"{table.title} {column.label}" for table in sheet.tables for column in table.columns),
                *(f"{row.printed} {row.number} {row.unit}" for table in sheet.tables for row in table.rows),
            ]
        )
        for sheet in proposal.sheets
    }
    heads = {"STT", "TT", "Số TT", "Nội dung", "Danh mục", "ĐVT", "Khoản mục", "Tiêu chí", "Chỉ tiêu", "Đơn vị tính",
             "Mã số", "nt", "x", "I", "II", "Lĩnh vực", "Kiên cố hóa"}  # fmt: skip
    lost = [
        (sheet.name, cell.text)
        for sheet in sheets
        if not sheet.is_hidden
        for cell in sheet.cells.values()
        if cell.text
        and (sheet.name, cell.text) not in told
        and cell.text not in joined[sheet.name]
        and cell.text not in heads
        and not cell.is_formula  # of a total, which is listed
        and "ơn vị tính:" not in cell.text
        and not (cell.text.strip("()")[:1].isalnum() and len(cell.text.strip("()").partition("=")[0]) <= 2)
        and "=" not in cell.text
    ]
    assert lost == []


def test_the_identity_is_found_beside_or_within_its_label(reference: Reference, tmp_path: Path) -> None:
    within = proposal_of(write_office_form("staff", tmp_path), reference).identity
    beside = proposal_of(write_office_form("finance", tmp_path), reference).identity
    assert [(one.name, one.cell, one.label_cell) for one in within] == [("school_name", "A3", "A3")]
    assert [(one.name, one.cell, one.label_cell) for one in beside] == [("school_id", "B1", "A1")]


def test_limits_of_validations_are_taken_over(reference: Reference, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    fill(book.active, [("STT", "Nội dung", "Số lượng"), (1, "Số lớp (lớp)", ""), (2, "Số máy (máy)", "")])
    accept(book.active, "C2", type="whole", operator="between", formula1="1", formula2="40")
    accept(book.active, "C3", type="whole", operator="greaterThanOrEqual", formula1="0")
    book.save(tmp_path / "own.xlsx")
    rows = proposal_of(tmp_path / "own.xlsx", reference).rows
    assert [(row.unit, row.kind, row.minimum, row.maximum) for row in rows] == [
        ("lớp", "count", 1, 40), ("máy", "count", 0, None),
    ]  # fmt: skip


def test_a_list_that_no_drop_down_can_show_is_a_doubt(reference: Reference, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    fill(book.active, [("STT", "Nội dung", "Chọn"), (1, "Mức độ", ""), (2, "Loại", "")])
    for place, text in enumerate(("Tốt, khá", "Chưa"), start=1):
        book.active.cell(place, 8, text)
    accept(book.active, "C2", type="list", formula1="$H$1:$H$2")
    accept(book.active, "C3", type="list", formula1="INDIRECT(A1)")
    book.save(tmp_path / "own.xlsx")
    proposal = proposal_of(tmp_path / "own.xlsx", reference)
    assert [row.kind for row in proposal.rows] == ["text", "text"]
    codes = {(one.cell, one.code) for one in proposal.doubts}
    assert {("C2", "choices_changed"), ("C3", "choices_unknown")} <= codes


def test_a_blank_workbook_is_no_proposal_and_no_fault(reference: Reference, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "own.xlsx")
    proposal = proposal_of(tmp_path / "own.xlsx", reference)
    assert proposal.rows == ()
    assert [one.code for one in proposal.doubts] == ["identity_missing"]


@pytest.mark.parametrize(
    ("name", "content"), [("own.xls", b""), ("own.xlsx", b"PK not a workbook"), ("gone.xlsx", None)]
)
def test_what_cannot_be_opened_is_refused_in_one_sentence(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError):
        read_office_workbook(path)


ODD_TEXTS = (
    "STT", "Nội dung", "ĐVT", "Số lượng", "Ghi chú", "(1)", "(2)", "1", "I", "Tổng số", "Cộng", "- Nữ", "Trong đó:",
    "người", "Máy tính (bộ)", "x", "nt", "Trường: ..", "Đơn vị tính: đồng", "Hiệu trưởng", '"', "%", "=A1", "3=1+2", "",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(200))
def test_a_sheet_of_any_disorder_is_read_and_no_cell_is_asked_twice(seed: int, reference: Reference) -> None:
    chance = random.Random(seed)
    rules = (None, CellRule("list", ("Có", "Không")), CellRule("list"), CellRule("whole", (), 1, 2))
    cells = {}
    for place in [(row, column) for row in range(1, 11) for column in range(1, 8) if chance.random() < 0.6]:
        text = chance.choice(ODD_TEXTS)
        drawn, is_framed = chance.choice(("General", "0", "0%", "dd/mm/yyyy", "@")), chance.random() < 0.5
        cells[place] = OfficeCell(
            text, drawn, text.startswith("="), text.isdigit(), is_framed, chance.choice(rules)
        )
    corners = [(chance.randint(1, 8), chance.randint(1, 5)) for _ in range(chance.randint(0, 3))]
    merges = tuple(
        Merge(row, column, row + chance.randint(0, 2), column + chance.randint(0, 2))
        for row, column in corners
    )
    proposal = propose((OfficeSheet("Tờ", cells, merges, False, False),), reference.adoption)
    asked = [(row.row, column) for row in proposal.rows for column in row.columns]
    assert len(asked) == len(set(asked))
    assert not [place for place in asked if place in cells and cells[place].is_formula]
