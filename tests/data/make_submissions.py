"""Rebuild the small workbooks of `tests/data/submissions`, one per defect and named by it.

Each is a real form of the tiny world (`tests/unit/intake_world.py`), completely filled, with one thing gone
wrong. Input rules and colours, which nothing reads, are left out to keep the files small.

    python tests/data/make_submissions.py            # all of them
    python tests/data/make_submissions.py row_moved  # those whose name holds a word

Run it after the form has changed; what each workbook must lead to stands in `submissions/expected.yml`.
"""

from __future__ import annotations

import datetime
import io
import re
import struct
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.datavalidation import DataValidationList

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "lib"), str(ROOT / "tests" / "unit")]

from intake_world import HK1, HK2, PRESCHOOL, PRIMARY, SUBMISSIONS, layout_of, place_of, write_school  # noqa: E402

from termreview.forms.layout import FINGERPRINT_SHEET, Block  # noqa: E402

Edit = Callable[[Any, str], None]
TASKS, STATISTICS, OPINIONS, IDENTITY = "Nhiệm vụ", "Thống kê", "Ý kiến", "Thông tin"


# One edit each: it takes the open workbook and the school whose form it is.


def answer(**values: object) -> Edit:
    """Overwrite answers; a pair is (value, number format), `__` in a name stands for the dot of a field id."""

    def edit(book: Any, school_id: str) -> None:
        for name, value in values.items():
            title, place = place_of(name.replace("__", "."), school_id)
            cell = book[title].cell(place.row, place.column)
            if isinstance(value, tuple):
                cell.value, cell.number_format = value
            elif isinstance(value, float):
                cell.value, cell.number_format = value, "General"
            else:
                cell.value = value

    return edit


def write(title: str, **cells: object) -> Edit:
    """Write to cells of one sheet by address; a sheet that is not there is added."""

    def edit(book: Any, _: str) -> None:
        page = book[title] if title in book.sheetnames else book.create_sheet(title)
        for where, value in cells.items():
            page[where] = value

    return edit


def on_sheet(title: str, change: Callable[[Any], object]) -> Edit:
    """Do something to one sheet."""
    return lambda book, _: (change(book[title]), None)[1]


def clear_codes(section_id: str) -> Edit:
    """Empty the code column of one section."""

    def edit(book: Any, school_id: str) -> None:
        title, block = _block(school_id, section_id)
        for _, row in block.rows:
            book[title].cell(row, 1).value = None

    return edit


def clear_answers(section_id: str) -> Edit:
    """Empty every answer of one section."""

    def edit(book: Any, school_id: str) -> None:
        title, block = _block(school_id, section_id)
        for place in block.places:
            book[title].cell(place.row, place.column).value = None

    return edit


def move_row(field_id: str, rows: int) -> Edit:
    """Cut the row of one field and paste it some rows further down."""

    def edit(book: Any, school_id: str) -> None:
        title, place = place_of(field_id, school_id)
        book[title].move_range(f"A{place.row}:Z{place.row}", rows=rows)

    return edit


def decompose(book: Any, _: str) -> None:
    """Turn every text into its decomposed form, as some Macs write Vietnamese."""
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and type(cell).__name__ != "MergedCell":
                    cell.value = unicodedata.normalize("NFD", cell.value)


def without_marks(book: Any, _: str) -> None:
    """Remove the hidden sheet that names school and term."""
    del book[FINGERPRINT_SHEET]


def mark(name: str, value: str) -> Edit:
    """Change one of the hidden marks."""

    def edit(book: Any, _: str) -> None:
        for row in book[FINGERPRINT_SHEET].iter_rows():
            if row[0].value == name:
                row[1].value = value

    return edit


def identify(**words: object) -> Edit:
    """Overwrite what the first sheet says of the school: school_id, school_name."""

    def edit(book: Any, _: str) -> None:
        labels = {"school_id": "Mã đơn vị", "school_name": "Tên đơn vị"}
        for row in book[IDENTITY].iter_rows(max_col=2):
            for name, value in words.items():
                if row[0].value == labels[name]:
                    row[1].value = value

    return edit


def term_words(words: str) -> Edit:
    """Overwrite the term that the first sheet names."""

    def edit(book: Any, _: str) -> None:
        for row in book[IDENTITY].iter_rows():
            for cell in row:
                if cell.value == HK1.term_id:
                    cell.value = words

    return edit


def _block(school_id: str, section_id: str) -> tuple[str, Block]:
    return next(
        (sheet.plan.title, block)
        for sheet in layout_of(school_id).sheets
        for block in sheet.blocks
        if block.section.section_id == section_id
    )


def pasted_table(title: str) -> Edit:
    """Replace one sheet by a plain table with the same rows, as pasted from Word: no heads, other columns."""

    def edit(book: Any, school_id: str) -> None:
        layout = next(sheet for sheet in layout_of(school_id).sheets if sheet.plan.title == title)
        lines = [
            (row, [book[title].cell(place.row, place.column).value for place in block.places_by_row[number]])
            for block in layout.blocks
            for row, number in block.rows
        ]
        del book[title]
        page = book.create_sheet(title)
        for number, (row, values) in enumerate(lines, start=4):
            page.cell(number, 2).value = row.row_code
            page.cell(number, 3).value = row.label
            page.cell(number, 5).value = row.unit or None
            for place, value in enumerate(values):
                page.cell(number, 6 + place).value = value

    return edit


def one_sheet(book: Any, school_id: str) -> None:
    """Put all parts of the form below one another on one sheet, each with its heads."""
    whole = book[TASKS]
    for title in (STATISTICS, OPINIONS):
        start = whole.max_row + 2
        for row in book[title].iter_rows():
            for cell in row:
                if cell.value is not None:
                    whole.cell(start + cell.row, cell.column).value = cell.value
        del book[title]


def copied_sheet(book: Any, school_id: str) -> None:
    """Leave a copy of one sheet in which one answer differs."""
    page = book.copy_worksheet(book[OPINIONS])
    page.title = "Ý kiến (2)"
    page["D6"] = "Không có khó khăn gì."


def several_schools(book: Any, _: str) -> None:
    """One table with a row per school."""
    for page in list(book.worksheets):
        book.remove(page)
    page = book.create_sheet("Tổng hợp")
    page.append(["Mã trường", "Tên trường", "Số lớp", "Số học sinh"])
    page.append(["0477101", "Trường Mầm non Hoa Sen", 12, 300])
    page.append([477301, "Trường THCS khác", 18, 700])


def grid_codes_deleted(book: Any, _: str) -> None:
    """Delete the row of column codes of the first grid of the statistics."""
    book[STATISTICS].delete_rows(6)


def _hide_parts(page: Any) -> None:
    page.row_dimensions[9].hidden = True
    page.column_dimensions["F"].hidden = True


def _hidden_draft(book: Any, school_id: str) -> None:
    write("Nháp", A1="Danh sách học sinh", A2="Số định danh 001204012345")(book, school_id)
    book["Nháp"].sheet_state = "hidden"


BOOKS: dict[str, tuple[str, tuple[Edit, ...]]] = {
    "revised": (PRESCHOOL, (answer(computers_count=41),)),
    "resaved": (PRESCHOOL, ()),
    "no_marks": (PRESCHOOL, (without_marks,)),
    "name_only": (
        PRESCHOOL,
        (without_marks, identify(school_id=None, school_name="TRƯỜNG MN HOA SEN")),
    ),
    "unknown_school": (
        PRESCHOOL,
        (mark("school_id", "0499999"), identify(school_id="0499999", school_name="Trường Mầm non Xa Lạ")),
    ),
    "nobody": (PRESCHOOL, (without_marks, identify(school_id=None, school_name=None))),
    "two_schools_claim": (PRESCHOOL, (identify(school_id="0477301"),)),
    "identity_edited": (PRESCHOOL, (identify(school_id=477101),)),
    "older_form": (PRESCHOOL, (mark("layout", "0123456789ab"),)),
    "sheet_renamed": (PRESCHOOL, (on_sheet(TASKS, lambda page: setattr(page, "title", "Sheet 2 (sửa)")),)),
    "sheet_missing": (PRESCHOOL, (lambda book, _: book.remove(book[OPINIONS]),)),
    "row_moved": (PRESCHOOL, (move_row("pupils_moved_in_count", 20),)),
    "row_inserted": (PRESCHOOL, (on_sheet(OPINIONS, lambda page: page.insert_rows(7)),)),
    "row_deleted": (PRESCHOOL, (on_sheet(OPINIONS, lambda page: page.delete_rows(7)),)),
    "codes_cleared": (PRESCHOOL, (clear_codes("S2"),)),
    "code_column_deleted": (PRESCHOOL, (on_sheet(OPINIONS, lambda page: page.delete_cols(1)),)),
    "column_inserted": (PRESCHOOL, (on_sheet(STATISTICS, lambda page: page.insert_cols(4)),)),
    "column_inserted_in_list": (PRESCHOOL, (on_sheet(OPINIONS, lambda page: page.insert_cols(3)),)),
    "table_from_word": (PRESCHOOL, (pasted_table(OPINIONS),)),
    "one_sheet": (PRESCHOOL, (one_sheet,)),
    "copied_sheet": (PRESCHOOL, (copied_sheet,)),
    "several_schools": (PRESCHOOL, (several_schools,)),
    "grid_codes_deleted": (PRESCHOOL, (grid_codes_deleted,)),
    "leading_zero_lost": (PRESCHOOL, (without_marks, identify(school_id=477101))),
    "term_spelled": (PRESCHOOL, (without_marks, term_words("HKI năm học 2023 – 2024"))),
    "term_of_other_year": (PRESCHOOL, (without_marks, term_words("Học kỳ 1, năm học 22-23"))),
    "blank_section": (PRESCHOOL, (clear_answers("S2"),)),
    "extra_cells": (
        PRESCHOOL,
        (
            write(STATISTICS, B60="Người lập biểu", P9="ghi chú"),
            write("Danh sách", A1="Họ và tên", B1="Số điện thoại", B2="0912 345 678"),
        ),
    ),
    "hidden_parts": (PRESCHOOL, (on_sheet(STATISTICS, _hide_parts),)),
    "hidden_sheet": (PRESCHOOL, (_hidden_draft,)),
    "text_in_number": (PRESCHOOL, (answer(computers_count="khoảng bốn mươi"),)),
    "unit_behind_number": (
        PRESCHOOL,
        (answer(computers_antivirus_count="36 máy", pupils_new_count="1250 em"),),
    ),
    "spaced_digits": (PRESCHOOL, (answer(pupils_new_count="27 29", fees_cashless_vnd="45 000 000"),)),
    "dot_thousands": (PRIMARY, (answer(library_titles_count="1.445"),)),
    "dot_without_evidence": (PRIMARY, (answer(results_updated_pct="94.640"),)),
    "dot_in_comma_file": (
        PRIMARY,
        (answer(results_updated_pct="94.640", fees_due_vnd="60.000.000"),),
    ),
    "us_style": (
        PRIMARY,
        (answer(results_updated_pct="94.640", fees_due_vnd="60,000,000", library_titles_count="1,445"),),
    ),
    "decimal_comma": (PRIMARY, (answer(results_updated_pct="94,64"),)),
    "percent_as_share": (PRIMARY, (answer(results_updated_pct=0.95),)),
    "percent_as_number": (PRIMARY, (answer(results_updated_pct=95.0),)),
    "percent_as_text": (PRIMARY, (answer(results_updated_pct="95%"),)),
    "percent_by_format": (PRIMARY, (answer(results_updated_pct=(0.95, "0%")),)),
    "percent_shown_sign": (PRIMARY, (answer(results_updated_pct=(95, '0"%"')),)),
    "percent_in_count": (PRESCHOOL, (answer(pupils_new_count=(1, "0%")),)),
    "yes_no_spellings": (
        PRESCHOOL,
        (
            answer(
                has_website="có",
                has_monitoring_plan="x",
                is_fee_software_linked="Co",
                has_fibre="không",
                has_wifi="K",
                has_security_measures=True,
                is_data_backed_up=0,
                has_october10_event="-",
            ),
        ),
    ),
    "not_yes_no": (PRESCHOOL, (answer(has_website="đang làm"),)),
    "not_a_choice": (PRESCHOOL, (answer(security_status="Tốt"),)),
    "decomposed_text": (PRESCHOOL, (decompose,)),
    "date_texts": (
        PRESCHOOL,
        (answer(people_decision_on="ngày 06 tháng 10 năm 2023", plan_on="20.10.2023"),),
    ),
    "date_short_forms": (PRESCHOOL, (answer(people_decision_on="ngày 6 / 10 / 2023", plan_on="20.10.23"),)),
    "day_month_swapped": (PRESCHOOL, (answer(plan_on=datetime.date(2024, 10, 1)),)),
    "calendar_1904": (PRESCHOOL, (lambda book, _: setattr(book, "epoch", CALENDAR_MAC_1904),)),
    "fraction": (PRESCHOOL, (answer(computers_antivirus_count="27/29"),)),
    "tcvn3_text": (
        PRESCHOOL,
        (
            answer(
                difficulties="§\u00adêng truyÒn ë ®iÓm tr\u00adêng lÎ ch\u00ada æn ®Þnh.",
                has_website="Cã",
                has_fibre="Kh«ng",
                security_status="Hoµn thµnh",
            ),
        ),
    ),
    "vni_text": (
        PRESCHOOL,
        (
            answer(
                difficulties="Ñöôøng truyeàn ôû ñieåm tröôøng leû chöa oån ñònh.",
                has_website="Coù",
                proposals="LIEÂN HEÄ 0912 345 678",
            ),
        ),
    ),
    "look_alike_letters": (
        PRESCHOOL,
        (answer(difficulties="Ðường truyền ở điểm trường lẻ\u00a0 chưa ổn định."),),
    ),
    "not_a_date": (PRESCHOOL, (answer(people_decision_on="10/2023", plan_on=datetime.date(1923, 10, 20)),)),
    "number_in_date_cell": (PRESCHOOL, (answer(plan_on=(45219, "General")),)),
    "date_in_count_cell": (
        PRESCHOOL,
        (
            answer(
                training_courses_count=(datetime.date(2024, 3, 12), "dd/mm/yyyy"),
                inspections_count=(5, "dd/mm/yyyy"),
            ),
        ),
    ),
    "error_cell": (PRESCHOOL, (answer(computers_count="#DIV/0!"),)),
    "formula_without_value": (PRESCHOOL, (answer(computers_count='=LEN("a far look-up")'),)),
    "formula_calculated": (PRESCHOOL, (answer(computers_count="=20+20"),)),
    "formula_with_value": (PRESCHOOL, (answer(computers_count="=20+20"),)),
    "formula_with_old_value": (PRESCHOOL, (answer(computers_count="=20+20"),)),
    "formula_not_understood": (PRESCHOOL, (answer(computers_count='=LEN("a far look-up")'),)),
    "negative": (PRESCHOOL, (answer(pupils_new_count=-3),)),
    "fractional_count": (PRESCHOOL, (answer(pupils_new_count=3.5),)),
    "out_of_range": (PRESCHOOL, (answer(computers_count=60000),)),
    "points_above_maximum": (PRIMARY, (answer(q4725_1_3_1__self=7),)),
    "points_step": (PRIMARY, (answer(q4725_1_3_1__self=3.3),)),
    "personal_data": (
        PRESCHOOL,
        (
            answer(
                difficulties="Em Nguyễn Thị B, số định danh 001204012345, chưa có máy.",
                proposals="Liên hệ hoasen.pm@example.edu.vn",
                plan_number="0912 345 678",
                pupils_new_count="gọi 0912345678",
                computers_count=1204012345678 // 10,
            ),
        ),
    ),
    "nothing_words": (
        PRESCHOOL,
        (
            answer(
                support_requests_received_count="không có",
                support_requests_solved_count="-",
                proposals="Không",
            ),
        ),
    ),
    "not_applicable_words": (PRESCHOOL, (answer(pupils_boarding_count__a1="Không áp dụng"),)),
    "totals_do_not_add_up": (PRESCHOOL, (answer(pupils_count__a6=49),)),
    "girls_above_pupils": (PRESCHOOL, (answer(pupils_girls_count__a6=60, pupils_girls_count__total=180),)),
    "required_blank": (PRESCHOOL, (answer(computers_count=None),)),
}


# What a spreadsheet program stored beside the formula.
STORED = {"formula_with_value": "40", "formula_with_old_value": "39", "formula_not_understood": "40"}


def build(name: str, folder: Path) -> None:
    """Write one workbook of `BOOKS`."""
    school_id, edits = BOOKS[name]
    blank = folder / "form.xlsx"
    write_school(blank, school_id)
    book = openpyxl.load_workbook(blank)
    for page in book.worksheets:
        page.conditional_formatting = ConditionalFormattingList()
        page.data_validations = DataValidationList()
    for edit in edits:
        edit(book, school_id)
    content = io.BytesIO()
    book.save(content)
    parts = _parts(content.getvalue())
    if name in STORED:
        parts = _store_value(parts, STORED[name])
    _write_parts(folder / f"{name}.xlsx", parts)


def build_others(folder: Path) -> dict[str, bytes]:
    """Everything that is no workbook with an edit: forms as sent, files of other kinds, broken ones."""
    write_school(folder / "clean.xlsx", PRESCHOOL)
    write_school(folder / "other_term.xlsx", PRESCHOOL, HK2.term_id)
    write_school(folder / "merged_away.xlsx", PRIMARY, HK2.term_id)
    for name in ("clean", "other_term", "merged_away"):
        _write_parts(folder / f"{name}.xlsx", _parts((folder / f"{name}.xlsx").read_bytes()))
    clean = (folder / "clean.xlsx").read_bytes()
    others = {
        "empty_file.xlsx": b"",
        "truncated.xlsx": clean[: len(clean) * 6 // 10],
        "web_page.xls": "<html><body><table><tr><td>Mã đơn vị</td></tr></table></body></html>".encode(),
        "word_document.xlsx": _zipped(
            {
                "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
                "word/document.xml": b"<document/>",
            }
        ),
        "password_protected.xlsx": _protected(),
        "macros.xlsm": _zipped(_with_macros(_parts(clean))),
    }
    book = openpyxl.Workbook()
    book.active.append(["STT", "Họ và tên", "Lớp"])
    book.active.append([1, "…", "Lá 1"])
    content = io.BytesIO()
    book.save(content)
    others["another_table.xlsx"] = _zipped(_parts(content.getvalue()))
    return others


def _store_value(parts: Mapping[str, bytes], value: str) -> dict[str, bytes]:
    """Give every formula without a value one, as a spreadsheet program does on saving."""
    pattern = re.compile(rb"(<f>[^<]*</f>)<v ?/?>(</v>)?")
    return {name: pattern.sub(rb"\1<v>" + value.encode() + b"</v>", part) for name, part in parts.items()}


def _with_macros(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    changed = dict(parts)
    changed["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    kind = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    rels = "xl/_rels/workbook.xml.rels"
    link = b'<Relationship Id="rIdMacros" Type="' + kind + b'" Target="vbaProject.bin"/></Relationships>'
    changed[rels] = parts[rels].replace(b"</Relationships>", link)
    changed["xl/vbaProject.bin"] = b"no macro in here"
    return changed


def _protected() -> bytes:
    """The shell of a workbook with a password: an OLE file whose directory names an encrypted package."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    directory = bytearray(1024)
    for place, name in enumerate(("Root Entry", "EncryptionInfo", "EncryptedPackage")):
        spelled = name.encode("utf-16-le")
        directory[place * 128 : place * 128 + len(spelled)] = spelled
        struct.pack_into("<H", directory, place * 128 + 64, len(spelled) + 2)
    return bytes(header + directory)


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    parts[core] = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2024-01-05T00:00:00Z", parts[core])
    return parts


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    """One archive with no clock in it: the same parts always give the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED, 9)
    return content.getvalue()


def _write_parts(path: Path, parts: Mapping[str, bytes]) -> None:
    path.write_bytes(_zipped(parts))


def main(words: list[str]) -> int:
    """Write the workbooks whose name holds one of the words; all of them when there is none."""
    SUBMISSIONS.mkdir(parents=True, exist_ok=True)
    written = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = build_others(folder)
        for book in ("clean", "other_term", "merged_away"):
            built[f"{book}.xlsx"] = (folder / f"{book}.xlsx").read_bytes()
        for book in BOOKS:
            build(book, folder)
            built[f"{book}.xlsx"] = (folder / f"{book}.xlsx").read_bytes()
        for file, content in built.items():
            if not words or any(word in file for word in words):
                (SUBMISSIONS / file).write_bytes(content)
                written += 1
    print(f"{written} files in {SUBMISSIONS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
