"""Vietnamese text made comparable without losing what tells two names apart."""

from __future__ import annotations

import datetime
import unicodedata

import pytest
from hypothesis import given, settings, strategies as st

from termreview.text import clean, day_text, fold, stored_number_text

_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạèéẻẽẹòóỏõọùúủũụỳýỷỹỵờớởỡợừứửữựÐđĐ AOUYẢ&-–./,'’\u00a0\u200b"
_VIETNAMESE = st.text(
    st.sampled_from(_LETTERS + "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"), max_size=24
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Trường TH Hòa Bình", "trường th hoà bình"),
        ("THÚY", "thuý"),
        ("khỏe", "khoẻ"),
        ("Đông Sơn", "Ðông Sơn"),
        ("xã Bình Hòa", unicodedata.normalize("NFD", "xã Bình Hoà")),
        ("TH&THCS An Lộc", "TH-THCS An Lộc"),
        ("TH&THCS An Lộc", "TH và THCS  An Lộc"),
        ("GD&ĐT", "GD - ĐT"),
        ("Trường\u00a0Mầm\u200b non", "trường mầm non"),
    ],
)
def test_two_spellings_of_one_name_fold_alike(first: str, second: str) -> None:
    assert fold(first) == fold(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Đông Hà", "Dòng Hà"),
        ("Phong Điền", "Phong Diên"),
        ("Hòa", "Hóa"),
        ("Tân An", "Tân Ân"),
        ("quý", "quy"),
    ],
)
def test_two_names_stay_two(first: str, second: str) -> None:
    assert fold(first) != fold(second)


def test_clean_keeps_case_and_marks_and_drops_what_is_not_seen() -> None:
    assert clean("  Ðức\u00a0\u200bHòa\n") == "Đức Hòa"
    assert clean("a\u200b\u0301") == "á"


@settings(max_examples=300, deadline=None)
@given(_VIETNAMESE)
def test_fold_and_clean_are_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)


@settings(max_examples=200, deadline=None)
@given(_VIETNAMESE)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"), (29093, "29.093"), (94.64, "94,64"), (1234567.5, "1.234.567,5"), (12345678901.25, "12.345.678.901,25"),
        (-1500, "-1.500"), (0.1 + 0.2, "0,3"), (20_000_000_000, "20.000.000.000"), (float("inf"), "inf"), (1e15, "1.000.000.000.000.000"),
    ],
)  # fmt: skip
def test_numbers_are_written_the_vietnamese_way(number: float, words: str) -> None:
    assert stored_number_text(number) == words


@pytest.mark.parametrize("day", [datetime.date(2024, 1, 5), "2024-01-05"])
def test_a_day_is_told_as_a_reader_writes_it(day: datetime.date | str) -> None:
    assert day_text(day) == "05/01/2024"
