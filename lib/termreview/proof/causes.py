"""One cause of a change: a file, declaration, notebook or library that is not what a report was made from."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from termreview.installation import made_with
from termreview.intake.received.received import (
    list_received,
    listed_days,
    name_key,
    printable_name,
    received_of,
)
from termreview.reference.declarations import Reference
from termreview.reference.kinds.calendar import TermPlan
from termreview.reference.loading.fingerprint import file_fingerprints
from termreview.reporting.editions.scope import IN_HAND
from termreview.reporting.records.issued import record_path
from termreview.reporting.records.provenance import OWN_SHARE, SHORT, hidden_name, is_hidden_name
from termreview.rollup.roll_up import DECLARATIONS
from termreview.storage.atomic_files import sha256_of
from termreview.storage.workspace import RollUpWorkspace, Workspace
from termreview.terms import parse_term


@dataclass(frozen=True)
class Cause:
    """One cause: its kind (a key of the section `causes` of `provenance.yml`), whose it is, before and now."""

    kind: str
    name: str = ""
    term_id: str = ""
    was: str = ""
    now: str = ""


def changed_causes(workspace: Workspace, reference: Reference, record: Mapping[str, Any]) -> list[Cause]:
    """Compare what one report says it was made from with what there is now."""
    origin, notebooks = record["origin"], record["step"]["notebooks"]
    causes: list[Cause] = []
    for told in origin["inputs"]:
        term = parse_term(told["term_id"])
        causes += _file_causes(
            workspace,
            reference,
            reference.calendar.plan(term),
            last_day(reference, record, told),
            told["files"],
        )
    now = reference.fingerprints_of(parse_term(record["term_id"]))
    if origin.get("declared") != OWN_SHARE:  # made by an earlier version: of whole files
        now = file_fingerprints(workspace.reference)
    causes += _hash_causes("declaration", origin["declarations"], now)
    there = {name: workspace.notebooks / f"{name}.ipynb" for name in notebooks}
    causes += _hash_causes(
        "notebook", notebooks, {name: _hash(path) for name, path in there.items() if path.is_file()}
    )
    return [*causes, *_issue_causes(workspace, record), *_program_causes(origin["made_with"])]


def roll_up_causes(workspace: Workspace, reference: Reference, record: Mapping[str, Any]) -> list[Cause]:
    """Compare what the report of one merge says it was made from with what there is now."""
    origin, notebooks = record["origin"], record["step"]["notebooks"]
    there = {name: workspace.notebooks / f"{name}.ipynb" for name in notebooks}
    now = {name: _hash(path) for name, path in there.items() if path.is_file()}
    gone = [name for name, path in handed_in_files(workspace, record).items() if path is None]
    return [
        *(Cause("file_removed", name, record["term_id"]) for name in gone),
        *_hash_causes("declaration", origin["declarations"], {DECLARATIONS: reference.fingerprint}),
        *_hash_causes("notebook", notebooks, now),
        *_program_causes(origin["made_with"]),
    ]


def handed_in_files(workspace: Workspace, record: Mapping[str, Any]) -> dict[str, Path | None]:
    """Where each file stands now that one merge read, by its name with folder; None for one that is not there as it was.

    A file counts by what it holds, wherever below `data/raw/tong-hop` it stands.
    """
    folder = RollUpWorkspace(workspace.root).handed_in
    found = {_hash(path): path for path in sorted(folder.rglob("*")) if path.is_file()}
    [told] = record["origin"]["inputs"]
    return {name: found.get(sha256) for name, sha256, _ in told["files"] if place_of(name)}


def place_of(name: str) -> bool:
    """Whether one name in a record is that of a file in a folder, and leads nowhere else."""
    folder, slash, file = name.partition("/")
    return bool(slash) and "/" not in file and not {folder, file} & {"", ".", ".."} and "\\" not in name


def last_day(reference: Reference, record: Mapping[str, Any], told: Mapping[str, Any]) -> datetime.date:
    """The day up to which files of one term counted: that of the report, or for a term before its last arrival.

    What is older than the last file of a term that a report only compares with did not come after it was run.
    """
    if told["term_id"] == record["term_id"]:
        return datetime.date.fromisoformat(record["step"]["parameters"]["as_of"])
    days = [received_on for _, _, received_on in told["files"] if received_on]
    if not days:
        return reference.calendar.plan(parse_term(told["term_id"])).due_on
    return datetime.date.fromisoformat(max(days))


def later_files(workspace: Workspace, record: Mapping[str, Any]) -> dict[str, int]:
    """How many files of each term that one report compares with came after those that it was made from."""
    found = {}
    for told in record["origin"]["inputs"][:-1]:
        known = {sha256 for _, sha256, _ in told["files"]}
        files = list_received(workspace.raw(parse_term(told["term_id"])), datetime.date.max)
        if count := sum(file.sha256 not in known for file in files):
            found[told["term_id"]] = count
    return found


def _hash(path: Path) -> str:
    return sha256_of(path.read_bytes())


def _file_causes(
    workspace: Workspace, reference: Reference, plan: TermPlan, until: datetime.date, told: list[Any]
) -> Iterator[Cause]:
    term = plan.term
    schools = reference.registry.school_names
    is_hidden = any(is_hidden_name(name) for name, _, _ in told)
    before = {  # the figures of a hash are no telephone
        name if is_hidden else printable_name(name, schools): (sha256, received_on)
        for name, sha256, received_on in told
    }
    files = received_of(workspace.raw(term), plan, reference.registry, until, until)
    listed = listed_days(workspace.raw(term), schools)
    named = {hidden_name(file.name) if is_hidden else file.name: file for file in files}
    for key, file in named.items():
        if key not in before:
            yield Cause(
                "file_added" if name_key(file.name) in listed else "file_unlisted", file.name, term.term_id
            )
            continue
        sha256, received_on = before[key]
        if file.sha256 != sha256:
            yield Cause("file_changed", file.name, term.term_id, sha256[:SHORT], file.sha256[:SHORT])
        if file.received_on.isoformat() != received_on:
            yield Cause("file_dated", file.name, term.term_id, received_on, file.received_on.isoformat())
    for key in before:
        if key not in named:
            yield Cause("file_removed", key, term.term_id)


def _hash_causes(what: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Cause]:
    for name in sorted(set(before) | set(now)):
        was, is_now = before.get(name, ""), now.get(name, "")
        if was != is_now:
            kind = "added" if not was else "removed" if not is_now else "changed"
            yield Cause(f"{what}_{kind}", name, was=was[:SHORT], now=is_now[:SHORT])


def minded_issues(record: Mapping[str, Any]) -> dict[int, str]:
    """The issues that decided what one report says, by number, and the hash of each record as it was then.

    That is the one whose changes it tells and, of a shareable report, all whose readers it had to mind.
    """
    step = record["step"]
    found = {int(number): str(sha256) for number, sha256 in step.get(IN_HAND, {}).items()}
    if number := step["parameters"].get("since"):
        found[number] = str(step.get("since_sha256", ""))
    return found


def _issue_causes(workspace: Workspace, record: Mapping[str, Any]) -> Iterator[Cause]:
    """The issues that decided what the report says and are not what they were then."""
    for number, was in sorted(minded_issues(record).items()):
        path = record_path(workspace, parse_term(record["term_id"]), number)
        now = sha256_of(path.read_bytes()) if path.is_file() else ""
        if now != was:
            kind = "issue_changed" if now else "issue_removed"
            yield Cause(kind, str(number), record["term_id"], was[:SHORT], now[:SHORT])


def _program_causes(before: Mapping[str, Any]) -> Iterator[Cause]:
    now = made_with()
    if before["package_sha256"] != now["package_sha256"]:
        was, is_now = (
            f"{told['package_version']} ({told['package_sha256'][:SHORT]})" for told in (before, now)
        )
        yield Cause("program_changed", was=was, now=is_now)
    if before["python"] != now["python"]:
        yield Cause("python_changed", was=before["python"], now=now["python"])
    yield from _hash_causes("library", before["libraries"], now["libraries"])
