"""One decision: the office's dated, reasoned ruling on one cell, one file, one school's cause, or a cause for good."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from termreview.reference.kinds.forms import ANY, Field, Form
from termreview.reference.kinds.units import Registry
from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique
from termreview.reference.loading.source import Source
from termreview.text import fold

SCOPES = ("cell", "file", "school", "rule", "cause")
BY_CAUSE = ("school", "rule", "cause")  # all but those on one place
PLACE, SCHOOL, RULE = "place", "school", "rule"
FILE_ACTIONS = ("claim", "set_aside")  # whose a file is
TAKE_SYSTEM = "take_system"  # the figure that systems count, in the place of what the school says
CHANGING = ("correct", "not_applicable", TAKE_SYSTEM)  # what gives a cell another answer
ACTIONS = ("correct", "accept", "alias", "not_applicable", TAKE_SYSTEM, "supplement", *FILE_ACTIONS)
FOLDED_CAUSES = (
    "unit_too_small", "unit_too_large", "column_shifted", "old_form", "decimal_comma", "name_alias",
    "same_as_last_term",
)  # fmt: skip
_COLUMNS = (
    "decision_id", "term_id", "scope", "school_id", "field_id", "cause", "expected_value", "action", "new_value",
    "reason", "decided_by", "decided_on",
)  # fmt: skip
_FACTOR = re.compile(r"([x/])(\d+(?:\.\d+)?)")
_HASH = re.compile(r"[0-9a-fA-F]{12,64}")
_PERSONAL = re.compile(r"@|\d{9}")


@dataclass(frozen=True)
class Decision:
    """One decision.

    A `cell` or a `file` is one place; `school` is every place of one cause at one school; `rule` is a standing rule:
    every place of one cause at all schools. The last two hold for files that come later as well. `cause` is how lists
    wrote both before there were words for them: with a school it is a `school`, with `*` a `rule`.
    `term_id`, `school_id` and `field_id` may be `*`. `cause` is the code of a check or message, a finding's
    cause, or a folded cause. `expected_value` is what the cell said when the office decided; for an alias it
    is the name as the school writes it; for a supplement, the name of the later file that leaves sections blank
    which shall keep the answers of the file before. `new_value` is the corrected answer, or a factor such as `x1000`.
    `take_system` takes the figure that systems count for the answer of one cell: `new_value` is what they counted when the
    office decided, and has to be so still.
    `claim` says that a file is the school's, `set_aside` that it counts for nothing; `expected_value` is its name,
    `new_value` may give the beginning of the hash of its content, by which it must still be known.
    """

    decision_id: str
    term_id: str
    scope: str
    school_id: str
    field_id: str
    cause: str
    expected_value: str
    action: str
    new_value: str
    reason: str
    decided_by: str
    decided_on: datetime.date | None

    @property
    def reach(self) -> str:
        """How far this decision goes: one `place`, one `school`, or as a `rule` for all."""
        if self.scope not in BY_CAUSE:
            return PLACE
        return RULE if self.school_id == ANY else SCHOOL

    def holds_in(self, term_id: str) -> bool:
        """Say whether this decision speaks of one term."""
        return self.term_id in (ANY, term_id)

    def covers(self, school_id: str | None, field_id: str | None) -> bool:
        """Say whether this decision speaks of one school and one field (or of a finding that names none)."""
        return self.school_id in (ANY, school_id) and self.field_id in (ANY, field_id)


def new_answer(
    text: str, field: Field, options: Mapping[str, Mapping[str, str]], was: float | None = None
) -> tuple[float | None, str | None] | None:
    """The number and the text of one corrected answer as its field stores them; nothing where it does not fit.

    Parameters
    ----------
    options
        The drop-downs of the form: labels by option id, by name.
    was
        The answer before, which a factor multiplies or divides.
    """
    if field.kind == "yes_no":
        return ({"yes": 1.0, "no": 0.0}[text], None) if text in ("yes", "no") else None
    if field.is_numeric:
        number = _number(text, was)
        fits = number is not None and (field.kind != "count" or number == int(number))
        low, high = field.minimum, field.maximum
        is_inside = number is not None and (low is None or number >= low) and (high is None or number <= high)
        return (number, None) if fits and is_inside else None
    if field.options or field.kind == "status":
        return (None, text) if text in options.get(field.options or field.kind, {}) else None
    if field.kind == "date":
        try:
            return None, datetime.date.fromisoformat(text).isoformat()
        except ValueError:
            return None
    return (None, text) if text else None


def _number(text: str, was: float | None) -> float | None:
    if factor := _FACTOR.fullmatch(text):
        if was is None:
            return None
        by = float(factor[2])
        return was * by if factor[1] == "x" else was / by if by else None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def options_of(forms: Sequence[Form]) -> dict[str, Mapping[str, str]]:
    """The labels of every drop-down by option id, by name; later forms add to earlier ones."""
    found: dict[str, dict[str, str]] = {}
    for form in forms:
        for name, options in form.options:
            found.setdefault(name, {}).update(options)
    return dict(found)


def load_decisions(
    source: Source,
    registry: Registry,
    term_ids: Sequence[str],
    fields: Mapping[str, Field],
    causes: Container[str],
    options: Mapping[str, Mapping[str, str]],
) -> tuple[Decision, ...]:
    """Read the decisions; schools, fields, causes and values must fit, and no cell may be ruled on twice.

    Parameters
    ----------
    fields
        Every field of every form by id; empty where a broken file hides them.
    """
    rows = read_list(source, "decisions.csv", _COLUMNS)
    unique([(row, row.id("decision_id")) for row in rows])
    decisions = []
    for row in rows:
        decision = Decision(
            row.id("decision_id"), row.choice("term_id", (ANY, *term_ids) if term_ids else ()), row.choice("scope", SCOPES),
            row.text("school_id"), row.text("field_id", ANY), row.text("cause", ""), row.text("expected_value", ""),
            row.choice("action", ACTIONS), row.text("new_value", ""), row.text("reason"), row.text("decided_by"),
            row.date("decided_on"),
        )  # fmt: skip
        _check_ids(row, decision, registry, fields, causes)
        _check_scope(row, decision, registry)
        _check_value(row, decision, fields, options)
        decisions.append((row, decision))
    _check_conflicts(decisions)
    return tuple(decision for _, decision in decisions)


def _check_ids(
    row: Row, decision: Decision, registry: Registry, fields: Mapping[str, Field], causes: Container[str]
) -> None:
    schools = {unit.unit_id for unit in registry.units if unit.kind == "school"}
    if decision.school_id and decision.school_id not in schools and decision.school_id != ANY:
        row.report("no_school", school=decision.school_id)
    if fields and decision.field_id != ANY and decision.field_id not in fields:
        row.report("no_field", field=decision.field_id)
    if decision.cause and decision.cause.partition(":")[0] not in causes:
        row.report("no_cause", cause=decision.cause)
    if _PERSONAL.search(decision.decided_by):
        row.report("role_wanted")


def _check_scope(row: Row, decision: Decision, registry: Registry) -> None:
    if decision.scope == "cell" and ANY in (decision.school_id, decision.field_id):
        row.report("cell_needs_place")
    if decision.scope in BY_CAUSE and not decision.cause:
        row.report("cause_needed")
    if decision.scope == "school" and decision.school_id == ANY:
        row.report("school_needed")
    if decision.scope == "rule" and decision.school_id != ANY:
        row.report("rule_for_all")
    if decision.scope == "file" and decision.school_id == ANY and decision.action != "set_aside":
        row.report("file_needs_school")
    if decision.scope == "file" and decision.action in CHANGING:
        row.report("not_for_files", action=decision.action)
    if decision.action == TAKE_SYSTEM and decision.scope != "cell":
        row.report("system_for_cells")
    if decision.action == "alias" and decision.scope != "file":
        row.report("alias_for_files")
    on_file = ("supplement", *FILE_ACTIONS)
    if decision.action in on_file and (decision.scope != "file" or not decision.expected_value):
        row.report("only_for_files", action=decision.action)
    if decision.action == "alias":
        known = {
            unit.unit_id
            for unit in registry.units
            if unit.kind == "school"
            and fold(decision.expected_value) in map(fold, (unit.name, unit.short_name, *unit.aliases))
        }
        if not fold(decision.expected_value):
            row.report("alias_needs_name")
        elif others := sorted(known - {decision.school_id}):
            row.report("name_taken", name=decision.expected_value, units=", ".join(others))


def _check_value(
    row: Row, decision: Decision, fields: Mapping[str, Field], options: Mapping[str, Mapping[str, str]]
) -> None:
    if decision.action in FILE_ACTIONS:
        if decision.new_value and not _HASH.fullmatch(decision.new_value):
            row.report("hash_wanted", action=decision.action)
        return
    if decision.action not in ("correct", TAKE_SYSTEM):
        if decision.new_value:
            row.report("new_value_unused", action=decision.action)
        return
    if not decision.new_value:
        row.report("correct_needs_value")
    elif decision.field_id == ANY:
        if not _FACTOR.fullmatch(decision.new_value):
            row.report("correct_needs_factor")
    elif decision.field_id in fields:
        field = fields[decision.field_id]
        is_factor = (
            decision.action == "correct"
            and field.is_numeric
            and _FACTOR.fullmatch(decision.new_value) is not None
        )
        if not is_factor and new_answer(decision.new_value, field, options) is None:
            row.report("value_unfit", value=decision.new_value, field=field.field_id, kind=field.kind)


def _check_conflicts(decisions: Sequence[tuple[Row, Decision]]) -> None:
    """Two decisions that change one cell in one term, for the same old value, contradict each other."""
    first: dict[tuple[str, str, str], list[tuple[Row, Decision]]] = {}
    for row, decision in decisions:
        if decision.action in FILE_ACTIONS:
            of_file = first.setdefault(("", decision.expected_value, ""), [])
            for other_row, other in of_file:
                if other.holds_in(decision.term_id) or ANY in (decision.term_id, other.term_id):
                    row.report(
                        "same_file_ruled",
                        id=decision.decision_id,
                        other=other.decision_id,
                        line=other_row.line,
                    )
            of_file.append((row, decision))
        if decision.scope != "cell" or decision.action not in CHANGING:
            continue
        key = (decision.school_id, decision.field_id, decision.expected_value)
        for other_row, other in first.get(key, ()):
            if other.holds_in(decision.term_id) or ANY in (decision.term_id, other.term_id):
                row.report(
                    "same_cell_ruled", id=decision.decision_id, other=other.decision_id, line=other_row.line
                )
        first.setdefault(key, []).append((row, decision))


def with_aliases(registry: Registry, decisions: Sequence[Decision]) -> Registry:
    """The registry with the names that the office has decided to know a school by."""
    added: dict[str, tuple[str, ...]] = {}
    for decision in decisions:
        if decision.action == "alias":
            added[decision.school_id] = (*added.get(decision.school_id, ()), decision.expected_value)
    if not added:
        return registry
    units = tuple(
        replace(unit, aliases=(*unit.aliases, *added.get(unit.unit_id, ()))) for unit in registry.units
    )
    return replace(registry, units=units)
