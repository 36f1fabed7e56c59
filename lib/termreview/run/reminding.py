"""One day of one term as the office reminds its schools: who owes what, what is returned to whom, and the letters about it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from termreview.forms.dispatch import file_name, write_forms
from termreview.intake.clean import Cleaned
from termreview.intake.later_files import later_of_schools
from termreview.intake.received.received import ReceivedFile
from termreview.intake.received_notices import unknown_files
from termreview.reference.declarations import Reference
from termreview.reference.kinds.calendar import Office
from termreview.reference.word_template import TEMPLATE
from termreview.reporting.records.provenance import files_naming
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.summaries.reporting import school_reporting
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.word.document import LetterText, write_letters
from termreview.returns.letters import (  # fmt: skip
    INVITATION,
    KINDS,
    RETURN,
    THANKS,
    Letter,
    plan_letters,
    write_draft,
    write_letter_list,
)
from termreview.returns.reminders import reminder_list, write_reminders
from termreview.returns.returned import SchoolReturn, plan_returns, point_counts, point_table
from termreview.returns.workbook import write_returns
from termreview.storage.workspace import Workspace
from termreview.terms import Term


@dataclass(frozen=True, eq=False)
class Reminding:
    """What the schools of one term owe on one day.

    `reporting` has a row per expected school, `reminders` one per school to be reminded, `unknown` one per file of no
    known school; `planned` is what goes back to each school that sent a file.
    """

    reference: Reference
    term: Term
    as_of: datetime.date
    reporting: pd.DataFrame
    planned: list[SchoolReturn]
    reminders: pd.DataFrame
    unknown: pd.DataFrame

    def write(self, path: Path) -> None:
        """Write the reminder list as a workbook."""
        points = point_table(self.planned, self.term)
        expected = len(self.reporting)
        write_reminders(path, self.reminders, points, self.reference, self.term, self.as_of, expected, self.unknown)  # fmt: skip


def reminding_on(
    as_of: datetime.date,
    received: Sequence[ReceivedFile],
    cleaned: Cleaned,
    reference: Reference,
    term: Term,
    previous: pd.DataFrame | None,
) -> Reminding:
    """Say what the schools of one term owe.

    Parameters
    ----------
    received
        The files of every day; those received after `as_of` are told as such.
    cleaned
        What came of those received until then.
    previous
        Observations of the term before, as `cleaned` was made with.
    """
    declared = reference.of(term)
    schools = expected_schools(declared, reference.registry)
    reporting = school_reporting(schools, cleaned.submissions, open_findings(cleaned.findings))
    files = [file for file in received if file.received_on <= as_of]
    planned = plan_returns(files, cleaned, reference, term, previous)
    reminders = reminder_list(
        reporting,
        point_counts(planned),
        reference,
        declared.plan.due_on,
        as_of,
        later_of_schools([file for file in received if file.received_on > as_of], term, reference),
        files_naming(cleaned.findings),
        declared.plan.resubmission_due_on,
    )
    unknown = unknown_files(cleaned.submissions, cleaned.findings, reference.labels["refusals"])
    return Reminding(reference, term, as_of, reporting, planned, reminders, unknown)


def letters_on(
    owing: Reminding,
    workspace: Workspace,
    observations: pd.DataFrame,
    previous: pd.DataFrame | None,
    kinds: Sequence[str] = (),
    school_ids: Sequence[str] = (),
) -> list[Letter]:
    """The letters of one day with the files that go with them: forms and returned files are written where they are missing.

    Parameters
    ----------
    observations, previous
        Answers of this term and of the one before, for the files.
    kinds
        Only these; before any file came the invitation, then reminders, returns and thanks.
    school_ids
        Only these schools; all expected ones when nothing is given.
    """
    reference, term = owing.reference, owing.term
    kinds = kinds or (KINDS[1:] if owing.planned else (INVITATION,))
    planned = [
        letter
        for letter in plan_letters(kinds, owing.reporting, owing.reminders, reference, term, owing.as_of)
        if not school_ids or letter.school["school_id"] in school_ids
    ]
    wanted = {kind: [str(one.school["school_id"]) for one in planned if one.kind == kind] for kind in KINDS}
    folder = workspace.forms(term)
    schools = {school.unit_id: school for school in reference.of(term).schools}
    forms = {one: folder / file_name(schools[one], term) for kind in KINDS if kind not in (RETURN, THANKS) for one in wanted[kind]}  # fmt: skip
    if missing := [one for one, path in forms.items() if not path.is_file()]:
        write_forms(reference, term, folder, missing, previous=previous)
    returned = [entry for entry in owing.planned if entry.school.unit_id in wanted[RETURN]]
    back = write_returns(workspace.reports(term) / "returns", returned, observations, reference, term)
    files = {RETURN: {one: entry.path for one, entry in back.items()}, THANKS: {}}
    return [
        replace(letter, attachment=files.get(letter.kind, forms).get(str(letter.school["school_id"])))
        for letter in planned
    ]


def write_mail(
    workspace: Workspace,
    letters: Sequence[Letter],
    reference: Reference,
    term: Term,
    as_of: datetime.date,
    folder: Path | None = None,
) -> list[Path]:
    """Write the list for a mail merge, one Word document per kind and a draft per school; nothing is sent.

    Drafts of an earlier time that no longer hold are taken away. Gives the files that were written, the list first.
    """
    plan = reference.calendar.plan(term)
    office, texts = reference.calendar.office_on(plan.due_on), reference.letters
    folder, template = folder or workspace.reports(term) / "letters", workspace.reference / TEMPLATE
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{texts['list']['file']}.xlsx"]
    write_letter_list(written[0], letters, reference, as_of)
    for kind in KINDS:
        own = [letter for letter in letters if letter.kind == kind]
        printed, drafts = folder / f"{kind}.docx", folder / kind
        before = {*drafts.glob("*.eml"), *folder.glob(printed.name)}
        now = []
        if own:
            printed_letters = [LetterText(_head(letter, office, reference, as_of), letter.opening, letter.paragraphs) for letter in own]  # fmt: skip
            write_letters(printed, template, printed_letters, title=texts[kind]["title"])
            now.append(printed)
        for letter in own:
            if letter.has_draft:
                drafts.mkdir(exist_ok=True)
                path = drafts / f"{letter.school['school_id']}.eml"
                write_draft(path, letter)
                now.append(path)
        for path in before - set(now):
            path.unlink()
        written += now
    return written


def _head(letter: Letter, office: Office, reference: Reference, as_of: datetime.date) -> dict[str, object]:
    """What fills the places of the office's template: a letter has its subject below its number, and no kind of document."""
    words, parts = reference.labels["document"], reference.letters["parts"]
    return {
        "parent_body": office.parent_body,
        "issuer": office.name,
        "number": [f"{words['number']} ……/{office.document_suffix}", letter.about],
        "country": words["country"],
        "motto": words["motto"],
        "dated": f"{office.place_name}, ngày …… tháng …… năm {as_of.year}",
        "recipients_title": words["recipients"],
        "recipients": [parts["same"], words["archive"]],
        "signer_prefix": office.signer_prefix,
        "signer_title": office.signer_title,
    }
