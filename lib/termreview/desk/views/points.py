"""One item being verified as HTML: claim, facts, evidence; the moderation and the visits as tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import pandas as pd

from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import joined, say, words
from termreview.desk.verification import ConditionLine, Fact, ItemLine, coverage
from termreview.desk.visits import Visits
from termreview.insight.moderation import BY_ITEM, BY_LEVEL, BY_SCHOOL
from termreview.reporting.blocks.blocks import Block, as_html, badge_mark, callout, escape_text, paragraph
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import fraction_text, interval_text

_ADDRESS = re.compile(r"https?://[^\s<>\"'()]+")
_SHOWN = 40  # rows of a table at once; the others are folded below it


def item_block(now: TermNow, line: ItemLine) -> Block:
    """One item of one school: what is claimed, what the facts give, what counts now, and why."""
    names = words(now.reference, "item")
    labels = now.reference.labels
    own = names["no_claim"] if line.own is None else number_text(line.own, "points")
    computed = names["no_facts"] if line.computed is None else interval_text(*line.computed)
    verified = names["not_verified"] if line.verified is None else number_text(line.verified.points, "points")
    cards = [
        (names["max"], number_text(line.item.max_points, "points")),
        (names["self"], own),
        (names["computed"], computed),
        (names["verified"], verified),
        (names["counts"], interval_text(line.low, line.high)),
    ]
    strip = "".join(
        f"<div><dt>{escape_text(name)}</dt><dd>{escape_text(text)}</dd></div>" for name, text in cards
    )
    mark = max(line.item.mark, line.item.rule.mark)
    facts = [(names["reason"], labels["reasons"][line.reason])]
    if line.is_in_use is not None:
        facts.append((names["in_use"], labels["yes_no"]["yes" if line.is_in_use else "no"]))
    rows = "".join(f"<dt>{escape_text(name)}</dt><dd>{escape_text(text)}</dd>" for name, text in facts)
    rows += "".join(_fact(now, fact) for fact in line.facts)
    rows += f"<dt>{escape_text(names['asked'])}</dt><dd>{escape_text(line.asked)}</dd>"
    evidence = as_html(linked(line.evidence)) if line.evidence else escape_text(names["no_evidence"])
    rows += f"<dt>{escape_text(names['evidence'])}</dt><dd>{evidence}</dd>"
    if line.verified is not None:
        by = say(
            now.reference, "item.verified_by", who=line.verified.verified_by, reason=line.verified.reason,
            on=number_text(line.verified.verified_on, "date"),
        )  # fmt: skip
        rows += f"<dt>{escape_text(names['verified'])}</dt><dd>{escape_text(by)}</dd>"
    return Block(
        f'<h3 class="desk-title">{escape_text(line.item.item_id)} {escape_text(line.item.title)} {badge_mark(mark).html}</h3>'
        f'<dl class="desk-cards">{strip}</dl><dl class="desk-facts">{rows}</dl>'
    )


def _fact(now: TermNow, fact: Fact) -> str:
    where = say(now.reference, "context.sheet_cell", sheet=fact.sheet, cell=fact.cell) if fact.cell else ""
    place = f' <span class="coordinate">{escape_text(where)}</span>' if where else ""
    return f"<dt>{escape_text(fact.label)}</dt><dd>{escape_text(fact.value)}{place}</dd>"


def linked(text: str) -> Block:
    """One text of a school with its web addresses as links; anything else in it stays text."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(".,;")
        parts.append(escape_text(text[end : found.start()]))
        parts.append(_link(address))
        end = found.start() + len(address)
    parts.append(escape_text(text[end:]))
    return Block("".join(parts))


def _link(address: str) -> str:
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    if not host:
        return escape_text(address)
    safe = escape_text(address)
    return f'<a href="{safe}" target="_blank" rel="noopener noreferrer">{safe}</a>'


def conditions_block(now: TermNow, lines: list[ConditionLine], said: list[str]) -> Block:
    """The mandatory conditions of one group at one school, and what they do to its level."""
    items = [_condition(now, line) for line in lines]
    if not items:
        return Block("")
    kind = "error" if any(line.state == "failed" for line in lines) else "query" if said else "good"
    return callout(str(now.reference.labels["columns"]["conditions"]), [*items, *said], kind)  # type: ignore[arg-type]


def _condition(now: TermNow, line: ConditionLine) -> str:
    state = now.reference.labels["conditions"][line.state]
    facts = "; ".join(fact.value for fact in line.facts if fact.state == "answered")
    places = {"condition": line.condition.criterion_id, "title": line.condition.title, "state": state}
    if not facts:
        return say(now.reference, "conditions.line", **places)
    return say(now.reference, "conditions.line_with", **places, facts=facts)


def coverage_block(now: TermNow, scope: Scope) -> Block:
    """How much was verified in one scope, each count with what there is."""
    found = coverage(now, scope)
    text = say(
        now.reference, "moderation.coverage",
        schools=fraction_text(found["school_count"], found["school_total"]),
        lines=fraction_text(found["line_count"], found["line_total"]),
    )  # fmt: skip
    return Block(f'<p class="desk-lead">{escape_text(text)}</p>')


def gaps_rows(now: TermNow, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """The moderation table with the name of each row in `name`."""
    items = {item.item_id: f"{item.item_id} {item.title}" for item in now.declared.indicator_set.items}
    levels = now.reference.registry.level_titles()
    schools = dict(zip(now.schools["school_id"], now.schools["short_name"], strict=True))
    names = {BY_ITEM: items, BY_LEVEL: levels, BY_SCHOOL: schools}.get(by, {})
    return frame.assign(name=[names.get(key, key) for key in frame[by]])


def gaps_block(now: TermNow, rows: pd.DataFrame, caption: str) -> Block:
    """Self minus verified as a table; sums and means over the lines that have a claim."""
    names = words(now.reference, "moderation_columns")
    formats = {
        "compared_count": "integer", "self_points": "points", "verified_points": "points", "mean_gap": "ratio",
        "interval": "text", "lowered_count": "integer", "raised_count": "integer",
    }  # fmt: skip
    columns = {name: names[name] for name in ("name", *formats)}
    easy = [row["name"] for row in rows.to_dict("records") if row["is_easy"]]
    fewest = now.reference.insight.limits.fewest_of_item
    notes = [
        say(now.reference, "moderation.note"),
        say(now.reference, "moderation.note_interval", fewest=fewest),
    ]
    if easy:
        notes.append(say(now.reference, "moderation.easy", names="; ".join(easy)))
    ends = zip(rows["low"], rows["high"], strict=True)
    rows = rows.assign(interval=["" if pd.isna(low) else _between(low, high) for low, high in ends])
    return table(rows, columns=columns, formats=formats, caption=caption, notes=notes, max_rows=_SHOWN)


def _between(low: float, high: float) -> str:
    return f"{number_text(low, 'ratio')} … {number_text(high, 'ratio')}"


RISK_FORMATS: Final[Mapping[str, str]] = {
    "risk": "decimal1", "open_groups": "integer", "disputed_points": "points", "unproved_points": "points",
    "unverified_points": "points", "near_groups": "integer", "hanging_groups": "integer", "error_count": "integer",
}  # fmt: skip


def risk_note(now: TermNow) -> Block:
    """How the schools to visit first are weighed."""
    return paragraph(say(now.reference, "visits.weights", **now.reference.desk["risk_weights"]), "desk-note")


def sample_note(now: TermNow, visits: Visits) -> Block:
    """How many schools by lot the wanted margin takes, what those drawn will say of all, and the seed that draws them again."""
    own = visits.sample
    needed = say(now.reference, "visits.needed", count=own.needed, margin=visits.wanted)
    why = say(now.reference, "visits.measured" if visits.has_spread else "visits.assumed")
    lines = [paragraph(f"{needed} {why}", "desk-note")]
    if visits.margin is not None and own.margin is not None:
        margins = {
            "points": number_text(own.margin, "points"),
            "margin": number_text(visits.margin, "share1"),
        }
        said = say(
            now.reference,
            "visits.margin",
            count=len(own.drawn),
            total=visits.population,
            seed=str(own.seed),
            **margins,
        )
        lines.append(paragraph(said, "desk-note"))
    return joined(*lines)
