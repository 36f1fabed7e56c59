"""One cell in which a school says in its own words that it has not: a status, a choice, a document, a piece of evidence."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from intake_world import HK1, SECONDARY, answers_of, clean_folder, declared, receive, reference, write_school

from termreview.intake.files.reader import Question, Reader
from termreview.intake.values.value_reading import Reading
from termreview.intake.values.values import read_value
from termreview.scoring.score import score_term
from termreview.spreadsheets.workbook import Cell
from termreview.text import NOTHING_WORDS, unaccented

EVIDENCE, NUMBER, OPINION = "q4725_1_3_1.evidence", "online_plan.number", "difficulties"


@cache
def questions() -> dict[str, Question]:
    return {
        question.field_id: question for question in Reader(declared(), reference().registry).questions["thcs"]
    }


def read(field_id: str, text: str) -> Reading:
    question = questions()[field_id]
    return read_value(question.field, Cell(text, text, "text"), "", question.choices)


def codes(reading: Reading) -> list[str]:
    return [flag.code for flag in reading.flags]


@pytest.mark.parametrize(
    "text", ["Chưa", "không", "CHƯA CÓ", "Chưa thực hiện.", "ko", "Chưa triển khai", "Chưa làm"]
)
def test_a_status_of_not_is_asked_about_as_not_started(text: str) -> None:
    reading = read("plan_status", text)
    assert (reading.state, reading.text) == ("answered", "not_started")
    assert codes(reading) == ([] if text == "Chưa thực hiện." else ["choice_assumed"])


def test_a_choice_of_not_is_asked_about_as_the_option_that_says_so() -> None:
    assert read("platform_main", "Không").text == "none"
    assert codes(read("online_tests_phase", "Chưa thực hiện")) == ["choice_assumed"]


@pytest.mark.parametrize("field_id", ["plan_status", "has_wifi", "platform_main"])
@pytest.mark.parametrize("text", ["-", "–", "—", "không phát sinh"])
def test_a_dash_in_a_list_is_asked(field_id: str, text: str) -> None:
    reading = read(field_id, text)
    assert (reading.state, codes(reading)) == ("unreadable", ["choice_unclear"])


NOT_THERE = [
    "chưa có quyết định", "Chưa có minh chứng", "đang cập nhật", "sẽ bổ sung", "Chưa ban hành", "đang dự thảo",
    "Đang trình ký", "không ban hành", "Chưa ban hành kế hoạch năm học", "Kế hoạch đang được xây dựng", "dang cap nhat",
    "Đang dự thảo quyết định, sẽ ban hành sau", "Chưa có (sẽ bổ sung trước 30/6)", "Trường chưa có văn bản",
    "chưa thực hiện", "Chờ phê duyệt", "Đang hoàn thiện hồ sơ.", "Không có minh chứng",
]  # fmt: skip
UNNAMED = ["x", "X", "v", ".", "0", "...", "?", "Có", "đã có", "Đã ban hành", "✓", "(có)"]
THERE = [
    "12/KH-PM", "Kế hoạch số 48/KH-TH ngày 20/10/2023", "25", "https://pm.edu.vn/chua-co", "1/QĐ",
    "Sổ theo dõi học sinh chưa có tài khoản", "Hồ sơ đang lưu tại văn phòng", "Quyết định 25/QĐ-TH (chưa có dấu)",
    "Đang dùng VNPT, hợp đồng 12/2023/HĐ", "Chứa trong hồ sơ số 3", "Ảnh chụp màn hình", "Số 25", "K12Online",
]  # fmt: skip


@pytest.mark.parametrize("field_id", [EVIDENCE, NUMBER, "plan_number", "cds_plan.link"])
@pytest.mark.parametrize("text", NOT_THERE)
def test_a_document_that_the_school_has_not_is_not_had(field_id: str, text: str) -> None:
    reading = read(field_id, text)
    assert (reading.state, codes(reading)) == ("nothing_to_report", ["document_absent"])


@pytest.mark.parametrize("field_id", [EVIDENCE, NUMBER])
@pytest.mark.parametrize("text", UNNAMED)
def test_a_document_without_a_name_is_asked(field_id: str, text: str) -> None:
    reading = read(field_id, text)
    assert (reading.state, codes(reading)) == ("unreadable", ["document_unnamed"])


@pytest.mark.parametrize("text", THERE)
def test_a_named_document_stands_whatever_else_is_said(text: str) -> None:
    assert (read(EVIDENCE, text).state, codes(read(EVIDENCE, text))) == ("answered", [])


@pytest.mark.parametrize("text", ["Chưa có kế hoạch", "Đang xây dựng kế hoạch", "Không có văn bản"])
def test_an_opinion_is_a_sentence_and_no_document(text: str) -> None:
    assert read(OPINION, text).text == text


ABSENCE = declared().form.absence


@given(
    st.sampled_from((*ABSENCE.denials, *ABSENCE.pending)),
    st.lists(st.sampled_from(ABSENCE.words), min_size=1, max_size=5),
    st.sampled_from([str.lower, str.upper, str.capitalize, unaccented]),
    st.sampled_from([" ", "  ", ", ", " – "]),
)
def test_no_text_of_words_of_absence_is_a_document(opens: str, words: list[str], spelled, sign: str) -> None:  # type: ignore[no-untyped-def]
    assert read(EVIDENCE, spelled(sign.join([opens, *words]))).state != "answered"


def test_one_phrase_down_a_whole_column_is_one_question(tmp_path: Path) -> None:
    said = answers_of(SECONDARY)
    documents = [name for name in said if name.endswith(".evidence")]
    said |= dict.fromkeys(documents, "đang cập nhật") | {documents[0]: "chưa ban hành"}
    write_school(tmp_path / f"{SECONDARY}.xlsx", SECONDARY, HK1.term_id, said)
    cleaned = clean_folder(tmp_path)
    found = cleaned.findings[cleaned.findings["check_code"] == "document_absent"]
    assert list(found["found"]) == ["chưa ban hành", "đang cập nhật"]
    assert f"và {len(documents) - 2} chỉ tiêu khác" in found["message"].iloc[1]
    own = cleaned.observations[cleaned.observations["field_id"].isin(documents)]
    assert set(own.loc[own["school_id"] == SECONDARY, "state"]) == {"nothing_to_report"}


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([*NOT_THERE, *UNNAMED, *NOTHING_WORDS]))
def test_no_level_and_no_condition_comes_of_documents_that_are_not_there(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said = answers_of(SECONDARY)
        documents = [name for name in said if questions()[name].field.names_document]
        write_school(
            folder / f"{SECONDARY}.xlsx", SECONDARY, HK1.term_id, {**said, **dict.fromkeys(documents, text)}
        )
        receive(folder, {})
        cleaned = clean_folder(folder)
    scored = score_term(cleaned.observations, declared())
    scores = scored.scores[scored.scores["school_id"] == SECONDARY]
    assert set(scores["conditions"]) <= {"failed", "unknown"}
    assert scores["level_low"].max() == 1
    lines = scored.ledger[(scored.ledger["school_id"] == SECONDARY) & (scored.ledger["rule_kind"] == "claim")]
    assert len(lines)
    assert not (lines["reason"] == "claimed").any()
    assert {"document_absent", "document_unnamed", "nothing_to_report_word"} & set(
        cleaned.findings["check_code"]
    )
