"""One school's page by all that decides it: its own rows, what it tells of its peers, the declarations, the day.

A page that speaks of something else than before has another key. Whoever lets pages speak of something new names it
here: a test changes one figure after another and compares the pages found with pages made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from termreview.pieces import key_of
from termreview.reporting.report.applicable import is_scored
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.insights import lines_of
from termreview.reporting.report.school_outlook import look_ahead
from termreview.reporting.report.wording import before_name, by_letter
from termreview.reporting.school_pages.material import (
    CRITERIA,
    RATIOS,
    SCORES,
    Material,
    count_with_ratios,
    grouped,
    material_of,
    peer_middle,
    peer_values,
)
from termreview.reporting.school_pages.todo import told_reason

# The tables of the material with a row for each school, by what they are keyed by: the school, or a pair with it.
_BY_SCHOOL = (
    "schools", "reporting", "lacking", "statuses", "ratios", "findings", "compared", "unsettled", "numbers",
)  # fmt: skip
_BY_PAIR = ("standings", "before", "criteria", "ratios_before")


def page_keys(report: ReportContext) -> dict[str, bytes]:
    """The key of the page of every school."""
    material, outlook, years = material_of(report), None, {}
    pairs = [_by_school(getattr(material, name), material) for name in _BY_PAIR]
    if is_scored(report):
        outlook, years = look_ahead(report), grouped(lines_of(report))
        pairs += [_by_school(table, material) for table in (outlook.after, outlook.margin_of)]
    shared = key_of("school pages", _shared(report, material))
    keys = {}
    for school_id in material.schools:
        own = [getattr(material, name).get(school_id) for name in _BY_SCHOOL]
        own += [table.get(school_id) for table in pairs]
        own += [years.get(school_id), told_reason(report, school_id)]
        if outlook is not None:
            own += [outlook.paths.get(school_id), school_id in outlook.unconfirmed]
        keys[school_id] = key_of("school page", (shared, school_id, own, _of_peers(report, school_id)))
    return keys


def _shared(report: ReportContext, material: Material) -> list[Any]:
    """What all pages of one report have in common."""
    return [
        report.reference.fingerprint, report.declared.term.term_id, report.as_of, report.previous is None,
        before_name(report), by_letter(report, "tasks.by_letter"), material.marks, dict(material.agreement),
        material.least,
    ]  # fmt: skip


def _of_peers(report: ReportContext, school_id: str) -> list[Any]:
    """What the page of one school tells of its peers: the points of each group, the middle of the rest, their number."""
    indicator_set, material = report.declared.indicator_set, material_of(report)
    points = [peer_values(report, school_id, SCORES, group.group_id) for group in indicator_set.groups]
    middles = [peer_middle(report, school_id, SCORES, group.group_id) for group in indicator_set.groups]
    # Equal points share a mark.
    groups = [
        (len(own), list(dict.fromkeys(own)), middle) for own, middle in zip(points, middles, strict=True)
    ]
    criteria = [
        peer_middle(report, school_id, CRITERIA, criterion.criterion_id)
        for group in indicator_set.groups
        for criterion in group.criteria
    ]
    ratios = [
        peer_middle(report, school_id, RATIOS, row["ratio_id"]) for row in material.ratios.get(school_id, [])
    ]
    return [groups, criteria, ratios, count_with_ratios(report, school_id)]


def _by_school(table: Mapping[tuple[str, str], Any], material: Material) -> dict[str, list[Any]]:
    """The rows of one table that is keyed by a school and something else, by school."""
    found: dict[str, list[Any]] = {}
    for (first, second), row in table.items():
        school_id = first if first in material.schools else second
        found.setdefault(school_id, []).append((first, second, row))
    return found
