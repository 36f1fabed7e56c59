"""The commands of an office's own year: `new-office`, `new-year`, `clean`; each prints what was done and what comes next."""

from __future__ import annotations

import argparse

from termreview.office.cleaning import clean
from termreview.office.new_office import new_office
from termreview.office.new_year import new_year
from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace


def begin_office(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Write the workbook that a new office fills in, or its declarations from the one that it filled in."""
    print(new_office(options.folder, workspace_root=str(workspace.root)))


def begin_year(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Add the next school year."""
    print(
        new_year(
            options.year, letter_number=options.letter, letter_on=options.letter_on, letter_title=options.letter_title,
            workspace_root=str(workspace.root),
        )
    )  # fmt: skip


def take_away(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Take away what runs made."""
    print(clean(is_listed_only=options.list, workspace_root=str(workspace.root)))
