"""One mistake in the declarations, in the words of who keeps them; the catalogue is keyed by the English words.

A mistake of one kind may only follow from a file that cannot be read (every school is unknown while the list of
schools is torn); the catalogue names such files, and while one of them is broken the mistake is not told.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

FILE, DETAILS = "mistakes.csv", "refusal_details.csv"
COLUMNS = ("english", "vietnamese", "follows_from")
PLACE = re.compile(r"\{(\d)\}")


class Kind(NamedTuple):
    """One kind of mistake: its words, with numbered places, and the files it may only follow from."""

    english: str
    vietnamese: str
    follows_from: tuple[str, ...]


@dataclass(frozen=True)
class Mistakes:
    """The catalogue of one office; without one, mistakes are told in English."""

    kinds: tuple[Kind, ...] = ()

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Kind]]:
        """The most particular kinds first: those with the most words of their own."""
        ranked = sorted(self.kinds, key=lambda kind: -len(PLACE.sub("", kind.english)))
        return [(_pattern(kind.english), kind) for kind in ranked]

    def find(self, message: str) -> tuple[Kind, Mapping[str, str]] | None:
        """The kind of one mistake and what fills its places."""
        for pattern, kind in self._patterns:
            if match := pattern.fullmatch(message):
                return kind, {name[1:]: text for name, text in match.groupdict().items()}
        return None

    def words(self, message: str) -> str:
        """One mistake in Vietnamese; as it is where the catalogue does not know it."""
        found = self.find(message)
        if found is None or not found[0].vietnamese:
            return message
        kind, values = found
        # What was filled in may be words of ours, too: why a step failed, why a place cannot be written.
        return PLACE.sub(lambda place: self.words(values.get(place[1], place[0])), kind.vietnamese)

    def is_told(self, message: str, broken: Collection[str]) -> bool:
        """Say whether one mistake stands by itself, and does not only follow from a file that cannot be read."""
        found = self.find(message) if broken else None
        return found is None or not any(
            file.startswith(start) for start in found[0].follows_from for file in broken
        )


def _pattern(english: str) -> re.Pattern[str]:
    parts = PLACE.split(english)
    seen: set[str] = set()
    pattern = ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P=p{part})" if part in seen else f"(?P<p{part}>.*?)"
            seen.add(part)
    return re.compile(pattern, re.DOTALL)


def read_mistakes(root: Path, file: str = FILE) -> Mistakes:
    """Read the catalogue of one folder of declarations; what is wrong with it is told where it is loaded.

    `DETAILS` holds what is found in a file that is refused, by the same keys.
    """
    try:
        with (root / file).open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error):
        return Mistakes()
    kinds = [
        Kind(
            row.get("english") or "",
            row.get("vietnamese") or "",
            tuple(filter(None, (part.strip() for part in (row.get("follows_from") or "").split(";")))),
        )
        for row in rows
    ]
    return Mistakes(tuple(kind for kind in kinds if kind.english))
