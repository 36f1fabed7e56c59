"""One text of an old Vietnamese font, recognised and converted; every other text left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from termreview.intake.legacy_text import TCVN3, VNI, from_tcvn3, from_vni, is_syllable, read_legacy


@pytest.mark.parametrize(
    ("written", "meant", "encoding"),
    [
        ("tr\u00adêng", "trường", TCVN3),
        ("häc", "học", TCVN3),
        ("§iÒu 5", "Điều 5", TCVN3),
        ("ThiÕu m¸y tÝnh cho phßng Tin häc.", "Thiếu máy tính cho phòng Tin học.", TCVN3),
        ("khuûu nghiªng quyÕt ®Þnh", "khuỷu nghiêng quyết định", TCVN3),
        ("tröôøng", "trường", VNI),
        ("hoïc", "học", VNI),
        ("Giaùo vieân chöa ñöôïc taäp huaán", "Giáo viên chưa được tập huấn", VNI),
        ("ÑÖÔØNG TRUYEÀN YEÁU", "ĐƯỜNG TRUYỀN YẾU", VNI),
    ],
)
def test_an_old_font_is_known_by_its_letters(written: str, meant: str, encoding: str) -> None:
    assert read_legacy(written) == (meant, encoding)


@pytest.mark.parametrize(
    "written",
    [
        "", "Thiếu máy tính", "chú ý", "cà phê", "khoá, hoà, thuê", "là gì", "trò", "Ðo", "café", "garçon", "naïve",
        "Müller", "España", "5 × 3", "30°C", "5 µm", "±5", "½", "Bkav®", "© 2023 ABC", "§ 5", "MS Teams",
    ],
)  # fmt: skip
def test_other_texts_are_left_alone(written: str) -> None:
    assert read_legacy(written) is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [("trường", True), ("nghiêng", True), ("Khuya", True), ("giặt", True), ("quyển", True),
     ("härc", False), ("oïc", False), ("vieân", False), ("bb", False), ("strong", False)],
)  # fmt: skip
def test_a_vietnamese_syllable_has_a_shape(word: str, expected: bool) -> None:
    assert is_syllable(word) is expected


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_exception(written: str) -> None:
    found = read_legacy(written)
    assert found is None or found.text != written
    assert isinstance(from_tcvn3(written), str)
    assert isinstance(from_vni(written), str)


@given(st.text(max_size=60))
def test_a_text_once_converted_is_not_converted_again(written: str) -> None:
    found = read_legacy(written)
    if found is not None:
        again = read_legacy(found.text)
        assert again is None or not found.text.isascii()
