"""What a reader must not miss is told, in order of its weight, and nothing is invented."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from termreview.errors import DeclarationError
from termreview.insight.stories import Story, StoryTables, find_stories, story_table
from termreview.reference.declarations import load_reference
from termreview.reference.texts.stories import StoryRule, StoryRules
from worlds import change, copy_reference

APPEARED = StoryRule("new", "appeared", 1.0, ("incidents",))
FALLEN = StoryRule("fallen", "fallen", 1.0, ("why",), least=5)
LAST = StoryRule("last", "last", 1.0)
AGAINST = StoryRule("against", "contradiction", 1.0, ("says", "share"), least=50)
EXAMPLE = StoryRule("example", "example", 1.0)
RULES = StoryRules((APPEARED, FALLEN, LAST, AGAINST, EXAMPLE), most_of_a_rule=3)


def tables(
    numbers: dict[str, list[float]] | None = None,
    statuses: dict[str, list[str]] | None = None,
    scores: list[tuple[float, float]] | None = None,
    count: int = 4,
) -> StoryTables:
    """One term of some schools: figures by field, statuses by task, lowest and highest points of one group."""
    schools = [f"s{number}" for number in range(count)]
    rows = [(task, school, status) for task, own in (statuses or {}).items() for school, status in zip(schools, own, strict=True)]  # fmt: skip
    standings = pd.DataFrame(
        [
            {
                "school_id": school, "group_id": "1", "state": "scored", "low": low, "high": high, "max_points": 100.0,
                "score_level": 1 if high < 50 else 2 if low >= 50 else None,
            }
            for school, (low, high) in zip(schools, scores or [], strict=False)
        ],
        columns=["school_id", "group_id", "state", "low", "high", "max_points", "score_level"],
    )  # fmt: skip
    return StoryTables(
        pd.DataFrame(numbers or {}, index=schools),
        pd.DataFrame(rows, columns=["task_id", "school_id", "status"]),
        standings,
    )


def found(now: StoryTables, before: StoryTables | None = None, fewest: int = 1) -> list[Story]:
    return find_stories(RULES, now, before, fewest)


def test_a_figure_that_no_school_had_before_is_told_with_who_has_it_now() -> None:
    now = tables({"incidents": [0, 2, 1, np.nan]})
    (story,) = found(now, tables({"incidents": [0, 0, 0, 0]}))
    assert (story.subject, story.school_ids) == ("incidents", ("s1", "s2"))
    assert story.values == {"value": 3.0, "count": 2, "counted": 3}
    # 3 of 3 schools asked would be as large as can be; two of three have it; nothing was there before
    assert (story.size, story.reach, story.surprise) == (1.0, 2 / 3, 1.0)


@pytest.mark.parametrize("before", [[0, 0, 1, 0], [0, np.nan, np.nan, 0], None])
def test_what_was_there_before_or_cannot_be_compared_did_not_appear(before: list[float] | None) -> None:
    earlier = None if before is None else tables({"incidents": before})
    assert found(tables({"incidents": [0, 2, 1, 0]}), earlier) == []


def test_a_school_fell_only_where_every_way_of_scoring_says_so() -> None:
    before = tables(scores=[(67, 67), (60, 70), (80, 80), (40, 40)])
    now = tables(scores=[(47, 47), (50, 62), (76, 77), (90, 90)])
    (story,) = found(now, before)  # s1 may have 62 of 60; s2 fell by 3, less than declared
    assert story.school_ids == ("s0",)
    assert story.values["start_low"] == 67
    assert story.values["end_high"] == 47
    assert (story.values["first"], story.values["last"]) == (2, 1)
    assert (story.size, story.reach, story.surprise) == (0.2, 0.25, 1.0)


def test_the_task_that_stays_last_is_told_and_one_that_shares_its_place_is_not() -> None:
    first = {"a": ["done", "done", "under_way", "done"], "b": ["not_started"] * 4}
    then = {"a": ["done"] * 4, "b": ["done", "not_started", "under_way", "unanswered"]}
    by_rule = {story.rule.rule_id: story for story in found(tables(statuses=then), tables(statuses=first))}
    assert by_rule["last"].subject == "b"
    assert by_rule["last"].values == {"done": 1, "counted": 3, "start": 0, "start_counted": 4}
    assert by_rule["example"].school_ids == ("s0",)
    tied = {"a": ["not_started"] * 4, "b": ["not_started"] * 4}
    assert found(tables(statuses=tied), tables(statuses=first)) == []


def test_schools_that_deny_what_their_own_share_affirms_contradict_themselves() -> None:
    now = tables({"says": [0, 0, 1, 0], "share": [92, 49.9, 95, np.nan]})
    (story,) = found(now)
    assert story.school_ids == ("s0",)
    assert story.values == {"count": 1, "counted": 3, "median": 92.0, "least": 50}


def test_too_few_schools_are_no_story() -> None:
    now = tables({"says": [0, 0, 0, 0], "share": [92, 92, 92, np.nan]})
    assert [story.rule.rule_id for story in found(now, fewest=3)] == ["against"]
    assert found(now, fewest=4) == []


def test_the_weightiest_story_comes_first_and_an_office_may_weigh_otherwise() -> None:
    now = tables({"incidents": [1, 0, 0, 0], "says": [0, 0, 0, 0], "share": [90, 90, 90, 90]})
    before = tables({"incidents": [0, 0, 0, 0]})
    assert [story.rule.rule_id for story in found(now, before)] == ["against", "new"]
    heavy = StoryRules((StoryRule("new", "appeared", 100.0, ("incidents",)), AGAINST))
    told = find_stories(heavy, now, before)
    assert [story.rule.rule_id for story in told] == ["new", "against"]
    assert list(story_table(told)["rank"]) == [100 * 0.25 * 0.25, 0.9]


def test_each_planted_fact_is_told_and_none_is_invented() -> None:
    """In 200 worlds without facts but those planted, the stories are those facts and no more."""
    for seed in range(200):
        random = np.random.default_rng(seed)
        count = int(random.integers(8, 40))
        plants = random.random(5) < 0.5
        start = [(float(low), float(low)) for low in random.integers(20, 95, count)]
        end = list(start)
        incidents = [0.0] * count
        says, share = [1.0] * count, [float(value) for value in random.uniform(60, 100, count)]
        if plants[0]:
            incidents[int(random.integers(count))] = float(random.integers(1, 9))
        if plants[1]:
            place = int(random.integers(count))
            start[place], end[place] = (80.0, 80.0), (40.0, 45.0)
        if plants[2]:
            says[int(random.integers(count))] = 0.0
        first = {name: ["done"] * count for name in "abc"}
        then = {name: ["done"] * count for name in "abc"}
        if plants[3]:  # a task that nobody has done either time
            first["b"] = then["b"] = ["not_started"] * count
        ahead = sorted(int(place) for place in random.choice(count, 2, replace=False))
        if plants[4]:  # one that two schools alone have done by now
            then["c"] = ["done" if place in ahead else "under_way" for place in range(count)]
        now = tables({"incidents": incidents, "says": says, "share": share}, then, end, count)
        before = tables({"incidents": [0.0] * count}, first, start, count)
        names = ("new", "fallen", "against", "last", "example")
        expected = {name for name, is_there in zip(names, plants, strict=True) if is_there}
        stories = {story.rule.rule_id: story for story in found(now, before, 5)}
        assert set(stories) == expected, seed
        if plants[1]:
            assert stories["fallen"].school_ids == (f"s{place}",)
        if plants[4]:
            assert sorted(stories["example"].school_ids) == sorted(f"s{own}" for own in ahead)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind: "last", weight', 'kind: "lost", weight', "'kind' đang ghi 'lost'"),
        (
            'field: "security_incidents_count"',
            'field: "security_incident_count"',
            "không phải chỉ tiêu của biểu mẫu nào",
        ),
        ('weight: "100"', 'weight: "-1"', "'weight' nhỏ hơn 0"),
        ('next: "Yêu cầu {count:two_digits}', 'next: "Yêu cầu {number:two_digits}', "{number}"),
        ('  told: "Phát hiện"\n', "", "thiếu 'told'"),
    ],
)
def test_a_mistake_in_the_rules_is_told_at_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "stories.yml", old, new)
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    assert any(one.file == "stories.yml" and told in one.message for one in caught.value.problems)
