"""One mistake in the declarations, in the words of who keeps them; the catalogue is keyed by the English words.

A mistake of one kind may only follow from a file that cannot be read (every school is unknown while the list of
schools is torn); the catalogue names such files, and while one of them is broken the mistake is not told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from termreview.reference.loading.fingerprint import is_own_file
from termreview.reference.loading.list_file import parse_list

FILE, DETAILS = "mistakes.csv", "refusal_details.csv"
COLUMNS = ("english", "vietnamese", "follows_from")
PLACE = re.compile(r"\{(\d)\}")
NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


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

    def is_told(
        self, message: str, broken: Collection[str], hidden: Mapping[str, Collection[str]] = NOTHING
    ) -> bool:
        """Say whether one mistake stands by itself, and does not only follow from what could not be read.

        Parameters
        ----------
        broken
            The files that could not be read whole.
        hidden
            The ids of records, by their file, that could not be read; `a.b` and `a.*` are part of `a`.
        """
        found = self.find(message) if broken or hidden else None
        if found is None:
            return True
        kind, values = found
        names = {part for value in values.values() for part in (value, value.partition(".")[0])}
        return not any(
            file.startswith(start)
            for start in kind.follows_from
            for file in (*broken, *(file for file, ids in hidden.items() if names & set(ids)))
        )


# What is said while the catalogue itself cannot be read: why, and what every file may lack; the rest stays English.
BUILT_IN = (
    Kind(
        "{0} mistakes in the declarations:",
        "Không đọc được tệp câu chữ của các lỗi (mistakes.csv): sửa tệp này trước; trong khi đó phần lớn các lỗi "
        "dưới đây ghi bằng tiếng Anh.\nKhai báo có {0} chỗ sai:",
        (),
    ),
    Kind("the file is missing", "không có tệp này", ()),
    Kind("the file is empty", "tệp rỗng", ()),
    Kind("the file cannot be read: {0}", "không đọc được tệp: {0}", ()),
    Kind("the file is in UTF-16, not UTF-8", "tệp ở bảng mã UTF-16, phải là UTF-8", ()),
    Kind("the line is not UTF-8 text", "dòng này không ở bảng mã UTF-8", ()),
    Kind("the columns are separated by {0}, not by commas", "các cột phải cách nhau bằng dấu phẩy", ()),
    Kind("column '{0}' is missing", "thiếu cột '{0}'", ()),
    Kind("(the same at {0})", "(cùng lỗi này ở {0})", ()),
    Kind("({0} more that only follow from these are not listed)", "(không nêu {0} chỗ chỉ là hệ quả)", ()),
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

    One that cannot be read leaves those kinds in words that every reading needs, and says so in the heading.
    `DETAILS` holds what is found in a file that is refused, by the same keys.
    """
    rows: list[dict[str, str]] = []
    with suppress(OSError):
        if is_own_file(root, root / file):
            found = parse_list((root / file).read_bytes(), COLUMNS)
            rows = [dict(zip(found.header, cells, strict=False)) for _, cells in found.rows]
    kinds = [
        Kind(
            row.get("english") or "",
            row.get("vietnamese") or "",
            tuple(filter(None, (part.strip() for part in (row.get("follows_from") or "").split(";")))),
        )
        for row in rows
    ]
    kinds = [kind for kind in kinds if kind.english and kind.vietnamese]
    return Mistakes(tuple(kinds or (BUILT_IN if file == FILE else ())))
