"""The ninth tab: what earlier years say of the term, and what lies ahead, one subject at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from termreview.desk.panels.controls import controls
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import joined, say
from termreview.reporting.blocks.blocks import Block, callout, paragraph
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.insights import is_looking_back
from termreview.reporting.sections.index import actions, forecast, look_back, trends

SUBJECTS: Final[Mapping[str, Sequence[Callable[[ReportContext], Block]]]] = {
    "trends": (trends.trends, trends.trend_tables, trends.school_trends),
    "warning": (forecast.early_warning,),
    "moderation": (look_back.moderation, look_back.gap_tables),
    "impact": (look_back.actions_done,),
    "teaching": (forecast.teaching,),
    "budget": (forecast.within_budget, actions.office_actions),
}


class InsightTab:
    """Trends, early warning, moderation, impact, who can teach whom, what would lift most."""

    name = "insight"

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        titles = desk.reference.insight.texts["subjects"]
        names, first = {name: str(titles[name]) for name in SUBJECTS}, next(iter(SUBJECTS))
        self._subject = controls.switch(say(desk.reference, "insight.subject"), names, first)
        self._subject.observe(lambda _: self.desk.reshow(self.show), "value")
        self._found = controls.shown()
        self.box = controls.column(self._subject, self._found, css="desk-tab")

    def show(self) -> None:
        """Show the subject in front as the term stands."""
        controls.show(self._found, insight_block(self.desk.now, self._subject.value, self.desk.scope))


def insight_block(now: TermNow, subject: str, scope: Scope) -> Block:
    """One subject of the whole office as the internal report tells it, or why it cannot be told.

    A narrower scope is said not to hold here: few schools carry no estimate.
    """
    if not is_looking_back(now.report):
        return callout(say(now.reference, "insight.unscored_title"), [say(now.reference, "insight.unscored")])
    found = joined(*(section(now.report) for section in SUBJECTS[subject]))
    if len(scope.school_ids(now)) == len(now.schools):
        return found
    return joined(paragraph(say(now.reference, "insight.whole")), found)
