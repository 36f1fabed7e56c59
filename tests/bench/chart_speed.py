"""One figure of speed of the charts a line: the CPU time from the data of a chart to its picture."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
from notebook_speed import Line

from termreview.reporting.charts.chart import Chart
from termreview.storage.workspace import Workspace
from termreview.terms import Term

PROMISED_MS = {"svg": 40, "narrow": 40, "png": 60}  # narrow: an SVG too, for a phone


def measure(workspace: Workspace, term: Term, notebook: Path, line: Line) -> None:
    """Measure and print what the charts of one report cost, none of them taken from those that were kept."""
    print("a chart of a report, its data to its picture (CPU)")
    taken: dict[str, dict[str, float]] = {kind: {} for kind in PROMISED_MS}

    def timed(chart: Chart, kind: str, written: Callable[[], bytes]) -> bytes:
        least = taken[kind].get(chart.title, float("inf"))
        for _ in range(3):
            chart.__dict__.pop("_drawn", None)
            begun = time.process_time()
            picture = written()
            least = min(least, (time.process_time() - begun) * 1000)
        taken[kind][chart.title] = least
        return picture

    with mock.patch.object(Chart, "_picture", timed):
        for block in _results(workspace, term, notebook):
            if hasattr(block, "_repr_mimebundle_"):
                block._repr_mimebundle_()
    for kind, promised in PROMISED_MS.items():
        costs = sorted(taken[kind].values())
        middle = statistics.median(costs)
        what = f"{kind.upper()}, median of {len(costs)} charts (dearest {costs[-1]:.0f} ms)"
        line(what, f"{middle:.0f} ms", f"<= {promised} ms", middle <= promised)
    print()


def _results(workspace: Workspace, term: Term, notebook: Path) -> list[Any]:
    """What the cells of one report notebook return, in this very process."""
    names: dict[str, Any] = {}
    results = []
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tags = cell.metadata.get("tags", [])
        if "parameters" in tags or "hide" in tags:
            exec(cell.source, names)
            if "parameters" in tags:
                names |= {"term_id": term.term_id, "workspace_root": str(workspace.root)}
        else:
            results.append(eval(cell.source, names))
    return results
