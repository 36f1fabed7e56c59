"""What one received file is, told by its content.

The name of a file proves nothing: schools send web pages called ``.xls`` and password-protected workbooks
called ``.xlsx``.
"""

from __future__ import annotations

import re
import struct
from contextlib import suppress

from termreview.spreadsheets.packages.guard import OLE_MAGIC, RefusedFile
from termreview.spreadsheets.packages.ole_streams import workbook_stream

_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\xfd7zXZ")
_HTML_STARTS = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style", b"<body", b"<div")
LOCKED = "locked"  # an encrypted package: only its key tells what it holds
_OLE_STREAMS = (  # the first one found in the directory decides
    ("DRMEncryptedTransform", "rights_managed"),
    ("DRMEncryptedDataSpace", "rights_managed"),
    ("\tDRMContent", "rights_managed"),
    ("\tDRMViewerContent", "rights_managed"),
    ("EncryptedPackage", LOCKED),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "word_document"),
    ("PowerPoint Document", "unsupported_format"),
)


_SHORTCUTS = (b"L\x00\x00\x00\x01\x14\x02\x00", b"[InternetShortcut]")
_MAIL_HEADS = re.compile(
    rb"(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|x-[\w-]+):"
)


def sniff(data: bytes) -> str:
    """Return what the bytes of one file are: ``zip``, ``xls``, ``locked``, ``fods`` or ``csv``; else it is refused by name."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise RefusedFile("empty_file", "zero_bytes" if data else "no_content", count=len(data))
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    if data.startswith(b"PK\x05\x06"):
        raise RefusedFile("archive_not_workbook", "empty_archive")
    if data.startswith(OLE_MAGIC):
        return _sniff_ole(data)
    if b"%PDF-" in data[:1024]:
        raise RefusedFile("pdf", "pdf_document")
    is_bitmap = data[:2] == b"BM" and data[6:10] == bytes(4)
    if data.startswith(_PICTURES) or is_bitmap or data[4:8] == b"ftyp" or data[8:12] == b"WEBP":
        raise RefusedFile("picture", "picture_or_recording")
    if data.startswith(_ARCHIVES):
        raise RefusedFile("archive_not_workbook", "compressed_archive")
    if data.startswith(_SHORTCUTS):
        raise RefusedFile("unsupported_format", "shortcut")
    if data.startswith(b"{\\rtf"):
        raise RefusedFile("word_document", "rtf_document")
    if data[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08") and data[3:4] == b"\x00":
        raise RefusedFile("unsupported_format", "excel_2_to_5")
    return _sniff_text(data)


def _sniff_ole(data: bytes) -> str:
    """Return ``xls`` or ``locked``, or refuse, by the stream names in the directory of an OLE file."""
    for name, kind in _OLE_STREAMS:
        if ole_directory_entry(data, name) < 0:
            continue
        if kind == "xls" and _is_locked_for_good(data, name):
            raise RefusedFile("password_protected", "locked_xls")
        if kind in ("xls", LOCKED):
            return kind
        raise RefusedFile(kind, "ole_stream", stream=name)
    reason = "truncated" if len(data) < 1536 else "unsupported_format"
    raise RefusedFile(reason, "ole_without_workbook")


def ole_directory_entry(data: bytes, name: str) -> int:
    """Return where the directory entry of one stream starts, or -1; some programs write its name in capitals.

    Entries stand on a 128-byte grid: no chain, which a damaged file may tie into a loop, need be followed.
    """
    length = struct.pack("<H", 2 * len(name) + 2)
    for wanted in (name.encode("utf-16-le"), name.upper().encode("utf-16-le")):
        position = data.find(wanted, 512)
        while position >= 0:
            if position % 128 == 0 and data[position + 64 : position + 66] == length:
                return position
            position = data.find(wanted, position + 2)
    return -1


def _is_locked_for_good(data: bytes, stream: str) -> bool:
    """Whether a FILEPASS record stands among the first records of a stream whose sectors cannot be followed.

    One that can is unlocked where the program itself locked it.
    """
    with suppress(struct.error, LookupError):
        if workbook_stream(data) is not None:
            return False
    entry = ole_directory_entry(data, stream)
    sector_bits = struct.unpack_from("<H", data, 30)[0]
    if len(data) < entry + 128 or sector_bits not in (9, 12):
        return False
    position = (struct.unpack_from("<I", data, entry + 116)[0] + 1) << sector_bits
    end = position + (1 << sector_bits)
    while position + 4 <= min(end, len(data)):
        record, length = struct.unpack_from("<HH", data, position)
        if record == 0x2F:
            return True
        position += 4 + length
    return False


def _sniff_text(data: bytes) -> str:
    """Return ``csv`` for plain text, ``fods`` for one OpenDocument file as a single XML, or refuse web pages, old XML spreadsheets and binary files."""
    start = data[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", errors="replace").encode("utf-8")
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if _MAIL_HEADS.match(start) and b"\nto:" in start and b"\nsubject:" in start:
        raise RefusedFile("unsupported_format", "electronic_mail")
    if start.startswith((b"mime-version:", b"from: <saved by", *_HTML_STARTS)):
        raise RefusedFile("html_as_spreadsheet", "web_page")
    if start.startswith(b"<"):
        if b"<office:document" in start and b"opendocument:xmlns:office" in start:
            return "fods"
        if b"<html" in start:
            raise RefusedFile("html_as_spreadsheet", "web_page")
        is_2003 = b"urn:schemas-microsoft-com:office:spreadsheet" in start
        raise RefusedFile("unsupported_format", "xml_spreadsheet_2003" if is_2003 else "xml_document")
    if start.startswith((b"id;p", b"table\r\n0,1", b"table\n0,1")):
        raise RefusedFile("unsupported_format", "sylk_or_dif")
    if start.startswith((b"{", b"[{")):
        raise RefusedFile("unsupported_format", "json_or_shortcut")
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in start):
        raise RefusedFile("unsupported_format", "unknown_binary")
    return "csv"
