"""One received file, checked before anything reads it.

Every refusal carries one of a closed list of reasons and says what was found. Written by hand: a bomb is refused by
ratio and size before it is inflated, and so is a package whose directory contradicts its parts, which `zipfile` reads
without a word; a workbook costs 0.4 ms, with `zipfile` 0.8 ms.
"""

from __future__ import annotations

import errno
import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from zlib_ng import zlib_ng as zlib

from termreview.coded_text import CodedText

NOT_OPENED = "cannot_be_opened"  # nothing is known of the file, through no fault of its school
REFUSAL_REASONS = frozenset(
    {
        "archive_not_workbook",  # a zip, rar or 7z that holds no workbook
        NOT_OPENED,  # a folder, a pipe, a file that is gone, locked or not ours to read; or the machine is busy
        "damaged",  # bytes that contradict each other
        "empty_file",
        "engine_failed",  # reading broke down, or took too much work and was stopped
        "html_as_spreadsheet",  # a web page saved under a spreadsheet's name
        "no_cells",
        "password_protected",
        "pdf",
        "picture",
        "rights_managed",  # only who may read it has the key
        "too_large",  # or would be once inflated
        "truncated",
        "unsafe_xml",  # document type or entity declarations
        "unsupported_format",
        "word_document",
    }
)
_LONGEST_DETAIL = 200
_InflateError: type[Exception] = zlib.error  # type: ignore[assignment]  # declared as if it were one


class RefusedFile(Exception):  # noqa: N818 - it names the file refused, not a mistake of ours
    """One file that cannot be read, with the reason code and what was found: a code of `coded_texts.csv` and its values.

    The caller turns it into a finding, never into a stopped run.
    """

    def __init__(self, reason: str, detail: str, /, **values: object) -> None:
        if reason not in REFUSAL_REASONS:
            raise ValueError(f"not a refusal reason: {reason!r}")
        self.reason = reason
        self.detail = CodedText(detail, **values)[
            :_LONGEST_DETAIL
        ]  # it quotes the file, which may quote megabytes
        super().__init__(f"{reason}: {self.detail}")

    def __reduce__(self) -> tuple[object, ...]:
        return _refused_elsewhere, (self.reason, self.detail)


def _refused_elsewhere(reason: str, detail: str) -> RefusedFile:
    """The same refusal in another process."""
    return RefusedFile(reason, "told_elsewhere", text=detail)


def system_code(error: OSError) -> str:
    """Return the short name of one failure of the system (``ENOENT``): its words differ from place to place."""
    return errno.errorcode.get(error.errno or 0, "?")


@dataclass(frozen=True)
class Limits:
    """How large one file may be before it is refused, and how long and wide its reading may run."""

    file_bytes: int = 50 * 2**20
    inflated_bytes: int = 200 * 2**20
    inflated_ratio: int = 200
    ratio_free_bytes: int = 28 * 2**20  # a white scan of one A4 page at 300 dpi: 26 MB of one colour
    members: int = 2_000
    part_bytes: int = 32 * 2**20  # styles, relationships and other small parts
    cells: int = 200_000
    sheets: int = 2_000
    text_characters: int = 16 * 2**20  # of all cells together
    in_process_bytes: int = 4 * 2**20  # XML above it is read in the child process, whatever the format
    in_process_text_bytes: int = 2 * 2**20  # the same for a text table
    child_seconds: float = 18.0  # of a processor: what others do meanwhile is no fault of the file
    child_wait_seconds: float = 180.0  # by the clock
    child_memory_bytes: int = 1_536 * 2**20


DEFAULT_LIMITS = Limits()

_PIECE = 2**20
_IS_UTF8 = 0x800  # among the flags of a member
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NEVER_READ = ("Basic/", "Dialogs/", "Configurations2/", "Scripts/")  # macros and toolbars of OpenDocument
_NEVER_PARSED = "META-INF/manifest.xml"  # only searched for a word: it may declare a document type


def list_members(data: bytes, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the members of one zip archive in file order, after the checks that need no inflating."""
    end = data.rfind(b"PK\x05\x06")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, IndexError):
        reason = "truncated" if end < 0 else "damaged"
        raise RefusedFile(reason, "directory_unreadable") from None
    if not members:
        raise RefusedFile("archive_not_workbook", "empty_archive")
    if len(members) > limits.members:
        raise RefusedFile("too_large", "member_count", count=len(members))
    if struct.unpack_from("<H", data, end + 10)[0] not in (len(members), 0xFFFF):
        raise RefusedFile("damaged", "directory_too_short")
    _refuse_rivals(members)
    total = sum(member.file_size for member in members)
    if total > limits.inflated_bytes:
        raise RefusedFile("too_large", "inflated_bytes", count=total)
    for member in members:
        size = member.file_size
        if size > limits.ratio_free_bytes and size > limits.inflated_ratio * member.compress_size:
            packed, part = member.compress_size, member.filename
            raise RefusedFile("too_large", "member_swells", part=part, packed=packed, inflated=size)
    return members


def _refuse_rivals(members: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive with two members of one name and different content: either could be what was meant."""
    known: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        first = known.setdefault(part_name(member).lower(), member)
        if (first.file_size, first.CRC) != (member.file_size, member.CRC):
            _refuse_rival(part_name(member))


def _refuse_rival(name: str) -> NoReturn:
    raise RefusedFile("damaged", "member_twice", part=name)


def part_name(member: zipfile.ZipInfo) -> str:
    """Return the name of one member as a path from the root; some programs do not say that it is UTF-8."""
    name = member.filename
    if not name.isascii() and not member.flag_bits & _IS_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/").lstrip("/")


def is_xml(member: zipfile.ZipInfo) -> bool:
    """Whether one member is, by its name, a part that is read; others are only checked."""
    return member.filename.lower().endswith((".xml", ".rels")) and not member.filename.startswith(_NEVER_READ)


def inflate_members(
    data: bytes, members: list[zipfile.ZipInfo], is_kept: Callable[[zipfile.ZipInfo], bool] = is_xml
) -> dict[str, bytes]:
    """Return the kept parts of one zip archive by name; every member is held against its checksum."""
    parts: dict[str, bytes] = {}
    spelled: dict[str, str] = {}  # the first spelling of each name
    for member in members:
        if not is_kept(member):
            _check(_packed(data, member), member)
            continue
        name, content = part_name(member), inflate_member(data, member)
        if is_xml(member) and name != _NEVER_PARSED and b"<!DOCTYPE" in content[:2048]:
            raise RefusedFile("unsafe_xml", "part_with_doctype", part=name)  # further down the parser does
        name = spelled.setdefault(name.lower(), name)
        if parts.setdefault(name, content) != content:
            _refuse_rival(name)
    return parts


def inflate_member(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """Return the content of one member of a zip archive, held against its checksum."""
    return _inflate(_packed(data, member), member)


def _packed(data: bytes, member: zipfile.ZipInfo) -> memoryview:
    """Return the bytes of one member as stored, or refuse it when any of its figures is contradicted."""
    name, start = member.filename, member.header_offset
    if member.flag_bits & 0x1:
        raise RefusedFile("password_protected", "locked_archive")
    if start < 0 or data[start : start + 4] != b"PK\x03\x04" or start + 30 > len(data):
        raise RefusedFile("damaged", "member_start", part=name)
    method = struct.unpack_from("<H", data, start + 8)[0]
    name_length, extra_length = struct.unpack_from("<HH", data, start + 26)
    begin = start + 30 + name_length + extra_length
    end = begin + member.compress_size
    local_name = data[start + 30 : start + 30 + name_length]
    listed_name = member.orig_filename.encode("utf-8" if member.flag_bits & _IS_UTF8 else "cp437")
    # Some programs spell letters with marks by one code page in the directory and by another at the member.
    if local_name != listed_name and (local_name.isascii() or listed_name.isascii()):
        raise RefusedFile("damaged", "member_other_name", part=name)
    if method != member.compress_type:
        raise RefusedFile("damaged", "member_two_methods", part=name)
    if method not in (0, 8):
        raise RefusedFile("unsupported_format", "member_odd_method", part=name, method=method)
    if end > len(data):
        raise RefusedFile("truncated", "member_past_end", part=name)
    return memoryview(data)[begin:end]


def _inflate(packed: memoryview, member: zipfile.ZipInfo) -> bytes:
    """Return the content of one member that is as long as it says and matches its checksum."""
    name = member.filename
    if member.compress_type == 0 or not packed:  # a member of nothing may be said to be packed
        content = bytes(packed)
    else:
        engine = zlib.decompressobj(-15)
        try:
            content = engine.decompress(packed, member.file_size + 1)
        except _InflateError:
            raise RefusedFile("damaged", "member_not_inflated", part=name) from None
        if not engine.eof:
            raise RefusedFile("damaged", "member_length", part=name)
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise RefusedFile("damaged", "member_checksum", part=name)
    return content


def _check(packed: memoryview, member: zipfile.ZipInfo) -> None:
    """Refuse one member that does not match its checksum; what it holds is inflated piece by piece."""
    if member.file_size <= _PIECE or member.compress_type == 0:
        _inflate(packed, member)
        return
    engine, checksum, length, left = zlib.decompressobj(-15), 0, 0, bytes(packed)
    try:
        while not engine.eof and length <= member.file_size:
            piece = engine.decompress(left, _PIECE)
            left = engine.unconsumed_tail
            if not piece and not left:
                break
            checksum, length = zlib.crc32(piece, checksum), length + len(piece)
    except _InflateError:
        raise RefusedFile("damaged", "member_not_inflated", part=member.filename) from None
    if not engine.eof or length != member.file_size or checksum != member.CRC:
        raise RefusedFile("damaged", "member_checksum", part=member.filename)
