"""One cause of findings, one account of cells: how far the figures can be trusted.

Opinions that schools wrote in their own words are counted and shortened, personal marks taken out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from termreview.pieces import found_or_made
from termreview.reference.texts.opinions import OpinionGroups
from termreview.reporting.term.answers import Answers
from termreview.reporting.term.schools import short_names
from termreview.text import clean, fold

UNNAMED = ""  # the code of a line that names no check
SEVERITY_ORDER = ("error", "query", "note")
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)\+?\d(?:[\s.\-]?\d){8,}(?!\w)")
HIDDEN = "[…]"
LONGEST_QUOTE = 180
OPINION_COLUMNS = ("field_id", "text", "addressee", "is_named", "school_count", "school_names")
_STOP = re.compile(r"(?<=[\w)”\"\]])[.!?…]+ (?=\S)")
_SHORT = re.compile(r"\b[^\W\d_]{1,3}$")  # what stands before the full stop of an abbreviation: TP. Huế
_LIST_SIGN = re.compile(r"^(?:[-–—+*•]|\(?(?:\d{1,2}|[a-zđ])[.)])\s+", re.IGNORECASE)


def findings_by_cause(findings: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Fold findings by what caused them: one row per check and severity, the widest spread first.

    `finding_count` places in `school_count` schools; `remedy` is the most frequent one.
    """
    frame = findings.groupby(["severity", "check_code"], as_index=False).agg(
        finding_count=("finding_id", "size"),
        school_count=("school_id", "nunique"),
        file_count=("file", "nunique"),
        remedy=("remedy", "first"),
    )
    frame["title"] = frame["check_code"].map(titles).fillna(frame["check_code"])
    frame["order"] = frame["severity"].map({name: place for place, name in enumerate(SEVERITY_ORDER)})
    frame = frame.sort_values(
        ["order", "school_count", "finding_count", "check_code"], ascending=[True, False, False, True]
    )
    return frame.drop(columns="order").reset_index(drop=True)


def unnamed_causes(
    causes: pd.DataFrame, sensitive: Collection[str], fewest: int, title: str, remedy: str
) -> pd.DataFrame:
    """Fold the causes of few schools and all of some sensitive checks to one line per severity, the last of it.

    Whoever reads the line cannot tell whether a sensitive check is in it: any cause of fewer than `fewest` schools is.
    How many schools are in it is not told (0); its places are counted, so that the sums stay what they are.
    """
    is_unnamed = causes["check_code"].isin(list(sensitive)) | (causes["school_count"] < fewest)
    kept, folded = causes[~is_unnamed], causes[is_unnamed]
    lines = [
        {
            "severity": severity, "check_code": UNNAMED, "finding_count": int(own["finding_count"].sum()),
            "school_count": 0, "file_count": 0, "remedy": remedy, "title": title,
        }
        for severity, own in folded.groupby("severity", sort=False)
    ]  # fmt: skip
    if not lines:
        return causes
    order = {name: place for place, name in enumerate(SEVERITY_ORDER)}
    frame = pd.concat([kept, pd.DataFrame(lines)[list(causes.columns)].astype(causes.dtypes.to_dict())])
    return frame.sort_values("severity", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def cell_account(submissions: pd.DataFrame) -> pd.DataFrame:
    """Account for every filled cell of the accepted files: one row per level of account, in all one row.

    A file of several schools is one of `file_count`. `total_count` = `used_count` + `flagged_count` + `unowned_count` + `ignored_count`; `gap_count` is what that leaves open.
    """
    accepted = submissions[submissions["fate"] == "accepted"]
    names = accepted.get("file", pd.Series(accepted.index))  # without names each row is a file
    sums = accepted[["cells_total", "cells_used", "cells_flagged", "cells_unowned", "cells_ignored"]].sum()
    frame = pd.DataFrame(
        [[names.nunique(), *(int(value) for value in sums)]],
        columns=[
            "file_count",
            "total_count",
            "used_count",
            "flagged_count",
            "unowned_count",
            "ignored_count",
        ],
    )
    parts = frame[["used_count", "flagged_count", "unowned_count", "ignored_count"]].sum(axis=1)
    return frame.assign(gap_count=frame["total_count"] - parts)


def file_fates(submissions: pd.DataFrame) -> pd.DataFrame:
    """Count the received files by fate: one row per fate and reason.

    A file of several schools is one of `file_count` and as many of `return_count` as it holds schools.
    """
    frame = submissions.assign(reason_code=submissions["reason_code"].fillna(""))
    return frame.groupby(["fate", "reason_code"], as_index=False).agg(
        file_count=("file", "nunique"), return_count=("submission_id", "size")
    )


def answer_states(observations: pd.DataFrame) -> pd.DataFrame:
    """Count the questions by what became of them: one row per state."""
    counts = observations["state"].value_counts()
    return counts.rename_axis("state").reset_index(name="question_count")


def opinions(
    answers: Answers,
    schools: pd.DataFrame,
    field_ids: Sequence[str],
    declared: OpinionGroups,
    unit_names: Collection[str] = (),
) -> pd.DataFrame:
    """Count what schools wrote, thought by thought: one row per field and thought, the most shared first.

    An answer is split into its sentences; those that say the same (declared as one, or alike but for names of units,
    the order of words and slips of the pen) are one thought. `text` is the office's wording where it has one
    (`is_named`), else that of most schools, at most 180 letters, e-mail addresses and long numbers taken out;
    `addressee` is whom a named proposal goes to; `school_count` schools wrote it, each counted once, `school_names`
    in registry order.
    """
    written = [(field_id, list(answers.text(field_id).dropna().items())) for field_id in field_ids]
    names = short_names(schools)
    rows = found_or_made(
        "opinions",
        (written, names, declared, sorted(unit_names)),
        lambda: _opinion_rows(written, names, declared, _any_of(unit_names)),
    )
    return pd.DataFrame(rows, columns=list(OPINION_COLUMNS))


def _opinion_rows(
    answers: Sequence[tuple[str, Sequence[tuple[Hashable, Any]]]],
    names: Mapping[str, str],
    declared: OpinionGroups,
    units: re.Pattern[str] | None,
) -> list[tuple[str, str, str, bool, int, list[str]]]:
    rows = []
    for field_id, texts in answers:
        thoughts: dict[str, _Thought] = {}
        for group in (one for one in declared.groups if one.field_id == field_id):
            thought = _Thought(group.text, group.addressee)
            thoughts |= {_key(wording, units): thought for wording in group.wordings}
        for school_id, text in texts:
            for sentence in sentences_of(_PERSONAL.sub(HIDDEN, str(text))):
                key = _alike(_key(sentence, units), thoughts, declared)
                thoughts.setdefault(key, _Thought()).add(names[str(school_id)], _shortened(sentence))
        written = [one for one in dict.fromkeys(thoughts.values()) if one.schools]
        rows += [
            (field_id, one.wording, one.addressee, bool(one.text), len(one.schools), list(one.schools))
            for one in sorted(written, key=lambda thought: -len(thought.schools))
        ]
    return rows


def schools_writing(opinions: pd.DataFrame, field_id: str) -> int:
    """How many schools wrote something in one field, each counted once however much it wrote."""
    own = opinions[opinions["field_id"] == field_id]
    counted = own[
        own["text"] == ""
    ]  # the shareable edition counts, and names no more than who states a cause
    if len(counted):
        return int(counted["school_count"].iloc[0])
    return len({name for names in own["school_names"] for name in names})


@dataclass(eq=False)
class _Thought:
    """What some schools wrote: the schools, each once, how often each wording stands; the office's own words for it."""

    text: str = ""
    addressee: str = ""
    schools: dict[str, None] = field(default_factory=dict)
    wordings: Counter[str] = field(default_factory=Counter)

    def add(self, school: str, wording: str) -> None:
        self.schools.setdefault(school)
        self.wordings[wording] += 1

    @property
    def wording(self) -> str:
        """The office's words, else the wording of most; of several the first."""
        return self.text or self.wordings.most_common(1)[0][0]


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


def _key(sentence: str, units: re.Pattern[str] | None) -> str:
    """What of one sentence is compared: its words without case and punctuation, any unit's name as another's."""
    folded = fold(sentence)
    return units.sub("…", folded) if units else folded


def _any_of(names: Collection[str]) -> re.Pattern[str] | None:
    """Any of some names as whole words, the longest first; nothing where there is none."""
    folded = sorted({fold(name) for name in names} - {""}, key=lambda name: (-len(name), name))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, folded))})\b") if folded else None


def _alike(key: str, known: Mapping[str, object], declared: OpinionGroups) -> str:
    """The key under which the same was said before; its own where it is new."""
    if key in known:
        return key
    close = process.extract(
        key, list(known), scorer=fuzz.token_sort_ratio, score_cutoff=declared.likeness, limit=None
    )
    marks = _are_distinct(key, declared)
    return next((other for other, _, _ in close if _are_distinct(other, declared) == marks), key)


def _are_distinct(key: str, declared: OpinionGroups) -> list[str]:
    """The words that make two like sentences say two things: numbers and denials."""
    return sorted(word for word in key.split() if word in declared.denials or any(map(str.isdigit, word)))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
