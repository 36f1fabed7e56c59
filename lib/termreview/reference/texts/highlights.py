"""One opening page of the reports as declared: which figures, in which words, and what may have to be decided."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from termreview.coded_text import CodedText
from termreview.reference.loading.rows import Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from termreview.reference.texts.messages import SENTENCE_FORMS

FILE: Final = "highlights.yml"
FIGURE_KINDS: Final = ("reports", "tasks", "targets", "level", "ratio")
DECISIONS: Final = ("reports", "repair", "focus", "verify", "conditions", "lines", "unallocated", "marks")
FIGURE_COUNT: Final = 5

# What each text may name; counted texts also have {count}, {total} and {pct}, and one text per form.
_COUNTED: Final = ("count", "total", "pct")
TEXTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "figure_texts": {
        "reports_label": (), "reports_value": ("received", "expected"), "reports_detail": ("pct", "parts"),
        "tasks_label": (), "tasks_value": ("pct",), "tasks_detail": ("done", "asked", "parts"),
        "targets_label": (), "targets_value": _COUNTED, "targets_detail": (*_COUNTED, "names"),
        "level_above": (*_COUNTED, "level"), "level_label": ("level", "group"), "level_value": ("reached", "asked"), "level_detail": ("parts",), "level_final": ("range",),
        "level_part": (*_COUNTED, "level"), "ratio_detail": ("parts", "counted", "asked", "line"),
        "ratio_line": ("line", "verdict"), "unknown": (),
        **dict.fromkeys(
            ("reports_on_time", "reports_late", "reports_refused", "reports_missing", "tasks_under_way",
             "tasks_not_started", "tasks_missing", "level_open", "level_absent"), _COUNTED,
        ),
    },
    "change_texts": {
        "first": (), "nothing_alike": (), "no_tables": ("before",),
        "reports": ("after", "after_total", "before", "start", "start_total"),
        **dict.fromkeys(("tasks_up", "tasks_down", "tasks_same"), ("start", "end", "counted")),
        "ratios_up": ("items",), "ratios_down": ("items",),
        "ratio_item": ("title", "start", "end", "verb", "counted"),
        "levels": ("items",), "levels_item": ("group", "moves"),
        **dict.fromkeys(("levels_up", "levels_same", "levels_down", "levels_open"), _COUNTED), "schools": ("items",), "schools_merged": ("name", "names"),
        "schools_new": ("names",), "schools_gone": ("names",),
    },
    "decision_texts": {
        "none": (), "reports": (*_COUNTED, "names"), "reports_early": (*_COUNTED, "names", "due_on"), "repair": _COUNTED, "focus": ("items",),
        "focus_criterion": ("item",),
        "verify": (*_COUNTED, "schools", "points"), "conditions": _COUNTED, "lines": ("items",),
        "unallocated": (*_COUNTED, "points"), "marks": (),
    },
}  # fmt: skip


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
    tree = read_tree(source, FILE)
    if tree is None:
        return Highlights()
    tree.only(("figures", "decisions", "most_decisions", "most_named", "least_change", *TEXTS))
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
    for section, texts in TEXTS.items():
        row = tree.row(section)
        if row is None:
            tree.report("missing", key=section)
            continue
        row.only(tuple(texts))
        for name, places in texts.items():
            _check_text(row, name, places)
    texts = {name: without_lines(tree.values.get(name)) for name in TEXTS}
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


def _check_text(row: Row, name: str, places: tuple[str, ...]) -> None:
    """One text, or one text per form where something is counted."""
    if not isinstance(row.values.get(name), dict):
        row.text(name)
        row.template(name, places)
        return
    forms = row.row(name)
    assert forms is not None
    if "count" not in places:
        forms.report("counts_nothing", name=name)
        return
    forms.only(SENTENCE_FORMS)
    if "many" not in forms.values:
        forms.report("needs_many", name=name)
    for form in SENTENCE_FORMS:
        if form in forms.values:
            forms.template(form, places)
