"""One file to be proved: what it is of a report, and the page beside it whose record says how the report was made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from termreview.reporting.editions.scope import INTERNAL
from termreview.reporting.records.issued import list_issues
from termreview.reporting.records.page_record import read_record
from termreview.reporting.records.published import ANNEX_FILE, FLAT_FILE, FLAT_INDEX, SLIP_FILE
from termreview.rollup.publishing import published_hashes as merged_hashes
from termreview.run.manifest import RECORDS
from termreview.storage.atomic_files import read_json
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
