"""The analyst's own notebook as committed: it runs on a term, shows table, groups and figure, and writes a workbook."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import papermill

import termreview
from demo_world import SEMESTER, Demo
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.term.term_tables import read_tables

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "6_my_analysis.ipynb"


def test_it_runs_and_what_it_writes_holds_no_formula(demo: Demo, tmp_path: Path) -> None:
    root = tmp_path / "office"
    shutil.copytree(demo.workspace.root, root)
    done = tmp_path / "done.ipynb"
    papermill.execute_notebook(
        NOTEBOOK, done, {"term_id": SEMESTER.term_id}, cwd=root / "notebooks", progress_bar=False
    )
    shown = [
        set(output.get("data", {}))
        for cell in nbformat.read(done, as_version=4).cells
        if cell.cell_type == "code"
        for output in cell.outputs
    ]
    assert sum("text/html" in kinds for kinds in shown) == 9
    assert any("image/png" in kinds for kinds in shown)
    path = root / "reports" / "bang-cac-truong.xlsx"
    sheet = openpyxl.load_workbook(path)["Bang"]
    heads = [cell.value for cell in next(sheet.iter_rows(max_row=1))]
    assert heads[:3] == ["Mã trường", "Trường", "Cấp học"]
    assert sheet.max_row == 1 + len(demo.reference.of(SEMESTER).schools)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    _hold_recipes(demo, {cell.id: cell for cell in nbformat.read(done, as_version=4).cells}, root)


def _hold_recipes(demo: Demo, cells: dict[str, Any], root: Path) -> None:
    """Each recipe has at most five lines, and shows what the stored tables give when worked out another way."""
    recipes = [name for name in cells if name.startswith("recipe-") and not name.endswith("-text")]
    assert recipes == ["recipe-trained", "recipe-computers", "recipe-figure", "recipe-pivot", "recipe-past"]
    assert all(len(cells[name].source.splitlines()) <= 5 for name in recipes)

    def shown(name: str) -> pd.DataFrame:
        return pd.read_html(io.StringIO("".join(cells[name].outputs[-1]["data"]["text/html"])))[0]

    schools = expected_schools(demo.reference.of(SEMESTER), demo.reference.registry).set_index("school_id")
    stored = read_tables(demo.workspace, SEMESTER).observations
    numbers = stored[stored["state"] == "answered"].set_index(["field_id", "school_id"])["value_number"]
    totals = termreview.table(SEMESTER.term_id, workspace_root=str(demo.workspace.root))
    head = next(head for head, name in totals.attrs["fields"].items() if name == "teachers_count.total")
    teachers = totals.set_index("Mã trường")[head].dropna()  # rebuilt from its parts
    trained = numbers["teachers_trained_count"]
    commune = "xã Bình An"
    both = [
        key
        for key in schools.index[schools["commune_name"] == commune]
        if key in trained.index and key in teachers.index
    ]
    row = shown("recipe-trained").pipe(lambda frame: frame.set_index(frame.columns[0])).loc[commune]
    assert row.iloc[0] == round(
        100 * sum(trained[key] for key in both) / sum(teachers[key] for key in both), 1
    )
    assert row.iloc[1] == len(both)

    size, working = (numbers[f"informatics_{name}_count"] for name in ("class_size", "computers_working"))
    lines = {"th": 3, "thcs": 2}
    above = {
        schools.loc[key, "name"]
        for key in size.index.intersection(working.index)
        if schools.loc[key, "level"] in lines and round(size[key] / working[key], 2) > lines[schools.loc[key, "level"]]
    }  # fmt: skip
    assert above
    assert set(shown("recipe-computers")["Trường"]) == above

    page = openpyxl.load_workbook(root / "reports" / "giao-vien-theo-xa.xlsx")["Bang"]
    heads = [cell.value for cell in page[1]]
    communes = {row[0].value: row for row in page.iter_rows(min_row=2)}
    for level, title in (("mn", "Mầm non"), ("thcs", "Trung học cơ sở")):
        own = [key for key in schools.index[(schools["level"] == level) & (schools["commune_name"] == commune)] if key in teachers.index]  # fmt: skip
        value = communes[commune][heads.index(title)].value
        assert value == (sum(teachers[key] for key in own) if own else None), "missing is blank, never zero"
