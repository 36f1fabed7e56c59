"""One value after reading: its state, the value itself, and every remark on the way to it."""

from __future__ import annotations

from collections.abc import Mapping
from re import Pattern
from typing import NamedTuple

ANSWERED, BLANK, NOT_APPLICABLE = "answered", "blank", "not_applicable"
NOTHING, UNREADABLE = "nothing_to_report", "unreadable"


class Flag(NamedTuple):
    """One remark on one value: the code in the catalogue, what was found and what is expected or assumed.

    `detail` names what else the message quotes.
    """

    code: str
    found: str
    expected: str = ""
    detail: str = ""


class Reading(NamedTuple):
    """One answer: state, number or text, and the remarks."""

    state: str
    number: float | None = None
    text: str | None = None
    flags: tuple[Flag, ...] = ()


class AbsentWords(NamedTuple):
    """How a text says that a document is not there: one of some words, and all others of those that go with it.

    `unnamed` are texts that say that there is one, and not which.
    """

    doubt: Pattern[str]
    denied: Pattern[str]
    pending: Pattern[str]
    unnamed: frozenset[str]


class Choices(NamedTuple):
    """What one drop-down offers: option id by folded label or id, and the labels to name in a message.

    `said` gives the label of the option that a school's own words are taken for. Where a document is asked for, nothing
    is offered, and `absent` is how its absence is written.
    """

    by_text: Mapping[str, str]
    labels: str
    exact: Mapping[str, Reading] = {}
    said: Mapping[str, str] = {}
    absent: AbsentWords | None = None


PERSONAL_DATA = Reading(UNREADABLE, flags=(Flag("personal_data_suspected", "…"),))  # of it nothing is quoted


def nothing_to_report(text: str) -> Reading:
    """The answer that one word of absence stands for: neither zero nor blank."""
    return Reading(NOTHING, flags=(Flag("nothing_to_report_word", text),))
