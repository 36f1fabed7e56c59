"""An export looked at from the command line: what would be counted in which term, what would not, and nothing written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "sources"))

from test_exports import LOWER, PRIMARY, SENTINEL, pupils, text_table, workbook

from termreview.cli.__main__ import main
from worlds import copy_reference

HEADS = ["Mã trường", "Số liệu tính đến ngày", "Tệp xuất kèm theo", "Số tiền thu không dùng tiền mặt"]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    copy_reference(tmp_path / "data")
    return tmp_path


def totals(place: Path, day: str = "08/01/2024") -> Path:
    return text_table(
        place, [HEADS, [PRIMARY, day, "thu.pdf", "6.340.000.000"], [LOWER, day, "thu.pdf", "653.000"]]
    )


def look(office: Path, path: Path, *more: str) -> int:
    return main(["--root", str(office), "source", str(path), *more])


def files(office: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in office.rglob("*") if path.is_file()}


def test_a_known_export_says_what_would_be_counted_and_writes_nothing(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = totals(office / "data" / "raw" / "2023-2024" / "hk1" / "sources" / "tong.csv")
    before = files(office)
    assert look(office, path) == 0  # the term is that of the folder in which it lies
    told = capsys.readouterr().out
    assert "Kỳ báo cáo: 2023-2024-hk1" in told
    assert "Kỳ của số liệu: đến 08/01/2024" in told
    assert "2 dòng: đã đếm 2, không rõ trường 0, trùng 0, của kỳ khác 0; 0 ô số không đọc được" in told
    assert "Số tiền thu không dùng tiền mặt trên phần mềm thu: 6.340.653.000 đồng ở 2/55 trường" in told
    assert "Chưa ghi gì" in told
    assert files(office) == before


@pytest.mark.parametrize(
    ("day", "school", "why"),
    [
        ("20/12/2022", PRIMARY, "Ngày của số liệu nằm ngoài kỳ báo cáo; kỳ 2023-2024-hk1 nhận số liệu chốt từ ngày 01/06/2023 "
         "đến ngày 10/02/2024. Cách xử lý: xuất lại tệp cho đúng kỳ"),
        ("08/01/2024", "0999999", "Không đếm được dòng nào của trường nào trong kỳ. Cách xử lý: xem lại mã, tên trường"),
    ],
)  # fmt: skip
def test_an_export_that_would_not_count_says_why(
    day: str, school: str, why: str, office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = text_table(office / "tong.csv", [HEADS, [school, day, "", "12"]])
    assert look(office, path, "--term", "2023-2024-hk1") == 6
    told = capsys.readouterr().out
    assert f"Tệp này sẽ không được tổng hợp: {why}" in told
    assert "Chưa ghi gì" not in told


def test_an_export_titled_with_another_year_or_empty_says_what_was_found_expected_and_to_do(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = text_table(
        office / "tong.csv", [["SỐ LIỆU NĂM HỌC 2022-2023"], HEADS, [PRIMARY, "08/01/2024", "", "12"]]
    )
    assert look(office, path, "--term", "2023-2024-hk1") == 6
    assert (
        "Tiêu đề trong tệp ghi năm học khác; tệp ghi 2022-2023, kỳ 2023-2024-hk1 thuộc năm học 2023-2024. "
        "Cách xử lý: xuất lại tệp của đúng năm học" in capsys.readouterr().out
    )
    empty = office / "rong.csv"
    empty.write_bytes(b"")
    assert look(office, empty, "--term", "2023-2024-hk1") == 6
    assert capsys.readouterr().out.startswith("rong.csv: tệp rỗng. Cách xử lý: xuất lại từ hệ thống")


def test_an_unknown_export_is_shown_without_its_persons_and_drafted_when_told_to(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        ["Mã trường", "Họ tên phụ huynh", "Trạng thái"],
        *([PRIMARY, SENTINEL, "Đã kết nối"] for _ in range(20)),
    ]
    path = text_table(office / f"{SENTINEL}.csv", rows)
    before = files(office)
    assert look(office, path) == 6
    told = capsys.readouterr().out
    assert (
        "Họ tên phụ huynh: ít giá trị, 20 ô có nội dung, 1 giá trị khác nhau (có thể là dữ liệu cá nhân"
        in told
    )
    assert SENTINEL not in told.replace(path.name, "")
    assert files(office) == before
    assert look(office, path, "--id", "hue-s") == 6
    [new] = set(files(office)) - set(before)
    assert new.name == "hue-s.yml"
    assert SENTINEL not in new.read_text(encoding="utf-8")


def test_a_list_of_persons_is_counted_without_a_word_of_them(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workbook(office / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    assert look(office, path, "--term", "2023-2024-hk1") == 0
    told = capsys.readouterr().out
    assert "Số học sinh đang học: 12 học sinh ở 1/55 trường" in told
    assert not [secret for secret in (SENTINEL, "HS0000", "0460") if secret in told]
