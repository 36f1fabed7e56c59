"""The table of one labelled row per school holds what the declared tables hold, by the heads of the form."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
import report_world

from termreview.reporting.workbench.dictionary import data_dictionary
from termreview.reporting.workbench.school_table import school_table
from termreview.terms import parse_term

HK1 = "2023-2024-hk1"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    reference = report_world.reference()
    return school_table(reference, reference.of(parse_term(HK1)), report_world.tables_of(HK1))


def test_a_row_per_expected_school_in_the_order_of_the_registry(table: pd.DataFrame) -> None:
    expected = report_world.reference().of(parse_term(HK1)).schools
    assert table["Mã trường"].tolist() == [school.unit_id for school in expected]
    assert table["Trường"].tolist() == [school.name for school in expected]
    assert table.columns.is_unique


def test_every_answer_stands_under_its_head_and_nothing_else_does(table: pd.DataFrame) -> None:
    fields = report_world.reference().of(parse_term(HK1)).form.all_fields()
    observations = report_world.tables_of(HK1).observations
    plain = {
        head: name
        for head, name in table.attrs["fields"].items()
        if fields[name].kind in ("percent", "points")
    }
    stored = observations.set_index(["school_id", "field_id"])["value_number"]
    compared = 0
    for head, name in plain.items():
        for school_id, value in zip(table["Mã trường"], table[head], strict=True):
            known = stored.get((school_id, name))
            assert (pd.isna(value) and pd.isna(known)) or value == known, (school_id, head)
            compared += pd.notna(value)
    assert compared > 50


def test_missing_is_never_zero_and_its_state_is_said(table: pd.DataFrame) -> None:
    missing = report_world.tables_of(HK1).observations.query("state == 'not_submitted'")
    silent = set(missing["school_id"])
    rows = table[table["Mã trường"].isin(silent)]
    heads = list(table.attrs["fields"])
    assert len(rows) == len(silent) > 0
    assert rows[heads].isna().all(axis=None)
    said = rows[[f"Tình trạng: {head}" for head in heads]]
    assert set(said.to_numpy().ravel()) == {"chưa có báo cáo", "không áp dụng"}


def test_yes_no_choices_and_days_are_as_people_say_them(table: pd.DataFrame) -> None:
    fields = report_world.reference().of(parse_term(HK1)).form.all_fields()
    by_kind = {fields[name].kind: head for head, name in table.attrs["fields"].items()}
    assert set(table[by_kind["yes_no"]].dropna()) == {"Có", "Không"}
    choices = report_world.reference().of(parse_term(HK1)).form.choices("status")
    assert set(table[by_kind["status"]].dropna()) <= set(choices.values())
    assert pd.api.types.is_datetime64_any_dtype(table[by_kind["date"]])


def test_points_and_levels_are_those_of_the_scores(table: pd.DataFrame) -> None:
    scores = report_world.tables_of(HK1).scores
    own = scores[(scores["group_id"] == "1") & (scores["state"] == "scored")].set_index("school_id")
    found = table.set_index("Mã trường")
    for column, head in (("low", "điểm thấp nhất"), ("high", "điểm cao nhất"), ("level", "mức độ")):
        told = found[f"Chỉ số Dạy, học: {head}"].dropna()
        assert told.to_dict() == own[column].dropna().to_dict()
        assert len(told) > 5 or column == "level"  # of this world none is concluded


def test_a_ratio_stands_beside_what_it_is_made_of(table: pd.DataFrame) -> None:
    """Percentages carry numerator and denominator; where a part is missing or exceeds its whole there is no percentage."""
    reference = report_world.reference()
    title = next(one.title for one in reference.ratios if one.ratio_id == "teachers_using_software")
    found = table[[f"{title} (%)", f"Tử số: {title}", f"Mẫu số: {title}"]].to_numpy(dtype=float)
    fields = {name: head for head, name in table.attrs["fields"].items()}
    assert table[f"Tử số: {title}"].equals(
        table[fields["teachers_using_software_count"]].rename(f"Tử số: {title}")
    )
    counted = 0
    for value, part, whole in found:
        if pd.isna(part) or pd.isna(whole) or whole <= 0 or part > whole:
            assert pd.isna(value)
        else:
            assert value == pytest.approx(100 * part / whole)
            counted += 1
    assert counted > 5


def test_the_dictionary_has_a_row_per_column_in_the_order_of_the_table(table: pd.DataFrame) -> None:
    reference = report_world.reference()
    declared = reference.of(parse_term(HK1))
    found = data_dictionary(reference, declared)
    plain = school_table(reference, declared, report_world.tables_of(HK1), states=False)
    assert found["Cột"].tolist() == plain.columns.tolist()
    row = found.set_index("Mã chỉ tiêu").loc["informatics_computers_working_count"]
    assert row["Kiểu dữ liệu"] == "số đếm"
    assert row["Cấp học được hỏi"] == "Tiểu học, Trung học cơ sở, Tiểu học và Trung học cơ sở"
    assert row["Giới hạn"].startswith("từ 0 đến ")
    assert "bỏ trống" in row["Tình trạng có thể có"]
    field = declared.form.all_fields()["informatics_computers_working_count"]
    assert row["Mã dòng"] == field.row_code
    section = next(one for one in declared.form.sections if one.section_id == field.section_id)
    assert row["Mục"] == section.title
    answers = found[found["Mã chỉ tiêu"] != ""]
    assert (answers[["Kiểu dữ liệu", "Trang của biểu", "Mã dòng", "Tình trạng có thể có"]] != "").all().all()
    assert answers["Mã chỉ tiêu"].is_unique


def test_a_change_is_now_less_then_and_missing_where_either_is(table: pd.DataFrame) -> None:
    reference = report_world.reference()
    earlier, later = (reference.of(parse_term(name)) for name in (HK1, "2023-2024-hk2"))
    tables = report_world.tables_of(HK1), report_world.tables_of("2023-2024-hk2")
    now = school_table(reference, later, tables[1], states=False, before=(earlier, tables[0]))
    then = table.set_index("Mã trường")
    changes = [head for head, part in now.attrs["sections"].items() if part == "Thay đổi so với kỳ trước"]
    assert changes
    compared = 0
    for head in changes:
        plain = head.partition(": ")[2]
        for key, change, value in zip(now["Mã trường"], now[head], now[plain], strict=True):
            before = then[plain].get(key)
            if pd.isna(value) or before is None or pd.isna(before):
                assert pd.isna(change), "missing is never zero"
            else:
                assert change == value - before
                compared += 1
    assert compared


def test_a_ratio_that_no_school_is_asked_stays_a_column_without_figures() -> None:
    """The office of a ward may have one preschool and no other school."""
    reference = report_world.reference()
    declared = reference.of(parse_term(HK1))
    alone = replace(declared, schools=tuple(one for one in declared.schools if one.unit_id == "0477101"))
    table = school_table(reference, alone, report_world.build_tables(alone, "on_time"))
    assert table["Mã trường"].tolist() == ["0477101"]
    head = next(ratio.title for ratio in reference.ratios if ratio.ratio_id == "pupils_per_computer")
    assert table[head].isna().all(), "a preschool has no lessons of Informatics"
