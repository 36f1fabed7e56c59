"""The sixth tab: any measure against any other, as the chart that fits and as a table, to take away."""

from __future__ import annotations

from typing import Any

from termreview.desk.exports import Download, csv_file, file_name, xlsx_file
from termreview.desk.measures import NUMBER, Compared, Measure, compare, measures_of, plain_rows_of, word_rows
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, list_texts
from termreview.desk.term.wording import say, words
from termreview.desk.views.measure_charts import draw, with_marks
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.charts.charts import Chart, with_caption

ALL_STATES = ""


class ExploreTab:
    """Schools compared by what the analyst chooses."""

    name = "explore"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._measures: dict[str, Measure] = {}
        self._is_filling = self._is_filled = False
        names = words(desk.reference, "explore")
        self._sections = [controls.choice(names[name], [("", "")]) for name in ("x_section", "y_section")]
        self._choices = [controls.choice(names[name], [("", "")]) for name in ("x", "y")]
        self._states = controls.choice(names["state"], [("", ALL_STATES)])
        for control in (*self._sections, *self._choices, self._states):
            control.observe(self._changed, "value")
        self._chart, self._links = controls.shown(), controls.shown(css="desk-links")
        self._export = controls.button(names["export"], self._exported, hint=names["export_hint"])
        self._table = PickTable(
            [PickColumn(names["school"], "27%"), PickColumn(names["level"], ""), PickColumn(names["commune"], ""), PickColumn("x", "21%", "right"), PickColumn("y", "21%", "right")],
            self.desk.open_school, list_texts(desk.reference), 12, finds_key=True,
        )  # fmt: skip
        self.box = controls.column(
            controls.row(
                self._sections[0], self._choices[0], self._sections[1], self._choices[1], css="desk-measure"
            ),
            controls.row(self._states, self._export, self._links),
            controls.split(
                controls.column(self._chart, css="desk-half"), controls.column(self._table.box, css="desk-half")
            ),
            css="desk-tab",
        )  # fmt: skip

    def show(self) -> None:
        """Show the comparison as the term stands."""
        self._is_filling = True
        names = words(self.desk.reference, "explore")
        self._measures = measures_of(self.desk.now)
        sections = list(dict.fromkeys(measure.section for measure in self._measures.values()))
        controls.options_of(self._sections[0], [(name, name) for name in sections], sections[1])
        controls.options_of(
            self._sections[1], [(names["no_second"], ""), *((name, name) for name in sections)], sections[1]
        )
        states = words(self.desk.reference, "states")
        controls.options_of(
            self._states,
            [(names["all_states"], ALL_STATES), *((title, key) for key, title in states.items())],
        )
        if (
            not self._is_filled
        ):  # at first: the scores of the first group against those of the last, or two answers
            lows = [key for key in self._measures if key.startswith("low_")]
            first = lows or [key for key, one in self._measures.items() if one.kind == NUMBER][:2]
            for section, key in zip(self._sections, (first[:1] + first[-1:]), strict=False):
                section.value = self._measures[key].section
        self._offer()
        if not self._is_filled and first:
            self._choices[0].value, self._choices[1].value = first[0], first[-1]
        self._is_filled, self._is_filling = True, False
        self._show()

    def _offer(self) -> None:
        """Offer the measures of the sections chosen."""
        for section, choice in zip(self._sections, self._choices, strict=True):
            own = [(one.title, key) for key, one in self._measures.items() if one.section == section.value]
            controls.options_of(choice, own or [("—", "")])

    def _changed(self, change: Any) -> None:
        if self._is_filling:
            return
        self._is_filling = True
        if change["owner"] in self._sections:
            self._offer()
        self._is_filling = False
        self.desk.reshow(self._show)

    def _compared(self) -> Compared:
        x, y = (self._measures.get(choice.value) for choice in self._choices)
        assert x is not None
        states = (self._states.value,) if self._states.value else ()
        return compare(self.desk.now, self.desk.scope, x, None if y is x else y, states)

    def _show(self) -> None:
        compared = self._compared()
        states = words(self.desk.reference, "states")
        also = {"report": states[self._states.value]} if self._states.value else {}
        controls.show(self._chart, with_marks(self.desk.now, draw(self.desk.now, compared), compared, also))
        controls.show(self._links, "")
        names = words(self.desk.reference, "explore")
        titles = [compared.x.title, compared.y.title if compared.y else ""]
        last = "—" if compared.y else ""
        self._table.rename([names["school"], names["level"], names["commune"], *titles])
        self._table.show(
            [
                PickRow(
                    row["school_id"],
                    row["short_name"],
                    (row["level_title"], row["commune_name"], row["x"] or "—", row.get("y", "") or last),
                )
                for row in word_rows(compared)
            ]
        )

    def _exported(self) -> None:
        """Make the files and offer them as links: the browser saves them."""
        with self.desk.working("status.working"):
            compared = self._compared()
            links = [
                file.link(words_of) for file, words_of in self._files(compared, draw(self.desk.now, compared))
            ]
            controls.show(self._links, Block(" ".join(link.html for link in links)))
            self.desk.tell("done", say(self.desk.reference, "explore.exported"))

    def _files(self, compared: Compared, shown: Chart) -> list[tuple[Download, str]]:
        now, names = self.desk.now, words(self.desk.reference, "explore")
        name = "-".join(
            part
            for part in (now.term_id, compared.x.measure_id, compared.y and compared.y.measure_id)
            if part
        )
        columns = {
            "school_id": now.reference.labels["columns"]["school_id"], "short_name": names["school"],
            "level_title": names["level"], "commune_name": names["commune"], "x": compared.x.title,
        }  # fmt: skip
        if compared.y is not None:
            columns["y"] = compared.y.title
        rows = plain_rows_of(compared)
        files = [
            (csv_file(name, columns, rows), names["csv"]),
            (xlsx_file(name, shown.title, columns, rows, now.declared.plan.due_on), names["xlsx"]),
        ]
        if not shown.data.empty:
            plan = now.declared.plan
            source = say(
                now.reference, "charts.source", term=plan.title, school_year=plan.term.school_year, day=plan.data_as_of,
                office=now.declared.office.short_name,
            )  # fmt: skip
            shown = with_caption(shown, source)
            files.append((Download(file_name(name, "svg"), "svg", shown.svg.encode("utf-8")), names["svg"]))
            files.append((Download(file_name(name, "png"), "png", shown.png), names["png"]))
        return files
