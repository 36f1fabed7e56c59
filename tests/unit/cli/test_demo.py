"""The demonstration runs the two reports of its year and says which terms it leaves to be run."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from termreview.cli.__main__ import main
from termreview.run import runner
from termreview.sample import school_year
from worlds import copy_reference

TERMS = ("2023-2024-tkdn", "2023-2024-hk1", "2023-2024-tkgn", "2023-2024-hk2", "2023-2024-tkcn")


def test_the_demo_runs_the_two_reports_and_names_what_it_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_reference(tmp_path / "data")
    run: list[tuple[str, datetime.date]] = []

    def run_term(_: Any, __: Any, term: Any, day: datetime.date, **___: Any) -> SimpleNamespace:
        run.append((term.term_id, day))
        return SimpleNamespace(reports=[Path(f"{term.term_id}.html")])

    monkeypatch.setattr(runner, "run_term", run_term)
    monkeypatch.setattr(school_year, "write_sample", lambda *_, **__: dict.fromkeys(TERMS, 54))
    assert main(["--root", str(tmp_path), "demo"]) == 0
    assert run == [
        ("2023-2024-hk1", datetime.date(2024, 1, 20)), ("2023-2024-hk2", datetime.date(2024, 6, 4)),
    ]  # fmt: skip
    told = capsys.readouterr().out
    assert "chưa chạy các kỳ thống kê: 2023-2024-tkdn, 2023-2024-tkgn, 2023-2024-tkcn" in told
