"""One file of texts that readers see, read whole: labels by id, sentences of the reports, texts of returns and the desk.

The ids that labels name stand in the schema of texts, since declarations are read before any room that makes them: a
test holds both together; ids of an index come from its set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from typing import Any

from termreview.reference.kinds.calendar import REPORTS, Calendar
from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reference.loading.rows import LINE, Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.text_schema import OWN, hold_texts, read_texts
from termreview.reference.texts.opinions import CAUSES

SENTENCES = "sentences.yml"
WHOLE_SET = ("overall",)
NO_LEVEL = ("not_concluded", "not_applicable", "not_submitted")
OF_GROUPS = ("score_groups", "score_groups_short")
OF_LEVELS = ("score_levels", "score_levels_short")
# Working numbers of the assessment; what else stands beside the sentences are texts by field of the form.
THRESHOLDS = "assessment/thresholds"
CAUSE_KINDS = "assessment/cause_kinds"
PARTS, HEADINGS = (
    ("annexed", "order", "left_out"),
    "headings",
)  # of how the sections of a report are published
DATES = "assessment/dates"  # of the directions of part IV, by kind of report
DIRECTIONS = (
    "reports", "repair", "tasks", "ratios", "criteria", "targets", "conditions", "evidence", "stories", "office",
)  # fmt: skip
COMMON_ADVICE = ("note", "refused", "other")  # on causes that have none of their own
RISK_WEIGHTS = (
    "open_groups", "disputed_points", "unproved_points", "unverified_points", "near_groups", "near_edge_points",
    "hanging_groups", "error_count",
)  # fmt: skip


def load_labels(source: Source, calendar: Calendar, sets: Mapping[str, IndicatorSet]) -> Mapping[str, Any]:
    """Read the words: every id has one, none is unknown, each with its own places only."""
    tree = read_texts(source, "labels.yml")
    if tree is None:
        return {}
    known = _of_sets(sets) if _are_known(source, calendar) else {}
    for section in (*OF_GROUPS, *OF_LEVELS):
        row = tree.row(section)
        if row is not None:
            names = known.get(section) or [
                name for name in row.values if isinstance(name, str) and name != LINE
            ]
            hold_texts(row, dict.fromkeys(names, ()))
        elif tree.values.get(section) is None:  # what else stands there is told
            tree.report("missing", key=section)
    return without_lines(dict(tree.values))


def _are_known(source: Source, calendar: Calendar) -> bool:
    """Say whether the groups and levels in use are known: a slip where they are declared is told there alone."""
    files = {"calendar.yml", *(f"indicator_sets/{plan.indicator_set}.yml" for plan in calendar.plans)}
    return files.isdisjoint(problem.file for problem in source.problems)


def _of_sets(sets: Mapping[str, IndicatorSet]) -> Mapping[str, Sequence[str]]:
    groups = [group.group_id for indicator_set in sets.values() for group in indicator_set.groups]
    if not groups:
        return {}  # no term is scored: labels of a set that once was may stay
    levels = [str(level) for indicator_set in sets.values() for level in indicator_set.level_titles()]
    return {
        **dict.fromkeys(OF_GROUPS, (*groups, *WHOLE_SET)),
        **dict.fromkeys(OF_LEVELS, (*levels, *NO_LEVEL)),
    }


def load_sentences(source: Source, fields: Container[str]) -> Mapping[str, Any]:
    """Read the sentences of the reports; one that is missing, or has a place that nothing fills, is a mistake."""
    tree = read_texts(source, SENTENCES)
    if tree is None:
        return {}
    for key in OWN[SENTENCES]:
        section, _, name = key.partition("/")
        row = tree.row(section)
        row = row.row(name) if row else None
        for each in row.values if row else ():
            if each == LINE or row is None:
                continue
            if key == THRESHOLDS:
                row.number(each, is_required=True)
            elif key == CAUSE_KINDS:
                row.choice(each, CAUSES)
            elif key == DATES:
                _hold_dates(row.row(each))
            elif each not in fields:
                row.report("no_field", field=each)
    return without_lines(dict(tree.values))


def _hold_dates(dates: Row | None) -> None:
    """Note every date of directions that is neither a day and month (25/05) nor a number of days (+10)."""
    if dates is None:
        return
    dates.only(DIRECTIONS)
    for name in DIRECTIONS:
        text = dates.text(name)
        if text and not is_direction_date(text):
            dates.report("no_direction_date", name, value=text)


def is_direction_date(text: str) -> bool:
    """Say whether one text is a number of days after the day of the figures (+10) or a day and month (25/05)."""
    if text.startswith("+"):
        return text[1:].isdecimal() and len(text) <= 4
    day, _, month = text.partition("/")
    try:
        dt.date(2023, int(month), int(day))  # no leap year: 29/02 is no day of most years
    except ValueError:
        return False
    return True


def load_publishing(source: Source) -> Mapping[str, Any]:
    """Read the words of what is published, and which sections of the signed report stand in its annex alone, and their order.

    `kinds` are the same of kinds of reports that have their own: cells that are in no such report (`left_out`), headings
    that stand in it instead of the notebook's.
    """
    tree = read_texts(source, "publishing.yml")
    if tree is None:
        return {}
    kinds = tree.row("kinds")
    if kinds is not None:
        kinds.only(REPORTS)
    annex = tree.row("annex")
    heads = annex.row("heads") if annex else None
    for name in heads.values if heads else ():
        if name != LINE and heads is not None and len(heads.text(name).split(" / ")) != 2:
            heads.report("no_two_heads", name)
    own = {name: _report_parts(kinds.row(name)) for name in REPORTS if kinds and name in kinds.values}
    return {**without_lines(dict(tree.values)), "signed": _report_parts(tree.row("signed")), "kinds": own}


def _report_parts(row: Row | None) -> Mapping[str, Any]:
    if row is not None:
        row.only((*PARTS, HEADINGS))
    heads = row.row(HEADINGS) if row is not None else None
    told = {name: () if row is None else row.items(name) for name in PARTS}
    return {
        **told,
        HEADINGS: {name: heads.text(name) for name in heads.values if name != LINE} if heads else {},
    }


def load_returns(source: Source) -> Mapping[str, Any]:
    """Read the texts of returned workbooks: every text there, none unknown, each with its own places only."""
    tree = read_texts(source, "returns.yml")
    if tree is None:
        return {}
    title = tree.values.get("sheet", {}).get("title") if isinstance(tree.values.get("sheet"), dict) else None
    if isinstance(title, str) and (len(title) > 31 or set(title) & set("[]:*?/\\'")):
        source.report_word(tree.path, title, "bad_sheet_title")
    return without_lines(dict(tree.values))


def load_desk_texts(source: Source) -> Mapping[str, Any]:
    """Read the words of the desk: every word there, none unknown, each with its own places only; weights as numbers."""
    tree = read_texts(source, "desk.yml")
    if tree is None:
        return {}
    if (advice := _section(tree, "advice")) is not None:
        for name in advice.values:
            if name != "__line__":
                advice.text(name)
        for name in COMMON_ADVICE:
            advice.text(name)
    weights = {}
    if (row := _section(tree, "risk_weights")) is not None:
        row.only(RISK_WEIGHTS)
        for name in RISK_WEIGHTS:
            weights[name] = row.number(name, 0.0, is_required=True) or 0.0
            if weights[name] < 0:
                row.report("weight_negative", key=name)
    return {**without_lines(dict(tree.values)), "risk_weights": weights}


def _section(tree: Row, name: str) -> Row | None:
    row = tree.row(name)
    if row is None and tree.values.get(name) is None:
        tree.report("missing", key=name)
    return row
