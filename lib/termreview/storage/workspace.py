"""One folder tree of one office: where files live, and its tables written and read under their contracts."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from termreview.coded_text import CodedText
from termreview.errors import ContractError, RunError, UsageError
from termreview.storage.atomic_files import atomic_write, sha256_of, sweep_left_overs, write_json
from termreview.storage.output_paths import LOOSE, MANIFEST, OutputPaths
from termreview.storage.publication import is_published, read_published
from termreview.storage.staging import active_stage, read_staged
from termreview.terms import Term

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Workspace", "atomic_write", "find_workspace", "has_tables", "place_in", "read_if_there", "read_table",
    "read_tables", "workspace_at", "write_json", "write_table",
]  # fmt: skip


HANDED_IN = "handed_in"  # the table of all rows that offices handed in of one term
ROLL_UP = "tong-hop"  # below raw, processed and reports: of several offices, not of the own schools
_LEADING_ELSEWHERE = "/\\:"
# What folders of Windows and macOS keep for themselves: previews, settings, the folder's own picture.
OF_SYSTEMS = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "icon\u240d"))


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

    def output_paths(self, term: Term) -> OutputPaths:
        """Where the outputs of one term are published together."""
        return OutputPaths(self.processed(term), self.reports(term))

    def forms(self, term: Term) -> Path:
        """The blank workbooks of one term, ready to send."""
        return self.reports(term) / "forms"


@dataclass(frozen=True)
class RollUpWorkspace(Workspace):
    """The same folders, where what several offices handed in is published, each edition as a set of its own."""

    edition: str = "shareable"

    @property
    def handed_in(self) -> Path:
        """The lists that offices handed in, where no other folder is named."""
        return self.root / "data" / "raw" / ROLL_UP

    @property
    def row_cache(self) -> Path:
        """What was read of lists that offices handed in."""
        return self.root / "data" / "processed" / ROLL_UP / ".cache"

    def processed(self, term: Term) -> Path:
        """The tables of one term over all offices."""
        return self.root / "data" / "processed" / ROLL_UP / term.folder / self.edition

    def reports(self, term: Term) -> Path:
        """What is published of one term over all offices."""
        return self.root / "reports" / ROLL_UP / term.folder


def place_in(folder: Path, name: str) -> Path:
    """The place of one file of a folder, by a name that was made of an id; on any system it stands in that folder.

    Declarations refuse such ids by file and line; this holds for whatever comes another way.

    Raises
    ------
    RunError
        When the name leads elsewhere, or is none.
    """
    if not name.strip(". ") or any(sign in _LEADING_ELSEWHERE or ord(sign) < 32 for sign in name):
        raise RunError("no_file_name", name=name, folder=folder)
    return folder / name


def files_below(folder: Path) -> list[tuple[str, Path]]:
    """The plain files in one folder and those in it, by their name there (with `/`), in order.

    What systems and office programs keep there, links, pipes and devices are left out: none is what somebody sent.
    """
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            is_kept = not name.startswith((".", "~$")) and name.casefold() not in OF_SYSTEMS
            if is_kept and path.is_file() and not path.is_symlink():
                found.append((path.relative_to(folder).as_posix(), path))
    return sorted(found)


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
    raise UsageError("no_workspace_here", folder=here)


def named_workspace(root: str | Path | None) -> Workspace:
    """The workspace at the folder that was named; without a name, the one that holds the current folder.

    Raises
    ------
    UsageError
        When there is none.
    """
    return workspace_at(Path(root)) if root else find_workspace()


def workspace_at(root: Path) -> Workspace:
    """The workspace at one folder, as it was named.

    Raises
    ------
    UsageError
        When the folder does not exist or holds no declarations.
    """
    found = Workspace(root.resolve())
    if not root.is_dir():
        raise UsageError("root_missing", root=root)
    if not any(found.reference.rglob("*.csv")) and not any(found.reference.rglob("*.yml")):
        raise UsageError("root_no_workspace", root=root)
    return found


def sweep_workspace(workspace: Workspace) -> None:
    """Take away what writers that were killed left beside their files, anywhere in the folders of one office."""
    for name in ("data/reference", "data/raw", "data/processed", "reports"):
        for folder, _, _ in os.walk(workspace.root / name):
            sweep_left_overs(Path(folder))


def write_table(workspace: Workspace, term: Term, name: str, frame: pd.DataFrame) -> Path:
    """Write one declared table of one term as Parquet, after its contract was checked.

    In a run it goes to the stage of the run, which is nobody's but this run's until all of it is published;
    outside of one, the term no longer counts as a finished run.
    """
    output_paths = workspace.output_paths(term)
    stage = active_stage(output_paths)
    if stage is not None:
        return write_staged(stage, name, frame)
    for mark in (MANIFEST, LOOSE):
        output_paths.place(mark).unlink(missing_ok=True)
    path = output_paths.tables / f"{name}.parquet"
    with atomic_write(path) as beside:
        _write_parquet(beside, name, frame)
    return path


def write_staged(stage: Path, name: str, frame: pd.DataFrame) -> Path:
    """Write one declared table into a stage, after its contract was checked; `publish` has the disk hold it."""
    path = stage / f"{name}.parquet"
    _write_parquet(path, name, frame)
    return path


def _write_parquet(path: Path, name: str, frame: pd.DataFrame) -> None:
    from pyarrow import parquet

    from termreview.storage.contracts import to_arrow

    # No statistics: a term is one group of rows, which nobody skips by its lowest and highest.
    parquet.write_table(to_arrow(name, frame), path, write_statistics=False)


def read_table(workspace: Workspace, term: Term, name: str) -> pd.DataFrame:
    """Read one declared table of one term and check its contract; see `read_tables`."""
    return read_tables(workspace, term, (name,))[name]


def read_if_there(workspace: Workspace, term: Term | None, name: str) -> pd.DataFrame | None:
    """Read one declared table of one term, such as the term before; None for no term, or one without tables."""
    return None if term is None or not has_tables(workspace, term) else read_table(workspace, term, name)


def read_tables(workspace: Workspace, term: Term, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Read some declared tables of one term, all of one and the same run, and check their contracts.

    Raises
    ------
    UsageError
        When a table was not written yet; the message names the step that writes it.
    ContractError
        When a file does not keep its contract, or is not the one that the finished run wrote.
    """
    found = _contents(workspace, term, names)
    return {name: _table(workspace, term, name, content) for name, content in found.items()}


def tables_sha256(workspace: Workspace, term: Term, names: Sequence[str]) -> str:
    """The hash of some tables of one term as they stand; a table that is not there counts, too."""
    contents = _contents(workspace, term, names).values()
    return sha256_of("\n".join("" if one is None else sha256_of(one) for one in contents).encode())


def _contents(workspace: Workspace, term: Term, names: Sequence[str]) -> dict[str, bytes | None]:
    output_paths = workspace.output_paths(term)
    stage = active_stage(output_paths)
    files = [f"{name}.parquet" for name in names]
    found = read_published(output_paths, files) if stage is None else read_staged(stage, files)
    return dict(zip(names, found.values(), strict=True))


def _table(workspace: Workspace, term: Term, name: str, content: bytes | None) -> pd.DataFrame:
    if content is None:
        raise UsageError("table_not_made", table=name, term=term.term_id)
    import pyarrow.parquet as parquet  # only now: it takes longer to load than all that runs without tables

    from termreview.storage.contracts import shaped

    path = workspace.output_paths(term).place(f"{name}.parquet")
    try:
        # The file as it is: pandas looks at it as a set of files, by several threads, which takes thrice the time.
        frame = parquet.ParquetFile(io.BytesIO(content)).read(use_threads=False).to_pandas()
        return shaped(name, frame)
    except ContractError as error:
        faults = error.text.values["faults"]
        raise ContractError("table_broken", table=name, path=path, faults=faults) from error
    except (OSError, ValueError) as error:
        fault = CodedText("no_parquet", why=error)
        raise ContractError("table_broken", table=name, path=path, faults=fault) from error


def has_tables(workspace: Workspace, term: Term) -> bool:
    """Say whether one term was scored already."""
    return is_published(workspace.output_paths(term), "scores.parquet")
