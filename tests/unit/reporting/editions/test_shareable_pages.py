"""All that shareable reports of a term hold is the same for other hidden counts: nobody can tell which ones are true.

Each world is found by a solver: other whole numbers of pupils with sensitive attributes under which every count that
is shown stays as it is. Whatever a report holds is compared: tables, sentences, charts with their alternative texts,
the figures that a page looks up, the models that Word and Excel are written from.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest
from disclosure_world import Reader, reports_of, with_counts, written_over
from report_world import tables_of

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.editions.scope import SHAREABLE, WHOLE, find_scope
from termreview.reporting.editions.suppression import Suppression, decide_suppression
from termreview.reporting.report import context
from termreview.reporting.report.context import ReportContext, build_view, present
from termreview.reporting.sections.work.statistics import statistics_tables
from termreview.terms import parse_term
from worlds import HK1, HK2, ROOT

NOTEBOOKS = {HK1: "3_semester_review", HK2: "4_year_end_summary"}


def view_of(reference: Reference, term_id: str, observations: pd.DataFrame) -> context.TermView:
    tables = replace(tables_of(term_id), observations=observations)
    return build_view(reference, reference.of(parse_term(term_id)), tables)


def parts_of(term_id: str, report: ReportContext) -> Iterator[tuple[str, str]]:
    """Everything that the notebook of one report leaves in its outputs, by cell."""
    content = json.loads((ROOT / "notebooks" / f"{NOTEBOOKS[term_id]}.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for cell in content["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or "term_id: str" in source:
            continue
        if "open_report" in source:
            exec(source[: source.index("report = open_report")], names)
            names["report"] = report
            continue
        part = eval(source, names)
        bundle = part._repr_mimebundle_() if hasattr(part, "_repr_mimebundle_") else {}
        html = part._repr_html_() if hasattr(part, "_repr_html_") else ""
        yield cell["id"], json.dumps([html, bundle], ensure_ascii=False, sort_keys=True, default=str)


def hidden_counts(
    reader: Reader,
    reference: Reference,
    declared: TermReference,
    suppression: Suppression,
    columns: list[str],
) -> list[dict[int, float]]:
    """Let a reader read every count of every report; give the small ones that are hidden."""
    found: dict[tuple[int, ...], dict[int, float]] = {}
    for name, schools in reports_of(reference, declared):
        for family in reader.families:
            for column in ("", *columns) if name == "whole" else ("",):
                terms = reader.terms(schools, family, column)
                if terms and suppression.is_shown(f"{family}.{column or 'total'}", schools):
                    reader.learn(terms)
                elif 0 < reader.sum_of(terms) < reference.disclosure.smallest_shown:
                    found[tuple(sorted(terms))] = terms
    return list(found.values())


def other_worlds(
    reference: Reference, declared: TermReference, view: context.TermView, suppression: Suppression
) -> tuple[list[pd.DataFrame], int, int]:
    """Observations with other hidden counts; how many small ones are hidden, and how many of them differ somewhere."""
    observations = view.tables.observations
    columns = [
        name.partition(".")[2]
        for name in view.answers.numbers.columns
        if name.startswith("pupils_count.") and not name.endswith("total")
    ]
    told: list[dict[tuple[str, str], float]] = [{}, {}]
    hidden_count, differing = 0, 0
    asked = {name.partition(".")[0] for name in view.answers.numbers.columns}
    attributes = [one for one in reference.disclosure.attributes if one.field in asked]
    assert len(attributes) == 4  # the others are of the forms of statistics
    for attribute in attributes:
        reader = Reader(view.answers, attribute.fields)
        reader.meet([school.unit_id for school in declared.schools], columns)
        hidden = hidden_counts(reader, reference, declared, suppression, columns)
        draw = random.Random(attribute.field)
        aims = {place: draw.choice((-1.0, 1.0)) for terms in hidden for place in terms}
        others = [reader.another({place: side * aim for place, aim in aims.items()}) for side in (1, -1)]
        for world, values in zip(told, others, strict=True):
            for (school, family, column), value in values.items():
                names = [f"{family}.{column}"] if column else [f"{family}.total", family]
                world |= {(school, name): value for name in names}
        place_of = {place: key for key, place in reader.places.items()}
        sums = [[sum(values[place_of[place]] for place in terms) for values in others] for terms in hidden]
        hidden_count += len(hidden)
        differing += sum(
            len({reader.sum_of(terms), *own}) > 1 for terms, own in zip(hidden, sums, strict=True)
        )
    return [written_over(observations, world) for world in told], hidden_count, differing


@dataclass(frozen=True)
class Worlds:
    """One term as it is and as it could be: what is hidden in all of them, how much of that differs somewhere."""

    true: context.TermView
    others: tuple[context.TermView, ...]
    suppression: Suppression
    hidden_count: int
    differing_count: int


@pytest.fixture(scope="module")
def worlds(reference: Reference) -> Worlds:
    declared = reference.of(parse_term(HK1))
    true = view_of(reference, HK1, with_counts(tables_of(HK1).observations, 1, 0.1))
    suppression = decide_suppression(reference, declared, true.answers)
    others, hidden_count, differing_count = other_worlds(reference, declared, true, suppression)
    views = tuple(view_of(reference, HK1, world) for world in others)
    return Worlds(true, views, suppression, hidden_count, differing_count)


def test_reports_are_the_same_for_other_hidden_counts(
    reference: Reference, worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The choice of what to hide is one and the same: a reader sees it and takes it as given.
    monkeypatch.setattr(context, "decide_suppression", lambda *_: worlds.suppression)
    declared, compared = worlds.true.declared, 0
    for scope in (WHOLE, find_scope(reference, declared, "047702")):
        told, *others = (
            dict(
                parts_of(
                    HK1, present(ReportContext(reference, view, None, declared.plan.due_on), scope, SHAREABLE)
                )
            )
            for view in (worlds.true, *worlds.others)
        )
        for other in others:
            assert [name for name, text in told.items() if text != other[name]] == []
            compared += len(other)
    print(
        f"{worlds.hidden_count} small counts hidden, {worlds.differing_count} of them other in a world that reads "
        f"the same; {compared} parts of reports compared, 0 differ"
    )
    assert worlds.hidden_count > 20
    assert worlds.differing_count > 0.9 * worlds.hidden_count


def test_the_next_term_tells_nothing_of_what_this_one_hid(reference: Reference, worlds: Worlds) -> None:
    now = view_of(reference, HK2, tables_of(HK2).observations)
    due_on = now.declared.plan.due_on
    told, other = (
        dict(parts_of(HK2, present(ReportContext(reference, now, before, due_on), edition=SHAREABLE)))
        for before in (worlds.true, worlds.others[0])
    )
    assert [name for name in told if told[name] != other[name]] == []


def test_the_comparison_would_have_found_something(reference: Reference, worlds: Worlds) -> None:
    """The internal edition does show the hidden counts: it differs from world to world."""
    told, other = (
        statistics_tables(ReportContext(reference, view, None, view.declared.plan.due_on)).html
        for view in (worlds.true, worlds.others[0])
    )
    assert told != other
