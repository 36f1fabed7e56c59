"""One figure of speed a line: our intake against the plain loop, side by side in one run, beside its promise.

The plain loop is what a colleague would write: `pandas.read_excel(sheet_name=None, engine="openpyxl")`, tidy,
Parquet. Ratios are medians of rounds in which both sides take their turn, so that a busy machine slows both. Run by
`make bench`; nothing here is a test, and no test is timed.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import chart_speed
import many_schools
import memory
import notebook_speed
import pandas as pd
from notebook_speed import print_line
from stray_files import LAST_ROW, LAST_ROW_OF_XLS, SPACE, every_fifth_with_stray, with_stray

from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import read_file
from termreview.intake.received.received import RECEIVED_LIST, ReceivedFile, list_received
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.report.context import open_report
from termreview.reporting.school_pages.pages import school_page, school_pages
from termreview.sample.school_year import write_sample
from termreview.scoring.score import score_term
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS
from termreview.storage.staging import open_stage
from termreview.storage.workspace import Workspace, find_workspace, write_staged
from termreview.terms import Term, parse_term

TERM = parse_term("2023-2024-hk1")
AS_OF = datetime.date(2024, 1, 15)
MANY = 600
CLEAN = {1: 10, 2: 18}  # times faster than the plain loop, by processes


def main() -> None:
    """Measure and print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="pairs per ratio (default 3)")
    rounds = parser.parse_args().rounds
    home = find_workspace(Path(__file__).parent)
    reference = load_reference(home.reference)
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(Path(scratch))
        shutil.copytree(home.reference, workspace.reference)
        shutil.copytree(home.notebooks, workspace.notebooks)
        write_sample(workspace, reference, progress=lambda _: None)
        clean_files = [file for file in _files(workspace, TERM) if _plain_loop([file], workspace.root) == 1]
        print(f"{len(clean_files)} workbooks of the sample term {TERM.term_id}; medians of {rounds} rounds\n")
        _intake(workspace, reference, clean_files, "clean files", rounds, CLEAN)
        print("stray formatting: every fifth file has one more cell, styled and empty, far below its table\n")
        for row, what, promised in (
            # What the plain loop takes for such a file depends on the machine: 143 to 474 ms were seen.
            (LAST_ROW, "as Ctrl+End and the format brush leave it", {1: 25, 2: 35}),
            # That far up the plain loop is hardly slower than on clean files, so it is held to their promise.
            (LAST_ROW_OF_XLS, "as a sheet copied from an old .xls has it", CLEAN),
        ):
            strays = every_fifth_with_stray(clean_files, workspace.root, row)
            _intake(workspace, reference, strays, f"stray cell in row {row}, {what}", rounds, promised)
        _stray_cell(workspace, reference, clean_files[len(clean_files) // 2])
        _many_schools(workspace, reference, clean_files)
        _memory(workspace, reference, clean_files, home.root / "tests" / "fuzz" / "seeds" / "office.xls")
        notebook_speed.measure(workspace, reference, TERM, AS_OF, rounds, print_line)
        chart_speed.measure(workspace, TERM, workspace.notebooks / "3_semester_review.ipynb", print_line)
        _school_pages(workspace)


def _files(workspace: Workspace, term: Term) -> list[ReceivedFile]:
    return [file for file in list_received(workspace.raw(term), AS_OF) if file.name != RECEIVED_LIST]


def _plain_loop(files: Sequence[ReceivedFile], folder: Path) -> int:
    """The habit: every sheet of every workbook to a data frame, tidy, one Parquet file each; files that opened."""
    opened = 0
    for file in files:
        try:
            sheets = pd.read_excel(file.path, sheet_name=None, header=None, engine="openpyxl")
        except Exception:
            continue
        tidy = [
            sheet.stack().rename("value").reset_index().assign(sheet=name)
            for name, sheet in sheets.items()
            if len(sheet)
        ]
        frame = pd.concat(tidy).astype({"value": str})
        frame.columns = [str(column) for column in frame.columns]
        frame.to_parquet(folder / "habit.parquet")
        opened += 1
    return opened


def _ours(workspace: Workspace, reference: Reference, files: Sequence[ReceivedFile], workers: int) -> Cleaned:
    """As a run does it: into its stage, of which the disk is told once, when all of it is published."""
    cleaned = clean_term(files, reference, TERM, workers=workers)
    stage = open_stage(workspace.output_paths(TERM))
    for name in ("submissions", "observations", "findings"):
        write_staged(stage, name, getattr(cleaned, name))
    return cleaned


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _intake(
    workspace: Workspace, reference: Reference, files: Sequence[ReceivedFile], what: str, rounds: int,
    promised: Mapping[int, float],
) -> None:  # fmt: skip
    print(f"raw workbook -> checked observations in Parquet, {what}")
    _ours(workspace, reference, files[:3], 1)
    taken = [
        (
            _timed(lambda: _plain_loop(files, workspace.root)),
            *(
                _timed(lambda number=number: _ours(workspace, reference, files, number))
                for number in promised
            ),  # type: ignore[misc]
        )
        for _ in range(rounds)
    ]
    for place, (number, promise) in enumerate(promised.items(), start=1):
        ratio = statistics.median(times[0] / times[place] for times in taken)
        habit, ours = (
            statistics.median(times[side] for times in taken) * 1000 / len(files) for side in (0, place)
        )
        processes = "1 process" if number == 1 else f"{number} processes"
        print_line(
            f"{processes}: plain loop {habit:.1f} ms a file, ours {ours:.1f} ms",
            f"{ratio:.1f} x",
            f">= {promise} x",
            ratio >= promise,
        )
    print()


def _stray_cell(workspace: Workspace, reference: Reference, file: ReceivedFile) -> None:
    print(f"one stray space in row {LAST_ROW}, against the same file without it")
    reader = Reader(reference.of(TERM), reference.registry)
    stray = with_stray(file, workspace.root / "last.xlsx", LAST_ROW, SPACE)
    read_file(file, reader)
    plain = statistics.median(_timed(lambda: read_file(file, reader)) for _ in range(15))
    with_cell = statistics.median(_timed(lambda: read_file(stray, reader)) for _ in range(15))
    print_line(
        f"time: {plain * 1000:.1f} ms -> {with_cell * 1000:.1f} ms",
        f"{with_cell / plain:.2f} x",
        "<= 2 x",
        with_cell <= 2 * plain,
    )
    before, after = memory.peak_mib(file, reader), memory.peak_mib(stray, reader)
    print_line(
        f"memory: {before:.1f} MiB -> {after:.1f} MiB",
        f"{after - before:+.1f} MiB",
        "<= 16 MiB more",
        after - before <= 16,
    )
    print()


def _many_schools(workspace: Workspace, reference: Reference, files: Sequence[ReceivedFile]) -> None:
    print(f"{MANY} schools: the sample's over and over, each copy with its own code and file")
    few = clean_term(files, reference, TERM)
    accepted = few.submissions[few.submissions["fate"] == "accepted"]
    by_name = {file.name: file for file in files}
    pairs = [
        (by_name[name], school_id)
        for name, school_id in zip(accepted["file"], accepted["school_id"], strict=True)
    ]
    large, copies = many_schools.enlarge(reference, TERM, MANY)
    folder = workspace.root / "many"
    folder.mkdir()
    copied = many_schools.copied_files(pairs, copies, folder)
    alone = _timed(lambda: clean_term(files, reference, TERM)) / len(files)
    each = _timed(lambda: clean_term(copied, large, TERM)) / len(copied)
    print_line(
        f"read and checked, 1 process, {len(copied)} files against {len(files)}: {each * 1000:.1f} ms a file",
        f"{each / alone:.2f} x",
        "",
        True,
    )
    for observations, declared in (
        (few.observations, reference.of(TERM)),
        (many_schools.copied_answers(few.observations, copies), large.of(TERM)),
    ):
        seconds = _timed(lambda: score_term(observations, declared))  # noqa: B023 - called at once
        schools = len(declared.schools)
        print_line(
            f"{schools} schools scored: {seconds * 1000 / schools:.1f} ms a school",
            f"{seconds:.2f} s",
            "",
            True,
        )
    print()


def _memory(workspace: Workspace, reference: Reference, files: Sequence[ReceivedFile], xls: Path) -> None:
    print("memory of one file")
    reader = Reader(reference.of(TERM), reference.registry)
    usual, largest = memory.peaks_mib(files, reader)
    print_line(f"while it is read: usually {usual:.1f} MiB, at most", f"{largest:.1f} MiB", "", True)
    print_line(
        "what stays of it until the tables are written", f"{memory.kept_kib(files, reader):.0f} KiB", "", True
    )
    print_line(
        f"while one with as many cells as may be is read ({DEFAULT_LIMITS.cells})",
        f"{memory.largest_peak_mib(workspace.root):.0f} MiB",
        "",
        True,
    )
    bound = DEFAULT_LIMITS.child_memory_bytes // memory.MIB
    child = memory.child_mib(xls)
    print_line(
        "an .xls, in its child process, Python included",
        f"{child:.0f} MiB",
        f"<= {bound} MiB",
        child <= bound,
    )
    print()


def _school_pages(workspace: Workspace) -> None:
    """The pages of the schools, from the tables of the run that was measured before."""
    print("the page of each school, rendered in one process")
    context = open_report(TERM.term_id, AS_OF.isoformat(), str(workspace.root))
    started = time.perf_counter()
    pages = school_pages(context)
    whole = time.perf_counter() - started
    one = max(_timed(lambda name=name: school_page(context, name.removesuffix(".html"))) for name in pages)
    heaviest = max(len(page.encode()) for page in pages.values()) / 1024
    print_line(
        f"{len(pages)} pages, with what is worked out once for all", f"{whole:.2f} s", "<= 5 s", whole <= 5
    )
    print_line("the slowest page alone", f"{one * 1000:.1f} ms", "<= 100 ms", one <= 0.1)
    print_line("the heaviest page", f"{heaviest:.0f} KB", "<= 150 KB", heaviest <= 150)
    print()


if __name__ == "__main__":
    main()
