"""One piece of work done before, found again by the hash of all that decides it: a row of a table, a school's page.

Only what is pure has pieces: the same key gives the same bytes, whoever made them and when. The program and its
libraries are part of every key, for the whole store at once. What a step did not ask for is forgotten with it, so that
a store never grows beyond one run. A store is a convenience: without one, or with one that is damaged, all is made anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar

from termreview.installation import made_with

Made = TypeVar("Made")


class Pieces:
    """The pieces of one step: those of the last time, and those asked for this time, by their keys."""

    def __init__(self, content: bytes | None = None) -> None:
        self._before: dict[bytes, bytes] = {}
        self._now: dict[bytes, bytes] = {}
        self._is_new = False
        if content is not None:
            made_by, found = loaded(content)
            if made_by == _program():
                self._before = found

    def find(self, key: bytes) -> bytes | None:
        """Find one piece; None where it has to be made."""
        piece = self._now.get(key)
        if piece is None and (piece := self._before.get(key)) is not None:
            self._now[key] = piece
        return piece

    def keep(self, key: bytes, piece: bytes) -> None:
        """Keep one piece for the next time."""
        self._now[key] = piece
        self._is_new = True

    def content(self) -> bytes | None:
        """What is to be stored; None where that is what was stored already."""
        if not self._is_new and len(self._now) == len(self._before):
            return None
        return pickle.dumps((_program(), self._now), pickle.HIGHEST_PROTOCOL)


_IN_USE: list[Pieces] = []


@contextmanager
def pieces_in_use(pieces: Pieces) -> Iterator[None]:
    """Have what is made in the block, in this process, look for its pieces there."""
    _IN_USE.append(pieces)
    try:
        yield
    finally:
        _IN_USE.pop()


def pieces_at_hand() -> Pieces | None:
    """Where pieces are looked for; None where nothing is kept."""
    return _IN_USE[-1] if _IN_USE else None


class _Plain(pickle.Unpickler):
    """Texts, numbers, bytes, lists and mappings alone: a store may have come with somebody else's folder, and runs nothing."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"{module}.{name}")


def loaded(piece: bytes) -> Any:
    """What was stored in one piece.

    Raises
    ------
    UnpicklingError
        When it holds anything but plain values.
    """
    return _Plain(io.BytesIO(piece)).load()


def key_of(kind: str, made_of: object) -> bytes:
    """The key of one piece of a kind. Equal things may have several keys, different ones never have the same.

    Raises
    ------
    PicklingError, AttributeError, TypeError
        When something cannot be told apart from all else by what it holds: such a piece is made anew each time.
    """
    told = kind.encode() + b"\0" + pickle.dumps(made_of, pickle.HIGHEST_PROTOCOL)
    return hashlib.blake2b(told, digest_size=20).digest()


def found_or_made(kind: str, made_of: object, make: Callable[[], Made]) -> Made:
    """What was made of the same before, plain values alone; else it is made, and kept for the next time."""
    pieces = pieces_at_hand()
    if pieces is None:
        return make()
    try:
        key = key_of(kind, made_of)
    except (pickle.PicklingError, AttributeError, TypeError):
        return make()
    with suppress(pickle.UnpicklingError):
        if (piece := pieces.find(key)) is not None:
            found: Made = loaded(piece)
            return found
    made = make()
    with suppress(pickle.PicklingError, AttributeError, TypeError):
        pieces.keep(key, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
    return made


def _program() -> str:
    return json.dumps(made_with(), sort_keys=True)
