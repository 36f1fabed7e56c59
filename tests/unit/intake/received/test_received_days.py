"""One received file and its day: a slip of the pen, another name and a file taken away are told, never guessed over."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from intake_world import HK1, PRESCHOOL, PRIMARY, write_school

import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.errors import UsageError
from termreview.intake.clean import clean_term
from termreview.intake.later_files import later_days, later_text, parse_later
from termreview.intake.received import received_list
from termreview.intake.received.received import (
    FIRST_SEEN,
    RECEIVED_LIST,
    list_received,
    received_window,
    record_first_seen,
    record_received,
)
from termreview.intake.received_notices import AbsentFile, absent_files, received_notices
from termreview.reference.declarations import Reference
from termreview.reference.loading.list_file import ListFile, parse_list

DUE_ON, AS_OF = datetime.date(2024, 1, 10), datetime.date(2024, 1, 20)
FIRST, SECOND = PRESCHOOL, PRIMARY


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(name.encode())


def listed(folder: Path, *lines: str) -> None:
    (folder / RECEIVED_LIST).write_text("\n".join(["file,received_on,note", *lines, ""]), encoding="utf-8")


@pytest.mark.parametrize(
    ("day", "counted", "stands"),
    [
        ("2042-01-05", AS_OF, False),
        ("1924-01-05", AS_OF, False),
        ("2023-01-05", AS_OF, False),  # the year before, in January of the new one
        ("2025-01-05", AS_OF, False),
        ("2023-10-01", datetime.date(2023, 10, 1), True),
        ("2024-01-20", AS_OF, True),
    ],
)
def test_a_day_years_off_does_not_make_a_school_silent(
    tmp_path: Path, reference: Reference, day: str, counted: datetime.date, stands: bool
) -> None:
    write_school(tmp_path / f"{FIRST}.xlsx", FIRST)
    listed(tmp_path, f"{FIRST}.xlsx,{day},")
    window = received_window(reference.calendar.plan(HK1))
    files = list_received(tmp_path, AS_OF, AS_OF, window)
    cleaned = clean_term(files, reference, HK1)
    (sent,) = cleaned.submissions.to_dict("records")
    assert (sent["fate"], sent["school_id"]) == ("accepted", FIRST)
    assert sent["received_on"].date() == counted
    told = cleaned.findings[cleaned.findings["check_code"] == "day_impossible"]
    assert told["file"].tolist() == ([] if stands else [f"{FIRST}.xlsx"])
    assert told["found"].tolist() == ([] if stands else [f"{datetime.date.fromisoformat(day):%d/%m/%Y}"])


def test_a_renamed_file_of_an_on_time_school_keeps_its_day(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx")
    listed(tmp_path, "a.xlsx,2024-01-05,", "b.xlsx,2024-01-06,")
    record_first_seen(tmp_path, list_received(tmp_path, AS_OF))
    (tmp_path / "a.xlsx").rename(tmp_path / "0477101 a.xlsx")
    put(tmp_path, "c.xlsx")
    files = list_received(tmp_path, AS_OF)
    assert [(file.name, file.received_on.isoformat(), file.renamed_from) for file in files] == [
        ("0477101 a.xlsx", "2024-01-05", "a.xlsx"),
        ("b.xlsx", "2024-01-06", ""),
        ("c.xlsx", "2024-01-20", ""),
    ]
    assert absent_files(tmp_path, files) == []
    assert record_received(tmp_path, files, "trước là {name}") == 2
    text = (tmp_path / RECEIVED_LIST).read_text(encoding="utf-8-sig")
    assert "0477101 a.xlsx,2024-01-05,trước là a.xlsx\n" in text
    assert absent_files(tmp_path, list_received(tmp_path, AS_OF)) == []


def test_a_copy_of_a_file_that_is_still_there_is_a_file_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx")
    listed(tmp_path, "a.xlsx,2024-01-05,")
    record_first_seen(tmp_path, list_received(tmp_path, AS_OF))
    (tmp_path / "copy.xlsx").write_bytes((tmp_path / "a.xlsx").read_bytes())
    assert [(file.name, file.received_on, file.renamed_from) for file in list_received(tmp_path, AS_OF)] == [
        ("a.xlsx", datetime.date(2024, 1, 5), ""),
        ("copy.xlsx", AS_OF, ""),
    ]


def test_a_file_that_was_taken_away_is_named(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", "b.xlsx", "lần 2.xlsx", "never listed.xlsx")
    (tmp_path / "b.xlsx").write_bytes(b"a.xlsx")
    listed(tmp_path, "a.xlsx,2024-01-05,", "b.xlsx,2024-01-08,", "lần 2.xlsx,2024-01-05,")
    record_first_seen(tmp_path, list_received(tmp_path, AS_OF))
    for name in ("b.xlsx", "lần 2.xlsx", "never listed.xlsx"):
        (tmp_path / name).unlink()
    assert absent_files(tmp_path, list_received(tmp_path, AS_OF)) == [
        AbsentFile("b.xlsx", datetime.date(2024, 1, 8), "a.xlsx"),
        AbsentFile("lần 2.xlsx", datetime.date(2024, 1, 5)),
        AbsentFile("never listed.xlsx", None),
    ]


def test_names_that_differ_by_case_alone_or_print_alike_are_files_of_their_own(tmp_path: Path) -> None:
    names = [
        b"A.xlsx",
        b"a.xlsx",
        "Hòa.xlsx".encode(),
        "Ho\u0300a.xlsx".encode(),
        b"x\xff.xlsx",
        b"x\xfe.xlsx",
    ]
    for name in names:
        try:
            Path(tmp_path / name.decode("utf-8", "surrogateescape")).write_bytes(name)
        except (OSError, UnicodeError):
            pytest.skip("the system takes no such names")
    if len(list(tmp_path.iterdir())) < len(names):
        pytest.skip("the system takes two such names for one")
    files = list_received(tmp_path, AS_OF)
    assert len({file.name for file in files}) == len({file.submission_id for file in files}) == len(names)
    record_received(tmp_path, files)
    later = list_received(tmp_path, AS_OF + datetime.timedelta(days=9))
    assert {file.name: file.received_on for file in later} == {file.name: AS_OF for file in files}


@pytest.mark.parametrize("name", [" a.xlsx", "a.xlsx ", "\u00a0a .xlsx"])
def test_a_name_with_white_space_around_it_keeps_its_day(tmp_path: Path, name: str) -> None:
    try:
        put(tmp_path, name)
    except OSError:
        pytest.skip("the system takes no such names")
    assert record_received(tmp_path, list_received(tmp_path, AS_OF)) == 1
    later = list_received(tmp_path, AS_OF + datetime.timedelta(days=9))
    assert [file.received_on for file in later] == [AS_OF]
    assert record_received(tmp_path, later) == 0
    assert absent_files(tmp_path, later) == []


def test_status_tells_of_each_file_with_an_odd_day_and_of_each_that_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = new_workspace(tmp_path / "office")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    write_school(raw / f"{FIRST}.xlsx", FIRST)
    write_school(raw / f"{SECOND}.xlsx", SECOND)
    listed(raw, f"{FIRST}.xlsx,2024-01-25,", f"{SECOND}.xlsx,2042-01-05,", "0477103.xlsx,2024-01-06,")
    assert cli.main(["--root", str(workspace.root), "status", "2023-2024-hk1", "--as-of", "2024-01-20"]) == 0
    said = capsys.readouterr().out
    silent = said.partition("Chưa nộp (")[2].partition("\n\n")[0]
    assert silent.startswith("53)")
    assert FIRST not in silent
    assert SECOND not in silent
    assert "chưa nộp 53 · ngày nhận ghi sau ngày tính 1" in said
    assert f"Đã có tệp {FIRST}.xlsx, ghi nhận ngày 25/01/2024, sau ngày 20/01/2024: chưa tổng hợp" in said
    assert f"  {SECOND}.xlsx (ghi nhận ngày 05/01/2042)" in said
    assert "1 tệp đã nhận không còn trong thư mục của kỳ" in said
    assert "  0477103.xlsx (ghi nhận ngày 06/01/2024)" in said


def test_a_list_saved_by_another_program_is_read_with_a_note_in_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = new_workspace(tmp_path / "office")
    folder = office.raw(HK1)
    folder.mkdir(parents=True)
    write_school(folder / f"{FIRST}.xlsx", FIRST)
    text = f"file\treceived_on\tnote\r\n{FIRST}.xlsx\t15/01/2024\t\r\n"
    (folder / RECEIVED_LIST).write_bytes(text.encode("utf-16"))
    assert cli.main(["--root", str(office.root), "status", str(HK1.term_id), "--as-of", "2024-01-20"]) == 0
    shown = capsys.readouterr().out
    notes = [line for line in shown.splitlines() if line.startswith(f"{RECEIVED_LIST}: ")]
    assert any("UTF-16" in note for note in notes), notes
    assert any("ngày" in note for note in notes), notes


def test_one_parse_of_the_list_serves_days_notices_and_what_is_gone(
    tmp_path: Path, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []

    def counted(content: bytes, *columns: object, **how: object) -> ListFile:
        parsed.append(content)
        return parse_list(content, ("file", "received_on"), is_by_hand=True)

    monkeypatch.setattr(received_list, "parse_list", counted)
    put(tmp_path, "a.xlsx")
    (tmp_path / RECEIVED_LIST).write_text(
        f"file;received_on;note\na.xlsx;08/01/2024;\n{tmp_path.name}.xlsx;2024-01-09;\n", encoding="utf-8"
    )
    files = list_received(tmp_path, AS_OF)
    words = reference.provenance["notices"]
    told = list(received_notices(tmp_path, files, AS_OF, words))
    assert any(tmp_path.name in line for line in told)
    assert any("received.csv" in line for line in told)
    assert record_received(tmp_path, files) == 0
    assert len(parsed) == 1
    listed(tmp_path, "a.xlsx,2024-01-07,")
    assert list_received(tmp_path, AS_OF)[0].received_on == datetime.date(2024, 1, 7)
    assert len(parsed) == 2


def test_a_name_of_a_person_that_an_earlier_run_noted_is_that_of_the_same_file(tmp_path: Path) -> None:
    put(tmp_path, "Nguyen Van An.xlsx")
    files = list_received(tmp_path, AS_OF)
    (tmp_path / FIRST_SEEN).write_text(json.dumps({"Nguyen Van An.xlsx": "0" * 64}), encoding="utf-8")
    assert absent_files(tmp_path, files) == []
    assert [(changed.name, changed.first_sha256) for changed in record_first_seen(tmp_path, files)] == [
        (files[0].name, "0" * 64)
    ]


def test_a_school_whose_file_has_a_later_day_is_told_with_that_day(
    tmp_path: Path, reference: Reference
) -> None:
    write_school(tmp_path / f"{FIRST}.xlsx", FIRST)
    write_school(tmp_path / f"{SECOND}.xlsx", SECOND)
    listed(tmp_path, f"{FIRST}.xlsx,2024-01-08,", f"{SECOND}.xlsx,2024-01-22,")
    days = later_days(tmp_path, AS_OF, HK1, reference)
    assert days == {SECOND: "22/01/2024"}
    assert parse_later(later_text(days)) == days
    assert later_days(tmp_path, datetime.date(2024, 1, 22), HK1, reference) == {}
    files = list_received(tmp_path, AS_OF, AS_OF, received_window(reference.calendar.plan(HK1)))
    findings = clean_term(files, reference, HK1, later=days).findings
    silent = findings[findings["check_code"] == "not_submitted"].set_index("school_id")["found"].fillna("")
    assert silent[SECOND] == "22/01/2024"
    assert set(silent.drop(SECOND)) == {""}


@pytest.mark.parametrize("text", ["0477101", "0477101:", ":12/01/2024"])
def test_a_later_day_without_its_school_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="ghi mã trường và ngày"):
        parse_later(text)
