"""One HTML page per school of a term, rendered in one process from one template; each needs nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial

import pandas as pd
from jinja2 import Template

from termreview.cluster import scheduler_asked, share_on
from termreview.pieces import pieces_at_hand
from termreview.processes import IS_FORKED, processors, share
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.tables import table
from termreview.reporting.pages.styles import page_template, theme_text
from termreview.reporting.report.context import ReportContext
from termreview.reporting.school_pages.material import material_of
from termreview.reporting.school_pages.page import kind_of, page_view
from termreview.reporting.school_pages.page_keys import page_keys

_BATCH, _FEWEST_BATCHES = (
    50,
    4,
)  # schools that one process renders at a time; fewer batches are not worth a process


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
