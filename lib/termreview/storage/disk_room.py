"""One disk without room: found behind whatever failure it led to, and told by the folder that could not take more."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from termreview.coded_text import reason
from termreview.errors import RunError

# No space, none left of one's share, and a file larger than the disk or the account may hold.
_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def lack_of_room(error: BaseException, folder: Path) -> RunError | None:
    """The same failure told as a lack of room in one folder; None where it is another."""
    for cause in _chain(error):
        if words := _words(cause):
            named = getattr(cause, "filename", None)
            # A place outside of the folder, such as that of temporary files, is on another disk.
            place = Path(os.fsdecode(named)).parent if named else folder
            place = folder if place.is_relative_to(folder) else place
            return RunError("no_room", place=place, why=words)
    return None


@contextmanager
def disk_failures_told(folder: Path) -> Iterator[None]:
    """Have what the disk refuses in the block told as a run that stopped.

    Raises
    ------
    RunError
        For a lack of room, or with what the system says.
    """
    try:
        yield
    except OSError as error:
        raise lack_of_room(error, folder) or RunError("run_stopped", why=error) from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """One failure and what led to it, the latest first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _words(error: BaseException) -> str:
    """Why there is no room; a notebook and some libraries repeat only what the system says."""
    number = error.errno if isinstance(error, OSError) else None
    found = (code for code in _CODES if code == number or os.strerror(code) in str(error))
    return next((reason(OSError(code, os.strerror(code))) for code in found), "")
