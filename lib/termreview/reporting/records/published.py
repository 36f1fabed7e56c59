"""One published report found in its folder by the record that it carries, with the files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.records.issued import broken_issues, list_issues
from termreview.reporting.records.page_record import read_record
from termreview.storage.atomic_files import content_of
from termreview.storage.output_paths import SCHOOL_FOLDER
from termreview.storage.workspace import RollUpWorkspace, Workspace
from termreview.terms import Term

INDEX_FILE: Final = "index.html"
ANNEX_FILE: Final = "phu-luc"
FLAT_FILE: Final = "du-lieu"
FLAT_INDEX: Final = "muc-luc"  # of a list in several files
SLIP_FILE: Final = "phieu-trinh"


@dataclass(frozen=True)
class Published:
    """One published report: its record, its files as links from the index page; blank where there is none."""

    record: Mapping[str, Any]
    page: str
    document: str = ""
    annex: str = ""
    flat: str = ""
    slip: str = ""
    flat_parts: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def is_whole(self) -> bool:
        """Whether it speaks of every school of the office."""
        return not self.record["unit"] and not self.record["level"]


@dataclass(frozen=True)
class PublishedTerm:
    """One term with its published reports, that of the whole office first, and links to the pages of its schools.

    `merged` are those on what several offices handed in; `issued` those that were handed out, by number; `broken` those
    whose record cannot be read.
    """

    declared: TermReference
    reports: tuple[Published, ...]
    schools: Mapping[str, str]
    issued: Mapping[int, Published] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    merged: tuple[Published, ...] = ()


def index_path(workspace: Workspace) -> Path:
    """Where the index page of all reports stands."""
    return workspace.root / "reports" / INDEX_FILE


def published_terms(workspace: Workspace, reference: Reference) -> list[PublishedTerm]:
    """Every term of the calendar that has a published report, in the order of the calendar."""
    found = []
    for plan in reference.calendar.plans:
        declared = reference.of(plan.term)
        folder = workspace.reports(plan.term)
        reports = _published_in(workspace, folder, plan.term)
        merged = _published_in(workspace, RollUpWorkspace(workspace.root).reports(plan.term), plan.term)
        issued = {
            issue.number: _published(workspace, issue.reports[0], record)
            for issue in list_issues(workspace, plan.term)
            if issue.reports
            and issue.reports[0].is_file()
            and (record := read_record(issue.reports[0])) is not None
        }
        notices = reference.provenance["notices"]
        broken = tuple(
            issue.message(notices, workspace.root) for issue in broken_issues(workspace, plan.term)
        )
        if reports or issued or merged:
            reports.sort(key=lambda each: _place_of(declared, each))
            schools = folder / SCHOOL_FOLDER
            pages = {
                school.unit_id: _link(workspace, schools / f"{school.unit_id}.html")
                for school in declared.schools
            }
            found.append(
                PublishedTerm(
                    declared,
                    tuple(reports),
                    {school_id: link for school_id, link in pages.items() if link},
                    issued,
                    broken,
                    tuple(merged),
                )
            )
    return found


def _published_in(workspace: Workspace, folder: Path, term: Term) -> list[Published]:
    """The reports of one term in one folder, by name; a copy that somebody edited, kept beside its report, is none."""
    return [
        _published(workspace, path, record)
        for path in sorted(folder.glob("*.html"))
        if "." not in path.stem
        and (record := read_record(path)) is not None
        and record["term_id"] == term.term_id
    ]


def _place_of(declared: TermReference, report: Published) -> tuple[bool, str, int, str]:
    """Where one report stands in the list: the whole office, then units, then school levels; its editions side by side."""
    unit, level = str(report.record["unit"]), str(report.record["level"])
    levels = list(dict.fromkeys(school.level for school in declared.schools))
    place = levels.index(level) if level in levels else len(levels)
    return not report.is_whole, unit, place, str(report.record["edition"])


def _published(workspace: Workspace, page: Path, record: Mapping[str, Any]) -> Published:
    annex = page.with_name(f"{page.stem}-{ANNEX_FILE}.xlsx")
    flat = page.with_name(f"{page.stem}-{FLAT_FILE}.csv")
    document, slip = page.with_suffix(".docx"), page.with_name(f"{page.stem}-{SLIP_FILE}.docx")
    links = [_link(workspace, path) for path in (page, document, annex, flat, slip)]
    parts = [link for path in flat_parts(flat) if (link := _link(workspace, path))]
    return Published(record, *links, flat_parts=tuple(parts))


def flat_parts(flat: Path) -> list[Path]:
    """The further files of one list that was too large for one, as its index names them, and the index last; none of a small one."""
    index = flat.with_name(f"{flat.stem}-{FLAT_INDEX}.csv")
    content = content_of(index) if flat.stem.endswith(f"-{FLAT_FILE}") else None
    if content is None:
        return []
    lines = content.decode("utf-8-sig", "replace").splitlines()[1:]
    names = dict.fromkeys(line.partition(";")[0] for line in lines)
    start = f"{flat.stem}-"  # no other file is one of its parts, whatever stands in the index
    return [*(flat.with_name(name) for name in names if name.startswith(start) and "/" not in name), index]


def _link(workspace: Workspace, path: Path) -> str:
    """One published file as the index page links to it; blank where it is not there."""
    folder = index_path(workspace).parent
    return quote(path.relative_to(folder).as_posix()) if path.is_file() else ""
