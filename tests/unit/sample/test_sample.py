"""The illustrative sample: coherent answers, declared trouble, the same bytes again, nobody's file overwritten."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from termreview.errors import UsageError
from termreview.intake.checks.answer_grid import gather_answers
from termreview.intake.checks.checks import run_checks
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference
from termreview.sample import school_year as sample
from termreview.sample.answers.answers import school_answers
from termreview.sample.deliveries import ARRIVALS, MISSING
from termreview.sample.faults import ANSWER_FAULTS, FILE_FAULTS
from termreview.sample.sample_files import term_sample_files, write_sample_files
from termreview.sample.school_year import SAMPLE_LIST, SAMPLE_TERMS, write_sample
from termreview.sample.schools.scenarios import (
    AIMS,
    DENIED_CONDITIONS,
    OPEN_CONDITIONS,
    OVERCLAIMED_ITEMS,
    UNPROVEN_ITEMS,
)
from termreview.scoring.score import Scored, score_term
from termreview.storage.workspace import Workspace
from termreview.terms import Term

HK1, HK2 = SAMPLE_TERMS
TROUBLED = {(arrival.part, arrival.school_id) for arrival in ARRIVALS if arrival.faults or arrival.copies}
GROWING = re.compile(
    "elessons|multimedia|simulations|materials_approved|questions|tests_held|tested_online|courses|trained|bought"
    "|lab_hours|titles_count|posts|_due|on_time|adhoc|support|enrolments|fees|paying_cashless|briefed|events"
    "|inspection|materials_listed|lab_tests|dropout|moved"
)
PERSONAL = re.compile(r"\d{9,}|[\w.]+@\w+|\b0\d{2}[ .]\d{3}|\b([Ôô]ng|[Bb]à|[Tt]hầy|[Cc]ô) [A-ZĐ]")


@pytest.fixture(scope="module")
def answers(reference: Reference) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (term.part, school.unit_id): school_answers(school, term, reference)
        for term in SAMPLE_TERMS
        for school in reference.of(term).schools
    }


@pytest.fixture(scope="module")
def observations(
    reference: Reference, answers: dict[tuple[str, str], dict[str, Any]]
) -> dict[str, pd.DataFrame]:
    """The answers as intake would read them from clean files."""
    return {term.part: _observed(term, reference, answers) for term in SAMPLE_TERMS}


def _observed(
    term: Term, reference: Reference, answers: dict[tuple[str, str], dict[str, Any]]
) -> pd.DataFrame:
    rows = []
    declared = reference.of(term)
    for school in declared.schools:
        own = answers[term.part, school.unit_id]
        for field in declared.form.fields_for(school.level, term.part):
            value = own.get(field.field_id)
            state = "blank" if value is None else "answered"
            if value in ("Không có", "Chưa có"):
                state = "nothing_to_report"
            number = {"yes": 1.0, "no": 0.0}.get(value) if field.kind == "yes_no" else None
            number = value if isinstance(value, int | float) else number
            text = (
                value.isoformat() if isinstance(value, datetime.date) else value if number is None else None
            )
            rows.append((school.unit_id, term.term_id, field.field_id, state, number, text, "f", "s", "A1"))
    columns = [
        "school_id",
        "term_id",
        "field_id",
        "state",
        "value_number",
        "value_text",
        "file",
        "sheet",
        "cell",
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Workspace:
    whole = Workspace(tmp_path_factory.mktemp("sample"))
    written = write_sample(whole, reference)
    assert {term_id: count for term_id, count in written.items() if "-tk" not in term_id} == {
        HK1.term_id: 55,
        HK2.term_id: 56,
    }
    assert list(written) == [f"2023-2024-{part}" for part in ("tkdn", "hk1", "tkgn", "hk2", "tkcn")]
    return whole


@pytest.fixture(scope="module")
def cleaned(workspace: Workspace, reference: Reference) -> dict[str, Cleaned]:
    found: dict[str, Cleaned] = {}
    previous = None
    for term in SAMPLE_TERMS:
        files = list_received(workspace.raw(term), datetime.date(2024, 6, 30))
        found[term.part] = clean_term(files, reference, term, previous)
        previous = found[term.part].observations
    return found


@pytest.fixture(scope="module")
def scored(cleaned: dict[str, Cleaned], reference: Reference) -> dict[str, Scored]:
    return {
        term.part: score_term(cleaned[term.part].observations, reference.of(term)) for term in SAMPLE_TERMS
    }


@pytest.mark.parametrize("term", SAMPLE_TERMS)
def test_every_required_field_is_answered(term: Term, reference: Reference, answers: Any) -> None:
    declared = reference.of(term)
    missing = [
        (school.unit_id, field.field_id)
        for school in declared.schools
        for field in declared.form.fields_for(school.level, term.part)
        if field.is_required and field.field_id not in answers[term.part, school.unit_id]
    ]
    assert missing == []


@pytest.mark.parametrize("term", SAMPLE_TERMS)
def test_every_number_is_within_its_field(term: Term, reference: Reference, answers: Any) -> None:
    declared = reference.of(term)
    outside = [
        (school.unit_id, field.field_id, value)
        for school in declared.schools
        for field in declared.form.fields_for(school.level, term.part)
        if field.is_numeric
        and (value := answers[term.part, school.unit_id].get(field.field_id)) is not None
        and not (field.minimum or 0) <= value <= (field.maximum or 1e12)
    ]
    assert outside == []


def test_clean_answers_pass_every_check(reference: Reference, observations: dict[str, pd.DataFrame]) -> None:
    first = run_checks(gather_answers(observations["hk1"], None, reference.of(HK1)), reference.of(HK1))
    second = run_checks(
        gather_answers(observations["hk2"], observations["hk1"], reference.of(HK2)), reference.of(HK2)
    )
    assert [(failure.school_id, failure.check.check_code) for failure in [*first, *second]] == []


def test_counts_since_the_start_of_the_year_never_fall(answers: Any) -> None:
    fallen = [
        (school_id, name, before[name], after[name])
        for (part, school_id), before in answers.items()
        if part == "hk1" and (after := answers.get(("hk2", school_id)))
        for name, value in before.items()
        if GROWING.search(name) and isinstance(value, int | float) and after[name] < value
    ]
    assert fallen == []


def test_merged_school_is_the_sum_of_its_former_ones(answers: Any) -> None:
    merged = answers["hk2", "0477406"]
    former = [answers["hk1", name]["pupils_count.total"] for name in ("0477222", "0477310")]
    assert abs(merged["pupils_count.total"] - sum(former)) <= 9
    assert merged["pupils_count.g9"] > 0
    assert merged["pupils_count.g1"] > 0


def test_index_reaches_exactly_the_declared_points(reference: Reference, observations: Any) -> None:
    for term in SAMPLE_TERMS:
        scores = score_term(_whole(observations[term.part]), reference.of(term)).scores
        low = scores.set_index(["school_id", "group_id"])["low"]
        for school_id in scores.loc[scores["state"] == "scored", "school_id"].unique():
            if (school_id, term.part) in OVERCLAIMED_ITEMS or (school_id, term.part) in UNPROVEN_ITEMS:
                continue
            assert low[school_id, "1"] == AIMS[school_id].teaching(term.part), (school_id, term.part)
            assert low[school_id, "2"] == AIMS[school_id].management(term.part), (school_id, term.part)


def _whole(observations: pd.DataFrame) -> pd.DataFrame:
    numbers = pd.to_numeric(observations["value_number"]).astype("Float64")
    return observations.assign(value_number=numbers, note=None)


def test_nothing_personal_stands_in_the_answers(answers: Any) -> None:
    found = [
        (key, name, value)
        for key, own in answers.items()
        for name, value in own.items()
        if isinstance(value, str) and PERSONAL.search(value)
    ]
    assert found == []


def test_declared_trouble_is_known_and_used() -> None:
    used = {name for arrival in ARRIVALS for name in arrival.faults}
    assert used == {*ANSWER_FAULTS, *FILE_FAULTS}
    own = [arrival for arrival in ARRIVALS if arrival.faults and arrival.part in ("hk1", "hk2")]
    files = len({(arrival.part, arrival.school_id, arrival.name) for arrival in own})
    assert 0.2 <= files / 111 <= 0.3


def test_same_bytes_at_every_run_and_with_any_workers(tmp_path: Path, reference: Reference) -> None:
    sample_files = term_sample_files(HK1, reference)
    kinds = {
        name: sample_file
        for sample_file in sample_files
        for name in sample_file.arrival.faults
        if name in FILE_FAULTS
    }
    some = [*kinds.values(), *sample_files[:2]]
    for name, workers in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        assert len(list(write_sample_files(some, tmp_path / name, reference, workers))) == len(some)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files a term are enough to see how folders are treated."""
    monkeypatch.setattr(
        sample, "term_sample_files", lambda term, reference: term_sample_files(term, reference)[:2]
    )


@pytest.mark.usefixtures("small")
def test_own_files_are_written_again_and_stale_ones_leave(tmp_path: Path, reference: Reference) -> None:
    workspace = Workspace(tmp_path)
    lines: list[str] = []
    counts = write_sample(workspace, reference, lines.append, workers=1)
    assert set(counts.values()) == {2}
    assert [line.partition("/2 ")[0] for line in lines[:3]] == [
        "2023-2024-tkdn 1",
        "2023-2024-tkdn 2",
        "2023-2024-hk1 1",
    ]
    raw = workspace.raw(HK1)
    before = {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()}
    write_sample(workspace, reference, workers=1)
    assert {path: path.read_bytes() for path in raw.rglob("*") if path.is_file()} == before
    assert {raw / SAMPLE_LIST, raw / "sources" / "csdl-lop-hoc.csv"} <= set(before)
    assert not list((tmp_path / "data" / "raw").glob(".sample.part"))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("term", SAMPLE_TERMS)
def test_foreign_file_stops_the_sample_before_anything_is_written(
    tmp_path: Path, reference: Reference, term: Term
) -> None:
    workspace = Workspace(tmp_path)
    workspace.raw(term).mkdir(parents=True)
    foreign = workspace.raw(term) / "bao cao that.xlsx"
    foreign.write_bytes(b"of a real school")
    with pytest.raises(UsageError, match=r"bao cao that\.xlsx"):
        write_sample(workspace, reference, workers=1)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [foreign]


@pytest.mark.usefixtures("small")
def test_file_changed_since_is_left_alone(tmp_path: Path, reference: Reference) -> None:
    workspace = Workspace(tmp_path)
    write_sample(workspace, reference, workers=1)
    changed = next(workspace.raw(HK2).glob("*.xlsx"))
    changed.write_bytes(changed.read_bytes() + b" ")
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=re.escape(changed.name)):
        write_sample(workspace, reference, workers=1)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == kept


@pytest.mark.usefixtures("small")
def test_list_that_names_a_file_elsewhere_deletes_nothing(tmp_path: Path, reference: Reference) -> None:
    workspace = Workspace(tmp_path)
    workspace.raw(HK1).mkdir(parents=True)
    elsewhere = tmp_path / "notes.txt"
    elsewhere.write_text("mine", encoding="utf-8")
    (workspace.raw(HK1) / SAMPLE_LIST).write_text('{"../../../../notes.txt": "x"}', encoding="utf-8")
    write_sample(workspace, reference, workers=1)
    assert elsewhere.read_text(encoding="utf-8") == "mine"


def test_arrivals_end_as_declared(cleaned: dict[str, Cleaned]) -> None:
    fates = {part: found.submissions["fate"].value_counts().to_dict() for part, found in cleaned.items()}
    assert fates["hk1"] == {"accepted": 50, "superseded": 3, "refused": 2}
    assert fates["hk2"] == {"accepted": 51, "superseded": 2, "refused": 3}
    reasons = {part: set(found.submissions["reason_code"].dropna()) for part, found in cleaned.items()}
    assert reasons["hk1"] == {"truncated", "html_as_spreadsheet", "duplicate_file", "superseded_revision"}
    assert reasons["hk2"] == {"truncated", "password_protected", "other_term", "superseded_revision"}
    late = {
        part: int((found.submissions["is_late"] & (found.submissions["fate"] == "accepted")).sum())
        for part, found in cleaned.items()
    }
    assert late == {"hk1": 4, "hk2": 3}
    for part, found in cleaned.items():
        assert not set(found.submissions["school_id"].dropna()) & set(MISSING[part])


def test_only_schools_with_declared_trouble_have_findings(cleaned: dict[str, Cleaned]) -> None:
    about_filing = ["not_submitted", "submission_late", "superseded_revision", "refused_duplicate_file"]
    for part, found in cleaned.items():
        findings = found.findings[~found.findings["check_code"].isin(about_filing)]
        declared = {school_id for own, school_id in TROUBLED if own == part}
        declared |= {school_id for school_id, own in DENIED_CONDITIONS if own == part}
        assert set(findings["school_id"].dropna()) <= declared


@pytest.mark.parametrize(
    ("part", "school_id", "check_code"),
    [
        ("hk1", "0477109", "girls_at_most_pupils"),
        ("hk1", "0477116", "sheet_renamed"),
        ("hk1", "0477117", "formula_without_value"),
        ("hk1", "0477205", "percent_assumed"),
        ("hk1", "0477206", "pupils_grades_sum_to_total"),
        ("hk1", "0477207", "not_a_number"),
        ("hk1", "0477210", "row_moved"),
        ("hk1", "0477212", "required_blank"),
        ("hk1", "0477302", "error_value"),
        ("hk1", "0477309", "separator_assumed"),
        ("hk1", "0477404", "yes_no_spelling"),
        ("hk1", "0477404", "date_from_text"),
        ("hk2", "0477206", "points_above_maximum"),
        ("hk2", "0477211", "number_from_text"),
        ("hk2", "0477302", "materials_sum_to_approved"),
        ("hk2", "0477304", "fees_per_pupil_plausible"),
    ],
)
def test_trouble_is_found_by_intake(
    cleaned: dict[str, Cleaned], part: str, school_id: str, check_code: str
) -> None:
    findings = cleaned[part].findings
    assert check_code in set(findings.loc[findings["school_id"] == school_id, "check_code"])


def test_moved_rows_and_renamed_sheets_lose_no_answer(
    cleaned: dict[str, Cleaned], observations: dict[str, pd.DataFrame]
) -> None:
    for part, school_id in (("hk1", "0477210"), ("hk1", "0477116"), ("hk2", "0477217")):
        read, meant = (
            frame[frame["school_id"] == school_id].set_index("field_id")
            for frame in (cleaned[part].observations, observations[part])
        )
        assert read["state"].to_dict() == meant["state"].to_dict()
        assert read["value_number"].astype(float).round(6).to_dict() == pytest.approx(
            meant["value_number"].astype(float).round(6).to_dict(), nan_ok=True
        )


def test_stories_show_in_the_scores(scored: dict[str, Scored]) -> None:
    levels = {
        part: found.scores.set_index(["school_id", "group_id"])["level"] for part, found in scored.items()
    }
    assert (levels["hk1"]["0477301", "overall"], levels["hk2"]["0477301", "overall"]) == (3, 3)
    assert (levels["hk1"]["0477305", "1"], levels["hk2"]["0477305", "1"]) == (2, 1)
    assert (levels["hk1"]["0477216", "1"], levels["hk2"]["0477216", "1"]) == (1, 3)
    assert (levels["hk1"]["0477308", "2"], levels["hk2"]["0477308", "2"]) == (1, 1)
    assert (levels["hk1"]["0477212", "1"], levels["hk1"]["0477219", "1"]) == (2, 1)
    assert (levels["hk1"]["0477220", "1"], levels["hk2"]["0477220", "1"]) == (2, 3)
    assert pd.isna(levels["hk1"]["0477403", "1"])
    assert pd.isna(levels["hk2"]["0477401", "1"])
    assert pd.isna(levels["hk2"]["0477219", "2"])
    for part in ("hk1", "hk2"):
        for group in ("1", "2"):
            counts = levels[part].xs(group, level="group_id").value_counts()
            assert set(counts.index) == {1, 2, 3}
    reasons = {part: set(found.ledger["reason"]) for part, found in scored.items()}
    assert {"disputed", "no_evidence", "claimed", "agreed", "no_facts"} <= reasons["hk1"]
    assert {"disputed", "no_evidence", "unanswered", "out_of_range"} <= reasons["hk2"]
    assert OPEN_CONDITIONS["0477403", "hk1"] == "online_plan"
