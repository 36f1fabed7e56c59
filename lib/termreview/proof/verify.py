"""One verdict on a published report: the same when made again, or where it differs and what has changed."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from termreview.errors import TermReviewError
from termreview.proof.causes import Cause, changed_causes, later_files, roll_up_causes
from termreview.proof.document_places import numbered_lines
from termreview.proof.file_places import (
    is_too_large,
    read_file_places,
    school_page_places,
    with_stored_results,
)
from termreview.proof.rebuild import rebuilt_files, rebuilt_roll_up
from termreview.reference.declarations import Reference
from termreview.reporting.editions.scope import INTERNAL
from termreview.reporting.pages.difference import (
    CHANGED,
    UNSEEN,
    Difference,
    page_differences,
    part_differences,
    section_titles,
)
from termreview.reporting.pages.reading import Place
from termreview.reporting.records.issued import list_issues
from termreview.reporting.records.page_record import RECORD, SEAL, read_record, seal_of, without_record
from termreview.reporting.records.published import ANNEX_FILE, FLAT_FILE, FLAT_INDEX, SLIP_FILE
from termreview.rollup.publishing import published_hashes as merged_hashes
from termreview.rollup.roll_up import ROLL_UP
from termreview.run.manifest import RECORDS
from termreview.storage.atomic_files import read_json, sha256_of
from termreview.storage.output_paths import MANIFEST, SCHOOL_FOLDER
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term

PAGE, DOCUMENT, ANNEX, FLAT, SLIP, SCHOOL = "page", "document", "annex", "flat", "slip", "school"
# The files beside a page by the end of their name; a list of another name may be anything.
_ENDS: Final = {
    f"-{SLIP_FILE}.docx": SLIP, f"-{SLIP_FILE}.html": SLIP, f"-{FLAT_FILE}.csv": FLAT, f"-{ANNEX_FILE}.xlsx": ANNEX,
    ".xlsx": ANNEX, ".docx": DOCUMENT,
}  # fmt: skip

# A list in several files: its own name, or that of a part or of the index.
_PART: Final = re.compile(rf"-{FLAT_FILE}(-\d+(-[^.]+)?|-{FLAT_INDEX})?\.csv$")
IDENTICAL, DIFFERS, UNVERIFIABLE = "identical", "differs", "unverifiable"
INTACT, EDITED, UNKNOWN = "intact", "edited", "unknown"


@dataclass(frozen=True)
class Target:
    """One file to be proved: its kind, and the record of its report; None where no page tells it."""

    path: Path
    kind: str
    record: Mapping[str, Any] | None

    def is_made_as(self, name: str) -> bool:
        """Whether one file that was made again, by its name below the term's reports, is this one's counterpart."""
        if self.kind == SCHOOL:
            return name == f"{SCHOOL_FOLDER}/{self.path.name}"
        end = _end_of(name)
        is_kind = _ENDS.get(end, PAGE) == self.kind
        is_part = self.kind != FLAT or _part_of(name) == _part_of(self.path.name)
        return "/" not in name and is_kind and is_part and Path(name).suffix == self.path.suffix


def find_target(path: Path) -> Target:
    """Say what one file is. A document, workbook or list has its record in the page beside it, a school's page in its term's.

    Raises
    ------
    OSError
        When a page cannot be read.
    """
    end = _end_of(path.name)
    if end:
        start = _PART.sub("", path.name) if _PART.search(path.name) else path.name.removesuffix(end)
        page = path.with_name(f"{start}.html")
        return Target(path, _ENDS[end], read_record(page) if page.is_file() else None)
    record = read_record(path)
    if record is None and path.parent.name == SCHOOL_FOLDER:
        told = (read_record(page) for page in sorted(path.parent.parent.glob("*.html")))
        whole = (each for each in told if each and not each["unit"] and not each["level"])
        return Target(path, SCHOOL, next((each for each in whole if each["edition"] == INTERNAL), None))
    return Target(path, PAGE, record)


def _end_of(name: str) -> str:
    """The end by which one file is known; that of the list for each of its parts and their index; blank for others."""
    if _PART.search(name):
        return f"-{FLAT_FILE}.csv"
    return next((end for end in _ENDS if name.endswith(end)), "")


def _part_of(name: str) -> str:
    """Which file of a list it is: what stands behind the name of the report."""
    found = _PART.search(name)
    return found[0] if found else ""


def published_hashes(workspace: Workspace, target: Target) -> dict[Path, str]:
    """The hash of every file of the target's term as it was published or handed out, by where it stands."""
    if target.record is None:
        return {}
    term = parse_term(target.record["term_id"])
    records = [read_json(workspace.output_paths(term).place(MANIFEST))]
    records += [read_json(path) for path in sorted((workspace.processed(term) / RECORDS).glob("*.json"))]
    records += [{"reports": merged_hashes(workspace, term)}]
    found = {
        (workspace.root / name).resolve(): str(sha256)
        for record in records
        for name, sha256 in dict((record or {}).get("reports", {})).items()
    }
    for issue in list_issues(workspace, term):
        found |= {
            (issue.folder / name).resolve(): str(sha256) for name, sha256 in issue.record["reports"].items()
        }
    return found


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
    seal
        Whether the file is as it was published: `intact`, `edited`, or `unknown` where nothing tells.
    is_resaved
        Whether a document or workbook was only saved anew: every word, figure and formula that is read is as made.
    later
        By term that the report compares with, how many files came after those that it was made from.
    """

    state: str
    edited: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    differences: tuple[Difference, ...] = ()
    reason: tuple[str, str] = ("", "")
    record: Mapping[str, Any] | None = None
    seal: str = UNKNOWN
    is_resaved: bool = False
    later: Mapping[str, int] = field(default_factory=dict)

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
    if is_too_large(path):
        return Verdict(UNVERIFIABLE, reason=("too_large", path.name))
    target = find_target(path)
    record = target.record
    terms = [plan.term for plan in reference.calendar.plans]
    if record is None:
        reason = "not_a_report" if target.kind == PAGE else "no_page"
        if any(path.resolve().is_relative_to(workspace.raw(term).resolve()) for term in terms):
            reason = "received"
        return Verdict(UNVERIFIABLE, reason=(reason, path.name))
    is_merged = record["kind"] == ROLL_UP
    known = (
        {told["term_id"] for told in record["origin"]["inputs"]}
        if is_merged
        else {term.term_id for term in terms}
    )
    unknown = [told["term_id"] for told in record["origin"]["inputs"] if told["term_id"] not in known]
    if unknown or not record["origin"]["inputs"]:
        return Verdict(UNVERIFIABLE, reason=("unknown_term", ", ".join(unknown)), record=record)
    own_term = {record["term_id"], record["origin"]["inputs"][-1]["term_id"]}
    if own_term != {record["step"]["parameters"].get("term_id")}:  # somebody wrote into the record
        return Verdict(UNVERIFIABLE, reason=("not_a_report", path.name), record=record)
    content, places = path.read_bytes(), reference.provenance["places"]
    edited = edited_sections(_text(content), record, places) if target.kind == PAGE else ()
    page_seal = UNKNOWN if target.kind != PAGE else EDITED if edited else INTACT
    try:
        compare = roll_up_causes if is_merged else changed_causes
        causes = tuple(compare(workspace, reference, record))
    except (KeyError, TypeError, ValueError, AttributeError):  # somebody wrote into the record
        return Verdict(
            UNVERIFIABLE, edited, reason=("not_a_report", path.name), record=record, seal=page_seal
        )
    try:
        if is_merged:
            made = rebuilt_roll_up(workspace, reference, record)
        else:
            made = rebuilt_files(workspace, reference, record, progress, target.kind == SCHOOL)
    except (TermReviewError, OSError) as error:
        return Verdict(
            UNVERIFIABLE, edited, causes, reason=("failed", str(error)), record=record, seal=page_seal
        )
    again = next((made[name] for name in made if target.is_made_as(name)), b"")
    if target.kind == PAGE:
        page, other = _text(content), _text(again)
        is_same, seal = page == other, page_seal
        differences = [] if is_same else page_differences(page, other, places)
    else:
        # The page of a school is text, whose line ends may have changed on the way.
        is_same = _text(content) == _text(again) if path.suffix == ".html" else content == again
        differences = [] if is_same else file_differences(content, again, path.suffix, places)
        seal = _seal_of(workspace, target, content, causes)
        if seal == EDITED and not causes:  # so every difference is an edit
            seen = [each.section for each in differences if each.kind != UNSEEN]
            edited = tuple(dict.fromkeys(seen))
    later = {} if is_merged else later_files(workspace, record)
    if is_same:
        return Verdict(IDENTICAL, record=record, seal=INTACT, later=later)
    is_file = target.kind in (DOCUMENT, ANNEX, FLAT, SLIP)
    is_resaved = is_file and not causes and all(each.kind == UNSEEN for each in differences)
    return Verdict(
        DIFFERS,
        edited,
        causes,
        tuple(differences),
        record=record,
        seal=seal,
        is_resaved=is_resaved,
        later=later,
    )


def _seal_of(workspace: Workspace, target: Target, content: bytes, causes: Sequence[Cause]) -> str:
    """Whether a file that carries no seal is as it was published: by the hashes that a run, or an issue, noted."""
    hashes = published_hashes(workspace, target)
    if sha256_of(content) in hashes.values():
        return INTACT
    is_known = target.path.resolve() in hashes
    return EDITED if is_known or not causes else UNKNOWN


def _text(content: bytes) -> str:
    """One page as text, with the line ends that it was written with: mail and archives change them."""
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def file_differences(content: bytes, again: bytes, suffix: str, words: Mapping[str, Any]) -> list[Difference]:
    """Name every place in which a document, a workbook or the page of a school differs from the one made again."""
    if content == again:
        return []
    if suffix == ".html":
        found, expected = (school_page_places(_text(each)) for each in (content, again))
    else:
        found, expected = {}, _read_back(again, suffix)
        with suppress(Exception):  # whatever a damaged file leads to: it holds nothing of what it should
            found = _read_back(content, suffix)
    if suffix == ".xlsx":
        found = {name: with_stored_results(own, expected.get(name, ())) for name, own in found.items()}
    opening = str(words["lead"])  # what stands before the first heading
    here, there = ({name or opening: own for name, own in each.items()} for each in (found, expected))
    differences = part_differences(here, there, words)
    if suffix == ".docx" and all(each.kind == UNSEEN for each in differences):
        return _renumbered(content, again, words) or differences
    return differences


def _renumbered(content: bytes, again: bytes, words: Mapping[str, Any]) -> list[Difference]:
    """The captions whose numbers alone differ: where nothing was added, none of them moves by itself."""
    lines, expected = (_numbered(each) for each in (content, again))
    return (
        [
            Difference("", str(words["document"]), str(words["caption"]), found, made, CHANGED)
            for found, made in zip(lines, expected, strict=True)
            if found != made
        ]
        if len(lines) == len(expected)
        else []
    )


def _numbered(content: bytes) -> list[str]:
    with _on_disk(content, ".docx") as path:
        return numbered_lines(path)


def _read_back(content: bytes, suffix: str) -> dict[str, list[Place]]:
    with _on_disk(content, suffix) as path:
        return read_file_places(path)


@contextmanager
def _on_disk(content: bytes, suffix: str) -> Iterator[Path]:
    """One content as a file, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="termreview-verify-") as folder:
        path = Path(folder) / f"read{suffix}"
        path.write_bytes(content)
        yield path


def edited_sections(page: str, record: Mapping[str, Any], places: Mapping[str, Any]) -> tuple[str, ...]:
    """The sections of one page that are not what its seal says, by their titles, each once."""
    bare = without_record(page)
    sealed, found = dict(record[SEAL]), dict(seal_of(bare, record))
    titles = section_titles(bare, places) | {RECORD: str(places[RECORD])}
    names = [*found, *(name for name in sealed if name not in found)]
    return tuple(titles.get(name, name) for name in names if sealed.get(name) != found.get(name))
