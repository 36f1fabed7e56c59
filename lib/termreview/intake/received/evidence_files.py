"""One file of evidence that a school gave beside its report: whether it opens, is what it says, and is its own alone.

`evidence/<school>/` lies beside the files of the schools. Nothing of a file is read but its first and last bytes: its
content is for the person who verifies.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from termreview.intake.values.personal_data import name_without_personal
from termreview.reference.kinds.calendar import Calendar
from termreview.reference.kinds.units import Unit
from termreview.storage.workspace import Workspace, files_below
from termreview.terms import Term

FOLDER: Final = "evidence"
UNKNOWN_SCHOOL, EMPTY, UNREADABLE, OTHER_KIND, CUT_SHORT, LOCKED, SAME_FILE, OTHER_YEAR = (
    "evidence_unknown_school", "evidence_empty", "evidence_unreadable", "evidence_other_kind", "evidence_cut_short",
    "evidence_locked", "evidence_same_file", "evidence_other_year",
)  # fmt: skip
_ENDS: Final = 65_536
_PIECE: Final = 2**20
_SCHOOLS_SHOWN: Final = 3
# What the first bytes say a file is, and the suffixes that say the same.
_KINDS: Final[Mapping[str, tuple[tuple[bytes, ...], tuple[str, ...]]]] = {
    "PDF": ((b"%PDF-",), (".pdf",)),
    "PNG": ((b"\x89PNG\r\n\x1a\n",), (".png",)),
    "JPEG": ((b"\xff\xd8\xff",), (".jpg", ".jpeg", ".jfif")),
    "GIF": ((b"GIF87a", b"GIF89a"), (".gif",)),
    "ZIP": ((b"PK\x03\x04", b"PK\x05\x06"), (".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".odt", ".ods", ".zip")),
    "Office 97-2003": ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), (".doc", ".xls", ".ppt", ".msg")),
    "WebP": ((b"RIFF",), (".webp",)),
    "RTF": ((b"{\\rtf",), (".rtf",)),
    "RAR": ((b"Rar!\x1a\x07",), (".rar",)),
    "HTML": ((b"<!doctype html", b"<html"), (".html", ".htm")),
}  # fmt: skip
# Cameras write more behind the end of a JPEG, so nothing is told of its end.
_LAST: Final[Mapping[str, bytes]] = {"PDF": b"%%EOF", "PNG": b"IEND", "ZIP": b"PK\x05\x06"}
# What the names within an archive say that it is; a plain archive under another suffix is none of them.
_PACKED: Final[Mapping[str, tuple[bytes, tuple[str, ...]]]] = {
    "Word": (b"word/", (".docx", ".docm")),
    "Excel": (b"xl/", (".xlsx", ".xlsm")),
    "PowerPoint": (b"ppt/", (".pptx",)),
    "OpenDocument Text": (b"application/vnd.oasis.opendocument.text", (".odt",)),
    "OpenDocument Spreadsheet": (b"application/vnd.oasis.opendocument.spreadsheet", (".ods",)),
}
_LOCK: Final = "EncryptedPackage".encode("utf-16-le")  # the stream that holds what a password locks
# Viewers open each of them under the name of the other.
_ALIKE: Final = ({"PNG", "JPEG", "GIF", "WebP"}, {"Office 97-2003", "RTF"})


class EvidenceFile(NamedTuple):
    """One file below `evidence`: its name there, the school whose folder it lies in, its hash, and its ends."""

    name: str
    school_id: str
    path: Path
    sha256: str
    size: int
    first: bytes
    last: bytes


class EvidenceFault(NamedTuple):
    """One thing that is odd about a file of evidence: of which school, the code, what was found and expected."""

    school_id: str
    name: str
    code: str
    found: str = ""
    expected: str = ""


def list_evidence(folder: Path) -> list[EvidenceFile]:
    """The files of evidence of one term by name; links that lead elsewhere and what systems keep there are left out."""
    return [_file(name, path) for name, path in files_below(folder)]


def evidence_before(
    files: Sequence[EvidenceFile], workspace: Workspace, calendar: Calendar, term: Term
) -> dict[tuple[str, str], str]:
    """The earlier school year in which a school gave one of its files of a term already, by school and content."""
    own = {(file.school_id, file.sha256) for file in files if file.size}
    terms = [plan.term for plan in calendar.plans if own and plan.term.school_year < term.school_year]
    return {
        key: earlier.school_year
        for earlier in terms
        for file in list_evidence(workspace.raw(earlier) / FOLDER)
        if (key := (file.school_id, file.sha256)) in own
    }


def evidence_faults(
    files: list[EvidenceFile],
    schools: Mapping[str, Unit],
    before: Mapping[tuple[str, str], str] | None = None,
) -> Iterator[EvidenceFault]:
    """What is odd about the files of evidence of one term, file by file; `before` as `evidence_before` gives it."""
    by_content: defaultdict[str, list[EvidenceFile]] = defaultdict(list)
    for file in files:
        if file.school_id not in schools:
            yield EvidenceFault("", file.name, UNKNOWN_SCHOOL, found=file.school_id)
            continue
        fault = _fault(file)
        if fault is not None:
            yield fault
        if before and (year := before.get((file.school_id, file.sha256))):
            yield EvidenceFault(file.school_id, file.name, OTHER_YEAR, found=year)
        if file.size:
            by_content[file.sha256].append(file)
    for alike in by_content.values():
        owners = list(dict.fromkeys(file.school_id for file in alike))
        for school_id in owners if len(owners) > 1 else ():
            first = next(file for file in alike if file.school_id == school_id)
            others = [schools[one].name for one in owners if one != school_id]
            more = f" và {len(others) - _SCHOOLS_SHOWN} trường khác" if len(others) > _SCHOOLS_SHOWN else ""
            yield EvidenceFault(
                school_id, first.name, SAME_FILE, found=", ".join(others[:_SCHOOLS_SHOWN]) + more
            )


def _fault(file: EvidenceFile) -> EvidenceFault | None:
    if file.size < 0:
        return EvidenceFault(file.school_id, file.name, UNREADABLE)
    if file.size == 0 or not file.first.strip(b"\x00 \r\n\t"):
        return EvidenceFault(file.school_id, file.name, EMPTY)
    suffix = file.path.suffix.casefold()
    head = file.first.lstrip(b"\xef\xbb\xbf \r\n\t")
    kind = next(
        (
            one
            for one, (starts, _) in _KINDS.items()
            if head[:16].lower().startswith(tuple(s.lower() for s in starts))
        ),
        "",
    )
    if kind == "Office 97-2003" and _LOCK in file.first + file.last:
        return EvidenceFault(file.school_id, file.name, LOCKED)
    said = next((one for one, (_, suffixes) in _KINDS.items() if suffix in suffixes), "")
    if said and kind != said and not any({kind, said} <= alike for alike in _ALIKE):
        return EvidenceFault(file.school_id, file.name, OTHER_KIND, found=kind or "khác", expected=said)
    if kind in _LAST and _LAST[kind] not in file.last.rstrip(b"\x00 \r\n"):
        return EvidenceFault(file.school_id, file.name, CUT_SHORT, found=kind)
    packed = next((one for one, (_, suffixes) in _PACKED.items() if suffix in suffixes), "")
    if kind == "ZIP" and packed and _PACKED[packed][0] not in file.first + file.last:
        found = next((one for one, (mark, _) in _PACKED.items() if mark in file.first + file.last), kind)
        return EvidenceFault(file.school_id, file.name, OTHER_KIND, found=found, expected=packed)
    return None


def _file(name: str, path: Path) -> EvidenceFile:
    school_id, slash, _ = name.partition("/")
    shown = name_without_personal(name)
    digest, first, last, size = hashlib.sha256(), b"", b"", 0
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                first = first or piece[:_ENDS]
                last = (last + piece)[-_ENDS:]
                size += len(piece)
                digest.update(piece)
    except OSError:
        size = -1
    return EvidenceFile(shown, school_id if slash else "", path, digest.hexdigest(), size, first, last)
