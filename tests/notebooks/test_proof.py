"""One published report made again from the files received: the same, or every cause and every place is named."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup

from demo_world import SEMESTER, YEAR_END, Demo, as_of
from termreview.cli import __main__ as cli
from termreview.cli.verify import verdict_lines
from termreview.intake.received.received import RECEIVED_LIST
from termreview.proof import verify
from termreview.reference.declarations import load_reference
from termreview.reporting.editions.scope import INTERNAL, SHAREABLE, find_scope
from termreview.reporting.records.published import index_path
from termreview.run.runner import run_term
from termreview.run.scoped_runs import make_scoped
from termreview.storage.workspace import Workspace, read_table
from termreview.text import day_text
from worlds import append, change

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from test_provenance import declare_next_year


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Workspace:
    """A copy of the finished demonstration that a test may harm."""
    shutil.copytree(demo.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def seen(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below one folder with its size and the time of its last change."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_untouched_report_is_identical_and_nothing_is_written(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = seen(demo.workspace.root)
    root = ["--root", str(demo.workspace.root)]
    assert cli.main([*root, "verify", str(demo.semester.report)]) == 0
    assert "TRÙNG KHỚP" in capsys.readouterr().out
    school = next(iter(sorted((demo.semester.report.parent / "schools").glob("*.html"))))
    assert verify.verify_report(demo.workspace, demo.reference, school).state == "identical"
    assert seen(demo.workspace.root) == before
    assert os.listdir(tmp_path) == []


def test_a_shareable_report_of_one_commune_that_compares_two_terms_is_identical_wherever_it_lies(
    demo: Demo, copy: Workspace, tmp_path: Path
) -> None:
    scope = find_scope(demo.reference, demo.reference.of(YEAR_END), "047702")
    day = as_of(demo.reference, YEAR_END)
    (made,) = make_scoped(copy, demo.reference, YEAR_END, day, [scope], (SHAREABLE,))
    elsewhere = tmp_path / "gửi đi.html"
    elsewhere.write_bytes(made.report.read_bytes().replace(b"\n", b"\r\n"))
    shutil.rmtree(copy.root / "data" / "processed")
    shutil.rmtree(copy.root / "reports")
    verdict = verify.verify_report(copy, demo.reference, elsewhere)
    assert (verdict.state, verdict.causes, verdict.differences) == ("identical", (), ())


def test_every_change_is_named_by_file_declaration_section_and_figures(
    demo: Demo, copy: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    received = sorted(copy.raw(SEMESTER).glob("*.xlsx"))[0]
    content = bytearray(received.read_bytes())
    content[len(content) // 2] ^= 1
    received.write_bytes(content)
    append(copy.reference / "sentences.yml", "# x")
    report = copy.reports(SEMESTER) / demo.semester.report.name
    change(report, '<dd class="key-value">50/55</dd>', '<dd class="key-value">54/55</dd>')

    assert cli.main(["--root", str(copy.root), "verify", str(report), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "differs"
    assert told["parameters"] == {
        "term_id": SEMESTER.term_id,
        "as_of": as_of(demo.reference, SEMESTER).isoformat(),
    }
    assert [(cause["kind"], cause["name"]) for cause in told["causes"]] == [
        ("file_changed", received.name),
        ("declaration_changed", "sentences.yml"),
    ]
    assert told["edited"] == ["Điểm chính"]
    figure = next(each for each in told["differences"] if each["section"] == "Điểm chính")
    assert figure["place"] == "Số liệu chính “Trường có báo cáo được tiếp nhận”"
    assert (figure["found"], figure["expected"]) == ("54/55", "49/55")  # the damaged file is refused


def test_the_declarations_of_a_new_year_leave_an_old_report_identical(demo: Demo, copy: Workspace) -> None:
    declare_next_year(copy.reference)
    reference = load_reference(copy.reference)
    verdict = verify.verify_report(copy, reference, copy.reports(SEMESTER) / demo.semester.report.name)
    assert (verdict.state, verdict.causes, verdict.differences) == ("identical", (), ())


def test_a_run_that_changes_nothing_puts_back_the_index_of_all_reports(demo: Demo, copy: Workspace) -> None:
    index = index_path(copy)
    content = index.read_bytes()
    assert demo.semester.report.name.encode() in content
    index.unlink()
    assert run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER)).is_reused
    assert index.read_bytes() == content


@pytest.fixture
def office(copy: Workspace, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A copy that a test may harm; what is made again are the files of the demonstration as they stand."""
    folder = demo.semester.report.parent
    made = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (*demo.semester.reports[:3], *(folder / "schools").glob("*.html"))
    }
    monkeypatch.setattr(verify, "rebuilt_files", lambda *_, **__: made)
    return copy


def test_the_files_beside_the_page_are_proved_by_its_record(office: Workspace, demo: Demo) -> None:
    folder = office.reports(SEMESTER)
    page, document, annex = (folder / path.name for path in demo.semester.reports[:3])
    for path in (document, annex):
        assert verify.verify_report(office, demo.reference, path).state == "identical"

    written = docx.Document(str(document))
    row = next(row for table in written.tables for row in table.rows if row.cells[1].text == "18")
    row.cells[1].paragraphs[0].runs[0].text = "99"
    written.save(str(document))
    verdict = verify.verify_report(office, demo.reference, document)
    assert (verdict.state, verdict.seal, verdict.is_resaved) == ("differs", "edited", False)
    (difference,) = verdict.differences
    assert (difference.found, difference.expected) == ("99", "18")
    assert "dòng “Mầm non”" in difference.place
    assert verdict.edited == (difference.section,)
    assert difference.section.startswith("I. Đặc điểm tình hình › 1. Quy mô")

    book = openpyxl.load_workbook(annex)
    name = book.worksheets[2].title
    book.worksheets[2]["B6"] = 99
    book.save(annex)
    verdict = verify.verify_report(office, demo.reference, annex)
    told = [(each.section, each.place, each.found, each.expected) for each in verdict.differences]
    assert told == [(name, "Ô B6", "99", "18")], "formulas saved without their results are no differences"
    assert verdict.edited == (name,)
    lines = "\n".join(verdict_lines(verdict, demo.reference.provenance))
    assert "đã bị sửa sau khi phát hành" in lines
    assert f"- {name}" in lines

    annex.write_bytes(b"no workbook")
    assert {each.kind for each in verify.verify_report(office, demo.reference, annex).differences} == {
        "missing"
    }
    page.unlink()
    assert verify.verify_report(office, demo.reference, document).reason == ("no_page", document.name)


def test_an_annex_saved_by_a_program_that_does_not_reckon_is_told_as_saved_anew(
    office: Workspace, demo: Demo
) -> None:
    annex = next(
        path for path in office.reports(SEMESTER).glob("*-phu-luc.xlsx") if "chia-se" not in path.name
    )
    openpyxl.load_workbook(annex).save(annex)
    verdict = verify.verify_report(office, demo.reference, annex)
    assert (verdict.state, verdict.edited, verdict.is_resaved) == ("differs", (), True)
    (line,) = [line for line in verdict_lines(verdict, demo.reference.provenance) if "lưu lại" in line]
    assert "công thức" in line
    book = openpyxl.load_workbook(annex)
    cell = next(
        cell for row in book.worksheets[2].iter_rows() for cell in row if str(cell.value).startswith("=SUM")
    )
    cell.value = str(cell.value).replace("6:", "7:")
    book.save(annex)
    verdict = verify.verify_report(office, demo.reference, annex)
    assert [each.place for each in verdict.differences] == [f"Ô {cell.coordinate}"]
    assert not verdict.is_resaved


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_files_saved_anew_by_libreoffice_say_the_same(office: Workspace, demo: Demo, tmp_path: Path) -> None:
    for path in demo.semester.reports[1:3]:
        own = office.reports(SEMESTER) / path.name
        kind = own.suffix.removeprefix(".")
        command = [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--convert-to",
            kind,
        ]
        subprocess.run(
            [*command, "--outdir", str(tmp_path), str(own)], check=True, capture_output=True, timeout=1800
        )
        own.write_bytes((tmp_path / own.name).read_bytes())
        verdict = verify.verify_report(office, demo.reference, own)
        assert (verdict.is_resaved, verdict.differences[1:]) == (True, ()), own.name


def test_a_file_whose_grounds_changed_is_called_edited_only_where_its_hash_says_so(
    office: Workspace, demo: Demo, tmp_path: Path
) -> None:
    append(office.reference / "sentences.yml", "# x")
    reference = load_reference(office.reference)
    document = office.reports(SEMESTER) / demo.semester.reports[1].name
    made = dict(verify.rebuilt_files(office, demo.reference, {}))
    made[document.name] = made[document.name] + b" "
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verify, "rebuilt_files", lambda *_, **__: made)
        intact = verify.verify_report(office, reference, document)
        document.write_bytes(document.read_bytes() + b"  ")
        edited = verify.verify_report(office, reference, document)
        elsewhere = tmp_path / document.name
        for path in (document, document.with_suffix(".html")):
            shutil.copyfile(path, tmp_path / path.name)
        unknown = verify.verify_report(office, reference, elsewhere)
    assert [verdict.seal for verdict in (intact, edited, unknown)] == ["intact", "edited", "unknown"]
    said = ["\n".join(verdict_lines(each, demo.reference.provenance)) for each in (intact, edited, unknown)]
    assert "còn nguyên" in said[0]
    assert "gồm cả nội dung do sửa tệp" in said[1]
    assert "chưa biết" in said[2]


def test_an_edited_page_of_a_school_is_told(office: Workspace, demo: Demo) -> None:
    school = next(iter(sorted((office.reports(SEMESTER) / "schools").glob("*.html"))))
    change(school, "<h1>", "<h1>Sai: ")
    heading = (
        BeautifulSoup(school.read_text(encoding="utf-8"), "html.parser")
        .find_all("h2")[2]
        .get_text(strip=True)
    )
    change(school, f"<h2>{heading}</h2>", f"<h2>{heading}</h2><p>Thêm vào.</p>")
    verdict = verify.verify_report(office, demo.reference, school)
    assert (verdict.state, verdict.seal) == ("differs", "edited")
    assert verdict.edited == ("Trang mở đầu", heading)
    assert [each.found.startswith(("Sai: ", "Thêm")) for each in verdict.differences] == [True, True]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("không có.html", None, "không có tệp"),
        ("thư.html", "<html><head>\n<title>Thư</title>\n</head></html>", "không có thông tin nguồn gốc"),
    ],
)
def test_what_is_no_report_of_ours_cannot_be_verified(
    demo: Demo,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str | None,
    said: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert cli.main(["--root", str(demo.workspace.root), "verify", str(tmp_path / name)]) == 2
    assert said in capsys.readouterr().out


def test_a_school_whose_only_file_came_later_is_named_and_the_report_made_again_names_no_other(
    demo: Demo, copy: Workspace
) -> None:
    """The record carries which files of a later day were known; what comes afterwards is not in the report."""
    day = as_of(demo.reference, SEMESTER)
    sent = read_table(copy, SEMESTER, "submissions")
    once = sent[~sent["school_id"].duplicated(keep=False) & sent["fate"].eq("accepted")]
    once = once[~once["file"].str.contains("/")].sort_values("school_id")
    (first, first_file), (_, second_file) = once[["school_id", "file"]].head(2).to_numpy().tolist()
    listed = copy.raw(SEMESTER) / RECEIVED_LIST
    lines = listed.read_text(encoding="utf-8-sig").splitlines()
    lines = [line for line in lines if first_file not in line and second_file not in line]
    later = (day + datetime.timedelta(days=3)).isoformat()
    listed.write_text("\n".join([*lines, f"{first_file},{later},", ""]), encoding="utf-8")
    kept = (copy.raw(SEMESTER) / second_file).read_bytes()
    (copy.raw(SEMESTER) / second_file).unlink()

    report = run_term(copy, demo.reference, SEMESTER, day, editions=(INTERNAL,)).report
    page = BeautifulSoup(report.read_text(encoding="utf-8"), "lxml")
    said = [row.get_text(" ") for row in page.select("tr") if "có báo cáo nhận ngày" in row.get_text()]
    assert [(first in row, day_text(later) in row) for row in said] == [(True, True)]

    (copy.raw(SEMESTER) / second_file).write_bytes(kept)
    listed.write_text("\n".join([*lines, f"{first_file},{later},", f"{second_file},{later},", ""]))
    verdict = verify.verify_report(copy, demo.reference, report)
    assert (verdict.state, verdict.causes, verdict.differences) == ("identical", (), ())
