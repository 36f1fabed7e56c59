"""One batch of files read by one process, its answers already columns of one Arrow table.

Many small Python objects are slow to send between processes; a table is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from termreview.intake.file_reading import Answer, FileReading
from termreview.intake.reading import Reader, read_file
from termreview.intake.received import ReceivedFile

READING = "reading"
_LARGEST_BATCH = 50
ANSWERS = pa.schema(
    [(READING, pa.int32())]
    + [(name, pa.float64() if name == "value_number" else pa.large_string()) for name in Answer._fields]
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Shard:
    """One batch: the readings without their answers, and the answers of all of them.

    The column `reading` of `answers` is the place of the file among the `readings`.
    """

    readings: list[FileReading]
    answers: pa.Table


def read_shards(
    files: Sequence[ReceivedFile], reader: Reader, workers: int = 1, progress: Progress | None = None
) -> Iterator[Shard]:
    """Read all files in batches, in their order; with several workers the batches run side by side."""
    done = 0
    for shard in _shards(files, reader, workers):
        done += len(shard.readings)
        if progress:
            progress(done, len(files))
        yield shard


def _shards(files: Sequence[ReceivedFile], reader: Reader, workers: int) -> Iterator[Shard]:
    size = max(1, min(_LARGEST_BATCH, -(-len(files) // (workers * 3))))
    batches = [files[start : start + size] for start in range(0, len(files), size)]
    if workers == 1 or len(batches) < 2:
        yield from (read_shard(batch, reader) for batch in batches)
        return
    with ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(reader,)) as pool:
        yield from pool.map(_read_shard, batches)


def read_shard(files: Iterable[ReceivedFile], reader: Reader) -> Shard:
    """Read one batch of files."""
    readings, places, rows = [], [], []
    for number, file in enumerate(files):
        reading = read_file(file, reader)
        rows += reading.answers
        places += [number] * len(reading.answers)
        reading.answers = []
        readings.append(reading)
    columns = list(zip(*rows, strict=True)) or [()] * len(Answer._fields)
    arrays = [pa.array(places, pa.int32())]
    arrays += [
        pa.array(column, ANSWERS.field(name).type)
        for name, column in zip(Answer._fields, columns, strict=True)
    ]
    return Shard(readings, pa.Table.from_arrays(arrays, schema=ANSWERS))


_worker_reader: Reader | None = None


def _start_worker(reader: Reader) -> None:
    global _worker_reader
    _worker_reader = reader


def _read_shard(files: Sequence[ReceivedFile]) -> Shard:
    assert _worker_reader is not None
    return read_shard(files, _worker_reader)
