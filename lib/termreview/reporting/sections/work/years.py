"""One section over the school years: the same part of each year side by side, or truly what is missing for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.reference.comparable import asked_alike, comparable_ratios
from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.rows import by_key
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Parts, Share, column, joined
from termreview.reporting.report.context import SHAREABLE, ReportContext, TermView
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import group_title, hidden_word, label, say, term_name
from termreview.reporting.sections.work.figures import ratio_alone, ratio_with_parts
from termreview.reporting.summaries.index import second_level
from termreview.reporting.summaries.ratios import COUNTED
from termreview.reporting.term.schools import ALL, whole_of
from termreview.text import capitalised

SIZES, RATIOS, LEVELS = "sizes", "ratios", "levels"
BREAK = "║"  # stands between two years whose figures are not of one kind


@dataclass(frozen=True)
class Line:
    """One row: its title, its group, a figure a year; `breaks` are the places of the years before which it breaks."""

    title: str
    kind: str
    figures: list[object]
    breaks: frozenset[int] = frozenset()


def years_side_by_side(report: ReportContext) -> Block:
    """The same part of every school year that has tables, a column each; what is missing is said by name.

    The signed report is silent where there is no earlier year.
    """
    calendar, own = report.reference.calendar, report.declared.term
    declared = calendar.same_part_before(own)
    known = {view.declared.term for view in report.years}
    if not known and report.edition == SHAREABLE:
        return Block("")
    if not declared:
        return paragraph(say(report, "change.years_first", school_year=own.school_year))
    absent = listed([term_name(report, term) for term in declared if term not in known])
    if not known:
        return paragraph(say(report, "change.years_none", names=absent))
    told = say(report, "change.years_some", names=absent) if absent else ""
    lead = paragraph(say(report, "change.years_note"))  # words before it: it may wait for a page with room
    return stack(lead, years_table(report), paragraph(told) if told else Block(""))


def years_table(report: ReportContext) -> Block:
    """Schools, sizes, ratios that may be compared, and schools from the second level on: one column per school year.

    Where the index or a question is another one than the year before, a line stands between the two years.
    """
    views = (*report.years, report.term)
    years = [view.declared.term.school_year for view in views]
    lines = [*_sizes(report, views), *_ratios(report, views), *_levels(report, views)]
    groups = {kind: say(report, f"change.years_groups.{kind}") for kind in (SIZES, RATIOS, LEVELS)}
    frame = pd.DataFrame(
        {"title": [line.title for line in lines], "group": [groups[line.kind] for line in lines]}
    )
    columns = {"title": say(report, "change.years_head")}
    notes: list[str] = []
    for place, year in enumerate(years):
        if any(place in line.breaks for line in lines):
            name = f"break_{place}"
            frame[name] = [BREAK if place in line.breaks else "" for line in lines]
            columns[name] = say(report, "change.years_break")
            notes.append(_break_note(report, views, place, lines))
        frame[year] = column([line.figures[place] for line in lines])
        columns[year] = year
    is_signed = report.edition == SHAREABLE  # a few rows: no heads between them
    sides = {name: "center" if name.startswith("break_") else "right" for name in columns if name != "title"}
    return table(
        frame.drop(columns="group") if is_signed else frame,
        columns=columns,
        caption=say(report, "change.years_title", term=report.declared.plan.title),
        align=sides,
        group_by=None if is_signed else "group",
        notes=notes,
    )


def _break_note(report: ReportContext, views: Sequence[TermView], place: int, lines: Sequence[Line]) -> str:
    """What is another between one year and the year before."""
    before, after = views[place - 1].declared, views[place].declared
    told = []
    if before.indicator_set.set_id != after.indicator_set.set_id:
        sets = {"before": before.indicator_set.short_title, "after": after.indicator_set.short_title}
        told.append(say(report, "change.years_break_set", **sets))
    asked = [line.title for line in lines if place in line.breaks and line.kind != LEVELS]
    if asked:
        rest = label(report, "rest", "points")
        told.append(say(report, "change.years_break_form", names=listed(asked, most=5, rest=rest)))
    years = {"before": before.term.school_year, "after": after.term.school_year}
    return say(report, "change.years_break_note", sign=BREAK, told=joined(told, "; "), **years)


def _broken(views: Sequence[TermView], field_ids: Sequence[str]) -> frozenset[int]:
    """Before which years one of some questions is another one than the year before: gone, new, or asked otherwise."""
    asked = [view.declared.form.all_fields() for view in views]
    return frozenset(
        place for place in range(1, len(views)) if not asked_alike(asked[place - 1], asked[place], field_ids)
    )


def _sizes(report: ReportContext, views: Sequence[TermView]) -> list[Line]:
    who = [whole_of(view.summaries.reporting_levels) for view in views]
    received = [_share(report, one["received_count"], one["expected_count"]) for one in who]
    lines = [Line(say(report, "change.years_received"), SIZES, received)]
    names = report.reference.sentences["profile"]["names"]
    if report.edition == SHAREABLE:  # what is signed has all sizes of its own year in its first tables
        names = {
            field_id: name
            for field_id, name in names.items()
            if field_id == report.reference.insight.size_field
        }
    for field_id, name in names.items():
        texts: list[object] = []
        for view in views:
            row = by_key(_whole(view.summaries.statistics), "field_id").get(field_id)
            if row is not None and row["is_hidden"]:
                texts.append(hidden_word(report))
            else:
                texts.append(Number(None if row is None or not row["counted_count"] else row["value"]))
        title = capitalised(name)
        lines.append(Line(title, SIZES, texts, _broken(views, [field_id])))
    return lines


def _ratios(report: ReportContext, views: Sequence[TermView]) -> list[Line]:
    """The ratios that may be compared over the years, each with its parts; in the signed report the leading ones alone.

    There titles are short and parts left out: with them the table of some years would need a page that lies across.
    """
    own = report.declared.term
    kept = [set(comparable_ratios(report.reference, view.declared.term, own)) for view in report.years]
    rows = [by_key(_whole(view.summaries.ratios), "ratio_id") for view in views]
    leading = _leading(report)
    lines = []
    for ratio in report.reference.ratios:
        is_left = report.edition == SHAREABLE and ratio.ratio_id not in leading
        if is_left or not all(ratio in ratios for ratios in kept) or not rows[-1].get(ratio.ratio_id):
            continue
        texts: list[object] = []
        for by_ratio in rows:
            row = by_ratio.get(ratio.ratio_id)
            if row is None or (not row["is_hidden"] and pd.isna(row["value"])):
                texts.append(Number(None))
            elif row["is_hidden"]:
                texts.append(hidden_word(report))
            else:
                texts.append(ratio_alone(row) if report.edition == SHAREABLE else ratio_with_parts(row))
        breaks = _broken(views, (*ratio.numerator, *ratio.denominator))
        title = ratio.short_title if report.edition == SHAREABLE else ratio.title
        lines.append(Line(title, RATIOS, texts, breaks))
    return lines


def ratio_panels(report: ReportContext) -> dict[str, pd.DataFrame]:
    """The parts of the ratios at the same part of every year, by ratio, as `insight.trends` takes them.

    One row per school and year: `school_id, school_year, level, unit_id, numerator, denominator, rule_id`; a share is of
    a hundred, the rule another one from each year on that asks otherwise. Only ratios that may be compared over the years.
    """
    views, own = (*report.years, report.term), report.declared.term
    kept = [set(comparable_ratios(report.reference, view.declared.term, own)) for view in report.years]
    found = {}
    for ratio in report.reference.ratios:
        if not all(ratio in ratios for ratios in kept):
            continue
        breaks, rows = _broken(views, (*ratio.numerator, *ratio.denominator)), []
        for place, view in enumerate(views):
            by_school = view.summaries.school_ratios
            asked = by_school[by_school["ratio_id"] == ratio.ratio_id]
            is_counted = asked["state"] == COUNTED
            communes = view.schools.set_index("school_id")["commune_id"]
            rows.append(
                pd.DataFrame(
                    {
                        "school_id": asked["school_id"],
                        "school_year": view.declared.term.school_year,
                        "level": asked["level"],
                        "unit_id": asked["school_id"].map(communes),
                        "numerator": asked["numerator"].where(is_counted).astype(float) * ratio.scale,
                        "denominator": asked["denominator"].where(is_counted).astype(float),
                        "rule_id": str(sum(one <= place for one in breaks)),
                    }
                )
            )
        found[ratio.ratio_id] = pd.concat(rows, ignore_index=True)
    return found


def _leading(report: ReportContext) -> set[str]:
    """The ratios that the opening page shows or that a shown target holds."""
    shown = {
        name.removeprefix("ratio.")
        for name in report.reference.highlights.figures
        if name.startswith("ratio.")
    }
    year = report.declared.term.school_year
    return shown | {target.ratio_id for target in report.reference.targets_in(year) if target.is_shown}


def _levels(report: ReportContext, views: Sequence[TermView]) -> list[Line]:
    """Schools surely at the second level or above, of those that have points; by another index behind a line."""
    indicator_set = report.declared.indicator_set
    level = second_level(indicator_set)
    if not level:
        return []
    sets = [view.declared.indicator_set.set_id for view in views]
    breaks = frozenset(place for place in range(1, len(sets)) if sets[place] != sets[place - 1])
    lines = []
    for group in indicator_set.groups:
        texts: list[object] = []
        for view in views:
            row = by_key(_whole(view.summaries.levels), "group_id").get(group.group_id)
            known = row is not None and row["scored_count"]
            texts.append(
                _share(report, row["reached_count"], row["scored_count"]) if row and known else Number(None)
            )
        title = f"{group_title(report, group.group_id)}: {say(report, 'status.reached', level=level).lower()}"
        lines.append(Line(title, LEVELS, texts, breaks))
    return lines


def _share(report: ReportContext, count: int, whole: int) -> object:
    """Schools of schools; in the signed report without the share, so that each stands in one line."""
    return Parts(count, whole) if report.edition == SHAREABLE else Share(count, whole)


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["scope"] == ALL]
