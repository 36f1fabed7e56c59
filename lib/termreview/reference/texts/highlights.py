"""One opening page of the reports as declared: which figures, in which words, and what may have to be decided."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from termreview.coded_text import CodedText
from termreview.reference.loading.rows import Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.text_schema import read_texts, text_schema

FILE: Final = "highlights.yml"
FIGURE_KINDS: Final = ("reports", "tasks", "targets", "level", "ratio")
DECISIONS: Final = ("reports", "repair", "focus", "verify", "conditions", "lines", "unallocated", "marks")
FIGURE_COUNT: Final = 5


@dataclass(frozen=True)
class Highlights:
    """What the opening page shows: figures and decisions in their order, how many, and the texts by section."""

    figures: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    most_decisions: int = 0
    most_named: int = 0
    least_change: float = 0.0
    texts: Mapping[str, Any] = field(default_factory=dict)


def load_highlights(source: Source, ratio_ids: Container[str], group_ids: Container[str]) -> Highlights:
    """Read the opening page: five known figures, known decisions, every text there with its own places only."""
    tree = read_texts(source, FILE)
    if tree is None:
        return Highlights()
    figures = tree.items("figures")
    if len(set(figures)) != FIGURE_COUNT or len(figures) != FIGURE_COUNT:
        source.report_word(tree.path, "figures:", "figures_wanted", count=FIGURE_COUNT)
    for figure in figures:
        _check_figure(tree, figure, ratio_ids, group_ids)
    decisions = tree.items("decisions")
    for name in decisions:
        if name not in DECISIONS:
            problem = CodedText("no_decision", decision=name, known=", ".join(DECISIONS))
            source.report_word(tree.path, f'"{name}"', problem)
    texts = {name: without_lines(tree.values.get(name)) for name in text_schema()[FILE]}
    least = tree.number("least_change", 0.0) or 0.0
    return Highlights(
        figures, decisions, _most(tree, "most_decisions"), _most(tree, "most_named"), least, texts
    )


def _most(tree: Row, key: str) -> int:
    """How many there may be: a whole number, one or more."""
    number = tree.number(key, 1, is_required=True)
    if number is None or number < 1 or number != int(number):
        tree.source.report_word(tree.path, f"{key}:", "not_a_count", key=key)
        return 1
    return int(number)


def _check_figure(tree: Row, figure: str, ratio_ids: Container[str], group_ids: Container[str]) -> None:
    kind, _, key = figure.partition(".")
    word = f'"{figure}"'
    if kind not in FIGURE_KINDS or (kind in ("level", "ratio")) != bool(key):
        known = "reports, tasks, targets, level.<group>, ratio.<ratio_id>"
        tree.source.report_word(tree.path, word, "no_figure", figure=figure, known=known)
    elif kind == "ratio" and key not in ratio_ids:
        tree.source.report_word(tree.path, word, "not_in_ratios", ratio=key)
    elif kind == "level" and key not in group_ids:
        tree.source.report_word(tree.path, word, "no_group", group=key)
