"""How often this process looks for waste in memory: cycles of objects that nothing else leads to.

The collector walks over all that is alive to find them. Where a great many objects are made that stay, it finds
nothing and walks again and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (50_000, 20, 20)


@contextmanager
def memory_left_alone() -> Iterator[None]:
    """Look for no waste until the block has ended."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def look_seldom() -> None:
    """Look at what is made from now on far less often than Python does by itself."""
    gc.set_threshold(*_SELDOM)


def spare_what_is_here() -> None:
    """Never look again at what is in memory now, such as libraries, and seldom at what is made from now on."""
    gc.freeze()
    look_seldom()
