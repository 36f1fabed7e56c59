"""One vocabulary for adopting an office's own workbook: the marks of a table's parts, and the texts of each doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from termreview.reference.loading.rows import without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from termreview.reference.texts.declared_texts import check_texts, places_in
from termreview.text import fold

FILE, _MARKS = "adoption.yml", "marks"
MARKS = (
    "number", "code", "label", "unit", "note", "total", "total_or_row", "leading", "blocked", "below", "same",
    "unit_words", "money_units", "percent_units", "percent_heads", "date_heads", "text_heads", "yes", "no",
    "school_name", "school_id", "term_id", "title",
)  # fmt: skip
# Every text by section; its places in brackets.
TEXTS: Mapping[str, str] = {
    "doubts": (
        "no_table sheet_hidden sheet_cut head_assumed head_carried(found) limits_dropped(found) column_without_head note_column(found) column_computed(found) "
        "heading_assumed(found) heading_or_row(found) total_open(found) open_rows cell_filled(found) cell_text(found) "
        "cell_merged unit_missing(found) kind_assumed(found) kinds_mixed(found) choices_unknown choices_changed "
        "identity_missing id_twice(found)"
    ),
    "left_out": "title heading total computed note printed open",
    "page": (
        "heading(form_id) lead(file,sheets,tables,rows,cells) none doubts left_out place what reason next steps"
    ),
}


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
    tree = read_tree(source, FILE)
    if tree is None:
        return AdoptionTexts()
    tree.only((_MARKS, *TEXTS))
    check_texts(tree, {section: places_in(declared) for section, declared in TEXTS.items()})
    row = tree.row(_MARKS)
    if row is None:
        if tree.values.get(_MARKS) is None:  # what else stands there is told
            tree.report("missing", key=_MARKS)
        return AdoptionTexts()
    row.only(MARKS)
    for name in MARKS:
        if not row.items(name):
            row.report("missing", key=name)
    marks = {name: frozenset(mark_key(text) for text in row.items(name)) for name in MARKS}
    texts = {name: without_lines(own.values) for name in TEXTS if (own := tree.row(name)) is not None}
    return AdoptionTexts(marks, texts)
