"""One holder of one workspace at a time: a lock file with owner and age; a dead owner's lock is taken over."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from termreview.errors import WorkspaceBusyError

LOCK_NAME = ".termreview.lock"


@contextmanager
def held(root: Path, purpose: str) -> Iterator[None]:
    """Hold one workspace while the block runs.

    Raises
    ------
    WorkspaceBusyError
        When a living process holds it; the message names the process and what it does.
    """
    path = root / LOCK_NAME
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "purpose": purpose}
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            other = _read_owner(path)
            if _is_alive(other):
                raise WorkspaceBusyError(
                    f"the workspace is in use: process {other.get('pid')} on {other.get('host')} does "
                    f"'{other.get('purpose')}'; wait for it to end (lock file {path.name})"
                ) from None
            path.unlink(missing_ok=True)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(owner, stream)
        yield
    finally:
        path.unlink(missing_ok=True)


def _read_owner(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_alive(owner: dict[str, object]) -> bool:
    """Say whether the holder still runs; one on another machine counts as alive, as nobody can tell."""
    pid = owner.get("pid")
    if not isinstance(pid, int):
        return False
    if owner.get("host") != socket.gethostname():
        return True
    if os.name == "nt":  # no signal 0 on Windows: asking for the process is enough
        import ctypes

        process = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)  # type: ignore[attr-defined]
        if process:
            ctypes.windll.kernel32.CloseHandle(process)  # type: ignore[attr-defined]
        return bool(process)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
