"""One look at the term as HTML: key figures, how far the reports are, what was published."""

from __future__ import annotations

import datetime

from termreview.desk.term.marks import only_link
from termreview.desk.term.overview import Progress, Published, Scope, progress, published
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import joined, say, words
from termreview.reporting.blocks.blocks import Block, callout, escape_text, key_figures
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.values import fraction_text

_PARTS = ("on_time", "late", "refused", "missing")


def overview_block(now: TermNow, scope: Scope, today: datetime.date) -> Block:
    """The top of the first page: what the term comes to on one day, in one scope."""
    found = progress(now, scope, today)
    return joined(_deadline(now, found), _bar(now, found), _figures(now, found), _publication(now))


def _deadline(now: TermNow, found: Progress) -> Block:
    plan, reference = now.declared.plan, now.reference
    key = (
        "glance.days_left"
        if found.days_left > 0
        else "glance.due_today"
        if found.days_left == 0
        else "glance.days_over"
    )
    left = say(reference, key, days=abs(found.days_left))
    line = say(
        reference, "glance.deadline", term=f"{plan.title[:1].upper()}{plan.title[1:]}",
        school_year=plan.term.school_year, due_on=plan.due_on, left=left,
    )  # fmt: skip
    return Block(f'<p class="desk-lead">{escape_text(line)}</p>')


def _bar(now: TermNow, found: Progress) -> Block:
    """The expected schools as one bar: on time, late, refused, missing; each with its count."""
    titles = words(now.reference, "states")
    parts = [(name, int(getattr(found, name))) for name in _PARTS]
    total = max(found.expected, 1)
    cells = "".join(
        f'<span class="part part-{name}" style="flex-grow:{count}" title="{escape_text(titles[name])}: {count}/{found.expected}">'
        f"{count if count / total > 0.03 else ''}</span>"
        for name, count in parts
        if count
    )
    legend = "".join(
        f'<li><span class="swatch part-{name}"></span>'
        f"{only_link({'submitted': titles[name]}, escape_text(f'{titles[name]}: {fraction_text(count, found.expected)}'))}</li>"
        for name, count in parts
    )
    label = say(now.reference, "glance.bar_label", received=found.received, expected=found.expected)
    return Block(
        f'<div class="desk-bar" role="img" aria-label="{escape_text(label)}">{cells}</div><ul class="desk-legend">{legend}</ul>'
    )


def _figures(now: TermNow, found: Progress) -> Block:
    reference = now.reference
    detail = words(reference, "glance_details")
    return key_figures(
        [
            (
                say(reference, "glance.received"),
                fraction_text(found.received, found.expected),
                detail["received"],
            ),
            (say(reference, "glance.needs_repair"), number_text(found.needs_repair), detail["needs_repair"]),
            (
                say(reference, "glance.open_findings"),
                f"{number_text(found.open_errors)} · {number_text(found.open_queries)}",
                detail["open_findings"],
            ),
            (
                say(reference, "glance.concluded"),
                fraction_text(found.concluded, found.scored),
                detail["concluded"],
            ),
        ]
    )


def _publication(now: TermNow) -> Block:
    found: Published = published(now)
    reference, term_id = now.reference, now.term_id
    if not found.is_there:
        return callout(
            say(reference, "published.none_title"), [say(reference, "published.none", term=term_id)]
        )
    if found.is_same:
        return callout(
            say(reference, "published.same_title"),
            [say(reference, "published.same", count=found.file_count)],
            "good",
        )
    text = say(reference, "published.older", count=found.file_count, now=len(now.files), term=term_id)
    return callout(say(reference, "published.older_title"), [text], "query")
