"""One file of a zip archive that a school packed its workbooks into: listed, and read without being unpacked to disk.

One archive deep: an archive within it is a file that is refused. The limits of a file hold for the archive, too.
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from termreview.spreadsheets.packages import guard
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS, Limits, RefusedFile
from termreview.spreadsheets.packages.sniffing import sniff

_ZIP = b"PK\x03\x04"
_IS_LOCKED = 0x1  # among the flags of a member
_OF_PACKAGES = ("[content_types].xml", "mimetype", "content.xml")
_IN_PACKAGES = ("_rels/", "docprops/", "xl/", "word/", "ppt/", "index/", "meta-inf/")
_OF_SYSTEMS = ("__MACOSX", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")
_SPREADSHEETS = frozenset((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".fods"))
_TEXTS = frozenset((".csv", ".tsv"))

_BROKEN: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error,
    IndexError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True)
class ArchiveMember:
    """One file of one archive: its place in the directory, and its name as a path that leads nowhere else."""

    path: Path
    index: int
    name: str

    @property
    def stem(self) -> str:
        """Its name without folders and suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The suffix of its name."""
        return PurePosixPath(self.name).suffix


def archive_members(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[ArchiveMember]:
    """The files of one archive that holds workbooks, in its order; none where one file is no such archive.

    What is locked, too large or damaged as a whole is none, either: reading it as a workbook says why.
    """
    with suppress(OSError, *_BROKEN):
        if not path.is_file() or path.stat().st_size > limits.file_bytes or not _may_be_archive(path):
            return []
        with _opened(path) as archive:
            found = archive.infolist()
            if _is_package(found) or not _is_within(found, limits):
                return []
            members = [
                ArchiveMember(path, index, name)
                for index, info in enumerate(found)
                if not info.is_dir() and (name := _name(info))
            ]
            is_worth = any(_is_spreadsheet(archive, found[member.index], member) for member in members)
            return members if is_worth else []
    return []


def read_member(member: ArchiveMember, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of one file of an archive.

    Raises
    ------
    RefusedFile
        When the archive can no longer be read, or the file in it is damaged or too large.
    """
    try:
        with _opened(member.path) as archive:
            info = archive.infolist()[member.index]
            if info.file_size > limits.file_bytes:
                raise RefusedFile("too_large", "byte_count", count=info.file_size)
            return _content(archive, info)
    except OSError:
        raise RefusedFile("cannot_be_opened", "not_readable") from None
    except _BROKEN:
        raise RefusedFile("damaged", "member_not_inflated", part=member.name) from None


def member_facts(member: ArchiveMember) -> tuple[str, int]:
    """The hash and the length of one file of an archive; of what the directory says of it where it is damaged."""
    try:
        content = read_member(member)
    except RefusedFile:
        with suppress(OSError, *_BROKEN), _opened(member.path) as archive:
            info = archive.infolist()[member.index]
            told = f"{info.filename}\0{info.CRC}\0{info.file_size}\0{info.compress_size}\0{info.flag_bits}"
            return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest(), info.file_size
        return hashlib.sha256(b"").hexdigest(), 0
    return hashlib.sha256(content).hexdigest(), len(content)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as stream, zipfile.ZipFile(stream) as archive:
        yield archive


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int | None = None) -> bytes:
    """The content of one member, or its beginning; no more than the directory says is ever inflated."""
    with archive.open(info) as stream:
        content = stream.read(info.file_size if most is None else min(most, info.file_size))
        if most is None and (len(content) != info.file_size or stream.read(1)):
            raise zipfile.BadZipFile("not as long as stated")
        return content


def _may_be_archive(path: Path) -> bool:
    """Whether the first bytes are those of a zip that does not begin like a workbook: that is told without its directory."""
    with path.open("rb") as stream:
        return _first_name(stream)[:1] != "" and not _names_package(_first_name(stream))


def _first_name(stream: BinaryIO) -> str:
    stream.seek(0)
    head = stream.read(30)
    if len(head) < 30 or not head.startswith(_ZIP):
        return ""
    length = struct.unpack_from("<H", head, 26)[0]
    return stream.read(length).decode("cp437").replace("\\", "/")


def _names_package(name: str) -> bool:
    lowered = name.replace("\\", "/").lower().lstrip("/")
    return lowered in _OF_PACKAGES or lowered.startswith(_IN_PACKAGES)


def _is_package(found: list[zipfile.ZipInfo]) -> bool:
    return any(_names_package(info.filename) for info in found)


def _is_within(found: list[zipfile.ZipInfo], limits: Limits) -> bool:
    """Whether one archive keeps the limits of a file: the same as of a workbook, so that its refusal says which."""
    sizes = [(info.file_size, info.compress_size) for info in found]
    return (
        len(found) <= limits.members
        and sum(size for size, _ in sizes) <= limits.inflated_bytes
        and not any(info.flag_bits & _IS_LOCKED for info in found)
        and all(
            size <= limits.ratio_free_bytes or size <= limits.inflated_ratio * packed
            for size, packed in sizes
        )
    )


def _name(info: zipfile.ZipInfo) -> str:
    """The name of one member as a path below its archive; blank for what a system keeps for itself."""
    name = unicodedata.normalize("NFC", guard.part_name(info))
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    if not parts or parts[-1].startswith((".", "~$")):
        return ""
    return "" if parts[0] in _OF_SYSTEMS or parts[-1].casefold() in _OF_SYSTEMS else "/".join(parts)


def _is_spreadsheet(archive: zipfile.ZipFile, info: zipfile.ZipInfo, member: ArchiveMember) -> bool:
    """Whether one member is a workbook, by name or content, or an archive that may hold some."""
    suffix = member.suffix.lower()
    if suffix in _SPREADSHEETS:
        return True
    try:
        kind = sniff(_content(archive, info))
    except RefusedFile as refused:
        return refused.reason == "password_protected" or (
            refused.reason == "archive_not_workbook" and suffix in (".zip", ".rar", ".7z")
        )
    except _BROKEN:
        return False
    return (
        suffix in _TEXTS
        if kind == "csv"
        else kind != "zip" or _holds_workbook(_content(archive, info), suffix)
    )


def _holds_workbook(data: bytes, suffix: str) -> bool:
    """Whether one zip within an archive is a workbook, or is called an archive: a document or picture is neither."""
    names = [info.filename.lower() for info in guard.list_members(data, DEFAULT_LIMITS)]
    return suffix == ".zip" or "content.xml" in names or any(name.startswith("xl/") for name in names)
