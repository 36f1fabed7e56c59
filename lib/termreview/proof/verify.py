"""One verdict on a published report: the same when made again, or where it differs and what has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termreview.errors import TermReviewError
from termreview.proof.causes import Cause, changed_causes
from termreview.proof.rebuild import rebuilt_files
from termreview.reference.declarations import Reference
from termreview.reporting.page_difference import Difference, page_differences, section_titles
from termreview.reporting.page_record import RECORD, SEAL, record_text, seal_of, without_record
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
    """Make one published page again from what it was made from, and compare the two."""
    if not path.is_file():
        return Verdict(UNVERIFIABLE, reason=("not_found", path.name))
    page = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    record = record_text(page)
    if record is None:
        return Verdict(UNVERIFIABLE, reason=("not_a_report", path.name))
    known = {plan.term.term_id for plan in reference.calendar.plans}
    unknown = [told["term_id"] for told in record["origin"]["inputs"] if told["term_id"] not in known]
    if unknown or not record["origin"]["inputs"]:
        return Verdict(UNVERIFIABLE, reason=("unknown_term", ", ".join(unknown)), record=record)
    places = reference.provenance["places"]
    edited = edited_sections(page, record, places)
    try:
        causes = tuple(changed_causes(workspace, reference, record))
    except (KeyError, TypeError, ValueError, AttributeError):  # somebody wrote into the record
        return Verdict(UNVERIFIABLE, edited, reason=("not_a_report", path.name), record=record)
    try:
        made = rebuilt_files(workspace, reference, record, progress)
    except (TermReviewError, OSError) as error:
        return Verdict(UNVERIFIABLE, edited, causes, reason=("failed", str(error)), record=record)
    again = next(content for name, content in made.items() if name.endswith(".html")).decode("utf-8")
    if page == again:
        return Verdict(IDENTICAL, record=record)
    return Verdict(DIFFERS, edited, causes, tuple(page_differences(page, again, places)), record=record)


def edited_sections(page: str, record: Mapping[str, Any], places: Mapping[str, Any]) -> tuple[str, ...]:
    """The sections of one page that are not what its seal says, by their titles, each once."""
    bare = without_record(page)
    sealed, found = dict(record[SEAL]), dict(seal_of(bare, record))
    titles = section_titles(bare, places) | {RECORD: str(places[RECORD])}
    names = [*found, *(name for name in sealed if name not in found)]
    return tuple(titles.get(name, name) for name in names if sealed.get(name) != found.get(name))
