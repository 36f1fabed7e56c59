"""One file that the office's list gives a day after the report's: not counted, and its school not told as silent."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from termreview.errors import UsageError
from termreview.intake.received.received import ReceivedFile, listed_days, received_of
from termreview.reference.declarations import Reference
from termreview.terms import Term
from termreview.text import day_text


def later_of_schools(
    files: Sequence[ReceivedFile], term: Term, reference: Reference
) -> dict[str, ReceivedFile]:
    """By school, the first of some files that came later."""
    if not files:
        return {}
    from termreview.intake.clean import clean_term  # heavy, and needed only where such files are

    by_name = {file.name: file for file in reversed(files)}
    submissions = clean_term(files, reference, term).submissions
    sent = submissions[submissions["school_id"].notna()].iloc[::-1]
    return {str(row.school_id): by_name[str(row.file)] for row in sent.itertuples()}


def later_days(folder: Path, as_of: datetime.date, term: Term, reference: Reference) -> dict[str, str]:
    """By school, the day (in words) of its first file that the list of one term gives a day after `as_of`."""
    if all(day <= as_of for day in listed_days(folder, reference.registry.school_names).values()):
        return {}  # nearly always
    files = received_of(folder, reference.calendar.plan(term), reference.registry, as_of)
    later = later_of_schools([file for file in files if file.received_on > as_of], term, reference)
    return {school_id: day_text(file.received_on) for school_id, file in sorted(later.items())}


def later_text(days: Mapping[str, str]) -> str:
    """The days by school as one parameter of a notebook: `0477101:12/01/2024; 0477102:15/01/2024`."""
    return "; ".join(f"{school_id}:{day}" for school_id, day in sorted(days.items()))


def parse_later(text: str) -> dict[str, str]:
    """The days by school that one parameter of a notebook gives.

    Raises
    ------
    UsageError
        When a part of it is no school with a day.
    """
    days = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        school_id, sign, day = part.partition(":")
        if not (sign and school_id.strip() and day.strip()):
            raise UsageError("later_unclear", value=text)
        days[school_id.strip()] = day.strip()
    return days
