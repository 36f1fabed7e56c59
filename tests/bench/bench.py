"""One figure of speed a line: our intake against the plain loop, side by side in one run, beside its promise.

The plain loop is what a colleague would write: `pandas.read_excel(sheet_name=None, engine="openpyxl")`, tidy,
Parquet. Ratios are medians of pairs taken in turn, so that a busy machine slows both sides. Run by `make bench`;
nothing here is a test, and no test is timed.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import statistics
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from jupyter_client.manager import KernelManager

from termreview.execution import run_step
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.reading import Reader, read_file
from termreview.intake.received import RECEIVED_LIST, ReceivedFile, list_received
from termreview.reference.declarations import Reference, load_reference
from termreview.sample import write_sample
from termreview.terms import Term, parse_term
from termreview.work_list import plan_steps
from termreview.workspace import Workspace, find_workspace, write_table

TERM = parse_term("2023-2024-hk1")
AS_OF = datetime.date(2024, 1, 15)
STRAY_ROW, LAST_ROW = 100_000, 1_048_576


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
        print(f"{len(clean_files)} workbooks of the sample term {TERM.term_id}; medians of {rounds} pairs\n")
        _intake(
            workspace,
            reference,
            clean_files,
            "clean files",
            rounds,
            (("1 process", 1, 10), ("2 processes", 2, 18)),
        )
        _intake(
            workspace, reference, _with_strays(clean_files, workspace), f"every fifth with a styled cell in row {STRAY_ROW}",
            1, (("1 process", 1, 40),),
        )  # fmt: skip
        _stray_cell(workspace, reference, clean_files[len(clean_files) // 2])
        _notebooks(workspace, reference)


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
    cleaned = clean_term(files, reference, TERM, workers=workers)
    for name in ("submissions", "observations", "findings"):
        write_table(workspace, TERM, name, getattr(cleaned, name))
    return cleaned


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _intake(
    workspace: Workspace, reference: Reference, files: Sequence[ReceivedFile], what: str, rounds: int,
    promises: Sequence[tuple[str, int, float]],
) -> None:  # fmt: skip
    print(f"raw workbook -> checked observations in Parquet, {what}")
    _ours(workspace, reference, files[:3], 1)
    for name, workers, promised in promises:
        pairs = [
            (
                _timed(lambda: _plain_loop(files, workspace.root)),
                _timed(lambda workers=workers: _ours(workspace, reference, files, workers)),  # type: ignore[misc]
            )
            for _ in range(rounds)
        ]
        ratio = statistics.median(habit / ours for habit, ours in pairs)
        habit, ours = (statistics.median(side) * 1000 / len(files) for side in zip(*pairs, strict=True))
        _line(
            f"{name}: plain loop {habit:.1f} ms a file, ours {ours:.1f} ms",
            f"{ratio:.1f} x",
            f">= {promised} x",
            ratio >= promised,
        )
    print()


def _with_strays(files: Sequence[ReceivedFile], workspace: Workspace) -> list[ReceivedFile]:
    return [
        _with_stray(file, workspace.root / f"stray-{number}.xlsx", STRAY_ROW) if number % 5 == 0 else file
        for number, file in enumerate(files)
    ]


def _with_stray(file: ReceivedFile, path: Path, row: int, cell: str = "") -> ReceivedFile:
    """The same workbook with one styled empty cell (or the given one) far down its second sheet."""
    cell = cell or f'<c r="A{row}" s="1"/>'
    with zipfile.ZipFile(file.path) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet2.xml":
                content = content.replace(
                    b"</sheetData>", f'<row r="{row}">{cell}</row></sheetData>'.encode()
                )
            target.writestr(entry, content)
    return ReceivedFile(path.name, path, file.received_on, file.sha256, path.stat().st_size)


def _stray_cell(workspace: Workspace, reference: Reference, file: ReceivedFile) -> None:
    print(f"one stray cell in row {LAST_ROW}, against the same file without it")
    reader = Reader(reference.of(TERM), reference.registry)
    stray = _with_stray(
        file,
        workspace.root / "last.xlsx",
        LAST_ROW,
        f'<c r="A{LAST_ROW}" t="inlineStr"><is><t> </t></is></c>',
    )
    read_file(file, reader)
    plain = statistics.median(_timed(lambda: read_file(file, reader)) for _ in range(15))
    with_stray = statistics.median(_timed(lambda: read_file(stray, reader)) for _ in range(15))
    memory = []
    for each in (file, stray):
        tracemalloc.start()
        read_file(each, reader)
        memory.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    _line(
        f"time: {plain * 1000:.1f} ms -> {with_stray * 1000:.1f} ms",
        f"{with_stray / plain:.2f} x",
        "<= 2 x",
        with_stray <= 2 * plain,
    )
    more = memory[1] - memory[0]
    _line(
        f"memory: {memory[0]:.1f} MiB -> {memory[1]:.1f} MiB",
        f"{more:+.1f} MiB",
        "<= 16 MiB more",
        more <= 16,
    )
    print()


def _notebooks(workspace: Workspace, reference: Reference) -> None:
    print("notebooks, executed and published one by one as `termreview run` does")
    kernel = statistics.median(_timed(_bare_kernel) for _ in range(3))
    _line("bare kernel start and stop (K)", f"{kernel:.2f} s", "", True)
    total = 0.0
    for step in plan_steps(workspace, reference, reference.of(TERM), AS_OF):
        seconds = _timed(lambda step=step: run_step(workspace, TERM, step))  # type: ignore[misc]
        total += seconds
        promise = "<= 4 K" if step.exports else ""
        _line(
            f"{step.name}: {seconds:.2f} s",
            f"{seconds / kernel:.1f} K",
            promise,
            not promise or seconds <= 4 * kernel,
        )
    _line("a term of 55 schools, raw files -> published report", f"{total:.1f} s", "<= 10 s", total <= 10)


def _bare_kernel() -> None:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(extra_arguments=["--IPKernelApp.log_level=50"])
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def _line(what: str, measured: str, promised: str, is_kept: bool) -> None:
    verdict = "" if not promised else "kept" if is_kept else "NOT KEPT"
    print(f"  {what:<66} {measured:>12}   {promised:<16} {verdict}")


if __name__ == "__main__":
    main()
