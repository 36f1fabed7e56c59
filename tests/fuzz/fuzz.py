"""Read thousands of mutants of good workbooks, each in a guarded worker; count, print and keep what fails.

    python tests/fuzz/fuzz.py [--count 20000] [--seed 4725] [--workers 2]

A worker that dies or takes longer than the limit costs the mutant it was at: that mutant is a failure and is
kept. The limit is of processor time, for a busy machine is no fault of a file; by the clock a worker is waited for much
longer. Exit code 0 when none failed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection, wait
from pathlib import Path

from mutations import Mutant, make_mutant, plan, seed_files
from verdicts import RAISED, SILENT, judge, read

from termreview.intake.files.file_reading import FileReading
from termreview.spreadsheets.workbook import Workbook

FAILURES = Path(__file__).parents[1] / "data" / "fuzz_failures"
LIMIT_S, PATIENCE_S = 20.0, 300.0
DEATH, SLOW = "DEATH", "OVER THE LIMIT"
FAILED = (SILENT, RAISED, DEATH, SLOW)
_CHUNK = 200

Verdict = tuple[int, str, str, float]


def main() -> int:
    """Run, print and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000, help="mutants to read (default 20000)")
    parser.add_argument("--seed", type=int, default=4725, help="the number from which all mutants come")
    parser.add_argument("--workers", type=int, default=2, help="processes side by side")
    parser.add_argument(
        "--flips", type=int, default=None, help="bits to flip in the small file (default: each)"
    )
    options = parser.parse_args()
    begun = time.monotonic()
    verdicts = run(options.count, options.seed, options.workers, options.flips)
    seeds = seed_files()
    steps = plan(options.count, seeds, options.flips)
    for number, verdict, _, _ in verdicts:
        if verdict in FAILED:
            keep(make_mutant(number, steps[number], seeds, options.seed), options.seed)
    print(report(verdicts, steps, options.seed, time.monotonic() - begun))
    return int(any(verdict in FAILED for _, verdict, _, _ in verdicts))


def run(count: int, run_seed: int, workers: int, flips: int | None = None) -> list[Verdict]:
    """Judge all mutants in guarded workers; one verdict each, by number."""
    with tempfile.TemporaryDirectory() as scratch:
        good_readings(seed_files(), Path(scratch))  # a good file that does not read is a fault of its own
    waiting = [range(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
    context = multiprocessing.get_context("spawn")
    verdicts: list[Verdict] = []
    busy: dict[Connection, _Worker] = {}
    while waiting or busy:
        while waiting and len(busy) < workers:
            worker = _Worker(context, waiting.pop(), count, run_seed, flips)
            busy[worker.pipe] = worker
        for pipe in wait(list(busy), timeout=1):
            worker = busy[pipe]  # type: ignore[index]
            try:
                while worker.pipe.poll():
                    worker.take(worker.pipe.recv(), verdicts)
            except EOFError:
                worker.process.join()
                del busy[worker.pipe]
                if worker.left:
                    verdicts.append((worker.left[0], DEATH, f"exit code {worker.process.exitcode}", 0.0))
                    waiting.append(worker.left[1:])
        for worker in list(busy.values()):
            if worker.left and time.monotonic() - worker.since > PATIENCE_S:
                worker.process.kill()
                worker.process.join()
                del busy[worker.pipe]
                verdicts.append((worker.left[0], SLOW, "stopped", time.monotonic() - worker.since))
                waiting.append(worker.left[1:])
        waiting = [numbers for numbers in waiting if len(numbers)]
    return sorted(verdicts)


class _Worker:
    """One process and the mutants that it still has to read, in order."""

    def __init__(
        self,
        context: multiprocessing.context.SpawnContext,
        numbers: range,
        count: int,
        run_seed: int,
        flips: int | None,
    ) -> None:
        self.left, self.since = numbers, time.monotonic()
        self.pipe, theirs = context.Pipe(duplex=False)
        arguments = (theirs, numbers, count, run_seed, flips)
        self.process = context.Process(target=work, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    def take(self, verdict: Verdict, verdicts: list[Verdict]) -> None:
        number, name, detail, seconds = verdict
        verdicts.append((number, SLOW if seconds > LIMIT_S else name, detail, seconds))
        self.left, self.since = self.left[1:], time.monotonic()


def work(pipe: Connection, numbers: range, count: int, run_seed: int, flips: int | None) -> None:
    """Judge some mutants and send one verdict each."""
    seeds = seed_files()
    steps = plan(count, seeds, flips)
    with tempfile.TemporaryDirectory() as scratch:
        wanted = {steps[number][0] for number in numbers}
        good = good_readings({name: seeds[name] for name in wanted}, Path(scratch))
        for number in numbers:
            mutant = make_mutant(number, steps[number], seeds, run_seed)
            begun = time.process_time()
            verdict, detail = judge(mutant, Path(scratch) / "form.xlsx", good)
            pipe.send((number, verdict, detail, time.process_time() - begun))


def good_readings(seeds: dict[str, bytes], scratch: Path) -> dict[str, tuple[Workbook, FileReading | None]]:
    """The readings of the good files, under the name that their mutants will bear."""
    good = {}
    for name, content in seeds.items():
        path = scratch / "form.xlsx"
        path.write_bytes(content)
        good[name] = read(path, name)
    return good


def keep(mutant: Mutant, run_seed: int) -> None:
    """Keep one failing mutant where the tests read it again."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    suffix = Path(mutant.seed_name).suffix
    (FAILURES / f"{run_seed}-{mutant.number}-{mutant.kind.replace(' ', '_')}{suffix}").write_bytes(
        mutant.content
    )


def report(verdicts: list[Verdict], steps: list[tuple[str, str, int]], run_seed: int, seconds: float) -> str:
    """The figures of one run, as they are printed and quoted."""
    counts = Counter(verdict for _, verdict, _, _ in verdicts)
    reasons = Counter(detail for _, verdict, detail, _ in verdicts if verdict == "refused")
    by_seed = Counter(steps[number][0] for number, *_ in verdicts)
    times = sorted(taken for *_, taken in verdicts)
    lines = [f"{len(verdicts)} mutants of {len(by_seed)} good files, seed {run_seed}, {seconds:.0f} s"]
    lines += [f"  of {name}: {count}" for name, count in sorted(by_seed.items())]
    lines += [f"{name}: {count}" for name, count in sorted(counts.items()) if name not in FAILED]
    lines += [f"  {reason}: {count}" for reason, count in reasons.most_common()]
    lines += [f"{name}: {counts[name]}" for name in FAILED]
    lines += [
        f"time per file: p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {times[len(times) * 99 // 100] * 1000:.0f} ms, longest {times[-1]:.2f} s"
    ]
    for number, verdict, detail, _ in [entry for entry in verdicts if entry[1] in FAILED][:20]:
        lines.append(
            f"  mutant {number} ({steps[number][0]}, {steps[number][1]}): {verdict} – {detail[:200]}"
        )
    failed = sum(counts[name] for name in FAILED)
    return "\n".join([*lines, f"tried {len(verdicts)}, failed {failed} (seed {run_seed})"])


if __name__ == "__main__":
    sys.exit(main())
