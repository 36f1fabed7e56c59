"""Exports of systems, built to the public layouts: what is counted of them, what is refused by name, and that no row stays."""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from returned_world import save_in_office

from bytes_left import files_with
from termreview.errors import DeclarationError, RunError, UsageError
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.sources import facts as facts_module
from termreview.sources.corroboration import corroborate, differences
from termreview.sources.counting import count_export
from termreview.sources.facts import RECORD, SourceReadings, purge_sources, read_sources, school_finder
from termreview.sources.proposal import look_at_export, write_draft
from worlds import REFERENCE, append, change, copy_reference, observe, term_of

PRIMARY, LOWER = "0477201", "0477301"
SENTINEL = "Nguyễn Thị Mật Danh"
Row = Sequence[Any]
Sheet = tuple[str, Sequence[Row]]

TEAMS = [
    "Report Refresh Date",
    "Tenant Display Name",
    "Shared Channel Tenant Display Names",
    "User Id",
    "User Principal Name",
    "Last Activity Date",
    "Is Deleted",
    "Deleted Date",
    "Assigned Products",
    "Team Chat Message Count",
    "Private Chat Message Count",
    "Call Count",
    "Meeting Count",
    "Post Messages",
    "Has Other Action",
    "Is Licensed",
    "Report Period",
]
TEAMS_BEFORE = [
    "Report Refresh Date",
    "User Principal Name",
    "Last Activity Date",
    "Is Deleted",
    "Deleted Date",
    "Assigned Products",
    "Team Chat Message Count",
    "Private Chat Message Count",
    "Call Count",
    "Meeting Count",
    "Has Other Action",
    "Report Period",
]
PUPILS = [
    "STT", "Mã lớp", "Mã học sinh", "Họ tên", "Ngày sinh", "Trạng thái\nHS", "Số định danh cá nhân",
    "Tỉnh/Thành phố\n(Theo địa chỉ thường trú)",
]  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> Reference:
    found = load_reference(REFERENCE)
    domains = {"th1.example.edu.vn": PRIMARY, "example-thcs.edu.vn": LOWER}
    return replace(found, sources=replace(found.sources, domains=domains))


@pytest.fixture(scope="module")
def declared(reference: Reference) -> TermReference:
    return term_of(reference)


def text_table(path: Path, rows: Sequence[Row], separator: str = ",", encoding: str = "utf-8-sig") -> Path:
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=separator).writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(lines.getvalue().encode(encoding))
    return path


def workbook(path: Path, *sheets: Sheet) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def accounts(heads: Sequence[str] = TEAMS, end: str = "2024-01-05", days: str = "90") -> Iterator[Row]:
    """Five accounts: three active within the period, one long ago, one deleted."""
    yield heads
    for name, last, deleted in (
        ("a@th1.example.edu.vn", "2024-01-03", "False"),
        ("b@lop5.th1.example.edu.vn", "2023-12-01", "False"),
        ("c@th1.example.edu.vn", "2023-06-01", "False"),
        ("d@th1.example.edu.vn", "2024-01-02", "True"),
        ("e@example-thcs.edu.vn", "2024-01-05", "False"),
    ):
        told = dict.fromkeys(heads, "") | {
            "Report Refresh Date": end, "User Principal Name": name, "Last Activity Date": last,
            "Is Deleted": deleted, "Report Period": days, "Meeting Count": "2", "Tenant Display Name": SENTINEL,
        }  # fmt: skip
        yield [told[head] for head in heads]


def pupils(count: int, identified: int, name: str = SENTINEL) -> list[Row]:
    """A list as a school exports it: titles, heads in the third row, a sum and a signature below."""
    rows: list[Row] = [["DANH SÁCH HỌC SINH"], [], PUPILS]
    for number in range(count):
        identifier = f"0460{number:08d}" if number < identified else ""
        rows.append([number + 1, "5A", f"HS{number:05d}", name, "01/02/2014", "Đang học", identifier, "Huế"])
    return [*rows, [count + 1, "5A", "HS99999", name, "01/02/2014", "Chuyển đi kỳ 1", "046099999999", "Huế"],
            ["Tổng cộng", "", "", "", "", "", "", ""], ["", "", "", "", "", "Hiệu trưởng"]]  # fmt: skip


def read(folder: Path, reference: Reference, declared: TermReference) -> SourceReadings:
    return read_sources(folder, reference, declared)


def figures(readings: SourceReadings) -> dict[tuple[str, str], float]:
    facts = readings.facts
    return dict(zip(zip(facts["school_id"], facts["fact_id"], strict=True), facts["value"], strict=True))


def outcome(readings: SourceReadings) -> list[tuple[str, str | None]]:
    reasons = [None if pd.isna(reason) else reason for reason in readings.files["reason_code"]]
    return list(zip(readings.files["state"], reasons, strict=True))


def test_accounts_are_counted_by_the_school_of_their_domain(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    text_table(tmp_path / "teams.csv", list(accounts()))
    found = read(tmp_path, reference, declared)
    # By hand: of the primary school a, b, c stand, d is deleted; within 08/10 to 05/01 a and b were active.
    assert figures(found) == {
        (PRIMARY, "teams_accounts"): 3, (PRIMARY, "teams_active_accounts"): 2,
        (LOWER, "teams_accounts"): 1, (LOWER, "teams_active_accounts"): 1,
    }  # fmt: skip
    [file] = found.files.to_dict("records")
    assert (file["rows"], file["rows_counted"], file["rows_of_no_school"]) == (5, 5, 0)
    assert file["period_from"].date() == datetime.date(2023, 10, 8)
    assert file["period_to"].date() == datetime.date(2024, 1, 5)


@pytest.mark.parametrize(
    ("name", "rows", "separator", "encoding"),
    [
        ("older columns", list(accounts(TEAMS_BEFORE)), ",", "utf-8-sig"),
        ("other order", [row[::-1] for row in accounts()], ",", "utf-8-sig"),
        ("semicolons of a Vietnamese Excel", list(accounts()), ";", "utf-8"),
        ("UTF-16 with tabs", list(accounts()), "\t", "utf-16"),
        ("no mark of the encoding", list(accounts()), ",", "utf-8"),
        ("a title above, other case", [["Xuất dữ liệu"], [], *([str(v).upper() if n == 0 else v for v in row] for n, row in enumerate(accounts()))], ",", "utf-8-sig"),
    ],
)  # fmt: skip
def test_a_layout_is_known_by_its_heads_however_they_come(
    name: str, rows: list[Row], separator: str, encoding: str, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:  # fmt: skip
    text_table(tmp_path / "teams.csv", rows, separator, encoding)
    found = figures(read(tmp_path, reference, declared))
    assert found[PRIMARY, "teams_active_accounts"] == 2, name
    assert found[LOWER, "teams_accounts"] == 1


def test_concealed_names_belong_to_the_school_of_the_file_name_or_to_none(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    rows = list(accounts())
    place = TEAMS.index("User Principal Name")
    for number, row in enumerate(rows[1:]):
        row[place] = f"{number:032X}"  # type: ignore[index]
    text_table(tmp_path / "teams.csv", rows)
    found = read(tmp_path, reference, declared)
    assert found.facts.empty
    [file] = found.files.to_dict("records")
    assert (file["rows_of_no_school"], file["notes"]) == (5, "names_concealed")
    (tmp_path / "teams.csv").rename(tmp_path / f"{PRIMARY}_teams.csv")
    assert figures(read(tmp_path, reference, declared)) == {
        (PRIMARY, "teams_accounts"): 4, (PRIMARY, "teams_active_accounts"): 3,
    }  # fmt: skip


def test_a_list_of_pupils_counts_those_who_are_there_and_nothing_around_it(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(
        tmp_path / f"{PRIMARY}-C1-HocSinh.xlsx",
        ("Sheet1", pupils(12, 9)),
        ("DM_DanToc", [["Mã", "Tên"], ["01", "Kinh"]]),
    )
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "csdl_pupils"): 12, (PRIMARY, "csdl_pupils_identified"): 9}
    assert found.files["rows"].tolist() == [13]  # the sum and the signature are no rows of pupils


def test_heads_of_decomposed_letters_and_one_sheet_a_class_are_one_list(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    import unicodedata

    heads = [unicodedata.normalize("NFD", head) for head in PUPILS]
    one = [heads, *([1, "5A", f"A{n}", SENTINEL, "", "Đang học", "", ""] for n in range(3))]
    two = [["LỚP 5B"], heads, *([1, "5B", f"B{n}", SENTINEL, "", "Đang học", "1", ""] for n in range(4)), heads,
           [1, "5B", "B0", SENTINEL, "", "Đang học", "1", ""]]  # fmt: skip
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("5A", one), ("5B", two))
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "csdl_pupils"): 7, (PRIMARY, "csdl_pupils_identified"): 4}
    assert found.files[["rows", "rows_twice"]].iloc[0].tolist() == [8, 1]


def test_rows_find_their_school_by_code_then_by_name(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = ["Mã trường", "Tên trường", "Mã lớp", "Tên lớp học", "Khối học/Nhóm lớp", "Số buổi học trên tuần"]
    names = {school.unit_id: school.name for school in declared.schools}
    rows = [
        heads,
        [float(PRIMARY), "", "L1", "5A", "5", 9],  # a spreadsheet took the zero and gave a fraction
        [PRIMARY, "", "L2", "5B", "5", 9],
        ["", names[LOWER].upper(), "L3", "9A", "9", 6],
        ["", "Trường ở nơi khác", "L4", "9B", "9", 6],
    ]
    workbook(tmp_path / "lop.xlsx", ("Lop", rows))
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "csdl_classes"): 2, (LOWER, "csdl_classes"): 1}
    assert found.files["rows_of_no_school"].tolist() == [1]


def test_marks_of_one_grade_a_file_add_up(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    for grade in (6, 7):
        heads = [
            "STT",
            "Mã học sinh",
            "Số định danh cá nhân",
            "Họ và tên",
            "Ngày sinh",
            "Toán",
            "Kết quả học tập",
            "Kết quả rèn luyện",
        ]
        rows = [[""] * 7 + ["BẢNG TỔNG HỢP"], [f"Khối {grade}"], [], heads, [""] * 8]
        rows += [[n, f"{grade}{n}", "", SENTINEL, "", "7,5", "Tốt" if n else "-", "Tốt"] for n in range(5)]
        workbook(tmp_path / f"{LOWER}_so_diem_khoi_{grade}.xlsx", (f"{grade}A", rows))
    found = figures(read(tmp_path, reference, declared))
    assert found == {(LOWER, "vnedu_pupils"): 10, (LOWER, "vnedu_results_filled"): 8}


def test_sums_pass_over_what_is_no_number_and_say_so(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = [
        "Mã trường",
        "Trường",
        "Số liệu tính đến ngày",
        "Số câu hỏi InTest",
        "Số phụ huynh kết nối Hue-S",
    ]
    rows = [heads, [PRIMARY, "", "08/01/2024", "1.250", "chưa rõ"], [LOWER, "", "08/01/2024", 40, ""]]
    workbook(tmp_path / "tong-hop.xlsx", ("Tong", rows))
    found = read(tmp_path, reference, declared)
    # Hue-S has a figure of no school: what nobody wrote is missing, never zero.
    assert figures(found) == {(PRIMARY, "intest_questions"): 1250, (LOWER, "intest_questions"): 40}
    assert found.files["values_unread"].tolist() == [1]


def test_what_does_not_count_is_named(tmp_path: Path, reference: Reference, declared: TermReference) -> None:
    text_table(tmp_path / "1-good.csv", list(accounts()))
    text_table(tmp_path / "2-again.csv", list(accounts()))
    text_table(tmp_path / "3-last-year.csv", list(accounts(end="2022-12-31")))
    text_table(tmp_path / "4-unknown.csv", [["Cột một", "Cột hai"], [SENTINEL, "2"]])
    (tmp_path / "5-broken.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    (tmp_path / "6-picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    found = read(tmp_path, reference, declared)
    states = outcome(found)
    assert states[:4] == [
        ("read", None), ("twice", "same_content"), ("other_period", "period_outside_term"),
        ("refused", "layout_unknown"),
    ]  # fmt: skip
    assert [state for state, _ in states[4:]] == ["refused", "refused"]
    assert states[5][1] == "picture"
    assert figures(found)[PRIMARY, "teams_accounts"] == 3


def test_two_files_of_one_day_that_differ_give_no_figure(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    text_table(tmp_path / "1.csv", list(accounts()))
    text_table(tmp_path / "2.csv", list(accounts())[:-1])
    facts = read(tmp_path, reference, declared).facts
    states = dict(zip(zip(facts["school_id"], facts["fact_id"], strict=True), facts["state"], strict=True))
    assert states[PRIMARY, "teams_accounts"] == "counted"  # both say three
    text_table(tmp_path / "2.csv", [row for n, row in enumerate(accounts()) if n != 1])
    facts = read(tmp_path, reference, declared).facts.set_index(["school_id", "fact_id"])
    assert facts.loc[(PRIMARY, "teams_accounts"), "state"] == "conflict"
    assert pd.isna(facts.loc[(PRIMARY, "teams_accounts"), "value"])
    text_table(tmp_path / "2.csv", [row for n, row in enumerate(accounts(end="2024-01-06")) if n != 1])
    assert figures(read(tmp_path, reference, declared))[PRIMARY, "teams_accounts"] == 2  # the later export


def test_layouts_that_one_file_fits_are_for_the_office_to_tell_apart(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    twin = replace(
        next(one for one in reference.sources.layouts if one.source_id == "teams_user_activity"),
        source_id="twin",
    )
    sources = replace(reference.sources, layouts=(*reference.sources.layouts, twin))
    path = text_table(tmp_path / "teams.csv", list(accounts()))
    counted = count_export(path, sources.layouts, school_finder(reference, declared, path.name))
    assert (counted.reason, counted.detail) == ("layout_ambiguous", "teams_user_activity, twin")


def test_nothing_of_a_person_stays_anywhere(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    folder = tmp_path / "raw"
    workbook(folder / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    text_table(folder / "teams.csv", list(accounts()))
    found = read(folder, reference, declared)
    for name in ("files", "facts"):
        getattr(found, name).to_parquet(tmp_path / f"{name}.parquet")
        getattr(found, name).to_csv(tmp_path / f"{name}.csv")
    written = [*tmp_path.glob("*.*"), folder / RECORD]
    secrets = (SENTINEL, "0460", "HS00001", "a@th1")
    assert files_with(secrets, written) == {}
    assert len(written) == 5
    assert {one for told in files_with(secrets, folder.iterdir()).values() for one in told} == set(secrets)


def test_a_purged_export_stays_counted_and_an_unchanged_one_is_not_read_again(
    tmp_path: Path, reference: Reference, declared: TermReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError):
        purge_sources(tmp_path)
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    text_table(tmp_path / "unknown.csv", [["Cột một", "Cột hai"], ["1", "2"]])
    before = read(tmp_path, reference, declared)
    with monkeypatch.context() as patch:
        patch.setattr(facts_module, "count_export", None)
        pd.testing.assert_frame_equal(read(tmp_path, reference, declared).facts, before.facts)
    assert purge_sources(tmp_path) == (1, 1)  # what was not counted is not taken away
    assert not (tmp_path / f"{PRIMARY}.xlsx").exists()
    after = read(tmp_path, reference, declared)
    pd.testing.assert_frame_equal(after.facts, before.facts)
    assert after.files["is_purged"].tolist() == [True, False]
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))  # it came back, the same or not
    back = read(tmp_path, reference, declared)
    assert figures(back) == figures(before)
    assert (back.files["sha256"].value_counts() == 1).all()


def test_answers_are_held_against_systems_and_neither_replaces_the_other(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Sheet1", pupils(200, 150)))
    facts = read(tmp_path, reference, declared).facts
    # 200 on the system; 2 or one in a hundred may lie between: 202 agrees, 203 differs.
    for stated, verdict in ((202, "agrees"), (203, "differs"), (None, "not_comparable")):
        answers = {} if stated is None else {"pupils_count.total": stated}
        observations = observe(declared, {PRIMARY: {**answers, "pupils_identified_count": 100}})
        compared = corroborate(observations, facts, reference.sources, declared).set_index(
            ["school_id", "pair_id"]
        )
        assert compared.loc[(PRIMARY, "pupils_csdl"), "verdict"] == verdict
        assert compared.loc[(PRIMARY, "identified_csdl"), ["stated", "system", "difference"]].tolist() == [
            100,
            150,
            -50,
        ]
        assert compared.loc[(LOWER, "pupils_csdl"), "reason_code"] == "no_fact"
    asked = dict(differences(observations, compared.reset_index(), reference.sources, declared))
    assert set(asked) == {PRIMARY}
    assert (asked[PRIMARY]["found"], asked[PRIMARY]["expected"]) == ("100", "150")
    assert "Cơ sở dữ liệu ngành" in asked[PRIMARY]["detail"]


def test_a_period_too_short_is_not_compared(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = [
        "Report Refresh Date",
        "Team Name",
        "Team Id",
        "Last Activity Date",
        "Report Period",
        "Active Users",
    ]
    for days, reason in (("7", "period_short"), ("90", None)):
        rows = [heads, *(["2024-01-05", "5A", f"t{n}", "2024-01-04", days, "20"] for n in range(10))]
        text_table(tmp_path / f"{PRIMARY}.csv", rows)
        facts = read(tmp_path, reference, declared).facts
        observations = observe(declared, {PRIMARY: {"classes_using_platform_count": 10}})
        [row] = [
            row
            for row in corroborate(observations, facts, reference.sources, declared).to_dict("records")
            if row["school_id"] == PRIMARY
        ]
        assert (row["verdict"], None if pd.isna(row["reason_code"]) else row["reason_code"]) == (
            ("not_comparable", reason) if reason else ("agrees", None)
        )


def test_an_unknown_export_is_described_without_its_persons_and_drafted(tmp_path: Path) -> None:
    heads = ["Trường học", "Ngày", "Số lượt đăng nhập", "Họ tên phụ huynh", "Hệ thống"]
    rows = [["Thống kê"], heads]
    rows += [
        ["TH A" if n % 2 else "TH B", f"0{n % 9 + 1}/01/2024", n % 5, f"{SENTINEL} {n}", "Hue-S"]
        for n in range(40)
    ]
    seen = look_at_export(text_table(tmp_path / "la.csv", rows, ";"))
    kinds = {column.head: (column.kind, column.is_personal) for column in seen.columns}
    assert (seen.head_row, seen.rows) == (2, 40)
    assert kinds == {
        "Trường học": ("words", False), "Ngày": ("date", False), "Số lượt đăng nhập": ("number", False),
        "Họ tên phụ huynh": ("text", True), "Hệ thống": ("words", False),
    }  # fmt: skip
    assert SENTINEL not in repr(seen)
    folder = copy_reference(tmp_path)
    write_draft(folder, "hue-s", seen)
    sources = load_reference(folder).sources
    [draft] = [one for one in sources.drafts if one.source_id == "hue-s"]
    assert (draft.source_id, draft.is_personal) == ("hue-s", True)
    assert "hue-s" not in {
        layout.source_id for layout in sources.layouts
    }  # not in force before it is confirmed
    path = folder / "sources" / "hue-s.yml"
    path.write_text(path.read_text(encoding="utf-8").replace('is_draft: "yes"\n', ""), encoding="utf-8")
    with pytest.raises(DeclarationError):
        load_reference(folder)  # nobody has said yet of which system it is
    change(path, 'system: "…"', 'system: "Hue-S"')
    assert "hue-s" in {layout.source_id for layout in load_reference(folder).sources.layouts}
    assert draft.schools == (("name", "truong_hoc"), ("file", ""))
    with pytest.raises(UsageError):
        write_draft(folder, "hue-s", seen)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("required: [account, refreshed_on, last_activity, meetings]", "required: [account, refreshed, meetings]", "refreshed"),
        ("kind: persons", "kind: people", "people"),
        ("{column: last_activity, state: within_period}", "{column: last_seen, state: within_period}", "last_seen"),
        ("period: {end: refreshed_on, days: period_days}", "period: {end: refreshed_on, days: nhieu}", "nhieu"),
        ("mark: A", "marks: A", "marks"),
    ],
)  # fmt: skip
def test_a_slip_in_a_layout_is_told_with_its_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "sources" / "teams_user_activity.yml", old, new)
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    assert "sources/teams_user_activity.yml" in str(caught.value)
    assert said in str(caught.value)


def test_a_pair_names_an_answer_and_a_fact_that_exist(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    append(
        folder / "corroborations.csv",
        "x,no_such_field,csdl_pupils,,,,,C",
        "y,pupils_count.total,no_such_fact,,,,,C",
    )
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    assert {problem.message.code for problem in caught.value.problems} == {"no_field", "fact_unknown"}


def test_a_damaged_record_stops_the_run_for_what_was_purged_is_nowhere_else(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    read(tmp_path, reference, declared)
    whole = (tmp_path / RECORD).read_text(encoding="utf-8")
    for damaged in (whole[:100], whole.replace("12.0", '"nhieu"').replace(" 12\n", ' "nhieu"\n'), "[]"):
        assert damaged != whole
        (tmp_path / RECORD).write_text(damaged, encoding="utf-8")
        with pytest.raises(RunError, match="counted"):
            read(tmp_path, reference, declared)


def test_what_somebody_took_away_no_longer_counts_and_a_name_that_tells_the_school_does(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / "danh sach.xlsx", ("Sheet1", pupils(12, 9)))
    assert read(tmp_path, reference, declared).facts.empty
    (tmp_path / "danh sach.xlsx").rename(tmp_path / f"{PRIMARY}.xlsx")
    assert figures(read(tmp_path, reference, declared))[PRIMARY, "csdl_pupils"] == 12
    (tmp_path / f"{PRIMARY}.xlsx").unlink()
    assert read(tmp_path, reference, declared).facts.empty


def test_a_layout_that_is_declared_no_more_leaves_its_purged_file_uncounted(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    read(tmp_path, reference, declared)
    purge_sources(tmp_path)
    layouts = tuple(one for one in reference.sources.layouts if one.source_id != "csdl_pupils")
    found = read(tmp_path, replace(reference, sources=replace(reference.sources, layouts=layouts)), declared)
    assert outcome(found) == [("refused", "layout_unknown")]
    assert found.facts.empty


def test_a_code_of_another_school_is_not_that_of_the_file_name_and_sums_are_no_rows(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = ["Mã trường", "Tên trường", "Mã lớp", "Tên lớp học", "Khối học/Nhóm lớp", "Số buổi học trên tuần"]
    rows = [heads, ["0999999", "", "L1", "5A", "5", 9], ["", "", "L2", "5B", "5", 9],
            ["", "", "Tổng cộng", "", "", ""], ["", "", "Người lập biểu", "", "", ""], ["", "", SENTINEL, "", "", ""]]  # fmt: skip
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Lop", rows), ("Khac", list(accounts())))
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "csdl_classes"): 1}
    assert found.files[["rows", "rows_of_no_school"]].iloc[0].tolist() == [2, 1]
    assert found.files["notes"].tolist() == ["several_layouts"]


def test_a_number_that_may_mean_two_things_is_not_read(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = ["Mã trường", "Trường", "Số liệu tính đến ngày", "Số câu hỏi InTest"]
    workbook(
        tmp_path / "tong.xlsx",
        ("Tong", [heads, [PRIMARY, "", "08/01/2024", "1,250"], [LOWER, "", "08/01/2024", "7,5"]]),
    )
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(LOWER, "intest_questions"): 7.5}
    assert found.files["values_unread"].tolist() == [1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system knows no pipes")
def test_a_pipe_or_a_link_among_exports_is_passed_over(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    folder = tmp_path / "sources"
    workbook(folder / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    os.mkfifo(folder / "pipe.csv")  # opened, it would be waited for without end
    (folder / "link.xlsx").symlink_to(folder / f"{PRIMARY}.xlsx")
    assert read(folder, reference, declared).files["file"].tolist() == [f"{PRIMARY}.xlsx"]


def test_a_list_put_right_after_a_purge_stands_for_the_purged_one(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    read(tmp_path, reference, declared)
    for count, name in ((14, "sua"), (13, "sua lan 2")):  # and once more, both before it purged by then
        purge_sources(tmp_path)
        workbook(tmp_path / f"{PRIMARY} {name}.xlsx", ("Sheet1", pupils(count, 9)))
        facts = read(tmp_path, reference, declared).facts.set_index("fact_id")
        assert facts.loc["csdl_pupils", ["state", "value"]].tolist() == ["counted", count]
    purge_sources(tmp_path)
    assert figures(read(tmp_path, reference, declared))[PRIMARY, "csdl_pupils"] == 13
    workbook(tmp_path / f"{PRIMARY} a.xlsx", ("Sheet1", pupils(5, 5)))
    workbook(tmp_path / f"{PRIMARY} b.xlsx", ("Sheet1", pupils(6, 5)))  # of two that lie there nobody knows
    facts = read(tmp_path, reference, declared).facts.set_index("fact_id")
    assert facts.loc["csdl_pupils", "state"] == "conflict"


def marks(grade: int, count: int, sheet: str = "") -> Sheet:
    heads = [
        "STT",
        "Mã học sinh",
        "Số định danh cá nhân",
        "Họ và tên",
        "Kết quả học tập",
        "Kết quả rèn luyện",
    ]
    return sheet or f"{grade}A", [
        heads,
        *([n, f"{grade}{n}", "", SENTINEL, "Tốt", "Tốt"] for n in range(count)),
    ]


def test_a_part_downloaded_twice_counts_once_and_two_that_differ_are_asked_about(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / f"{LOWER}_khoi_6.xlsx", marks(6, 5))
    workbook(tmp_path / f"{LOWER}_khoi_7.xlsx", marks(7, 4))
    workbook(
        tmp_path / f"{LOWER}_khoi_6 (1).xlsx", marks(6, 5), ("Ghi chú", [["x"]])
    )  # the same part, other bytes
    assert figures(read(tmp_path, reference, declared))[LOWER, "vnedu_pupils"] == 9
    workbook(tmp_path / f"{LOWER}_khoi_6 (1).xlsx", marks(6, 6))
    facts = read(tmp_path, reference, declared).facts.set_index("fact_id")
    assert facts.loc["vnedu_pupils", "state"] == "conflict"
    (tmp_path / f"{LOWER}_khoi_6 (1).xlsx").unlink()
    read(tmp_path, reference, declared)
    purge_sources(tmp_path)
    workbook(tmp_path / f"{LOWER}_khoi_6 sua.xlsx", marks(6, 6))  # one part put right, the other as purged
    assert figures(read(tmp_path, reference, declared))[LOWER, "vnedu_pupils"] == 10


def test_sheets_without_a_telling_name_are_parts_by_the_name_of_their_file(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / f"{LOWER}_khoi_6.xlsx", marks(6, 5, "Sheet1"))
    workbook(tmp_path / f"{LOWER}_khoi_7.xlsx", marks(7, 4, "Sheet1"))
    assert figures(read(tmp_path, reference, declared))[LOWER, "vnedu_pupils"] == 9


@pytest.mark.parametrize(
    ("days", "state", "reason", "note"),
    [
        (
            ["01/05/2024", "01/13/2024"],
            "read",
            None,
            "dates_other",
        ),  # month first: nothing else has a 13th month
        (["05/01/2024", "13/01/2024"], "read", None, None),
        (["13/01/2024", "01/14/2024"], "refused", "dates_mixed", None),
        (["05/01/2024", "06/01/2024"], "read", None, None),  # nothing tells: as declared
        (["01/07/2024", "01/08/2024"], "other_period", "period_order_unsure", None),
    ],
)
def test_days_in_another_order_than_declared_are_judged_by_the_whole_file(
    days: list[str], state: str, reason: str | None, note: str | None, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:  # fmt: skip
    heads = ["Mã trường", "Trường", "Số liệu tính đến ngày", "Số câu hỏi InTest"]
    rows = [[PRIMARY, "", days[0], 12], [LOWER, "", days[1], 40]]
    text_table(tmp_path / "tong.csv", [heads, *rows])
    found = read(tmp_path, reference, declared)
    assert outcome(found) == [(state, reason)]
    [told] = found.files["notes"]
    assert set("" if pd.isna(told) else told.split(";")) - {"several_periods", "not_attached"} == (
        {note} if note else set()
    )
    if note:
        assert found.files["period_to"][0].date() == datetime.date(2024, 1, 13)


def test_days_of_a_file_saved_again_by_a_spreadsheet_are_asked_about_or_read(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    def saved(path: Path, *days: str) -> None:
        rows = [
            [
                "Report Refresh Date",
                "Team Name",
                "Team Id",
                "Last Activity Date",
                "Report Period",
                "Active Users",
            ]
        ]
        rows += [["05/01/2024", "5A", f"t{n}", day, "90", "20"] for n, day in enumerate(days)]
        text_table(path, rows)

    saved(tmp_path / f"{PRIMARY}.csv", "04/01/2024", "03/01/2024")
    assert outcome(read(tmp_path, reference, declared)) == [("refused", "dates_unsure")]
    saved(tmp_path / f"{PRIMARY}.csv", "04/01/2024", "29/12/2023")
    assert figures(read(tmp_path, reference, declared)) == {(PRIMARY, "teams_active_teams"): 2}


def test_of_two_columns_of_one_head_the_filled_one_counts(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = ["Mã trường", "Số liệu tính đến ngày", "Số câu hỏi InTest", "Số câu hỏi InTest"]
    workbook(tmp_path / "tong.xlsx", ("Tong", [heads, [PRIMARY, "08/01/2024", "", 12]]))
    assert figures(read(tmp_path, reference, declared)) == {(PRIMARY, "intest_questions"): 12}


def test_full_names_in_the_names_of_exports_are_withheld_but_those_of_schools(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    for name in ("Nguyen Hoang Anh teams.csv", "Phạm Minh Đức - teams.csv", "Trần Quốc Toản.csv"):
        text_table(tmp_path / name, [*accounts(), [name]])
    names = sorted(read(tmp_path, reference, declared).files["file"])
    assert names[0] == "Trần Quốc Toản.csv"  # the school TH Trần Quốc Toản
    assert all(name.startswith("▒▒▒[") for name in names[1:])
    assert "Hoang Anh" not in (tmp_path / RECORD).read_text(encoding="utf-8")


def test_pupils_who_stand_across_as_heads_are_neither_shown_nor_drafted(tmp_path: Path) -> None:
    heads = ["Bài kiểm tra", "Ngày", "Lê Hoàng An", "Trần Bình", "NGUYỄN VĂN CƯỜNG", "Phạm Dung"]
    rows = [heads, *([f"Bài {n % 3}", f"0{n % 9 + 1}/01/2024", 8, 9, 7, 10] for n in range(12))]
    seen = look_at_export(text_table(tmp_path / "so diem.csv", rows))
    assert [column.head for column in seen.columns][:2] == ["Bài kiểm tra", "Ngày"]
    for name in heads[2:]:
        assert name not in repr(seen)
    folder = copy_reference(tmp_path)
    draft = write_draft(folder, "so-diem", seen).read_text(encoding="utf-8")
    assert "bai_kiem_tra" in draft
    assert "▒" not in draft


TOTALS = ["Mã trường", "Số liệu tính đến ngày", "Tệp xuất kèm theo", "Số câu hỏi InTest"]


def test_totals_lie_beside_the_exports_they_were_read_from_and_go_with_them(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """An export of no known layout, a picture of a screen: named by a table of totals they are its attachment."""
    unknown = [["Tài khoản", "Kết quả"], [SENTINEL, "12"]]
    rows = [
        TOTALS,
        [PRIMARY, "08/01/2024", "InTest xuất.csv; MAN-HINH.png", 12],
        [LOWER, "08/01/2024", "intest xuất.csv", 40],
    ]
    text_table(tmp_path / "tong.csv", rows)
    text_table(tmp_path / "goc" / "InTest xuất.csv", unknown)
    text_table(tmp_path / "khac.csv", [*unknown[:1], ["x", "1"]])
    found = read(tmp_path, reference, declared).files.set_index("file")
    assert found["state"].to_dict() == {
        "goc/InTest xuất.csv": "attached",
        "khac.csv": "refused",
        "tong.csv": "read",
    }
    assert found["notes"]["tong.csv"] == "not_attached"  # the picture is not there yet
    (tmp_path / "man-hinh.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    found = read(tmp_path, reference, declared).files.set_index("file")
    assert (found["state"]["man-hinh.png"], pd.isna(found["notes"]["tong.csv"])) == ("attached", True)
    assert purge_sources(tmp_path) == (3, 1)  # what nobody named stays
    assert {path.name for path in tmp_path.rglob("*.*") if path.is_file()} == {RECORD, "khac.csv"}
    after = read(tmp_path, reference, declared)
    gone = after.files.set_index("file")
    assert (gone["state"]["man-hinh.png"], gone["is_purged"]["man-hinh.png"]) == ("attached", True)
    assert pd.isna(gone["notes"]["tong.csv"])
    assert figures(after) == {(PRIMARY, "intest_questions"): 12, (LOWER, "intest_questions"): 40}


def test_a_table_of_totals_names_the_column_of_its_attachments(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "sources" / "school_totals.yml", "attachment: attached", "")
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    assert "attachment" in str(caught.value)


@pytest.mark.parametrize(
    ("days", "active"),
    [("7", 1), ("30", 1), ("90", 2), ("180", 2), ("D7", 1), ("D90", 2), ("30 ngày", 1), (90.0, 2)],
)
def test_accounts_are_active_within_the_days_of_each_period(
    days: Any, active: int, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """By hand: on 05/01 the primary school's accounts were last active on 03/01, 01/12 and 01/06: 3, 36 and 219 days back."""
    workbook(tmp_path / "teams.xlsx", ("Sheet1", list(accounts(days=days))))
    found = read(tmp_path, reference, declared)
    assert figures(found)[PRIMARY, "teams_active_accounts"] == active
    [file] = found.files.to_dict("records")
    last = datetime.date(2024, 1, 5)
    count = int(str(days).strip("D").split()[0].removesuffix(".0"))
    assert file["period_from"].date() == last - datetime.timedelta(days=count - 1)


@pytest.mark.parametrize(("above", "is_known"), [(0, True), (7, True), (14, True), (15, False)])
def test_heads_stand_in_one_of_the_first_fifteen_rows(
    above: int, is_known: bool, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    titles: list[Row] = [["SỞ GIÁO DỤC VÀ ĐÀO TẠO"], *[[f"dòng {n}"] for n in range(above)]][:above]
    workbook(tmp_path / "teams.xlsx", ("Sheet1", [*titles, *accounts()]))
    found = read(tmp_path, reference, declared)
    assert outcome(found) == [("read", None) if is_known else ("refused", "layout_unknown")]


@pytest.mark.parametrize("told", ["A1", "A1:C4", "A1:XFD1048576"])
def test_a_wrong_declared_dimension_and_phantom_rows_change_nothing(
    told: str, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """A list of the province: the size written in the file is wrong, and 16 390 rows below hold styles and nothing else."""
    path = workbook(tmp_path / "plain.xlsx", ("Sheet1", pupils(120, 90)))
    odd = tmp_path / f"{PRIMARY}-C1-HocSinh.xlsx"
    with zipfile.ZipFile(path) as plain, zipfile.ZipFile(odd, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in plain.namelist():
            content = plain.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text, count = re.subn(
                    r'<dimension ref="[^"]*"/>', f'<dimension ref="{told}"/>', content.decode()
                )
                assert count == 1
                phantom = "".join(
                    f'<row r="{n}"><c r="A{n}" s="0"/><c r="H{n}" s="0"/></row>' for n in range(200, 16_590)
                )
                content = text.replace("</sheetData>", f"{phantom}</sheetData>").encode()
            packed.writestr(name, content)
    path.unlink()
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "csdl_pupils"): 120, (PRIMARY, "csdl_pupils_identified"): 90}
    assert found.files["rows"].tolist() == [121]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_marks_of_a_year_in_an_older_workbook_count_the_same(
    kind: str, soffice: str, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """As vnEdu writes them: one file a grade, one sheet a class, heads in row 6 with a second row below, decimal commas."""
    heads = ["STT", "Mã học sinh", "Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Toán", "Kết quả học tập",
             "Kết quả rèn luyện", "Buổi nghỉ", "", "", "Ghi chú"]  # fmt: skip
    below = ["", "", "", "", "", "", "", "", "P", "K", "Tổng", ""]
    sheets = []
    for name in ("6A", "6B"):
        rows: list[Row] = [[""] * 7 + ["BẢNG TỔNG HỢP KẾT QUẢ GIÁO DỤC HỌC KỲ 2, NĂM HỌC 2023 - 2024"], [f"Khối 6 - Lớp {name} - (Học kỳ 2)"],
                [], [], [], heads, below]  # fmt: skip
        rows += [
            [n, f"{name}{n}", "", SENTINEL, "01/02/2012", "7,5", "Tốt" if n > 1 else "-", "Đ", "", "", 1, ""]
            for n in range(1, 5)
        ]
        sheets.append((name, rows))
    path = workbook(tmp_path / "plain" / f"{LOWER}_so_diem_tong_ket_khoi_6.xlsx", *sheets)
    save_in_office(soffice, path, kind, tmp_path)
    found = read(tmp_path / "saved", reference, declared)
    assert figures(found) == {(LOWER, "vnedu_pupils"): 8, (LOWER, "vnedu_results_filled"): 6}
    assert found.files["values_unread"].tolist() == [0]


def test_a_grade_book_of_google_classroom_is_a_draft_until_the_office_confirms_it(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """No public source shows its heads, so nothing is counted by them before somebody has looked (mark C)."""
    [draft] = [one for one in reference.sources.drafts if one.source_id == "google_classroom_grades"]
    assert draft.mark == "C"
    rows: list[Row] = [
        ["Last Name", "First Name", "Email Address", "Bài 1"],
        ["Date", "", "", "2023-12-20"],
        ["Points", "", "", "100"],
    ]
    rows += [["Nguyễn", "Mật Danh", f"hs{n}@th1.example.edu.vn", "90"] for n in range(4)]
    text_table(tmp_path / "5A.csv", rows)
    assert outcome(read(tmp_path, reference, declared)) == [("refused", "layout_unknown")]
    confirmed = replace(
        reference.sources, layouts=(*reference.sources.layouts, replace(draft, is_draft=False))
    )
    found = read(tmp_path, replace(reference, sources=confirmed), declared)
    assert figures(found) == {(PRIMARY, "classroom_graded_pupils"): 4}


def test_a_quotation_mark_nobody_closed_swallows_no_rows_in_silence(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    path = text_table(tmp_path / f"{PRIMARY}.csv", pupils(12, 9))
    path.write_text(path.read_text(encoding="utf-8").replace(SENTINEL, f'"{SENTINEL}', 1), encoding="utf-8")
    assert outcome(read(tmp_path, reference, declared)) == [("refused", "damaged")]


@pytest.mark.parametrize(
    "code", [f'="{PRIMARY}"', f"'{PRIMARY}", f" {PRIMARY} ", PRIMARY.lstrip("0"), f"{PRIMARY}.0"]
)
def test_codes_are_known_however_a_program_guards_their_zero(
    code: str, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = ["Mã trường", "Mã lớp", "Tên lớp học", "Khối học/Nhóm lớp", "Số buổi học trên tuần"]
    text_table(tmp_path / "lop.csv", [heads, [code, "L1", "5A", "5", "9"]])
    assert figures(read(tmp_path, reference, declared)) == {(PRIMARY, "csdl_classes"): 1}


def test_of_two_exports_of_one_day_the_longer_period_counts(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """Thirty and ninety days up to one day overlap; they do not contradict each other. By hand: 1 and 2 accounts active."""
    text_table(tmp_path / "1.csv", list(accounts(days="90")))
    text_table(tmp_path / "2.csv", list(accounts(days="30")))
    assert figures(read(tmp_path, reference, declared))[PRIMARY, "teams_active_accounts"] == 2


def test_what_counts_for_no_school_yet_is_not_purged(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    text_table(tmp_path / "teams.csv", list(accounts()))
    nobody = replace(reference, sources=replace(reference.sources, domains={}))
    assert outcome(read(tmp_path, nobody, declared)) == [("refused", "nothing_counted")]
    assert purge_sources(tmp_path) == (0, 1)
    assert (
        figures(read(tmp_path, reference, declared))[PRIMARY, "teams_accounts"] == 3
    )  # once its domain is declared


def answers_of(*days: str) -> list[Row]:
    return [
        ["Dấu thời gian", "Địa chỉ email", "Câu 1"],
        *([f"{day} 8:01:10", "a@th1.example.edu.vn", "A"] for day in days),
    ]


def test_events_of_other_terms_in_one_sheet_are_not_counted(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """A sheet that a school fills year after year: by hand two of five answers are of the first semester."""
    text_table(
        tmp_path / "a.csv", answers_of("20/12/2021", "20/12/2022", "21/12/2023", "22/12/2023", "20/05/2024")
    )
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "google_forms_responses"): 2}
    [file] = found.files.to_dict("records")
    assert (file["rows"], file["rows_counted"], file["rows_of_other_period"], file["notes"]) == (
        5,
        2,
        3,
        "other_rows",
    )
    assert file["period_to"].date() == datetime.date(2023, 12, 22)


def test_answers_of_two_forms_add_up_and_a_later_download_stands_for_its_form(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    workbook(tmp_path / "hoc sinh.xlsx", ("Câu trả lời biểu mẫu 1", answers_of("10/12/2023", "21/12/2023")))
    workbook(tmp_path / "phu huynh.xlsx", ("Câu trả lời biểu mẫu 1", answers_of("22/12/2023")))
    assert figures(read(tmp_path, reference, declared)) == {(PRIMARY, "google_forms_responses"): 3}
    later = answers_of("10/12/2023", "21/12/2023", "23/12/2023", "24/12/2023")
    workbook(tmp_path / "hoc sinh (1).xlsx", ("Câu trả lời biểu mẫu 1", later))
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "google_forms_responses"): 5}
    assert found.facts["period_to"][0].date() == datetime.date(2023, 12, 24)


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("BẢNG TỔNG HỢP KẾT QUẢ GIÁO DỤC CẢ NĂM, NĂM HỌC 2022 - 2023", "other_period"),
        ("Năm học: 2022–2023", "other_period"),
        ("BẢNG TỔNG HỢP, NĂM HỌC 2023 - 2024", "read"),
        ("Đối chiếu năm học 2022-2023 với năm học 2023-2024", "read"),
        ("Ngày in: 02/06/2023", "read"),
    ],
)
def test_a_list_whose_title_names_another_school_year_is_of_another_period(
    title: str, state: str, tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    name, rows = marks(6, 5)
    workbook(tmp_path / f"{LOWER}_khoi_6.xlsx", (name, [["", "", title], [], *rows]))
    found = read(tmp_path, reference, declared)
    assert outcome(found) == [(state, "year_outside_term" if state == "other_period" else None)]
    assert found.facts.empty == (state == "other_period")


def test_rows_of_another_school_year_are_not_counted(
    tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads = [
        "Mã trường",
        "Họ và tên",
        "Mã học sinh",
        "Năm học",
        "Học kỳ",
        "Kết quả học tập",
        "Kết quả rèn luyện",
    ]
    rows = [
        [PRIMARY, SENTINEL, f"H{n}", "2022-2023" if n < 3 else "2023 - 2024", "Học kỳ 1", "Tốt", "Tốt"]
        for n in range(8)
    ]
    text_table(tmp_path / "kq.csv", [heads, *rows])
    found = read(tmp_path, reference, declared)
    assert figures(found) == {(PRIMARY, "csdl_results_pupils"): 5, (PRIMARY, "csdl_results_filled"): 5}
    text_table(tmp_path / "kq.csv", [heads, *rows[:3]])
    assert outcome(read(tmp_path, reference, declared)) == [("other_period", "period_outside_term")]


def test_what_is_purged_while_somebody_looks_stays_counted(
    tmp_path: Path, reference: Reference, declared: TermReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk counts the folder anew while the command takes the files away."""
    workbook(tmp_path / f"{PRIMARY}.xlsx", ("Sheet1", pupils(12, 9)))
    read(tmp_path, reference, declared)
    text_table(tmp_path / "teams.csv", list(accounts()))  # new: it is being counted when the purge comes
    real = facts_module.count_export

    def count(path: Path, *more: Any) -> Any:
        counted = real(path, *more)
        assert purge_sources(tmp_path) == (1, 1)
        return counted

    with monkeypatch.context() as patch:
        patch.setattr(facts_module, "count_export", count)
        first = figures(read(tmp_path, reference, declared))
    again = figures(read(tmp_path, reference, declared))
    assert first == again
    assert again[PRIMARY, "csdl_pupils"] == 12
    assert again[PRIMARY, "teams_accounts"] == 3
