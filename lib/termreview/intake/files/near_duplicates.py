"""Two files compared by what they answer: hashes of the answers, and remarks where two schools answer alike."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

from termreview.intake.files.file_reading import FileReading, Remark

_ANSWER_COLUMNS = 4  # the first columns of an answer: field, state, number, text
_LONG_TEXT = 60  # characters; shorter sentences are written alike by chance
_SHARED_TEXTS = 5
_ENOUGH_ANSWERS = 20  # below it, nearly empty forms would be alike
_FILES_SHOWN = 3


def note_hashes(reading: FileReading) -> None:
    """Note on one reading what its answers are, as hashes: `answers_sha256`, `answered_count`, `long_texts`."""
    answered = [answer for answer in reading.answers if answer.state == "answered"]
    names, states, numbers, texts = list(zip(*reading.answers, strict=True))[:_ANSWER_COLUMNS] or (
        (),
        (),
        (),
        (),
    )
    figures = array("d", [math.nan if number is None else number for number in numbers]).tobytes()
    words = "\0".join((*names, *states, *(text or "" for text in texts)))
    reading.answers_sha256 = _hash(words + figures.hex())
    reading.answered_count = len(answered)
    long_texts = {
        answer.value_text for answer in answered if answer.value_text and len(answer.value_text) >= _LONG_TEXT
    }
    reading.long_texts = sorted(_hash(text)[:16] for text in long_texts)


def is_resaved(later: FileReading, earlier: FileReading) -> bool:
    """Say whether one file says again what another said: same answers and remarks, as many cells, other bytes.

    A file that came back with our questions answered has more cells: its explanations.
    """
    return (
        later.answers_sha256 != ""
        and later.answers_sha256 == earlier.answers_sha256
        and later.cells_total == earlier.cells_total
        and Counter(remark.code for remark in later.remarks)
        == Counter(remark.code for remark in earlier.remarks)
    )


def near_duplicate_remarks(accepted: Sequence[FileReading]) -> list[tuple[FileReading, Remark]]:
    """The questions about accepted files of different schools that are alike; each file names the others."""
    remarks = []
    by_answers: dict[str, list[FileReading]] = defaultdict(list)
    by_text: dict[str, list[int]] = defaultdict(list)
    for number, reading in enumerate(accepted):
        if reading.answered_count >= _ENOUGH_ANSWERS:
            by_answers[reading.answers_sha256].append(reading)
        for text in reading.long_texts:
            by_text[text].append(number)
    for alike in by_answers.values():
        for reading in alike if len(alike) > 1 else ():
            others = [other for other in alike if other is not reading]
            is_one_file = all(other.file.sha256 == reading.file.sha256 for other in others)
            code = "same_file_two_schools" if is_one_file else "same_answers_two_schools"
            remarks.append((reading, Remark(code, code, found=_names(others))))
    shared = Counter(pair for numbers in by_text.values() for pair in combinations(numbers, 2))
    partners: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (one, other), count in shared.items():
        is_copy = accepted[one].answers_sha256 == accepted[other].answers_sha256
        if count >= _SHARED_TEXTS and not is_copy:
            partners[one].append((count, other))
            partners[other].append((count, one))
    code = "same_evidence_two_schools"
    for number, found in sorted(partners.items()):
        names = _names([accepted[other] for _, other in found])
        most = str(max(count for count, _ in found))
        remarks.append((accepted[number], Remark(code, code, found=names, expected=most)))
    return remarks


def _names(readings: Sequence[FileReading]) -> str:
    names = sorted(reading.file.name for reading in readings)
    return "; ".join(names[:_FILES_SHOWN]) + ("; …" if len(names) > _FILES_SHOWN else "")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
