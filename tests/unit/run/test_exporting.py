"""One notebook of an analyst's own, exported: what no file can hold stops every kind of file."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from termreview.errors import RunError
from termreview.reference.declarations import load_reference
from termreview.run import exporting
from termreview.storage.workspace import Workspace
from worlds import REFERENCE


@pytest.mark.parametrize("kind", exporting.KINDS)
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "x"},
            "điều khiển (widget)",
        ),
        ({"text/plain": "{'a': 1}"}, "text/plain. Kết thúc ô bằng một bảng"),
    ],
)
def test_what_no_file_can_hold_is_left_out_of_none_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, data: dict[str, object], told: str
) -> None:
    cell = new_code_cell("show(1)", outputs=[new_output("display_data", data)])
    notebook = tmp_path / "so.ipynb"
    nbformat.write(new_notebook(cells=[cell]), notebook)
    monkeypatch.setattr(
        exporting, "execute_own", lambda source, target, _: nbformat.write(nbformat.read(source, 4), target)
    )
    with pytest.raises(RunError) as stopped:
        exporting.export_notebook(notebook, Workspace(tmp_path), load_reference(REFERENCE), (kind,))
    assert "ô 1 (“show(1)”)" in str(stopped.value)
    assert told in str(stopped.value)
    assert [path.name for path in tmp_path.iterdir()] == ["so.ipynb"]
