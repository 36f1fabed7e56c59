"""One batch of files read by one process, its answers already columns of one Arrow table.

Many small Python objects are slow to send between processes; a table is not.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from termreview.cluster import file_size, scheduler_asked, share_on
from termreview.coded_text import CodedText
from termreview.collector import memory_left_alone
from termreview.intake.batches.reading_cache import (
    CachedReading,
    ReadingCache,
    drop_others,
    find_reading,
    no_progress,
    store_reading,
)
from termreview.intake.files.file_reading import Answer, FileReading, Remark
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import read_file
from termreview.intake.files.shared_file import read_shares
from termreview.intake.received.received import ReceivedFile
from termreview.processes import begin_server, processors, share
from termreview.spreadsheets.packages.guard import NOT_OPENED

READING = "reading"
_SMALLEST_BATCH, _LARGEST_BATCH = 1, 50
_KEPT_AT_ONCE = (
    8  # of readings that are kept: so many at most are read twice where two processes read the same files
)
_SHARES = 2  # of what is left, one process takes at most half of its share
_ON_A_CLUSTER = 8  # as many workers as batches are cut for: fewer take more of them, more take them faster
_FEWEST_FILES = 8  # for which one more process is worth its start
ANSWERS = pa.schema(
    [(READING, pa.int32())]
    + [(name, pa.float64() if name == "value_number" else pa.large_string()) for name in Answer._fields]
)
FILE_ANSWERS = ANSWERS.remove(0)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ReadBatch:
    """One batch: the readings without their answers, and the answers of all of them.

    The column `reading` of `answers` is the place of the file among the `readings`.
    """

    readings: list[FileReading]
    answers: pa.Table


def read_batches(
    files: Sequence[ReceivedFile],
    reader: Reader,
    workers: int = 1,
    progress: Progress | None = None,
    kept: ReadingCache | None = None,
) -> Iterator[ReadBatch]:
    """Give the readings of all files in batches, in their order, each text of their answers stored once.

    Parameters
    ----------
    workers
        Processes that read batches side by side; 0 for as many as there are processors.
    kept
        Readings of the run before: a file that has one there is not read again.
    """
    if kept is not None:
        yield from _cached_or_read(files, reader, workers, kept, progress)
        return
    done = 0
    for batch in _read_all(files, reader, workers):
        done += len(batch.readings)
        if progress:
            progress(done, len(files))
        yield batch


def read_ahead(files: Sequence[ReceivedFile], reader: Reader, workers: int, kept: ReadingCache) -> None:
    """Keep the readings of all files for another process that is about to ask for them.

    They are read from the last to the first: where the other one begins with the first meanwhile, they meet half-way.
    """
    for _ in _read_all(files[::-1], reader, workers, kept):
        continue


def _read_all(
    files: Sequence[ReceivedFile], reader: Reader, workers: int, kept: ReadingCache | None = None
) -> Iterator[ReadBatch]:
    """Read all files; with `kept`, keep the reading of each, unless another process has done so meanwhile."""
    scheduler = scheduler_asked()
    processes = (
        _ON_A_CLUSTER if scheduler else min(workers or processors(), max(1, len(files) // _FEWEST_FILES))
    )
    keeping = None if kept is None else replace(kept, tell=no_progress)
    work = partial(_read_and_cache, reader=reader, kept=keeping)
    batches = _batches(files, processes, _LARGEST_BATCH if kept is None else _KEPT_AT_ONCE)
    if scheduler:
        sees = partial(file_size, files[0].path) if files else None
        return share_on(scheduler, batches, work, sees)
    if processes > 1:
        begin_server(__name__, "pandas")  # which pyarrow imports when it makes its first column
    return share(batches, work, processes)


def _read_and_cache(files: Sequence[ReceivedFile], reader: Reader, kept: ReadingCache | None) -> ReadBatch:
    if kept is None:
        return _compacted(read_batch(files, reader))
    found = {file: find_reading(kept, file, FILE_ANSWERS) for file in files}
    for reading, answers in _split(read_batch([file for file in files if found[file] is None], reader)):
        store_reading(kept, reading, answers)
        found[reading.file] = (reading, answers)
    return _join([entry for entry in found.values() if entry is not None])


def _batches(
    files: Sequence[ReceivedFile], processes: int = 1, largest: int = _LARGEST_BATCH
) -> list[Sequence[ReceivedFile]]:
    """Large at first and small in the end, so that nobody waits long for the last one."""
    batches, first = [], 0
    while first < len(files):
        size = len(files) - first
        if processes > 1:
            size = max(_SMALLEST_BATCH, -(-size // (processes * _SHARES)))
        batches.append(files[first : first + min(size, largest)])
        first += len(batches[-1])
    return batches


def _cached_or_read(
    files: Sequence[ReceivedFile], reader: Reader, workers: int, kept: ReadingCache, progress: Progress | None
) -> Iterator[ReadBatch]:
    """Read what is not kept, keep it, and give both in the order of the files."""
    found = {file: find_reading(kept, file, FILE_ANSWERS) for file in files}
    missing = [file for file, reading in found.items() if reading is None]
    done = len(files) - len(missing)
    if progress:
        progress(done, len(files))
    for batch in _read_all(missing, reader, workers, kept):
        for reading, answers in _split(batch):
            found[reading.file] = (reading, answers)
        done += len(batch.readings)
        if progress:
            progress(done, len(files))
    drop_others(kept, files)
    kept.tell(len(missing), len(files))
    for part in _batches(files):
        yield _compacted(_join([entry for file in part if (entry := found.pop(file)) is not None]))


def cut_shared(batches: Iterable[ReadBatch], reader: Reader) -> Iterator[ReadBatch]:
    """Give the batches with each file of several schools replaced, in its place, by a reading per school."""
    for batch in batches:
        if not any(reading.is_shared for reading in batch.readings):
            yield batch
            continue
        entries: list[CachedReading] = []
        for reading, answers in _split(batch):
            shares = read_shares(reading.file, reader) if reading.is_shared else []
            entries += [_with_answers(share) for share in shares] or [(reading, answers.cast(FILE_ANSWERS))]
        yield _compacted(_join(entries))


def _compacted(batch: ReadBatch) -> ReadBatch:
    return ReadBatch(batch.readings, compacted_answers(batch.answers))


def compacted_answers(answers: pa.Table) -> pa.Table:
    """Answers with each text stored once: files that do not count in the end are held, too."""
    columns = [
        column.dictionary_encode() if pa.types.is_large_string(column.type) else column
        for column in answers.columns
    ]
    return pa.table(columns, names=answers.column_names)


def answers_at(batches: Iterable[ReadBatch], places: Container[int]) -> dict[int, list[Answer]]:
    """The answers of some files, by their place among all."""
    found, first = {}, 0
    for batch in batches:
        wanted = [number for number in range(len(batch.readings)) if first + number in places]
        entries = list(_split(batch)) if wanted else []
        for number in wanted:
            rows = zip(*map(_values, entries[number][1].select(Answer._fields).columns), strict=True)
            found[first + number] = list(map(Answer._make, rows))
        first += len(batch.readings)
    return found


def _values(column: pa.ChunkedArray) -> list[object]:
    """The values of one column, None where there is none; texts at a tenth of the price of one by one."""
    if pa.types.is_dictionary(column.type):  # a text that is stored once
        column = column.cast(column.type.value_type)
    is_text = pa.types.is_large_string(column.type)
    values: list[object] = column.to_numpy().tolist() if is_text else column.to_pylist()
    return values


def _with_answers(reading: FileReading) -> CachedReading:
    """One reading and its answers as a table."""
    columns = list(zip(*reading.answers, strict=True)) or [()] * len(Answer._fields)
    reading.answers = []
    arrays = [pa.array(column, field.type) for column, field in zip(columns, FILE_ANSWERS, strict=True)]
    return reading, pa.Table.from_arrays(arrays, schema=FILE_ANSWERS)


def _split(batch: ReadBatch) -> Iterator[CachedReading]:
    """The readings of one batch one by one, each with its own answers: these stand together in the table."""
    numbers = np.arange(len(batch.readings) + 1)
    ends = np.searchsorted(batch.answers[READING].to_numpy(), numbers).tolist()
    answers = batch.answers.drop_columns([READING])
    for reading, first, last in zip(batch.readings, ends, ends[1:], strict=False):
        yield reading, answers.slice(first, last - first)


def _join(parts: Sequence[CachedReading]) -> ReadBatch:
    """One batch from readings one by one."""
    places = [place for place, (_, answers) in enumerate(parts) for _ in range(len(answers))]
    answers = pa.concat_tables([answers for _, answers in parts]).combine_chunks()
    numbered = answers.add_column(0, ANSWERS.field(0), pa.array(places, pa.int32()))
    return ReadBatch([reading for reading, _ in parts], numbered)


def read_batch(files: Iterable[ReceivedFile], reader: Reader) -> ReadBatch:
    """Read one batch of files; one that this machine did not get round to is tried once more in the end."""
    places, rows = [], []
    with memory_left_alone():
        readings = [_read(file, reader) for file in files]
        for number, reading in enumerate(readings):
            if reading.refusal == NOT_OPENED:
                readings[number] = reading = _read(reading.file, reader)
            rows += reading.answers
            places += [number] * len(reading.answers)
            reading.answers = []
    columns = list(zip(*rows, strict=True)) or [()] * len(Answer._fields)
    arrays = [pa.array(places, pa.int32())]
    arrays += [
        pa.array(column, ANSWERS.field(name).type)
        for name, column in zip(Answer._fields, columns, strict=True)
    ]
    return ReadBatch(readings, pa.Table.from_arrays(arrays, schema=ANSWERS))


def _read(file: ReceivedFile, reader: Reader) -> FileReading:
    """Read one file; what nobody foresaw costs this file alone, and says so.

    Raises
    ------
    OSError
        When the file cannot be opened: that is no fault of its content.
    """
    try:
        return read_file(file, reader)
    except OSError:
        raise
    except Exception as error:
        reason = NOT_OPENED if isinstance(error, MemoryError) else "engine_failed"
        reading = FileReading(file, refusal=reason)
        detail = CodedText("unforeseen", kind=type(error).__name__)
        reading.remarks = [Remark(f"refused_{reason}", f"refused_{reason}", detail=detail)]
        return reading
