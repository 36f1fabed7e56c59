"""One comparison carried through to all that the report tells: the whole report told at each step of the way."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from termreview.installation import made_with
from termreview.reference.declarations import Reference
from termreview.reporting.blocks.blocks import Block, parts_of
from termreview.reporting.blocks.model import Part, plain_text
from termreview.reporting.blocks.report_parts import cells_left_out
from termreview.reporting.changes.bridge import CAUSES, DECISION, PROGRAM, RULE, BridgeStep, build_bridge
from termreview.reporting.changes.comparison import first_state, second_state
from termreview.reporting.changes.old_pages import tables_of_page
from termreview.reporting.changes.place_variances import (
    PlaceVariance,
    anchored,
    key_figure_variances,
    place_variances,
)
from termreview.reporting.changes.places import ReportContent, reported_content
from termreview.reporting.charts.charts import Chart
from termreview.reporting.editions.scope import INTERNAL
from termreview.reporting.pages.reading import one_line
from termreview.reporting.records.issued import SYSTEMS, Issue
from termreview.reporting.records.page_values import read_values
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.history import with_term
from termreview.reporting.report.wording import say
from termreview.reporting.summaries.summaries import TermView, build_view
from termreview.reporting.term.term_tables import State, systems_now, tables_now
from termreview.storage.workspace import Workspace
from termreview.terms import Term, parse_term

_ROOM: Final = "termreview.reporting."
_NOT_SHOWN: Final = frozenset(["hide", "banner", "footer"])
_HEADING: Final = re.compile(r"^(#{2,6})\s+(.+?)\s*#*$", re.MULTILINE)
PREVIOUS: Final = (
    "previous"  # the tables of the term before are others now; like `SYSTEMS` no part of the bridge
)
PRINTED_CAUSES: Final = (*CAUSES, PREVIOUS, SYSTEMS)


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


@dataclass(frozen=True, eq=False)
class ReportDiff:
    """Every printed place that changed; `main` are all key figures of the opening page, changed or not.

    `counted` is the number of figures that are printed now; `unread` are the issues of which the page itself was not
    read: only what was kept of its making is compared.
    """

    variances: tuple[PlaceVariance, ...]
    main: tuple[PlaceVariance, ...]
    counted: int
    unread: tuple[int, ...]

    @property
    def figures(self) -> int:
        """How many printed figures changed, each with its parts."""
        return sum(len(variance.changed) for variance in self.variances)

    @property
    def words(self) -> int:
        """How many places changed in their words, which have no parts."""
        return sum(variance.figures is None for variance in self.variances)

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes of any change, in their declared order."""
        found = {cause for variance in self.variances for cause, _, _ in variance.steps}
        return tuple(cause for cause in PRINTED_CAUSES if cause in found)


def diff_reports(
    workspace: Workspace, report: ReportContext, issue: Issue, later: Issue | None, notebook: Path
) -> ReportDiff:
    """Find every place that changed between an issue and the report (or a later issue), and why.

    The sections of the report's notebook are told anew at each step, by the program and with the figures of the
    term before that are at hand. Where an issue's own page tells something else, that is its first (or last) value,
    and the difference is a part of its own: of the program, of the term before, or of the declarations.
    """
    first, is_readable = first_state(report, issue)
    second = second_state(report)
    own_parts = report.reference.publishing["kinds"].get(report.declared.plan.report, {})
    told = [
        (RULE if cause == PROGRAM and not is_readable else cause, step)
        for cause, step in contents_along(
            report, first, second, section_calls(notebook, own_parts.get("left_out", ()))
        )
    ]
    unread = []
    for own in (issue, later):
        page = None if own is None or own.edition != INTERNAL else _page_of(own)
        if own is None or page is None:
            unread += [] if own is None else [own.number]
            continue
        terms = report.reference.terms_read_by(report.declared.term)
        cause = outside_cause(workspace, own, report.declared.plan.previous, terms)
        if own is issue:
            at_issue = anchored(told[0][1], _read(report, page, told[0][1]))
            told = [("", at_issue), (cause, told[0][1]), *told[1:]]
        else:
            told.append((cause, anchored(told[-1][1], _read(report, page, told[-1][1]))))
    variances, main = place_variances(told), key_figure_variances(told)
    return ReportDiff(tuple(variances), tuple(main), told[-1][1].counted, tuple(unread))


def contents_along(
    report: ReportContext, first: State, second: State, calls: Sequence[SectionCall]
) -> list[tuple[str, ReportContent]]:
    """The cause that leads to each step, and what the sections tell there; nothing is made twice."""
    told: list[tuple[str, ReportContent]] = []
    last: tuple[BridgeStep, Reference] | None = None
    for bridge_step in build_bridge(first, second):
        spoken = _spoken(bridge_step, second.reference)
        is_same = last is not None and last[0].state is bridge_step.state and _rules_alike(last[1], spoken)
        step = told[-1][1] if is_same else _content_of(report, bridge_step, spoken, calls)
        told.append((bridge_step.cause, step))
        last = bridge_step, spoken
    return told


def _content_of(
    report: ReportContext, bridge_step: BridgeStep, spoken: Reference, calls: Sequence[SectionCall]
) -> ReportContent:
    state = bridge_step.state
    view: TermView = build_view(spoken, state.declared, state.tables)
    history = with_term(report.history, spoken, state.declared, state.tables)
    there = replace(report, reference=spoken, term=view, since=None, pictures=None, history=history)
    return reported_content((call.title, call.parts(there)) for call in calls)


def _spoken(bridge_step: BridgeStep, now: Reference) -> Reference:
    """The declarations that the report of one step tells: the office's decisions are those that its answers follow."""
    told = bridge_step.state.reference
    if bridge_step.cause != DECISION:
        return told
    return replace(told, decisions=now.decisions, verified=now.verified)


def _rules_alike(one: Reference, other: Reference) -> bool:
    return one.decisions == other.decisions and one.verified == other.verified


def _read(report: ReportContext, page: Path, like: ReportContent) -> ReportContent:
    """What one page tells as it was handed out, but for what it tells of changes since an issue before it."""
    leaving = {say(report, f"issued.tables.{name}") for name in ("office", "schools")}
    markup = page.read_text(encoding="utf-8")
    sections = read_values(markup)
    if sections is None:
        return tables_of_page(markup, like, leaving)
    return reported_content(
        (title, [part for part in parts if one_line(plain_text(part.get("caption", ""))) not in leaving])
        for title, parts in sections
    )


def _page_of(issue: Issue) -> Path | None:
    return next((path for path in issue.reports if path.suffix == ".html" and path.is_file()), None)


def outside_cause(
    workspace: Workspace, issue: Issue, previous: Term | None, terms: Sequence[Term] = ()
) -> str:
    """Why the page of an issue may print what its own tables do not give any more.

    Parameters
    ----------
    terms
        All other terms that the report reads, the term before among them.
    """
    if issue.record.get("package_sha256") != made_with()["package_sha256"]:
        return PROGRAM
    others = [tables_now(workspace, term) for term in terms if term != previous]
    now = (tables_now(workspace, previous), [told for told in others if told])
    if (issue.record.get("previous"), issue.record.get("compared", [])) != now:
        return PREVIOUS
    systems = systems_now(workspace, parse_term(issue.record["term_id"]))
    return RULE if issue.record.get(SYSTEMS, systems) == systems else SYSTEMS
