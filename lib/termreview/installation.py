"""One program as installed: its sources by hash, and the libraries that it leans on."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from termreview import __version__

# What decides the content of a table or a page; other libraries only carry it, or are nowhere imported at run time.
LIBRARIES = (
    "jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "pyarrow", "python-calamine", "python-docx", "pyyaml",
    "xlsxwriter",
)  # fmt: skip


@cache
def made_with() -> dict[str, Any]:
    """The program as installed: its sources by hash, and the libraries that it leans on."""
    return {
        "package_version": __version__,
        "package_sha256": _package_sha256(Path(__file__).parent),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _package_sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".pyc", ".pyo") and "__pycache__" not in path.parts:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
