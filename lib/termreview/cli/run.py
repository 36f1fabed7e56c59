"""The commands `run` and `export`: the reports of one term, of the whole office and of its parts; an analyst's own notebook."""

from __future__ import annotations

import argparse
import itertools
import os
import sys

from termreview.cli.options import as_of_day
from termreview.cli.progress import print_notes
from termreview.errors import RunError, UsageError
from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term


def run(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> int:
    """Run the term, then make the reports of the scopes asked for; 0, or 4 when one of these failed."""
    from termreview.cluster import SCHEDULER
    from termreview.processes import processors
    from termreview.reporting.editions.scope import EDITIONS, Scope, find_scope, scope_subject, scopes_of_kind
    from termreview.reporting.records.published import index_path
    from termreview.run.runner import run_term
    from termreview.run.scoped_runs import Made, make_scoped

    if options.each and (options.unit or options.level):
        raise UsageError("each_alone")
    if options.scheduler:
        os.environ[SCHEDULER] = options.scheduler  # the notebook that reads the files begins with it
    term, as_of = parse_term(options.term), as_of_day(options)
    print_notes(reference.unlike)
    declared = reference.of(term)
    scopes: list[Scope] = []
    if options.each:
        found = (scope for kind in options.each for scope in scopes_of_kind(reference, declared, kind))
        scopes = list(dict.fromkeys(found))
    elif options.unit or options.level:
        pairs = itertools.product(dict.fromkeys(options.unit or [""]), dict.fromkeys(options.level or [""]))
        scopes = [find_scope(reference, declared, unit, level) for unit, level in pairs]
    editions = EDITIONS if options.edition == "both" else (options.edition,)
    result = run_term(
        workspace, reference, term, as_of, options.workers, print, is_forced=options.force, editions=editions
    )
    print(f"Báo cáo ({result.seconds:.1f} s):")
    for report in result.reports:
        print(f"  {report}")
    print(f"Tất cả báo cáo: {index_path(workspace)}")
    if not scopes:
        return 0

    def tell(done: int, total: int, made: Made) -> None:
        came = "LỖI" if made.error else "giữ bản đã có" if made.is_reused else f"{made.seconds:.1f} s"
        print(f"[{done}/{total}] {_named(made)}: {came}", flush=True)

    def _named(made: Made) -> str:
        return f"{scope_subject(reference, made.scope)} – {reference.labels['editions'][made.edition]}"

    reports = make_scoped(
        workspace,
        reference,
        term,
        as_of,
        scopes,
        editions,
        workers=options.workers or processors(),
        progress=tell,
        is_forced=options.force,
    )
    for made in reports:
        for report in () if made.error else made.reports:
            print(f"  {report}")
    failed = [made for made in reports if made.error]
    if failed:
        print(f"Không lập được {len(failed)}/{len(reports)} báo cáo:", file=sys.stderr)
        for made in failed:
            print(f"  {_named(made)}: {made.error}", file=sys.stderr)
        return RunError.exit_code
    return 0


def export(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Execute the notebook and name what was written."""
    from termreview.run.exporting import KINDS, export_notebook

    kinds = tuple(options.kind or KINDS)
    written = export_notebook(options.notebook, workspace, reference, kinds)
    print(f"Đã chạy sổ {options.notebook.name} và ghi:")
    for path in written:
        print(f"  {path}")
    if "pdf" in kinds and not any(path.suffix == ".pdf" for path in written):
        print("Không có PDF: máy này không có Chrome, Chromium hay Edge; mở trang HTML rồi in ra PDF.")
