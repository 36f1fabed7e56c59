"""One export of an unknown layout mapped from the desk: looked at, tried out in memory, kept once somebody confirms it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from termreview.desk.decision_drafts import PERSONAL
from termreview.desk.lists.list_lines import PATIENCE_S, patiently_held
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import say
from termreview.reference.declarations import load_reference
from termreview.reference.kinds.sources import BY_FILE, FILLED, IS, UNSAID, Condition, ExportLayout
from termreview.sources.counting import LAYOUT_UNKNOWN, Counted
from termreview.sources.facts import FOLDER, READ, export_path, try_export
from termreview.sources.proposal import (
    SeenExport,
    can_be_drafted,
    confirm_layout,
    look_at_export,
    plain_id,
    proposed_layout,
    write_layout,
)
from termreview.text import clean, day_text

_NEW = "moi"


@dataclass(frozen=True)
class Proposal:
    """One export that has no layout yet: its hash and place, what was seen of it, and the layout that it seems to have.

    `layout` is None where nothing of it may be declared: then `seen` says why, or every head tells of a person.
    """

    sha256: str
    path: Path
    seen: SeenExport
    layout: ExportLayout | None


@dataclass(frozen=True)
class Tried:
    """What one layout would make of one export: the count, and the state that the file would have in a run, with its reason."""

    layout: ExportLayout
    counted: Counted
    state: str
    reason: str

    @property
    def is_good(self) -> bool:
        """Whether the layout counts anything of the term."""
        return self.state == READ and self.counted.rows_counted > 0 and bool(self.counted.values)


def unknown_exports(now: TermNow) -> list[str]:
    """The hashes of the exports that no layout is declared for and that still lie there, in the order of the list."""
    if now.exports is None:
        return []
    files = now.exports.files
    return list(files.loc[(files["reason_code"] == LAYOUT_UNKNOWN) & ~files["is_purged"], "sha256"])


def propose(now: TermNow, sha256: str) -> Proposal | None:
    """Look at one export and propose its layout; None where the file is gone."""
    path = export_path(now.workspace.raw(now.opened.term) / FOLDER, sha256)
    if path is None:
        return None
    seen = look_at_export(path)
    layout = proposed_layout(seen, _NEW, "") if can_be_drafted(seen) else None
    return Proposal(sha256, path, seen, layout and replace(layout, system="", facts=(), is_draft=False))


def conditions_of(proposal: Proposal) -> dict[str, Condition]:
    """What may be asked of a row for it to count, by its words: a column that is filled, or that says one of few words."""
    assert proposal.layout is not None
    heads = {column.heads[0]: name for name, column in proposal.layout.columns.items()}
    found: dict[str, Condition] = {}
    for column in proposal.seen.columns:
        head = " ".join(column.head.split())
        if head in heads:
            found[head] = Condition(heads[head], FILLED)
            if column.kind == "words":
                found |= {
                    f"{head} = {value}": Condition(heads[head], IS, (value,)) for value in column.examples
                }
    return found


def completed(layout: ExportLayout, taken: Sequence[str]) -> ExportLayout:
    """One layout as it is declared: with an id of its own, known by the columns that it reads and some beside them."""
    asked = [layout.row_key, layout.identity, layout.period_end, *(column for _, column in layout.schools)]
    for fact in layout.facts:
        asked += [fact.column_id, *(condition.column_id for condition in fact.conditions)]
    required = tuple(dict.fromkeys([*filter(None, asked), *layout.required]))
    base = plain_id(f"{layout.system} {layout.title}")
    source_id = next(
        name
        for number in range(1, len(taken) + 2)
        if (name := f"{base}_{number}" if number > 1 else base) not in taken
    )
    ways = [way for way in layout.schools if way[0] != BY_FILE]
    return replace(layout, source_id=source_id, required=required, schools=(*ways, (BY_FILE, "")))


def faults_of_layout(now: TermNow, layout: ExportLayout, author: str) -> list[str]:
    """What still speaks against keeping one layout, in words for the analyst."""
    wanted = {"system": layout.system.replace(UNSAID, ""), "title": layout.title, "facts": layout.facts}
    faults = [say(now.reference, f"mapping_faults.{name}") for name, value in wanted.items() if not value]
    if not clean(author):
        faults.append(say(now.reference, "draft_faults.nobody"))
    elif PERSONAL.search(author):
        faults.append(say(now.reference, "draft_faults.personal"))
    return faults


def layout_ids(now: TermNow) -> list[str]:
    """The ids of all layouts that are declared, drafts too."""
    return sorted(path.stem for path in (now.workspace.reference / FOLDER).glob("*.yml"))


def try_out(now: TermNow, proposal: Proposal, layout: ExportLayout) -> Tried:
    """What one layout would make of one export; nothing is written."""
    return Tried(layout, *try_export(proposal.path, now.reference, now.declared, layout))


def try_drafts(now: TermNow, proposal: Proposal) -> Tried | None:
    """The declared draft that knows one export, and what it would make of it; None where none does."""
    for draft in now.reference.sources.drafts:
        tried = try_out(now, proposal, replace(draft, is_draft=False))
        if tried.counted.source_id == draft.source_id:
            return tried
    return None


def confirm_draft(now: TermNow, tried: Tried, author: str, day: datetime.date) -> bool:
    """Put one draft in force as it is declared; False where others have changed the declarations meanwhile.

    Raises
    ------
    DeclarationError
        When what others wrote is not valid; nothing is written.
    WorkspaceBusyError
        When a run holds the workspace too long; nothing is written.
    """
    note = say(now.reference, "mapping.confirmed_note", author=clean(author), day=day_text(day))
    with _if_unchanged(now, "confirm a layout") as is_unchanged:
        if is_unchanged:
            confirm_layout(now.workspace.reference, tried.layout.source_id, note)
    return is_unchanged


def keep_layout(now: TermNow, tried: Tried, author: str, day: datetime.date) -> bool:
    """Write one layout that was tried out among the declarations, under the conditions of `confirm_draft`."""
    rows = tried.counted.rows
    note = say(now.reference, "mapping.note", author=clean(author), day=day_text(day), rows=rows)
    with _if_unchanged(now, "keep a layout") as is_unchanged:
        if is_unchanged:
            write_layout(now.workspace.reference, tried.layout, note)
    return is_unchanged


@contextmanager
def _if_unchanged(now: TermNow, why: str) -> Iterator[bool]:
    """Hold the declarations; whether their sources are still those that the desk shows."""
    with patiently_held(now.workspace.root, why, PATIENCE_S):
        yield load_reference(now.workspace.reference).sources == now.reference.sources
