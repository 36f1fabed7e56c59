"""One piece of office work done from the desk: files returned, schools reminded, the report made and issued.

The same calls as those of the commands `return`, `status --xlsx`, `letters`, `run` and `issue`. Each is imported when it is
asked for: what writes workbooks, letters and reports takes a third of a second, which the first view of the desk spares.
"""

from __future__ import annotations

import datetime
import io
import tempfile
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from termreview.desk.exports import KINDS, Download, file_name
from termreview.desk.term.term_now import TermNow
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.editions.scope import EDITIONS

if TYPE_CHECKING:
    from termreview.returns.letters import Letter
    from termreview.run.issuing import Issued
    from termreview.run.runner import RunResult

__all__ = ["EDITIONS", "file_links", "issue", "make_report", "packed", "received_file", "reminder_file", "return_files", "write_letters"]  # fmt: skip
MOST_BYTES = 24_000_000  # of what a link holds


@dataclass(frozen=True)
class Returned:
    """The files that went back: where they lie, those of the schools asked for, and the schools with nothing to mend."""

    folder: Path
    paths: tuple[Path, ...]
    settled: tuple[str, ...]


def return_files(now: TermNow, school_ids: Collection[str] = ()) -> Returned:
    """Write the marked file of each school that has something to mend or explain; of all schools that sent one, or of some."""
    from termreview.returns.returned import plan_returns
    from termreview.returns.workbook import write_returns

    files, term = list(now.files), now.opened.term
    planned = [
        entry
        for entry in plan_returns(files, now.cleaned, now.reference, term, now.previous)
        if not school_ids or entry.school.unit_id in school_ids
    ]
    folder = now.workspace.reports(term) / "returns"
    written = write_returns(folder, planned, now.cleaned.observations, now.reference, term)
    settled = tuple(entry.school.unit_id for entry in planned if entry.school.unit_id not in written)
    return Returned(folder, tuple(entry.path for entry in written.values()), settled)


def reminder_file(now: TermNow, day: datetime.date) -> tuple[Download, int]:
    """The reminder list of one day as a workbook, and how many schools stand in it."""
    from termreview.run.reminding import reminding_on

    term = now.opened.term
    owing = reminding_on(day, now.files, now.cleaned, now.reference, term, now.previous)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        owing.write(path)
        content = path.read_bytes()
    name = file_name(f"danh-sach-nhac-{term.term_id}-{day.isoformat()}", "xlsx")
    return Download(name, "xlsx", content), len(owing.reminders)


def write_letters(
    now: TermNow, day: datetime.date, school_ids: Collection[str] = ()
) -> tuple[list[Path], list[Letter]]:
    """Write the letters of one day to all schools that get one, or to some: the files written, and the letters."""
    from termreview.run.reminding import letters_on, reminding_on, write_mail

    term, reference = now.opened.term, now.reference
    owing = reminding_on(day, now.files, now.cleaned, reference, term, now.previous)
    letters = letters_on(owing, now.workspace, now.cleaned.observations, now.previous, (), tuple(school_ids))
    return write_mail(now.workspace, letters, reference, term, day), letters


def received_file(now: TermNow, school_id: str) -> Download | None:
    """The file of one school that counts, as it came; None where none does."""
    own = now.reporting.set_index("school_id")["file"].dropna().get(school_id, "")
    found = next((file for file in now.files if file.name == own), None)
    if found is None or not found.path.is_file():
        return None
    kind = found.path.suffix.lstrip(".").lower()
    return Download(found.path.name, kind, found.path.read_bytes()) if kind in KINDS else None


def make_report(now: TermNow, day: datetime.date, tell: Callable[[str], None]) -> RunResult:
    """Make both editions of the report of the whole office; nothing is made where nothing has changed."""
    from termreview.run.runner import run_term

    return run_term(now.workspace, now.reference, now.opened.term, day, 0, tell, editions=EDITIONS)


def issue(now: TermNow, edition: str) -> Issued:
    """Keep the report as it was made as handed out."""
    from termreview.run.issuing import issue_report

    return issue_report(now.workspace, now.reference, now.opened.term, edition=edition)


def file_links(paths: Sequence[Path]) -> list[Block]:
    """A link for each file that was written, by which the browser saves it; what is too large is named with its place."""
    links = []
    for path in paths:
        kind = path.suffix.lstrip(".").lower()
        if path.stat().st_size > MOST_BYTES or kind not in KINDS:
            links.append(Block(f"<span>{escape_text(str(path))}</span>"))
        else:
            name = Download(file_name(path.stem, kind), kind, path.read_bytes())
            links.append(name.link(path.name))
    return links


def packed(name: str, paths: Sequence[Path]) -> Download | None:
    """Several files as one to take away; None where there are none, or they are too large for a link."""
    if not paths or sum(path.stat().st_size for path in paths) > MOST_BYTES:
        return None
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        top = paths[0].parent
        for path in paths:
            archive.write(path, path.relative_to(top) if path.is_relative_to(top) else path.name)
    return Download(file_name(name, "zip"), "zip", stream.getvalue())
