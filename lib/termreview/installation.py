"""One program as installed: its sources by hash, and the libraries that it leans on."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import sysconfig
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from termreview import __version__

# What decides the content of a table or a page; other libraries only carry it, or are nowhere imported at run time.
LIBRARIES = (
    "jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "pyarrow", "python-calamine", "python-docx", "pyyaml",
    "rapidfuzz", "xlsxwriter",
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


def shadowed(*folders: Path) -> list[tuple[str, Path]]:
    """Every installed library in whose place another file is imported, with that file: one of the same name earlier.

    Parameters
    ----------
    folders
        Folders that are looked into beside those of this process, such as that of the notebooks.
    """
    installed = Path(sysconfig.get_paths()["purelib"])
    own = {Path(sysconfig.get_paths()[name]) for name in ("stdlib", "platstdlib")}
    earlier = [Path(entry or os.curdir) for entry in sys.path]
    earlier = earlier[: earlier.index(installed)] if installed in earlier else []
    found = []
    for folder in (*folders, *(folder for folder in earlier if folder not in own)):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            is_module = path.suffix == ".py" or (path / "__init__.py").is_file()
            if is_module and any((installed / name).exists() for name in (path.stem, f"{path.stem}.py")):
                found.append((path.stem, path))
    return found


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
