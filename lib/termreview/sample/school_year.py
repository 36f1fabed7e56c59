"""One illustrative school year of files as schools would send them: the forms filled, and a share of trouble.

`write_sample` fills the raw folders of both terms. The same declarations give the same files at every run, and no
file is ever replaced that the sample did not write itself.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from termreview.errors import SampleError, UsageError
from termreview.intake.received.received import RECEIVED_LIST
from termreview.reference.declarations import Reference
from termreview.sample.sample_files import term_sample_files, write_received, write_sample_files
from termreview.sample.system_exports import FOLDER, write_system_exports
from termreview.storage.workspace import Workspace, files_below, write_json
from termreview.terms import Term

SAMPLE_TERMS = (Term("2023-2024", "hk1"), Term("2023-2024", "hk2"))  # those that the demo runs
SAMPLE_LIST = ".sample.json"
_WORKERS = 2
_FILES_NAMED = 5


def write_sample(
    workspace: Workspace,
    reference: Reference,
    progress: Callable[[str], None] = lambda line: None,
    workers: int = _WORKERS,
) -> dict[str, int]:
    """Write the raw files of a school year, the exports of systems among them, with `received.csv` and the list of what was written.

    Parameters
    ----------
    progress
        Called with one line of text per file.
    workers
        Processes that write side by side; the files do not depend on it.

    Returns
    -------
    dict
        Files of schools by term, `received.csv` and the exports not counted.

    Raises
    ------
    UsageError
        When a raw folder holds a file that the sample did not write, or that was changed since. Nothing is
        written then.
    """
    terms = sample_terms(reference)
    for term in terms:
        _refuse_foreign_files(workspace.raw(term))
    building = workspace.root / "data" / "raw" / ".sample.part"
    shutil.rmtree(building, ignore_errors=True)
    counts = {}
    try:
        for term in terms:
            folder = building / term.folder
            folder.mkdir(parents=True)
            sample_files = term_sample_files(term, reference)
            for number, sample_file in enumerate(
                write_sample_files(sample_files, folder, reference, workers), start=1
            ):
                progress(f"{term.term_id} {number}/{len(sample_files)} {sample_file.arrival.name}")
            write_received(folder / RECEIVED_LIST, sample_files)
            write_system_exports(folder, term, reference)
            counts[term.term_id] = len(sample_files)
        for term in terms:
            _refuse_foreign_files(workspace.raw(term))
            _switch(building / term.folder, workspace.raw(term))
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return counts


def sample_terms(reference: Reference) -> tuple[Term, ...]:
    """The terms that the sample fills, statistics among them: its own school year, or the office's first one where that is not declared.

    Raises
    ------
    SampleError
        When no school reports in such a term, or the office's reports would not say that they are illustrative.
    """
    declared = [plan.term for plan in reference.calendar.plans]
    is_own = set(SAMPLE_TERMS) <= set(declared)
    year = SAMPLE_TERMS[0].school_year if is_own else next((term.school_year for term in declared), "")
    terms = tuple(term for term in declared if term.school_year == year)
    if empty := [term.term_id for term in terms if not reference.of(term).schools] or not terms:
        named = ", ".join(empty) if isinstance(empty, list) else "calendar.yml"
        raise SampleError("sample_needs_schools", terms=named)
    if real := [term.term_id for term in terms if not reference.of(term).office.is_illustrative]:
        raise SampleError("sample_of_real_office", terms=", ".join(real))
    return terms


def _refuse_foreign_files(folder: Path) -> None:
    """Let only an empty folder pass, or one whose files are exactly as an earlier sample left them."""
    own = _read_list(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    names = {path: path.relative_to(folder).as_posix() for path in files}
    foreign = [name for path, name in names.items() if own.get(name) != _sha256(path)]
    if foreign:
        more = len(foreign) - _FILES_NAMED
        named = ", ".join(foreign[:_FILES_NAMED]) + (f" and {more} more" if more > 0 else "")
        raise UsageError("foreign_files", folder=folder, files=named)


def _read_list(folder: Path) -> dict[str, str]:
    """The files an earlier sample wrote, with their hashes; nothing when there is no such list, or it is broken."""
    path = folder / SAMPLE_LIST
    try:
        content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError:
        return {}
    listed = content.items() if isinstance(content, dict) else ()
    return {name: str(digest) for name, digest in listed if _stands_below(name)}


def _stands_below(name: str) -> bool:
    """Whether one listed name is that of a file of the folder, or of its exports."""
    return Path(name).name == name or Path(FOLDER, Path(name).name).as_posix() == name


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _switch(built: Path, folder: Path) -> None:
    """Put finished files in place of an earlier sample's.

    At every moment each file in the folder is one the list knows, so that a run broken off here can be repeated.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _read_list(folder):
        (folder / name).unlink(missing_ok=True)
    digests = {name: _sha256(path) for name, path in files_below(built)}
    write_json(folder / SAMPLE_LIST, digests)
    for name in digests:
        (folder / name).parent.mkdir(exist_ok=True)
        (built / name).replace(folder / name)
