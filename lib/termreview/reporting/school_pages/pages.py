"""One HTML page per school of a term, rendered in one process from one template; each needs nothing but itself.

A page that speaks of something else than before has another key. Whoever lets pages speak of something new names it
for `page_keys`: a test changes one figure after another and compares the pages found with pages made anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

import pandas as pd
from jinja2 import Template

from termreview.cluster import scheduler_asked, share_on
from termreview.pieces import key_of, pieces_at_hand
from termreview.processes import IS_FORKED, processors, share
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.tables import table
from termreview.reporting.pages.styles import page_template, theme_text
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
from termreview.reporting.school_pages.page import kind_of, page_view
from termreview.reporting.school_pages.todo import told_reason

_BATCH, _FEWEST_BATCHES = (
    50,
    4,
)  # schools that one process renders at a time; fewer batches are not worth a process
# The tables of the material with a row for each school, by what they are keyed by: the school, or a pair with it.
_BY_SCHOOL = (
    "schools", "reporting", "lacking", "statuses", "ratios", "findings", "compared", "unsettled", "numbers",
)  # fmt: skip
_BY_PAIR = ("standings", "before", "criteria", "ratios_before")


def school_pages(report: ReportContext, workers: int = 1) -> dict[str, str]:
    """Render the page of every expected school: file name (the school's code) to HTML, in registry order.

    Of hundreds of schools `workers` processes (0: as many as there are processors) render some each, or the workers of
    the cluster that the run was given, to whom the report is sent once.
    """
    schools = list(material_of(report).schools)
    pieces = pieces_at_hand()
    keys = {} if pieces is None else page_keys(report)
    found = {school_id: pieces.find(key) for school_id, key in keys.items()} if pieces else {}
    due = [school_id for school_id in schools if found.get(school_id) is None]
    batches = [due[first : first + _BATCH] for first in range(0, len(due), _BATCH)]
    render, is_shared = partial(_rendered, report), len(batches) >= _FEWEST_BATCHES
    if is_shared and (scheduler := scheduler_asked()):
        rendered = share_on(scheduler, batches, render)
    else:  # a process that is no fork of this one would be sent the whole report first
        rendered = share(batches, render, (workers or processors()) if IS_FORKED and is_shared else 1)
    made = {school_id: text for batch in rendered for school_id, text in batch}
    for school_id, text in made.items():
        if pieces is not None:
            pieces.keep(keys[school_id], text.encode())
    return {
        f"{school_id}.html": made[school_id] if school_id in made else (found[school_id] or b"").decode()
        for school_id in schools
    }


def _rendered(report: ReportContext, schools: Sequence[str]) -> list[tuple[str, str]]:
    return [(school_id, school_page(report, school_id)) for school_id in schools]


def school_page(report: ReportContext, school_id: str) -> str:
    """Render the page of one school; everything that comes from data is escaped."""
    return _template().render(css=_style(), **page_view(report, school_id)).rstrip() + "\n"


def show_pages(report: ReportContext, pages: Mapping[str, str]) -> Block:
    """How many pages of which kind there are, and how heavy the largest one is."""
    kinds = {"scored": "Có điểm", "reported": "Không thuộc bộ chỉ số", "silent": "Chưa có báo cáo đọc được"}
    frame = pd.DataFrame(
        {
            "kind": [kinds[kind_of(report, name.removesuffix(".html"))] for name in pages],
            "size": [len(text.encode()) / 1024 for text in pages.values()],
        }
    )
    frame = frame.groupby("kind", sort=False, as_index=False).agg(
        count=("size", "size"), size=("size", "max")
    )
    columns = {"kind": "Loại phiếu", "count": "Số phiếu", "size": "Phiếu nặng nhất (KB)"}
    formats = {"count": "integer", "size": "decimal1"}
    return table(frame, columns=columns, formats=formats, caption=f"{len(pages)} phiếu phản hồi")


@cache
def _template() -> Template:
    return page_template("school_page/page.html.j2")


@cache
def _style() -> str:
    return theme_text("school_page/page.css")


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
