"""One school year more in the declarations of an office: both terms as those of the year before, a year later, to be confirmed."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from termreview.errors import UsageError
from termreview.office.steps import Steps
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.oversights import REVIEW
from termreview.storage.atomic_files import write_list, write_text
from termreview.storage.workspace import named_workspace
from termreview.terms import parse_term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from termreview.reference.kinds.calendar import TermPlan

CALENDAR, DOCUMENTS = "calendar.yml", "legal_documents.csv"


def new_year(
    school_year: str = "",
    *,
    letter_number: str = "",
    letter_on: str = "",
    letter_title: str = "",
    workspace_root: str = "",
) -> Steps:
    """Add a school year after the last one: the same form, tasks and index, every date a year later, marked unconfirmed.

    The letter of the year gets its row in the register of documents; what is looked at every year is asked for anew.

    Parameters
    ----------
    school_year
        Such as `2026-2027`; blank for the one after the last in the calendar.
    letter_number, letter_on, letter_title
        Of the letter by which the office asks, as far as it is known; the day as `2026-10-05`.
    workspace_root
        A folder of the workspace; blank for the one that holds the current folder.

    Raises
    ------
    UsageError
        When it is no school year, or not the next one.
    DeclarationError
        When the declarations would hold mistakes with it; then every file is as it was.
    """
    workspace = named_workspace(workspace_root)
    reference = load_reference(workspace.reference)
    plans = reference.calendar.plans
    last, following = max(plan.term.school_year for plan in plans), following_year(reference)
    year = school_year or following
    parse_term(f"{year}-hk1")
    if year != following:
        raise UsageError("not_the_next_year", year=year, last=last, following=following)
    texts, before = reference.office_texts, [plan for plan in plans if plan.term.school_year == last]
    legal = f"huong-dan-{year}"
    folder = workspace.reference
    shifted = [_shifted(plan, before, year, legal) for plan in before]
    entry = year_entry(year, _starts_on(folder, last), shifted, texts["calendar"]["sketch"])
    document = letter_row(year, letter_number, letter_on, letter_title, texts["calendar"])
    with as_one(folder, (CALENDAR, DOCUMENTS, REVIEW)):
        _append(folder / CALENDAR, entry)
        add_row(folder / DOCUMENTS, {"document_id": legal, **document})
        ask_again(folder / REVIEW)
        load_reference(folder)
    reviews = [plan for plan in before if plan.is_review] or before
    first, second = (f"{_later(plan.due_on):%d/%m/%Y}" for plan in (reviews[0], reviews[-1]))
    steps = texts["next_steps"]
    done = steps["year"].format(year=year, first=first, second=second, form=reviews[-1].form, legal=legal)
    names = ("year_dates", "year_letter", "year_units", "check", "forms", "letters")
    return Steps(done, tuple(steps[name].format(term=f"{year}-hk1", legal=legal) for name in names))


def following_year(reference: Reference) -> str:
    """The school year after the last one of the calendar."""
    last = max(plan.term.school_year for plan in reference.calendar.plans)
    return f"{int(last[:4]) + 1}-{int(last[5:]) + 1}"


def _starts_on(folder: Path, last: str) -> datetime.date:
    """The first day of the year after one: of that year the calendar has it."""
    text = (folder / CALENDAR).read_text(encoding="utf-8")
    found = re.search(rf'id: "{last}"\s+starts_on: "([\d-]+)"', text)
    return _later(datetime.date.fromisoformat(found[1])) if found else datetime.date(int(last[5:]), 9, 5)


def _shifted(plan: TermPlan, before: Sequence[TermPlan], year: str, legal: str) -> dict[str, str]:
    """One term a year later, as the calendar writes it, behind the last of its kind; statistics keep the circular that held last."""
    end = [other for other in before if other.is_review == plan.is_review][-1]
    is_first = plan.previous is None or plan.previous.school_year != plan.term.school_year
    previous = end.term.term_id if is_first or plan.previous is None else f"{year}-{plan.previous.part}"
    return term_entry(plan, year, legal if plan.is_review else end.legal, previous)


def term_entry(plan: TermPlan, year: str, legal: str, previous: str = "") -> dict[str, str]:
    """One term in another school year, as the calendar writes it; what its report compares with follows from the rules of the calendar."""
    years, again = int(year[:4]) - int(plan.term.school_year[:4]), plan.resubmission_due_on
    return {
        "id": f"{year}-{plan.term.part}", "part": plan.term.part, "title": plan.title, "report": plan.report,
        **({"previous": previous} if previous else {}), "due_on": f"{_later(plan.due_on, years)}",
        **({"resubmission_due_on": f"{_later(again, years)}"} if again else {}),
        "data_as_of": f"{_later(plan.data_as_of, years)}", "form": plan.form, "tasks": plan.tasks,
        "indicator_set": plan.indicator_set, "legal": legal, "mark": "C",
    }  # fmt: skip


def _later(day: datetime.date, years: int = 1) -> datetime.date:
    """The same day some years later; of 29 February the day before."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def year_entry(year: str, starts_on: datetime.date, terms: Sequence[Mapping[str, str]], comment: str) -> str:
    """One school year as the calendar writes it, behind its comment."""
    lines = ["", f"  # {comment}", f'  - id: "{year}"', f'    starts_on: "{starts_on}"', "    terms:"]
    for term in terms:
        for place, (key, value) in enumerate(term.items()):
            lines.append(f'      {"-" if place == 0 else " "} {key}: "{value}"')
    return "\n".join(lines) + "\n"


def letter_row(year: str, number: str, on: str, title: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The row of a year's letter in the register: unconfirmed, its place held where its number is not known yet."""
    return {
        "number": number or texts["letter_unknown"],
        "title": title or texts["letter_title"].format(year=year), "cited_on": on, "mark": "C", "school_year": year,
    }  # fmt: skip


def add_row(path: Path, values: Mapping[str, str]) -> None:
    """Add one row at the end of a list, in the order of its columns."""
    text = path.read_text(encoding="utf-8")
    heads = next(csv.reader(io.StringIO(text)))
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([values.get(head, "") for head in heads])
    _append(path, line.getvalue())


def ask_again(path: Path, *, are_all: bool = False) -> None:
    """Blank the day on which files were looked at: of those of every year, or of all."""
    if not path.is_file():
        return
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    for row in rows:
        if are_all or row["every_year"] == "yes":
            row["reviewed_on"] = ""
    write_list(path, list(rows[0]), [list(row.values()) for row in rows])


@contextmanager
def as_one(folder: Path, names: tuple[str, ...]) -> Iterator[None]:
    """Change several files as one: where the block fails, each is as it was."""
    kept = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    try:
        yield
    except BaseException:
        for name, content in kept.items():
            (folder / name).write_bytes(content)
        raise


def _append(path: Path, text: str) -> None:
    write_text(path, path.read_text(encoding="utf-8").rstrip("\n") + "\n" + text)
