"""One school's files: which of them counts."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from intake_world import PRIMARY, SECONDARY, clean_folder, school, write_school

from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.files.revisions import Fate, decide_fates
from termreview.intake.received.received import ReceivedFile

DAY = datetime.date(2024, 1, 5)


def reading(
    name: str, school_id: str | None = "A", day: int = 0, content: str = "", refusal: str | None = None
) -> FileReading:
    sha256 = content or name
    file = ReceivedFile(name, Path(name), DAY + datetime.timedelta(days=day), sha256, 1)
    return FileReading(file, school_id=school_id, refusal=refusal)


def fates(*readings: FileReading) -> list[tuple[str, str | None]]:
    return [(fate.fate, fate.reason) for fate in decide_fates(readings)]


def test_one_readable_file_is_accepted() -> None:
    assert decide_fates([reading("a")]) == [Fate("A", "accepted", None, 1)]


def test_the_last_readable_file_counts() -> None:
    found = decide_fates([reading("a"), reading("b", day=1), reading("c", day=2)])
    assert [(fate.fate, fate.by, fate.revision) for fate in found] == [
        ("superseded", "c", 1),
        ("superseded", "c", 2),
        ("accepted", None, 3),
    ]


def test_a_refused_file_replaces_nothing() -> None:
    assert fates(reading("a"), reading("b", day=1, refusal="truncated")) == [
        ("accepted", None),
        ("refused", "truncated"),
    ]


def test_the_same_bytes_again_are_a_duplicate_and_not_a_revision() -> None:
    found = decide_fates([reading("a", content="x"), reading("b", day=1, content="x")])
    assert [(fate.fate, fate.reason, fate.by) for fate in found] == [
        ("accepted", None, None),
        ("superseded", "duplicate_file", "a"),
    ]
    assert found[0].tied_with is None


def test_two_files_of_one_day_are_a_tie_that_is_named() -> None:
    found = decide_fates([reading("a"), reading("b"), reading("c")])
    assert found[2] == Fate("A", "accepted", None, 3, tied_with="a; b")


def test_a_refused_file_of_the_same_day_is_no_tie() -> None:
    assert decide_fates([reading("a", refusal="damaged"), reading("b")])[1].tied_with is None


def test_files_without_a_school_are_refused_each() -> None:
    lost = [reading("a", None, refusal="empty_file"), reading("b", None, content="a", refusal="empty_file")]
    assert fates(*lost) == [("refused", "empty_file"), ("refused", "empty_file")]


FILES = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", None]),
        st.integers(0, 3),
        st.sampled_from("xyz"),
        st.sampled_from([None, None, "damaged"]),
    ),
    max_size=12,
)


@given(FILES)
def test_each_file_has_one_fate_and_each_school_at_most_one_accepted_file(
    files: list[tuple[str | None, int, str, str | None]],
) -> None:
    readings = [
        reading(
            f"{number:02}", school_id, day,
            # The same bytes read the same way.
            f"{school_id}{content}{refusal}", refusal or (None if school_id else "unknown_school"),
        )
        for number, (school_id, day, content, refusal) in enumerate(sorted(files, key=lambda file: file[1]))
    ]  # fmt: skip
    found = decide_fates(readings)
    assert len(found) == len(readings)
    for school_id in ("A", "B"):
        own = [pair for pair in zip(readings, found, strict=True) if pair[0].school_id == school_id]
        accepted = [fate for _, fate in own if fate.fate == "accepted"]
        readable = [entry for entry, _ in own if entry.refusal is None]
        assert len(accepted) == bool(readable)
        assert sorted(fate.revision for _, fate in own) == list(range(1, len(own) + 1))
    assert all(fate.reason for fate in found if fate.fate != "accepted")


def answering(name: str, school_id: str, answers: str, count: int = 100, day: int = 0) -> FileReading:
    found = reading(name, school_id, day)
    found.answers_sha256, found.answered_count = answers, count
    return found


def test_a_file_saved_anew_with_the_same_answers_is_a_duplicate() -> None:
    first, again = answering("a", "A", "x"), answering("b", "A", "x", day=3)
    found = decide_fates([first, again])
    assert [(fate.fate, fate.reason, fate.by) for fate in found] == [
        ("accepted", None, None),
        ("superseded", "duplicate_file", "a"),
    ]


def test_a_file_saved_anew_without_what_was_wrong_with_it_is_a_revision() -> None:
    first, again = answering("a", "A", "x"), answering("b", "A", "x", day=3)
    first.remarks.append(Remark("row_moved", "row_moved"))
    assert [fate.fate for fate in decide_fates([first, again])] == ["superseded", "accepted"]


def test_an_earlier_version_saved_anew_does_not_win_over_its_correction_and_is_asked_about() -> None:
    chain = [answering(name, "A", said, day=day) for day, (name, said) in enumerate(["ax", "by", "cx"])]
    chain[2].cells_total = 99
    found = decide_fates(chain)
    assert [(fate.fate, fate.by) for fate in found] == [
        ("superseded", "b"),
        ("accepted", None),
        ("superseded", "a"),
    ]
    assert found[1].sent_again == "c"


def test_an_earlier_version_sent_again_with_the_same_bytes_is_asked_about_too() -> None:
    chain = [reading("a", content="x"), reading("b", day=1), reading("c", day=2, content="x")]
    assert [(fate.fate, fate.sent_again) for fate in decide_fates(chain)] == [
        ("superseded", None), ("accepted", "c"), ("superseded", None),
    ]  # fmt: skip


def test_an_earlier_version_that_came_before_the_last_correction_is_not_asked_about() -> None:
    chain = [answering(name, "A", said, day=day) for day, (name, said) in enumerate(["ax", "by", "cx", "dz"])]
    assert [fate.sent_again for fate in decide_fates(chain)] == [None] * 4


def test_the_last_version_sent_twice_is_not_asked_about() -> None:
    chain = [answering(name, "A", said, day=day) for day, (name, said) in enumerate(["ax", "by", "cy"])]
    assert [(fate.fate, fate.sent_again) for fate in decide_fates(chain)] == [
        ("superseded", None), ("accepted", None), ("superseded", None),
    ]  # fmt: skip


def test_two_schools_with_the_same_answers_are_both_asked() -> None:
    pair = [answering("a", "A", "x"), answering("b", "B", "x"), answering("c", "C", "y")]
    decide_fates(pair)
    assert [[(remark.code, remark.found) for remark in one.remarks] for one in pair] == [
        [("same_answers_two_schools", "b")],
        [("same_answers_two_schools", "a")],
        [],
    ]


def test_nearly_empty_forms_are_not_alike() -> None:
    pair = [answering("a", "A", "x", 19), answering("b", "B", "x", 19)]
    decide_fates(pair)
    assert pair[0].remarks == pair[1].remarks == []


def test_many_long_texts_in_common_are_asked_about() -> None:
    one, other, third = (answering(name, name.upper(), name) for name in "abc")
    one.long_texts = other.long_texts = ["1", "2", "3", "4", "5"]
    third.long_texts = ["1", "2", "3", "4"]
    decide_fates([one, other, third])
    assert [(remark.code, remark.found, remark.expected) for remark in one.remarks] == [
        ("same_evidence_two_schools", "b", "5")
    ]
    assert [remark.found for remark in other.remarks] == ["a"]
    assert third.remarks == []


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_file_sent_under_the_code_of_another_school_is_asked_about(tmp_path: Path, is_alone: bool) -> None:
    """The form says whose it is; the name says whose it was sent as: both are told, neither is believed alone."""
    if not is_alone:
        write_school(tmp_path / f"{PRIMARY}_BC.xlsx", PRIMARY)
    write_school(tmp_path / f"{SECONDARY}_BC.xlsx", PRIMARY)
    cleaned = clean_folder(tmp_path)
    (query,) = cleaned.findings[cleaned.findings["check_code"] == "named_for_other_school"].itertuples()
    assert (query.severity, query.file, query.school_id) == ("query", f"{SECONDARY}_BC.xlsx", PRIMARY)
    assert school(SECONDARY).name in query.message
    assert school(PRIMARY).name in query.message
    assert set(cleaned.submissions["school_id"]) == {PRIMARY}
    silent = cleaned.findings[cleaned.findings["check_code"] == "not_submitted"]["school_id"]
    assert SECONDARY in set(silent)
