"""One holder of one workspace at a time: a lock of the system, which ends with its process, with a note of who."""

from __future__ import annotations

import datetime
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from termreview.coded_text import reason
from termreview.errors import RunError, WorkspaceBusyError
from termreview.storage.atomic_files import read_json

LOCK_NAME = ".termreview.storage.lock"
_FAR = 2**30  # Windows locks bytes, and forbids reading them: one far behind the note is locked


@contextmanager
def held(root: Path, purpose: str) -> Iterator[None]:
    """Hold one workspace while the block runs. The lock of a dead process is free: the system saw it die.

    Raises
    ------
    WorkspaceBusyError
        When a living process holds it; the message names the process, what it does and since when.
    RunError
        When the folder cannot be locked at all.
    """
    path = root / LOCK_NAME
    handle = _acquire(path)
    try:
        _write_owner(handle, purpose)
        yield
    finally:
        _release(path, handle)


def _acquire(path: Path) -> int:
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
        except OSError as error:
            raise RunError("lock_failed", why=reason(error), path=path) from None
        try:
            _lock(handle)
        except BlockingIOError:
            os.close(handle)
            raise _busy(path) from None
        except OSError as error:
            os.close(handle)
            raise RunError("lock_failed", why=reason(error), path=path) from None
        if _is_same_file(path, handle):
            return handle
        os.close(handle)  # the holder before took the file away while we waited at its door


def _is_same_file(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _release(path: Path, handle: int) -> None:
    if os.name == "nt":  # an open file cannot be taken away there
        os.close(handle)
        with suppress(OSError):
            path.unlink()
        return
    with suppress(OSError):
        path.unlink()
    os.close(handle)


def _write_owner(handle: int, purpose: str) -> None:
    since = datetime.datetime.now().isoformat(timespec="seconds")
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "purpose": purpose, "since": since}
    with suppress(OSError):  # a full disk: the lock holds, only its note is missing
        os.ftruncate(handle, 0)
        os.write(handle, json.dumps(owner).encode())


def _busy(path: Path) -> WorkspaceBusyError:
    owner = read_json(path)
    if owner is None:
        return WorkspaceBusyError("workspace_in_use_unnamed", lock=path.name)
    return WorkspaceBusyError(
        "workspace_in_use",
        process=owner.get("pid"),
        host=owner.get("host"),
        purpose=owner.get("purpose"),
        since=owner.get("since"),
        lock=path.name,
    )


if os.name == "nt":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except PermissionError:
            raise BlockingIOError from None
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
