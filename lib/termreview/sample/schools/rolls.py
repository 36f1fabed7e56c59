"""One school in one term as statistics see it: pupils, classes, staff and rooms that agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from termreview.sample.schools.pupils import GRADE_WEIGHTS, pupil_counts
from termreview.sample.schools.scenarios import MINORITY_SHARE, draw

_TEACHERS_PER_CLASS = {"mn": 1.9, "th": 1.4, "thcs": 1.95, "th_thcs": 1.65}
_WOMEN = {"mn": 1.0, "th": 0.82, "thcs": 0.62, "th_thcs": 0.7}


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
