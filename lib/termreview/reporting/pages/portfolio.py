"""One index page of an office: every published report of every term, read from the records that they carry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Template

from termreview.errors import RunError
from termreview.reference.declarations import Reference
from termreview.reporting.pages.portfolio_view import portfolio_view
from termreview.reporting.pages.styles import font_faces, page_template, theme_text
from termreview.reporting.records.published import PublishedTerm, index_path, published_terms
from termreview.storage.atomic_files import write_content
from termreview.storage.workspace import Workspace


def write_portfolio(workspace: Workspace, reference: Reference) -> Path:
    """Write the index page of all reports that stand in the folder; one that says the same already is left alone.

    Only for who holds the workspace.

    Raises
    ------
    RunError
        When it cannot be written; the reports stand all the same.
    """
    path = index_path(workspace)
    try:
        content = portfolio_page(reference, published_terms(workspace, reference)).encode("utf-8")
        if not path.is_file() or path.read_bytes() != content:
            write_content(path, content)
    except OSError as error:
        raise RunError("index_unwritten", why=error) from error
    return path


def portfolio_page(reference: Reference, terms: Sequence[PublishedTerm]) -> str:
    """Render the index page; everything that comes from data is escaped."""
    return _template().render(css=_style(), **portfolio_view(reference, terms)).rstrip() + "\n"


@cache
def _template() -> Template:
    return page_template("portfolio/page.html.j2")


@cache
def _style() -> str:
    return font_faces() + theme_text("portfolio/page.css")
