"""One opinion that schools wrote in their own words: counted, shortened, personal marks taken out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import pandas as pd

from termreview.reporting.term.answers import Answers
from termreview.text import clean, fold

_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)\+?\d(?:[\s.\-]?\d){8,}(?!\w)")
HIDDEN = "[…]"
LONGEST_QUOTE = 180
LIKENESS = 0.96  # from here on two sentences differ by a letter or two: a slip of the pen
_STOP = re.compile(r"(?<=[\w)”\"\]])[.!?…]+ (?=\S)")
_SHORT = re.compile(r"\b[^\W\d_]{1,3}$")  # what stands before the full stop of an abbreviation: TP. Huế
_LIST_SIGN = re.compile(r"^(?:[-–—+*•]|\(?(?:\d{1,2}|[a-zđ])[.)])\s+", re.IGNORECASE)


def opinions(answers: Answers, schools: pd.DataFrame, field_ids: Sequence[str]) -> pd.DataFrame:
    """Count what schools wrote, thought by thought: one row per field and sentence, the most shared first.

    An answer is split into its sentences; those that differ by a slip of the pen are one. `text` is the wording of most
    of them, at most 180 letters, e-mail addresses and long numbers taken out; `school_count` schools wrote it, each
    counted once, `school_names` in registry order.
    """
    names = dict(zip(schools["school_id"], schools["short_name"], strict=True))
    rows = []
    for field_id in field_ids:
        thoughts: dict[str, _Thought] = {}
        for school_id, text in answers.text(field_id).dropna().items():
            for sentence in sentences_of(_PERSONAL.sub(HIDDEN, str(text))):
                key = _alike(fold(sentence), thoughts)
                thoughts.setdefault(key, _Thought()).add(names[str(school_id)], _shortened(sentence))
        ranked = sorted(thoughts.values(), key=lambda thought: -len(thought.schools))
        rows += [(field_id, one.wording, len(one.schools), list(one.schools)) for one in ranked]
    return pd.DataFrame(rows, columns=["field_id", "text", "school_count", "school_names"])


def schools_writing(opinions: pd.DataFrame, field_id: str) -> int:
    """How many schools wrote something in one field, each counted once however much it wrote."""
    own = opinions[opinions["field_id"] == field_id]
    schools = {name for names in own["school_names"] for name in names}
    return len(schools) or int(own["school_count"].sum())  # the shareable edition holds the count alone


@dataclass
class _Thought:
    """What some schools wrote in the same words: the schools, each once, and how often each wording stands."""

    schools: dict[str, None] = field(default_factory=dict)
    wordings: Counter[str] = field(default_factory=Counter)

    def add(self, school: str, wording: str) -> None:
        self.schools.setdefault(school)
        self.wordings[wording] += 1

    @property
    def wording(self) -> str:
        """The wording of most; of several the first."""
        return self.wordings.most_common(1)[0][0]


def sentences_of(text: str) -> list[str]:
    """The sentences of one answer: by line, then by full stop before a capital; signs of a list are taken off."""
    found = []
    for written in text.splitlines():
        line, start = _LIST_SIGN.sub("", clean(written)), 0
        for stop in _STOP.finditer(line):
            word = _SHORT.search(line[: stop.start()])
            is_short = word is not None and word[0].isupper()
            if line[stop.end()].isupper() and not is_short:
                found.append(line[start : stop.end()])
                start = stop.end()
        found.append(line[start:])
    return [sentence.strip() for sentence in found if fold(sentence)]


def _alike(key: str, known: Mapping[str, object]) -> str:
    """The key under which a sentence was met before, but for a slip of the pen; its own where it is new."""
    if key in known:
        return key
    matcher = SequenceMatcher(None, b=key, autojunk=False)
    for other in known:
        matcher.set_seq1(other)
        is_far = matcher.real_quick_ratio() < LIKENESS or matcher.quick_ratio() < LIKENESS
        if not is_far and matcher.ratio() >= LIKENESS and _numbers(other) == _numbers(key):
            return other
    return key


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
