"""What a reader must not miss, as sentences: in the main points, among the limits, among the next steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from termreview.insight.stories import Story, StoryTables, find_stories, story_table
from termreview.reference.texts.stories import APPEARED, CONTRADICTION, FALLEN, FILE, LAST
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Interval, Sentence, joined
from termreview.reporting.report.context import INTERNAL, ReportContext, TermView
from termreview.reporting.report.narrative import fill, listed, sentence
from termreview.reporting.report.wording import before_name, fewest, group_in_text, lower_first
from termreview.reporting.summaries.index import level_with_reason
from termreview.reporting.term.schools import short_names

_WEIGHTS = ("size", "reach", "surprise", "rank")


def further_stories(report: ReportContext) -> Block:
    """All facts that the rules found, with what they weigh; in the internal edition alone."""
    if report.edition != INTERNAL:
        return Block("")
    stories, words = stories_of(report), report.reference.stories.words
    if not stories:
        return Block("")
    frame = story_table(stories).assign(told=_story_sentences(report, stories, "main"))
    return table(
        frame,
        columns={name: words[name] for name in ("told", *_WEIGHTS)},
        caption=words["table"],
        formats=dict.fromkeys(_WEIGHTS, "ratio"),
        row_header="told",
    )


def story_sentences(report: ReportContext, place: str, **values: Any) -> list[Sentence]:
    """The stories that have a sentence for one place, such as `limits`, the weightiest first; `values` are what it adds."""
    return _story_sentences(report, stories_of(report), place, **values)


def fallen_schools(report: ReportContext) -> set[str]:
    """The short names of the schools that a story tells as fallen."""
    names = short_names(report.term.schools)
    return {names[own] for one in stories_of(report) if one.rule.kind == FALLEN for own in one.school_ids}


@cache
def stories_of(report: ReportContext) -> tuple[Story, ...]:
    """What the declared rules find in one report's tables, once per report."""
    now, before = _tables(report.term), None if report.previous is None else _tables(report.previous)
    if before is not None and not report.may_compare_statuses:
        before = replace(before, statuses=before.statuses.head(0))
    if before is not None and not report.may_compare_scores:
        before = replace(before, standings=before.standings.head(0))
    return tuple(find_stories(report.reference.stories, now, before, fewest(report)))


def _tables(view: TermView) -> StoryTables:
    return StoryTables(view.answers.numbers, view.summaries.school_statuses, view.summaries.standings)


def _story_sentences(
    report: ReportContext, stories: Sequence[Story], place: str, **values: Any
) -> list[Sentence]:
    texts = report.reference.stories.texts
    return [
        sentence(texts, f"{one.rule.kind}.{place}", declared_in=FILE, **_values(report, one), **values)
        for one in stories
        if texts[one.rule.kind].get(place)
    ]


def _values(report: ReportContext, story: Story) -> dict[str, Any]:
    """What the sentences of one story may name."""
    names = short_names(report.term.schools)
    most = report.reference.stories.most_named
    values: dict[str, Any] = {
        **story.values,
        "names": listed([names[school_id] for school_id in story.school_ids], most=most),
        "before": before_name(report),
        "office": report.declared.office.short_name,
    }
    kind = story.rule.kind
    if kind in (APPEARED, CONTRADICTION):
        fields = report.declared.form.all_fields()
        heading, against = (fields[story.rule.fields[place]].label for place in (0, -1))
        values |= {"heading": heading, "title": lower_first(heading), "against": against}
    elif kind == FALLEN:
        values |= _fallen(report, story, names)
    else:
        titles = {task.task_id: task.short_title for task in report.declared.tasks}
        values |= {"heading": titles[story.subject], "pct": 100 * values["done"] / values["counted"]}
    if kind == LAST:
        values["start_pct"] = 100 * values["start"] / values["start_counted"]
    return values


def _held_by(view: TermView | None, school_id: str, group_id: str) -> str:
    """What keeps the level of one group of one school below its points in one term; blank where nothing does."""
    if view is None:
        return ""
    own = view.summaries.standings
    return str(own.loc[(own["school_id"] == school_id) & (own["group_id"] == group_id), "held_by"].iloc[0])


def _fallen(report: ReportContext, story: Story, names: Mapping[str, str]) -> dict[str, Any]:
    """What the sentences of a fallen school may name; why it fell in the words of the school, where they are shown."""
    texts, (school_id,) = report.reference.stories.texts[FALLEN], story.school_ids
    views = {"first": report.previous, "last": report.term}
    levels = {
        name: level_with_reason(
            report.reference, number_text(story.values[name]), _held_by(view, school_id, story.subject)
        )
        for name, view in views.items()
        if name in story.values
    }
    cause = _cause_of(report, story.rule.fields[0], school_id, names[school_id])
    groups = report.declared.indicator_set.groups
    unplaced = sum(group.unplaced_points for group in groups if group.group_id == story.subject)
    return {
        "school": names[school_id],
        "group": group_in_text(report, story.subject),
        "start": Interval(story.values["start_low"], story.values["start_high"] - unplaced),
        "end": Interval(story.values["end_low"], story.values["end_high"] - unplaced),
        "levels": fill(texts["levels"], levels) if levels else "",
        "cause": cause,
    }


def _cause_of(report: ReportContext, field_id: str, school_id: str, name: str) -> str:
    """Why one school fell: in its own words in the internal edition, else as the office puts the cause that it states."""
    texts = report.reference.stories.texts[FALLEN]
    if report.edition == INTERNAL:
        words = report.term.answers.text(field_id).get(school_id)
        return fill(texts["cause"], {"words": words.rstrip(".")}) if words else ""
    own = report.summaries.opinions
    told = [row["text"] for row in records(own[own["field_id"] == field_id]) if name in row["school_names"]]
    return fill(texts["cause_named"], {"words": joined(told, "; ")}) if told else ""
