"""One set of files of one term made visible by one switch, so that nobody reads half of it.

A run writes into a stage folder. When everything stands there, one small file, the switch, is put in place:
from that moment readers take the staged files. They are then moved to where people look for them, the
manifest last, and the switch is taken away. Whoever is killed on the way leaves the old set or the new one;
the next holder of the workspace finishes the move.

A report of an earlier run that the next one replaces or no longer makes keeps what an office wrote into it.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from termreview.coded_text import reason
from termreview.errors import ContractError, RunError
from termreview.storage.atomic_files import (
    atomic_write,
    content_of,
    read_json,
    replace_file,
    sha256_of,
    sweep_left_overs,
    sync_file,
    sync_folder,
    write_content,
    write_json,
)
from termreview.storage.output_paths import LOOSE, MANIFEST, PAGES, OutputPaths
from termreview.storage.staging import staged_files

_TRIES, _PAUSE_S = 400, 0.005
Token = tuple[bytes | None, bytes | None, bytes | None]
EDITED = "sua-tay"


def publish(output_paths: OutputPaths, stage: Path, removed: Sequence[str] = ()) -> None:
    """Make all files of one stage count, and the `removed` ones no longer, in one moment.

    Raises
    ------
    RunError
        When a place cannot be written: found beforehand, nothing is published; found too late, the set counts and
        the next run finishes the move. The message says which.
    """
    refuse_blocked(output_paths, staged_files(stage))
    hashes = {}
    for name in staged_files(stage):
        hashes[name] = sha256_of((stage / name).read_bytes())
        sync_file(stage / name)
    for folder in {(stage / name).parent for name in hashes}:
        sync_folder(folder)
    gone = sorted(set(removed) - set(hashes))
    write_json(output_paths.switch, {"stage": stage.name, "files": hashes, "removed": gone})
    settle(output_paths)


def settle(output_paths: OutputPaths) -> None:
    """Finish a publication whose switch is in place; does nothing otherwise. Only for who holds the workspace.

    Raises
    ------
    RunError
        When a file cannot be put into its place. The set counts all the same, for readers from where it stands.
    """
    journal = read_json(output_paths.switch)
    if journal is None:
        output_paths.switch.unlink(missing_ok=True)
        return
    try:
        _move_all(output_paths, journal)
    except OSError as error:
        raise RunError("files_not_placed", why=error) from error


def _move_all(output_paths: OutputPaths, journal: Mapping[str, Any]) -> None:
    stage, hashes = output_paths.runs / str(journal["stage"]), dict(journal["files"])
    manifest = output_paths.place(MANIFEST)
    if not _is_file_of(manifest, hashes.get(MANIFEST)):
        manifest.unlink(missing_ok=True)  # while it is away, the tables beside it are not a finished run
    for name in journal["removed"]:
        output_paths.place(name).unlink(missing_ok=True)
    is_whole = True
    for name in sorted(hashes, key=lambda name: (name == MANIFEST, name)):
        if (stage / name).is_file() and (name != MANIFEST or is_whole):
            place_file(stage / name, output_paths.place(name))
        elif not _is_file_of(output_paths.place(name), hashes[name]):
            is_whole = False
    for folder in {output_paths.place(name).parent for name in hashes}:
        sync_folder(folder)
    output_paths.switch.unlink(missing_ok=True)
    sync_folder(output_paths.runs)
    sweep(output_paths)


def refuse_blocked(output_paths: OutputPaths, names: Sequence[str]) -> None:
    """Find out, as long as nothing counts yet, whether each file can be put into its place.

    Raises
    ------
    RunError
        When one cannot; the message names the place.
    """
    for folder in sorted({output_paths.place(name).parent for name in names}):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(prefix=f".trial.{os.getpid()}-", suffix=".part", dir=folder):
                pass
        except OSError as error:
            raise RunError("place_unwritable", path=folder, why=reason(error)) from error
    for place in map(output_paths.place, names):
        if place.is_dir():
            raise RunError("folder_in_place", path=place)
        if os.name == "nt" and place.is_file():  # there, a file that another program shows cannot be replaced
            try:
                place.open("rb+").close()
            except PermissionError as error:
                raise RunError("open_elsewhere", path=place) from error


def sweep(output_paths: OutputPaths) -> None:
    """Take away the stages and part files of runs that are over. Only for who holds the workspace."""
    if not output_paths.switch.exists():
        shutil.rmtree(output_paths.runs, ignore_errors=True)
    for folder in (
        output_paths.tables,
        output_paths.tables / "notebooks",
        output_paths.pages,
        *output_paths.pages.rglob("*/"),
    ):
        sweep_left_overs(folder)


def place_file(staged: Path, place: Path) -> None:
    """Put one finished file into its place, whole, also where that is on another disk."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        replace_file(staged, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with atomic_write(place) as beside:  # the reports stand on another disk
            beside.write_bytes(staged.read_bytes())
        staged.unlink()


def _is_file_of(path: Path, sha256: str | None) -> bool:
    content = content_of(path)
    return content is not None and sha256_of(content) == sha256


def read_published(output_paths: OutputPaths, names: Sequence[str]) -> dict[str, bytes | None]:
    """Read some files of one term as they stood together at one moment; None for one that is not there.

    Waits out a publication under way and checks every file against the hash under which it was published.

    Raises
    ------
    ContractError
        When a file is not the one that was published.
    """
    fault = None
    for _ in range(_TRIES):
        before = _token(output_paths)
        hashes, removed, stage = _listing(output_paths, before)
        found: dict[str, bytes | None] = {}
        fault = None
        for name in names:
            content = content_of(stage / name) if stage is not None and name in hashes else None
            content = (
                content_of(output_paths.place(name)) if content is None and name not in removed else content
            )
            if name in hashes and (content is None or sha256_of(content) != hashes[name]):
                fault = name
                break
            found[name] = content
        if _token(output_paths) == before:
            if fault is None:
                return found
            if stage is None:
                break
        time.sleep(_PAUSE_S)
    raise ContractError("table_changed", table=(fault or names[0]).removesuffix(".parquet"))


def is_published(output_paths: OutputPaths, name: str) -> bool:
    """Say whether one file is among what counts now."""
    for _ in range(_TRIES):
        before = _token(output_paths)
        hashes, removed, _ = _listing(output_paths, before)
        is_there = name in hashes or (name not in removed and output_paths.place(name).is_file())
        if _token(output_paths) == before:
            return is_there
    return False


def _listing(output_paths: OutputPaths, token: Token) -> tuple[Mapping[str, str], Sequence[str], Path | None]:
    """The hashes by name that count now, the names that do not, and the stage they may still stand in."""
    switch, manifest, loose = token
    if switch is not None:
        with suppress(ValueError, TypeError, KeyError):
            journal = json.loads(switch)
            return journal["files"], journal["removed"], output_paths.runs / str(journal["stage"])
    for content in (manifest, loose):
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            tables = json.loads(content or b"")["tables"]
            return {f"{name}.parquet": str(sha256) for name, sha256 in tables.items()}, (), None
    return {}, (), None


def _token(output_paths: OutputPaths) -> Token:
    """What tells one published set from another; the switch is looked at first, as it goes last."""
    return (
        content_of(output_paths.switch),
        content_of(output_paths.place(MANIFEST)),
        content_of(output_paths.place(LOOSE)),
    )


def outdated_reports(
    output_paths: OutputPaths, root: Path, manifest: Mapping[str, Any] | None, stage: Path
) -> list[str]:
    """The published files, by name among the outputs, that an earlier run made and this one does not.

    A file that is no longer what the earlier run wrote belongs to whoever changed it, and stays.
    """
    return [
        name
        for name, path, sha256 in _earlier(output_paths, root, manifest)
        if not (stage / name).exists() and path.is_file() and sha256_of(path.read_bytes()) == sha256
    ]


def keep_edited(
    output_paths: OutputPaths, root: Path, manifest: Mapping[str, Any] | None, stage: Path
) -> list[Path]:
    """Copy each published file that was changed by hand since and will be replaced; the copies, beside it.

    `report.docx` is kept as `report.sua-tay.docx`, or under the next free number. Doing it twice keeps one copy.
    """
    kept = []
    for name, path, sha256 in _earlier(output_paths, root, manifest):
        if not (stage / name).is_file() or not path.is_file():
            continue
        content = path.read_bytes()
        if sha256_of(content) == sha256 or content == (stage / name).read_bytes():
            continue
        copy = next(copy for copy in _copies(path) if not copy.exists() or copy.read_bytes() == content)
        if not copy.exists():
            write_content(copy, content)
        kept.append(copy)
    return kept


def _earlier(
    output_paths: OutputPaths, root: Path, manifest: Mapping[str, Any] | None
) -> Iterator[tuple[str, Path, str]]:
    """Output name, place and hash of each report that the last finished run lists and that stands among the pages."""
    for listed, sha256 in sorted(((manifest or {}).get("reports") or {}).items()):
        path = root / listed
        if path.is_relative_to(output_paths.pages):
            yield PAGES + path.relative_to(output_paths.pages).as_posix(), path, str(sha256)


def _copies(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.stem}.{EDITED}{path.suffix}")
    number = 2
    while True:
        yield path.with_name(f"{path.stem}.{EDITED}-{number}{path.suffix}")
        number += 1
