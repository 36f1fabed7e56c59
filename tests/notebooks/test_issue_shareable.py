"""Shareable reports of one term handed out before and after a late school, by the commands that an office uses."""

from __future__ import annotations

import datetime
import shutil
import sys
from pathlib import Path

import pytest

from demo_world import new_workspace
from termreview.proof.verify import verify_report
from termreview.reference.declarations import load_reference
from termreview.reporting.editions.scope import IN_HAND, SHAREABLE
from termreview.reporting.records.issued import SHOWN, list_issues, record_path
from termreview.reporting.records.page_record import read_record
from termreview.reporting.report.context import open_report
from termreview.run.issuing import issue_report
from termreview.run.runner import RunResult, run_term
from termreview.run.work_list import report_step, table_steps
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from intake_world import PRESCHOOL, PRIMARY, SECONDARY, receive, write_school

TERM = parse_term("2023-2024-hk1")
FIRST_DAY, SECOND_DAY = datetime.date(2024, 1, 15), datetime.date(2024, 2, 10)
FEW = "pupils_disabled_count.total"  # 4 at the late school, one a grade


def run(workspace: Workspace, day: datetime.date) -> RunResult:
    reference = load_reference(workspace.reference)
    declared = reference.of(TERM)
    report = report_step(workspace, reference, declared, day, edition=SHAREABLE)
    return run_term(workspace, reference, TERM, day, steps=[*table_steps(workspace, declared, day), report])


def hand_out(workspace: Workspace) -> bool:
    return issue_report(workspace, load_reference(workspace.reference), TERM, edition=SHAREABLE).is_new


def total_of(workspace: Workspace, day: datetime.date) -> tuple[bool, float]:
    """Whether the shareable report hides the office's total, and what it is told as."""
    report = open_report(TERM.term_id, day.isoformat(), str(workspace.root), edition=SHAREABLE)
    own = report.summaries.statistics.query("field_id == @FEW").iloc[0]
    return bool(own["is_hidden"]), own["value"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An office that handed out its shareable report, got a late school, and made the report again."""
    workspace = new_workspace(tmp_path_factory.mktemp("office"))
    raw = workspace.raw(TERM)
    raw.mkdir(parents=True)
    for school in (PRIMARY, PRESCHOOL):
        write_school(raw / f"{school}.xlsx", school)
    receive(raw, {})
    run(workspace, FIRST_DAY)
    assert total_of(workspace, FIRST_DAY) == (False, 11.0)  # five grades and six age groups, one each
    assert hand_out(workspace)
    assert not hand_out(workspace), "a report is handed out once"
    write_school(raw / "late.xlsx", SECONDARY)
    receive(raw, {"late.xlsx": SECOND_DAY})
    run(workspace, SECOND_DAY)
    return workspace


def test_a_total_whose_difference_is_a_late_schools_small_count_is_hidden_the_second_time(
    office: Workspace,
) -> None:
    (first,) = list_issues(office, TERM)
    assert [FEW, ""] in first.record[SHOWN]
    is_hidden, told = total_of(office, SECOND_DAY)
    assert is_hidden
    assert told != told


def test_the_second_report_says_which_issue_it_minded_and_verify_makes_it_again(office: Workspace) -> None:
    page = next(path for path in sorted(office.reports(TERM).glob("*-chia-se.html")))
    (first,) = list_issues(office, TERM)
    assert read_record(page)["step"][IN_HAND] == {"1": first.record_sha256}
    assert verify_report(office, load_reference(office.reference), page).state == "identical"


def test_an_issue_that_nobody_can_read_any_more_hides_all_that_it_could_have_told(
    office: Workspace, tmp_path: Path
) -> None:
    copy = Workspace(Path(shutil.copytree(office.root, tmp_path / "copy")))
    record_path(copy, TERM, 1).write_text("{", encoding="utf-8")
    report = open_report(TERM.term_id, SECOND_DAY.isoformat(), str(copy.root), edition=SHAREABLE)
    sensitive = (
        report.summaries.statistics["field_id"].map(report.reference.disclosure.is_sensitive).astype(bool)
    )
    own = report.summaries.statistics[sensitive]
    assert own["is_hidden"].sum() > 10
    assert own.loc[~own["is_hidden"], "value"].dropna().eq(0).all()
