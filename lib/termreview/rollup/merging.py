"""The plain rows of several offices checked against each other and added up, whatever machine each came from.

Only what offices publish is read (the list `…-du-lieu.csv` or the sheet `DU_LIEU`), never a school's file. What does not
fit is named and left out; nothing is added up that is not the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from termreview.errors import UsageError
from termreview.reporting.blocks.csv_table import csv_bytes
from termreview.reporting.blocks.rows import records
from termreview.reporting.records.published import flat_parts
from termreview.reporting.report.flat_table import (
    COLUMNS,
    COUNTED,
    HIDDEN,
    KEY,
    LEVEL,
    NUMBERS,
    OFFICE,
    REPORTING,
    SCHOOL,
)
from termreview.storage.workspace import atomic_write

_WIDTH: Final = 18  # of a column of the workbook, in signs
SHEET: Final = "DU_LIEU"
SUFFIX: Final = "-du-lieu.csv"
UNREADABLE, COLUMNS_MISSING, NO_ROWS, NOT_WHOLE, PARTS_MISSING, KEY_TWICE = (
    "unreadable", "columns_missing", "no_rows", "not_whole", "parts_missing", "key_twice",
)  # fmt: skip
OTHER_TERM, OTHER_EDITION, REPLACED, SAME_DAY = "other_term", "other_edition", "replaced", "same_day"
SCHOOL_TWICE, DEFINITIONS, MISSING_OFFICE = "school_twice", "definitions", "missing_office"
PARTLY_HIDDEN: Final = "partly_hidden"
_TEXTS: Final = {name: str for name in COLUMNS if name not in NUMBERS}
_BLANKS: Final[Any] = {name: [""] for name in NUMBERS}
_GROUP: Final = ("scope", "level", "kind", "indicator_id", "unit", "definition")


@dataclass(frozen=True)
class MergeProblem:
    """One thing that keeps a file, an office or a figure out of the sums, or is to be looked at: code, file, what."""

    code: str
    file: str
    what: str = ""


@dataclass(frozen=True)
class Merged:
    """What several offices handed in of one term: `rows` (as they handed them in), `totals` and `problems`.

    `totals`: one figure over all offices, or over one school level of all, key `scope, level, kind, indicator_id, unit,
    definition`; `offices` says how many stand behind it.
    """

    rows: pd.DataFrame
    totals: pd.DataFrame
    problems: tuple[MergeProblem, ...]

    @property
    def offices(self) -> list[str]:
        """The codes of the offices that count, in order."""
        return sorted(self.rows["office_code"].unique())


def find_handed_in(folders: Sequence[Path]) -> list[Path]:
    """The lists and annexes in some folders, by path; of a list and an annex of one report the list alone.

    Raises
    ------
    UsageError
        When a folder is not there, or none of them holds any.
    """
    if absent := [folder for folder in folders if not folder.is_dir()]:
        raise UsageError("no_such_folder", folder=absent[0])
    lists = sorted(path for folder in folders for path in folder.rglob(f"*{SUFFIX}"))
    stems = {(path.parent, path.name.removesuffix(SUFFIX)) for path in lists}
    annexes = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*-phu-luc.xlsx"))
        if (path.parent, path.name.removesuffix("-phu-luc.xlsx")) not in stems
    ]
    if not (lists or annexes):
        raise UsageError("nothing_handed_in", folder=folders[0])
    return [*lists, *annexes]


def merge_offices(
    paths: Sequence[Path], *, edition: str = "shareable", expected: Sequence[str] = (), term_id: str = ""
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
    """
    problems: list[MergeProblem] = []
    read = [(path, rows) for path in paths if (rows := _read(path, problems)) is not None]
    others = [(path, rows) for path, rows in read if rows["edition"].iloc[0] != edition]
    read = [(path, rows) for path, rows in read if rows["edition"].iloc[0] == edition]
    terms = pd.Series([rows["term_id"].iloc[0] for _, rows in read], dtype=object)
    term_id = term_id or (str(terms.mode().iloc[0]) if len(terms) else "")
    latest: dict[str, tuple[Path, pd.DataFrame]] = {}
    for path, rows in read:
        office, term, day = (str(rows[name].iloc[0]) for name in ("office_code", "term_id", "as_of"))
        if term != term_id:
            problems.append(MergeProblem(OTHER_TERM, _named(path), term))
            continue
        known = latest.get(office)
        if known is None:
            latest[office] = path, rows
            continue
        before = str(known[1]["as_of"].iloc[0])
        older, newer = ((path, rows), known) if day < before else (known, (path, rows))
        if day == before and not known[1].equals(rows):  # which of the two counts is for the office to say
            problems.append(MergeProblem(SAME_DAY, _named(path), f"{office}: {_named(known[0])}"))
            continue
        problems.append(MergeProblem(REPLACED, _named(older[0]), f"{office}: {_named(newer[0])}"))
        latest[office] = newer
    problems += [
        MergeProblem(OTHER_EDITION, _named(path), office)
        for path, rows in others
        if (office := str(rows["office_code"].iloc[0])) not in latest
    ]
    problems += [MergeProblem(MISSING_OFFICE, "", code) for code in expected if code not in latest]
    kept = _without_rivals(latest, problems)
    rows = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(COLUMNS))
    problems += _definitions(rows)
    return Merged(rows, add_up(rows), tuple(problems))


def _named(path: Path) -> str:
    """A file with its folder: offices hand in files of one name, each in a folder of its own."""
    return f"{path.parent.name}/{path.name}"


def _read(path: Path, problems: list[MergeProblem]) -> pd.DataFrame | None:
    """The rows of one list, with all its parts, or of one annex; or what keeps them out."""
    files = [path, *flat_parts(path)[:-1]]
    if absent := [one.name for one in files if not one.is_file()]:
        problems.append(MergeProblem(PARTS_MISSING, _named(path), ", ".join(absent)))
        return None
    try:
        as_text: dict[str, Any] = {"dtype": _TEXTS, "keep_default_na": False, "na_values": _BLANKS}
        if path.suffix == ".csv":
            read = [pd.read_csv(one, sep=";", decimal=",", encoding="utf-8-sig", **as_text) for one in files]
            rows = pd.concat(read, ignore_index=True) if len(read) > 1 else read[0]
        else:
            rows = pd.read_excel(path, sheet_name=SHEET, header=3, skiprows=[4], **as_text)
        missing = [name for name in COLUMNS if name not in rows.columns]
        if not missing:
            rows = rows[list(COLUMNS)].astype(dict.fromkeys(NUMBERS, float))
    except Exception:  # whatever a library meets in a file of somebody else
        problems.append(MergeProblem(UNREADABLE, _named(path)))
        return None
    if missing:
        problems.append(MergeProblem(COLUMNS_MISSING, _named(path), ", ".join(missing)))
    elif rows.empty:
        problems.append(MergeProblem(NO_ROWS, _named(path)))
    elif not (rows["scope"] == OFFICE).any():
        problems.append(MergeProblem(NOT_WHOLE, _named(path)))
    elif rows.duplicated(list(KEY)).any() or any(
        rows[name].nunique() != 1 for name in ("office_code", "term_id", "edition")
    ):
        problems.append(MergeProblem(KEY_TWICE, _named(path)))
    elif 0 < (there := _schools_of(rows)) < (asked := _schools_asked(rows)):  # of a list without its index
        problems.append(MergeProblem(PARTS_MISSING, _named(path), f"{there}/{asked:.0f}"))
    else:
        return rows
    return None


def _schools_of(rows: pd.DataFrame) -> int:
    """The schools that one list has rows of."""
    return int(rows.loc[rows["scope"] == SCHOOL, "school_code"].nunique())


def _schools_asked(rows: pd.DataFrame) -> float:
    """The schools that had to report, as the figures of the whole tell it."""
    own = rows[(rows["scope"] == OFFICE) & (rows["kind"] == REPORTING)]
    return float(own["denominator"].sum())


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
        names = ", ".join(_named(latest[office][0]) for office in claiming)
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
    hidden = grouped["state"].agg(lambda states: int((states == HIDDEN).sum()))
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


def write_merged(merged: Merged, folder: Path, name: str, labels: Mapping[str, Any]) -> list[Path]:
    """Write the totals and what is to be looked at as a workbook, the totals as a list, and all rows as they came in.

    Texts stay texts: what an office wrote never becomes a formula or a link of the workbook.
    """
    words, heads = (
        labels["merge"],
        labels["flat_table"]["heads"] | {"offices": labels["flat_table"]["offices"]},
    )
    problems = pd.DataFrame(
        [(one.file, labels["merge_problems"][one.code], one.what) for one in merged.problems],
        columns=[words["file"], words["problem"], words["what"]],
    )
    folder.mkdir(parents=True, exist_ok=True)
    sheets = {
        words["totals"]: merged.totals.rename(columns=heads), words["problems"]: problems,
        words["rows"]: merged.rows.rename(columns=heads),
    }  # fmt: skip
    written = [folder / f"{name}.xlsx", folder / f"{name}-tong-hop.csv", folder / f"{name}-du-lieu.csv"]
    with atomic_write(written[0]) as beside:
        options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
        with pd.ExcelWriter(beside, engine="xlsxwriter", engine_kwargs=options) as book:
            for title, frame in sheets.items():
                frame.to_excel(book, sheet_name=title, index=False, freeze_panes=(1, 0))
                sheet = book.sheets[title]
                sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
                sheet.set_column(0, len(frame.columns) - 1, _WIDTH)
    for path, frame in zip(written[1:], (merged.totals, merged.rows), strict=True):
        with atomic_write(path) as beside:
            beside.write_bytes(csv_bytes({column: column for column in frame.columns}, records(frame)))
    return written
