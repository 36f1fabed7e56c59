"""One decision on a received file: it is a school's, or is set aside; guarded by its content, told where it fails."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, reference, write_school

import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.errors import DeclarationError
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import load_reference
from termreview.reference.kinds.decisions import Decision

AS_OF = datetime.date(2024, 1, 9)
PDF = b"%PDF-1.4 x"
HEAD = "decision_id,term_id,scope,school_id,field_id,cause,expected_value,action,new_value,reason,decided_by,decided_on\n"


def decision(action: str, file: str, school_id: str = PRESCHOOL, guard: str = "") -> Decision:
    return Decision(
        "qd1",
        HK1.term_id,
        "file",
        school_id,
        "*",
        "",
        file,
        action,
        guard,
        "đã gọi điện",
        "chuyên viên",
        AS_OF,
    )


def cleaned(folder: Path, *decisions: Decision) -> Cleaned:
    return clean_term(list_received(folder, AS_OF), replace(reference(), decisions=decisions), HK1)


def fates(found: Cleaned) -> dict[str, tuple[str | None, str, str | None]]:
    rows = found.submissions.astype(object).where(found.submissions.notna(), None).to_dict("records")
    return {row["file"]: (row["school_id"], row["fate"], row["reason_code"]) for row in rows}


def codes(found: Cleaned) -> set[str]:
    return set(found.findings["check_code"]) - {"not_submitted"}


def unsigned(path: Path, school_id: str) -> None:
    """A form without hidden marks, code or name: nobody can tell whose it is."""
    write_school(path, school_id)
    book = openpyxl.load_workbook(path)
    names = {unit.unit_id: unit for unit in reference().registry.units}
    own = {school_id, names[school_id].name, names[school_id].short_name}
    del book["_termreview"]
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                if cell.value in own:
                    cell.value = None
    book.save(path)


def test_a_scan_is_claimed_for_the_school_that_sent_it(tmp_path: Path) -> None:
    (tmp_path / "scan001.pdf").write_bytes(PDF)
    assert fates(cleaned(tmp_path)) == {"scan001.pdf": (None, "refused", "pdf")}
    found = cleaned(tmp_path, decision("claim", "scan001.pdf"))
    assert fates(found) == {"scan001.pdf": (PRESCHOOL, "refused", "pdf")}
    assert codes(found) == {"refused_pdf", "file_claimed"}
    silent = found.findings[found.findings["check_code"] == "not_submitted"]["school_id"]
    assert PRESCHOOL not in set(silent)


def test_a_form_that_names_nobody_is_read_for_the_school_it_is_claimed_for(tmp_path: Path) -> None:
    unsigned(tmp_path / "bc.xlsx", PRIMARY)
    assert fates(cleaned(tmp_path))["bc.xlsx"][0] is None
    found = cleaned(tmp_path, decision("claim", "bc.xlsx", PRIMARY))
    assert fates(found) == {"bc.xlsx": (PRIMARY, "accepted", None)}
    own = found.observations.set_index(["school_id", "field_id"])
    assert own.loc[(PRIMARY, "computers_count"), "value_number"] == 40
    assert "file_claimed" in codes(found)


def test_a_file_is_never_claimed_against_what_stands_in_it(tmp_path: Path) -> None:
    write_school(tmp_path / "bc.xlsx", PRIMARY)
    found = cleaned(tmp_path, decision("claim", "bc.xlsx", SECONDARY))
    assert fates(found) == {"bc.xlsx": (PRIMARY, "accepted", None)}
    assert "file_decision_other_school" in codes(found)
    assert "file_claimed" not in codes(found)
    told = found.findings.set_index("check_code").loc["file_decision_other_school", "message"]
    assert (
        told
        == "Quyết định qd1 về tệp bc.xlsx không áp dụng: nội dung tệp là của Trường TH Lương Điền (0477222)."
    )


@pytest.mark.parametrize(
    ("decided", "code"),
    [
        (decision("claim", "b.pdf"), "file_decision_not_applied"),
        (decision("claim", "a.pdf", guard="abcdef012345"), "file_decision_changed"),
        (decision("claim", "a.pdf", "0477999"), "file_decision_not_expected"),
    ],
)
def test_the_reason_of_a_decision_on_a_file_that_fails_is_the_one_that_is_true(
    tmp_path: Path, decided: Decision, code: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    assert [one for one in codes(cleaned(tmp_path, decided)) if one.startswith("file_")] == [code]


def rivals(path: Path, code: str, *, marks: bool) -> None:
    """The secondary school's form under the primary school's code: typed where our mark is gone, or hidden beside it."""
    write_school(path, SECONDARY)
    book = openpyxl.load_workbook(path)
    page = book["Thông tin"]
    row = next(row for row in range(1, 20) if page.cell(row, 2).value == SECONDARY)
    page.cell(row, 2).value = code
    if not marks:
        del book["_termreview"]
    book.save(path)


@pytest.mark.parametrize("marks", [False, True])
@pytest.mark.parametrize("name", ["bao cao.xlsx", f"{SECONDARY}_BC_HK1.xlsx"])
def test_one_code_against_every_name_on_a_file_takes_no_other_schools_place(
    tmp_path: Path, name: str, marks: bool
) -> None:
    write_school(tmp_path / "a.xlsx", PRIMARY)
    rivals(tmp_path / name, PRIMARY, marks=marks)
    assert fates(cleaned(tmp_path)) == {
        "a.xlsx": (PRIMARY, "accepted", None), name: (None, "refused", "unknown_school"),
    }  # fmt: skip
    told = cleaned(tmp_path).findings.set_index("check_code").loc["refused_unknown_school"]
    assert f"{PRIMARY} và {SECONDARY}" in told["message"]


@pytest.mark.parametrize("marks", [False, True])
@pytest.mark.parametrize("school_id", [PRIMARY, SECONDARY])
def test_the_office_decides_for_either_school_that_a_file_names(
    tmp_path: Path, school_id: str, marks: bool
) -> None:
    rivals(tmp_path / "bao cao.xlsx", PRIMARY, marks=marks)
    found = cleaned(tmp_path, decision("claim", "bao cao.xlsx", school_id))
    assert fates(found) == {"bao cao.xlsx": (school_id, "accepted", None)}
    assert "file_claimed" in codes(found)
    other = cleaned(tmp_path, decision("claim", "bao cao.xlsx", PRESCHOOL))
    assert fates(other) == {"bao cao.xlsx": (None, "refused", "unknown_school")}
    told = other.findings.set_index("check_code").loc["file_decision_other_school", "message"]
    assert PRIMARY in told
    assert SECONDARY in told


def test_a_typed_code_that_the_name_of_the_file_bears_out_is_asked_about(tmp_path: Path) -> None:
    name = f"{PRIMARY}_BC_HK1.xlsx"
    rivals(tmp_path / name, PRIMARY, marks=False)
    assert fates(cleaned(tmp_path)) == {name: (PRIMARY, "accepted", None)}
    assert "identity_mismatch" in codes(cleaned(tmp_path))


def test_every_name_on_a_file_against_both_its_codes_refuses_it(tmp_path: Path) -> None:
    name = f"{SECONDARY}_BC_HK1.xlsx"
    write_school(tmp_path / name, PRIMARY)
    own = {unit.unit_id: unit.name for unit in reference().registry.units}
    book = openpyxl.load_workbook(tmp_path / name)
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(own[PRIMARY], own[SECONDARY])
    book.save(tmp_path / name)
    assert fates(cleaned(tmp_path)) == {name: (None, "refused", "unknown_school")}


def test_a_file_that_was_set_aside_counts_for_nothing_and_the_one_before_it_counts(tmp_path: Path) -> None:
    write_school(tmp_path / "lần 1.xlsx", PRIMARY)
    write_school(tmp_path / "lần 2.xlsx", PRIMARY, changes={"computers_count": 77})
    found = cleaned(tmp_path, decision("set_aside", "lần 2.xlsx", "*"))
    assert fates(found) == {
        "lần 1.xlsx": (PRIMARY, "accepted", None),
        "lần 2.xlsx": (None, "refused", "set_aside"),
    }
    own = found.observations.set_index(["school_id", "field_id"])
    assert own.loc[(PRIMARY, "computers_count"), "value_number"] == 40
    told = found.findings.set_index("check_code").loc["file_set_aside"]
    assert told["message"] == "Theo quyết định qd1, tệp lần 2.xlsx không tính vào số liệu (đã gọi điện)."


@pytest.mark.parametrize("action", ["claim", "set_aside"])
def test_a_decision_on_a_file_holds_for_the_content_that_was_decided_on(tmp_path: Path, action: str) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    (file,) = list_received(tmp_path, AS_OF)
    guarded = decision(action, "a.pdf", guard=file.sha256[:12].upper())
    assert "file_decision_not_applied" not in codes(cleaned(tmp_path, guarded))
    (tmp_path / "a.pdf").write_bytes(PDF + b"y")
    found = cleaned(tmp_path, guarded)
    assert fates(found) == {"a.pdf": (None, "refused", "pdf")}
    assert "file_decision_changed" in codes(found)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "a,2023-2024-hk1,cell,0477101,computers_count,,a.pdf,claim,,x,y,2024-01-09",
            "'claim' chỉ dùng cho tệp",
        ),
        ("a,2023-2024-hk1,file,0477101,,,,claim,,x,y,2024-01-09", "'claim' chỉ dùng cho tệp"),
        ("a,2023-2024-hk1,file,*,,,a.pdf,claim,,x,y,2024-01-09", "quyết định với một tệp phải nêu trường"),
        ("a,2023-2024-hk1,file,*,,,a.pdf,set_aside,x1000,x,y,2024-01-09", "mã kiểm tra (SHA-256)"),
        ("a,2023-2024-hk1,file,*,,,a.pdf,set_aside,,,y,2024-01-09", "reason"),
        (
            "a,2023-2024-hk1,file,*,,,a.pdf,set_aside,,x,y,2024-01-09\n"
            "b,*,file,0477101,,,a.pdf,claim,,x,y,2024-01-09",
            "'b' quyết định về cùng một tệp với 'a' (dòng 2)",
        ),
    ],
)
def test_a_decision_on_a_file_that_cannot_be_meant_is_told(tmp_path: Path, line: str, said: str) -> None:
    folder = new_workspace(tmp_path / "office").reference
    (folder / "decisions.csv").write_text(f"{HEAD}{line}\n", encoding="utf-8")
    with pytest.raises(DeclarationError) as told:
        load_reference(folder)
    assert said in str(told.value)


def test_status_shows_what_was_decided_and_folds_what_is_nobodys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = new_workspace(tmp_path / "office")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    for number in range(31):
        (raw / f"scan{number:02d}.pdf").write_bytes(PDF + b"%d" % number)
    (workspace.reference / "decisions.csv").write_text(
        f"{HEAD}a,2023-2024-hk1,file,0477101,,,scan00.pdf,claim,,đã gọi điện,văn thư,2024-01-09\n"
        "b,2023-2024-hk1,file,*,,,scan01.pdf,set_aside,,gửi nhầm,văn thư,2024-01-09\n",
        encoding="utf-8",
    )
    listing = tmp_path / "nhac.xlsx"
    call = ["--root", str(workspace.root), "status", "2023-2024-hk1", "--as-of", "2024-01-09"]
    assert cli.main([*call, "--xlsx", str(listing)]) == 0
    said = capsys.readouterr().out
    assert "tệp PDF – scan00.pdf" in said
    assert "Tệp có quyết định xử lý của cơ quan (2):" in said
    assert "  Theo quyết định a, tệp scan00.pdf là của Trường Mầm non Hoa Sen (đã gọi điện)." in said
    assert "  Theo quyết định b, tệp scan01.pdf không tính vào số liệu (gửi nhầm)." in said
    assert "Tệp không rõ của trường nào (29)" in said
    assert "  … và 9 tệp khác: tệp PDF 9 (danh sách đủ: --xlsx)" in said
    page = openpyxl.load_workbook(listing)["Tệp chưa rõ của trường"]
    assert sum(str(row[0].value).startswith("scan") for row in page.iter_rows()) == 29


def test_a_school_that_a_refused_file_names_is_not_told_of_without_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = new_workspace(tmp_path / "office")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    rivals(raw / "bao cao.xlsx", PRIMARY, marks=True)
    assert cli.main(["--root", str(workspace.root), "status", "2023-2024-hk1", "--as-of", "2024-01-09"]) == 0
    said = capsys.readouterr().out
    told = [line for line in said.splitlines() if line.startswith((f"  {PRIMARY}", f"  {SECONDARY}"))]
    assert len(told) == 2
    for line in told:
        assert "Chưa có báo cáo; có tệp nêu tên trường nhưng chưa tiếp nhận được: bao cao.xlsx" in line
    (nobodys,) = [line for line in said.splitlines() if line.startswith("  bao cao.xlsx – ")]
    assert "Trường TH Lương Điền; Trường THCS Nguyễn Du" in nobodys
    found = cleaned(raw).findings.set_index("check_code").loc["file_names_schools"]
    assert (found["severity"], found["found"]) == ("note", f"{PRIMARY}; {SECONDARY}")
    assert pd.isna(found["school_id"])


def test_a_file_named_for_one_school_with_the_form_of_another_names_both(tmp_path: Path) -> None:
    write_school(tmp_path / f"{PRESCHOOL}.xlsx", PRIMARY)
    book = openpyxl.load_workbook(tmp_path / f"{PRESCHOOL}.xlsx")
    for page in [page for page in book if page.title not in ("Thông tin", "_termreview")]:
        del book[page.title]
    book.save(tmp_path / f"{PRESCHOOL}.xlsx")
    found = cleaned(tmp_path)
    assert fates(found)[f"{PRESCHOOL}.xlsx"] == (None, "refused", "not_our_form")
    assert (
        found.findings.set_index("check_code").loc["file_names_schools", "found"] == f"{PRIMARY}; {PRESCHOOL}"
    )
