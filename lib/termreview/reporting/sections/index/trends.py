"""How schools moved over the years: small multiples of every unit, each move split, counted as it was and as it is today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from termreview.insight.trends import moves_by_unit, totals
from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Sentence, column, joined
from termreview.reporting.charts.charts import Chart, line_panels
from termreview.reporting.report.applicable import applies_if
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.history import school_events
from termreview.reporting.report.insights import (
    AS_TODAY,
    AS_WAS,
    COMMUNE,
    LEVEL,
    SCHOOL,
    WHOLE,
    both_ways,
    is_looking_back,
    is_told_back,
    limits_of,
    means_of,
    moves_of,
    slips_of,
    spans,
    tell,
    years_before,
)
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import group_in_text, group_title
from termreview.reporting.sections.index.insight_blocks import (
    between,
    headed,
    level_titles,
    signed,
    silent,
    text,
)
from termreview.reporting.sections.work.years import ratio_panels
from termreview.reporting.term.schools import short_names

_PARTS = ("move", "real", "counted", "rule")
_MANY = 4  # panels side by side where there are many


@applies_if(is_told_back)
def trends(report: ReportContext) -> Block:
    """Each move of the mean score split into what schools changed, who is counted and the rule; who fell behind its own past."""
    years, fewest = years_before(report), limits_of(report).fewest_years
    if len(years) < fewest:
        return silent(report, "trends", "years", count=len(years), needed=fewest)
    found = moves_of(report)
    whole = found[found["scope"] == WHOLE]
    own = whole[whole["way"] == AS_TODAY]
    moved = _moves(report, own, "caption")
    return headed(report, "trends", [*_sentences(report, own), *_slips(report)], office_lines(report), moved)


def _sentences(report: ReportContext, own: pd.DataFrame) -> list[Sentence]:
    """What moved the mean score of each group from the first year to the last, and in which years schools surely changed."""
    years = years_before(report)
    over: list[Sentence] = []
    sure: list[Sentence] = []
    for span in records(spans(own)):
        group = group_in_text(report, span["group_id"])
        key: str = "trends.over_broken" if pd.isna(span["rule"]) else "trends.over"
        over.append(tell(report, key, group=group, **{part: signed(span[part]) for part in _PARTS}))
        clear = own.loc[own["is_sure"] & (own["group_id"] == span["group_id"]), "school_year"]
        if len(clear):
            sure.append(tell(report, "trends.sure_of", group=group, years=listed(list(clear))))
    told = [tell(report, "trends.span", first=years[0], last=years[-1], moves=joined(over, "; "))]
    return [*told, tell(report, "trends.sure", moves=joined(sure, "; "))] if sure else told


def office_lines(report: ReportContext) -> Chart:
    """The mean scores over the years, the office and each level, with a break where the rule changed."""
    own = moves_of(report).query("scope == @WHOLE and way == @AS_TODAY")
    years = years_before(report)
    span = {"first": years[0], "last": years[-1]}
    if own["is_split"].all():
        reals = [
            tell(report, "trends.real_of", group=group_in_text(report, group.group_id), real=signed(own.loc[own["group_id"] == group.group_id, "real"].sum()))
            for group in report.declared.indicator_set.groups
        ]  # fmt: skip
        finding = str(tell(report, "trends.finding", reals=listed(reals), **span))
    else:
        finding = str(tell(report, "trends.finding_broken", **span))
    titles = {"": text(report, "trends.whole"), **level_titles(report)}
    return _lines(report, (WHOLE, LEVEL), titles, finding, min(_MANY, len(titles)))


def commune_lines(report: ReportContext) -> Chart:
    """The mean scores over the years, a panel for each commune of today."""
    schools = report.term.schools
    titles = dict(zip(schools["commune_id"], schools["commune_name"], strict=True))
    return _lines(report, (COMMUNE,), titles, text(report, "trends.finding_communes"), _MANY)


def school_trends(report: ReportContext) -> Block:
    """The scores over the years, a panel for each school of today that the index covers."""
    if not is_looking_back(report) or len(years_before(report)) < limits_of(report).fewest_years:
        return Block("")
    return stack(_lines(report, (SCHOOL,), short_names(report.term.schools), text(report, "trends.finding_schools"), _MANY))  # fmt: skip


def _lines(report: ReportContext, scopes: tuple[str, ...], titles: dict[str, str], finding: str, columns: int = 3) -> Chart:  # fmt: skip
    """A panel for each unit of some scopes that stands today, in the order of `titles`: a line per group of the index."""
    found = means_of(report)
    found = found[found["scope"].isin(scopes) & found["unit_id"].isin(list(titles))]
    latest = found[(found["school_year"] == found["school_year"].max()) & found["value"].notna()]
    counts = latest.drop_duplicates("unit_id").set_index("unit_id")["school_count"]
    order = [unit_id for unit_id in titles if unit_id in counts]

    def title(unit_id: str) -> str:
        name = titles[unit_id]
        return (
            name if SCHOOL in scopes else str(tell(report, "trends.panel", unit=name, count=counts[unit_id]))
        )

    known = found[found["unit_id"].isin(order)]
    kept = known.assign(
        place=known["unit_id"].map(order.index), panel=known["unit_id"].map(title)
    ).sort_values(["place", "group_id", "school_year"], kind="stable")
    groups, years = report.declared.indicator_set.groups, years_before(report)
    most = float(max(group.max_points for group in groups))
    return report_chart(
        report, line_panels, kept.drop(columns="place"), finding=finding, measure=text(report, "trends.measure"),
        alt=str(tell(report, "trends.alt", first=years[0], last=years[-1])),
        panel="panel", line="group_id", when="school_year", value="value", was="was", rule="rule_id",
        names={group.group_id: group_in_text(report, group.group_id) for group in groups}, columns=columns,
        break_label=text(report, "trends.break"), was_label=text(report, "trends.was"), limits=(0.0, most), ticks=(0, most / 2, most),
    )  # fmt: skip


def trend_tables(report: ReportContext) -> Block:
    """What became of units, the moves of each level and commune over all years, both ways of counting, and the leading ratios."""
    if not is_looking_back(report) or len(years_before(report)) < limits_of(report).fewest_years:
        return Block("")
    rows = spans(moves_of(report))
    return stack(
        _events(report), commune_lines(report), _spans(report, rows, "by_unit", _unit_names(report)), ratio_trends(report)
    )  # fmt: skip


def ratio_trends(report: ReportContext) -> Block:
    """The ratios that may be compared over the years: a panel for each share, and each move over all years split."""
    panels, events, limits = ratio_panels(report), school_events(report.reference), limits_of(report)
    if not panels:
        return Block("")
    ratios = {ratio.ratio_id: ratio for ratio in report.reference.ratios if ratio.ratio_id in panels}
    rows, split = [], []
    for ratio_id, ratio in ratios.items():
        made = {way: (own, places) for way, own, places in both_ways(panels[ratio_id], events, WHOLE)}
        value, was = (totals(*made[way]).set_index("school_year") for way in (AS_TODAY, AS_WAS))
        rows.append(value.assign(was=was["value"], ratio_id=ratio_id, panel=ratio.short_title).reset_index())
        split += [
            moves_by_unit(own, places, limits).assign(way=way, scope=WHOLE, unit_id=ratio_id, group_id="")
            for way, (own, places) in made.items()
        ]
    frame = pd.concat(rows, ignore_index=True)
    years = sorted(frame["school_year"].unique())
    shares = frame[frame["ratio_id"].map({name: ratio.unit == "percent" for name, ratio in ratios.items()})]
    chart = report_chart(
        report, line_panels, shares, finding=text(report, "trends.finding_ratios"), measure=text(report, "trends.measure_ratios"),
        alt=str(tell(report, "trends.alt_ratios", first=years[0], last=years[-1])),
        panel="panel", line="unit_id", when="school_year", value="value", was="was", rule="rule_id", names={"": text(report, "trends.whole")},
        break_label=text(report, "trends.break_asked"), was_label=text(report, "trends.was"), limits=(0.0, 100.0), ticks=(0, 50, 100),
        columns=_MANY, format="percent1",
    )  # fmt: skip
    titles = {name: ratio.short_title for name, ratio in ratios.items()}
    forms = {name: "points" if ratio.unit == "percent" else "ratio" for name, ratio in ratios.items()}
    return stack(chart, _spans(report, spans(pd.concat(split, ignore_index=True)), "by_ratio", titles, forms))


def _unit_names(report: ReportContext) -> dict[str, str]:
    """The names of levels and of communes, those that are no more included."""
    units = {unit.unit_id: unit.name for unit in report.reference.registry.units}
    schools = report.term.schools
    now = dict(zip(schools["commune_id"], schools["commune_name"], strict=True))
    return units | now | level_titles(report) | {"": text(report, "trends.whole")}


def _events(report: ReportContext) -> Block:
    """What became of communes and schools within the years, as the registry notes it."""
    years = years_before(report)
    first = [plan.due_on for plan in report.reference.calendar.plans if (plan.term.school_year, plan.term.part) == (years[0], report.declared.term.part)]  # fmt: skip
    since, until = min(first, default=report.declared.plan.due_on), report.declared.plan.due_on
    own = sorted(
        (event for event in report.reference.registry.events if since < event.on <= until),
        key=lambda event: event.on,
    )
    if not own:
        return Block("")
    lines: list[object] = [tell(report, "trends.event", day=event.on, note=event.note) for event in own]
    return stack(paragraph(text(report, "trends.events")), bullets(lines))


def _spans(
    report: ReportContext,
    rows: pd.DataFrame,
    caption: str,
    names: Mapping[str, str],
    forms: Mapping[str, str] | None = None,
) -> Block:
    """The moves of some units or ratios over all years; those counted as they were where that differs."""
    years, of_then = years_before(report), text(report, "trends.of_then")

    def name(row: dict[Any, Any]) -> str:
        whole = row["year_before"] == years[0] and row["school_year"] == years[-1]
        ends = "" if whole else f"({row['year_before']} – {row['school_year']})"
        return str(joined([names.get(row["unit_id"], row["unit_id"]), of_then if row["way"] == AS_WAS else "", ends]))  # fmt: skip

    rows = rows.sort_values("group_id", kind="stable")
    form = [(forms or {}).get(unit_id, "points") for unit_id in rows["unit_id"]]
    ends = {part: [Number(value, own) for value, own in zip(rows[part], form, strict=True)] for part in ("before", "after")}  # fmt: skip
    parts = {part: [signed(value, own) for value, own in zip(rows[part], form, strict=True)] for part in _PARTS}  # fmt: skip
    frame = pd.DataFrame(
        {
            "unit": [name(row) for row in records(rows)],
            **{part: column(values) for part, values in (ends | parts).items()},
            "stayed": rows["stayed_count"].to_numpy(),
        }
    )
    heads = {part: text(report, f"trends.{part}") for part in (*_PARTS, "stayed")}
    heads = {"unit": text(report, f"trends.{caption}_unit"), "before": years[0], "after": years[-1]} | heads
    has_groups = rows["group_id"].ne("").any()
    frame["group"] = [group_title(report, group_id) if group_id else "" for group_id in rows["group_id"]]
    return table(
        frame if has_groups else frame.drop(columns="group"), columns=heads, caption=text(report, f"trends.{caption}"), formats={"stayed": "integer"},
        align=dict.fromkeys((*_PARTS, "before", "after"), "right"), group_by="group" if has_groups else None,
        notes=[text(report, f"trends.{caption}_note")], max_rows=0,
    )  # fmt: skip


def _moves(report: ReportContext, rows: pd.DataFrame, caption: str, **options: Any) -> Block:
    """Moves from year to year as a table; an interval only where enough schools stayed."""
    fewest = limits_of(report).fewest_schools
    frame = pd.DataFrame(
        {
            "years": rows["school_year"].to_numpy(),
            "before": rows["before"].to_numpy(),
            "after": rows["after"].to_numpy(),
            **{name: column([signed(value) for value in rows[name]]) for name in ("move", "real")},
            "interval": column([between(row["real_low"], row["real_high"]) if row["stayed_count"] >= fewest else "" for row in records(rows)]),
            **{name: column([signed(value) for value in rows[name]]) for name in ("counted", "rule")},
            "stayed": rows["stayed_count"].to_numpy(),
        }
    )  # fmt: skip
    heads = {name: text(report, f"trends.{name}") for name in frame.columns}
    frame["group"] = [group_title(report, group_id) for group_id in rows["group_id"]]
    return table(
        frame,
        columns=heads,
        group_by="group",
        caption=text(report, f"trends.{caption}"),
        formats={"before": "points", "after": "points", "stayed": "integer"},
        align=dict.fromkeys(("move", "real", "interval", "counted", "rule"), "right"),
        notes=[text(report, "trends.note")],
        **options,
    )


def _slips(report: ReportContext) -> list[Sentence]:
    found = slips_of(report)
    if found.empty:
        return []
    names = short_names(report.term.schools)
    fallen = [names.get(row["school_id"], row["school_id"]) for row in records(found) if row["is_slip"]]
    if fallen and not is_looking_back(report):  # who it is goes to the office alone
        return [tell(report, "trends.slip_count", count=len(fallen))]
    return [tell(report, "trends.slip", names=listed(fallen)) if fallen else tell(report, "trends.no_slip")]
