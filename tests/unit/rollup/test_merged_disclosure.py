"""The merged shareable edition held against those of its offices: a solver that reads all of them gets no hidden count back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from disclosure_world import Reader, with_counts
from report_world import reference, tables_of

from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.editions.suppression import decide_suppression
from termreview.reporting.report.context import ReportContext, build_view, present
from termreview.reporting.report.flat_table import flat_csv, flat_table
from termreview.rollup.handed_in import find_handed_in
from termreview.rollup.merging import Merged, merge_offices, own_list
from termreview.terms import parse_term
from worlds import HK1

SEEDS = {"don-vi-a": 2, "don-vi-b": 5}
FAMILIES = (("pupils_ethnic_count", "pupils_ethnic_girls_count"), ("pupils_disabled_count",))


@pytest.fixture(scope="module")
def offices() -> dict[str, tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]]:
    """Two offices of like schools and other counts: the rows that each publishes, all its numbers, its schools' levels."""
    found = {}
    declared = reference().of(parse_term(HK1))
    for office, seed in SEEDS.items():
        tables = tables_of(HK1)
        tables = replace(tables, observations=with_counts(tables.observations, seed, 0.3))
        view = build_view(reference(), declared, tables)
        suppression = decide_suppression(reference(), declared, view.answers)
        report = ReportContext(reference(), view, None, declared.plan.due_on)
        rows = flat_table(present(report, edition=SHAREABLE, suppression=suppression))
        codes = rows["school_code"].where(rows["school_code"] == "", f"{office}-" + rows["school_code"])
        levels = dict(zip(view.schools["school_id"], view.schools["level"], strict=True))
        found[office] = (
            rows.assign(office_code=office, school_code=codes),
            view.answers.numbers.rename(index=lambda school, office=office: f"{office}-{school}"),
            {f"{office}-{school}": level for school, level in levels.items()},
        )
    return found


def merged(offices: dict[str, Any], folder: Path) -> Merged:
    for office, (rows, _, _) in offices.items():
        (folder / office).mkdir(parents=True, exist_ok=True)
        (folder / office / "bc-du-lieu.csv").write_bytes(flat_csv(rows))
    found = merge_offices(find_handed_in([folder]), edition=SHAREABLE)
    assert found.problems == ()
    return found


def of_families(rows: pd.DataFrame, families: tuple[str, ...]) -> Iterator[tuple[Any, str, str]]:
    """The figures of some attributes, each with its attribute and its column."""
    for row in rows[rows["indicator_id"].str.partition(".")[0].isin(families)].itertuples():
        family, _, column = str(row.indicator_id).partition(".")
        yield row, family, "" if column == "total" else column


@pytest.mark.parametrize("families", FAMILIES, ids=["ethnic", "disabled"])
def test_what_two_offices_hide_is_as_open_after_the_merged_report_as_before(
    families: tuple[str, ...], offices: dict[str, Any], tmp_path: Path
) -> None:
    levels = {school: level for _, _, own in offices.values() for school, level in own.items()}
    numbers = pd.concat([numbers for _, numbers, _ in offices.values()])
    columns = [name.partition(".")[2] for name in numbers.columns if name.startswith("pupils_count.")]
    reader = Reader(SimpleNamespace(numbers=numbers), families)  # type: ignore[arg-type]
    reader.meet(levels, [name for name in columns if name != "total"])
    is_hidden: set[tuple[str, str, str]] = set()
    secrets = []
    for office, (rows, _, own) in offices.items():
        for row, family, column in of_families(rows, families):
            terms = reader.terms(
                [school for school, level in own.items() if row.level in ("", level)], family, column
            )
            if row.state == "hidden":
                is_hidden.add((office, row.level, row.indicator_id))
                secrets += [terms] if terms else []
            elif terms:
                reader.learn(terms)
    assert len(secrets) > 4
    asked = secrets[:: max(1, len(secrets) // 6)]
    before = [reader.interval(terms) for terms in asked]
    found = merged(offices, tmp_path)
    states = set()
    for published in (found.totals, own_list(found, "tinh")):
        sums = published[published["scope"].isin(["office", "level"])]
        for row, family, column in of_families(sums, families):
            told = [office for office in offices if (office, row.level, row.indicator_id) not in is_hidden]
            own = [
                school for school, level in levels.items()
                if row.level in ("", level) and school[: len("don-vi-a")] in told
            ]  # fmt: skip
            states.add(row.state)
            terms = reader.terms(own, family, column)
            if terms and row.state != "hidden":
                assert reader.sum_of(terms) == row.value, (
                    "a sum is of what its offices publish, and of nothing else"
                )
                reader.learn(terms)
            elif row.state == "hidden":
                assert not told
                assert pd.isna(row.value)
    assert {"counted", "partly_hidden"} <= states
    after = [reader.interval(terms) for terms in asked]
    for (low, high), (lowest, highest) in zip(after, before, strict=True):
        assert (low, high) == (pytest.approx(lowest, abs=1e-6), pytest.approx(highest, abs=1e-6))


def test_a_sum_that_held_a_hidden_count_would_be_seen(offices: dict[str, Any], tmp_path: Path) -> None:
    """The reader is no blind one: told one sum with the hidden count in it, he subtracts the rest."""
    rows, numbers, levels = offices["don-vi-a"]
    reader = Reader(SimpleNamespace(numbers=numbers), ("pupils_disabled_count",))  # type: ignore[arg-type]
    columns = [name.partition(".")[2] for name in numbers.columns if name.startswith("pupils_count.")]
    reader.meet(levels, [name for name in columns if name != "total"])
    secrets = []
    for row, family, column in of_families(rows, ("pupils_disabled_count",)):
        terms = reader.terms(
            [school for school, level in levels.items() if row.level in ("", level)], family, column
        )
        if terms and row.state == "hidden":
            secrets.append(terms)
        elif terms:
            reader.learn(terms)
    terms = next(terms for terms in secrets if reader.interval(terms)[1] - reader.interval(terms)[0] >= 1)
    reader.learn(terms)
    low, high = reader.interval(terms)
    assert high - low < 1e-6
    assert "don-vi-a" in merged(offices, tmp_path).offices
