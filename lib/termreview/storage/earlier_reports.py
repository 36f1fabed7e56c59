"""One report of an earlier run that the next one replaces or no longer makes: what an office wrote into it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from termreview.storage.shelf import PAGES, Shelf
from termreview.storage.whole_files import sha256_of, written_whole

EDITED = "sua-tay"


def outdated_reports(shelf: Shelf, root: Path, manifest: Mapping[str, Any] | None, stage: Path) -> list[str]:
    """The published files, by name on the shelf, that an earlier run made and this one does not.

    A file that is no longer what the earlier run wrote belongs to whoever changed it, and stays.
    """
    return [
        name
        for name, path, sha256 in _earlier(shelf, root, manifest)
        if not (stage / name).exists() and path.is_file() and sha256_of(path.read_bytes()) == sha256
    ]


def keep_edited(shelf: Shelf, root: Path, manifest: Mapping[str, Any] | None, stage: Path) -> list[Path]:
    """Copy each published file that was changed by hand since and will be replaced; the copies, beside it.

    `report.docx` is kept as `report.sua-tay.docx`, or under the next free number. Doing it twice keeps one copy.
    """
    kept = []
    for name, path, sha256 in _earlier(shelf, root, manifest):
        if not (stage / name).is_file() or not path.is_file():
            continue
        content = path.read_bytes()
        if sha256_of(content) == sha256 or content == (stage / name).read_bytes():
            continue
        copy = next(copy for copy in _copies(path) if not copy.exists() or copy.read_bytes() == content)
        if not copy.exists():
            with written_whole(copy) as beside:
                beside.write_bytes(content)
        kept.append(copy)
    return kept


def _earlier(shelf: Shelf, root: Path, manifest: Mapping[str, Any] | None) -> Iterator[tuple[str, Path, str]]:
    """Name on the shelf, place and hash of each report that the last finished run lists, if it stands on the shelf."""
    for listed, sha256 in sorted(((manifest or {}).get("reports") or {}).items()):
        path = root / listed
        if path.is_relative_to(shelf.pages):
            yield PAGES + path.relative_to(shelf.pages).as_posix(), path, str(sha256)


def _copies(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.stem}.{EDITED}{path.suffix}")
    number = 2
    while True:
        yield path.with_name(f"{path.stem}.{EDITED}-{number}{path.suffix}")
        number += 1
