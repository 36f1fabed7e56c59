"""The command `export`: an analyst's own notebook as a page, a Word file and a PDF."""

from __future__ import annotations

import argparse

from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace


def export(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Execute the notebook and name what was written."""
    from termreview.run.exporting import KINDS, export_notebook

    kinds = tuple(options.kind or KINDS)
    written = export_notebook(options.notebook, workspace, reference, kinds)
    print(f"Đã chạy sổ {options.notebook.name} và ghi:")
    for path in written:
        print(f"  {path}")
    if "pdf" in kinds and not any(path.suffix == ".pdf" for path in written):
        print("Không có PDF: máy này không có Chrome, Chromium hay Edge; mở trang HTML rồi in ra PDF.")
