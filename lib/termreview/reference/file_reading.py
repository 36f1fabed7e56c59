"""One declaration file as text: what keeps it from being read is a mistake of the file, told where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from termreview.reference.fingerprint import LARGEST
from termreview.reference.source import Source

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


def declared_text(source: Source, path: Path) -> str | None:
    """The text of one file, without the mark of its encoding; none, and a mistake noted, where it cannot be read."""
    line = 1
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            said = f"the file is too large for declarations: more than {LARGEST // 1_000_000} MB"
        else:
            content = path.read_bytes()
            if content.startswith(_UTF_16):
                said = "the file is in UTF-16, not UTF-8"
            elif b"\0" in content:
                line = _line_at(content, content.index(b"\0"))
                said = "the line holds a zero byte: the file is damaged, or not UTF-8 text"
            else:
                return content.decode("utf-8-sig")
    except FileNotFoundError:
        said = "the file is missing"
    except UnicodeDecodeError as error:
        line = _line_at(error.object, error.start)
        said = "the line is not UTF-8 text"
    except OSError as error:
        said = f"the file cannot be read: {error.strerror or error}"
    source.report(path, line, said, is_broken=True)
    return None


def _line_at(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1
