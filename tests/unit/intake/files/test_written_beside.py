"""Words, notes and pictures beside answers, and printed facts that were changed: asked about, with the words quoted."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from intake_world import PRIMARY, clean_folder, layout_of, place_of, write_school
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from PIL import Image as Picture

TASKS, LESSONS = place_of("elessons_count", PRIMARY)
LESSONS_HINT = next(
    row.help
    for sheet in layout_of(PRIMARY).sheets
    for block in sheet.blocks
    for row, _ in block.rows
    if row.row_code == LESSONS.field.row_code
)
BESIDE, ANSWER = f"E{LESSONS.row}", f"D{LESSONS.row}"


def found_of(
    folder: Path, change: Callable[[openpyxl.Workbook], object], name: str = f"{PRIMARY}.xlsx"
) -> pd.DataFrame:
    """The findings on one filled form that was changed; its account holds."""
    path = folder / name
    write_school(path, PRIMARY)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    cleaned = clean_folder(folder)
    row = cleaned.submissions[cleaned.submissions["school_id"] == PRIMARY].iloc[0]
    parts = row["cells_used"] + row["cells_flagged"] + row["cells_unowned"] + row["cells_ignored"]
    assert row["cells_total"] == parts
    found = cleaned.findings
    assert not found["message"].str.contains("{", regex=False).any()
    return found[found["school_id"] == PRIMARY]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (BESIDE, "KHÔNG LẤY SỐ NÀY – số đúng là 44"),
        (f"F{LESSONS.row}", "sửa: 44 bài"),
        (f"F{LESSONS.row}", "chưa chính xác, sẽ gửi lại"),
    ],
)
def test_words_beside_an_answer_are_quoted(tmp_path: Path, cell: str, words: str) -> None:
    found = found_of(tmp_path, lambda book: book[TASKS].__setitem__(cell, words))
    assert list(found["check_code"]) == ["written_beside"]
    assert list(found["found"]) == [f'"{words}" ({cell})']
    assert set(found["severity"]) == {"query"}


def test_a_person_beside_an_answer_is_not_quoted(tmp_path: Path) -> None:
    words = "Hỏi cô Nguyễn Thị Minh Hoà 0905123456"
    found = found_of(tmp_path, lambda book: book[TASKS].__setitem__(BESIDE, words))
    assert list(found["found"]) == [f'"…" ({BESIDE})']


def test_a_hint_stored_another_way_is_no_word_of_the_school(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in range(6, 60):
            cell = book[TASKS].cell(row, 5)
            if isinstance(cell.value, str) and not isinstance(cell, openpyxl.cell.cell.MergedCell):
                cell.value = f" {cell.value.upper()} "

    assert list(found_of(tmp_path, change)["check_code"]) == []


def test_a_hint_worded_otherwise_when_the_form_was_sent_is_no_word_of_the_school(tmp_path: Path) -> None:
    hint = LESSONS_HINT.replace("được", "đã được")
    found = found_of(tmp_path, lambda book: book[TASKS].__setitem__(BESIDE, hint))
    assert list(found["check_code"]) == []
    found = found_of(tmp_path, lambda book: book[TASKS].__setitem__(BESIDE, f"{hint} Số đúng là 44"))
    assert list(found["check_code"]) == ["written_beside"]


def test_a_note_on_an_answer_is_quoted(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book[TASKS][ANSWER].comment = Comment("Số đúng là 15, ô này nhập nhầm", "KT")

    found = found_of(tmp_path, change)
    assert list(found["check_code"]) == ["written_beside"]
    assert found.iloc[0]["found"] == f'ghi chú "Số đúng là 15, ô này nhập nhầm" ({ANSWER})'


@pytest.mark.parametrize("author", ["Phòng GDĐT (termreview)", " "])
def test_a_note_of_a_return_is_not_the_schools(tmp_path: Path, author: str) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book[TASKS][ANSWER].comment = Comment("Lỗi: Không phải số\nCách xử lý: …", author)

    assert list(found_of(tmp_path, change)["check_code"]) == []


def test_of_a_note_that_a_return_added_to_only_the_schools_words_are_quoted(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book[TASKS][ANSWER].comment = Comment("Nhập nhầm\n\nLỗi: Không phải số\nCách xử lý: …", "KT")

    assert found_of(tmp_path, change).iloc[0]["found"] == f'ghi chú "Nhập nhầm" ({ANSWER})'


def test_a_conversation_on_an_answer_is_quoted(tmp_path: Path) -> None:
    path = tmp_path / f"{PRIMARY}.xlsx"
    write_school(path, PRIMARY)
    threads = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    part = (
        f'<ThreadedComments xmlns="{threads}"><threadedComment ref="{ANSWER}" personId="{{A}}" id="{{B}}">'
        "<text>Sửa lại: 15</text></threadedComment></ThreadedComments>"
    )
    office = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    arrows = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId9" Type="{office}" Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(written, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename == "[Content_Types].xml":
                kind = "application/vnd.ms-excel.threadedcomments+xml"
                entry = f'<Override PartName="/xl/threadedComments/threadedComment1.xml" ContentType="{kind}"/></Types>'
                content = content.replace(b"</Types>", entry.encode())
            new.writestr(member, content)
        book = openpyxl.load_workbook(path)
        number = book.sheetnames.index(TASKS) + 1
        new.writestr("xl/threadedComments/threadedComment1.xml", part)
        new.writestr(f"xl/worksheets/_rels/sheet{number}.xml.rels", arrows)
    path.write_bytes(written.getvalue())
    found = clean_folder(tmp_path).findings.query("check_code == 'written_beside'")
    assert list(found["found"]) == [f'ghi chú "Sửa lại: 15" ({ANSWER})']


def test_a_picture_over_answers_is_named_and_one_elsewhere_is_not(tmp_path: Path) -> None:
    stored = io.BytesIO()
    Picture.new("RGB", (60, 200), "white").save(stored, "png")

    def change(book: openpyxl.Workbook) -> None:
        book[TASKS].add_image(Image(stored), ANSWER)
        book["Thông tin"].add_image(Image(io.BytesIO(stored.getvalue())), "B2")

    found = found_of(tmp_path, change)
    assert list(found["check_code"]) == ["picture_over_answers"]
    assert found.iloc[0]["found"] == f"hình ảnh ({ANSWER})"


def test_a_report_that_calls_itself_a_draft_is_asked_about(tmp_path: Path) -> None:
    name = "BC CNTT HK1 (nháp, chưa gửi).xlsx"
    found = found_of(tmp_path, lambda book: book[TASKS].__setitem__("A3", "BẢN NHÁP – CHƯA CHÍNH THỨC"), name)
    assert list(found["check_code"]) == ["marked_draft"]
    assert found.iloc[0]["found"] == f'"BẢN NHÁP – CHƯA CHÍNH THỨC" ({TASKS}!A3); tên tệp "{name}"'


def test_a_unit_stated_for_a_whole_table_is_asked_about(tmp_path: Path) -> None:
    line = "Đơn vị tính: nghìn đồng, nghìn học sinh"
    found = found_of(tmp_path, lambda book: book[TASKS].__setitem__("A3", line))
    assert list(zip(found["check_code"], found["cell"], found["found"], strict=True)) == [
        ("unit_differs", "A3", line)
    ]


def test_words_outside_of_the_form_are_quoted(tmp_path: Path) -> None:
    found = found_of(tmp_path, lambda book: book[TASKS].__setitem__("B190", "Số liệu chưa đầy đủ"))
    assert list(found["check_code"]) == ["cells_ignored"]
    assert 'B190 "Số liệu chưa đầy đủ"' in found.iloc[0]["message"]


COVER_ROWS = {"Loại hình": 10, "Địa bàn": 11, "Số liệu tính đến ngày": 13}


@pytest.mark.parametrize(
    ("label", "value", "found"),
    [
        ("Số liệu tính đến ngày", "30/11/2023", "30/11/2023"),
        ("Số liệu tính đến ngày", datetime.date(2024, 5, 31), "31/05/2024"),
        ("Loại hình", "Mầm non", "Mầm non"),
        ("Địa bàn", "xã Bình An", "xã Bình An"),
    ],
)
def test_a_printed_fact_that_was_changed_is_asked_about(
    tmp_path: Path, label: str, value: object, found: str
) -> None:
    asked = found_of(tmp_path, lambda book: book["Thông tin"].__setitem__(f"B{COVER_ROWS[label]}", value))
    assert list(zip(asked["check_code"], asked["found"], strict=True)) == [("printed_fact_differs", found)]
    assert label in asked.iloc[0]["message"]


def test_changed_highest_points_are_asked_about(tmp_path: Path) -> None:
    title, place = place_of("q4725_1_3_1.self", PRIMARY)
    found = found_of(tmp_path, lambda book: book[title].__setitem__(f"C{place.row}", 10))
    assert list(zip(found["check_code"], found["cell"], found["found"], strict=True)) == [
        ("printed_fact_differs", f"C{place.row}", "10")
    ]
    assert re.search(r'phát với "[\d,]+"', found.iloc[0]["message"])
