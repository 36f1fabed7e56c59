"""The reports of communes by the workers of a Dask cluster beside the processes of this machine, on the same processors.

Run by `make bench-cluster`. Each worker has one processor to itself, as a machine of its own would; all begin with what an
earlier run has kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from notebook_speed import print_line
from scale import enlarged

from bench import AS_OF, TERM
from termreview.cluster import SCHEDULER
from termreview.reference.declarations import load_reference
from termreview.reporting.editions.scope import INTERNAL, scopes_of_kind
from termreview.run.runner import run_term
from termreview.run.scoped_runs import make_scoped
from termreview.sample.school_year import write_sample
from termreview.storage.workspace import Workspace, find_workspace

sys.path.insert(0, str(Path(__file__).parents[1]))

from cluster_world import Cluster

LEAST_EFFICIENCY, MOST_TIMES_THE_POOL = 0.8, 1.3


def main() -> None:
    """Measure one and two processes and workers, and print how they compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--schools", type=int, default=110)
    parser.add_argument("--communes", type=int, default=8, help="reports to make (default 8)")
    asked = parser.parse_args()
    home = find_workspace(Path(__file__).parent)
    reference = load_reference(home.reference)
    allowed = sorted(os.sched_getaffinity(0))[:2]
    if len(allowed) < 2:
        raise SystemExit("two processors are needed")
    with tempfile.TemporaryDirectory() as scratch:
        sample = Workspace(Path(scratch) / "sample")
        shutil.copytree(home.reference, sample.reference)
        write_sample(sample, reference, progress=lambda _: None)
        office = enlarged(home, sample, reference, asked.schools, Path(scratch) / "office")
        run_term(office, load_reference(office.reference), TERM, AS_OF, editions=(INTERNAL,))
        seconds(office, asked.communes, allowed, 2)  # what all others find then
        pool = [seconds(office, asked.communes, allowed[:count], count) for count in (1, 2)]
        spread = [
            on_cluster(office, asked.communes, allowed[:count], Path(scratch) / f"cluster-{count}")
            for count in (1, 2)
        ]
    told = zip(("processes", "workers"), (pool, spread), strict=True)
    for name, (one, two) in told:
        print_line(
            f"{asked.communes} reports of communes, one and two {name}",
            f"{one:.1f} and {two:.1f} s",
            "",
            True,
        )
    efficiency, times = spread[0] / (2 * spread[1]), spread[1] / pool[1]
    print_line(
        "efficiency on two workers",
        f"{efficiency:.2f}",
        f">= {LEAST_EFFICIENCY}",
        efficiency >= LEAST_EFFICIENCY,
    )
    print_line(
        "two workers to two processes",
        f"{times:.2f} x",
        f"<= {MOST_TIMES_THE_POOL} x",
        times <= MOST_TIMES_THE_POOL,
    )


def on_cluster(office: Workspace, communes: int, processors: list[int], folder: Path) -> float:
    """The seconds that as many workers take as there are processors, each on its own."""
    with ExitStack() as stack:
        machines = Cluster(folder, stack)
        for processor in processors:
            os.sched_setaffinity(machines.worker(f"worker-{processor}").pid, {processor})
        os.environ[SCHEDULER] = machines.address
        try:
            seconds(office, len(processors), processors, 1)  # each worker has begun what it begins with
            return seconds(office, communes, processors, 1)
        finally:
            del os.environ[SCHEDULER]


def seconds(office: Workspace, communes: int, processors: list[int], workers: int) -> float:
    """The seconds that the reports of the first communes take on some processors."""
    reference = load_reference(office.reference)
    scopes = scopes_of_kind(reference, reference.of(TERM), "commune")[:communes]
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        begun = time.monotonic()
        made = make_scoped(
            office, reference, TERM, AS_OF, scopes, (INTERNAL,), workers=workers, is_forced=True
        )
        taken = time.monotonic() - begun
    finally:
        os.sched_setaffinity(0, everywhere)
    if errors := [one.error for one in made if one.error]:
        raise SystemExit(errors[0])
    return taken


if __name__ == "__main__":
    main()
