"""One finding that waits: the school was asked and has to answer, or it is put aside; no ruling, and no figure hangs on it.

The list of a term lies in `data/worklist/`, beside the declarations and not among them: it makes no report older. What a
school sends anew has findings of its own, so that nothing waits for an answer that has come.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from pathlib import Path

from termreview.desk.lists.list_lines import PATIENCE_S, ListText, change_list, read_list_text
from termreview.storage.atomic_files import write_list
from termreview.storage.workspace import Workspace

ASKED, PARKED = "asked", "parked"
STATES = (ASKED, PARKED)
COLUMNS = ("finding_id", "state", "set_by", "set_on")


def waiting_path(workspace: Workspace, term_id: str) -> Path:
    """Where the list of one term lies."""
    return workspace.root / "data" / "worklist" / f"{term_id}.csv"


def waiting_in(workspace: Workspace, term_id: str) -> dict[str, str]:
    """The state of each finding that waits, by its id; one of an unknown state does not.

    Raises
    ------
    DeclarationError
        When the list cannot be read.
    """
    path = waiting_path(workspace, term_id)
    if not path.is_file():
        return {}
    rows = read_list_text(path).records()
    return {row.get("finding_id", ""): row["state"] for row in rows if row.get("state") in STATES}


def set_waiting(
    workspace: Workspace,
    term_id: str,
    finding_ids: Collection[str],
    state: str,
    set_by: str,
    set_on: datetime.date,
) -> None:
    """Have some findings wait in one state, or in none (blank): then they stand on the worklist again.

    Raises
    ------
    WorkspaceBusyError
        When a run holds the workspace too long; nothing is changed.
    """
    path, wanted = waiting_path(workspace, term_id), list(dict.fromkeys(finding_ids))
    if not path.is_file():
        write_list(path, COLUMNS, [])

    def changed(found: ListText) -> Sequence[str]:
        kept = [
            row
            for row, record in zip(found.rows, found.records(), strict=True)
            if record.get("finding_id") not in wanted
        ]
        values = {"state": state, "set_by": set_by, "set_on": set_on.isoformat()}
        return kept + [found.line({"finding_id": name, **values}) for name in wanted if state]

    change_list(workspace.root, path, changed, "put findings aside", PATIENCE_S)
