"""One step's pieces in a file of their own, taken up at its beginning and laid down at its end."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from termreview.pieces import Pieces, pieces_in_use
from termreview.storage.atomic_files import keep_content, stored_content
from termreview.storage.workspace import Workspace
from termreview.terms import Term

FOLDER: Final = ".cache/pieces"


@contextmanager
def kept_pieces(workspace: Workspace, term: Term, name: str) -> Iterator[None]:
    """Have what is made in the block find its pieces of the last time; `name` is that of the step, which one process does.

    A full disk keeps nothing and stops nobody, and a block that fails leaves what was there.
    """
    path = workspace.processed(term) / FOLDER / name
    pieces = Pieces()
    with suppress(Exception):  # of another version, in which the store was otherwise
        pieces = Pieces(stored_content(path))
    with pieces_in_use(pieces):
        yield
    content = pieces.content()
    if content is not None:
        with suppress(OSError, pickle.PicklingError):
            keep_content(path, content)
