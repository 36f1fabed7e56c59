"""One file written whole: also where its name is long, and where another program holds the old one."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from termreview.storage import atomic_files
from termreview.storage.atomic_files import atomic_write, replace_file, sweep_left_overs
from termreview.storage.disk_room import lack_of_room
from termreview.storage.output_paths import OutputPaths
from termreview.storage.staging import open_stage
from termreview.storage.workspace import Workspace, sweep_workspace


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
    monkeypatch.setattr(atomic_files, "_PAUSES_S", (0.0, 0.0, 0.0))
    return tried


def test_a_file_held_for_a_moment_is_replaced_when_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = held_for(monkeypatch, 3)
    with atomic_write(tmp_path / "a.csv") as beside:
        beside.write_text("x")
    assert (tmp_path / "a.csv").read_text() == "x"
    assert len(tried) == 4


def test_a_file_that_stays_open_is_named_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "received.csv"
    path.write_text("old")
    held_for(monkeypatch, 99)
    with pytest.raises(PermissionError, match="close it") as raised, atomic_write(path) as beside:
        beside.write_text("new")
    assert raised.value.filename == str(path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["received.csv"]


def test_elsewhere_nobody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = held_for(monkeypatch, 99)
    monkeypatch.setattr(atomic_files, "_PAUSES_S", ())
    (tmp_path / "a").write_text("x")
    with pytest.raises(PermissionError):
        replace_file(tmp_path / "a", tmp_path / "b")
    assert len(tried) == 1


def test_a_long_name_leaves_room_for_the_name_beside_it(tmp_path: Path) -> None:
    path = tmp_path / f"{'ế' * 80}.xlsx"
    with atomic_write(path) as beside:
        assert beside.suffix == ".xlsx"
        beside.write_text("x")
    assert path.is_file()


def test_what_a_killed_writer_left_of_a_long_name_is_swept(tmp_path: Path) -> None:
    with atomic_write(tmp_path / f"{'a' * 90}.csv") as beside:
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
    monkeypatch.setattr(atomic_files, "_READ_PAUSES_S", (0.0, 0.0, 0.0))
    assert atomic_files.content_of(path) == b"{}"


@pytest.mark.skipif(os.name == "nt", reason="rights are of another kind there")
@pytest.mark.parametrize(
    ("umask", "file", "folder"), [(0o077, 0o600, 0o700), (0o002, 0o664, 0o775), (0o022, 0o644, 0o755)]
)
def test_what_is_written_has_the_rights_that_the_umask_leaves(
    tmp_path: Path, umask: int, file: int, folder: int
) -> None:
    before = os.umask(umask)
    try:
        with atomic_write(tmp_path / "new" / "a.csv") as beside:
            beside.write_text("x")
        stage = open_stage(OutputPaths(tmp_path / "tables", tmp_path / "pages"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "a.csv").stat().st_mode) == file
    assert stat.S_IMODE(stage.stat().st_mode) == folder


@pytest.mark.skipif(os.name == "nt", reason="there, what a living process writes cannot be deleted")
def test_what_a_living_process_is_writing_is_not_swept_and_that_of_a_dead_one_is(tmp_path: Path) -> None:
    writer = "import sys, time\nfrom pathlib import Path\nfrom termreview.storage.atomic_files import atomic_write\nwith atomic_write(Path(sys.argv[1])) as beside:\n    print(beside.name, flush=True)\n    time.sleep(3600)\n"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", writer, str(tmp_path / "a.csv")],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        (tmp_path / "của trường.part").write_text("x")
        sweep_left_overs(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {name, "của trường.part"}
        process.kill()
    sweep_left_overs(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["của trường.part"], "only what is ours"


def test_every_folder_of_an_office_is_swept(tmp_path: Path) -> None:
    left = [
        tmp_path / folder / ".a.csv.99999999-abcdefgh.part.csv"
        for folder in (
            "data/reference",
            "data/raw/2023-2024/hk1",
            "data/processed/2023-2024/hk1/scoped",
            "reports",
        )
    ]
    for path in left:
        path.parent.mkdir(parents=True)
        path.write_text("x")
    sweep_workspace(Workspace(tmp_path))
    assert [path for path in left if path.exists()] == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_without_room_is_told_in_one_sentence_that_names_the_folder(tmp_path: Path, code: int) -> None:
    shown = RuntimeError(f"OSError: [Errno {code}] {os.strerror(code)}")  # as a notebook repeats it
    try:
        try:
            raise OSError(code, os.strerror(code))
        except OSError as error:
            raise ValueError("the notebook could not be saved") from error
    except ValueError as error:
        led = error
    for failure in (
        OSError(code, os.strerror(code)),
        OSError(code, os.strerror(code), str(tmp_path / "a" / "b")),
        led,
        shown,
    ):
        lack = lack_of_room(failure, tmp_path)
        assert lack is not None
        told = str(lack)
        assert told.startswith(f"không ghi được kết quả vào {tmp_path}: ")
        assert told.endswith("rồi chạy lại")
        assert "\n" not in told
    assert lack_of_room(OSError(errno.EACCES, "Permission denied"), tmp_path) is None


def test_a_write_that_fails_says_what_it_wrote_to(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as failed, atomic_write(tmp_path / "a.csv"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert failed.value.filename == str(tmp_path / "a.csv")
