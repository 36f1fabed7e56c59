"""One school picked by typing its name or code, or by going to the next one; never another than the line shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets as widgets

from termreview.desk.panels.controls import controls
from termreview.desk.term.school_names import Spellings, schools_meant
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.report.narrative import fill

_MOST_CHOICES = 8


class SchoolPicker:
    """A line that takes any spelling of a school, with a button either way.

    `school_id` is the school that the line shows. It is blank while the line shows a text that more than one school
    may mean: then the schools are offered as buttons, and nothing can be seen or saved of any. A text that means
    none, or a school that is not among those offered, is taken back and said so.
    """

    def __init__(
        self,
        words: Mapping[str, str],
        on_pick: Callable[[str], None],
        on_problem: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make the line, empty; `on_problem` is told in words why a text picks no school."""
        self.words, self.on_pick, self.on_problem = words, on_pick, on_problem
        self.school_id = ""
        self._asked = ""  # what the line shows while several schools are meant
        self._last = ""
        self._ids: dict[str, str] = {}
        self._spellings: Spellings = {}
        self._is_silent = self._is_refused = False
        # Not `ensure_option`: with it the browser keeps a text that is no option from us, and shows it all the same.
        self._line = widgets.Combobox(
            description=words["school"], placeholder=words["hint"], ensure_option=False, continuous_update=False,
            style={"description_width": "auto"},
        )  # fmt: skip
        self._line.add_class("desk-field")
        self._line.add_class("desk-wide")
        self._line.observe(self._typed, "value")
        self._back = controls.button(words["back"], lambda: self._step(-1))
        self._on = controls.button(words["forward"], lambda: self._step(1))
        self._note = controls.shown(css="desk-picker-note")
        self._choices = controls.row(css="desk-picker-choices")
        self.box = controls.column(
            controls.row(self._line, self._back, self._on, css="desk-picker-line"), self._note, self._choices,
            css="desk-picker",
        )  # fmt: skip
        self._say("")

    def show(self, schools: Sequence[tuple[str, str]], spellings: Spellings | None = None) -> None:
        """Offer other schools (id and name); the one picked stays where it is still offered.

        `spellings` are those of all schools of the term: what is typed is held against all of them, so that a school
        that is not offered here is not taken for another one.
        """
        self._ids = {f"{name} · {key}": key for key, name in schools}
        self._spellings = spellings or {key: (name,) for key, name in schools}
        self._line.options = tuple(self._ids)
        if self._asked and not self.school_id:
            if self._offered(self._asked):
                self._ask(self._asked)
                return
            self.school_id = self._last
        kept = self.school_id in self._ids.values()
        if not kept or self._asked:
            self._say("")
        self._set(self.school_id if kept else schools[0][0] if schools else "")

    @property
    def is_offering(self) -> bool:
        """Say whether there is any school to pick."""
        return bool(self._ids)

    def _offered(self, text: str) -> list[str]:
        known = set(self._ids.values())
        return [key for key in schools_meant(text, self._spellings).school_ids if key in known]

    def _label(self, school_id: str) -> str:
        return next((label for label, key in self._ids.items() if key == school_id), "")

    def _set(self, school_id: str) -> None:
        """Have one school in view, and the line show it."""
        self.school_id = self._last = school_id
        self._asked = ""
        self._write(self._label(school_id))
        places = list(self._ids.values())
        place = places.index(school_id) if school_id in places else 0
        self._back.disabled, self._on.disabled = place == 0, place >= len(places) - 1

    def _write(self, text: str) -> None:
        self._is_silent = True
        self._line.value = text
        self._is_silent = False

    def _typed(self, change: Any) -> None:
        if self._is_silent:
            return
        text = str(change["new"])
        if text in self._ids:
            self._pick(self._ids[text])
            return
        meant, offered = schools_meant(text, self._spellings), self._offered(text)
        if meant.school_id in offered:
            self._pick(meant.school_id)
        elif offered:
            self._ask(text)
            self.on_pick("")
            self.on_problem(self._asked_of(text, offered))
        else:
            self._take_back(text, meant.school_ids)

    def _pick(self, school_id: str) -> None:
        is_news = school_id != self.school_id or self._is_refused  # what was refused before is told no longer
        self._say("")
        self._set(school_id)
        if is_news:
            self.on_pick(school_id)

    def _ask(self, text: str) -> None:
        """Leave what was typed in the line, have no school in view, and offer those that are meant."""
        offered = self._offered(text)
        self.school_id, self._asked = "", text
        self._write(text)
        self._say(self._asked_of(text, offered), offered)

    def _take_back(self, text: str, meant: Sequence[str]) -> None:
        """Show the school in view again, and say why the text picked none."""
        before, self.school_id = self.school_id, self.school_id or self._last
        said = self._message("elsewhere" if meant else "none" if text.strip() else "blank", text, meant)
        self._set(self.school_id)
        self._say(said)
        if not before and self.school_id:
            self.on_pick(self.school_id)
        self.on_problem(said)

    def _asked_of(self, text: str, offered: Sequence[str]) -> str:
        return self._message("one" if len(offered) == 1 else "several", text, offered)

    def _message(self, key: str, text: str, meant: Sequence[str]) -> str:
        names = ", ".join(f"{self._spellings[school_id][0]} ({school_id})" for school_id in meant[:3])
        return fill(
            self.words[key],
            {"text": text, "count": len(meant), "names": names, "shown": self._label(self.school_id) or "—"},
        )

    def _say(self, said: str, offered: Sequence[str] = ()) -> None:
        self._is_refused = bool(said)
        html = f'<p class="picker-problem" role="alert">{escape_text(said)}</p>' if said else ""
        controls.show(self._note, Block(html))
        self._choices.children = [
            controls.button(self._label(key), partial(self._pick, key), hint=self._label(key))
            for key in offered[:_MOST_CHOICES]
        ]
        controls.visible(self._note, bool(said))
        controls.visible(self._choices, bool(offered))

    def _step(self, step: int) -> None:
        places = list(self._ids.values())
        at = self.school_id or self._last
        place = places.index(at) + step if at in places else 0
        if 0 <= place < len(places):
            self._pick(places[place])
