"""What `issue` says on the screen: which report was kept under which number, and of which edition."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from intake_world import HK1, reference

from termreview.cli.issue import issue
from termreview.storage.workspace import Workspace


@pytest.mark.parametrize(("edition", "words"), [("internal", "bản nội bộ"), ("shareable", "bản chia sẻ")])
@pytest.mark.parametrize("is_new", [True, False])
def test_the_edition_that_was_issued_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    edition: str,
    words: str,
    is_new: bool,
) -> None:
    pending: dict[str, list[str]] = {"missing": [], "refused": [], "errors": []}
    record = {"pending": pending, "inputs": [], "previous": None, "compared": []}
    day = datetime.date(2024, 1, 20)
    found = SimpleNamespace(number=1, status="provisional", as_of=day, record=record, reports=())
    kept = SimpleNamespace(is_new=is_new, issue=found)
    monkeypatch.setattr("termreview.run.issuing.issue_report", lambda *_: kept)
    options = argparse.Namespace(term=HK1.term_id, unit=None, level=None, as_of=None, edition=edition)
    issue(options, Workspace(tmp_path), reference())
    assert words in capsys.readouterr().out.splitlines()[0]
