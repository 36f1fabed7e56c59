"""Nine blank workbooks as offices hand them out: merged heads, numbered columns, Roman parts, totals, notes, signatures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Border, Side
from openpyxl.worksheet.datavalidation import DataValidation

_THIN = Side(style="thin")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
TOP = (("UBND HUYỆN MINH HỌA",), ("PHÒNG GIÁO DỤC VÀ ĐÀO TẠO",), ("Trường: ...................",))


def fill(
    page: Any,
    rows: Sequence[Sequence[object]],
    merges: Sequence[str] = (),
    framed: Sequence[str] = (),
    formats: Mapping[str, str] | None = None,
) -> None:
    """Write rows from A1 on, frame ranges, draw formats, then merge."""
    for row in rows:
        page.append(list(row))
    for area in framed:
        for line in page[area]:
            for cell in line:
                cell.border = _FRAME
    for area, drawn in (formats or {}).items():
        for line in page[area]:
            for cell in line:
                cell.number_format = drawn
    for area in merges:
        page.merge_cells(area)


def accept(page: Any, area: str, **rule: Any) -> None:
    """Let the cells of one range accept only what a rule lets in."""
    validation = DataValidation(**rule)
    page.add_data_validation(validation)
    validation.add(area)


def staff(book: Any) -> None:
    """Three rows of merged heads, a row (1)(2)(3), Roman parts across the table, a computed column, a total, signatures."""
    rows = [
        *TOP,
        ("BIỂU 1. ĐỘI NGŨ CÁN BỘ, GIÁO VIÊN, NHÂN VIÊN",),
        ("", "", "", "", "", "Đơn vị tính: người"),
        ("STT", "Nội dung", "Tổng số", "Trong đó", "", ""),
        ("", "", "", "Biên chế", "", "Hợp đồng"),
        ("", "", "", "Tổng", "Nữ", ""),
        ("(1)", "(2)", "(3)=(4)+(6)", "(4)", "(5)", "(6)"),
        ("I. Cán bộ quản lý",),
        (1, "Hiệu trưởng", "=D11+F11"),
        (2, "Phó hiệu trưởng", "=D12+F12"),
        ("II. Giáo viên",),
        (1, "Giáo viên dạy tin học", "=D14+F14"),
        ("", "- Trong đó: đạt chuẩn trình độ", "=D15+F15"),
        ("", "Tổng cộng", "=SUM(C11:C15)", "=SUM(D11:D15)", "=SUM(E11:E15)", "=SUM(F11:F15)"),
        (),
        ("Ghi chú: số liệu tính đến ngày 31/12.",),
        ("", "Người lập biểu", "", "", "Hiệu trưởng"),
        ("", "(Ký, ghi rõ họ tên)", "", "", "(Ký tên, đóng dấu)"),
    ]
    merges = ["A6:A8", "B6:B8", "C6:C8", "D6:F6", "D7:E7", "F7:F8", "A10:F10", "A13:F13", "A4:F4"]
    page = book.active
    page.title = "Biểu 1"
    fill(page, rows, merges, ["A6:F16"], {"C11:F16": "#,##0"})


def equipment(book: Any) -> None:
    """A column of units with ditto marks, Roman parts without a unit, a column of notes, a total without formulas."""
    rows = [
        *TOP,
        ("THỐNG KÊ CƠ SỞ VẬT CHẤT CÔNG NGHỆ THÔNG TIN",),
        ("TT", "Danh mục", "ĐVT", "Số lượng", "Ghi chú"),
        ("A", "B", "C", 1, 2),
        ("I", "Thiết bị dạy học"),
        (1, "Máy tính để bàn", "bộ"),
        (2, "Máy tính xách tay", "nt"),
        ("II", "Đường truyền"),
        (1, "Tốc độ đường truyền", "Mbps"),
        (2, "Kinh phí thuê hằng tháng", "nghìn đồng"),
        ("", "Cộng", "", "", ""),
        ("", "", "", "Ngày ... tháng ... năm 2024"),
        ("", "", "", "THỦ TRƯỞNG ĐƠN VỊ"),
    ]
    page = book.active
    page.title = "CSVC"
    fill(page, rows, ["A4:E4"], ["A5:E13"], {"D11:D11": "0.0"})


def finance(book: Any) -> None:
    """Two tables on one sheet, the unit in a line above each, totals by formulas."""
    rows = [
        ("Mã trường:", ""),
        ("BÁO CÁO THU CHI",),
        ("1. Nguồn thu",),
        ("(Đơn vị tính: triệu đồng)",),
        ("STT", "Khoản mục", "Dự toán", "Thực hiện", "Chênh lệch"),
        ("1", "2", "3", "4", "5=4-3"),
        (1, "Ngân sách cấp", "", "", "=D7-C7"),
        (2, "Thu dịch vụ", "", "", "=D8-C8"),
        ("", "Tổng số", "=C7+C8", "=D7+D8", "=E7+E8"),
        (),
        ("2. Học bổng",),
        ("STT", "Khoản mục", "Số học sinh (người)", "Số tiền (đồng)"),
        (
            1,
            "Học bổng khuyến khích",
        ),
        (
            2,
            "Hỗ trợ chi phí học tập",
        ),
    ]
    page = book.active
    page.title = "Thu chi"
    fill(page, rows, ["A2:E2"], ["A5:E9", "A12:D14"], {"C7:E9": "#,##0", "C13:D14": "#,##0"})


def tasks(book: Any) -> None:
    """Yes or no, a drop-down from a hidden sheet, a date, a text and a bounded number, each by its validation."""
    page = book.active
    page.title = "Nhiệm vụ"
    rows = [
        ("Tên trường:", ""),
        ("PHIẾU TỰ ĐÁNH GIÁ CHUYỂN ĐỔI SỐ",),
        ("STT", "Tiêu chí", "Đã thực hiện", "Mức độ", "Ngày ban hành", "Minh chứng", "Điểm tự chấm"),
        (1, "Có kế hoạch chuyển đổi số"),
        (2, "Có quy chế quản lý hồ sơ điện tử"),
    ]
    fill(page, rows, (), ["A3:G5"], {"E4:E5": "dd/mm/yyyy", "F4:F5": "@"})
    lists = book.create_sheet("Danh sách")
    for text in ("Tốt", "Khá", "Chưa làm"):
        lists.append([text])
    lists.sheet_state = "hidden"
    accept(page, "C4:C5", type="list", formula1='"Có,Không"')
    accept(page, "D4:D5", type="list", formula1="'Danh sách'!$A$1:$A$3")
    accept(page, "G4:G5", type="decimal", operator="between", formula1="0", formula2="10")


def classes(book: Any) -> None:
    """No numbers of rows; heads of two rows that are not merged; parts of a row; "Tổng số" asks where it comes first."""
    rows = [
        ("Đơn vị báo cáo: ..............",),
        ("Tình hình lớp, học sinh",),
        ("Chỉ tiêu", "Số lớp (lớp)", "Học sinh (học sinh)", ""),
        ("", "", "Tổng số", "Dân tộc thiểu số"),
        ("Tổng số",),
        ("Trong đó:",),
        ("- Lớp 6",),
        ("- Lớp 7",),
    ]
    page = book.active
    page.title = "Quy mô"
    fill(page, rows, (), ["A3:D8"], {"B5:D8": "0"})


def ratios(book: Any) -> None:
    """Percent by format and by words, cells that are not to be filled, a figure that stands there already."""
    rows = [
        ("TRƯỜNG", ""),
        ("Tổng hợp kết quả",),
        ("Số TT", "Chỉ tiêu", "Đơn vị tính", "Kế hoạch", "Thực hiện"),
        ("1.1", "Tỉ lệ lớp có đường truyền", "%", "", ""),
        ("1.2", "Học sinh học trực tuyến", "học sinh", "x", 125),
        ("1.3", "Tỷ lệ phổ cập", "", "", "theo số của xã"),
    ]
    page = book.active
    page.title = "KQ"
    fill(page, rows, (), ["A3:E6"], {"D6:E6": "0.00%"})


def beside(book: Any) -> None:
    """Two tables side by side below one title, and a second sheet with a table of codes."""
    rows = [
        ("Trường:", "", "", "", ""),
        ("Sách và thiết bị",),
        ("STT", "Nội dung", "Số lượng (cuốn)", "STT", "Nội dung", "Số lượng (bộ)"),
        (1, "Sách giáo khoa", "", 1, "Máy chiếu", ""),
        (2, "Sách tham khảo", "", 2, "Màn hình", ""),
    ]
    page = book.active
    page.title = "Kho"
    fill(page, rows, (), ["A3:F5"])
    other = book.create_sheet("Mạng")
    codes = [("Nội dung", "Mã số", "Số lượng"), ("Điểm phát wifi", "M01", ""), ("Máy chủ", "M02", "")]
    fill(other, codes, (), ["A1:C3"])


def unknown_words(book: Any) -> None:
    """Heads of no known word above a numbered row; lines for the school to add; a total "Tổng số" at the end."""
    rows = [
        ("Kết quả bồi dưỡng",),
        ("Lĩnh vực", "Số buổi", "Số người dự"),
        ("(1)", "(2)", "(3)"),
        ("Tin học",),
        ("Ngoại ngữ",),
        ("", "", ""),
        ("", "", ""),
        ("Tổng số",),
        ("Lưu ý: chỉ ghi các buổi đã tổ chức.",),
    ]
    page = book.active
    page.title = "Bồi dưỡng"
    fill(page, rows, (), ["A2:C8"], {"B4:C8": "0"})


def framed_only(book: Any) -> None:
    """Heads of no known word and no numbers: only the frames tell where the table is; one answer merged over two rows."""
    rows = [
        ("Phòng học",),
        ("Kiên cố hóa", "Hiện có", "Cần thêm"),
        ("Phòng máy (phòng)",),
        ("Phòng thí nghiệm (phòng)",),
        (),
        ("Xác nhận của trường",),
    ]
    page = book.active
    page.title = "Phòng"
    fill(page, rows, ["C3:C4"], ["A2:C4"], {"B3:C4": "0"})


FORMS: Mapping[str, Callable[[Any], None]] = {
    build.__name__: build
    for build in (staff, equipment, finance, tasks, classes, ratios, beside, unknown_words, framed_only)
}


def write_office_form(name: str, folder: Path) -> Path:
    """Write one of the workbooks; give its path."""
    book = openpyxl.Workbook()
    FORMS[name](book)
    path = folder / f"{name}.xlsx"
    book.save(path)
    return path
