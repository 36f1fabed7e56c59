"""One file's reading, kept from the run before: used while file, name, term, declarations and program are the same.

A kept reading is a convenience: it may be deleted at any time, and one that is damaged is read anew.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from termreview.errors import RunError
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.received.received import ReceivedFile, content_facts
from termreview.spreadsheets.packages.guard import NOT_OPENED
from termreview.storage.atomic_files import keep_content, sha256_of, stored_content

_SUFFIX = ".reading"
_FACTS = b"reading"
_NOT_STORED = ("file", "answers")
_PASSING = ("engine_failed", NOT_OPENED)  # refusals that another time may not repeat

CachedReading = tuple[FileReading, pa.Table]


def no_progress(read: int, total: int) -> None:
    """Keep the counts of one run to itself."""


@dataclass(frozen=True)
class ReadingCache:
    """The kept readings of one term.

    Attributes
    ----------
    folder
        Where they are; made when needed.
    made_of
        One text that names everything else that decides a reading: declarations, program, term.
    tell
        Is told how many files had to be read, and of how many.
    """

    folder: Path
    made_of: str
    tell: Callable[[int, int], None] = no_progress

    def path(self, file: ReceivedFile) -> Path:
        """Where the reading of one file is kept."""
        key = sha256_of("\0".join((file.sha256, file.name, self.made_of)).encode())
        return self.folder / f"{key[:40]}{_SUFFIX}"


def find_reading(kept: ReadingCache, file: ReceivedFile, schema: pa.Schema) -> CachedReading | None:
    """Find the reading of one file; None when there is none, or none that can be trusted."""
    body = stored_content(kept.path(file))
    if body is None:
        return None
    try:
        table = pa.ipc.open_stream(body).read_all()
        facts = json.loads((table.schema.metadata or {})[_FACTS])
        facts["remarks"] = [Remark(*remark) for remark in facts["remarks"]]
        reading = FileReading(file=file, **facts)
    except (pa.ArrowException, ValueError, KeyError, TypeError):
        return None
    table = table.replace_schema_metadata(None)
    return (reading, table) if table.schema.equals(schema) else None


def store_reading(kept: ReadingCache, reading: FileReading, answers: pa.Table) -> None:
    """Keep one reading without its answers, and the answers; a full disk keeps nothing and stops nobody.

    Raises
    ------
    RunError
        When the file is no longer the one that was listed: what was read cannot be said to be its content.
    """
    file = reading.file
    if reading.refusal == NOT_OPENED:
        return
    if content_facts(file.source)[0] != file.sha256:
        raise RunError("changed_while_read", file=file.name)
    if reading.refusal in _PASSING:
        return
    facts = {
        field.name: getattr(reading, field.name)
        for field in dataclasses.fields(reading)
        if field.name not in _NOT_STORED
    }
    sink = pa.BufferOutputStream()
    schema = answers.schema.with_metadata({_FACTS: json.dumps(facts).encode()})
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_table(answers.combine_chunks().cast(schema))
    with suppress(OSError):
        keep_content(kept.path(file), sink.getvalue().to_pybytes())


def drop_others(kept: ReadingCache, files: Iterable[ReceivedFile]) -> None:
    """Delete every kept reading but those of the files given."""
    wanted = {kept.path(file).name for file in files}
    with suppress(OSError):
        for path in list(kept.folder.iterdir()) if kept.folder.is_dir() else ():
            if path.is_file() and path.name not in wanted:
                path.unlink(missing_ok=True)
