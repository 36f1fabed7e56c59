"""The seventh tab: every school a row, any measures as columns, to sort, filter, group, copy and take away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from typing import Any

import ipywidgets as widgets

from termreview.desk.exports import csv_file, xlsx_file
from termreview.desk.measures import ANY, measures_of, schools_with
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.sheet import Sheet
from termreview.desk.table.columns import (
    NUMBER,
    SchoolSheet,
    TableColumn,
    groupable,
    plain_values,
    school_sheet,
)
from termreview.desk.table.grouping import MEAN, STATISTICS, SUM, group_schools
from termreview.desk.table.saved_views import SavedView, list_views, save_view, view_asked
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import say, words
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.text import plain_key

VIEW = "bang"  # in the page's address
LINES = 8  # of the lists of columns
_FIRST_STATISTICS = (SUM, MEAN)


class TableTab:
    """The table of the schools, the table of their groups, and what stands in either."""

    name = "table"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._now: TermNow | None = None
        self._sheet: SchoolSheet | None = None
        self._chosen: list[str] = []
        self._only: dict[str, str] = {}  # what a click on a chart asked for: words by measure
        self._groups: tuple[list[TableColumn], list[list[Any]]] = ([], [])
        self._is_filling = False
        names = words(desk.reference, "table")
        self._view = controls.choice(names["view"], [(names["view_none"], "")])
        self._view_name = controls.text(names["view_name"])
        self._group = controls.suggestion(names["group"], (), names["group_hint"])
        self._grouped = ""  # the column by which the schools are grouped
        figures = words(desk.reference, "table_statistics")
        self._statistics = [controls.tick(figures[name], name in _FIRST_STATISTICS) for name in STATISTICS]
        self._section = controls.choice(names["section"], [("", "")])
        self._find = controls.text(names["find"], names["find_hint"])
        self._offered = _list(names["offered"])
        self._shown = _list(names["chosen"])
        self._chooser = controls.row(
            controls.column(self._section, self._find, css="desk-table-find"),
            self._offered,
            controls.column(
                controls.button(names["add"], self._added, "primary"),
                controls.button(names["remove"], self._removed),
                controls.button(names["reset"], self._reset),
            ),
            self._shown,
            css="desk-table-chooser",
        )
        controls.visible(self._chooser, False)
        self._links = controls.shown(css="desk-links")
        texts = words(desk.reference, "table_sheet") | {"library": words(desk.reference, "table_library")}
        self._texts = texts
        self._only_told = controls.shown()
        self._only_box = controls.row(
            self._only_told, controls.button(names["only_off"], self._all), css="desk-table-only"
        )
        controls.visible(self._only_box, False)
        self._group_box = controls.column(css="desk-table-groups")
        self._table_box = controls.column()
        controls.visible(self._group_box, False)
        self.box = controls.column(
            controls.row(
                controls.button(names["choose"], self._choosing, hint=names["choose_hint"]),
                self._group, *self._statistics, self._view, self._view_name,
                controls.button(names["view_save"], self._saved),
                controls.button(names["export"], self._exported, hint=names["export_hint"]), self._links,
                css="desk-table-bar",
            ),
            self._chooser, self._only_box, self._group_box, self._table_box, css="desk-tab",
        )  # fmt: skip
        self._view.observe(self._viewed, "value")
        self._section.observe(lambda _: self._offer(), "value")
        self._find.observe(lambda _: self._offer(), "value")
        self._group.observe(self._group_typed, "value")
        for control in self._statistics:
            control.observe(lambda _: self._regroup(), "value")

    @cached_property
    def _table(self) -> Sheet:
        """The table of the schools, made when it is first shown: its script is what the page needs not open with."""
        made = Sheet("", self._texts)
        made.observe(lambda _: self._show_groups(), "shown")
        made.on_msg(self._opened)
        made.observe(lambda _: self._publish_address(), "view")
        return made

    @cached_property
    def _group_table(self) -> Sheet:
        return Sheet("", self._texts)

    def show(self) -> None:
        """Show the table as the term stands; what was chosen stays."""
        now = self.desk.now
        if self._now is not now:
            self._now, self._sheet = now, school_sheet(now)
        sheet, names = self._known(), words(self.desk.reference, "table")
        self._is_filling = True
        self._table_box.children = (self._table,)
        self._only = {name: word for name, word in self._only.items() if name in measures_of(now)}
        self._chosen = [name for name in self._chosen if name in sheet.columns] or self._first()
        sections = list(dict.fromkeys(column.section for column in sheet.columns.values()))
        controls.options_of(self._section, [(name, name) for name in sections], sections[0])
        self._group.options = groupable(sheet)
        self._grouped = self._grouped if self._grouped in self._group.options else ""
        self._group.value = self._grouped
        views, others = list_views(now.workspace)
        controls.options_of(self._view, [(names["view_none"], ""), *((name, name) for name in views)])
        self._is_filling = False
        self._offer()
        self._fill()
        if others:
            self.desk.refuse(say(self.desk.reference, "table.view_files", files=", ".join(others)))

    def _known(self) -> SchoolSheet:
        assert self._sheet is not None
        return self._sheet

    def _first(self) -> list[str]:
        """What is shown to begin with: who the school is, its scores, and the first ratios."""
        sheet, labels = self._known(), self.desk.reference.labels["school_table"]
        of_scores = [name for name, one in sheet.columns.items() if one.section == labels["score_part"]]
        of_ratios = [name for name, one in sheet.columns.items() if one.section == labels["ratio_part"]]
        ratios = [name for name in of_ratios if not sheet.columns[name].adds]  # not what they are made of
        numbers = [name for name, one in sheet.columns.items() if one.kind == NUMBER]
        return [sheet.level_id, sheet.commune_id, *((of_scores[:6] + ratios[:2]) or numbers[:6])]

    def _schools(self) -> list[str]:
        """The schools of the desk's scope and of the mark of a chart that was clicked, by code."""
        now = self.desk.now
        return schools_with(now, self._only, self.desk.scope.school_ids(now))

    def _fill(self, view: dict[str, Any] | None = None) -> None:
        """Send the table with the columns chosen; the view stays where none is given."""
        sheet = self._known()
        self._chosen = [name for name in self._chosen if name != sheet.name_id]
        shown = [sheet.name_id, *self._chosen]
        is_name = {name: name == sheet.name_id for name in shown}
        specs = [sheet.columns[name].spec(opens=one, finds_key=one) for name, one in is_name.items()]
        title, only = say(self.desk.reference, "table.title", term=self.desk.now.term_id), self._only_words()
        self._table.title = f"{title} – {only}" if only else title
        controls.show(
            self._only_told,
            Block(f"<p>{escape_text(say(self.desk.reference, 'table.only', words=only))}</p>"),
        )
        controls.visible(self._only_box, bool(only))
        self._table.fill(specs, sheet.rows(shown, self._schools()), view)
        self._shown.options = [(name, name) for name in self._chosen]
        self._show_groups()
        self._publish_address()

    def _only_words(self) -> str:
        """What the schools shown have in common, as a chart said it; blank where all are shown."""
        measures, known = measures_of(self.desk.now), say(self.desk.reference, "table.only_known")
        return "; ".join(f"{measures[name].title}: {known if word == ANY else word}" for name, word in self._only.items())  # fmt: skip

    def open_only(self, only: Mapping[str, str]) -> str:
        """Show the schools that the mark of a chart stands for, in all that is asked; what came of it."""
        self._only = {name: word for name, word in only.items() if name in measures_of(self.desk.now)}
        self._fill({})
        return say(
            self.desk.reference, "table.only_shown", words=self._only_words(), count=len(self._table.rows)
        )

    def _all(self) -> None:
        with self.desk.working("status.working"):
            self._only = {}
            self._fill()
            self.desk.tell("done", say(self.desk.reference, "status.ready"))

    def _offer(self) -> None:
        """Offer the columns of the part chosen, or of any part where words are sought."""
        if self._is_filling or self._sheet is None:
            return
        sought = plain_key(self._find.value).split()
        self._offered.options = [
            (name, name)
            for name, column in self._known().columns.items()
            if (
                all(word in plain_key(name) for word in sought)
                if sought
                else column.section == self._section.value
            )
        ]

    def _choosing(self) -> None:
        controls.visible(self._chooser, self._chooser.layout.display == "none")

    def _added(self) -> None:
        self._choose([*self._chosen, *(name for name in self._offered.value if name not in self._chosen)])

    def _removed(self) -> None:
        self._choose([name for name in self._chosen if name not in self._shown.value])

    def _reset(self) -> None:
        self._choose(self._first())

    def _choose(self, names: Sequence[str]) -> None:
        with self.desk.working("status.working"):
            self._chosen = list(names)
            self._fill()
            self.desk.tell(
                "done", say(self.desk.reference, "table.columns_changed", count=len(self._chosen) + 1)
            )

    def _group_typed(self, change: Any) -> None:
        """Group by what was typed: a column's head, or words that only one of them has; nothing typed groups no more."""
        if self._is_filling:
            return
        typed = change["new"].strip()
        sought = plain_key(typed).split()
        found = [name for name in self._group.options if all(word in plain_key(name) for word in sought)]
        exact = [name for name in found if plain_key(name).split() == sought]
        meant = exact[0] if exact else found[0] if len(found) == 1 else ""
        self._is_filling = True
        self._group.value = meant or (self._grouped if typed else "")
        self._is_filling = False
        if typed and not meant:
            self.desk.refuse(say(self.desk.reference, "table.group_unclear", typed=typed, count=len(found)))
            return
        self._grouped = meant
        self._regroup()

    def _regroup(self) -> None:
        if not self._is_filling:
            with self.desk.working("status.working"):
                self._show_groups()
                self._publish_address()
                self.desk.tell("done", say(self.desk.reference, "status.ready"))

    def _show_groups(self) -> None:
        """Group the schools in sight; nothing is shown where no column to group by was chosen."""
        by = self._grouped
        controls.visible(self._group_box, bool(by))
        if not by or self._is_filling:
            return
        self._group_box.children = (self._group_table,)
        sheet = self._known()
        columns = [
            sheet.columns[name] for name in self._chosen if name not in (sheet.level_id, sheet.commune_id)
        ]
        chosen = [name for name, tick in zip(STATISTICS, self._statistics, strict=True) if tick.value]
        in_sight = sheet.frame[sheet.frame.index.isin(self._table.shown)]
        texts = words(self.desk.reference, "table_groups")
        self._groups = group_schools(in_sight, sheet.columns[by], columns, chosen, texts)
        self._group_table.title = say(self.desk.reference, "table.groups_title", column=by)
        self._group_table.fill([column.spec() for column in self._groups[0]], self._groups[1])

    def _saved(self) -> None:
        reference, name = self.desk.reference, self._view_name.value.strip()
        if not name:
            self.desk.refuse(say(reference, "table.view_unnamed"))
            return
        view = self._looked_at(name)
        with self.desk.working("status.working"):
            path = save_view(self.desk.now.workspace, view)
            self._is_filling = True
            none = words(reference, "table")["view_none"]
            views, _ = list_views(self.desk.now.workspace)
            controls.options_of(self._view, [(none, ""), *((one, one) for one in views)])
            self._view.value = name
            self._is_filling = False
            self.desk.tell("done", say(reference, "table.view_saved", name=name, file=path.name))

    def _looked_at(self, name: str) -> SavedView:
        """How the table is looked at now."""
        chosen = [key for key, tick in zip(STATISTICS, self._statistics, strict=True) if tick.value]
        return SavedView(
            name, tuple(self._chosen), dict(self._table.view), self._grouped, tuple(chosen), self._only
        )

    def _publish_address(self) -> None:
        if not self._is_filling:
            view = self._looked_at(self._view_name.value.strip())
            plain = SavedView("", tuple(self._first()), {}, "", _FIRST_STATISTICS, {})
            told = (
                "" if view == plain else json.dumps(asdict(view), ensure_ascii=False, separators=(",", ":"))
            )
            self.desk.keep(VIEW, told)

    def _viewed(self, change: Any) -> None:
        if self._is_filling or not change["new"]:
            return
        views, _ = list_views(self.desk.now.workspace)
        if (view := views.get(change["new"])) is not None:
            with self.desk.working("status.working"):
                self.desk.tell("done", self.look_at(view))

    def open_asked(self, asked: Mapping[str, str]) -> str:
        """Look at the table as the page's address asks; nothing where it asks for nothing, or for nonsense."""
        view = view_asked(asked.get(VIEW, ""))
        return "" if view is None else self.look_at(view)

    def look_at(self, view: SavedView) -> str:
        """Look at the table as one view says; what came of it, columns that the term does not have by name."""
        sheet, reference = self._known(), self.desk.reference
        lost = [name for name in (*view.columns, view.group) if name and name not in sheet.columns]
        self._is_filling = True
        self._chosen = [name for name in view.columns if name in sheet.columns]
        self._grouped = view.group if view.group in sheet.columns else ""
        self._group.value = self._grouped
        for name, tick in zip(STATISTICS, self._statistics, strict=True):
            tick.value = name in view.statistics
        self._view_name.value = view.name
        self._only = {name: word for name, word in view.only.items() if name in measures_of(self.desk.now)}
        self._is_filling = False
        self._fill(dict(view.view))
        told = say(reference, "table.view_opened" if view.name else "status.ready", name=view.name)
        if lost:
            told += " " + say(reference, "table.view_lost", name=view.name, count=len(lost), columns="; ".join(lost))  # fmt: skip
        return told

    def _exported(self) -> None:
        """Make the files of exactly what is shown and offer them as links: the browser saves them."""
        with self.desk.working("status.working"):
            reference, now, sheet = self.desk.reference, self.desk.now, self._known()
            names = words(reference, "table")
            ids = [sheet.name_id, *self._chosen]
            keys = [key for key in self._table.shown if key in sheet.frame.index]
            parts = {
                name: plain_values(sheet.frame.loc[keys, name], sheet.columns[name].kind) for name in ids
            }
            rows = [dict(zip(ids, cells, strict=True)) for cells in zip(*parts.values(), strict=True)]
            found = [(f"bang-{now.term_id}", self._table.title, ids, rows, "")]
            if self._grouped:
                heads = [column.column_id for column in self._groups[0]]
                order = {key: place for place, key in enumerate(self._group_table.shown)}
                own = sorted((row for row in self._groups[1] if row[0] in order), key=lambda row: order[row[0]])  # fmt: skip
                lines = [dict(zip(heads, row[1:], strict=True)) for row in own]
                found.append((f"nhom-{now.term_id}", self._group_table.title, heads, lines, "_groups"))
            links = []
            for name, title, heads, lines, kind in found:
                columns = {head: head for head in heads}
                links.append(xlsx_file(name, title, columns, lines, now.declared.plan.due_on).link(names[f"xlsx{kind}"]))  # fmt: skip
                links.append(csv_file(name, columns, lines).link(names[f"csv{kind}"]))
            controls.show(self._links, Block(" ".join(link.html for link in links)))
            self.desk.tell(
                "done", say(reference, "table.exported", rows=len(rows), columns=len(ids))
            )  # fmt: skip

    def _opened(self, _: Any, message: Mapping[str, Any], __: Any) -> None:
        if message.get("picked") in self._known().frame.index:
            tab = self.desk.tab("explorer")
            tab.open_school(message["picked"])  # type: ignore[attr-defined]
            self.desk.go_to("explorer")


def _list(name: str) -> Any:
    made = widgets.SelectMultiple(description=name, rows=LINES)
    made.add_class("desk-field")
    made.add_class("desk-table-list")
    return made
