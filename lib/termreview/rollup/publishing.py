"""What several offices handed in of one term published: page, Word, annex and list of one run, counting in one moment.

The same stage, switch and manifest as the reports of one office have (`storage.publication`); `verify` proves them alike.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from termreview.installation import made_with
from termreview.reference.declarations import Reference
from termreview.reference.word_template import TEMPLATE
from termreview.reporting.blocks.report_reading import Arrangement
from termreview.reporting.editions.scope import EDITION_FILES, EDITIONS, SHAREABLE, scopes_of_kind
from termreview.reporting.pages.portfolio import write_portfolio
from termreview.reporting.records.published import ANNEX_FILE, FLAT_FILE
from termreview.reporting.report.context import open_report
from termreview.reporting.report.flat_table import (
    OFFICE,
    PART,
    flat_csv,
    flat_table,
    most_bytes_of,
    write_flat,
)
from termreview.rollup.handed_in import SUFFIX, RowCache, find_handed_in
from termreview.rollup.merging import Merged, merge_offices, own_list
from termreview.rollup.roll_up import SEPARATOR, RollUp, report_title
from termreview.run.manifest import are_as_written, describe_reports
from termreview.run.step_run import begin_step
from termreview.run.work_list import Export, Step
from termreview.storage.atomic_files import read_json, sha256_of, write_json
from termreview.storage.disk_room import disk_failures_told
from termreview.storage.lock import held
from termreview.storage.output_paths import MANIFEST, PAGES
from termreview.storage.publication import (
    keep_edited,
    outdated_reports,
    publish,
    refuse_blocked,
    settle,
    sweep,
)
from termreview.storage.staging import open_stage
from termreview.storage.workspace import HANDED_IN, RollUpWorkspace, Workspace, atomic_write, place_in
from termreview.terms import Term

NOTEBOOK: Final = "8_roll_up"
_ANNEXED: Final = ("h-problems", "problems")
_SAMPLED: Final = 9  # communes of the sample that stand for offices


@dataclass(frozen=True)
class PublishedRollUp:
    """What one merge left behind: the sums, its files (page first), and whether nothing had changed since the last one."""

    merged: Merged
    reports: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    is_reused: bool = False


def publish_roll_up(
    workspace: Workspace,
    reference: Reference,
    folders: Sequence[Path],
    *,
    edition: str = SHAREABLE,
    expected: Sequence[str] = (),
    term_id: str = "",
) -> PublishedRollUp:
    """Merge what lies in some folders and publish the report on it; where nothing fits, nothing is published.

    Of an office that hands in again its files alone are read. Where files, declarations, program and notebook are those of
    the last merge, and its files as it left them, they are kept.

    Raises
    ------
    UsageError
        When a folder is not there, or none holds a list or an annex.
    RunError
        When the notebook fails or a file cannot be put into its place; nothing is published then.
    WorkspaceBusyError
        When another run holds the workspace.
    """
    own = RollUpWorkspace(workspace.root, edition)
    with held(workspace.root, "merge"), disk_failures_told(own.row_cache.parent):
        cache = RowCache.of(own.row_cache, reference)
        merged = merge_offices(
            find_handed_in(folders), edition=edition, expected=expected, term_id=term_id, cache=cache
        )
        if merged.rows.empty:
            return PublishedRollUp(merged)
        found = RollUp(merged, reference)
        step = roll_up_step(own, found, folders, edition, expected)
        output_paths = own.output_paths(found.term)
        settle(output_paths)
        before = read_json(output_paths.place(MANIFEST))
        inputs = _inputs(own, found, step)
        reports = tuple(export.path for export in step.exports)
        if before is not None and _is_as_left(own, before, inputs):
            return PublishedRollUp(merged, reports, is_reused=True)
        names = [PAGES + path.relative_to(output_paths.pages).as_posix() for path in reports]
        refuse_blocked(output_paths, names)
        stage = open_stage(output_paths)
        try:
            begin_step(own, found.term, step, stage)()
            table = stage / f"{HANDED_IN}.parquet"
            with atomic_write(table) as beside:
                merged.rows.to_parquet(beside, index=False)
            made = describe_reports(stage, output_paths, own.root)
            write_json(
                stage / MANIFEST,
                inputs | {"reports": made, "tables": {HANDED_IN: sha256_of(table.read_bytes())}},
            )
            old = outdated_reports(output_paths, own.root, before, stage)
            kept = keep_edited(output_paths, own.root, before, stage)
            publish(output_paths, stage, removed=old)
        finally:
            sweep(output_paths)
        write_portfolio(workspace, reference)
    return PublishedRollUp(merged, reports, tuple(kept))


def roll_up_step(
    workspace: RollUpWorkspace, found: RollUp, folders: Sequence[Path], edition: str, expected: Sequence[str]
) -> Step:
    """The step that makes the report of one merge in one edition."""
    term_id = found.merged.rows["term_id"].iloc[0]
    name = "-".join(part for part in ("bao-cao-tong-hop", term_id, EDITION_FILES[edition]) if part)
    folder = workspace.reports(found.term)
    exports = (
        Export(place_in(folder, f"{name}.html"), partial(_page, found)),
        Export(place_in(folder, f"{name}.docx"), partial(_document, found)),
        Export(place_in(folder, f"{name}-{ANNEX_FILE}.xlsx"), partial(_annex, found)),
        Export(place_in(folder, f"{name}-{FLAT_FILE}.csv"), partial(_list, found)),
    )
    parameters = {
        "folders": SEPARATOR.join(_told(workspace, one) for one in folders),
        "term_id": str(term_id),
        "edition": edition,
        "expected": SEPARATOR.join(expected),
        "workspace_root": str(workspace.root),
    }
    arrangement = Arrangement(annexed=_ANNEXED)
    title = report_title(found)
    return Step(f"{NOTEBOOK}-{edition}", parameters, NOTEBOOK, exports, title, arrangement)


def _told(workspace: Workspace, folder: Path) -> str:
    """One folder as the notebook is given it: below the workspace where it lies in it, so that it holds on any machine."""
    place, root = folder.resolve(), workspace.root.resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.as_posix()


def _page(found: RollUp, executed: Path, output: Path, step: Step) -> None:
    from termreview.reporting.pages.pages import export_html

    workspace = Workspace(Path(step.parameters["workspace_root"]))
    notebook = workspace.notebooks / f"{NOTEBOOK}.ipynb"
    given = {name: step.parameters[name] for name in ("term_id", "edition", "expected")}
    described = {
        "parameters": given | {"as_of": found.as_of.isoformat()},
        "notebooks": {NOTEBOOK: sha256_of(notebook.read_bytes())},
    }
    made_by = {"step": described}
    export_html(executed, output, title=step.title, made_by=made_by, arrangement=step.arrangement)


def _document(_: RollUp, executed: Path, output: Path, step: Step) -> None:
    from termreview.reporting.word.document import export_docx

    template = Workspace(Path(step.parameters["workspace_root"])).reference / TEMPLATE
    export_docx(executed, output, template, title=step.title, arrangement=step.arrangement)


def _annex(found: RollUp, executed: Path, output: Path, step: Step) -> None:
    from termreview.reporting.excel.annex import export_xlsx

    export_xlsx(executed, output, title=step.title, flat=_list_of(found))


def _list(found: RollUp, executed: Path, output: Path, step: Step) -> None:
    write_flat(_list_of(found), output, most_bytes_of(found.reference))


def _list_of(found: RollUp) -> pd.DataFrame:
    table = own_list(found.merged, found.office.office_id)
    table.attrs["heads"] = dict(found.reference.labels["flat_table"]["heads"])
    return table


def _inputs(workspace: RollUpWorkspace, found: RollUp, step: Step) -> dict[str, Any]:
    """Everything that decides what one merge publishes."""
    notebook = workspace.notebooks / f"{NOTEBOOK}.ipynb"
    return {
        "term_id": step.parameters["term_id"],
        "parameters": step.content_parameters,
        "declarations_sha256": found.reference.fingerprint,
        "notebook_sha256": sha256_of(notebook.read_bytes()) if notebook.is_file() else "",
        "inputs": [{"file": name, "sha256": sha256} for name, sha256 in found.files],
        **made_with(),
    }


def _is_as_left(workspace: Workspace, before: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    if {name: told for name, told in before.items() if name not in ("reports", "tables")} != inputs:
        return False
    return "reports" in before and are_as_written(workspace.root, before["reports"])


def published_hashes(workspace: Workspace, term: Term) -> dict[str, str]:
    """The hash of each published file of the merges of one term, by its name in the workspace."""
    own = [RollUpWorkspace(workspace.root, edition) for edition in EDITIONS]
    records = [read_json(one.output_paths(term).place(MANIFEST)) or {} for one in own]
    return {name: str(sha256) for record in records for name, sha256 in record.get("reports", {}).items()}


def write_handed_in(workspace: Workspace, reference: Reference, term: Term, as_of: datetime.date) -> Path:
    """Write the lists of nine communes of the sample as offices of their own would hand them in; the folder.

    Each is the list of the commune's own shareable report, under the commune's code.
    """
    folder = RollUpWorkspace(workspace.root).handed_in / term.term_id
    units = (scope.unit for scope in scopes_of_kind(reference, reference.of(term), "commune"))
    for unit in [unit for unit in units if unit is not None][:_SAMPLED]:
        report = open_report(
            term.term_id, as_of.isoformat(), str(workspace.root), unit.unit_id, edition=SHAREABLE
        )
        rows = flat_table(report)
        rows = rows.assign(office_code=unit.unit_id, scope=rows["scope"].replace(PART, OFFICE))
        place = folder / unit.unit_id / f"bao-cao-{term.term_id}{SUFFIX}"
        with atomic_write(place) as beside:
            beside.write_bytes(flat_csv(rows))
    return folder
