"""Files published together: readers get one set or the other, whatever else goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from termreview.errors import ContractError, RunError
from termreview.storage import publication
from termreview.storage.atomic_files import sha256_of, write_json
from termreview.storage.output_paths import MANIFEST, OutputPaths
from termreview.storage.publication import is_published, publish, read_published, settle, sweep
from termreview.storage.staging import STAGE_VARIABLE, active_stage, open_stage

NAMES = ["a.parquet", "b.parquet"]


@pytest.fixture
def output_paths(tmp_path: Path) -> OutputPaths:
    return OutputPaths(tmp_path / "processed", tmp_path / "reports")


def staged(output_paths: OutputPaths, a: bytes, b: bytes) -> Path:
    stage = open_stage(output_paths)
    for name, content in (("a", a), ("b", b)):
        (stage / f"{name}.parquet").write_bytes(content)
    (stage / "reports").mkdir()
    (stage / "reports" / "page.html").write_bytes(a + b)
    write_json(stage / MANIFEST, {"tables": {"a": sha256_of(a), "b": sha256_of(b)}})
    return stage


def test_a_published_set_stands_where_people_look_for_it(output_paths: OutputPaths) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    assert read_published(output_paths, NAMES) == {"a.parquet": b"1", "b.parquet": b"2"}
    assert (output_paths.pages / "page.html").read_bytes() == b"12"
    assert sorted(path.name for path in output_paths.tables.iterdir()) == ["a.parquet", "b.parquet", MANIFEST]


@pytest.mark.parametrize("blocked", ["reports", "reports/page.html"])
def test_a_place_that_cannot_be_written_is_found_before_anything_counts(
    output_paths: OutputPaths, blocked: str
) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    place = output_paths.pages.parent / blocked
    shutil.rmtree(output_paths.pages)
    if blocked == "reports":
        place.write_bytes(b"a file where a folder should be")
    else:
        (place / "something").mkdir(parents=True)
    with pytest.raises(RunError, match=r"chưa xuất báo cáo: .*reports"):
        publish(output_paths, staged(output_paths, b"3", b"4"))
    assert not output_paths.switch.exists()
    assert read_published(output_paths, NAMES) == {"a.parquet": b"1", "b.parquet": b"2"}


def test_a_place_blocked_in_the_last_moment_is_told_and_the_next_run_finishes(
    output_paths: OutputPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    original = publication.place_file

    def move(staged_file: Path, place: Path) -> None:
        if place.name == "page.html":
            raise PermissionError("open in another program")
        original(staged_file, place)

    monkeypatch.setattr(publication, "place_file", move)
    with pytest.raises(RunError, match=r"đã chạy xong, số liệu có hiệu lực, nhưng .*open in another program"):
        publish(output_paths, staged(output_paths, b"3", b"4"))
    assert read_published(output_paths, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    sweep(output_paths)
    assert read_published(output_paths, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    monkeypatch.undo()
    settle(output_paths)
    assert (output_paths.pages / "page.html").read_bytes() == b"34"
    assert not output_paths.runs.exists()


def test_removed_files_no_longer_count(output_paths: OutputPaths) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    stage = open_stage(output_paths)
    (stage / "a.parquet").write_bytes(b"3")
    publish(output_paths, stage, removed=["b.parquet", MANIFEST])
    assert read_published(output_paths, NAMES) == {"a.parquet": b"3", "b.parquet": None}
    assert not is_published(output_paths, "b.parquet")


def test_readers_follow_the_switch_before_anything_is_moved(
    output_paths: OutputPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    monkeypatch.setattr("termreview.storage.publication.settle", lambda _: None)
    publish(output_paths, staged(output_paths, b"3", b"4"))
    assert (output_paths.tables / "a.parquet").read_bytes() == b"1"
    assert read_published(output_paths, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    (output_paths.tables / "a.parquet").write_bytes(b"3")  # moved already
    next(output_paths.runs.glob("run-*/a.parquet")).unlink()
    assert read_published(output_paths, NAMES) == {"a.parquet": b"3", "b.parquet": b"4"}
    sweep(output_paths)
    settle(output_paths)
    assert (output_paths.pages / "page.html").read_bytes() == b"34"
    assert not output_paths.runs.exists()


def test_a_published_set_that_lost_a_file_is_no_finished_run(
    output_paths: OutputPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("termreview.storage.publication.settle", lambda _: None)
        publish(output_paths, staged(output_paths, b"3", b"4"))
    next(output_paths.runs.glob("run-*/a.parquet")).unlink()
    settle(output_paths)
    assert not (output_paths.tables / MANIFEST).exists()


def test_a_file_that_is_not_the_published_one_is_refused(output_paths: OutputPaths) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    (output_paths.tables / "b.parquet").write_bytes(b"by hand")
    assert read_published(output_paths, ["a.parquet"]) == {"a.parquet": b"1"}
    with pytest.raises(ContractError, match="chạy lại kỳ báo cáo"):
        read_published(output_paths, NAMES)


def test_a_switch_that_cannot_be_read_changes_nothing(output_paths: OutputPaths) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    output_paths.runs.mkdir()
    output_paths.switch.write_text("{", encoding="utf-8")
    assert read_published(output_paths, NAMES) == {"a.parquet": b"1", "b.parquet": b"2"}
    settle(output_paths)
    sweep(output_paths)
    assert not output_paths.runs.exists()


def test_what_dead_runs_left_is_swept_and_nothing_else(output_paths: OutputPaths) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    staged(output_paths, b"5", b"6")
    (output_paths.tables / ".a.parquet.k3_x9z1q.part.parquet").write_bytes(b"half")
    (output_paths.tables / ".gitkeep").write_bytes(b"")
    (output_paths.tables / ".cache").mkdir()
    sweep(output_paths)
    assert sorted(path.name for path in output_paths.tables.iterdir()) == [
        ".cache", ".gitkeep", "a.parquet", "b.parquet", MANIFEST,
    ]  # fmt: skip


def test_a_step_knows_the_run_that_it_belongs_to(
    output_paths: OutputPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = staged(output_paths, b"1", b"2")
    assert active_stage(output_paths) is None
    monkeypatch.setenv(STAGE_VARIABLE, str(stage))
    assert active_stage(output_paths) == stage
    assert active_stage(OutputPaths(output_paths.tables.parent / "other", output_paths.pages)) is None
    publish(output_paths, stage)
    with pytest.raises(RunError, match="đã kết thúc"):
        active_stage(output_paths)


def test_nothing_of_when_and_where_is_in_the_published_files(output_paths: OutputPaths) -> None:
    publish(output_paths, staged(output_paths, b"1", b"2"))
    assert set(json.loads((output_paths.tables / MANIFEST).read_text(encoding="utf-8"))) == {"tables"}
