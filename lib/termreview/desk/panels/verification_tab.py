"""The third tab: items verified one by one, claims beside verified points, schools to visit next by risk and by lot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from termreview.desk.explorer import level_margins_of
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import SCHOOL, Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, list_texts
from termreview.desk.panels.controls.school_picker import SchoolPicker
from termreview.desk.panels.parts.points_form import PointsForm
from termreview.desk.term.school_names import spellings_of
from termreview.desk.term.wording import joined, say, words
from termreview.desk.verification import (
    ItemLine,
    condition_lines,
    condition_warnings,
    item_lines,
    verified_lines,
    verified_schools,
)
from termreview.desk.views.measure_charts import gap_chart
from termreview.desk.views.points import (
    RISK_FORMATS,
    conditions_block,
    coverage_block,
    gaps_block,
    gaps_rows,
    item_block,
    risk_note,
    sample_note,
)
from termreview.desk.views.school import level_margins_block
from termreview.desk.visits import plan_visits
from termreview.insight.moderation import BY_ITEM, BY_LEVEL, BY_SCHOOL, BY_VERIFIER, gaps
from termreview.reporting.blocks.blocks import Block, callout, escape_text
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.values import interval_text

ITEMS, MODERATION, VISITS = "items", "moderation", "visits"
_MOST_BARS = 20
_MOST_AT_RISK = 8


class VerificationTab:
    """What the office verifies."""

    name = "verification"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._item_id = ""
        self._lines: list[ItemLine] = []
        names, columns = words(desk.reference, "verification"), words(desk.reference, "item_columns")
        self._part = controls.switch(
            names["part"],
            {ITEMS: names["items"], MODERATION: names["moderation"], VISITS: names["visits"]},
            ITEMS,
        )
        self._part.observe(lambda _: self.desk.reshow(self.show), "value")
        self._picker = SchoolPicker(words(desk.reference, "picker"), self._school_picked, desk.refuse)
        self._items = PickTable(
            [PickColumn(columns["item"], "4.6em"), PickColumn(columns["title"]), PickColumn(columns["self"], "", "right"),
             PickColumn(columns["computed"], "", "right"), PickColumn(columns["verified"], "", "right"), PickColumn(columns["counts"], "", "right")],
            self._item_picked, list_texts(desk.reference), 16,
        )  # fmt: skip
        self._conditions, self._margins = controls.shown(css="desk-half"), controls.shown(css="desk-half")
        self._detail = controls.shown(css="desk-context")
        self._form = PointsForm(desk, self._next_item)
        self._moderation, self._visits = ModerationView(desk), VisitsView(desk, self.verify)
        left = controls.column(self._items.box, css="desk-half")
        right = controls.column(self._detail, self._form.box, css="desk-half")
        self._by_item = controls.column(
            controls.split(self._conditions, self._margins), controls.split(left, right)
        )
        self.box = controls.column(
            controls.row(self._part, self._picker.box),
            self._by_item,
            self._moderation.box,
            self._visits.box,
            css="desk-tab",
        )

    def show(self) -> None:
        """Show what is in front of the three parts."""
        part = self._part.value
        controls.visible(self._by_item, part == ITEMS)
        controls.visible(self._picker.box, part == ITEMS)
        controls.visible(self._moderation.box, part == MODERATION)
        controls.visible(self._visits.box, part == VISITS)
        if part == MODERATION:
            self._moderation.show()
        elif part == VISITS:
            self._visits.show()
        else:
            self._show_school()

    def open_asked(self, asked: Mapping[str, str]) -> str:
        """Have the school in view that the page's address asks for."""
        if asked.get(SCHOOL):
            self._picker.school_id = asked[SCHOOL]
            self.show()
        return ""

    def verify(self, school_id: str) -> None:
        """Turn one school up, item by item."""
        self._picker.school_id = school_id
        self._part.value = ITEMS  # which shows it

    def _show_school(self) -> None:
        now, scope = self.desk.now, set(self.desk.scope.school_ids(self.desk.now))
        names = dict(zip(now.schools["school_id"], now.schools["name"], strict=True))
        schools = [(key, names[key]) for key in verified_schools(now) if key in scope]
        self._picker.show(schools, spellings_of(now))
        self.desk.keep(SCHOOL, self._picker.school_id)
        self._lines = item_lines(now, self._picker.school_id) if self._picker.school_id else []
        ids = [line.item.item_id for line in self._lines]
        if self._item_id not in ids:
            self._item_id = ids[0] if ids else ""
        self._items.show([self._row(line) for line in self._lines], self._item_id)
        self._show_item()

    def _row(self, line: ItemLine) -> PickRow:
        own = "" if line.own is None else number_text(line.own, "points")
        computed = "" if line.computed is None else interval_text(*line.computed)
        verified = "" if line.verified is None else number_text(line.verified.points, "points")
        counts = interval_text(line.low, line.high)
        hint = say(
            self.desk.reference, "verification.row_hint", item=f"{line.item.item_id} {line.item.title}",
            own=own or "—", computed=computed or "—", verified=verified or "—", counts=counts,
        )  # fmt: skip
        cells = (line.item.title, own, computed, verified, counts)
        return PickRow(line.item.item_id, line.item.item_id, cells, hint)

    def _show_item(self) -> None:
        line = next((line for line in self._lines if line.item.item_id == self._item_id), None)
        if line is None:
            key = "picker.choose" if self._picker.is_offering else "verification.nobody"
            controls.show(self._detail, say(self.desk.reference, key))
            controls.show(self._conditions, "")
            controls.show(self._margins, "")
            self._form.show("", None)
            return
        now, school_id = self.desk.now, self._picker.school_id
        blocks = []
        for group in now.declared.indicator_set.groups:
            lines = condition_lines(now, group, school_id)
            if group.group_id == line.item.group_id:
                blocks.append(conditions_block(now, lines, condition_warnings(now, group, school_id)))
        hanging = [one for one in level_margins_of(now, school_id) if one.group_id == line.item.group_id]
        controls.show(self._conditions, joined(*blocks))
        controls.show(self._margins, level_margins_block(now, hanging))
        controls.show(self._detail, item_block(now, line))
        self._form.show(school_id, line)

    def _school_picked(self, _: str) -> None:
        self.desk.reshow(self.show)

    def _item_picked(self, item_id: str) -> None:
        self._item_id = item_id
        self.desk.reshow(self._show_item)

    def _next_item(self) -> None:
        """After an item was verified, the one after it is turned up."""
        ids = [line.item.item_id for line in self._lines]
        place = ids.index(self._item_id) + 1 if self._item_id in ids else 0
        if place < len(ids):
            self._items.pick(ids[place])


class ModerationView:
    """Claims beside verified points."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "moderation")
        self._by = controls.switch(
            names["by"],
            {
                BY_ITEM: names["item"],
                BY_LEVEL: names["level"],
                BY_SCHOOL: names["school"],
                BY_VERIFIER: names["verifier"],
            },
            BY_ITEM,
        )
        self._by.observe(lambda _: self.desk.reshow(self.show), "value")
        self._shown = controls.shown()
        self.box = controls.column(self._by, self._shown)

    def show(self) -> None:
        """Show the comparison as it stands."""
        now, scope = self.desk.now, self.desk.scope
        lines = verified_lines(now, scope)
        head = coverage_block(now, scope)
        if lines.empty:
            note = callout(
                say(now.reference, "moderation.none_title"), [say(now.reference, "moderation.none")]
            )
            controls.show(self._shown, joined(head, note))
            return
        rows: pd.DataFrame = gaps_rows(
            now, gaps(lines, self._by.value, now.reference.insight.limits), self._by.value
        )
        caption = say(now.reference, f"moderation.caption_{self._by.value}")
        chart = gap_chart(now, rows.head(_MOST_BARS), caption)
        controls.show(self._shown, joined(head, chart, gaps_block(now, rows, caption)))


class VisitsView:
    """Schools to visit next: a school that is picked is verified item by item."""

    def __init__(self, desk: Desk, verify: Callable[[str], None]) -> None:
        self.desk = desk
        names, columns = words(desk.reference, "visits"), words(desk.reference, "visit_columns")
        standings = desk.now.standings
        scored = standings.loc[standings["state"] == "scored", "school_id"].nunique()
        at_risk = min(_MOST_AT_RISK, scored // 3)  # others are left to be drawn among
        self._risk = controls.whole_number(names["risk_count"], at_risk, 0, 50)
        wanted = round(desk.reference.insight.limits.wanted_margin)
        self._wanted = controls.whole_number(names["wanted_margin"], wanted, 1, 50)
        self._sample = controls.whole_number(names["sample_count"], 0, 0, 200)
        self._seed = controls.whole_number(names["seed"], 2024, 0, 999_999)
        for control in (self._risk, self._wanted, self._sample, self._seed):
            control.observe(lambda _: self.desk.reshow(self.show), "value")
        texts = list_texts(desk.reference) | {"open": names["verify"]}
        own = PickColumn(columns["short_name"], "210px")
        numbers = [PickColumn(columns[name], "", "right") for name in RISK_FORMATS]
        self._by_risk = PickTable(
            [own, PickColumn(columns["commune_name"], "130px"), *numbers], verify, texts, 10, names["by_risk"], finds_key=True
        )  # fmt: skip
        others = [PickColumn(columns[name]) for name in ("level_title", "commune_name")]
        self._drawn = PickTable([own, *others], verify, texts, 10, names["sample"], finds_key=True)
        self._weights, self._margin = controls.shown(), controls.shown()
        self.box = controls.column(
            controls.row(self._risk, self._wanted, self._sample, self._seed), _heading(names["by_risk"]), self._by_risk.box, self._weights,
            _heading(names["sample"]), self._drawn.box, self._margin,
        )  # fmt: skip

    def show(self) -> None:
        """Show the schools to visit as the term stands."""
        now = self.desk.now
        visits = plan_visits(
            now, self.desk.scope, self._risk.value, self._sample.value or None, self._seed.value, self._wanted.value
        )  # fmt: skip
        self._by_risk.show(
            [
                PickRow(row["school_id"], row["short_name"], (row["commune_name"], *(number_text(row[name], how) for name, how in RISK_FORMATS.items())))
                for row in visits.by_risk.to_dict("records")
            ]
        )  # fmt: skip
        schools = now.schools.set_index("school_id").loc[list(visits.sample.drawn)]
        self._drawn.show(
            [
                PickRow(str(key), row["short_name"], (row["level_title"], row["commune_name"]))
                for key, row in zip(schools.index, schools.to_dict("records"), strict=True)
            ]
        )
        controls.show(self._weights, risk_note(now))
        controls.show(self._margin, sample_note(now, visits))


def _heading(title: str) -> object:
    return controls.shown(Block(f"<h3>{escape_text(title)}</h3>"))
