"""One text in every list that a spreadsheet program opens: shown, never computed, and read back as it was."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from intake_world import HK1

from termreview.cell_text import as_meant, inert
from termreview.desk.exports import csv_file, xlsx_file
from termreview.desk.lists.list_lines import ListText
from termreview.intake.received.received import RECEIVED_LIST, list_received, record_received
from termreview.reference.declarations import Reference
from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.source import Source
from termreview.returns.reminders import write_reminders

AS_OF = datetime.date(2024, 1, 20)
LIVE = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
PAYLOADS = (
    "=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://example.invalid\",\"x\")", "@SUM(A1:A9)", "+1+1", "-2+3",
    "-5", "\t=1+1", "\r=1+1", " =1+1", "'=1+1", "''=1+1", "' -1", "＝1+1", "\u00a0=1+1",
    "=WEBSERVICE(\"http://example.invalid\")", "+cmd|'/C calc'!A0",
)  # fmt: skip


def is_live(cell: str) -> bool:
    """Whether a spreadsheet program may take one cell of a CSV for a formula."""
    return cell.lstrip().startswith(LIVE) or cell.startswith(LIVE)


@given(st.text(max_size=12) | st.sampled_from(PAYLOADS))
def test_what_is_made_inert_is_read_back(text: str) -> None:
    assert as_meant(inert(text)) == text
    assert not is_live(inert(text))


def test_other_texts_stay_as_they_are() -> None:
    for text in ("", "a=1", "'tên trong nháy'", "0477101.xlsx", "12,5"):
        assert inert(text) == as_meant(text) == text


@pytest.mark.parametrize("text", PAYLOADS)
def test_a_row_of_a_declared_list_is_inert_and_reads_back(tmp_path: Path, text: str) -> None:
    listing = ListText("name,reason\n", (), "\n")
    line = listing.line({"name": text, "reason": text})
    (cells,) = csv.reader(io.StringIO(line))
    assert not any(is_live(cell) for cell in cells)
    whole = ListText(listing.header, (line,), "\n")
    wanted = " ".join(text.split())  # a row is written on one line
    assert whole.records() == [{"name": wanted, "reason": wanted}]
    (tmp_path / "list.csv").write_text(whole.text(), encoding="utf-8")
    (row,) = read_list(Source(tmp_path), "list.csv", ("name", "reason"))
    assert (row.text("name"), row.text("reason")) == (wanted, wanted)


@pytest.mark.parametrize("separator", [",", ";"])
def test_file_names_in_the_list_of_received_files_are_inert_and_still_match(
    tmp_path: Path, separator: str
) -> None:
    for number, text in enumerate(PAYLOADS):
        try:
            (tmp_path / f"{text.replace('/', '_')} {number}.xlsx").write_bytes(b"%d" % number)
        except (OSError, ValueError):
            pytest.skip("the system takes no such names")
    (tmp_path / RECEIVED_LIST).write_text(
        separator.join(("file", "received_on", "note")) + "\n", encoding="utf-8"
    )
    first = list_received(tmp_path, AS_OF)
    assert record_received(tmp_path, first) == len(PAYLOADS)
    text = (tmp_path / RECEIVED_LIST).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))[1:]
    assert len(rows) == len(PAYLOADS)
    assert not any(is_live(cell) for row in rows for cell in row)
    later = list_received(tmp_path, AS_OF + datetime.timedelta(days=9))
    assert {file.name: file.received_on for file in later} == {file.name: AS_OF for file in first}
    assert record_received(tmp_path, later) == 0


def test_live_cells_of_a_list_saved_by_excel_are_made_inert_when_it_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "=1+1.xlsx").write_bytes(b"1")
    (tmp_path / "b.xlsx").write_bytes(b"2")
    text = "file\treceived_on\tnote\n=1+1.xlsx\t2024-01-05\t=1+1 đã gọi\n"
    (tmp_path / RECEIVED_LIST).write_text(text, encoding="utf-16")
    assert record_received(tmp_path, list_received(tmp_path, AS_OF)) == 1
    rows = list(csv.reader(io.StringIO((tmp_path / RECEIVED_LIST).read_text(encoding="utf-8-sig"))))
    assert rows[1:] == [["'=1+1.xlsx", "2024-01-05", "'=1+1 đã gọi"], ["b.xlsx", "2024-01-20", ""]]
    days = {file.name: file.received_on for file in list_received(tmp_path, AS_OF)}
    assert days == {"=1+1.xlsx": datetime.date(2024, 1, 5), "b.xlsx": AS_OF}


def test_a_list_to_take_away_computes_nothing() -> None:
    rows = [{"a": text, "b": f"{text} x"} for text in PAYLOADS]
    columns = {"a": "=1+1", "b": "B"}
    text = csv_file("x", columns, rows).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row]
    assert len(cells) == 2 * len(PAYLOADS) + 2
    assert not any(is_live(cell) for cell in cells)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file("x", "=1+1", columns, rows, AS_OF).content))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
    assert not any(cell.hyperlink for row in book.active.iter_rows() for cell in row)


def test_the_list_of_reminders_computes_nothing(tmp_path: Path, reference: Reference) -> None:
    names = ("school_id", "school_name", "level_title", "commune_name", "detail", "to_do")
    listed = pd.DataFrame(
        [
            {"number": number, "state": "missing", "received_on": None, "days_late": 1, "resubmission_due_on": None, **dict.fromkeys(names, text)}
            for number, text in enumerate(PAYLOADS)
        ],
        dtype=object,
    )  # fmt: skip
    points = pd.DataFrame(
        [
            {"school_id": text, "school_name": text, "severity": "query", "change": "open", "sheet": text,
             "cell": text, "message": text, "found": text, "explanation": text}
            for text in PAYLOADS
        ]
    )  # fmt: skip
    path = tmp_path / "=1+1.xlsx"
    write_reminders(path, listed, points, reference, HK1, AS_OF, len(PAYLOADS))
    book = openpyxl.load_workbook(path)
    assert len(book.worksheets) == 2
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert sum(cell.value == "=1+1" for cell in cells) == len(names) + 7
    assert not any(cell.hyperlink for cell in cells)
