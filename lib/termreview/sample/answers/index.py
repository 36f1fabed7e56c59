"""The answers of one illustrative school on the index of digital transformation: conditions, facts and own points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from termreview.reference.kinds.indicators import Group, IndicatorSet, Item
from termreview.sample.answers.management import document
from termreview.sample.answers.teaching import has_studio, materials_listed
from termreview.sample.schools.scenarios import (
    DENIED_CONDITIONS,
    OPEN_CONDITIONS,
    OVERCLAIMED_ITEMS,
    UNPROVEN_ITEMS,
    draw,
)
from termreview.sample.schools.schools import Answer, SchoolTerm
from termreview.scoring.rules import banded

_CONDITIONS = {  # kind of document, and whose number it shares
    "online_plan": ("KH", "online plan"), "online_regulation": ("QĐ", "online regulation"),
    "cds_people": ("QĐ", "people"), "cds_plan": ("KH", "plan"),
}  # fmt: skip
_EVIDENCE = {
    "1.3": "Microsoft Teams, tài khoản do ngành cấp", "1.4": "Danh mục học liệu đã phê duyệt",
    "1.5": "Phần mềm kiểm tra trên phòng máy", "1.6": "Bảng tổng hợp số lượng theo tổ chuyên môn",
    "1.7": "Biên bản kiểm kê thiết bị", "2.3": "Phân hệ của hệ thống quản trị nhà trường",
    "2.3.1": "Quy chế sử dụng hệ thống quản trị nhà trường", "2.4.1": "Ứng dụng liên lạc Hue-S",
    "2.4.2": "Dịch vụ tuyển sinh đầu cấp trực tuyến", "2.4.3": "Phần mềm quản lý thu",
}  # fmt: skip


def index_answers(
    here: SchoolTerm, indicator_set: IndicatorSet, known: Mapping[str, Answer]
) -> dict[str, Answer]:
    """The answers of the index sheet; `known` are the school's answers on the other sheets."""
    answers = _conditions(here) | _facts(here)
    for group in indicator_set.groups:
        aim = here.aims.teaching(here.part) if group.group_id == "1" else here.aims.management(here.part)
        answers |= _group_answers(here, group, aim, {**known, **answers})
    return answers


def _conditions(here: SchoolTerm) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    key = (here.school_id, here.part)
    for name, (kind, source) in _CONDITIONS.items():
        if OPEN_CONDITIONS.get(key) == name:
            continue
        number, day = document(here, kind, source)
        if DENIED_CONDITIONS.get(key) == name:
            answers |= {f"{name}.number": "Không có", f"{name}.on": "Chưa có"}
            continue
        link = f"https://truong-{here.school_id}.example/van-ban/{number.split('/')[0]}"
        answers |= {f"{name}.number": number, f"{name}.on": day, f"{name}.link": link}
    return answers


def _facts(here: SchoolTerm) -> dict[str, Answer]:
    tests = max(round(here.so_far("lab tests", 8, 40) * here.peak_teaching), 1)
    tested = here.share("lab pupils", here.peak_teaching, 0.0) * (1.0 if here.is_year_end else 0.7)
    return {
        "materials_listed_count": materials_listed(here),
        "lab_tests_count": tests,
        "lab_tests_pupils_count": max(here.part_of(here.roll.pupils, tested), 15),
        "teachers_online_account_count": _teachers(here, "online account", 0.4),
        "teachers_using_software_count": _teachers(here, "software", 0.15),
        "teachers_making_materials_count": _teachers(here, "making materials", 0.05),
    }


def _teachers(here: SchoolTerm, name: str, start: float) -> int:
    return here.part_of(here.roll.teachers, here.share(name, here.teaching, start))


def _group_answers(
    here: SchoolTerm, group: Group, aim: float, known: Mapping[str, Answer]
) -> dict[str, Answer]:
    key = (here.school_id, here.part)
    computed = {
        item.item_id: points_of_facts(here, item, known) for item in group.items if item.rule.kind != "claim"
    }
    claims = [
        item
        for item in group.items
        if item.rule.kind == "claim" and all(known.get(name) for name in item.rule.needs)
    ]
    points = computed | _spread(here, claims, aim - sum(computed.values()))
    answers: dict[str, Answer] = {}
    for item in group.items:
        own = points.get(item.item_id, 0.0)
        is_used = own > 0
        if item.item_id in OVERCLAIMED_ITEMS.get(key, ()):
            own = item.max_points
        answers[item.field("in_use")] = "yes" if is_used else "no"
        answers[item.field("self")] = own
        if own > 0 and item.item_id not in UNPROVEN_ITEMS.get(key, ()):
            answers[item.field("evidence")] = _evidence(here, item)
    return answers


def points_of_facts(here: SchoolTerm, item: Item, known: Mapping[str, Answer]) -> float:
    """The points that the facts give; of a pair of points the higher one, as a school would."""
    rule = item.rule
    if rule.kind == "yes_no":
        is_used = has_studio(here) if item.item_id == "1.7.3" else here.has(item.item_id, here.teaching, 0.62)
        return item.max_points if is_used == "yes" else 0.0
    top, bottom = known.get(rule.numerator, 0), known.get(rule.denominator, 1)
    ends = banded(rule.bands_of(here.school.level), np.array([top]), np.array([bottom]), rule.scale)
    return float(ends[1][0])


def _spread(here: SchoolTerm, items: Sequence[Item], total: float) -> dict[str, float]:
    """Spread points over claims: each near the same share of its maximum, the sum exact."""
    room = sum(item.max_points for item in items)
    share = min(max(total, 0.0) / room, 1.0) if room else 0.0
    points = {}
    for item in items:
        wanted = item.max_points * (share + draw(here.school_id, item.item_id).uniform(-0.22, 0.22))
        points[item.item_id] = float(min(max(round(wanted), 0), item.max_points))
    order = draw(here.school_id, "order").sample(list(items), len(items))
    for item in order * 20:
        rest = min(max(total, 0.0), room) - sum(points.values())
        own = points[item.item_id]
        points[item.item_id] = own + (
            min(rest, 1.0, item.max_points - own) if rest > 0 else max(rest, -1.0, -own)
        )
    return points


def _evidence(here: SchoolTerm, item: Item) -> str:
    usual = _EVIDENCE.get(item.criterion_id, "Hồ sơ minh chứng lưu tại trường")
    text = _EVIDENCE.get(item.item_id, usual)
    return f"{text}; https://truong-{here.school_id}.example/minh-chung/{item.item_id.replace('.', '-')}"
