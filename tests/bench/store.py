"""What a question over many years costs: 41 000 schools, eight terms, a trend asked in SQL of the tables where they lie.

Run by `make bench-scale`. The tables are those of the sample district over and over; the question is asked by a process of
its own, which says how much it held.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from notebook_speed import print_line

from bench import TERM, _files
from termreview.intake.clean import clean_term
from termreview.reference.declarations import load_reference
from termreview.sample.school_year import write_sample
from termreview.storage.workspace import Workspace, find_workspace
from termreview.terms import Term

SCHOOLS, TERMS = 41_000, 8
MOST_S, MOST_MIB = 3.0, 2048
TREND = """
    SELECT term_id, count(DISTINCT school_id) AS schools,
        sum(value_number) FILTER (field_id = 'teachers_using_software_count') AS users,
        sum(value_number) FILTER (field_id = 'teachers_count.total') AS teachers, 100 * users / teachers AS share
    FROM observations WHERE field_id IN ('teachers_using_software_count', 'teachers_count.total')
    GROUP BY term_id ORDER BY term_id
"""
ASKED = """
import re, sys, time
from pathlib import Path
import termreview
begun = time.monotonic()
found = termreview.query(sys.argv[1], workspace_root=sys.argv[2])
seconds = time.monotonic() - begun
held = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024  # since it began, not what its parent held
print(len(found), int(found["schools"].min()), seconds, held)
"""


def main() -> None:
    """Write the tables, ask and print."""
    home = find_workspace(Path(__file__))
    reference = load_reference(home.reference)
    terms = [plan.term for plan in reference.calendar.plans][:TERMS]
    assert len(terms) == TERMS
    with tempfile.TemporaryDirectory(prefix="termreview-store-") as scratch:
        sample, large = Workspace(Path(scratch) / "sample"), Workspace(Path(scratch) / "large")
        for workspace in (sample, large):
            shutil.copytree(home.reference, workspace.reference)
        write_sample(sample, reference)
        observations = clean_term(_files(sample, TERM), reference, TERM).observations
        one = Path(scratch) / "observations.parquet"
        observations.to_parquet(one, index=False)
        rows = sum(write_table(one, large, term, observations["school_id"].nunique()) for term in terms)
        asked = [sys.executable, "-c", ASKED, TREND, str(large.root)]
        told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    lines, schools, seconds, mib = int(told[0]), int(told[1]), float(told[2]), float(told[3])
    print(f"{schools} schools, {lines} terms, {rows} answers")
    print_line("a trend over all terms", f"{seconds:.1f} s", f"<= {MOST_S:.0f} s", seconds <= MOST_S)
    print_line("the process that asks", f"{mib:.0f} MiB", f"<= {MOST_MIB} MiB", mib <= MOST_MIB)


def write_table(one: Path, workspace: Workspace, term: Term, schools: int) -> int:
    """Write the answers of one term: those of the sample, once for each copy of its schools; how many they are."""
    folder = workspace.processed(term)
    folder.mkdir(parents=True)
    copies = -(-SCHOOLS // schools)
    place = folder / "observations.parquet"
    with duckdb.connect() as store:
        store.execute(
            f"""
            COPY (SELECT school_id || '-' || copy AS school_id, '{term.term_id}' AS term_id, * EXCLUDE (school_id, term_id)
                FROM range({copies}) AS copies(copy), read_parquet('{one}')) TO '{place}' (FORMAT parquet)
            """
        )
        count: int = store.execute(f"SELECT count(*) FROM read_parquet('{place}')").fetchall()[0][0]
    shutil.copyfile(one, folder / "scores.parquet")  # that it was scored is all that is asked of it
    return count


if __name__ == "__main__":
    main()
