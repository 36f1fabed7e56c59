"""One folder of declarations while it is read: the mistakes found so far, and which files could not be read whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from termreview.errors import DeclarationError, Problem
from termreview.reference.mistakes import Mistakes, read_mistakes


@dataclass
class Source:
    """One folder of declarations being read, with the mistakes found so far."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # files that could not be read whole

    @cached_property
    def mistakes(self) -> Mistakes:
        """The catalogue of mistakes in the words of the office."""
        return read_mistakes(self.root)

    def report(self, path: Path, line: int, message: str, is_broken: bool = False) -> None:
        """Note one mistake at one line of one file; the same words at the same place once.

        `is_broken` says that the file cannot be read whole: what seems to be missing may stand in it.
        """
        name = path.relative_to(self.root).as_posix()
        problem = Problem(name, line, message, self.mistakes.words(message))
        if problem not in self.problems:
            self.problems.append(problem)
        if is_broken:
            self.broken.add(name)

    def fault(self) -> DeclarationError | None:
        """All mistakes but those that only follow from a broken file; None where there is none."""
        told = [
            problem
            for problem in self.problems
            if problem.file in self.broken or self.mistakes.is_told(problem.message, self.broken)
        ]
        if not told:
            return None
        heading = f"{len(told)} mistakes in the declarations:"
        return DeclarationError(told, self.mistakes.words(heading))

    def report_word(self, path: Path, word: str, message: str) -> None:
        """Note one mistake at the first line of one file that holds a word."""
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else []
        line = next((number for number, text in enumerate(lines, start=1) if word in text), 1)
        self.report(path, line, message)
