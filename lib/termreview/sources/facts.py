"""One folder of exports of one term counted: its files with what came of each, and one fact of one school a row.

What was counted is noted beside the files (`RECORD`): an unchanged file is not counted again, and one that was purged
stays counted, by its hash. The record holds counts, never a row.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from termreview.errors import RunError
from termreview.intake.places.file_names import file_names
from termreview.intake.values.date_value import DateWindow, term_window
from termreview.intake.values.personal_data import name_without_personal
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.sources import ExportLayout
from termreview.reference.kinds.units import Registry, Unit
from termreview.sources.counting import (
    LAYOUT_UNKNOWN,
    NOT_ATTACHED,
    Counted,
    SchoolFinder,
    count_export,
    name_mark,
)
from termreview.storage.atomic_files import read_json, write_json
from termreview.storage.workspace import files_below
from termreview.text import fold

if TYPE_CHECKING:
    import pandas as pd

FOLDER, RECORD = "sources", ".counted.json"
READ, REFUSED, TWICE, OTHER_PERIOD, ATTACHED = "read", "refused", "twice", "other_period", "attached"
COUNTED, CONFLICT = "counted", "conflict"
NOTHING_COUNTED = "nothing_counted"
_DAYS = ("period_from", "period_to")
_PIECE = 2**20
_AFTER = datetime.timedelta(days=31)  # an office exports when it sums up


@dataclass(frozen=True)
class SourceReadings:
    """The two tables of the exports of one term: `source_files` and `source_facts`."""

    files: pd.DataFrame
    facts: pd.DataFrame


@dataclass(frozen=True)
class _File:
    """One export counted; `round` says after how many purges it was: it stands for what was purged before.

    `mark` is the hash of its name, by which a table of totals may name it as its attachment.
    """

    name: str
    sha256: str
    counted: Counted
    is_purged: bool
    round: int = 0
    mark: str = ""


def read_sources(folder: Path, reference: Reference, declared: TermReference) -> SourceReadings:
    """Count all exports in one folder and the folders in it, and note beside them what was counted.

    Parameters
    ----------
    folder
        `data/raw/<year>/<part>/sources`; where there is none, both tables are empty.

    Raises
    ------
    OSError
        When a file or the record cannot be opened.
    """
    layouts = {layout.source_id: layout for layout in reference.sources.layouts}
    window = period_window(reference, declared)
    found = list(_counted(folder, reference, declared)) if folder.is_dir() else []
    first: dict[str, str] = {}
    rows, usable = [], []
    attached, there = _attached(file.counted for file in found), {file.mark for file in found}
    for file in found:
        state, reason = _state(file, first, declared, window, layouts)
        if state == REFUSED and file.mark in attached:
            state, reason = ATTACHED, ""
        if state == READ:
            usable.append(file)
            first.setdefault(file.sha256, file.name)
        counted = file.counted
        is_lost = not there.issuperset(counted.attached) and NOT_ATTACHED not in counted.notes
        notes = [*counted.notes, *([NOT_ATTACHED] if is_lost else [])]
        rows.append(
            {
                "term_id": declared.term.term_id, "file": file.name, "sha256": file.sha256,
                "source_id": counted.source_id or None, "state": state, "reason_code": reason or None,
                "rows": counted.rows, "rows_counted": counted.rows_counted,
                "rows_of_no_school": counted.rows_of_no_school, "rows_twice": counted.rows_twice,
                "rows_of_other_period": counted.rows_of_other_period,
                "values_unread": counted.values_unread,
                "period_from": counted.period_from, "period_to": counted.period_to,
                "notes": ";".join(notes) or None, "is_purged": file.is_purged,
            }
        )  # fmt: skip
    facts = list(_facts(usable, layouts, declared.term.term_id))
    from termreview.storage.contracts import (
        from_rows,  # only now: who asks whether anything has changed needs none
    )

    return SourceReadings(from_rows("source_files", rows), from_rows("source_facts", facts))


def try_export(
    path: Path, reference: Reference, declared: TermReference, *more: ExportLayout
) -> tuple[Counted, str, str]:
    """One export counted as if `more` layouts were declared, the state that it would have, and why; nothing is written."""
    layouts = {one.source_id: one for one in (*reference.sources.layouts, *more)}
    counted = count_export(path, list(layouts.values()), school_finder(reference, declared, path.name))
    state = _state(
        _File(path.name, "", counted, False), {}, declared, period_window(reference, declared), layouts
    )
    return counted, *state


def export_path(folder: Path, sha256: str) -> Path | None:
    """Where one export lies, by the hash of its content; None where it is gone."""
    return next((path for _, path in files_below(folder) if _sha256(path) == sha256), None)


def exports_of(folder: Path) -> list[tuple[str, str]]:
    """The exports in one folder by name, each with its hash: those that lie there, and those purged since they were counted."""
    if not folder.is_dir():
        return []
    # Schools are not known here: whatever may be a full name is withheld, its hash still tells names apart.
    there = [(name_without_personal(name, ()), _sha256(path)) for name, path in files_below(folder)]
    hashes = {sha256 for _, sha256 in there}
    purged = [
        (name_without_personal(entry["file"], ()), entry["sha256"])
        for entry in _record(folder).values()
        if entry["is_purged"]
    ]
    return sorted([*there, *(one for one in purged if one[1] not in hashes)])


def purge_sources(folder: Path) -> tuple[int, int]:
    """Take away the exports in one folder that were counted; what was counted of them stays. How many went, how many are left.

    Raises
    ------
    RunError
        When nothing was counted there.
    """
    record = _record(folder)
    if not record:
        raise RunError("no_sources_counted", folder=folder)
    attached = _attached(_from_json(entry["counted"]) for entry in record.values())
    counted = {
        entry["sha256"] for entry in record.values() if _is_counted(entry) or entry.get("mark") in attached
    }
    files = [(path, _sha256(path)) for _, path in files_below(folder)]
    going = {sha256 for _, sha256 in files if sha256 in counted}
    kept = {
        key: {**entry, "is_purged": entry["is_purged"] or entry["sha256"] in going}
        for key, entry in record.items()
    }
    write_json(folder / RECORD, kept)  # first: what is gone and not noted would be lost
    for path, sha256 in files:
        if sha256 in going:
            path.unlink()
    return len([sha256 for _, sha256 in files if sha256 in going]), len(
        [one for _, one in files if one not in going]
    )


def school_finder(reference: Reference, declared: TermReference, file: str) -> SchoolFinder:
    """How the rows of one file call the schools of one term, by what merged into one of them too."""
    former = _former_schools(reference.registry, declared)
    called = [(school.unit_id, school) for school in declared.schools]
    called += [(unit_id, unit) for unit, unit_id in former]
    by_name: dict[str, str] = {}
    for unit_id, unit in called:
        for spoken in {fold(name) for name in (unit.name, unit.short_name, *unit.aliases)}:
            by_name[spoken] = unit_id if by_name.get(spoken, unit_id) == unit_id else ""
    codes = {code: unit_id for unit_id, unit in called for code in (unit.unit_id.lstrip("0"), unit.unit_id)}
    now = {unit.unit_id: unit_id for unit_id, unit in called}
    told = (reference.sources.domains or {}).items()
    domains = {domain: now[unit_id] for domain, unit_id in told if unit_id in now}
    named = file_names({unit.unit_id: unit for _, unit in called}).school_of(file) or ""
    window = period_window(reference, declared)
    return SchoolFinder(
        codes, by_name, domains, now.get(named, ""), declared.term.school_year, (window.first, window.last)
    )


def _former_schools(registry: Registry, declared: TermReference) -> list[tuple[Unit, str]]:
    """The schools that are no more and merged into one school of the term, each with the code of that one."""
    day = declared.plan.due_on
    ids = {school.unit_id for school in declared.schools}
    heirs: dict[str, set[str]] = {}
    for unit_id in ids:
        waiting, seen = [unit_id], {unit_id}
        while waiting:
            for former in registry.predecessors(waiting.pop(), datetime.date.min, day):
                if former not in seen:
                    seen.add(former)
                    waiting.append(former)
                    heirs.setdefault(former, set()).add(unit_id)
    last = {unit.unit_id: unit for unit in registry.units}
    return [
        (last[former], next(iter(found)))
        for former, found in sorted(heirs.items())
        if former not in ids and former in last and len(found) == 1  # what was split is nobody's alone
    ]


def _counted(folder: Path, reference: Reference, declared: TermReference) -> Iterator[_File]:
    """Every file of the folder, counted now or before, and those that were purged since; by name."""
    record = _record(folder)
    sources, made_of = reference.sources, _made_of(reference, declared)
    there: dict[str, dict[str, Any]] = {}
    names = [name for unit in reference.registry.units for name in (unit.name, *unit.aliases)]
    now = 1 + max((entry.get("round", 0) for entry in record.values() if entry["is_purged"]), default=-1)
    for name, path in files_below(folder):
        try:
            sha256, finder = _sha256(path), school_finder(reference, declared, path.name)
        except FileNotFoundError:  # purged while this counted
            continue
        shown = name_without_personal(name, names)
        key = f"{sha256} {shown}"
        entry = record.get(key)
        if entry is None or entry["made_of"] != made_of:
            counted = count_export(path, sources.layouts, finder)
            entry = {
                "file": shown,
                "sha256": sha256,
                "made_of": made_of,
                "mark": name_mark(path.name),
                "counted": _as_json(counted),
                "is_purged": False,
                "round": now if entry is None else entry.get("round", 0),
            }
        there[key] = {**entry, "is_purged": False}
    # What was purged while this counted (a desk looks at any time) is noted as purged since: that stands.
    before, record = record, _record(folder)
    was_purged = {key for key, entry in before.items() if entry["is_purged"]}
    there = {
        key: entry
        for key, entry in there.items()
        if key in was_purged or not record.get(key, entry)["is_purged"]
    }
    # Of what is no longer there only what was purged counts on: what somebody took away is gone.
    hashes = {entry["sha256"] for entry in there.values()}
    purged = {
        key: entry for key, entry in record.items() if entry["is_purged"] and entry["sha256"] not in hashes
    }
    if (kept := there | purged) != record:
        write_json(folder / RECORD, kept)
    for entry in sorted(kept.values(), key=lambda entry: (entry["file"], entry["sha256"])):
        yield _File(
            entry["file"],
            entry["sha256"],
            _from_json(entry["counted"]),
            entry["is_purged"],
            entry.get("round", 0),
            entry.get("mark", ""),
        )


def _attached(counted: Iterable[Counted]) -> set[str]:
    """The marks of all exports that tables of totals name as theirs."""
    return {mark for one in counted for mark in one.attached}


def period_window(reference: Reference, declared: TermReference) -> DateWindow:
    """The days on which the period of an export of one term may end: after the part of the year before it."""
    term, plan = declared.term, declared.plan
    first = term_window(term.school_year, plan.due_on).first
    before = plan.previous
    if before is not None and before.school_year == term.school_year:
        first = reference.calendar.plan(before).due_on + datetime.timedelta(days=1)
    return DateWindow(first, plan.due_on + _AFTER)


def _state(
    file: _File,
    first: Mapping[str, str],
    declared: TermReference,
    window: DateWindow,
    layouts: Mapping[str, ExportLayout],
) -> tuple[str, str]:
    """What came of one file, and why."""
    counted = file.counted
    if (
        counted.source_id and counted.source_id not in layouts
    ):  # it was purged, and its layout is declared no more
        return REFUSED, LAYOUT_UNKNOWN
    if counted.reason:
        return REFUSED, counted.reason
    if file.sha256 in first:
        return TWICE, "same_content"
    if counted.period_to is not None and not window.holds(counted.period_to):
        swapped = _swapped(counted.period_to)
        is_unsure = swapped is not None and window.holds(swapped)
        return OTHER_PERIOD, "period_order_unsure" if is_unsure else "period_outside_term"
    if counted.titled and declared.term.school_year not in counted.titled:
        return OTHER_PERIOD, "year_outside_term"
    if not counted.values:
        is_other = counted.rows_of_other_period > 0
        return (OTHER_PERIOD, "period_outside_term") if is_other else (REFUSED, NOTHING_COUNTED)
    return READ, ""


def _swapped(day: datetime.date) -> datetime.date | None:
    """One day with day and month in the other order; None where that is none."""
    return day.replace(day=day.month, month=day.day) if day.day <= 12 else None


def _facts(
    files: Sequence[_File], layouts: Mapping[str, ExportLayout], term_id: str
) -> Iterator[dict[str, Any]]:
    """One fact of one school a row: of several exports the latest, or the sum where one comes in parts."""
    gathered: dict[tuple[str, str, str], list[tuple[_File, float]]] = {}
    for file in files:
        for (school_id, fact_id), value in file.counted.values.items():
            gathered.setdefault((school_id, file.counted.source_id, fact_id), []).append((file, value))
    for (school_id, source_id, fact_id), found in sorted(gathered.items()):
        latest = max(_period(file) for file, _ in found)
        is_sum = layouts[source_id].is_in_parts
        own = [(file, value) for file, value in found if is_sum or _period(file) == latest]
        last, is_odd = _standing(own, is_sum)
        values = [value for _, value in last]
        state = CONFLICT if is_odd else COUNTED
        value = sum(values) if is_sum else values[0]
        counted = max((file for file, _ in last), key=_period).counted
        yield {
            "school_id": school_id, "term_id": term_id, "source_id": source_id, "fact_id": fact_id, "state": state,
            "value": value if state == COUNTED else None,
            "period_from": counted.period_from, "period_to": counted.period_to,
            "file": "; ".join(file.name for file, _ in last),
        }  # fmt: skip


def _standing(
    found: Sequence[tuple[_File, float]], is_in_parts: bool
) -> tuple[list[tuple[_File, float]], bool]:
    """Those of several exports that count, and whether they contradict each other.

    One that came after a purge stands for what was purged; of a list in parts, for the same part, as one of a later day
    does. A part that was downloaded twice counts once.
    """
    if not is_in_parts:
        newest = max(file.round for file, _ in found)
        last = [(file, value) for file, value in found if file.round == newest]
        return last, len({value for _, value in last}) > 1
    standing: list[tuple[_File, float]] = []
    is_odd = False
    for file, value in sorted(found, key=lambda one: (one[0].round, _period(one[0])), reverse=True):
        parts = set(file.counted.parts)
        alike = [(other, own) for other, own in standing if parts & set(other.counted.parts)]
        if not alike:
            standing.append((file, value))
        else:
            [(other, own), *more] = alike
            is_same = not more and parts == set(other.counted.parts)
            is_again = (other.round, _period(other)) == (file.round, _period(file))
            is_odd |= not is_same or (is_again and own != value)
    return sorted(standing, key=lambda one: one[0].name), is_odd


def _period(file: _File) -> tuple[datetime.date, int]:
    """The last day that one export tells of, and how many days: of two of one day the longer one tells more."""
    last, first = file.counted.period_to or datetime.date.min, file.counted.period_from
    return last, 0 if first is None else (last - first).days


def _record(folder: Path) -> dict[str, Any]:
    """What was counted before, by hash and shown name.

    Raises
    ------
    RunError
        When the record cannot be read: what was purged is nowhere else.
    """
    if not (folder / RECORD).is_file():
        return {}
    record = read_json(folder / RECORD)
    try:
        if record is None:
            raise ValueError
        for entry in record.values():
            counted = _from_json(entry["counted"])
            if not all(isinstance(value, int | float) for value in counted.values.values()):
                raise ValueError
            if not isinstance(entry["is_purged"], bool) or not all(
                isinstance(entry[name], str) for name in ("file", "sha256", "made_of")
            ):
                raise ValueError
    except (TypeError, KeyError, ValueError, AttributeError):
        raise RunError("counted_record_damaged", file=folder / RECORD) from None
    return record


def _is_counted(entry: Mapping[str, Any]) -> bool:
    """Whether anything was counted of one file: what counts for no school is not taken away, its school may yet be declared."""
    return bool(entry["counted"]["values"])


def _made_of(reference: Reference, declared: TermReference) -> str:
    """A hash of all that decides how a file is counted beside its content."""
    sources, former = reference.sources, _former_schools(reference.registry, declared)
    schools = [
        (school.unit_id, school.name, school.short_name, school.aliases)
        for school in (*declared.schools, *(unit for unit, _ in former))
    ]
    window = period_window(reference, declared)
    said = repr((sources.layouts, sorted((sources.domains or {}).items()), schools, window))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _as_json(counted: Counted) -> dict[str, Any]:
    told = asdict(replace(counted, values={}))
    told["values"] = [[*place, value] for place, value in sorted(counted.values.items())]
    return told | {name: None if told[name] is None else told[name].isoformat() for name in _DAYS}


def _from_json(told: Mapping[str, Any]) -> Counted:
    days = {name: told[name] and datetime.date.fromisoformat(told[name]) for name in _DAYS}
    values = {(school_id, fact_id): value for school_id, fact_id, value in told["values"]}
    texts = {name: tuple(told.get(name, ())) for name in ("notes", "parts", "attached", "titled")}
    return Counted(**{**told, **days, **texts, "values": values})


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
