"""When insight may speak, and in which words: the declared limits of every method, and the sentences of `insight.yml`."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from termreview.reference.loading.rows import without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.text_schema import read_texts

FILE: Final = "insight.yml"


@dataclass(frozen=True)
class Limits:
    """Below what no method says anything, and how often it may be wrong; working values of the office.

    Attributes
    ----------
    false_alarm_rate
        How often a method may find something where there is nothing, over all its looks at one report (0-1).
    fewest_schools, fewest_years
        Schools, and earlier years of the same kind, that a statement needs.
    fewest_events
        Schools of earlier years that missed the level, and as many that reached it, before a probability is given.
    fewest_drawn, fewest_of_item
        Schools of the random part of the visits, and verified schools of one item, that an estimate needs.
    fewest_acted, peers
        Schools of one action that a verdict needs; peers that each of them is compared with.
    least_effect
        Points from which an effect is worth having: below it an action is "không thấy".
    weak_share, good_share
        Shares of a criterion's points below which a school is weak, from which it is good (0-1).
    most_learners
        Schools that one school is asked to teach.
    ceiling_share
        Share of the maximum from which a school can hardly rise any more (0-1).
    wanted_margin
        Half-width of the interval (points of one school) that the next sample is laid out for.
    """

    false_alarm_rate: float = 0.05
    fewest_schools: int = 8
    fewest_years: int = 2
    fewest_events: int = 8
    fewest_drawn: int = 6
    fewest_of_item: int = 6
    fewest_acted: int = 6
    peers: int = 3
    least_effect: float = 5.0
    weak_share: float = 0.5
    good_share: float = 0.8
    most_learners: int = 2
    ceiling_share: float = 0.95
    wanted_margin: float = 3.0


@dataclass(frozen=True)
class InsightTexts:
    """The limits of one office, the question that says how large a school is, and the sentences by subject."""

    limits: Limits = field(default_factory=Limits)
    size_field: str = ""
    texts: Mapping[str, Any] = field(default_factory=dict)


_SHARES: Final = ("false_alarm_rate", "weak_share", "good_share", "ceiling_share")


def load_insight(source: Source, known: Container[str]) -> InsightTexts:
    """Read the limits, each a number above 0 (shares below 1, too), and the sentences."""
    tree = read_texts(source, FILE)
    if tree is None:
        return InsightTexts()
    row = tree.row("limits")
    values: dict[str, Any] = {}
    if row is None:
        tree.report("missing", "limits")
    else:
        row.only(tuple(each.name for each in fields(Limits)))
        for each in fields(Limits):
            number = row.number(each.name, is_required=True)
            if number is None:
                continue
            if number <= 0 or (each.name in _SHARES and number >= 1):
                row.report("limit_out_of_range", each.name, value=number)
            values[each.name] = int(number) if isinstance(each.default, int) else number
    size_field = tree.text("size_field")
    if size_field and size_field not in known:
        tree.report("no_field", "size_field", field=size_field)
    return InsightTexts(Limits(**values), size_field, without_lines(dict(tree.values)))
