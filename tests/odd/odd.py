"""Read any folder of files made by other programs; say what came of each and what must not have come of it.

    make odd FOLDER=…        (python tests/odd/odd.py FOLDER [--workers 2] [--json FILE])

Every file is read as production reads it: looked at by itself, and as if a school had sent it. It must end as
read or as refused by one of the named reasons, within the limits of time and memory, with an account of its
cells that adds up. Exit code 0 when all do.
"""

from __future__ import annotations

import argparse
import datetime
import json
import multiprocessing
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import read_file
from termreview.intake.inspection import REFUSED, inspect_file
from termreview.intake.received.received import ReceivedFile
from termreview.reference.declarations import load_reference
from termreview.spreadsheets.packages.guard import REFUSAL_REASONS
from termreview.storage.atomic_files import sha256_of
from termreview.terms import parse_term

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S, MOST_MIB = 20.0, 100.0
READ, RAISED, UNNAMED, ACCOUNT = "read", "RAISED", "REFUSED WITHOUT A NAME", "ACCOUNT DOES NOT ADD UP"
DEATH, SLOW, LARGE = "DEATH", "OVER THE LIMIT OF TIME", "OVER THE LIMIT OF MEMORY"
FAILED = (RAISED, UNNAMED, ACCOUNT, DEATH, SLOW, LARGE)


class Outcome(NamedTuple):
    """What came of one file: its verdict, its reason or failure, what it was, its cells, the price."""

    path: str
    verdict: str
    detail: str = ""
    kind: str | None = None
    cells: int = 0
    seconds: float = 0.0
    mib: float = 0.0
    words: str = ""


def main() -> int:
    """Read, print and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="every file below it is read; equal files once")
    parser.add_argument("--workers", type=int, default=2, help="processes side by side")
    parser.add_argument("--json", type=Path, help="one line of JSON for each file")
    options = parser.parse_args()
    begun = time.monotonic()
    outcomes = run(list(different_files(options.folder)), options.workers)
    if options.json:
        lines = [json.dumps(outcome._asdict(), ensure_ascii=False) for outcome in outcomes]
        options.json.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(report(outcomes, options.folder, time.monotonic() - begun))
    return int(not outcomes or any(outcome.verdict in FAILED for outcome in outcomes))


def different_files(folder: Path) -> Iterator[Path]:
    """The files below one folder in order, the first of those with equal content."""
    seen = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (content := sha256_of(path.read_bytes())) not in seen:
            seen.add(content)
            yield path


def run(paths: list[Path], workers: int) -> list[Outcome]:
    """Judge all files in guarded workers: one that dies or hangs costs the file that it was at."""
    context = multiprocessing.get_context("spawn")
    outcomes: list[Outcome] = []
    waiting, busy = list(reversed(paths)), {}
    while waiting or busy:
        while waiting and len(busy) < workers:
            pipe, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            busy[pipe] = [process, waiting.pop(), time.monotonic()]
            pipe.send(str(busy[pipe][1]))
        for pipe in wait(list(busy), timeout=1):
            assert isinstance(pipe, Connection)
            process, path, _ = busy[pipe]
            try:
                outcomes.append(pipe.recv())
            except EOFError:
                process.join()
                outcomes.append(Outcome(str(path), DEATH, f"exit code {process.exitcode}"))
                del busy[pipe]
                continue
            if waiting:
                busy[pipe][1:] = [waiting.pop(), time.monotonic()]
                pipe.send(str(busy[pipe][1]))
            else:
                pipe.send(None)
                process.join()
                del busy[pipe]
        for pipe, (process, path, since) in list(busy.items()):
            if time.monotonic() - since > 6 * LIMIT_S:  # the file is read several times
                process.kill()
                process.join()
                outcomes.append(Outcome(str(path), SLOW, "stopped", seconds=time.monotonic() - since))
                del busy[pipe]
    return sorted(outcomes)


def work(pipe: Connection) -> None:
    """Judge one file after another as they are named."""
    while (path := pipe.recv()) is not None:
        pipe.send(judge(Path(path)))


def judge(path: Path) -> Outcome:
    """What comes of one file."""
    before = _memory(reset=True)
    begun = _worked()
    try:
        seen = inspect_file(path, reader_of_term()[1])
        seconds = _worked() - begun
        received = ReceivedFile(path.name, path, datetime.date(2024, 1, 5), seen.sha256 or "", 0)
        reading = read_file(received, reader_of_term()[0])
    except Exception as error:
        return Outcome(str(path), RAISED, f"{type(error).__name__}: {error}"[:300])
    grown = _memory() - before
    found = Outcome(
        str(path),
        READ,
        "",
        seen.kind,
        (seen.account or {}).get("total", 0),
        seconds,
        grown,
        seen.detail or "",
    )
    if (seen.detail or "").startswith("an unforeseen failure"):
        return found._replace(verdict=RAISED, detail=seen.detail or "")
    if seconds > LIMIT_S:
        return found._replace(verdict=SLOW)
    if grown > MOST_MIB:
        return found._replace(verdict=LARGE, detail=f"{grown:.0f} MiB")
    if seen.state == REFUSED and seen.reason in REFUSAL_REASONS and reading.refusal == seen.reason:
        return found._replace(verdict=REFUSED, detail=seen.reason)
    if seen.state == REFUSED:
        return found._replace(verdict=UNNAMED, detail=f"{seen.reason}, {reading.refusal}")
    account = seen.account or {}
    parts = account["used"] + account["flagged"] + account["unowned"] + account["ignored"]
    total = sum(sheet["cells"] for sheet in seen.sheets)
    if parts != account["total"] or min(account.values()) < 0 or not 0 < account["total"] <= total:
        return found._replace(verdict=ACCOUNT, detail=f"{account} of {total}")
    return found


@cache
def reader_of_term() -> Any:
    """What reading a term needs, and the declarations of the office."""
    reference = load_reference(ROOT / "data" / "reference")
    return Reader(reference.of(parse_term("2023-2024-hk1")), reference.registry), reference


def _worked() -> float:
    """The processor seconds of this process and of those that it waited for: a busy machine makes no file slow."""
    return sum(os.times()[:4])


def _memory(reset: bool = False) -> float:
    """The largest memory of this process in MiB, since `reset` where the system can; 0 where it cannot tell."""
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    peak = re.search(r"VmRSS:\s+(\d+)" if reset else r"VmHWM:\s+(\d+)", status)
    return int(peak[1]) / 1024 if peak else 0.0


def report(outcomes: list[Outcome], folder: Path, seconds: float) -> str:
    """The figures of one run, as they are printed and quoted."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    lines = [f"{len(outcomes)} different files, {seconds:.0f} s"]
    origins = Counter((Path(o.path).relative_to(folder).parts[0], o.verdict) for o in outcomes)
    for origin in sorted({origin for origin, _ in origins}):
        told = ", ".join(
            f"{verdict} {count}" for (name, verdict), count in sorted(origins.items()) if name == origin
        )
        lines.append(f"  {origin}: {told}")
    lines.append(f"{READ}: {counts[READ]}")
    kinds = Counter(outcome.kind for outcome in outcomes if outcome.verdict == READ)
    lines += [f"  {kind}: {count}" for kind, count in kinds.most_common()]
    lines.append(f"{REFUSED}: {counts[REFUSED]}")
    reasons = Counter(outcome.detail for outcome in outcomes if outcome.verdict == REFUSED)
    lines += [f"  {reason}: {count}" for reason, count in reasons.most_common()]
    lines += [f"{name}: {counts[name]}" for name in FAILED]
    times = sorted(outcome.seconds for outcome in outcomes) or [0.0]
    most = max((outcome.mib for outcome in outcomes), default=0.0)
    lines.append(
        f"time per file: p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {times[len(times) * 99 // 100] * 1000:.0f} ms,"
        f" longest {times[-1]:.2f} s; memory: at most {most:.0f} MiB more"
    )
    for outcome in [outcome for outcome in outcomes if outcome.verdict in FAILED][:50]:
        lines.append(f"  {outcome.path}: {outcome.verdict} – {outcome.detail}")
    failed = sum(counts[name] for name in FAILED)
    return "\n".join([*lines, f"tried {len(outcomes)}, failed {failed}"])


if __name__ == "__main__":
    sys.exit(main())
