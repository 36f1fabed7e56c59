"""Texts typed while no input method was on: given back under Telex, VNI and VIQR, and left alone where they are none."""

from __future__ import annotations

import pytest
from test_values import YES_NO, choices, codes, field, text

from termreview.intake.values.keystrokes import read_keystrokes
from termreview.intake.values.values import read_value

MEANT = "Thiếu máy tính, đường truyền chậm; đề nghị cấp trên hỗ trợ"
STATUS = {"done": "Hoàn thành", "under_way": "Đang thực hiện", "not_yet": "Chưa thực hiện"}


@pytest.mark.parametrize(
    "typed",
    [
        "Thieeus mays tinhs, dduwowngf truyeenf chaamj; ddeef nghij caaps treen hoox trowj",
        "Thie6u1 may1 tinh1, d9u7o7ng2 truye6n2 cha6m5; d9e62 nghi5 ca6p1 tre6n ho64 tro75",
    ],
)
def test_a_sentence_of_bare_keys_is_given_back_and_asked_about(typed: str) -> None:
    assert read_keystrokes(typed) == MEANT
    reading = read_value(field("text"), text(typed), "")
    assert (reading.state, reading.text, codes(reading)[0]) == ("answered", MEANT, "typed_as_keys")


def test_a_full_stop_behind_a_word_is_no_tone() -> None:
    typed = "Thie^'u ma'y ti'nh, ddu+o+`ng truye^`n cha^.m."
    assert read_keystrokes(typed) == "Thiếu máy tính, đường truyền chậm."


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Cos", 1), ("co'", 1), ("co1", 1), ("CO1", 1), ("Khoong", 0), ("kho^ng", 0), ("Kho6ng", 0),
        ("chuwa", 0), ("ddax", 1), ("dda~", 1), ("d9a4", 1),
    ],
)  # fmt: skip
def test_yes_and_no_in_bare_keys_are_read_and_asked_about(typed: str, expected: float) -> None:
    reading = read_value(field("yes_no"), text(typed), "", choices("yes_no", YES_NO))
    assert (reading.number, codes(reading)[0]) == (expected, "typed_as_keys")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Hoafn thafnh", "done"), ("Hoa2n tha2nh", "done"), ("DDang thuwcj hieenj", "under_way"),
        ("Chu+a thu+.c hie^.n", "not_yet"),
    ],
)  # fmt: skip
def test_a_choice_in_bare_keys_is_read_and_asked_about(typed: str, expected: str) -> None:
    reading = read_value(field("status"), text(typed), "", choices("status", STATUS))
    assert (reading.text, codes(reading)) == (expected, ["typed_as_keys"])


@pytest.mark.parametrize(
    "typed",
    [
        "Microsoft Teams, Google Classroom, K12Online",
        "Moodle; https://lms.example/lop5a1",
        "This report was written in English and is left as it stands.",
        "thieu may tinh, duong truyen cham",
        "Zoom, LMS, VNEdu, SMAS 3.0",
        "64/QD-TH; 12/KH-TH",
        "Cos",
    ],
)
def test_other_texts_without_accents_stay_as_they_are(typed: str) -> None:
    assert read_keystrokes(typed) is None
    assert codes(read_value(field("text"), text(typed), "")) == []
