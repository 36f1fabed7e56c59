"""One holder of a workspace at a time; a dead holder holds nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from termreview.errors import RunError, WorkspaceBusyError
from termreview.storage.lock import LOCK_NAME, held

HOLD = "import sys, time\nfrom termreview.storage.lock import held\nfrom pathlib import Path\nwith held(Path(sys.argv[1]), 'run x'):\n    print('held', flush=True)\n    time.sleep(3600)\n"


def test_the_second_is_told_who_what_and_since_when(tmp_path: Path) -> None:
    with held(tmp_path, "run 2023-2024-hk1"):
        owner = json.loads((tmp_path / LOCK_NAME).read_text(encoding="utf-8"))
        with pytest.raises(
            WorkspaceBusyError, match=f"tiến trình {owner['pid']} .*'run 2023-2024-hk1' từ 20"
        ):
            held(tmp_path, "run b").__enter__()
    assert not (tmp_path / LOCK_NAME).exists()
    with held(tmp_path, "run c"):
        pass


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(WorkspaceBusyError, match=str(holder.pid)):
        held(tmp_path, "run b").__enter__()
    holder.kill()
    holder.wait()
    assert (tmp_path / LOCK_NAME).exists()
    with held(tmp_path, "run c"):
        assert json.loads((tmp_path / LOCK_NAME).read_text(encoding="utf-8"))["purpose"] == "run c"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1, "host": "elsewhere"}'])
def test_a_note_that_nobody_holds_stops_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / LOCK_NAME).write_text(content, encoding="utf-8")
    with held(tmp_path, "run"):
        pass


def test_never_two_at_once_however_many_come(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []
    done: list[int] = []

    def come(number: int) -> None:
        for _ in range(40):
            try:
                with held(tmp_path, str(number)):
                    inside.append(number)
                    most.append(len(inside))
                    time.sleep(0.0005)
                    inside.remove(number)
                    done.append(number)
            except WorkspaceBusyError:
                time.sleep(0.0005)

    comers = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for comer in comers:
        comer.start()
    for comer in comers:
        comer.join()
    assert done
    assert max(most) == 1


def test_a_folder_that_cannot_be_locked_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="không khóa được thư mục làm việc"):
        held(tmp_path / "missing", "run").__enter__()
