"""One vocabulary for adopting an office's own workbook: the marks of a table's parts, and the texts of each doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from termreview.reference.loading.rows import without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.text_schema import read_texts
from termreview.text import fold

FILE, _MARKS = "adoption.yml", "marks"


@dataclass(frozen=True)
class AdoptionTexts:
    """The marks, folded, and the texts by section and name."""

    marks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sentences: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def is_a(self, name: str, text: str) -> bool:
        """Say whether one whole text is a mark of that name."""
        return mark_key(text) in self.marks[name]

    def starts(self, name: str, text: str) -> bool:
        """Say whether one text begins with a mark of that name."""
        key = f"{mark_key(text)} "
        return any(key.startswith(f"{mark} ") for mark in self.marks[name] if mark)

    def doubt(self, code: str, found: str) -> str:
        """The sentence of one doubt."""
        return str(self.sentences["doubts"][code]).format(found=found)


def mark_key(text: str) -> str:
    """One text as marks are compared: folded; one of signs alone stays as it is."""
    return fold(text) or text.strip()


def load_adoption_texts(source: Source) -> AdoptionTexts:
    """Read the vocabulary: every list and text there, none unknown."""
    tree = read_texts(source, FILE)
    marks = tree.row(_MARKS) if tree is not None else None
    if tree is None or marks is None:
        return AdoptionTexts()
    texts = without_lines({name: part for name, part in tree.values.items() if name != _MARKS})
    names = without_lines(dict(marks.values))
    return AdoptionTexts({name: frozenset(map(mark_key, marks.items(name))) for name in names}, texts)
