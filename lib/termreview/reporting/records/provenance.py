"""One report's origin: the files received, the declarations and the program that it was made from, by hash."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from termreview.installation import made_with
from termreview.reference.declarations import Reference
from termreview.storage.atomic_files import read_json
from termreview.storage.output_paths import MANIFEST
from termreview.storage.workspace import Workspace, has_tables, read_table
from termreview.terms import Term

if TYPE_CHECKING:
    import pandas as pd

SHORT: Final = 12  # letters of a hash that people compare by eye
OWN_SHARE: Final = "term"  # in a record: its declarations are the term's share of each file, not whole files


@dataclass(frozen=True, order=True)
class Source:
    """One received file: its name in the term's folder, the hash of its content, the day it came (ISO)."""

    file: str
    sha256: str
    received_on: str


@dataclass(frozen=True)
class Provenance:
    """What one report was made from.

    Attributes
    ----------
    inputs
        The received files of each term that the report rests on, by name; the oldest term first, its own last.
    declarations
        The hash of what each declaration file says of the term and of those that it is compared with, by its name.
    later
        By term and school, the day of a file that came too late to count.
    """

    inputs: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    declarations: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


NOWHERE: Final = Provenance()


def read_provenance(workspace: Workspace, reference: Reference, term: Term) -> Provenance:
    """Say what the tables of one term were made from, as these tables tell it themselves."""
    terms = terms_behind(workspace, reference, term)
    inputs = {each.term_id: _sources(workspace, each) for each in terms}
    later = {each.term_id: later_of(read_table(workspace, each, "findings")) for each in terms}
    return Provenance(inputs, reference.fingerprints_of(term), later)


def run_day(workspace: Workspace, term: Term) -> datetime.date | None:
    """The day that the last finished run of one term spoke for, as it stands in its manifest; None where there is none."""
    manifest = read_json(workspace.output_paths(term).place(MANIFEST)) or {}
    try:
        return datetime.date.fromisoformat(str(manifest.get("parameters", {}).get("as_of", "")))
    except ValueError:
        return None


def later_of(findings: pd.DataFrame) -> dict[str, str]:
    """By school of which nothing counts, the day of a file of its that came after the day of the report."""
    told = findings[findings["check_code"].eq("not_submitted") & findings["found"].fillna("").ne("")]
    return dict(zip(told["school_id"], told["found"], strict=True))


def files_naming(findings: pd.DataFrame) -> dict[str, list[str]]:
    """By school, the files of no known school in which it is named."""
    told = findings[findings["check_code"] == "file_names_schools"]
    found: dict[str, list[str]] = {}
    for file, school_ids in zip(told["file"], told["found"], strict=True):
        for school_id in str(school_ids).split("; "):
            found.setdefault(school_id, []).append(str(file))
    return found


def terms_behind(workspace: Workspace, reference: Reference, term: Term) -> list[Term]:
    """The terms that one term's report rests on, as far as there are tables; the one due last, itself, at the end."""
    found, due = [term], [term]
    while due:
        for one in reference.terms_read_by(due.pop()):
            if one not in found and has_tables(workspace, one):
                found.append(one)
                due.append(one)
    return sorted(found, key=lambda one: reference.calendar.plan(one).due_on)


def _sources(workspace: Workspace, term: Term) -> tuple[Source, ...]:
    rows = read_table(workspace, term, "submissions")
    days = rows["received_on"].dt.strftime("%Y-%m-%d")
    return tuple(
        sorted({Source(*told) for told in zip(rows["file"], rows["sha256"], days.fillna(""), strict=True)})
    )


def short_hash(content: object) -> str:
    """The first letters of the hash of one piece of plain data: what a footer prints."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]


def inputs_fingerprint(sources: Iterable[Source]) -> str:
    """The short hash of some received files: their names and contents."""
    return short_hash(sorted((source.file, source.sha256) for source in sources))


def hidden_name(name: str) -> str:
    """What stands for a file name in a report that may not carry it: the same name always gives the same."""
    return f"#{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def is_hidden_name(name: str) -> bool:
    """Whether one name is what `hidden_name` put in the place of another."""
    return re.fullmatch(r"#[0-9a-f]{16}", name) is not None


def origin_record(provenance: Provenance, hides_names: bool = False) -> dict[str, Any]:
    """One origin as plain data, for the report to carry.

    Parameters
    ----------
    hides_names
        Put `hidden_name` in the place of each file name: names that schools chose may hold a person's.
    """
    return {
        "inputs": [
            {
                "term_id": term_id,
                "files": sorted(
                    [hidden_name(each.file) if hides_names else each.file, each.sha256, each.received_on]
                    for each in sources
                ),
                **({"later": dict(later)} if (later := provenance.later.get(term_id)) else {}),
            }
            for term_id, sources in provenance.inputs.items()
        ],
        "declarations": dict(sorted(provenance.declarations.items())),
        "declared": OWN_SHARE,
        "made_with": made_with(),
    }
