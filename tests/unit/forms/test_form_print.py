"""A printed form: rows high enough for their words, and no section cut that fits a page."""

from __future__ import annotations

import pytest

from termreview.forms.style import DEFAULT_ROW_PT, PAGE_HEIGHT_PT, page_breaks, print_scale, text_height


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("Số lớp", 20, 20.0),
        ("Đạt chuẩn trình độ trở lên", 9, 5 + 14 * 3),
        ("", 9, 20.0),
        ("một hai ba", 7, 5 + 14 * 2),
    ],
)
def test_a_row_is_as_high_as_its_whole_words_need(text: str, width: float, expected: float) -> None:
    assert text_height([(text, width)], 20.0) == expected


def test_columns_wider_than_the_page_are_scaled_down_and_narrow_ones_never_up() -> None:
    assert print_scale([10, 10]) == 100
    assert print_scale([100, 200]) < 60


def test_a_section_that_does_not_fit_the_rest_of_the_page_starts_a_new_one() -> None:
    rows = int(PAGE_HEIGHT_PT // DEFAULT_ROW_PT)
    starts = [4, rows - 5, rows + 6]
    assert page_breaks({}, starts, rows + 10, 100, DEFAULT_ROW_PT) == [rows - 6]


def test_a_section_longer_than_a_page_flows_over_without_a_break_of_its_own() -> None:
    rows = int(PAGE_HEIGHT_PT // DEFAULT_ROW_PT)
    assert page_breaks({}, [4, 10], 3 * rows, 100, DEFAULT_ROW_PT) == []


def test_all_on_one_page_needs_no_break() -> None:
    assert page_breaks({}, [4, 10], 20, 100, DEFAULT_ROW_PT) == []
