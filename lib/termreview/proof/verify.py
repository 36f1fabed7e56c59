"""One verdict on a published report: the same when made again, or where it differs and what has changed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termreview.errors import TermReviewError
from termreview.proof.causes import Cause, changed_causes
from termreview.proof.file_places import read_file_places
from termreview.proof.rebuild import rebuilt_files
from termreview.proof.target import PAGE, SCHOOL, find_target
from termreview.reference.declarations import Reference
from termreview.reporting.page_difference import (
    Difference,
    page_differences,
    part_differences,
    section_titles,
)
from termreview.reporting.page_record import RECORD, SEAL, seal_of, without_record
from termreview.workspace import Workspace

IDENTICAL, DIFFERS, UNVERIFIABLE = "identical", "differs", "unverifiable"


@dataclass(frozen=True)
class Verdict:
    """What came of proving one report.

    Attributes
    ----------
    state
        `identical`, `differs`, or `unverifiable` with a `reason` (a key of the section `refusals`, and a detail).
    edited
        The sections that were changed after the report was published, by their titles.
    causes
        What has changed of all that the report was made from.
    differences
        Where the report differs from the one made again.
    """

    state: str
    edited: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    differences: tuple[Difference, ...] = ()
    reason: tuple[str, str] = ("", "")
    record: Mapping[str, Any] | None = None

    @property
    def is_same_content(self) -> bool:
        """Whether nothing but the words on its origin, at the foot of the page, differs."""
        return not self.edited and all(each.anchor == "foot" for each in self.differences)


def verify_report(
    workspace: Workspace, reference: Reference, path: Path, progress: Callable[[str], None] = lambda _: None
) -> Verdict:
    """Make one published file again from what its report was made from, and compare the two.

    A page carries its record; a Word document and a workbook are proved by that of the page beside them, the page
    of a school by that of its term's report.
    """
    if not path.is_file():
        return Verdict(UNVERIFIABLE, reason=("not_found", path.name))
    target = find_target(path)
    record = target.record
    if record is None:
        reason = "not_a_report" if target.kind == PAGE else "no_page"
        return Verdict(UNVERIFIABLE, reason=(reason, path.name))
    known = {plan.term.term_id for plan in reference.calendar.plans}
    unknown = [told["term_id"] for told in record["origin"]["inputs"] if told["term_id"] not in known]
    if unknown or not record["origin"]["inputs"]:
        return Verdict(UNVERIFIABLE, reason=("unknown_term", ", ".join(unknown)), record=record)
    content, places = path.read_bytes(), reference.provenance["places"]
    edited = edited_sections(_text(content), record, places) if target.kind == PAGE else ()
    try:
        causes = tuple(changed_causes(workspace, reference, record))
    except (KeyError, TypeError, ValueError, AttributeError):  # somebody wrote into the record
        return Verdict(UNVERIFIABLE, edited, reason=("not_a_report", path.name), record=record)
    try:
        made = rebuilt_files(workspace, reference, record, progress, is_of_schools=target.kind == SCHOOL)
    except (TermReviewError, OSError) as error:
        return Verdict(UNVERIFIABLE, edited, causes, reason=("failed", str(error)), record=record)
    again = next((made[name] for name in made if target.is_made_as(name)), b"")
    if target.kind in (PAGE, SCHOOL):
        page, other = _text(content), _text(again)
        differences = page_differences(page, other, places) if page != other else []
        is_same = page == other
    else:
        differences = file_differences(content, again, path.suffix, places)
        is_same = content == again
    if is_same:
        return Verdict(IDENTICAL, record=record)
    return Verdict(DIFFERS, edited, causes, tuple(differences), record=record)


def _text(content: bytes) -> str:
    """One page as text, with the line ends that it was written with: mail and archives change them."""
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def file_differences(content: bytes, again: bytes, suffix: str, words: Mapping[str, Any]) -> list[Difference]:
    """Name every place in which a Word document or a workbook differs from the one made again."""
    if content == again:
        return []
    with tempfile.TemporaryDirectory(prefix="termreview-verify-") as folder:
        read = []
        for name, written in (("found", content), ("expected", again)):
            path = Path(folder) / f"{name}{suffix}"
            path.write_bytes(written)
            read.append(read_file_places(path))
    found, expected = read
    return part_differences(found, expected, words)


def edited_sections(page: str, record: Mapping[str, Any], places: Mapping[str, Any]) -> tuple[str, ...]:
    """The sections of one page that are not what its seal says, by their titles, each once."""
    bare = without_record(page)
    sealed, found = dict(record[SEAL]), dict(seal_of(bare, record))
    titles = section_titles(bare, places) | {RECORD: str(places[RECORD])}
    names = [*found, *(name for name in sealed if name not in found)]
    return tuple(titles.get(name, name) for name in names if sealed.get(name) != found.get(name))
