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
