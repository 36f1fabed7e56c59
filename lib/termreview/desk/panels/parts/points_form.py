"""The form of one item's verified points: half steps up to the maximum, why, and what it does to the score."""

from __future__ import annotations

from collections.abc import Callable

from termreview.desk.effect import effect_of_points
from termreview.desk.lists.verified_list import last_verified, place_of, write_verified
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.term.drafts import draft_key, form_title
from termreview.desk.term.school_names import school_label
from termreview.desk.term.wording import joined, say, words
from termreview.desk.verification import ItemLine, allowed_points, faults_of, points_of, warnings_of
from termreview.desk.views.effect import scores_block
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.reporting.blocks.blocks import Block, callout
from termreview.reporting.blocks.number_format import number_text

Change = tuple[tuple[str, str, str], VerifiedPoints | None, VerifiedPoints | None]


class PointsForm:
    """What an analyst fills in to verify one item."""

    def __init__(self, desk: Desk, on_saved: Callable[[], None]) -> None:
        self.desk, self._on_saved = desk, on_saved
        self._school_id = ""
        self._line: ItemLine | None = None
        self._own: list[Change] = []
        self._shown: tuple[str, VerifiedPoints | None] = ("", None)
        self._is_filling = False
        names = words(desk.reference, "points")
        self._points = controls.choice(names["points"], [("", None)])
        self._reason = controls.text(names["reason"], names["reason_hint"], lines=2)
        self._as_self = controls.button(
            names["as_self"], lambda: self._take("self"), hint=names["as_self_hint"]
        )
        self._as_facts = controls.button(
            names["as_facts"], lambda: self._take("facts"), hint=names["as_facts_hint"]
        )
        self._save = controls.button(names["save"], self._saved, "primary", names["save_hint"])
        self._remove = controls.button(names["remove"], self._removed, "danger", names["remove_hint"])
        self._undo = controls.button(names["undo"], self._undone, "danger", names["undo_hint"])
        self._effect = controls.shown(css="desk-effect")
        self._title = controls.shown(css="desk-form-title")
        self.box = controls.column(
            self._title,
            controls.row(self._points, self._as_self, self._as_facts), self._reason, self._effect,
            controls.row(self._save, self._remove, self._undo), css="desk-form",
        )  # fmt: skip
        for control in (self._points, self._reason):
            control.observe(lambda _: self._changed(), "value")

    def show(self, school_id: str, line: ItemLine | None) -> None:
        """Offer to verify one item of one school."""
        controls.visible(self.box, line is not None)
        shown = self._shown
        self._school_id, self._line = school_id, line
        self._shown = (self._key, line.verified) if line is not None else ("", None)
        if line is None:
            controls.show(self._title, "")
            return
        self._show_undo()
        self._as_self.disabled, self._as_facts.disabled = line.own is None, line.computed is None
        if self._shown == shown:  # what was typed for this item stays when the term is looked at anew
            self._changed()
            return
        self._is_filling = True
        steps = [(number_text(points, "points"), points) for points in allowed_points(line.item)]
        self._points.options = [("—", None), *steps]
        self._points.value = (
            line.verified.points if line.verified and line.verified.points in dict(steps).values() else None
        )
        self._reason.value = line.verified.reason if line.verified else ""
        controls.visible(self._remove, line.verified is not None)
        self._is_filling = False
        controls.show(self._title, form_title(self._say("points.title"), self._key))
        self._changed()

    def _take(self, source: str) -> None:
        """Enter the claim, or the lower end of what the facts give, at the half step at or below it."""
        assert self._line is not None
        wanted = self._line.own if source == "self" else (self._line.computed or (None,))[0]
        if wanted is not None:
            self._points.value = max(
                step for step in allowed_points(self._line.item) if step <= max(wanted, 0)
            )

    @property
    def _key(self) -> str:
        """The name under which the page keeps what is half typed for this item of this school."""
        return draft_key(
            self.desk.now, "points", self._school_id, self._line.item.item_id if self._line else ""
        )

    def _say(self, key: str, **places: object) -> str:
        """One sentence about the item in view, with its school."""
        assert self._line is not None
        school = school_label(self.desk.now, self._school_id)
        return say(self.desk.reference, key, item=self._line.item.item_id, school=school, **places)

    def _is_nothing_new(self, entered: VerifiedPoints) -> bool:
        """Say whether what stands in the form is what was saved already."""
        there = self._line.verified if self._line else None
        return there is not None and (there.points, there.reason) == (entered.points, entered.reason)

    def _entered(self) -> VerifiedPoints | None:
        if self._line is None or self._points.value is None:
            return None
        return points_of(
            self.desk.now, self._school_id, self._line.item, self._points.value, self._reason.value,
            self.desk.author, self.desk.day(),
        )  # fmt: skip

    def _changed(self) -> None:
        """Show at once what the points entered would do to the school's scores."""
        if self._is_filling or self._line is None:
            return
        entered, now = self._entered(), self.desk.now
        self._save.disabled = entered is None or self._is_nothing_new(entered)
        if entered is None or (self._line.verified and entered.points == self._line.verified.points):
            controls.show(self._effect, "")
            return
        with self.desk.working("status.trying"):
            parts: list[object] = []
            if said := warnings_of(now, self._line, entered.points):
                parts.append(callout(say(now.reference, "points.warnings"), said, "query"))
            kept = [points for points in now.reference.verified if place_of(points) != place_of(entered)]
            scores = effect_of_points(now, [*kept, entered], self._school_id)
            parts.append(scores_block(now, scores, self._say("points.effect"), is_one_school=True))
            controls.show(self._effect, joined(*parts))
            self.desk.tell("done", self._say("status.tried_points"))

    def _saved(self) -> None:
        with self.desk.working("status.saving"):
            entered, now = self._entered(), self.desk.now
            if self._line is None:
                self.desk.refuse(say(now.reference, "status.no_school"))
                return
            if entered is None or self._is_nothing_new(
                entered
            ):  # such as points typed before the school was changed
                self.desk.refuse(self._say("status.nothing_new"))
                return
            if faults := faults_of(now, self._line, entered):
                controls.show(self._effect, callout(say(now.reference, "form.faults"), faults, "error"))
                self.desk.tell("error", say(now.reference, "status.not_ready"))
                return
            said = self._say("status.verified", points=entered.points)
            key = self._key
            if self._write(entered, self._line.verified, said):
                self._on_saved()
                self.desk.tell("done", said, key)

    def _removed(self) -> None:
        with self.desk.working("status.saving"):
            if self._line is None:
                self.desk.refuse(say(self.desk.reference, "status.no_school"))
                return
            said = self._say("status.unverified")
            self._write(None, self._line.verified, said)

    def _write(self, wanted: VerifiedPoints | None, seen: VerifiedPoints | None, said: str) -> bool:
        """Write one change, unless the item was verified otherwise meanwhile: then say so and show that."""
        assert self._line is not None
        now, place = self.desk.now, (self._school_id, self.desk.now.term_id, self._line.item.item_id)
        done = write_verified(now.workspace, now.reference, place, wanted, seen)
        if done.is_refused:
            self.desk.reload(say(now.reference, "status.fresh", files=len(now.files)))
            block = self._conflict(done.now)
            controls.show(self._effect, block)
            self.desk.tell("error", say(now.reference, "status.conflict"))
            return False
        self._own.append((place, done.before, done.now))
        self.desk.reload(said, self._key)
        return True

    def _conflict(self, points: VerifiedPoints | None) -> Block:
        reference = self.desk.reference
        if points is None:
            return callout(say(reference, "decision.conflict_title"), [self._say("points.gone")], "error")
        text = self._say(
            "points.conflict", points=points.points, who=points.verified_by, reason=points.reason
        )
        return callout(say(reference, "decision.conflict_title"), [text], "error")

    def _last(self) -> Change | None:
        """What undoing takes back: the last change of this desk, else what the same role verified last."""
        own = [change for change in self._own if change[0][1] == self.desk.now.term_id]
        if own:
            return own[-1]
        points = last_verified(self.desk.reference, self.desk.now.term_id, self.desk.author)
        return (place_of(points), None, points) if points else None

    def _show_undo(self) -> None:
        last, names = self._last(), words(self.desk.reference, "points")
        self._undo.disabled = last is None
        schools = dict(
            zip(self.desk.now.schools["school_id"], self.desk.now.schools["short_name"], strict=True)
        )
        where = f" {schools.get(last[0][0], last[0][0])} {last[0][2]}" if last else ""
        self._undo.description = f"{names['undo']}{where}"
        school = f" – {school_label(self.desk.now, last[0][0])}" if last else ""
        self._undo.tooltip = f"{names['undo_hint']}{school}"

    def _undone(self) -> None:
        with self.desk.working("status.saving"):
            last, now = self._last(), self.desk.now
            if last is None:
                self.desk.tell("error", say(now.reference, "points.undo_none"))
                return
            place, before, after = last
            done = write_verified(now.workspace, now.reference, place, before, after)
            self._own = [change for change in self._own if change is not last]
            key = "status.not_there" if done.is_refused else "status.points_undone"
            school = school_label(now, place[0])
            self.desk.reload(
                say(now.reference, key, decision=f"{place[2]}, {school}", item=place[2], school=school)
            )
