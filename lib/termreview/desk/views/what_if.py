"""One supposition as HTML: scores as they are and would be, the path to the next level, one action of the office."""

from __future__ import annotations

import pandas as pd

from termreview.desk.term.school_names import school_label
from termreview.desk.term.term_now import TermNow
from termreview.desk.term.wording import joined, say, words
from termreview.desk.views.effect import scores_block
from termreview.desk.what_if import CONDITION, OWN, advice_of
from termreview.reference.kinds.advice import Action
from termreview.reporting.blocks.blocks import Block, CalloutKind, callout
from termreview.reporting.blocks.rows import Record
from termreview.reporting.blocks.tables import table
from termreview.reporting.report.narrative import listed
from termreview.reporting.summaries.index import OVERALL
from termreview.scoring.next_level import NextLevel


def trial_block(now: TermNow, both: pd.DataFrame) -> Block:
    """The scores of one school as they stand and as they would be, with what becomes of the level."""
    whole = both[both["group_id"] == OVERALL].iloc[0]
    before, after = int(whole["level_low_before"]), int(whole["level_low_after"])
    key = "what_if.rises" if after > before else "what_if.falls" if after < before else "what_if.stays"
    kind: CalloutKind = "good" if after > before else "query" if after < before else "note"
    certain = say(now.reference, "what_if.certain")
    said = callout(say(now.reference, key, before=before, after=after), [certain], kind)
    school = school_label(now, str(whole["school_id"]))
    caption = say(now.reference, "what_if.scores", school=school)
    return joined(said, scores_block(now, both, caption, is_one_school=True))


def path_block(now: TermNow, path: NextLevel | None) -> Block:
    """The path to the next level: each step with what it brings and what it costs."""
    reference = now.reference
    if path is None:
        return callout(say(reference, "path.none_title"), [say(reference, "path.none")])
    if not path.is_reachable:
        return callout(
            say(reference, "path.short_title", level=path.level), [say(reference, "path.short")], "query"
        )
    names, kinds, efforts = (
        words(reference, "path_columns"),
        words(reference, "path_kinds"),
        advice_of(now).efforts,
    )
    rows = pd.DataFrame(
        {
            "step": [f"{step.key} {_title(now, step.key)}" for step in path.steps],
            "kind": [kinds[step.kind] for step in path.steps],
            "before": [None if step.kind == CONDITION else step.before for step in path.steps],
            "after": [None if step.kind == CONDITION else step.after for step in path.steps],
            "effort": [efforts.get(step.effort, str(step.effort)) for step in path.steps],
        }
    )
    columns = {name: names[name] for name in rows.columns}
    school = school_label(now, path.school_id)
    title = say(reference, "path.title", count=len(path.steps), level=path.level, school=school)
    notes = [say(reference, "path.mark", mark=reference.labels["marks"][advice_of(now).mark])]
    return table(
        rows,
        columns=columns,
        formats=dict.fromkeys(("before", "after"), "points"),
        caption=title,
        notes=notes,
    )


def _title(now: TermNow, key: str) -> str:
    """The title of one item or condition."""
    groups = now.declared.indicator_set.groups
    titles = {item.item_id: item.title for group in groups for item in group.items}
    titles |= {condition.criterion_id: condition.title for group in groups for condition in group.conditions}
    return titles.get(key, "")


def action_block(now: TermNow, action: Record, done: Action) -> Block:
    """One action of the office, tried: how many schools it reaches, who would rise."""
    reference = now.reference
    names = dict(zip(now.schools["school_id"], now.schools["short_name"], strict=True))
    risen = listed([names[school_id] for school_id in action["raised"]], most=60)
    items = ", ".join(done.items)
    said = [
        say(
            reference,
            "action.items_and_conditions" if done.meets_conditions else "action.items",
            items=items or "—",
        ),
        say(reference, "action.reached", count=action["school_count"], points=action["points"]),
        say(reference, "action.raised", count=action["raised_count"], names=risen)
        if risen
        else say(reference, "action.raised_none"),
    ]
    if done.action_id != OWN:
        said.append(say(reference, "action.mark", mark=reference.labels["marks"][action["mark"]]))
    return callout(action["title"], said, "good" if action["raised_count"] else "note")
