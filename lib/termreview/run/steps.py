"""One step of one term as the notebooks take it: open, clean, score, save. Batch and analyst share these calls."""

from __future__ import annotations

import datetime
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from termreview.errors import UsageError
from termreview.installation import made_with
from termreview.intake.batches.batch import read_ahead
from termreview.intake.batches.reading_cache import ReadingCache
from termreview.intake.clean import Cleaned, clean_term, reader_of
from termreview.intake.later_files import parse_later
from termreview.intake.received.evidence_files import FOLDER as EVIDENCE, evidence_before, list_evidence
from termreview.intake.received.received import ReceivedFile, received_of
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.kinds.checks import OTHER_TERM
from termreview.reference.kinds.decisions import FILE_ACTIONS
from termreview.reporting.term.latest_term import has_files, term_or_latest
from termreview.scoring.score import Scored, score_term
from termreview.sources.corroboration import corroborate
from termreview.sources.facts import FOLDER as SOURCES, SourceReadings, read_sources
from termreview.storage.atomic_files import read_json, sha256_of, write_text
from termreview.storage.lock import held
from termreview.storage.output_paths import LOOSE, MANIFEST, PAGES, SCHOOL_FOLDER, TRIAL_FOLDER
from termreview.storage.publication import publish, read_published, settle, sweep
from termreview.storage.staging import READ_COUNT, active_stage, open_stage
from termreview.storage.workspace import (
    Workspace,
    find_workspace,
    place_in,
    read_if_there,
    read_table,
    write_json,
    write_staged,
    write_table,
)
from termreview.terms import Term

READINGS = ".cache"
LOOSE_NOTE = (
    "Các bảng này được ghi từ notebook, ngoài một lần chạy trọn vẹn; "
    "chạy `termreview run {}` để có kết quả chính thức."
)


@dataclass(frozen=True)
class OpenTerm:
    """One term opened for work: its workspace, its declarations and the day the work speaks for."""

    workspace: Workspace
    reference: Reference
    declared: TermReference
    as_of: datetime.date
    until: datetime.date | None = None

    @property
    def term(self) -> Term:
        """The term itself."""
        return self.declared.term


def open_term(
    term_id: str = "",
    as_of: str = "",
    workspace_root: str = "",
    is_there: Callable[[Workspace, Term], bool] = has_files,
) -> OpenTerm:
    """Open one term.

    Parameters
    ----------
    term_id
        Such as `2023-2024-hk1`; blank: the latest of which files were received (`is_there` says what else it must have).
    as_of
        ISO date the work speaks for: later files are left out, files without an entry in `received.csv` count
        as received on it. Blank: everything there is, and the deadline for files without an entry.
    workspace_root
        A folder of the workspace; blank: the one that holds the current folder.

    Raises
    ------
    UsageError
        When the term is not declared or `as_of` is no date.
    DeclarationError
        When the declarations hold mistakes.
    """
    workspace = find_workspace(Path(workspace_root) if workspace_root else None)
    reference = load_reference(workspace.reference)
    declared = reference.of(term_or_latest(workspace, reference, term_id, is_there=is_there))
    try:
        day = datetime.date.fromisoformat(as_of) if as_of else declared.plan.due_on
    except ValueError:
        raise UsageError("as_of_no_day", value=as_of, example=declared.plan.due_on.isoformat()) from None
    return OpenTerm(workspace, reference, declared, day, day if as_of else None)


def received_files(opened: OpenTerm) -> list[ReceivedFile]:
    """List the files of the term in the order received."""
    raw, plan = opened.workspace.raw(opened.term), opened.declared.plan
    return received_of(raw, plan, opened.reference.registry, opened.as_of, opened.until)


def read_exports(opened: OpenTerm) -> SourceReadings:
    """Count the exports of systems that lie in `sources` beside the files of the term; both tables empty without any."""
    return read_sources(opened.workspace.raw(opened.term) / SOURCES, opened.reference, opened.declared)


def clean(
    opened: OpenTerm,
    files: list[ReceivedFile],
    workers: int = 0,
    later: str = "",
    exports: SourceReadings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Cleaned:
    """Clean the term; only files that changed since the run before are read again.

    The term before, where its tables exist, lends the figures to compare with. `later` names the schools of which a
    file has a day after the report's, with that day (`0477101:12/01/2024`). Answers that differ from what `exports`
    count are asked about. `progress` hears how many of the files are read.
    """
    kept = reading_cache(opened, lambda read, total: _report_run(opened, read, total))
    evidence = list_evidence(opened.workspace.raw(opened.term) / EVIDENCE)
    return clean_term(
        files,
        opened.reference,
        opened.term,
        previous_answers(opened),
        workers,
        kept=kept,
        later=parse_later(later),
        facts=None if exports is None else exports.facts,
        evidence=evidence,
        earlier=evidence_before(evidence, opened.workspace, opened.reference.calendar, opened.term),
        progress=progress,
    )


def read_files_ahead(opened: OpenTerm, workers: int = 1) -> None:
    """Read the files of the term and keep the readings, for `clean` in another process."""
    reader = reader_of(opened.reference, opened.term)
    read_ahead(received_files(opened), reader, workers, reading_cache(opened))


def reading_cache(
    opened: OpenTerm, tell: Callable[[int, int], None] = lambda read, total: None
) -> ReadingCache:
    """Where the readings of the term's files are kept, and what else decides them.

    The office's rulings on answers and points come after reading; only the names it has added by decision matter.
    """
    reference = opened.reference
    aliases = [
        (decision.school_id, decision.expected_value)
        for decision in reference.decisions
        if decision.action == "alias" and decision.holds_in(opened.term.term_id)
    ]
    claims = [
        (
            decision.action,
            decision.decision_id,
            decision.school_id,
            decision.expected_value,
            decision.new_value,
            decision.reason,
        )
        for decision in reference.decisions
        if decision.action in FILE_ACTIONS and decision.holds_in(opened.term.term_id)
    ]
    made_of = [opened.term.term_id, reference.reading_fingerprint, aliases, claims, made_with()]
    folder = opened.workspace.processed(opened.term) / READINGS
    return ReadingCache(folder, json.dumps(made_of, sort_keys=True), tell)


def _report_run(opened: OpenTerm, read: int, total: int) -> None:
    stage = active_stage(opened.workspace.output_paths(opened.term))
    if stage is not None:
        write_json(stage / READ_COUNT, {"read": read, "files": total})


def compare_exports(opened: OpenTerm, cleaned: Cleaned, exports: SourceReadings) -> pd.DataFrame:
    """Hold the answers of the term against what the exports of systems count (`corroborations`)."""
    if cleaned.compared is not None:
        return cleaned.compared
    return corroborate(cleaned.observations, exports.facts, opened.reference.sources, opened.declared)


def save_cleaned(opened: OpenTerm, cleaned: Cleaned, exports: SourceReadings | None = None) -> None:
    """Write the three tables of the intake room, and those of the exports of systems where there are any.

    What was scored from others before no longer counts.
    """
    frames = {
        "submissions": cleaned.submissions,
        "observations": cleaned.observations,
        "findings": cleaned.findings,
    }
    if exports is not None and len(exports.files):
        compared = compare_exports(opened, cleaned, exports)
        frames |= {"source_files": exports.files, "source_facts": exports.facts, "corroborations": compared}
    _save(opened, frames, outdated=("ledger", "scores"))


def score(opened: OpenTerm) -> Scored:
    """Score the term from its saved observations."""
    return score_answers(opened, read_table(opened.workspace, opened.term, "observations"))


def score_answers(opened: OpenTerm, observations: pd.DataFrame) -> Scored:
    """Score the term from observations at hand."""
    return score_term(observations, opened.declared, opened.reference.verified)


def save_scored(opened: OpenTerm, scored: Scored) -> None:
    """Write the two tables of the scoring room."""
    _save(opened, {"ledger": scored.ledger, "scores": scored.scores})


def _save(opened: OpenTerm, frames: Mapping[str, pd.DataFrame], outdated: Sequence[str] = ()) -> None:
    """Write some tables, all at once: into the run that this step belongs to, or loose where there is none.

    Loose tables that are what the last run wrote leave it as it is. Otherwise `loose.json` stands in the place
    of the manifest: the tables no longer come from a finished run.
    """
    workspace, term = opened.workspace, opened.term
    output_paths = workspace.output_paths(term)
    if active_stage(output_paths) is not None:
        for name, frame in frames.items():
            write_table(workspace, term, name, frame)
        return
    with held(workspace.root, f"save {', '.join(frames)} of {term.term_id}"):
        settle(output_paths)
        stage = open_stage(output_paths)
        try:
            hashes = {
                name: sha256_of(write_staged(stage, name, frame).read_bytes())
                for name, frame in frames.items()
            }
            files = [f"{name}.parquet" for name in frames]
            before = read_published(output_paths, files)
            if {name: content and sha256_of(content) for name, content in before.items()} != {
                f"{name}.parquet": sha256 for name, sha256 in hashes.items()
            }:
                loose = read_json(output_paths.place(LOOSE)) or {}
                kept = {
                    name: sha256 for name, sha256 in loose.get("tables", {}).items() if name not in outdated
                }
                # By these the next run knows a report that somebody has edited.
                reports = (read_json(output_paths.place(MANIFEST)) or loose).get("reports", {})
                note = LOOSE_NOTE.format(term.term_id)
                write_json(stage / LOOSE, {"tables": kept | hashes, "reports": reports, "note": note})
                publish(output_paths, stage, removed=[MANIFEST, *(f"{name}.parquet" for name in outdated)])
                warnings.warn(LOOSE_NOTE.format(term.term_id), stacklevel=3)
        finally:
            sweep(output_paths)


def save_school_pages(opened: OpenTerm, pages: Mapping[str, str]) -> str:
    """Write the pages of the schools, by file name; give the folder in which they are to be read.

    In a run they are published with it. Those of a notebook run by hand, which may speak for another day, stand
    beside what a run has published, unless they are the same.
    """
    output_paths = opened.workspace.output_paths(opened.term)
    folder = output_paths.place(f"{PAGES}{SCHOOL_FOLDER}")
    stage = active_stage(output_paths)
    if stage is not None:
        beside = stage / PAGES / SCHOOL_FOLDER
        beside.mkdir(parents=True, exist_ok=True)
        for name, page in pages.items():  # synced with all else when the run is published
            place_in(beside, name).write_text(page, encoding="utf-8", newline="\n")
        return folder.relative_to(opened.workspace.root).as_posix()
    with held(opened.workspace.root, f"save the school pages of {opened.term.term_id}"):
        settle(output_paths)
        if not _are_as_published(opened, folder, pages):
            folder = output_paths.place(f"{PAGES}{TRIAL_FOLDER}")
        _write_pages(folder, pages)
    return folder.relative_to(opened.workspace.root).as_posix()


def _are_as_published(opened: OpenTerm, folder: Path, pages: Mapping[str, str]) -> bool:
    """Whether some pages are, byte for byte, those that the last run published there, or it published none."""
    output_paths = opened.workspace.output_paths(opened.term)
    record = read_json(output_paths.place(MANIFEST)) or read_json(output_paths.place(LOOSE)) or {}
    below = f"{folder.relative_to(opened.workspace.root).as_posix()}/"
    known = {
        name.removeprefix(below): sha256
        for name, sha256 in record.get("reports", {}).items()
        if name.startswith(below)
    }
    return not known or known == {name: sha256_of(page.encode()) for name, page in pages.items()}


def _write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    for name, page in pages.items():
        write_text(place_in(folder, name), page)


def previous_answers(opened: OpenTerm) -> pd.DataFrame | None:
    """The answers of the term before, where its tables exist; with them those of other terms of the year that checks name."""
    before = read_if_there(opened.workspace, opened.declared.plan.previous, "observations")
    others = [_answers_in_year(opened, term) for term in opened.reference.held_against(opened.term)]
    found = [frame for frame in (before, *others) if frame is not None and not frame.empty]
    return pd.concat(found, ignore_index=True) if len(found) > 1 else found[0] if found else before


def _answers_in_year(opened: OpenTerm, term: Term) -> pd.DataFrame | None:
    """The answers of another term of the year that checks hold against, each under the name by which they call it."""
    named = {
        name
        for check in opened.declared.checks
        for name in check.against
        if name.startswith(f"{term.part}{OTHER_TERM}")
    }
    answers = read_if_there(opened.workspace, term, "observations") if named else None
    if answers is None:
        return None
    called = answers.assign(field_id=f"{term.part}{OTHER_TERM}" + answers["field_id"])
    return called[called["field_id"].isin(named)]
