"""One chart of one or two measures, chosen by what they are: dots, columns of dots, bars or a table of counts."""

from __future__ import annotations

from functools import partial

import pandas as pd

from termreview.desk.measure_rows import written
from termreview.desk.measures import CATEGORY, DATE, Compared, Measure
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import say
from termreview.reporting.charts.charts import (
    Chart,
    Scale,
    chart,
    count_bars,
    count_table,
    gap_bars,
    scatter,
    strips,
)


def draw(now: TermNow, compared: Compared) -> Chart:
    """Draw the chart that fits the measures: one row of it is never a guess about a missing value."""
    known, x, y = compared.known, compared.x, compared.y
    caption = say(now.reference, "charts.caption", count=len(known), total=len(compared.frame))
    if y is None:
        title, alt = x.title, say(now.reference, "charts.alt_one", x=x.title, known=len(known))
    else:
        title = say(now.reference, "charts.title_two", x=x.title, y=y.title)
        alt = say(now.reference, "charts.alt_two", x=x.title, y=y.title, known=len(known))
    finish = partial(chart, title=title, alt=alt, caption=caption)
    if y is None:
        if x.kind == CATEGORY:
            counts = known["x"].value_counts().reindex(_in_order(known["x"], x)).rename_axis("word")
            return finish(count_bars, counts.reset_index(name="count"), label="word", count="count")
        return finish(strips, known, value="x", group=None, order=(), across=_scale(x))
    if x.kind == CATEGORY and y.kind == CATEGORY:
        pairs = pd.crosstab(known["y"], known["x"])
        ordered = pairs.reindex(index=_in_order(known["y"], y), columns=_in_order(known["x"], x))
        return finish(count_table, ordered)
    if CATEGORY in (x.kind, y.kind):
        value, group, by, along = ("y", "x", x, y) if x.kind == CATEGORY else ("x", "y", y, x)
        order = _in_order(known[group], by)
        return finish(strips, known, value=value, group=group, order=order, across=_scale(along))
    return finish(
        scatter, known, x="x", y="y", group="level_title", name="short_name", across=_scale(x), upward=_scale(y)
    )  # fmt: skip


def gap_chart(now: TermNow, rows: pd.DataFrame, title: str) -> Chart:
    """Draw one row per name: the mean of self minus verified; to the right where schools claimed more than was found.

    Rows without a claim to compare have no bar.
    """
    rows = rows[rows["mean_gap"].notna()]
    alt = say(now.reference, "moderation.alt", count=len(rows))
    note = say(now.reference, "moderation.chart_note") if len(rows) else ""
    return chart(
        gap_bars,
        rows,
        label="name",
        gap="mean_gap",
        count="compared_count",
        title=title,
        alt=alt,
        caption=note,
    )


def _in_order(values: pd.Series, measure: Measure) -> list[str]:
    """The words that occur, in their declared order; words outside of it stand at the end."""
    found = set(values)
    return [*(word for word in measure.order if word in found), *sorted(found - set(measure.order))]


def _scale(measure: Measure) -> Scale:
    is_day = measure.kind == DATE
    return Scale(
        measure.title,
        lambda value: written(value, measure),
        is_day or measure.number_format == "integer",
        not is_day,
    )
