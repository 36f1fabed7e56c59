"""Who can teach whom: same level, verified first, then the same commune, nobody asked too often."""

from __future__ import annotations

import pandas as pd

from termreview.insight.teaching import pair_of_each_unit, pairs
from termreview.reference.texts.insight import Limits


def criteria(*rows: tuple[str, str, str, float, float, float]) -> pd.DataFrame:
    """School, level, commune, sure points, possible points (of 10), verified share."""
    frame = pd.DataFrame(rows, columns=["school_id", "level", "unit_id", "low", "high", "verified_share"])
    return frame.assign(criterion_id="1.4", max_points=10.0)


def test_the_verified_teacher_comes_before_the_near_one_and_the_near_before_the_best() -> None:
    weak = ("weak", "primary", "c1", 2.0, 3.0, 0.0)
    near, best = ("near", "primary", "c1", 8.0, 9.0, 0.0), ("best", "primary", "c2", 10.0, 10.0, 0.0)
    proven = ("proven", "primary", "c9", 8.0, 8.0, 1.0)
    other = ("other", "secondary", "c1", 10.0, 10.0, 1.0)
    (row,) = pairs(criteria(weak, near, best, other), Limits()).to_dict("records")
    assert (row["teacher_id"], row["is_same_unit"], row["is_verified"]) == ("near", True, False)
    assert row["points"] == 5.0  # from 3 at best to 8 for sure
    (row,) = pairs(criteria(weak, near, best, other, proven), Limits()).to_dict("records")
    assert (row["teacher_id"], row["is_verified"]) == ("proven", True)
    (row,) = pairs(criteria(weak, best, other), Limits()).to_dict("records")
    assert row["teacher_id"] == "best"


def test_a_school_that_may_still_be_good_is_not_called_weak_and_one_not_sure_does_not_teach() -> None:
    open_one = ("open", "primary", "c1", 1.0, 9.0, 0.0)
    assert pairs(criteria(open_one, ("good", "primary", "c1", 9.0, 9.0, 0.0)), Limits()).empty
    assert pairs(criteria(("weak", "primary", "c1", 1.0, 1.0, 0.0), open_one), Limits()).empty


def test_nobody_teaches_more_than_declared_and_the_weakest_choose_first() -> None:
    weak = [(f"w{n}", "primary", "c1", float(n), float(n), 0.0) for n in range(4)]
    found = pairs(criteria(*weak, ("good", "primary", "c1", 9.0, 9.0, 0.0)), Limits(most_learners=2))
    assert list(found["learner_id"]) == ["w0", "w1"]


def test_each_commune_has_the_one_pair_with_most_to_win() -> None:
    weak = [("w1", "primary", "c1", 1.0, 1.0, 0.0), ("w2", "primary", "c1", 3.0, 3.0, 0.0), ("w3", "primary", "c2", 2.0, 2.0, 0.0)]  # fmt: skip
    frame = criteria(*weak, ("good", "primary", "c3", 9.0, 9.0, 0.0))
    found = pairs(frame, Limits(most_learners=9))
    units = frame.set_index("school_id")["unit_id"]
    best = pair_of_each_unit(found, units)
    assert list(zip(best["unit_id"], best["learner_id"], best["points"], strict=True)) == [
        ("c1", "w1", 8.0),
        ("c2", "w3", 7.0),
    ]
    assert pair_of_each_unit(found.iloc[:0], units).empty
