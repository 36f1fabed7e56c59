"""One supposition at the desk: put before the scorer, shown beside what stands, and never written."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_world import HOSTILE, ROLE, TERM, TODAY, new_office, seen

from termreview.desk.lists.verified_list import place_of, write_verified
from termreview.desk.panels import opening
from termreview.desk.panels.opening import open_desk
from termreview.desk.panels.parts.trial_view import read_number
from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import look, plain_rows
from termreview.desk.views.what_if import action_block, path_block, trial_block
from termreview.desk.what_if import (
    Trial,
    actions_tried,
    advice_of,
    movable_fields,
    own_action,
    path_of,
    trial_of,
    try_school,
)
from termreview.reference.kinds.measures import VerifiedPoints


def test_nothing_supposed_changes_nothing() -> None:
    both = try_school(seen(), "0477202", Trial())
    assert both["low_before"].tolist() == both["low_after"].tolist() == [45.0, 45.0, 90.0]


def test_an_item_ticked_is_what_verifying_it_would_give(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    now = look(TERM, workspace_root=str(tmp_path))
    both = try_school(now, "0477202", Trial({"1.3.1": 6.0, "2.3.1": 6.0})).set_index("group_id")
    for item in ("1.3.1", "2.3.1"):
        given = VerifiedPoints("0477202", TERM, item, 6.0, "thử xem có khớp không", ROLE, TODAY)
        write_verified(office, now.reference, place_of(given), given, None)
    after = look(TERM, workspace_root=str(tmp_path)).scored.scores
    own = after[after["school_id"] == "0477202"].set_index("group_id")
    for name in ("low", "high", "level_low", "level_high"):
        assert both[f"{name}_after"].tolist() == own[name].tolist(), name


def test_a_count_that_moves_moves_the_points_that_rest_on_it() -> None:
    now = seen()
    names = [field.field_id for field in movable_fields(now, "0477201")]
    assert "informatics_computers_working_count" in names
    assert "q4725_1_3_1.self" not in names
    both = try_school(now, "0477201", Trial(counts={"informatics_computers_working_count": 15.0}))
    row = both.set_index("group_id").loc["1"]
    assert (row["low_before"], row["high_before"], row["low_after"], row["high_after"]) == (
        42.5,
        64.5,
        46.0,
        62.5,
    )


@pytest.mark.parametrize("school_id", ["0477201", "0477205"])
def test_the_path_reaches_its_level_by_the_scorer(school_id: str) -> None:
    """Also where a mandatory condition fails: meeting it is one of the steps."""
    now = seen()
    path = path_of(now, school_id)
    assert path is not None
    assert path.is_reachable
    assert path.level == 2
    after = try_school(now, school_id, trial_of(path)).set_index("group_id")
    assert after.loc["overall", "level_low_after"] == 2
    assert trial_of(path).meets_conditions == (school_id == "0477205")


def test_actions_are_those_declared_most_schools_raised_first() -> None:
    now = seen()
    tried = actions_tried(now, Scope())
    declared = {action.action_id for action in now.reference.advice["qd-4725-2022"].actions}
    assert set(tried["action_id"]) == declared
    assert tried["raised_count"].is_monotonic_decreasing
    assert tried["school_count"].max() == 8
    assert actions_tried(now, Scope(level="thcs"))["school_count"].max() == 1


def test_what_is_shown_names_levels_steps_and_schools() -> None:
    now = seen()
    path = path_of(now, "0477201")
    shown = path_block(now, path).html
    assert all(step.key in shown for step in path.steps)
    assert "mức độ 2" in shown
    assert (
        "Nâng từ mức độ 1 lên mức độ 2" in trial_block(now, try_school(now, "0477201", trial_of(path))).html
    )
    assert "cao nhất" in path_block(now, None).html
    declared = {action.action_id: action for action in advice_of(now).actions}
    for action in plain_rows(actions_tried(now, Scope())):
        block = action_block(now, {**action, "title": HOSTILE}, declared[action["action_id"]])
        assert "<img" not in block.html


def test_an_action_put_together_counts_as_a_declared_one_does() -> None:
    now, scope = seen(), Scope(level="th")
    for action in advice_of(now).actions[:3]:
        own = own_action("Việc tự chọn", action.items, action.meets_conditions)
        tried = plain_rows(actions_tried(now, scope, [own]))[0]
        known = next(
            row for row in plain_rows(actions_tried(now, scope)) if row["action_id"] == action.action_id
        )
        for name in ("school_count", "raised_count", "group_count", "points", "raised"):
            assert tried[name] == known[name], (action.action_id, name)
    everything = own_action("Việc tự chọn", [item.item_id for item in now.declared.indicator_set.items], True)
    raised = plain_rows(actions_tried(now, scope, [everything]))[0]
    assert raised["raised_count"] > 0
    assert "Danh sách việc" not in action_block(now, raised, everything).html


@pytest.mark.parametrize(
    ("text", "number"),
    [("15", 15.0), ("1.250", 1250.0), ("12,5", 12.5), ("", None), ("x", None), ("-3", None), ("1e999", None)],
)
def test_counts_are_typed_the_vietnamese_way(text: str, number: float | None) -> None:
    assert read_number(text) == number


def test_ticking_finding_the_path_and_clearing_at_the_desk(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    open_desk(workspace_root=str(tmp_path), today=lambda: TODAY)
    desk = opening._open[-1]
    tab = desk.go_to("what_if")
    view = tab._trial
    assert view.picker.school_id == "0477201"
    view._ticks["1.3.1"].value = True
    assert "45,5–67,5" in view._result.value
    view._counts[
        [field.field_id for field in view._fields].index("informatics_computers_working_count")
    ].value = "15"
    assert "49,0–65,5" in view._result.value
    view._found()
    assert "Nâng từ mức độ 1 lên mức độ 2" in view._result.value
    ticked = {name for name, tick in view._ticks.items() if tick.value}
    assert ticked == set(trial_of(path_of(desk.now, "0477201")).points)
    view._clear.click()
    assert not any(tick.value for tick in view._ticks.values())
    assert "42,5–64,5" in view._result.value
    tab._part.value = "district"
    actions = tab._actions
    assert len(actions._table.rows) == 9
    assert "Chưa chọn" in actions._own_detail.value
    for tick in actions._ticks.values():
        tick.value = True
    assert "trường nâng mức độ chung" in actions._own_detail.value
    actions._cleared()
    assert "Chưa chọn" in actions._own_detail.value
    assert "status-error" not in desk._status.value
    assert (office.reference / "verified_points.csv").read_text(encoding="utf-8").count("\n") == 1
