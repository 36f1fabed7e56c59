"""One cell read as a date: forms of writing, and day and month that changed places."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, strategies as st

from termreview.intake.date_value import (
    fraction_readings,
    likelier_swap,
    parse_date,
    read_date,
    swapped,
    term_window,
)
from termreview.intake.workbook import Cell

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
