"""One subject of “Nhìn lại và dự báo” as blocks: its sentences behind its name, its tables, or the one line that says what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import Block, lead_in, paragraph, stack
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Value, joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.insights import is_looking_back, tell


def text(report: ReportContext, key: str) -> str:
    """One declared word or head of insight."""
    return str(tell(report, key))


def silent(report: ReportContext, subject: str, why: str, **values: Any) -> Block:
    """The one line of a subject of which nothing can be said, and what is missing for it; nothing in a signed report."""
    if not is_looking_back(report):
        return Block("")
    return headed(report, subject, [tell(report, "silent", why=tell(report, f"why.{why}", **values))])


def headed(report: ReportContext, subject: str, sentences: Sequence[object], *blocks: object) -> Block:
    """What is said of one subject: its sentences behind its name, then its tables."""
    lead = f"{text(report, f'subjects.{subject}')}:"
    return stack(paragraph(lead_in(lead, joined(sentences))), *blocks)


def worded(
    report: ReportContext, subject: str, frame: pd.DataFrame, *, caption: str = "caption", **options: Any
) -> Block:
    """One table of one subject, its heads and caption as declared; `options` as `table` takes them."""
    heads = {name: text(report, f"{subject}.{name}") for name in frame.columns}
    return table(frame, columns=heads, caption=text(report, f"{subject}.{caption}"), **options)


def signed(value: Any, form: str = "points") -> Number:
    """One change, with its sign."""
    least = 0.005 if form == "ratio" else 0.05
    value = value if pd.isna(value) or abs(value) >= least else 0.0  # no sign before what is printed as 0
    return Number(value, form, before="+" if pd.notna(value) and value > 0 else "")


def between(low: Any, high: Any) -> Value | str:
    """Two ends that may lie below 0; blank where there are none."""
    if pd.isna(low) or pd.isna(high):
        return ""
    return joined([signed(low), "…", signed(high)])


def level_titles(report: ReportContext) -> dict[str, str]:
    """The titles of the school levels that the index covers, in their order."""
    titles, covered = report.reference.registry.level_titles(), report.declared.indicator_set.levels
    return {level: title for level, title in titles.items() if level in covered}
