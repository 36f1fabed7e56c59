"""The commands `issue` and `compare`: the published report recorded as handed out, and what changed between two that were."""

from __future__ import annotations

import argparse
import sys

from termreview.cli.options import as_of_day
from termreview.errors import UsageError
from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term


def issue(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Keep the report as it stands, and say under which number."""
    from termreview.intake.received.received import received_of
    from termreview.reporting.editions.scope import find_scope
    from termreview.reporting.records.issued import broken_issues
    from termreview.reporting.term.term_tables import tables_now
    from termreview.run.issuing import issue_report

    term = parse_term(options.term)
    scope = find_scope(reference, reference.of(term), options.unit, options.level)
    as_of = as_of_day(options) if options.as_of else None
    for broken in broken_issues(workspace, term):
        print(broken.message(reference.provenance["notices"], workspace.root), file=sys.stderr)
    kept = issue_report(workspace, reference, term, scope, options.edition, as_of)
    found = kept.issue
    status = str(reference.publishing["status"][found.status]).lower()
    edition = reference.labels["editions"][options.edition]
    if kept.is_new:
        print(
            f"Đã phát hành lần {found.number}, {edition}: báo cáo {status}, số liệu đến ngày {found.as_of:%d/%m/%Y}"
        )
    else:
        print(f"Báo cáo này ({edition}) đã phát hành ở lần {found.number}, từ đó chưa có gì thay đổi")
    pending = found.record["pending"]
    outstanding = {
        "chưa nộp": pending["missing"],
        "có tệp không hợp lệ": pending["refused"],
        "còn lỗi ở số liệu tính điểm": pending["errors"],
    }
    told = [f"{len(schools)} trường {why} ({', '.join(schools)})" for why, schools in outstanding.items() if schools]  # fmt: skip
    if told:
        print(f"Còn có thể thay đổi: {'; '.join(told)}")
    counted = {entry["file"] for entry in found.record["inputs"]}
    there = received_of(workspace.raw(term), reference.of(term).plan, reference.registry, found.as_of)
    later = [file.name for file in there if file.name not in counted]
    if later:
        print(f"Chưa tính vào báo cáo này: {len(later)} tệp nhận sau ({', '.join(later[:5])}{', …' if len(later) > 5 else ''})")  # fmt: skip
    was = [told for told in (found.record.get("previous"), *found.record.get("compared", [])) if told]
    for other in reference.terms_read_by(term):
        now = tables_now(workspace, other)
        if now != next((told for told in was if told["term_id"] == other.term_id), None):
            print(
                f"Báo cáo này lập khi số liệu kỳ {other.term_id} chưa như hiện nay: chỗ so với kỳ đó là số liệu cũ; "
                f"muốn so với số liệu hiện nay thì chạy lại `termreview run {term.term_id}` rồi phát hành lại"
            )
    for report in found.reports:
        print(f"  {report}")


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
