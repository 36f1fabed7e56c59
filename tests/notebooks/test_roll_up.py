"""The command `merge` on two real offices' lists: the totals, and the report as a page and a Word file."""

from __future__ import annotations

import shutil
from pathlib import Path

import docx
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from demo_world import SEMESTER, Demo, as_of
from termreview.cli.__main__ import main
from termreview.reporting.report.context import open_report
from termreview.reporting.report.flat_table import flat_csv
from termreview.rollup.report import open_roll_up, write_handed_in
from termreview.storage.workspace import Workspace


def test_two_offices_make_one_report_with_the_sums_of_both(
    demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second office is the first one under other codes: every count doubles, every share stays."""
    source = next(demo.workspace.reports(SEMESTER).glob("*-chia-se-du-lieu.csv"))
    rows = pd.read_csv(source, sep=";", decimal=",", encoding="utf-8-sig", dtype={"school_code": str, "commune_code": str}, keep_default_na=False, na_values={name: [""] for name in ("numerator", "denominator", "value", "counted_schools", "asked_schools")})  # fmt: skip
    handed = tmp_path / "handed"
    handed.mkdir()
    shutil.copy(source, handed / "mot-du-lieu.csv")
    other = rows.assign(office_code="pgd-hai", school_code=rows["school_code"].where(rows["school_code"] == "", "x" + rows["school_code"]))  # fmt: skip
    (handed / "hai-du-lieu.csv").write_bytes(flat_csv(other))
    out = tmp_path / "out"
    code = main(["--root", str(demo.workspace.root), "merge", str(handed), "--expect", "pgd-ba", "--output", str(out)])  # fmt: skip
    assert code == 6, capsys.readouterr()  # one office has not handed in
    page = BeautifulSoup((out / "bao-cao-tong-hop-2023-2024-hk1.html").read_text(encoding="utf-8"), "lxml")
    text = " ".join(page.get_text(" ", strip=True).split())
    assert page.h1 is not None
    assert page.h1.get_text() == "Báo cáo tổng hợp sơ kết học kỳ I năm học 2023-2024"
    assert "02 đơn vị đã gửi số liệu; 100/110 (90,9%) trường có báo cáo được tiếp nhận." in text
    assert "01 đơn vị chưa gửi số liệu: pgd-ba." in text
    own = rows.query("scope == 'office' and kind == 'ratio' and indicator_id == 'teachers_using_software'")
    above, below = (2 * int(own[name].iloc[0]) for name in ("numerator", "denominator"))
    assert f"{above:,}/{below:,}".replace(",", ".") in text
    assert not page.select("script[src], link[href], img[src^=http]")
    document = docx.Document(str(out / "bao-cao-tong-hop-2023-2024-hk1.docx"))
    words = [one.text for one in document.paragraphs]
    assert "I. Kết quả chung" in words  # its first part keeps its number
    assert len(document.tables) >= 4
    totals = pd.read_csv(out / "tong-hop-2023-2024-hk1-tong-hop.csv", sep=";", decimal=",", encoding="utf-8-sig")  # fmt: skip
    summed = totals.query(
        "scope == 'office' and kind == 'ratio' and indicator_id == 'teachers_using_software'"
    )
    assert summed[["numerator", "denominator"]].to_numpy().tolist() == [[above, below]]


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
