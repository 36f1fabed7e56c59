"""One detail of a refused file: told in Vietnamese, whatever was found, and where the code says it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from intake_world import SUBMISSIONS
from test_guard import NOT_WORKBOOKS
from test_mistakes import assigned_in, numbered, texts_of

from termreview.cli import __main__ as cli
from termreview.intake.inspection import inspect_file
from termreview.reference.declarations import Reference
from termreview.spreadsheets import workbook
from worlds import ROOT

LIBRARY = ROOT / "lib" / "termreview"
# Kept in tables of (reason, found): a folder, a Word document … are tried by their files below and here.
TABLES = {
    *(what for _, what in workbook._NO_FILES),
    *workbook._NOT_OPENED.values(),
    *(found for _, _, found in workbook._CONTENT_KINDS),
}


MADE_ELSEWHERE = {
    "an unforeseen failure ({0})", "an OpenDocument text", "an OpenDocument presentation", "an OpenDocument drawing",
    "no file", "the system cannot open it ({0})",
}  # fmt: skip


def details() -> set[str]:
    """Every detail that the rooms of spreadsheets and intake may give, with numbered places."""
    found = set(TABLES)
    for path in sorted([*LIBRARY.glob("spreadsheets/**/*.py"), *LIBRARY.glob("intake/**/*.py")]):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            known = assigned_in(function)
            for node in ast.walk(function):
                is_refusal = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RefusedFile"
                if is_refusal and len(node.args) == 2:  # type: ignore[attr-defined]
                    found |= {numbered(pieces) for pieces in texts_of(node.args[1], known) if any(pieces)}  # type: ignore[attr-defined]
    return found


def test_every_detail_has_its_words(reference: Reference) -> None:
    told = details()
    assert len(told) > 60
    known = {kind.english for kind in reference.refusal_details.kinds if kind.vietnamese}
    assert told - known == set()
    assert known - told <= MADE_ELSEWHERE


def test_what_was_found_reaches_the_reader_in_vietnamese(tmp_path: Path, reference: Reference) -> None:
    for number, (content, reason) in enumerate(NOT_WORKBOOKS.values()):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(content)
        seen = inspect_file(path, reference)
        assert (seen.state, seen.reason) == ("refused", reason)
        assert seen.detail
        assert reference.refusal_details.find(seen.detail) is None, seen.detail
        assert not any(word in f" {seen.detail} " for word in (" a ", " an ", " the ", " no ", " zero "))


def test_names_and_figures_stay_in_the_words(tmp_path: Path, reference: Reference) -> None:
    path = tmp_path / "cut.xlsx"
    content = bytearray((SUBMISSIONS / "clean.xlsx").read_bytes())
    place = content.find(b"PK\x01\x02")
    content[place + 16] ^= 1  # the checksum of the first member, as the directory has it
    path.write_bytes(content)
    seen = inspect_file(path, reference)
    assert seen.reason == "damaged"
    assert seen.detail is not None
    assert seen.detail.startswith("nội dung phần '")
    assert ".xml' không khớp mã kiểm tra" in seen.detail


def test_outside_of_any_office_the_words_are_those_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["inspect", str(SUBMISSIONS / "truncated.xlsx")]) == 6
    said = capsys.readouterr().out
    assert "tệp bị cắt cụt [truncated] không đọc được mục lục của tệp nén" in said
    assert "Gửi lại tệp" in said


def test_the_keys_of_the_json_are_held(reference: Reference) -> None:
    assert list(vars(inspect_file(SUBMISSIONS / "clean.xlsx", reference))) == [
        "file", "state", "kind", "reason", "detail", "size_bytes", "sha256", "sheets", "has_macros",
        "has_external_links", "notes", "form", "account", "findings",
    ]  # fmt: skip
