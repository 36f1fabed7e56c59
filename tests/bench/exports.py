"""What counting one export of 100 000 rows takes in processor time and memory: each layout, in a process of its own as in a run.

`make bench`; nothing here is a test, and no test is timed.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml

ROWS = 100_000
SECONDS, MIB = 3.0, 300
_CASES = Path(__file__).resolve().parents[1] / "spec" / "exports.yml"
_CHILD = """
import resource, sys, time
from pathlib import Path
from termreview.reference.declarations import load_reference
from termreview.sources.counting import count_rows
from termreview.sources.facts import school_finder
from termreview.storage.workspace import find_workspace
from termreview.terms import parse_term
home, path = Path(sys.argv[1]), Path(sys.argv[2])
reference = load_reference(find_workspace(home).reference)
finder = school_finder(reference, reference.of(parse_term("2023-2024-hk1")), path.name)
begun = time.process_time()
counted = count_rows(path, reference.sources.layouts, finder)
print(counted.rows, time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    """Measure and print every layout, as text and as a workbook."""
    told = yaml.load(_CASES.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    cases: list[dict[str, Any]] = told["cases"]
    print(f"{ROWS} rows of an export (promise: {SECONDS:g} s of processor time, {MIB} MiB)")
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            rows = _many(list(csv.reader(io.StringIO(case["text"]))))
            for path in (
                _text(Path(folder) / case["file"], rows),
                _book(Path(folder) / f"{Path(case['file']).stem}.xlsx", rows),
            ):
                done = subprocess.run(
                    [sys.executable, "-c", _CHILD, str(Path(__file__).parent), str(path)],
                    capture_output=True, text=True, check=True,
                )  # fmt: skip
                count, seconds, mib = (float(part) for part in done.stdout.split())
                kept = "kept" if seconds <= SECONDS and mib <= MIB and count >= ROWS else "NOT KEPT"
                print(
                    f"  {case['layout']:<26} {path.suffix:<5} {count:>7.0f} rows {seconds:5.2f} s {mib:6.0f} MiB  {kept}"
                )
                path.unlink()


def _many(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows of one case over and over, every text that tells rows apart with a number of its own."""
    heads, *below = rows
    own = [row for row in below if any(row[:2])]  # a second row of heads is no row of the list
    told = {place for place, head in enumerate(heads) if head.split(" [")[0] in _OWN}
    made = [
        [
            f"{number}{cell}" if place in told and cell else cell
            for place, cell in enumerate(own[number % len(own)])
        ]
        for number in range(ROWS)
    ]
    return [list(heads), *made]


_OWN = ("User Principal Name", "User", "Email Address", "Team Id", "Mã học sinh", "Mã cán bộ", "Mã lớp", "Mã định danh Bộ GD&ĐT", "ID")  # fmt: skip


def _text(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def _book(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Sheet1")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


if __name__ == "__main__":
    main()
