"""One term's place for what is published: tables and notebooks in one folder, pages in another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGES = "reports/"
SCHOOL_FOLDER = "schools"  # below the pages of a term: one file per school, by its code
TRIAL_FOLDER = "schools-nhap"  # beside it: the same of a notebook that was run by hand
MANIFEST, LOOSE = "manifest.json", "loose.json"
SWITCH, RUNS = "publish.json", ".runs"


@dataclass(frozen=True)
class OutputPaths:
    """Where the outputs of one term are published: tables and notebooks below `tables`, pages below `pages`."""

    tables: Path
    pages: Path

    @property
    def runs(self) -> Path:
        """The stage folders and the switch."""
        return self.tables / RUNS

    @property
    def switch(self) -> Path:
        """The file that makes a staged set the one that counts."""
        return self.runs / SWITCH

    def place(self, name: str) -> Path:
        """Where one staged file is published; names that start with `reports/` are pages."""
        return self.pages / name.removeprefix(PAGES) if name.startswith(PAGES) else self.tables / name
