"""One term of one school year, and how its name becomes a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from termreview.errors import UsageError

_TERM_ID = re.compile(r"(?P<first>20\d\d)-(?P<second>20\d\d)-(?P<part>[a-z][a-z0-9]*)")


@dataclass(frozen=True, order=True)
class Term:
    """One term: `2023-2024-hk1` is semester I (`hk1`) of school year `2023-2024`."""

    school_year: str
    part: str

    @property
    def term_id(self) -> str:
        """The name used in tables and on the command line."""
        return f"{self.school_year}-{self.part}"

    @property
    def folder(self) -> PurePosixPath:
        """The folder of the term below `data/raw`, `data/processed` and `reports`."""
        return PurePosixPath(self.school_year, self.part)


def parse_term(term_id: str) -> Term:
    """Read one term name.

    Raises
    ------
    UsageError
        When the name is not of the form `2023-2024-hk1` with consecutive years.
    """
    match = _TERM_ID.fullmatch(term_id.strip())
    if match is None or int(match["second"]) != int(match["first"]) + 1:
        raise UsageError("no_term", term=term_id)
    return Term(f"{match['first']}-{match['second']}", match["part"])
