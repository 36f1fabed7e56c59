"""One committed notebook at a time: no outputs, no execution counts, and the cells that a run relies on.

`python .ci/check_notebooks.py` names what is wrong; with `--fix` it first takes outputs and counts away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"


def faults(path: Path) -> list[str]:
    """What keeps one notebook from being committed; notebooks numbered from 1 are run in batch."""
    cells = _read(path)["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    found = []
    if any(cell["outputs"] for cell in code):
        found.append("holds outputs")
    if any(cell["execution_count"] is not None for cell in code):
        found.append("holds execution counts")
    if path.name[0] in "123456789":
        for tag in ("parameters", "closing"):
            count = sum(tag in cell["metadata"].get("tags", []) for cell in cells)
            if count != 1:
                found.append(f"has {count} cells tagged '{tag}', expected 1")
    return found


def clear(path: Path) -> None:
    """Take outputs and execution counts out of one notebook, leaving every other byte of meaning as it is."""
    content = _read(path)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
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
    print("\n".join(lines) or "notebooks: no outputs, parameters and closing cells in place")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
