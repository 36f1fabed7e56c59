"""One list or annex that an office handed in: found, read once, kept by what it holds; what keeps it out is named.

Only what offices publish is read (the list `…-du-lieu.csv` with its parts, or the sheet `DU_LIEU`), never a school's file.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from termreview.errors import UsageError
from termreview.installation import made_with
from termreview.reference.declarations import Reference
from termreview.reporting.records.published import flat_parts
from termreview.reporting.report.flat_table import COLUMNS, KEY, NUMBERS, OFFICE, REPORTING, SCHOOL
from termreview.storage.atomic_files import content_of, sha256_of
from termreview.storage.workspace import atomic_write

SHEET: Final = "DU_LIEU"
SUFFIX: Final = "-du-lieu.csv"
ANNEX: Final = "-phu-luc.xlsx"
UNREADABLE, COLUMNS_MISSING, NO_ROWS, NOT_WHOLE, PARTS_MISSING, KEY_TWICE = (
    "unreadable", "columns_missing", "no_rows", "not_whole", "parts_missing", "key_twice",
)  # fmt: skip
_TEXTS: Final = {name: str for name in COLUMNS if name not in NUMBERS}
_BLANKS: Final[Any] = {name: [""] for name in NUMBERS}
_OF_ONE: Final = ("office_code", "term_id", "edition")  # one each in a file
_MERGES_KEPT: Final = 4  # as many files as that many merges read stay in the cache


@dataclass(frozen=True)
class HandedIn:
    """One list (with its parts) or annex: its `rows`, or the code and the detail of what keeps it out.

    `files` are its files by their names with folder, and their hashes; `is_read` says whether they were read just now.
    """

    path: Path
    files: tuple[tuple[str, str], ...]
    rows: pd.DataFrame | None = None
    problem: str = ""
    what: str = ""
    is_read: bool = True

    @property
    def name(self) -> str:
        """Its file with its folder: offices hand in files of one name, each in a folder of its own."""
        return named(self.path)


@dataclass(frozen=True)
class RowCache:
    """Where the rows of files are kept, by the hash of what they hold and of all else that decides what is read.

    Declarations and the version of the program are part of the key: nothing is kept across a change of either.
    """

    folder: Path
    made_of: str

    @staticmethod
    def of(folder: Path, reference: Reference) -> RowCache:
        """The cache in one folder, for the declarations and the program at hand."""
        return RowCache(folder, json.dumps([reference.fingerprint, made_with()], sort_keys=True))

    def place(self, hashes: Sequence[str]) -> Path:
        """Where the rows of some files are kept."""
        key = hashlib.sha256("\n".join([self.made_of, *hashes]).encode()).hexdigest()
        return self.folder / f"{key}.parquet"

    def sweep(self, files: int) -> None:
        """Take away what was longest not used, where there is more than a few merges of so many files read."""
        kept = sorted(self.folder.glob("*.parquet"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in kept[_MERGES_KEPT * max(files, 1) :]:
            path.unlink(missing_ok=True)


def named(path: Path) -> str:
    """One file as messages call it: with its folder."""
    return f"{path.parent.name}/{path.name}"


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
        for path in sorted(folder.rglob(f"*{ANNEX}"))
        if (path.parent, path.name.removesuffix(ANNEX)) not in stems
    ]
    if not (lists or annexes):
        raise UsageError("nothing_handed_in", folder=folders[0])
    return [*lists, *annexes]


def read_handed_in(paths: Sequence[Path], cache: RowCache | None = None) -> list[HandedIn]:
    """Read some lists and annexes, each once; what is kept of an unchanged one is not read again."""
    found = [_read(path, cache) for path in paths]
    if cache is not None:
        cache.sweep(len(paths))
    return found


def _read(path: Path, cache: RowCache | None) -> HandedIn:
    further = flat_parts(path)
    places, index = [path, *further], further[-1] if further else None
    contents = [(place, content) for place in places if (content := content_of(place)) is not None]
    hashes = [sha256_of(content) for _, content in contents]
    files = tuple((named(place), sha256) for (place, _), sha256 in zip(contents, hashes, strict=True))
    if len(contents) < len(places):
        there = {place for place, _ in contents}
        absent = ", ".join(place.name for place in places if place not in there)
        return HandedIn(path, files, problem=PARTS_MISSING, what=absent)
    kept = cache.place([path.suffix, *hashes]) if cache is not None else None
    if kept is not None and (content := content_of(kept)) is not None:
        try:
            rows = pd.read_parquet(io.BytesIO(content))
            kept.touch()
            return HandedIn(path, files, rows, is_read=False)
        except Exception:  # torn, by a crash or a full disk: read once more
            kept.unlink(missing_ok=True)
    try:
        rows = _rows_of(path, [content for place, content in contents if place != index])
        missing = [name for name in COLUMNS if name not in rows.columns]
        if not missing:
            rows = rows[list(COLUMNS)].astype(dict.fromkeys(NUMBERS, float))
    except Exception:  # whatever a library meets in a file of somebody else
        return HandedIn(path, files, problem=UNREADABLE)
    problem, what = (COLUMNS_MISSING, ", ".join(missing)) if missing else _problem_of(rows)
    if problem:
        return HandedIn(path, files, problem=problem, what=what)
    if kept is not None:
        with atomic_write(kept) as beside:
            rows.to_parquet(beside, index=False)
        rows = pd.read_parquet(kept)  # as the next merge has them
    return HandedIn(path, files, rows)


def _rows_of(path: Path, contents: Sequence[bytes]) -> pd.DataFrame:
    as_text: dict[str, Any] = {"dtype": _TEXTS, "keep_default_na": False, "na_values": _BLANKS}
    if path.suffix != ".csv":
        return pd.read_excel(io.BytesIO(contents[0]), sheet_name=SHEET, header=3, skiprows=[4], **as_text)
    as_list: dict[str, Any] = {"sep": ";", "decimal": ",", "encoding": "utf-8-sig"}
    return pd.concat(
        [pd.read_csv(io.BytesIO(content), **as_list, **as_text) for content in contents], ignore_index=True
    )


def _problem_of(rows: pd.DataFrame) -> tuple[str, str]:
    """What keeps some rows out, and its detail; blank where nothing does."""
    if rows.empty:
        return NO_ROWS, ""
    own = rows[rows["scope"] == OFFICE]
    if own.empty:
        return NOT_WHOLE, ""
    if rows.duplicated([*KEY, "definition"]).any() or any(rows[name].nunique() != 1 for name in _OF_ONE):
        return KEY_TWICE, ""
    asked = own.loc[own["kind"] == REPORTING, "denominator"].sum()
    there = rows.loc[rows["scope"] == SCHOOL, "school_code"].nunique()
    return (PARTS_MISSING, f"{there}/{asked:.0f}") if 0 < there < asked else ("", "")
