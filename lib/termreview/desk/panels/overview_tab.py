"""The first tab: the term at a glance, and the schools by what came of their reports."""

from __future__ import annotations

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, Tag, list_texts
from termreview.desk.panels.parts.office_view import OfficeView
from termreview.desk.term.overview import received_days, who_reported
from termreview.desk.term.term_now import plain_rows
from termreview.desk.term.wording import say, words
from termreview.desk.views.overview import overview_block
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.rows import Record

ALL_STATES = "all"


class OverviewTab:
    """The term at a glance."""

    name = "glance"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "glance_columns")
        self._figures, self._days = controls.shown(), controls.shown()
        states = {ALL_STATES: say(desk.reference, "glance.all"), **words(desk.reference, "states")}
        self._states = controls.switch(say(desk.reference, "glance.which"), states, ALL_STATES)
        self._states.observe(lambda _: self.desk.reshow(self._list), "value")
        columns = [
            PickColumn(names["school"], "230px"), PickColumn(names["level"], ""), PickColumn(names["commune"], ""), PickColumn(names["state"], ""),
            PickColumn(names["received_on"], "7em"), PickColumn(names["errors"], "5.5em", "right"), PickColumn(names["queries"], "6.5em", "right"), PickColumn(names["detail"], ""),
        ]  # fmt: skip
        self._table = PickTable(
            columns, self.desk.open_school, list_texts(desk.reference), 12, finds_key=True
        )
        self._office = OfficeView(desk)
        self.box = controls.column(
            self._figures, self._office.box, self._states, self._table.box, self._days, css="desk-tab"
        )

    def show(self) -> None:
        """Show the term as it stands."""
        now, scope = self.desk.now, self.desk.scope
        controls.show(self._figures, overview_block(now, scope, self.desk.day()))
        self._office.show()
        self._list()
        self.desk.after_first_view("days", self._show_days)

    def _show_days(self) -> None:
        """Draw the days of receipt; only now are the libraries of the charts loaded, which take half a second."""
        from termreview.desk.views.measure_charts import with_days
        from termreview.reporting.charts.charts import calendar_strip, chart

        now = self.desk.now
        days = received_days(now, self.desk.scope)
        title, alt = (
            say(now.reference, "glance.days_title"),
            say(now.reference, "glance.days_alt", count=len(days)),
        )
        by_day = chart(
            calendar_strip,
            days,
            date="received_on",
            count="school_count",
            group=None,
            due_on=now.declared.plan.due_on,
            title=title,
            alt=alt,
        )
        controls.show(self._days, with_days(now, by_day, days))

    def _list(self) -> None:
        now = self.desk.now
        states = () if self._states.value == ALL_STATES else (self._states.value,)
        rows = plain_rows(who_reported(now, self.desk.scope, states))
        self._table.show([self._row(row) for row in rows])

    def _row(self, row: Record) -> PickRow:
        reference = self.desk.reference
        state = words(reference, "states")[row["shown_state"]]
        tag = Tag(state, row["shown_state"])
        on = number_text(row["received_on"], "date") if row["received_on"] is not None else ""
        refusals = reference.labels["refusals"]
        detail = refusals[row["refused_reason"]] if row["state"] == "refused" else row["file"] or ""
        hint = say(reference, "glance.row_hint", school=row["name"], state=state, errors=row["error_count"])
        return PickRow(
            row["school_id"], row["short_name"],
            (row["level_title"], row["commune_name"], tag, on, int(row["error_count"]), int(row["query_count"]), detail), hint,
        )  # fmt: skip
