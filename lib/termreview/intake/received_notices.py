"""One thing to know of the received files of one term: a day that cannot be, a file renamed, gone or of a former form."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from termreview.errors import TermReviewError
from termreview.forms.layout import form_layout
from termreview.intake.files.file_decisions import CLAIMED, PUT_ASIDE, SET_ASIDE
from termreview.intake.files.file_reading import NAMED
from termreview.intake.places.locate import read_fingerprint
from termreview.intake.received.received import (
    FIRST_SEEN,
    RECEIVED_LIST,
    ReceivedFile,
    listed_day,
    listed_days,
    name_key,
    natural_order,
    printable_name,
)
from termreview.intake.received.received_list import read_received_list
from termreview.reference.declarations import Reference
from termreview.spreadsheets.workbook import RefusedFile, read_workbook
from termreview.storage.atomic_files import read_json
from termreview.storage.workspace import Workspace, has_tables, read_table
from termreview.terms import Term
from termreview.text import day_text

if TYPE_CHECKING:
    import pandas as pd

_DECIDED = (
    CLAIMED, PUT_ASIDE, "file_decision_not_applied", "file_decision_changed", "file_decision_other_school",
    "file_decision_not_expected",
)  # fmt: skip
MOST_SHOWN = 20  # files of one kind that are named one by one
_LOOKED_INTO = 3  # files a school level: all of one level were sent out as one form


def received_notices(
    folder: Path,
    files: Sequence[ReceivedFile],
    as_of: datetime.date,
    words: Mapping[str, str],
    schools: Collection[str] | None = None,
) -> Iterator[str]:
    """Say what the office should know of the files of one term before it believes who is late or silent.

    Parameters
    ----------
    files
        What is there, of every day, those after `as_of` too.
    """
    listed = read_received_list(folder)
    for note in listed.notes if listed is not None else ():
        yield words["list_note"].format(list=RECEIVED_LIST, note=note.message)
    told: dict[str, list[str]] = {
        "day_impossible": [_notice(words["day_file"], file.name, file.listed_on) for file in files if file.listed_on],
        "day_later": [_notice(words["day_file"], file.name, file.received_on) for file in files if file.received_on > as_of],
        "renamed": [
            words["renamed_file"].format(name=file.name, before=file.renamed_from, day=day_text(file.received_on))
            for file in files
            if file.renamed_from
        ],
        "absent": [],
    }  # fmt: skip
    for absent in absent_files(folder, files, schools):
        line = _notice(words["day_file"], absent.name, absent.received_on)
        same = f" – {words['absent_same'].format(name=absent.same_as)}" if absent.same_as else ""
        told["absent"].append(line + same)
    for kind, lines in told.items():
        if lines:
            yield words[kind].format(count=len(lines), list=RECEIVED_LIST, as_of=day_text(as_of))
            yield from (f"  {line}" for line in lines[:MOST_SHOWN])
            if len(lines) > MOST_SHOWN:
                yield "  " + words["more_files"].format(count=len(lines) - MOST_SHOWN)


def file_decision_lines(findings: pd.DataFrame, words: Mapping[str, str]) -> Iterator[str]:
    """Say which files the office has decided about, and which of these decisions hold no longer."""
    own = findings[findings["check_code"].isin(_DECIDED)]
    if len(own):
        yield "\n" + words["decided"].format(count=len(own))
    yield from (f"  {message}" for message in own["message"][:MOST_SHOWN])
    if len(own) > MOST_SHOWN:
        yield "  " + words["more"].format(count=len(own) - MOST_SHOWN)


def unknown_files(
    submissions: pd.DataFrame, findings: pd.DataFrame, refusals: Mapping[str, str]
) -> pd.DataFrame:
    """The files that are no school's, so far as can be told: one row per file, with its reason and the schools it names."""
    own = submissions[submissions["school_id"].isna() & submissions["reason_code"].ne(SET_ASIDE)]
    told = findings[findings["check_code"] == NAMED]
    names = dict(zip(told["file"], told["expected"], strict=True))
    reasons = [
        f"{refusals[reason]} ({names[file]})" if file in names else refusals[reason]
        for file, reason in zip(own["file"], own["reason_code"], strict=True)
    ]
    return own[["file", "received_on"]].assign(reason=reasons).reset_index(drop=True)


def _notice(words: str, name: str, day: datetime.date | None) -> str:
    return words.format(name=name, day="?" if day is None else day_text(day))


@dataclass(frozen=True)
class AbsentFile:
    """One file that the lists know and that is no longer there; `same_as` is a file with the same content."""

    name: str
    received_on: datetime.date | None
    same_as: str = ""


def absent_files(
    folder: Path, files: Sequence[ReceivedFile], schools: Collection[str] | None = None
) -> list[AbsentFile]:
    """The files that `received.csv` or an earlier run knows and that are gone, by name.

    One whose content lies there under another name, of the same day, was only renamed: nothing is gone.

    Parameters
    ----------
    files
        What is there, of every day.
    """
    there = {name_key(file.name) for file in files}
    hashes = {
        name_key(printable_name(str(name), schools)): str(sha256)
        for name, sha256 in (read_json(folder / FIRST_SEEN) or {}).items()
    }
    seen = listed_days(folder, schools)
    absent: list[AbsentFile] = []
    for name in sorted({*seen, *hashes} - there, key=natural_order):
        if any(other.startswith(f"{name}/") for other in there):  # an archive, each file in it by itself
            continue
        if any(name.startswith(f"{other.name}/") for other in absent):
            continue
        same = [file for file in files if file.sha256 == hashes.get(name)]
        if not any(file.received_on == (listed_day(seen, name) or file.received_on) for file in same):
            absent.append(AbsentFile(name, listed_day(seen, name), same[0].name if same else ""))
    return absent


def files_of_former_form(workspace: Workspace, reference: Reference, term: Term) -> tuple[int, int]:
    """How many of the files looked into carry another form than the declared one, and how many were looked into.

    Only files that a finished run has accepted are opened, a few a school level.
    """
    if not has_tables(workspace, term):
        return 0, 0
    declared = reference.of(term)
    levels = {school.unit_id: school.level for school in declared.schools}
    versions: dict[str, str] = {}
    looked: dict[str, int] = {}
    changed = 0
    try:
        accepted = read_table(workspace, term, "submissions").query("fate == 'accepted'")
    except TermReviewError:  # tables of another version: the next run makes them again
        return 0, 0
    for name, school_id in zip(accepted["file"], accepted["school_id"], strict=True):
        level, path = levels.get(school_id, ""), workspace.raw(term) / str(name)
        if not level or looked.get(level, 0) >= _LOOKED_INTO or not path.is_file():
            continue
        try:
            marks = read_fingerprint(read_workbook(path))
        except (RefusedFile, OSError):
            continue
        if "layout" not in marks:
            continue
        if level not in versions:
            versions[level] = form_layout(declared.form, level, term.part).version
        looked[level] = looked.get(level, 0) + 1
        is_own = marks.get("term_id") == term.term_id and marks.get("level") == level
        changed += is_own and marks["layout"] != versions[level]
    return changed, sum(looked.values())
