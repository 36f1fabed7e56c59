"""One story is one fact of a term that a reader must not miss, found by a declared rule and weighed against the others.

Each rule of `stories.yml` looks for its kind of fact in tables alone and finds none where the tables do not hold it:
too few schools, no earlier term, or a question hidden in this edition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.reference.texts.stories import (
    APPEARED,
    CONTRADICTION,
    EXAMPLE,
    FALLEN,
    LAST,
    StoryRule,
    StoryRules,
)

OVERALL = "overall"
SILENT = ("unanswered", "not_submitted")
DONE = "done"


@dataclass(frozen=True, eq=False)
class StoryTables:
    """The tables of one term that rules read.

    Attributes
    ----------
    numbers
        One row per school (index), one column per field; NaN where nothing usable was answered.
    statuses
        One row per task and school: `task_id, school_id, status`.
    standings
        One row per school and group of the index: `school_id, group_id, state, low, high, max_points, score_level`.
    """

    numbers: pd.DataFrame
    statuses: pd.DataFrame
    standings: pd.DataFrame


@dataclass(frozen=True)
class Story:
    """One fact: what it is about, the schools concerned, its figures, and how much it weighs.

    `size`, `reach` and `surprise` lie between 0 and 1: how large the fact is, which share of those asked it concerns,
    how little it was to be expected.
    """

    rule: StoryRule
    subject: str
    school_ids: tuple[str, ...]
    values: Mapping[str, float]
    size: float
    reach: float
    surprise: float

    @property
    def rank(self) -> float:
        """By what stories are put in order: weight × size × reach × surprise."""
        return self.rule.weight * self.size * self.reach * self.surprise


def find_stories(
    declared: StoryRules, now: StoryTables, before: StoryTables | None, fewest: int = 1
) -> list[Story]:
    """Every story of one term, the weightiest first; equal ones as their rules are declared.

    Parameters
    ----------
    before
        The term that this one is compared with; without it the rules that compare find nothing.
    fewest
        Schools that must have answered for a fact to be one.
    """
    found = []
    for rule in declared.rules:
        own = [story for story in _KINDS[rule.kind](rule, now, before, fewest) if story.rank > 0]
        found += sorted(own, key=lambda story: -story.rank)[: declared.most_of_a_rule]
    return sorted(found, key=lambda story: -story.rank)


def story_table(stories: Sequence[Story]) -> pd.DataFrame:
    """One row per story, weightiest first: `rule_id, kind, subject, schools, size, reach, surprise, rank`."""
    rows = [
        (one.rule.rule_id, one.rule.kind, one.subject, ";".join(one.school_ids), one.size, one.reach, one.surprise, one.rank)
        for one in stories
    ]  # fmt: skip
    columns = ["rule_id", "kind", "subject", "schools", "size", "reach", "surprise", "rank"]
    return pd.DataFrame(rows, columns=columns)


def _appeared(rule: StoryRule, now: StoryTables, before: StoryTables | None, fewest: int) -> Iterator[Story]:
    """A count that was nought at every school and is not any more; over the schools that answered both times."""
    (field,) = rule.fields
    if before is None or field not in now.numbers or field not in before.numbers:
        return
    both = pd.concat([before.numbers[field], now.numbers[field]], axis=1, keys=["before", "now"]).dropna()
    there = both[both["now"] > 0]
    if len(both) < fewest or there.empty or both["before"].any():
        return
    value = float(both["now"].sum())
    reach = len(there) / len(both)
    values = {"value": value, "count": len(there), "counted": len(both)}
    schools = there.sort_values("now", ascending=False, kind="stable").index
    yield Story(rule, field, tuple(schools), values, min(value / len(both), 1.0), reach, 1.0)


def _fallen(rule: StoryRule, now: StoryTables, before: StoryTables | None, fewest: int) -> Iterator[Story]:
    """A school whose score is lower than before however its open points come out; its deepest group alone."""
    if before is None:
        return
    keys, own = ["school_id", "group_id"], ["state", "low", "high", "score_level"]
    both = now.standings.merge(before.standings[keys + own], on=keys, suffixes=("", "_before"))
    both = both[
        (both["group_id"] != OVERALL) & both["state"].eq("scored") & both["state_before"].eq("scored")
    ]
    both = both.assign(fall=(both["low_before"] - both["high"]).astype(float))
    compared = both["school_id"].nunique()
    fallen = both[both["fall"] >= max(rule.least, 0.5)].sort_values("fall", ascending=False, kind="stable")
    fallen = fallen.drop_duplicates("school_id")
    for row in fallen.to_dict("records"):
        values = {
            "start_low": row["low_before"], "start_high": row["high_before"], "end_low": row["low"], "end_high": row["high"],
            "of": row["max_points"],
        }  # fmt: skip
        levels = row["score_level_before"], row["score_level"]
        if all(pd.notna(level) for level in levels) and levels[0] > levels[1]:
            values |= {"first": levels[0], "last": levels[1]}
        size, surprise = row["fall"] / row["max_points"], 1 - (len(fallen) - 1) / compared
        yield Story(
            rule, row["group_id"], (row["school_id"],), values, min(size, 1.0), 1 / compared, surprise
        )


def _last(rule: StoryRule, now: StoryTables, before: StoryTables | None, fewest: int) -> Iterator[Story]:
    """The one task that fewest schools have done, if it was the one before as well."""
    if before is None:
        return
    ends = [_shares(tables, fewest) for tables in (before, now)]
    if any(frame.empty for frame in ends):
        return
    least = [frame[frame["share"] == frame["share"].min()] for frame in ends]
    if any(len(own) != 1 for own in least) or least[0].index[0] != least[1].index[0]:
        return
    start, end = least[0].iloc[0], least[1].iloc[0]
    values = {
        "done": end["done"], "counted": end["counted"], "start": start["done"], "start_counted": start["counted"],
    }  # fmt: skip
    behind = ends[1]["share"].mean() - end["share"]
    reach = end["counted"] / max(len(now.numbers), 1)
    yield Story(rule, str(least[1].index[0]), (), values, 1 - end["share"], min(reach, 1.0), behind)


def _contradiction(
    rule: StoryRule, now: StoryTables, before: StoryTables | None, fewest: int
) -> Iterator[Story]:
    """Schools that deny what a share that they state themselves affirms."""
    said, share = rule.fields
    if said not in now.numbers or share not in now.numbers:
        return
    both = now.numbers[[said, share]].dropna()
    against = both[(both[said] == 0) & (both[share] >= rule.least)]
    if len(both) < fewest or against.empty:
        return
    median, reach = float(against[share].median()), len(against) / len(both)
    values = {"count": len(against), "counted": len(both), "median": median, "least": rule.least}
    yield Story(rule, said, tuple(against.index), values, median / 100, reach, 1.0)


def _example(rule: StoryRule, now: StoryTables, before: StoryTables | None, fewest: int) -> Iterator[Story]:
    """The task that fewest schools have done but some have: whom the others can learn from, most points first."""
    shares = _shares(now, fewest)
    shares = shares[(shares["done"] > 0) & (shares["share"] < 0.5)]
    if shares.empty:
        return
    row = shares.sort_values("share", kind="stable").iloc[0]
    task_id = str(row.name)
    own = now.statuses[(now.statuses["task_id"] == task_id) & (now.statuses["status"] == DONE)]
    scored = now.standings[now.standings["group_id"] != OVERALL].groupby("school_id")["low"].sum()
    points = own["school_id"].map(scored).astype(float).fillna(0.0)
    schools = own.assign(points=points).sort_values("points", ascending=False, kind="stable")["school_id"]
    values = {"done": row["done"], "counted": row["counted"]}
    reach = row["counted"] / max(len(now.numbers), 1)
    size = 1 - row["share"]
    yield Story(rule, task_id, tuple(schools), values, size, min(reach, 1.0), size)


def _shares(tables: StoryTables, fewest: int) -> pd.DataFrame:
    """By task: the schools that have done it, those that said how they stand, and their share."""
    told = tables.statuses[~tables.statuses["status"].isin(SILENT)]
    counts = (
        told.assign(done=told["status"].eq(DONE)).groupby("task_id", sort=False)["done"].agg(["sum", "count"])
    )
    counts = counts.rename(columns={"sum": "done", "count": "counted"})
    counts = counts[counts["counted"] >= fewest]
    return counts.assign(share=counts["done"] / counts["counted"])


_KINDS: Mapping[str, Callable[[StoryRule, StoryTables, StoryTables | None, int], Iterator[Story]]] = {
    APPEARED: _appeared, FALLEN: _fallen, LAST: _last, CONTRADICTION: _contradiction, EXAMPLE: _example,
}  # fmt: skip
