"""What a term costs for each school, as the schools grow in number: the sample district over and over, run as a whole.

Run by `make bench-scale`; 5 000 schools take some minutes and some GB of disk. Each size is one run of the command
`run`: files in, both editions and the school pages out. Of 600 schools one file is changed then, and the term run once more.
"""

from __future__ import annotations

import argparse
import compileall
import ctypes
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import many_schools
import psutil
from notebook_speed import print_line

from bench import AS_OF, TERM, _files
from termreview.intake.clean import clean_term
from termreview.reference.declarations import Reference, load_reference
from termreview.sample.school_year import write_sample
from termreview.storage.workspace import Workspace, find_workspace

sys.path.insert(0, str(Path(__file__).parents[1]))
from changed_figure import change_a_figure

SIZES = (55, 600, 5000)
CHANGED, MOST_AFTER_CHANGE = 600, 1 / 3  # schools; of the processor seconds of a run from nothing
SECONDS = {600: 25.0, 5000: 240.0}
MOST_RISE, MOST_MIB, MOST_PAGE_MB = 1.5, 4096, 5.0
_BE_SUBREAPER = 36  # of prctl
_STEP = re.compile(r"\[\d+/\d+\] (\S+): ([\d.]+) s")


@dataclass(frozen=True)
class Run:
    """One run: its seconds, those of processors, those of its steps as printed, the most that one process held, the
    bytes of its files.
    """

    seconds: float
    processor_s: float
    steps: dict[str, float]
    peak_mib: float
    sizes_mb: dict[str, float]


def main() -> None:
    """Measure and print every size, of a program whose modules are compiled, as those of an installed one are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="schools (default 55 600 5000)")
    sizes = parser.parse_args().sizes
    home = find_workspace(Path(__file__).parent)
    compileall.compile_dir(home.root / "lib", quiet=2)
    reference = load_reference(home.reference)
    with tempfile.TemporaryDirectory() as scratch:
        sample = Workspace(Path(scratch) / "sample")
        shutil.copytree(home.reference, sample.reference)
        write_sample(sample, reference, progress=lambda _: None)
        first: float | None = None
        for count in sizes:
            folder = Path(scratch) / str(count)
            workspace = enlarged(home, sample, reference, count, folder)
            done, again = measured(workspace), measured(workspace)
            after = after_a_change(workspace) if count == CHANGED else None
            shutil.rmtree(folder)
            each = done.seconds / count
            first = first or each
            report(count, done, each / first, again, after)


def enlarged(home: Workspace, sample: Workspace, reference: Reference, count: int, folder: Path) -> Workspace:
    """A workspace of so many schools, each with the file of the one that it is a copy of."""
    workspace = Workspace(folder)
    shutil.copytree(home.reference, workspace.reference)
    shutil.copytree(home.notebooks, workspace.notebooks)
    large, copies = many_schools.enlarge(reference, TERM, count)
    many_schools.write_registry(large, workspace.reference)
    files = [file for file in _files(sample, TERM) if file.path.suffix == ".xlsx"]
    accepted = clean_term(files, reference, TERM).submissions
    accepted = accepted[accepted["fate"] == "accepted"]
    by_name = {file.name: file for file in files}
    pairs = [
        (by_name[name], school_id)
        for name, school_id in zip(accepted["file"], accepted["school_id"], strict=True)
        if name in by_name
    ]
    raw = workspace.raw(TERM)
    raw.mkdir(parents=True)
    many_schools.copied_files(pairs, copies, raw)
    return workspace


def after_a_change(workspace: Workspace) -> Run:
    """Run the term once more, after a figure of one of its files has changed."""
    if not any(change_a_figure(file) for file in sorted(workspace.raw(TERM).glob("*.xlsx"))):
        raise SystemExit("no file has a figure to be changed")
    return measured(workspace)


def measured(workspace: Workspace) -> Run:
    """Run the term once."""
    command = [sys.executable, "-m", "termreview.cli", "--root", str(workspace.root), "run", TERM.term_id]
    _adopt_orphans()
    ours = psutil.Process().children()
    begun, before = time.monotonic(), _processor_seconds()
    process = subprocess.Popen(
        [*command, "--as-of", AS_OF.isoformat()], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peaks = [0.0]
    watch = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watch.start()
    output, _ = process.communicate()
    seconds = time.monotonic() - begun
    psutil.wait_procs([one for one in psutil.Process().children() if one not in ours])
    if process.returncode:
        raise SystemExit(output)
    sizes: dict[str, float] = {}
    for path in workspace.reports(TERM).rglob("*"):
        if path.is_file():
            kind = "school pages" if path.parent != workspace.reports(TERM) else path.suffix[1:]
            sizes[kind] = max(sizes.get(kind, 0.0), path.stat().st_size / 1e6)
    steps: dict[str, float] = {}
    for name, taken in _STEP.findall(output):
        steps[name] = float(taken)
    return Run(seconds, _processor_seconds() - before, steps, peaks[0], sizes)


def _adopt_orphans() -> None:
    """Have what a run leaves behind, the server of its kernels, end as a child of this process, which counts its time."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_BE_SUBREAPER, 1, 0, 0, 0)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(pid: int, peaks: list[float]) -> None:
    """Note the most that one process of a run holds, until it ends."""
    while True:
        try:
            whole = psutil.Process(pid)
            for process in (whole, *whole.children(recursive=True)):
                peaks[0] = max(peaks[0], process.memory_info().rss / 2**20)
        except psutil.Error:
            if not psutil.pid_exists(pid):
                return
        time.sleep(0.2)


def report(count: int, done: Run, rise: float, again: Run, after: Run | None = None) -> None:
    """Print one size, what a run without a change and one with a changed file of it cost, beside what is promised."""
    print(f"{count} schools")
    for name, seconds in done.steps.items():
        print_line(name, f"{seconds:.1f} s, {1000 * seconds / count:.1f} ms", "", True)
    limit = SECONDS.get(count)
    promised = "" if limit is None else f"<= {limit:.0f} s"
    print_line(
        "files -> both editions and school pages",
        f"{done.seconds:.1f} s",
        promised,
        limit is None or done.seconds <= limit,
    )
    print_line(
        "of processors", f"{done.processor_s:.1f} s, {1000 * done.processor_s / count:.1f} ms", "", True
    )
    print_line("nothing changed, run again", f"{again.seconds:.1f} s", "", True)
    if after is not None:
        print_line("one file changed -> all of it again", f"{after.seconds:.1f} s", "", True)
        part = after.processor_s / done.processor_s
        print_line(
            f"of processors: {after.processor_s:.1f} s, of a run from nothing",
            f"{part:.2f} x",
            f"<= {MOST_AFTER_CHANGE:.2f} x",
            part <= MOST_AFTER_CHANGE,
        )
    print_line(
        f"a school: {1000 * done.seconds / count:.1f} ms, of the first size",
        f"{rise:.2f} x",
        f"<= {MOST_RISE} x",
        rise <= MOST_RISE,
    )
    print_line(
        "the most that one process holds",
        f"{done.peak_mib:.0f} MiB",
        f"<= {MOST_MIB} MiB",
        done.peak_mib <= MOST_MIB,
    )
    for kind, size in sorted(done.sizes_mb.items()):
        is_page = kind == "html"
        print_line(
            f"largest file: {kind}",
            f"{size:.2f} MB",
            f"<= {MOST_PAGE_MB:.0f} MB" if is_page else "",
            not is_page or size <= MOST_PAGE_MB,
        )
    print()


if __name__ == "__main__":
    main()
