"""A file that is another term's or another school's: the count, the list, the inspection and the answer agree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from intake_world import HK1, HK2, PRESCHOOL, PRIMARY, SECONDARY, clean_folder, receive, write_school
from returned_world import put

from demo_world import new_workspace
from termreview.cli import __main__ as cli
from termreview.forms.layout import FINGERPRINT_SHEET
from termreview.storage.workspace import Workspace

AS_OF = ("--as-of", "2024-01-15")


def mark(
    path: Path, hidden: Mapping[str, str] | None = None, visible: Mapping[str, str] | None = None
) -> None:
    """Change the hidden marks of one form, and what stands beside its visible labels."""
    book = openpyxl.load_workbook(path)
    for row in book[FINGERPRINT_SHEET].iter_rows(max_col=2):
        if hidden and row[0].value in hidden:
            row[1].value = hidden[row[0].value]
    for row in book.worksheets[0].iter_rows(max_col=2):
        if visible and row[0].value in visible:
            row[1].value = visible[row[0].value]
    book.save(path)


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """Three schools that sent what they should."""
    workspace = new_workspace(tmp_path / "office")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    for school_id in (PRESCHOOL, PRIMARY, SECONDARY):
        write_school(raw / f"{school_id} 1.xlsx", school_id)
    return workspace


def told(office: Workspace, capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str]:
    """What one command says, and its exit code."""
    code = cli.main(["--root", str(office.root), *command])
    return code, capsys.readouterr().out


def listed(shown: str) -> dict[str, list[str]]:
    """The lines of `status` below each heading whose number is that of the lines."""
    found: dict[str, list[str]] = {}
    for line in shown.splitlines():
        if head := re.fullmatch(r"(\S.*) \((\d+)\) – .*:", line):
            found[head[1]] = []
            wanted = int(head[2])
        elif line.startswith("  ") and found:
            found[next(reversed(found))].append(line)
            assert len(found[next(reversed(found))]) <= wanted
    return found


def answered(office: Workspace) -> set[str]:
    """The schools that something goes back to."""
    return {path.name[:7] for path in (office.reports(HK1) / "returns").glob("*.xlsx")}


def test_a_file_of_the_other_term_is_named_as_such_and_not_counted_as_a_report_to_mend(
    office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office.raw(HK1) / f"{PRESCHOOL} 2.xlsx"
    write_school(path, PRESCHOOL, HK2.term_id)
    _, shown = told(office, capsys, "status", HK1.term_id, *AS_OF)
    assert "cần sửa 0 · tệp gửi sau không hợp lệ 1" in shown
    (line,) = listed(shown)["Tệp gửi sau không hợp lệ"]
    assert f"báo cáo của học kỳ khác – {path.name}; số liệu vẫn lấy theo {PRESCHOOL} 1.xlsx" in line
    assert "Cần sửa" not in listed(shown)
    code, shown = told(office, capsys, "inspect", str(path))
    assert code == 6
    assert f"kỳ {HK1.term_id}, trường {PRESCHOOL}" in shown
    assert "không nhận vào kỳ này: báo cáo của học kỳ khác [other_term]" in shown
    code, shown = told(office, capsys, "return", HK1.term_id, *AS_OF)
    assert "giải thích tệp không nhận được 1" in shown
    assert answered(office) == {PRESCHOOL}
    with (office.reference / "decisions.csv").open("a", encoding="utf-8") as stream:
        ruling = "accept,,Đã hỏi trường,Tổ CNTT,2024-01-12"
        stream.write(f"1,{HK1.term_id},file,{PRESCHOOL},,refused_other_term,{path.name},{ruling}\n")
    _, shown = told(office, capsys, "status", HK1.term_id, *AS_OF)
    assert "tệp gửi sau không hợp lệ 0" in shown
    elsewhere = office.root / path.name  # not among the files of a term: judged in the term whose form it is
    path.rename(elsewhere)
    assert told(office, capsys, "inspect", str(elsewhere))[0] == 0


@pytest.mark.parametrize(
    ("name", "hidden", "visible"),
    [
        ("bc.xlsx", {"term_id": HK2.term_id, "school_id": SECONDARY}, {}),
        ("bc.xlsx", {"school_id": SECONDARY}, {"Kỳ báo cáo": HK2.term_id}),
        (f"{PRIMARY} 2.xlsx", {"term_id": HK2.term_id, "school_id": SECONDARY}, {"Mã đơn vị": SECONDARY}),
    ],
    ids=["hidden marks of another school and term", "hidden code of another school", "name of one, content of another"],
)  # fmt: skip
def test_a_refused_file_that_two_schools_could_claim_is_nobodys(
    office: Workspace,
    capsys: pytest.CaptureFixture[str],
    name: str,
    hidden: dict[str, str],
    visible: dict[str, str],
) -> None:
    path = office.raw(HK1) / name
    write_school(path, PRIMARY)
    mark(path, hidden, visible)
    _, shown = told(office, capsys, "status", HK1.term_id, *AS_OF)
    assert [line.split(" – ")[0].strip() for line in listed(shown)["Tệp không rõ của trường nào"]] == [name]
    assert not any(school in line for lines in listed(shown).values() for line in lines
                   for school in (f"  {PRIMARY}  ", f"  {SECONDARY}  "))  # fmt: skip
    assert told(office, capsys, "inspect", str(path))[0] == 6
    told(office, capsys, "return", HK1.term_id, *AS_OF)
    assert answered(office) == set()


def test_a_term_typed_over_is_asked_about(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_school(raw / "bc.xlsx", PRIMARY)
    mark(raw / "bc.xlsx", visible={"Kỳ báo cáo": "Học kỳ II, năm học 2023 – 2024"})
    write_school(raw / "bc 2.xlsx", SECONDARY)
    mark(raw / "bc 2.xlsx", visible={"Kỳ báo cáo": "HKI 2023-2024"})
    receive(raw, {})
    findings = clean_folder(raw).findings
    (asked,) = findings[findings["check_code"] == "term_mismatch"].itertuples()
    assert (asked.school_id, asked.severity) == (PRIMARY, "query")
    assert asked.found == "Học kỳ II, năm học 2023 – 2024"


def test_a_workbook_that_is_no_form_is_refused_only_where_forms_are_received(
    office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office.raw(HK1) / "danh ba.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "Điện thoại"
    book.save(path)
    code, shown = told(office, capsys, "inspect", str(path))
    assert code == 6
    assert "[not_our_form]" in shown
    path.rename(office.root / path.name)
    assert told(office, capsys, "inspect", str(office.root / path.name))[0] == 0


def test_what_the_office_has_accepted_is_neither_counted_nor_asked_any_more(
    office: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = office.raw(HK1)
    put(raw / f"{PRIMARY} 1.xlsx", {"support_requests_received_count": "khoảng 50"})
    _, shown = told(office, capsys, "status", HK1.term_id, *AS_OF)
    assert "cần sửa 1 ·" in shown
    told(office, capsys, "return", HK1.term_id, *AS_OF)
    assert answered(office) == {PRIMARY}
    with (office.reference / "decisions.csv").open("a", encoding="utf-8") as stream:
        stream.write(
            f"1,*,cell,{PRIMARY},support_requests_received_count,,khoảng 50,accept,,Đã hỏi,Tổ CNTT,2024-01-12\n"
        )
    _, shown = told(office, capsys, "status", HK1.term_id, *AS_OF)
    assert "cần sửa 0 ·" in shown
    assert PRIMARY not in shown
    told(office, capsys, "return", HK1.term_id, *AS_OF)
    assert answered(office) == set()
