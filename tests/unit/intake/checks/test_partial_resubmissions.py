"""A later file that answers only a part: asked about, kept by decision only, and nothing lost either way."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from intake_world import (
    HK1,
    ON_TIME,
    PRESCHOOL,
    ROOT,
    answers_of,
    place_of,
    receive,
    reference,
    scratch,
    write_school,
)

from termreview.forms.form import Value
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received
from termreview.reference.kinds.decisions import Decision, load_decisions
from termreview.reference.loading.source import Source

FIRST, LATER, LAST = "0477101.xlsx", "0477101 bổ sung.xlsx", "0477101 bổ sung lần 2.xlsx"
DAYS = {FIRST: 3, LATER: 4, LAST: 5}


def section_of(name: str) -> str:
    return place_of(name, PRESCHOOL)[1].field.section_id


def only(*sections: str, **changes: Value) -> dict[str, Value]:
    """Answers to some sections alone."""
    known = {name: None for name in answers_of(PRESCHOOL) if section_of(name) not in sections}
    return {**known, **changes}


@cache
def folder_with(*parts: tuple[str, tuple[tuple[str, Value], ...]]) -> Path:
    folder = scratch()
    for name, changes in parts:
        write_school(folder / name, PRESCHOOL, HK1.term_id, dict(changes))
    receive(folder, {name: datetime.date(2024, 1, day) for name, day in DAYS.items()})
    return folder


def cleaned(files: Mapping[str, Mapping[str, Value]], *decisions: Decision) -> Cleaned:
    folder = folder_with(*((name, tuple(changes.items())) for name, changes in files.items()))
    files_there = list_received(folder, ON_TIME[HK1.term_id])
    return clean_term(files_there, replace(reference(), decisions=decisions), HK1)


def supplement(file: str, name: str = "bs1", school_id: str = PRESCHOOL) -> Decision:
    return Decision(
        name, HK1.term_id, "file", school_id, "*", "", file, "supplement", "", "trường báo là bản bổ sung",
        "chuyên viên", datetime.date(2024, 1, 12),
    )  # fmt: skip


def own(found: Cleaned) -> pd.DataFrame:
    return found.observations[found.observations["school_id"] == PRESCHOOL].set_index("field_id")


def findings(found: Cleaned, code: str) -> pd.DataFrame:
    here = found.findings[found.findings["school_id"].eq(PRESCHOOL).fillna(False)]
    return here[here["check_code"] == code]


PART = {FIRST: {}, LATER: only("II.1.d", "S2", training_courses_count=9)}


def test_sections_left_blank_are_asked_about_and_not_filled_without_a_decision() -> None:
    found = cleaned(PART)
    told = findings(found, "partial_resubmission").iloc[0]
    sections = {section_of(name) for name in answers_of(PRESCHOOL)}
    assert told["found"] == f"{len(sections) - 2}/{len(sections)}"
    assert told["severity"] == "query"
    assert FIRST in told["message"]
    assert own(found).loc["training_courses_count", "value_number"] == 9
    assert own(found).loc["computers_count", "state"] == "blank"
    assert len(findings(found, "required_blank")) > 50


def test_a_decision_keeps_what_the_later_file_does_not_touch() -> None:
    found, whole = cleaned(PART, supplement(LATER)), cleaned({FIRST: {}})
    here, there = own(found), own(whole)
    touched = here.index.map(section_of).isin(["II.1.d", "S2"])
    assert here.loc["training_courses_count", ["value_number", "file"]].tolist() == [9, LATER]
    kept = here[~touched]
    assert set(kept["file"]) == {FIRST}
    for column in ("state", "value_number", "value_text", "original", "sheet", "cell"):
        pd.testing.assert_series_equal(kept[column], there.loc[kept.index, column])
    assert kept["note"].str.endswith("decision:bs1").all()
    told = findings(found, "partial_resubmission").iloc[0]
    assert (told["status"], told["decision_id"]) == ("settled", "bs1")
    assert set(findings(found, "required_blank")["status"]) <= {"settled"}
    assert findings(found, "decision_not_applied").empty


def test_an_unreadable_answer_that_is_kept_keeps_its_finding() -> None:
    found = cleaned({FIRST: {"computers_count": "bốn mươi"}, LATER: only("II.1.d")}, supplement(LATER))
    assert own(found).loc["computers_count", "state"] == "unreadable"
    told = findings(found, "not_a_number")
    assert told["file"].tolist() == [FIRST]
    assert told["status"].tolist() == ["open"]


def test_decisions_keep_version_after_version() -> None:
    files = {
        FIRST: {},
        LATER: only("II.1.d", training_courses_count=9),
        LAST: only("S2", pupils_new_count=7),
    }
    both = own(cleaned(files, supplement(LATER), supplement(LAST, "bs2")))
    assert both.loc["training_courses_count", ["value_number", "file"]].tolist() == [9, LATER]
    assert both.loc["pupils_new_count", ["value_number", "file"]].tolist() == [7, LAST]
    assert both.loc["computers_count", ["value_number", "file"]].tolist() == [40, FIRST]
    last = own(cleaned(files, supplement(LAST)))
    assert last.loc["training_courses_count", "value_number"] == 9
    assert last.loc["computers_count", "state"] == "blank"  # the version between left it blank


def test_single_answers_that_are_gone_are_noted() -> None:
    found = cleaned({FIRST: {}, LATER: {"computers_count": None, "training_courses_count": 9}})
    told = findings(found, "answers_dropped").iloc[0]
    assert (told["found"], told["severity"]) == ("1", "note")
    assert place_of("computers_count", PRESCHOOL)[1].field.label in told["message"]
    assert findings(found, "partial_resubmission").empty


def test_a_decision_on_a_file_that_did_not_come_says_so() -> None:
    for file in ("0477101 khác.xlsx", FIRST):
        told = findings(cleaned(PART, supplement(file)), "decision_not_applied")
        assert told["found"].tolist() == [LATER]
        assert "bs1" in told["message"].iloc[0]
        assert own(cleaned(PART, supplement(file))).loc["computers_count", "state"] == "blank"


def test_a_full_correction_asks_nothing() -> None:
    found = cleaned({FIRST: {}, LATER: {"training_courses_count": 9}})
    assert findings(found, "partial_resubmission").empty
    assert findings(found, "answers_dropped").empty


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"scope": "cell", "field_id": "computers_count"}, "supplement"),
        ({"expected_value": ""}, "supplement"),
        ({"school_id": "*"}, "phải nêu trường"),
        ({"new_value": "3"}, "new_value"),
        ({}, ""),
    ],
)
def test_a_supplement_is_declared_for_one_file_of_one_school(
    changes: dict[str, str], problem: str, tmp_path: Path
) -> None:
    values = {
        "decision_id": "bs1", "term_id": HK1.term_id, "scope": "file", "school_id": PRESCHOOL, "field_id": "*",
        "cause": "", "expected_value": LATER, "action": "supplement", "new_value": "", "reason": "bổ sung",
        "decided_by": "chuyên viên", "decided_on": "2024-01-12",
    } | changes  # fmt: skip
    text = ",".join(values) + "\n" + ",".join(values.values()) + "\n"
    (tmp_path / "decisions.csv").write_text(text, encoding="utf-8")
    source = Source(tmp_path)
    load_decisions(source, reference().registry, [HK1.term_id], {}, [], {})
    found = [entry.message for entry in source.problems]
    assert any(problem in entry for entry in found) if problem else not found
    assert (ROOT / "data" / "reference" / "decisions.csv").is_file()
