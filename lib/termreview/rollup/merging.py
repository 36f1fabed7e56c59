"""The plain rows of several offices checked against each other and added up, whatever machine each came from.

What does not fit is named and left out; nothing is added up that is not the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from termreview.reporting.report.flat_table import (
    COLUMNS,
    COUNTED,
    HIDDEN,
    LEVEL,
    NUMBERS,
    OFFICE,
    REPORTING,
    SCHOOL,
    plain_rows,
)
from termreview.rollup.handed_in import HandedIn, RowCache, named, read_handed_in

OTHER_TERM, OTHER_EDITION, REPLACED, SAME_DAY = "other_term", "other_edition", "replaced", "same_day"
SCHOOL_TWICE, DEFINITIONS, MISSING_OFFICE = "school_twice", "definitions", "missing_office"
PARTLY_HIDDEN: Final = "partly_hidden"
_GROUP: Final = ("scope", "level", "kind", "indicator_id", "unit", "definition")


@dataclass(frozen=True)
class MergeProblem:
    """One thing that keeps a file, an office or a figure out of the sums, or is to be looked at: code, file, what."""

    code: str
    file: str
    what: str = ""


@dataclass(frozen=True)
class Merged:
    """What several offices handed in of one term: `rows` (as they handed them in), `totals`, `problems`, `files`.

    `totals`: one figure over all offices, or over one school level of all, key `scope, level, kind, indicator_id, unit,
    definition`; `offices` says how many stand behind it.
    """

    rows: pd.DataFrame
    totals: pd.DataFrame
    problems: tuple[MergeProblem, ...]
    files: tuple[HandedIn, ...] = ()

    @property
    def read_count(self) -> int:
        """How many of the lists and annexes had to be read; the others are known by what they hold."""
        return sum(one.is_read for one in self.files)

    @property
    def offices(self) -> list[str]:
        """The codes of the offices that count, in order."""
        return sorted(self.rows["office_code"].unique())


def merge_offices(
    paths: Sequence[Path],
    *,
    edition: str = "shareable",
    expected: Sequence[str] = (),
    term_id: str = "",
    cache: RowCache | None = None,
) -> Merged:
    """Check and add up what offices handed in.

    Parameters
    ----------
    edition
        Which edition is added up; a file of the other is named where its office handed in no file of this one.
    expected
        The codes of the offices that have to hand in; blank: whoever did.
    term_id
        The term that is added up; blank: that of most files.
    cache
        Where the rows of files are kept, so that only changed ones are read; the result is the same without.
    """
    files = read_handed_in(paths, cache)
    problems = [MergeProblem(one.problem, one.name, one.what) for one in files if one.problem]
    read = [(one.path, one.rows) for one in files if one.rows is not None]
    others = [(path, rows) for path, rows in read if rows["edition"].iloc[0] != edition]
    read = [(path, rows) for path, rows in read if rows["edition"].iloc[0] == edition]
    terms = pd.Series([rows["term_id"].iloc[0] for _, rows in read], dtype=object)
    term_id = term_id or (str(terms.mode().iloc[0]) if len(terms) else "")
    latest: dict[str, tuple[Path, pd.DataFrame]] = {}
    for path, rows in read:
        office, term, day = (str(rows[name].iloc[0]) for name in ("office_code", "term_id", "as_of"))
        if term != term_id:
            problems.append(MergeProblem(OTHER_TERM, named(path), term))
            continue
        known = latest.get(office)
        if known is None:
            latest[office] = path, rows
            continue
        before = str(known[1]["as_of"].iloc[0])
        older, newer = ((path, rows), known) if day < before else (known, (path, rows))
        if day == before and not known[1].equals(rows):  # which of the two counts is for the office to say
            problems.append(MergeProblem(SAME_DAY, named(path), f"{office}: {named(known[0])}"))
            continue
        problems.append(MergeProblem(REPLACED, named(older[0]), f"{office}: {named(newer[0])}"))
        latest[office] = newer
    problems += [
        MergeProblem(OTHER_EDITION, named(path), office)
        for path, rows in others
        if (office := str(rows["office_code"].iloc[0])) not in latest
    ]
    problems += [MergeProblem(MISSING_OFFICE, "", code) for code in expected if code not in latest]
    kept = _without_rivals(latest, problems)
    rows = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COLUMNS))
    problems += _definitions(rows)
    return Merged(rows, add_up(rows), tuple(problems), tuple(files))


def _without_rivals(
    latest: dict[str, tuple[Path, pd.DataFrame]], problems: list[MergeProblem]
) -> list[pd.DataFrame]:
    """The rows of all offices; those of two that claim one school are left out, for it would be counted twice."""
    owners: dict[str, list[str]] = {}
    for office, (_, rows) in sorted(latest.items()):
        for school in rows.loc[rows["scope"] == SCHOOL, "school_code"].unique():
            owners.setdefault(school, []).append(office)
    rivals: dict[tuple[str, ...], list[str]] = {}
    for school, offices in owners.items():
        if len(offices) > 1:
            rivals.setdefault(tuple(offices), []).append(school)
    for claiming, schools in sorted(rivals.items()):
        names = ", ".join(named(latest[office][0]) for office in claiming)
        problems.append(MergeProblem(SCHOOL_TWICE, names, ", ".join(sorted(schools)[:5])))
    out = {office for claiming in rivals for office in claiming}
    return [rows for office, (_, rows) in sorted(latest.items()) if office not in out]


def _definitions(rows: pd.DataFrame) -> Iterator[MergeProblem]:
    """The figures that offices mean differently: each meaning has its own line."""
    whole = rows[rows["scope"] == OFFICE]
    meanings: dict[str, set[str]] = {}
    for kind, indicator, definition in zip(
        *(whole[name] for name in ("kind", "indicator_id", "definition")), strict=True
    ):
        meanings.setdefault(f"{kind} {indicator}", set()).add(definition)
    for indicator, found in meanings.items():
        if len(found) > 1:
            yield MergeProblem(DEFINITIONS, "", f"{indicator}: {', '.join(sorted(found))}")


def add_up(rows: pd.DataFrame) -> pd.DataFrame:
    """One figure over all offices, and over each school level of all.

    Numerators, denominators and values of statistics are summed over the offices that have them; a share is divided anew.
    Where an office hides its figure, the sum is of the others and its `state` says so; where none has one it is missing.
    """
    own = rows[rows["scope"].isin((OFFICE, LEVEL))]
    if own.empty:
        return pd.DataFrame(columns=[*_GROUP, "indicator_title", *NUMBERS, "offices", "state"])
    grouped = own.groupby(list(_GROUP), sort=False, dropna=False)
    totals = grouped[list(NUMBERS)].sum(min_count=1)
    totals["indicator_title"] = grouped["indicator_title"].first()
    totals["offices"] = grouped["value"].count()
    hidden = grouped["state"].agg(lambda states: int(states.isin((HIDDEN, PARTLY_HIDDEN)).sum()))
    totals = totals.reset_index()
    is_share = totals["denominator"].notna()
    scale = totals["unit"].map({"percent": 100.0}).fillna(1.0)
    divided = (scale * totals["numerator"] / totals["denominator"]).where(totals["denominator"] > 0)
    totals["value"] = totals["value"].where(~is_share, divided)
    state = pd.Series(COUNTED, index=totals.index).mask(totals["value"].isna(), "uncounted")
    totals["state"] = state.mask((hidden.to_numpy() > 0) & totals["value"].notna(), PARTLY_HIDDEN).mask(
        (hidden.to_numpy() > 0) & totals["value"].isna(), HIDDEN
    )
    return totals[[*_GROUP, "indicator_title", *NUMBERS, "offices", "state"]]


def own_list(merged: Merged, office_id: str) -> pd.DataFrame:
    """What was added up as the list that this office hands in itself, to whoever adds up several of its kind.

    The figures of the whole and by school level, and of each school whether it reported: by this a school that two offices
    claim is found on every level above.
    """
    rows = merged.rows
    about = {
        "office_code": office_id, "term_id": rows["term_id"].iloc[0], "as_of": rows["as_of"].max(),
        "edition": rows["edition"].iloc[0],
    }  # fmt: skip
    schools = rows[(rows["scope"] == SCHOOL) & (rows["kind"] == REPORTING)]
    parts = [part.dropna(axis=1, how="all") for part in (merged.totals.drop(columns="offices"), schools)]
    return plain_rows(pd.concat(parts, ignore_index=True).assign(**about).reindex(columns=COLUMNS))
