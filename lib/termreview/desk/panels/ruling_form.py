"""The form of one ruling: what it covers, what it does, why; its effect first, then saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from termreview.desk.cell_context import CellContext
from termreview.desk.decision_list import write_decision
from termreview.desk.effect import effect_of_decision
from termreview.desk.panels import controls
from termreview.desk.panels.desk import Desk
from termreview.desk.rulings import (
    CAUSE,
    CELL,
    Draft,
    actions_for,
    choices_for,
    decision_of,
    faults_of,
    scopes_for,
)
from termreview.desk.shown_effect import conflicts_block, decision_text, effect_block
from termreview.desk.wording import say, words
from termreview.reference.decisions import Decision
from termreview.reporting.blocks import callout
from termreview.reporting.rows import Record

THIS_SCHOOL = "cause_here"


class RulingForm:
    """What an analyst fills in to rule on one finding."""

    def __init__(self, desk: Desk, on_saved: Callable[[Decision], None]) -> None:
        self.desk, self._on_saved = desk, on_saved
        self._finding: Record | None = None
        self._shown: Decision | None = None
        self._is_filling = self._has_choices = False
        names = words(desk.reference, "form")
        self._scope = controls.switch(names["scope"], {CELL: names["cell"]}, CELL)
        self._action = controls.switch(names["action"], {"accept": ""}, "accept")
        self._value = controls.text(names["value"], names["value_hint"])
        self._option = controls.choice(names["value"], [("", "")])
        self._school = controls.choice(names["alias_school"], [("", "")])
        self._reason = controls.text(names["reason"], names["reason_hint"], lines=2)
        self._try = controls.button(names["try"], self._tried, "primary", names["try_hint"])
        self._save = controls.button(names["save"], self._saved, "primary", names["save_hint"])
        self._effect = controls.shown(css="desk-effect")
        self.box = controls.column(
            controls.shown(names["title"], "desk-form-title"), self._scope, self._action, self._value, self._option,
            self._school, self._reason, controls.row(self._try, self._save), self._effect, css="desk-form",
        )  # fmt: skip
        for control in (self._scope, self._action, self._value, self._option, self._school, self._reason):
            control.observe(self._changed, "value")
        controls.visible(self.box, False)

    def show(self, finding: Record | None, context: CellContext | None, places: int, here: int) -> None:
        """Offer to rule on one finding; `places` share its cause, `here` of them at the same school."""
        is_same = self._finding is not None and finding is not None
        is_same = is_same and self._finding["finding_id"] == finding["finding_id"]  # type: ignore[index]
        self._finding = finding
        is_open = finding is not None and finding["status"] == "open"
        controls.visible(self.box, is_open)
        if finding is None or not is_open:
            return
        self._is_filling = True
        scopes = self._scopes(finding, places, here)
        _offer(self._scope, scopes)
        if not is_same:  # what was typed for this finding stays when the term is looked at anew
            self._scope.value = next(iter(scopes))
            self._empty(finding, context)
        self._is_filling = False
        self._changed(None)

    def _scopes(self, finding: Record, places: int, here: int) -> dict[str, str]:
        reference, names = self.desk.reference, words(self.desk.reference, "form")
        scopes: dict[str, str] = {}
        for scope in scopes_for(finding):
            if scope != CAUSE:
                scopes[scope] = names[scope]
                continue
            if finding["school_id"] and here > 1:
                scopes[THIS_SCHOOL] = say(reference, "form.cause_here", count=here)
            scopes[CAUSE] = say(reference, "form.cause", count=places)
        return scopes

    def _empty(self, finding: Record, context: CellContext | None) -> None:
        """Take what was typed for another finding away, and offer what fits this one."""
        now, names = self.desk.now, words(self.desk.reference, "actions")
        choices = choices_for(now, context.field) if context is not None else {}
        controls.options_of(self._option, [("", ""), *((label, label) for label in choices)])
        schools = dict(zip(now.schools["school_id"], now.schools["name"], strict=True))
        controls.options_of(self._school, [("", ""), *((name, key) for key, name in schools.items())])
        self._value.value, self._option.value, self._reason.value = "", "", ""
        self._school.value = finding["school_id"] if finding["school_id"] in schools else ""
        self._has_choices = bool(choices)
        _offer(self._action, {name: names[name] for name in actions_for(finding, self._wide_scope())})
        self._action.value = self._action.options[0][1] if self._action.options else None

    def _wide_scope(self) -> str:
        return CAUSE if self._scope.value in (CAUSE, THIS_SCHOOL) else str(self._scope.value)

    def _draft(self) -> Draft:
        scope = self._wide_scope()
        value = self._option.value if self._has_choices and scope == CELL else self._value.value
        return Draft(
            scope, self._action.value, value or "", self._reason.value, self.desk.author, self._school.value or "",
            self._scope.value != THIS_SCHOOL,
        )  # fmt: skip

    def _changed(self, _: Any) -> None:
        """Whatever was shown of an effect is no longer that of what stands in the form."""
        if self._is_filling or self._finding is None:
            return
        self._is_filling = True
        scope = self._wide_scope()
        names = words(self.desk.reference, "actions")
        _offer(self._action, {name: names[name] for name in actions_for(self._finding, scope)})
        is_correct = self._action.value == "correct"
        controls.visible(self._value, is_correct and not (self._has_choices and scope == CELL))
        controls.visible(self._option, is_correct and self._has_choices and scope == CELL)
        controls.visible(self._school, self._action.value == "alias")
        self._is_filling = False
        self._shown = None
        controls.visible(self._save, False)
        controls.show(self._effect, "")

    def _ready(self) -> Decision | None:
        """The decision that stands in the form, unless something speaks against it, which is then shown."""
        assert self._finding is not None
        draft, now = self._draft(), self.desk.now
        decision = decision_of(now, self._finding, draft, self.desk.day())
        faults = faults_of(now, self._finding, draft, decision)
        if faults:
            controls.show(self._effect, callout(say(now.reference, "form.faults"), faults, "error"))
            return None
        return decision

    def _tried(self) -> None:
        with self.desk.working("status.trying"):
            decision = self._ready()
            if decision is None:
                self.desk.tell("error", say(self.desk.reference, "status.not_ready"))
                return
            effect = effect_of_decision(self.desk.now, decision)
            controls.show(self._effect, effect_block(self.desk.now, effect))
            self._shown = decision if effect.is_applied else None
            controls.visible(self._save, effect.is_applied)
            self.desk.tell("done", say(self.desk.reference, "status.tried"))

    def _saved(self) -> None:
        """Write the decision whose effect is shown, and no other."""
        shown = self._shown
        if shown is None or self._finding is None:
            return
        with self.desk.working("status.saving"):
            now = self.desk.now
            known = {decision.decision_id for decision in now.reference.decisions}
            written = write_decision(now.workspace, now.reference, shown, known)
            if written.decision is None:
                controls.show(self._effect, conflicts_block(now, written.conflicts))
                controls.visible(self._save, False)
                self.desk.tell("error", say(now.reference, "status.conflict"))
                return
            self._reason.value = ""
            said = say(now.reference, "status.saved", decision=decision_text(now, written.decision))
            self.desk.reload(said)
            self._on_saved(written.decision)


def _offer(control: Any, options: dict[str, str]) -> None:
    """Give a row of buttons other options; what was pressed stays pressed where it still exists."""
    pairs = tuple((label, key) for key, label in options.items())
    if tuple(control.options) != pairs:
        before = control.value
        control.options = pairs
        control.value = before if before in options else next(iter(options), None)
        control.tooltips = [f"{control.description}: {label}" for label, _ in pairs]
