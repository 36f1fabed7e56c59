"""Files published together: readers get one set or the other, whatever else goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from termreview.errors import ContractError, RunError
from termreview.storage import publication
from termreview.storage.publication import is_published, publish, read_published, settle, sweep
from termreview.storage.shelf import MANIFEST, Shelf
from termreview.storage.stage import STAGE_VARIABLE, active_stage, open_stage
from termreview.storage.whole_files import sha256_of, write_json

NAMES = ["a.parquet", "b.parquet"]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "processed", tmp_path / "reports")


def staged(shelf: Shelf, a: bytes, b: bytes) -> Path:
    stage = open_stage(shelf)
    for name, content in (("a", a), ("b", b)):
        (stage / f"{name}.parquet").write_bytes(content)
    (stage / "reports").mkdir()
    (stage / "reports" / "page.html").write_bytes(a + b)
    write_json(stage / MANIFEST, {"tables": {"a": sha256_of(a), "b": sha256_of(b)}})
    return stage


def test_a_published_set_stands_where_people_look_for_it(shelf: Shelf) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    assert read_published(shelf, NAMES) == {"a.parquet": b"1", "b.parquet": b"2"}
    assert (shelf.pages / "page.html").read_bytes() == b"12"
    assert sorted(path.name for path in shelf.tables.iterdir()) == ["a.parquet", "b.parquet", MANIFEST]


@pytest.mark.parametrize("blocked", ["reports", "reports/page.html"])
def test_a_place_that_cannot_be_written_is_found_before_anything_counts(shelf: Shelf, blocked: str) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    place = shelf.pages.parent / blocked
    shutil.rmtree(shelf.pages)
    if blocked == "reports":
        place.write_bytes(b"a file where a folder should be")
    else:
        (place / "something").mkdir(parents=True)
    with pytest.raises(RunError, match=r"nothing was published: .*reports"):
        publish(shelf, staged(shelf, b"3", b"4"))
    assert not shelf.switch.exists()
    assert read_published(shelf, NAMES) == {"a.parquet": b"1", "b.parquet": b"2"}


def test_a_place_blocked_in_the_last_moment_is_told_and_the_next_run_finishes(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    original = publication._move

    def move(staged_file: Path, place: Path) -> None:
        if place.name == "page.html":
            raise PermissionError("open in another program")
        original(staged_file, place)

    monkeypatch.setattr(publication, "_move", move)
    with pytest.raises(RunError, match=r"is finished and its tables count, but .*open in another program"):
        publish(shelf, staged(shelf, b"3", b"4"))
    assert read_published(shelf, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    sweep(shelf)
    assert read_published(shelf, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    monkeypatch.undo()
    settle(shelf)
    assert (shelf.pages / "page.html").read_bytes() == b"34"
    assert not shelf.runs.exists()


def test_removed_files_no_longer_count(shelf: Shelf) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    stage = open_stage(shelf)
    (stage / "a.parquet").write_bytes(b"3")
    publish(shelf, stage, removed=["b.parquet", MANIFEST])
    assert read_published(shelf, NAMES) == {"a.parquet": b"3", "b.parquet": None}
    assert not is_published(shelf, "b.parquet")


def test_readers_follow_the_switch_before_anything_is_moved(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    monkeypatch.setattr("termreview.storage.publication.settle", lambda _: None)
    publish(shelf, staged(shelf, b"3", b"4"))
    assert (shelf.tables / "a.parquet").read_bytes() == b"1"
    assert read_published(shelf, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    (shelf.tables / "a.parquet").write_bytes(b"3")  # moved already
    next(shelf.runs.glob("run-*/a.parquet")).unlink()
    assert read_published(shelf, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    sweep(shelf)
    settle(shelf)
    assert (shelf.pages / "page.html").read_bytes() == b"34"
    assert not shelf.runs.exists()


def test_a_published_set_that_lost_a_file_is_no_finished_run(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("termreview.storage.publication.settle", lambda _: None)
        publish(shelf, staged(shelf, b"3", b"4"))
    next(shelf.runs.glob("run-*/a.parquet")).unlink()
    settle(shelf)
    assert not (shelf.tables / MANIFEST).exists()


def test_a_file_that_is_not_the_published_one_is_refused(shelf: Shelf) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    (shelf.tables / "b.parquet").write_bytes(b"by hand")
    assert read_published(shelf, ["a.parquet"]) == {"a.parquet": b"1"}
    with pytest.raises(ContractError, match="run the term again"):
        read_published(shelf, NAMES)


def test_a_switch_that_cannot_be_read_changes_nothing(shelf: Shelf) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    shelf.runs.mkdir()
    shelf.switch.write_text("{", encoding="utf-8")
    assert read_published(shelf, NAMES) == {"a.parquet": b"1", "b.parquet": b"2"}
    settle(shelf)
    sweep(shelf)
    assert not shelf.runs.exists()


def test_what_dead_runs_left_is_swept_and_nothing_else(shelf: Shelf) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    staged(shelf, b"5", b"6")
    (shelf.tables / ".a.parquet.k3_x9z1q.part.parquet").write_bytes(b"half")
    (shelf.tables / ".gitkeep").write_bytes(b"")
    (shelf.tables / ".cache").mkdir()
    sweep(shelf)
    assert sorted(path.name for path in shelf.tables.iterdir()) == [
        ".cache", ".gitkeep", "a.parquet", "b.parquet", MANIFEST,
    ]  # fmt: skip


def test_a_step_knows_the_run_that_it_belongs_to(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = staged(shelf, b"1", b"2")
    assert active_stage(shelf) is None
    monkeypatch.setenv(STAGE_VARIABLE, str(stage))
    assert active_stage(shelf) == stage
    assert active_stage(Shelf(shelf.tables.parent / "other", shelf.pages)) is None
    publish(shelf, stage)
    with pytest.raises(RunError, match="is over"):
        active_stage(shelf)


def test_nothing_of_when_and_where_is_in_the_published_files(shelf: Shelf) -> None:
    publish(shelf, staged(shelf, b"1", b"2"))
    assert set(json.loads((shelf.tables / MANIFEST).read_text(encoding="utf-8"))) == {"tables"}
