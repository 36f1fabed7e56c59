"""The command `merge` on two real offices' lists: the totals, and the report as a page and a Word file."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import docx
import pandas as pd
import pytest
from bs4 import BeautifulSoup

import termreview
from demo_world import SEMESTER, Demo, as_of, new_workspace
from termreview.cli.__main__ import main
from termreview.proof.verify import verify_report
from termreview.reporting.records.published import index_path
from termreview.reporting.report.context import open_report
from termreview.reporting.report.flat_table import flat_csv
from termreview.rollup import publishing
from termreview.rollup.publishing import write_handed_in
from termreview.rollup.roll_up import open_roll_up
from termreview.storage.workspace import RollUpWorkspace, Workspace


def test_two_offices_make_one_report_with_the_sums_of_both(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second office is the first one under other codes: every count doubles, every share stays.

    Merged again nothing is read; where one office hands in again, it alone is, and the files are those of a fresh merge. A
    file handed in from outside the workspace cannot be proved, from inside it is; an edited one is kept.
    """
    root = tmp_path / "office"
    shutil.copytree(demo.workspace.root, root, ignore=shutil.ignore_patterns("raw"))
    workspace = RollUpWorkspace(root)
    source = next(demo.workspace.reports(SEMESTER).glob("*-chia-se-du-lieu.csv"))
    rows = pd.read_csv(source, sep=";", decimal=",", encoding="utf-8-sig", dtype={"school_code": str, "commune_code": str}, keep_default_na=False, na_values={name: [""] for name in ("numerator", "denominator", "value", "counted_schools", "asked_schools")})  # fmt: skip
    handed = workspace.handed_in
    (handed / "mot").mkdir(parents=True)
    (handed / "hai").mkdir()
    shutil.copy(source, handed / "mot" / "bc-du-lieu.csv")
    other = rows.assign(office_code="pgd-hai", school_code=rows["school_code"].where(rows["school_code"] == "", "x" + rows["school_code"]))  # fmt: skip
    (handed / "hai" / "bc-du-lieu.csv").write_bytes(flat_csv(other))
    out = tmp_path / "out"
    command = ["--root", str(root), "merge", str(handed), "--expect", "047702"]
    code = main([*command, "--output", str(out)])
    told = capsys.readouterr().out
    assert code == 6, told  # one office has not handed in
    assert "đọc lại 2/2 đơn vị" in told
    folder, name = workspace.reports(SEMESTER), "bao-cao-tong-hop-2023-2024-hk1-chia-se"
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.name: path.read_bytes() for path in out.iterdir()} == made
    assert f"tong-hop/2023-2024/hk1/{name}.html" in index_path(workspace).read_text(encoding="utf-8")
    page = BeautifulSoup(made[f"{name}.html"].decode(), "lxml")
    text = " ".join(page.get_text(" ", strip=True).split())
    assert page.h1 is not None
    assert page.h1.get_text() == "Báo cáo tổng hợp sơ kết học kỳ I năm học 2023-2024"
    assert "02 đơn vị đã gửi số liệu; 100/110 (90,9%) trường có báo cáo được tiếp nhận." in text
    assert "01 đơn vị chưa gửi số liệu: xã Bình An." in text
    own = rows.query("scope == 'office' and kind == 'ratio' and indicator_id == 'teachers_using_software'")
    above, below = (2 * int(own[name].iloc[0]) for name in ("numerator", "denominator"))
    assert f"{above:,}/{below:,}".replace(",", ".") in text
    assert not page.select("script[src], link[href], img[src^=http]")
    assert str(tmp_path) not in made[f"{name}.html"].decode()
    document = docx.Document(str(folder / f"{name}.docx"))
    words = [one.text for one in document.paragraphs]
    assert "I. Kết quả chung" in words  # its first part keeps its number
    assert "V. Nội dung phải đối chiếu" not in words  # the annex has it
    assert any("kính báo cáo./." in line for line in words)
    book = pd.ExcelFile(folder / f"{name}-phu-luc.xlsx", engine="openpyxl")
    assert [one for one in book.sheet_names if one.startswith("Bảng")] == [
        "Bảng 1",
        "Bảng 2",
        "Bảng 3",
        "Bảng 4",
    ]
    totals = pd.read_csv(folder / f"{name}-du-lieu.csv", sep=";", decimal=",", encoding="utf-8-sig")
    summed = totals.query("scope == 'office' and indicator_id == 'teachers_using_software'")
    assert summed[["numerator", "denominator"]].to_numpy().tolist() == [[above, below]]
    assert set(totals["office_code"]) == {demo.reference.of(SEMESTER).office.office_id}

    asked = """
        SELECT office_code, numerator, denominator, school_year FROM handed_in
        WHERE scope = 'office' AND indicator_id = 'teachers_using_software' ORDER BY office_code
    """
    answer = termreview.query(asked, labelled=True, workspace_root=str(root))
    assert list(answer.columns) == ["Mã đơn vị tổng hợp", "Tử số", "Mẫu số", "Năm học"]
    assert answer[["Tử số", "Mẫu số"]].to_numpy().tolist() == [[above / 2, below / 2]] * 2

    assert main(command) == 6
    told = capsys.readouterr().out
    assert "đọc lại 0/2 đơn vị" in told
    assert "không có gì thay đổi" in told
    assert verify_report(workspace, demo.reference, folder / f"{name}.docx").state == "identical"
    (folder / f"{name}.docx").write_bytes(b"edited by hand")
    (handed / "hai" / "bc-du-lieu.csv").write_bytes(flat_csv(other.assign(as_of="2024-02-01")))
    verdict = verify_report(workspace, demo.reference, folder / f"{name}.html")
    assert [(cause.kind, cause.name) for cause in verdict.causes] == [("file_removed", "hai/bc-du-lieu.csv")]
    assert main(command) == 6
    assert "đọc lại 1/2 đơn vị" in capsys.readouterr().out
    assert (folder / f"{name}.sua-tay.docx").read_bytes() == b"edited by hand"
    made = {path.name: path.read_bytes() for path in folder.iterdir() if ".sua-tay" not in path.name}
    for gone in (workspace.reports(SEMESTER), root / "data" / "processed" / "tong-hop"):
        shutil.rmtree(gone)
    assert main(command) == 6
    assert "đọc lại 2/2 đơn vị" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made


def test_nine_communes_of_the_sample_hand_in_what_adds_up_to_their_schools(
    demo: Demo, tmp_path: Path
) -> None:
    root = tmp_path / "office"
    shutil.copytree(demo.workspace.root, root)
    workspace = Workspace(root)
    folder = write_handed_in(workspace, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER))
    found = open_roll_up(str(folder), workspace_root=str(root))
    assert len(found.merged.offices) == 9
    assert found.merged.problems == ()
    view = open_report(SEMESTER.term_id, as_of(demo.reference, SEMESTER).isoformat(), str(root)).term
    own = view.schools[view.schools["commune_id"].isin(found.merged.offices)]["school_id"]
    levels = view.summaries.standings.set_index(["school_id", "group_id"])
    for group in "12":
        rows = levels[levels.index.get_level_values("group_id") == group].reindex(own, level="school_id")
        scored = rows[rows["state"] == "scored"]
        total = found.merged.totals.query(f"scope == 'office' and indicator_id == '{group}.reached'").iloc[0]
        reached = (scored["low"] >= 50) & (
            scored["held_by"] == ""
        )  # no condition keeps it at the first level
        assert (total["numerator"], total["denominator"]) == (reached.sum(), len(scored))


def test_a_full_disk_publishes_nothing_and_is_told_by_its_folder(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def publish(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    workspace = RollUpWorkspace(new_workspace(tmp_path / "office").root)
    handed = workspace.handed_in / "mot"
    handed.mkdir(parents=True)
    shutil.copy(
        next(demo.workspace.reports(SEMESTER).glob("*-chia-se-du-lieu.csv")), handed / "bc-du-lieu.csv"
    )
    monkeypatch.setattr(publishing, "publish", publish)
    assert main(["--root", str(workspace.root), "merge", str(handed)]) not in (0, 6)
    told = capsys.readouterr().err
    assert str(workspace.root / "data" / "processed" / "tong-hop") in told
    assert "Traceback" not in told
    assert not list((workspace.root / "reports").rglob("*.html"))
    assert not list(workspace.processed(SEMESTER).rglob("*.parquet"))
