"""Kill a term's run hundreds of times, at every operation and at random, and look at what is left each time.

    python tests/crash/crash.py [--kills 500] [--pairs 100] [--real 10] [--seed 4725]

After each kill: what readers get must be a finished run, whole; the next run must end byte-identical to one
that nobody disturbed and leave nothing lying about. Exit code 0 when nothing failed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kills import (
    BUSY,
    FINISHED,
    STOPPED,
    ended,
    forked,
    killed_after,
    killed_at,
    pair_with_reader,
    run_code,
    with_full_disk,
)
from small_world import (
    FILES,
    PROCESSED,
    REPORT,
    TERM,
    World,
    faults_after_a_kill,
    faults_after_a_run,
    new_workspace,
    new_world,
    received_versions,
    shown,
)

from termreview.storage.publication import read_published
from termreview.storage.workspace import Workspace

Figures = tuple[int, list[str]]


def main() -> int:
    """Run every part, print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=500, help="random kills (default 500)")
    parser.add_argument("--pairs", type=int, default=100, help="pairs of runs at once (default 100)")
    parser.add_argument(
        "--real", type=int, default=10, help="kills of a run with real notebooks (default 10)"
    )
    parser.add_argument("--seed", type=int, default=4725, help="the number from which all chance comes")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        world = new_world(Path(scratch))
        for what, figures in (
            ("random kills", lambda: random_kills(world, options.kills, dice)),
            ("kills at every operation on files", lambda: kills_at_every_operation(world, Path(scratch))),
            ("full disks", lambda: full_disks(world)),
            ("pairs of runs with a reader", lambda: pairs(world, options.pairs, dice)),
            ("kills of runs with real notebooks", lambda: real_kills(Path(scratch), options.real, dice)),
        ):
            begun = time.monotonic()
            tried, faults = figures()
            failed += len(faults)
            print(
                f"{what}: tried {tried}, failed {len(faults)} ({time.monotonic() - begun:.0f} s)", flush=True
            )
            for fault in faults[:10]:
                print(f"  {fault}", flush=True)
    print(f"seed {options.seed}, failed {failed}")
    return int(failed > 0)


def converge(world: World, version: int) -> list[str]:
    """Run undisturbed; the faults of what it leaves."""
    code = ended(forked(lambda: run_code(world)))
    return [f"the next run ended with {code}"] if code != FINISHED else faults_after_a_run(world, version)


def typical_seconds(world: World) -> float:
    """How long a run of a changed version takes here."""
    taken = []
    for version in (0, 1, 0, 1):
        world.receive(version)
        begun = time.monotonic()
        assert converge(world, version) == []
        taken.append(time.monotonic() - begun)
    return max(taken[1:])


def random_kills(world: World, count: int, dice: random.Random) -> Figures:
    """Kill runs of alternating versions at random moments, some of them again while they recover."""
    whole = typical_seconds(world)
    faults: list[str] = []
    for number in range(count):
        version = number % 2
        world.receive(version)
        for turn in range(2 if dice.random() < 0.3 else 1):
            moment = dice.random() * whole * 1.05
            killed_after(world, moment)
            faults += [
                f"kill {number}.{turn} at {moment:.3f} s: {fault}"
                for fault in faults_after_a_kill(world, False)
            ]
        faults += [f"after kill {number}: {fault}" for fault in converge(world, version)]
    return count, faults


def kills_at_every_operation(world: World, scratch: Path) -> Figures:
    """Kill once before and once after each operation on files of a run."""
    counter = scratch / "operations"
    faults: list[str] = []
    tried = 0
    for is_after in (False, True):
        world.receive(0)
        faults += converge(world, 0)
        world.receive(1)
        killed_at(world, 10**9, is_after, counter)
        operations = int(counter.read_text(encoding="utf-8"))
        for operation in range(1, operations + 3):  # a run may need some more than the one counted
            version = operation % 2
            world.receive(version)
            code = killed_at(world, operation, is_after)
            tried += code == -signal.SIGKILL
            where = f"{'after' if is_after else 'before'} operation {operation}"
            faults += [f"killed {where}: {fault}" for fault in faults_after_a_kill(world, False)]
            faults += [f"run after a kill {where}: {fault}" for fault in converge(world, version)]
    return tried, faults


def full_disks(world: World) -> Figures:
    """Run where files may not grow: the run must say so and leave the last finished one."""
    faults: list[str] = []
    limits = (0, 10, 100, 1_000, 4_000, 8_000, 12_000, 16_000, 20_000, 30_000)
    for number, limit in enumerate(limits):
        version = number % 2
        world.receive(version)
        code = with_full_disk(world, limit)
        if code not in (STOPPED, FINISHED):
            faults.append(f"files of at most {limit} bytes: ended with {code}")
        faults += [f"files of at most {limit} bytes: {fault}" for fault in faults_after_a_kill(world, False)]
        faults += [f"run after files of at most {limit} bytes: {fault}" for fault in converge(world, version)]
    return len(limits), faults


def pairs(world: World, count: int, dice: random.Random) -> Figures:
    """Two runs at once: one is told that the other is at work, or both end; a reader never sees a mixture."""
    faults: list[str] = []
    for number in range(count):
        version = number % 2
        world.receive(version)
        ends, looked = pair_with_reader(world, dice)
        if not set(ends) <= {FINISHED, BUSY} or FINISHED not in ends:
            faults.append(f"pair {number} ended with {ends}")
        if looked != FINISHED:
            faults.append(f"pair {number}: the reader saw a mixture")
        faults += [f"pair {number}: {fault}" for fault in faults_after_a_run(world, version)]
    return count, faults


def real_kills(scratch: Path, count: int, dice: random.Random) -> Figures:
    """Kill `termreview run` with its notebooks, the runner alone or its kernels too, and run it again."""
    if not count:
        return 0, []
    office = World(new_workspace(scratch / "real"), received_versions(), ({}, {}))
    states = []
    begun = time.monotonic()
    for version in (0, 1):
        office.receive(version)
        _real_run(office.workspace).wait()
        states.append(shown(office.workspace))
    whole = (time.monotonic() - begun) / 2
    world = World(office.workspace, office.received, (states[0], states[1]))
    faults = (
        []
        if all({REPORT, f"{PROCESSED}/manifest.json"} <= set(state) for state in states)
        else ["no first run"]
    )
    for number in range(count):
        version = number % 2
        world.receive(version)
        process = _real_run(world.workspace)
        time.sleep(dice.random() * whole)
        if dice.random() < 0.5:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        faults += [f"real kill {number}: {fault}" for fault in faults_after_a_kill(world, False)]
        code = _real_run(world.workspace).wait()
        faults += [f"the next real run ended with {code}"] * (code != 0)
        faults += [f"after real kill {number}: {fault}" for fault in faults_after_a_run(world, version)]
    assert set(read_published(world.workspace.output_paths(TERM), FILES)) == set(FILES)
    return count, faults


def _real_run(workspace: Workspace) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "termreview.cli", "--root", str(workspace.root), "run", TERM.term_id]
    return subprocess.Popen(
        [*command, "--as-of", "2024-01-15"], stdout=subprocess.DEVNULL, start_new_session=True
    )


if __name__ == "__main__":
    sys.exit(main())
