"""The fifth tab: items ticked and counts moved at one school, or one action at every school, scored at once."""

from __future__ import annotations

from collections.abc import Mapping

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import SCHOOL, Desk
from termreview.desk.panels.parts.actions_view import ActionsView
from termreview.desk.panels.parts.trial_view import TrialView
from termreview.desk.term.wording import words

OF_SCHOOL, DISTRICT = "school", "district"


class WhatIfTab:
    """What would be if."""

    name = "what_if"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "what_if")
        self._part = controls.switch(
            names["part"], {OF_SCHOOL: names["school"], DISTRICT: names["district"]}, OF_SCHOOL
        )
        self._part.observe(lambda _: self.desk.reshow(self.show), "value")
        self._trial, self._actions = TrialView(desk), ActionsView(desk)
        self.box = controls.column(
            controls.row(self._part, self._trial.picker.box),
            self._trial.box,
            self._actions.box,
            css="desk-tab",
        )

    def open_asked(self, asked: Mapping[str, str]) -> str:
        """Have the school in view that the page's address asks for."""
        if asked.get(SCHOOL):
            self._trial.picker.school_id = asked[SCHOOL]
            self.show()
        return ""

    def show(self) -> None:
        """Show the part in front as the term stands."""
        is_school = self._part.value == OF_SCHOOL
        for control in (self._trial.box, self._trial.picker.box):
            controls.visible(control, is_school)
        controls.visible(self._actions.box, not is_school)
        (self._trial if is_school else self._actions).show()
