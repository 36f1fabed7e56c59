"""One letter of an office to one school: invited, reminded, given its file back or thanked; written as a draft, never sent."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Final

import pandas as pd

from termreview.cells import FONT, INK, PALE, RULE
from termreview.reference.declarations import Reference
from termreview.reference.kinds.units import Contact
from termreview.storage.atomic_files import write_content
from termreview.storage.workspace import atomic_write
from termreview.terms import Term
from termreview.text import day_text
from termreview.workbook_text import fitted, open_book

INVITATION, REMINDER, RETURN, THANKS = KINDS = ("invitation", "reminder", "return", "thanks")
# Which letter a school gets, by what it is reminded of; of what the office itself has to settle none is written.
_OF_STATE: Final = {
    "missing": REMINDER, "refused": RETURN, "repair": RETURN, "resent": RETURN, "explain": RETURN,
}  # fmt: skip
_WORKBOOK: Final = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_OTHER: Final = ("application", "octet-stream")
_WIDTHS: Final = {
    "number": 6, "kind": 26, "school_id": 11, "school_name": 34, "level_title": 16, "commune_name": 20, "address": 34,
    "copy_to": 24, "state": 26, "subject": 50, "body": 60, "attachment": 44,
}  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """One letter: its kind, the school, the texts that are filled in, and the file that goes with it.

    `state` is `ready`, `no_address`, `bad_address` (then there is no draft) or `no_attachment`.
    """

    kind: str
    school: Mapping[str, Any]
    contact: Contact
    about: str
    subject: str
    opening: str
    paragraphs: tuple[str, ...]
    attachment: Path | None = None

    @property
    def state(self) -> str:
        """What stands in the way of a draft, if anything."""
        if not self.contact.address:
            return "no_address"
        if self.contact.odd_addresses:
            return "bad_address"
        return "no_attachment" if self.attachment is None and self.kind != THANKS else "ready"

    @property
    def has_draft(self) -> bool:
        """Whether a mail program can open a draft of it."""
        return self.state in ("ready", "no_attachment")

    @property
    def body(self) -> str:
        """The whole text, as the body of a mail."""
        return "\n\n".join((self.opening, *self.paragraphs)) + "\n"


def plan_letters(
    kinds: Sequence[str],
    reporting: pd.DataFrame,
    reminders: pd.DataFrame,
    reference: Reference,
    term: Term,
    as_of: datetime.date,
) -> list[Letter]:
    """Plan the letters of one day, without the files that go with them: one row per kind and school, in that order.

    Invited is every expected school; reminded who has sent nothing; given back what has to be mended or explained; thanked
    whose report was taken in and owes nothing.

    Parameters
    ----------
    reporting, reminders
        One row per expected school, and one per school that owes something (`reminder_list`).
    """
    plan, texts = reference.calendar.plan(term), reference.letters
    office, parts = reference.calendar.office_on(plan.due_on), texts["parts"]
    again = plan.resubmission_due_on
    places = {
        "office": office.short_name, "office_name": office.text_name, "term": plan.title, "school_year": term.school_year, "due_on": day_text(plan.due_on),
        "as_of": day_text(as_of), "contact": office.contact or office.short_name,
        "again": parts["again"].format(day=day_text(again)) if again and again >= as_of else parts["again_soon"],
    }  # fmt: skip
    asking = parts["contact" if office.contact_phone else "contact_bare"].format(
        contact=places["contact"], phone=office.contact_phone
    )
    owing = {str(row["school_id"]): row for row in reminders.to_dict("records")}
    letters = []
    for kind in kinds:
        words = texts[kind]
        for school in reporting.to_dict("records"):
            school_id = str(school["school_id"])
            owed = owing.get(school_id)
            if kind != INVITATION and _kind_of(owed, str(school["state"])) != kind:
                continue
            told = places | {
                "school": school["name"], "school_id": school_id, "detail": "" if owed is None else str(owed["detail"]),
            }  # fmt: skip
            paragraphs = [text.format(**told) for text in words["paragraphs"]]
            if office.is_illustrative:
                paragraphs.insert(0, parts["illustrative"])
            letters.append(
                Letter(
                    kind, {str(name): value for name, value in school.items()},
                    reference.contacts.get(school_id, Contact(school_id, "", ())), words["about"].format(**told),
                    words["subject"].format(**told), parts["to"].format(school=school["name"]), (*paragraphs, asking),
                )
            )  # fmt: skip
    return letters


def _kind_of(owed: Mapping[Any, Any] | None, state: str) -> str:
    if owed is not None:
        return _OF_STATE.get(str(owed["state"]), "")
    return THANKS if state in ("on_time", "late") else ""


def write_draft(path: Path, letter: Letter) -> None:
    """Write one letter as a draft that a mail program opens unsent (`.eml`), its file attached; the same bytes each time."""
    message = EmailMessage(policy=SMTP)
    message["To"] = letter.contact.address
    if letter.contact.copy_to:
        message["Cc"] = ", ".join(letter.contact.copy_to)
    message["Subject"] = letter.subject
    message["X-Unsent"] = "1"  # Outlook then opens it to be looked at and sent, not as a mail that came
    message.set_content(letter.body, cte="base64")
    if letter.attachment is not None:
        main, sub = _WORKBOOK if letter.attachment.suffix == ".xlsx" else _OTHER
        content = letter.attachment.read_bytes()
        message.add_attachment(content, maintype=main, subtype=sub, filename=letter.attachment.name)
        # A boundary by chance would make other bytes each time.
        message.set_boundary("=_" + hashlib.sha256(letter.body.encode() + content).hexdigest()[:40])
    write_content(path, message.as_bytes())


def write_letter_list(
    path: Path, letters: Sequence[Letter], reference: Reference, as_of: datetime.date
) -> None:
    """Write the list that a mail merge of Word takes its fields from: the first line holds their names, every text is text."""
    texts = reference.letters
    with atomic_write(path) as beside:
        book = open_book(beside)
        book.set_properties({"created": datetime.datetime.combine(as_of, datetime.time())})
        base = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "top", "text_wrap": True}
        boxed = base | {"border": 1, "border_color": RULE}
        head = book.add_format(boxed | {"bold": True, "bg_color": PALE, "align": "center"})
        text, number = book.add_format(boxed | {"num_format": "@"}), book.add_format(boxed)
        page = book.add_worksheet(texts["list"]["sheet"])
        for column, (name, width) in enumerate(_WIDTHS.items()):
            page.set_column(column, column, width)
            page.write_string(0, column, texts["columns"][name], head)
        for row, letter in enumerate(letters, start=1):
            page.write_number(row, 0, row, number)
            for column, told in enumerate(_cells(letter, texts), start=1):
                page.write_string(row, column, fitted(told), text)
            page.set_row(row, 48)  # the whole text stands in the cell; a row as high would hide the list
        page.set_row(0, 32)
        page.freeze_panes(1, 4)
        page.autofilter(0, 0, max(len(letters), 1), len(_WIDTHS) - 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.ignore_errors({"number_stored_as_text": f"A1:Z{len(letters) + 2}"})
        book.close()


def _cells(letter: Letter, texts: Mapping[str, Any]) -> tuple[str, ...]:
    """The cells of one letter behind its number, in the order of `_WIDTHS`."""
    contact, school = letter.contact, letter.school
    state = texts["states"][letter.state].format(address=", ".join(contact.odd_addresses))
    return (
        texts[letter.kind]["title"], str(school["school_id"]), str(school["name"]), str(school["level_title"]),
        str(school["commune_name"]), contact.address, "; ".join(contact.copy_to), state, letter.subject, letter.body.strip(),
        letter.attachment.name if letter.attachment else "",
    )  # fmt: skip
