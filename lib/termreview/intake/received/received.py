"""One received file of one term: its name, when it was first seen, and its place in the chain of revisions."""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from termreview.cell_text import as_meant, inert
from termreview.errors import UsageError
from termreview.intake.received.received_list import (
    COLUMNS,
    RECEIVED_LIST,
    listed_day,
    listed_days,
    name_key,
    printable_name,
    read_received_list,
    refuse_lost_letters,
)
from termreview.intake.values.date_value import DateWindow, term_window
from termreview.reference.kinds.calendar import TermPlan
from termreview.reference.kinds.units import Registry
from termreview.spreadsheets.packages.archive import ArchiveMember, archive_members, member_facts
from termreview.storage.atomic_files import read_json
from termreview.storage.workspace import OF_SYSTEMS, atomic_write

__all__ = [
    "FIRST_SEEN", "RECEIVED_LIST", "ChangedFile", "ReceivedFile", "content_facts", "list_received",
    "listed_day", "listed_days", "name_key", "natural_order", "printable_name", "received_order",
    "received_window", "record_first_seen", "record_received",
]  # fmt: skip

# Folders beside the files of the schools that hold no reports of theirs: exports of systems, evidence.
SET_APART = frozenset(("sources", "evidence"))
FIRST_SEEN = ".first-seen.json"  # beside it: the hash that each file had when a run first saw it
_AT_ONCE = 8 * 2**20
NOTHING_READ = hashlib.sha256(b"").hexdigest()
_LATEST = datetime.timedelta(days=300)  # after the deadline; what is said to come later is a slip of the pen


@dataclass(frozen=True)
class ReceivedFile:
    """One file as received: `name` relative to the term's folder, with `/`; the day it was first seen.

    `part` tells the schools of one file apart; blank for a file of one school. `listed_on` is the day that the list
    gives and that cannot be; `renamed_from` the name under which a run first saw the same content; `member` its place
    in the archive at `path`, for a file that came in one.
    """

    name: str
    path: Path
    received_on: datetime.date
    sha256: str
    size_bytes: int
    part: str = ""
    listed_on: datetime.date | None = None
    renamed_from: str = ""
    member: ArchiveMember | None = None

    @property
    def source(self) -> Path | ArchiveMember:
        """Where its content is read: the file, or its place in the archive at `path`."""
        return self.member or self.path

    @property
    def listed_name(self) -> str:
        """The name that the office's list gives a day: of a file in an archive, that of the archive."""
        return self.name if self.member is None else self.name.removesuffix(f"/{self.member.name}")

    @property
    def submission_id(self) -> str:
        """A stable id: the name and the content."""
        parts = (self.name, self.sha256, self.part) if self.part else (self.name, self.sha256)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class ChangedFile:
    """One received file whose content is not what a run first saw under its name."""

    name: str
    first_sha256: str
    sha256: str


def received_window(plan: TermPlan) -> DateWindow:
    """The days on which a file of one term can have come."""
    return DateWindow(term_window(plan.term.school_year, plan.due_on).first, plan.due_on + _LATEST)


def received_of(
    folder: Path, plan: TermPlan, registry: Registry, as_of: datetime.date, until: datetime.date | None = None
) -> list[ReceivedFile]:
    """The files of one term, with its days and the names of all schools at hand; as `list_received`."""
    return list_received(folder, as_of, until, received_window(plan), registry.school_names)


def list_received(
    folder: Path,
    as_of: datetime.date,
    until: datetime.date | None = None,
    window: DateWindow | None = None,
    schools: Collection[str] | None = None,
) -> list[ReceivedFile]:
    """List the files of one term in the order received; `received.csv` says when each was first seen.

    A file that the list does not know is taken as first seen on `as_of`, or on the day of the file of the same
    content that it is another name of. Lock files of office programs, dot files
    and what systems keep in their folders are no submissions. What cannot
    be opened is listed, too, with the hash of nothing: its reading says so.

    Parameters
    ----------
    until
        What came after that day is left for a later report.
    window
        The days on which a file can have come: one of another day (a slip of the pen) counts as of `as_of`.
    schools
        The names of all schools: a person's name in that of a file is withheld where it is none of theirs.
    """
    seen = listed_days(folder, schools)
    found = list(_found_in(folder, schools))
    refuse_lost_letters(folder, seen, {name_key(file.name) for file in found})
    is_known = all(listed_day(seen, file.name) for file in found)
    renamed = {} if is_known else _renamed(folder, seen, found)
    files = []
    for file in found:
        day = listed_day(seen, file.name)
        if day is None and file.name in renamed:
            before, day = renamed[file.name]
            file = replace(file, renamed_from=before)
        if day is not None and window is not None and _cannot_be(day, window, as_of):
            file, day = replace(file, listed_on=day), as_of
        files.append(replace(file, received_on=day or as_of))
    return sorted((file for file in files if until is None or file.received_on <= until), key=received_order)


def _cannot_be(day: datetime.date, window: DateWindow, as_of: datetime.date) -> bool:
    return day < window.first or (day > window.last and day > as_of)


def _found_in(folder: Path, schools: Collection[str] | None) -> Iterator[ReceivedFile]:
    """The files of one folder, as if all came on the first day there is; no two have the same name."""
    names: set[str] = set()
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = printable_name(path.relative_to(folder).as_posix(), schools)
        is_own = name.casefold() == RECEIVED_LIST or path.name.casefold() in OF_SYSTEMS
        if (
            is_own
            or path.name.startswith((".", "~$"))
            or path.is_dir()
            or name.partition("/")[0] in SET_APART
        ):
            continue
        name = _own_name(name, os.fsencode(path.name), names)
        members = archive_members(path)
        for member in members:
            inner = _own_name(
                f"{name}/{printable_name(member.name, schools)}", str(member.index).encode(), names
            )
            member = replace(member, name=inner.removeprefix(f"{name}/"))
            yield ReceivedFile(inner, path, datetime.date.min, *content_facts(member), member=member)
        if not members:
            yield ReceivedFile(name, path, datetime.date.min, *content_facts(path))


def _own_name(name: str, origin: bytes, names: set[str]) -> str:
    """One name that no other file has; two print alike that are composed of other letters, or of bytes that are none."""
    if name_key(name) in names:
        name = f"{name} [{hashlib.sha256(origin).hexdigest()[:8]}]"
    names.add(name_key(name))
    return name


def _renamed(
    folder: Path, seen: Mapping[str, datetime.date], found: Sequence[ReceivedFile]
) -> dict[str, tuple[str, datetime.date]]:
    """The former name and its day of files that only their name tells from a listed one that is gone."""
    there = {name_key(file.name) for file in found}
    gone: dict[str, list[str]] = {}
    for name, sha256 in (read_json(folder / FIRST_SEEN) or {}).items():
        if listed_day(seen, name) and name_key(name) not in there:
            gone.setdefault(str(sha256), []).append(name)
    renamed = {}
    for file in found:
        if listed_day(seen, file.name) is None and file.sha256 in gone:
            renamed[file.name] = min(
                ((name, day) for name in gone[file.sha256] if (day := listed_day(seen, name))),
                key=lambda known: known[::-1],
            )
    return renamed


def content_facts(path: Path | ArchiveMember) -> tuple[str, int]:
    """The hash and the length of one file's content; of nothing where it is no file or cannot be opened."""
    if isinstance(path, ArchiveMember):
        return member_facts(path)
    with suppress(OSError):
        if not path.is_file():  # opening a pipe would wait for ever
            raise FileNotFoundError
        with path.open("rb") as stream:
            content = stream.read(_AT_ONCE)
            digest, length = hashlib.sha256(content), len(content)
            while content := stream.read(_AT_ONCE):
                digest.update(content)
                length += len(content)
        return digest.hexdigest(), length
    return NOTHING_READ, 0


def record_received(
    folder: Path,
    files: Sequence[ReceivedFile],
    renamed_note: str = "{name}",
    schools: Collection[str] | None = None,
) -> int:
    """Add files to `received.csv` that it does not know yet; lines already there stay as the office left them.

    The note of a renamed file tells its former name.
    """
    path = folder / RECEIVED_LIST
    seen = listed_days(folder, schools)
    new = {
        file.name if file.renamed_from else file.listed_name: file
        for file in files
        if listed_day(seen, file.name) is None
    }
    if not new:
        return 0
    found = read_received_list(folder)
    header, rows = (found.header, found.rows) if found is not None and found.header else (COLUMNS, ())
    is_kept = found is not None and found.is_appendable
    kept = path.read_text(encoding="utf-8-sig").rstrip("\n") + "\n" if is_kept else ""
    with atomic_write(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(kept)
        writer = csv.writer(
            stream, delimiter=found.separator if found and is_kept else ",", lineterminator="\n"
        )
        if not is_kept:  # a list in another encoding is written anew as a whole, never mixed
            lines = (header, *(cells for _, cells in rows))
            writer.writerows([inert(as_meant(cell)) for cell in cells] for cells in lines)
        own = (
            {
                "file": inert(name),
                "received_on": file.received_on.isoformat(),
                "note": inert(renamed_note.format(name=file.renamed_from) if file.renamed_from else ""),
            }
            for name, file in new.items()
        )
        writer.writerows([row.get(name, "") for name in header] for row in own)
    return len(new)


def record_first_seen(folder: Path, files: Sequence[ReceivedFile]) -> list[ChangedFile]:
    """Note the hash of each file that no run has seen before, and give those that are not what was first seen.

    Taking an entry out of the list (`.first-seen.json`) has the content at hand count as the first.
    """
    path = folder / FIRST_SEEN
    told = _first_seen(path)
    known = {name_key(name): sha256 for name, sha256 in told.items()}
    own = [file for file in files if file.sha256 != NOTHING_READ]  # what cannot be opened is not known
    new = {file.name: file.sha256 for file in own if name_key(file.name) not in known}
    if new:
        with atomic_write(path) as beside:
            text = json.dumps(told | new, ensure_ascii=False, indent=1, sort_keys=True)
            beside.write_text(text + "\n", encoding="utf-8", newline="\n")
    return [
        ChangedFile(file.name, known[name_key(file.name)], file.sha256)
        for file in own
        if known.get(name_key(file.name), file.sha256) != file.sha256
    ]


def _first_seen(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    told = read_json(path)
    if told is None:
        raise UsageError("record_unreadable", path=path)
    return {printable_name(str(name)): str(sha256) for name, sha256 in told.items()}


def received_order(file: ReceivedFile) -> tuple[datetime.date, tuple[tuple[bool, int, str], ...], str]:
    """A key that sorts files by the day received, then by name."""
    return file.received_on, natural_order(file.name), file.name


def natural_order(name: str) -> tuple[tuple[bool, int, str], ...]:
    """A key that sorts `lần 2` before `lần 10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts)
