"""What is planted in the illustrative years before the sample's own: one truth a constant, none of a real school.

The years are built backward from the sample's school year: a school that an action of the office lifts there, or that
slips there, stood lower or higher in every year before.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace

from termreview.sample.schools.scenarios import Aims, draw
from termreview.sample.schools.schools import SchoolTerm

PAST_YEARS = ("2019-2020", "2020-2021", "2021-2022", "2022-2023")
OLD_SET = "qd-4725-2022-thu-nghiem"
OLD_RULE_YEARS = PAST_YEARS[:2]  # scored by the earlier version of the index, whose bands are stricter

# Between the second and the third year: of two communes one is made, one school comes under its neighbour, one is renamed.
REFORM_DAY, REFORM_YEAR = datetime.date(2021, 7, 1), PAST_YEARS[2]
MERGED_COMMUNE = "047712"
COMMUNES_BEFORE: Mapping[str, tuple[str, str]] = {  # name, short name
    "047721": ("xã Xuân Thượng", "Xuân Thượng"),
    "047722": ("xã Xuân Hạ", "Xuân Hạ"),
}
MOVED = "0477214"
PARENTS_BEFORE: Mapping[str, str] = {
    "0477114": "047722", "0477216": "047721", "0477217": "047722", "0477308": "047722", MOVED: "047709",
}  # fmt: skip
NAMES_BEFORE: Mapping[str, tuple[str, str]] = {"0477211": ("Trường TH Phú Lâm 2", "TH Phú Lâm 2")}
REFORM_EVENTS = (  # code, kind, from, to, note
    ("2021-hop-nhat-047712", "merge", "047721;047722", MERGED_COMMUNE,
     "Sắp xếp đơn vị hành chính cấp xã: xã Xuân Thượng, xã Xuân Hạ hợp nhất thành xã Xuân Lâm (dữ liệu minh họa)."),
    ("2021-chuyen-047712", "reparent", "0477114;0477216;0477217;0477308", MERGED_COMMUNE,
     "Các trường trên địa bàn chuyển về xã Xuân Lâm; mã trường giữ nguyên (dữ liệu minh họa)."),
    ("2021-chuyen-047710", "reparent", MOVED, "047710",
     "Trường TH Đông Sơn 2 chuyển từ địa bàn xã Phú Khê sang xã Đông Sơn (dữ liệu minh họa)."),
    ("2021-doi-ten-0477211", "rename", "0477211", "0477211",
     "Trường TH Phú Lâm 2 đổi tên thành Trường TH Kim Đồng (dữ liệu minh họa)."),
)  # fmt: skip

# Points of each group of the index.
YEARLY_CHANGE = 1.5  # what every school really gains from year to year
LUCK = 1.5  # the spread of one school's good and bad years
WORKED_EFFECT = 8.0
SLIPS: Mapping[str, Mapping[str, float]] = {  # below what they were, by part of the year
    "0477305": {"hk2": 27.0},  # its rented software ran out in March
    "0477210": {"hk1": 20.0, "hk2": 20.0},
}

# The action that worked, and the one that did nothing: weak and strong schools of several levels in both.
WORKED = ("0477202", "0477204", "0477207", "0477209", "0477213", "0477302", "0477307", "0477402")
IDLE = ("0477203", "0477206", "0477303", "0477217", "0477219", "0477306", "0477403")

# Visited in the last term: those with most to clear up, and others drawn by lot with a printed seed.
RISK = ("0477205", "0477208", "0477211", "0477304")
DRAWN_COUNT, SEED = 12, 20240510
EASY_ITEM, EASY_GAP = "2.3.6", 3.0  # claimed too easily nearly everywhere
LOOKED_AT = ("1.3.1", "1.3.2", "1.3.4", "1.5.1", "2.3.2", "2.3.5", "2.3.6", "2.3.8", "2.4.2")


def in_year(here: SchoolTerm, school_year: str) -> SchoolTerm:
    """One school of the sample as it stood at the same part of an earlier year; as it is in the sample's own."""
    if school_year not in PAST_YEARS:
        return here
    back = len(PAST_YEARS) - PAST_YEARS.index(school_year)
    luck = round(draw(here.school_id, school_year, "luck").gauss(0, LUCK) * 2) / 2
    moved = {
        part: luck - YEARLY_CHANGE * back - WORKED_EFFECT * (here.school_id in WORKED)
        + SLIPS.get(here.school_id, {}).get(part, 0.0)
        for part in ("hk1", "hk2")
    }  # fmt: skip
    own, part = here.aims, here.part
    aims = Aims(
        _held(own.teaching_hk1 + moved["hk1"], 100), _held(own.management_hk1 + moved["hk1"], 90),
        _held(own.teaching_hk2 + moved["hk2"], 100), _held(own.management_hk2 + moved["hk2"], 90),
    )  # fmt: skip
    # Capabilities are the shares of the points that the sample's year has (of a preschool: its own).
    teaching = _held(here.teaching + moved[part] / 100, 1)
    management = _held(here.management + moved[part] / 90, 1)
    peaks = max(teaching, here.peak_teaching + moved[part] / 100), max(management, here.peak_management + moved[part] / 90)  # fmt: skip
    return replace(
        here, aims=aims, teaching=teaching, management=management, peak_teaching=_held(peaks[0], 1), peak_management=_held(peaks[1], 1)
    )  # fmt: skip


def _held(value: float, most: float) -> float:
    return min(max(value, 0.02 * most), most)
