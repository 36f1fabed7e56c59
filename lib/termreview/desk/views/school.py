"""One school from all sides as HTML: its terms, its peers, its ledger, its findings."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from termreview.desk.explorer import (
    Place,
    beside_peers,
    findings_of,
    ledger_of,
    level_margins_of,
    terms_of_school,
)
from termreview.desk.term.school_names import school_label
from termreview.desk.term.term_now import TermNow, plain_rows
from termreview.desk.term.wording import joined, say, words
from termreview.desk.views.effect import score_text
from termreview.reporting.blocks.blocks import Block, CalloutKind, callout, escape_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.report.school_outlook import MarginLine
from termreview.reporting.school_pages.pages import school_page

_FORMATS = {"percent": "percent1", "points": "points", "ratio": "ratio"}


def school_head(now: TermNow, school_id: str) -> Block:
    """Who the school is and what came of its report."""
    school = now.reporting.set_index("school_id").loc[school_id]
    states = words(now.reference, "states")
    names = words(now.reference, "school")
    facts = [
        (names["level"], school["level_title"]),
        (names["commune"], school["commune_name"]),
        (names["report"], states[str(school["state"])]),
        (names["received_on"], number_text(school["received_on"], "date")),
        (names["file"], school["file"]),
        (
            names["open_findings"],
            f"{school['error_count']} · {school['query_count']} · {school['note_count']}",
        ),
    ]
    rows = "".join(
        f"<div><dt>{escape_text(name)}</dt><dd>{escape_text(text)}</dd></div>"
        for name, text in facts
        if not pd.isna(text)
    )
    return Block(
        f'<h3 class="desk-school">{escape_text(school_label(now, school_id))}</h3><dl class="desk-facts wide">{rows}</dl>'
    )


def terms_block(now: TermNow, school_id: str) -> Block:
    """The school's scores through the terms: one row per term, one column per group."""
    found = terms_of_school(now, school_id)
    groups = now.reference.labels["score_groups_short"]
    names = words(now.reference, "school")
    rows = []
    if not found.empty:
        for (year, title, source), own in found.groupby(["school_year", "title", "source_id"], sort=False):
            scores = {row["group_id"]: score_text(now, row) for row in plain_rows(own)}
            name = f"{str(title)[:1].upper()}{str(title)[1:]} {year}"
            note = f" ({say(now.reference, 'school.former', school=source)})" if source != school_id else ""
            rows.append({"term": name + note, **scores})
    columns = {"term": names["term"], **groups}
    return table(pd.DataFrame(rows, columns=list(columns)), columns=columns, caption=names["terms"])


def level_margins_block(now: TermNow, lines: Sequence[MarginLine]) -> Block:
    """What levels hang on, in words; nothing where there is no score."""
    if not lines:
        return Block("")
    kind: CalloutKind = "good" if all(line.is_solid for line in lines) else "query"
    return callout(now.reference.school_pages["strength"]["title"], [line.text for line in lines], kind)


def page_block(now: TermNow, school_id: str) -> Block:
    """The page that the school would be sent as the term stands: a frame of its own, in which nothing runs."""
    title = say(now.reference, "school.page_title", school=school_label(now, school_id))
    page = escape_text(school_page(now.report, school_id))
    return Block(
        f'<p class="desk-note">{escape_text(say(now.reference, "school.page_note"))}</p>'
        f'<iframe class="desk-page" sandbox="" title="{escape_text(title)}" srcdoc="{page}"></iframe>'
    )


def peers_block(now: TermNow, school_id: str) -> Block:
    """The school beside the others of its level: each measure with the peers' range, the middle half as a bar."""
    names = words(now.reference, "school")
    rows = "".join(_measure(place) for place in beside_peers(now, school_id))
    heads = "".join(
        f'<th scope="col" class="{side}">{escape_text(names[name])}</th>'
        for name, side in (
            ("measure", "left"),
            ("own", "right"),
            ("before", "right"),
            ("peers_range", "left"),
            ("peers_middle", "right"),
        )
    )
    caption = escape_text(names["peers"])
    note = escape_text(names["peers_note"])
    return Block(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{caption}"><table class="data desk-peer-table">'
        f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="desk-note">{note}</p>'
    )


def _measure(place: Place) -> str:
    kind = _FORMATS[place.unit]
    own, before = number_text(place.value, kind), number_text(place.before, kind)
    if not place.others:
        return (
            f'<tr><th scope="row" class="left">{escape_text(place.title)}</th><td class="right">{escape_text(own)}</td>'
            f'<td class="right">{escape_text(before)}</td><td class="left">—</td><td class="right">—</td></tr>'
        )
    known = [*place.others] + ([place.value] if place.value is not None else [])
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    series = pd.Series(place.others)
    first, middle, third = (float(series.quantile(share)) for share in (0.25, 0.5, 0.75))

    def at(number: float) -> str:
        return f"{100 * (number - low) / span:.2f}%"

    ticks = "".join(
        f'<span class="tick" style="left:{at(number)}"></span>' for number in sorted(set(place.others))
    )
    mark = f'<span class="own" style="left:{at(place.value)}"></span>' if place.value is not None else ""
    strip = (
        f'<div class="desk-strip" aria-hidden="true"><span class="half" style="left:{at(first)};'
        f'right:calc(100% - {at(third)})"></span>{ticks}{mark}</div>'
    )
    ends = f"{number_text(min(place.others), kind)}–{number_text(max(place.others), kind)} (n = {len(place.others)})"
    return (
        f'<tr><th scope="row" class="left">{escape_text(place.title)}</th><td class="right"><b>{escape_text(own)}</b></td>'
        f'<td class="right">{escape_text(before)}</td>'
        f'<td class="left strip">{strip}<span class="coordinate">{escape_text(ends)}</span></td>'
        f'<td class="right">{escape_text(number_text(middle, kind))}</td></tr>'
    )


def ledger_block(now: TermNow, school_id: str) -> Block:
    """The school's ledger: one row per item with claim, facts, verification and what counts."""
    frame = ledger_of(now, school_id)
    names = words(now.reference, "ledger_columns")
    rows = pd.DataFrame(
        {
            "item": [f"{row['item_id']} {row['title']}" for row in plain_rows(frame)],
            "group": [now.reference.labels["score_groups"][group] for group in frame["group_id"]],
            "max_points": frame["max_points"].to_numpy(),
            "self_points": frame["self_points"].to_numpy(),
            "computed": [interval_text(low, high) for low, high in zip(frame["computed_low"], frame["computed_high"], strict=True)],
            "verified_points": frame["verified_points"].to_numpy(),
            "counts": [interval_text(low, high) for low, high in zip(frame["low"], frame["high"], strict=True)],
            "reason": frame["reason_title"].to_numpy(),
            "mark": frame["mark"].to_numpy(),
        }
    )  # fmt: skip
    formats = dict.fromkeys(("max_points", "self_points", "verified_points"), "points")
    columns = {name: names[name] for name in rows.columns if name not in ("group", "mark")}
    return table(
        rows, columns=columns, formats=formats, align={"computed": "right", "counts": "right"}, group_by="group",
        marks="mark", caption=names["caption"],
    )  # fmt: skip


def school_findings_block(now: TermNow, school_id: str) -> Block:
    """The school's findings, gravest first, with where they stand and whether a decision settled them."""
    frame = findings_of(now, school_id)
    names = words(now.reference, "finding_columns")
    severities = now.reference.labels["severities"]
    rows = pd.DataFrame(
        {
            "severity": [severities[name] for name in frame["severity"]],
            "place": [
                f"{sheet} {cell}".strip()
                for sheet, cell in zip(frame["sheet"].fillna(""), frame["cell"].fillna(""), strict=True)
            ],
            "message": frame["message"].to_numpy(),
            "decision": frame["decision_id"].fillna("").to_numpy(),
        }
    )
    columns = {name: names[name] for name in rows.columns}
    return table(rows, columns=columns, caption=names["caption"], max_rows=15)


def school_block(now: TermNow, school_id: str) -> Block:
    """Everything about one school on one page."""
    parts = [school_head(now, school_id)]
    if now.schools.set_index("school_id")["level"][school_id] in now.declared.indicator_set.levels:
        parts += [terms_block(now, school_id), level_margins_block(now, level_margins_of(now, school_id))]
        parts += [peers_block(now, school_id), ledger_block(now, school_id)]
    else:
        parts.append(peers_block(now, school_id))
    return joined(*parts, school_findings_block(now, school_id))
