"""One folder of declarations while it is read: the mistakes found so far, and what could not be read for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from termreview.coded_text import CodedText, listed_texts
from termreview.errors import DeclarationError, Problem
from termreview.reference.loading.list_encoding import decoded_list

_MANY = 3


@dataclass
class Source:
    """One folder of declarations being read, with the mistakes found so far.

    `notes` are what is right but worth a look, `unlike` what was read although a spreadsheet program had saved it in
    its own way.
    `broken` are files that could not be read whole, `hidden` the ids of records, by their file, that are declared but
    could not be read: what seems to be missing stands there, so that nobody is told it is unknown.
    """

    root: Path
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    unlike: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    hidden: dict[str, set[str]] = field(default_factory=dict)

    @cached_property
    def _noted(self) -> set[Problem]:
        return set()

    def report(self, path: Path, line: int, code: str, /, *, is_broken: bool = False, **values: Any) -> None:
        """Note one mistake at one line of one file, by its code and values; the same text at the same place once.

        `is_broken` says that the file cannot be read whole: what seems to be missing may stand in it.
        """
        name = self.name(path)
        problem = Problem(name, line, _coded(code, values))
        if problem not in self._noted:
            self._noted.add(problem)
            self.problems.append(problem)
        if is_broken:
            self.broken.add(name)

    def note(
        self, path: Path, line: int, code: str, /, *, is_of_reading: bool = False, **values: Any
    ) -> None:
        """Note what is right but worth a look at one line of one file; the same text at the same place once.

        `is_of_reading` says that the file was read although a spreadsheet program had saved it in its own way.
        """
        problem = Problem(self.name(path), line, _coded(code, values))
        found = self.unlike if is_of_reading else self.notes
        if problem not in found:
            found.append(problem)

    def name(self, path: Path) -> str:
        """The name of one file below the folder."""
        return path.relative_to(self.root).as_posix()

    def hide(self, path: Path, *ids: str) -> None:
        """Note that a record stands in one file that could not be read; one without its id may be any."""
        if all(ids) and ids:
            self.hidden.setdefault(self.name(path), set()).update(ids)
        else:
            self.broken.add(self.name(path))

    def is_hidden(self, path: Path) -> bool:
        """Say whether any record of one file could not be read."""
        name = self.name(path)
        return name in self.broken or name in self.hidden

    def fault(self) -> DeclarationError | None:
        """All mistakes but those that only follow from another one; None where there is none."""
        problems = [problem for problem in self.problems if not self._only_follows(problem.message)]
        problems = sorted(problems or self.problems)
        if not problems:
            return None
        lines = list(_lines(problems))
        if following := len(self.problems) - len(problems):
            lines.append(CodedText("following_not_listed", count=following))
        return DeclarationError(problems, lines)

    def _only_follows(self, message: CodedText) -> bool:
        """Say whether one mistake may only follow from a file, or a record named in it, that could not be read."""
        names = {part for value in message.values.values() for part in (value, value.partition(".")[0])}
        unread = [*self.broken, *(file for file, ids in self.hidden.items() if names & ids)]
        return any(file.startswith(listed_texts()[message.code].follows_from) for file in unread)

    def report_word(self, path: Path, word: str, code: str, /, **values: Any) -> None:
        """Note one mistake at the first line of one file that holds a word."""
        self.report(path, self.line_with(path, word), code, **values)

    def note_word(self, path: Path, word: str, code: str, /, **values: Any) -> None:
        """Note what is worth a look at the first line of one file that holds a word."""
        self.note(path, self.line_with(path, word), code, **values)

    def line_with(self, path: Path, *words: str) -> int:
        """The first line of one file that holds a word, however its columns are separated; 1 where none does."""
        text = decoded_list(path.read_bytes())[0] if path.is_file() else None
        lines = (text or "").splitlines()
        for number, line in enumerate(lines, start=1):
            if any(
                word in form
                for word in words
                for form in (line, line.replace(";", ","), line.replace("\t", ","))
            ):
                return number
        return 1


def _coded(code: str, values: Mapping[str, object]) -> CodedText:
    return code if isinstance(code, CodedText) else CodedText(code, **values)


def _lines(problems: Sequence[Problem]) -> Iterator[str]:
    """One line per mistake; the same one at many places is told once, with all of them."""
    same: dict[str, list[Problem]] = {}
    for problem in problems:
        same.setdefault(problem.message, []).append(problem)
    for first, *others in same.values():
        yield f"{first} {_again(first, others)}" if others else str(first)


def _again(first: Problem, others: Sequence[Problem]) -> CodedText:
    """Where else the same mistake stands, and the files to look into when many follow from one place there."""
    places, files = _places(first.file, others), listed_texts()[first.message.code].follows_from
    if files and len(others) >= _MANY:
        return CodedText("same_at_from", places=places, files=", ".join(files))
    return CodedText("same_at", places=places)


def _places(file: str, problems: Iterable[Problem]) -> str:
    """Where some mistakes stand: `:3, :7–9` in the file itself, `units.csv:4` in others."""
    by_file: dict[str, list[int]] = {}
    for problem in problems:
        by_file.setdefault(problem.file, []).append(problem.line)
    return "; ".join(
        f"{'' if name == file else name}:{', '.join(_spans(lines))}" for name, lines in by_file.items()
    )


def _spans(lines: Sequence[int]) -> Iterator[str]:
    """Some line numbers, in rising order; those that follow each other as one span."""
    start = end = lines[0]
    for line in [*lines[1:], None]:
        if line is not None and line <= end + 1:
            end = line
            continue
        yield str(start) if start == end else f"{start}–{end}"
        if line is not None:
            start = end = line
