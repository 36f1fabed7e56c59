"""One command a task: check, forms, adopt, status, return, inspect, source, run, desk, demo. The `cli` modules alone print and exit."""

from __future__ import annotations

import argparse
import datetime
import locale
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from termreview.cli.options import parser, workspace_of
from termreview.cli.progress import counter, heard_or_not, on_one_line, print_notes
from termreview.coded_text import reason
from termreview.errors import UNEXPECTED, RunError, TermReviewError
from termreview.installation import shadowed
from termreview.reference.declarations import Reference, load_reference
from termreview.storage.workspace import Workspace, read_if_there, sweep_workspace
from termreview.terms import parse_term

ERROR_LOG = "loi-chuong-trinh.log"
Command = Callable[[argparse.Namespace, Workspace, Reference], int | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 when all went well, otherwise that of the error."""
    if arguments is None:
        _speak_utf8()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    with heard_or_not():
        return _done(arguments)


def _speak_utf8() -> None:
    """Begin again in UTF-8 where this machine's language has another: file names and texts are the same everywhere.

    What is started from here, such as the kernels of notebooks, does as this process does.
    """
    os.environ["PYTHONUTF8"] = "1"
    os.environ.pop("PYTHONIOENCODING", None)
    spoken = {sys.getfilesystemencoding(), locale.getencoding()}
    if (
        os.name != "nt"
        and not sys.flags.utf8_mode
        and {name.lower().replace("-", "") for name in spoken} != {"utf8"}
    ):
        os.execv(sys.executable, [sys.executable, "-m", "termreview.cli", *sys.argv[1:]])


def _done(arguments: Sequence[str] | None) -> int:
    """Run one command; its exit code."""
    # A kernel's debugger would warn of itself on the terminal.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    options = parser().parse_args(arguments)
    workspace = None
    try:
        if options.command == "inspect":  # knows files of no office, too
            from termreview.cli.inspect import inspect

            return inspect(options)
        workspace = workspace_of(options)
        reference = load_reference(workspace.reference)
        if options.command in _WRITING:
            sweep_workspace(workspace)
        return _command(options.command)(options, workspace, reference) or 0
    except TermReviewError as error:
        print(f"termreview: {error}", file=sys.stderr)
        if isinstance(error, RunError):
            _report_shadowed(options)
        return error.exit_code
    except OSError as error:
        print(f"termreview: không đọc hoặc không ghi được {error.filename or ''} ({reason(error)})", file=sys.stderr)  # fmt: skip
        return RunError.exit_code
    except Exception as error:  # a fault of the installation, or of the program: no screen full of code for who cannot read it
        if isinstance(error, ImportError | AttributeError) and _report_shadowed(options):
            print(f"termreview: {error}", file=sys.stderr)
            return RunError.exit_code
        print(f"termreview: {_unexpected(error, workspace)}", file=sys.stderr)
        return UNEXPECTED
    except KeyboardInterrupt:
        print("termreview: đã dừng theo yêu cầu", file=sys.stderr)
        return 130


def _command(name: str) -> Command:
    place = _COMMANDS[name]
    if not isinstance(place, str):
        return place
    module, _, function = place.partition(".")
    found: Command = getattr(import_module(f"termreview.cli.{module}"), function)
    return found


def _report_shadowed(options: argparse.Namespace) -> bool:
    """Name what stands in the place of a library, where something does: what fails then says anything but that."""
    found = shadowed(*([workspace_of(options).notebooks] if options.command != "inspect" else []))
    for name, path in found:
        print(
            f"termreview: {path} đứng chỗ của thư viện {name}: đổi tên tệp đó, hoặc bỏ thư mục của nó khỏi PYTHONPATH",
            file=sys.stderr,
        )
    return bool(found)


def _unexpected(error: Exception, workspace: Workspace | None) -> str:
    """What is said of a fault of the program; its details go to a file, for who mends it."""
    folder = workspace.root / "data" / "processed" if workspace else Path(tempfile.gettempdir())
    path = folder / ERROR_LOG
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="replace")
        where = f"chi tiết ở {path}"
    except OSError:
        where = f"không ghi được chi tiết vào {path}"
    return f"lỗi ngoài dự kiến của chương trình ({type(error).__name__}), lệnh dừng lại; {where}, gửi tệp này cho người phụ trách phần mềm"


def _check(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.forms.office_sheets import office_sheets
    from termreview.intake.received_notices import files_of_former_form
    from termreview.run.work_list import REPORT_NOTEBOOKS, parts_of_report

    for form in reference.forms.values():
        if form.office is not None:
            office_sheets(form.office)
    for report in REPORT_NOTEBOOKS:
        parts_of_report(workspace, reference, report)
    for plan in reference.calendar.plans:
        declared = reference.of(plan.term)
        print(
            f"{plan.term.term_id}: {len(declared.schools)} trường, {len(declared.tasks)} nhiệm vụ, "
            f"{len(declared.checks)} phép kiểm tra, {len(declared.indicator_set.items)} tiểu mục; "
            f"hạn nộp {plan.due_on:%d/%m/%Y}"
        )
        legal = reference.documents[plan.legal]
        if not legal.holds_on(plan.due_on, plan.term.school_year):
            print(
                f"Lưu ý: văn bản căn cứ {legal.number} là của năm học khác, chưa ban hành hoặc đã hết hiệu lực vào hạn nộp "
                "của kỳ này, nên báo cáo không nêu ở phần căn cứ"
            )
        changed, looked = files_of_former_form(workspace, reference, plan.term)
        if changed:
            print(
                f"Lưu ý: biểu mẫu {plan.form} đã thay đổi sau khi kỳ {plan.term.term_id} nhận tệp: {changed}/{looked} tệp đã xem theo "
                "bản cũ; giữ nguyên biểu mẫu đã gửi, câu hỏi mới thì lập biểu mẫu mới"
            )
    for document in reference.documents.values():
        if document.has_two_dates:
            print(
                f"Lưu ý: {document.number} được dẫn ngày {document.cited_on:%d/%m/%Y}, "
                f"ngày xác nhận là {document.confirmed_on:%d/%m/%Y}"
            )
    print_notes((*reference.unlike, *reference.notes))
    print(f"Khai báo hợp lệ (mã kiểm tra {reference.fingerprint[:12]}).")


def _forms(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.forms.dispatch import write_forms

    term = parse_term(options.term)
    folder = options.output or workspace.forms(term)
    previous = read_if_there(workspace, reference.calendar.plan(term).previous, "observations")
    written = write_forms(reference, term, folder, options.school, counter("biểu mẫu"), previous)
    print(f"Đã ghi {len(written)} biểu mẫu vào {folder}")


def _adopt(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.forms.adopted.drafts import adopt_workbook

    adopted = adopt_workbook(options.file, reference, workspace.reference, options.id)
    for sheet in adopted.proposal.sheets:
        for table in sheet.tables:
            print(
                f"{sheet.name}!{table.cell}: {table.title} – {len(table.rows)} dòng, {len(table.columns)} cột"
            )
    print(f"Đã ghi bản nháp {adopted.form_id} ({adopted.cell_count} ô để điền) vào {adopted.folder}")
    if adopted.doubts:
        print(f"Cần quyết định {len(adopted.doubts)} chỗ, xem {adopted.folder / 'doubts.md'}:")
    for doubt in adopted.doubts:
        print(f"  {doubt.sheet}!{doubt.cell}: {reference.adoption.doubt(doubt.code, doubt.found)}")


def _rehearse(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.sample.rehearsal.rehearse import rehearsal_page, rehearse

    print(rehearsal_page(rehearse(reference, parse_term(options.term), options.rounds)))


def _demo(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    from termreview.reporting.records.published import index_path
    from termreview.run.runner import run_term
    from termreview.sample.school_year import write_sample

    print("Tạo dữ liệu minh họa (không phải số liệu của trường có thật)")
    if options.years is not None:
        from termreview.run.work_list import table_steps
        from termreview.sample.years.past_years import declare_past_years, write_past_files

        workspace = declare_past_years(workspace, options.years)
        reference = load_reference(workspace.reference)
        for term, day in write_past_files(workspace, reference, on_one_line).items():
            on_one_line(f"{term.term_id}: làm sạch, chấm điểm")
            steps = table_steps(workspace, reference.of(term), day)
            run_term(workspace, reference, term, day, steps=steps)
        on_one_line("")
        print(f"Bốn năm học trước (đã làm sạch, chấm điểm): {workspace.root / 'data' / 'raw'}")
    counts = write_sample(workspace, reference, progress=on_one_line)
    on_one_line("")
    reports: list[Path] = []
    plans = {term_id: reference.calendar.plan(parse_term(term_id)) for term_id in counts}
    for term_id, plan in plans.items():
        if not plan.is_review:
            continue
        term = plan.term
        as_of = plan.due_on + datetime.timedelta(days=10)
        print(f"{term_id}: {counts[term_id]} tệp")
        reports += run_term(workspace, reference, term, as_of, progress=print).reports
        if options.offices:
            from termreview.rollup.publishing import write_handed_in

            folder = write_handed_in(workspace, reference, term, as_of)
            print(f"Số liệu của chín xã, như các đơn vị gửi lên: termreview merge {folder}")
    print("Báo cáo (trang HTML, văn bản Word, phụ lục Excel):")
    for report in reports:
        print(f"  {report}")
    print(f"Tất cả báo cáo: {index_path(workspace)}")
    if others := [term_id for term_id, plan in plans.items() if not plan.is_review]:
        print(f"Đã ghi tệp, chưa chạy các kỳ thống kê: {', '.join(others)} (termreview run KỲ --as-of NGÀY)")


# What these find half written of a process that was killed, they take away; `run` and `demo` do so with the lock.
_WRITING = ("forms", "adopt", "status", "return", "letters", "new-year", "clean", "issue", "compare", "desk")
# What a command does, or where in this room that stands: it is loaded when it is asked for.
_COMMANDS: Mapping[str, Command | str] = {
    "check": _check, "forms": _forms, "adopt": _adopt, "status": "status.status",
    "return": "status.give_back", "letters": "status.write_letters", "new-office": "office.begin_office",
    "new-year": "office.begin_year", "clean": "office.take_away", "run": "run.run", "verify": "verify.verify",
    "issue": "issue.issue", "compare": "issue.compare", "export": "run.export", "merge": "merge.merge",
    "source": "sources.look", "sources": "sources.purge", "links": "sources.check_links",
    "rehearse": _rehearse, "demo": _demo, "desk": "desk.desk",
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
