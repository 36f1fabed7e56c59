"""One cached picture is what was drawn of the same data before, by its hash: editions and runs share it.

A cached picture is a convenience: it may be deleted at any time, and one that is damaged is drawn anew.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from termreview.installation import made_with
from termreview.storage.atomic_files import keep_content, sha256_of, stored_content

FOLDER: Final = ".cache/pictures"
MOST_KEPT: Final = 800


def picture_path(folder: Path, made_of: str, kind: str) -> Path:
    """Return where the picture of some data is kept; `made_of` names all that decides it beside the program."""
    key = sha256_of(json.dumps([made_with(), made_of, kind]).encode("utf-8", "backslashreplace"))
    return folder / f"{key[:40]}.{kind}"


def find_picture(path: Path) -> bytes | None:
    """Find one kept picture; None when there is none, or none that can be trusted."""
    picture = stored_content(path)
    if picture is not None:
        with suppress(OSError):
            os.utime(path)  # still asked for
    return picture


def keep_picture(path: Path, picture: bytes) -> None:
    """Keep one picture; those not asked for the longest make room. A full disk keeps nothing and stops nobody."""
    with suppress(OSError):
        keep_content(path, picture)
        kept = list(path.parent.iterdir())
        if len(kept) > MOST_KEPT:
            for one in sorted(kept, key=lambda one: one.stat().st_mtime_ns)[: MOST_KEPT // 4]:
                one.unlink(missing_ok=True)
