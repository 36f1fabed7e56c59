"""One decision: guarded, applied once, reused, and never taking a finding or an answer away."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given, settings, strategies as st
from intake_world import (
    HK1,
    HK2,
    ON_TIME,
    PRESCHOOL,
    PRIMARY,
    ROOT,
    SECONDARY,
    declared,
    place_of,
    receive,
    reference,
    scratch,
    write_school,
)

from termreview.forms.form import Value
from termreview.intake.checks.decisions import PlacedDecision, apply_decisions
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.files.reader import Reader
from termreview.intake.received.received import list_received
from termreview.reference.kinds.decisions import Decision, load_decisions, options_of, with_aliases
from termreview.reference.loading.source import Source
from termreview.reporting.summaries.decisions import causes_of, check_record, open_findings
from termreview.text import fold

TOTAL, GIRLS = "pupils_count.total", "pupils_girls_count.a2"


def decision(
    action: str, field_id: str = "*", expected: str = "", new: str = "", scope: str = "cell",
    cause: str = "", school_id: str = PRESCHOOL, term_id: str = HK1.term_id, name: str = "d1",
) -> Decision:  # fmt: skip
    return Decision(
        name, term_id, scope, school_id, field_id, cause, expected, action, new, "đã đối chiếu hồ sơ",
        "chuyên viên thống kê", datetime.date(2024, 1, 12),
    )  # fmt: skip


@cache
def folder_with(changes: tuple[tuple[str, Value], ...], term_id: str = HK1.term_id) -> Path:
    folder = scratch()
    write_school(folder / f"{PRESCHOOL}.xlsx", PRESCHOOL, term_id, dict(changes))
    receive(folder, {}, term_id)
    return folder


def cleaned(changes: Mapping[str, Value], *decisions: Decision, term_id: str = HK1.term_id) -> Cleaned:
    folder = folder_with(tuple(changes.items()), term_id)
    files = list_received(folder, ON_TIME[term_id])
    term = HK1 if term_id == HK1.term_id else HK2
    return clean_term(files, replace(reference(), decisions=decisions), term)


def of_school(result: Cleaned) -> pd.DataFrame:
    return result.findings[result.findings["school_id"] == PRESCHOOL]


def observed(result: Cleaned, field_id: str) -> pd.Series:
    return result.observations.set_index(["school_id", "field_id"]).loc[(PRESCHOOL, field_id)]


def test_correct_replaces_the_answer_and_keeps_the_original() -> None:
    result = cleaned({TOTAL: 3000}, decision("correct", TOTAL, "3000", "300"))
    row = observed(result, TOTAL)
    assert (row["value_number"], row["original"], row["note"]) == (300, "3000", "decision:d1")
    assert of_school(result).empty


def test_correct_settles_what_reading_said_and_lets_the_checks_judge() -> None:
    result = cleaned({TOTAL: "ba trăm"}, decision("correct", TOTAL, "ba trăm", "301"))
    found = of_school(result).set_index("check_code")
    assert found.loc["not_a_number", ["status", "decision_id"]].tolist() == ["settled", "d1"]
    assert found.loc["pupils_grades_sum_to_total", "status"] == "open"


def test_a_decision_whose_old_value_is_gone_is_not_applied_and_says_so() -> None:
    result = cleaned({TOTAL: 2910}, decision("correct", TOTAL, "2900", "300"))
    assert observed(result, TOTAL)["value_number"] == 2910
    (said,) = of_school(result).query("check_code == 'decision_not_applied'").itertuples()
    assert (said.field_id, said.found, said.expected) == (TOTAL, "2910", "2900")
    assert "d1" in said.message
    assert said.cell == observed(result, TOTAL)["cell"]


def test_accept_keeps_the_finding_and_settles_it() -> None:
    result = cleaned({GIRLS: 51}, decision("accept", GIRLS, "51", cause="girls_at_most_pupils"))
    before = cleaned({GIRLS: 51})
    assert list(result.findings["finding_id"]) == list(before.findings["finding_id"])
    here = of_school(result).query("check_code == 'girls_at_most_pupils' and field_id == @GIRLS")
    assert here[["status", "decision_id"]].to_numpy().tolist() == [["settled", "d1"]]
    assert len(open_findings(of_school(result))) == len(of_school(before)) - 1


def test_accept_of_another_value_stops_and_says_so() -> None:
    result = cleaned({GIRLS: 52}, decision("accept", GIRLS, "51"))
    assert set(of_school(result)["status"]) == {"open"}
    assert "decision_not_applied" in set(of_school(result)["check_code"])


def test_not_applicable_is_a_state_and_settles_the_blank() -> None:
    blank = cleaned({"computers_count": None})
    assert "required_blank" in set(of_school(blank)["check_code"])
    result = cleaned({"computers_count": None}, decision("not_applicable", "computers_count"))
    assert observed(result, "computers_count")["state"] == "not_applicable"
    assert set(open_findings(of_school(result))["field_id"].dropna()) <= {"computers_antivirus_count"}


def test_one_decision_on_a_cause_settles_every_place() -> None:
    changes = {GIRLS: 51, "pupils_girls_count.a3": 52}
    result = cleaned(changes, decision("accept", scope="cause", cause="girls_at_most_pupils", school_id="*"))
    found = of_school(result).query("check_code == 'girls_at_most_pupils'")
    assert len(found) == 2
    assert set(found["status"]) == {"settled"}


@pytest.mark.parametrize(
    ("scope", "school_id", "reach"),
    [
        ("cell", PRESCHOOL, "place"), ("file", PRESCHOOL, "place"), ("school", PRESCHOOL, "school"),
        ("rule", "*", "rule"), ("cause", PRESCHOOL, "school"), ("cause", "*", "rule"),
    ],
)  # fmt: skip
def test_rows_written_before_there_were_rules_keep_their_meaning(
    tmp_path: Path, scope: str, school_id: str, reach: str
) -> None:
    ruling = decision("accept", scope=scope, cause="girls_at_most_pupils", school_id=school_id)
    assert ruling.reach == reach
    field_id = GIRLS if scope == "cell" else "*"
    line = f"d1,*,{scope},{school_id},{field_id},unit_too_small,,accept,,r,phó trưởng phòng,2024-01-12"
    assert problems_of(tmp_path, line) == []
    if reach != "place":
        found = of_school(cleaned({GIRLS: 51}, ruling)).query("check_code == 'girls_at_most_pupils'")
        assert set(found["status"]) == {"settled"}


def test_what_was_decided_on_a_school_goes_before_a_rule() -> None:
    rule = decision("accept", scope="rule", cause="girls_at_most_pupils", school_id="*", name="d1")
    own = decision("accept", scope="school", cause="girls_at_most_pupils", name="d2")
    found = of_school(cleaned({GIRLS: 51}, rule, own)).query("check_code == 'girls_at_most_pupils'")
    assert set(found["decision_id"]) == {"d2"}


def test_a_slip_of_unit_is_one_cause_and_one_decision_mends_it() -> None:
    changes = {"computers_count": 40_000, "fees_due_vnd": 60_000}
    whole = cleaned({}).observations
    last = whole.assign(value_number=whole["value_number"] * 0.95)
    files = list_received(folder_with(tuple(changes.items()), HK2.term_id), ON_TIME[HK2.term_id])
    slipped = clean_term(files, reference(), HK2, last)
    causes = set(of_school(slipped)["cause"])
    assert causes == {"unit_too_large", "unit_too_small"}
    placed = tuple(
        decision("correct", scope="cause", cause=cause, new=new, school_id="*", term_id="*", name=cause)
        for cause, new in (("unit_too_large", "/1000"), ("unit_too_small", "x1000"))
    )
    mended = clean_term(files, replace(reference(), decisions=placed), HK2, last)
    assert observed(mended, "computers_count")["value_number"] == 40
    assert observed(mended, "fees_due_vnd")["value_number"] == 60_000_000
    assert open_findings(of_school(mended)).empty


def test_a_decision_of_any_term_is_used_again_next_term() -> None:
    ruling = decision("accept", GIRLS, "51", term_id="*")
    for term_id in (HK1.term_id, HK2.term_id):
        found = of_school(cleaned({GIRLS: 51}, ruling, term_id=term_id)).query("field_id == @GIRLS")
        assert set(found["status"]) == {"settled"}
    only_then = cleaned({GIRLS: 51}, decision("accept", GIRLS, "51"), term_id=HK2.term_id)
    assert set(of_school(only_then)["status"]) == {"open"}


def test_a_school_that_sent_nothing_is_not_ruled_on() -> None:
    ruling = decision("correct", "computers_count", "40", "41", school_id=SECONDARY)
    result = cleaned({}, ruling)
    assert "decision_not_applied" not in set(result.findings["check_code"])
    assert set(result.observations.query("school_id == @SECONDARY")["state"]) == {"not_submitted"}


def test_an_alias_names_a_school() -> None:
    alias = decision("alias", expected="Trường mầm non của xã", scope="file")
    registry = with_aliases(reference().registry, [alias])
    (found,) = registry.named("TRƯỜNG MẦM NON CỦA XÃ", declared().plan.due_on)
    assert found.unit_id == PRESCHOOL
    assert with_aliases(reference().registry, []) is reference().registry


FIELDS = ("computers_count", "computers_antivirus_count", TOTAL, "website_posts_count")
RULINGS = st.lists(
    st.tuples(
        st.sampled_from(FIELDS), st.sampled_from(("correct", "not_applicable")),
        st.sampled_from(("40", "36", "300", "3", "", "999")), st.sampled_from(("1", "77", "x1000", "/2")),
    ),
    max_size=5,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@example([(TOTAL, "correct", "300", "x1000"), (TOTAL, "correct", "300", "1")])
@given(RULINGS)
def test_applied_twice_is_applied_once_and_nothing_is_lost(drawn: list[tuple[str, str, str, str]]) -> None:
    observations = cleaned({}).observations
    form = declared().form
    placed = [
        PlacedDecision(decision(action, name, expected, new, name=f"d{number}"), PRESCHOOL, name)
        for number, (name, action, expected, new) in enumerate(drawn)
    ]
    once = apply_decisions(observations, placed, form.all_fields(), options_of([form]))
    twice = apply_decisions(once.observations, placed, form.all_fields(), options_of([form]))
    pd.testing.assert_frame_equal(once.observations, twice.observations)
    assert once.applied == twice.applied
    assert len({(one.school_id, one.field_id) for one in placed}) >= len(once.applied)
    kept = ["school_id", "term_id", "field_id", "original", "file", "sheet", "cell", "found_by"]
    pd.testing.assert_frame_equal(once.observations[kept], observations[kept])
    keys = list(zip(observations["school_id"], observations["field_id"], strict=True))
    is_changed = once.observations["state"].ne(observations["state"]) | once.observations["note"].notna()
    assert {key for key, flag in zip(keys, is_changed, strict=True) if flag} == set(once.applied)


def test_a_check_s_record_adds_up() -> None:
    placed = (
        decision("accept", GIRLS, "51", cause="girls_at_most_pupils"),
        decision("correct", TOTAL, "ba trăm", "300", name="d2"),
    )
    result = cleaned({GIRLS: 51, TOTAL: "ba trăm"}, *placed)
    record = check_record(result.findings, placed, {"never": "Không báo"}).set_index("check_code")
    parts = record[["open_count", "overturned_count", "upheld_count"]].sum(axis=1)
    assert record["fired_count"].equals(parts)
    assert record.loc["girls_at_most_pupils", "overturned_count"] == 1
    assert record.loc["not_a_number", "upheld_count"] == 1
    assert record.loc["never", "fired_count"] == 0
    causes = causes_of(result.findings, {})
    assert causes["finding_count"].sum() == len(open_findings(result.findings))
    assert causes["cause"].is_unique


HEADER = (ROOT / "data" / "reference" / "decisions.csv").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("d1,2023-2024-hk9,cell,0477101,computers_count,,4,correct,5,r,phó trưởng phòng,2024-01-12", "'term_id'"),
        ("d1,*,cell,0477999,computers_count,,4,correct,5,r,phó trưởng phòng,2024-01-12", "không phải mã trường"),
        ("d1,*,cell,0477101,computers,,4,correct,5,r,phó trưởng phòng,2024-01-12", "không phải chỉ tiêu"),
        ("d1,*,cell,0477101,computers_count,,4,correct,năm,r,phó trưởng phòng,2024-01-12", "không hợp với chỉ tiêu"),
        ("d1,*,cell,0477101,computers_count,,4,correct,,r,phó trưởng phòng,2024-01-12", "cần 'new_value'"),
        ("d1,*,cell,*,computers_count,,4,correct,5,r,phó trưởng phòng,2024-01-12", "phải nêu trường"),
        ("d1,*,cause,*,*,,4,accept,,r,phó trưởng phòng,2024-01-12", "phải nêu nguyên nhân"),
        ("d1,*,rule,*,*,,,accept,,r,phó trưởng phòng,2024-01-12", "phải nêu nguyên nhân"),
        ("d1,*,school,*,*,unit_too_small,,accept,,r,phó trưởng phòng,2024-01-12", "thì ghi scope=rule"),
        ("d1,*,rule,0477101,*,unit_too_small,,accept,,r,phó trưởng phòng,2024-01-12", "thì ghi scope=school"),
        ("d1,*,rule,*,*,unit_too_small,,alias,,r,phó trưởng phòng,2024-01-12", "'alias' chỉ dùng cho tệp"),
        ("d1,*,cause,*,*,so,4,accept,,r,phó trưởng phòng,2024-01-12", "không phải mã phép kiểm tra"),
        ("d1,*,file,0477101,*,,,correct,5,r,phó trưởng phòng,2024-01-12", "không dùng cho tệp"),
        ("d1,*,file,0477101,*,,,alias,,r,phó trưởng phòng,2024-01-12", "cần tên như trường đã viết"),
        ("d1,*,cell,0477101,computers_count,,4,accept,,,phó trưởng phòng,2024-01-12", "thiếu 'reason'"),
        ("d1,*,cell,0477101,computers_count,,4,accept,,r,0912345678,2024-01-12", "ghi chức danh"),
        ("d1,*,cell,0477101,computers_count,,4,accept,,r,phó trưởng phòng,hôm qua", "không phải ngày"),
    ],
)  # fmt: skip
def test_every_mistake_in_a_decision_is_named(tmp_path: Path, line: str, said: str) -> None:
    (problem, *_) = problems_of(tmp_path, line)
    assert said in problem


def test_two_decisions_on_one_cell_contradict_each_other(tmp_path: Path) -> None:
    lines = [
        f"d{n},{term},cell,0477101,computers_count,,4,correct,{n},r,phó trưởng phòng,2024-01-12"
        for n, term in ((5, "*"), (6, HK1.term_id))
    ]
    (problem,) = problems_of(tmp_path, *lines)
    assert "dòng 2" in problem


def problems_of(folder: Path, *lines: str) -> list[str]:
    (folder / "decisions.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    source, form = Source(folder), declared().form
    causes = {"girls_at_most_pupils", "unit_too_small"}
    load_decisions(
        source,
        reference().registry,
        [HK1.term_id, HK2.term_id],
        form.all_fields(),
        causes,
        options_of([form]),
    )
    return [problem.message for problem in source.problems]


def test_committed_schools_are_known(tmp_path: Path) -> None:
    good = f"d1,*,cell,{PRIMARY},computers_count,,4,correct,5,r,phó trưởng phòng,2024-01-12"
    assert problems_of(tmp_path, good) == []


def test_a_term_without_open_findings_folds_into_no_causes() -> None:
    nothing = cleaned({}).findings.iloc[:0]
    assert causes_of(nothing, {}).empty


def test_a_name_that_the_office_has_ruled_on_names_the_school_on_any_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where a file carries none of our marks: there the schools of the term are looked for by their names."""
    seen: list[Reader] = []

    def watched(files: object, reader: Reader, *rest: object) -> list[object]:
        seen.append(reader)
        return []

    monkeypatch.setattr("termreview.intake.clean.read_batches", watched)
    alias = decision("alias", expected="Trường mẫu giáo trung tâm", scope="file")
    clean_term([], replace(reference(), decisions=(alias,)), HK1)
    clean_term([], reference(), HK1)
    ruled, plain = (set(reader.names) for reader in seen)
    assert ruled - plain == {fold("Trường mẫu giáo trung tâm")}


def test_correct_settles_what_is_asked_of_the_row_of_its_only_answer(tmp_path: Path) -> None:
    title, place = place_of("teachers_trained_count", PRESCHOOL)
    write_school(tmp_path / f"{PRESCHOOL}.xlsx", PRESCHOOL)
    book = openpyxl.load_workbook(tmp_path / f"{PRESCHOOL}.xlsx")
    page = book[title]
    page.insert_rows(place.row)
    for column, text in enumerate((place.field.row_code, "Số đợt tập huấn (điểm lẻ)", "", 4), start=1):
        page.cell(place.row, column).value = text
    book.save(tmp_path / f"{PRESCHOOL}.xlsx")
    files = list_received(tmp_path, ON_TIME[HK1.term_id])
    ruled = decision("correct", "teachers_trained_count", "4", "13")
    found = of_school(clean_term(files, replace(reference(), decisions=(ruled,)), HK1)).set_index(
        "check_code"
    )
    assert found.loc["row_twice", ["status", "decision_id"]].tolist() == ["settled", "d1"]
    assert found.loc["label_differs", ["status", "decision_id"]].tolist() == ["settled", "d1"]
    undecided = of_school(clean_term(files, reference(), HK1)).set_index("check_code")
    assert undecided.loc[["row_twice", "label_differs"], "status"].tolist() == ["open", "open"]


def test_correct_of_one_cell_of_a_grid_leaves_what_is_asked_of_its_row(tmp_path: Path) -> None:
    title, place = place_of("pupils_count.a1", PRESCHOOL)
    write_school(tmp_path / f"{PRESCHOOL}.xlsx", PRESCHOOL)
    book = openpyxl.load_workbook(tmp_path / f"{PRESCHOOL}.xlsx")
    book[title].cell(place.row, 2).value = "Số phòng học kiên cố"
    book.save(tmp_path / f"{PRESCHOOL}.xlsx")
    files = list_received(tmp_path, ON_TIME[HK1.term_id])
    ruled = decision("correct", "pupils_count.a1", "50", "51")
    found = of_school(clean_term(files, replace(reference(), decisions=(ruled,)), HK1)).set_index(
        "check_code"
    )
    assert found.loc["label_differs", "status"] == "open"
