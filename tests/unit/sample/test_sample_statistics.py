"""The sample's periodic statistics: clean forms agree with each other and with the reports, planted slips are found as planted."""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd
import pytest

from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference
from termreview.reference.kinds.checks import OTHER_TERM
from termreview.sample.answers.answers import school_answers
from termreview.sample.deliveries import ARRIVALS, MISSING
from termreview.sample.sample_files import term_sample_files, write_received, write_sample_files
from termreview.sample.school_year import sample_terms
from termreview.terms import Term

START, HK1, MIDDLE, HK2, END = (Term("2023-2024", part) for part in ("tkdn", "hk1", "tkgn", "hk2", "tkcn"))
STATISTICS = (START, MIDDLE, END)
LATER = {arrival.school_id for arrival in ARRIVALS if arrival.part in ("tkgn", "tkcn")}
MERGED = "0477406"  # of two schools of before, which have answers of their own at the start of the year
ABOUT_FILING = ("not_submitted", "submission_late", "superseded_revision", "group_left_blank")


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> dict[str, Cleaned]:
    """The schools with planted slips through the year, each term held against those before it; others stay away."""
    found: dict[str, Cleaned] = {}
    for term in (START, HK1, MIDDLE, HK2, END):
        folder = tmp_path_factory.mktemp(term.part)
        troubled = {arrival.school_id for arrival in ARRIVALS if arrival.part == term.part}
        wanted = LATER | {MERGED} | (troubled if term in STATISTICS else set())
        files = [one for one in term_sample_files(term, reference) if one.school.unit_id in wanted]
        list(write_sample_files(files, folder, reference, 2))
        write_received(folder / "received.csv", files)
        before = [
            cleaned.observations.assign(field_id=f"{part}{OTHER_TERM}" + cleaned.observations["field_id"])
            for part, cleaned in found.items()
        ]
        received = list_received(folder, datetime.date(2024, 7, 10))
        found[term.part] = clean_term(files=received, reference=reference, term=term, previous=pd.concat(before) if before else None)  # fmt: skip
    return found


def findings(cleaned: Cleaned) -> set[tuple[str, str]]:
    rows = cleaned.findings[cleaned.findings["school_id"].notna()]
    rows = rows[~rows["check_code"].isin(ABOUT_FILING)]
    return set(zip(rows["school_id"], rows["check_code"], strict=True))


def test_the_sample_has_statistics_of_every_term_of_its_year(reference: Reference) -> None:
    assert sample_terms(reference) == (START, HK1, MIDDLE, HK2, END)
    counted = {term.part: len(term_sample_files(term, reference)) for term in STATISTICS}
    # 55 schools, two away, one twice; 55, one away; 54 after the merger, one away.
    assert counted == {"tkdn": 54, "tkgn": 54, "tkcn": 53}


@pytest.mark.parametrize("term", STATISTICS, ids=lambda term: term.part)
def test_clean_forms_answer_what_is_asked_within_its_bounds(term: Term, reference: Reference) -> None:
    declared = reference.of(term)
    odd = []
    for school in declared.schools:
        own = school_answers(school, term, reference)
        for field in declared.form.fields_for(school.level, term.part):
            value = own.get(field.field_id)
            if value is None:
                odd += [(school.unit_id, field.field_id)] if field.is_required else []
            elif isinstance(value, int | float) and not (field.minimum or 0) <= value <= (field.maximum or 1e12):  # fmt: skip
                odd.append((school.unit_id, field.field_id))
    assert odd == []


def test_statistics_tell_of_the_same_school_as_its_report(reference: Reference) -> None:
    schools = {school.unit_id: school for school in reference.of(HK1).schools}
    report = school_answers(schools["0477401"], HK1, reference)
    own = school_answers(schools["0477401"], START, reference)
    for what in ("pupils", "classes"):
        both = own[f"{what}_th_count.total"], own[f"{what}_thcs_count.total"]
        assert sum(both) == report[f"{what}_count.total"]
        assert min(both) > 0
    assert own["teachers_th_count"] + own["teachers_thcs_count"] == report["teachers_count.total"]
    assert own["sites_th_count"] == own["sites_thcs_count"]


def test_slips_at_the_start_of_the_year_are_found_as_planted(cleaned: dict[str, Cleaned]) -> None:
    assert findings(cleaned["tkdn"]) == {
        ("0477103", "made_before_closing"), ("0477216", "made_before_closing"),
        ("0477201", "budget_unit_th"), ("0477305", "budget_unit_thcs"),
        ("0477205", "sites_with_main_th"), ("0477302", "sites_with_main_thcs"),
        ("0477210", "one_standard_th"), ("0477303", "standard_1_decision_thcs"), ("0477208", "yes_no_blank"),
        ("0477402", "yes_no_blank"), ("0477402", "choice_blank"), ("0477402", "required_blank"),
        ("0477107", "refused_truncated"),
    }  # fmt: skip
    assert cleaned["tkdn"].submissions["fate"].value_counts()["refused"] == 1


def test_forms_of_the_year_differ_where_planted(cleaned: dict[str, Cleaned]) -> None:
    assert findings(cleaned["tkgn"]) == {
        ("0477211", "standard_1_kept_th"), ("0477211", "standard_2_kept_th"), ("0477208", "yes_no_blank"),
        ("0477207", "pupils_of_year_th"), ("0477207", "pupils_as_hk1_th"),
    }  # fmt: skip
    assert findings(cleaned["tkcn"]) == {("0477305", "budget_unit_thcs"), ("0477206", "results_at_most_th")}


def test_no_export_of_a_system_lies_beside_statistics(tmp_path: Path, reference: Reference) -> None:
    from termreview.sample.system_exports import write_system_exports

    write_system_exports(tmp_path, START, reference)
    assert list(tmp_path.iterdir()) == []


def test_who_stays_away_is_expected_in_its_term(reference: Reference) -> None:
    for term in STATISTICS:
        expected = {school.unit_id for school in reference.of(term).schools}
        assert set(MISSING[term.part]) <= expected
        assert {arrival.school_id for arrival in ARRIVALS if arrival.part == term.part} <= expected
