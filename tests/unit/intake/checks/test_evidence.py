"""Evidence that a school names: which links nobody else can open, which are another's too, which document has two days."""

from __future__ import annotations

import pandas as pd
import pytest

from termreview.intake.checks.evidence import evidence_questions, fault_of_link, normalised_link
from termreview.intake.files.file_reading import Remark
from termreview.reference.declarations import load_reference
from worlds import REFERENCE, crowd, observe

LEVELS = {f"s{number}": "th" for number in range(6)}
TERM = crowd(load_reference(REFERENCE), LEVELS)


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("https://truong.edu.vn/van-ban/12", ""),
        ("http://trường.vn/kế-hoạch", ""),
        ("www.truong.edu.vn/a?b=1", ""),
        ("https://truong.edu.vn:8443/a", ""),
        ("https://1.2.3.4/a", ""),
        ("htp://truong.edu.vn", "link_broken"),
        ("https:/truong.edu.vn", "link_broken"),
        ("https://truong", "link_broken"),
        ("https://-truong-.vn", "link_broken"),
        ("https://truong..vn", "link_broken"),
        ("https://truong.vn:abc/", "link_broken"),
        ("https://", "link_broken"),
        ("C:\\Minh chung\\ke-hoach.pdf", "link_local"),
        ("file:///D:/kh.pdf", "link_local"),
        ("\\\\may-chu\\chung\\kh.pdf", "link_local"),
        ("http://192.168.1.5/kh.pdf", "link_local"),
        ("http://10.0.0.8", "link_local"),
        ("https://localhost/kh", "link_local"),
        ("http://may-1.local/kh", "link_local"),
    ],
)  # fmt: skip
def test_a_link_is_one_that_others_can_open(link: str, fault: str) -> None:
    assert fault_of_link(link) == fault


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.a.vn/x/", "http://a.vn/x"),
        ("https://a.vn/x?id=1&utm_source=zalo", "https://a.vn/x?id=1"),
        ("https://A.vn/x", "https://a.vn/x"),
    ],
)
def test_links_that_lead_to_one_place_are_one(one: str, other: str) -> None:
    assert normalised_link(one) == normalised_link(other)


def test_the_first_page_of_a_site_is_nobodys_evidence_alone() -> None:
    assert normalised_link("https://csdl.moet.gov.vn/") is None


def questions(
    answers: dict[str, dict[str, str]], previous: pd.DataFrame | None = None
) -> list[tuple[str, Remark]]:
    observations = observe(TERM, answers)
    given = [
        {"school_id": school_id, "field_id": field_id}
        for school_id, own in answers.items()
        for field_id in own
    ]
    is_given = observations.set_index(["school_id", "field_id"]).index.isin(
        pd.MultiIndex.from_frame(pd.DataFrame(given))
    )
    observations.loc[is_given, "sheet"] = "Chỉ số CĐS"
    observations.loc[is_given, "cell"] = "F9"
    return list(evidence_questions(observations, TERM, previous))


def asked(answers: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(school_id, remark.code, remark.detail) for school_id, remark in questions(answers)]


def test_a_link_of_two_schools_is_asked_of_both_and_one_of_most_of_nobody() -> None:
    own = {f"s{number}": {"cds_plan.link": f"https://truong-{number}.vn/kh"} for number in range(6)}
    assert asked(own) == []
    names = {school.unit_id: school.name for school in TERM.schools}
    two = own | {"s1": {"cds_plan.link": "https://truong-0.vn/kh/ (bản chính)"}}
    assert asked(two) == [("s0", "link_shared", names["s1"]), ("s1", "link_shared", names["s0"])]
    shared = {
        school_id: {"cds_plan.link": "https://lms.vn/huong-dan"} for school_id in ("s0", "s1", "s2", "s3")
    }
    assert asked(own | shared) == []  # four of six: a system that all use


def test_a_link_that_was_evidence_in_another_school_year_is_asked_about_once() -> None:
    plan, picture = "cds_plan.link", "q4725_1_3_1.evidence"
    now = {
        "s0": {plan: "https://truong-0.vn/kh", picture: "https://truong-0.vn/anh"},
        "s1": {plan: "https://truong-1.vn/moi"},
    }
    earlier = {
        "s0": {plan: "http://www.truong-0.vn/kh/", picture: "xem https://truong-0.vn/anh"},
        "s1": {plan: "https://truong-1.vn/cu"},
        "s2": {plan: "https://truong-1.vn/moi"},  # another school's link of last year is no question
    }
    previous = observe(TERM, earlier)
    [(school_id, told)] = questions(now, previous.assign(term_id="2022-2023-hk2"))
    assert (school_id, told.code, told.found) == ("s0", "link_other_year", "https://truong-0.vn/kh")
    assert told.detail == "2022-2023 (và 1 đường dẫn khác)"
    assert questions(now, previous.assign(term_id="2023-2024-hk2")) == [], "a plan holds for its whole year"


def test_a_link_within_words_is_found_without_the_signs_around_it() -> None:
    found = asked({"s0": {"q4725_1_3_1.evidence": "Phần mềm Teams (htp://teams; tài khoản do ngành cấp)."}})
    assert found == [("s0", "link_broken", "")]


def test_a_document_of_one_number_and_two_days_is_asked_about() -> None:
    same = {"plan_number": "25/KH-TH", "plan_on": "2023-10-02", "cds_plan.number": "25/KH-TH"}
    assert asked({"s0": {**same, "cds_plan.on": "2023-10-02"}}) == []
    assert asked({"s0": {**same, "cds_plan.on": "2024-01-15"}}) == []  # numbers begin anew in January
    [(school_id, code, where)] = asked({"s0": {**same, "cds_plan.on": "2023-12-02"}})
    assert (school_id, code, where) == ("s0", "document_two_dates", "Chỉ số CĐS!F9")
    assert asked({"s0": {**same, "cds_plan.number": "26/KH-TH", "cds_plan.on": "2023-12-02"}}) == []


def test_links_side_by_side_are_told_apart_and_quoted_whole() -> None:
    two = {"s0": {"q4725_1_3_1.evidence": "https://a.vn/x,https://b.vn/y; www.c.vn/z, htttps://d.vn"}}
    assert asked(two) == [("s0", "link_broken", "")]
    (named,) = [remark.found for _, remark in questions({"s0": {"q4725_1_3_1.evidence": "htttps://d.vn"}})]
    assert named == "htttps://d.vn"
    (named,) = [
        remark.found for _, remark in questions({"s0": {"cds_plan.link": "D:\\Minh chung\\kh 1.pdf"}})
    ]
    assert named == "D:\\Minh chung\\kh 1.pdf"


def test_a_document_dated_outside_of_the_school_year_is_asked_about_once() -> None:
    field, other = "q4725_1_3_1.evidence", "q4725_1_4.evidence"
    [(school_id, told)] = questions(
        {"s0": {field: "Kế hoạch số 12/KH-TH ngày 05/10/2021", other: "Biên bản 7.3.2022"},
         "s1": {field: "Kế hoạch số 12/KH-TH ngày 05/10/2023; Quyết định ngày 2/6/2023"}}
    )  # fmt: skip
    assert (school_id, told.code, told.found, told.expected) == (
        "s0", "evidence_other_period", "05/10/2021", "01/06/2023–10/01/2024",
    )  # fmt: skip
    assert told.detail == " (và 1 minh chứng khác)"
    for text in ("Báo cáo ngày 20-02-2024", "Báo cáo ngày 20/02/2024.", "Hà Nội, ngày 20 tháng 02 năm 2024"):
        assert [code for _, code, _ in asked({"s0": {field: text}})] == ["evidence_other_period"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kế hoạch số 25/KH-TH ngày 02/10/2023", []),
        ("KH 25/kh-th (ngày 2.10.2023), có dấu", []),
        ("Kế hoạch số 25/KH-TH, ngày 02 tháng 10 năm 2023", []),
        ("Kế hoạch số 25/KH-TH ngày 12/10/2023", ["document_two_dates"]),
        ("25/KH-TH ngày 02 tháng 12 năm 2023", ["document_two_dates"]),
        ("Kế hoạch số 25/KH-TH ngày 09/01/2024", []),  # numbers begin anew in January
        ("Kế hoạch số 125/KH-TH ngày 12/10/2023", []),
        ("Kế hoạch số 25/KH-UBND ngày 12/10/2023", []),
        ("https://truong.vn/25/KH-TH ngày 12/10/2023", []),  # part of an address
        ("Học 25/12/2023, 25/KH-TH", []),
    ],
)
def test_words_that_name_a_document_agree_with_its_number_and_day(text: str, code: list[str]) -> None:
    own = {"plan_number": "25/KH-TH", "plan_on": "2023-10-02", "q4725_1_3_1.evidence": text}
    found = [remark for _, remark in questions({"s0": own})]
    assert [remark.code for remark in found] == code
    for remark in found:
        assert (remark.field_id, remark.expected) == ("q4725_1_3_1.evidence", "02/10/2023")
        assert remark.found.startswith("25/KH-TH ngày ")


def test_a_file_named_and_not_sent_is_asked_about_once_a_school() -> None:
    plan, picture = "cds_plan.link", "q4725_1_3_1.evidence"
    answers = {
        "s0": {plan: "xem tệp Kế hoạch 1.PDF; anh.jpg", picture: "https://truong.vn/ban-cham.pdf và thieu.docx, mat.png"},
        "s1": {plan: "ke-hoach.pdf"},
        "s2": {plan: "Sổ theo dõi, phần mềm ver 2.0", picture: "h.pdf"},
    }  # fmt: skip
    sent = {"s0": {"kế hoạch 1.pdf", "ANH.jpg"}, "s2": {"kh.pdf"}}
    found = {school_id: remark for school_id, remark in missed(answers, sent)}
    assert {school_id: (remark.found, remark.detail) for school_id, remark in found.items()} == {
        "s0": ("thieu.docx", " (và 1 tệp khác)"), "s1": ("ke-hoach.pdf", ""), "s2": ("h.pdf", ""),
    }  # fmt: skip
    assert missed(answers, {}) == []  # an office that takes no files misses none


def missed(answers: dict[str, dict[str, str]], sent: dict[str, set[str]]) -> list[tuple[str, Remark]]:
    asked = evidence_questions(observe(TERM, answers), TERM, None, sent)
    return [(school_id, remark) for school_id, remark in asked if remark.code == "evidence_not_sent"]


@pytest.mark.parametrize(
    "text",
    ["https://truong.vn/2021/5.10.2021/anh", "Số 05/10/2021/QĐ-TH", "31/02/2021", "năm 2021", "12/KH-TH"],
)
def test_what_is_no_day_of_a_document_is_not_asked_about(text: str) -> None:
    codes = [code for _, code, _ in asked({"s0": {"q4725_1_3_1.evidence": text}})]
    assert "evidence_other_period" not in codes


def test_where_nobody_answered_in_words_nothing_is_asked() -> None:
    assert asked({"s0": {"pupils_count.total": 200}}) == []
