"""One class per way a run can stop; each carries the exit code that the command line returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class TermReviewError(Exception):
    """A run stopped for a reason that the message explains in full."""

    exit_code = 1


class UsageError(TermReviewError):
    """A term, option or parameter that does not exist was asked for."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in the declarations: where it stands and what is wrong, and that in the office's own words."""

    file: str
    line: int
    message: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.words or self.message}"


class DeclarationError(TermReviewError):
    """The declarations hold mistakes; all of them are listed.

    `lines` may tell them in fewer lines than there are mistakes.
    """

    exit_code = 3

    def __init__(self, problems: Sequence[Problem], heading: str = "", lines: Sequence[str] = ()) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        heading = heading or f"{count} mistake{'s' if count != 1 else ''} in the declarations:"
        told = lines or [str(problem) for problem in self.problems]
        super().__init__("\n  ".join((heading, *told)))


class RunError(TermReviewError):
    """A step of a run failed; nothing was published from it."""

    exit_code = 4


class WorkspaceBusyError(TermReviewError):
    """Another run holds the workspace."""

    exit_code = 5


class SampleError(TermReviewError):
    """An illustrative school year or a rehearsal cannot be made of what this office declares."""

    exit_code = 7


UNEXPECTED = 8  # the exit code of a fault of the program itself


class ContractError(TermReviewError):
    """A table does not keep its declared columns, types, keys or ranges."""

    exit_code = 6

    def __init__(self, table: str, faults: Sequence[str], path: Path | None = None) -> None:
        where = f" ({path})" if path else ""
        super().__init__(f"table {table}{where} breaks its contract: " + "; ".join(faults))
