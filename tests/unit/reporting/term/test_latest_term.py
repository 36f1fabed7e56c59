"""A blank term is the latest of which files were received, or of which the tables are there."""

from __future__ import annotations

from pathlib import Path

import pytest
import report_world

from termreview.errors import UsageError
from termreview.reporting.term.latest_term import has_files, term_or_latest
from termreview.storage.workspace import Workspace
from termreview.terms import Term, parse_term

HK1, HK2 = parse_term("2023-2024-hk1"), parse_term("2023-2024-hk2")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def receive(workspace: Workspace, term: Term, *names: str) -> None:
    workspace.raw(term).mkdir(parents=True, exist_ok=True)
    for name in names:
        (workspace.raw(term) / name).write_bytes(b"")


def test_a_named_term_is_that_term(workspace: Workspace) -> None:
    assert term_or_latest(workspace, report_world.reference(), HK1.term_id) == HK1
    with pytest.raises(UsageError):
        term_or_latest(workspace, report_world.reference(), "hk1")


def test_a_blank_one_is_the_latest_with_files(workspace: Workspace) -> None:
    receive(workspace, HK1, "a.xlsx")
    receive(workspace, HK2, "received.csv", ".first-seen.json")
    assert term_or_latest(workspace, report_world.reference()) == HK1, "a list is nothing received"
    receive(workspace, HK2, "b.xls")
    assert term_or_latest(workspace, report_world.reference()) == HK2


def test_periodic_statistics_are_the_latest_only_where_nothing_else_is_there(workspace: Workspace) -> None:
    start, end = parse_term("2023-2024-tkdn"), parse_term("2023-2024-tkcn")
    receive(workspace, start, "a.xlsx")
    receive(workspace, end, "b.xlsx")
    assert term_or_latest(workspace, report_world.reference()) == end
    receive(workspace, HK1, "c.xlsx")
    assert term_or_latest(workspace, report_world.reference()) == HK1, "statistics came later"
    assert term_or_latest(workspace, report_world.reference(), report="statistics") == end


def test_only_what_checks_name_is_read_of_the_other_terms_of_a_year() -> None:
    reference = report_world.reference()
    parts = {
        part: [term.part for term in reference.held_against(Term("2023-2024", part))]
        for part in ("tkdn", "hk1", "tkgn", "hk2", "tkcn")
    }
    assert parts == {
        "tkdn": [],
        "hk1": [],
        "tkgn": ["tkdn", "hk1"],
        "hk2": [],
        "tkcn": ["tkdn", "hk1", "hk2"],
    }
    assert reference.terms_read_by(HK2) == (HK1,)
    assert [plan.term.part for plan in reference.calendar.reviews] == ["hk1", "hk2"] * 2


def test_a_report_asks_for_a_term_that_is_due_it(workspace: Workspace) -> None:
    receive(workspace, HK1, "a.xlsx")
    receive(workspace, HK2, "b.xls")
    found = {
        report: term_or_latest(workspace, report_world.reference(), report=report)
        for report in ("semester_review", "year_end_summary")
    }
    assert found == {"semester_review": HK1, "year_end_summary": HK2}


def test_without_any_it_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="data/raw"):
        term_or_latest(workspace, report_world.reference())
    with pytest.raises(UsageError, match="termreview run"):
        term_or_latest(workspace, report_world.reference(), is_there=lambda *_: False)
    assert not has_files(workspace, HK1)
