"""One school's score on its page: groups beside unnamed peers, criteria, conditions, what the level hangs on.

The bars draw its own score between the level lines, among schools that have no name.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from termreview.reporting.blocks.blocks import escape_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.insights import tell, years_of
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.school_outlook import look_ahead, margin_lines
from termreview.reporting.report.wording import before_name, labels
from termreview.reporting.school_pages.material import (
    CRITERIA,
    SCORES,
    doubt_mark,
    material_of,
    peer_middle,
    peer_values,
    standing_level,
    word,
)
from termreview.reporting.summaries.index import OVERALL, level_with_reason

View = dict[str, Any]
MOST_LACKING = 5
_MOST_MARKS = 200  # of peers on one strip
_HEIGHT, _LANE, _TEXT = 30, 8, 12
_TREND, _RISE = 66, 48  # of the years' drawing: its foot, and how far the maximum rises above it


def scores_view(report: ReportContext, school_id: str) -> View:
    """Every group: points, level, strip among the peers, and how to read it."""
    indicator_set, material = report.declared.indicator_set, material_of(report)
    titles = indicator_set.level_titles()
    edges = [
        (band.start, word(report, "scores.line", level=int(band.low)))
        for band in indicator_set.level_bands
        if band.start > 0
    ]
    school = material.schools[school_id]
    groups = []
    for group in indicator_set.groups:
        row = material.standings[school_id, group.group_id]
        points = interval_text(row["low"], row["placed_high"])
        peers = peer_values(report, school_id, SCORES, group.group_id)
        told = (
            word(report, "scores.peers", count=len(peers), level=school["level_short"], low=number_text(min(peers), "points"),
                 middle=number_text(statistics.median(peers), "points"), high=number_text(max(peers), "points"))
            if peers else word(report, "scores.too_few", fewest=material.least)
        )  # fmt: skip
        alt = word(report, "scores.alt", points=points, lines=listed([number_text(at) for at, _ in edges]))
        groups.append(
            {
                "title": word(report, "scores.group", group=group.group_id, title=group.title),
                "points": word(report, "scores.points", points=points),
                "of": word(report, "scores.of", most=number_text(group.placed_points)),
                "level": level_text(report, row, titles),
                "strip": score_strip(float(row["low"]), float(row["placed_high"]), peers, edges, group.max_points, f"{alt} {told}"),
                "peers": told,
            }
        )  # fmt: skip
    notes = [
        word(
            report,
            "scores.unallocated",
            group=group.group_id,
            points=number_text(group.unplaced_points),
            placed=number_text(group.placed_points),
        )
        for group in indicator_set.groups
        if group.unallocated is not None
    ]
    starts = [number_text(at) for at, _ in edges]
    key = word(report, "scores.key", second=starts[0], third=starts[-1])
    return {"groups": groups, "notes": [key, *notes]}


def level_text(report: ReportContext, row: View, titles: dict[int, str]) -> str:
    """The level of one group as concluded, or the levels between which it lies."""
    low, high = int(row["score_level_low"]), int(row["score_level_high"])
    told = word(report, "scores.open", low=low, high=high)
    if low == high:
        told = word(report, "scores.level", level=low, title=titles[low])
    return level_with_reason(report.reference, told, row["held_by"])


def criteria_view(report: ReportContext, school_id: str) -> View:
    """Every criterion with points: what is surely won, what is open, and the middle of the peers."""
    material, reasons = material_of(report), labels(report, "reasons")
    marks = material.marks
    rows = []
    for group in report.declared.indicator_set.groups:
        for criterion in group.criteria:
            row = material.criteria.get((school_id, criterion.criterion_id))
            if criterion.is_condition or row is None:
                continue
            points = interval_text(row["low"], row["high"])
            middle = peer_middle(report, school_id, CRITERIA, criterion.criterion_id)
            most = number_text(row["max_points"])
            alt = word(report, "criteria.alt", points=points, most=most)
            rows.append(
                {
                    "title": f"{criterion.criterion_id} {criterion.title}", "points": points, "most": most,
                    "mark": doubt_mark(report, marks.get(criterion.criterion_id, criterion.mark)),
                    "middle": number_text(middle, "points"),
                    "bar": share_bar(float(row["low"]), float(row["high"]), float(row["max_points"]), middle, alt),
                }
            )  # fmt: skip
    items = [
        word(report, "criteria.lacking_item", item=row["item_id"], reason=reasons[row["reason"]])
        for row in material.lacking.get(school_id, [])
    ]
    rest = "{count} tiểu mục khác"
    lacking = (
        word(report, "criteria.lacking", items=listed(items, most=MOST_LACKING, rest=rest)) if items else ""
    )
    return {"rows": rows, "lacking": lacking}


def conditions_view(report: ReportContext, school_id: str) -> View:
    """Every mandatory condition with its state; in a group that is not clear, those not failed are not clear."""
    material, indicator_set = material_of(report), report.declared.indicator_set
    rows = []
    for group in indicator_set.groups:
        row = material.standings[school_id, group.group_id]
        failed = set(str(row["conditions_failed"]).split(";")) if row["conditions"] == "failed" else set()
        for condition in group.conditions:
            state = "met" if row["conditions"] != "unknown" else "unknown"
            state = "failed" if condition.criterion_id in failed else state
            rows.append(
                {
                    "title": f"{condition.criterion_id} {condition.title}",
                    "state": state,
                    "word": word(report, f"conditions.{state}"),
                }
            )
    note = word(report, "conditions.note", doubt=doubt_mark(report, indicator_set.failed_condition_mark))
    return {"rows": rows, "note": note if any(row["state"] != "met" for row in rows) else ""}


def level_margins_view(report: ReportContext, school_id: str) -> list[View]:
    """What the level of each group hangs on: one line a group, with whether it is solid."""
    outlook, indicator_set, material = look_ahead(report), report.declared.indicator_set, material_of(report)
    names = [group.group_id for group in indicator_set.groups]
    level_margins = {name: outlook.margin_of[school_id, name] for name in names}
    reasons = {name: str(material.standings[school_id, name]["reason"]) for name in names}
    held = {name: str(material.standings[school_id, name]["held_by"]) for name in names}
    lines = margin_lines(report.reference, indicator_set, level_margins, reasons, held)
    return [{"text": line.text, "is_solid": line.is_solid} for line in lines]


def lead_view(report: ReportContext, school_id: str) -> View:
    """The conclusion at the head of the page of a school whose score counts."""
    indicator_set, row = report.declared.indicator_set, material_of(report).standings[school_id, OVERALL]
    low, high = int(row["score_level_low"]), int(row["score_level_high"])
    mark = word(report, "lead.overall_mark", doubt=doubt_mark(report, indicator_set.overall_mark))
    if low != high:
        title = level_with_reason(
            report.reference, word(report, "lead.open", low=low, high=high), row["held_by"]
        )
        return {"title": title, "notes": [word(report, "lead.open_note"), mark], "kind": "open"}
    title = word(report, "lead.level", level=low, title=indicator_set.level_titles()[low])
    title = level_with_reason(report.reference, title, row["held_by"])
    return {"title": title, "notes": [mark], "kind": f"level-{low}"}


def change_view(report: ReportContext, school_id: str) -> View:
    """The scores of the term before and of this one, group by group; why there are none otherwise."""
    material = material_of(report)
    if report.previous is None:
        name = before_name(report)
        if name:
            return {"rows": [], "note": word(report, "change.no_tables", before=name)}
        is_first = report.declared.plan.previous is None
        return {"rows": [], "note": word(report, "change.first" if is_first else "change.nothing_alike")}
    rows = []
    for group_id in [*(group.group_id for group in report.declared.indicator_set.groups), OVERALL]:
        was, now = material.before.get((school_id, group_id)), material.standings.get((school_id, group_id))
        if was is None or now is None or was["state"] != "scored" or now["state"] != "scored":
            continue
        if group_id != OVERALL:
            points = [interval_text(row["low"], row["placed_high"]) for row in (was, now)]
            rows.append({"title": word(report, "change.group", group=group_id), "was": points[0], "is": points[1]})  # fmt: skip
        standing = [standing_level(report, row) for row in (was, now)]
        name = (
            word(report, "change.overall")
            if group_id == OVERALL
            else word(report, "change.level", group=group_id)
        )
        rows.append({"title": name, "was": standing[0], "is": standing[1]})
    return {"rows": rows, "note": "" if rows else word(report, "change.none")}


def years_view(report: ReportContext, school_id: str) -> View:
    """The school's own points at the same part of every year: one line, and drawn; blank before there are two."""
    found = years_of(report, school_id)
    if len(found) < 2:
        return {}
    points = " → ".join(number_text(value, "points") for _, value, _, _ in found)
    told = str(tell(report, "page.line", years=f"{found[0][0]} – {found[-1][0]}", points=points))
    broken = [after[0] for before, after in pairwise(found) if before[2] != after[2]]
    merged = [year for year, _, _, is_merged in found if is_merged]
    notes = [str(tell(report, "page.break", years=listed(broken)))] if broken else []
    notes += [str(tell(report, "page.merged", year=merged[-1]))] if merged else []
    note = " ".join(notes)
    most = float(sum(group.placed_points for group in report.declared.indicator_set.groups))
    return {"line": told, "note": note, "strip": years_strip(found, most, f"{told} {note}".strip())}


def last_result(report: ReportContext, school_id: str) -> list[str]:
    """The scores of the term before in one sentence; none where the school had none."""
    material = material_of(report)
    was = material.before.get((school_id, OVERALL))
    if was is None or was["state"] != "scored":
        return []
    items = [standing_level(report, was).lower()]
    for group in report.declared.indicator_set.groups:
        row = material.before.get((school_id, group.group_id))
        if row is not None:
            points = interval_text(row["low"], row["placed_high"])
            items.append(word(report, "change.last_group", group=group.group_id, points=points))
    return [word(report, "change.last", before=before_name(report), items=", ".join(items))]


def score_strip(
    low: float, high: float, peers: Sequence[float], lines: Sequence[tuple[float, str]], most: float, alt: str
) -> str:
    """One score as SVG: sure points as a bar, open ones hatched pale, level lines named, peers as thin marks.

    Equal peers share a mark; of hundreds as many are drawn as can be told apart, from the lowest to the highest.
    """
    places = list(dict.fromkeys(_pct(value, most) for value in peers))
    places = [*places[: -1 : max(1, len(places) // _MOST_MARKS)], *places[-1:]]
    parts = [f'<rect class="lane" x="0" y="{_LANE}" width="100%" height="14"/>']
    parts += [f'<rect class="peer" x="{place}" y="{_LANE - 4}" width="1.5" height="22"/>' for place in places]
    if high > low:
        parts.append(
            f'<rect class="open" x="{_pct(low, most)}" y="{_LANE + 3}" width="{_pct(high - low, most)}" height="8"/>'
        )
    parts.append(f'<rect class="sure" x="0" y="{_LANE + 3}" width="{_pct(low, most)}" height="8"/>')
    for value, name in lines:
        place = _pct(value, most)
        parts.append(f'<line class="edge" x1="{place}" x2="{place}" y1="0" y2="{_HEIGHT}"/>')
        parts.append(f'<text x="{place}" y="{_HEIGHT + _TEXT - 2}">{escape_text(name)}</text>')
    return _drawing("".join(parts), _HEIGHT + _TEXT, alt)


def years_strip(found: Sequence[tuple[str, float, str, bool]], most: float, alt: str) -> str:
    """The points of several years as SVG: a disc a year, a line between years of one index, a stroke where it changed."""
    step = 88 / (len(found) - 1)
    places = [(6 + step * place, _TREND - _RISE * min(value / most, 1.0)) for place, (_, value, _, _) in enumerate(found)]  # fmt: skip
    parts = []
    for place, ((x, y), (next_x, next_y)) in enumerate(pairwise(places)):
        if found[place][2] == found[place + 1][2]:
            parts.append(f'<line class="trend" x1="{x:.4g}%" y1="{y:.4g}" x2="{next_x:.4g}%" y2="{next_y:.4g}"/>')  # fmt: skip
        else:
            middle = f"{(x + next_x) / 2:.4g}%"
            parts.append(f'<line class="edge" x1="{middle}" x2="{middle}" y1="4" y2="{_TREND}"/>')
    for (x, y), (year, value, _, _) in zip(places, found, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.4g}%" cy="{y:.4g}" r="3.5"/>')
        parts.append(f'<text x="{x:.4g}%" y="{y - 7:.4g}">{escape_text(number_text(value, "points"))}</text>')
        parts.append(f'<text x="{x:.4g}%" y="{_TREND + _TEXT}">{escape_text(year)}</text>')
    return _drawing("".join(parts), _TREND + _TEXT + 4, alt)


def share_bar(low: float, high: float, most: float, middle: float | None, alt: str) -> str:
    """One share of its maximum as SVG: sure, open, and the middle of the peers as a mark."""
    parts = ['<rect class="lane" x="0" y="3" width="100%" height="8"/>']
    if high > low:
        parts.append(
            f'<rect class="open" x="{_pct(low, most)}" y="3" width="{_pct(high - low, most)}" height="8"/>'
        )
    parts.append(f'<rect class="sure" x="0" y="3" width="{_pct(low, most)}" height="8"/>')
    if middle is not None:
        parts.append(f'<rect class="middle" x="{_pct(middle, most, 99.2)}" y="0" width="2" height="14"/>')
    return _drawing("".join(parts), 14, alt)


def _drawing(content: str, height: int, alt: str) -> str:
    return f'<svg role="img" aria-label="{escape_text(alt)}" width="100%" height="{height}">{content}</svg>'


def _pct(value: float, most: float, limit: float = 100.0) -> str:
    share = min(max(100 * value / most, 0.0), limit) if most else 0.0
    return f"{share:.4g}%"
