"""One file name as people write it: the school whose code or name stands in it, with or without its accents."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from termreview.reference.kinds.units import Unit
from termreview.text import clean, fold, unaccented

_SHORTEST = 5  # letters that a name must have to be looked for among other words
_COPY = re.compile(r"\(\d+\)")  # what browsers add to a second download
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_FIGURES = re.compile(r"\d+")
_NUMBERS = frozenset(["1", "2", "3", "4", "5", "6", "7", "8", "9", "i", "ii", "iii", "iv", "v"])


@dataclass(frozen=True)
class FileNames:
    """The schools of one term as file names call them.

    Attributes
    ----------
    schools
        By code.
    spelled
        By every folded name or alias, as its words; None for one that several schools have.
    plain
        The same without accents: every spelling that it may stand for.
    first
        The words that such a name begins with, without accents.
    """

    schools: Mapping[str, Unit]
    spelled: Mapping[tuple[str, ...], Unit | None]
    plain: Mapping[tuple[str, ...], Sequence[tuple[str, ...]]]
    first: Collection[str]

    def school_of(self, name: str) -> str | None:
        """The one school whose code or name stands in a file name; None where it is none, or may be several.

        The name itself comes before the folders (or the archive) that it lies in.
        """
        for part in reversed(_SUFFIX.sub("", clean(name)).split("/")):
            found = self._coded(part) | self._named(part)
            if found:
                return next(iter(found)) if len(found) == 1 else None
        return None

    def _coded(self, part: str) -> set[str]:
        length = len(next(iter(self.schools), ""))
        numbers = _FIGURES.findall(part)
        hits = {number for number in numbers if number in self.schools} | {
            code
            for code in self._worded
            if code in part and re.search(rf"(?<!\d){re.escape(code)}(?!\d)", part)
        }
        cut = (number.zfill(length) for number in numbers if len(number) == length - 1)
        return hits or {code for code in cut if code in self.schools}  # Excel takes a leading zero away

    @cached_property
    def _worded(self) -> Sequence[str]:
        """The codes that are no mere numbers, each to be looked for by itself."""
        return [code for code in self.schools if not code.isdecimal()]

    def _named(self, part: str) -> set[str]:
        plain = _COPY.sub(" ", part)
        for spelled in (str, _taken_apart):
            hits = self._hits(fold(spelled(plain)).split())
            if hits:
                return {code for code in hits.values() if code} if all(hits.values()) else {"", "?"}
        return set()

    def _hits(self, words: Sequence[str]) -> dict[tuple[int, int], str]:
        """Where schools are named, by first and last word; blank for a name that several have.

        A name within a longer one is none, and so is one with a number behind it that no school of the term has.
        """
        longest = max(map(len, self.plain), default=0)
        found: dict[tuple[int, int], str] = {}
        begins = [place for place, word in enumerate(words) if unaccented(word) in self.first]
        for first, last in _spans(begins, len(words), longest):
            if any(start <= first and last <= end for start, end in found):
                continue
            units = self._units(tuple(words[first:last]), is_whole=last - first == len(words))
            if units and not _is_numbered(words[last : last + 2]):
                ids = {unit.unit_id if unit else "" for unit in units}
                found[first, last] = ids.pop() if len(ids) == 1 else ""
        return found

    def _units(self, words: tuple[str, ...], is_whole: bool) -> list[Unit | None]:
        if sum(map(len, words)) < _SHORTEST and not is_whole:
            return []
        if words in self.spelled:
            return [self.spelled[words]]
        return [
            self.spelled[spelling]
            for spelling in self.plain.get(tuple(map(unaccented, words)), ())
            if all(
                word == told or word == unaccented(told) for word, told in zip(words, spelling, strict=True)
            )
        ]


def file_names(schools: Mapping[str, Unit]) -> FileNames:
    """What file names may call the schools of one term."""
    spelled: dict[tuple[str, ...], Unit | None] = {}
    for school in schools.values():
        for name in (school.name, school.short_name, *school.aliases):
            words = tuple(fold(name).split())
            joined = ("".join(map(unaccented, words)),)  # mnhoasen
            for spelling in {words, joined} if words else ():
                spelled[spelling] = school if spelled.get(spelling, school) == school else None
    plain: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for words in spelled:
        plain.setdefault(tuple(map(unaccented, words)), []).append(words)
    return FileNames(schools, spelled, plain, frozenset(words[0] for words in plain))


def _spans(begins: Sequence[int], count: int, longest: int) -> Iterator[tuple[int, int]]:
    """Every run of words from one of some beginnings, the longest first."""
    for length in range(min(count, longest) if begins else 0, 0, -1):
        for first in begins:
            if first + length <= count:
                yield first, first + length


def _is_numbered(after: Sequence[str]) -> bool:
    """Say whether the words behind a name begin with a number of its own (`An Lộc 2`), and not with a date (`2.1.2024`)."""
    return bool(after) and after[0] in _NUMBERS and not (len(after) > 1 and after[1].isdecimal())


@lru_cache(maxsize=8192)  # the same words stand in many names
def _taken_apart(text: str) -> str:
    """One text with the words apart that capitals alone tell apart: `BaoCaoTHAnLoc1` is `Bao Cao TH An Loc 1`."""
    parts = [""]
    for before, letter, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        starts = letter.isupper() and (before.islower() or (before.isupper() and after.islower()))
        parts += [" "] if starts or (letter.isdecimal() and before.isalpha()) else []
        parts.append(letter)
    return "".join(parts)
