"""One finding: a failed check or a remark of reading, with its place, its words and its cause."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from termreview.intake.checks.answer_grid import Answers, texts_at
from termreview.intake.checks.checks import Failure
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.files.reading import OTHER_NAMED, is_late
from termreview.intake.files.revisions import ATTACHED, Fate
from termreview.intake.values.personal_data import without_personal
from termreview.reference.texts.messages import Message
from termreview.storage.contracts import from_rows
from termreview.text import day_text

AGAIN = "same_as_last_term"
_QUOTING = ("found", "expected", "message")
_EMPTY_BRACKETS = re.compile(r"\s*\(\s*\)")
Places = Mapping[tuple[str, str], tuple[str | None, str | None]]


class Findings:
    """The findings gathered so far; words come from the catalogue, ids from place and cause.

    `compared` stands beside `rows`: the fields that a failed check compared, nothing for a remark of reading.
    """

    def __init__(self, messages: Mapping[str, Message], term_id: str) -> None:
        self.messages, self.term_id = messages, term_id
        self.rows: list[dict[str, str | None]] = []
        self.compared: list[tuple[str, ...]] = []

    def add_reading(self, reading: FileReading, fate: Fate, due_on: datetime.date) -> None:
        """Add what one file showed; of a superseded file only what concerns the file itself."""
        name = reading.file.name
        if fate.fate == "superseded":
            code = "refused_duplicate_file" if fate.reason == "duplicate_file" else "superseded_revision"
            self.add(fate.school_id, name, Remark(code, code, found=fate.by or ""))
            for remark in reading.remarks:
                if remark.code == OTHER_NAMED:
                    self.add(fate.school_id, name, remark)
            return
        remarks = reading.remarks
        if fate.fate == ATTACHED:
            refused = f"refused_{fate.reason}"
            remarks = [remark for remark in remarks if remark.code != refused]
            told = self.messages[refused].title
            remarks.append(Remark("attached_file", "attached_file", found=told[:1].lower() + told[1:]))
        for remark in remarks:
            self.add(fate.school_id, name, remark)
        if fate.tied_with:
            self.add(fate.school_id, name, Remark("revision_tie", "revision_tie", found=fate.tied_with))
        if fate.sent_again:
            code = "earlier_version_again"
            self.add(fate.school_id, name, Remark(code, code, found=fate.sent_again))
        if reading.file.listed_on is not None:
            listed, counted = day_text(reading.file.listed_on), day_text(reading.file.received_on)
            self.add(
                fate.school_id, name, Remark("day_impossible", "day_impossible", found=listed, detail=counted)
            )
        if fate.fate == "accepted" and is_late(reading.file, due_on):
            late = Remark(
                "submission_late",
                "submission_late",
                found=day_text(reading.file.received_on),
                expected=day_text(due_on),
            )
            self.add(fate.school_id, name, late)

    def add(self, school_id: str | None, file: str | None, remark: Remark) -> None:
        """Add one remark in the words of the catalogue."""
        message = self.messages[remark.code]
        places = remark._asdict() | {"file": file or ""}
        self._append(
            school_id=school_id, file=file, check_code=remark.code, severity=message.severity, cause=remark.cause,
            sheet=remark.sheet, cell=remark.cell, field_id=remark.field_id, found=remark.found,
            expected=remark.expected or message.expected.format_map(places),
            message=_EMPTY_BRACKETS.sub("", message.message.format_map(places)).strip(),
            remedy=message.remedy.format_map(places),
        )  # fmt: skip

    def add_check(self, failure: Failure, file: str, places: Places) -> None:
        """Add one failed check at the cell of its first field."""
        sheet, cell = places.get((failure.school_id, failure.field_id), (None, None))
        words = {"label": failure.label, "found": failure.found, "expected": failure.expected}
        check = failure.check
        self._append(
            school_id=failure.school_id, file=file, check_code=check.check_code, severity=check.severity,
            cause=AGAIN if check.kind == "unchanged" else check.check_code, sheet=sheet, cell=cell, field_id=failure.field_id, found=failure.found,
            expected=failure.expected, message=check.message.format_map(words), remedy=check.remedy.format_map(words),
        )  # fmt: skip
        self.compared[-1] = failure.compared

    def _append(self, **columns: str | None) -> None:
        kept = {name: value or None for name, value in columns.items()}
        # A remark may quote any cell, label or sheet: nothing of a person goes on from here.
        kept |= {name: without_personal(text) for name in _QUOTING if (text := kept[name])}
        self.rows.append(
            {"finding_id": "", "term_id": self.term_id, **kept, "status": "open", "decision_id": None}
        )
        self.compared.append(())

    def frame(self) -> pd.DataFrame:
        """All findings, each with an id that stays the same as long as place, cause and value do."""
        seen: dict[str, int] = {}
        for row in self.rows:
            parts = [
                str(row[name])
                for name in ("school_id", "term_id", "check_code", "file", "sheet", "cell", "found")
            ]
            key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:14]
            seen[key] = seen.get(key, 0) + 1
            row["finding_id"] = key if seen[key] == 1 else f"{key}-{seen[key]}"
        return from_rows("findings", self.rows)


def places_at(
    observations: pd.DataFrame, answers: Answers, wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """The sheet and the cell of the wanted answers, by school and field; those that are not among `answers` are left out."""
    columns = {school_id: place for place, school_id in enumerate(answers.school_ids)}
    rows = {
        (school_id, field_id): int(answers.rows[answers.lines[field_id], columns[school_id]])
        for school_id, field_id in wanted
        if school_id in columns and field_id in answers.lines
    }
    known = {key: row for key, row in rows.items() if row >= 0}
    places = np.array(list(known.values()), dtype=np.intp)
    sheets, cells = (texts_at(observations, name, places).tolist() for name in ("sheet", "cell"))
    return dict(zip(known, zip(sheets, cells, strict=True), strict=True))
