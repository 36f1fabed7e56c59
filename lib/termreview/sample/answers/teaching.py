"""The answers of one illustrative school on teaching and learning (letter 407, part II.1)."""

from __future__ import annotations

from termreview.sample.schools.scenarios import LIBRARY_TITLES, draw
from termreview.sample.schools.schools import DONE, NOT_STARTED, UNDER_WAY, Answer, SchoolTerm


def teaching_answers(here: SchoolTerm) -> dict[str, Answer]:
    """The answers to II.1.a to II.1.e; a preschool is asked about training only."""
    answers = _training(here)
    if here.is_general:
        answers |= (
            _platform(here) | _materials(here) | _online_tests(here) | _computers(here) | _library(here)
        )
    return answers


def _platform(here: SchoolTerm) -> dict[str, Answer]:
    status = here.status("II.1.a", here.teaching, peak=here.peak_teaching)
    if status == NOT_STARTED:
        counts = dict.fromkeys(
            ("teachers_using_platform_count", "pupils_with_account_count", "classes_using_platform_count"), 0
        )
        return {"platform_status": status, "platform_main": "none", **counts}
    products = ("ms_teams", "ms_teams", "google_classroom", "other_lms")
    return {
        "platform_status": status,
        "platform_main": draw(here.school_id, "platform").choice(products),
        "teachers_using_platform_count": here.part_of(
            here.roll.teachers, here.share("platform", here.teaching)
        ),
        "pupils_with_account_count": here.part_of(
            here.roll.pupils, here.share("accounts", here.teaching, 0.1)
        ),
        "classes_using_platform_count": max(
            here.part_of(here.roll.classes, here.share("classes", here.teaching)), 1
        ),
    }


def materials_listed(here: SchoolTerm) -> int:
    """Approved digital materials with evidence: under 20, 20 to 40 or more, as item 1.4 asks."""
    year = max(here.peak_teaching * 100 - 22, 8) * here.chance("listed", 0.85, 1.1)
    return round(year if here.is_year_end else year * 0.7)


def _materials(here: SchoolTerm) -> dict[str, Answer]:
    listed = materials_listed(here)
    kinds = {
        "elessons_count": listed + here.so_far("elessons", 12, 60),
        "multimedia_count": here.so_far("multimedia", 4, 40),
        "etextbooks_count": draw(here.school_id, "etextbooks").randint(8, 30),
        "simulations_count": here.so_far("simulations", 0, 12),
    }
    return {
        "materials_status": here.status("II.1.b", here.teaching),
        **kinds,
        "materials_approved_count": sum(kinds.values()),
        "questions_contributed_count": round(here.so_far("questions", 60, 420) * here.peak_teaching),
    }


def _online_tests(here: SchoolTerm) -> dict[str, Answer]:
    status = here.status("II.1.c", here.teaching, -0.18, here.peak_teaching)
    if status == NOT_STARTED:
        counts = {"online_tests_held_count": 0, "pupils_tested_online_count": 0}
        return {"online_tests_status": status, "online_tests_phase": "none", **counts}
    tested = here.share("tested", here.peak_teaching, -0.1) * (1.0 if here.is_year_end else 0.6)
    return {
        "online_tests_status": status,
        "online_tests_phase": "wide" if status == DONE and here.teaching > 0.6 else "pilot",
        "online_tests_held_count": max(round(here.so_far("tests", 10, 60) * here.peak_teaching), 1),
        "pupils_tested_online_count": max(here.part_of(here.roll.pupils, tested), 12),
    }


def _training(here: SchoolTerm) -> dict[str, Answer]:
    trained = here.share("trained", here.peak_teaching, 0.3) * (1.0 if here.is_year_end else 0.72)
    return {
        "training_status": here.status("II.1.d", here.teaching, 0.05),
        "training_courses_count": 1 + here.so_far("courses", 1, 5),
        "teachers_trained_count": max(here.part_of(here.autumn.teachers, trained), 2),
    }


def _computers(here: SchoolTerm) -> dict[str, Answer]:
    broken = draw(here.school_id, "broken").randint(0, 6)
    return {
        "computers_status": here.status("II.1.đ", here.teaching, -0.04, here.peak_teaching),
        "informatics_class_size_count": here.autumn.largest_class,
        "informatics_computers_working_count": here.computers_in_lab,
        "computers_broken_count": max(broken - 2, 0) if here.is_year_end else broken,
        "computers_bought_count": here.computers_bought,
        "lab_hours_other_subjects_count": round(here.so_far("lab hours", 10, 160) * here.peak_teaching),
        "has_studio": has_studio(here),
    }


def has_studio(here: SchoolTerm) -> str:
    """`yes` where one room serves as a studio; a studio once there stays."""
    return here.has("studio", here.peak_teaching, 0.7)


def _library(here: SchoolTerm) -> dict[str, Answer]:
    status = here.status("II.1.e", here.teaching, -0.15, here.peak_teaching)
    titles = _library_titles(here) if status != NOT_STARTED else 0
    return {
        "library_status": status,
        "is_library_integrated": "yes" if status == DONE or (status == UNDER_WAY and titles > 200) else "no",
        "library_titles_count": titles,
        "library_titles_shared_count": here.part_of(titles, here.chance("shared titles", 0.1, 0.5)),
    }


def _library_titles(here: SchoolTerm) -> int:
    declared = LIBRARY_TITLES.get(here.school_id)
    if declared is not None:
        return declared[int(here.is_year_end)]
    return round(here.so_far("titles", 90, 900) * here.peak_teaching) + 10
