"""The form of one decision: what it covers, what it does, why; its effect first, then saved."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from termreview.desk.decision_drafts import (
    CELL,
    COLUMN,
    PLACES,
    RULE,
    SCHOOL,
    Draft,
    actions_for,
    choices_for,
    decision_of,
    decisions_at,
    faults_of,
    scopes_for,
)
from termreview.desk.effect import Effect, effect_of_decision
from termreview.desk.lists.decision_list import last_reasons, write_decision
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.sheet import ValueColumn
from termreview.desk.term.causes import OPEN, findings_in
from termreview.desk.term.cell_context import CellContext
from termreview.desk.term.drafts import draft_key, form_title
from termreview.desk.term.overview import Scope
from termreview.desk.term.school_names import school_label
from termreview.desk.term.term_now import plain_rows
from termreview.desk.term.wording import joined, say, words
from termreview.desk.views.effect import conflicts_block, effect_block, group_text, reach_block
from termreview.reference.kinds.decisions import Decision
from termreview.reporting.blocks.blocks import callout
from termreview.reporting.blocks.rows import Record

_LONGEST_REASON = 60  # of a reason on its button
_LONGEST_COLUMN = 100  # places with values of their own at once


class DecisionForm:
    """What an analyst fills in to rule on one finding."""

    def __init__(self, desk: Desk, on_saved: Callable[[Decision], None]) -> None:
        self.desk, self._on_saved = desk, on_saved
        self._finding: Record | None = None
        self._places: list[Record] = []
        self._shown: tuple[Decision, ...] = ()
        self._is_filling = self._has_choices = False
        names = words(desk.reference, "form")
        self._title = controls.shown(css="desk-form-title")
        self._scope = controls.switch(names["scope"], {CELL: names["cell"]}, CELL)
        self._action = controls.switch(names["action"], {"accept": ""}, "accept")
        self._value = controls.text(names["value"], names["value_hint"])
        self._option = controls.choice(names["value"], [("", "")])
        cells = words(desk.reference, "cell_columns")
        self._column = ValueColumn(names["column_title"], (cells["school"], cells["found"], names["value"]))
        self._school = controls.choice(names["alias_school"], [("", "")])
        # Beside the line, not as its name: a line of which anything changes loses what is half typed in it.
        self._rule_note = controls.shown(names["reason_of_rule"], css="desk-note")
        self._reason = controls.text(names["reason"], names["reason_hint"], lines=2)
        self._try = controls.button(names["try"], self._tried, "primary", names["try_hint"])
        self._save = controls.button(names["save"], self._saved, "primary", names["save_hint"])
        self._reasons = controls.row(css="desk-reasons")
        self._effect = controls.shown(css="desk-effect")
        self.box = controls.column(
            self._title, self._scope, self._action, self._value, self._option, self._column, self._school, self._rule_note,
            self._reason, controls.row(self._try, self._save), self._reasons, self._effect, css="desk-form",
        )  # fmt: skip
        for control in (self._scope, self._action, self._value, self._option, self._school, self._reason):
            control.observe(self._changed, "value")
        for control in (
            self._value,
            self._option,
            self._reason,
        ):  # once all is said, the effect comes by itself
            control.observe(self._tried_when_whole, "value")
        self._column.observe(self._changed, "values")
        self._column.observe(self._tried_when_whole, "values")
        controls.visible(self.box, False)

    def show(self, finding: Record | None, context: CellContext | None, places: list[Record]) -> None:
        """Offer to rule on one finding; `places` are those listed with it, which share its cause."""
        is_same = self._finding is not None and finding is not None
        is_same = is_same and self._finding["finding_id"] == finding["finding_id"]  # type: ignore[index]
        self._finding, self._places = finding, places
        is_open = finding is not None and finding["status"] == "open"
        controls.visible(self.box, is_open)
        if finding is None or not is_open:
            return
        self._is_filling = True
        scopes = self._scopes(finding)
        _offer(self._scope, scopes)
        if not is_same:  # what was typed for this finding stays when the term is looked at anew
            self._scope.value = next(iter(scopes))
            self._empty(finding, context)
        self._is_filling = False
        self._offer_reasons()
        title = say(self.desk.reference, "form.title", school=self._school_name(finding))
        controls.show(self._title, form_title(title, self._key(finding)))
        self._changed(None)

    def _key(self, finding: Record) -> str:
        """The name under which the page keeps what is half typed about this finding."""
        return draft_key(self.desk.now, "ruling", finding["school_id"] or "", finding["finding_id"])

    def _school_name(self, finding: Record) -> str:
        if finding["school_id"]:
            return school_label(self.desk.now, finding["school_id"])
        return say(self.desk.reference, "context.no_school")

    def _scopes(self, finding: Record) -> dict[str, str]:
        """What the decision may cover, by name, each with how many places that are now."""
        reference, names = self.desk.reference, words(self.desk.reference, "form")
        here = sum(row["school_id"] == finding["school_id"] for row in self._places)
        everywhere = findings_in(self.desk.now, Scope(), status=OPEN)
        everywhere = everywhere[everywhere["kind"] == str(finding["cause"]).partition(":")[0]]
        counted = {
            COLUMN: {"count": len(self._with_cells())},
            PLACES: {"count": len(self._places)},
            SCHOOL: {"count": here, "school": self._school_name(finding)},
            RULE: {"count": len(everywhere), "schools": everywhere["school_id"].nunique()},
        }
        return {
            scope: say(reference, f"form.{scope}", **counted[scope]) if scope in counted else names[scope]
            for scope in scopes_for(finding)
            if (scope != PLACES or len(self._places) > 1) and (scope != COLUMN or len(self._with_cells()) > 1)
        }

    def _with_cells(self) -> list[Record]:
        """The places listed that are one cell of one school each, as far as a column may hold them."""
        return [row for row in self._places if row["school_id"] and row["field_id"] and row["cell"]][
            :_LONGEST_COLUMN
        ]

    def _empty(self, finding: Record, context: CellContext | None) -> None:
        """Take what was typed for another finding away, and offer what fits this one."""
        now, names = self.desk.now, words(self.desk.reference, "actions")
        choices = choices_for(now, context.field) if context is not None else {}
        controls.options_of(self._option, [("", ""), *((label, label) for label in choices)])
        schools = {key: school_label(now, key) for key in now.schools["school_id"]}
        controls.options_of(self._school, [("", ""), *((name, key) for key, name in schools.items())])
        self._value.value, self._option.value, self._reason.value = "", "", ""
        self._school.value = finding["school_id"] if finding["school_id"] in schools else ""
        self._has_choices = bool(choices)
        _offer(self._action, {name: names[name] for name in actions_for(finding, self._scope.value)})
        self._action.value = self._action.options[0][1] if self._action.options else None

    def _draft(self) -> Draft:
        scope = str(self._scope.value)
        value = self._option.value if self._has_choices and scope == CELL else self._value.value
        return Draft(
            scope, self._action.value, value or "", self._reason.value, self.desk.author, self._school.value or "",
        )  # fmt: skip

    def _changed(self, _: Any) -> None:
        """Whatever was shown of an effect is no longer that of what stands in the form."""
        if self._is_filling or self._finding is None:
            return
        self._is_filling = True
        scope, names = self._scope.value, words(self.desk.reference, "actions")
        _offer(self._action, {name: names[name] for name in actions_for(self._finding, scope)})
        is_correct = self._action.value == "correct"
        controls.visible(
            self._value, is_correct and scope != COLUMN and not (self._has_choices and scope == CELL)
        )
        controls.visible(self._column, scope == COLUMN)
        if scope == COLUMN:
            self._column.show(
                [
                    (
                        row["finding_id"],
                        f"{row['short_name'] or ''} {row['sheet']} {row['cell']}".strip(),
                        str(row["found"] or ""),
                    )
                    for row in self._with_cells()
                ]
            )
        controls.visible(self._option, is_correct and self._has_choices and scope == CELL)
        controls.visible(self._school, self._action.value == "alias")
        controls.visible(self._rule_note, scope == RULE)
        self._is_filling = False
        self._shown = ()
        controls.visible(self._save, False)
        controls.show(self._effect, "")

    def _offer_reasons(self) -> None:
        """Offer the reasons that were given last, to be taken by one click."""
        label = say(self.desk.reference, "form.last_reasons")
        reasons = last_reasons(self.desk.reference, self.desk.author)
        buttons = [controls.button(textwrap.shorten(text, _LONGEST_REASON, placeholder=" …"), partial(self._take_reason, text), "chip", text) for text in reasons]  # fmt: skip
        self._reasons.children = (controls.shown(label, "desk-note"), *buttons) if buttons else ()

    def _take_reason(self, text: str) -> None:
        self._reason.value = text

    def _tried_when_whole(self, _: Any) -> None:
        """Show the effect as soon as nothing is missing, so that one click is left; what is half said is waited for."""
        if self._is_filling or self._finding is None or not self._reason.value:
            return
        draft, now = self._draft(), self.desk.now
        if draft.scope == COLUMN:
            faults = self._column_decisions(draft)[1]
        else:
            faults = faults_of(
                now, self._finding, draft, decision_of(now, self._finding, draft, self.desk.day())
            )
        if not faults:
            self._tried()

    def _focus_next(self, said: str, key: str) -> None:
        """After a decision the keyboard stands in the form of the next place, and the status line says which that is."""
        if self._finding is None or self.box.layout.display == "none":
            return
        is_valued = self._value.layout.display != "none"
        (
            self._value
            if is_valued
            else self._option
            if self._option.layout.display != "none"
            else self._reason
        ).focus()
        place = (
            f"{self._finding['sheet']} {self._finding['cell']}"
            if self._finding["cell"]
            else self._finding["file"] or ""
        )
        follows = say(self.desk.reference, "form.next", school=self._school_name(self._finding), place=place)
        self.desk.tell("done", f"{said} {follows}", key)

    def _ready(self) -> tuple[Decision, ...] | None:
        """The decisions that stand in the form, unless something speaks against them, which is then shown."""
        assert self._finding is not None
        draft, now = self._draft(), self.desk.now
        if draft.scope == COLUMN:
            decisions, told = self._column_decisions(draft)
            if told:
                controls.show(self._effect, callout(say(now.reference, "form.faults"), told, "error"))
            return None if told else decisions
        decision = decision_of(now, self._finding, draft, self.desk.day())
        if faults := faults_of(now, self._finding, draft, decision):
            controls.show(self._effect, callout(say(now.reference, "form.faults"), faults, "error"))
            return None
        if draft.scope != PLACES:
            return (decision,)
        changed: list[Record] = []
        if draft.action == "correct":
            schools = {row["school_id"] for row in self._places}
            moved = plain_rows(effect_of_decision(now, decision).cells)
            changed = [row for row in moved if row["school_id"] in schools]
        return decisions_at(now, self._places, draft, self.desk.day(), changed)

    def _column_decisions(self, draft: Draft) -> tuple[tuple[Decision, ...], list[str]]:
        """One decision for each place with a value in the column, and what speaks against any of them, by its place."""
        now, made, faults = self.desk.now, [], dict[str, None]()
        for row in self._with_cells():
            if not (value := self._column.values.get(row["finding_id"])):
                continue
            own = replace(draft, scope=CELL, new_value=value)
            decision = decision_of(now, row, own, self.desk.day())
            made.append(decision)
            of_all = faults_of(now, row, replace(own, action="accept"), decision)
            for text in faults_of(now, row, own, decision):
                faults[text if text in of_all else f"{row['short_name']} {row['cell']}: {text}"] = None
        if not made:
            faults[say(now.reference, "draft_faults.value_missing")] = None
        return tuple(made), list(faults)

    def _tried(self) -> None:
        with self.desk.working("status.trying"):
            decisions = self._ready()
            if decisions is None:
                self.desk.refuse(say(self.desk.reference, "status.not_ready"))
                return
            effect = effect_of_decision(self.desk.now, *decisions)
            controls.show(self._effect, self._effect_in_scope(effect))
            self._shown = decisions if effect.is_applied else ()
            controls.visible(self._save, effect.is_applied)
            self.desk.tell("done", say(self.desk.reference, "status.tried"))

    def _effect_in_scope(self, effect: Effect) -> object:
        """The effect, behind how far the decision reaches where it reaches beyond one place."""
        shown, scope = effect_block(self.desk.now, effect), str(self._scope.value)
        if not effect.is_applied or scope not in (PLACES, SCHOOL, RULE):
            return shown
        return joined(reach_block(self.desk.now, scope, effect), shown)

    def _saved(self) -> None:
        """Write the decisions whose effect is shown, and no others."""
        shown = self._shown
        if not shown or self._finding is None:
            return
        with self.desk.working("status.saving"):
            now = self.desk.now
            known = {decision.decision_id for decision in now.reference.decisions}
            written = write_decision(now.workspace, now.reference, shown, known)
            if written.decision is None:
                controls.show(self._effect, conflicts_block(now, written.conflicts))
                controls.visible(self._save, False)
                self.desk.refuse(say(now.reference, "status.conflict"))
                return
            self._reason.value, key = "", self._key(self._finding)
            self._column.values = {}
            said = say(now.reference, "status.saved", decision=group_text(now, written.decisions))
            self.desk.reload(said, key)
            self._on_saved(written.decision)
            self._focus_next(said, key)


def _offer(control: Any, options: dict[str, str]) -> None:
    """Give a row of buttons other options; what was pressed stays pressed where it still exists."""
    pairs = tuple((label, key) for key, label in options.items())
    if tuple(control.options) != pairs:
        before = control.value
        control.options = pairs
        control.value = before if before in options else next(iter(options), None)
        control.tooltips = [f"{control.description}: {label}" for label, _ in pairs]
