"""One command as it is called on odd machines: its reader gone, its clock wrong, another file in a library's place."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from demo_world import new_workspace
from termreview.cli import __main__ as cli, options
from termreview.errors import UNEXPECTED, RunError, UsageError
from termreview.installation import shadowed
from worlds import REFERENCE, ROOT

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "lib")}
COMMAND = [sys.executable, "-m", "termreview.cli"]


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_a_refused_file_gives_its_exit_code_although_the_reader_of_the_output_has_gone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.4 no workbook")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "inspect", str(path)], stdout=writer, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (6, b"")


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_a_command_whose_reader_has_gone_does_its_work_to_the_end(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "--root", str(tmp_path), "forms", "2023-2024-hk1", "--school", "0477101", "0477201"],
        stdout=writer, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list(workspace.root.rglob("forms/*.xlsx"))) == 2


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
@pytest.mark.parametrize(
    "language",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "cp1258"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
    ],
    ids=str,
)
def test_names_and_texts_are_the_same_whatever_the_language_of_the_machine(
    tmp_path: Path, language: dict[str, str]
) -> None:
    path = tmp_path / "Trường Bình Hòa lần 2.xlsx"
    path.write_bytes((ROOT / "tests" / "data" / "submissions" / "clean.xlsx").read_bytes())
    told = [
        subprocess.run(
            [*COMMAND, "inspect", "--json", str(path)],
            capture_output=True,
            env=ENVIRONMENT | told,
            check=True,
        ).stdout
        for told in ({"PYTHONUTF8": "1"}, language)
    ]
    assert told[0] == told[1]
    assert path.name.encode() in told[1]


def test_a_file_in_the_place_of_a_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shadowed() == []
    (tmp_path / "docx.py").write_text("# của riêng tôi\n", encoding="utf-8")
    (tmp_path / "của_tôi.py").write_text("", encoding="utf-8")
    (tmp_path / "pandas").mkdir()
    (tmp_path / "pandas" / "__init__.py").write_text("", encoding="utf-8")
    expected = [("docx", tmp_path / "docx.py"), ("pandas", tmp_path / "pandas")]
    assert shadowed(tmp_path) == expected
    monkeypatch.syspath_prepend(str(tmp_path))
    assert shadowed() == expected


@pytest.mark.parametrize(
    "failure",
    [
        RunError("step_failed", step="3_semester_review", why="module 'docx' has no attribute 'Document'"),
        AttributeError("no attribute 'Document'"),
    ],
    ids=["in a step", "here"],
)
def test_a_command_that_fails_for_it_names_the_file_in_the_place_of_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: Exception
) -> None:
    def fail(*_: object) -> None:
        raise failure

    (tmp_path / "docx.py").write_text("", encoding="utf-8")
    monkeypatch.setitem(cli._COMMANDS, "run", fail)
    call = ["--root", str(new_workspace(tmp_path / "office").root), "run", "2023-2024-hk1"]
    of_another_cause = 4 if isinstance(failure, RunError) else UNEXPECTED
    assert cli.main(call) == of_another_cause  # nothing is to be guessed
    assert "đứng chỗ" not in capsys.readouterr().err
    monkeypatch.syspath_prepend(str(tmp_path))
    assert cli.main(call) == 4
    assert f"{tmp_path / 'docx.py'} đứng chỗ của thư viện docx" in capsys.readouterr().err


class _Early(datetime.date):
    @classmethod
    def today(cls) -> datetime.date:
        return datetime.date(1970, 1, 1)


def test_a_clock_before_the_school_year_is_refused_where_the_day_would_be_that_of_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A report for a day on which nothing was due takes every late file for punctual."""
    monkeypatch.setattr(options.datetime, "date", _Early)
    with pytest.raises(UsageError, match=r"đồng hồ của máy.*01/01/1970.*--as-of"):
        options.as_of_day(Namespace(as_of=None, term="2023-2024-hk1"))
    assert options.as_of_day(Namespace(as_of="2024-01-15", term="2023-2024-hk1")).isoformat() == "2024-01-15"


def test_every_kind_unit_and_level_that_is_named_counts() -> None:
    told = options.parser().parse_args(["run", "2023-2024-hk1", "--each", "commune", "--each", "level"])
    assert told.each == ["commune", "level"]
    told = options.parser().parse_args(
        ["run", "2023-2024-hk1", "--unit", "047701", "--unit", "047702", "--level", "th", "--level", "thcs"]
    )
    assert (told.unit, told.level) == (["047701", "047702"], ["th", "thcs"])
    told = options.parser().parse_args(["forms", "2023-2024-hk1", "--school", "1", "2", "--school", "3"])
    assert told.school == ["1", "2", "3"]


@pytest.mark.parametrize(
    "call",
    [
        "run 2023-2024-hk1 --as-of 2024-01-15 --as-of 2024-01-16",
        "run 2023-2024-hk1 --edition internal --edition shareable",
        "issue 2023-2024-hk1 --unit 047701 --unit 047702",
        "compare 2023-2024-hk1 --level th --level thcs",
    ],
)
def test_an_option_of_one_value_named_twice_is_refused_and_none_is_dropped(
    call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(call.split())
    assert stopped.value.code == 2
    assert "chỉ nêu một lần" in capsys.readouterr().err


def test_forms_are_written_in_a_folder_with_braces_in_its_name(tmp_path: Path) -> None:
    root = tmp_path / "thư mục {term_id} {x}"
    shutil.copytree(REFERENCE, root / "data" / "reference")
    assert cli.main(["--root", str(root), "forms", "2023-2024-hk1", "--school", "0477101"]) == 0
