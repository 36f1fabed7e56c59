"""The exports of systems that lie beside one illustrative term: what they count agrees with what the schools say, but where planted.

Every list is illustrative, its persons are invented and numbered; the tables below are all that differs.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from termreview.reference.declarations import Reference
from termreview.sample.answers.answers import is_of_sample, school_answers
from termreview.sample.schools.schools import Answer
from termreview.terms import Term

FOLDER = "sources"  # beside the schools' files, where a run looks for exports
_Rows = Iterable[Sequence[object]]
_Answers = Mapping[str, Mapping[str, Answer]]

# By part of the year and question: what a system counts more (or less) than the school says.
PLANTED: Mapping[tuple[str, str], Mapping[str, int]] = {
    ("hk1", "questions_contributed_count"): {"0477205": -12, "0477208": 6},
    ("hk1", "pupils_tested_online_count"): {"0477201": -45},
    ("hk1", "library_titles_count"): {"0477301": -320, "0477309": 5},  # 5 of 1450 is within the tolerance
    ("hk1", "parents_linked_count"): {"0477208": -60, "0477404": 4},  # 4 of 294 is within the tolerance
    ("hk1", "computers_antivirus_count"): {"0477401": -9},
    ("hk1", "fees_cashless_vnd"): {"0477109": -18_870_000},
    ("hk1", "enrolments_online_count"): {"0477103": -9},
    ("hk1", "classes_count.total"): {"0477210": 1},
    ("hk1", "pupils_count.total"): {"0477402": -24},
    ("hk1", "classes_using_platform_count"): {"0477205": -4},
    ("hk2", "questions_contributed_count"): {"0477210": -10},
    ("hk2", "parents_linked_count"): {"0477305": -51},
    ("hk2", "computers_antivirus_count"): {"0477406": -5},
}  # fmt: skip
# What a system does not tell of a school: nothing, which is not zero.
UNTOLD: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("hk1", "library_titles_count"): ("0477222",), ("hk2", "enrolments_online_count"): ("0477101", "0477102"),
}  # fmt: skip
# Lists of pupils: a district's one, and a school's own that says otherwise (0477214, six pupils fewer).
LISTED: Mapping[str, tuple[str, ...]] = {
    "hk1": ("0477206", "0477214", "0477221", "0477402"), "hk2": ("0477221", "0477402"),
}  # fmt: skip
CONTRADICTED: Mapping[tuple[str, str], int] = {("hk1", "0477214"): -6}
# Teams of classes, by school: the days of which an export speaks; seven are too few to compare.
TEAMS: Mapping[tuple[str, str], int] = {
    ("hk1", "0477202"): 90, ("hk1", "0477205"): 90, ("hk1", "0477211"): 7, ("hk2", "0477202"): 180,
}  # fmt: skip
# Accounts by domain (account_domains.csv): all, and those active within the period.
ACCOUNTS: Mapping[str, tuple[int, int]] = {
    "tranquoctoan.minhhoa.example": (30, 24), "nguyendu.minhhoa.example": (30, 27),
}  # fmt: skip
_FORMER = {"0477406": ("0477222", "0477310")}  # its classes still stand under their codes of before
_TOTALS = {
    "questions_contributed_count": "Số câu hỏi InTest",
    "pupils_tested_online_count": "Số học sinh kiểm tra trực tuyến",
    "library_titles_count": "Số đầu tài liệu qltv",
    "parents_linked_count": "Số phụ huynh kết nối Hue-S",
    "computers_antivirus_count": "Số máy cài Bkav Endpoint",
    "fees_cashless_vnd": "Số tiền thu không dùng tiền mặt",
    "enrolments_online_count": "Số hồ sơ tuyển sinh trên Cổng dịch vụ công quốc gia",
}
_ATTACHED = "ket-qua-tren-cac-he-thong.csv"
_LAYOUTS = {"school_totals", "csdl_classes", "csdl_pupils", "teams_team_activity", "teams_user_activity"}


def write_system_exports(folder: Path, term: Term, reference: Reference) -> None:
    """Write the exports of one term below its folder; none beside statistics, or where the office declares other layouts or another form."""
    declared = reference.of(term)
    schools = [school for school in declared.schools if is_of_sample(school, declared)]
    if (
        not schools
        or not declared.plan.is_review
        or {layout.source_id for layout in reference.sources.layouts}.isdisjoint(_LAYOUTS)
    ):
        return
    answers = {school.unit_id: school_answers(school, term, reference) for school in schools}
    names = {school.unit_id: school.name for school in schools}
    part, day = term.part, declared.plan.data_as_of
    (folder / FOLDER).mkdir()
    tables: dict[str, _Rows] = {
        "tong-hop-cac-he-thong.csv": _totals(part, names, answers, day),
        _ATTACHED: _screens(part, names, answers),
        "csdl-lop-hoc.csv": _classes(part, names, answers),
        "csdl-hoc-sinh.csv": _pupils(part, LISTED[part], answers),
        "teams-nguoi-dung.csv": _accounts(day),
    }
    tables |= {
        f"{school_id}-C1-HocSinh.csv": _pupils(part, (school_id,), answers, more)
        for (own, school_id), more in CONTRADICTED.items()
        if own == part
    }
    tables |= {
        f"{school_id}-teams-nhom-lop.csv": _teams(_counted(part, "classes_using_platform_count", school_id, answers), days, day)
        for (own, school_id), days in TEAMS.items()
        if own == part
    }  # fmt: skip
    for name, rows in tables.items():
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        (folder / FOLDER / name).write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _counted(part: str, field_id: str, school_id: str, answers: _Answers) -> int | None:
    """What a system counts of one school: what the school says, and what is planted beside it."""
    said = answers.get(school_id, {}).get(field_id)
    if not isinstance(said, int) or school_id in UNTOLD.get((part, field_id), ()):
        return None
    return said + PLANTED.get((part, field_id), {}).get(school_id, 0)


def _totals(
    part: str, names: Mapping[str, str], answers: _Answers, day: datetime.date
) -> Iterator[Sequence[object]]:
    yield ["Mã trường", "Tên trường", "Số liệu tính đến ngày", "Tệp xuất kèm theo", *_TOTALS.values()]
    for school_id, name in names.items():
        counted = [_counted(part, field_id, school_id, answers) for field_id in _TOTALS]
        told = ("" if one is None else one for one in counted)
        yield [school_id, name, f"{day:%d/%m/%Y}", _ATTACHED, *told]


def _screens(part: str, names: Mapping[str, str], answers: _Answers) -> Iterator[Sequence[object]]:
    """What the totals were read from, one figure a line, as no layout knows it."""
    yield ["Đơn vị", "Nội dung trên hệ thống", "Kết quả"]
    for school_id, name in names.items():
        for field_id, title in _TOTALS.items():
            counted = _counted(part, field_id, school_id, answers)
            if counted is not None:
                yield [name, title, counted]


def _classes(part: str, names: Mapping[str, str], answers: _Answers) -> Iterator[Sequence[object]]:
    yield ["Mã trường", "Tên trường", "Mã lớp", "Tên lớp học", "Khối học/Nhóm lớp", "Số buổi học trên tuần"]
    for school_id, name in names.items():
        count = _counted(part, "classes_count.total", school_id, answers) or 0
        codes = _FORMER.get(school_id, (school_id,))
        for number in range(count):
            code = codes[number % len(codes)]
            told = "" if code != school_id else name
            yield [code, told, f"{code}-L{number + 1:02d}", f"Lớp {number + 1}", "", 9]


def _pupils(
    part: str, school_ids: Sequence[str], answers: _Answers, more: int = 0
) -> Iterator[Sequence[object]]:
    yield ["Mã trường", "Mã lớp", "Mã học sinh", "Họ tên", "Trạng thái HS", "Số định danh cá nhân"]
    for school_id in school_ids:
        count = (_counted(part, "pupils_count.total", school_id, answers) or 0) + more
        identified = _counted(part, "pupils_identified_count", school_id, answers) or 0
        for number in range(1, count + 1):
            identifier = f"SỐ-MINH-HỌA-{number:04d}" if number <= identified else ""
            yield [school_id, f"L{number % 20:02d}", f"{school_id}-HS{number:04d}", f"Học sinh minh họa {number:04d}",
                   "Đang học", identifier]  # fmt: skip


def _teams(count: int | None, days: int, day: datetime.date) -> Iterator[Sequence[object]]:
    yield [
        "Report Refresh Date",
        "Team Name",
        "Team Id",
        "Last Activity Date",
        "Report Period",
        "Active Users",
    ]
    for number in range(1, (count or 0) + 1):
        yield [day.isoformat(), f"Lớp minh họa {number}", f"nhom-{number:03d}", day.isoformat(), days, 25]


def _accounts(day: datetime.date) -> Iterator[Sequence[object]]:
    long_ago = day - datetime.timedelta(days=200)
    yield [
        "Report Refresh Date",
        "User Principal Name",
        "Last Activity Date",
        "Is Deleted",
        "Meeting Count",
        "Report Period",
    ]
    for domain, (count, active) in ACCOUNTS.items():
        for number in range(1, count + 1):
            last = day if number <= active else long_ago
            yield [
                day.isoformat(),
                f"tai-khoan-minh-hoa-{number:03d}@{domain}",
                last.isoformat(),
                "False",
                2,
                90,
            ]
