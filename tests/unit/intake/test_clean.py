"""One term cleaned: nothing vanishes, nothing depends on order or workers, and twice gives the same."""

from __future__ import annotations

import random
import shutil
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from intake_world import (
    HK1,
    HK2,
    ON_TIME,
    PRESCHOOL,
    SECONDARY,
    SUBMISSIONS,
    clean_folder,
    declared,
    layout_of,
    receive,
    reference,
    scratch,
    write_school,
)

from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import ReceivedFile, list_received

NAMES = ("submissions", "observations", "findings")


@cache
def mess() -> Path:
    """Every small workbook at once, most of them of one school, on a few different days."""
    folder = scratch()
    names = sorted(path.name for path in SUBMISSIONS.iterdir() if path.suffix != ".yml")
    for name in names:
        shutil.copy(SUBMISSIONS / name, folder / name)
    days = [ON_TIME[HK1.term_id].replace(day=day) for day in (3, 4, 5, 8, 12)]
    receive(folder, {name: days[number % len(days)] for number, name in enumerate(names)})
    return folder


@cache
def files() -> tuple[ReceivedFile, ...]:
    return tuple(list_received(mess(), ON_TIME[HK1.term_id]))


@cache
def cleaned() -> Cleaned:
    return clean_term(files(), reference(), HK1)


def assert_same(first: Cleaned, second: Cleaned) -> None:
    for name in NAMES:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
        assert getattr(first, name).to_csv() == getattr(second, name).to_csv()


def test_every_file_ends_once_with_a_fate_and_a_reason() -> None:
    submissions = cleaned().submissions
    assert sorted(submissions["file"]) == sorted(file.name for file in files())
    assert submissions.loc[submissions["fate"] != "accepted", "reason_code"].notna().all()
    assert submissions.loc[submissions["fate"] == "accepted", "reason_code"].isna().all()
    accepted = submissions[submissions["fate"] == "accepted"]
    assert accepted["school_id"].is_unique


def test_every_file_that_does_not_count_is_a_finding() -> None:
    submissions, findings = cleaned().submissions, cleaned().findings
    silent = submissions[
        (submissions["fate"] != "accepted") & ~submissions["file"].isin(list(findings["file"].dropna()))
    ]
    assert list(silent["file"]) == []


def test_every_expected_school_has_every_field_it_is_asked_once() -> None:
    observations = cleaned().observations
    for school in declared().schools:
        asked = [
            place.field.field_id
            for sheet in layout_of(school.unit_id).sheets
            for block in sheet.blocks
            for place in block.places
        ]
        assert list(observations.loc[observations["school_id"] == school.unit_id, "field_id"]) == asked
    assert set(observations["school_id"]) == {school.unit_id for school in declared().schools}


def test_every_cell_of_a_file_that_was_read_is_accounted_for() -> None:
    read = cleaned().submissions[lambda frame: frame["found_by"] != "none"]
    assert len(read) > 40
    total = read["cells_used"] + read["cells_flagged"] + read["cells_unowned"] + read["cells_ignored"]
    assert (total == read["cells_total"]).all()


def test_every_answer_that_was_not_taken_as_it_stood_is_a_finding() -> None:
    """Rows in = rows out + findings: an unreadable or assumed answer of an accepted file names its place."""
    observations, findings = cleaned().observations, cleaned().findings
    noted = observations[observations["note"].notna() & (observations["note"] != "row_missing")]
    places = set(zip(findings["file"], findings["field_id"], strict=True))
    assert set(zip(noted["file"], noted["field_id"], strict=True)) <= places
    unreadable = observations[observations["state"] == "unreadable"]
    assert unreadable["note"].notna().all()


def test_values_stand_only_where_something_was_answered() -> None:
    observations = cleaned().observations
    is_answered = observations["state"] == "answered"
    has_value = observations["value_number"].notna() | observations["value_text"].notna()
    assert (is_answered == has_value).all()
    assert not (observations["value_number"].notna() & observations["value_text"].notna()).any()


def test_a_school_without_a_file_is_missing_and_not_zero() -> None:
    observations, findings = cleaned().observations, cleaned().findings
    here = observations[observations["school_id"] == SECONDARY]
    assert set(here["state"]) == {"not_submitted"}
    assert here["value_number"].isna().all()
    assert list(findings.loc[findings["school_id"] == SECONDARY, "check_code"]) == ["not_submitted"]


def test_finding_ids_are_unique_and_stay() -> None:
    assert cleaned().findings["finding_id"].is_unique
    again = clean_term(files(), reference(), HK1)
    assert list(again.findings["finding_id"]) == list(cleaned().findings["finding_id"])


def test_cleaning_twice_gives_the_same() -> None:
    assert_same(clean_term(files(), reference(), HK1), cleaned())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_files_does_not_matter(seed: int) -> None:
    shuffled = random.Random(seed).sample(files(), len(files()))
    assert_same(clean_term(shuffled, reference(), HK1), cleaned())


def test_the_number_of_workers_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("termreview.intake.batches.batch._FEWEST_FILES", 1)
    assert_same(clean_term(files(), reference(), HK1, workers=2), cleaned())


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    clean_term(files()[:7], reference(), HK1, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (7, 7)
    assert told == sorted(told)


def test_an_empty_term_is_a_term_in_which_nobody_has_reported() -> None:
    empty = clean_term([], reference(), HK1)
    assert empty.submissions.empty
    assert set(empty.observations["state"]) == {"not_submitted"}
    assert list(empty.findings["check_code"]) == ["not_submitted"] * 3


def test_the_term_before_is_asked_about_jumps(tmp_path: Path) -> None:
    before, now = tmp_path / "hk1", tmp_path / "hk2"
    for folder, term_id in ((before, HK1.term_id), (now, HK2.term_id)):
        folder.mkdir()
        for school in declared(term_id).schools:
            write_school(folder / f"{school.unit_id}.xlsx", school.unit_id, term_id)
        receive(folder, {}, term_id)
    write_school(now / f"{PRESCHOOL}.xlsx", PRESCHOOL, HK2.term_id, {"computers_count": 100})
    previous = clean_folder(before).observations
    # Last term's figures sent again would be asked about, too.
    others = previous["field_id"] != "computers_count"
    previous["value_number"] = previous["value_number"].where(~others, previous["value_number"] * 0.95)
    (finding,) = clean_folder(now, HK2.term_id, previous).findings.itertuples()
    assert (finding.school_id, finding.check_code) == (PRESCHOOL, "computers_change_plausible")
    assert (finding.found, finding.expected, finding.field_id) == ("100", "40", "computers_count")
    assert finding.message == "Số máy tính là 100, thay đổi nhiều so với học kỳ trước (40)."
    assert clean_folder(now, HK2.term_id).findings.empty
