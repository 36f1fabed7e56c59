"""Any mix of the defects that schools' files have: nothing is lost, figures stay in their bounds, cleaning is idempotent.

The defects are those of the small workbooks of `tests/data/submissions`, one edit each; a mix has up to five of them.
"""

from __future__ import annotations

import importlib.util
import io
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings, strategies as st
from intake_world import HK1, ROOT, clean_folder, declared, layout_of, receive, write_school

from termreview.intake.clean import Cleaned
from termreview.scoring.score import score_term
from termreview.spreadsheets.packages.guard import REFUSAL_REASONS

_MOST_ROWS = 2_000
IN_USE = ("answered", "blank", "not_applicable", "nothing_to_report", "unreadable", "not_submitted")


@cache
def books() -> ModuleType:
    """The program that makes the small workbooks, for its edits."""
    spec = importlib.util.spec_from_file_location("make_submissions", ROOT / "tests/data/make_submissions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NAMES = sorted(name for name, (_, edits) in books().BOOKS.items() if edits)


@cache
def good(school_id: str) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_school(path, school_id)
        return path.read_bytes()


def mixed(school_id: str, names: tuple[str, ...], path: Path) -> list[str]:
    """Write one school's file with the defects that can stand together; returns those that could be made."""
    book = openpyxl.load_workbook(io.BytesIO(good(school_id)))
    made = []
    for name in names:
        try:
            for edit in books().BOOKS[name][1]:
                edit(book, school_id)
            made.append(name)
        except (KeyError, ValueError, AttributeError, StopIteration):
            continue  # what it changes is gone by another defect, or is not asked of this school
    assume(
        all(page.max_row < _MOST_ROWS and page.max_column < 200 for page in book.worksheets)
    )  # some two edits draw a sheet out without end
    book.save(path)
    return made


def same(one: Cleaned, other: Cleaned) -> bool:
    return all(
        getattr(one, name).equals(getattr(other, name))
        for name in ("submissions", "observations", "findings")
    )


@pytest.mark.parametrize("school_id", [books().PRESCHOOL, books().PRIMARY])
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(names=st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
def test_any_mix_of_defects_loses_nothing(school_id: str, names: list[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / f"{school_id}.xlsx"
        made = mixed(school_id, tuple(names), path)
        receive(folder, {})
        before = path.read_bytes()
        cleaned, again = clean_folder(folder), clean_folder(folder)
        assert path.read_bytes() == before  # what was received is never edited
    assert same(cleaned, again), made

    file_rows = cleaned.submissions
    assert set(file_rows["file"]) == {path.name}
    for row in file_rows.itertuples():
        if row.fate == "accepted":  # of a refused file nothing is used: its account stays open
            assert (
                row.cells_total == row.cells_used + row.cells_flagged + row.cells_unowned + row.cells_ignored
            ), made
        assert min(row.cells_used, row.cells_flagged, row.cells_ignored) >= 0
        if row.fate == "refused":
            told = set(cleaned.findings["check_code"])
            assert f"refused_{row.reason_code}" in told, made
            known = REFUSAL_REASONS | {"not_our_form", "unknown_school", "other_term", "school_not_expected"}
            assert row.reason_code in known

    own = cleaned.observations[cleaned.observations["school_id"] == school_id]
    asked = set(layout_of(school_id).places)
    assert Counter(own["field_id"]) == Counter(asked), made  # each field once, whatever was sent
    assert set(own["state"]) <= set(IN_USE)
    is_answered = own["state"] == "answered"
    assert (own["value_number"].notna() | own["value_text"].notna())[is_answered].all()
    assert (own["value_number"].isna() & own["value_text"].isna())[
        ~is_answered
    ].all()  # missing is never zero
    unread = own[own["state"] == "unreadable"]
    found = cleaned.findings
    places = set(zip(found["sheet"], found["cell"], strict=True))
    missing = {"row_missing", "sheet_missing", "share_incomplete"} & set(found["check_code"])
    for answer in unread.itertuples():
        assert (answer.sheet, answer.cell) in places or missing, (made, answer)

    points = score_term(cleaned.observations, declared(HK1.term_id))
    assert (points.ledger["low"] <= points.ledger["high"]).all(), made
    assert (points.ledger["low"] >= 0).all()
