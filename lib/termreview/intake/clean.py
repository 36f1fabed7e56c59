"""One term cleaned: received files in; submissions, observations and findings out."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from termreview.contracts import CONTRACTS, shaped
from termreview.intake.checks import Failure, run_checks
from termreview.intake.file_reading import FileReading, Remark
from termreview.intake.kept_readings import KeptReadings
from termreview.intake.reading import Reader, is_late
from termreview.intake.received import ReceivedFile, received_order
from termreview.intake.revisions import ACCEPTED, Fate, decide_fates
from termreview.intake.shards import ANSWERS, READING, Progress, Shard, read_shards
from termreview.reference.declarations import Reference
from termreview.reference.texts import Message
from termreview.terms import Term

_EMPTY_BRACKETS = re.compile(r"\s*\(\s*\)")


@dataclass(frozen=True)
class Cleaned:
    """The three tables of the intake room, under their contracts."""

    submissions: pd.DataFrame
    observations: pd.DataFrame
    findings: pd.DataFrame


def clean_term(
    files: Sequence[ReceivedFile],
    reference: Reference,
    term: Term,
    previous: pd.DataFrame | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    kept: KeptReadings | None = None,
) -> Cleaned:
    """Clean one term.

    Every file ends as accepted, superseded or refused with a reason; every expected school has a row for
    every field it is asked, whatever was sent; every oddity is a finding with a place and a remedy.

    Parameters
    ----------
    files
        What was received, in any order: the day and the name decide.
    previous
        Observations of the term before, for questions about jumps.
    workers
        Processes that read files side by side; the result does not depend on it.
    kept
        Readings of the run before, used for files that did not change; the result does not depend on it.
    """
    reader = Reader(reference.of(term), reference.registry)
    shards = list(read_shards(sorted(files, key=received_order), reader, workers, progress, kept))
    readings = [reading for shard in shards for reading in shard.readings]
    fates = decide_fates(readings)
    accepted = {
        fate.school_id: place
        for place, fate in enumerate(fates)
        if fate.fate == ACCEPTED and fate.school_id is not None
    }
    observations = shaped("observations", _observations(shards, accepted, reader))
    findings = _Findings(reference.messages, term.term_id)
    for reading, fate in zip(readings, fates, strict=True):
        findings.add_reading(reading, fate, reader.term.plan.due_on)
    received = observations[observations["school_id"].isin(list(accepted))]
    places = _places(received)
    for failure in run_checks(received, previous, reader.term):
        findings.add_check(failure, readings[accepted[failure.school_id]].file.name, places)
    for school_id in reader.schools:
        if school_id not in accepted:
            findings.add(
                school_id,
                None,
                Remark("not_submitted", "not_submitted", expected=_day(reader.term.plan.due_on)),
            )
    return Cleaned(
        shaped("submissions", _submissions(readings, fates, reader)),
        observations,
        shaped("findings", findings.frame()),
    )


_STRINGS, _NUMBERS = pd.StringDtype(), pd.Float64Dtype()


def _observations(shards: Sequence[Shard], accepted: Mapping[str, int], reader: Reader) -> pd.DataFrame:
    """One row per field of every expected school, in registry and form order.

    `accepted` gives, by school, the place of its accepted file among all files.
    """
    names, ranks, silent = list(reader.schools), [], []
    owner = {place: school_id for school_id, place in accepted.items()}
    rank = {school_id: number for number, school_id in enumerate(names)}
    first, tables, files = 0, [], [""] * len(names)
    for shard in shards:
        owners = [owner.get(first + place) for place in range(len(shard.readings))]
        for school_id, reading in zip(owners, shard.readings, strict=True):
            if school_id is not None:
                files[rank[school_id]] = reading.file.name
        by_reading = np.array(
            [-1 if school_id is None else rank[school_id] for school_id in owners], dtype=int
        )
        found = by_reading[shard.answers[READING].to_numpy()]
        tables.append(shard.answers.filter(pa.array(found >= 0)))
        ranks.append(found[found >= 0])
        first += len(shard.readings)
    for school_id in names:
        if school_id not in accepted:
            asked = list(reader.layouts[reader.schools[school_id].level].places)
            silent += asked
            ranks.append(np.full(len(asked), rank[school_id]))
    tables.append(_not_submitted(silent))
    place = np.concatenate(ranks)
    order = np.argsort(place, kind="stable")
    place = place[order]
    answers = pa.concat_tables(tables).take(pa.array(order)).drop_columns([READING])
    frame = answers.to_pandas(types_mapper={pa.large_string(): _STRINGS, pa.float64(): _NUMBERS}.get)
    frame["school_id"] = pd.array(names, dtype=_STRINGS).take(place)
    frame["term_id"] = pd.array([reader.term.term.term_id], dtype=_STRINGS).take(
        np.zeros(len(place), dtype=int)
    )
    frame["file"] = pd.array([name or None for name in files], dtype=_STRINGS).take(place)
    return frame


def _not_submitted(field_ids: Sequence[str]) -> pa.Table:
    """The fields that nobody answered, because no file came or none could be read."""
    stated = {
        "field_id": list(field_ids),
        "state": ["not_submitted"] * len(field_ids),
        "found_by": ["none"] * len(field_ids),
    }
    nothing = [None] * len(field_ids)
    return pa.Table.from_arrays(
        [pa.array(stated.get(field.name, nothing), field.type) for field in ANSWERS], schema=ANSWERS
    )


def _submissions(readings: Sequence[FileReading], fates: Sequence[Fate], reader: Reader) -> pd.DataFrame:
    rows = [
        {
            "submission_id": reading.file.submission_id,
            "school_id": fate.school_id,
            "term_id": reader.term.term.term_id,
            "file": reading.file.name,
            "sha256": reading.file.sha256,
            "size_bytes": reading.file.size_bytes,
            "received_on": reading.file.received_on,
            "revision": fate.revision,
            "fate": fate.fate,
            "reason_code": fate.reason,
            "form_id": reading.form_id,
            "found_by": reading.found_by,
            "is_late": is_late(reading.file, reader.term.plan.due_on),
            "cells_total": reading.cells_total,
            "cells_used": reading.cells_used,
            "cells_flagged": reading.cells_flagged,
            "cells_ignored": reading.cells_ignored,
        }
        for reading, fate in zip(readings, fates, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(CONTRACTS["submissions"].columns))


def _places(observations: pd.DataFrame) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    columns = (observations[name].tolist() for name in ("school_id", "field_id", "sheet", "cell"))
    return {
        (school_id, field_id): (
            sheet if isinstance(sheet, str) else None,
            cell if isinstance(cell, str) else None,
        )
        for school_id, field_id, sheet, cell in zip(*columns, strict=True)
    }


def _day(date: datetime.date) -> str:
    return f"{date:%d/%m/%Y}"


class _Findings:
    """The findings gathered so far; words come from the catalogue, ids from place and cause."""

    def __init__(self, messages: Mapping[str, Message], term_id: str) -> None:
        self.messages, self.term_id = messages, term_id
        self.rows: list[dict[str, str | None]] = []

    def add_reading(self, reading: FileReading, fate: Fate, due_on: datetime.date) -> None:
        """Add what one file showed; of a superseded file only what concerns the file itself."""
        name = reading.file.name
        if fate.fate == "superseded":
            code = "refused_duplicate_file" if fate.reason == "duplicate_file" else "superseded_revision"
            self.add(fate.school_id, name, Remark(code, code, found=fate.by or ""))
            return
        for remark in reading.remarks:
            self.add(fate.school_id, name, remark)
        if fate.tied_with:
            self.add(fate.school_id, name, Remark("revision_tie", "revision_tie", found=fate.tied_with))
        if fate.fate == "accepted" and is_late(reading.file, due_on):
            late = Remark(
                "submission_late",
                "submission_late",
                found=_day(reading.file.received_on),
                expected=_day(due_on),
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

    def add_check(
        self, failure: Failure, file: str, places: Mapping[tuple[str, str], tuple[str | None, str | None]]
    ) -> None:
        """Add one failed check at the cell of its first field."""
        sheet, cell = places.get((failure.school_id, failure.field_id), (None, None))
        words = {"label": failure.label, "found": failure.found, "expected": failure.expected}
        check = failure.check
        self._append(
            school_id=failure.school_id, file=file, check_code=check.check_code, severity=check.severity,
            cause=check.check_code, sheet=sheet, cell=cell, field_id=failure.field_id, found=failure.found,
            expected=failure.expected, message=check.message.format_map(words), remedy=check.remedy.format_map(words),
        )  # fmt: skip

    def _append(self, **columns: str | None) -> None:
        kept = {name: value or None for name, value in columns.items()}
        self.rows.append({"finding_id": "", "term_id": self.term_id, **kept})

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
        return pd.DataFrame(self.rows, columns=list(CONTRACTS["findings"].columns))
