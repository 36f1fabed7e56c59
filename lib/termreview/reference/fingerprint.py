"""One hash of all declarations: what was made from them says so, and is made again when they change."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from pathlib import Path


def fingerprint(folder: Path, leaving: Container[str] = ()) -> str:
    """The hash of every declaration file, by name and content, line ends of texts folded.

    Parameters
    ----------
    leaving
        Names of files that do not matter to who asks.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".yml", ".docx")):
        if path.name in leaving or path.name.startswith("~$"):  # the companion of a document open in Word
            continue
        content = path.read_bytes()
        content = content if path.suffix == ".docx" else content.replace(b"\r\n", b"\n")
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(b"\0" + content + b"\0")
    return digest.hexdigest()
