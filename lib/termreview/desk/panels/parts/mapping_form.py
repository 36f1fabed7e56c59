"""The form of one layout: what the columns of an unknown export mean; tried out first, kept once it is confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from termreview.desk.export_mapping import (
    Proposal,
    Tried,
    completed,
    conditions_of,
    confirm_draft,
    faults_of_layout,
    keep_layout,
    layout_ids,
    propose,
    try_drafts,
    try_out,
)
from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.term.wording import joined, say, words
from termreview.desk.views.systems import columns_block, tried_block
from termreview.reference.kinds.sources import (
    BY_CODE,
    BY_DOMAIN,
    BY_FILE,
    BY_NAME,
    DISTINCT,
    ROWS,
    SUM,
    ExportLayout,
    SourceFact,
    Sources,
)
from termreview.reporting.blocks.blocks import Block, callout, escape_text
from termreview.reporting.report.narrative import listed
from termreview.sources.proposal import plain_id
from termreview.text import clean

# Ways in which a row may find its school, and the kinds of columns that may tell of it.
_WAYS = {BY_CODE: ("number", "words", "text"), BY_NAME: ("words", "text"), BY_DOMAIN: ("text",)}


class MappingForm:
    """What an analyst fills in to have an unknown export read."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._proposal: Proposal | None = None
        self._facts: list[SourceFact] = []
        self._tried: Tried | None = None
        self._is_filling = False
        names, kinds = words(desk.reference, "mapping"), words(desk.reference, "mapping_kinds")
        systems = list(dict.fromkeys(system.title for system in desk.reference.sources.systems))
        self._title, self._columns = controls.shown(css="desk-form-title"), controls.shown()
        self._system = controls.suggestion(names["system"], systems, names["system_hint"])
        self._name = controls.text(names["layout_title"], names["title_hint"])
        self._kind = controls.choice(names["kind"], [(title, kind) for kind, title in kinds.items()])
        self._school = controls.choice(names["school"], [("", (BY_FILE, ""))])
        self._row_key = controls.choice(names["row_key"], [("", "")])
        self._identity = controls.choice(names["identity"], [("", "")])
        self._period = controls.choice(names["period"], [("", "")])
        self._fact = controls.choice(names["fact"], [("", "")])
        self._fact_title = controls.text(names["fact_title"], names["fact_hint"])
        self._count = controls.choice(names["count"], [("", (ROWS, ""))])
        self._where = controls.choice(names["where"], [("", "")])
        self._list = controls.shown(css="desk-note")
        self._add = controls.button(names["add"], self._added)
        self._drop = controls.button(names["drop"], self._dropped)
        self._try = controls.button(names["try"], self._tried_out, "primary", names["try_hint"])
        self._keep = controls.button(names["keep"], self._mapping_saved, "primary", names["keep_hint"])
        self._result = controls.shown(css="desk-effect")
        self._draft: Tried | None = None
        self._looked_at: tuple[str | None, Sources] | None = None
        self._drafted = controls.shown(css="desk-effect")
        self._confirm = controls.button(names["confirm"], self._confirmed, "primary", names["confirm_hint"])
        self._of_draft = controls.column(self._drafted, controls.row(self._confirm))
        asked = (
            self._system,
            self._name,
            self._kind,
            self._school,
            self._row_key,
            self._identity,
            self._period,
        )
        of_fact = (self._fact, self._fact_title, self._count, self._where)
        self._form = controls.column(
            controls.row(*asked), controls.row(*of_fact), controls.row(self._add, self._drop), self._list,
            controls.row(self._try, self._keep), css="desk-form",
        )  # fmt: skip
        self.box = controls.column(self._title, self._of_draft, self._columns, self._form, self._result)
        for control in asked:
            control.observe(lambda _: self._changed(), "value")
        self._fact.observe(lambda _: controls.visible(self._fact_title, not self._fact.value), "value")
        controls.visible(self.box, False)

    def show(self, sha256: str, name: str) -> None:
        """Offer to map one export; blank: none. What was filled in for this export stays."""
        controls.visible(self.box, bool(sha256))
        if not sha256:
            return
        if self._proposal is not None and self._proposal.sha256 == sha256:
            self._show_draft()
            return
        self._proposal = found = propose(self.desk.now, sha256)
        self._facts = []
        reference = self.desk.reference
        controls.show(self._title, say(reference, "mapping.title", file=name))
        gone = callout(say(reference, "mapping.gone"), [], "query")
        self._show_draft()
        controls.show(self._columns, gone if found is None else columns_block(self.desk.now, found))
        controls.visible(self._form, found is not None and found.layout is not None)
        if found is not None and found.layout is not None:
            self._offer(found, found.layout)
        self._changed()

    def _show_draft(self) -> None:
        """Show what a draft that is declared for the export would count, if there is one."""
        now, found = self.desk.now, self._proposal
        looked_at = (None if found is None else found.sha256, now.reference.sources)
        if looked_at == self._looked_at:
            return
        self._looked_at = looked_at
        self._draft = None if found is None else try_drafts(now, found)
        controls.visible(self._of_draft, self._draft is not None)
        if self._draft is None:
            return
        layout = self._draft.layout
        told = say(now.reference, "mapping.draft", title=layout.title, file=f"sources/{layout.source_id}.yml")
        why = callout(told, [say(now.reference, "mapping.draft_why")], "note")
        controls.show(self._drafted, joined(why, tried_block(now, self._draft)))
        controls.visible(self._confirm, self._draft.is_good)

    def _offer(self, found: Proposal, layout: ExportLayout) -> None:
        """Offer the columns of one export, with what they seem to mean."""
        reference, names = self.desk.reference, words(self.desk.reference, "mapping")
        heads = {name: column.heads[0] for name, column in layout.columns.items()}
        columns = [(head, name) for name, head in heads.items()]
        self._is_filling = True
        self._system.value = self._name.value = self._fact_title.value = ""
        self._kind.value = layout.kind
        ways = [(names["by_file"], (BY_FILE, ""))]
        kinds = {" ".join(one.head.split()): one.kind for one in found.seen.columns}
        for way, fitting in _WAYS.items():
            ways += [
                (say(reference, f"mapping.by_{way}", head=head), (way, name))
                for head, name in columns
                if kinds[head] in fitting
            ]
        _fill(self._school, ways, layout.schools[0])
        _fill(self._row_key, columns, layout.row_key)
        _fill(self._identity, [(names["no_identity"], ""), *columns], "")
        days = [(head, name) for head, name in columns if layout.columns[name].date_order]
        _fill(self._period, [(names["no_period"], ""), *days], days[0][1] if days else "")
        facts = {fact.title: fact_id for fact_id, fact in reference.sources.facts.items()}
        _fill(self._fact, [(names["other_fact"], ""), *sorted(facts.items())], "")
        counts = [(names["rows_count"], (ROWS, ""))]
        counts += [
            (say(reference, "mapping.sum", head=head), (SUM, name))
            for head, name in columns
            if kinds[head] == "number"
        ]
        counts += [
            (say(reference, "mapping.distinct", head=head), (DISTINCT, name)) for head, name in columns
        ]
        _fill(self._count, counts, (ROWS, ""))
        tests = [(test, test) for test in conditions_of(found)]
        _fill(self._where, [(names["every_row"], ""), *tests], "")
        self._is_filling = False

    def _changed(self) -> None:
        """Whatever was counted is no longer what stands in the form."""
        if self._is_filling:
            return
        self._tried = None
        controls.visible(self._keep, False)
        controls.show(self._result, "")
        reference = self.desk.reference
        titles = [fact.title for fact in self._facts]
        told = (
            say(reference, "mapping.facts", facts=listed(titles))
            if titles
            else say(reference, "mapping.no_facts")
        )
        controls.show(self._list, Block(f"<p>{escape_text(told)}</p>"))
        self._drop.disabled = not titles

    def _added(self) -> None:
        reference, known = self.desk.reference, self.desk.reference.sources.facts
        count, column = self._count.value
        title = clean(self._fact_title.value)
        own = known.get(self._fact.value)
        fact_id = self._fact.value or (plain_id(title) if title else "")
        is_taken = fact_id in {fact.fact_id for fact in self._facts} or (own is None and fact_id in known)
        if self._proposal is None or not fact_id or is_taken:
            self.desk.refuse(say(reference, "mapping.fact_taken"))
            return
        tests = conditions_of(self._proposal)
        conditions = (tests[self._where.value],) if self._where.value else ()
        unit = own.unit if own else ""
        self._facts.append(SourceFact(fact_id, own.title if own else title, unit, count, column, conditions))
        self._changed()
        self.desk.tell("done", say(reference, "status.ready"))

    def _dropped(self) -> None:
        self._facts = self._facts[:-1]
        self._changed()
        self.desk.tell("done", say(self.desk.reference, "status.ready"))

    def _layout(self, proposed: ExportLayout) -> ExportLayout:
        filled = replace(
            proposed, system=clean(self._system.value), title=clean(self._name.value), kind=self._kind.value,
            schools=(self._school.value,), row_key=self._row_key.value, identity=self._identity.value,
            period_end=self._period.value, facts=tuple(self._facts),
        )  # fmt: skip
        return completed(filled, layout_ids(self.desk.now))

    def _tried_out(self) -> None:
        with self.desk.working("mapping.trying"):
            now, found = self.desk.now, self._proposal
            if found is None or found.layout is None:
                return
            layout = self._layout(found.layout)
            if faults := faults_of_layout(now, layout, self.desk.author):
                controls.show(self._result, callout(say(now.reference, "mapping.faults"), faults, "error"))
                self.desk.refuse(say(now.reference, "status.not_ready"))
                return
            tried = try_out(now, found, layout)
            controls.show(self._result, tried_block(now, tried))
            self._tried = tried if tried.is_good else None
            controls.visible(self._keep, tried.is_good)
            if tried.is_good:
                self.desk.tell("done", say(now.reference, "mapping.tried"))
            else:
                self.desk.refuse(say(now.reference, "mapping.not_tried"))

    def _confirmed(self) -> None:
        with self.desk.working("status.saving"):
            now, tried = self.desk.now, self._draft
            if tried is None:
                return
            if faults := faults_of_layout(now, tried.layout, self.desk.author):
                self.desk.refuse("; ".join(faults))
                return
            if not confirm_draft(now, tried, self.desk.author, self.desk.day()):
                self.desk.refuse(say(now.reference, "mapping.conflict"))
                return
            self._proposal = self._draft = None
            place = f"sources/{tried.layout.source_id}.yml"
            self.desk.reload(say(now.reference, "mapping.kept", title=tried.layout.title, file=place))

    def _mapping_saved(self) -> None:
        with self.desk.working("status.saving"):
            now, tried = self.desk.now, self._tried
            if tried is None:
                return
            if not keep_layout(now, tried, self.desk.author, self.desk.day()):
                self.desk.refuse(say(now.reference, "mapping.conflict"))
                return
            self._proposal = None
            place = f"sources/{tried.layout.source_id}.yml"
            self.desk.reload(say(now.reference, "mapping.kept", title=tried.layout.title, file=place))


def _fill(control: Any, options: list[tuple[str, Any]], value: Any) -> None:
    """Give a drop-down other options, with one of them chosen."""
    control.options = options
    control.value = value
