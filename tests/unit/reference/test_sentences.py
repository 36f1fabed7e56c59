"""One sentence of the reports: what is wrong with it is told when it is loaded, before any report is written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from intake_world import ROOT

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.loading.text_schema import FORMATS, text_schema
from termreview.reporting.blocks import number_format
from worlds import change, copy_reference

REPORTING = ROOT / "lib" / "termreview" / "reporting"
COUNTED = {"count", "total", "pct"}


def said() -> list[tuple[str, set[str], str]]:
    """The sentences that the reports ask for by name: path, what they are given, where."""
    found = []
    for path in sorted(REPORTING.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_say = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
            if is_say and isinstance(node, ast.Call) and isinstance(node.args[1], ast.Constant):
                given = {keyword.arg for keyword in node.keywords if keyword.arg}
                found.append((str(node.args[1].value), given, f"{path.name}:{node.lineno}"))
    return found


def test_every_sentence_that_a_report_asks_for_is_checked_with_its_own_places() -> None:
    asked = said()
    assert len(asked) > 100
    for path, given, where in asked:
        section, _, name = path.partition(".")
        places = text_schema()["sentences.yml"].get(section)
        for part in name.split("."):
            places = places.get(part) if isinstance(places, dict) else None
        assert isinstance(places, tuple), f"{where} says '{path}': declare it in sentences.yml and its schema"
        missing = given - set(places) - COUNTED
        assert not missing, f"{where} gives '{path}' {sorted(missing)}: declare them in text_schema.csv"


def test_the_ways_to_write_a_number_are_those_of_the_reports() -> None:
    assert set(FORMATS) == set(number_format.FORMATS)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  opening:", "  openning:", "thiếu khóa 'opening'"),
        (
            "  opening:",
            "  openning:",
            ":19: không có khóa 'openning' và thiếu khóa 'opening'",
        ),
        (
            "\nprofile:\n",
            "\nprofil:\n",
            "không có khóa 'profil' và thiếu khóa 'profile'; có phải 'profile' không?",
        ),
        ("{due_on}.", "{dueon}.", "chỗ điền '{dueon}' trong 'as_of' không dùng được"),
        (
            "Số liệu tổng hợp đến ngày {as_of}",
            "Số liệu tổng hợp đến ngày {as_of",
            "'as_of' không phải câu mẫu đúng dạng",
        ),
        (
            "{pct:percent1}): {parts}",
            "{pct:percent2}): {parts}",
            "'{pct:percent2}' trong 'many' không phải cách ghi số",
        ),
        ("    semester_review:", "    semesterreview:", "thiếu khóa 'semester_review'"),
        ("  received:\n    none:", "  received:\n    nobody:", "không có khóa 'nobody'"),
        ("\nprofile:\n", "\nprofil:\n", "thiếu khóa 'profile'"),
        ("    task_strong:", "    task_strong: khá #", "'task_strong' không phải số"),
        (
            '    "classrooms_count": "Phòng học"',
            '    "rooms_count": "Phòng học"',
            "'rooms_count' không phải chỉ tiêu",
        ),
    ],
)
def test_a_slip_in_a_sentence_is_told_at_load(old: str, new: str, told: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "sentences.yml", old, new)
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    problems = [problem for problem in raised.value.problems if problem.file == "sentences.yml"]
    assert any(told in f"{problem.file}:{problem.line}: {problem.message}" for problem in problems), [
        str(problem) for problem in problems
    ]
    assert len(problems) <= 2
