"""One index page of an office: every published report of every term, read from the records that they carry."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Template

from termreview.errors import RunError
from termreview.reference.declarations import Reference
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.values import fraction_text
from termreview.reporting.charts.drawing.style import HATCH, RULE, part_styles
from termreview.reporting.pages.styles import font_faces, page_template, theme_text
from termreview.reporting.records.provenance import short_hash
from termreview.reporting.records.published import Published, PublishedTerm, index_path, published_terms
from termreview.storage.atomic_files import write_content
from termreview.storage.workspace import Workspace
from termreview.text import capitalised

View = dict[str, Any]
OVERALL: Final = "overall"
OPEN_PARTS: Final = ("not_concluded", "not_submitted")
BAR_WIDTH: Final = 280
HATCHED: Final = "gach"  # the id of the pattern on the page
MOST_UNFOLDED: Final = 12  # reports of parts of the office that a term shows without being asked


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


def portfolio_view(reference: Reference, terms: Sequence[PublishedTerm]) -> View:
    """Everything the page says, as texts and plain values."""
    words = reference.provenance["portfolio"]
    office = terms[-1].declared.office if terms else reference.calendar.offices[-1]
    return {
        "words": words,
        "columns": reference.provenance["portfolio_columns"],
        "office": {"name": office.name, "parent": office.parent_body},
        "illustrative": reference.sentences["report"]["banner_text"] if office.is_illustrative else "",
        "overview": [_overview(reference, term) for term in terms],
        "levels": _levels(reference, terms),
        "terms": [_term(reference, term) for term in reversed(terms)],
    }


def main_report(term: PublishedTerm) -> Published | None:
    """The report that stands for one term: that of the whole office, the internal one where there is one."""
    return next((report for report in term.reports if report.is_whole), None)


def _overview(reference: Reference, term: PublishedTerm) -> View:
    report = main_report(term) or next(iter((*term.reports, *term.merged, *term.issued.values())))
    facts = _facts(reference, report)
    return {
        "anchor": _anchor(term),
        "title": _title(reference, term),
        "kind": _kind(reference, report),
        "page": report.page,
        **facts,
    }


def _facts(reference: Reference, report: Published) -> View:
    record, words = report.record, reference.publishing
    figures = record["figures"]
    return {
        "status": words["status"].get(record["status"], ""),
        "is_final": record["status"] == "final",
        "edition": words["edition"].get(record["edition"], ""),
        "as_of": number_text(datetime.date.fromisoformat(record["as_of"]), "date"),
        "received": fraction_text(figures["received_count"], figures["expected_count"]),
        "late": number_text(figures["late_count"]),
    }


def _levels(reference: Reference, terms: Sequence[PublishedTerm]) -> list[View]:
    """One table per group of an indicator set: a row per term, its schools by level."""
    tables: dict[tuple[str, str], View] = {}
    for term in terms:
        report = main_report(term)
        if report is None:
            continue
        indicator_set = term.declared.indicator_set
        parts = [f"level_{level}" for level in indicator_set.level_titles()] + [*OPEN_PARTS]
        for group_id, counts in report.record["figures"]["levels"].items():
            table = tables.setdefault(
                (indicator_set.set_id, group_id),
                {
                    # a report that was published may name a group that is declared no more
                    "title": reference.labels["score_groups"].get(group_id, group_id),
                    "heads": [{"title": _part_title(reference, part), **_look(part)} for part in parts],
                    "rows": [],
                },
            )
            told = [int(counts.get(f"{part}_count", 0)) for part in parts]
            table["rows"].append(
                {
                    "title": _title(reference, term),
                    "counts": [number_text(count) for count in told],
                    "asked": number_text(counts.get("asked_count")),
                    "bar": _bar(parts, told),
                }
            )
    ordered = sorted(tables, key=lambda key: (key[1] != OVERALL, key[1]))  # sets in the order of their terms
    return [tables[key] for key in ordered]


def _part_title(reference: Reference, part: str) -> str:
    title = str(reference.labels["score_levels_short"][part.removeprefix("level_")])
    return capitalised(title)


def _bar(parts: Sequence[str], counts: Sequence[int]) -> list[View]:
    """One bar as the rectangles that make it: start, width and fill; none where nothing is counted."""
    whole, start = sum(counts), 0.0
    boxes = []
    for part, count in zip(parts, counts, strict=True):
        if count:
            width = count / whole * BAR_WIDTH
            boxes.append({"x": round(start, 2), "width": round(width, 2), **_look(part)})
            start += width
    return boxes


def _look(part: str) -> View:
    style = part_styles([part])[part]
    return {
        "fill": f"url(#{HATCHED})" if style.is_hatched else style.fill,
        "stroke": HATCH if style.is_hatched else RULE,
    }


def _term(reference: Reference, term: PublishedTerm) -> View:
    main = main_report(term)
    plan = term.declared.plan
    return {
        "anchor": _anchor(term),
        "title": _title(reference, term),
        "due_on": number_text(plan.due_on, "date"),
        "reports": [_report(reference, term, report, main) for report in term.reports if report.is_whole]
        + [
            _report(reference, term, report, None) | {"title": reference.provenance["portfolio"]["merged"]}
            for report in term.merged
        ],
        "scoped": [_report(reference, term, report, main) for report in term.reports if not report.is_whole],
        "issued": [
            {"number": number, **_report(reference, term, report, None)}
            for number, report in term.issued.items()
        ],
        "broken": list(term.broken),
        "is_folded": sum(not report.is_whole for report in term.reports) > MOST_UNFOLDED,
        "schools": list(_school_links(term)),
        "school_count": number_text(len(term.schools)),
    }


def _report(reference: Reference, term: PublishedTerm, report: Published, main: Published | None) -> View:
    """One report: what it is, its facts, its files; whether it was made of other things than the main one."""
    words, names = reference.provenance["portfolio"], reference.provenance["portfolio_files"]
    *parts, index = report.flat_parts or ("",)
    files = {
        "page": report.page,
        "document": report.document,
        "annex": report.annex,
        "flat": report.flat,
        "slip": report.slip,
    }
    return {
        **_facts(reference, report),
        "kind": _kind(reference, report),
        "title": _scope_title(reference, term, report) or words["whole"],
        "files": [(names[name], link) for name, link in files.items() if link]
        + [(names["flat_part"].format(number=number), link) for number, link in enumerate(parts, start=1)]
        + ([(names["flat_index"], index)] if index else []),
        "is_outdated": main is not None and _origin(report) != _origin(main),
    }


def _scope_title(reference: Reference, term: PublishedTerm, report: Published) -> str:
    """The unit and the school level that one report is about, by name; blank for the whole office."""
    unit_id, level = report.record["unit"], report.record["level"]
    unit = reference.registry.on(term.declared.plan.due_on).get(unit_id)
    names = [unit.name if unit else unit_id, reference.registry.level_titles().get(level, level)]
    title = ", ".join(name for name in names if name)
    return capitalised(title)


def _kind(reference: Reference, report: Published) -> str:
    return str(reference.provenance["portfolio_kinds"].get(report.record["kind"], ""))


def _origin(report: Published) -> str:
    """What tells whether two reports rest on the same files, declarations and program."""
    origin: Mapping[str, Any] = report.record["origin"]
    files = [
        sorted(sha256 for _, sha256, _ in told["files"])
        for told in origin["inputs"]  # names may be hidden
    ]
    return short_hash([files, origin["declarations"], origin["made_with"].get("package_sha256")])


def _school_links(term: PublishedTerm) -> Iterator[tuple[str, str]]:
    for school in term.declared.schools:
        if school.unit_id in term.schools:
            yield school.name, term.schools[school.unit_id]


def _title(reference: Reference, term: PublishedTerm) -> str:
    plan = term.declared.plan
    told = reference.publishing["facts"]["term_text"].format(
        term=plan.title, school_year=plan.term.school_year
    )
    return str(capitalised(told))


def _anchor(term: PublishedTerm) -> str:
    return f"ky-{term.declared.term.term_id}"
