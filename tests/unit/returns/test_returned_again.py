"""A returned workbook comes back: it is the school's next file, and each point shows what became of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from intake_world import (
    HK1,
    ON_TIME,
    PRIMARY,
    SECONDARY,
    clean_folder,
    place_of,
    receive,
    reference,
    rows_of,
    write_school,
)
from openpyxl.worksheet.worksheet import Worksheet
from returned_world import (
    DEFECTS,
    TITLE,
    cell_of,
    explain,
    give_back,
    listed,
    members,
    plan,
    points_of_school,
    put,
    save_in_office,
    send,
)

from termreview.cells import column_letters
from termreview.intake.places.points_sheet import without_points_sheets
from termreview.intake.received.received import list_received
from termreview.returns.points import compare_points, points_of, read_points
from termreview.returns.returned import plan_returns, point_counts, point_table
from termreview.spreadsheets.editing.styles import MARKS
from termreview.spreadsheets.workbook import read_workbook

GIRLS = "pupils_girls_count.total"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """The received files of one school: its first file, and the answer to it, not mended yet."""
    raw = tmp_path / "raw"
    send(raw, "1 bc.xlsx")
    shutil.copy(give_back(raw, tmp_path / "out")[PRIMARY].path, raw / "2 sua.xlsx")
    return raw


def test_an_answer_sent_back_is_the_schools_next_file_and_reads_the_same(raw: Path) -> None:
    cleaned = clean_folder(raw)
    assert cleaned.submissions["fate"].tolist() == ["superseded", "accepted"]
    assert (
        set(cleaned.findings["check_code"]) & {"cells_ignored", "hidden_content", "identity_mismatch"}
        == set()
    )
    (raw / "2 sua.xlsx").rename(raw.parent / "sua.xlsx")
    first = clean_folder(raw)
    values = ["field_id", "state", "value_number", "value_text", "original", "sheet", "cell"]
    assert cleaned.observations[values].equals(first.observations[values])


def test_the_added_sheet_is_counted_among_the_ignored_cells(raw: Path) -> None:
    first, second = clean_folder(raw).submissions.to_dict("records")
    added = second["cells_total"] - first["cells_total"]
    assert added > 50
    assert second["cells_ignored"] - first["cells_ignored"] == added
    assert (second["cells_used"], second["cells_flagged"]) == (first["cells_used"], first["cells_flagged"])


def test_each_point_is_fixed_open_new_or_explained(raw: Path) -> None:
    put(raw / "2 sua.xlsx", {"support_requests_received_count": 12, "multimedia_count": "nhiều"})
    explain(raw / "2 sua.xlsx", "results_updated_pct", "Đã rà soát, =tỉ lệ đúng")
    points = points_of_school(raw).set_index("point_key")
    assert points.loc["not_a_number:support_requests_received_count", "change"] == "fixed"
    assert points.loc["not_a_number:library_titles_count", "change"] == "open"
    assert points.loc["not_a_number:multimedia_count", "change"] == "new"
    explained = points.loc["percent_assumed:results_updated_pct"]
    assert (explained["change"], explained["explanation"]) == ("explained", "Đã rà soát, =tỉ lệ đúng")


def test_an_explanation_holds_for_the_figure_it_explains_alone(raw: Path) -> None:
    explain(raw / "2 sua.xlsx", "results_updated_pct", "Số liệu đúng")
    put(raw / "2 sua.xlsx", {"results_updated_pct": "0,95"})
    point = points_of_school(raw).set_index("point_key").loc["percent_assumed:results_updated_pct"]
    assert (point["change"], point["explanation"]) == ("open", "Số liệu đúng")


def test_the_next_answer_takes_off_old_marks_and_shows_the_changes(raw: Path, tmp_path: Path) -> None:
    put(raw / "2 sua.xlsx", {"support_requests_received_count": 12})
    explain(raw / "2 sua.xlsx", "results_updated_pct", "=HYPERLINK(1)")
    path = give_back(raw, tmp_path / "next")[PRIMARY].path
    book = openpyxl.load_workbook(path)
    assert [name for name in book.sheetnames if name.startswith(TITLE)] == [TITLE]
    sheet, cell = cell_of("support_requests_received_count")
    assert book[sheet][cell].comment is None
    assert book[sheet][cell].fill.fgColor.rgb[2:] == "FFFBE6"
    assert not book[sheet][cell].protection.locked
    sheet, cell = cell_of("library_titles_count")
    assert book[sheet][cell].fill.fgColor.rgb[2:] == MARKS["error"][1:]
    assert book[sheet][cell].comment.text.count("Không phải số") == 1
    points = listed(book[TITLE])
    assert points["not_a_number:library_titles_count"]["change"] == "Chưa sửa"
    explained = points["percent_assumed:results_updated_pct"]
    assert (explained["change"], explained["explanation"]) == ("Đã giải trình", "=HYPERLINK(1)")
    texts = [str(c.value) for row in book[TITLE].iter_rows() for c in row if c.value is not None]
    assert "Đã sửa kể từ lần trả trước" in texts
    assert any(text.startswith("So với lần trả trước: đã sửa 1 · còn lại 6") for text in texts), texts
    notes = [name for name in members(path) if "comments" in name or name.endswith(".vml")]
    assert len(notes) == 4


def test_answers_do_not_pile_up(raw: Path, tmp_path: Path) -> None:
    """Returned, sent back as it is, returned again: the same sheets, notes and marks."""
    second = give_back(raw, tmp_path / "second")[PRIMARY].path
    shutil.copy(second, raw / "3 sua.xlsx")
    third = give_back(raw, tmp_path / "third")[PRIMARY].path
    for path in (second, third):
        book = openpyxl.load_workbook(path)
        assert len(book.sheetnames) == 7
        notes = [c.coordinate for page in book for row in page.iter_rows() for c in row if c.comment]
        assert len(notes) == len({*DEFECTS, "TK D10"})
    assert set(members(second)) == set(members(third))


def test_a_mended_file_leaves_nothing_to_ask(raw: Path, tmp_path: Path) -> None:
    mended = {"support_requests_received_count": 9, GIRLS: 24 * 5, "results_updated_pct": 94.64, "elessons_count": 12,
              "library_titles_count": 3}  # fmt: skip
    put(raw / "2 sua.xlsx", mended)
    (entry,) = plan(raw)[0]
    assert not entry.is_asked
    assert set(entry.points["change"]) <= {"fixed", ""}
    assert give_back(raw, tmp_path / "next") == {}
    counts = point_counts([entry]).iloc[0]
    assert (counts["repair_count"], counts["explain_count"], counts["open_count"]) == (0, 0, 0)
    assert counts["fixed_count"] == 8


def test_a_school_that_explained_all_it_was_asked_is_asked_no_more(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    send(raw, "1.xlsx", {"results_updated_pct": "0,9464"})
    shutil.copy(give_back(raw, tmp_path / "out")[PRIMARY].path, raw / "2.xlsx")
    explain(raw / "2.xlsx", "results_updated_pct", "Đúng như sổ theo dõi")
    (entry,) = plan(raw)[0]
    assert not entry.is_asked
    assert point_counts([entry])["explained_count"].tolist() == [1]
    table = point_table([entry], HK1)
    assert table[["school_id", "change", "explanation"]].values.tolist() == [
        [PRIMARY, "explained", "Đúng như sổ theo dõi"]
    ]


def test_a_school_that_mends_its_own_copy_is_compared_with_its_file_before(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    send(raw, "1.xlsx")
    send(raw, "2.xlsx", {"library_titles_count": "=1+1"})
    (entry,) = plan(raw)[0]
    changes = entry.points[entry.points["severity"] != "note"].set_index("point_key")["change"]
    assert changes["not_a_number:library_titles_count"] == "open"
    assert (changes == "fixed").sum() == 7


def test_a_refused_file_before_counts_as_the_point_that_was_mended(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / f"{PRIMARY} 1.xlsx").write_bytes(b"%PDF-1.7")
    send(raw, f"{PRIMARY} 2.xlsx", {"library_titles_count": "=1+1"})
    (entry,) = plan(raw)[0]
    assert entry.points.set_index("point_key")["change"].to_dict() == {
        "not_a_number:library_titles_count": "new",
        "refused_pdf:": "fixed",
    }


def test_the_tag_is_known_wherever_it_moved_and_a_spoilt_list_stops_nothing(raw: Path) -> None:
    book = openpyxl.load_workbook(raw / "2 sua.xlsx")
    page = book[TITLE]
    page.title = "Trang 1"
    page.insert_rows(1)
    for row in page.iter_rows(max_col=1):
        if str(row[0].value).startswith("point:"):
            row[0].value = "point:|spoilt"
    book.save(raw / "2 sua.xlsx")
    workbook = read_workbook(raw / "2 sua.xlsx")
    back = read_points(workbook)
    assert back is not None
    assert (back.sheet, len(back.points)) == ("Trang 1", 0)
    assert "Trang 1" not in [sheet.name for sheet in without_points_sheets(workbook).sheets]
    assert clean_folder(raw).submissions["fate"].tolist() == ["superseded", "accepted"]


def _points(*keys: tuple[str, str, str]) -> pd.DataFrame:
    rows = [
        {"check_code": code, "severity": severity, "field_id": field_id, "sheet": "Nhiệm vụ", "cell": "D9",
         "found": "", "expected": "", "message": "", "remedy": ""}
        for code, severity, field_id in keys
    ]  # fmt: skip
    return points_of(pd.DataFrame(rows))


def test_compare_points_tells_fixed_open_and_new_and_lets_notes_be() -> None:
    before = _points(("a", "error", "x"), ("b", "query", "y"), ("n", "note", "z"))
    now = _points(("b", "query", "y"), ("c", "error", "x"), ("m", "note", "z"))
    compared = compare_points(before, now)
    assert dict(zip(compared["point_key"], compared["change"], strict=True)) == {
        "c:x": "new", "b:y": "open", "m:z": "", "a:x": "fixed",
    }  # fmt: skip
    assert set(compare_points(None, now)["change"]) == {"first", ""}


def test_two_points_of_one_kind_at_one_field_are_two() -> None:
    assert _points(("a", "error", "x"), ("a", "error", "x"))["point_key"].tolist() == ["a:x", "a:x#2"]


# Programs that schools use to mend the file.


def drop_downs(page: Worksheet) -> dict[str, str]:
    """The cells of one sheet that offer a list, each with its list."""
    return {
        f"{column_letters(column)}{row}": rule.formula1
        for rule in page.data_validations.dataValidation
        if rule.type == "list"
        for part in rule.sqref.ranges
        for row, column in part.cells
    }


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_an_answer_saved_by_libreoffice_reads_back_as_it_was(soffice: str, tmp_path: Path, kind: str) -> None:
    raw, again = tmp_path / "raw", tmp_path / "again"
    send(raw, "bc.xlsx")
    answer = give_back(raw, tmp_path / "out")[PRIMARY].path
    again.mkdir()
    shutil.copy(save_in_office(soffice, answer, kind, tmp_path), again)
    receive(again, {})
    before, after = clean_folder(raw), clean_folder(again)
    assert after.submissions["fate"].tolist() == ["accepted"]
    # LibreOffice keeps every figure; what a cell was typed as may be written in another way.
    values = ["field_id", "state", "value_number", "value_text"]
    assert after.observations[values].equals(before.observations[values])
    told = ["check_code", "sheet", "cell"]
    is_asked = after.findings["severity"] != "note"
    was_asked = before.findings["severity"] != "note"
    assert after.findings[is_asked][told].values.tolist() == before.findings[was_asked][told].values.tolist()
    asked = points_of_school(again)
    assert set(asked["change"]) <= {"open", ""}


@pytest.mark.office
def test_libreoffice_keeps_the_first_sheet_links_notes_and_drop_downs(soffice: str, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    send(raw, "bc.xlsx")
    answer = give_back(raw, tmp_path / "out")[PRIMARY].path
    before, after = (
        openpyxl.load_workbook(path) for path in (answer, save_in_office(soffice, answer, "xlsx", tmp_path))
    )
    assert after.sheetnames == before.sheetnames
    assert listed(after[TITLE]) == listed(before[TITLE])
    for page in before:
        other = after[page.title]
        notes = {c.coordinate: c.comment.text for row in page.iter_rows() for c in row if c.comment}
        assert {c.coordinate: c.comment.text for row in other.iter_rows() for c in row if c.comment} == notes
        assert drop_downs(other) == drop_downs(page)
    for field_id, severity in (("library_titles_count", "error"), ("elessons_count", "query")):
        sheet, cell = cell_of(field_id)
        assert after[sheet][cell].fill.fgColor.rgb[2:] == MARKS[severity][1:]


@pytest.mark.office
def test_an_answer_mended_in_libreoffice_is_answered_anew(soffice: str, tmp_path: Path) -> None:
    """What LibreOffice wrote is a package that can be marked too: old marks off, new ones on."""
    raw = tmp_path / "raw"
    send(raw, "1.xlsx")
    answer = give_back(raw, tmp_path / "out")[PRIMARY].path
    saved = save_in_office(soffice, answer, "xlsx", tmp_path)
    put(saved, {"support_requests_received_count": 12})
    shutil.copy(save_in_office(soffice, saved, "xlsx", tmp_path / "twice"), raw / "2.xlsx")
    written = give_back(raw, tmp_path / "next")[PRIMARY]
    assert written.way == "marked"
    book = openpyxl.load_workbook(written.path)
    sheet, cell = cell_of("support_requests_received_count")
    assert book[sheet][cell].fill.fgColor.rgb[2:] == "FFFBE6"
    assert book[sheet][cell].comment is None
    sheet, cell = cell_of("library_titles_count")
    assert book[sheet][cell].fill.fgColor.rgb[2:] == MARKS["error"][1:]
    assert [name for name in book.sheetnames if name.startswith(TITLE)] == [TITLE]


@pytest.mark.office
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_an_older_format_is_answered_with_a_fresh_form_that_carries_its_figures(
    soffice: str, tmp_path: Path, kind: str
) -> None:
    raw, again = tmp_path / "raw", tmp_path / "again"
    source = send(
        tmp_path / "first", "bc.xlsx", {"elessons_count": None, "teachers_trained_count": "ba"}, SECONDARY
    )
    raw.mkdir()
    shutil.copy(save_in_office(soffice, source, kind, tmp_path), raw)
    written = give_back(raw, tmp_path / "out")[SECONDARY]
    assert written.way == "rebuilt"
    again.mkdir()
    shutil.copy(written.path, again)
    receive(again, {})
    before, after = clean_folder(raw), clean_folder(again)
    values = ["field_id", "state", "value_number", "value_text"]
    assert after.observations[values].equals(before.observations[values])
    book = openpyxl.load_workbook(written.path)
    sheet, place = place_of("teachers_trained_count", SECONDARY)
    assert book[sheet].cell(place.row, place.column).value == "ba"
    assert book[sheet].cell(place.row, place.column).comment is not None
    texts = " ".join(str(c.value) for row in book[TITLE].iter_rows() for c in row)
    assert f"(.{kind})" in texts


def test_a_text_table_is_answered_with_a_fresh_form(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    write_school(tmp_path / "bc.xlsx", SECONDARY)
    book = read_workbook(tmp_path / "bc.xlsx")
    lines = ["Mã đơn vị;" + SECONDARY, f"Kỳ báo cáo;{HK1.term_id}"]
    tasks = next(sheet for sheet in book.sheets if sheet.name == "Nhiệm vụ")
    for row in range(1, max(place[0] for place in tasks.cells) + 1):
        cells = [tasks.cells.get((row, column)) for column in range(1, 5)]
        lines.append(";".join('"' + (c.text if c else "").replace('"', '""') + '"' for c in cells))
    (raw / "bc.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    written = give_back(raw, tmp_path / "out")
    assert {entry.way for entry in written.values()} <= {"rebuilt"}
    assert list(written) == [SECONDARY]
    assert openpyxl.load_workbook(written[SECONDARY].path).sheetnames[0] == TITLE


def test_planning_reads_no_clock_and_keeps_registry_order(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    send(raw, "z.xlsx", school_id=PRIMARY)
    send(raw, "a.xlsx", {"elessons_count": None}, SECONDARY)
    receive(raw, {})
    files = list_received(raw, ON_TIME[HK1.term_id])
    cleaned = clean_folder(raw)
    planned = plan_returns(files, cleaned, reference(), HK1)
    assert [entry.school.unit_id for entry in planned] == [PRIMARY, SECONDARY]
    assert rows_of(cleaned.observations, [PRIMARY])
