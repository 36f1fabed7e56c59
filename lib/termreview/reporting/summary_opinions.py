"""One opinion that schools wrote in their own words: counted, shortened, personal marks taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from termreview.reporting.answers import Answers
from termreview.text import clean, fold

_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\w)\+?\d(?:[\s.\-]?\d){8,}(?!\w)")
HIDDEN = "[…]"
LONGEST_QUOTE = 180


def opinions(answers: Answers, schools: pd.DataFrame, field_ids: Sequence[str]) -> pd.DataFrame:
    """Fold what schools wrote: one row per field and wording, the most shared first.

    `text` is the first school's wording, at most 180 letters, e-mail addresses and long numbers taken out;
    `school_count` schools wrote it, `school_names` in registry order.
    """
    names = dict(zip(schools["school_id"], schools["short_name"], strict=True))
    rows = []
    for field_id in field_ids:
        written = answers.text(field_id).dropna()
        by_wording: dict[str, tuple[str, list[str]]] = {}
        for school_id, text in written.items():
            quote = _shortened(_PERSONAL.sub(HIDDEN, clean(str(text))))
            if quote:
                by_wording.setdefault(fold(quote), (quote, []))[1].append(names[str(school_id)])
        ranked = sorted(by_wording.values(), key=lambda entry: -len(entry[1]))
        rows += [(field_id, quote, len(who), who) for quote, who in ranked]
    return pd.DataFrame(rows, columns=["field_id", "text", "school_count", "school_names"])


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
