"""The sentences of both signed sample reports that an officer holds against the workbooks, written here by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag

from demo_world import SEMESTER, YEAR_END, Demo
from termreview.terms import Term

# Pupils a computer: schools above the line of their level; incidents: answers above 0; contradictions: “Không” beside a
# share of 50 % or more; what is left: 16.052 − 15.397 and 17.049 − 16.604 pupils.
TOLD = {
    SEMESTER: [
        "4/20 trường TH chưa đạt (TH Tân Mỹ, TH Đông Sơn 1, TH Đông Sơn 2 và TH Thạch Bàn)",
        "2/10 trường THCS chưa đạt (THCS Tân Mỹ và THCS Đông Sơn)",
        "2/4 trường TH&THCS chưa đạt (TH&THCS An Thuận và TH&THCS Hòa Bình)",
        "31/34 trường báo cáo “Không” ở chỉ tiêu “Đã cập nhật kết quả học tập của học kỳ lên cơ sở dữ liệu của Bộ”",
        "mục tiêu đến năm 2025: 100,0% (chưa đến hạn)",
        "Hoàn thành xác thực mã định danh cho 655 học sinh còn lại trước ngày 25/05/2024 (hiện đạt 95,9%, 15.397/16.052)",
        "01 trường chưa rõ mức độ nhưng từ mức độ 2 trở lên, 02 trường chưa kết luận được và 03 trường chưa có báo cáo",
        "Đạt từ mức độ 2 trở lên: 24/37 trường (nhóm 1: dạy, học); 22/37 trường (nhóm 2: quản trị)",
        "TH Xuân Hòa và TH&THCS Trần Hưng Đạo) nộp báo cáo chậm nhất ngày 31/01/2024",
        "TH Xuân Lâm (do chưa đạt điều kiện 1.2)",
        "THCS Xuân Lâm (do chưa đạt điều kiện 2.2)",
        "kỹ năng soạn học liệu số của một bộ phận giáo viên còn hạn chế (13 trường)",
        "thống nhất một phần mềm dùng chung để các trường không phải nhập số liệu nhiều lần (15 trường đề nghị)",
        "bố trí kinh phí thay thế máy tính đã hết khấu hao (12 trường đề nghị)",
        "Đối với UBND các xã, thị trấn: phối hợp tuyên truyền thanh toán không dùng tiền mặt (12 trường đề nghị)",
    ],
    YEAR_END: [
        "3/20 trường TH chưa đạt (TH Đông Sơn 2, TH Xuân Hòa và TH Thạch Bàn)",
        "1/9 trường THCS chưa đạt (THCS Tân Mỹ)",
        "1/6 trường TH&THCS chưa đạt (TH&THCS An Thuận)",
        "Số sự cố mất an toàn thông tin: 12, tại 12/44 trường",
        "học kỳ I không có trường nào phát sinh",
        "14/35 trường báo cáo “Không” ở chỉ tiêu “Đã cập nhật kết quả học tập của học kỳ lên cơ sở dữ liệu của Bộ”",
        "THCS An Lộc: điểm nhóm 1 (dạy, học) giảm từ 67,0 xuống 47,0 trên 100 điểm (từ mức độ 2 xuống mức độ 1); "
        "nguyên nhân: hợp đồng thuê nền tảng học tập hết hạn, chưa bố trí được kinh phí gia hạn.",
        "TH Xuân Lâm từ mức độ 1 (71,0 điểm, do chưa đạt điều kiện 1.2) lên mức độ 3 (76,0 điểm)",
        "THCS Xuân Lâm (do chưa đạt điều kiện 2.2)",
        "Trong 768 lượt nhiệm vụ của các trường có báo cáo ở cả hai kỳ, số lượt hoàn thành tăng từ 547 lên 640",
        "01 trường chưa rõ mức độ nhưng từ mức độ 2 trở lên và 01 trường chưa có báo cáo",
        "Đạt từ mức độ 2 trở lên: 31/36 trường (nhóm 1: dạy, học); 28/36 trường (nhóm 2: quản trị)",
        "(MN Đông Hải, MN Xuân Lâm và TH Đông Sơn 1) nộp báo cáo chậm nhất ngày 10/06/2024",
        "Hoàn thành xác thực mã định danh cho 445 học sinh còn lại trước ngày 31/12/2024 (hiện đạt 97,4%, 16.604/17.049)",
        "bố trí kinh phí thay thế máy tính đã hết khấu hao (14 trường đề nghị)",
    ],
}
# Of one commune, counted in its schools' files: reports, classes, pupils, teachers, tasks, schools at level 2 or more.
COMMUNE = {
    SEMESTER: ["xã Thạch Bàn", "2/3 (66,7%)", "10", "179", "17", "4/31 (12,9%)", "0/1 (0,0%)"],
    YEAR_END: ["xã Đông Sơn", "3/4 (75,0%)", "18", "534", "32", "23/50 (46,0%)", "1/2 (50,0%)"],
}
# Words of the program, and of what an office does not sign.
NEVER = (
    "mức đề ra", "đầu việc", "điểm chắc có", "phép kiểm tra", "máy chấm", "dấu vân tay", "tệp gốc", "khai báo", "mức tin cậy",
)  # fmt: skip
TERMS = pytest.mark.parametrize("term", [SEMESTER, YEAR_END], ids=["semester review", "year-end summary"])


def signed_page(demo: Demo, term: Term) -> BeautifulSoup:
    (path,) = [
        path
        for path in demo.result(term).reports
        if path.suffix == ".html" and path.stem.endswith("-chia-se")
    ]
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def text_of(page: BeautifulSoup) -> str:
    body = page.select_one("main")
    assert body is not None
    return re.sub(r"\s+", " ", body.get_text(" ")).replace(" ,", ",").replace(" .", ".")


@TERMS
def test_the_signed_report_says_what_the_workbooks_say(demo: Demo, term: Term) -> None:
    text = text_of(signed_page(demo, term))
    assert [sentence for sentence in TOLD[term] if sentence not in text] == []


@TERMS
def test_the_table_of_communes_holds_the_sums_of_their_schools(demo: Demo, term: Term) -> None:
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
        for row in signed_page(demo, term).select("table tbody tr")
    ]
    assert COMMUNE[term] in rows


def below(head: Tag) -> Iterator[Tag]:
    """What stands below one heading of the page, down to the next, in the order of the page."""
    for node in head.find_all_next(["h2", "h3", "p", "ul", "table", "figure"]):
        if node.name in ("h2", "h3"):
            return
        if not node.find_parent(["table", "figure", "ul"]) and "table-notes" not in " ".join(
            node.parent.get("class", [])
        ):
            yield node


@TERMS
def test_each_heading_of_part_two_is_a_paragraph_and_at_most_one_picture(demo: Demo, term: Term) -> None:
    """II.7 has two charts and the names of the schools at level 1; figures and findings of page 1 are five and five."""
    page = signed_page(demo, term)
    for number in range(1, 10):
        (head,) = [one for one in page.select("h3") if one.get_text(" ", strip=True).startswith(f"{number}. ") and one.find_previous("h2").get_text(strip=True).startswith("II. ")]  # fmt: skip
        names = [node.name for node in below(head)]
        assert names.count("p") == 1, head.get_text()
        assert names.count("table") == 0
        assert names.count("figure") == (2 if number == 7 else 0)
        assert names.count("ul") == (1 if number == 7 else 0)
    assert len(page.select(".lead .key-figure")) == 5
    assert len(page.select(".lead li")) == 5


@TERMS
def test_the_signed_report_speaks_as_an_office_does(demo: Demo, term: Term) -> None:
    page = signed_page(demo, term)
    text = text_of(page)
    assert [word for word in NEVER if word in text.lower()] == []
    assert not page.select(".badge"), "letters of doubt are the analyst's"
    assert text.count("Số liệu có dấu (*) đang chờ đối chiếu với văn bản gốc.") == 1
    assert not re.search(r"\d %", text)
    assert not re.search(r"[≥≤]\s*100", text), "at least all of them is all of them"


def test_change_has_one_chapter_where_something_is_compared(demo: Demo) -> None:
    heads = {
        term: [head.get_text(" ", strip=True) for head in signed_page(demo, term).select("h2, h3")]
        for term in (SEMESTER, YEAR_END)
    }
    assert not [head for head in heads[SEMESTER] if "Thay đổi" in head or "Chuyển biến" in head]
    told = [head for head in heads[YEAR_END] if "Thay đổi" in head or "Chuyển biến" in head]
    assert told == ["III. Chuyển biến từ học kỳ I đến cuối năm học"]


def test_a_rebuilt_total_is_told_with_what_the_school_wrote(demo: Demo) -> None:
    """TH Tân Mỹ adds up its pupils to 275 and writes 281 in D8."""
    (path,) = [
        path
        for path in demo.result(SEMESTER).reports
        if path.suffix == ".html" and path.stem == "bao-cao-so-ket-2023-2024-hk1"
    ]
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in page.select("table tr")
    ]
    assert ["TH Tân Mỹ", "Số trẻ/học sinh – Tổng số", "281", "275", "−6"] in rows


def test_a_school_page_says_why_its_level_is_not_that_of_its_points(demo: Demo) -> None:
    folder = demo.workspace.output_paths(SEMESTER).pages / "schools"
    page = BeautifulSoup((folder / "0477216.html").read_text(encoding="utf-8"), "html.parser")
    text = re.sub(r"\s+", " ", page.get_text(" "))
    assert "71,0 điểm trên 100 · mức độ 1 – chưa đáp ứng do chưa đạt điều kiện 1.2" in text
    assert "Mức độ chung: mức độ 1 – chưa đáp ứng do chưa đạt điều kiện 1.2" in text
    assert "71,0 (mức 1 do chưa đạt điều kiện 1.2)" in text
    assert "quá hạn" not in text, "its file came in time"
    opening = text.index("Cần hỗ trợ, đề nghị liên hệ Phòng GDĐT")
    assert opening < text.index("Mức độ chung"), "what to do and whom to call come first"
