"""One received file: the day it came, its place in the order, the list the office keeps."""

from __future__ import annotations

import datetime
import hashlib
import os
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from termreview.errors import UsageError
from termreview.intake.received.received import (
    FIRST_SEEN,
    RECEIVED_LIST,
    list_received,
    natural_order,
    printable_name,
    record_first_seen,
    record_received,
)
from termreview.reference.declarations import load_reference
from worlds import REFERENCE, cp1258

AS_OF = datetime.date(2024, 1, 9)


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def listed(folder: Path, text: str, encoding: str = "utf-8-sig") -> None:
    (folder / RECEIVED_LIST).write_text(text, encoding=encoding)


def days(folder: Path) -> dict[str, str]:
    return {file.name: file.received_on.isoformat() for file in list_received(folder, AS_OF)}


def test_a_folder_that_is_not_there_holds_no_files(tmp_path: Path) -> None:
    assert list_received(tmp_path / "hk9", AS_OF) == []


def test_only_submissions_are_listed(tmp_path: Path) -> None:
    put(tmp_path, "0477101.xlsx", "xã Bình An/0477103.xlsx", "~$0477101.xlsx", ".DS_Store", RECEIVED_LIST)
    put(
        tmp_path, "Icon\r", "xã Bình An/Icon\r", "Thumbs.db", "desktop.ini", "._0477101.xlsx"
    )  # of the systems
    listed(tmp_path, "file,received_on,note\n")
    assert [file.name for file in list_received(tmp_path, AS_OF)] == [
        "0477101.xlsx",
        "xã Bình An/0477103.xlsx",
    ]


def test_an_unlisted_file_came_on_the_day_of_the_run(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx", "c.xlsx")
    listed(tmp_path, "file,received_on,note\na.xlsx,2024-01-05,\nc.xlsx,,chưa rõ\n")
    assert days(tmp_path) == {"a.xlsx": "2024-01-05", "b.xlsx": "2024-01-09", "c.xlsx": "2024-01-09"}


@pytest.mark.parametrize(
    "text",
    [
        "file,received_on,note\na.xlsx,2024-01-05,\n",
        "file;received_on;note\na.xlsx;05/01/2024;\n",
        "file;received_on;note\r\na.xlsx;5/1/2024;qua thư điện tử\r\n",
        '"file","received_on","note"\n"a.xlsx"," 2024-01-05 ","một, hai"\n',
        "note,received_on,file\n,2024-01-05,a.xlsx\n",
    ],
)
def test_the_list_is_read_in_the_ways_spreadsheet_programs_save_it(tmp_path: Path, text: str) -> None:
    put(tmp_path, "a.xlsx")
    listed(tmp_path, text)
    assert days(tmp_path) == {"a.xlsx": "2024-01-05"}


def test_a_name_is_the_same_name_however_its_letters_are_composed(tmp_path: Path) -> None:
    put(tmp_path, unicodedata.normalize("NFD", "Trường Hòa.xlsx"))
    listed(
        tmp_path, f"file,received_on,note\n{unicodedata.normalize('NFC', 'Trường Hòa.xlsx')},2024-01-05,\n"
    )
    assert list(days(tmp_path).values()) == ["2024-01-05"]


@pytest.mark.parametrize("day", ["hôm qua", "2024-13-01", "05/01", "5.1.24"])
def test_a_day_that_is_none_stops_the_run_and_is_named(tmp_path: Path, day: str) -> None:
    put(tmp_path, "a.xlsx")
    listed(tmp_path, f"file,received_on,note\na.xlsx,{day},\n")
    with pytest.raises(UsageError, match=r"received\.csv.*không phải ngày.*a\.xlsx"):
        list_received(tmp_path, AS_OF)


def test_a_list_in_another_encoding_stops_the_run(tmp_path: Path) -> None:
    listed(tmp_path, "file,received_on,note\nTrường.xlsx,2024-01-05,\n".replace("ờ", "ô"), "cp1258")
    put(tmp_path, "a.xlsx")
    with pytest.raises(UsageError, match=r"dòng 2: dòng này không ở bảng mã UTF-8"):
        list_received(tmp_path, AS_OF)


def test_recording_adds_new_files_and_leaves_the_rest_alone(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b, c.xlsx")
    written = "file,received_on,note\na.xlsx,05/01/2024,giữ nguyên\n"
    listed(tmp_path, written)
    assert record_received(tmp_path, list_received(tmp_path, AS_OF)) == 1
    text = (tmp_path / RECEIVED_LIST).read_text(encoding="utf-8-sig")
    assert text == written + '"b, c.xlsx",2024-01-09,\n'
    assert record_received(tmp_path, list_received(tmp_path, AS_OF)) == 0
    assert days(tmp_path) == {"a.xlsx": "2024-01-05", "b, c.xlsx": "2024-01-09"}


def test_recording_keeps_the_separator_of_the_list(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx")
    listed(tmp_path, "file;received_on;note\na.xlsx;05/01/2024;")
    record_received(tmp_path, list_received(tmp_path, AS_OF))
    assert days(tmp_path) == {"a.xlsx": "2024-01-05", "b.xlsx": "2024-01-09"}


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258"])
def test_a_list_in_another_encoding_is_read_and_written_anew_as_a_whole(
    tmp_path: Path, encoding: str
) -> None:
    put(tmp_path, "Xã Bình An.xlsx", "b.xlsx")
    text = "file;received_on;note\r\nXã Bình An.xlsx;05/01/2024;gửi lại\r\n"
    (tmp_path / RECEIVED_LIST).write_bytes(cp1258(text) if encoding == "cp1258" else text.encode(encoding))
    assert record_received(tmp_path, list_received(tmp_path, AS_OF)) == 1
    written = (tmp_path / RECEIVED_LIST).read_text(encoding="utf-8-sig").splitlines()
    assert written == ["file,received_on,note", "Xã Bình An.xlsx,2024-01-05,gửi lại", "b.xlsx,2024-01-09,"]
    assert days(tmp_path) == {"Xã Bình An.xlsx": "2024-01-05", "b.xlsx": "2024-01-09"}


def test_a_name_that_lost_its_letters_is_told_and_not_taken_for_late(tmp_path: Path) -> None:
    put(tmp_path, "Trường An Lộc.xlsx")
    listed(tmp_path, "file,received_on,note\nTr??ng An L?c.xlsx,2024-01-05,\n")
    with pytest.raises(UsageError, match="đã mất chữ có dấu khi lưu danh sách"):
        list_received(tmp_path, AS_OF)


def test_a_folder_in_the_place_of_the_list_is_told(tmp_path: Path) -> None:
    (tmp_path / RECEIVED_LIST).mkdir()
    with pytest.raises(UsageError, match="không phải tệp thường"):
        list_received(tmp_path, AS_OF)


def test_recording_starts_a_list(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx")
    record_received(tmp_path, list_received(tmp_path, AS_OF))
    assert (tmp_path / RECEIVED_LIST).read_bytes().startswith(b"\xef\xbb\xbffile,received_on,note\n")


def test_files_stand_in_the_order_received_then_by_natural_name(tmp_path: Path) -> None:
    put(tmp_path, "lần 10.xlsx", "lần 2.xlsx", "Lần 1.xlsx", "sớm.xlsx")
    listed(tmp_path, "file,received_on,note\nsớm.xlsx,2024-01-02,\n")
    assert list(days(tmp_path)) == ["sớm.xlsx", "Lần 1.xlsx", "lần 2.xlsx", "lần 10.xlsx"]


@given(st.lists(st.text(max_size=12), max_size=12))
def test_any_names_have_a_natural_order(names: list[str]) -> None:
    shuffled = random.Random(1).sample(names, len(names))
    keys = sorted(natural_order(name) for name in names)
    assert keys == sorted(natural_order(name) for name in shuffled)


def test_digits_of_other_kinds_break_nothing() -> None:
    assert sorted(["lần 1²2", "lần 1", "lần ٣"], key=natural_order)


def test_the_id_of_a_submission_follows_name_and_content(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx")
    (tmp_path / "b.xlsx").write_bytes(b"a.xlsx")
    first, second = list_received(tmp_path, AS_OF)
    assert first.sha256 == second.sha256
    assert first.submission_id != second.submission_id
    assert [file.submission_id for file in list_received(tmp_path, AS_OF)] == [
        first.submission_id,
        second.submission_id,
    ]


def test_a_file_changed_where_it_lies_is_told_until_it_is_as_it_came_or_is_accepted(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx")
    assert record_first_seen(tmp_path, list_received(tmp_path, AS_OF)) == []
    (tmp_path / "a.xlsx").write_bytes(b"other")
    put(tmp_path, "c.xlsx")
    for _ in range(2):
        (changed,) = record_first_seen(tmp_path, list_received(tmp_path, AS_OF))
        assert (changed.name, changed.first_sha256) == ("a.xlsx", hashlib.sha256(b"a.xlsx").hexdigest())
        assert changed.sha256 == hashlib.sha256(b"other").hexdigest()
    put(tmp_path, "a.xlsx")
    assert record_first_seen(tmp_path, list_received(tmp_path, AS_OF)) == []
    (tmp_path / "a.xlsx").write_bytes(b"other")
    listing = tmp_path / FIRST_SEEN
    listing.write_text("".join(line for line in listing.open(encoding="utf-8") if '"a.xlsx"' not in line))
    assert record_first_seen(tmp_path, list_received(tmp_path, AS_OF)) == []
    assert [file.name for file in list_received(tmp_path, AS_OF)] == ["a.xlsx", "b.xlsx", "c.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
def test_a_name_of_two_lines_is_one_line_and_keeps_its_day(tmp_path: Path) -> None:
    put(tmp_path, "báo\ncáo\x0b\u2028.xlsx", "a.xlsx")
    first = list_received(tmp_path, AS_OF)
    assert [file.name for file in first] == ["a.xlsx", "báo␊cáo␋␤.xlsx"]
    assert record_received(tmp_path, first) == 2
    later = list_received(tmp_path, AS_OF + datetime.timedelta(days=30))
    assert [file.received_on for file in later] == [AS_OF, AS_OF]
    assert len((tmp_path / RECEIVED_LIST).read_text(encoding="utf-8-sig").splitlines()) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows takes no such names")
def test_a_list_that_was_written_with_two_lines_for_one_name_is_read_as_it_was_meant(tmp_path: Path) -> None:
    put(tmp_path, "báo\ncáo.xlsx")
    listed(tmp_path, 'file,received_on,note\n"báo\ncáo.xlsx",2024-01-05,\n')
    assert days(tmp_path) == {"báo␊cáo.xlsx": "2024-01-05"}


@pytest.mark.parametrize("header", ["file,ngày nhận,note", "x;y"])
def test_a_list_without_its_columns_is_refused(tmp_path: Path, header: str) -> None:
    (tmp_path / "received.csv").write_text(f"{header}\na.xlsx,2024-01-05,\n", encoding="utf-8")
    with pytest.raises(UsageError, match="thiếu cột"):
        list_received(tmp_path, datetime.date(2024, 1, 15))


def test_a_broken_list_of_first_contents_is_refused(tmp_path: Path) -> None:
    (tmp_path / FIRST_SEEN).write_text("{bad", encoding="utf-8")
    with pytest.raises(UsageError, match="không đọc được"):
        record_first_seen(tmp_path, [])


def test_full_names_of_persons_are_withheld_with_and_without_accents_and_schools_keep_theirs(
    tmp_path: Path,
) -> None:
    schools = load_reference(REFERENCE).registry.school_names
    for name in ("Nguyễn Mai Anh.xlsx", "bao cao Nguyen Mai Anh.xlsx", "Le_Hoang_Nam-hk1.xlsx",
                 "TH Trần Quốc Toản.xlsx", "th tran quoc toan hk1.xlsx", "0477301.xlsx"):  # fmt: skip
        (tmp_path / name).write_bytes(name.encode())
    day = datetime.date(2024, 1, 8)
    files = list_received(tmp_path, day, schools=schools)
    names = {file.path.name: file.name for file in files}
    assert {name for name, shown in names.items() if name == shown} == {
        "TH Trần Quốc Toản.xlsx", "th tran quoc toan hk1.xlsx", "0477301.xlsx",
    }  # fmt: skip
    assert not any(word in shown.casefold() for shown in names.values() for word in ("mai", "hoang"))
    record_received(tmp_path, files, schools=schools)
    listed = (tmp_path / "received.csv").read_text(encoding="utf-8-sig")
    assert "Mai" not in listed
    assert "Hoang" not in listed
    # The list knows them again, whoever wrote their names there.
    (tmp_path / "received.csv").write_text(
        "file,received_on\nbao cao Nguyen Mai Anh.xlsx,2024-01-05\n", encoding="utf-8"
    )
    days = {file.path.name: file.received_on for file in list_received(tmp_path, day, schools=schools)}
    assert days["bao cao Nguyen Mai Anh.xlsx"] == datetime.date(2024, 1, 5)


def test_full_names_in_small_letters_are_withheld_and_names_of_schools_and_words_of_office_are_not() -> None:
    schools = load_reference(REFERENCE).registry.school_names
    withheld = (
        "nguyen van an.xlsx", "nguyen an binh.xlsx", "tran_minh_duc_bc.xlsx", "bao cao hk1 - hoang minh chau.xlsx",
        "pham thu hang.xlsx", "le.thi.thu.ha.xlsx", "Nguyễn văn an.xlsx", "nguyễn mai anh.xlsx", "nguyenvanan.xlsx",
        "phamthuhang_hk2.xlsx", "dang thuy trang hk1.xlsx",
    )  # fmt: skip
    kept = (
        "tran quoc toan.xlsx", "tranquoctoan_hk1.xlsx", "th le van tam.xlsx", "le van tam hk1.xlsx", "nguyen du.xlsx",
        "tran hung dao - hk1.xlsx", "nguyen binh khiem.xlsx", "th nguyen minh tam.xlsx", "hoang hoa tham.xlsx",
        "dang ky thi dua.xlsx", "le khai giang nam hoc.xlsx", "phan cong chuyen mon.xlsx", "phan hieu an hoa.xlsx",
        "do thi hoa.xlsx", "to toan tin.xlsx", "dinh huong nghe nghiep.xlsx", "doan thanh nien.xlsx", "mn hoa sen.xlsx",
        "bao cao truong th xuan lam.xlsx", "thong ke dau nam.xlsx", "0477201_bc_hk1.xlsx",
    )  # fmt: skip
    shown = {name: printable_name(name, schools) for name in (*withheld, *kept)}
    assert [name for name in withheld if shown[name] == name] == []
    assert [name for name in kept if shown[name] != name] == []
    assert not any(word in shown["le.thi.thu.ha.xlsx"] for word in ("thu", "ha."))
