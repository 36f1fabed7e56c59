"""One file written whole: also where its name is long, and where another program holds the old one."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from termreview import whole_files
from termreview.whole_files import replace_file, sweep_left_overs, written_whole


def held_for(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Let a replacement fail some times, as Windows does while a file is open elsewhere."""
    tried: list[int] = []
    real = Path.replace

    def replace(path: Path, target: Path) -> Path:
        tried.append(1)
        if len(tried) <= times:
            raise PermissionError(errno.EACCES, "Access is denied", str(path), 5, str(target))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(whole_files, "_PAUSES_S", (0.0, 0.0, 0.0))
    return tried


def test_a_file_held_for_a_moment_is_replaced_when_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = held_for(monkeypatch, 3)
    with written_whole(tmp_path / "a.csv") as beside:
        beside.write_text("x")
    assert (tmp_path / "a.csv").read_text() == "x"
    assert len(tried) == 4


def test_a_file_that_stays_open_is_named_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "received.csv"
    path.write_text("old")
    held_for(monkeypatch, 99)
    with pytest.raises(PermissionError, match="close it") as raised, written_whole(path) as beside:
        beside.write_text("new")
    assert raised.value.filename == str(path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["received.csv"]


def test_elsewhere_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = held_for(monkeypatch, 99)
    monkeypatch.setattr(whole_files, "_PAUSES_S", ())
    (tmp_path / "a").write_text("x")
    with pytest.raises(PermissionError):
        replace_file(tmp_path / "a", tmp_path / "b")
    assert len(tried) == 1


def test_a_long_name_leaves_room_for_the_name_beside_it(tmp_path: Path) -> None:
    path = tmp_path / f"{'ế' * 80}.xlsx"
    with written_whole(path) as beside:
        assert beside.suffix == ".xlsx"
        beside.write_text("x")
    assert path.is_file()


def test_what_a_killed_writer_left_of_a_long_name_is_swept(tmp_path: Path) -> None:
    with written_whole(tmp_path / f"{'a' * 90}.csv") as beside:
        name = beside.name
    (tmp_path / f"{'a' * 90}.csv").unlink()
    (tmp_path / name).write_text("x")
    sweep_left_overs(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_being_replaced_is_read_a_moment_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, tried = tmp_path / "manifest.json", []
    path.write_bytes(b"{}")
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        tried.append(1)
        if len(tried) < 3:
            raise PermissionError(errno.EACCES, "Access is denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    monkeypatch.setattr(whole_files, "_READ_PAUSES_S", (0.0, 0.0, 0.0))
    assert whole_files.content_of(path) == b"{}"
