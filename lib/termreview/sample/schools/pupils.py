"""The pupils of one illustrative school in one term: by grade, in classes, in groups, with their moves and results."""

from __future__ import annotations

from collections.abc import Mapping

from termreview.sample.schools.scenarios import MINORITY_SHARE, PUPILS, draw

_PRIMARY, _SECONDARY = ("g1", "g2", "g3", "g4", "g5"), ("g6", "g7", "g8", "g9")
GRADE_WEIGHTS: Mapping[str, Mapping[str, float]] = {  # how the pupils of a school spread over its grades
    "mn": {"a1": 0.0, "a2": 0.04, "a3": 0.17, "a4": 0.24, "a5": 0.27, "a6": 0.28},
    "th": dict.fromkeys(_PRIMARY, 0.2),
    "thcs": dict.fromkeys(_SECONDARY, 0.25),
    "th_thcs": dict.fromkeys((*_PRIMARY, *_SECONDARY), 1 / 9),
}
_SIZES = {"mn": (150, 350), "th": (200, 560), "thcs": (250, 540), "th_thcs": (300, 600)}
_CLASS_SIZES = {"mn": 32, "th": 36, "thcs": 43, "th_thcs": 38}
_ENTRY_GRADES = {"mn": ("a2", "a3"), "th": ("g1",), "thcs": ("g6",), "th_thcs": ("g1", "g6")}


def pupil_counts(school_id: str, level: str, part: str) -> dict[str, int]:
    """Every count about pupils and classes, by field id; in semester II a few came and a few left."""
    autumn = _pupils_by_grade(school_id, level)
    moves = {grade: _moves(school_id, grade, part) if count else (0, 0) for grade, count in autumn.items()}
    pupils = {grade: count + moves[grade][0] - moves[grade][1] for grade, count in autumn.items()}
    counts = _grid("pupils_count", pupils) | _grid("classes_count", _classes(autumn, level))
    counts |= _pupil_groups(school_id, level, pupils)
    came, left = (sum(pair[side] for pair in moves.values()) for side in (0, 1))
    counts |= _changes(school_id, level, autumn, came, left)
    return counts if part == "hk1" else counts | _results(school_id, pupils)


def _grid(name: str, by_grade: Mapping[str, int]) -> dict[str, int]:
    return {f"{name}.total": sum(by_grade.values())} | {
        f"{name}.{grade}": count for grade, count in by_grade.items()
    }


def _pupils_by_grade(school_id: str, level: str) -> dict[str, int]:
    size = PUPILS.get(school_id) or draw(school_id, "size").randint(*_SIZES[level])
    return {
        grade: round(size * weight * draw(school_id, grade).uniform(0.9, 1.1))
        for grade, weight in GRADE_WEIGHTS[level].items()
    }


def _moves(school_id: str, grade: str, part: str) -> tuple[int, int]:
    """How many came to and left one grade in semester II."""
    return (
        (0, 0) if part == "hk1" else draw(school_id, grade, "moves").choice(((0, 0), (0, 0), (1, 0), (0, 1)))
    )


def _classes(pupils: Mapping[str, int], level: str) -> dict[str, int]:
    most = _CLASS_SIZES[level]
    return {grade: -(-count // most) if count else 0 for grade, count in pupils.items()}


def _pupil_groups(school_id: str, level: str, pupils: Mapping[str, int]) -> dict[str, int]:
    minority = MINORITY_SHARE.get(school_id, draw(school_id, "minority").uniform(0.0, 0.012))
    boarding = {"mn": 0.93, "th": draw(school_id, "boarding").choice((0.0, 0.0, 0.35))}.get(level, 0.0)
    groups: dict[str, dict[str, int]] = {
        name: {} for name in ("girls", "ethnic", "ethnic_girls", "disabled", "two_sessions", "boarding")
    }
    for grade, count in pupils.items():
        dice = draw(school_id, grade, "groups")
        girls = round(count * dice.uniform(0.45, 0.51))
        ethnic = round(count * minority)
        is_young = grade in _PRIMARY or level == "mn"
        groups["girls"][grade], groups["ethnic"][grade] = girls, ethnic
        groups["ethnic_girls"][grade] = ethnic // 2
        groups["disabled"][grade] = min(dice.choice((0, 0, 1, 1, 2)), count) if level != "mn" else 0
        groups["two_sessions"][grade] = count if is_young else 0
        groups["boarding"][grade] = round(count * boarding)
    return {
        key: count
        for name, found in groups.items()
        for key, count in _grid(f"pupils_{name}_count", found).items()
    }


def _changes(school_id: str, level: str, autumn: Mapping[str, int], came: int, left: int) -> dict[str, int]:
    """New pupils, repeaters, drop-outs and moves; who left in semester II moved or, rarely, dropped out."""
    dice = draw(school_id, "changes")
    repeating = 0 if level == "mn" else dice.randint(0, 3)
    entry = sum(autumn[grade] for grade in _ENTRY_GRADES[level])
    dropped = 1 if left > 1 and level in ("thcs", "th_thcs") else 0
    counts = {
        "pupils_new_count": max(entry - repeating - 2, 0),
        "pupils_dropout_count": dropped,
        "pupils_moved_in_count": dice.randint(0, 3) + came,
        "pupils_moved_out_count": dice.randint(0, 4) + left - dropped,
    }
    return counts if level == "mn" else counts | {"pupils_repeating_count": repeating}


def _results(school_id: str, pupils: Mapping[str, int]) -> dict[str, int]:
    """Results at the year end; the four grades of each system add up to its pupils."""
    dice = draw(school_id, "results")
    counts: dict[str, int] = {}
    primary = sum(pupils.get(grade, 0) for grade in _PRIMARY)
    if primary:
        best, next_best = round(primary * dice.uniform(0.28, 0.42)), round(primary * dice.uniform(0.25, 0.34))
        failed = dice.randint(0, 3)
        counts["result_th_excellent_count"], counts["result_th_good_count"] = best, next_best
        counts["result_th_done_count"] = primary - best - next_best - failed
        counts["result_th_not_done_count"] = failed
    secondary = sum(pupils.get(grade, 0) for grade in _SECONDARY)
    if secondary:
        good, fair = round(secondary * dice.uniform(0.14, 0.26)), round(secondary * dice.uniform(0.36, 0.45))
        failed = round(secondary * dice.uniform(0.0, 0.025))
        counts["result_thcs_good_count"], counts["result_thcs_fair_count"] = good, fair
        counts["result_thcs_pass_count"] = secondary - good - fair - failed
        counts["result_thcs_fail_count"] = failed
    return counts
