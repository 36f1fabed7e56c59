"""One file that arrives from one illustrative school: when, under which name, with which trouble.

A school without a line sends one clean file in time. The tables are the declared trouble of the sample: about one
file in four.
"""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from termreview.reference.kinds.calendar import TermPlan
from termreview.reference.kinds.units import Unit
from termreview.sample.schools.scenarios import draw


@dataclass(frozen=True)
class Arrival:
    """One declared file: day received, faults by name, the office's note; blank `name` means the usual one.

    `copies` names a part of the year: the file is byte for byte the school's own first file of that part.
    """

    part: str
    school_id: str
    received_on: str
    faults: tuple[str, ...] = ()
    name: str = ""
    note: str = ""
    copies: str = ""


MISSING: Mapping[str, tuple[str, ...]] = {
    "hk1": ("0477114", "0477218", "0477405"),
    "hk2": ("0477114", "0477213"),
    "tkdn": ("0477114", "0477218"),
    "tkgn": ("0477114",),
    "tkcn": ("0477213",),
}

_RENEWED = "bản sửa, gửi thay bản trước"
ARRIVALS: tuple[Arrival, ...] = (
    # Semester I, due 10/01/2024. Late:
    Arrival("hk1", "0477106", "2024-01-11"),
    Arrival("hk1", "0477402", "2024-01-12", note="đã nhắc qua điện thoại"),
    Arrival("hk1", "0477214", "2024-01-15", note="đã nhắc hai lần"),
    Arrival("hk1", "0477304", "2024-01-16"),
    # Sent again after a correction, and the same file twice:
    Arrival("hk1", "0477203", "2024-01-04", ("pupils_total_wrong",), "0477203_BC_HK1.xlsx"),
    Arrival("hk1", "0477203", "2024-01-09", (), "0477203_BC_HK1_sua.xlsx", _RENEWED),
    Arrival("hk1", "0477307", "2024-01-05", ("materials_total_wrong",), "BÁO CÁO CNTT THCS Đông Sơn.xlsx"),
    Arrival("hk1", "0477307", "2024-01-10", (), "BÁO CÁO CNTT THCS Đông Sơn (sửa).xlsx", _RENEWED),
    Arrival("hk1", "0477103", "2024-01-08", (), "Bao cao HK1 - MN Binh An 1.xlsx"),
    Arrival("hk1", "0477103", "2024-01-09", (), "Bao cao HK1 - MN Binh An 1 (1).xlsx", copies="hk1"),
    # Nothing readable:
    Arrival("hk1", "0477209", "2024-01-10", ("truncated",), "0477209_BC_HK1.xlsx", "tệp mở không được"),
    Arrival("hk1", "0477107", "2024-01-09", ("html_as_xls",), "0477107 bao cao HK1.xls"),
    # Readable, with something to repair or explain:
    Arrival("hk1", "0477109", "2024-01-08", ("girls_exceed",)),
    Arrival("hk1", "0477116", "2024-01-05", ("sheet_renamed",)),
    Arrival("hk1", "0477117", "2024-01-10", ("formula_without_value",)),
    Arrival("hk1", "0477205", "2024-01-09", ("percent_as_share", "yes_no_spellings")),
    Arrival("hk1", "0477206", "2024-01-10", ("pupils_total_wrong",)),
    Arrival("hk1", "0477207", "2024-01-10", ("words_for_numbers",)),
    Arrival("hk1", "0477210", "2024-01-04", ("row_inserted",)),
    Arrival("hk1", "0477212", "2024-01-10", ("services_blank",)),
    Arrival("hk1", "0477302", "2024-01-09", ("error_cell",)),
    Arrival("hk1", "0477309", "2024-01-08", ("grouped_numbers", "percent_with_sign")),
    Arrival("hk1", "0477404", "2024-01-10", ("decomposed_text", "yes_no_spellings", "dates_as_text")),
    # Year end, due 25/5/2024. Late:
    Arrival("hk2", "0477110", "2024-05-27"),
    Arrival("hk2", "0477306", "2024-05-28"),
    Arrival("hk2", "0477214", "2024-05-30", note="đã nhắc hai lần"),
    # Sent again after a correction or a refusal:
    Arrival("hk2", "0477204", "2024-05-17", ("pupils_total_wrong",), "0477204_BC_HK2.xlsx"),
    Arrival("hk2", "0477204", "2024-05-22", (), "0477204_BC_HK2_lan 2.xlsx", _RENEWED),
    Arrival(
        "hk2", "0477401", "2024-05-16", ("materials_total_wrong",), "BC tổng kết TH&THCS Lê Quý Đôn.xlsx"
    ),
    Arrival("hk2", "0477401", "2024-05-24", (), "BC tổng kết TH&THCS Lê Quý Đôn (sửa).xlsx", _RENEWED),
    Arrival("hk2", "0477303", "2024-05-20", ("password_set",), "0477303 BC HK2.xlsx", "tệp có mật khẩu"),
    Arrival("hk2", "0477303", "2024-05-23", (), "0477303 BC HK2 (khong mat khau).xlsx"),
    Arrival("hk2", "0477220", "2024-05-21", ("truncated",), "0477220_BC_HK2.xlsx", "tệp mở không được"),
    Arrival("hk2", "0477220", "2024-05-22", (), "0477220_BC_HK2_gui lai.xlsx"),
    # The file of semester I once more, nothing else:
    Arrival("hk2", "0477113", "2024-05-24", (), "0477113 BAO CAO CUOI NAM.xlsx", copies="hk1"),
    # Readable, with something to repair or explain:
    Arrival("hk2", "0477105", "2024-05-23", ("decomposed_text",)),
    Arrival("hk2", "0477106", "2024-05-24", ("yes_no_spellings", "words_for_numbers")),
    Arrival("hk2", "0477112", "2024-05-24", ("formula_without_value",)),
    Arrival("hk2", "0477118", "2024-05-23", ("girls_exceed",)),
    Arrival("hk2", "0477206", "2024-05-22", ("points_above_maximum",)),
    Arrival("hk2", "0477208", "2024-05-20", ("sheet_renamed", "percent_with_comma")),
    Arrival("hk2", "0477211", "2024-05-23", ("percent_with_sign", "dates_as_text")),
    Arrival("hk2", "0477217", "2024-05-24", ("row_inserted",)),
    Arrival("hk2", "0477219", "2024-05-24", ("second_group_blank",)),
    Arrival("hk2", "0477302", "2024-05-20", ("materials_total_wrong",)),
    Arrival("hk2", "0477304", "2024-05-23", ("fees_in_thousands",)),
    # Statistics at the start of the year, as of 30/9/2023, due 30/10/2023. Before the closing day, late, sent again:
    Arrival("tkdn", "0477103", "2023-09-21"),
    Arrival("tkdn", "0477216", "2023-09-28"),
    Arrival("tkdn", "0477214", "2023-11-02", note="đã nhắc qua điện thoại"),
    Arrival("tkdn", "0477304", "2023-10-31"),
    Arrival("tkdn", "0477202", "2023-10-16", ("budget_in_dong",), "0477202_TKDN.xlsx"),
    Arrival("tkdn", "0477202", "2023-10-23", (), "0477202_TKDN_sua.xlsx", _RENEWED),
    Arrival(
        "tkdn", "0477107", "2023-10-27", ("truncated",), "0477107 thong ke dau nam.xlsx", "tệp mở không được"
    ),
    # The slips that offices name:
    Arrival("tkdn", "0477201", "2023-10-20", ("budget_in_dong",)),
    Arrival("tkdn", "0477305", "2023-10-25", ("budget_in_dong",)),
    Arrival("tkdn", "0477205", "2023-10-24", ("main_site_counted",)),
    Arrival("tkdn", "0477302", "2023-10-26", ("main_site_counted",)),
    Arrival("tkdn", "0477210", "2023-10-18", ("both_standards",)),
    Arrival("tkdn", "0477303", "2023-10-27", ("standard_without_decision",)),
    Arrival("tkdn", "0477208", "2023-10-25", ("utilities_skipped",)),
    Arrival("tkdn", "0477402", "2023-10-30", ("level_left_out",)),
    # In the middle of the year, due 31/01/2024; against the start of the year and the report of semester I:
    Arrival("tkgn", "0477203", "2024-02-05"),
    Arrival("tkgn", "0477211", "2024-01-26", ("standard_raised",)),
    Arrival("tkgn", "0477207", "2024-01-25", ("pupils_of_other_year",)),
    Arrival("tkgn", "0477208", "2024-01-29", ("utilities_skipped",)),
    # At the end of the year, due 30/6/2024:
    Arrival("tkcn", "0477304", "2024-07-02"),
    Arrival("tkcn", "0477305", "2024-06-20", ("budget_in_dong",)),
    Arrival("tkcn", "0477206", "2024-06-24", ("results_exceed",)),
)


def term_arrivals(plan: TermPlan, schools: Iterable[Unit]) -> list[tuple[Unit, Arrival]]:
    """Every file of one term with its school, names and days filled in, in registry order."""
    part = plan.term.part
    declared: dict[str, list[Arrival]] = {}
    for arrival in ARRIVALS:
        if arrival.part == part:
            declared.setdefault(arrival.school_id, []).append(arrival)
    found = []
    for school in schools:
        if school.unit_id in MISSING.get(part, ()):
            continue
        usual = Arrival(part, school.unit_id, _usual_day(school, plan).isoformat())
        found += [(school, _named(arrival, school)) for arrival in declared.get(school.unit_id, [usual])]
    return found


def _usual_day(school: Unit, plan: TermPlan) -> datetime.date:
    """A working day between the day the figures are of and the deadline; most schools wait for the last days."""
    span = (plan.due_on - plan.data_as_of).days
    days = [plan.data_as_of + datetime.timedelta(days=number) for number in range(1, span + 1)]
    if not days:
        return plan.due_on
    working = [day for day in days if day.weekday() < 5 and (day.month, day.day) != (1, 1)]
    working = working or days
    late = draw(school.unit_id, plan.term.part, "day").triangular(0, 1, 1)
    return working[min(int(late * len(working)), len(working) - 1)]


def _named(arrival: Arrival, school: Unit) -> Arrival:
    if arrival.name:
        return arrival
    part, short_name = arrival.part.upper(), school.short_name
    what = "CNTT" if arrival.part.startswith("hk") else "THỐNG KÊ"
    ways = (
        f"{school.unit_id}_BC_{part}.xlsx",
        f"{school.unit_id}_BC_{part}.xlsx",
        f"Bao cao {part} - {_plain(short_name)}.xlsx",
        f"BC {what} {part} {short_name}.xlsx",
        f"{_plain(short_name).upper().replace(' ', '_')}_{part}.xlsx",
        f"BÁO CÁO {what} {part} - {short_name} (chính thức).xlsx",
    )
    name = draw(school.unit_id, "file name").choice(ways)
    return Arrival(
        arrival.part, school.unit_id, arrival.received_on, arrival.faults, name, arrival.note, arrival.copies
    )


def _plain(text: str) -> str:
    """A name without accents, as many people name files."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
