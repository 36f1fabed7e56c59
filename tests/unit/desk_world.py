"""One small office for the desk: ten schools, a term of workbooks with a few slips, and the day on which it is looked at."""

from __future__ import annotations

import csv
import datetime
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd
from intake_world import HK1, PRIMARY, ROOT, SECONDARY, answers_of, receive, scratch

from termreview.desk.term.term_now import TermNow, look, plain_rows
from termreview.forms.form import FormOrder, Value, write_form
from termreview.reference.declarations import load_reference
from termreview.reporting.blocks.rows import Record
from termreview.storage.workspace import Workspace

TERM, TODAY, ROLE = HK1.term_id, datetime.date(2024, 1, 12), "Chuyên viên CNTT"
PRESCHOOL, SILENT = "0477101", "0477301"
PRIMARIES = ("0477201", "0477202", "0477203", "0477204", "0477205", "0477206", PRIMARY)
KEPT = (PRESCHOOL, *PRIMARIES, SILENT, "0477310", "0477406")
HOSTILE = "<img src=x onerror=alert(1)> & \"=cmd|' /C calc'!A0\""
# Slips by school: claimed points without their facts, a word for a number, a total that does not add up, a blank.
SLIPS: Mapping[str, Mapping[str, Value]] = {
    "0477201": {"informatics_computers_working_count": "mười lăm", "support_requests_received_count": "khoảng 50"},
    "0477202": {"pupils_girls_count.g1": 51, "q4725_1_3_1.self": 2},
    "0477203": {"has_studio": None, "q4725_1_7_3.evidence": HOSTILE},
    "0477204": {"computers_antivirus_count": 60, "support_requests_received_count": "gần hết"},
    "0477205": {"online_plan.number": "không có", "q4725_1_3_1.evidence": "https://truong.example/mc, javascript:alert(1)"},
}  # fmt: skip


def without_copies(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings but those on schools that answer alike: the schools of this office do, slips aside."""
    return findings[findings["check_code"] != "same_part_two_schools"]


@cache
def _office() -> Path:
    """The folder of the office, made once."""
    root = scratch()
    workspace = Workspace(root)
    shutil.copytree(ROOT / "data" / "reference", workspace.reference)
    shutil.copytree(ROOT / "notebooks", workspace.notebooks)
    _keep_schools(workspace.reference)
    folder = workspace.raw(HK1)
    folder.mkdir(parents=True)
    reference = load_reference(workspace.reference)
    declared = reference.of(HK1)
    for school in declared.schools:
        if school.unit_id == SILENT:
            continue
        model = {"mn": PRESCHOOL, "thcs": SECONDARY}.get(school.level, PRIMARY)
        answers = {**answers_of(model), **SLIPS.get(school.unit_id, {})}
        parent = reference.registry.on(declared.plan.due_on)[school.parent_id].name
        order = FormOrder(declared, school, reference.registry.level_titles()[school.level], parent)
        write_form(folder / f"{school.unit_id}.xlsx", order, answers)
    receive(folder, {"0477204.xlsx": datetime.date(2024, 1, 11)})
    return root


def _keep_schools(folder: Path) -> None:
    """Take the other schools, and what happens to them, out of the registry of one copy."""
    gone = _rewrite(
        folder / "units.csv", lambda row: row["kind"] != "school" or row["unit_id"] in KEPT, "unit_id"
    )
    _rewrite(
        folder / "unit_events.csv",
        lambda row: not gone & {*row["from_ids"].split(";"), *row["to_ids"].split(";")}, "event_id",
    )  # fmt: skip


def _rewrite(path: Path, is_kept: Callable[[dict[str, str]], bool], key: str) -> set[str]:
    """Keep some rows of one list; give the keys of those taken out."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if is_kept(row))
    return {row[key] for row in rows if not is_kept(row)}


def new_office(root: Path) -> Workspace:
    """A copy of the office to work in."""
    shutil.copytree(_office(), root, dirs_exist_ok=True)
    return Workspace(root)


@cache
def seen() -> TermNow:
    """The term of the office as it is looked at first; nobody changes its folder."""
    return look(TERM, workspace_root=str(_office()))


def look_at(workspace: Workspace) -> TermNow:
    """The term of one copy as it stands."""
    return look(TERM, workspace_root=str(workspace.root))


def finding_of(now: TermNow, school_id: str, check_code: str, field_id: str | None = None) -> Record:
    """One finding by school, code and field."""
    rows = [
        row
        for row in plain_rows(now.cleaned.findings)
        if (row["school_id"], row["check_code"]) == (school_id, check_code)
        and field_id in (None, row["field_id"])
    ]
    assert len(rows) == 1, rows
    return rows[0]
