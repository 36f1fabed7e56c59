"""What a command says while it works: one line of progress in place, and nothing more once nobody listens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from termreview.errors import Problem


class _Stream:
    """One output that goes on to nowhere when its reader has closed: the command ends as it would otherwise."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
        except BrokenPipeError:
            self._close()
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._close()

    def _close(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)


@contextmanager
def heard_or_not() -> Iterator[None]:
    """Let a command finish its work, and give its own exit code, although the reader of its output has gone."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_Stream(stream) for stream in before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


def on_one_line(text: str) -> None:
    """Show the latest line of progress in place on a terminal, and nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def print_notes(notes: Sequence[Problem]) -> None:
    """Print what is worth a look in the declarations, one line each."""
    for note in notes:
        print(f"Lưu ý: {note}")


def counter(what: str) -> Callable[[int, int], None]:
    """Show progress on one line of the terminal, and nothing where the output is no terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            on_one_line(f"{done}/{total} {what}" + ("\n" if done >= total else ""))

    return show
