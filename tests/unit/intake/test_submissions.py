"""One small workbook per defect: what it leads to, and that it harms nobody else.

The workbooks and what each must lead to are declared in `tests/data/submissions/expected.yml`;
`python tests/data/make_submissions.py` rebuilds the workbooks after the form has changed.
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from intake_world import (
    HK1,
    ON_TIME,
    PRESCHOOL,
    SUBMISSIONS,
    clean_folder,
    declared,
    place_of,
    plain,
    receive,
    reference,
    rows_of,
    scratch,
    write_school,
)

from termreview.cells import address
from termreview.intake.clean import Cleaned
from termreview.scoring.score import Scored, score_term

CASES: list[dict[str, Any]] = yaml.safe_load((SUBMISSIONS / "expected.yml").read_text(encoding="utf-8"))
NOT_ANSWERED = ("blank", "unreadable", "nothing_to_report", "not_applicable", "not_submitted")
PERSONAL = ("001204012345", "120401234567", "0912345678", "912345678", "0912 345 678", "hoasen.pm@", "Nguyễn")


def term_of(case: dict[str, Any]) -> str:
    return str(case.get("term", HK1.term_id))


def sender_of(case: dict[str, Any]) -> str:
    """The school that the case takes the place of."""
    return PRESCHOOL if case.get("school", "none") == "none" else str(case["school"])


@cache
def written(term_id: str) -> Path:
    """The complete workbooks of all schools of one term, written once."""
    folder = scratch()
    for school in declared(term_id).schools:
        write_school(folder / f"{school.unit_id}.xlsx", school.unit_id, term_id)
    return folder


@cache
def undisturbed(term_id: str) -> Cleaned:
    """One term in which every school sent a complete workbook on time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(written(term_id), Path(name) / "raw"))
        receive(folder, {}, term_id)
        return clean_folder(folder, term_id)


@cache
def outcome(number: int) -> Cleaned:
    """One term in which one school sent the files of one case; all others sent complete workbooks."""
    case = CASES[number]
    term_id, sender = term_of(case), sender_of(case)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(written(term_id), Path(name) / "raw"))
        (folder / f"{sender}.xlsx").unlink()
        dates: dict[str, datetime.date] = {}
        for file in sent(case):
            shutil.copy(SUBMISSIONS / file["copy"], folder / file["as"])
            dates[file["as"]] = file.get("received", ON_TIME[term_id])
        receive(folder, dates, term_id)
        return clean_folder(folder, term_id)


def sent(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The files of one case: name when received, workbook, day, fate."""
    if "files" in case:
        return list(case["files"])
    fate = "refused" if "refused" in case else "accepted"
    return [{"as": f"{sender_of(case)} {case['file']}", "copy": case["file"], "fate": fate}]


def located(case: dict[str, Any], where: str) -> tuple[str | None, str | None]:
    """Sheet and cell of one place named in a case."""
    if not where:
        return None, None
    if "!" in where:
        sheet, _, cell = where.partition("!")
        return sheet, cell
    try:
        title, place = place_of(where, sender_of(case), term_of(case))
    except StopIteration:
        return where, None
    return case.get("sheets", {}).get(title, title), address(place.row, place.column)


def scored(cleaned: Cleaned, case: dict[str, Any]) -> Scored:
    return score_term(cleaned.observations, declared(term_of(case)))


def stated(observations: pd.DataFrame, school_id: str) -> dict[str, tuple[str, object]]:
    """State and value of every field of one school."""
    here = observations[observations["school_id"] == school_id]
    values = zip(here["field_id"], here["state"], here["value_number"], here["value_text"], strict=True)
    return {
        field_id: (state, plain(number) if plain(text) is None else text)
        for field_id, state, number, text in values
    }


every_case = pytest.mark.parametrize("number", range(len(CASES)), ids=[case["case"] for case in CASES])


@every_case
def test_each_field_has_the_declared_state_and_value(number: int) -> None:
    case, sender = CASES[number], sender_of(CASES[number])
    expected = stated(undisturbed(term_of(case)).observations, sender)
    if "refused" in case:
        expected = dict.fromkeys(expected, ("not_submitted", None))
    for field_id, value in case.get("fields", {}).items():
        assert field_id in expected, field_id
        expected[field_id] = (value, None) if value in NOT_ANSWERED else ("answered", value)
    assert stated(outcome(number).observations, sender) == expected


@every_case
def test_the_findings_are_the_declared_ones_at_their_places(number: int) -> None:
    case = CASES[number]
    expected = Counter(
        (code, *located(case, where)) for code, places in case.get("findings", {}).items() for where in places
    )
    if "refused" in case:
        expected[f"refused_{case['refused']}", None, None] += 1
    found = outcome(number).findings
    submissions = outcome(number).submissions
    if sender_of(case) not in set(submissions["school_id"].dropna()):
        expected["not_submitted", None, None] += 1
    places = zip(found["check_code"], found["sheet"], found["cell"], strict=True)
    assert Counter((code, plain(sheet), plain(cell)) for code, sheet, cell in places) == expected


@every_case
def test_each_file_has_its_fate_and_its_account(number: int) -> None:
    case = CASES[number]
    submissions = outcome(number).submissions.set_index("file")
    assert len(submissions) == len(sent(case)) + len(declared(term_of(case)).schools) - 1
    for file in sent(case):
        row = submissions.loc[file["as"]]
        assert row["fate"] == file["fate"]
        assert plain(row["school_id"]) == (None if case.get("school") == "none" else sender_of(case))
        if file["fate"] == "refused" and "refused" in case:
            assert row["reason_code"] == case["refused"]
        if file["fate"] == "accepted":
            assert row["found_by"] == case.get("found_by", "address")
            assert (
                row["cells_total"]
                == row["cells_used"] + row["cells_flagged"] + row["cells_unowned"] + row["cells_ignored"]
            )


@every_case
def test_a_bad_file_harms_only_itself(number: int) -> None:
    case = CASES[number]
    others = [s.unit_id for s in declared(term_of(case)).schools if s.unit_id != sender_of(case)]
    here, there = outcome(number), undisturbed(term_of(case))
    for name in ("submissions", "observations", "findings"):
        assert rows_of(getattr(here, name), others) == rows_of(getattr(there, name), others)


@pytest.mark.parametrize("number", range(0, len(CASES), 8), ids=[case["case"] for case in CASES[::8]])
def test_a_bad_file_moves_nobody_elses_points(number: int) -> None:
    case = CASES[number]
    others = [s.unit_id for s in declared(term_of(case)).schools if s.unit_id != sender_of(case)]
    here, there = scored(outcome(number), case), scored(undisturbed(term_of(case)), case)
    assert rows_of(here.ledger, others) == rows_of(there.ledger, others)
    assert rows_of(here.scores, others) == rows_of(there.scores, others)


@every_case
def test_every_message_is_whole_and_names_its_place(number: int) -> None:
    for row in outcome(number).findings.itertuples():
        for text in (row.message, row.remedy):
            assert text[0].isupper() or text[0] == '"', text
            assert text.endswith("."), text
            for scrap in ("{", "}", '""', "()", "  ", " . ", " ,", ": .", "là .", "nan", "None", "<NA>"):
                assert scrap not in text, text
        if row.file is not pd.NA and row.sheet is pd.NA:
            assert row.file in row.message or row.check_code in ("submission_late", "not_submitted")
        if row.sheet is not pd.NA and row.check_code in reference().messages:
            assert row.sheet in row.message, row.message
        if row.field_id is not pd.NA:
            assert row.sheet is not pd.NA
            assert row.cell is not pd.NA
            if row.check_code in reference().messages:
                assert row.cell in row.message, row.message


@pytest.mark.parametrize("name", ["personal_data.xlsx", "hidden_sheet.xlsx", "extra_cells.xlsx"])
def test_personal_data_appear_in_no_table(name: str) -> None:
    number = next(number for number, case in enumerate(CASES) if case.get("file") == name)
    cleaned = outcome(number)
    points = scored(cleaned, CASES[number])
    tables = (cleaned.submissions, cleaned.observations, cleaned.findings, points.ledger, points.scores)
    text = "\n".join(table.to_csv(index=False) for table in tables)
    for sentinel in PERSONAL:
        assert sentinel not in text
    assert "912.345.678" not in text


def test_every_workbook_is_declared_and_every_declared_one_is_there() -> None:
    named = {file["copy"] for case in CASES for file in sent(case)}
    present = {path.name for path in SUBMISSIONS.iterdir() if path.suffix != ".yml"}
    assert named == present


def test_the_workbooks_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in SUBMISSIONS.iterdir()}
    assert max(sizes.values()) < 40 * 1024, max(sizes, key=lambda name: sizes[name])


def test_the_workbooks_are_of_the_present_form() -> None:
    number = next(number for number, case in enumerate(CASES) if case.get("file") == "clean.xlsx")
    codes = set(outcome(number).findings["check_code"])
    assert "form_version_differs" not in codes, (
        "the form has changed: run python tests/data/make_submissions.py"
    )
