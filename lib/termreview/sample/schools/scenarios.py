"""One scenario per school of the illustrative district: how far it is, and what is odd about it.

Nothing here is about a real school. The tables are read by the other `sample_*` modules; whoever wants to see
another situation in the reports changes a line here.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass


def draw(*names: object) -> random.Random:
    """The dice of one question: the same names give the same throws, on every machine and in every order."""
    return random.Random("/".join(str(name) for name in names))


@dataclass(frozen=True)
class Aims:
    """The points one general school reaches: group 1 (teaching), group 2 (management), semester I and year end.

    Of group 2 only 90 points are placed in items, so that 50 to 65 concludes level 2, 66 to 75 leaves levels 2
    and 3 open, and 40 to 49 leaves levels 1 and 2 open.
    """

    teaching_hk1: float
    management_hk1: float
    teaching_hk2: float
    management_hk2: float

    def teaching(self, part: str) -> float:
        """Points of group 1 in one part of the year."""
        return self.teaching_hk1 if part == "hk1" else self.teaching_hk2

    def management(self, part: str) -> float:
        """Points of group 2 in one part of the year."""
        return self.management_hk1 if part == "hk1" else self.management_hk2


AIMS: Mapping[str, Aims] = {
    "0477201": Aims(78, 78, 88, 84),  # a strong primary school of the town
    "0477202": Aims(70, 68, 79, 77),  # rises to level 3 in both groups
    "0477203": Aims(61, 58, 68, 63),
    "0477204": Aims(52, 51, 60, 57),
    "0477205": Aims(57, 54, 66, 62),  # claims more than its facts show
    "0477206": Aims(48, 45, 56, 53),  # from level 1 to level 2
    "0477207": Aims(65, 60, 77, 70),
    "0477208": Aims(55, 52, 63, 60),  # claims without evidence
    "0477209": Aims(44, 40, 53, 51),
    "0477210": Aims(58, 56, 64, 61),
    "0477211": Aims(73, 69, 80, 78),  # claims more than its facts show in semester I
    "0477212": Aims(50, 50, 58, 55),  # exactly on the line of level 2
    "0477213": Aims(46, 43, 52, 50),
    "0477214": Aims(33, 31, 41, 38),  # small school in the hills
    "0477215": Aims(54, 55, 62, 61),
    "0477216": Aims(71, 63, 76, 66),  # a condition denied in semester I, issued by the year end
    "0477217": Aims(60, 57, 69, 64),
    "0477218": Aims(47, 44, 54, 52),
    "0477219": Aims(49.5, 47, 57, 56),  # half a point below level 2
    "0477220": Aims(75, 64, 75.5, 72),  # exactly 75, then half a point above
    "0477221": Aims(29, 27, 38, 36),  # small school in the hills, 4 to 5 pupils at a computer
    "0477222": Aims(51, 50, 51, 50),  # merged on 01/02/2024
    "0477301": Aims(84, 80, 92, 87),  # the strongest school
    "0477302": Aims(62, 59, 70, 64),  # claims without evidence
    "0477303": Aims(56, 53, 64, 60),
    "0477304": Aims(53, 51, 61, 58),
    "0477305": Aims(67, 62, 47, 46),  # slips: its rented software ran out in March
    "0477306": Aims(64, 66, 72, 76),
    "0477307": Aims(45, 42, 55, 52),
    "0477308": Aims(58, 57, 66, 64),  # no plan of its own all year: a condition denied
    "0477309": Aims(76, 71, 84, 79),
    "0477310": Aims(59, 55, 59, 55),  # merged on 01/02/2024
    "0477401": Aims(66, 64, 74, 73),
    "0477402": Aims(36, 35, 45, 44),  # small school in the hills
    "0477403": Aims(57, 61, 67, 67),  # leaves a condition open in semester I
    "0477404": Aims(50, 48, 59, 57),
    "0477405": Aims(52, 50, 59, 56),
    "0477406": Aims(54, 52, 57, 55),  # grew out of 0477222 and 0477310
}
PRESCHOOL_CAPABILITY: Mapping[str, float] = {"0477101": 0.9, "0477117": 0.34, "0477112": 0.42}

PUPILS: Mapping[str, int] = {
    "0477221": 96, "0477214": 128, "0477402": 214, "0477117": 88, "0477112": 104,
    "0477201": 640, "0477301": 590, "0477222": 236, "0477310": 268,
}  # fmt: skip
MINORITY_SHARE: Mapping[str, float] = {"0477221": 0.34, "0477214": 0.22, "0477402": 0.27, "0477117": 0.3}

PUPILS_PER_COMPUTER: Mapping[str, tuple[float, float]] = {  # semester I, year end; others follow the points
    "0477221": (4.8, 4.0), "0477214": (4.2, 3.6), "0477213": (3.6, 3.6), "0477206": (3.4, 2.8),
    "0477218": (3.5, 3.3), "0477402": (3.4, 3.0), "0477307": (2.8, 1.9), "0477304": (2.6, 2.3),
    "0477404": (2.4, 2.0), "0477301": (1.0, 1.0), "0477201": (1.3, 1.0),
}  # fmt: skip

LIBRARY_TITLES: Mapping[str, tuple[int, int]] = {"0477309": (1445, 1580), "0477301": (1120, 1364)}

DENIED_CONDITIONS: Mapping[tuple[str, str], str] = {  # the number reads "Không có"
    ("0477216", "hk1"): "online_regulation", ("0477308", "hk1"): "cds_plan", ("0477308", "hk2"): "cds_plan",
}  # fmt: skip
OPEN_CONDITIONS: Mapping[tuple[str, str], str] = {  # left blank: met or not, nobody knows
    ("0477403", "hk1"): "online_plan", ("0477218", "hk2"): "cds_people",
}  # fmt: skip
OVERCLAIMED_ITEMS: Mapping[tuple[str, str], tuple[str, ...]] = {  # own points above what the facts give
    ("0477205", "hk1"): ("1.4", "1.7.2"), ("0477205", "hk2"): ("1.7.2",),
    ("0477211", "hk1"): ("1.4", "1.7.2"), ("0477304", "hk1"): ("1.6.2", "1.7.2"),
    ("0477210", "hk2"): ("1.4", "1.6.3"), ("0477215", "hk2"): ("1.7.2",),
    ("0477401", "hk2"): ("1.7.2",),  # 74 points by the facts, 76 by its own count: level 2 or 3
}  # fmt: skip
UNPROVEN_ITEMS: Mapping[tuple[str, str], tuple[str, ...]] = {  # claimed, the evidence left blank
    ("0477208", "hk1"): ("1.3.2", "2.3.5", "2.3.6"), ("0477302", "hk1"): ("2.3.3", "2.3.7", "1.3.4"),
    ("0477217", "hk1"): ("2.3.6",), ("0477404", "hk1"): ("1.3.3", "1.3.4"), ("0477208", "hk2"): ("2.3.6",), ("0477303", "hk2"): ("2.3.5", "2.3.8"),
}  # fmt: skip


def aims_of(school_id: str) -> Aims:
    """The points that one general school reaches: as its scenario says, or drawn for a school without one."""
    if school_id in AIMS:
        return AIMS[school_id]
    first, rise = draw(school_id, "aims").randint(38, 78), draw(school_id, "rise").randint(3, 10)
    return Aims(first, min(first, 80), first + rise, min(first + rise, 84))


def capability(school_id: str, part: str) -> tuple[float, float]:
    """How far one school is, 0 to 1, in teaching and in management."""
    aims = AIMS.get(school_id)
    if aims is not None:
        return aims.teaching(part) / 100, aims.management(part) / 90
    own = PRESCHOOL_CAPABILITY.get(school_id, draw(school_id, "capability").uniform(0.5, 0.8))
    gain = draw(school_id, "gain").uniform(0.06, 0.14) if part != "hk1" else 0.0
    return min(own + gain, 1.0), min(own + gain, 1.0)
