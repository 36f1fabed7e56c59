"""One folder tree of one office: where files live and how they are written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from termreview.contracts import shaped
from termreview.errors import ContractError, UsageError
from termreview.terms import Term


@dataclass(frozen=True)
class Workspace:
    """One office's folders below `root`."""

    root: Path

    @property
    def reference(self) -> Path:
        """The committed declarations."""
        return self.root / "data" / "reference"

    @property
    def notebooks(self) -> Path:
        """The notebooks, committed without outputs."""
        return self.root / "notebooks"

    def raw(self, term: Term) -> Path:
        """The files of one term as received."""
        return self.root / "data" / "raw" / term.folder

    def processed(self, term: Term) -> Path:
        """The tables of one term."""
        return self.root / "data" / "processed" / term.folder

    def reports(self, term: Term) -> Path:
        """What is published of one term."""
        return self.root / "reports" / term.folder

    def forms(self, term: Term) -> Path:
        """The blank workbooks of one term, ready to send."""
        return self.reports(term) / "forms"


def find_workspace(start: Path | None = None) -> Workspace:
    """Find the workspace that holds one folder: the nearest parent with `data/reference`.

    Raises
    ------
    UsageError
        When no parent folder holds `data/reference`.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "data" / "reference").is_dir():
            return Workspace(folder)
    raise UsageError(f"no workspace here: neither {here} nor a folder above it holds data/reference")


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a name beside one file to write to; the file appears, complete, when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=f".part{path.suffix}", dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with beside.open("rb+") as stream:
            os.fsync(stream.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_table(workspace: Workspace, term: Term, name: str, frame: pd.DataFrame) -> Path:
    """Write one declared table of one term as Parquet, after its contract was checked."""
    path = workspace.processed(term) / f"{name}.parquet"
    checked = shaped(name, frame)
    with written_whole(path) as beside:
        checked.to_parquet(beside, index=False)
    return path


def read_table(workspace: Workspace, term: Term, name: str) -> pd.DataFrame:
    """Read one declared table of one term and check its contract.

    Raises
    ------
    UsageError
        When the table was not written yet; the message names the step that writes it.
    ContractError
        When the file does not keep its contract.
    """
    path = workspace.processed(term) / f"{name}.parquet"
    if not path.is_file():
        raise UsageError(f"{name} of {term.term_id} is not there yet: run `termreview run {term.term_id}` first")
    try:
        return shaped(name, pd.read_parquet(path))
    except ContractError as error:
        raise ContractError(name, [str(error)], path) from error


def has_tables(workspace: Workspace, term: Term) -> bool:
    """Say whether one term was scored already."""
    return (workspace.processed(term) / "scores.parquet").is_file()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write one JSON file, keys sorted, whole or not at all."""
    with written_whole(path) as beside:
        text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")
