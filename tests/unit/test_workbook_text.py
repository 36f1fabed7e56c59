"""One text in a workbook that we write: what Excel shows is the text, by the rule of the format and by another reader."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from office_world import publish

from termreview.desk.exports import xlsx_file
from termreview.reporting.blocks.tables import table
from termreview.workbook_text import CUT, LONGEST, fitted, open_book

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LOOKING_LIKE_MORE = (
    "x _x0041_ y", "_x005F_x0041_", "_x005F_", "_x0041_x0042_x0043_", "_x00e0_", "_x000D_", "_x0041", "x0041_",
    "<r><t>x</t></r>", "<r></nothing></r>", "a\x0bb", "_x0041\x0b", "__x0041__", "=1+1", "https://example.org",
)  # fmt: skip


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def shown_by_the_rule(path: Path) -> list[str]:
    """Every shared text as ECMA-376 has it read: `_xHHHH_` is the letter of that number, from left to right."""
    with zipfile.ZipFile(path) as package:
        root = ElementTree.fromstring(package.read("xl/sharedStrings.xml"))
    stored = ["".join(part.text or "" for part in item.iter(f"{MAIN}t")) for item in root.iter(f"{MAIN}si")]
    return [re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text) for text in stored]


@pytest.mark.parametrize("text", LOOKING_LIKE_MORE)
def test_excel_shows_of_a_cell_of_the_annex_the_text_itself(text: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": [text, "TH Ba"], "count": [3, 5]})
    made = publish(tmp_path, table(frame, columns={"name": "Trường", "count": "Số"}, caption="Bảng"))
    made.agree()
    assert text.replace("\x0b", "\ufffd") in shown_by_the_rule(made.workbook)


@pytest.mark.parametrize("text", LOOKING_LIKE_MORE)
def test_every_writer_of_workbooks_stores_the_text_itself(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with open_book(path) as book:
        book.add_worksheet("A").write_string(0, 0, text)
    assert shown_by_the_rule(path) == [text]
    exported = tmp_path / "b.xlsx"
    day = datetime.date(2024, 1, 15)
    exported.write_bytes(xlsx_file("b", "Bảng", {"name": "Tên"}, [{"name": text}], day).content)
    assert text.replace("\x0b", "\ufffd") in shown_by_the_rule(exported)


@pytest.mark.parametrize("text", ["x _x0041_ y", "<r><t>x</t></r>", "=1+1", "_x0041", "https://example.org"])
def test_another_reader_finds_the_text_itself(text: str, tmp_path: Path) -> None:
    """openpyxl undoes a single escape only, and keeps those of letters."""
    path = tmp_path / "a.xlsx"
    with open_book(path) as book:
        book.add_worksheet("A").write_string(0, 0, text)
    cell = openpyxl.load_workbook(path)["A"]["A1"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize("length", [32_000, 32_001, 32_767, 32_768, 100_000])
def test_a_text_longer_than_a_cell_is_cut_with_a_mark_and_stops_no_report(
    length: int, tmp_path: Path
) -> None:
    text = ("Đủ chữ. " * (length // 8 + 1))[: length - 1] + "Z"
    frame = pd.DataFrame({"level": ["Tiểu học"] * 2, "name": [text, "TH Ba"], "count": [3, 5]})
    columns = {"name": "Trường", "count": "Số"}
    made = publish(tmp_path, table(frame, columns=columns, caption="Bảng", group_by="level"))
    made.agree()
    (cell,) = [found for found in shown_by_the_rule(made.workbook) if found.startswith("Đủ chữ.")]
    assert cell == (text if length <= LONGEST else text[: LONGEST - 4] + CUT)
    assert text[-1000:] in made.page.read_text(encoding="utf-8")


def test_a_long_text_that_is_another_than_the_page_says_is_told(tmp_path: Path) -> None:
    text = "Đủ chữ. " * 5_000
    frame = pd.DataFrame({"name": [text], "count": [3]})
    made = publish(tmp_path, table(frame, columns={"name": "Trường", "count": "Số"}, caption="Bảng"))
    from office_world import rewritten

    from agreement import DisagreementError

    rewritten(
        made.workbook, "xl/sharedStrings.xml", lambda content: content.replace("Đủ chữ. Đủ", "Đủ chữ, Đủ")
    )
    with pytest.raises(DisagreementError, match="do not agree"):
        made.agree()


def test_letters_that_are_two_units_count_as_two() -> None:
    assert fitted("😀" * 16_000) == "😀" * 16_000
    cut = fitted("a" + "😀" * 16_000)
    assert cut == "a" + "😀" * 15_997 + CUT
    assert units(cut) == LONGEST - 1


def written(path: Path, open_one: Callable[[Path], Any]) -> Path:
    """One workbook of every kind of cell, in rows that do not follow each other."""
    with open_one(path) as book:
        sheet, looks = (
            book.add_worksheet("Một"),
            [book.add_format({"bold": True}), book.add_format({"num_format": "0.0"})],
        )
        sheet.set_row(3, 30)
        sheet.set_column(0, 2, 12, looks[0])
        for row in (0, 1, 3, 17, 40):
            for place, look in enumerate([None, *looks]):
                sheet.write_string(row, 4 * place, f"chữ {row % 2}", look)
                sheet.write_number(row, 4 * place + 1, row / 7 + place, look)
                sheet.write_blank(row, 4 * place + 2, None, look)
                sheet.write_datetime(row, 4 * place + 3, datetime.date(2024, 1, 10), look)
            sheet.write_formula(row, 30, f"=B{row + 1}+1", looks[1], row / 7 + 1)
        sheet.merge_range(50, 1, 50, 4, "ghép", looks[0])
        sheet.write_url(52, 0, "internal:'Một'!A1", looks[0], "về đầu")
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})
    return path


def test_a_sheet_of_ours_is_byte_for_byte_that_of_the_library(tmp_path: Path) -> None:
    theirs = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ours = written(tmp_path / "ours.xlsx", open_book)
    usual = written(tmp_path / "usual.xlsx", lambda path: xlsxwriter.Workbook(path, theirs))
    assert ours.read_bytes() == usual.read_bytes()
