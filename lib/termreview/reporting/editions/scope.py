"""One scope and one edition of a report: which schools it covers, and for whom it is written.

The scope is all schools of the office, those under one unit, those of one level, or both; the edition is for the office
itself, or for readers outside of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from termreview.coded_text import CodedText
from termreview.errors import UsageError
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.units import Unit
from termreview.reporting.term.term_tables import TermTables

INTERNAL, SHAREABLE = "internal", "shareable"
EDITIONS = (INTERNAL, SHAREABLE)
EDITION_FILES = {INTERNAL: "", SHAREABLE: "chia-se"}  # in the names of files
IN_HAND = "in_hand"  # of a shareable report: the issues whose readers it had to mind


@dataclass(frozen=True)
class Scope:
    """What one report is about: the unit as it stood on the deadline, and the school level; both blank for all."""

    unit: Unit | None = None
    level: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the report speaks of every school of the office."""
        return self.unit is None and not self.level

    @property
    def slug(self) -> str:
        """The part of a file name that tells this scope from others; blank for the whole office."""
        parts = (self.unit.unit_id if self.unit else "", self.level.replace("_", "-"))
        return "-".join(part for part in parts if part)


WHOLE = Scope()


def find_scope(reference: Reference, declared: TermReference, unit: str = "", level: str = "") -> Scope:
    """Find one scope by the id of a unit and of a school level; blanks mean all.

    Raises
    ------
    UsageError
        When the unit is unknown or not valid on the deadline, the level is unknown, or no school is in both.
    """
    registry, due_on = reference.registry, declared.plan.due_on
    levels = registry.level_titles()
    if level and level not in levels:
        raise UsageError("no_school_level", level=level, known=", ".join(levels))
    found = registry.on(due_on).get(unit) if unit else None
    if unit and found is None:
        periods = [period for period in registry.units if period.unit_id == unit]
        if not periods:
            raise UsageError("no_scope_unit", unit=unit)
        valid = "; ".join(
            f"{period.name}, {period.valid_from:%d/%m/%Y} – "
            + (f"{period.valid_to:%d/%m/%Y}" if period.valid_to else "…")
            for period in periods
        )
        raise UsageError(
            "unit_not_valid", unit=unit, day=f"{due_on:%d/%m/%Y}", term=declared.term.term_id, periods=valid
        )
    scope = Scope(found, level)
    if not schools_in(reference, declared, scope):
        raise UsageError(
            "scope_empty", term=declared.term.term_id, scope=scope.slug or CodedText("whole_office")
        )
    return scope


def scope_subject(reference: Reference, scope: Scope) -> str:
    """What one scope adds to the subject of its report; blank for the whole office."""
    words = reference.publishing["scope"]
    level = reference.registry.level_titles()[scope.level].lower() if scope.level else ""
    if scope.unit is None:
        return str(words["of_level"]).format(level=level) if level else ""
    if scope.unit.kind == "school":
        return str(words["in_school"]).format(unit=scope.unit.name)
    return str(words["of_level_in_unit" if level else "in_unit"]).format(unit=scope.unit.name, level=level)


def scope_total(reference: Reference, scope: Scope) -> str:
    """What the row that sums one scope is called."""
    words = reference.publishing["scope"]
    if scope.unit is None:
        return str(words["all_of_level"] if scope.level else reference.labels["scopes"]["all"])
    return str(words["all_in_school" if scope.unit.kind == "school" else "all_in_unit"]).format(
        unit=scope.unit.name
    )


def schools_in(reference: Reference, declared: TermReference, scope: Scope) -> tuple[Unit, ...]:
    """The schools expected in one term that belong to one scope, in the order of all reports."""
    schools = declared.schools
    if scope.unit is not None:
        below = reference.registry.schools_below(scope.unit.unit_id, declared.plan.due_on)
        schools = tuple(school for school in schools if school.unit_id in below)
    if scope.level:
        schools = tuple(school for school in schools if school.level == scope.level)
    return schools


def narrowed(reference: Reference, declared: TermReference, scope: Scope) -> TermReference:
    """What is declared for one term, with the schools of one scope alone."""
    return declared if scope.is_whole else replace(declared, schools=schools_in(reference, declared, scope))


def narrowed_before(
    reference: Reference, declared: TermReference, now: TermReference, scope: Scope
) -> TermReference:
    """The term before as one scope looks back on it.

    It holds the same schools wherever they stood then, those that they grew out of, and those of the same unit
    and level that are expected nowhere any more: a school that only changed its parent is not gone.
    """
    if scope.is_whole:
        return declared
    since, until = declared.plan.due_on, now.plan.due_on
    kept = {school.unit_id for school in now.schools}
    for school_id in tuple(kept):
        kept.update(reference.registry.predecessors(school_id, since, until))
    still = {school.unit_id for school in reference.registry.schools_on(until)}
    then = replace(scope, unit=reference.registry.on(since).get(scope.unit.unit_id) if scope.unit else None)
    if scope.unit is None or then.unit is not None:
        kept.update(
            school.unit_id for school in schools_in(reference, declared, then) if school.unit_id not in still
        )
    return replace(declared, schools=tuple(school for school in declared.schools if school.unit_id in kept))


def narrowed_tables(tables: TermTables, declared: TermReference) -> TermTables:
    """The rows of one term's tables that are about the schools declared; files of unknown schools are not."""
    wanted = {school.unit_id for school in declared.schools}
    return TermTables(
        **{
            name: frame[frame["school_id"].isin(wanted)].reset_index(drop=True)
            for name, frame in vars(tables).items()
        }
    )


def scopes_of_kind(reference: Reference, declared: TermReference, kind: str) -> list[Scope]:
    """Every scope of one kind that has schools in the term: one per unit of that kind, or one per `level`.

    Raises
    ------
    UsageError
        When no unit of that kind has schools in the term; the message lists the kinds that have.
    """
    if kind == "level":
        present = dict.fromkeys(school.level for school in declared.schools)
        return [Scope(None, level) for level in reference.registry.level_titles() if level in present]
    units = reference.registry.on(declared.plan.due_on)
    expected = {school.unit_id for school in declared.schools}
    below = reference.registry.schools_by_unit(declared.plan.due_on)
    having = [
        unit for unit in units.values() if below.get(unit.unit_id, frozenset([unit.unit_id])) & expected
    ]
    found = [Scope(unit) for unit in having if unit.kind == kind]
    if not found:
        kinds = ", ".join(["level", *dict.fromkeys(unit.kind for unit in having)])
        raise UsageError("no_unit_kind", kind=kind, term=declared.term.term_id, kinds=kinds)
    return found
