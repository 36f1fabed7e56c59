"""One chart of one or two measures, chosen by what they are: dots, columns of dots, bars or a table of counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any, Final

import pandas as pd

from termreview.desk.measures import ANY, CATEGORY, DATE, Compared, Measure, written
from termreview.desk.term.marks import SCHOOL_MARK, only_link
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import say
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.charts.charts import (
    MIDDLE,
    Chart,
    Scale,
    chart,
    count_bars,
    count_table,
    day_number,
    gap_bars,
    scatter,
    strips,
)

_POINTS: Final = 72  # an inch, the unit of the picture


def draw(now: TermNow, compared: Compared) -> Chart:
    """Draw the chart that fits the measures: one row of it is never a guess about a missing value."""
    known, x, y = compared.known, compared.x, compared.y
    caption = say(now.reference, "charts.caption", count=len(known), total=len(compared.frame))
    if y is None:
        title, alt = x.title, say(now.reference, "charts.alt_one", x=x.title, known=len(known))
    else:
        title = say(now.reference, "charts.title_two", x=x.title, y=y.title)
        alt = say(now.reference, "charts.alt_two", x=x.title, y=y.title, known=len(known))
    note = partial(_group_note, now)
    finish = partial(chart, title=title, alt=alt, caption=caption)
    if y is None:
        if x.kind == CATEGORY:
            counts = known["x"].value_counts().reindex(_in_order(known["x"], x)).rename_axis("word")
            return finish(count_bars, counts.reset_index(name="count"), label="word", count="count")
        return finish(strips, known, value="x", group=None, order=(), across=_scale(x), note=partial(note, x))
    if x.kind == CATEGORY and y.kind == CATEGORY:
        pairs = pd.crosstab(known["y"], known["x"])
        ordered = pairs.reindex(index=_in_order(known["y"], y), columns=_in_order(known["x"], x))
        return finish(count_table, ordered)
    if CATEGORY in (x.kind, y.kind):
        value, group, by, along = ("y", "x", x, y) if x.kind == CATEGORY else ("x", "y", y, x)
        order = _in_order(known[group], by)
        return finish(
            strips,
            known,
            value=value,
            group=group,
            order=order,
            across=_scale(along),
            note=partial(note, along),
        )
    return finish(
        scatter, known, x="x", y="y", group="level_title", name="short_name", across=_scale(x), upward=_scale(y)
    )  # fmt: skip


def with_marks(
    now: TermNow, shown: Chart, compared: Compared, also: Mapping[str, str] | None = None
) -> Block:
    """The chart as the desk shows it: each mark says what it stands for, and is a link to it.

    A disc leads to its school; the list below does so by keyboard. A bar, a cell of a table and the name of a row lead to
    the table of the schools, of which it then shows those alone; `also` says what else all of them have in common.
    """
    html = shown._repr_html_()
    if "</svg>" not in html:
        return Block(html)
    marks = [*_groups_marked(now, shown, compared, also or {}), *_schools_marked(shown, compared)]
    return _linked(html, marks)


def _linked(html: str, marks: Sequence[str]) -> Block:
    """The chart with links over it: what holds links is no picture to a screen reader."""
    html = html.replace('role="img"', 'role="group"', 1)
    return Block(html.replace("</svg>", f"{''.join(marks)}</svg>", 1))


def with_days(now: TermNow, shown: Chart, days: pd.DataFrame) -> Block:
    """The chart of receipt by day as the desk shows it: each day leads to the table of the schools received on it."""
    html = shown._repr_html_()
    if "</svg>" not in html or days.empty:
        return Block(html)
    figure, marks = shown.figure, []
    bottom, top = figure.axes[0].get_ylim()
    for day, count in zip(days["received_on"], days["school_count"], strict=True):
        at, word = day_number(pd.Timestamp(day).date()), number_text(day, "date")
        (left, high), (right, low) = _on_paper(figure, at - 0.5, top), _on_paper(figure, at + 0.5, bottom)
        told = say(now.reference, "charts.only", words=word, count=count)
        area = _area((left, high), (right, low))
        marks.append(only_link({"received": word}, f"<title>{escape_text(told)}</title>{area}", told))
    return _linked(html, marks)


def _schools_marked(shown: Chart, compared: Compared) -> list[str]:
    """A link over each disc of a school: its name and its values."""
    if all(one.kind == CATEGORY for one in (compared.x, compared.y) if one is not None):
        return []
    figure, marks = shown.figure, []
    for row, (x, y) in zip(_in_order_drawn(compared), _places_drawn(figure), strict=True):
        right, down = _on_paper(figure, x, y)
        values = [
            row[name] if one.kind == CATEGORY else written(row[name], one)
            for name, one in (("x", compared.x), ("y", compared.y))
            if one
        ]
        told = escape_text(f"{row['short_name']}: {' · '.join(values)}")
        area = f'<circle class="mark-area" cx="{right:g}" cy="{down:g}" r="4"/>'
        marks.append(f'<a href="#{SCHOOL_MARK}{escape_text(row["school_id"])}" tabindex="-1"><title>{told}</title>{area}</a>')  # fmt: skip
    return marks


def _groups_marked(now: TermNow, shown: Chart, compared: Compared, also: Mapping[str, str]) -> list[str]:
    """A link over each bar, cell or row's name: which schools it stands for."""
    figure, known = shown.figure, compared.known
    axes = figure.axes[0]
    own = [
        (name, one) for name, one in (("y", compared.y), ("x", compared.x)) if one and one.kind == CATEGORY
    ]
    if not own or known.empty:
        return []
    words = [_in_order(known[name], one) for name, one in own]
    is_of_discs = len(own) < 2 and compared.y is not None  # their rows' names are what can be clicked
    patches: Any = [patch for patch in axes.patches if (patch.get_label() == MIDDLE) == is_of_discs]
    boxes = [
        box for patch in patches for box in patch.get_path().vertices.reshape(-1, 2 if is_of_discs else 5, 2)
    ]
    has_value = {one.measure_id: ANY for one in (compared.x, compared.y) if one and one.kind != CATEGORY}
    marks = []
    for picked, box in zip(product(*words), boxes, strict=True):
        same = known
        for (name, _), word in zip(own, picked, strict=True):
            same = same[same[name] == word]
        if same.empty:
            continue
        (left, top), (right, bottom) = (
            _on_paper(figure, *box[place]) for place in (0, -1 if len(box) == 2 else 2)
        )
        if len(own) < 2:  # a row's name belongs to its bar
            left, right = 0.0, _on_paper(figure, axes.get_xlim()[compared.y is None], 0)[0]
        only = (
            {one.measure_id: word for (_, one), word in zip(own, picked, strict=True)}
            | has_value
            | dict(also)
        )
        told = say(now.reference, "charts.only", words=" · ".join(picked), count=len(same))
        area = _area((left, top), (right, bottom))
        marks.append(only_link(only, f"<title>{escape_text(told)}</title>{area}", told))
    return marks


def _area(one: tuple[float, float], other: tuple[float, float]) -> str:
    """What can be clicked between two corners on the picture."""
    (left, top), (right, bottom) = one, other
    return f'<rect class="mark-area" x="{min(left, right):g}" y="{min(top, bottom):g}" width="{abs(right - left):g}" height="{abs(bottom - top):g}"/>'


def _on_paper(figure: Any, x: float, y: float) -> tuple[float, float]:
    """Where a place among the data lies on the picture, in its own unit from the left and from the top."""
    right, up = figure.axes[0].transData.transform((x, y)) * _POINTS / figure.dpi
    return round(float(right), 1), round(float(figure.get_size_inches()[1]) * _POINTS - float(up), 1)


def _places_drawn(figure: Any) -> list[tuple[float, float]]:
    """Where the discs stand among the data, in the order in which they were drawn."""
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() == "None"]
    return [(float(pair[0]), float(pair[1])) for line in lines for pair in line.get_xydata()]


def _in_order_drawn(compared: Compared) -> list[dict[Any, Any]]:
    """The schools in the order in which their discs are drawn: by group, within a row of discs by value."""
    known, x, y = compared.known, compared.x, compared.y
    if y is not None and CATEGORY not in (x.kind, y.kind):
        groups = list(dict.fromkeys(known["level_title"]))
        return [row for own in groups for row in known[known["level_title"] == own].to_dict("records")]
    value, group, by = ("x", None, x) if y is None else ("y", "x", x) if x.kind == CATEGORY else ("x", "y", y)
    parts = (
        [known] if group is None else [known[known[group] == word] for word in _in_order(known[group], by)]
    )
    rows = [part.assign(own=part[value].astype(float)).sort_values("own", kind="stable") for part in parts]
    return [row for part in rows for row in part.to_dict("records")]


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


def _group_note(now: TermNow, measure: Measure, mean: float, count: int) -> str:
    """The mean of a group and how many schools it is of; of days there is no mean to be told."""
    if measure.kind == DATE:
        return f"n = {count}"
    return say(now.reference, "charts.group_note", mean=number_text(mean, "decimal1"), count=count)


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
