"""The committed declarations: they load clean and say what the letter, the index and the territory say."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.loading.fingerprint import fingerprint
from termreview.terms import parse_term
from worlds import HK1, HK2, REFERENCE, append, copy_reference, term_of

DUE_HK1, DUE_HK2 = datetime.date(2024, 1, 10), datetime.date(2024, 5, 25)


def test_the_two_terms_are_due_when_the_letter_says(reference: Reference) -> None:
    assert reference.of(parse_term(HK1)).plan.due_on == DUE_HK1
    assert reference.of(parse_term(HK2)).plan.due_on == DUE_HK2
    assert reference.of(parse_term(HK2)).plan.previous == parse_term(HK1)


def test_an_undeclared_term_names_the_declared_ones(reference: Reference) -> None:
    with pytest.raises(UsageError, match=HK1):
        reference.of(parse_term("2031-2032-hk1"))


def test_every_task_of_the_letter_is_there(reference: Reference) -> None:
    assert [task.task_id for task in reference.of(parse_term(HK1)).tasks] == [
        "II.1.a", "II.1.b", "II.1.c", "II.1.d", "II.1.đ", "II.1.e", "II.2.a", "II.2.b", "II.2.c", "II.2.d", "II.3",
        "III.1", "III.2", "III.3", "III.4.a", "III.4.b", "III.5", "III.6", "IV.1", "IV.2",
    ]  # fmt: skip


def test_the_index_is_worth_100_and_90_with_10_not_placed(reference: Reference) -> None:
    first, second = reference.indicator_sets["qd-4725-2022"].groups
    assert sum(item.max_points for item in first.items) == 100
    assert sum(item.max_points for item in second.items) == 90
    assert second.unallocated is not None
    assert (second.unallocated.points, second.unallocated.mark) == (10, "C")
    assert [part.criterion_id for part in (*first.conditions, *second.conditions)] == [
        "1.1",
        "1.2",
        "2.1",
        "2.2",
    ]


def test_working_values_of_the_index_carry_the_mark_c(reference: Reference) -> None:
    for item in reference.indicator_sets["qd-4725-2022"].items:
        assert item.rule.mark == "C" if item.rule.bands else item.rule.mark in "AB", item.item_id


def test_nothing_marked_c_is_shown_as_a_target(reference: Reference) -> None:
    assert all(target.mark in "AB" for target in reference.targets if target.is_shown)


def test_a_document_cited_with_another_date_is_known(reference: Reference) -> None:
    two_dates = {document.document_id for document in reference.documents.values() if document.has_two_dates}
    assert {"qd-131-2022", "kh-204-2022"} <= two_dates


def test_the_district_has_the_real_ones_shape(reference: Reference) -> None:
    schools = reference.registry.schools_on(DUE_HK1)
    assert [school.level for school in schools] == ["mn"] * 18 + ["th"] * 22 + ["thcs"] * 10 + ["th_thcs"] * 5
    communes = [unit for unit in reference.registry.on(DUE_HK1).values() if unit.kind == "commune"]
    assert len(communes) == 16


def test_a_merger_takes_two_schools_out_and_one_in(reference: Reference) -> None:
    before = {school.unit_id for school in reference.registry.schools_on(DUE_HK1)}
    after = {school.unit_id for school in reference.registry.schools_on(DUE_HK2)}
    assert (before - after, after - before) == ({"0477222", "0477310"}, {"0477406"})
    assert reference.registry.predecessors("0477406", DUE_HK1, DUE_HK2) == ("0477222", "0477310")
    assert reference.registry.predecessors("0477406", DUE_HK2, datetime.date(2025, 1, 10)) == ()


def test_a_school_keeps_its_code_when_its_parent_changes(reference: Reference) -> None:
    old, new = (
        reference.registry.on(datetime.date(2025, month, day))["0477101"] for month, day in ((6, 30), (7, 1))
    )
    assert (old.parent_id, new.parent_id) == ("047701", "047751")
    assert old.name == new.name


def test_both_days_of_a_period_are_in_it(reference: Reference) -> None:
    district = next(unit for unit in reference.registry.units if unit.unit_id == "0477")
    assert district.is_valid_on(datetime.date(2025, 6, 30))
    assert not district.is_valid_on(datetime.date(2025, 7, 1))


def test_the_office_changes_with_the_territory(reference: Reference) -> None:
    names = [reference.calendar.office_on(datetime.date(year, 9, 1)).short_name for year in (2024, 2025)]
    assert names == ["Phòng GDĐT", "Phòng VHXH"]


def test_a_school_is_found_by_name_however_it_is_spelt(reference: Reference) -> None:
    school = reference.registry.on(DUE_HK1)["0477101"]
    for spelt in (school.name, school.name.upper(), school.short_name):
        assert [found.unit_id for found in reference.registry.named(spelt, DUE_HK1)] == ["0477101"]


def test_codes_keep_their_leading_zeros(reference: Reference) -> None:
    assert all(unit.unit_id.startswith("0") for unit in reference.registry.units)


def test_year_end_results_are_asked_in_semester_two_only(reference: Reference) -> None:
    asked = {
        term_id: {field.field_id for field in term_of(reference, term_id).form.fields_for("th", term_id[-3:])}
        for term_id in (HK1, HK2)
    }
    assert asked[HK1] < asked[HK2]
    assert all(name.startswith("result_th_") for name in asked[HK2] - asked[HK1])


def test_a_preschool_is_asked_nothing_of_the_index(reference: Reference) -> None:
    term = term_of(reference)
    assert not [field for field in term.form.fields_for("mn", "hk1") if field.field_id.startswith("q4725")]
    asked = {field.field_id for field in term.form.fields_for("th", "hk1")}
    items = term.indicator_set.items
    assert {item.field(column) for item in items for column in item.columns} <= asked


def test_every_check_meets_fields_in_some_term(reference: Reference) -> None:
    for check in reference.checks["cv407-2023"]:
        levels = ("mn", "th", "thcs", "th_thcs") if "*" in check.levels else check.levels
        parts = ("hk1", "hk2") if "*" in check.terms else check.terms
        form = reference.forms["cv407-2023"]
        pairs = [
            pair
            for level in levels
            for part in parts
            for pair in check.expanded({field.field_id: field for field in form.fields_for(level, part)})
        ]
        assert pairs, check.check_code


def test_the_grades_of_a_check_are_those_of_the_level(reference: Reference) -> None:
    check = next(
        check for check in reference.checks["cv407-2023"] if check.check_code == "classes_grades_sum_to_total"
    )
    fields = {field.field_id: field for field in reference.forms["cv407-2023"].fields_for("thcs", "hk1")}
    grades = tuple(f"classes_count.g{grade}" for grade in (6, 7, 8, 9))
    assert check.expanded(fields) == [(("classes_count.total",), grades)]


def test_a_check_of_each_column_pairs_like_with_like(reference: Reference) -> None:
    check = next(
        check for check in reference.checks["cv407-2023"] if check.check_code == "girls_at_most_pupils"
    )
    fields = {field.field_id: field for field in reference.forms["cv407-2023"].fields_for("th", "hk1")}
    pairs = check.expanded(fields)
    assert len(pairs) == 6
    assert all(left[0].split(".")[1] == right[0].split(".")[1] for left, right in pairs)


def test_the_fingerprint_follows_every_declaration_and_no_line_end(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    assert fingerprint(folder) == fingerprint(REFERENCE)
    path = folder / "levels.csv"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert fingerprint(folder) == fingerprint(REFERENCE)
    append(folder / "calendar.yml", "# một ghi chú")
    assert fingerprint(folder) != fingerprint(REFERENCE)


def test_declarations_saved_by_a_spreadsheet_program_still_load(tmp_path: Path, reference: Reference) -> None:
    """A byte order mark, Windows line ends, blank lines and stray spaces are no mistakes."""
    folder = copy_reference(tmp_path)
    for path in folder.rglob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n") + "\r\n"
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    path = folder / "levels.csv"
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace("mn,Mầm non", " mn , Mầm non "), encoding="utf-8"
    )
    assert load_reference(folder).registry == reference.registry
