"""The reminder list: who owes what, how many days late, the same rows on screen and in the workbook."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from intake_world import HK1, PRIMARY, SECONDARY, write_school
from returned_world import give_back, put

import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.errors import DeclarationError
from termreview.intake.received.received import ReceivedFile
from termreview.reference.declarations import Reference, load_reference
from termreview.returns.reminders import reminder_list, write_reminders
from worlds import change, copy_reference

DUE_ON, AS_OF = datetime.date(2024, 1, 10), datetime.date(2024, 1, 15)


def reporting(**states: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"school_id": name, "name": f"Trường {name}", "level_title": "Tiểu học", "commune_name": "xã A",
             "state": state, "refused_reason": "truncated" if state == "refused" else None}
            for name, state in states.items()
        ]
    )  # fmt: skip


def counts(*schools: tuple[str, int, int, int], is_compared: bool = False) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"school_id": name, "file": f"=1+1 {name}.xlsx", "received_on": DUE_ON, "first_received_on": DUE_ON, "is_compared": is_compared,
             "repair_count": repair, "explain_count": explain, "explained_count": explained, "fixed_count": 2,
             "open_count": 1, "new_count": 0}
            for name, repair, explain, explained in schools
        ]
    )  # fmt: skip


def test_a_file_of_a_later_day_is_named_for_its_school_after_other_schools_too(
    tmp_path: Path, reference: Reference
) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"x")
    file = ReceivedFile("b.xlsx", path, datetime.date(2024, 1, 17), "0" * 64, 1)
    listed = reminder_list(
        reporting(a="refused", b="missing"), counts(("a", 1, 0, 0)), reference, DUE_ON, AS_OF, {"b": file}
    )
    assert listed[["school_id", "state"]].values.tolist() == [["b", "day_later"], ["a", "refused"]]
    assert "b.xlsx" in listed["detail"][0]
    assert "17/01/2024" in listed["detail"][0]


def test_the_most_urgent_come_first_and_who_owes_nothing_is_not_listed(reference: Reference) -> None:
    schools = reporting(
        a="on_time", b="on_time", c="refused", d="missing", e="late", f="on_time", g="on_time"
    )
    points = counts(("a", 0, 0, 0), ("b", 1, 2, 0), ("c", 1, 0, 0), ("e", 0, 1, 1), ("f", 0, 0, 2))
    listed = reminder_list(schools, points, reference, DUE_ON, AS_OF)
    assert listed[["number", "school_id", "state"]].values.tolist() == [
        [1, "d", "missing"], [2, "c", "refused"], [3, "b", "repair"], [4, "e", "explain"], [5, "f", "explained"],
    ]  # fmt: skip
    assert listed["days_late"].tolist() == [5, None, None, None, None], (
        "who sent a file in time is not overdue, also where it was refused"
    )
    assert listed["resubmission_due_on"].isna().all(), "no day is set"
    assert listed.set_index("school_id")["detail"].to_dict() == {
        "d": "Chưa có báo cáo",
        "c": "tệp không đầy đủ – =1+1 c.xlsx",
        "b": "1 lỗi, 2 nội dung cần giải trình – =1+1 b.xlsx",
        "e": "1 nội dung cần giải trình – =1+1 e.xlsx; đã giải trình 1",
        "f": "2 nội dung đã giải trình – =1+1 f.xlsx",
    }


def test_who_sent_a_refused_file_late_is_overdue_and_all_who_have_to_send_get_the_new_day(
    reference: Reference,
) -> None:
    again = datetime.date(2024, 1, 31)
    points = counts(("c", 1, 0, 0), ("d", 1, 0, 0), ("e", 0, 1, 0), ("f", 0, 0, 2))
    points.loc[0, "first_received_on"] = datetime.date(2024, 1, 12)
    schools = reporting(b="missing", c="refused", d="on_time", e="on_time", f="on_time")
    listed = reminder_list(schools, points, reference, DUE_ON, AS_OF, resubmission_due_on=again).set_index(
        "school_id"
    )
    assert listed["days_late"].to_dict() == {"b": 5, "c": 5, "d": None, "e": None, "f": None}
    assert listed["resubmission_due_on"].to_dict() == {
        "b": again,
        "c": again,
        "d": again,
        "e": again,
        "f": None,
    }


def test_a_file_refused_after_the_one_that_counts_is_named_and_told_apart_from_what_is_to_be_mended(
    reference: Reference,
) -> None:
    points = counts(("a", 0, 0, 0), ("b", 1, 0, 0), ("c", 0, 2, 0)).assign(
        later_file="sau.pdf", later_reason="pdf"
    )
    listed = reminder_list(
        reporting(a="on_time", b="on_time", c="late"), points, reference, DUE_ON, AS_OF
    ).set_index("school_id")
    assert listed["state"].to_dict() == {"b": "repair", "a": "resent", "c": "resent"}
    assert listed["detail"].to_dict() == {
        "a": "tệp PDF – sau.pdf; số liệu vẫn lấy theo =1+1 a.xlsx",
        "b": "1 lỗi, 0 nội dung cần giải trình – =1+1 b.xlsx; tệp gửi sau không hợp lệ: tệp PDF – sau.pdf",
        "c": "tệp PDF – sau.pdf; số liệu vẫn lấy theo =1+1 c.xlsx; 2 nội dung cần giải trình",
    }


def test_before_the_deadline_nobody_is_late(reference: Reference) -> None:
    listed = reminder_list(reporting(d="missing"), counts(), reference, DUE_ON, DUE_ON)
    assert listed["days_late"].tolist() == [0]


def test_a_school_that_sent_again_shows_what_became_of_its_points(reference: Reference) -> None:
    points = counts(("b", 1, 0, 0), is_compared=True)
    listed = reminder_list(reporting(b="late"), points, reference, DUE_ON, AS_OF)
    assert listed["detail"].item().endswith("; so với bản trước: đã sửa 2, còn 1, mới 0")


def test_the_workbook_holds_the_same_rows_as_text_with_filters_and_a_frozen_head(
    tmp_path: Path, reference: Reference
) -> None:
    listed = reminder_list(
        reporting(b="late", d="missing"), counts(("b", 1, 0, 0)), reference, DUE_ON, AS_OF
    ).assign(commune_name="=HYPERLINK(1)")
    points = pd.DataFrame(
        [{"school_id": "b", "school_name": "Trường b", "severity": "query", "change": "explained", "sheet": "T",
          "cell": "D1", "message": "…", "found": "=1+1", "explanation": "@SUM(A1)"}]
    )  # fmt: skip
    path = tmp_path / "nhac.xlsx"
    write_reminders(path, listed, points, reference, HK1, AS_OF, 3)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    head = next(row[0].row for row in page.iter_rows() if row[0].value == "STT")
    rows = [[c.value for c in row] for row in page.iter_rows(min_row=head + 1)]
    assert [row[1] for row in rows] == ["d", "b"]
    assert [row[6] for row in rows] == listed["detail"].tolist()
    assert rows[1][7].date() == DUE_ON
    assert page.auto_filter.ref == f"A{head}:K{head + 2}"
    assert page.freeze_panes == f"D{head + 1}"
    assert page.print_title_rows == f"${head}:${head}"
    assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
    assert all(c.data_type != "f" for sheet in book for row in sheet.iter_rows() for c in row)
    assert [c.value for c in book.worksheets[1][5]][-2:] == ["=1+1", "@SUM(A1)"]
    assert book.properties.creator == "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"
    again = tmp_path / "again.xlsx"
    write_reminders(again, listed, points, reference, HK1, AS_OF, 3)
    assert again.read_bytes() == path.read_bytes()


def test_an_empty_list_says_so(tmp_path: Path, reference: Reference) -> None:
    path = tmp_path / "nhac.xlsx"
    listed = reminder_list(reporting(), counts(), reference, DUE_ON, AS_OF)
    write_reminders(path, listed, pd.DataFrame(), reference, HK1, AS_OF, 0)
    texts = [c.value for row in openpyxl.load_workbook(path).active.iter_rows() for c in row]
    assert "Không còn trường nào phải nhắc." in texts


def test_the_commands_write_answers_and_the_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = new_workspace(tmp_path / "office")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    write_school(raw / "bc.xlsx", PRIMARY, changes={"elessons_count": None})
    write_school(raw / "bc 2.xlsx", SECONDARY)
    root = ["--root", str(workspace.root)]
    target = tmp_path / "nhac.xlsx"
    assert cli.main([*root, "status", HK1.term_id, "--as-of", "2024-01-15", "--xlsx", str(target)]) == 0
    shown = capsys.readouterr().out
    page = openpyxl.load_workbook(target).worksheets[0]
    head = next(row[0].row for row in page.iter_rows() if row[0].value == "STT")
    for row in page.iter_rows(min_row=head + 1, values_only=True):
        overdue = "" if row[8] is None else f"; quá hạn {row[8]} ngày"
        assert f"  {row[1]}  {row[2]} ({row[4]}) – {row[6]}{overdue}\n" in shown
    assert cli.main([*root, "return", HK1.term_id, "--as-of", "2024-01-15"]) == 0
    assert "Đã ghi 1 tệp trả về" in capsys.readouterr().out
    assert [path.name for path in (workspace.reports(HK1) / "returns").iterdir()] == [
        f"{PRIMARY}_TH-Luong-Dien_{HK1.term_id}_can-sua.xlsx"
    ]
    output = ["--output", str(tmp_path / "out"), "--school", SECONDARY]
    assert cli.main([*root, "return", HK1.term_id, "--as-of", "2024-01-15", *output]) == 0
    assert not (tmp_path / "out").exists()
    assert cli.main([*root, "return", HK1.term_id, "--school", "0477999"]) == 2
    assert "0477999" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "Lỗi phải sửa: {error_count}",
            "Lỗi phải sửa: {errors}",
            "chỗ điền '{errors}' trong 'counts' không dùng được",
        ),
        ('  "marked":', '  "remarked":', "không có khóa 'remarked'"),
        (
            '  "title": "Cần sửa – Cần giải trình"',
            '  "title": "Cần sửa / Cần giải trình"',
            "tên trang tính dài không quá 31 ký tự",
        ),
        ("refused_instructions:", "other_instructions:", "thiếu 'refused_instructions'"),
    ],
)
def test_a_slip_in_the_words_is_named_at_load(tmp_path: Path, old: str, new: str, told: str) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "returns.yml", old, new)
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert any(told in problem.message for problem in raised.value.problems)
    assert "returns.yml" in str(raised.value)


def test_a_mended_file_leaves_the_list(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_school(raw / "bc.xlsx", PRIMARY, changes={"elessons_count": None})
    assert list(give_back(raw, tmp_path / "out")) == [PRIMARY]
    put(raw / "bc.xlsx", {"elessons_count": 12})
    assert give_back(raw, tmp_path / "out") == {}
