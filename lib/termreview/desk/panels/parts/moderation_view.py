"""A part of the third tab: self minus verified by item, school level and school."""

from __future__ import annotations

import pandas as pd

from termreview.desk.moderation import BY_ITEM, BY_LEVEL, BY_SCHOOL, gaps, verified_lines
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.term.wording import joined, say, words
from termreview.desk.views.measure_charts import gap_chart
from termreview.desk.views.points import coverage_block, gaps_block, gaps_rows
from termreview.reporting.blocks.blocks import callout

_MOST_BARS = 20


class ModerationView:
    """Claims beside verified points."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "moderation")
        self._by = controls.switch(
            names["by"],
            {BY_ITEM: names["item"], BY_LEVEL: names["level"], BY_SCHOOL: names["school"]},
            BY_ITEM,
        )
        self._by.observe(lambda _: self._turned(), "value")
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
        rows: pd.DataFrame = gaps_rows(now, gaps(lines, self._by.value), self._by.value)
        caption = say(now.reference, f"moderation.caption_{self._by.value}")
        chart = gap_chart(now, rows.head(_MOST_BARS), caption)
        controls.show(self._shown, joined(head, chart, gaps_block(now, rows, caption)))

    def _turned(self) -> None:
        with self.desk.working("status.working"):
            self.show()
            self.desk.tell("done", say(self.desk.reference, "status.ready"))
