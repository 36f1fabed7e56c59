"""What runs made of one office's files, taken away: never what was received, issued, mended by hand, or is an analyst's own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from termreview.office.steps import Steps
from termreview.reference.declarations import load_reference
from termreview.storage.lock import held
from termreview.storage.publication import EDITED
from termreview.storage.workspace import Workspace, named_workspace

_YEAR = re.compile(r"\d{4}-\d{4}")
_ISSUED = "issued"
_INDEX = "index.html"


def made_files(workspace: Workspace) -> Iterator[Path]:
    """The files of one office that a run can make again, in order: tables, reports, forms, returns, letters.

    Only what lies below the folder of a school year is a run's; what an analyst wrote beside them stays.
    """
    reports = workspace.root / "reports"
    if (reports / _INDEX).is_file():
        yield reports / _INDEX
    for above in (workspace.root / "data" / "processed", reports):
        for year in sorted(above.iterdir()) if above.is_dir() else ():
            if _YEAR.fullmatch(year.name) and year.is_dir() and not year.is_symlink():
                yield from (path for path in sorted(year.rglob("*")) if _is_made(path, year))


def _is_made(path: Path, below: Path) -> bool:
    folders = path.relative_to(below).parts[:-1]
    is_kept = any(name.startswith(_ISSUED) for name in folders) or f".{EDITED}" in path.name
    return not is_kept and path.name != ".gitkeep" and (path.is_file() or path.is_symlink())


def clean(*, is_listed_only: bool = False, workspace_root: str = "") -> Steps:
    """Take away what runs made; a file that another program holds open is named and stays.

    Parameters
    ----------
    is_listed_only
        Only say how much would be taken away.
    workspace_root
        A folder of the workspace; blank for the one that holds the current folder.

    Raises
    ------
    WorkspaceBusyError
        When a run is at work in the workspace.
    """
    workspace = named_workspace(workspace_root)
    texts = load_reference(workspace.reference).office_texts["next_steps"]
    with held(workspace.root, "clean"):
        paths = list(made_files(workspace))
        size, left = 0, []
        for path in paths:
            bytes_ = path.lstat().st_size
            try:
                if not is_listed_only:
                    path.unlink()
                size += bytes_
            except OSError:  # open in Excel or Word, on Windows
                left.append(path)
        if not is_listed_only:
            _take_empty_folders(workspace)
    told = texts["clean_would" if is_listed_only else "clean"]
    done = told.format(count=len(paths) - len(left), size=f"{size / 1e6:.1f}".replace(".", ","))
    return Steps(
        done, tuple(texts["clean_left"].format(file=path.relative_to(workspace.root)) for path in left)
    )


def _take_empty_folders(workspace: Workspace) -> None:
    for above in (workspace.root / "data" / "processed", workspace.root / "reports"):
        for folder, _, _ in os.walk(above, topdown=False):
            path = Path(folder)
            if (
                path != above
                and _YEAR.fullmatch(path.relative_to(above).parts[0])
                and not any(path.iterdir())
            ):
                path.rmdir()
