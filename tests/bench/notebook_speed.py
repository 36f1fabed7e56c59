"""One figure of speed of the notebooks a line, in bare kernels: K is what starting and stopping an empty one takes.

    python tests/bench/notebook_speed.py [--rounds 3]

K and what it is compared with are measured in turn. `make bench` shows these figures with the others.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from jupyter_client.manager import KernelManager

from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.report.context import give_views
from termreview.run.execution import kernels_of, load_papermill
from termreview.run.step_run import begin_step
from termreview.run.work_list import Step, plan_steps
from termreview.sample.school_year import write_sample
from termreview.storage.atomic_files import sha256_of
from termreview.storage.workspace import Workspace, find_workspace
from termreview.terms import Term, parse_term

Line = Callable[[str, str, str, bool], None]
Timed = tuple[float, float]  # seconds, and K measured next to it


def measure(
    workspace: Workspace, reference: Reference, term: Term, as_of: datetime.date, rounds: int, line: Line
) -> None:
    """Measure and print every figure of one term whose files were received."""
    print("notebooks, executed and published")
    command = ["--root", str(workspace.root), "run", term.term_id, "--as-of", as_of.isoformat()]
    terms, again = [], []
    for _ in range(rounds):
        shutil.rmtree(workspace.processed(term), ignore_errors=True)
        terms.append(_beside_kernel(lambda: _termreview(command)))
        again.append(_beside_kernel(lambda: _termreview(command)))
    load_papermill()
    steps = plan_steps(workspace, reference, reference.of(term), as_of)
    plain = _by_step(
        "plain papermill", steps, lambda step: begin_step(workspace, term, step)(), 0, rounds, line
    )
    with kernels_of(workspace, term, steps) as kernels:
        assert kernels is not None, "this system knows no batch"
        warm = lambda step: begin_step(workspace, term, step, kernels=kernels)()  # noqa: E731
        for step in steps:  # until its imports are done, and what the reports begin with
            warm(step)
        begun = _begun(workspace, term, rounds)
        share = statistics.median(begun) / sum(1 for step in steps if step.exports)
        line("in a batch: a report's share of what all begin with", f"{share:.1f} K", "", True)
        batched = _by_step("in a batch", steps, warm, 3, rounds, line, share)
    for name, ratio in batched.items():
        part = ratio / plain[name]
        line(
            f"in a batch, of what it takes by plain papermill: {name}", f"{part:.2f}", "<= 0.50", part <= 0.5
        )
    seconds = statistics.median(seconds for seconds, _ in terms)
    line("a term of 55 schools, raw files -> published report", f"{seconds:.1f} s", "<= 10 s", seconds <= 10)
    hashing = statistics.median(_seconds(lambda: _hash_all(workspace.raw(term))) for _ in range(5))
    over = statistics.median((seconds - 3 * hashing) / kernel for seconds, kernel in again)
    line(
        f"nothing changed, run again: {statistics.median(s for s, _ in again):.2f} s; hashing {hashing * 1000:.0f} ms",
        f"3 hashings + {over:.1f} K",
        "<= 3 hashings + 1 K",
        over <= 1,
    )


def _by_step(
    way: str,
    steps: list[Step],
    execute: Callable[[Step], object],
    promised: int,
    rounds: int,
    line: Line,
    share: float = 0,
) -> dict[str, float]:
    """A line per notebook; of one that is published two: exported as the page that is promised, and as all its files.

    A published notebook bears its share of what was done once for all of them. Gives the pages' times in bare kernels.
    """
    pages = {}
    for step, what in [row for planned in steps for row in _published(planned)]:
        timed = [_beside_kernel(lambda step=step: execute(step)) for _ in range(rounds)]  # type: ignore[misc]
        seconds = statistics.median(seconds for seconds, _ in timed)
        ratio = statistics.median(seconds / kernel for seconds, kernel in timed)
        ratio += share if step.exports else 0
        promise = f"<= {promised} K" if promised and len(step.exports) == 1 else ""
        line(f"{way}: {step.name}{what}: {seconds:.2f} s", f"{ratio:.1f} K", promise, ratio <= promised)
        if len(step.exports) == 1:
            pages[step.name] = ratio
    return pages


def _begun(workspace: Workspace, term: Term, rounds: int) -> list[float]:
    """What all reports of one term begin with, done anew each time; in bare kernels."""
    timed = (_beside_kernel(lambda: give_views(workspace, term)) for _ in range(rounds))
    return [seconds / kernel for seconds, kernel in timed]


def _published(step: Step) -> list[tuple[Step, str]]:
    if not step.exports:
        return [(step, "")]
    page = replace(step, exports=step.exports[:1])
    return [(page, ", page"), (step, ", page, Word, Excel")]


def _beside_kernel(work: Callable[[], object]) -> Timed:
    before, seconds, after = _seconds(_bare_kernel), _seconds(work), _seconds(_bare_kernel)
    return seconds, (before + after) / 2


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _termreview(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "termreview.cli", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _hash_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            sha256_of(path.read_bytes())


def _bare_kernel() -> None:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(extra_arguments=["--IPKernelApp.log_level=50"])
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def main() -> None:
    """Measure the sample term."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds per figure (default 3)")
    rounds = parser.parse_args().rounds
    home = find_workspace(Path(__file__).parent)
    reference = load_reference(home.reference)
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(Path(scratch))
        shutil.copytree(home.reference, workspace.reference)
        shutil.copytree(home.notebooks, workspace.notebooks)
        write_sample(workspace, reference, progress=lambda _: None)
        day = datetime.date(2024, 1, 15)
        measure(workspace, reference, parse_term("2023-2024-hk1"), day, rounds, print_line)


def print_line(what: str, measured: str, promised: str, is_kept: bool) -> None:
    """Print one figure beside its promise."""
    verdict = "" if not promised else "kept" if is_kept else "NOT KEPT"
    print(f"  {what:<80} {measured:>18}   {promised:<20} {verdict}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
