"""Workbooks as programs and people leave them: each file of `tests/data/cases` has the outcome of `outcomes.yml`."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from intake_world import HK1, ROOT, plain

from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference, load_reference

CASES = ROOT / "tests" / "data" / "cases"
SCHOOL = "0477201"
OUTCOMES: dict[str, dict[str, Any]] = (
    yaml.safe_load((CASES / "outcomes.yml").read_text(encoding="utf-8")) or {}
)


@cache
def whole_reference() -> Reference:
    return load_reference(ROOT / "data" / "reference")


@cache
def read(name: str) -> Cleaned:
    """One term in which only one file came."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(CASES / name, folder)
        files = list_received(Path(folder), datetime.date(2024, 1, 5))
        return clean_term(files, whole_reference(), HK1, None, 1)


def answers(cleaned: Cleaned) -> dict[str, object]:
    """The answers of the school: a number, a text, or the state where there is no answer."""
    rows = cleaned.observations[cleaned.observations["school_id"] == SCHOOL]
    return {
        str(row.field_id): _answer(str(row.state), plain(row.value_number), plain(row.value_text))
        for row in rows.itertuples()
    }


def _answer(state: str, number: object, text: object) -> object:
    if state != "answered":
        return state
    if number is None and isinstance(text, str) and len(text) > 2_000:
        return f"{text[:20].strip()}… ({len(text)})"
    return number if number is not None else text


def answers_on(cleaned: Cleaned, sheets: Sequence[str]) -> set[str]:
    """The fields of the school that stand on some sheets."""
    rows = cleaned.observations
    return set(rows[(rows["school_id"] == SCHOOL) & rows["sheet"].isin(list(sheets))]["field_id"])


def places(cleaned: Cleaned, severities: tuple[str, ...]) -> set[str]:
    """What is told of the school: `code@Sheet!A1` and the bare code of each finding."""
    findings = cleaned.findings
    of_school = (
        (findings["school_id"] == SCHOOL) | findings["school_id"].isna() | (findings["school_id"] == "")
    )
    found = findings[of_school & findings["severity"].isin(severities)]
    told = {f"{row.check_code}@{row.sheet}!{row.cell}" for row in found.itertuples()}
    return told | {place.partition("@")[0] for place in told}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_a_file_has_its_declared_outcome(name: str) -> None:
    expected, cleaned, usual = OUTCOMES[name] or {}, read(name), read("plain.xlsx")
    if "refused" in expected:
        assert [plain(reason) for reason in cleaned.submissions["reason_code"]] == [expected["refused"]]
        return
    before, now = answers(usual), answers(cleaned)
    assert now.keys() == before.keys()
    changed = {field: value for field, value in now.items() if value != before[field]}
    lost = dict.fromkeys(answers_on(usual, expected.get("missing_sheets") or ()), "unreadable")
    assert changed == lost | (expected.get("answers") or {})
    questions = ("error", "query")
    asked = places(cleaned, questions) - places(usual, questions)
    wanted = set(expected.get("asked") or ())
    assert wanted <= asked
    codes = {place.partition("@")[0] for place in wanted}
    assert {place.partition("@")[0] for place in asked} <= codes
    assert set(expected.get("noted") or ()) <= places(cleaned, ("note",))


def test_no_case_is_without_an_outcome() -> None:
    files = {path.name for path in CASES.iterdir() if path.suffix != ".yml"} - {"plain.xlsx"}
    assert files - OUTCOMES.keys() == set()
    assert OUTCOMES.keys() - files == set()
