"""One decision being drafted: what may be decided on a finding, and what still speaks against the draft."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from termreview.desk.term.term_now import TermNow, answers_of
from termreview.desk.term.wording import say
from termreview.intake.values.date_value import parse_date
from termreview.reference.kinds.decisions import TAKE_SYSTEM, Decision, new_answer, options_of
from termreview.reference.kinds.forms import ANY, Field
from termreview.reporting.blocks.rows import Record
from termreview.sources.corroboration import CODE
from termreview.text import clean, fold, stored_number_text

CELL, FILE = "cell", "file"
PLACES = "places"  # those that share the cause and are listed now: one line of the list for each, never a later file
COLUMN = "column"  # the same places, each with a value of its own
SCHOOL, RULE = "school", "rule"
PARTIAL = "partial_resubmission"  # a later file that leaves whole sections blank
# In one order for every scope: a click that is under way while the scope changes still means the same.
_OF_CELLS = ("correct", "accept", "not_applicable")
FEWEST_LETTERS = 8  # of a reason: "ok" explains nothing to who reads the list next year
_FACTOR = re.compile(r"[x×:/÷]\s*\d[\d.]*")
NUMBER = re.compile(r"[-−]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")  # a dot elsewhere is no Vietnamese number
PERSONAL = re.compile(r"@|\d{9}")


@dataclass(frozen=True)
class Draft:
    """One decision as the analyst has filled it in so far; texts as typed."""

    scope: str
    action: str
    new_value: str = ""
    reason: str = ""
    decided_by: str = ""
    alias_school_id: str = ""


def scopes_for(finding: Record) -> tuple[str, ...]:
    """What one decision on a finding can cover, narrowest first.

    Its cell or its file; the places that share its cause as they stand; its school; or, as a standing rule, all files.
    """
    has_cell = bool(finding["school_id"] and finding["field_id"])
    is_of_file = bool(finding["school_id"] and finding["file"] and not finding["field_id"])
    is_unowned = bool(finding["file"] and not finding["school_id"])
    scopes = [CELL] if has_cell else []
    scopes += [FILE] if is_of_file or is_unowned else []
    if is_unowned:
        return tuple(scopes)
    if has_cell:
        scopes.append(COLUMN)
    return (*scopes, PLACES, SCHOOL, RULE) if scopes else (SCHOOL, RULE)


def actions_for(finding: Record, scope: str) -> tuple[str, ...]:
    """What one decision of a scope can do about a finding."""
    if scope == COLUMN:
        return ("correct",) if finding["field_id"] else ()
    may_take = finding["check_code"] == CODE and scope in (CELL, PLACES)
    if scope == CELL or (may_take and scope == PLACES):
        return (*_OF_CELLS, TAKE_SYSTEM) if may_take else _OF_CELLS
    if scope == FILE and finding["check_code"] == PARTIAL:
        return ("supplement", "accept")
    if scope == FILE:
        if name_in(finding):
            return ("alias", "accept") if finding["school_id"] else ("alias",)
        return ("accept",) if finding["school_id"] else ()
    return _OF_CELLS if finding["field_id"] else ("accept",)


def name_in(finding: Record) -> str:
    """The school's name as the file writes it, where the finding says that the name was not known."""
    is_name = str(finding["cause"]).partition(":")[0] == "name_alias"
    return str(finding["found"] or "") if is_name else ""


def choices_for(now: TermNow, field: Field) -> Mapping[str, str]:
    """The answers that one field allows, by label, where it has a closed list."""
    if field.kind == "yes_no":
        labels = now.reference.labels["yes_no"]
        return {labels[name]: name for name in ("yes", "no")}
    options = options_of([now.declared.form]).get(field.options or field.kind, {})
    return {label: name for name, label in options.items()}


def decision_of(now: TermNow, finding: Record, draft: Draft, on: datetime.date) -> Decision:
    """The decision that one draft comes to, not yet numbered; `on` is the day it is made."""
    school_id, field_id = finding["school_id"] or "", finding["field_id"] or ANY
    cause, expected = "", ""
    if draft.scope == CELL:
        answer = answers_of(now.cleaned.observations, school_id).get(field_id)
        expected = (answer or {}).get("original") or ""
        cause = str(finding["check_code"]) if draft.action == "accept" else ""
    elif draft.scope == FILE:
        field_id = ANY
        if draft.action == "alias":
            school_id, expected = draft.alias_school_id or school_id, name_in(finding)
        elif draft.action == "supplement":
            expected = str(finding["file"] or "")
        else:
            cause, expected = str(finding["check_code"]), str(finding["file"] or "")
    else:
        cause, field_id = str(finding["cause"]).partition(":")[0], ANY
        school_id = school_id if draft.scope == SCHOOL else ANY
    value = typed_value(now, draft, now.fields.get(field_id)) if draft.action == "correct" else ""
    if draft.action == TAKE_SYSTEM:
        value = str(finding["expected"] or "").replace(",", ".")
    return Decision(
        "", now.term_id, draft.scope, school_id, field_id, cause, expected, draft.action, value, clean(draft.reason),
        clean(draft.decided_by), on,
    )  # fmt: skip


def decisions_at(
    now: TermNow, places: Sequence[Record], draft: Draft, on: datetime.date, changed: Sequence[Record] = ()
) -> tuple[Decision, ...]:
    """The decisions that a draft on the listed places comes to: one for each place, not yet numbered.

    Parameters
    ----------
    places
        The findings that are listed.
    changed
        The answers that correcting their cause would change, by school and field: where the slip is, which need not
        be where it was found.
    """
    if draft.action == "correct":
        rows = [
            {"school_id": row["school_id"], "field_id": row["field_id"], "check_code": ""} for row in changed
        ]
    else:
        may_be_file = draft.action == "accept"
        rows = [
            row for row in places if row["school_id"] and (row["field_id"] or (may_be_file and row["file"]))
        ]
    made = []
    for row in rows:
        scope = CELL if row["field_id"] else FILE
        made.append(decision_of(now, row, replace(draft, scope=scope), on))
    return tuple(dict.fromkeys(made))


def typed_value(now: TermNow, draft: Draft, field: Field | None) -> str:
    """The new value as the list of decisions writes it: `1234.5`, `x1000`, `yes`, `2024-01-10`.

    Numbers are typed the Vietnamese way (1.234,5); a factor as `x1000` or `:1000`.
    """
    text = clean(draft.new_value)
    if _FACTOR.fullmatch(text) and (field is None or field.is_numeric):
        sign = "x" if text[0] in "x×" else "/"
        return sign + text[1:].strip().replace(".", "")
    if field is None:
        return text
    if field.is_numeric and NUMBER.fullmatch(text):
        return f"{float(text.replace('−', '-').replace('.', '').replace(',', '.')):.15g}"
    if field.kind == "date":
        day = parse_date(text)
        return day.isoformat() if day else text
    choices = {fold(label): name for label, name in choices_for(now, field).items()}
    return choices.get(fold(text), text) if choices else text


def faults_of(now: TermNow, finding: Record, draft: Draft, decision: Decision) -> list[str]:
    """What still speaks against one draft, in words for the analyst; nothing when it can be shown and saved."""

    def fault(name: str) -> str:
        return say(now.reference, f"draft_faults.{name}")

    faults = []
    if draft.action not in actions_for(finding, draft.scope):
        faults.append(fault("action"))
    if not decision.decided_by:
        faults.append(fault("nobody"))
    elif PERSONAL.search(decision.decided_by):
        faults.append(fault("personal"))
    if len(decision.reason) < FEWEST_LETTERS:
        faults.append(fault("reason"))
    if draft.action == "alias" and decision.school_id not in set(now.schools["school_id"]):
        faults.append(fault("alias_school"))
    if draft.action == "correct":
        faults += _value_faults(now, draft, decision)
    return faults


def _value_faults(now: TermNow, draft: Draft, decision: Decision) -> Sequence[str]:
    reference = now.reference
    if not clean(draft.new_value):
        return [say(reference, "draft_faults.value_missing")]
    if draft.scope in (PLACES, SCHOOL, RULE):
        is_factor = re.fullmatch(r"[x/]\d+(\.\d+)?", decision.new_value)
        return [] if is_factor else [say(reference, "draft_faults.factor")]
    field = now.fields[decision.field_id]
    answer = answers_of(now.cleaned.observations, decision.school_id).get(decision.field_id) or {}
    was = answer.get("value_number")
    if new_answer(decision.new_value, field, options_of([now.declared.form]), was) is not None:
        return []
    if not field.is_numeric:
        return [say(reference, "draft_faults.value_kind")]
    low, high = (
        stored_number_text(end) if end is not None else "…" for end in (field.minimum, field.maximum)
    )
    kind = reference.desk["kinds"][field.kind]
    return [say(reference, "draft_faults.value_range", low=low, high=high, kind=kind)]
