"""Odd spreadsheets from elsewhere: each is read or refused by name, quickly, whatever the place it is met in."""

from __future__ import annotations

import datetime
import gc
import json
import os
import time
import tracemalloc
from pathlib import Path

import pytest
from hostile_files import ONE, READ, heavy_files, odd_files, package, row, sheet, strings
from intake_world import HK1, SUBMISSIONS, reference

from termreview.cells import address
from termreview.intake.clean import clean_term
from termreview.intake.inspection import Inspection, inspect_file
from termreview.intake.inspection_text import inspection_lines
from termreview.intake.received.received import list_received
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS, REFUSAL_REASONS, Limits
from termreview.spreadsheets.workbook import read_workbook

ODD, HEAVY = odd_files(), heavy_files()
# Of processor time, generous: what is guarded against takes minutes and hours, what is promised is in `make bench`.
MOST_CPU_S = 60.0


def looked_at(data: bytes, folder: Path) -> Inspection:
    path = folder / "tệp nhận.xlsx"
    path.write_bytes(data)
    seen = inspect_file(path, reference())
    assert json.dumps(vars(seen), ensure_ascii=False).encode()  # no half letters, no odd values
    assert "\n".join(inspection_lines(seen, reference().labels)).encode()
    return seen


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_read_or_refused_by_name(name: str, tmp_path: Path) -> None:
    data, expected = ODD[name]
    seen = looked_at(data, tmp_path)
    assert (seen.reason or seen.state) == expected, seen.detail
    if expected == READ:
        assert seen.account is not None
        assert seen.account["total"] == sum(sheet["cells"] for sheet in seen.sheets) > 0
    else:
        assert expected in REFUSAL_REASONS
        assert seen.findings[0]["remedy"]
        assert len(seen.detail or "") <= 200


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_file_costs_seconds_at_most(name: str, tmp_path: Path) -> None:
    data, expected = HEAVY[name]
    begun = time.process_time() + sum(os.times()[2:4])
    seen = looked_at(data, tmp_path)
    assert (seen.reason or seen.state) == expected, seen.detail
    assert time.process_time() + sum(os.times()[2:4]) - begun < MOST_CPU_S


def test_values_at_the_edges_are_flagged_never_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    for name in ("number 1E400", "number NaN", "number 1,5", "number ١٢", "number --5"):
        path.write_bytes(ODD[name][0])
        assert read_workbook(path).sheets[0].cells[1, 1].kind == "error", name
    path.write_bytes(ODD["dates at the edges"][0])
    cells = read_workbook(path).sheets[0].cells
    assert [cells[1, column].kind for column in range(1, 8)] == [
        "error", "date", "date", "date", "error", "error", "error",
    ]  # fmt: skip
    assert cells[1, 8].value == 0.12
    assert cells[1, 9].value == datetime.date(2023, 3, 15)


def test_both_pieces_of_cell_data_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(ODD["cell data in two pieces"][0])
    assert set(read_workbook(path).sheets[0].cells) == {(1, 1), (2, 1)}


def test_a_string_of_two_shapes_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    used = sheet(row('<c r="A1" t="s"><v>0</v></c>'))
    for text in (
        "<si><t>Trường</t></si>",
        '<si><r><t>Trư</t></r><r><t xml:space="preserve">ờng</t></r></si>',
        "<si><!-- x --><t>Trường</t></si>",
    ):
        path.write_bytes(package(used, strings=strings(text)))
        assert read_workbook(path).sheets[0].cells[1, 1].value == "Trường"


def test_reasons_of_refusal_are_twenty_with_a_label_and_a_message_each() -> None:
    codes = {code.removeprefix("refused_") for code in reference().messages if code.startswith("refused_")}
    codes.discard("duplicate_file")  # not refused: counted once
    assert codes > REFUSAL_REASONS
    assert len(codes) <= 20
    assert codes <= set(reference().labels["refusals"])


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need rights there")
def test_what_cannot_be_opened_is_refused_and_harms_nobody(tmp_path: Path) -> None:
    good = (SUBMISSIONS / "clean.xlsx").read_bytes()
    (tmp_path / "0477101.xlsx").write_bytes(good)
    alone = clean_term(list_received(tmp_path, datetime.date(2024, 1, 5)), reference(), HK1)
    (tmp_path / "thư mục.xlsx").mkdir()
    (tmp_path / "0477222 hỏng.xlsx").symlink_to(tmp_path / "không có.xlsx")
    (tmp_path / "vòng.xlsx").symlink_to(tmp_path / "vòng.xlsx")
    os.mkfifo(tmp_path / "0477222 ống.xlsx")
    cleaned = clean_term(list_received(tmp_path, datetime.date(2024, 1, 5)), reference(), HK1)
    fates = cleaned.submissions.set_index("file")["reason_code"].dropna().to_dict()
    assert set(fates.values()) == {"cannot_be_opened"}
    assert {"0477222 hỏng.xlsx", "vòng.xlsx"} <= set(fates)
    own = cleaned.observations["school_id"] == "0477101"
    assert cleaned.observations[own].equals(alone.observations[alone.observations["school_id"] == "0477101"])


def test_a_file_that_is_gone_when_it_is_read_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "0477101.xlsx"
    path.write_bytes((SUBMISSIONS / "clean.xlsx").read_bytes())
    files = list_received(tmp_path, datetime.date(2024, 1, 5))
    path.unlink()
    assert clean_term(files, reference(), HK1).submissions["reason_code"].tolist() == ["cannot_be_opened"]


def test_a_large_file_in_the_child_is_what_it_is_here(tmp_path: Path) -> None:
    text = "".join(
        row(*(f'<c r="{letter}{number}" t="inlineStr"><is><t>chữ {number}</t></is></c>' for letter in "ABCD"), number=number)
        for number in range(1, 2_000)
    )  # fmt: skip
    path = tmp_path / "a.xlsx"
    path.write_bytes(package(sheet(text), ONE))
    assert read_workbook(path, Limits(in_process_bytes=1_000)) == read_workbook(path, DEFAULT_LIMITS)


def test_a_large_answer_of_the_child_is_never_held_as_a_whole(tmp_path: Path) -> None:
    """Promise 1: at most 100 MB for the 200 000 cells that a file may have, so 500 bytes a cell."""
    rows, columns = 400, 50
    text = "".join(
        row(
            *(
                f'<c r="{address(number, column)}" t="inlineStr"><is><t>ô {number} {column}</t></is></c>'
                for column in range(1, columns + 1)
            ),
            number=number,
        )
        for number in range(1, rows + 1)
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(package(sheet(text), ONE))
    gc.collect()
    tracemalloc.start()
    book = read_workbook(path, Limits(in_process_bytes=1_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(book.sheets[0].cells) == rows * columns
    assert peak < 500 * rows * columns
