"""The office's own workbook comes home: every answer is taken from its own cell, wherever the school moved it."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from adopted_world import SCHOOL, TERM, adopt, answers, fill_in, read_back, sent
from returned_world import save_in_office

from termreview.cli.__main__ import main
from termreview.forms.layout import FINGERPRINT_SHEET
from termreview.intake.clean import Cleaned
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference, load_reference
from termreview.returns.returned import plan_returns
from termreview.returns.workbook import write_returns

STAFF = {"D11": 1, "E11": 0, "F11": 0, "D12": 2, "E12": 1, "F12": 0, "D14": 9, "E14": 6, "F14": 3, "D15": 8, "E15": 5,
         "F15": 2}  # fmt: skip
STAFF_FIELDS = {
    f"{row}.trong_do_{column}": (float(STAFF[cell]), "Biểu 1", cell)
    for number, row in ((11, "hieu_truong"), (12, "pho_hieu_truong"), (14, "giao_vien_day_tin_hoc"),
                        (15, "giao_vien_day_tin_hoc_trong_do_dat_chuan_trinh"))
    for column, cell in (("bien_che_tong", f"D{number}"), ("bien_che_nu", f"E{number}"), ("hop_dong", f"F{number}"))
}  # fmt: skip
FINANCE = {"C7": 150, "D7": 140, "C8": 30, "D8": 45, "C13": 12, "D13": 6_000_000, "C14": 5, "D14": 2_500_000}
FINANCE_FIELDS = {
    "ngan_sach_cap.du_toan": "C7", "ngan_sach_cap.thuc_hien": "D7", "thu_dich_vu.du_toan": "C8",
    "thu_dich_vu.thuc_hien": "D8", "hoc_bong_khuyen_khich.so_hoc_sinh_nguoi": "C13",
    "hoc_bong_khuyen_khich.so_tien_dong": "D13", "ho_tro_chi_phi_hoc_tap.so_hoc_sinh_nguoi": "C14",
    "ho_tro_chi_phi_hoc_tap.so_tien_dong": "D14",
}  # fmt: skip
TASKS = {"C4": "Có", "D4": "Khá", "E4": datetime.date(2025, 9, 30), "F4": "05/KH-TH", "G4": 8.5, "C5": "Không",
         "D5": "Chưa làm", "E5": datetime.date(2025, 11, 20), "F5": "12/QĐ-TH", "G5": 3}  # fmt: skip
TASK_FIELDS = {
    f"{row}.{column}": (value, "Nhiệm vụ", f"{letter}{number}")
    for number, row, values in (
        (4, "co_ke_hoach_chuyen_doi_so", (1.0, "kha", "2025-09-30", "05/KH-TH", 8.5)),
        (5, "co_quy_che_quan_ly_ho_so_dien_tu", (0.0, "chua_lam", "2025-11-20", "12/QĐ-TH", 3.0)),
    )
    for letter, column, value in zip(
        "CDEFG", ("da_thuc_hien", "muc_do", "ngay_ban_hanh", "minh_chung", "diem_tu_cham"), values, strict=True
    )
}  # fmt: skip


def finance(moved: Mapping[str, str] | None = None) -> dict[str, tuple[object, str, str]]:
    """The answers of the finance form, those in cells that moved where they stand."""
    return {
        name: (float(FINANCE[cell]), "Thu chi", (moved or {}).get(cell, cell))
        for name, cell in FINANCE_FIELDS.items()
    }


def asked(cleaned: Cleaned) -> list[tuple[str, str]]:
    """What the school is asked or told: code and cell."""
    own = cleaned.findings[cleaned.findings["school_id"] == SCHOOL]
    return [(row.check_code, str(row.cell)) for row in own.itertuples()]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [("staff", STAFF, STAFF_FIELDS), ("finance", FINANCE, finance()), ("tasks", TASKS, TASK_FIELDS)],
)
def test_a_form_filled_in_by_hand_is_read_cell_by_cell_and_asks_nothing(
    name: str,
    values: Mapping[str, object],
    expected: Mapping[str, object],
    reference: Reference,
    tmp_path: Path,
) -> None:
    _, declared = adopt(name, reference, tmp_path)
    cleaned = read_back(declared, fill_in(sent(declared, tmp_path), values), tmp_path)
    assert answers(cleaned) == expected
    assert asked(cleaned) == []
    told = cleaned.submissions.iloc[0]
    assert (told["school_id"], told["fate"], told["found_by"]) == (SCHOOL, "accepted", "address")
    assert (told["cells_used"], told["cells_unowned"]) == (len(values), 0)


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("name", "values", "expected"), [("staff", STAFF, STAFF_FIELDS), ("tasks", TASKS, TASK_FIELDS)]
)
def test_a_form_saved_by_libreoffice_reads_the_same(
    name: str,
    values: Mapping[str, object],
    expected: Mapping[str, object],
    kind: str,
    soffice: str,
    reference: Reference,
    tmp_path: Path,
) -> None:
    _, declared = adopt(name, reference, tmp_path)
    path = save_in_office(soffice, fill_in(sent(declared, tmp_path), values), kind, tmp_path)
    cleaned = read_back(declared, path, tmp_path)
    assert answers(cleaned) == expected
    assert asked(cleaned) == []


def insert_row(page: Any) -> None:
    """A line of its own between the third and the fourth question of the first table."""
    page.insert_rows(8)
    page["B8"], page["C8"] = "Thu khác", 7


def insert_column(page: Any) -> None:
    page.insert_cols(3)


def delete_row(page: Any) -> None:
    page.delete_rows(8)


def swap_rows(page: Any) -> None:
    page["B13"], page["B14"] = page["B14"].value, page["B13"].value


def rename_row(page: Any) -> None:
    page["B8"] = "Thu khác"


def rename_column(page: Any) -> None:
    page["D5"] = "Ước thực hiện"


def retype_labels(page: Any) -> None:
    """The same words in capitals, with further spaces."""
    page["B7"], page["D5"] = "NGÂN SÁCH  CẤP", "Thực hiện "


def down(cells: str) -> dict[str, str]:
    return {cell: f"{cell[0]}{int(cell[1:]) + 1}" for cell in cells.split()}


@pytest.mark.parametrize(
    ("alter", "moved", "lost", "told"),
    [
        (insert_row, down("C8 D8 C13 D13 C14 D14"), "", [("row_moved", "B9"), ("unowned_number", "C8")]),
        (insert_column, {cell: f"{'DE'['CD'.index(cell[0])]}{cell[1:]}" for cell in FINANCE}, "",
         [("column_moved", "D7")]),
        (delete_row, {"C13": "C12", "D13": "D12", "C14": "C13", "D14": "D13"}, "C8 D8",
         [("row_missing", "B8"), ("row_moved", "B12")]),
        (swap_rows, {"C13": "C14", "D13": "D14", "C14": "C13", "D14": "D13"}, "",
         [("row_moved", "B14"), ("row_moved", "B13")]),
        (rename_row, {}, "", [("row_label_differs", "B8")]),
        (rename_column, {}, "", [("head_differs", "D5")]),
        (retype_labels, {}, "", []),
    ],
)  # fmt: skip
def test_what_a_school_moved_is_found_and_what_it_renamed_is_asked(
    alter: Callable[[Any], None],
    moved: Mapping[str, str],
    lost: str,
    told: list[tuple[str, str]],
    reference: Reference,
    tmp_path: Path,
) -> None:
    _, declared = adopt("finance", reference, tmp_path)
    values = {moved.get(cell, cell): value for cell, value in FINANCE.items() if cell not in lost.split()}
    cleaned = read_back(declared, fill_in(sent(declared, tmp_path), values, change=alter), tmp_path)
    expected = {
        name: found for name, found in finance(moved).items() if FINANCE_FIELDS[name] not in lost.split()
    }
    assert answers(cleaned) == expected
    assert asked(cleaned) == told


def test_a_column_that_is_gone_is_told_and_nothing_is_read_from_another(
    reference: Reference, tmp_path: Path
) -> None:
    def without_column(page: Any) -> None:
        page.delete_cols(3)

    _, declared = adopt("finance", reference, tmp_path)
    values = {"C7": 140, "C8": 45, "C13": 6_000_000, "C14": 2_500_000}
    cleaned = read_back(declared, fill_in(sent(declared, tmp_path), values, change=without_column), tmp_path)
    assert answers(cleaned) == {
        name: (float(FINANCE[cell]), "Thu chi", f"C{cell[1:]}")
        for name, cell in FINANCE_FIELDS.items() if cell[0] == "D"
    }  # fmt: skip
    assert asked(cleaned) == [("column_missing", "C6"), ("column_moved", "C7")]


def test_a_row_inserted_between_merged_parts_takes_its_sums_along(
    reference: Reference, tmp_path: Path
) -> None:
    def insert(page: Any) -> None:
        for area in ("A13:F13", "A10:F10"):
            page.unmerge_cells(area)
        page.insert_rows(12)
        page["A12"], page["B12"], page["D12"] = 2, "Nhân viên thư viện", 4
        page.merge_cells("A14:F14")

    values = {f"{cell[0]}{int(cell[1:]) + (int(cell[1:]) > 11)}": value for cell, value in STAFF.items()}
    _, declared = adopt("staff", reference, tmp_path)
    cleaned = read_back(declared, fill_in(sent(declared, tmp_path), values, change=insert), tmp_path)
    assert {name: value for name, (value, _, _) in answers(cleaned).items()} == {
        name: value for name, (value, _, _) in STAFF_FIELDS.items()
    }
    assert asked(cleaned) == [("row_moved", "B13"), ("unowned_number", "D12")]


def test_figures_and_words_that_nobody_asked_for_are_asked_about(
    reference: Reference, tmp_path: Path
) -> None:
    _, declared = adopt("finance", reference, tmp_path)
    more = {"C9": 180, "F7": "theo kế hoạch tháng 9", "B15": "Học bổng khác", "C15": 9}
    cleaned = read_back(declared, fill_in(sent(declared, tmp_path), {**FINANCE, **more}), tmp_path)
    assert answers(cleaned) == finance()
    assert set(asked(cleaned)) == {
        ("unowned_number", "C9"), ("written_beside", "F7"), ("unowned_number", "C15"), ("cells_ignored", "B15"),
    }  # fmt: skip


@pytest.mark.parametrize(("name", "values"), [("finance", FINANCE), ("tasks", TASKS)])
def test_a_file_without_our_marks_is_known_by_what_it_says_of_its_school(
    name: str, values: Mapping[str, object], reference: Reference, tmp_path: Path
) -> None:
    _, declared = adopt(name, reference, tmp_path)
    path = fill_in(sent(declared, tmp_path), values)
    book = openpyxl.load_workbook(path)
    del book[FINGERPRINT_SHEET]
    book.save(path)
    renamed = path.rename(path.with_name("bao cao.xlsx"))
    cleaned = read_back(declared, renamed, tmp_path)
    assert len(answers(cleaned)) == len(values)
    assert asked(cleaned) == ([] if name == "finance" else [("matched_by_name", "<NA>")])


def test_a_neighbours_name_on_the_sheet_is_asked_about(reference: Reference, tmp_path: Path) -> None:
    _, declared = adopt("tasks", reference, tmp_path)
    other = next(school for school in declared.of(TERM).schools if school.unit_id != SCHOOL)
    path = fill_in(sent(declared, tmp_path), {**TASKS, "B1": other.name})
    assert ("identity_mismatch", "B1") in asked(read_back(declared, path, tmp_path))


def test_what_the_office_itself_put_there_is_no_remark(reference: Reference, tmp_path: Path) -> None:
    """Its hidden sheet of lists, a note on a cell, a hidden column of codes: none of it is the school's."""
    from openpyxl.comments import Comment

    def office(path: Path) -> None:
        book = openpyxl.load_workbook(path)
        book["Nhiệm vụ"]["C3"].comment = Comment("Chọn trong danh sách", "Phòng")
        book["Nhiệm vụ"]["J3"] = "mã nội bộ"
        book["Nhiệm vụ"].column_dimensions["J"].hidden = True
        book.save(path)

    _, declared = adopt("tasks", reference, tmp_path, office)
    cleaned = read_back(declared, fill_in(sent(declared, tmp_path), TASKS), tmp_path)
    assert answers(cleaned) == TASK_FIELDS
    assert asked(cleaned) == []


def test_a_school_gets_its_own_file_back_with_the_cells_marked(reference: Reference, tmp_path: Path) -> None:
    _, declared = adopt("finance", reference, tmp_path)
    path = fill_in(sent(declared, tmp_path), {**FINANCE, "D8": "khoảng 45"})
    cleaned = read_back(declared, path, tmp_path)
    files = list_received(tmp_path / "in", datetime.date(2026, 1, 8))
    planned = plan_returns(files, cleaned, declared, TERM)
    written = write_returns(tmp_path / "out", planned, cleaned.observations, declared, TERM)[SCHOOL]
    assert written.way == "marked"
    page = openpyxl.load_workbook(written.path)["Thu chi"]
    assert "Không phải số" in page["D8"].comment.text
    (tmp_path / "again").mkdir()
    back = written.path.rename(tmp_path / "again" / "sua.xlsx")
    again = read_back(declared, fill_in(back, {"D8": 45}, "Thu chi"), tmp_path / "again")
    assert answers(again) == finance()


@pytest.mark.office
def test_an_older_format_is_answered_with_the_offices_form_and_its_figures(
    soffice: str, reference: Reference, tmp_path: Path
) -> None:
    _, declared = adopt("finance", reference, tmp_path)
    path = fill_in(sent(declared, tmp_path), {**FINANCE, "D8": "khoảng 45"})
    cleaned = read_back(declared, save_in_office(soffice, path, "ods", tmp_path), tmp_path)
    files = list_received(tmp_path / "in", datetime.date(2026, 1, 8))
    planned = plan_returns(files, cleaned, declared, TERM)
    written = write_returns(tmp_path / "out", planned, cleaned.observations, declared, TERM)[SCHOOL]
    assert written.way == "rebuilt"
    page = openpyxl.load_workbook(written.path)["Thu chi"]
    assert [page[cell].value for cell in ("C7", "D8", "D14")] == [150, "khoảng 45", 2_500_000]
    assert page["D8"].comment is not None


def test_inspect_judges_such_a_file_in_its_term(
    reference: Reference, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adopt("staff", reference, tmp_path / "data")
    declared = load_reference(tmp_path / "data" / "reference")
    raw = tmp_path / "data" / "raw" / "2025-2026" / "hk1"
    raw.mkdir(parents=True)
    path = fill_in(sent(declared, tmp_path), STAFF | {"D14": "chín"})
    path = path.rename(raw / path.name)
    assert main(["--root", str(tmp_path), "inspect", str(path), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["form"]["form_id"] == "staff"
    assert told["account"] == {"total": 54, "used": 11, "flagged": 1, "unowned": 0, "ignored": 42}
    assert [(one["check_code"], one["cell"]) for one in told["findings"]] == [("not_a_number", "D14")]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_became_of_a_sheet_is_a_remark_and_never_a_fault(
    seed: int, reference: Reference, tmp_path: Path
) -> None:
    """Rows, columns and sheets deleted, doubled, filled with what nobody asked for."""
    chance = random.Random(seed)
    name, values = chance.choice([("staff", STAFF), ("finance", FINANCE), ("tasks", TASKS)])
    _, declared = adopt(name, reference, tmp_path)
    path = fill_in(sent(declared, tmp_path), values)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for area in [str(area) for area in page.merged_cells.ranges]:
        page.unmerge_cells(area)
    for _ in range(chance.randint(1, 6)):
        at, count = chance.randint(1, 16), chance.randint(1, 4)
        chance.choice([page.insert_rows, page.delete_rows, page.insert_cols, page.delete_cols])(at, count)
    for _ in range(chance.randint(0, 30)):
        cell = page.cell(chance.randint(1, 30), chance.randint(1, 12))
        cell.value = chance.choice(["Tổng số", "Nữ", 7, "=A1", None, True, "x" * 300, "Hiệu trưởng", "#REF!"])
    if chance.random() < 0.3:
        book.copy_worksheet(page)
    if chance.random() < 0.2:
        page.title = "Trang khác"
    book.save(path)
    cleaned = read_back(declared, path, tmp_path)
    told = cleaned.submissions.iloc[0]
    parts = [told[f"cells_{name}"] for name in ("used", "flagged", "unowned", "ignored")]
    assert told["fate"] == "refused" or sum(parts) == told["cells_total"]
