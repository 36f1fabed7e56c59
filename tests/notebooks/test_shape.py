"""One notebook as committed: thin, documented, runnable from top to bottom, without a way to fake success."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import papermill
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[1-9]_*.ipynb"))
IDS = [path.stem for path in NOTEBOOKS]


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def tags(cell: nbformat.NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def test_the_notebooks_are_there() -> None:
    assert IDS == [
        "1_clean_submissions", "2_score_indicators", "3_semester_review", "4_year_end_summary", "5_school_pages",
        "6_my_analysis", "7_office_year", "8_roll_up",
    ]  # fmt: skip


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_it_is_valid_and_committed_without_outputs(path: Path) -> None:
    content = nbformat.read(path, as_version=4)
    nbformat.validate(content)
    for cell in content.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_the_first_code_cell_documents_every_parameter(path: Path) -> None:
    first = code_cells(path)[0]
    assert "parameters" in tags(first)
    lines = [line for line in first.source.splitlines() if line.strip()]
    for line in lines:
        declaration, _, help_text = line.partition("#")
        assert declaration.count("=") == 1, f"papermill reads no parameter from: {line}"
        assert help_text.strip(), f"no help behind: {line}"
    seen = papermill.inspect_notebook(path)
    assert len(seen) == len(lines)
    assert all(
        parameter["inferred_type_name"] in ("str", "int", "bool", "float") for parameter in seen.values()
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_the_last_code_cell_is_the_closing_one(path: Path) -> None:
    cells = code_cells(path)
    assert [number for number, cell in enumerate(cells) if "closing" in tags(cell)] == [len(cells) - 1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_cells_are_thin_and_cannot_leave_early(path: Path) -> None:
    for cell in code_cells(path):
        tree = ast.parse(cell.source)
        is_set_up = "parameters" in tags(cell) or any(
            isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body
        )
        most = 5 if "recipe" in tags(cell) else 2
        assert is_set_up or len(tree.body) <= most, f"more than a library call: {cell.source}"
        for node in ast.walk(tree):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.Try), (
                cell.source
            )
            if isinstance(node, ast.Attribute | ast.Name):
                name = node.attr if isinstance(node, ast.Attribute) else node.id
                assert name not in ("exit", "quit", "_exit", "interact"), cell.source
            if isinstance(node, ast.Import | ast.ImportFrom):
                imported = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                assert not any(name.split(".")[0] in ("ipywidgets", "os", "sys") for name in imported), (
                    cell.source
                )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_every_step_has_a_heading_and_a_sentence_before_it(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    headings = [
        cell.source for cell in cells if cell.cell_type == "markdown" and cell.source.startswith("##")
    ]
    assert len(headings) >= 3
