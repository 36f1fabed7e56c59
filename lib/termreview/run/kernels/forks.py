"""One fork of this process: it does one call while this process does another, where the system knows forks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress


@contextmanager
def done_in_forks(calls: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Have a fork of this process do each call during the block; one that does not get through is done once more here.

    Only for a process without threads, which nobody but its own work waits for.
    """
    forks = []
    for call in calls:
        pid = os.fork()
        if not pid:
            with suppress(BaseException):
                call()
                os._exit(0)
            os._exit(1)
        forks.append((pid, call))
    try:
        yield
    finally:
        ended = [(os.waitpid(pid, 0)[1], call) for pid, call in forks]
    for status, call in ended:
        if status:
            call()  # says what is wrong
