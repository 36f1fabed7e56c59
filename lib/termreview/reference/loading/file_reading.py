"""One declaration file as it stands on the disk: what keeps it from being read is a mistake of the file, told there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from termreview.coded_text import CodedText, reason
from termreview.reference.loading.fingerprint import LARGEST, is_own_file, odd_entries
from termreview.reference.loading.source import Source

NO_PLAIN_FILE: Final = CodedText("no_plain_declaration")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


def declared_bytes(source: Source, path: Path) -> bytes | None:
    """The content of one file; none, and a mistake noted, where it cannot be read.

    What is no plain file of the folder itself (a pipe, a device, a link that leads elsewhere) is never opened.
    """
    try:
        if path.is_dir() or is_own_file(source.root, path):
            if path.is_dir() or path.stat().st_size <= LARGEST:
                return path.read_bytes()
            said = CodedText("file_too_large", megabytes=LARGEST // 1_000_000)
        elif path.is_symlink() or path.exists():
            said = NO_PLAIN_FILE
        else:
            said = CodedText("file_missing")
    except OSError as error:
        said = CodedText("file_unreadable", why=reason(error))
    source.report(path, 1, said, is_broken=True)
    return None


def report_odd_entries(source: Source) -> None:
    """Tell at once of what stands among the declarations and is no plain file, whoever would open it."""
    for path in odd_entries(source.root):
        source.report(path, 1, NO_PLAIN_FILE, is_broken=True)


def declared_text(source: Source, path: Path) -> str | None:
    """The text of one file, without the mark of its encoding; none, and a mistake noted, where it cannot be read."""
    content = declared_bytes(source, path)
    if content is None:
        return None
    line = 1
    try:
        if content.startswith(_UTF_16):
            said = CodedText("is_utf16")
        elif b"\0" in content:
            line = _line_at(content, content.index(b"\0"))
            said = CodedText("zero_byte")
        else:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_at(error.object, error.start)
        said = CodedText("not_utf8")
    source.report(path, line, said, is_broken=True)
    return None


def _line_at(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1
