"""One term whose form was changed after files had come: what they answer is no longer what the form asks."""

from __future__ import annotations

from termreview.errors import TermReviewError
from termreview.forms.layout import form_layout
from termreview.intake.places.locate import read_fingerprint
from termreview.reference.declarations import Reference
from termreview.spreadsheets.workbook import RefusedFile, read_workbook
from termreview.storage.workspace import Workspace, has_tables, read_table
from termreview.terms import Term

_LOOKED_INTO = 3  # files a school level: all of one level were sent out as one form


def files_of_former_form(workspace: Workspace, reference: Reference, term: Term) -> tuple[int, int]:
    """How many of the files looked into carry another form than the declared one, and how many were looked into.

    Only files that a finished run has accepted are opened, a few a school level.
    """
    if not has_tables(workspace, term):
        return 0, 0
    declared = reference.of(term)
    levels = {school.unit_id: school.level for school in declared.schools}
    versions: dict[str, str] = {}
    looked: dict[str, int] = {}
    changed = 0
    try:
        accepted = read_table(workspace, term, "submissions").query("fate == 'accepted'")
    except TermReviewError:  # tables of another version: the next run makes them again
        return 0, 0
    for name, school_id in zip(accepted["file"], accepted["school_id"], strict=True):
        level, path = levels.get(school_id, ""), workspace.raw(term) / str(name)
        if not level or looked.get(level, 0) >= _LOOKED_INTO or not path.is_file():
            continue
        try:
            marks = read_fingerprint(read_workbook(path))
        except (RefusedFile, OSError):
            continue
        if "layout" not in marks:
            continue
        if level not in versions:
            versions[level] = form_layout(declared.form, level, term.part).version
        looked[level] = looked.get(level, 0) + 1
        is_own = marks.get("term_id") == term.term_id and marks.get("level") == level
        changed += is_own and marks["layout"] != versions[level]
    return changed, sum(looked.values())
