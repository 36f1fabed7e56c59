"""One section over the school years: the same part of each year side by side, or truly what is missing for that."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.reference.comparable import comparable_ratios, may_compare_scores
from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.rows import by_key
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Share, column
from termreview.reporting.report.context import ReportContext, TermView
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import group_title, hidden_word, say, term_name
from termreview.reporting.sections.work.figures import ratio_with_parts
from termreview.reporting.summaries.index import second_level
from termreview.reporting.term.schools import ALL, whole_of

SIZES, RATIOS, LEVELS = "sizes", "ratios", "levels"


def years_side_by_side(report: ReportContext) -> Block:
    """The same part of every school year that has tables, a column each; what is missing is said by name."""
    calendar, own = report.reference.calendar, report.declared.term
    declared = calendar.same_part_before(own)
    if not declared:
        return paragraph(say(report, "change.years_first", school_year=own.school_year))
    known = {view.declared.term for view in report.years}
    absent = listed([term_name(report, term) for term in declared if term not in known])
    if not known:
        return paragraph(say(report, "change.years_none", names=absent))
    told = say(report, "change.years_some", names=absent) if absent else ""
    return stack(years_table(report), paragraph(told) if told else Block(""))


def years_table(report: ReportContext) -> Block:
    """Schools, sizes, ratios that may be compared, and schools from the second level on: one column per school year."""
    views = (*report.years, report.term)
    years = {view.declared.term.school_year: view for view in views}
    lines = [*_sizes(report, views), *_ratios(report, views), *_levels(report, views)]
    frame = pd.DataFrame({"title": [title for title, _, _ in lines], "kind": [kind for _, kind, _ in lines]})
    for place, year in enumerate(years):
        frame[year] = column([texts[place] for _, _, texts in lines])
    groups = {kind: say(report, f"change.years_groups.{kind}") for kind in (SIZES, RATIOS, LEVELS)}
    frame["group"] = frame["kind"].map(groups)
    return table(
        frame,
        columns={"title": say(report, "change.years_head"), **{year: year for year in years}},
        caption=say(report, "change.years_title", term=report.declared.plan.title),
        align=dict.fromkeys(years, "right"),
        group_by="group",
        max_rows=0,
        notes=[say(report, "change.years_note")],
    )


def _sizes(report: ReportContext, views: Sequence[TermView]) -> list[tuple[str, str, list[object]]]:
    who = [whole_of(view.summaries.reporting_levels) for view in views]
    received: list[object] = [Share(one["received_count"], one["expected_count"]) for one in who]
    lines = [(say(report, "change.years_received"), SIZES, received)]
    for field_id, name in report.reference.sentences["profile"]["names"].items():
        texts: list[object] = []
        for view in views:
            row = by_key(_whole(view.summaries.statistics), "field_id").get(field_id)
            if row is not None and row["is_hidden"]:
                texts.append(hidden_word(report))
            else:
                texts.append(Number(None if row is None or not row["counted_count"] else row["value"]))
        lines.append((name[:1].upper() + name[1:], SIZES, texts))
    return lines


def _ratios(report: ReportContext, views: Sequence[TermView]) -> list[tuple[str, str, list[object]]]:
    """The ratios that may be compared over the years, each with its parts."""
    own = report.declared.term
    kept = [set(comparable_ratios(report.reference, view.declared.term, own)) for view in report.years]
    rows = [by_key(_whole(view.summaries.ratios), "ratio_id") for view in views]
    lines = []
    for ratio in report.reference.ratios:
        if not all(ratio in ratios for ratios in kept):
            continue
        texts: list[object] = []
        for by_ratio in rows:
            row = by_ratio.get(ratio.ratio_id)
            if row is None or (not row["is_hidden"] and pd.isna(row["value"])):
                texts.append(Number(None))
            elif row["is_hidden"]:
                texts.append(hidden_word(report))
            else:
                texts.append(ratio_with_parts(row))
        lines.append((ratio.title, RATIOS, texts))
    return lines


def _levels(report: ReportContext, views: Sequence[TermView]) -> list[tuple[str, str, list[object]]]:
    """Schools surely at the second level or above, of those that the index covers; a dash by another index."""
    indicator_set, own = report.declared.indicator_set, report.declared.term
    level = second_level(indicator_set)
    if not level:
        return []
    lines = []
    for group in indicator_set.groups:
        texts: list[object] = []
        for view in views:
            row = by_key(_whole(view.summaries.levels), "group_id").get(group.group_id)
            is_alike = may_compare_scores(report.reference, view.declared.term, own)
            known = row is not None and is_alike and row["asked_count"]
            texts.append(Share(row["reached_count"], row["asked_count"]) if row and known else Number(None))
        title = f"{group_title(report, group.group_id)}: {say(report, 'status.reached', level=level).lower()}"
        lines.append((title, LEVELS, texts))
    return lines


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["scope"] == ALL]
