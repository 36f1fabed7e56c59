"""Sentences: declared templates, the form that fits the count, Vietnamese numbers, no silent holes."""

from __future__ import annotations

import datetime

import pytest

from termreview.errors import DeclarationError
from termreview.reporting.report.narrative import fill, listed, sentence
from termreview.reporting.report.wording import lower_first

FORMS = {
    "late": {
        "none": "Không trường nào muộn.",
        "one": "Một trường muộn.",
        "many": "{count}/{total} trường muộn ({pct:percent1}).",
        "all": "Cả {total} trường muộn.",
    },
    "plain": {"text": "Đến ngày {as_of}: {money:vnd}, {share:decimal1}."},
}


@pytest.mark.parametrize(
    ("count", "total", "expected"),
    [
        (0, 55, "Không trường nào muộn."),
        (1, 55, "Một trường muộn."),
        (2, 55, "2/55 trường muộn (3,6%)."),
        (55, 55, "Cả 55 trường muộn."),
        (1, 1, "Cả 1 trường muộn."),
        (0, 0, "Không trường nào muộn."),
    ],
)
def test_the_form_follows_the_count(count: int, total: int, expected: str) -> None:
    assert sentence(FORMS, "late", count=count, total=total) == expected


def test_a_form_that_is_not_declared_falls_back_to_many() -> None:
    assert sentence({"late": {"many": "{count} trường"}}, "late", count=1, total=9) == "1 trường"


def test_numbers_and_dates_are_written_the_vietnamese_way() -> None:
    text = sentence(FORMS, "plain.text", as_of=datetime.date(2024, 1, 10), money=1234567, share=94.64)
    assert text == "Đến ngày 10/01/2024: 1.234.567\u00a0đ, 94,6."


def test_values_that_look_like_templates_stay_text() -> None:
    assert fill("{name}: {count}", {"name": "Trường {count}", "count": 3}) == "Trường {count}: 3"


@pytest.mark.parametrize(
    ("key", "values"),
    [("missing", {}), ("plain", {}), ("plain.text", {"as_of": "x"}), ("late", {})],
    ids=["no such sentence", "no forms below", "a value is missing", "forms without a count"],
)
def test_a_hole_is_named(key: str, values: dict[str, str]) -> None:
    with pytest.raises(DeclarationError, match=key):
        sentence(FORMS, key, **values)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B"], "A và B"),
        (["A", "B", "C"], "A, B và C"),
        (["A", "B", "C", "D", "E"], "A, B và 03 trường khác"),
        (["TH An Lộc 2", "TH 19 tháng 8 A"], "TH An Lộc\u00a02 và TH 19 tháng 8 A"),
    ],
)
def test_names_are_listed_as_a_sentence_does(names: list[str], expected: str) -> None:
    assert listed(names, most=3) == expected


def test_one_school_alone_has_its_own_form_where_it_is_declared() -> None:
    forms = {"done": {"many": "{count} trường", "only": "trường đã làm", "all": "cả {total} trường"}}
    assert sentence(forms, "done", count=1, total=1) == "trường đã làm"
    assert sentence(forms, "done", count=2, total=2) == "cả 2 trường"
    assert sentence(forms, "done", count=1, total=2) == "1 trường"


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Tỉ lệ giáo viên", "tỉ lệ giáo viên"),
        ("CNTT và CĐS", "CNTT và CĐS"),
        ("HS có mã", "HS có mã"),
        ("Ở", "ở"),
        ("", ""),
    ],
)
def test_a_title_begins_small_in_a_sentence_unless_it_is_an_abbreviation(title: str, told: str) -> None:
    assert lower_first(title) == told


def test_names_that_hold_a_comma_are_told_apart_by_semicolons() -> None:
    assert listed(["máy tính, phòng máy", "thư viện số", "an toàn, an ninh"]) == (
        "máy tính, phòng máy; thư viện số; an toàn, an ninh"
    )
    assert listed(["máy tính, phòng máy"]) == "máy tính, phòng máy"
    assert listed(["a, b", "c", "d"], most=2, rest="{count} việc khác") == "a, b; 2 việc khác"
