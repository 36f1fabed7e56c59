"""The answers of one illustrative school on management, services, conditions and plans (letter 407, II.2 to IV.1)."""

from __future__ import annotations

import datetime

from termreview.sample.schools.scenarios import draw
from termreview.sample.schools.schools import Answer, SchoolTerm

_FEES = {"mn": (1_450_000, 2_300_000), "th": (650_000, 1_100_000), "thcs": (900_000, 1_500_000)}
_DEVICE_VND = (8_500_000, 14_500_000)


def management_answers(here: SchoolTerm) -> dict[str, Answer]:
    """The answers to II.2.a to IV.1 that apply to the school."""
    answers = _database(here) | _statistics(here) | _steering(here) | _services(here) | _people(here)
    answers |= _regulations(here) | _equipment(here) | _security(here) | _awareness(here) | _supervision(here)
    if here.is_general:
        answers |= _results(here) | _records(here) | _self_assessment(here)
    return answers


def document(here: SchoolTerm, kind: str, name: str) -> tuple[str, datetime.date]:
    """Number and date of one of the school's own documents: `25/KH-TH`, autumn 2023; numbers grow with the days."""
    dice = draw(here.school_id, "document", name)
    days = dice.randint(0, 45)
    day = datetime.date(2023, 9, 8) + datetime.timedelta(days=days)
    if day.weekday() > 4:
        day += datetime.timedelta(days=2)
    return f"{8 + 2 * days + dice.randint(0, 1)}/{kind}-{here.sign}", day


def _database(here: SchoolTerm) -> dict[str, Answer]:
    verified = here.chance("identified", 0.93, 0.985) + (0.015 if here.is_year_end else 0.0)
    return {
        "database_status": here.status("II.2.a", here.management, 0.08),
        "pupils_identified_count": here.part_of(here.roll.pupils, verified),
        "has_website": here.has("website", here.peak_management, 0.36),
        "website_posts_count": 4 + round(here.so_far("posts", 30, 150) * here.peak_management),
    }


def _results(here: SchoolTerm) -> dict[str, Answer]:
    late = 0.0 if here.is_year_end else 0.07
    share = min(0.74 + 0.38 * here.management + here.chance("results updated", -0.04, 0.05) - late, 1.0)
    return {
        "is_results_updated": "yes" if share == 1 else "no",
        "results_updated_pct": round(100 * share, 2) if share < 1 else 100,
    }


def _records(here: SchoolTerm) -> dict[str, Answer]:
    parents = here.part_of(here.roll.pupils, here.chance("parents", 0.96, 1.0))
    return {
        "records_status": here.status("II.2.b", here.management, 0.03),
        "has_enrolment_register_digital": here.has("register", here.peak_management, 0.3),
        "has_class_results_book_digital": here.has("results book", here.peak_management, 0.34),
        "has_pupil_tracking_book_digital": here.has("tracking book", here.peak_management, 0.42),
        "has_digital_signature": here.has("signature", here.peak_management, 0.7),
        "has_teacher_book_digital": here.has("teacher book", here.peak_management, 0.46),
        "parents_count": parents,
        "parents_linked_count": max(here.part_of(parents, here.share("linked", here.management, 0.15)), 3),
    }


def _statistics(here: SchoolTerm) -> dict[str, Answer]:
    due = 3 if here.is_year_end else 2
    asked = draw(here.school_id, "asked").randint(3, 6) * (2 if here.is_year_end else 1)
    slips = 0 if here.management > 0.6 else draw(here.school_id, "slips").randint(0, 1)
    return {
        "statistics_status": here.status("II.2.c", here.management, 0.15),
        "statistics_reports_due_count": due,
        "statistics_reports_on_time_count": due - slips,
        "statistics_reports_returned_count": slips,
        "adhoc_reports_asked_count": asked,
        "adhoc_reports_answered_count": asked - slips,
    }


def _steering(here: SchoolTerm) -> dict[str, Answer]:
    received = 3 + here.so_far("requests", 8, 70)
    return {
        "steering_status": here.status("II.2.d", here.management),
        "has_monitoring_plan": here.has("monitoring", here.peak_management, 0.45),
        "support_requests_received_count": received,
        "support_requests_solved_count": here.part_of(received, here.chance("solved", 0.8, 1.0)),
    }


def _services(here: SchoolTerm) -> dict[str, Answer]:
    enrolments = here.roll["pupils_new_count"] + draw(here.school_id, "applications").randint(0, 4)
    paying = here.part_of(here.roll.pupils, here.chance("paying", 0.9, 0.98))
    fee = here.chance("fee", *_FEES.get(here.school.level, _FEES["th"]))
    due = round(paying * fee * (1.0 if here.is_year_end else 0.5), -3)
    cashless = here.share("cashless", here.management, -0.05)
    start = 0.35 if here.is_general else 0.05
    by_pupil = here.share("cashless pupils", here.peak_management, 0.05) * (1.0 if here.is_year_end else 0.85)
    return {
        "services_status": here.status("II.3", here.management, -0.06),
        "enrolments_count": enrolments,
        "enrolments_online_count": here.part_of(
            enrolments, here.share("online", here.peak_management, start)
        ),
        "fees_due_vnd": int(due),
        "fees_cashless_vnd": int(round(due * max(cashless, 0.04), -3)),
        "pupils_paying_count": paying,
        "pupils_paying_cashless_count": max(here.part_of(paying, by_pupil), 4),
        "is_fee_software_linked": here.has("fee software", here.peak_management, 0.55),
    }


def _people(here: SchoolTerm) -> dict[str, Answer]:
    decision, plan = document(here, "QĐ", "people"), document(here, "KH", "plan")
    return {
        "people_status": here.status("III.1", here.peak_management, 0.2),
        "people_decision_number": decision[0],
        "people_decision_on": decision[1],
        "plan_status": here.status("IV.1", here.peak_management, 0.35),
        "plan_number": plan[0],
        "plan_on": plan[1],
    }


def _self_assessment(here: SchoolTerm) -> dict[str, Answer]:
    is_done = here.has("self-assessment", here.management, 0.45 if here.is_year_end else 0.75)
    other = "under_way" if here.management > 0.42 else "not_started"
    status = "done" if is_done == "yes" else other
    return {"selfassessment_status": status, "is_selfassessment_done": is_done}


def _regulations(here: SchoolTerm) -> dict[str, Answer]:
    briefed = here.share("briefed", here.peak_management, 0.3) * (1.0 if here.is_year_end else 0.85)
    return {
        "regulations_status": here.status("III.3", here.management, -0.05),
        "regulations_issued_count": draw(here.school_id, "regulations").randint(1, 2)
        + int(here.peak_management * 3),
        "staff_briefed_privacy_count": here.part_of(here.autumn.staff, briefed),
    }


def _equipment(here: SchoolTerm) -> dict[str, Answer]:
    other = here.so_far("devices", 0, 9)
    bought = other + (here.computers_bought if here.is_general else 0)
    return {
        "equipment_status": here.status("III.4.a", here.management, 0.02),
        "has_fibre": here.has("fibre", here.peak_management, 0.24),
        "has_wifi": here.has("wifi", here.peak_management, 0.32),
        "equipment_bought_count": bought,
        "equipment_bought_vnd": bought * int(round(here.chance("price", *_DEVICE_VND), -4)),
    }


def _security(here: SchoolTerm) -> dict[str, Answer]:
    incidents = draw(here.school_id, "incidents").choice((0, 0, 0, 0, 0, 1))
    return {
        "security_status": here.status("III.4.b", here.management, 0.04),
        "has_security_measures": here.has("security", here.peak_management, 0.4),
        "security_incidents_count": incidents if here.is_year_end else 0,
        "is_data_backed_up": here.has("backup", here.peak_management, 0.5),
    }


def _awareness(here: SchoolTerm) -> dict[str, Answer]:
    lab = here.computers_in_lab if here.is_general else 0
    computers = lab + draw(here.school_id, "office computers").randint(5, 8) + here.roll.teachers // 5
    return {
        "awareness_status": here.status("III.5", here.management, 0.08),
        "computers_count": computers,
        "computers_antivirus_count": max(
            here.part_of(computers, here.share("antivirus", here.management, 0.3)), 1
        ),
        "awareness_events_count": 1 + here.so_far("events", 1, 8),
        "has_october10_event": here.has("october", here.peak_management, 0.4),
    }


def _supervision(here: SchoolTerm) -> dict[str, Answer]:
    status = here.status("III.6", here.management, -0.05, here.peak_management)
    held = 0 if status == "not_started" else 1 + here.so_far("inspections", 0, 3)
    findings = here.so_far("inspection findings", 1, 9) if held else 0
    return {
        "supervision_status": status,
        "inspections_count": held,
        "inspection_findings_count": findings,
        "inspection_findings_closed_count": here.part_of(findings, here.chance("closed", 0.6, 1.0)),
    }
