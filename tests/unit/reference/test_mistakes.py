"""One mistake in the declarations: told in Vietnamese with file and line, and not buried under what follows from it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from intake_world import ROOT

from termreview.cli import __main__ as cli
from termreview.errors import DeclarationError, Problem
from termreview.reference.declarations import load_reference

REFERENCE = ROOT / "data" / "reference"


BREAKS: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "torn": lambda path: path.write_bytes(
        path.read_bytes()[: path.stat().st_size // 2] + (b'\n"abc' if path.suffix == ".csv" else b"\n  x: [")
    ),
    "empty": lambda path: path.write_bytes(b""),
    "heads with semicolons": lambda path: path.write_text(
        path.read_text(encoding="utf-8").replace(",", ";", 3) if path.suffix == ".csv" else "- a\n", encoding="utf-8"
    ),
    "torn in UTF-16": lambda path: path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16")[:-1]),
}  # fmt: skip
FILES = sorted(path.relative_to(REFERENCE).as_posix() for path in REFERENCE.rglob("*") if path.suffix in (".csv", ".yml"))  # fmt: skip


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_told_and_little_else(name: str, how: str, tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    BREAKS[how](folder / name)
    is_optional = name.startswith(
        (
            "advice/",
            "corroborations",
            "account_domains",
            "systems.csv",
            "office_actions",
            "visits",
            "contacts",
            "review",
        )
    )
    # A list that has only heads, or few signs that are all semicolons then.
    is_readable = name in ("account_domains.csv", "visits.csv") and "semicolons" in how
    if (is_optional and how == "gone") or is_readable:  # not every office has one
        load_reference(folder)
        return
    if name.startswith("sources/") and how == "gone":  # but what was held against its figures is told
        expect_only(folder, {"corroborations.csv", "systems.csv"}, "fact_unknown")
        return
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    own = [problem for problem in raised.value.problems if problem.file == name]
    assert own
    assert len(own) <= 20
    assert [str(problem) for problem in raised.value.problems if problem.file != name] == []


def expect_only(folder: Path, files: set[str], code: str) -> None:
    """Expect no mistake at all, or mistakes of one kind in some files."""
    found: list[Problem] = []
    try:
        load_reference(folder)
    except DeclarationError as error:
        found = list(error.problems)
    assert {(problem.file, problem.message.code) for problem in found} <= {(file, code) for file in files}


def test_what_has_nothing_to_do_with_a_broken_file_is_still_told(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    (folder / "ratios.csv").unlink()
    targets = folder / "targets.csv"
    text = targets.read_text(encoding="utf-8")
    targets.write_text(text + "x,,*,mười,whole,2025,không có,t,C,no,\n", encoding="utf-8")
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    told = {(problem.file, problem.message) for problem in raised.value.problems}
    assert ("targets.csv", "'value' không phải số: 'mười'") in told
    assert ("targets.csv", "'không có' không có trong legal_documents.csv") in told
    assert not any("không phải tỉ lệ" in message for _, message in told)


def test_the_command_lists_mistakes_in_vietnamese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(REFERENCE, tmp_path / "data" / "reference")
    units = tmp_path / "data" / "reference" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8") + "0477999,hôm qua,,school,mn,Trường A,A,047799,\n", encoding="utf-8")  # fmt: skip
    assert cli.main(["--root", str(tmp_path), "check"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "termreview: Khai báo có 1 chỗ sai:"
    line = len(units.read_text(encoding="utf-8").splitlines())
    assert f"  units.csv:{line}: 'valid_from' không phải ngày dạng 2024-01-10: 'hôm qua'" in said


@pytest.mark.parametrize(
    ("written", "said"),
    [('{"x": 1}', "{'x': 1}"), ('[{"x": [{"y": 2}]}]', "[{'x': [{'y': 2}]}]"), ('{"x": {}}', "{'x': {}}")],
)
def test_a_tree_in_the_place_of_a_value_is_told_as_it_is_written(
    written: str, said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    calendar = folder / "calendar.yml"
    text = calendar.read_text(encoding="utf-8")
    calendar.write_text(re.sub(r'due_on: "[^"]*"', f"due_on: {written}", text, count=1), encoding="utf-8")
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    told = str(raised.value)
    assert f"2024-01-10: {said}" in told
    assert "__line__" not in told


def test_an_index_without_items_is_named_with_the_way_out(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    path = folder / "indicator_sets" / "qd-4725-2022.yml"
    head, _, _ = path.read_text(encoding="utf-8").partition("groups:")
    group = """groups:
  - id: "1"
    title: "Nhóm một"
    max_points: 0
    criteria:
      - {id: "1.1", title: "Kế hoạch", mark: "C", condition: {requires: ["cds_plan.on"]}}
"""
    path.write_text(head + group, encoding="utf-8")
    with pytest.raises(DeclarationError) as refused:
        load_reference(folder)
    named = [str(problem) for problem in refused.value.problems if "không có tiểu mục nào" in str(problem)]
    assert len(named) == 1
    assert named[0].startswith("indicator_sets/qd-4725-2022.yml")
    assert 'indicator_set: "none"' in named[0]
