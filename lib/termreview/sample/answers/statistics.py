"""The answers of one illustrative school to periodic statistics: a sheet a school level, of the same school as its reports tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from termreview.sample.schools.scenarios import MINORITY_SHARE, draw
from termreview.sample.schools.schools import Answer, SchoolTerm

STATISTICS_FORM = "thong-ke"
# The sheets of each school level and the grades that each tells of.
_SHEETS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "mn": {"mn": ("a1", "a2", "a3", "a4", "a5", "a6")},
    "th": {"th": ("g1", "g2", "g3", "g4", "g5")},
    "thcs": {"thcs": ("g6", "g7", "g8", "g9")},
    "th_thcs": {"th": ("g1", "g2", "g3", "g4", "g5"), "thcs": ("g6", "g7", "g8", "g9")},
}
_STAFF = ("managers", "teachers", "other_staff")
_ALWAYS = (
    "uses_computers", "has_internet", "has_electricity", "has_toilets", "has_handwashing",
    "has_disaster_plan",
)  # fmt: skip
_RESULTS = {"th": ("excellent", "good", "done", "not_done"), "thcs": ("good", "fair", "pass", "fail")}
_BUDGET_OF_STAFF, _BUDGET_OF_PUPIL = 138, 1.4  # triệu đồng a year


def statistics_answers(here: SchoolTerm) -> dict[str, Answer]:
    """The answers to every sheet of one school: what its reports say of pupils, classes and staff, split by level."""
    sheets, answers = _SHEETS[here.school.level], dict[str, Answer]()
    shares = _shares(here, sheets)
    for sheet, grades in sheets.items():
        answers |= _school(here, sheet)
        answers |= _grids(here, sheet, grades)
        answers |= _means(here, sheet, shares)
    for sheet, names in _RESULTS.items() if here.is_year_end else ():
        if sheet in sheets:
            answers |= {
                f"year_result_{sheet}_{name}_count": here.roll.counts[f"result_{sheet}_{name}_count"]
                for name in names
            }
    return answers


def _shares(here: SchoolTerm, sheets: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """How much of the school each sheet tells of, by its classes."""
    classes = {
        sheet: sum(here.roll[f"classes_count.{grade}"] for grade in own) for sheet, own in sheets.items()
    }
    return {sheet: own / max(sum(classes.values()), 1) for sheet, own in classes.items()}


def _school(here: SchoolTerm, sheet: str) -> dict[str, Answer]:
    dice = draw(here.school_id, "statistics")
    sites, standard = dice.choice((0, 0, 1, 1, 2, 3)), dice.choice((1, 1, 1, 2, 0, 0))
    disabled, is_remote = here.roll["pupils_disabled_count.total"], here.school_id in MINORITY_SHARE
    answers: dict[str, Answer] = {
        f"ownership_{sheet}": "public", f"main_sites_{sheet}_count": 1,
        f"sites_{sheet}_count": sites, f"places_{sheet}_count": sites + 1,
        **{f"is_national_standard_{level}_{sheet}": _yes(standard == level) for level in (1, 2)},
        f"has_two_sessions_{sheet}": _yes(sheet == "th"),
        f"has_inclusive_under_20_{sheet}": _yes(0 < disabled < 20),
        f"has_inclusive_from_20_{sheet}": _yes(disabled >= 20),
        **{f"{name}_{sheet}": "yes" for name in _ALWAYS},
        f"has_clean_water_{sheet}": _yes(not is_remote),
        f"has_accessible_facilities_{sheet}": _yes(dice.random() < 0.4),
        f"has_counselling_{sheet}": _yes(dice.random() < 0.7),
    }  # fmt: skip
    if standard:
        answers[f"national_standard_{sheet}_number"] = f"{dice.randint(101, 989)}/QĐ-SGDĐT"
    return answers


def _grids(here: SchoolTerm, sheet: str, grades: Sequence[str]) -> dict[str, Answer]:
    """Classes and pupils by grade, each with its total."""
    roll = here.roll.counts
    classes = {grade: roll[f"classes_count.{grade}"] for grade in grades}
    grids = {
        f"classes_{sheet}_count": classes,
        f"classes_{sheet}_two_sessions_count": {grade: count if sheet == "th" else 0 for grade, count in classes.items()},
        f"classes_{sheet}_combined_count": dict.fromkeys(grades, 0),
        f"pupils_{sheet}_count": {grade: roll[f"pupils_count.{grade}"] for grade in grades},
    }  # fmt: skip
    for group in ("girls", "ethnic", "disabled"):
        grids[f"pupils_{sheet}_{group}_count"] = {
            grade: roll[f"pupils_{group}_count.{grade}"] for grade in grades
        }
    return {
        f"{name}.{column}": count
        for name, by_grade in grids.items()
        for column, count in {"total": sum(by_grade.values()), **by_grade}.items()
    }


def _means(here: SchoolTerm, sheet: str, shares: Mapping[str, float]) -> dict[str, Answer]:
    """Staff, rooms, computers and money: of a school of two levels each sheet its part, the last what is left."""
    wholes = {f"{kind}_{{}}_count": here.roll[f"{kind}_count.total"] for kind in _STAFF}
    wholes["classrooms_{}_count"] = here.roll["classrooms_count"]
    pupils_computers = here.computers_in_lab if here.is_general else 0
    wholes["computers_teaching_{}_count"] = pupils_computers + draw(
        here.school_id, "teaching computers"
    ).randint(4, 12)
    wholes["budget_{}_million"] = round(
        here.roll.staff * _BUDGET_OF_STAFF + here.roll.pupils * _BUDGET_OF_PUPIL
    )
    first = next(iter(shares))
    parts = {name: round(whole * shares[first]) for name, whole in wholes.items()}
    if sheet != first:
        parts = {name: whole - parts[name] for name, whole in wholes.items()}
    return {name.format(sheet): part for name, part in parts.items()}


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
