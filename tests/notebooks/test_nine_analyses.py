"""Nine questions of an office, each answered in at most ten lines of an analyst's own notebook, run by papermill.

What each finds is worked out a second time from the tables as stored, by other means.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import papermill
import pytest

from demo_world import SEMESTER, YEAR_END, Demo
from termreview.reporting.blocks.model import BLOCK_MIME
from termreview.reporting.term.term_tables import TermTables, read_tables
from termreview.storage.workspace import Workspace

COMPUTERS, PUPILS = "G5.02 Tổng số máy tính đang sử dụng của trường (máy)", "TK1.02 Số trẻ/học sinh – Tổng số (trẻ/học sinh)"  # fmt: skip
LEVEL, COMMUNE = "Cấp học", "Xã, phường, thị trấn"

SILENT_SCHOOLS = """
import termreview
schools = termreview.table("2023-2024-hk1")
asked = schools["Tình trạng: G5.02 Tổng số máy tính đang sử dụng của trường (máy)"]
silent = schools[asked == "chưa có báo cáo"][["Mã trường", "Trường", "Cấp học"]]
result = silent["Mã trường"].tolist()
silent
"""
COMPUTERS_BY_COMMUNE = f"""
import termreview
schools = termreview.table("2023-2024-hk1", states=False)
by_commune = schools.groupby("{COMMUNE}")["{COMPUTERS}"].agg(["count", "sum"])
result = by_commune["sum"].sum()
termreview.own_table(by_commune, title="Máy tính theo xã", notes=["Chỉ tính trường đã trả lời."])
"""
PUPILS_A_COMPUTER = f"""
import termreview
schools = termreview.table("2023-2024-hk1", states=False).set_index("Mã trường")
ratio = (schools["{PUPILS}"] / schools["{COMPUTERS}"]).dropna()
worst = ratio.sort_values(ascending=False).head(5).round(1)
result = worst.index[0]
worst
"""
LATE_FILES = """
import termreview
files = termreview.tables("2023-2024-hk1").submissions
late = files[files["is_late"] & (files["fate"] == "accepted")]
result = int(late["school_id"].nunique())
late[["school_id", "file", "received_on"]].sort_values("received_on")
"""
COMMON_CAUSES = """
import termreview
findings = termreview.tables("2023-2024-hk1").findings
causes = findings.query("severity == 'error'").groupby("check_code")["school_id"].nunique()
result = causes.sort_values(ascending=False, kind="stable").head(3).tolist()
causes.sort_values(ascending=False, kind="stable").to_frame("Số trường")
"""
LOST_POINTS = """
import termreview
ledger = termreview.tables("2023-2024-hk1").ledger
lost = ledger.assign(lost=ledger["max_points"] - ledger["high"]).groupby("item_id")["lost"].sum()
result = lost.idxmax()
lost.nlargest(10).round(1)
"""
SCATTER = """
import termreview
from matplotlib.figure import Figure
schools = termreview.table("2023-2024-hk1", states=False)
known = schools.dropna(subset=["Chỉ số Chung: điểm thấp nhất"])
figure = Figure()
axes = figure.add_subplot(xlabel="Học sinh", ylabel="Điểm chung thấp nhất")
axes.scatter(known.filter(like="TK1.02").iloc[:, 0], known["Chỉ số Chung: điểm thấp nhất"])
result = len(known)
termreview.own_figure(figure, title="Quy mô và điểm", alt="Mỗi điểm là một trường.")
"""
TABLE_OF_A_SECTION = """
import termreview
from termreview.reporting.report.context import open_report
from termreview.reporting.sections.index import scores
report = open_report("2023-2024-hk1")
points = scores.scores(report).data
weak = points[points["Dạy, học: điểm – thấp nhất"] < 50]
result = len(weak)
termreview.own_table(weak, title="Trường dưới 50 điểm ở nhóm 1")
"""
TWO_TERMS = """
import termreview
first, second = (termreview.table(term, states=False) for term in ("2023-2024-hk1", "2023-2024-hk2"))
both = first.merge(second, on=["Mã trường", "Trường"], suffixes=(" HKI", " HKII"))
name = "Chỉ số Chung: mức độ"
moved = both[both[f"{name} HKI"] != both[f"{name} HKII"]].dropna(subset=[f"{name} HKI", f"{name} HKII"])
result = len(moved)
moved[["Trường", f"{name} HKI", f"{name} HKII"]]
"""


def numbers_of(tables: TermTables, field_id: str) -> pd.Series:
    own = tables.observations[tables.observations["field_id"] == field_id]
    return own.set_index("school_id")["value_number"].dropna()


def silent_schools(first: TermTables, _: TermTables) -> list[str]:
    states = first.observations.groupby("school_id", sort=False)["state"].unique()
    return [school for school, found in states.items() if "not_submitted" in found]


def computers(first: TermTables, _: TermTables) -> float:
    return float(numbers_of(first, "computers_count").sum())


def most_pupils_a_computer(first: TermTables, _: TermTables) -> str:
    known = numbers_of(first, "computers_count")
    pupils = numbers_of(first, "pupils_count.total").reindex(known.index)
    return str((pupils / known).idxmax())


def late_schools(first: TermTables, _: TermTables) -> int:
    rows = first.submissions.to_dict("records")
    return len({row["school_id"] for row in rows if row["is_late"] is True and row["fate"] == "accepted"})


def schools_by_cause(first: TermTables, _: TermTables) -> list[int]:
    found: dict[str, set[str]] = {}
    for row in first.findings.to_dict("records"):
        if row["severity"] == "error" and isinstance(row["school_id"], str):
            found.setdefault(row["check_code"], set()).add(row["school_id"])
    return sorted(map(len, found.values()), reverse=True)[:3]


def item_with_most_lost(first: TermTables, _: TermTables) -> str:
    lost: dict[str, float] = {}
    for row in first.ledger.to_dict("records"):
        if pd.notna(row["high"]) and pd.notna(row["max_points"]):
            lost[row["item_id"]] = lost.get(row["item_id"], 0.0) + row["max_points"] - row["high"]
    return max(lost, key=lambda item: (round(lost[item], 6), item))


def scored_schools(first: TermTables, _: TermTables) -> int:
    scores = first.scores
    return int(((scores["group_id"] == "overall") & (scores["state"] == "scored")).sum())


def weak_in_group_one(first: TermTables, _: TermTables) -> int:
    scores = first.scores
    own = scores[(scores["group_id"] == "1") & (scores["state"] == "scored")]
    return int((own["low"] < 50).sum())


def moved_schools(first: TermTables, second: TermTables) -> int:
    levels = [
        tables.scores[tables.scores["group_id"] == "overall"].set_index("school_id")["level"].dropna()
        for tables in (first, second)
    ]
    common = levels[0].index.intersection(levels[1].index)
    return int((levels[0][common] != levels[1][common]).sum())


NINE: dict[str, tuple[str, Callable[[TermTables, TermTables], Any]]] = {
    "which schools sent nothing": (SILENT_SCHOOLS, silent_schools),
    "computers by commune": (COMPUTERS_BY_COMMUNE, computers),
    "pupils a computer": (PUPILS_A_COMPUTER, most_pupils_a_computer),
    "late files": (LATE_FILES, late_schools),
    "what most schools must mend": (COMMON_CAUSES, schools_by_cause),
    "where points are lost": (LOST_POINTS, item_with_most_lost),
    "size against points": (SCATTER, scored_schools),
    "a report's own table, filtered": (TABLE_OF_A_SECTION, weak_in_group_one),
    "levels of two terms": (TWO_TERMS, moved_schools),
}


@pytest.fixture(scope="module")
def office(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("nine") / "office"
    shutil.copytree(demo.workspace.root, root)
    return Workspace(root)


@pytest.mark.parametrize("question", NINE)
def test_a_question_is_answered_in_ten_lines(question: str, office: Workspace, tmp_path: Path) -> None:
    source, answer = NINE[question]
    lines = source.strip().splitlines()
    assert len(lines) <= 10
    cells = [
        nbformat.v4.new_code_cell(
            "from termreview.reporting.workbench.own_blocks import publish_own_results\npublish_own_results()"
        ),
        nbformat.v4.new_code_cell(source.strip()),
        nbformat.v4.new_code_cell("print(repr(result.item() if hasattr(result, 'item') else result))"),
    ]
    language = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=language), tmp_path / "own.ipynb")
    done = papermill.execute_notebook(
        tmp_path / "own.ipynb", tmp_path / "done.ipynb", cwd=office.notebooks, progress_bar=False
    )
    _, own, printed = done.cells
    (shown,) = [output for output in own.outputs if output.output_type == "execute_result"]
    assert BLOCK_MIME in shown.data, "it can stand in a report as it is"
    found = ast.literal_eval(printed.outputs[0].text)
    expected = answer(read_tables(office, SEMESTER), read_tables(office, YEAR_END))
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert expected not in (0, [], ""), "the question has an answer in the sample"
