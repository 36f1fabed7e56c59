"""The command `compare`: what changed between two reports that were handed out, or since the last one."""

from __future__ import annotations

import argparse
import sys

from termreview.errors import UsageError
from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term


def compare(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Write the comparison as a page and a list, and say how much moved and why."""
    from termreview.reporting.changes.comparison import compare_with, open_issue
    from termreview.reporting.changes.issued import cause_lines, opening
    from termreview.reporting.changes.page import changes_title, write_changes
    from termreview.reporting.changes.report_diff import diff_reports
    from termreview.reporting.changes.report_diff_section import diff_opening
    from termreview.reporting.editions.scope import find_scope, scope_subject
    from termreview.reporting.records.issued import broken_issues, find_issue, issues_of
    from termreview.reporting.report.context import open_report
    from termreview.run.work_list import REPORT_NOTEBOOKS

    term = parse_term(options.term)
    scope = find_scope(reference, reference.of(term), options.unit, options.level)
    for broken in broken_issues(workspace, term):
        print(broken.message(reference.provenance["notices"], workspace.root), file=sys.stderr)
    if options.first is None:
        issues = issues_of(workspace, term, scope)
        if not issues:
            about = scope_subject(reference, scope)
            raise UsageError("scope_never_issued", term=f"{term.term_id} {about}".strip())
        first = issues[-1]
    else:
        first = find_issue(workspace, term, options.first)
    later = None if options.second is None else find_issue(workspace, term, options.second)
    if later is not None and later.scope_ids != first.scope_ids:
        raise UsageError("other_scopes", first=first.number, later=later.number)
    if later is not None and later.number == first.number:
        raise UsageError("issue_with_itself", number=first.number)
    if later is not None and later.number < first.number:
        print(
            f"Lần {later.number} phát hành trước lần {first.number}: so từ lần {later.number} đến lần {first.number}"
        )
        first, later = later, first
    unit, level = first.scope_ids
    report = (
        open_report(term.term_id, "", str(workspace.root), unit, level)
        if later is None
        else open_issue(later, reference, workspace)
    )
    comparison = compare_with(report, first, later)
    notebook = workspace.notebooks / f"{REPORT_NOTEBOOKS[report.declared.plan.report]}.ipynb"
    printed = diff_reports(workspace, report, first, later, notebook)
    name = f"thay-doi-{term.term_id}-{first.number}-{'nay' if later is None else later.number}"
    folder = options.output or workspace.reports(term)
    page, listing, every = (folder / f"{name}{end}" for end in (".html", ".csv", "-moi-so.csv"))
    write_changes(report, comparison, page, listing, printed, every)
    print(changes_title(report, comparison))
    print(opening(report, comparison, printed.figures))
    for line in cause_lines(report, comparison):
        print(f"  {line}")
    print(diff_opening(report, printed))
    print(f"  {page}\n  {listing}\n  {every}")
