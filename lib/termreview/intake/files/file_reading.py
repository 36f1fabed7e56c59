"""One file after reading: its answers, its remarks and the account of its cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from termreview.intake.received.received import ReceivedFile

NAMED: Final = "file_names_schools"  # the finding on a file of no known school that names some


class Answer(NamedTuple):
    """One field of one file: an observation without its school and term."""

    field_id: str
    state: str
    value_number: float | None
    value_text: str | None
    original: str | None
    sheet: str | None
    cell: str | None
    found_by: str
    note: str | None


class Remark(NamedTuple):
    """One finding before its words: the code in the catalogue, the folding cause, the place and the quotes."""

    code: str
    cause: str
    sheet: str = ""
    cell: str = ""
    field_id: str = ""
    found: str = ""
    expected: str = ""
    label: str = ""
    detail: str = ""


@dataclass
class FileReading:
    """One file after reading; a refused one carries the reason and no answers.

    `answers_sha256`, `answered_count` and `long_texts` (hashes) stay when the answers have travelled on: by them
    files are compared with one another. `is_shared` marks a file of several schools, which is cut later; `named` are the
    schools that a refused file names, though it is not known whose it is.
    """

    file: ReceivedFile
    school_id: str | None = None
    refusal: str | None = None
    form_id: str | None = None
    found_by: str = "none"
    answers: list[Answer] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    cells_total: int = 0
    cells_used: int = 0
    cells_flagged: int = 0
    cells_unowned: int = 0
    cells_ignored: int = 0
    answers_sha256: str = ""
    answered_count: int = 0
    long_texts: list[str] = field(default_factory=list)
    is_shared: bool = False
    named: list[str] = field(default_factory=list)
