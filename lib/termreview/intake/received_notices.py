"""One thing to know of the received files of one term, in words: a day that cannot be, a file renamed or gone."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from termreview.intake.files.file_decisions import CLAIMED, PUT_ASIDE, SET_ASIDE
from termreview.intake.files.file_reading import NAMED
from termreview.intake.received.absent_files import absent_files
from termreview.intake.received.received import RECEIVED_LIST, ReceivedFile
from termreview.intake.received.received_list import read_received_list
from termreview.text import day_words

_DECIDED = (
    CLAIMED, PUT_ASIDE, "file_decision_not_applied", "file_decision_changed", "file_decision_other_school",
    "file_decision_not_expected",
)  # fmt: skip
MOST_SHOWN = 20  # files of one kind that are named one by one


def received_notices(
    folder: Path,
    files: Sequence[ReceivedFile],
    as_of: datetime.date,
    words: Mapping[str, str],
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
        "day_impossible": [_told(words["day_file"], file.name, file.listed_on) for file in files if file.listed_on],
        "day_later": [_told(words["day_file"], file.name, file.received_on) for file in files if file.received_on > as_of],
        "renamed": [
            words["renamed_file"].format(name=file.name, before=file.renamed_from, day=day_words(file.received_on))
            for file in files
            if file.renamed_from
        ],
        "absent": [],
    }  # fmt: skip
    for absent in absent_files(folder, files):
        line = _told(words["day_file"], absent.name, absent.received_on)
        same = f" – {words['absent_same'].format(name=absent.same_as)}" if absent.same_as else ""
        told["absent"].append(line + same)
    for kind, lines in told.items():
        if lines:
            yield words[kind].format(count=len(lines), list=RECEIVED_LIST, as_of=day_words(as_of))
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


def _told(words: str, name: str, day: datetime.date | None) -> str:
    return words.format(name=name, day="?" if day is None else day_words(day))
