"""One school as an analyst types it: what is sure is picked, what is not is asked, nothing is taken for another."""

from __future__ import annotations

import pytest
from desk_world import seen

from termreview.desk.term.school_names import school_label, schools_meant, spellings_of

SCHOOLS = {
    "0477108": ("Trường Mầm non An Lộc", "MN An Lộc", "Mầm non An Lộc"),
    "0477205": ("Trường TH Bình Hòa", "TH Bình Hòa", "Trường Tiểu học Bình Hòa"),
    "0477208": ("Trường TH An Lộc 1", "TH An Lộc 1", "Tiểu học An Lộc 1"),
    "0477209": ("Trường TH An Lộc 2", "TH An Lộc 2", "Tiểu học An Lộc 2"),
    "0477210": ("Trường TH An Lộc 10", "TH An Lộc 10"),
    "0477112": ("Trường Mầm non Đông Sơn", "MN Đông Sơn"),
    "0477312": ("Trường THCS Dòng Sơn", "THCS Dòng Sơn"),
}


@pytest.mark.parametrize(
    ("typed", "school_id"),
    [
        ("An Lộc 1", "0477208"),
        ("an loc 1", "0477208"),
        ("  AN  LỘC 1 ", "0477208"),
        ("tieu hoc an loc 2", "0477209"),
        ("MN An Lộc", "0477108"),
        ("TH Bình Hoà", "0477205"),
        ("TH B\u00ecnh H\u006f\u0300a", "0477205"),
        ("0477209", "0477209"),
        ("477209", "0477209"),
        ("Trường TH An Lộc 1 (0477208)", "0477208"),
        ("0477208 - An Lộc", "0477208"),
        ("Đông Sơn", "0477112"),
    ],
)
def test_a_name_a_code_or_a_spelling_without_accents_is_its_school(typed: str, school_id: str) -> None:
    assert schools_meant(typed, SCHOOLS).school_id == school_id


@pytest.mark.parametrize(
    ("typed", "school_ids"),
    [
        ("An Lộc", {"0477108", "0477208", "0477209", "0477210"}),
        ("dong son", {"0477112", "0477312"}),
        (
            "An Lộc 1 · 0477205",
            {"0477205", "0477208"},
        ),  # the name overwritten, the code of the school before left
        ("0477208 0477209", {"0477208", "0477209"}),
        ("Bình Hỏa", {"0477205"}),  # one accent off: asked, not taken
        ("an lo", {"0477108", "0477208", "0477209", "0477210"}),
        ("04771", {"0477108", "0477112"}),
    ],
)
def test_what_may_mean_more_is_asked(typed: str, school_ids: set[str]) -> None:
    meant = schools_meant(typed, SCHOOLS)
    assert meant.school_id == ""
    assert set(meant.school_ids) == school_ids


@pytest.mark.parametrize("typed", ["", "   ", "·", "Nguyễn Huệ", "0477999", "\u200b"])
def test_what_means_no_school_is_none(typed: str) -> None:
    assert schools_meant(typed, SCHOOLS).school_ids == ()


def test_short_codes_are_no_part_of_a_name() -> None:
    schools = {"1": ("TH An Lộc 2",), "2": ("TH An Lộc 1",)}
    assert schools_meant("An Lộc 1", schools).school_id == "2"
    assert schools_meant("1", schools).school_id == "1"


def test_every_school_of_the_term_is_known_by_all_its_names() -> None:
    now = seen()
    known = spellings_of(now)
    assert list(known) == list(now.schools["school_id"])
    for school_id, names in known.items():
        for name in names:
            assert school_id in schools_meant(name, known).school_ids
        assert schools_meant(names[0], known).school_id == school_id
    assert school_label(now, "0477204") == "Trường TH Bình An 2 (0477204)"
