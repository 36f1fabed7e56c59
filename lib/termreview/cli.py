"""One command a task: check, forms, status, return, inspect, run, desk, demo. The `cli` modules alone print and exit."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from termreview.cli_options import as_of_day, parser
from termreview.errors import RunError, TermReviewError, UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.mistakes import Mistakes, read_mistakes
from termreview.terms import Term, parse_term
from termreview.workspace import Workspace, find_workspace, has_tables, read_table

if TYPE_CHECKING:
    import pandas as pd

    from termreview.intake.clean import Cleaned
    from termreview.intake.received import ReceivedFile

Command = Callable[[argparse.Namespace, Workspace, Reference], int | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 when all went well, otherwise that of the error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = parser().parse_args(arguments)
    catalogue = Mistakes()
    try:
        if options.command == "inspect":  # knows files of no office, too
            return _inspect(options)
        workspace = Workspace(options.root.resolve()) if options.root else find_workspace()
        catalogue = read_mistakes(workspace.reference)
        reference = load_reference(workspace.reference)
        return _COMMANDS[options.command](options, workspace, reference) or 0
    except TermReviewError as error:
        print(f"termreview: {catalogue.words(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"termreview: không đọc hoặc không ghi được {error.filename or ''} ({error.strerror or error})", file=sys.stderr)  # fmt: skip
        return RunError.exit_code
    except KeyboardInterrupt:
        print("termreview: đã dừng theo yêu cầu", file=sys.stderr)
        return 130


def _check(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    for plan in reference.calendar.plans:
        declared = reference.of(plan.term)
        print(
            f"{plan.term.term_id}: {len(declared.schools)} trường, {len(declared.tasks)} nhiệm vụ, "
            f"{len(declared.checks)} phép kiểm tra, {len(declared.indicator_set.items)} tiểu mục; "
            f"hạn nộp {plan.due_on:%d/%m/%Y}"
        )
    for document in reference.documents.values():
        if document.has_two_dates:
            print(
                f"Lưu ý: {document.number} được dẫn ngày {document.cited_on:%d/%m/%Y}, "
                f"ngày xác nhận là {document.confirmed_on:%d/%m/%Y}"
            )
    print(f"Khai báo hợp lệ (dấu vân tay {reference.fingerprint[:12]}).")


def _forms(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.intake.dispatch import write_forms

    term = parse_term(options.term)
    folder = options.output or workspace.forms(term)
    before = reference.calendar.plan(term).previous
    previous = (
        read_table(workspace, before, "observations") if before and has_tables(workspace, before) else None
    )
    written = write_forms(reference, term, folder, options.school, _counter("biểu mẫu"), previous)
    print(f"Đã ghi {len(written)} biểu mẫu vào {folder}")


def _status(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
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
        f"tệp không dùng được {whole['refused_count']} · chưa nộp {whole['missing_count']} · cần sửa {whole['needs_repair_count']}"
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
    for row in unknown.itertuples():
        print(f"Không rõ của trường nào: {row.file} – {refusals.get(row.reason_code, row.reason_code)}")
    if options.xlsx:
        print(f"\nDanh sách nhắc: {options.xlsx}")


def _return(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.intake.returned import plan_returns
    from termreview.intake.returned_workbook import write_returns

    term, as_of = parse_term(options.term), as_of_day(options)
    expected = {school.unit_id for school in reference.of(term).schools}
    if unknown := sorted(set(options.school or ()) - expected):
        raise UsageError(f"trường không phải nộp trong kỳ {term.term_id}: {', '.join(unknown)}")
    files, cleaned, previous = _cleaned(term, as_of, workspace, reference)
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

    before = reference.calendar.plan(term).previous
    previous = (
        read_table(workspace, before, "observations") if before and has_tables(workspace, before) else None
    )
    files = list_received(workspace.raw(term), as_of, as_of)
    return files, clean_term(files, reference, term, previous, progress=_counter("tệp")), previous


def _inspect(options: argparse.Namespace, *_: object) -> int:
    from termreview.intake.inspection import READ, inspect_file
    from termreview.intake.inspection_text import inspection_lines

    try:
        workspace = Workspace(options.root.resolve()) if options.root else find_workspace()
        reference = load_reference(workspace.reference)
    except TermReviewError:  # outside of an office's folders: what a file shows by itself
        reference = None
    words = reference or _words_at_home()
    inspected = [inspect_file(path, reference, words) for path in options.files]
    if options.json:
        print(json.dumps([vars(entry) for entry in inspected], ensure_ascii=False, indent=2))
    for entry in () if options.json else inspected:
        print("\n".join(inspection_lines(entry, words.labels if words else {})))
    return 0 if all(entry.state == READ for entry in inspected) else 6


def _words_at_home() -> Reference | None:
    """The declarations that lie beside this program: outside of an office's folders they lend their words."""
    try:
        return load_reference(find_workspace(Path(__file__).parent).reference)
    except TermReviewError:
        return None


def _run(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> int:
    from termreview.cli_run import run

    return run(options, workspace, reference)


def _verify(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> int:
    from termreview.cli_verify import verify

    return verify(options, workspace, reference)


def _rehearse(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.rehearsal import rehearsal_page, rehearse

    print(rehearsal_page(rehearse(reference, parse_term(options.term), options.rounds)))


def _demo(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.reporting.published import index_path
    from termreview.runner import run_term
    from termreview.sample import write_sample

    print("Tạo dữ liệu minh họa (không phải số liệu của trường có thật)")
    counts = write_sample(workspace, reference, progress=_on_one_line)
    _on_one_line("")
    reports: list[Path] = []
    for term_id in counts:
        term = parse_term(term_id)
        plan = reference.calendar.plan(term)
        as_of = plan.due_on + datetime.timedelta(days=10)
        print(f"{term_id}: {counts[term_id]} tệp")
        reports += run_term(workspace, reference, term, as_of, progress=print).reports
    print("Báo cáo (trang HTML, văn bản Word, phụ lục Excel):")
    for report in reports:
        print(f"  {report}")
    print(f"Tất cả báo cáo: {index_path(workspace)}")


def _on_one_line(text: str) -> None:
    """Show the latest line of progress in place on a terminal, and nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _counter(what: str) -> Callable[[int, int], None]:
    """Show progress on one line of the terminal, and nothing where the output is no terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            _on_one_line(f"{done}/{total} {what}" + ("\n" if done >= total else ""))

    return show


def _desk(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.cli_desk import desk

    desk(options, workspace, reference)


def _issue(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.cli_issue import issue

    issue(options, workspace, reference)


def _compare(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.cli_compare import compare

    compare(options, workspace, reference)


_COMMANDS: Mapping[str, Command] = {
    "check": _check,
    "forms": _forms,
    "status": _status,
    "return": _return,
    "run": _run,
    "verify": _verify,
    "issue": _issue,
    "compare": _compare,
    "rehearse": _rehearse,
    "demo": _demo,
    "desk": _desk,
}


if __name__ == "__main__":
    sys.exit(main())
