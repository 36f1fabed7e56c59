"""The declarations of an office begun from nothing: those at hand, with its own name, year and schools in the place of the sample's."""

from __future__ import annotations

import csv
import datetime
import io
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from termreview.errors import UsageError
from termreview.office.new_year import (
    CALENDAR,
    DOCUMENTS,
    add_row,
    ask_again,
    letter_row,
    term_entry,
    year_entry,
)
from termreview.office.office_workbook import Filled, School, read_filled, write_blank
from termreview.office.steps import Steps
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.oversights import REVIEW
from termreview.storage.atomic_files import write_list, write_text
from termreview.storage.workspace import Workspace, named_workspace
from termreview.text import fold, unaccented

# What is the sample's alone: a new office begins with the head of each.
_EMPTIED = (
    "unit_events.csv", "decisions.csv", "verified_points.csv", "visits.csv", "office_actions.csv", "account_domains.csv",
)  # fmt: skip
_FOLDERS = ("data/raw", "data/processed", "reports")
_PAPERS = ("README.vi.md", "README.md")
_UNITS = ("unit_id", "valid_from", "valid_to", "kind", "level", "name", "short_name", "parent_id", "aliases")
_KINDS = (("phường", "ward"), ("xã", "commune"), ("thị trấn", "commune"), ("huyện", "district"), ("quận", "district"), ("thị xã", "district"))  # fmt: skip
_PROVINCE, _AREA = "T", "H"
_DATA_LEAD = datetime.timedelta(
    days=10
)  # of the day that figures speak for, before they are due; the office settles it


def new_office(folder: str | Path, *, workspace_root: str = "") -> Steps:
    """Begin the folder of a new office in two calls: the first writes a workbook to fill in, the second reads it.

    Parameters
    ----------
    folder
        The folder of the new office; made where it is missing.
    workspace_root
        The workspace whose declarations it begins with; blank for the one that holds the current folder.

    Raises
    ------
    UsageError
        When the folder has declarations already, or the workbook has slips: all at once, each at its cell.
    RunError
        When the workbook cannot be read.
    DeclarationError
        When the declarations would hold mistakes; then none is written.
    """
    source = named_workspace(workspace_root)
    root, reference = Path(folder).resolve(), load_reference(source.reference)
    texts, levels = reference.office_texts, reference.registry.levels
    steps = texts["next_steps"]
    if (root / "data" / "reference").exists():
        raise UsageError("office_folder_taken", folder=root)
    path = root / texts["workbook"]["file"]
    if not path.is_file():
        root.mkdir(parents=True, exist_ok=True)
        write_blank(path, texts, levels)
        return Steps(steps["blank"].format(file=path, folder=folder))
    filled = read_filled(path, texts, levels)
    with tempfile.TemporaryDirectory(dir=root, prefix=".khai-bao-") as beside:
        made = Workspace(Path(beside))
        _declare(source, made, reference, filled)
        load_reference(made.reference)
        (root / "data").mkdir(exist_ok=True)
        shutil.copytree(source.notebooks, root / "notebooks", ignore=shutil.ignore_patterns(".*", "*.failed.ipynb"), dirs_exist_ok=True)  # fmt: skip
        for name in _PAPERS:
            if (source.root / name).is_file():
                shutil.copyfile(source.root / name, root / name)
        for name in _FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        made.reference.replace(root / "data" / "reference")  # last: from now on it is an office
    year = filled.fields["school_year"]
    done = steps["made"].format(count=len(filled.schools), year=year, folder=root)
    names = ("root", "check", "forms", "letters")
    return Steps(done, tuple(steps[name].format(folder=root, term=f"{year}-hk1") for name in names))


def _declare(source: Workspace, made: Workspace, reference: Reference, filled: Filled) -> None:
    """Write the declarations: what the office filled in, and everything else as it is at hand, to be looked through."""
    folder, fields = made.reference, filled.fields
    shutil.copytree(source.reference, folder, ignore=shutil.ignore_patterns("~$*", ".*"))
    for name in _EMPTIED:
        if (folder / name).is_file():
            head = (folder / name).read_text(encoding="utf-8").partition("\n")[0]
            write_text(folder / name, head + "\n")
    year, legal = fields["school_year"], f"huong-dan-{fields['school_year']}"
    write_list(folder / "units.csv", _UNITS, _units(filled))
    with_mail = [(school.unit_id, school.email, "") for school in filled.schools]
    write_list(folder / "contacts.csv", ("school_id", "email", "copy_to"), with_mail)
    _write_office(folder / "office.csv", filled)
    add_row(folder / DOCUMENTS, {"document_id": legal, **letter_row(year, fields.get("letter_number", ""), fields.get("letter_on", ""), fields.get("letter_title", ""), reference.office_texts["calendar"])})  # fmt: skip
    head = (folder / CALENDAR).read_text(encoding="utf-8").partition("school_years:")[0]
    entry = year_entry(
        year, datetime.date.fromisoformat(fields["starts_on"]),
        [*_terms(reference, filled, legal), *_statistics(reference, year)],
        reference.office_texts["calendar"]["sketch"],
    )  # fmt: skip
    write_text(folder / CALENDAR, f"{head}school_years:{entry}")
    ask_again(folder / REVIEW, are_all=True)


def _statistics(reference: Reference, year: str) -> list[dict[str, str]]:
    """The terms of periodic statistics in the first year, as the last year at hand has them, every date shifted."""
    plans = [plan for plan in reference.calendar.plans if not plan.is_review]
    own = [plan for plan in plans if plan.term.school_year == plans[-1].term.school_year]
    return [
        term_entry(plan, year, own[-1].legal, f"{year}-{plan.previous.part}" if plan.previous in [one.term for one in own] else "")
        for plan in own
    ]  # fmt: skip


def _terms(reference: Reference, filled: Filled, legal: str) -> list[dict[str, str]]:
    """Both terms of the first year, with the form, tasks and index of the last one at hand."""
    plan, texts, year = (
        reference.calendar.reviews[-1],
        reference.office_texts["calendar"],
        filled.fields["school_year"],
    )
    terms = []
    for part, report in (("hk1", "semester_review"), ("hk2", "year_end_summary")):
        due_on = filled.fields[f"due_on_{part}"]
        day = max(datetime.date.fromisoformat(due_on) - _DATA_LEAD, datetime.date.fromisoformat(filled.fields["starts_on"]))  # fmt: skip
        previous = {} if part == "hk1" else {"previous": f"{year}-hk1"}
        terms.append(
            {"id": f"{year}-{part}", "part": part, "title": texts[part], "report": report, **previous, "due_on": due_on,
             "data_as_of": f"{day}", "form": plan.form, "tasks": plan.tasks, "indicator_set": plan.indicator_set,
             "legal": legal, "mark": "C"}
        )  # fmt: skip
    return terms


def _units(filled: Filled) -> list[Sequence[str]]:
    """The units from above: province, area, communes in the order of the list, schools."""
    fields, start = filled.fields, filled.fields["starts_on"]
    communes = {name: f"X{number:02}" for number, name in enumerate(dict.fromkeys(school.commune for school in filled.schools), start=1)}  # fmt: skip
    is_one = {fold(name) for name in communes} == {fold(fields["area"])}
    rows: list[Sequence[str]] = [_unit(_PROVINCE, start, "province", fields["province"], "")]
    if not is_one:
        rows.append(_unit(_AREA, start, "district", fields["area"], _PROVINCE))
    above = _PROVINCE if is_one else _AREA
    rows += [_unit(unit_id, start, _kind(name), name, above) for name, unit_id in communes.items()]
    for school in filled.schools:
        rows.append(
            (school.unit_id, start, "", "school", school.level.level, school.name, short_name(school), communes[school.commune], "")
        )  # fmt: skip
    return rows


def _unit(unit_id: str, start: str, kind: str, name: str, parent: str) -> Sequence[str]:
    bare = re.sub(r"^(tỉnh|thành phố|huyện|quận|thị xã|thị trấn|xã|phường)\s+", "", name, flags=re.IGNORECASE)
    return unit_id, start, "", kind, "", name, bare, parent, ""


def _kind(commune: str) -> str:
    return next((kind for word, kind in _KINDS if fold(commune).startswith(fold(word))), "commune")


def short_name(school: School) -> str:
    """The name of one school as lists have it: TH An Lộc for Trường Tiểu học An Lộc."""
    bare = re.sub(r"^trường\s+", "", school.name, flags=re.IGNORECASE)
    title = school.level.title
    return school.level.short_title + bare[len(title) :] if fold(bare).startswith(fold(title)) else bare


def _write_office(path: Path, filled: Filled) -> None:
    """One row: the office from the first day of its first year; it is real, so that no form says otherwise."""
    fields = filled.fields
    heads = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    communes = {fold(school.commune) for school in filled.schools}
    plain = re.sub(r"[^a-z0-9]+", "-", unaccented(fields["short_name"]).lower()).strip("-")
    values = dict(fields) | {
        "office_id": plain or "co-quan", "valid_from": fields["starts_on"], "unit_id": "X01" if communes == {fold(fields["area"])} else _AREA,
        "is_illustrative": "no",
    }  # fmt: skip
    write_list(path, heads, [[values.get(head, "") for head in heads]])
