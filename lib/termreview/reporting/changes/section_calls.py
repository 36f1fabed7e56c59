"""One section of a report as its notebook calls it: the headings above it, the function, what it is given beside the report."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from termreview.reporting.blocks.blocks import Block, parts_of
from termreview.reporting.blocks.model import Part
from termreview.reporting.blocks.report_parts import cells_left_out
from termreview.reporting.charts.charts import Chart
from termreview.reporting.report.context import ReportContext

_ROOM: Final = "termreview.reporting."
_NOT_SHOWN: Final = frozenset(["hide", "banner", "footer"])
_HEADING: Final = re.compile(r"^(#{2,6})\s+(.+?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True)
class SectionCall:
    """One call: its chapter and heading as the page shows them, the module and function, the arguments after the report."""

    title: str
    module: str
    function: str
    arguments: tuple[Any, ...]

    def parts(self, report: ReportContext) -> tuple[Part, ...]:
        """What the section shows of one report; nothing where it only hands the page its data."""
        show = getattr(import_module(self.module), self.function)
        shown = show(report, *self.arguments)
        return parts_of(shown) if isinstance(shown, Block | Chart) else ()


def section_calls(notebook: Path, left_out: Collection[str] = ()) -> tuple[SectionCall, ...]:
    """The sections of one report notebook, in the order of the page; what stands above and below the report is left out.

    `left_out` are the cells, or headings with all below them, that are in no report of its kind.
    """
    modules: dict[str, str] = {}
    titles: dict[int, str] = {}
    calls = []
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    absent = cells_left_out(cells, left_out)
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for marks, text in _HEADING.findall(source):
                titles = {level: told for level, told in titles.items() if level < len(marks)}
                titles[len(marks)] = text
        elif cell["cell_type"] == "code":
            tree = ast.parse(source)
            modules |= dict(_imports(tree))
            if cell.get("id") not in absent and not _NOT_SHOWN.intersection(cell["metadata"].get("tags", [])):
                title = " › ".join(titles.values())
                calls += [SectionCall(title, *call) for call in _calls(tree, modules)]
    return tuple(calls)


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(_ROOM):
            yield from ((name.asname or name.name, f"{node.module}.{name.name}") for name in node.names)


def _calls(tree: ast.Module, modules: dict[str, str]) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """The calls `module.function(report, …)` that one cell shows; whatever else somebody wrote is no section."""
    for node in tree.body:
        match node:
            case ast.Expr(
                ast.Call(ast.Attribute(ast.Name(module), function), [ast.Name("report"), *others], [])
            ) if module in modules and all(isinstance(each, ast.Constant) for each in others):
                yield (
                    modules[module],
                    function,
                    tuple(each.value for each in others if isinstance(each, ast.Constant)),
                )
