"""The analyst's own notebook as committed: it runs on a term, shows table, groups and figure, and writes a workbook."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import openpyxl
import papermill

from demo_world import SEMESTER, Demo

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
    assert sum("text/html" in kinds for kinds in shown) == 3
    assert any("image/png" in kinds for kinds in shown)
    path = root / "reports" / "bang-cac-truong.xlsx"
    sheet = openpyxl.load_workbook(path)["Bang"]
    heads = [cell.value for cell in next(sheet.iter_rows(max_row=1))]
    assert heads[:3] == ["Mã trường", "Trường", "Cấp học"]
    assert sheet.max_row == 1 + len(demo.reference.of(SEMESTER).schools)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
