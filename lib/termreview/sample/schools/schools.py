"""One school in one term of the illustrative district: its statistics and how far it is."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from termreview.reference.declarations import Reference
from termreview.reference.kinds.units import Unit
from termreview.sample.schools.pupils import GRADE_WEIGHTS, pupil_counts
from termreview.sample.schools.scenarios import (
    MINORITY_SHARE,
    PUPILS_PER_COMPUTER,
    Aims,
    aims_of,
    capability,
    draw,
)
from termreview.terms import Term

Answer = str | int | float | datetime.date
DONE, UNDER_WAY, NOT_STARTED = "done", "under_way", "not_started"
_KIND_OF_SCHOOL = {"mn": "MN", "th": "TH", "thcs": "THCS", "th_thcs": "TH&THCS"}
# Statistics tell of the school as the report of the same half of the year does.
_HALVES = {"tkdn": "hk1", "tkgn": "hk1", "tkcn": "hk2"}
_TEACHERS_PER_CLASS = {"mn": 1.9, "th": 1.4, "thcs": 1.95, "th_thcs": 1.65}
_WOMEN = {"mn": 1.0, "th": 0.82, "thcs": 0.62, "th_thcs": 0.7}


@dataclass(frozen=True)
class SchoolTerm:
    """One school in one term; capabilities are shares from 0 to 1.

    `teaching` and `management` are of the term; `peak_teaching` and `peak_management` the best of the year, on
    which everything counted since the start of the year is built, so that no such count ever falls. `aims` are the
    points of the index that it reaches.
    """

    school: Unit
    part: str
    place_name: str
    roll: Roll
    autumn: Roll
    teaching: float
    management: float
    peak_teaching: float
    peak_management: float
    aims: Aims

    @property
    def school_id(self) -> str:
        """The code of the school."""
        return self.school.unit_id

    @property
    def is_general(self) -> bool:
        """Say whether the school is not a preschool."""
        return self.school.level != "mn"

    @property
    def is_year_end(self) -> bool:
        """Say whether the term closes the year."""
        return self.part != "hk1"

    @property
    def sign(self) -> str:
        """The kind of school as document numbers end: `25/KH-TH`."""
        return _KIND_OF_SCHOOL[self.school.level]

    def chance(self, name: str, low: float, high: float) -> float:
        """A number between two that stays the same all year for one question."""
        return draw(self.school_id, name).uniform(low, high)

    def share(self, name: str, capability_share: float, start: float = 0.2, spread: float = 0.08) -> float:
        """A share that grows with capability: from `start` upwards, a little different at every school."""
        return min(
            max(start + (1.02 - start) * capability_share + self.chance(name, -spread, spread), 0.0), 1.0
        )

    def part_of(self, whole: int, share: float) -> int:
        """A count that is one share of a whole, never above it."""
        return min(round(whole * share), whole)

    def so_far(self, name: str, low: float, high: float) -> int:
        """A count since the start of the year: about half of the year's by semester I, never falling."""
        year = self.chance(name, low, high)
        return round(year if self.is_year_end else year * 0.48)

    def status(self, task: str, level: float, bias: float = 0.0, peak: float = 1.0) -> str:
        """How far one task is; not started only where the best of the year, `peak`, is low: nothing is undone."""
        line = 0.15 + bias + self.chance(f"{task} status", -0.14, 0.14)
        if 0.9 * level + line > 0.62:
            return DONE
        return UNDER_WAY if 0.9 * peak + line > 0.42 else NOT_STARTED

    def has(self, name: str, level: float, line: float) -> str:
        """`yes` where the school is above one line."""
        return "yes" if level + self.chance(name, -0.08, 0.08) > line else "no"

    @property
    def computers_in_lab(self) -> int:
        """Working pupils' computers of the computer room."""
        return _computers_in_lab(self, self.teaching, self.is_year_end)

    @property
    def computers_bought(self) -> int:
        """Computers for Informatics bought since the start of the year."""
        if not self.is_year_end:
            return 0
        return self.computers_in_lab - _computers_in_lab(self, capability(self.school_id, "hk1")[0], False)


def school_term(school: Unit, term: Term, reference: Reference) -> SchoolTerm:
    """Describe one school in one term; a school merged within the year is the sum of its former ones."""
    plan = reference.calendar.plan(term)
    before = reference.calendar.plan(plan.previous).due_on if plan.previous else plan.due_on
    former = [
        (former_id, reference.registry.on(before)[former_id].level)
        for former_id in reference.registry.predecessors(school.unit_id, before, plan.due_on)
        if former_id in reference.registry.on(before)
    ]
    units = reference.registry.on(plan.due_on)
    half = _HALVES.get(term.part, term.part)
    first, now = capability(school.unit_id, "hk1"), capability(school.unit_id, half)
    return SchoolTerm(
        school, half, units[school.parent_id].name,
        school_roll(school.unit_id, school.level, half, former),
        school_roll(school.unit_id, school.level, "hk1", former),
        now[0], now[1], max(first[0], now[0]), max(first[1], now[1]), aims_of(school.unit_id),
    )  # fmt: skip


def _computers_in_lab(here: SchoolTerm, level: float, is_year_end: bool) -> int:
    usual = (3.6, 2.8) if here.school.level == "th" else (2.6, 1.75)
    line = 3 if here.school.level == "th" else 2
    ratios = PUPILS_PER_COMPUTER.get(here.school_id)
    ratio = ratios[int(is_year_end)] if ratios else max(usual[0] - usual[1] * level, 1.0)
    if is_year_end and not ratios:
        ratio = min(ratio, max(usual[0] - usual[1] * capability(here.school_id, "hk1")[0], 1.0))
    size = here.autumn.largest_class
    return math.floor(size / ratio) if ratio > line else math.ceil(size / ratio)


def roll_answers(here: SchoolTerm) -> dict[str, Answer]:
    """The answers of the statistics sheet, and the rooms with projector and internet."""
    answers: dict[str, Answer] = dict(here.roll.counts)
    if here.is_general:
        rooms = here.roll["classrooms_count"]
        answers["classrooms_projector_internet_count"] = here.part_of(
            rooms, here.share("projectors", here.peak_teaching, 0.1)
        )
    return answers


@dataclass(frozen=True)
class Roll:
    """The statistics of one school in one term, by field id; grids carry their columns and their total."""

    level: str
    counts: Mapping[str, int]

    def __getitem__(self, field_id: str) -> int:
        return self.counts[field_id]

    @property
    def pupils(self) -> int:
        """All pupils."""
        return self.counts["pupils_count.total"]

    @property
    def teachers(self) -> int:
        """All teachers."""
        return self.counts["teachers_count.total"]

    @property
    def classes(self) -> int:
        """All classes."""
        return self.counts["classes_count.total"]

    @property
    def staff(self) -> int:
        """Managers, teachers and other staff."""
        return sum(self.counts[f"{kind}_count.total"] for kind in ("managers", "teachers", "other_staff"))

    @property
    def largest_class(self) -> int:
        """The pupils of the fullest class in the grades that learn Informatics."""
        grades = [grade for grade in GRADE_WEIGHTS[self.level] if grade not in ("g1", "g2")]
        return max(
            -(-self.counts[f"pupils_count.{grade}"] // max(self.counts[f"classes_count.{grade}"], 1))
            for grade in grades
        )


def school_roll(school_id: str, level: str, part: str, former: Sequence[tuple[str, str]] = ()) -> Roll:
    """The statistics of one school in one term; a merged school is the sum of its `former` ones (id, level)."""
    counts: dict[str, int] = {}
    for one_id, one_level in former or ((school_id, level),):
        for field_id, count in _own_counts(one_id, one_level, part).items():
            counts[field_id] = counts.get(field_id, 0) + count
    if former:
        counts["managers_count.total"] = counts["managers_count.permanent"] = 3
        counts["managers_count.qualified"] = 3
        counts["managers_count.women"] = min(counts["managers_count.women"], 3)
    return Roll(level, counts)


def _own_counts(school_id: str, level: str, part: str) -> dict[str, int]:
    counts = pupil_counts(school_id, level, part)
    classes = counts["classes_count.total"]
    return counts | _staff(school_id, level, classes) | _rooms(school_id, level, classes)


def _staff(school_id: str, level: str, classes: int) -> dict[str, int]:
    dice = draw(school_id, "staff")
    sizes = {
        "managers": 2 if classes < 16 else 3,
        "teachers": max(round(classes * _TEACHERS_PER_CLASS[level] * dice.uniform(0.95, 1.08)), 6),
        "other_staff": dice.randint(6, 11) if level == "mn" else dice.randint(4, 7),
    }
    counts: dict[str, int] = {}
    for kind, total in sizes.items():
        contract = 0 if kind == "managers" else min(dice.randint(0, 3), total)
        women = max(round(total * _WOMEN[level]) - (kind == "other_staff"), 1)
        qualified = total if kind == "managers" else max(total - dice.randint(0, 2), 0)
        row = {"total": total, "women": women, "qualified": qualified, "permanent": total - contract}
        counts |= {
            f"{kind}_count.{column}": count for column, count in (row | {"contract": contract}).items()
        }
    return counts


def _rooms(school_id: str, level: str, classes: int) -> dict[str, int]:
    dice = draw(school_id, "rooms")
    rooms = max(round(classes * 0.8), 4) if level == "thcs" else classes + dice.randint(0, 2)
    temporary = 1 if school_id in MINORITY_SHARE else 0
    semi_solid = round((rooms - temporary) * dice.uniform(0.0, 0.4))
    return {
        "classrooms_count": rooms,
        "classrooms_solid_count": rooms - temporary - semi_solid,
        "classrooms_semi_solid_count": semi_solid,
        "classrooms_temporary_count": temporary,
    }
