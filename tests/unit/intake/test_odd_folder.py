"""`make odd`: what comes of every file of a folder, and that none of them can end in another way."""

from __future__ import annotations

import sys
from pathlib import Path

from hostile_files import odd_files
from intake_world import SUBMISSIONS

sys.path.append(str(Path(__file__).resolve().parents[2] / "odd"))

from odd import FAILED, READ, different_files, judge, report, run
from termreview.intake.inspection import REFUSED

SOME = ("strict", "ods, its kind last", "ods as a single XML", "SYLK", "cell twice", "UTF-16 table")


def test_every_file_of_a_folder_is_read_or_refused_by_name(tmp_path: Path) -> None:
    odd = odd_files()
    for origin in ("one", "other"):
        (tmp_path / origin).mkdir()
    (tmp_path / "one" / "form.xlsx").write_bytes((SUBMISSIONS / "clean.xlsx").read_bytes())
    for number, name in enumerate(SOME):
        (tmp_path / "other" / f"{number}.xls").write_bytes(odd[name][0])
    (tmp_path / "other" / "again.xlsx").write_bytes((SUBMISSIONS / "clean.xlsx").read_bytes())
    paths = list(different_files(tmp_path))
    outcomes = run(paths, workers=2)
    assert [outcome.path for outcome in outcomes] == [str(path) for path in paths]
    assert len(outcomes) == 1 + len(SOME)  # the form stands there twice
    assert not [outcome for outcome in outcomes if outcome.verdict in FAILED]
    assert {outcome.verdict for outcome in outcomes} == {READ, REFUSED}
    told = report(outcomes, tmp_path, 1.0)
    assert "  one: read 1\n" in told
    assert told.endswith(f"tried {len(outcomes)}, failed 0")


def test_a_failure_that_nobody_foresaw_is_no_refusal(tmp_path: Path, monkeypatch: object) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes((SUBMISSIONS / "clean.xlsx").read_bytes())

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("termreview.intake.inspection.read_workbook", fail)  # type: ignore[attr-defined]
    assert judge(path).verdict in FAILED
