"""A file that is no published report, given to `verify`: said to be none, and which command reads it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from intake_world import HK1, SUBMISSIONS

from demo_world import new_workspace
from termreview.cli import __main__ as cli


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("data/raw/2023-2024/hk1/bc.xlsx", "bc.xlsx là tệp trường gửi, không phải báo cáo do termreview lập"),
        ("data/raw/2023-2024/hk1/a/bc.xls", "bc.xls là tệp trường gửi"),
        ("bc.xlsx", "nếu đây là tệp của trường thì không phải báo cáo"),
        ("bc.csv", "không mang lai lịch của báo cáo do termreview lập"),
    ],
)
def test_a_school_s_file_is_named_as_such_with_the_command_that_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    workspace = new_workspace(tmp_path / "office")
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    assert path.is_relative_to(workspace.raw(HK1)) == name.startswith("data")
    shutil.copy(SUBMISSIONS / "clean.xlsx", path)
    assert cli.main(["--root", str(workspace.root), "verify", str(path)]) == 2
    shown = capsys.readouterr().out
    assert said in shown
    assert "`termreview inspect`" in shown
