"""One line of progress on the terminal, shown in place; nothing where the output is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from termreview.errors import Problem


def on_one_line(text: str) -> None:
    """Show the latest line of progress in place on a terminal, and nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def tell_notes(notes: Sequence[Problem]) -> None:
    """Print what is worth a look in the declarations, one line each."""
    for note in notes:
        print(f"Lưu ý: {note}")


def counter(what: str) -> Callable[[int, int], None]:
    """Show progress on one line of the terminal, and nothing where the output is no terminal."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            on_one_line(f"{done}/{total} {what}" + ("\n" if done >= total else ""))

    return show
