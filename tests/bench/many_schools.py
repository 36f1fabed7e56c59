"""One district made larger: the schools of a term many times over, each with a code, a file and answers of its own."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from termreview.intake.received.received import ReceivedFile
from termreview.reference.declarations import Reference
from termreview.reference.kinds.units import Unit
from termreview.storage.atomic_files import sha256_of
from termreview.terms import Term


def enlarge(reference: Reference, term: Term, count: int) -> tuple[Reference, dict[str, list[str]]]:
    """The declarations with `count` schools in the term, and the codes of the copies of each school."""
    schools = reference.of(term).schools
    copies: dict[str, list[str]] = {school.unit_id: [] for school in schools}
    added: list[Unit] = []
    for number, school in enumerate(itertools.islice(itertools.cycle(schools), count)):
        code = f"9{number:0{len(school.unit_id) - 1}d}"
        copies[school.unit_id].append(code)
        name = f"{school.name} {number}"
        added.append(replace(school, unit_id=code, name=name, short_name=name, aliases=()))
    others = [unit for unit in reference.registry.units if unit.kind != "school"]
    registry = replace(reference.registry, units=(*others, *added), events=())
    return replace(reference, registry=registry, decisions=(), verified=()), copies


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
