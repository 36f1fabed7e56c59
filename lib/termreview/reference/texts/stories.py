"""What a reader must not miss, as declared: which rules look for it, how they are weighed, and their sentences."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from termreview.reference.loading.rows import Row, unique, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

FILE: Final = "stories.yml"
APPEARED, FALLEN, LAST, CONTRADICTION, EXAMPLE = "appeared", "fallen", "last", "contradiction", "example"
PLACES: Final = ("main", "limits", "next")  # where one story may be told
# What the sentences of each kind may name.
VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    APPEARED: ("heading", "title", "value", "count", "counted", "names", "before"),
    FALLEN: ("school", "group", "start", "end", "of", "levels", "cause", "before"),
    LAST: ("heading", "done", "counted", "pct", "start", "start_counted", "start_pct", "before"),
    CONTRADICTION: ("heading", "title", "against", "count", "counted", "median", "least", "names"),
    EXAMPLE: ("heading", "done", "counted", "names"),
}
_INNER: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {  # parts of sentences
    FALLEN: {"levels": ("first", "last"), "cause": ("words",), "cause_named": ("words",)}
}
FINDINGS: Final = ("good", "worst", "why")  # what the first page tells beside stories; blank to leave one out
WORDS: Final = ("none", "table", "told", "size", "reach", "surprise", "rank")
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    APPEARED: ("field",),
    FALLEN: ("field",),
    CONTRADICTION: ("field", "against"),
}
_WITH_LEAST: Final = (FALLEN, CONTRADICTION)


@dataclass(frozen=True)
class StoryRule:
    """One rule that looks for what a reader must not miss.

    `fields` are the questions that it reads, `least` is the difference (points) or value (per cent) from which it holds.
    """

    rule_id: str
    kind: str
    weight: float
    fields: tuple[str, ...] = ()
    least: float = 0.0
    mark: str = "C"


@dataclass(frozen=True)
class StoryRules:
    """All rules of one office, how many stories are told, and the sentences by kind and place."""

    rules: tuple[StoryRule, ...] = ()
    most_told: int = 5
    most_of_a_rule: int = 2
    most_named: int = 4
    texts: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cause_field(self) -> str:
        """The question in which schools state why they fell; blank where no rule names one."""
        return next((name for rule in self.rules if rule.kind == FALLEN for name in rule.fields), "")


def load_story_rules(source: Source, fields: Container[str]) -> StoryRules:
    """Read the rules; each is of a known kind, reads known fields and has its sentences."""
    tree = read_tree(source, FILE)
    if tree is None:
        return StoryRules()
    counts = ("most_told", "most_of_a_rule", "most_named")
    tree.only((*counts, "rules", "texts", "words"))
    rows = tree.rows("rules")
    rules = [_rule(row, fields) for row in rows]
    unique([(row, rule.rule_id) for row, rule in zip(rows, rules, strict=True)])
    texts = tree.row("texts")
    if texts is None:
        tree.report("missing", "texts")
    else:
        texts.only(tuple(VALUES))
        for kind in dict.fromkeys(rule.kind for rule in rules if rule.kind in VALUES):
            _check_texts(texts, kind)
    words = tree.row("words")
    if words is None:
        tree.report("missing", "words")
    else:
        words.only((*WORDS, *FINDINGS))
        for name in WORDS:
            words.text(name)
        for name in FINDINGS:
            if name not in words.values:
                words.report("missing", name)
            words.template(name, ("items",))
    told, of_a_rule, named = (max(int(tree.number(key, 1, is_required=True) or 1), 1) for key in counts)
    return StoryRules(
        tuple(rules),
        told,
        of_a_rule,
        named,
        without_lines(tree.values.get("texts")) or {},
        without_lines(tree.values.get("words")) or {},
    )


def _rule(row: Row, fields: Container[str]) -> StoryRule:
    kind = row.choice("kind", tuple(VALUES))
    keys = _FIELDS.get(kind, ())
    row.only(("rule_id", "kind", "weight", "mark", *keys, *(("least",) if kind in _WITH_LEAST else ())))
    named = tuple(row.text(key) for key in keys)
    for key, name in zip(keys, named, strict=True):
        if name and name not in fields:
            row.report("no_field", key, field=name)
    weight = row.number("weight", is_required=True) or 0.0
    if weight < 0:
        row.report("below_zero", "weight")
    return StoryRule(
        row.id("rule_id"), kind, weight, named, row.number("least", 0.0) or 0.0, row.choice("mark", ("A", "B", "C"))
    )  # fmt: skip


def _check_texts(texts: Row, kind: str) -> None:
    row = texts.row(kind)
    if row is None:
        texts.report("missing", kind)
        return
    inner = _INNER.get(kind, {})
    row.only((*PLACES, *inner))
    row.text("main")
    for name, values in {**dict.fromkeys(PLACES, VALUES[kind]), **inner}.items():
        row.template(name, (*values, "office", *(("by",) if name == "next" else ())))
