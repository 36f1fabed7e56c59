"""A part of the fifth tab: one school with items ticked and counts moved."""

from __future__ import annotations

from typing import Any

from termreview.desk.decision_drafts import NUMBER
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import SCHOOL, Desk
from termreview.desk.panels.controls.school_picker import SchoolPicker
from termreview.desk.term.school_names import spellings_of
from termreview.desk.term.term_now import answers_of
from termreview.desk.term.wording import say, words
from termreview.desk.verification import item_lines, verified_schools
from termreview.desk.views.what_if import path_block, trial_block
from termreview.desk.what_if import Trial, movable_fields, path_of, trial_of, try_school
from termreview.reference.kinds.forms import Field
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.values import interval_text
from termreview.text import stored_number_text


class TrialView:
    """What would be if one school did more."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        names = words(desk.reference, "what_if")
        self._is_filling = False
        self._partial: dict[str, float] = {}
        self._fields: list[Field] = []
        self._ticks: dict[str, Any] = {}
        self._counts: list[Any] = []
        self._own: list[float | None] = []
        self.picker = SchoolPicker(
            words(desk.reference, "picker"), lambda _: desk.reshow(self.show), desk.refuse
        )
        self._conditions = controls.tick(names["conditions"])
        self._conditions.observe(lambda _: self._changed(), "value")
        self._items, self._numbers = controls.column(css="desk-ticks"), controls.column(css="desk-counts")
        self._result = controls.shown(css="desk-effect")
        self._path = controls.shown()
        self._find = controls.button(names["find"], self._found, "primary", names["find_hint"])
        self._clear = controls.button(
            names["clear"], lambda: desk.reshow(self.show), hint=names["clear_hint"]
        )
        left = controls.column(
            controls.shown(names["items"], "desk-form-title"), self._conditions, self._items, css="desk-half"
        )
        right = controls.column(
            self._result, controls.row(self._find, self._clear), self._path,
            controls.shown(names["counts"], "desk-form-title"), self._numbers, css="desk-half",
        )  # fmt: skip
        self.box = controls.split(left, right)

    def show(self) -> None:
        """Show the school in view as the term stands; what was ticked is taken back."""
        now, scope = self.desk.now, set(self.desk.scope.school_ids(self.desk.now))
        names = dict(zip(now.schools["school_id"], now.schools["name"], strict=True))
        self.picker.show(
            [(key, names[key]) for key in verified_schools(now) if key in scope], spellings_of(now)
        )
        self.desk.keep(SCHOOL, self.picker.school_id)
        controls.visible(self.box, bool(self.picker.school_id))
        controls.show(self._path, "")
        if self.picker.school_id:
            self._is_filling = True
            self._partial, self._conditions.value = {}, False
            self._fill_items()
            self._fill_counts()
            self._is_filling = False
            self._tried()

    def _fill_items(self) -> None:
        lines = item_lines(self.desk.now, self.picker.school_id)
        if list(self._ticks) != [line.item.item_id for line in lines]:
            self._ticks = {line.item.item_id: controls.tick("") for line in lines}
            for tick in self._ticks.values():
                tick.observe(self._ticked, "value")
            self._items.children = list(self._ticks.values())
        for line in lines:
            tick = self._ticks[line.item.item_id]
            points = f"{interval_text(line.low, line.high)}/{number_text(line.item.max_points, 'points')}"
            tick.description = f"{line.item.item_id} {line.item.title} ({points})"
            tick.value, tick.disabled = False, line.low >= line.item.max_points

    def _fill_counts(self) -> None:
        now, school_id = self.desk.now, self.picker.school_id
        answers = answers_of(now.cleaned.observations, school_id)
        fields = movable_fields(now, school_id)
        if [field.field_id for field in fields] != [field.field_id for field in self._fields]:
            self._fields = fields
            self._counts = [self._number(field) for field in fields]
            self._numbers.children = self._counts
        self._own = [answers[field.field_id]["value_number"] for field in fields]
        for control, own in zip(self._counts, self._own, strict=True):
            control.value = "" if own is None else stored_number_text(float(own))

    def _number(self, field: Field) -> Any:
        control = controls.text(field.label)
        control.observe(lambda _: self._changed(), "value")
        return control

    def _trial(self) -> Trial:
        now, counts = self.desk.now, {}
        for field, control, own in zip(self._fields, self._counts, self._own, strict=True):
            number = read_number(control.value)
            if number is not None and number != own:
                counts[field.field_id] = number
        most = {item.item_id: item.max_points for item in now.declared.indicator_set.items}
        points = {
            name: self._partial.get(name, most[name]) for name, tick in self._ticks.items() if tick.value
        }
        return Trial(points, counts, self._conditions.value)

    def _tried(self) -> None:
        now = self.desk.now
        controls.show(self._result, trial_block(now, try_school(now, self.picker.school_id, self._trial())))

    def _ticked(self, change: Any) -> None:
        """What an analyst ticks by hand counts in full."""
        if not self._is_filling:
            name = next(name for name, tick in self._ticks.items() if tick is change["owner"])
            self._partial.pop(name, None)
        self._changed()

    def _changed(self) -> None:
        if self._is_filling:
            return
        not_read = self._take_back()
        with self.desk.working("status.working"):
            self._tried()
            self.desk.tell("done", say(self.desk.reference, "what_if.tried"))
        if not_read:
            self.desk.refuse(say(self.desk.reference, "what_if.no_number", names="; ".join(not_read)))

    def _take_back(self) -> list[str]:
        """Show the school's own count again where something else than a number stands; name what stood there."""
        said = []
        self._is_filling = True
        for control, own in zip(self._counts, self._own, strict=True):
            typed = control.value.strip()
            if read_number(typed) is None and (typed or own is not None):
                said += [f"{control.description}: “{typed}”"] if typed else []
                control.value = "" if own is None else stored_number_text(float(own))
        self._is_filling = False
        return said

    def _found(self) -> None:
        """Find the path to the next level and tick its items."""
        with self.desk.working("status.working"):
            path = path_of(self.desk.now, self.picker.school_id)
            if path is not None:
                trial = trial_of(path)
                self._is_filling = True
                self._partial = dict(trial.points)  # papers that lack bring what was claimed, not the maximum
                self._conditions.value = trial.meets_conditions
                for name, tick in self._ticks.items():
                    tick.value = name in trial.points
                self._is_filling = False
                self._tried()
            controls.show(self._path, path_block(self.desk.now, path))
            self.desk.tell("done", say(self.desk.reference, "what_if.tried"))


def read_number(text: str) -> float | None:
    """One number typed the Vietnamese way, 1.250,5; None where it is none, or below nought."""
    plain = text.strip()
    if NUMBER.fullmatch(plain) is None or plain[0] in "-−":
        return None
    return float(plain.replace(".", "").replace(",", "."))
