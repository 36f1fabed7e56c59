"""The commands `status` and `return`: what came from the schools of one term, and what goes back to them."""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING

from termreview.cli.options import as_of_day
from termreview.cli.progress import counter
from termreview.errors import UsageError
from termreview.reference.declarations import Reference
from termreview.terms import Term, parse_term
from termreview.workspace import Workspace, read_if_there

if TYPE_CHECKING:
    import pandas as pd

    from termreview.intake.clean import Cleaned
    from termreview.intake.received import ReceivedFile


def status(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Say who has sent, who has not, and what each school still owes; write the reminder list where it is asked for."""
    from termreview.intake.reminders import reminder_list, write_reminders
    from termreview.intake.returned import plan_returns, point_counts, point_table
    from termreview.reporting.summary_decisions import open_findings
    from termreview.reporting.summary_reporting import reporting_by_level, school_reporting
    from termreview.reporting.summary_schools import expected_schools

    term, as_of = parse_term(options.term), as_of_day(options)
    declared = reference.of(term)
    files, cleaned, previous = _cleaned(term, as_of, workspace, reference)
    schools = expected_schools(declared, reference.registry)
    reporting = school_reporting(schools, cleaned.submissions, open_findings(cleaned.findings))
    planned = plan_returns(files, cleaned, reference, term, previous)
    reminders = reminder_list(reporting, point_counts(planned), reference, declared.plan.due_on, as_of)
    if options.xlsx:  # before anything is printed: who reads the list through a pipe may stop early
        points = point_table(planned, term)
        write_reminders(options.xlsx, reminders, points, reference, term, as_of, len(schools))
    whole = reporting_by_level(reporting).set_index("scope").loc["all"]
    days = (as_of - declared.plan.due_on).days
    title = declared.plan.title[:1].upper() + declared.plan.title[1:]
    print(f"{title}, năm học {term.school_year} – đến ngày {as_of:%d/%m/%Y}")
    print(
        f"Hạn nộp {declared.plan.due_on:%d/%m/%Y} ({f'đã quá {days} ngày' if days > 0 else f'còn {-days} ngày'})"
    )
    print(
        f"Phải nộp {whole['expected_count']} · đúng hạn {whole['on_time_count']} · nộp muộn {whole['late_count']} · "
        f"tệp chưa tiếp nhận được {whole['refused_count']} · chưa nộp {whole['missing_count']}"
    )
    owed = reminders["state"].value_counts()
    print(
        f"Trong số đã nộp: cần sửa {whole['needs_repair_count']} · tệp gửi sau chưa tiếp nhận được {owed.get('resent', 0)} · "
        f"cần giải trình {owed.get('explain', 0)} · đã giải trình, chờ xem xét {owed.get('explained', 0)}"
    )
    for state, rows in reminders.groupby("state", sort=False):
        print(
            f"\n{reference.returns['reminder_states'][str(state)]} ({len(rows)}) – {rows['to_do'].iloc[0]}:"
        )
        for school in rows.to_dict("records"):
            late = f"; quá hạn {school['days_late']} ngày" if school["days_late"] else ""
            place = f"{school['school_name']} ({school['commune_name']})"
            print(f"  {school['school_id']}  {place} – {school['detail']}{late}")
    refusals = reference.labels["refusals"]
    unknown = cleaned.submissions.query("school_id.isna()")
    if len(unknown):
        print(f"\nTệp không rõ của trường nào ({len(unknown)}) – Xem từng tệp bằng `termreview inspect`:")
    for row in unknown.itertuples():
        print(f"  {row.file} – {refusals[row.reason_code]}")
    if options.xlsx:
        print(f"\nDanh sách nhắc: {options.xlsx}")


def give_back(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Write each school's own file with its points marked, and say how many and in which way."""
    from termreview.intake.returned import plan_returns
    from termreview.intake.returned_workbook import write_returns

    term, as_of = parse_term(options.term), as_of_day(options)
    expected = {school.unit_id for school in reference.of(term).schools}
    if unknown := sorted(set(options.school or ()) - expected):
        raise UsageError(f"trường không phải nộp trong kỳ {term.term_id}: {', '.join(unknown)}")
    files, cleaned, previous = _cleaned(term, as_of, workspace, reference)
    if not files:
        raise UsageError(
            f"chưa nhận được tệp nào của kỳ {term.term_id} tính đến ngày {as_of:%d/%m/%Y}: không có tệp để trả; "
            f"xem `termreview status {term.term_id}`"
        )
    planned = [
        entry
        for entry in plan_returns(files, cleaned, reference, term, previous)
        if entry.school.unit_id in (options.school or expected)
    ]
    folder = options.output or workspace.reports(term) / "returns"
    written = write_returns(folder, planned, cleaned.observations, reference, term)
    ways = [entry.way for entry in written.values()]
    print(
        f"Đã ghi {len(written)} tệp trả về vào {folder}: đánh dấu trên tệp của trường {ways.count('marked')} · "
        f"biểu mẫu điền lại {ways.count('rebuilt')} · giải thích tệp không nhận được {ways.count('refused')}"
    )
    print(f"Không còn gì phải sửa, giải trình: {len(planned) - len(written)} trường đã nộp")
    for school_id in sorted(set(options.school or ()) - {entry.school.unit_id for entry in planned}):
        print(f"  {school_id}: chưa nộp nên không có tệp để trả")


def _cleaned(
    term: Term, as_of: datetime.date, workspace: Workspace, reference: Reference
) -> tuple[list[ReceivedFile], Cleaned, pd.DataFrame | None]:
    """What was received of one term, what came of it, and the answers of the term before."""
    from termreview.intake.clean import clean_term
    from termreview.intake.received import list_received

    previous = read_if_there(workspace, reference.calendar.plan(term).previous, "observations")
    files = list_received(workspace.raw(term), as_of, as_of)
    return files, clean_term(files, reference, term, previous, progress=counter("tệp")), previous
