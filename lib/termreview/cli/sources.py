"""The commands on what systems and links tell: an export looked at, its layout drafted, exports purged, links of evidence asked."""

from __future__ import annotations

import argparse
from collections import defaultdict

from termreview.errors import UsageError
from termreview.intake.checks.evidence import named_links
from termreview.intake.received.link_reach import ANSWERS, STATES, reach
from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.term.latest_term import has_files, term_or_latest
from termreview.sources.counting import LAYOUT_UNKNOWN, Counted
from termreview.sources.facts import FOLDER, READ, period_window, purge_sources, try_export
from termreview.sources.proposal import SeenExport, can_be_drafted, look_at_export, write_draft
from termreview.storage.lock import held
from termreview.storage.workspace import Workspace, read_table
from termreview.terms import Term, parse_term

_REACHED = dict(
    zip(
        STATES,
        (
            "mở được",
            "không còn trang này",
            "máy chủ không cho xem",
            "địa chỉ trong mạng nội bộ",
            "không trả lời",
        ),
        strict=True,
    )
)
_KINDS = {"number": "số", "date": "ngày", "words": "ít giá trị", "text": "chữ", "blank": "để trống"}


def look(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> int:
    """Show what would be counted of one export, or draft a layout for it; nothing else is written."""
    if not options.file.is_file():
        raise UsageError("no_such_export", file=options.file)
    declared = reference.of(_term(options, workspace, reference))
    counted, state, reason = try_export(options.file, reference, declared)
    if not counted.reason:
        _show_counted(counted, reference, declared)
        if state == READ:
            print(
                "Chưa ghi gì. Đặt tệp vào thư mục sources/ của kỳ rồi chạy `termreview run` để dùng số này."
            )
            return 0
        print(f"Tệp này sẽ không được tổng hợp: {_why(reason, counted, reference, declared)}.")
        return 6
    if counted.reason != LAYOUT_UNKNOWN:
        print(f"{options.file.name}: {_why(counted.reason, counted, reference, declared)}.")
        return 6
    seen = look_at_export(options.file)
    print(f"{options.file.name}: {reference.labels['source_reasons'][LAYOUT_UNKNOWN]}.")
    if not seen.columns:
        return 6
    _show_seen(seen)
    if not can_be_drafted(seen):
        print("Mọi đầu cột có thể là tên người: không lập bản nháp bố cục từ tệp này.")
    elif options.id:
        path = write_draft(workspace.reference, options.id, seen)
        print(
            f"Đã ghi bản nháp vào {path}: điền tên hệ thống, chọn cột và số liệu cần đếm, xóa dòng is_draft để xác nhận, "
            "rồi chạy `termreview check`."
        )
    else:
        print("Thêm --id MÃ để ghi bản nháp bố cục vào data/reference/sources/.")
    return 6


def _why(reason: str, counted: Counted, reference: Reference, declared: TermReference) -> str:
    """Why one export does not count: what it holds, what the term takes instead, and what to do about it."""
    labels, window = reference.labels, period_window(reference, declared)
    reasons, remedies = labels["refusals"] | labels["source_reasons"], labels["source_remedies"]
    told = " ".join(filter(None, (reasons.get(reason, reason), counted.detail)))
    if expected := labels["source_expected"].get(reason):
        told += "; " + expected.format(
            term=declared.term.term_id, year=declared.term.school_year, found=", ".join(counted.titled),
            first=f"{window.first:%d/%m/%Y}", last=f"{window.last:%d/%m/%Y}",
        )  # fmt: skip
    return f"{told}. Cách xử lý: {remedies.get(reason, remedies['file'])}"


def _term(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> Term:
    """The term that is named; else that in whose folder the export lies, the latest that came, the last one declared."""
    if options.term:
        return parse_term(options.term)
    terms = [plan.term for plan in reference.calendar.plans]
    place = options.file.resolve()
    for term in terms:
        if workspace.raw(term).resolve() in place.parents:
            return term
    there = any(has_files(workspace, term) for term in terms)
    return term_or_latest(workspace, reference) if there else reference.calendar.reviews[-1].term


def _show_counted(counted: Counted, reference: Reference, declared: TermReference) -> None:
    layout = next(one for one in reference.sources.layouts if one.source_id == counted.source_id)
    print(f"Kỳ báo cáo: {declared.term.term_id}")
    print(
        f"Bố cục: {layout.title} ({layout.system}; khai báo sources/{layout.source_id}.yml, mức tin cậy {layout.mark})"
    )
    if counted.period_to is not None:
        since = f"từ {counted.period_from:%d/%m/%Y} " if counted.period_from else ""
        print(f"Kỳ của số liệu: {since}đến {counted.period_to:%d/%m/%Y}")
    print(
        f"{counted.rows} dòng: đã đếm {counted.rows_counted}, không rõ trường {counted.rows_of_no_school}, "
        f"trùng {counted.rows_twice}, của kỳ khác {counted.rows_of_other_period}; "
        f"{counted.values_unread} ô số không đọc được"
    )
    for note in counted.notes:
        print(f"Lưu ý: {reference.labels['source_notes'][note]}")
    by_fact: dict[str, list[float]] = defaultdict(list)
    for (_, fact_id), value in counted.values.items():
        by_fact[fact_id].append(value)
    for fact in layout.facts:
        values = by_fact.get(fact.fact_id, [])
        total = float(sum(values))
        told = number_text(total if values else None, "integer" if total.is_integer() else "decimal1")
        print(f"  {fact.title}: {told} {fact.unit} ở {len(values)}/{len(declared.schools)} trường")


def _show_seen(seen: SeenExport) -> None:
    print(f"Trang tính {seen.sheet}, đầu cột ở dòng {seen.head_row}, {seen.rows} dòng:")
    for column in seen.columns:
        said = (
            "có thể là dữ liệu cá nhân, không nêu ví dụ" if column.is_personal else "; ".join(column.examples)
        )
        head = " ".join(column.head.split())
        print(
            f"  {head}: {_KINDS[column.kind]}, {column.filled} ô có nội dung, {column.different} giá trị khác nhau"
            + (f" ({said})" if said else "")
        )


def purge(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Take away the exports of one term that were counted."""
    folder = workspace.raw(parse_term(options.term)) / FOLDER
    with held(workspace.root, f"purge exports of {options.term}"):
        gone, left = purge_sources(folder)
    print(f"Đã xóa {gone} tệp xuất đã đếm trong {folder}; số đã đếm và mã kiểm tra của từng tệp vẫn giữ.")
    if left:
        print(
            f"Còn {left} tệp chưa đếm được, vẫn có thể có dữ liệu cá nhân: xem lý do ở sổ 1_clean_submissions, "
            "sửa rồi chạy lại, hoặc xóa tay."
        )


def check_links(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Print the links that would be asked; with `--check` ask each of them once, and say what came of it."""
    term = parse_term(options.term)
    names = {school.unit_id: school.short_name for school in reference.of(term).schools}
    links = named_links(read_table(workspace, term, "observations"))
    print(f"{len(links)} đường dẫn minh chứng của kỳ {term.term_id}:")
    for link, school_ids in links.items():
        print(f"  {link} ({', '.join(names.get(one, one) for one in school_ids)})")
    if not options.check:
        print("Chưa truy cập địa chỉ nào. Thêm --check để hỏi từng địa chỉ (chỉ HEAD, không tải nội dung).")
        return
    found = {link: reach(link) for link in links}
    for state, told in _REACHED.items():
        if own := [link for link, reached in found.items() if reached == state]:
            print(f"{told}: {len(own)}/{len(links)}")
            for link in own if state != ANSWERS else ():
                print(f"  {link} ({', '.join(names.get(one, one) for one in links[link])})")
    print("Đường dẫn không mở được là một câu hỏi với trường: trang có thể chỉ tạm dừng hoặc cần đăng nhập.")
