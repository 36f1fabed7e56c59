"""One received file of one term: its name, when it was first seen, and its place in the chain of revisions."""

from __future__ import annotations

import csv
import datetime
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from termreview.workspace import written_whole

RECEIVED_LIST = "received.csv"
_COLUMNS = ("file", "received_on", "note")


@dataclass(frozen=True)
class ReceivedFile:
    """One file as received: `name` relative to the term's folder, with `/`; the day it was first seen."""

    name: str
    path: Path
    received_on: datetime.date
    sha256: str
    size_bytes: int

    @property
    def submission_id(self) -> str:
        """A stable id: the name and the content."""
        return hashlib.sha256(f"{self.name}\0{self.sha256}".encode()).hexdigest()[:16]


def list_received(folder: Path, as_of: datetime.date) -> list[ReceivedFile]:
    """List the files of one term in the order received; `received.csv` says when each was first seen.

    A file that the list does not know is taken as first seen on `as_of`. Lock files of office programs and
    dot files are no submissions.
    """
    seen = _read_seen(folder)
    files = []
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == RECEIVED_LIST or path.name.startswith((".", "~$")):
            continue
        content = path.read_bytes()
        received_on = seen.get(unicodedata.normalize("NFC", name), as_of)
        files.append(ReceivedFile(name, path, received_on, hashlib.sha256(content).hexdigest(), len(content)))
    return sorted(files, key=lambda file: (file.received_on, natural_order(file.name)))


def record_received(folder: Path, files: list[ReceivedFile]) -> int:
    """Add files to `received.csv` that it does not know yet; lines already there stay as the office left them."""
    path = folder / RECEIVED_LIST
    seen = _read_seen(folder)
    new = [file for file in files if unicodedata.normalize("NFC", file.name) not in seen]
    if not new:
        return 0
    kept = (
        path.read_text(encoding="utf-8-sig").rstrip("\n") + "\n"
        if path.is_file()
        else ",".join(_COLUMNS) + "\n"
    )
    with written_whole(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(kept)
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows((file.name, file.received_on.isoformat(), "") for file in new)
    return len(new)


def natural_order(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A key that sorts `lần 2` before `lần 10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def _read_seen(folder: Path) -> Mapping[str, datetime.date]:
    path = folder / RECEIVED_LIST
    if not path.is_file():
        return {}
    seen = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            try:
                received_on = datetime.date.fromisoformat((row.get("received_on") or "").strip())
            except ValueError:
                continue
            seen[unicodedata.normalize("NFC", row.get("file") or "")] = received_on
    return seen
