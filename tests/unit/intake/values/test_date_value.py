"""One cell read as a date: forms of writing, and day and month that changed places."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, strategies as st

from termreview.intake.values.date_value import (
    date_habit,
    fraction_readings,
    likelier_swap,
    parse_date,
    read_date,
    swapped,
    term_window,
)
from termreview.intake.values.value_reading import Flag
from termreview.spreadsheets.workbook import Cell

WINDOW = term_window("2023-2024", datetime.date(2024, 1, 10))
DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ngày 10/01/2024", "2024-01-10"),
        ("10 / 1 / 2024", "2024-01-10"),
        ("10-1-2024.", "2024-01-10"),
        ("2024/01/10", "2024-01-10"),
        ("2024-01-10 00:00:00", "2024-01-10"),
        ("10/01/2024 08:30", "2024-01-10"),
        ("10/01/24", "2024-01-10"),
        ("ngày 6.10.23", "2023-10-06"),
        ("06/10/19", None),
        ("24/01/10", None),
        ("23-24", None),
        ("2024-01/10", None),
        ("tháng 10 năm 2023", None),
    ],
)
def test_dates_are_read_in_the_forms_people_write(written: str, expected: str | None) -> None:
    found = parse_date(written, WINDOW)
    assert (found and found.isoformat()) == expected


def test_a_year_of_two_figures_needs_a_window() -> None:
    assert parse_date("10/01/24") is None


@pytest.mark.parametrize(
    ("day", "other"),
    [
        (datetime.date(2024, 10, 1), datetime.date(2024, 1, 10)),
        (datetime.date(2023, 4, 8), datetime.date(2023, 8, 4)),
        (datetime.date(2023, 10, 6), None),  # both ways within the term: day first
        (datetime.date(2022, 8, 5), None),  # an older decision
        (datetime.date(2024, 10, 25), None),
        (datetime.date(2024, 5, 5), None),
    ],
)
def test_a_swap_is_suspected_only_where_it_explains_the_date(
    day: datetime.date, other: datetime.date | None
) -> None:
    assert likelier_swap(day, WINDOW) == other
    reading = read_date(Cell(day, "0", "date"), WINDOW)
    assert reading.text == day.isoformat(), "asked about, never changed"
    flags = [(flag.code, flag.found, flag.expected) for flag in reading.flags]
    assert flags == (
        [("day_month_ambiguous", f"{day:%d/%m/%Y}", f"{other:%d/%m/%Y}")] if other is not None else []
    )


@given(DAYS)
def test_changing_day_and_month_twice_gives_the_day_back(day: datetime.date) -> None:
    other = swapped(day)
    assert other is None or swapped(other) == day


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.date(2024, 12, 10), "10/12, 12/10"),
        (datetime.date(2029, 3, 1), "1/3, 3/1, 3/29"),
        (datetime.date(2024, 5, 5), "5/5"),
        (None, ""),
    ],
)
def test_a_date_names_the_fractions_it_may_have_been(value: object, expected: str) -> None:
    assert fraction_readings(value) == expected


def dated(day: datetime.date, number_format: str = "dd/mm/yyyy", text: str = "0") -> Cell:
    return Cell(day, text, "date", None, number_format)


def typed(written: str, number_format: str | None = "dd/mm/yyyy") -> Cell:
    return Cell(written, written, "text", None, number_format)


def read_beside(cell: Cell, *others: Cell) -> tuple[str | None, list[str]]:
    reading = read_date(cell, WINDOW, date_habit((cell, *others)))
    return reading.text, [flag.code for flag in reading.flags]


@pytest.mark.parametrize(
    ("written", "expected", "code"),
    [
        ("2023-09-25T17:00:00Z", "2023-09-26", "date_zone_converted"),
        ("2023-09-25T17:00:00.000Z", "2023-09-26", "date_zone_converted"),
        ("2023-09-26T00:00:00+07:00", "2023-09-26", "date_zone_converted"),
        ("2023-09-26T00:00:00+0900", "2023-09-26", "date_zone_converted"),
        ("2023-09-26T00:00:00Z", "2023-09-26", "date_zone_converted"),
        ("2023-09-25T22:00:00Z", "2023-09-26", "date_zone_converted"),  # midnight of central Europe
        ("2023-09-26T05:00:00Z", "2023-09-26", "date_zone_converted"),  # midnight of New York
        ("2023-09-25T16:00:00Z", "2023-09-26", "date_zone_ambiguous"),  # midnight of Singapore, 23:00 here
        ("2023-09-25T18:20:11Z", "2023-09-26", "date_zone_ambiguous"),
        ("2023-09-25 17:00:00", "2023-09-25", "date_zone_ambiguous"),  # no zone: as seen, and asked
        ("Mon Sep 25 2023 00:00:00 GMT+0700", "2023-09-25", "date_zone_converted"),
        ("Tue Sep 26 2023 00:00:00 GMT+0700 (Indochina Time)", "2023-09-26", "date_zone_converted"),
        ("Mon, 25 Sep 2023 17:00:00 GMT", "2023-09-26", "date_zone_converted"),
    ],
)
def test_a_midnight_of_another_zone_is_the_day_that_was_meant(written: str, expected: str, code: str) -> None:
    reading = read_date(typed(written), WINDOW)
    assert (reading.text, [flag.code for flag in reading.flags]) == (expected, [code])


def test_a_date_cell_in_greenwich_time_is_the_day_in_vietnam() -> None:
    stored = Cell(datetime.datetime(2023, 9, 25, 17), "2023-09-25T17:00:00Z", "date", None, "dd/mm/yyyy")
    assert read_beside(stored) == ("2023-09-26", ["date_zone_converted"])
    without = Cell(datetime.datetime(2023, 9, 25, 17), "45194.7083333", "date", None, "dd/mm/yyyy")
    assert read_beside(without) == ("2023-09-25", ["date_zone_ambiguous"])
    morning = Cell(datetime.datetime(2023, 9, 25, 8, 30), "45194.354", "date", None, "dd/mm/yyyy")
    assert read_beside(morning) == ("2023-09-25", [])


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (datetime.date(2019, 9, 25), "26/09/2023"),
        (datetime.date(2027, 9, 27), "26/09/2023"),
    ],
)
def test_a_date_of_the_other_calendar_is_asked_with_both_days(stored: datetime.date, meant: str) -> None:
    reading = read_date(dated(stored), WINDOW)
    assert reading.text == stored.isoformat()
    assert reading.flags == (Flag("date_era_shifted", f"{stored:%d/%m/%Y}", meant),)


def test_an_older_document_is_not_taken_for_a_date_of_the_other_calendar() -> None:
    assert read_beside(dated(datetime.date(2018, 9, 25))) == ("2018-09-25", [])
    assert read_beside(typed("25/09/2019")) == ("2019-09-25", ["date_from_text"])


def test_dates_that_stayed_texts_prove_that_the_others_changed_day_and_month() -> None:
    stuck, also = typed("23/10/2023"), typed("25/10/2023")
    assert read_beside(dated(datetime.date(2023, 10, 9)), stuck, also) == (
        "2023-09-10", ["date_order_inferred"],
    )  # fmt: skip
    assert read_beside(dated(datetime.date(2023, 10, 9))) == ("2023-10-09", [])
    # Changed over they would lie outside of the term, or are no day at all: as stored.
    assert read_beside(dated(datetime.date(2023, 10, 2)), stuck, also) == ("2023-10-02", [])
    assert read_beside(dated(datetime.date(2023, 10, 16)), stuck, also) == ("2023-10-16", [])
    # One alone may be a slip: the stored day stays and is asked, unless only the other makes sense.
    assert read_beside(dated(datetime.date(2023, 10, 9)), stuck) == ("2023-10-09", ["date_order_unsure"])
    assert read_beside(dated(datetime.date(2024, 10, 1)), stuck) == ("2024-01-10", ["date_order_inferred"])
    # Typed into a cell of texts, or with dots, the text proves nothing about the machine.
    assert read_beside(dated(datetime.date(2023, 10, 9)), typed("23/10/2023", "@"))[0] == "2023-10-09"
    assert read_beside(dated(datetime.date(2023, 10, 9)), typed("23.10.2023"))[0] == "2023-10-09"


def test_texts_with_the_month_first_are_read_by_the_evidence_of_their_file() -> None:
    proof = typed("10/23/2023", None)
    assert read_beside(proof) == ("2023-10-23", ["date_order_inferred"])
    assert read_beside(typed("09/10/2023", None), proof) == ("2023-09-10", ["date_order_inferred"])
    assert read_beside(typed("09/10/2023", None)) == ("2023-10-09", ["date_from_text"])
    against = typed("25/10/2023", None)
    assert read_beside(typed("09/10/2023", None), proof, against) == (
        "2023-10-09", ["date_from_text", "date_order_unsure"],
    )  # fmt: skip


def test_a_text_never_turns_round_dates_that_another_stored_date_proves_right() -> None:
    proof, september = dated(datetime.date(2023, 9, 26)), dated(datetime.date(2023, 9, 6))
    for stuck in (typed("23/10/2023", "General"), typed("10/23/2023", "General"), typed("23/10/2023")):
        assert read_beside(september, stuck, proof) == ("2023-09-06", ["date_order_unsure"])
        assert read_beside(dated(datetime.date(2023, 10, 2)), stuck, proof) == ("2023-10-02", [])
        assert read_beside(proof, stuck) == ("2023-09-26", [])
        assert read_beside(dated(datetime.date(2024, 10, 1)), stuck, proof) == (
            "2024-10-01", ["day_month_ambiguous"],
        )  # fmt: skip
    pasted, stuck = typed("23/10/2023", "General"), typed("23/10/2023")
    assert read_beside(september, pasted, pasted, pasted, proof) == ("2023-09-06", ["date_order_unsure"])
    assert read_beside(september, stuck, stuck, proof, proof) == ("2023-09-06", ["date_order_unsure"])
    assert read_beside(september, stuck, stuck, proof) == ("2023-06-09", ["date_order_inferred"])


def test_texts_that_contradict_one_another_leave_the_stored_dates_and_ask() -> None:
    found = read_beside(dated(datetime.date(2023, 10, 9)), typed("23/10/2023"), typed("10/25/2023"))
    assert found == ("2023-10-09", ["date_order_unsure"])


@pytest.mark.parametrize(
    "number_format", ["mmm-yy", "d-mmm", "mmmm", '"tháng" mm/yyyy', "[$-42A]mmmm yyyy;@"]
)
def test_a_date_of_which_a_part_is_not_shown_is_asked(number_format: str) -> None:
    found = read_beside(dated(datetime.date(2023, 10, 1), number_format))
    assert found == ("2023-10-01", ["date_partly_shown"])


@pytest.mark.parametrize("number_format", ["dd/mm/yyyy", "d-mmm-yy", "[$-42A]dd mmmm yyyy;@", "m/d/yyyy"])
def test_a_date_that_is_shown_whole_is_not_asked(number_format: str) -> None:
    assert read_beside(dated(datetime.date(2023, 10, 1), number_format)) == ("2023-10-01", [])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("23-Thg10-23", "2023-10-23"),
        ("26 thg 9 2023", "2023-09-26"),
        ("26 tháng 9, 2023", "2023-09-26"),
        ("26-Sep-2023", "2023-09-26"),
        ("26 September 2023", "2023-09-26"),
        ("Sep 26, 2023", "2023-09-26"),
        ("Sep-23", None),
        ("Thg9-23", None),
        ("26-Sep", None),
        ("31 Sep 2023", None),
    ],
)
def test_months_by_name_are_read_and_never_completed(written: str, expected: str | None) -> None:
    assert read_date(typed(written), WINDOW).text == expected
