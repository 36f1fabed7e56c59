"""Exports of systems as HTML: the columns of an unknown one, what a mapping would count of it, and how systems and schools agree."""

from __future__ import annotations

import pandas as pd

from termreview.desk.export_mapping import Proposal, Tried
from termreview.desk.term.overview import Scope
from termreview.desk.term.school_names import school_label
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import joined, say, words
from termreview.reporting.blocks.blocks import Block, callout
from termreview.reporting.blocks.tables import table
from termreview.reporting.report.agreement import agreement_by_level
from termreview.reporting.report.narrative import listed
from termreview.text import day_text

_MOST_COLUMNS, _MOST_SCHOOLS, _MOST_EXAMPLES = 12, 10, 4


def columns_block(now: TermNow, proposal: Proposal) -> Block:
    """The columns of one unknown export: what stands in each, with examples where none is of a person."""
    reference, seen = now.reference, proposal.seen
    if proposal.layout is None:
        reasons = reference.labels["refusals"] | reference.labels["source_reasons"]
        why = reasons.get(seen.reason, "") if seen.reason else say(reference, "mapping.all_personal")
        return callout(say(reference, "mapping.none_title"), [why], "query")
    kinds, names = words(reference, "mapping_values"), words(reference, "seen_columns")
    rows = pd.DataFrame(
        {
            "head": [" ".join(column.head.split()) for column in seen.columns],
            "kind": [kinds[column.kind] for column in seen.columns],
            "filled": [column.filled for column in seen.columns],
            "different": [column.different for column in seen.columns],
            "examples": [
                say(reference, "mapping.withheld") if column.is_personal else listed(list(column.examples), most=_MOST_EXAMPLES, rest="…")
                for column in seen.columns
            ],
        }
    )  # fmt: skip
    caption = say(reference, "mapping.seen", head_row=seen.head_row, rows=seen.rows)
    formats = {"filled": "integer", "different": "integer"}
    return table(rows, columns=names, formats=formats, caption=caption, max_rows=_MOST_COLUMNS)


def tried_block(now: TermNow, tried: Tried) -> Block:
    """What a mapping would count of one export: its rows, and each figure of the schools; nothing is written yet."""
    reference, counted = now.reference, tried.counted
    reasons = reference.labels["refusals"] | reference.labels["source_reasons"]
    rows = say(
        reference, "mapping.rows", rows=counted.rows, counted=counted.rows_counted, nobody=counted.rows_of_no_school,
        twice=counted.rows_twice, other=counted.rows_of_other_period, unread=counted.values_unread,
    )  # fmt: skip
    told = [rows]
    if counted.period_to is not None:
        told.append(say(reference, "mapping.until", day=day_text(counted.period_to)))
    told += [reference.labels["source_notes"][note] for note in counted.notes]
    if not tried.is_good:
        remedies = reference.labels["source_remedies"]
        why = reasons.get(tried.reason, "") or say(reference, "mapping.nothing_counted")
        told = [why, *told, *filter(None, [remedies.get(tried.reason)])]
        return callout(say(reference, "mapping.not_usable"), told, "query")
    said = callout(say(reference, "mapping.usable"), told, "good")
    figures = pd.DataFrame(
        {
            "school": [school_label(now, school_id) for school_id, _ in sorted(counted.values)],
            "fact": [_title(tried, fact_id) for _, fact_id in sorted(counted.values)],
            "value": [counted.values[place] for place in sorted(counted.values)],
        }
    )
    names, caption = words(reference, "tried_columns"), say(reference, "mapping.figures")
    return joined(
        said,
        table(figures, columns=names, formats={"value": "integer"}, caption=caption, max_rows=_MOST_SCHOOLS),
    )


def _title(tried: Tried, fact_id: str) -> str:
    return next(fact.title for fact in tried.layout.facts if fact.fact_id == fact_id)


def agreement_block(now: TermNow, scope: Scope) -> Block:
    """How many schools of the scope answer as systems count, question by question and by school level."""
    reference, compared = now.reference, now.cleaned.compared
    if compared is None or compared.empty:
        return callout(say(reference, "systems.none_title"), [say(reference, "systems.none")])
    own = compared[compared["school_id"].isin(scope.school_ids(now))]
    found = agreement_by_level(own, now.schools, reference.sources, now.declared.form)
    if found.empty:
        return callout(say(reference, "systems.none_title"), [say(reference, "systems.none")])
    titles = reference.registry.level_titles()
    names = words(reference, "agreement_columns")
    levels = {name: titles[name] for name in found.columns if name in titles}
    return table(
        found, columns={"label": names["label"], "all": names["all"], **levels}, align=dict.fromkeys(("all", *levels), "right"),
        caption=say(reference, "systems.agreement"), notes=[say(reference, "systems.agreement_note")],
    )  # fmt: skip
