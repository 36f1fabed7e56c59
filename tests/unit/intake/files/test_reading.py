"""One file read into one school's answers: who sent it, what it says, and where every cell went."""

from __future__ import annotations

import datetime
import pickle
import re
from functools import cache
from pathlib import Path

import pytest
from intake_world import HK1, PRESCHOOL, SUBMISSIONS, declared, layout_of, reference

from termreview.intake.clean import clean_term
from termreview.intake.files import reading as reading_module
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import FileReading, is_late, read_file
from termreview.intake.received.received import ReceivedFile
from termreview.spreadsheets.workbook import REFUSAL_REASONS, RefusedFile


@cache
def reader() -> Reader:
    return Reader(declared(), reference().registry)


def file(path: Path, name: str = "") -> ReceivedFile:
    return ReceivedFile(name or path.name, path, datetime.date(2024, 1, 5), "0" * 64, path.stat().st_size)


def read(name: str, received_as: str = "") -> FileReading:
    return read_file(file(SUBMISSIONS / name, received_as), reader())


def test_a_complete_file_answers_every_field_in_form_order() -> None:
    reading = read("clean.xlsx")
    places = [
        place for sheet in layout_of(PRESCHOOL).sheets for block in sheet.blocks for place in block.places
    ]
    assert [answer.field_id for answer in reading.answers] == [place.field.field_id for place in places]
    assert {answer.state for answer in reading.answers} == {"answered"}
    assert (reading.school_id, reading.refusal, reading.remarks) == (PRESCHOOL, None, [])


@pytest.mark.parametrize(
    "name", [path.name for path in sorted(SUBMISSIONS.iterdir()) if path.suffix.startswith(".xls")]
)
def test_no_file_raises_and_its_account_is_closed(name: str) -> None:
    reading = read(name)
    assert reading.cells_total >= 0
    if reading.refusal is None:
        assert (
            reading.cells_total
            == reading.cells_used + reading.cells_flagged + reading.cells_unowned + reading.cells_ignored
        )
        assert reading.cells_ignored >= 0
        answered = [answer for answer in reading.answers if answer.original is not None]
        assert reading.cells_used + reading.cells_flagged >= len(answered)
        assert len({answer.field_id for answer in reading.answers}) == len(reading.answers)
    else:
        assert reading.answers == []
        assert f"refused_{reading.refusal}" in {remark.code for remark in reading.remarks}


def test_every_answer_keeps_what_was_written_and_where() -> None:
    answers = {answer.field_id: answer for answer in read("unit_behind_number.xlsx").answers}
    changed = answers["computers_antivirus_count"]
    assert (changed.value_number, changed.original, changed.note) == (36, "36 máy", "number_from_text")
    assert (changed.sheet, changed.cell, changed.found_by) == ("Nhiệm vụ", "D75", "address")


def test_a_withheld_answer_keeps_nothing_of_what_was_written() -> None:
    withheld = [
        answer for answer in read("personal_data.xlsx").answers if answer.note == "personal_data_suspected"
    ]
    assert len(withheld) == 5
    assert {(answer.original, answer.value_text, answer.value_number) for answer in withheld} == {
        (None, None, None)
    }


@pytest.mark.parametrize(
    ("received_as", "school_id"),
    [
        ("0477101.xlsx", "0477101"),
        ("xã Bình An/báo cáo 0477101 lần 2.xlsx", "0477101"),
        ("báo cáo.xlsx", None),
        ("0477101 và 0477301.xlsx", None),
        ("0499999.xlsx", None),
    ],
)
def test_an_unreadable_file_is_known_by_the_code_in_its_name_only(
    received_as: str, school_id: str | None
) -> None:
    assert read("empty_file.xlsx", received_as).school_id == school_id


def test_the_name_of_a_readable_file_says_nothing() -> None:
    assert read("clean.xlsx", "0477301.xlsx").school_id == PRESCHOOL


@pytest.mark.parametrize("reason", sorted(REFUSAL_REASONS))
def test_every_refusal_is_said_in_whole_words(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise RefusedFile(reason, "told_elsewhere", text="a detail in English")

    monkeypatch.setattr("termreview.intake.files.reading.read_workbook", refuse)
    received = file(SUBMISSIONS / "clean.xlsx", "0477101.xlsx")
    findings = clean_term([received], reference(), HK1).findings
    (refusal,) = findings[findings["check_code"] == f"refused_{reason}"].itertuples()
    assert "0477101.xlsx" in refusal.message
    for text in (refusal.message, refusal.remedy, refusal.expected):
        assert text == text.strip()
        assert not any(scrap in text for scrap in ("{", '""', "()", "  ", " , ", " .,", "English"))


def test_every_code_of_the_intake_room_has_words() -> None:
    sources = Path(reading_module.__file__).parents[1].rglob("*.py")
    codes = {
        code
        for path in sources
        for code in re.findall(r'(?:Flag|Remark)\(\s*"(\w+)"', path.read_text("utf-8"))
    }
    assert len(codes) > 30
    assert codes - set(reference().messages) == set()


def test_a_file_is_late_from_the_day_after_the_deadline() -> None:
    received = file(SUBMISSIONS / "clean.xlsx")
    assert not is_late(received, received.received_on)
    assert is_late(received, received.received_on - datetime.timedelta(days=1))


def test_the_reader_travels_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(reader()))
    assert read_file(file(SUBMISSIONS / "clean.xlsx"), again).answers == read("clean.xlsx").answers
