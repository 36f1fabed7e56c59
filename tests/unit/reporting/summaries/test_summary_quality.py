"""Quality: findings folded by check, cells accounted for, opinions counted without personal marks."""

from __future__ import annotations

import pandas as pd
import pytest

from termreview.reference.declarations import Reference
from termreview.reference.texts.opinions import OpinionGroup, OpinionGroups
from termreview.reporting.summaries.quality import (
    HIDDEN,
    LONGEST_QUOTE,
    cell_account,
    file_fates,
    findings_by_cause,
    opinions,
    schools_writing,
    sentences_of,
)
from termreview.reporting.term.answers import spread_answers
from termreview.reporting.term.schools import expected_schools
from worlds import observe, term_of

GROUPS = OpinionGroups(94.0, ("không", "chưa"))


def test_findings_fold_by_check_errors_first_widest_first() -> None:
    rows = [
        ("1", "a", "note", "s1"), ("2", "b", "error", "s1"), ("3", "b", "error", "s1"), ("4", "c", "error", "s1"),
        ("5", "c", "error", "s2"),
    ]  # fmt: skip
    findings = pd.DataFrame(rows, columns=["finding_id", "check_code", "severity", "school_id"])
    folded = findings_by_cause(findings.assign(file="f", remedy="sửa"), {"b": "Phép kiểm tra b"})
    assert folded["check_code"].tolist() == ["c", "b", "a"]
    assert folded["finding_count"].tolist() == [2, 2, 1]
    assert folded["school_count"].tolist() == [2, 1, 1]
    assert folded["title"].tolist() == ["c", "Phép kiểm tra b", "a"]


def test_cells_are_accounted_for_and_a_gap_is_shown() -> None:
    files = pd.DataFrame(
        [("accepted", 100, 80, 5, 2, 13), ("accepted", 50, 40, 5, 0, 4), ("refused", 9, 0, 0, 0, 0)],
        columns=["fate", "cells_total", "cells_used", "cells_flagged", "cells_unowned", "cells_ignored"],
    )
    account = cell_account(files).iloc[0]
    assert (account["file_count"], account["total_count"], account["gap_count"]) == (2, 150, 1)
    assert account["unowned_count"] == 2


def test_opinions_of_one_wording_are_counted_once_and_personal_marks_taken_out(reference: Reference) -> None:
    schools = ["0477201", "0477202", "0477203"]
    term = term_of(reference, schools=schools)
    answers = {
        "0477201": {"difficulties": "Thiếu máy tính; liên hệ 0905 123 456 hoặc a.b@truong.edu.vn"},
        "0477202": {"difficulties": "Đường truyền yếu."},
        "0477203": {"difficulties": "đường truyền  yếu"},
    }
    spread = spread_answers(observe(term, answers), term)
    folded = opinions(spread, expected_schools(term, reference.registry), ("difficulties",), OpinionGroups())
    assert folded["school_count"].tolist() == [2, 1]
    assert folded["text"].tolist()[1] == f"Thiếu máy tính; liên hệ {HIDDEN} hoặc {HIDDEN}"


def test_opinions_are_counted_by_what_they_say_and_each_school_once(reference: Reference) -> None:
    """Five schools, by hand: the money stands in four answers, one of them twice and one with a slip of the pen."""
    schools = ["0477201", "0477202", "0477203", "0477204", "0477205"]
    term = term_of(reference, schools=schools)
    money, line = "Kinh phí mua sắm, sửa chữa thiết bị còn hạn chế.", "Đường truyền Internet chưa ổn định."
    answers = {
        "0477201": {"difficulties": f"{money} {line}"},
        "0477202": {"difficulties": money},
        "0477203": {"difficulties": f"- {money.upper()}\n- {money}"},
        "0477204": {"difficulties": "1. Kinh phí mua sắm, sửa chữa thiết bi còn hạn chế\n2. " + line},
        "0477205": {"difficulties": "Thiếu 2 máy tính. Thiếu 3 máy tính."},
    }
    folded = opinions(spread_answers(observe(term, answers), term), expected_schools(term, reference.registry), ("difficulties",), GROUPS)  # fmt: skip
    found = dict(zip(folded["text"], folded["school_count"], strict=True))
    assert found == {money: 4, line: 2, "Thiếu 2 máy tính.": 1, "Thiếu 3 máy tính.": 1}
    assert schools_writing(folded, "difficulties") == 5


def test_opinions_that_say_the_same_are_one_whatever_the_order_of_words_and_the_unit_named(
    reference: Reference,
) -> None:
    """By hand: the first two differ in order, the next two in the commune, the last in a denial and in a number."""
    schools = ["0477201", "0477202", "0477203", "0477204", "0477205"]
    term = term_of(reference, schools=schools)
    answers = {
        "0477201": {"proposals": "Đề nghị hỗ trợ kinh phí sửa chữa, mua sắm thiết bị dạy học cho nhà trường."},
        "0477202": {"proposals": "Đề nghị hỗ trợ kinh phí mua sắm, sửa chữa thiết bị dạy học cho nhà trường"},
        "0477203": {"proposals": "Đề nghị UBND xã Đông Sơn tuyên truyền. Mạng Internet của trường đã ổn định, không mất kết nối."},
        "0477204": {"proposals": "Đề nghị UBND xã Phú Lâm tuyên truyền. Mạng Internet của trường đã ổn định, mất kết nối."},
        "0477205": {"proposals": "Nhờ xã tuyên truyền giúp."},
    }  # fmt: skip
    group = OpinionGroup("proposals", "tuyên truyền", "communes", ("Đề nghị UBND xã An Lộc tuyên truyền.", "Nhờ xã tuyên truyền giúp."))  # fmt: skip
    groups = OpinionGroups(94.0, ("không", "chưa"), {"communes": "UBND các xã"}, (group,))
    names = [unit.name for unit in reference.registry.units]
    found = opinions(spread_answers(observe(term, answers), term), expected_schools(term, reference.registry), ("proposals",), groups, names)  # fmt: skip
    told = found[["text", "addressee", "school_count"]].values.tolist()
    assert told[:2] == [
        ["tuyên truyền", "communes", 3],
        ["Đề nghị hỗ trợ kinh phí sửa chữa, mua sắm thiết bị dạy học cho nhà trường.", "", 2],
    ]
    assert [count for *_, count in told[2:]] == [1, 1], "a denial makes another sentence"
    assert found["is_named"].tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Thiếu máy. Mạng yếu!", ["Thiếu máy.", "Mạng yếu!"]),
        ("Trường ở TP. Huế. Mạng yếu", ["Trường ở TP. Huế.", "Mạng yếu"]),
        ("Hết hạn từ tháng 3/2024, chưa gia hạn.", ["Hết hạn từ tháng 3/2024, chưa gia hạn."]),
        ("a) Thiếu máy\n\n+ Mạng yếu\n .", ["Thiếu máy", "Mạng yếu"]),
        ("đạt 94.5 % số máy. còn lại hỏng", ["đạt 94.5 % số máy. còn lại hỏng"]),
    ],
)
def test_an_answer_is_split_where_a_sentence_ends(text: str, told: list[str]) -> None:
    assert sentences_of(text) == told


def test_a_long_opinion_is_shortened_at_a_word(reference: Reference) -> None:
    term = term_of(reference, schools=["0477201"])
    spread = spread_answers(observe(term, {"0477201": {"proposals": "kiến nghị " * 60}}), term)
    text = opinions(spread, expected_schools(term, reference.registry), ("proposals",), GROUPS)["text"][0]
    assert len(text) <= LONGEST_QUOTE + 1
    assert text.endswith("nghị…")


def test_one_workbook_of_two_schools_is_one_file_and_two_returns() -> None:
    files = pd.DataFrame(
        [
            ("gộp.xlsx", "1", "accepted", None, 60, 50, 5, 0, 5),
            ("gộp.xlsx", "2", "accepted", None, 40, 30, 0, 3, 7),
            ("gộp.xlsx", "3", "refused", "unknown_school", 7, 0, 0, 0, 0),
            ("a.xlsx", "4", "accepted", None, 50, 40, 5, 0, 5),
        ],
        columns=["file", "submission_id", "fate", "reason_code", "cells_total", "cells_used", "cells_flagged", "cells_unowned",
                 "cells_ignored"],
    )  # fmt: skip
    account = cell_account(files).iloc[0]
    assert (account["file_count"], account["total_count"], account["gap_count"]) == (2, 150, 0)
    assert file_fates(files).values.tolist() == [
        ["accepted", "", 2, 3],
        ["refused", "unknown_school", 1, 1],
    ]
