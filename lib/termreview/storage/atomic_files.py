"""One file written whole or not at all, and known by the hash of its content."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_LONGEST_PREFIX = 60
_PAUSES_S = (0.05, 0.1, 0.2, 0.4, 0.8) if os.name == "nt" else ()
_READ_PAUSES_S = (0.01, 0.05, 0.2) if os.name == "nt" else ()
# Beside which file, by which process, and what makes the name new; earlier versions named no process.
_LEFT_OVER = re.compile(r"\..+\.((?P<process>\d+)-)?[a-z0-9_]{8}\.part(\.\w+)?")
_FILE, _FOLDER = 0o666, 0o777
_HASH_LENGTH = 64


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a name beside one file to write to; the file appears, complete, when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = (
        f".{path.name[:_LONGEST_PREFIX]}.{os.getpid()}-"  # a long name with more behind would be too long
    )
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=f".part{path.suffix}", dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        sync_file(beside)
        as_umask_says(beside)
        replace_file(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        if error.filename is None:  # a write that fails, as on a full disk, does not say what it wrote to
            error.filename = str(path)
        raise
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_content(path: Path, content: bytes) -> None:
    """Write one file, whole or not at all."""
    with atomic_write(path) as beside:
        beside.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write one text file, whole or not at all."""
    write_content(path, text.encode("utf-8"))


def write_list(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write one list as CSV, the names of its columns first, whole or not at all."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    write_text(path, text.getvalue())


def as_umask_says(path: Path) -> None:
    """Give one file or folder that was made for its owner alone the rights that any other new one has here."""
    umask = os.umask(0o077)
    os.umask(umask)
    path.chmod((_FOLDER if path.is_dir() else _FILE) & ~umask)


def replace_file(beside: Path, path: Path) -> None:
    """Put one file in the place of another; Windows lets no file be replaced while another program holds it.

    Scanners and indexers let go within a second. What stays held is open on somebody's screen.

    Raises
    ------
    PermissionError
        When it is still held then; the message asks to close it.
    """
    for pause in (*_PAUSES_S, None):
        try:
            beside.replace(path)
            return
        except PermissionError as error:
            if pause is None:
                said = f"{error.strerror or error} (is it open in another program? close it and try again)"
                raise PermissionError(error.errno, said, str(path)) from None
            time.sleep(pause)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write one JSON file, keys sorted, whole or not at all."""
    with atomic_write(path) as beside:
        text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")


def content_of(path: Path) -> bytes | None:
    """What one file holds; None where there is none. Waits where another program is replacing it."""
    for pause in (*_READ_PAUSES_S, None):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:  # on Windows, while it is being replaced
            if pause is None:
                raise
            time.sleep(pause)
    return None


def read_json(path: Path) -> dict[str, Any] | None:
    """Read one JSON object; None where there is no file, or none that holds one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def sync_file(path: Path) -> None:
    """Have the disk hold the content of one file before anything points to it."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Have the disk hold the names in one folder, where the system knows how."""
    with suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sha256_of(content: bytes) -> str:
    """The hash of one content."""
    return hashlib.sha256(content).hexdigest()


def keep_content(path: Path, content: bytes) -> None:
    """Keep what may be lost at any time under its own hash; not synced, as a torn one does not match it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(sha256_of(content).encode() + content)
        as_umask_says(Path(name))
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def stored_content(path: Path) -> bytes | None:
    """What was kept in one file; None when there is none, or none that matches its hash."""
    try:
        found = path.read_bytes()
    except OSError:
        return None
    stated, content = found[:_HASH_LENGTH], found[_HASH_LENGTH:]
    return content if stated == sha256_of(content).encode() else None


def sweep_left_overs(folder: Path) -> None:
    """Take away what writers that were killed left beside their files; what another process is writing stays."""
    for path in folder.iterdir() if folder.is_dir() else ():
        found = _LEFT_OVER.fullmatch(path.name)
        if found and path.is_file() and not _is_at_work(found["process"]):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _is_at_work(process: str | None) -> bool:
    """Whether another process of this number lives."""
    if (
        process is None or int(process) == os.getpid() or os.name == "nt"
    ):  # there, a file in use cannot be deleted
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True
