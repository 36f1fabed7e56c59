"""One hash of all declarations: what was made from them says so, and is made again when they change."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator
from pathlib import Path

_PACKAGES = (".docx", ".xlsx", ".xlsm")
_ENDINGS = (".csv", ".yml", *_PACKAGES)
LARGEST = 20_000_000  # bytes; the largest declaration has less than a hundredth of it


def fingerprint(folder: Path, leaving: Container[str] = ()) -> str:
    """The hash of every declaration file, by name and content, line ends of texts folded.

    Parameters
    ----------
    leaving
        Names of files that do not matter to who asks.
    """
    digest = hashlib.sha256()
    for name, content in _declarations(folder):
        if name.rpartition("/")[2] not in leaving:
            digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def file_fingerprints(folder: Path) -> dict[str, str]:
    """The hash of each declaration file by its name below the folder, line ends of texts folded."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in _declarations(folder)}


def is_own_file(folder: Path, path: Path) -> bool:
    """Say whether one path is a plain file of the folder: not a pipe or a device, no link that leads out of it."""
    try:
        found = path.resolve(strict=True)
    except (OSError, RuntimeError):  # a link to nothing, or to itself
        return False
    return found.is_file() and found.is_relative_to(folder.resolve())


def odd_entries(folder: Path) -> Iterator[Path]:
    """What stands in the folder under the name of a declaration and is no plain file of it."""
    for path in sorted(folder.rglob("*")):
        is_named = path.suffix in _ENDINGS or path.is_symlink()
        if (
            is_named
            and not path.name.startswith("~$")
            and not path.is_dir()
            and not is_own_file(folder, path)
        ):
            yield path


def _declarations(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in folder.rglob("*") if path.suffix in _ENDINGS):
        if not path.name.startswith("~$"):  # the companion of a document open in Word
            # What is too large for a declaration, or no file of its own, is refused, and need not be read before.
            is_read = path.is_dir() or (is_own_file(folder, path) and path.stat().st_size <= LARGEST)
            content = path.read_bytes() if is_read else b""
            folded = content if path.suffix in _PACKAGES else content.replace(b"\r\n", b"\n")
            yield path.relative_to(folder).as_posix(), folded
