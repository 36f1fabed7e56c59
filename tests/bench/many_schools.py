"""One district made larger: the schools of a term many times over, each with a code, a file and answers of its own."""

from __future__ import annotations

import csv
import itertools
import zipfile
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd

from termreview.intake.received.received import ReceivedFile
from termreview.reference.declarations import Reference
from termreview.reference.kinds.units import Unit
from termreview.storage.atomic_files import sha256_of
from termreview.terms import Term


def enlarge(reference: Reference, term: Term, count: int) -> tuple[Reference, dict[str, list[str]]]:
    """The declarations with `count` schools in the term, and the codes of the copies of each school.

    Each time the district begins anew, its communes are others, too: they stay as large as they are.
    """
    day = reference.of(term).plan.due_on
    schools, units = reference.of(term).schools, reference.registry.on(day)
    copies: dict[str, list[str]] = {school.unit_id: [] for school in schools}
    added: list[Unit] = []
    communes: dict[str, Unit] = {}
    for number, school in enumerate(itertools.islice(itertools.cycle(schools), count)):
        code, turn = f"9{number:0{len(school.unit_id) - 1}d}", number // len(schools)
        copies[school.unit_id].append(code)
        parent_id = school.parent_id
        if turn:
            above, parent_id = units[parent_id], f"{parent_id}-{turn}"
            communes.setdefault(parent_id, _renamed(above, parent_id, turn))
        added.append(replace(_renamed(school, code, number), parent_id=parent_id))
    others = [unit for unit in reference.registry.units if unit.kind != "school"]
    registry = replace(reference.registry, units=(*others, *communes.values(), *added), events=())
    return replace(reference, registry=registry, decisions=(), verified=()), copies


def _renamed(unit: Unit, unit_id: str, number: int) -> Unit:
    name, short_name = (f"{own} {number}" for own in (unit.name, unit.short_name))
    return replace(unit, unit_id=unit_id, name=name, short_name=short_name, aliases=())


def write_registry(reference: Reference, folder: Path) -> None:
    """Write the units of an enlarged district as `units.csv`, and empty the lists that name schools of the sample."""
    columns = [field.name for field in fields(Unit)]
    rows = [
        [";".join(own) if isinstance(own := getattr(unit, name), tuple) else own or "" for name in columns]
        for unit in reference.registry.units
    ]
    with (folder / "units.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    for name in ("account_domains", "contacts", "unit_events"):
        path = folder / f"{name}.csv"
        head = path.read_text(encoding="utf-8").splitlines()[0]
        path.write_text(f"{head}\n", encoding="utf-8")


def copied_files(
    files: Sequence[tuple[ReceivedFile, str]], copies: dict[str, list[str]], folder: Path
) -> list[ReceivedFile]:
    """A file for each copy of each school: the one received from it, with the code of the copy in its place."""
    made = []
    for file, school_id in files:
        with zipfile.ZipFile(file.path) as source:
            parts = [(entry, source.read(entry)) for entry in source.infolist()]
        for code in copies[school_id]:
            path = folder / f"{code}.xlsx"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
                for entry, content in parts:
                    target.writestr(entry, content.replace(school_id.encode(), code.encode()))
            content = path.read_bytes()
            made.append(ReceivedFile(path.name, path, file.received_on, sha256_of(content), len(content)))
    return made


def copied_answers(observations: pd.DataFrame, copies: dict[str, list[str]]) -> pd.DataFrame:
    """The observations of all copies: those of the school that each is a copy of."""
    by_school = dict(tuple(observations.groupby("school_id", sort=False)))
    return pd.concat(
        [
            by_school[school_id].assign(school_id=code)
            for school_id, codes in copies.items()
            for code in codes
        ],
        ignore_index=True,
    ).astype({"school_id": "string"})
