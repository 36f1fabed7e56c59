"""The workbook that a school receives: only what it is asked, locked, typed, marked and the same every time."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from termreview.forms.dispatch import form_order
from termreview.forms.form import FormOrder, write_form
from termreview.forms.layout import CODE_COLUMN, FINGERPRINT_SHEET, TAG, FormLayout, form_layout
from termreview.reference.declarations import Reference, TermReference
from worlds import HK2, SCHOOL_OF, school_of, term_of

LEVELS = tuple(SCHOOL_OF)


@pytest.fixture(scope="module")
def orders(reference: Reference) -> dict[str, FormOrder]:
    """What a school of each level is sent in semester I."""
    term = term_of(reference)
    return {level: form_order(reference, term, school_of(term, level)) for level in LEVELS}


@pytest.fixture(scope="module")
def forms(
    orders: dict[str, FormOrder], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[FormLayout, Workbook]]:
    """The blank workbook of each level, as a spreadsheet library reads it."""
    folder = tmp_path_factory.mktemp("forms")
    return {
        level: (write_form(folder / f"{level}.xlsx", order), openpyxl.load_workbook(folder / f"{level}.xlsx"))
        for level, order in orders.items()
    }


def rules_at(book: Workbook, title: str) -> dict[str, object]:
    """The input rules of one sheet by cell."""
    rules = book[title].data_validations.dataValidation
    return {str(cell): rule for rule in rules for cell in rule.sqref.ranges}


@pytest.mark.parametrize("level", LEVELS)
def test_a_school_receives_the_sheets_of_its_level(forms: dict, level: str) -> None:
    _, book = forms[level]
    expected = ["Thông tin", "Nhiệm vụ", "Thống kê", "Chỉ số CĐS", "Ý kiến", FINGERPRINT_SHEET]
    if level == "mn":
        expected.remove("Chỉ số CĐS")
    assert book.sheetnames == expected


def test_a_preschool_sees_nothing_of_the_index_and_its_own_age_groups(forms: dict) -> None:
    layout, book = forms["mn"]
    words = {
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert not [text for text in words if "4725" in text]
    assert {"3-12 tháng", "5-6 tuổi"} <= words
    assert not {"Lớp 1", "Lớp 9"} & words
    assert not [name for name in layout.places if name.startswith(("q4725", "online_plan", "platform"))]


@pytest.mark.parametrize(("level", "grades"), [("th", "12345"), ("thcs", "6789"), ("th_thcs", "123456789")])
def test_a_school_sees_its_own_grades(forms: dict, level: str, grades: str) -> None:
    layout, _ = forms[level]
    columns = [name.split(".")[1] for name in layout.places if name.startswith("pupils_count.")]
    assert columns == ["total", *(f"g{grade}" for grade in grades)]


@pytest.mark.parametrize("level", LEVELS)
def test_answers_are_open_and_everything_else_is_locked(forms: dict, level: str) -> None:
    layout, book = forms[level]
    answers = {(title, place.row, place.column) for title, place in layout.places.values()}
    for sheet in book:
        if sheet.title == FINGERPRINT_SHEET:
            continue
        assert sheet.protection.sheet, sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                is_answer = (sheet.title, cell.row, cell.column) in answers
                assert cell.protection.locked != is_answer, f"{sheet.title}!{cell.coordinate}"


@pytest.mark.parametrize("level", LEVELS)
def test_every_row_shows_its_code_and_every_grid_the_codes_of_its_columns(forms: dict, level: str) -> None:
    layout, book = forms[level]
    for sheet in layout.sheets:
        page = book[sheet.plan.title]
        codes = [page.cell(number, CODE_COLUMN).value for block in sheet.blocks for _, number in block.rows]
        assert codes == [row.row_code for block in sheet.blocks for row, _ in block.rows]
        assert len(codes) == len(set(codes))
        assert not page.column_dimensions["A"].hidden
        for block in (block for block in sheet.blocks if block.codes_row is not None):
            shown = [page.cell(block.codes_row, number).value for _, number in block.columns]
            assert shown == [column.code for column, _ in block.columns]
            assert not set(shown) & {column.column_id for column, _ in block.columns}, "no English key"


@pytest.mark.parametrize("level", LEVELS)
def test_every_answer_has_the_input_rule_of_its_kind(forms: dict, level: str) -> None:
    layout, book = forms[level]
    wanted = {
        "count": "whole", "money": "whole", "number": "decimal", "percent": "decimal", "points": "decimal",
        "yes_no": "list", "choice": "list", "status": "list",
    }  # fmt: skip
    rules = {title: rules_at(book, title) for title in book.sheetnames}
    for name, (title, place) in layout.places.items():
        cell = f"{get_column_letter(place.column)}{place.row}"
        rule = rules[title].get(cell)
        if place.field.kind in wanted:
            assert rule is not None, name
            assert rule.type == wanted[place.field.kind], name
            assert rule.error, name


def test_drop_downs_offer_the_declared_labels(forms: dict, reference: Reference) -> None:
    layout, book = forms["th"]
    title, place = layout.places["platform_main"]
    rule = rules_at(book, title)[f"{get_column_letter(place.column)}{place.row}"]
    labels = reference.forms["cv407-2023"].choices("platform").values()
    assert rule.formula1 == f'"{",".join(labels)}"'


def test_self_points_are_held_within_the_items_maximum(forms: dict) -> None:
    layout, book = forms["thcs"]
    title, place = layout.places["q4725_2_4_2.self"]
    rule = rules_at(book, title)[f"{get_column_letter(place.column)}{place.row}"]
    assert (float(rule.formula1), float(rule.formula2)) == (0, 12)


@pytest.mark.parametrize("level", LEVELS)
def test_the_fingerprint_is_hidden_from_the_menu_and_names_form_term_and_school(
    forms: dict, orders: dict, level: str
) -> None:
    layout, book = forms[level]
    sheet = book[FINGERPRINT_SHEET]
    assert sheet.sheet_state == "veryHidden"
    marks = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert marks == {
        TAG: "1", "form_id": "cv407-2023", "layout": layout.version, "term_id": "2023-2024-hk1",
        "school_id": orders[level].school.unit_id, "level": level,
    }  # fmt: skip


def test_the_first_sheet_says_who_is_asked_and_that_it_is_illustrative(forms: dict, orders: dict) -> None:
    _, book = forms["th"]
    school = orders["th"].school
    words = [
        str(cell.value) for row in book["Thông tin"].iter_rows() for cell in row if cell.value is not None
    ]
    for text in (school.unit_id, school.name, "Tiểu học", "2023-2024-hk1", "10/01/2024", "31/12/2023"):
        assert text in words
    assert any("DỮ LIỆU MINH HỌA" in text for text in words)


def test_a_blank_form_stores_the_self_score_of_an_empty_answer(
    forms: dict, orders: dict, tmp_path: Path
) -> None:
    """Formulas carry a value although no spreadsheet program has opened the file: 0 to the maximum."""
    path = tmp_path / "th.xlsx"
    layout = write_form(path, orders["th"])
    page = openpyxl.load_workbook(path, data_only=True)["Chỉ số CĐS"]
    sheet = next(sheet for sheet in layout.sheets if sheet.plan.sheet_id == "index")
    for block in (block for block in sheet.blocks if block.section.indicator_group):
        first = sheet.help_column
        for row, number in block.rows:
            assert (page.cell(number, first + 1).value, page.cell(number, first + 2).value) == (
                0,
                row.maximum,
            )


def test_answers_given_beforehand_stand_typed_in_their_cells(orders: dict, tmp_path: Path) -> None:
    answers = {
        "platform_main": "ms_teams", "has_wifi": "yes", "pupils_count.total": 412, "results_updated_pct": 94.5,
        "plan_on": datetime.date(2023, 10, 20), "plan_number": "=1+1", "fees_due_vnd": 1_250_000_000,
    }  # fmt: skip
    path = tmp_path / "filled.xlsx"
    layout = write_form(path, orders["th"], answers)
    book = openpyxl.load_workbook(path)

    def cell(name: str) -> object:
        title, place = layout.places[name]
        return book[title].cell(place.row, place.column)

    assert cell("platform_main").value == "Microsoft Teams"
    assert cell("has_wifi").value == "Có"
    assert cell("pupils_count.total").value == 412
    assert cell("results_updated_pct").value == 94.5
    assert cell("plan_on").value == datetime.datetime(2023, 10, 20)
    assert cell("plan_on").number_format == "dd/mm/yyyy"
    assert (cell("plan_number").value, cell("plan_number").data_type) == ("=1+1", "s"), (
        "text must not turn formula"
    )
    assert cell("fees_due_vnd").number_format == "#,##0"


def test_the_same_order_gives_the_same_bytes(orders: dict, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_form(tmp_path / name, orders["th_thcs"], {"computers_count": 30})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_layout_version_moves_with_the_cells_only(reference: Reference) -> None:
    term = term_of(reference)
    version = form_layout(term.form, "th", "hk1").version
    relabelled = replace(term.form, rows=tuple(replace(row, label=f"{row.label}.") for row in term.form.rows))
    shorter = replace(term.form, rows=term.form.rows[1:])
    assert form_layout(relabelled, "th", "hk1").version == version
    assert form_layout(shorter, "th", "hk1").version != version
    assert form_layout(term.form, "thcs", "hk1").version != version


def test_year_end_results_stand_on_the_second_form_only(reference: Reference, tmp_path: Path) -> None:
    names = {}
    for term_id in (HK2, "2023-2024-hk1"):
        term = term_of(reference, term_id)
        names[term_id] = set(
            write_form(tmp_path / "a", form_order(reference, term, school_of(term, "th"))).places
        )
    assert {name[:10] for name in names[HK2] - names["2023-2024-hk1"]} == {"result_th_"}


def test_live_checks_colour_only_what_the_level_is_checked_for(
    orders: dict, reference: Reference, tmp_path: Path
) -> None:
    term = orders["th"].term
    check = next(check for check in term.checks if check.check_code == "girls_at_most_pupils")

    def coloured(changed: TermReference) -> int:
        layout = write_form(tmp_path / "a.xlsx", replace(orders["th"], term=changed))
        title = next(sheet.plan.title for sheet in layout.sheets if sheet.plan.sheet_id == "statistics")
        return len(openpyxl.load_workbook(tmp_path / "a.xlsx")[title].conditional_formatting)

    assert coloured(replace(term, checks=(check,))) == 6
    assert coloured(replace(term, checks=(replace(check, levels=("thcs",)),))) == 0
    assert coloured(replace(term, checks=(replace(check, terms=("hk2",)),))) == 0
