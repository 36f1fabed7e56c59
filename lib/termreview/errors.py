"""One class per way a run can stop; each carries the exit code that the command line returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from termreview.coded_text import CodedText


class TermReviewError(Exception):
    """A run stopped for a reason that its text explains in full: a code of `coded_texts.csv` and what fills its places."""

    exit_code = 1

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code if isinstance(code, CodedText) else CodedText(code, **values))

    @property
    def text(self) -> CodedText:
        """What is told, with its code and values."""
        found: CodedText = self.args[0]
        return found


class UsageError(TermReviewError):
    """A term, option or parameter that does not exist was asked for."""

    exit_code = 2


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in the declarations: where it stands and what is wrong."""

    file: str
    line: int
    message: CodedText

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class DeclarationError(TermReviewError):
    """The declarations hold mistakes; all of them are listed.

    `lines` may tell them in fewer lines than there are mistakes.
    """

    exit_code = 3

    def __init__(self, problems: Sequence[Problem], lines: Sequence[str] = ()) -> None:
        self.problems = tuple(sorted(problems))
        listed = "\n  ".join(lines or [str(problem) for problem in self.problems])
        super().__init__("mistakes_found", count=len(self.problems), mistakes=listed)

    def __reduce__(self) -> tuple[object, ...]:
        return DeclarationError, (self.problems, self.text.values["mistakes"].split("\n  "))


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
