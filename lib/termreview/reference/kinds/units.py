"""One period of one unit: which schools, communes and offices exist on a date, and under whom."""

from __future__ import annotations

import datetime
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique, unique_order
from termreview.reference.loading.source import Source
from termreview.text import fold

KINDS = ("province", "district", "commune", "ward", "school")
UNITS, LEVELS, CONTACTS = "units.csv", "levels.csv", "contacts.csv"
EVENT_KINDS = ("merge", "reparent", "rename", "split", "close")


@dataclass(frozen=True)
class Level:
    """One kind of school: preschool, primary, lower secondary, combined."""

    level: str
    title: str
    short_title: str
    is_general: bool


@dataclass(frozen=True)
class Unit:
    """One unit in one period of validity (both days included; an open end is `None`)."""

    unit_id: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    kind: str
    level: str
    name: str
    short_name: str
    parent_id: str
    aliases: tuple[str, ...]

    def is_valid_on(self, date: datetime.date) -> bool:
        """Say whether this period covers one day."""
        return self.valid_from <= date and (self.valid_to is None or date <= self.valid_to)


# An address as mail programs take it: no name beside it, nothing that would begin another line or another address.
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Contact:
    """Where one school gets its mail: working data of the office, in no report; a typing error stops nobody."""

    school_id: str
    address: str
    copy_to: tuple[str, ...]

    @property
    def odd_addresses(self) -> tuple[str, ...]:
        """The addresses that no mail program would take."""
        return tuple(one for one in (self.address, *self.copy_to) if one and not _ADDRESS.fullmatch(one))


@dataclass(frozen=True)
class UnitEvent:
    """One merger, split, closure, renaming or change of parent, with the units before and after."""

    event_id: str
    on: datetime.date
    kind: str
    from_ids: tuple[str, ...]
    to_ids: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Registry:
    """All units in all periods, in the order of the file: the order of every report."""

    levels: tuple[Level, ...]
    units: tuple[Unit, ...]
    events: tuple[UnitEvent, ...]

    @property
    def school_names(self) -> tuple[str, ...]:
        """Every name that a unit has or had, each once: what else looks like a person's name is none of theirs."""
        names = (name for unit in self.units for name in (unit.name, unit.short_name, *unit.aliases))
        return tuple(dict.fromkeys(names))

    def on(self, date: datetime.date) -> dict[str, Unit]:
        """Units valid on one day by id."""
        return {unit.unit_id: unit for unit in self.units if unit.is_valid_on(date)}

    def schools_on(self, date: datetime.date) -> tuple[Unit, ...]:
        """Schools expected to report on one day, preschools first, then by code."""
        order = {level.level: place for place, level in enumerate(self.levels)}
        schools = [unit for unit in self.units if unit.kind == "school" and unit.is_valid_on(date)]
        return tuple(sorted(schools, key=lambda unit: (order.get(unit.level, 99), unit.unit_id)))

    def schools_below(self, unit_id: str, date: datetime.date) -> frozenset[str]:
        """Ids of the schools under one unit on one day, however deep; a school stands under itself."""
        own = {unit_id} & {school.unit_id for school in self.schools_on(date)}
        return self.schools_by_unit(date).get(unit_id, frozenset()) | own

    def schools_by_unit(self, date: datetime.date) -> Mapping[str, frozenset[str]]:
        """Ids of the schools under each unit above them on one day, however deep, in the order of the file."""
        units = self.on(date)
        found: dict[str, set[str]] = {unit.unit_id: set() for unit in units.values() if unit.kind != "school"}
        for school in self.schools_on(date):
            seen, at = {school.unit_id}, school.parent_id
            while at in units and at not in seen:
                seen.add(at)
                found.setdefault(at, set()).add(school.unit_id)
                at = units[at].parent_id
        return {unit_id: frozenset(schools) for unit_id, schools in found.items()}

    def level_titles(self) -> dict[str, str]:
        """Vietnamese names of the school levels, in report order."""
        return {level.level: level.title for level in self.levels}

    def known_ids(self) -> frozenset[str]:
        """Ids of all units of any period."""
        return frozenset(unit.unit_id for unit in self.units)

    def named(self, name: str, date: datetime.date) -> tuple[Unit, ...]:
        """Schools of one day whose name or alias reads like `name` (case, spelling and tone place folded)."""
        wanted = fold(name)
        return tuple(
            unit
            for unit in self.schools_on(date)
            if wanted in {fold(known) for known in (unit.name, unit.short_name, *unit.aliases)}
        )

    def predecessors(self, unit_id: str, since: datetime.date, until: datetime.date) -> tuple[str, ...]:
        """Schools that one school grew out of between two days (after `since`, up to `until`)."""
        return tuple(
            former
            for event in self.events
            if event.kind in ("merge", "split") and unit_id in event.to_ids and since < event.on <= until
            for former in event.from_ids
        )


def load_registry(source: Source) -> Registry:
    """Read levels, units and events; periods of one unit must not overlap and parents must exist."""
    levels = _load_levels(source)
    level_ids = [] if LEVELS in source.broken else [level.level for level in levels]
    loaded = []
    columns = (
        "unit_id",
        "valid_from",
        "valid_to",
        "kind",
        "level",
        "name",
        "short_name",
        "parent_id",
        "aliases",
    )
    for row in read_list(source, UNITS, columns):
        kind = row.choice("kind", KINDS)
        unit_id, level = row.id("unit_id"), row.choice("level", level_ids, "" if kind != "school" else None)
        start, end = row.date("valid_from"), row.date("valid_to", is_required=False)
        is_ended = start is not None and end is not None and end < start
        if is_ended:
            row.report("period_backwards", valid_to=end, valid_from=start)
        unit = Unit(
            unit_id, start or datetime.date.min, end, kind, level, row.name("name"), row.name("short_name"),
            row.text("parent_id", None if kind in KINDS[1:] else ""), _aliases(row),
        )  # fmt: skip
        # When it exists, or whether it is a school, is not known of such a row: nothing can be held against it.
        if (
            start is None
            or is_ended
            or not unit_id
            or kind not in KINDS
            or (end is None and row.values["valid_to"])
        ):
            source.hide(row.path, unit_id)
        else:
            loaded.append((row, unit))
    _check_periods(loaded)
    _check_circles(loaded)
    _note_zeros(loaded)
    units = tuple(unit for _, unit in loaded)
    return Registry(levels, units, _load_events(source, {unit.unit_id for unit in units}))


def _aliases(row: Row) -> tuple[str, ...]:
    row.name("aliases", "")  # told where a sign stands in one of them
    return row.items("aliases")


def _load_levels(source: Source) -> tuple[Level, ...]:
    rows = read_list(source, LEVELS, ("level", "title", "short_title", "order", "is_general"))
    unique([(row, row.id("level")) for row in rows])
    unique_order(rows)
    rows.sort(key=lambda row: row.number("order", 0.0) or 0.0)
    return tuple(
        Level(row.id("level"), row.text("title"), row.text("short_title"), row.yes("is_general"))
        for row in rows
    )


def _check_periods(loaded: Sequence[tuple[Row, Unit]]) -> None:
    by_id: dict[str, list[tuple[Row, Unit]]] = {}
    for row, unit in loaded:
        for other_row, other in by_id.get(unit.unit_id, ()):
            first, second = sorted((unit, other), key=lambda period: period.valid_from)
            if first.valid_to is None or first.valid_to >= second.valid_from:
                row.report("periods_overlap", unit=unit.unit_id, line=other_row.line)
        by_id.setdefault(unit.unit_id, []).append((row, unit))
    for row, unit in loaded:
        parents = [parent for _, parent in by_id.get(unit.parent_id, ())]
        if unit.parent_id and not any(parent.is_valid_on(unit.valid_from) for parent in parents):
            row.report("parent_invalid", parent=unit.parent_id, day=unit.valid_from)
        elif unit.parent_id and not any(_reaches(parent, unit.valid_to) for parent in parents):
            row.report("parent_ends_early", parent=unit.parent_id)
        elif any(parent.kind == "school" and parent.is_valid_on(unit.valid_from) for parent in parents):
            row.report("parent_is_school", parent=unit.parent_id)


def _note_zeros(loaded: Sequence[tuple[Row, Unit]]) -> None:
    """Two codes that are one where a spreadsheet program drops the zeros that a code starts with."""
    first: dict[str, str] = {}
    for row, unit in loaded:
        other = first.setdefault(unit.unit_id.lstrip("0"), unit.unit_id)
        if other != unit.unit_id:
            short, long = sorted((unit.unit_id, other), key=len)
            row.source.note(row.path, row.line, "zeros_alike", short=short, long=long)


def _check_circles(loaded: Sequence[tuple[Row, Unit]]) -> None:
    """A unit that stands below itself, on any day that a period starts, and two codes that are one file name."""
    spelled: dict[str, str] = {}
    for row, unit in loaded:
        first = spelled.setdefault(unit.unit_id.casefold(), unit.unit_id)
        if first != unit.unit_id:
            row.report("ids_by_capitals", id=unit.unit_id, other=first)
    for day in sorted({unit.valid_from for _, unit in loaded}):
        valid = {unit.unit_id: (row, unit.parent_id) for row, unit in loaded if unit.is_valid_on(day)}
        rank: dict[str, int] = {}
        for number, start in enumerate(valid):
            at = start
            while at in valid and at not in rank:
                rank[at] = number
                at = valid[at][1]
            if at in valid and rank[at] == number:
                valid[at][0].report("stands_below_itself", unit=at)


def _reaches(parent: Unit, date: datetime.date | None) -> bool:
    return parent.valid_to is None or (date is not None and date <= parent.valid_to)


def load_contacts(source: Source, schools: Container[str]) -> Mapping[str, Contact]:
    """Read where each school gets its mail, by school; an office that keeps no such list has none.

    No figure hangs on it, so that an address that cannot be used, and a school that nobody knows, are notes.
    """
    if not (source.root / CONTACTS).is_file():
        return {}
    rows = read_list(source, CONTACTS, ("school_id", "email"), ("copy_to",))
    unique([(row, row.id("school_id")) for row in rows])
    found = {}
    for row in rows:
        contact = Contact(
            row.id("school_id"),
            row.text("email", "").strip(),
            row.items("copy_to") if "copy_to" in row.values else (),
        )
        if contact.school_id not in schools:
            source.note(row.path, row.line, "contact_of_nobody", school=contact.school_id)
        for odd in contact.odd_addresses:
            source.note(row.path, row.line, "address_unusable", address=odd, school=contact.school_id)
        found[contact.school_id] = contact
    return found


def _load_events(source: Source, known: set[str]) -> tuple[UnitEvent, ...]:
    events = []
    rows = read_list(source, "unit_events.csv", ("event_id", "on", "kind", "from_ids", "to_ids", "note"))
    unique([(row, row.id("event_id")) for row in rows])
    for row in rows:
        on = row.date("on")
        event_kind = row.choice("kind", EVENT_KINDS)
        before, after = row.items("from_ids"), row.items("to_ids")
        for unit_id in (*before, *after):
            if unit_id not in known:
                row.report("no_unit", unit=unit_id)
        if on is not None:
            events.append(UnitEvent(row.id("event_id"), on, event_kind, before, after, row.text("note", "")))
    return tuple(events)
