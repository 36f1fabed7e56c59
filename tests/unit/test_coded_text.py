"""What the program itself says: every code has a text in Vietnamese, every text a code that is used, every place a value."""

from __future__ import annotations

import ast
import copy
import errno
import os
import pickle
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from termreview.coded_text import CodedText, listed_texts, reason
from termreview.errors import DeclarationError, Problem, RunError
from worlds import ROOT

LIBRARY = ROOT / "lib" / "termreview"
REFERENCE = ROOT / "data" / "reference"
ERRORS = ("UsageError", "RunError", "WorkspaceBusyError", "SampleError", "ContractError")
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")
# Made in pieces, or from a number that the system gives.
MADE = re.compile("(previous|comparison)_(undeclared|not_earlier)|(system|windows)_[A-Z0-9]+")
PLAIN = {
    "told_elsewhere",
    "web_page",
    "byte_count",
}  # what another process has told already; written without signs


def calls() -> Iterator[tuple[str, str, ast.Call, ast.expr]]:
    """Every call that says something: where it is, what is called, the call, and the code."""
    for path in sorted(LIBRARY.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            is_of_row = name == "report" and len(node.args) in (1, 2)
            place = {"RefusedFile": 1, "report": 0 if is_of_row else 2, "_tell": 2}.get(name, 2 if name in ("report_word", "note", "note_word") else 0)  # fmt: skip
            is_ours = name in (*ERRORS, "CodedText", "RefusedFile", "report_word") or (
                name in ("report", "note", "note_word", "_tell") and "reference" in path.parts
            )
            if is_ours and len(node.args) > place:
                yield f"{path.relative_to(LIBRARY)}:{node.lineno}", name, node, node.args[place]


def constants() -> set[str]:
    """Every text that stands in the library by itself."""
    return {
        node.value
        for path in LIBRARY.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def places(text: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(text) if place is not None}


def test_every_code_has_a_text_and_every_place_of_it_a_value() -> None:
    texts, seen = listed_texts(), 0
    for where, name, call, code in calls():
        for each in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
            assert not isinstance(each, ast.JoinedStr) or "earlier.term_id" in ast.unparse(call), f"{where}: a text where a code is wanted"  # fmt: skip
            if not isinstance(each, ast.Constant):
                continue
            assert each.value in texts, f"{where}: no row for {each.value}"
            seen += 1
            given = {keyword.arg for keyword in call.keywords}
            given |= {"key"} if name == "report" and len(call.args) == 2 else set()
            if None not in given:
                assert places(texts[each.value].text) <= given, f"{where}: {each.value}"
    assert seen > 300


def test_every_text_is_vietnamese_and_is_used() -> None:
    texts, written = listed_texts(), constants()
    assert [code for code in texts if code not in written and not MADE.fullmatch(code)] == []
    for code, (text, follows_from) in texts.items():
        assert VIETNAMESE.search(text.lower()) or code in PLAIN, code
        for start in follows_from:
            assert (REFERENCE / start).exists() or list(REFERENCE.glob(f"{start}*")), (code, start)


def test_no_error_is_raised_with_a_sentence() -> None:
    """A sentence in the code would reach people in one language, past the list."""
    for where, name, call, _ in calls():
        if name in ERRORS:
            texts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]  # fmt: skip
            assert not [text for text in texts if text.count(" ") > 2], where


def test_a_text_keeps_its_code_and_values_on_the_way_to_another_process() -> None:
    text = CodedText("no_issue", term="2023-2024-hk1", number=3, issued="1, 2")
    assert text == "kỳ 2023-2024-hk1 không có lần phát hành 3; đã phát hành: 1, 2"
    for again in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text)):
        assert (again, again.code, again.values) == (text, text.code, text.values)
        assert again.values["number"] == "3"
    error = pickle.loads(pickle.dumps(RunError("never_finished", term="2023-2024-hk1")))
    assert (type(error), error.text.code) == (RunError, "never_finished")
    problems = [
        Problem("a.csv", 3, CodedText("file_empty")),
        Problem("a.csv", 1, CodedText("missing", key="x")),
    ]
    fault = pickle.loads(pickle.dumps(DeclarationError(problems)))
    assert str(fault) == "Khai báo có 2 chỗ sai:\n  a.csv:1: thiếu 'x'\n  a.csv:3: tệp rỗng"


def test_what_fills_a_place_is_not_read_for_places_itself() -> None:
    assert "'{x} {0}'" in CodedText("missing", key="{x} {0}")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EACCES, "Permission denied", "/a/units.csv"), "không có quyền, hoặc tệp đang mở"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "ổ đĩa đã đầy"),
        (OSError(errno.EILSEQ, "in the system's own words"), "in the system's own words"),
    ],
)
def test_what_the_system_says_is_told_by_its_number(error: OSError, told: str) -> None:
    assert reason(error).startswith(told)
    filled = CodedText("index_unwritten", why=error)
    assert f": {told}" in filled
    assert filled.endswith(": /a/units.csv") == (error.filename is not None)


def test_what_windows_says_is_told_by_its_number() -> None:
    error = OSError(errno.EACCES, "Der Prozess kann nicht zugreifen", "units.csv")
    error.winerror = 32  # type: ignore[attr-defined]
    assert reason(error).startswith("tệp đang mở trong chương trình khác")
