"""A machine that is slow, or out of memory, is no fault of a file: what it did not read is read by the next run."""

from __future__ import annotations

import datetime
import errno
import os
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pandas as pd
import pytest
import slow_readers
from intake_world import HK1, ON_TIME, PRIMARY, SECONDARY, receive, reference, write_school
from returned_world import plan
from test_reminders import AS_OF, DUE_ON, counts, reporting
from test_workbook_legacy import number, xls

import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.coded_text import CodedText
from termreview.intake.batches.reading_cache import ReadingCache
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.files.reader import Reader
from termreview.intake.received.received import NOTHING_READ, ReceivedFile, list_received
from termreview.returns.reminders import reminder_list
from termreview.run.manifest import TABLES, describe_outputs, is_up_to_date
from termreview.spreadsheets import older_formats
from termreview.spreadsheets.older_formats import Read, read_in_child
from termreview.spreadsheets.packages.guard import NOT_OPENED, Limits, RefusedFile
from termreview.storage.atomic_files import write_json
from termreview.storage.output_paths import MANIFEST, OutputPaths

DAY = ON_TIME[HK1.term_id]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Read], Path]:
    """A small workbook, and a reader of it in the child process that does as told."""

    def make(read: Read) -> Path:
        monkeypatch.setattr(older_formats, "read_sheets", read)
        path = tmp_path / "a.xls"
        path.write_bytes(xls(number(0, 0, 7.0)))
        return path

    return make


def refusal_of(path: Path, limits: Limits) -> RefusedFile:
    with pytest.raises(RefusedFile) as refusal:
        read_in_child(path, "xls", limits)
    return refusal.value


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not bound the work of a process")
def test_a_reader_that_waits_for_others_longer_than_it_may_work_reads_on(
    book: Callable[[Read], Path],
) -> None:
    path = book(slow_readers.sleep_three_seconds)
    assert read_in_child(path, "xls", Limits(child_seconds=2)).sheets[0].cells[1, 1].value == 7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not bound the work of a process")
def test_a_file_that_takes_too_much_work_is_refused_as_such(book: Callable[[Read], Path]) -> None:
    found = refusal_of(book(slow_readers.burn), Limits(child_seconds=0.5))
    assert (found.reason, found.detail) == ("engine_failed", "việc đọc bị dừng sau 0.5 giây xử lý")


def test_a_reader_that_is_not_given_its_turn_is_the_machines_doing(book: Callable[[Read], Path]) -> None:
    found = refusal_of(book(slow_readers.sleep_long), Limits(child_wait_seconds=1.5))
    assert found.reason == NOT_OPENED
    assert found.detail == "máy bận việc khác nên sau 1.5 giây vẫn chưa đọc xong"


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_a_reader_that_the_system_ends_is_the_machines_doing(book: Callable[[Read], Path]) -> None:
    path = book(slow_readers.be_killed)
    assert refusal_of(path, Limits()).reason == NOT_OPENED


def test_a_process_that_cannot_be_started_is_the_machines_doing(
    book: Callable[[Read], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(process: BaseProcess) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(BaseProcess, "start", start)
    found = refusal_of(book(older_formats.read_sheets), Limits())
    assert found.reason == NOT_OPENED
    assert found.detail == CodedText("no_process", why="EAGAIN")


def busy(file: ReceivedFile) -> FileReading:
    remark = Remark(
        "refused_cannot_be_opened", "refused_cannot_be_opened", detail="the system ended the reading"
    )
    return FileReading(file, PRIMARY, NOT_OPENED, remarks=[remark])


def test_status_names_what_the_machine_did_not_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = new_workspace(tmp_path / "office")
    office.raw(HK1).mkdir(parents=True)
    (office.raw(HK1) / f"{PRIMARY}.xlsx").symlink_to(tmp_path / "gone.xlsx")
    assert cli.main(["--root", str(office.root), "status", HK1.term_id, "--as-of", "2024-01-15"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("1 tệp máy chưa đọc xong")]
    assert f"({PRIMARY}.xlsx)" in line
    assert not [line for line in lines if line.startswith(f"  {PRIMARY} ")]  # nothing is asked of the school


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for school_id in (PRIMARY, SECONDARY):
        write_school(folder / f"{school_id}.xlsx", school_id)
    receive(folder, {})
    return folder


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[str]]:
    """A reader that does not get round to one school the first times."""
    from termreview.intake.files.reading import read_file

    def make(times: int) -> list[str]:
        tried: list[str] = []

        def read(file: ReceivedFile, reader: Reader) -> FileReading:
            tried.append(file.name)
            is_late = PRIMARY in file.name and tried.count(file.name) <= times
            return busy(file) if is_late else read_file(file, reader)

        monkeypatch.setattr("termreview.intake.batches.batch.read_file", read)
        return tried

    return make


def clean(raw: Path, kept: ReadingCache | None = None) -> Cleaned:
    return clean_term(list_received(raw, DAY), reference(), HK1, kept=kept)


def test_what_was_not_read_is_tried_once_more_at_the_end(raw: Path, slow: Callable[[int], list[str]]) -> None:
    tried = slow(1)
    cleaned = clean(raw)
    assert tried == [f"{PRIMARY}.xlsx", f"{SECONDARY}.xlsx", f"{PRIMARY}.xlsx"]
    assert cleaned.submissions["fate"].tolist() == ["accepted", "accepted"]


def test_a_slow_moment_is_never_kept(raw: Path, slow: Callable[[int], list[str]], tmp_path: Path) -> None:
    tried = slow(2)
    kept = ReadingCache(tmp_path / "kept", "v1")
    assert clean(raw, kept).submissions["reason_code"].dropna().tolist() == [NOT_OPENED]
    assert clean(raw, kept).submissions["fate"].tolist() == ["accepted", "accepted"]
    assert tried.count(f"{SECONDARY}.xlsx") == 1


def test_a_school_is_not_asked_to_send_again_what_the_machine_did_not_read(
    raw: Path, slow: Callable[[int], list[str]]
) -> None:
    slow(99)
    found = clean(raw).findings.set_index("check_code").loc["refused_cannot_be_opened"]
    assert "Cơ quan nhận báo cáo chưa mở" in found["message"]
    assert "trường không phải gửi lại" in found["remedy"]
    assert PRIMARY not in [entry.school.unit_id for entry in plan(raw)[0]]
    schools = reporting(a="refused", b="refused")
    schools.loc[0, "refused_reason"] = NOT_OPENED
    listed = reminder_list(schools, counts(("a", 1, 0, 0), ("b", 1, 0, 0)), reference(), DUE_ON, AS_OF)
    assert listed["school_id"].tolist() == ["b"]


def test_a_copy_of_a_file_that_the_machine_did_not_read_counts(
    raw: Path, slow: Callable[[int], list[str]]
) -> None:
    slow(99)
    (raw / "ban sao.xlsx").write_bytes((raw / f"{PRIMARY}.xlsx").read_bytes())
    table = clean(raw).submissions.set_index("file")
    assert table.loc["ban sao.xlsx", "fate"] == "accepted"


@pytest.mark.parametrize(
    ("reason", "sha256", "is_left"),
    [
        (NOT_OPENED, "a" * 64, True),  # it was there when the files were listed
        (NOT_OPENED, NOTHING_READ, False),
        ("damaged", "a" * 64, False),
        (None, "a" * 64, False),
    ],
)
def test_a_run_that_could_not_read_a_file_is_not_the_last_word(
    tmp_path: Path, reason: str | None, sha256: str, is_left: bool
) -> None:
    output_paths = OutputPaths(tmp_path / "tables", tmp_path / "pages")
    output_paths.tables.mkdir()
    for name in TABLES:
        columns = {"file": ["a.xlsx"], "sha256": [sha256], "reason_code": pd.array([reason], "string")}
        pd.DataFrame(columns).to_parquet(output_paths.tables / f"{name}.parquet")
    made = describe_outputs(output_paths.tables, output_paths, tmp_path)
    write_json(output_paths.place(MANIFEST), {"as_of": str(datetime.date(2024, 1, 5))} | made)
    assert made.get("unread", []) == (["a.xlsx"] if is_left else [])
    assert is_up_to_date(output_paths, tmp_path, {"as_of": "2024-01-05"}) is not is_left
