"""One report made again from the files received, in a private place that is gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from termreview.errors import RunError
from termreview.intake.later_files import later_text
from termreview.intake.received.received import RECEIVED_LIST
from termreview.proof.causes import handed_in_files, last_day, minded_issues
from termreview.reference.declarations import Reference
from termreview.reporting.editions.scope import find_scope
from termreview.reporting.records.issued import issued_folder
from termreview.reporting.records.published import flat_parts
from termreview.rollup.publishing import publish_roll_up
from termreview.rollup.roll_up import SEPARATOR
from termreview.run.runner import run_term
from termreview.run.work_list import INTERNAL, report_step, school_step, table_steps
from termreview.storage.output_paths import SCHOOL_FOLDER
from termreview.storage.workspace import RollUpWorkspace, Workspace
from termreview.terms import Term, parse_term

Progress = Callable[[str], None]


def rebuilt_files(
    workspace: Workspace,
    reference: Reference,
    record: Mapping[str, Any],
    progress: Progress = lambda _: None,
    is_of_schools: bool = False,
) -> dict[str, bytes]:
    """Make one report again from the files received and the declarations, and give its files by name.

    With `is_of_schools`: the pages of the term's schools instead, as `schools/<code>.html`.

    The terms that it compares with are cleaned and scored again, too. Nothing below `data/processed` is read, of
    `reports` only what was handed out before; nothing of both is written.

    Raises
    ------
    TermReviewError
        When the report cannot be made any more.
    OSError
        When there is no room for the copies.
    """
    parameters = record["step"]["parameters"]
    terms = [
        (parse_term(told["term_id"]), last_day(reference, record, told), later_text(told.get("later", {})))
        for told in record["origin"]["inputs"]
    ]
    with _private_copy(workspace, [term for term, _, _ in terms]) as private:
        for number in sorted(minded_issues(record)):
            _bring_issue(workspace, private, parse_term(record["term_id"]), number)
        for term, day, later in terms:
            declared = reference.of(term)
            steps = table_steps(private, declared, day, later=later)
            if term.term_id == record["term_id"]:
                unit, level = (parameters.get(name, "") for name in ("unit", "level"))
                scope = find_scope(reference, declared, unit, level)
                edition = parameters.get("edition", INTERNAL)
                steps.append(
                    school_step(private, declared, day)
                    if is_of_schools
                    else report_step(private, reference, declared, day, scope, edition)
                )
            result = run_term(private, reference, term, day, progress=progress, steps=steps)
        folder = private.reports(parse_term(record["term_id"]))
        reports = [path for report in result.reports for path in (report, *flat_parts(report))]
        made = sorted((folder / SCHOOL_FOLDER).glob("*.html")) if is_of_schools else reports
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in made}


def rebuilt_roll_up(
    workspace: Workspace, reference: Reference, record: Mapping[str, Any]
) -> dict[str, bytes]:
    """Make the report of one merge again from the files that offices handed in, and give its files by name.

    Raises
    ------
    TermReviewError
        When a file is no longer below `data/raw/tong-hop`, or the report cannot be made any more.
    OSError
        When there is no room for the copies.
    """
    parameters, there = record["step"]["parameters"], handed_in_files(workspace, record)
    for name, path in there.items():
        if path is None:
            raise RunError("handed_in_gone", file=name, folder=RollUpWorkspace(workspace.root).handed_in)
    with _private_copy(workspace, []) as private:
        folder = RollUpWorkspace(private.root).handed_in
        for name, path in there.items():
            if path is not None:
                _link(path, folder / name)
        made = publish_roll_up(
            private, reference, [folder], edition=parameters["edition"], term_id=parameters["term_id"],
            expected=[code for code in parameters["expected"].split(SEPARATOR) if code],
        )  # fmt: skip
        paths = [path for report in made.reports for path in (report, *flat_parts(report))]
        return {path.name: path.read_bytes() for path in paths}


@contextmanager
def _private_copy(workspace: Workspace, terms: list[Term]) -> Iterator[Workspace]:
    """A workspace of its own with the same declarations, notebooks and received files, and nothing made of them."""
    folder = Path(tempfile.mkdtemp(prefix="termreview-verify-"))  # nobody else may enter it
    try:
        private = Workspace(folder / "workspace")
        shutil.copytree(workspace.reference, private.reference)
        shutil.copytree(workspace.notebooks, private.notebooks, ignore=shutil.ignore_patterns(".*"))
        for term in terms:
            _bring(workspace.raw(term), private.raw(term))
        yield private
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _bring_issue(workspace: Workspace, private: Workspace, term: Term, number: int) -> None:
    """Have one issue that decided what the report says stand in the private workspace; the others are not there."""
    shutil.copytree(issued_folder(workspace, term) / str(number), issued_folder(private, term) / str(number))


def _bring(folder: Path, there: Path) -> None:
    """Have the files of one folder stand in another as well; what cannot be opened is left where it is."""
    there.mkdir(parents=True)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        place = there / path.relative_to(folder)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif path.is_file():
            with suppress(OSError):
                _link(path, place)


def _link(path: Path, place: Path) -> None:
    """One received file under a second name where the disk can do that: it is only read; the list is written, too."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if path.name.casefold() != RECEIVED_LIST and not path.is_symlink():
        with suppress(OSError):
            os.link(path, place)
            return
    shutil.copyfile(path, place)
