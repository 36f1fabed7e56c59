"""What may tell of a person is kept out of every table and its place reported; ordinary words are let be."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest
from intake_world import PRESCHOOL, clean_folder, place_of, receive, write_school

from termreview.intake.values.personal_data import (
    is_personal,
    is_personal_number,
    name_without_personal,
    names_persons,
    personal_place,
)
from termreview.spreadsheets.workbook import Cell


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn An, Trần Thị Bình, Lê Hoàng Cường",
        "1. Nguyễn Văn An\n2. Phạm Thị Hoa\n3. Võ Minh Đức",
        "thầy Đặng Văn Sơn; cô Bùi Thị Lan; cô Hồ Thị Mai",
        "NGUYỄN VĂN AN, TRẦN THỊ BÌNH và LÊ VĂN CƯỜNG",
        "Danh sách: Nguyễn Văn An, Trần Thị Bình, Lê Hoàng Cường",
        "Học sinh: Nguyễn Văn An (7A1); Trần Thị Bình (7A2); Lê Hoàng Cường (8B)",
        "Hai em Nguyễn Văn An và Trần Thị Bình bị khuyết tật vận động",
        "Cô Nguyễn Thị Hoa dạy em Trần Văn Bình lớp 4B",
        "Trần Văn Bình, lớp 4B, khuyết tật trí tuệ",
        "Nguyễn Văn An: 8,5; Trần Thị Bình: 7,0; Lê Hoàng Cường: 9,0",
    ],
)
def test_a_list_of_names_is_known(text: str) -> None:
    assert names_persons(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nguyễn Văn An là hiệu trưởng",
        "Trường THCS Nguyễn Văn Trỗi có 12 lớp; học sinh lớp 6 học trực tuyến",
        "Thiếu máy tính, đường truyền yếu, giáo viên chưa được tập huấn",
        "Trường THCS Nguyễn Tri Phương, Trường TH Trần Quốc Toản",
        "Hà Nội, Huế, Cao Bằng",
        "Văn, Toán, Tin học, Lịch sử",
        "Microsoft Teams, Google Classroom, VNPT Edu",
        "mai sau, cao hơn, văn thư, hồ sơ",
        "THCS Nguyễn Tri Phương, TH Trần Quốc Toản, THCS Lê Thánh Tông, đường Phan Bội Châu",
        "Họp Hội đồng; Lập Kế hoạch; Hà Nội; Mai Châu",
    ],
)
def test_ordinary_lists_are_let_be(text: str) -> None:
    assert not names_persons(text)


@pytest.mark.parametrize(
    "text",
    [
        "001204012345",
        "046 204 012 345",
        "046.204.012.345",
        "0462 0401 2345",
        "046-204-012345",
        "046 2 04 012345",
        "CCCD 0462-12-001-234",
        "số CMND 191234567",
        "CMT: 191 234 567",
        "hộ chiếu C1234567",
        "STK 0161001234567",
        "thẻ BHYT HS4460123456789",
        "HS 4 46 01 234 56789",
        "CCCD 46204012345",  # the zero in front was lost
        "số định danh: 1204012345",  # both zeros
        "(0234) 3822 123",
        "(0234)3822123",
        "0234.3822.123",
        "02343822123",
        "(+84) 912 345 678",
        "0912.345.678",
        "091 2345678",
        "cô giáo(a)gmail.com",
        "hoasen.pm [at] truong.edu.vn",
        "hoasen (@) truong.edu.vn",
        "hoasen @truong.edu.vn",
    ],
)
def test_a_number_or_an_address_of_a_person_is_known_however_it_is_typed(text: str) -> None:
    assert is_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "123.456.789.012 đồng",  # money never begins with 0
        "1.204.012.345",
        "2.345.678.901,5",
        "0477201 2023-2024",
        "0477201 2023-1",
        "02/01/2024 07:30",
        "10-01-2024, 25-05-2024",
        "64/QĐ-TH ngày 06/9/2023",
        "https://drive.example/1204012345/minh-chung",
        "https://truong-0477201.example/minh-chung/1-7-1",
        "phòng học (a) và (b); khối (at) 3",
        "98.765.432",
        "đã cấp mã định danh cho 1.445 học sinh",
        "100% học sinh có thẻ BHYT; 29 093 em",
        "thu 12.345.678 đồng qua tài khoản",
        "từ 2020 2021 2022 2023",
    ],
)
def test_amounts_days_and_codes_are_let_be(text: str) -> None:
    assert not is_personal(text)


@pytest.mark.parametrize("text", ["001204012345", "1204012345", "46204012345", "912345678"])
def test_an_identity_number_typed_as_a_number_is_known_without_its_zeros(text: str) -> None:
    assert is_personal_number(text)


def cells(*texts: str) -> dict[tuple[int, int], Cell]:
    return {(row, 1): Cell(text, text, "text") for row, text in enumerate(texts, start=1)}


def test_a_column_of_names_is_known_by_its_head_or_its_names() -> None:
    assert personal_place(made := cells("STT", "Họ và tên", "…"), made) == (2, 1)
    assert personal_place(made := cells("Lê Văn An", "Ngô Thị Bé", "Phan Văn Cảnh"), made) == (1, 1)
    assert personal_place(made := cells("Lê Văn An", "Người lập biểu", "Hiệu trưởng"), made) is None
    assert personal_place(made := cells("gọi 0912 345 678"), made) == (1, 1)


def test_lists_of_names_stay_out_of_the_tables_and_are_reported(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    write_school(path, PRESCHOOL)
    book = openpyxl.load_workbook(path)
    title, place = place_of("proposals", PRESCHOOL)
    book[title].cell(place.row, place.column).value = "Nguyễn Văn An, Trần Thị Bình, Lê Văn Cường"
    added = book.create_sheet("Danh sách lớp")
    for row, name in enumerate(("Phạm Thị Dung", "Võ Văn Em", "Hồ Thị Gấm"), start=1):
        added.cell(row, 2).value = name
    book.save(path)
    cleaned = clean_folder(tmp_path)
    found = cleaned.findings[cleaned.findings["check_code"] == "personal_data_suspected"]
    assert set(found["sheet"]) == {title, "Danh sách lớp"}
    assert set(found["severity"]) == {"error"}
    text = "\n".join(
        table.to_csv() for table in (cleaned.observations, cleaned.findings, cleaned.submissions)
    )
    for name in ("Văn An", "Thị Dung", "Văn Em"):
        assert name not in text
    row = cleaned.submissions.set_index("school_id").loc[PRESCHOOL]
    assert (
        row["cells_total"]
        == row["cells_used"] + row["cells_flagged"] + row["cells_unowned"] + row["cells_ignored"]
    )


def test_a_finding_that_quotes_a_label_or_a_sheet_tells_nothing_of_a_person(tmp_path: Path) -> None:
    path = tmp_path / f"{PRESCHOOL}.xlsx"
    write_school(path, PRESCHOOL)
    book = openpyxl.load_workbook(path)
    title, _ = place_of("proposals", PRESCHOOL)
    book[title].title = "Ý kiến 0912.345.678"
    book.create_sheet("liên hệ 046204012345")["A1"] = "x"
    book.save(path)
    findings = clean_folder(tmp_path).findings
    quoted = "\n".join(findings[["found", "expected", "message"]].fillna("").to_numpy().ravel())
    assert "Ý kiến ▒▒▒" in quoted
    for number in ("0912.345.678", "046204012345"):
        assert number not in quoted


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("BC HK1 001204012345.xlsx", "BC HK1 ▒▒▒[{hash}].xlsx"),
        ("gv/BC_Nguyễn_Văn_An_0912345678.xls", "gv/BC_▒▒▒[{hash}]_▒▒▒.xls"),
        ("Báo cáo cô Trần Thị Bình.xlsx", "Báo cáo cô ▒▒▒[{hash}].xlsx"),
    ],
)
def test_a_file_name_tells_no_person_and_stays_one_of_its_kind(name: str, shown: str) -> None:
    made = name_without_personal(name)
    assert made == shown.format(hash=made.partition("[")[2][:8])
    assert name_without_personal(made) == made
    assert name_without_personal("x" + name) != "x" + made


@pytest.mark.parametrize(
    "name",
    [
        "0477201_BC_HK1_2023-2024.xlsx",
        "BC CNTT HK1 TH Nguyễn Bá Ngọc.xlsx",
        "Nguyễn Bá Ngọc HK1.xlsx",
        "Zalo_1704853021123.xlsx",
        "scan 2024-01-10_08-23-45-678.pdf",
    ],
)
def test_names_of_schools_codes_and_days_stay_in_file_names(name: str) -> None:
    assert name_without_personal(name) == name


def test_a_file_whose_name_holds_a_number_of_a_person_is_read_listed_and_never_quoted(tmp_path: Path) -> None:
    path = tmp_path / "BC cô Trần Thị Bình 046204012345.xlsx"
    write_school(path, PRESCHOOL)
    receive(tmp_path, {path.name: datetime.date(2024, 1, 8)})
    cleaned = clean_folder(tmp_path)
    row = cleaned.submissions.set_index("school_id").loc[PRESCHOOL]
    assert (row["fate"], f"{row['received_on']:%d/%m/%Y}") == ("accepted", "08/01/2024")
    tables = "\n".join(
        table.to_csv() for table in (cleaned.observations, cleaned.findings, cleaned.submissions)
    )
    assert "046204012345" not in tables
    assert "Thị Bình" not in tables
