"""One file's fate: which of a school's files counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from termreview.intake.files.file_reading import FileReading
from termreview.intake.files.likeness import is_resaved, likeness_remarks
from termreview.spreadsheets.packages.guard import NOT_OPENED

ACCEPTED, SUPERSEDED, REFUSED = "accepted", "superseded", "refused"
REVISED = "superseded_revision"  # the reason of a file that a later version replaces


@dataclass(frozen=True)
class Fate:
    """What becomes of one file: accepted, superseded `by` a later one, or refused for a `reason`.

    `sent_again` names the files that came after an accepted one and say what an earlier version said.
    """

    school_id: str | None
    fate: str
    reason: str | None
    revision: int
    by: str | None = None
    tied_with: str | None = None
    sent_again: str | None = None


def decide_fates(readings: Sequence[FileReading]) -> list[Fate]:
    """Decide, per school, which file counts: the last readable one in the order received.

    The same bytes sent again are a duplicate of the earlier file, and so is a file saved anew that says the same as
    the one before it. What an earlier version said, sent again behind its correction, does not win over the correction:
    it is a duplicate, and asked about. Files of two schools that are alike are asked about: the question joins the remarks of the
    reading. When two readable files of one school came on the same day, the last by natural name order counts and
    the tie is named.

    Parameters
    ----------
    readings
        In the order received.
    """
    by_school: dict[str, list[int]] = {}
    for number, reading in enumerate(readings):
        if reading.school_id is not None:
            by_school.setdefault(reading.school_id, []).append(number)
    fates: list[Fate | None] = [None] * len(readings)
    for school_id, numbers in by_school.items():
        for number, fate in _fates_of_school(school_id, numbers, readings):
            fates[number] = fate
    accepted = [
        reading
        for reading, fate in zip(readings, fates, strict=True)
        if fate is not None and fate.fate == ACCEPTED
    ]
    for reading, remark in likeness_remarks(accepted):
        reading.remarks.append(remark)
    return [
        fate if fate is not None else Fate(reading.school_id, REFUSED, reading.refusal, 1)
        for fate, reading in zip(fates, readings, strict=True)
    ]


def _fates_of_school(
    school_id: str, numbers: Sequence[int], readings: Sequence[FileReading]
) -> list[tuple[int, Fate]]:
    firsts: dict[str, int] = {}
    originals: list[tuple[int, int]] = []
    decided = []
    for revision, number in enumerate(numbers, start=1):
        reading = readings[number]
        if reading.refusal == NOT_OPENED:  # not known, so like no other
            decided.append((number, Fate(school_id, REFUSED, reading.refusal, revision)))
            continue
        first = firsts.setdefault(reading.file.sha256, number)
        if first != number:
            duplicate_of = readings[first].file.name
            decided.append((number, Fate(school_id, SUPERSEDED, "duplicate_file", revision, duplicate_of)))
        elif reading.refusal is not None:
            decided.append((number, Fate(school_id, REFUSED, reading.refusal, revision)))
        elif (same := _said_before(reading, [readings[each] for _, each in originals])) is not None:
            decided.append((number, Fate(school_id, SUPERSEDED, "duplicate_file", revision, same.file.name)))
        else:
            originals.append((revision, number))
    if not originals:
        return decided
    revision, last = originals[-1]
    winner = readings[last].file
    for earlier_revision, number in originals[:-1]:
        decided.append((number, Fate(school_id, SUPERSEDED, REVISED, earlier_revision, winner.name)))
    same_day = [
        readings[number].file.name
        for _, number in originals[:-1]
        if readings[number].file.received_on == winner.received_on
    ]
    corrected = {readings[number].file.name for _, number in originals[:-1]}
    again = [
        readings[number].file.name
        for number, fate in sorted(decided, key=lambda each: each[0])
        if number > last and fate.reason == "duplicate_file" and fate.by in corrected
    ]
    tied_with, sent_again = "; ".join(same_day) or None, "; ".join(again) or None
    decided.append((last, Fate(school_id, ACCEPTED, None, revision, None, tied_with, sent_again)))
    return decided


def _said_before(reading: FileReading, originals: Sequence[FileReading]) -> FileReading | None:
    """The earlier version that one file repeats: the last one saved anew, or any before it with the same answers."""
    if originals and is_resaved(reading, originals[-1]):
        return originals[-1]
    return next((one for one in originals[:-1] if one.answers_sha256 == reading.answers_sha256 != ""), None)
