"""Readings kept from the run before: the outcome is the same with them, without them, and with damaged ones."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from intake_world import (
    HK1,
    ON_TIME,
    PRESCHOOL,
    PRIMARY,
    SECONDARY,
    SUBMISSIONS,
    receive,
    reference,
    write_school,
)

from termreview.errors import RunError
from termreview.intake.batches.batch import FILE_ANSWERS, read_ahead, read_batches
from termreview.intake.batches.reading_cache import ReadingCache, find_reading
from termreview.intake.clean import Cleaned, clean_term, reader_of
from termreview.intake.files.file_reading import FileReading
from termreview.intake.files.reader import Reader
from termreview.intake.files.reading import read_file
from termreview.intake.received.received import ReceivedFile, list_received

DAY = ON_TIME[HK1.term_id]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    raw = tmp_path / "raw"
    raw.mkdir()
    for school_id in (PRESCHOOL, PRIMARY, SECONDARY):
        write_school(raw / f"{school_id}.xlsx", school_id)
    for name in ("truncated.xlsx", "web_page.xls", "decimal_comma.xlsx", "hidden_parts.xlsx", "macros.xlsm"):
        (raw / name).write_bytes((SUBMISSIONS / name).read_bytes())
    receive(raw, {})
    return raw


def clean(raw: Path, kept: ReadingCache | None, workers: int = 1) -> Cleaned:
    return clean_term(list_received(raw, DAY), reference(), HK1, workers=workers, kept=kept)


def kept_in(folder: Path, made_of: str = "v1") -> tuple[ReadingCache, list[tuple[int, int]]]:
    counted: list[tuple[int, int]] = []
    return ReadingCache(folder, made_of, lambda read, total: counted.append((read, total))), counted


def as_bytes(cleaned: Cleaned, folder: Path) -> list[bytes]:
    found = []
    for table in (cleaned.submissions, cleaned.observations, cleaned.findings):
        table.to_parquet(folder / "table.parquet", index=False)
        found.append((folder / "table.parquet").read_bytes())
    return found


def test_the_outcome_is_byte_identical_with_and_without(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("termreview.intake.batches.batch._FEWEST_FILES", 1)
    kept, counted = kept_in(tmp_path / "kept")
    expected = as_bytes(clean(folder, None), tmp_path)
    assert as_bytes(clean(folder, kept), tmp_path) == expected
    assert as_bytes(clean(folder, kept), tmp_path) == expected
    assert as_bytes(clean(folder, kept, workers=2), tmp_path) == expected
    assert counted == [(8, 8), (0, 8), (0, 8)]
    kept_by_two, counted = kept_in(tmp_path / "by two")
    assert as_bytes(clean(folder, kept_by_two, workers=2), tmp_path) == expected
    assert as_bytes(clean(folder, kept_by_two), tmp_path) == expected
    assert counted == [(8, 8), (0, 8)]


def test_only_what_changed_is_read_again(folder: Path, tmp_path: Path) -> None:
    kept, counted = kept_in(tmp_path / "kept")
    clean(folder, kept)
    write_school(folder / f"{PRIMARY}.xlsx", PRIMARY, changes={"computers_count": 77})
    (folder / "web_page.xls").rename(folder / "page.xls")
    receive(folder, {})
    after = clean(folder, kept)
    assert counted[-1] == (2, 8)
    pd.testing.assert_frame_equal(after.observations, clean(folder, None).observations)
    assert len(list((tmp_path / "kept").iterdir())) == 8, "readings of files that are gone are deleted"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files read, in their order."""
    found: list[str] = []

    def read(file: ReceivedFile, reader: Reader) -> FileReading:
        found.append(file.name)
        return read_file(file, reader)

    monkeypatch.setattr("termreview.intake.batches.batch.read_file", read)
    return found


def test_what_was_read_ahead_is_not_read_again(folder: Path, tmp_path: Path, reads: list[str]) -> None:
    kept, counted = kept_in(tmp_path / "kept")
    files = list_received(folder, DAY)
    read_ahead(files, reader_of(reference(), HK1), 1, kept)
    assert sorted(reads) == sorted(file.name for file in files)
    reads.clear()
    expected = as_bytes(clean(folder, None), tmp_path)
    reads.clear()
    assert as_bytes(clean(folder, kept), tmp_path) == expected
    assert (reads, counted) == ([], [(0, 8)])


def test_two_who_read_the_same_files_at_once_share_the_work(
    folder: Path, tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one has read its first two files, the other one read all: nothing but these two is read twice."""
    monkeypatch.setattr("termreview.intake.batches.batch._KEPT_AT_ONCE", 2)
    kept, _ = kept_in(tmp_path / "kept")
    files, told = list_received(folder, DAY), []

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            for path in kept.folder.iterdir():
                path.unlink()
            read_ahead(files, reader_of(reference(), HK1), 1, kept)

    found = clean_term(files, reference(), HK1, kept=kept, progress=tell)
    assert told == [(0, 8), (2, 8), (4, 8), (6, 8), (8, 8)]
    assert sorted(reads) == sorted([file.name for file in files] + reads[:2])
    assert as_bytes(found, tmp_path) == as_bytes(clean(folder, None), tmp_path)


def test_other_declarations_or_another_program_read_everything_again(folder: Path, tmp_path: Path) -> None:
    clean(folder, kept_in(tmp_path / "kept")[0])
    kept, counted = kept_in(tmp_path / "kept", "v2")
    clean(folder, kept)
    assert counted == [(8, 8)]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "rubbish"])
def test_a_damaged_reading_is_read_again(folder: Path, tmp_path: Path, damage: str) -> None:
    kept, counted = kept_in(tmp_path / "kept")
    expected = as_bytes(clean(folder, kept), tmp_path)
    for path in (tmp_path / "kept").iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes({"cut": content[:-9], "flip": content, "empty": b"", "rubbish": b"x" * 500}[damage])
    assert as_bytes(clean(folder, kept), tmp_path) == expected
    assert counted[-1] == (8, 8)


def test_every_part_of_a_reading_is_kept(folder: Path, tmp_path: Path) -> None:
    kept, _ = kept_in(tmp_path / "kept")
    clean(folder, kept)
    files = list_received(folder, DAY)
    reader = Reader(reference().of(HK1), reference().registry)
    (batch,) = [entry for entry in read_batches(files[:1], reader)]
    found = find_reading(kept, files[0], FILE_ANSWERS)
    assert found is not None
    assert found[0] == batch.readings[0]
    assert found[1].equals(batch.answers.drop_columns(["reading"]).cast(FILE_ANSWERS))


def test_a_file_that_changes_while_it_is_read_stops_the_run(folder: Path, tmp_path: Path) -> None:
    files = list_received(folder, DAY)
    write_school(folder / f"{PRIMARY}.xlsx", PRIMARY, changes={"computers_count": 78})
    with pytest.raises(RunError, match=f"tệp {PRIMARY}.xlsx thay đổi trong khi đang đọc"):
        clean_term(files, reference(), HK1, kept=kept_in(tmp_path / "kept")[0])
