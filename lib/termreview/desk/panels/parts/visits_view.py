"""A part of the third tab: which schools to visit next, by risk and by lot."""

from __future__ import annotations

from collections.abc import Callable

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.school_picker import SchoolPicker
from termreview.desk.term.school_names import spellings_of
from termreview.desk.term.wording import say, words
from termreview.desk.views.points import visits_block
from termreview.desk.visits import plan_visits


class VisitsView:
    """Schools to visit next."""

    def __init__(self, desk: Desk, verify: Callable[[str], None]) -> None:
        self.desk = desk
        names = words(desk.reference, "visits")
        self._risk = controls.whole_number(names["risk_count"], 8, 0, 50)
        self._sample = controls.whole_number(names["sample_count"], 8, 0, 200)
        self._seed = controls.whole_number(names["seed"], 2024, 0, 999_999)
        for control in (self._risk, self._sample, self._seed):
            control.observe(lambda _: self._turned(), "value")
        self._shown = controls.shown()
        self._picker = SchoolPicker(words(desk.reference, "picker"), self._picked, desk.refuse)
        self._open = controls.button(names["verify"], lambda: verify(self._picker.school_id), "primary")
        self.box = controls.column(
            controls.row(self._risk, self._sample, self._seed),
            self._shown,
            controls.row(self._picker.box, self._open),
        )

    def show(self) -> None:
        """Show the schools to visit as the term stands."""
        now = self.desk.now
        visits = plan_visits(now, self.desk.scope, self._risk.value, self._sample.value, self._seed.value)
        controls.show(self._shown, visits_block(now, visits))
        wanted = list(dict.fromkeys([*visits.by_risk["school_id"], *visits.sample]))
        names = dict(zip(now.schools["school_id"], now.schools["name"], strict=True))
        self._picker.show([(key, names[key]) for key in wanted], spellings_of(now))
        self._open.disabled = not self._picker.school_id

    def _picked(self, school_id: str) -> None:
        self._open.disabled = not school_id

    def _turned(self) -> None:
        with self.desk.working("status.working"):
            self.show()
            self.desk.tell("done", say(self.desk.reference, "status.ready"))
