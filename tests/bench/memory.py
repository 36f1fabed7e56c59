"""What the reading of one file takes in memory: here, and in the guarded child process."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from termreview.intake.batches.batch import read_batch
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import read_file
from termreview.intake.received.received import ReceivedFile
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS
from termreview.spreadsheets.workbook import read_workbook

MIB = 2**20
_CHILD = """
import resource, sys
from pathlib import Path
from termreview.spreadsheets.older_formats import read_in_child
read_in_child(Path(sys.argv[1]), "xls")
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak_mib(file: ReceivedFile, reader: Reader) -> float:
    """The most that Python holds while it reads one file, in MiB."""
    gc.collect()
    tracemalloc.start()
    read_file(file, reader)
    peak = tracemalloc.get_traced_memory()[1] / MIB
    tracemalloc.stop()
    return peak


def peaks_mib(files: Sequence[ReceivedFile], reader: Reader) -> tuple[float, float]:
    """The usual and the largest peak of reading one of the files, in MiB."""
    peaks = [peak_mib(file, reader) for file in files]
    return statistics.median(peaks), max(peaks)


def kept_kib(files: Sequence[ReceivedFile], reader: Reader) -> float:
    """What one file leaves behind once read, until the tables are written, in KiB: answers and remarks."""
    gc.collect()
    tracemalloc.start()
    batch = read_batch(files, reader)
    kept = tracemalloc.get_traced_memory()[0] + batch.answers.nbytes
    tracemalloc.stop()
    return kept / 1024 / len(files)


def largest_peak_mib(folder: Path) -> float:
    """The peak of reading a workbook that has as many cells as a workbook may have, in MiB."""
    path = folder / "largest.xlsx"
    columns = 100
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(DEFAULT_LIMITS.cells // columns):
            sheet.write_row(row, 0, [f"ô {row} {column}" for column in range(columns)])
    gc.collect()
    tracemalloc.start()
    read_workbook(path)
    peak = tracemalloc.get_traced_memory()[1] / MIB
    tracemalloc.stop()
    return peak


def child_mib(xls: Path) -> float:
    """The most that the child process held which read one .xls workbook, in MiB; its own program included."""
    done = subprocess.run([sys.executable, "-c", _CHILD, str(xls)], capture_output=True, check=True)
    return int(done.stdout) / MIB
