"""One committed notebook at a time: no outputs, no execution counts, and the cells that a run relies on.

`python .ci/check_notebooks.py` names what is wrong; with `--fix` it first takes outputs and counts away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

DESK_LINES = ("from termreview.desk.panels.opening import open_desk", "open_desk()")
NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def faults(path: Path) -> list[str]:
    """What keeps one notebook from being committed.

    Notebooks numbered from 1 are run in batch: they have a cell of parameters and a closing one. The one numbered 0
    is for a person: one cell opens the desk, its code is folded away, and it is not run in batch by mistake.
    """
    content = _read(path)
    cells = content["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    found = []
    if any(cell["outputs"] for cell in code):
        found.append("holds outputs")
    if any(cell["execution_count"] is not None for cell in code):
        found.append("holds execution counts")
    if "widgets" in content["metadata"]:
        found.append("holds the state of widgets")
    if path.name[0] in "123456789":
        for tag in ("parameters", "closing"):
            count = sum(tag in cell["metadata"].get("tags", []) for cell in cells)
            if count != 1:
                found.append(f"has {count} cells tagged '{tag}', expected 1")
    if path.name.startswith("0"):
        found += _desk_faults(cells, code)
    return found


def _desk_faults(cells: list[dict[str, Any]], code: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the notebook of the desk: everything that it does belongs in the library."""
    found = []
    if any(tag in cell["metadata"].get("tags", []) for cell in cells for tag in ("parameters", "closing")):
        found.append("is for a person: no cell of it is tagged 'parameters' or 'closing'")
    lines = [line for cell in code for line in "".join(cell["source"]).splitlines() if line.strip()]
    if len(code) != 1 or tuple(lines) != DESK_LINES:
        found.append(f"must have one cell of code: {'; '.join(DESK_LINES)}")
    if not all(cell["metadata"].get("jupyter", {}).get("source_hidden") for cell in code):
        found.append("must fold its code away ('source_hidden')")
    return found


def clear(path: Path) -> None:
    """Take outputs and execution counts out of one notebook, leaving every other byte of meaning as it is."""
    content = _read(path)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    content["metadata"].pop("widgets", None)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def main(arguments: list[str]) -> int:
    """Check all notebooks; 1 when one has a fault."""
    lines = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if "--fix" in arguments and any("holds" in fault for fault in faults(path)):
            clear(path)
        lines += [f"{path.name} {fault}" for fault in faults(path)]
    print("\n".join(lines) or "notebooks: no outputs, the cells that a run or a person needs are in place")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
