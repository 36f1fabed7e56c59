"""One file of one term that was taken away after it came: what the office's lists know and the folder no longer holds."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from termreview.intake.received.received import (
    FIRST_SEEN,
    ReceivedFile,
    listed_day,
    listed_days,
    name_key,
    natural_order,
    printable_name,
)
from termreview.storage.atomic_files import read_json


@dataclass(frozen=True)
class AbsentFile:
    """One file that the lists know and that is no longer there; `same_as` is a file with the same content."""

    name: str
    received_on: datetime.date | None
    same_as: str = ""


def absent_files(folder: Path, files: Sequence[ReceivedFile]) -> list[AbsentFile]:
    """The files that `received.csv` or an earlier run knows and that are gone, by name.

    One whose content lies there under another name, of the same day, was only renamed: nothing is gone.

    Parameters
    ----------
    files
        What is there, of every day.
    """
    there = {name_key(file.name) for file in files}
    hashes = {
        name_key(printable_name(str(name))): str(sha256)
        for name, sha256 in (read_json(folder / FIRST_SEEN) or {}).items()
    }
    seen = listed_days(folder)
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
