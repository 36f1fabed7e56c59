"""The commands `status`, `return` and `letters`: what came from the schools of one term, what goes back to them, what is written to them."""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING

from termreview.cli.options import as_of_day
from termreview.cli.progress import counter, print_notes
from termreview.errors import UsageError
from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace, read_if_there
from termreview.terms import Term, parse_term
from termreview.text import capitalised

if TYPE_CHECKING:
    import pandas as pd

    from termreview.intake.clean import Cleaned
    from termreview.intake.received.received import ReceivedFile


def status(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Say who has sent, who has not, and what each school still owes; write the reminder list where it is asked for."""
    from termreview.intake.received_notices import MOST_SHOWN, file_decision_lines, received_notices
    from termreview.reporting.summaries.reporting import reporting_by_level
    from termreview.run.reminding import reminding_on
    from termreview.spreadsheets.packages.guard import NOT_OPENED

    term, as_of = parse_term(options.term), as_of_day(options)
    print_notes(reference.unlike)
    declared = reference.of(term)
    there = _received(term, as_of, workspace, reference)
    files = [file for file in there if file.received_on <= as_of]
    cleaned, previous = _cleaned(files, term, workspace, reference)
    owing = reminding_on(as_of, there, cleaned, reference, term, previous)
    reminders, unknown = owing.reminders, owing.unknown
    if options.xlsx:  # before anything is printed: who reads the list through a pipe may stop early
        owing.write(options.xlsx)
    whole = reporting_by_level(owing.reporting).set_index("scope").loc["all"]
    days = (as_of - declared.plan.due_on).days
    title = capitalised(declared.plan.title)
    print(f"{title}, năm học {term.school_year} – đến ngày {as_of:%d/%m/%Y}")
    again = declared.plan.resubmission_due_on
    print(
        f"Hạn nộp {declared.plan.due_on:%d/%m/%Y} ({f'đã quá hạn {days} ngày' if days > 0 else f'còn {-days} ngày'})"
        + (f" · hạn sửa {again:%d/%m/%Y}" if again else "")
    )
    owed = reminders["state"].value_counts()
    later = owed.get("day_later", 0)
    print(
        f"Phải nộp {whole['expected_count']} · đúng hạn {whole['on_time_count']} · nộp muộn {whole['late_count']} · "
        f"tệp không hợp lệ {whole['refused_count']} · chưa nộp {whole['missing_count'] - later}"
        + (f" · ngày nhận ghi sau ngày tính {later}" if later else "")
    )
    print(
        f"Trong số đã nộp: cần sửa {whole['needs_repair_count']} · tệp gửi sau không hợp lệ {owed.get('resent', 0)} · "
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
    lines = list(
        received_notices(
            workspace.raw(term),
            there,
            as_of,
            reference.provenance["notices"],
            reference.registry.school_names,
        )
    )
    if lines:
        print("\n" + "\n".join(lines))
    is_unread = cleaned.submissions["reason_code"].eq(NOT_OPENED) & cleaned.submissions["school_id"].notna()
    if names := sorted(set(cleaned.submissions["file"][is_unread])):  # nothing is asked of their schools
        told = reference.provenance["notices"]["unread"]
        print("\n" + told.format(count=len(names), names=", ".join(names[:MOST_SHOWN])))
    for line in file_decision_lines(cleaned.findings, reference.returns["files"]):
        print(line)
    if len(unknown):
        print(f"\nTệp không rõ của trường nào ({len(unknown)}) – Xem từng tệp bằng `termreview inspect`:")
    for row in unknown[:MOST_SHOWN].itertuples():
        print(f"  {row.file} – {row.reason}")
    if len(unknown) > MOST_SHOWN:
        counts = unknown["reason"][MOST_SHOWN:].value_counts()
        told = "; ".join(f"{reason} {count}" for reason, count in counts.items())
        print(f"  … và {len(unknown) - MOST_SHOWN} tệp khác: {told} (danh sách đủ: --xlsx)")
    if options.xlsx:
        print(f"\nDanh sách nhắc: {options.xlsx}")


def give_back(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Write each school's own file with its points marked, and say how many and in which way."""
    from termreview.returns.returned import plan_returns
    from termreview.returns.workbook import write_returns

    term, as_of = parse_term(options.term), as_of_day(options)
    expected = {school.unit_id for school in reference.of(term).schools}
    if unknown := sorted(set(options.school or ()) - expected):
        raise UsageError("schools_not_expected", term=term.term_id, schools=", ".join(unknown))
    files = [file for file in _received(term, as_of, workspace, reference) if file.received_on <= as_of]
    if not files:
        raise UsageError("nothing_to_return", term=term.term_id, day=as_of)
    cleaned, previous = _cleaned(files, term, workspace, reference)
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


def write_letters(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Write the letters of one day to the schools, and name each school that gets no draft and why."""
    from termreview.run.reminding import letters_on, reminding_on, write_mail

    term, as_of = parse_term(options.term), as_of_day(options)
    expected = {school.unit_id for school in reference.of(term).schools}
    if unknown := sorted(set(options.school or ()) - expected):
        raise UsageError("schools_not_expected", term=term.term_id, schools=", ".join(unknown))
    there = _received(term, as_of, workspace, reference)
    cleaned, previous = _cleaned(
        [file for file in there if file.received_on <= as_of], term, workspace, reference
    )
    owing = reminding_on(as_of, there, cleaned, reference, term, previous)
    letters = letters_on(owing, workspace, cleaned.observations, previous, options.kind, options.school or ())
    written = write_mail(workspace, letters, reference, term, as_of, options.output)
    texts = reference.letters
    for kind in dict.fromkeys(letter.kind for letter in letters):
        own = [letter for letter in letters if letter.kind == kind]
        drafts = sum(letter.has_draft for letter in own)
        print(f"{texts[kind]['title']}: {len(own)} trường, {drafts} thư nháp")
    for letter in letters:
        if not letter.has_draft:
            told = texts["states"][letter.state].format(address=", ".join(letter.contact.odd_addresses))
            print(f"  {letter.school['school_id']}  {letter.school['name']} – {told}")
    print(f"Đã ghi {len(letters)} thư vào {written[0].parent}; chương trình không gửi thư nào")


def _received(
    term: Term, as_of: datetime.date, workspace: Workspace, reference: Reference
) -> list[ReceivedFile]:
    """What was received of one term, of every day."""
    from termreview.intake.received.received import received_of

    return received_of(workspace.raw(term), reference.calendar.plan(term), reference.registry, as_of)


def _cleaned(
    files: list[ReceivedFile], term: Term, workspace: Workspace, reference: Reference
) -> tuple[Cleaned, pd.DataFrame | None]:
    """What came of the files of one term, and the answers of the term before."""
    from termreview.intake.clean import clean_term
    from termreview.intake.received.evidence_files import FOLDER as EVIDENCE, evidence_before, list_evidence
    from termreview.sources.facts import FOLDER, read_sources

    previous = read_if_there(workspace, reference.calendar.plan(term).previous, "observations")
    facts = read_sources(workspace.raw(term) / FOLDER, reference, reference.of(term)).facts
    evidence = list_evidence(workspace.raw(term) / EVIDENCE)
    earlier = evidence_before(evidence, workspace, reference.calendar, term)
    told = counter("tệp")
    return clean_term(
        files, reference, term, previous, progress=told, facts=facts, evidence=evidence, earlier=earlier
    ), previous
