"""One issue of one report: what was handed out, and the figures frozen with it, read back as they were written."""

from __future__ import annotations

import datetime
import io
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from termreview.coded_text import CodedText
from termreview.errors import ContractError, UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.editions.scope import EDITIONS, SHAREABLE, WHOLE, Scope
from termreview.reporting.term.term_tables import TABLES, TermTables
from termreview.storage.atomic_files import read_json, sha256_of
from termreview.storage.workspace import Workspace
from termreview.terms import Term

ISSUED: Final = "issued"
RECORD: Final = "record"  # below an issue: what is kept to compare with, not to hand out
RECORD_FILE: Final = "issue.json"
DECLARATIONS: Final = "declarations"
# The declarations that decide figures; all others are words, which are always those of today.
RULES: Final = (
    "units.csv", "unit_events.csv", "levels.csv", "office.csv", "calendar.yml", "legal_documents.csv", "ratios.csv",
    "targets.csv", "decisions.csv", "verified_points.csv", "office_actions.csv", "visits.csv", "tasks", "forms", "checks", "indicator_sets", "advice",
)  # fmt: skip
_KEYS: Final = (
    "term_id", "as_of", "status", "edition", "unit", "level", "reports", "tables", "declarations",
    "declarations_sha256", "inputs",
)  # fmt: skip
_STATUSES: Final = ("provisional", "final")
SYSTEMS: Final = (
    "systems"  # the tables of what systems counted, by hash; and the cause where they are others now
)
SHOWN: Final = "shown_counts"  # of a shareable issue: the sums of sensitive attributes that its readers have


@dataclass(frozen=True, eq=False)
class Issue:
    """One report handed out: its number in the term, its folder, and its record (`record/issue.json`).

    `words` is the folder of the declarations in use, whose words the figures are told in.
    """

    number: int
    folder: Path
    record: Mapping[str, Any]
    words: Path

    @property
    def as_of(self) -> datetime.date:
        """The day the report spoke for."""
        return datetime.date.fromisoformat(self.record["as_of"])

    @property
    def status(self) -> str:
        """`provisional` or `final`, as it was."""
        return str(self.record["status"])

    @property
    def edition(self) -> str:
        """The edition that was handed out."""
        return str(self.record["edition"])

    @property
    def scope_ids(self) -> tuple[str, str]:
        """The unit and the school level that the report was about; blank for all."""
        return str(self.record["unit"]), str(self.record["level"])

    @property
    def reports(self) -> tuple[Path, ...]:
        """The files that were handed out, the page first."""
        names = sorted(self.record["reports"], key=lambda name: (not name.endswith(".html"), name))
        return tuple(self.folder / name for name in names)

    @property
    def record_sha256(self) -> str:
        """The hash of the record, which holds those of all that was kept."""
        return sha256_of((self.folder / RECORD / RECORD_FILE).read_bytes())


def issued_folder(workspace: Workspace, term: Term) -> Path:
    """Where the issues of one term are kept, each in a folder named by its number."""
    return workspace.reports(term) / ISSUED


def record_path(workspace: Workspace, term: Term, number: int) -> Path:
    """The file that says what one issue was made of."""
    return issued_folder(workspace, term) / str(number) / RECORD / RECORD_FILE


@dataclass(frozen=True)
class BrokenIssue:
    """One issue whose record is gone or does not say what it must: it is named, and nothing is compared with it."""

    number: int
    term_id: str
    path: Path
    faults: tuple[str, ...]

    def message(self, words: Mapping[str, str], root: Path) -> str:
        """Which record it is and what to do, in the declared words (`notices` of `provenance.yml`)."""
        place = self.path.relative_to(root).as_posix()
        return words["broken_issue"].format(number=self.number, term=self.term_id, file=place)


def list_issues(workspace: Workspace, term: Term) -> list[Issue]:
    """Every issue of one term whose record can be read, in the order of their numbers (see `broken_issues`)."""
    return [issue for issue in read_issues(workspace, term) if isinstance(issue, Issue)]


def broken_issues(workspace: Workspace, term: Term) -> list[BrokenIssue]:
    """The issues of one term whose record cannot be read, in the order of their numbers."""
    return [issue for issue in read_issues(workspace, term) if isinstance(issue, BrokenIssue)]


def read_issues(workspace: Workspace, term: Term) -> list[Issue | BrokenIssue]:
    """Every issue of one term in the order of their numbers, those whose record cannot be read as such."""
    folder = issued_folder(workspace, term)
    found: list[Issue | BrokenIssue] = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if not path.name.isdecimal() or not path.is_dir():
            continue
        place = path / RECORD / RECORD_FILE
        record = read_json(place)
        faults = _record_faults(record)
        if not faults and (gone := _lost_table(path, record)) is not None:
            table = gone.name.removesuffix(".parquet")
            fault = CodedText("issue_table_changed", table=table, path=gone, issue=path.name)
            place, faults = gone, [fault]
        if faults or record is None:
            found.append(BrokenIssue(int(path.name), term.term_id, place, tuple(faults)))
        else:
            found.append(Issue(int(path.name), path, record, workspace.reference))
    return sorted(found, key=lambda issue: issue.number)


def issues_in_hand(workspace: Workspace, term: Term) -> dict[str, str]:
    """The shareable issues of one term, and those whose record cannot be read: number -> hash of the record.

    They decide what the shareable reports of the term hide from now on.
    """
    return {
        str(issue.number): _sha256_at(record_path(workspace, term, issue.number))
        for issue in read_issues(workspace, term)
        if isinstance(issue, BrokenIssue) or issue.edition == SHAREABLE
    }


def _lost_table(folder: Path, record: Mapping[str, Any] | None) -> Path | None:
    """The first of the tables behind one issue that is gone, or no longer what was kept."""
    for name, sha256 in (record or {}).get("tables", {}).items():
        path = folder / RECORD / f"{name}.parquet"
        if _sha256_at(path) != sha256:
            return path
    return None


def _record_faults(record: Any) -> list[CodedText]:
    """What keeps one record from being used: not there, a key missing, or a value of another kind."""
    if not isinstance(record, dict):
        return [CodedText("record_gone")]
    if faults := [CodedText("missing", key=key) for key in _KEYS if key not in record]:
        return faults
    faults = [CodedText("not_a_mapping", key=key) for key in ("reports", "tables", "declarations") if not isinstance(record[key], dict)]  # fmt: skip
    try:
        datetime.date.fromisoformat(str(record["as_of"]))
    except ValueError:
        faults.append(CodedText("not_a_date", key="as_of", value=record["as_of"]))
    known = {"status": _STATUSES, "edition": EDITIONS}
    return faults + [CodedText("not_a_choice", key=key, value=record[key], choices=", ".join(choices)) for key, choices in known.items() if record[key] not in choices]  # fmt: skip


def issues_of(workspace: Workspace, term: Term, scope: Scope = WHOLE, edition: str = "") -> list[Issue]:
    """The issues of one scope, of one edition or (blank) of any, in order."""
    ids = (scope.unit.unit_id if scope.unit else "", scope.level)
    return [
        issue
        for issue in list_issues(workspace, term)
        if issue.scope_ids == ids and edition in ("", issue.edition)
    ]


def find_issue(workspace: Workspace, term: Term, number: int) -> Issue:
    """Find one issue by its number.

    Raises
    ------
    UsageError
        When there is none of that number; the message lists those there are.
    ContractError
        When its record is gone or does not say what it must.
    """
    issues = {issue.number: issue for issue in read_issues(workspace, term)}
    if not issues:
        raise UsageError("never_issued", term=term.term_id)
    if number not in issues:
        known = ", ".join(map(str, issues))
        raise UsageError("no_issue", term=term.term_id, number=number, issued=known)
    found = issues[number]
    if isinstance(found, BrokenIssue):
        if found.path.name == RECORD_FILE:
            raise ContractError("issue_unreadable", path=found.path, faults="; ".join(found.faults))
        raise ContractError(found.faults[0])
    return found


def issued_tables(issue: Issue) -> TermTables:
    """The five tables behind one issue, of all schools.

    Raises
    ------
    ContractError
        When a table is gone, is not the one that was kept, or does not keep its contract.
    """
    import pyarrow.parquet as parquet  # only now: who asks for the number of an issue needs no tables

    from termreview.storage.contracts import shaped

    tables = {}
    for name in TABLES:
        path = issue.folder / RECORD / f"{name}.parquet"
        if _sha256_at(path) != issue.record["tables"][name]:
            raise ContractError("issue_table_changed", table=name, path=path, issue=issue.number)
        frame = parquet.ParquetFile(io.BytesIO(path.read_bytes())).read(use_threads=False).to_pandas()
        tables[name] = shaped(name, frame)
    return TermTables(**tables)


def _sha256_at(path: Path) -> str:
    return sha256_of(path.read_bytes()) if path.is_file() else ""


def issued_reference(issue: Issue, now: Reference | None = None) -> Reference:
    """The declarations that one issue was made from, in the words of today; those at hand where nothing has changed.

    Raises
    ------
    ContractError
        When one of them is gone or is not the one that was kept.
    DeclarationError
        When this version of the program cannot read them.
    """
    if now is not None and now.fingerprint == issue.record["declarations_sha256"]:
        return now
    kept = issue.folder / RECORD / DECLARATIONS
    for told, sha256 in issue.record["declarations"].items():
        if told.partition("/")[0] in RULES and _sha256_at(kept / told) != sha256:
            raise ContractError("issue_declaration_changed", table=told, path=kept / told, issue=issue.number)
    with tempfile.TemporaryDirectory() as beside:
        merged = Path(beside) / DECLARATIONS
        shutil.copytree(
            issue.words, merged, ignore=lambda folder, _: RULES if Path(folder) == issue.words else ()
        )
        for name in RULES:
            if (kept / name).is_dir():
                shutil.copytree(kept / name, merged / name)
            elif (kept / name).is_file():
                shutil.copyfile(kept / name, merged / name)
        return load_reference(merged)
