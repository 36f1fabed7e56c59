"""The command `inspect`: each file by itself, told to people or as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from termreview.cli.options import workspace_of
from termreview.errors import ContractError, TermReviewError
from termreview.reference.declarations import Reference, load_reference
from termreview.storage.workspace import find_workspace


def inspect(options: argparse.Namespace) -> int:
    """Look at each file; 0 when a run would take them all in, as far as they tell by themselves, otherwise 6."""
    from termreview.intake.inspection import filed_under, inspect_files
    from termreview.intake.inspection_text import inspection_lines

    workspace, reference = None, None
    try:
        workspace = workspace_of(options)
        reference = load_reference(workspace.reference)
    except TermReviewError:  # outside of an office's folders: what a file shows by itself
        pass
    words = reference or _texts_at_home()
    inspected = []
    for path in options.files:
        filed = None
        if workspace is not None and reference is not None:
            folders = {plan.term.term_id: workspace.raw(plan.term) for plan in reference.calendar.plans}
            filed = filed_under(path, folders, reference)
        inspected += inspect_files(path, reference, words, filed)
    if options.json:
        print(json.dumps([vars(entry) for entry in inspected], ensure_ascii=False, indent=2))
    for entry in () if options.json else inspected:
        print("\n".join(inspection_lines(entry, words.labels if words else {})))
    return 0 if all(entry.is_taken for entry in inspected) else ContractError.exit_code


def _texts_at_home() -> Reference | None:
    """The declarations that lie beside this program: outside of an office's folders they lend their words."""
    try:
        return load_reference(find_workspace(Path(__file__).parent).reference)
    except TermReviewError:
        return None
