"""An office begun from nothing: one workbook filled in by hand, then checked, its forms sent, a term reported, a year added, all cleaned."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

import termreview
import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.reference.declarations import Reference, load_reference
from termreview.sample.school_year import write_sample
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term
from worlds import ROOT, append, change

TERM = parse_term("2026-2027-hk1")
FIELDS: Mapping[str, object] = {
    "name": "PHÒNG VĂN HÓA - XÃ HỘI",
    "short_name": "Phòng VHXH",
    "full_name": "Phòng Văn hóa - Xã hội xã Suối Trong",
    "parent_body": "UBND XÃ SUỐI TRONG",
    "place_name": "Suối Trong",
    "area": "xã Suối Trong",
    "province": "tỉnh Ví Dụ",
    "signer_title": "TRƯỞNG PHÒNG",
    "document_suffix": "PVHXH",
    "contact": "chuyên viên phụ trách giáo dục",
    "contact_phone": None,
    "school_year": "2026-2027",
    "starts_on": datetime.date(2026, 9, 5),
    "due_on_hk1": "12/01/2027",
    "due_on_hk2": "25/5/2027",
}
SCHOOLS = (
    ("TH-01", "Trường Tiểu học Suối Trong 1", "Tiểu học", "xã Suối Trong", "th1@suoitrong.example"),
    ("TH-02", "Trường Tiểu học Suối Trong 2", "TH", "xã Suối Trong", None),
    ("CS-01", "Trường THCS Suối Trong", "Trung học cơ sở", "xã Suối Trong", "cs1@suoitrong.example"),
    ("MN-01", "Trường Mầm non Hoa Mai", "mầm non", "xã Suối Trong", "mn1@suoitrong.example"),
)  # fmt: skip


def run(*arguments: str, root: Path = ROOT) -> int:
    return cli.main(["--root", str(root), *arguments])


def fill(
    path: Path, fields: Mapping[str, object] = FIELDS, schools: tuple[tuple[object, ...], ...] = SCHOOLS
) -> None:
    """Fill the workbook in as a person does, with a program that is not ours."""
    book = openpyxl.load_workbook(path)
    labels = load_reference(ROOT / "data" / "reference").office_texts["fields"]
    page = book["Cơ quan"]
    rows = {str(page.cell(row, 1).value).partition(" (có thể")[0]: row for row in range(5, 30)}
    for name, value in fields.items():
        page.cell(rows[labels[name]], 2).value = value
    for number, school in enumerate(schools, start=2):
        for column, value in enumerate(school, start=1):
            book["Trường"].cell(number, column).value = value
    book.save(path)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    root = tmp_path / "co-quan"
    assert run("new-office", str(root)) == 0
    fill(root / "khai-bao-co-quan.xlsx")
    assert run("new-office", str(root)) == 0
    return root


def test_an_office_lives_through_a_year_from_one_workbook(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", root=office) == 0
    asked = capsys.readouterr().out
    for file in (
        "legal_documents.csv",
        "targets.csv",
        "forms",
        "sentences.yml",
        "advice",
        "tasks",
        "systems.csv",
    ):
        assert f"chưa xem lại {file} cho cơ quan mình" in asked, file
    assert "2026-2027-hk1: 4 trường" in asked
    assert run("forms", TERM.term_id, root=office) == 0
    forms = sorted(path.name for path in (office / "reports").rglob("*.xlsx"))
    assert forms == [
        f"CS-01_THCS-Suoi-Trong_{TERM.term_id}.xlsx", f"MN-01_MN-Hoa-Mai_{TERM.term_id}.xlsx",
        f"TH-01_TH-Suoi-Trong-1_{TERM.term_id}.xlsx", f"TH-02_TH-Suoi-Trong-2_{TERM.term_id}.xlsx",
    ]  # fmt: skip
    assert run("letters", TERM.term_id, "--as-of", "2026-12-01", root=office) == 0
    assert (
        "TH-02  Trường Tiểu học Suối Trong 2 – Chưa có địa chỉ trong contacts.csv" in capsys.readouterr().out
    )
    workspace = Workspace(office)
    write_sample(workspace, _as_sample(load_reference(workspace.reference)), workers=1)
    assert run("run", TERM.term_id, "--as-of", "2027-01-20", "--edition", "internal", root=office) == 0
    page = next(path for path in workspace.reports(TERM).glob("bao-cao-*.html")).read_text(encoding="utf-8")
    assert "UBND XÃ SUỐI TRONG" in page
    assert "Phong Mẫu" not in page
    assert "Dữ liệu minh họa" not in page
    capsys.readouterr()
    assert run("new-year", "--letter", "45/PVHXH", "--letter-on", "2027-10-04", root=office) == 0
    assert (
        "Đã thêm năm học 2027-2028 vào calendar.yml: hạn nộp 12/01/2028 và 25/05/2028"
        in capsys.readouterr().out
    )
    assert run("check", root=office) == 0
    assert "2027-2028-hk2: 4 trường" in capsys.readouterr().out
    assert run("forms", "2027-2028-hk1", root=office) == 0  # last term's lasting answers are filled in


def _as_sample(reference: Reference) -> Reference:
    """The declarations as the sample takes them: it writes for no real office."""
    offices = tuple(replace(office, is_illustrative=True) for office in reference.calendar.offices)
    return replace(reference, calendar=replace(reference.calendar, offices=offices))


def test_what_was_looked_at_is_asked_no_more_and_a_new_year_asks_again(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    review = office / "data" / "reference" / "review.csv"
    head, *rows = review.read_text(encoding="utf-8").splitlines()
    assert all(row.endswith(",") for row in rows)
    review.write_text("\n".join([head, *(f"{row}2026-09-20" for row in rows)]) + "\n", encoding="utf-8")
    assert run("check", root=office) == 0
    assert "chưa xem lại" not in capsys.readouterr().out
    assert run("new-year", root=office) == 0
    assert run("check", root=office) == 0
    asked = capsys.readouterr().out
    assert "chưa xem lại targets.csv" in asked
    assert "chưa xem lại sentences.yml" not in asked
    append(review, "khong-co.yml,xem,no,")
    assert run("check", root=office) == 0
    assert "không có 'khong-co.yml' trong data/reference" in capsys.readouterr().out


def test_the_sample_itself_is_asked_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check") == 0
    assert "chưa xem lại" not in capsys.readouterr().out


def test_every_slip_of_the_workbook_is_named_at_its_cell_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("new-office", str(tmp_path)) == 0
    slips = {
        **FIELDS,
        "name": None,
        "school_year": "2026",
        "due_on_hk1": "sau Tết",
        "due_on_hk2": datetime.date(2026, 5, 1),
    }
    wrong = (("TH 01", "Trường A", "Tiểu học", "xã A", None), ("TH-02", "Trường B", "Đại học", "xã A", None), ("th-02", "Trường C", "Tiểu học", None, None))  # fmt: skip
    fill(tmp_path / "khai-bao-co-quan.xlsx", slips, wrong)
    assert run("new-office", str(tmp_path)) == 2
    told = capsys.readouterr().err
    for slip in (
        "Cơ quan!B5: thiếu Tên cơ quan", "Cơ quan!B16: Năm học đầu tiên ghi như 2026-2027, không phải “2026”",
        "Cơ quan!B18: Hạn nộp báo cáo học kỳ I phải là ngày/tháng/năm, không phải “sau Tết”", "Trường!C3: cấp học “Đại học” không có",
        "Trường!A4: mã trường “th-02” đã có ở dòng 3", "Trường!D4: thiếu Xã, phường",
    ):  # fmt: skip
        assert slip in told, slip
    assert [path.name for path in tmp_path.iterdir()] == ["khai-bao-co-quan.xlsx"]


def test_a_folder_with_declarations_is_never_begun_anew(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (office / "data" / "reference" / "units.csv").read_bytes()
    assert run("new-office", str(office)) == 2
    assert "đã có khai báo" in capsys.readouterr().err
    assert (office / "data" / "reference" / "units.csv").read_bytes() == before


def test_an_office_of_several_communes_stands_above_them(tmp_path: Path) -> None:
    assert run("new-office", str(tmp_path)) == 0
    two = (*SCHOOLS[:2], ("CS-01", "Trường THCS Bến Gỗ", "THCS", "phường Bến Gỗ", None))
    fill(tmp_path / "khai-bao-co-quan.xlsx", {**FIELDS, "area": "huyện Suối Trong"}, two)
    assert run("new-office", str(tmp_path)) == 0
    units = list(csv.DictReader((tmp_path / "data/reference/units.csv").open(encoding="utf-8")))
    assert [(unit["unit_id"], unit["kind"], unit["short_name"], unit["parent_id"]) for unit in units] == [
        ("T", "province", "Ví Dụ", ""), ("H", "district", "Suối Trong", "T"), ("X01", "commune", "Suối Trong", "H"), ("X02", "ward", "Bến Gỗ", "H"),
        ("TH-01", "school", "TH Suối Trong 1", "X01"), ("TH-02", "school", "TH Suối Trong 2", "X01"), ("CS-01", "school", "THCS Bến Gỗ", "X02"),
    ]  # fmt: skip


def test_a_new_year_repeats_the_last_one_a_year_later_and_is_unconfirmed(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    change(workspace.reference / "calendar.yml", 'due_on: "2025-05-25"', 'due_on: "2025-05-26"')
    told = termreview.new_year(workspace_root=str(tmp_path))
    assert told.following[0].startswith("calendar.yml: sửa hạn nộp")
    reference = load_reference(workspace.reference)
    first, second = (reference.calendar.plan(parse_term(f"2025-2026-{part}")) for part in ("hk1", "hk2"))
    assert (str(first.due_on), str(first.data_as_of), str(first.resubmission_due_on)) == (
        "2026-01-10",
        "2025-12-31",
        "2026-01-31",
    )
    assert (str(second.due_on), second.mark, second.form) == ("2026-05-26", "C", "cv407-2023")
    assert first.previous is not None
    assert first.previous.term_id == "2024-2025-hk2"
    assert first.compare_with is not None
    assert first.compare_with.term_id == "2024-2025-hk1"
    assert second.compare_with == first.term
    letter = reference.documents[first.legal]
    assert (letter.number, letter.school_year, letter.mark) == ("chưa xác nhận", "2025-2026", "C")
    start, end = (reference.calendar.plan(parse_term(f"2025-2026-{part}")) for part in ("tkdn", "tkcn"))
    assert (str(start.due_on), str(end.data_as_of), end.mark) == ("2025-10-30", "2026-05-31", "C")
    assert (start.report, start.form, start.indicator_set) == ("statistics", "thong-ke", "none")
    assert {start.legal, end.legal} == {"tt-25-2024"}, (
        "statistics follow the circular, not the letter of the year"
    )


@pytest.mark.parametrize("year", ["2024-2025", "2026-2027", "2025", "2025-2027"])
def test_no_year_but_the_next_is_added(year: str, tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    before = (workspace.reference / "calendar.yml").read_bytes()
    assert run("new-year", year, root=tmp_path) == 2
    assert (workspace.reference / "calendar.yml").read_bytes() == before


def test_a_year_that_would_be_a_mistake_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    before = {path: path.read_bytes() for path in workspace.reference.rglob("*") if path.is_file()}
    assert run("new-year", "--letter-on", "ngày mai", root=tmp_path) == 3
    assert {path: path.read_bytes() for path in workspace.reference.rglob("*") if path.is_file()} == before


def test_clean_takes_what_runs_made_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = new_workspace(tmp_path)
    kept = (
        "data/raw/2023-2024/hk1/a.xlsx", "reports/2023-2024/hk1/issued/1/bao-cao.html", "reports/2023-2024/hk1/bao-cao.sua-tay.docx",
        "reports/cua-toi.xlsx", "data/processed/.gitkeep", "reports/.gitkeep",
    )  # fmt: skip
    made = (
        "data/processed/2023-2024/hk1/scores.parquet", "data/processed/2023-2024/hk1/.runs/publish.json", "reports/index.html",
        "reports/2023-2024/hk1/bao-cao.html", "reports/2023-2024/hk1/letters/return/1.eml", "reports/2023-2024/hk2/forms/a.xlsx",
    )  # fmt: skip
    for name in (*kept, *made):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 100_000)
    monkeypatch.chdir(tmp_path)
    assert "Sẽ xóa 6 tệp do chương trình tạo (0,6 MB)" in str(termreview.clean(is_listed_only=True))
    assert all((tmp_path / name).is_file() for name in made)
    held_open = tmp_path / made[3]
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == held_open:
            raise PermissionError(13, "in use")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    told = termreview.clean()
    assert "Đã xóa 5 tệp" in told.done
    assert told.following == ("Chưa xóa được reports/2023-2024/hk1/bao-cao.html: tệp đang mở ở chương trình khác hoặc không có quyền; đóng tệp rồi chạy lại",)  # fmt: skip
    monkeypatch.undo()
    assert run("clean", root=tmp_path) == 0
    assert [name for name in made if (tmp_path / name).exists()] == []
    assert [name for name in kept if not (tmp_path / name).exists()] == []
    assert not (tmp_path / "reports/2023-2024/hk2").exists()
    assert workspace.notebooks.is_dir()
