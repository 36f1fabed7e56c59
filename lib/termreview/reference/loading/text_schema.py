"""Every text that the program asks an office's files for, as the shipped ones have them: `text_schema.csv`, one row each.

`key` is the way to the text within its file (`a/b`; `a/b[]` is a list of texts), `places` are what it may name in braces.
An office's file is held against it: what is missing, asked for by nobody, or has a place that nothing fills is a mistake.
`.ci/make_text_schema.py` writes the rows anew after a text was added to a shipped file or taken out.

A rule says when one text of several is written: `late > 0 and received == expected` holds of the values of a sentence.
Of a sentence with rules the first text whose rule holds is written, the one under `otherwise` where none does. A figure
that is missing compares with nothing.
"""

from __future__ import annotations

import csv
import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from termreview.reference.loading.rows import LINE, Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

SCHEMA: Final = Path(__file__).with_name("text_schema.csv")
Places = tuple[str, ...]
# How a sentence may differ by what it counts: nothing, one, many, the only one there is, all.
SENTENCE_FORMS: Final = ("none", "one", "many", "only", "all")
FORMATS: Final = (
    "integer", "decimal1", "points", "ratio", "two_digits", "percent1", "share1", "low_share1", "vnd", "date",
    "text",
)  # fmt: skip
SENTENCES: Final = (
    "sentences.yml",
    "highlights.yml",
    "insight.yml",
)  # where texts have forms, and their numbers formats
# What stands beside texts (numbers, ids, texts by an id of the office's own): who reads the file reads it.
OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "desk.yml": ("advice", "risk_weights"),
    "highlights.yml": ("figures", "decisions", "most_decisions", "most_named", "least_change"),
    "insight.yml": ("limits", "size_field"),
    "labels.yml": ("score_groups", "score_groups_short", "score_levels", "score_levels_short"),
    "publishing.yml": ("signed", "annex/heads", "kinds"),
    "sentences.yml": (
        "communes/columns", "profile/names", "profile/columns", "profile/by_school", "assessment/named_figures", "assessment/thresholds",
        "assessment/dates", "assessment/cause_kinds", "one_school",
    ),
}  # fmt: skip
_LIST: Final = "[]"
OTHERWISE: Final = "otherwise"
_SIGNS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_COMPARISON: Final = re.compile(r"([a-z]\w*) (==|!=|<=|>=|<|>) ([a-z]\w*|-?\d+(?:\.\d+)?)")


@cache
def text_schema() -> Mapping[str, Mapping[str, Any]]:
    """The texts of every file as a tree of keys, with the places of each at its end."""
    found: dict[str, dict[str, Any]] = {}
    with SCHEMA.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            *folders, name = row["key"].split("/")
            below = found.setdefault(row["file"], {})
            for folder in folders:
                below = below.setdefault(folder, {})
            below[name] = tuple(row["places"].split())
    return found


def load_texts(source: Source, file: str) -> Mapping[str, Any]:
    """Read one file that holds declared texts and nothing else."""
    tree = read_texts(source, file)
    return {} if tree is None else without_lines(dict(tree.values))


def read_texts(source: Source, file: str) -> Row | None:
    """Read one file and hold its texts against the schema."""
    tree = read_tree(source, file)
    if tree is not None:
        hold_texts(tree, text_schema()[file], OWN.get(file, ()), are_sentences=file in SENTENCES)
    return tree


def hold_texts(
    row: Row, wanted: Mapping[str, Any], own: Collection[str] = (), *, are_sentences: bool = False
) -> None:
    """Note every text below one mapping that is missing, is asked for by nobody, or has a place that nothing fills."""
    row.only((*(name.removesuffix(_LIST) for name in wanted), *(key for key in own if "/" not in key)))
    for name, below in wanted.items():
        if isinstance(below, Mapping):
            child = row.row(name)
            if child is not None:
                inner = [key.removeprefix(f"{name}/") for key in own if key.startswith(f"{name}/")]
                hold_texts(child, below, inner, are_sentences=are_sentences)
            elif row.values.get(name) is None:  # what else stands there is told
                row.report("missing", key=name)
        elif name.endswith(_LIST):
            _hold_list(row, name.removesuffix(_LIST), below)
        elif are_sentences:
            _hold_sentence(row, name, below)
        else:
            row.text(name)
            row.template(name, below)


def _hold_list(row: Row, name: str, places: Places) -> None:
    if not row.values.get(name):
        row.report("missing", key=name)
    for text in row.items(name):
        Row(row.source, row.path, row.line_of(name), {name: text}).template(name, places)


def _hold_sentence(row: Row, name: str, places: Places) -> None:
    """One text, one text per form where something is counted, or one text per rule (`read_rule`)."""
    if row.values.get(name) == "":  # a sentence that the office leaves out
        return
    if not isinstance(row.values.get(name), dict):
        row.text(name)
        _hold_numbers(row, name, places)
        return
    forms = row.row(name)
    assert forms is not None
    if any(map(read_rule, _keys(forms))):
        _hold_rules(forms, places)
        return
    if "count" not in places:
        forms.report("counts_nothing", name=name)
        return
    forms.only(SENTENCE_FORMS)
    if "many" not in forms.values:
        forms.report("needs_many", name=name)
    for form in SENTENCE_FORMS:
        if form in forms.values:
            _hold_numbers(forms, form, places)


def _hold_rules(texts: Row, places: Places) -> None:
    for rule in _keys(texts):
        if rule != OTHERWISE and read_rule(rule) is None:
            texts.report("rule_unreadable", rule)
        for figure in sorted(figures_of(rule) - set(places)):
            texts.report("rule_figure_unknown", rule, figure=figure, known=", ".join(places))
        texts.text(rule)
        _hold_numbers(texts, rule, places)
    if OTHERWISE not in texts.values:
        texts.report("missing", key=OTHERWISE)


def _keys(row: Row) -> list[str]:
    return [name for name in row.values if isinstance(name, str) and name != LINE]


def _hold_numbers(row: Row, name: str, places: Places) -> None:
    text = row.template(name, places)
    try:
        written = [(place, spec) for _, place, spec, _ in Formatter().parse(text) if place is not None]
    except ValueError:
        return  # told by the template
    for place, spec in written:
        if spec and spec not in FORMATS:
            row.report("format_unknown", place=place, format=spec, key=name, known=", ".join(FORMATS))


def keys_of(
    tree: Mapping[Any, Any], own: Collection[str] = (), above: str = ""
) -> Iterator[tuple[str, set[str]]]:
    """Every text of one tree: its key and the places that it names; forms or rules of one sentence are one text."""
    for name, value in tree.items():
        key = f"{above}{name}"
        if name == LINE or key in own:
            continue
        has_forms = isinstance(value, Mapping) and set(value) <= set(SENTENCE_FORMS) and "many" in value
        if isinstance(value, Mapping) and not (has_forms or has_rules(value)):
            yield from keys_of(value, own, f"{key}/")
        else:
            texts = (
                value
                if isinstance(value, list)
                else value.values()
                if isinstance(value, Mapping)
                else [value]
            )
            places = {place for text in texts for _, place, _, _ in Formatter().parse(str(text)) if place}
            if isinstance(value, Mapping):
                places |= {figure for rule in value for figure in figures_of(rule)}
            yield key + _LIST * isinstance(value, list), places


def has_rules(texts: Iterable[str]) -> bool:
    """Tell whether the texts of one sentence stand under rules."""
    return OTHERWISE in texts


def read_rule(rule: str) -> list[tuple[str, str, str]] | None:
    """Read one rule as comparisons, all of which must hold: a figure, a sign, a figure or a number; None if it is none."""
    found = [_COMPARISON.fullmatch(part.strip()) for part in rule.split(" and ")]
    return [(one[1], one[2], one[3]) for one in found if one] if all(found) else None


def figures_of(rule: str) -> set[str]:
    """The figures that one rule compares."""
    return {name for left, _, right in read_rule(rule) or [] for name in (left, right) if name[0].isalpha()}


def text_that_holds(texts: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """Return the first text whose rule holds of some values.

    Raises
    ------
    KeyError
        When a rule names a figure that is not among the values.
    """
    return next(
        (text for rule, text in texts.items() if rule != OTHERWISE and _holds(rule, values)), texts[OTHERWISE]
    )


def _holds(rule: str, values: Mapping[str, Any]) -> bool:
    for left, sign, right in read_rule(rule) or []:
        ends = values[left], values[right] if right[0].isalpha() else float(right)
        if any(end is None or end != end for end in ends) or not _SIGNS[sign](*ends):
            return False
    return True
