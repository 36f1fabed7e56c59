"""One school picked by typing part of its name or code, or by going to the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from termreview.desk.panels import controls


class SchoolPicker:
    """A line that offers the schools as one types, with a button either way."""

    def __init__(self, words: Mapping[str, str], on_pick: Callable[[str], None]) -> None:
        self.on_pick = on_pick
        self.school_id = ""
        self._ids: dict[str, str] = {}
        self._is_silent = False
        self._line = widgets.Combobox(
            description=words["school"], placeholder=words["hint"], ensure_option=True,
            style={"description_width": "auto"},
        )  # fmt: skip
        self._line.add_class("desk-field")
        self._line.add_class("desk-wide")
        self._line.observe(self._typed, "value")
        self._back = controls.button(words["back"], lambda: self._step(-1))
        self._on = controls.button(words["forward"], lambda: self._step(1))
        self.box = controls.row(self._line, self._back, self._on, css="desk-picker")

    def show(self, schools: Sequence[tuple[str, str]], school_id: str = "") -> None:
        """Offer other schools (id and name); the one picked stays where it is still offered."""
        self._ids = {f"{name} · {key}": key for key, name in schools}
        wanted = school_id or self.school_id
        if wanted not in self._ids.values():
            wanted = schools[0][0] if schools else ""
        self._is_silent = True
        options = tuple(self._ids)
        if self._line.options != options:
            self._line.value = ""
            self._line.options = options
        self._set(wanted)
        self._is_silent = False

    def _set(self, school_id: str) -> None:
        self.school_id = school_id
        label = next((label for label, key in self._ids.items() if key == school_id), "")
        if self._line.value != label:
            self._line.value = label
        places = list(self._ids.values())
        place = places.index(school_id) if school_id in places else 0
        self._back.disabled, self._on.disabled = place == 0, place >= len(places) - 1

    def _typed(self, change: Any) -> None:
        school_id = self._ids.get(change["new"])
        if not self._is_silent and school_id is not None and school_id != self.school_id:
            self._set(school_id)
            self.on_pick(school_id)

    def _step(self, step: int) -> None:
        places = list(self._ids.values())
        place = places.index(self.school_id) + step if self.school_id in places else 0
        if 0 <= place < len(places):
            self._is_silent = True
            self._set(places[place])
            self._is_silent = False
            self.on_pick(places[place])
