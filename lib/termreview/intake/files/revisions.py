"""One file's fate: which of a school's files counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from termreview.intake.files.file_reading import FileReading
from termreview.intake.files.near_duplicates import is_resaved, near_duplicate_remarks
from termreview.spreadsheets.packages.guard import NOT_OPENED

ACCEPTED, SUPERSEDED, REFUSED, ATTACHED = "accepted", "superseded", "refused", "attached"
_DOCUMENTS = frozenset(["word_document", "pdf", "picture"])  # cover letters, signed scans, photographs
_NO_TABLES = frozenset(["not_our_form", "unsupported_format", "unknown_school", "no_cells", "empty_file"])
_OF_TEXTS = (".txt", ".md", ".rtf", ".ppt", ".pptx")  # endings of read-me files and slides
_OF_TABLES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".fods", ".csv")
REVISED = "superseded_revision"  # the reason of a file that a later version replaces


@dataclass(frozen=True)
class Fate:
    """What becomes of one file: accepted, superseded `by` a later one, refused for a `reason`, or attached.

    A document, scan or picture beside a report that counts is attached to it; the `reason` says what it is.

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
    the one before it. A document beside a report that counts is attached to it. What an earlier version said, sent again behind its correction, does not win over the correction:
    it is a duplicate, and asked about. Files of two schools that are alike are asked about: the question joins the remarks of the
    reading. When two readable files of one school came on the same day, the last by natural name order counts and
    the tie is named.

    Parameters
    ----------
    readings
        In the order received.
    """
    _give_to_senders(readings)
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
    for reading, remark in near_duplicate_remarks(accepted):
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
        elif (same := _repeated_version(reading, [readings[each] for _, each in originals])) is not None:
            decided.append((number, Fate(school_id, SUPERSEDED, "duplicate_file", revision, same.file.name)))
        else:
            originals.append((revision, number))
    if not originals:
        return decided
    decided = [
        (
            number,
            replace(fate, fate=ATTACHED) if fate.fate == REFUSED and _is_document(readings[number]) else fate,
        )
        for number, fate in decided
    ]
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


def _give_to_senders(readings: Sequence[FileReading]) -> None:
    """Take documents of no known school in an archive for the school of the only report that lies there."""
    archived: dict[str, list[FileReading]] = {}
    for reading in readings:
        if reading.file.member is not None:
            archived.setdefault(reading.file.listed_name, []).append(reading)
    for together in archived.values():
        senders = {one.school_id for one in together if one.refusal is None}
        for reading in together if len(senders) == 1 else ():
            if reading.school_id is None and not reading.named and _is_document(reading):
                (reading.school_id,) = senders


def _is_document(reading: FileReading) -> bool:
    """Say whether one refused file is a document of another kind, not a table of figures that failed.

    A picture that is called a workbook was sent as one.
    """
    name = reading.file.name.casefold()
    is_text = reading.refusal in _NO_TABLES and name.endswith(_OF_TEXTS)
    return is_text or (reading.refusal in _DOCUMENTS and not name.endswith(_OF_TABLES))


def _repeated_version(reading: FileReading, originals: Sequence[FileReading]) -> FileReading | None:
    """The earlier version that one file repeats: the last one saved anew, or any before it with the same answers."""
    if originals and is_resaved(reading, originals[-1]):
        return originals[-1]
    return next((one for one in originals[:-1] if one.answers_sha256 == reading.answers_sha256 != ""), None)
