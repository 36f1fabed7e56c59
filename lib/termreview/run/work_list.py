"""One run's list of work: which notebooks it executes, in which order, and which files are published from each."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from termreview.coded_text import CodedText
from termreview.errors import DeclarationError, Problem
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.word_template import TEMPLATE
from termreview.reporting.blocks.report_parts import WHOLE_PART, is_heading
from termreview.reporting.blocks.report_reading import AS_IT_STANDS, Arrangement, RowLimit
from termreview.reporting.editions.scope import (
    EDITION_FILES,
    EDITIONS,
    IN_HAND,
    INTERNAL,
    SHAREABLE,
    WHOLE,
    Scope,
    find_scope,
    narrowed,
    narrowed_tables,
    schools_in,
    scope_subject,
)
from termreview.reporting.records.issued import find_issue, issues_in_hand, issues_of
from termreview.reporting.records.published import ANNEX_FILE, FLAT_FILE, SLIP_FILE
from termreview.storage.atomic_files import read_json, sha256_of
from termreview.storage.workspace import Workspace, place_in
from termreview.terms import Term, parse_term

if TYPE_CHECKING:
    import pandas as pd

CLEAN, SCORE = "1_clean_submissions", "2_score_indicators"
SCHOOL_PAGES = "5_school_pages"
REPORT_NOTEBOOKS = {
    "semester_review": "3_semester_review",
    "year_end_summary": "4_year_end_summary",
    "statistics": "3_semester_review",
}
REPORT_FILES = {
    "semester_review": "bao-cao-so-ket",
    "year_end_summary": "bao-cao-tong-ket",
    "statistics": "bao-cao-thong-ke",
}
SLIP = "slip"  # the cell of the report notebooks that shows the submission slip

# Where a step works and how fast; what it makes does not depend on them.
WHEREABOUTS = ("workspace_root", "workers")


@dataclass(frozen=True)
class Step:
    """One notebook executed once with its parameters, and the files published from it.

    Attributes
    ----------
    name
        Unique in its run: what messages and the manifest call it, and the name under which the executed notebook
        is stored (`notebooks/<name>.ipynb`).
    parameters
        What the notebook is given; it must declare each of them.
    notebook
        The notebook's name below `notebooks/`, without suffix; blank: the same as `name`. Several steps of one
        run may execute one notebook, each with its own parameters and under its own name.
    exports
        The files published from the executed notebook, written in this order; none for a step that only writes
        tables. Their names must be unique in the run.
    title
        The title of what is published.
    arrangement
        What page and document print of its sections, and in which order.
    left_out
        The cells, or headings with all below them, that are taken out of the executed notebook.
    headings
        The headings that stand in it instead of the notebook's, by the ids of their cells.
    """

    name: str
    parameters: Mapping[str, Any]
    notebook: str = ""
    exports: tuple[Export, ...] = ()
    title: str = ""
    arrangement: Arrangement = AS_IT_STANDS
    left_out: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The name of its notebook, without suffix."""
        return self.notebook or self.name

    @property
    def content_parameters(self) -> dict[str, Any]:
        """The parameters that decide what the step makes: all but where it works and how fast."""
        return {name: value for name, value in self.parameters.items() if name not in WHEREABOUTS}


Write = Callable[[Path, Path, Step], None]


@dataclass(frozen=True)
class Export:
    """One file published from one executed notebook.

    Attributes
    ----------
    path
        Where the file is published, below the term's folder of reports.
    write
        Writes it: called with the executed notebook, the path to write to (in the stage of the run) and the
        step. It runs while the stage counts as the term's tables, so that the library reads those of this run;
        it writes its file whole or not at all, the same bytes from the same notebook and tables, and raises to
        have the whole run fail. What it writes beside that file, named by it, is published with it (the parts of
        a large list). It imports what is heavy only when called.
    is_issued
        Whether it is handed out with the report; a paper for the office alone is not.
    """

    path: Path
    write: Write
    is_issued: bool = True


def html_page(executed: Path, output: Path, step: Step) -> None:
    """Write the self-contained page of one executed notebook."""
    from termreview.reporting.pages.pages import export_html

    made_by = {"step": describe_report_step(step)}
    export_html(executed, output, title=step.title, made_by=made_by, arrangement=step.arrangement)


def describe_report_step(step: Step) -> dict[str, Any]:
    """What made one report, for the report to carry: its parameters, and its notebooks by the hash of their content."""
    workspace = Workspace(Path(step.parameters["workspace_root"]))
    paths = {name: workspace.notebooks / f"{name}.ipynb" for name in (CLEAN, SCORE, step.source)}
    described: dict[str, Any] = {
        "parameters": step.content_parameters,
        "notebooks": {name: sha256_of(path.read_bytes()) for name, path in paths.items() if path.is_file()},
    }
    return described | describe_issues(workspace, step)


def describe_issues(workspace: Workspace, step: Step) -> dict[str, Any]:
    """The issues that decide what one step makes: the one it tells the changes since, those whose readers it must mind."""
    term, described = parse_term(step.parameters["term_id"]), dict[str, Any]()
    if number := step.parameters.get("since"):
        described["since_sha256"] = find_issue(workspace, term, number).record_sha256
    if step.parameters.get("edition") == SHAREABLE and (in_hand := issues_in_hand(workspace, term)):
        described[IN_HAND] = in_hand
    return described


def word_document(executed: Path, output: Path, step: Step) -> None:
    """Write one executed notebook into the office's Word template."""
    from termreview.reporting.word.document import export_docx

    template = Workspace(Path(step.parameters["workspace_root"])).reference / TEMPLATE
    export_docx(executed, output, template, title=step.title, arrangement=step.arrangement)


def annex_workbook(executed: Path, output: Path, step: Step) -> None:
    """Write the tables of one executed notebook as a workbook; of many schools the plain rows are in the list alone.

    They took half of what both editions of 600 schools cost, and more rows than a person looks at.
    """
    from termreview.reporting.excel.annex import export_xlsx

    flat = None if step.arrangement.limit else _flat_of(step)
    export_xlsx(executed, output, title=step.title, schools=_schools_of(step), flat=flat)


def flat_list(executed: Path, output: Path, step: Step) -> None:
    """Write the figures of one report as plain rows for who adds up several offices; a large list in several files."""
    from termreview.reporting.report.flat_table import most_bytes_of, write_flat

    write_flat(_flat_of(step), output, most_bytes_of(_reference_of(step)))


# Of the step that is being written: annex and list hold the same rows.
_FLAT: list[tuple[Step, pd.DataFrame]] = []


def _flat_of(step: Step) -> pd.DataFrame:
    """The plain rows of what one report speaks of, in its edition."""
    from termreview.reporting.report.context import open_report
    from termreview.reporting.report.flat_table import flat_table

    if not (_FLAT and _FLAT[0][0] is step):
        given = step.parameters
        names = ("term_id", "as_of", "workspace_root", "unit", "level", "edition")
        _FLAT[:] = [(step, flat_table(open_report(**{name: given[name] for name in names if name in given})))]
    return _FLAT[0][1]


def slip_page(executed: Path, output: Path, step: Step) -> None:
    """Write the submission slip of one report, a cell of its notebook, as a page."""
    from termreview.reporting.pages.pages import export_html

    export_html(executed, output, title=_slip_title(step), only=SLIP)


def slip_document(executed: Path, output: Path, step: Step) -> None:
    """Write the submission slip of one report into the office's Word template."""
    from termreview.reporting.word.document import export_docx

    template = Workspace(Path(step.parameters["workspace_root"])).reference / TEMPLATE
    export_docx(executed, output, template, title=_slip_title(step), only=SLIP)


def _slip_title(step: Step) -> str:
    return str(_reference_of(step).publishing["slip_title"]).format(title=step.title)


def _reference_of(step: Step) -> Reference:
    return load_reference(Workspace(Path(step.parameters["workspace_root"])).reference)


def _schools_of(step: Step) -> pd.DataFrame | None:
    """The row per school of what one report speaks of; None for an edition that hides some of it."""
    from termreview.reporting.report.context import tables_of
    from termreview.reporting.workbench.school_table import school_table

    given = step.parameters
    if given.get("edition", INTERNAL) != INTERNAL:
        return None
    workspace = Workspace(Path(given["workspace_root"]))
    reference = load_reference(workspace.reference)
    term = reference.of(parse_term(given["term_id"]))
    scope = find_scope(reference, term, given.get("unit", ""), given.get("level", ""))
    own, tables = narrowed(reference, term, scope), tables_of(workspace, reference, term)
    return school_table(
        reference, own, tables if scope.is_whole else narrowed_tables(tables, own), states=False
    )


def plan_steps(
    workspace: Workspace,
    reference: Reference,
    declared: TermReference,
    as_of: datetime.date,
    workers: int = 0,
    editions: Sequence[str] = EDITIONS,
    later: str = "",
) -> list[Step]:
    """List the steps of one term in order; the first file published is the term's main report."""
    school_pages = school_step(workspace, declared, as_of, workers)
    return [
        *table_steps(workspace, declared, as_of, workers, later),
        *(report_step(workspace, reference, declared, as_of, edition=edition) for edition in editions),
        *([school_pages] if INTERNAL in editions else []),  # each for its school alone
    ]


def table_steps(
    workspace: Workspace, declared: TermReference, as_of: datetime.date, workers: int = 0, later: str = ""
) -> list[Step]:
    """The steps that make the tables of one term, which every report of it rests on.

    `later` gives, by school, the day after `as_of` of a file of its that does not count (`intake.later_files`).
    """
    dated = _dated(workspace, declared, as_of)
    shared = {name: value for name, value in dated.items() if name != "as_of"}
    told = {"later": later} if later else {}
    return [Step(CLEAN, dated | {"workers": workers} | told), Step(SCORE, shared)]


def school_step(
    workspace: Workspace, declared: TermReference, as_of: datetime.date, workers: int = 0
) -> Step:
    """The step that makes the page of each school of one term."""
    return Step(SCHOOL_PAGES, _dated(workspace, declared, as_of) | {"workers": workers})


def _dated(workspace: Workspace, declared: TermReference, as_of: datetime.date) -> dict[str, Any]:
    return {
        "term_id": declared.term.term_id,
        "as_of": as_of.isoformat(),
        "workspace_root": str(workspace.root),
    }


def report_step(
    workspace: Workspace,
    reference: Reference,
    declared: TermReference,
    as_of: datetime.date,
    scope: Scope = WHOLE,
    edition: str = INTERNAL,
) -> Step:
    """The step that makes one report: of the whole office or of one scope, in one edition.

    Once such a report was handed out, it tells what changed since the last time.
    """
    notebook, name = REPORT_NOTEBOOKS[declared.plan.report], report_name(declared, scope, edition)
    own = "-".join(part for part in (notebook, scope.slug, EDITION_FILES[edition]) if part)
    parameters = _dated(workspace, declared, as_of)
    if scope.unit is not None:
        parameters["unit"] = scope.unit.unit_id
    if scope.level:
        parameters["level"] = scope.level
    if edition != INTERNAL:
        parameters["edition"] = edition
    if issues := issues_of(workspace, declared.term, scope, edition):
        parameters["since"] = issues[-1].number
    folder, title = workspace.reports(declared.term), report_title(reference, declared, scope, edition)
    exports: tuple[Export, ...] = (
        Export(place_in(folder, f"{name}.html"), html_page),
        Export(place_in(folder, f"{name}.docx"), word_document),
        Export(place_in(folder, f"{name}-{ANNEX_FILE}.xlsx"), annex_workbook),
        Export(place_in(folder, f"{name}-{FLAT_FILE}.csv"), flat_list),
    )
    if edition == INTERNAL and scope.is_whole:
        exports += (
            Export(place_in(folder, f"{name}-{SLIP_FILE}.html"), slip_page, is_issued=False),
            Export(place_in(folder, f"{name}-{SLIP_FILE}.docx"), slip_document, is_issued=False),
        )
    parts = parts_of_report(workspace, reference, declared.plan.report, edition)
    limit = _row_limit(reference, len(schools_in(reference, declared, scope)))
    parts["arrangement"] = replace(parts["arrangement"], limit=limit)
    return Step(own, parameters, notebook, exports, title, **parts)


def _row_limit(reference: Reference, schools: int) -> RowLimit | None:
    """Beyond the declared number of schools a row for each of them is for the annex; None up to it."""
    most = int(reference.sentences["assessment"]["thresholds"]["most_drawn"])
    return RowLimit(most, reference.publishing["annex"]["instead"]) if schools > most else None


def parts_of_report(
    workspace: Workspace, reference: Reference, report: str, edition: str = INTERNAL
) -> dict[str, Any]:
    """How the sections of one kind of report are published in one edition, by cells of the report notebooks, as declared.

    The signed report leaves sections to its annex (`annexed`) and has its parts in their `order`; a kind of report may have
    its own of both, leave cells out of every edition (`left_out`) and have `headings` of its own.

    Raises
    ------
    DeclarationError
        When no notebook has such a cell, or such a heading of a part: a section that was to be left out would be
        printed, one that was to be moved would stay.
    """
    declared = reference.publishing["kinds"].get(report, reference.publishing["signed"])
    paths = [workspace.notebooks / f"{notebook}.ipynb" for notebook in REPORT_NOTEBOOKS.values()]
    cells = [cell for path in paths if path.is_file() for cell in (read_json(path) or {}).get("cells", [])]
    known = {str(cell.get("id")) for cell in cells}
    heads = {str(cell.get("id")) for cell in cells if is_heading(cell)}
    named = [name.partition("/")[0] for told in declared.values() for name in told]
    whole = [name.partition("/")[0] for name in declared["annexed"] if name.endswith(f"/{WHOLE_PART}")]
    problems = [
        Problem("publishing.yml", 1, CodedText(code, cells=", ".join(odd), known=", ".join(sorted(names))))
        for code, odd, names in (
            ("no_cell", [name for name in named if name not in known], known),
            ("no_part", [name for name in whole if name not in heads], heads),
        )
        if cells and odd
    ]
    if problems:
        raise DeclarationError(problems)
    signed = Arrangement(tuple(declared["annexed"]), tuple(declared["order"]))
    return {
        "left_out": declared["left_out"],
        "headings": declared["headings"],
        "arrangement": signed if edition == SHAREABLE else AS_IT_STANDS,
    }


def report_name(declared: TermReference, scope: Scope = WHOLE, edition: str = INTERNAL) -> str:
    """The file name, without suffix, of one report: its term, its scope and, unless internal, its edition."""
    parts = (
        REPORT_FILES[declared.plan.report], declared.term.term_id, scope.slug, EDITION_FILES[edition],
    )  # fmt: skip
    return "-".join(part for part in parts if part)


def scoped_report_name(reference: Reference, term: Term, executed: str) -> str:
    """The file name, without suffix, of the report of a part of the office that one executed notebook is of.

    Blank for a notebook of another name: of the whole office, or somebody's own.
    """
    levels = {level.replace("_", "-") for level in reference.registry.level_titles()}
    for report, notebook in REPORT_NOTEBOOKS.items():
        own = executed.removeprefix(f"{notebook}-")
        slug = own.removesuffix(f"-{EDITION_FILES[SHAREABLE]}")
        unit, _, level = slug.partition("-")
        if unit not in reference.registry.known_ids():
            unit, level = "", slug
        if own != executed and (unit or level) and level in {"", *levels}:
            return f"{REPORT_FILES[report]}-{term.term_id}-{own}"
    return ""


def report_title(
    reference: Reference, declared: TermReference, scope: Scope = WHOLE, edition: str = INTERNAL
) -> str:
    """The heading of one report, from the labels."""
    template: str = reference.labels["report_titles"][declared.plan.report]
    title = template.format(term=declared.plan.title, school_year=declared.term.school_year)
    title = " ".join(part for part in (title, scope_subject(reference, scope)) if part)
    return title if edition == INTERNAL else f"{title} ({reference.labels['editions'][edition]})"
