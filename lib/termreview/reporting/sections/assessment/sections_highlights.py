"""One opening page of a report: five figures, what changed, what to decide."""

from __future__ import annotations

from collections.abc import Sequence

from termreview.reference.texts.stories import FILE as STORIES
from termreview.reporting.blocks.blocks import (
    Block,
    badge_mark,
    bullets,
    inline,
    key_figures,
    paragraph,
    stack,
)
from termreview.reporting.blocks.rows import by_key, records
from termreview.reporting.blocks.tables import UNSURE
from termreview.reporting.blocks.values import Sentence, joined
from termreview.reporting.report.context import INTERNAL, ReportContext, TermView
from termreview.reporting.report.narrative import fill, listed
from termreview.reporting.report.wording import (
    before_name,
    fewest,
    group_in_text,
    label,
    lower_first,
    mark_text,
)
from termreview.reporting.sections.assessment.evidence import weigh
from termreview.reporting.sections.assessment.highlight_decisions import decisions
from termreview.reporting.sections.assessment.highlights import Highlight, highlights, tell
from termreview.reporting.sections.assessment.reasons import main_causes
from termreview.reporting.sections.assessment.stories import story_sentences
from termreview.reporting.sections.work.change import school_pairs, task_runs_change
from termreview.reporting.summaries.change import (
    GONE,
    MERGED,
    NEW,
    moves_by_group,
    ratio_change,
    standing_change,
)
from termreview.reporting.term.schools import whole_of

_MOST_GOOD = 2  # of what goes well, named on the first page


def main_figures(report: ReportContext) -> Block:
    """The figures that matter most, each with what it is counted from; an unsure one carries its mark, told below."""
    told = highlights(report)
    figures = key_figures([(one.label, _value(report, one), one.detail) for one in told])
    if not any(one.mark == UNSURE for one in told):
        return figures
    note = (
        inline(badge_mark(UNSURE), f" {label(report, 'notes', 'unsure')}")
        if report.edition == INTERNAL
        else label(report, "notes", "waiting")
    )
    return stack(figures, paragraph(note, css_class="small"))


def _value(report: ReportContext, one: Highlight) -> object:
    if one.mark != UNSURE:
        return one.value
    return inline(
        one.value, " " if report.edition == INTERNAL else "", badge_mark(mark_text(report, one.mark))
    )


def findings(report: ReportContext) -> Block:
    """What a reader must not miss, a line each and no more than declared: what is good, the stories, what is worst, why.

    Stories leave room for what is good and why; what is worst is told where stories leave room for it.
    """
    rules, evidence = report.reference.stories, weigh(report)
    worst = [*evidence.weak_ratios, *evidence.weak_tasks, *evidence.weak_criteria][:1]
    good = _finding(report, "good", [item.told for item in evidence.strong_tasks[:_MOST_GOOD]])
    why = _finding(report, "why", main_causes(report))
    room = max(rules.most_told - len(good) - len(why), 0)
    told = [*good, *story_sentences(report, "main")[:room]]
    if len(told) + len(why) < rules.most_told:
        told += _finding(report, "worst", [item.told for item in worst])
    told += why if told else []  # why, of what was told
    return bullets(told) if told else paragraph(rules.words["none"])


def _finding(report: ReportContext, name: str, items: Sequence[str]) -> list[Sentence]:
    """One finding of several items in the declared words; nothing of no items, or where it is left out."""
    text = report.reference.stories.words[name]
    return [fill(text, {"items": joined(items, "; ")}, name, STORIES)] if items and text else []


def what_changed(report: ReportContext) -> Block:
    """What changed since the term before, a line each; nothing in a signed report where nothing is compared."""
    if report.previous is None and report.edition != INTERNAL:
        return Block("")
    return bullets(changes(report))


def to_decide(report: ReportContext) -> Block:
    """What the figures ask the office to decide, a line each."""
    return bullets(decisions(report))


def changes(report: ReportContext) -> list[str]:
    """What the leader should know of the change: one sentence per subject, or why nothing is compared."""
    before = report.previous
    if before is None:
        name = before_name(report)
        return [
            tell(report, "change_texts.no_tables", before=name)
            if name
            else tell(
                report,
                "change_texts.first"
                if report.declared.plan.previous is None
                else "change_texts.nothing_alike",
            )
        ]
    found = [
        _reports(report, before), task_runs_change(report, before), *_ratios(report, before), _levels(report, before),
        _schools(report, before),
    ]  # fmt: skip
    return [line for line in found if line]


def _reports(report: ReportContext, before: TermView) -> str:
    then, now = (whole_of(view.summaries.reporting_levels) for view in (before, report.term))
    return tell(
        report, "change_texts.reports", after=now["received_count"], after_total=now["expected_count"],
        start=then["received_count"], start_total=then["expected_count"], before=before_name(report),
    )  # fmt: skip


def _ratios(report: ReportContext, before: TermView) -> list[str]:
    """The shares that rose and fell most, among the same schools; too few schools allow no such word."""
    change = ratio_change(
        before.summaries.school_ratios, report.summaries.school_ratios, report.comparable_ratios
    )
    shares = change[(change["unit"] == "percent") & (change["counted_count"] >= fewest(report))]
    verbs, least = report.reference.sentences["change"]["verbs"], report.reference.highlights.least_change
    lines = []
    for way, sign in (("up", 1), ("down", -1)):
        is_moved = (shares["change"] * sign > 0) & (shares["change"].abs() >= least)
        moved = shares[is_moved].sort_values("change", ascending=sign < 0, kind="stable")
        items = [
            tell(
                report, "change_texts.ratio_item", title=lower_first(row["title"]), start=row["before_value"],
                end=row["after_value"], verb=verbs[way], counted=row["counted_count"],
            )
            for row in records(moved.head(_most(report)))
        ]  # fmt: skip
        lines += [tell(report, f"change_texts.ratios_{way}", items=joined(items, "; "))] if items else []
    return lines


def _levels(report: ReportContext, before: TermView) -> str:
    if not report.may_compare_scores:
        return ""
    moves = by_key(
        moves_by_group(standing_change(before.summaries.standings, report.summaries.standings)), "group_id"
    )
    items = []
    for group in report.declared.indicator_set.groups:
        row = moves.get(group.group_id)
        if row is None or not row["up"] + row["same"] + row["down"]:
            continue
        counts = {name: int(row[name]) for name in ("up", "same", "down", "open") if row[name]}
        parts = [tell(report, f"change_texts.levels_{name}", count=count) for name, count in counts.items()]
        name = group_in_text(report, group.group_id)
        items.append(tell(report, "change_texts.levels_item", group=name, moves=joined(parts, ", ")))
    if not items:
        return ""
    return tell(report, "change_texts.levels", items=joined(items, "; "))


def _schools(report: ReportContext, before: TermView) -> str:
    """Schools that grew out of others, came new or are gone; those that merged are told with what became of them."""
    pairs = school_pairs(report, before)
    merged = pairs[pairs["pairing"] == MERGED]
    absorbed = {name for names in merged["predecessors"] for name in names}
    items = [
        tell(report, "change_texts.schools_merged", name=row["short_name"], names=listed(row["predecessors"]))
        for row in records(merged)
    ]
    for key, pairing in (("new", NEW), ("gone", GONE)):
        own = pairs[pairs["pairing"] == pairing]["short_name"]
        names = [name for name in own if pairing != GONE or name not in absorbed]
        items += [tell(report, f"change_texts.schools_{key}", names=listed(names))] if names else []
    return tell(report, "change_texts.schools", items=joined(items, "; ")) if items else ""


def _most(report: ReportContext) -> int:
    return report.reference.highlights.most_named
