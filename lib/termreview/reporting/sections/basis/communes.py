"""One table by commune: what each unit above the schools sent, its size, its tasks, its schools on the index."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.rows import by_key, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Share
from termreview.reporting.report.applicable import has_states
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import communes_head, say, scope_title, shown
from termreview.reporting.summaries.communes import Sums, sums_by_commune
from termreview.reporting.summaries.index import OVERALL, second_level
from termreview.reporting.term.schools import ALL


def by_commune(report: ReportContext) -> Block:
    """A row per commune and one for all; nothing where the report speaks of one commune alone."""
    names = dict(zip(report.term.schools["commune_id"], report.term.schools["commune_name"], strict=True))
    if len(names) < 2:
        return Block("")
    words = report.reference.sentences["communes"]
    lines = _lines(report, sums_by_commune(report.term, report.reference.ratios), list(names))
    whole = _lines(report, Sums(report.term, report.reference.ratios), [ALL])
    sizes: dict[str, str] = words["columns"]
    level = second_level(report.declared.indicator_set)
    columns = {"title": communes_head(report), "received": words["received"], **sizes}
    if has_states(report):
        columns["tasks"] = words["tasks"]
    if level:
        columns["reached"] = say(report, "communes.reached", level=level)
    return table(
        lines.assign(title=[names[code] for code in lines["scope"]]),
        columns=columns,
        caption=words["title"],
        formats=dict.fromkeys(sizes, "integer"),
        align=dict.fromkeys(("received", "tasks", "reached"), "right"),
        total_row=records(whole.assign(title=scope_title(report, ALL)))[0],
        notes=[words["note"]],
    )


def _lines(report: ReportContext, sums: Sums, scopes: list[str]) -> pd.DataFrame:
    """The figures of some scopes, a row each, in their order."""
    sizes = report.reference.sentences["communes"]["columns"]
    reporting, index = by_key(sums.reporting, "scope"), by_key(sums.levels, "group_id", "scope")
    kept = sums.statistics[sums.statistics["field_id"].isin(sizes)]
    figures = kept.assign(shown=shown(report, kept)).set_index(["field_id", "scope"])["shown"].to_dict()
    counts = sums.statuses.groupby("scope")[["done_count", "answered_count"]].sum().reset_index()
    tasks = by_key(counts, "scope")
    rows = []
    for scope in scopes:
        own = index.get((OVERALL, scope))
        told = tasks.get(scope)
        rows.append(
            {
                "scope": scope,
                "received": Share(reporting[scope]["received_count"], reporting[scope]["expected_count"]),
                **{field_id: figures.get((field_id, scope)) for field_id in sizes},
                "tasks": Share(told["done_count"], told["answered_count"]) if told and told["answered_count"] else Number(None),
                "reached": Share(own["reached_count"], own["scored_count"]) if own and own["scored_count"] else Number(None),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
