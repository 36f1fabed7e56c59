"""One file named after a school: whose it is told to be, and when it is nobody's."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from intake_world import HK1

from termreview.forms.dispatch import file_name
from termreview.intake.places.file_names import FileNames, file_names
from termreview.reference.declarations import Reference


@pytest.fixture(scope="module")
def names(reference: Reference) -> FileNames:
    return file_names({school.unit_id: school for school in reference.of(HK1).schools})


@pytest.mark.parametrize(
    ("name", "school_id"),
    [
        ("0477101.pdf", "0477101"),
        ("BC_0477101_HK1.pdf", "0477101"),
        ("477101 scan.jpg", "0477101"),  # a spreadsheet program took the zero
        ("20240477101.pdf", None),  # a longer number that holds a code
        ("Trường Mầm non Hoa Sen.docx", "0477101"),
        ("Bao cao HK1 - MN Hoa Sen (2).docx", "0477101"),
        ("truong mam non hoa sen.pdf", "0477101"),
        ("MN_BINH_HOA_HK1.pdf", "0477105"),
        ("MN Bình Hoà.pdf", "0477105"),
        ("BaoCaoTHAnLoc1.pdf", "0477208"),
        ("mnhoasen_hk1.png", "0477101"),
        ("TH An Lộc 2.pdf", "0477209"),
        ("TH&THCS Hòa Bình.pdf", "0477404"),
        ("scan MN Hoa Sen 5.1.2024.pdf", "0477101"),
        ("MN Hoa Sen 2.pdf", None),  # perhaps another school, which is none of the term
        ("MN Hoa Sèn.pdf", None),  # other accents are another name
        ("MN Hoa Sen, MN An Lộc.pdf", None),
        ("0477101 MN An Lộc.pdf", None),  # the code of one, the name of another
        ("mn hoa sen/ảnh 1.jpg", "0477101"),
        ("gui.zip/MN An Loc/ảnh.jpg", "0477108"),
        ("TH Tan My.zip/MN An Loc.docx", "0477108"),
        ("Phòng GDĐT.pdf", None),
        ("", None),
    ],
)
def test_a_file_named_after_a_school_is_that_schools(
    names: FileNames, name: str, school_id: str | None
) -> None:
    assert names.school_of(name) == school_id
    assert names.school_of(unicodedata.normalize("NFD", name)) == school_id


def test_the_files_of_every_school_are_known_by_their_new_and_their_old_names(
    names: FileNames, reference: Reference
) -> None:
    for school in reference.of(HK1).schools:
        new = file_name(school, HK1)
        for name in (new, file_name(school, HK1, "can-sua"), f"{school.unit_id}_{HK1.term_id}.xlsx"):
            assert names.school_of(name) == school.unit_id, name
            assert names.school_of(name.replace(".xlsx", " (1).xlsx")) == school.unit_id, name
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,70}\.xlsx", new), "safe on Windows"


def test_a_school_without_letters_in_its_name_and_a_long_name_still_make_a_file_name(
    reference: Reference,
) -> None:
    school = reference.of(HK1).schools[0]
    assert file_name(replace(school, short_name="“…”"), HK1) == "0477101_2023-2024-hk1.xlsx"
    long = file_name(replace(school, short_name="TH&THCS Đường Lâm: " + "Ấp " * 40), HK1)
    assert long.startswith("0477101_TH-THCS-Duong-Lam-Ap-Ap")
    assert len(long) < 80
