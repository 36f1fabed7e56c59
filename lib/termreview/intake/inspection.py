"""One file of any kind looked at by itself: what it is, whether it reads, its account and its findings.

Works for files of no term and no office: then the facts of the workbook alone are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from termreview.cells import address
from termreview.coded_text import CodedText
from termreview.intake.clean import clean_term
from termreview.intake.files.cell_reconciliation import workbook_remarks
from termreview.intake.places.locate import read_fingerprint, read_identity
from termreview.intake.received.received import ReceivedFile, printable_name
from termreview.reference.declarations import Reference
from termreview.reference.kinds.calendar import TermPlan
from termreview.spreadsheets.packages.archive import ArchiveMember, archive_members
from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.spreadsheets.packages.sniffing import LOCKED, sniff
from termreview.spreadsheets.workbook import Sheet, Workbook, read_content, read_workbook
from termreview.storage.atomic_files import sha256_of

READ, REFUSED = "read", "refused"

_MOST_SHOWN = 20  # cells of one sheet that are named one by one
_KINDS = ("pdf", "picture", "word_document", "html_as_spreadsheet", "archive_not_workbook")


@dataclass(frozen=True)
class Inspection:
    """What one file is; plain values only, ready for JSON.

    Attributes
    ----------
    state, reason, detail
        `read`, or `refused` for a named reason.
    kind
        By content, never by name: `xlsx`, `xlsm`, `xlsb`, `xls`, `ods`, `fods`, `csv`, or what else it is; None where
        that cannot be told.
    form
        Term and school of one of the office's forms, and its fate there by itself; None for other workbooks.
    account
        Non-empty cells: `total` = `used` + `flagged` + `unowned` + `ignored`.
    findings
        Each with code, severity, place, words and remedy.
    """

    file: str
    state: str
    kind: str | None = None
    reason: str | None = None
    detail: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    sheets: tuple[Mapping[str, Any], ...] = ()
    has_macros: bool = False
    has_external_links: bool = False
    notes: tuple[str, ...] = ()
    form: Mapping[str, Any] | None = None
    account: Mapping[str, int] | None = None
    findings: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_taken(self) -> bool:
        """Whether a run would take it in, as far as the file by itself tells."""
        return self.state == READ and (self.form is None or self.form["fate"] != REFUSED)


class Filed(NamedTuple):
    """One file among the received files of a term: the term, and the name that it has there."""

    plan: TermPlan
    name: str


def filed_under(path: Path, folders: Mapping[str, Path], reference: Reference) -> Filed | None:
    """Where one file lies among the received files of a term; None where it lies elsewhere.

    Parameters
    ----------
    folders
        The folder of received files by term.
    """
    for plan in reference.calendar.plans:
        try:
            name = path.resolve().relative_to(folders[plan.term.term_id].resolve())
        except (ValueError, OSError, RuntimeError):  # lies elsewhere, or its name leads nowhere
            continue
        return Filed(plan, printable_name(name.as_posix(), reference.registry.school_names))
    return None


def inspect_files(
    path: Path, reference: Reference | None = None, words: Reference | None = None, filed: Filed | None = None
) -> list[Inspection]:
    """Look at one file, or at each file of an archive of workbooks by itself; as `inspect_file`."""
    members = archive_members(path)
    if not members:
        return [inspect_file(path, reference, words, filed)]
    return [
        inspect_file(
            member,
            reference,
            words,
            filed and Filed(filed.plan, f"{filed.name}/{printable_name(member.name)}"),
        )
        for member in members
    ]


def inspect_file(
    path: Path | ArchiveMember,
    reference: Reference | None = None,
    words: Reference | None = None,
    filed: Filed | None = None,
) -> Inspection:
    """Look at one file; whatever it is becomes a description, never an exception.

    Parameters
    ----------
    reference
        The declarations of the office whose form the file may be; without them it is told as a workbook alone.
    words
        Declarations that only lend their words where there is no office.
    filed
        The term among whose received files it lies: there it is judged as the run of that term will. Elsewhere it
        is judged in the term whose form it is.
    """
    words = reference or words
    name = str(path) if isinstance(path, Path) else f"{path.path}/{printable_name(path.name)}"
    name = name.encode("utf-8", "replace").decode()
    try:
        content = read_content(path)
    except RefusedFile as refused:
        return _refused(name, None, refused.reason, refused.detail, words)
    seen = Inspection(name, READ, _sniffed(content), None, None, len(content), sha256_of(content))
    del content  # a large file is not held while it is read
    try:
        workbook = read_workbook(path)
        facts = _facts(seen, workbook)
        return _as_form(facts, path, workbook, reference, filed) if reference is not None else facts
    except RefusedFile as refused:
        return _refused(name, seen, refused.reason, refused.detail, words)
    except Exception as error:  # what nobody foresaw: named, with the kind of failure
        return _refused(
            name, seen, "engine_failed", CodedText("unforeseen", kind=type(error).__name__), words
        )


def _refused(
    name: str, seen: Inspection | None, reason: str, detail: str, reference: Reference | None
) -> Inspection:
    message = reference.messages.get(f"refused_{reason}") if reference else None
    words = {
        "file": name,
        "detail": detail,
        "found": "",
        "expected": "",
        "sheet": "",
        "cell": "",
        "label": "",
    }
    finding = {
        "check_code": f"refused_{reason}", "severity": "error", "sheet": None, "cell": None, "field_id": None,
        "found": detail, "expected": message.expected.format_map(words) if message else None,
        "message": message.message.format_map(words) if message else detail,
        "remedy": message.remedy.format_map(words) if message else None,
    }  # fmt: skip
    kind, size, sha256 = (seen.kind, seen.size_bytes, seen.sha256) if seen else (None, None, None)
    return Inspection(
        name, REFUSED, reason if reason in _KINDS else kind, reason, detail, size, sha256, findings=(finding,)
    )


def _sniffed(content: bytes) -> str | None:
    try:
        kind = sniff(content)
    except RefusedFile:
        return None
    return None if kind == LOCKED else kind


def _facts(seen: Inspection, workbook: Workbook) -> Inspection:
    """What can be told of one workbook without knowing any form: every cell is there, none is used."""
    total = sum(len(sheet.cells) for sheet in workbook.sheets)
    return _replaced(
        seen, kind=workbook.kind, sheets=tuple(_sheet_facts(sheet) for sheet in workbook.sheets),
        has_macros=workbook.has_macros, has_external_links=workbook.has_external_links, notes=workbook.notes,
        account={"total": total, "used": 0, "flagged": 0, "unowned": 0, "ignored": total},
    )  # fmt: skip


def _sheet_facts(sheet: Sheet) -> dict[str, Any]:
    uncalculated, uncalculated_at = _counted(sheet, "formula_without_value")
    errors, errors_at = _counted(sheet, "error")
    return {
        "name": sheet.name,
        "state": sheet.state,
        "cells": len(sheet.cells),
        "formulas": sum(cell.formula is not None for cell in sheet.cells.values()),
        "formulas_without_value": uncalculated,
        "formulas_without_value_at": uncalculated_at,
        "errors": errors,
        "errors_at": errors_at,
        "hidden_rows": len(sheet.hidden_rows),
        "hidden_columns": len(sheet.hidden_columns),
        "merges": len(sheet.merges),
    }


def _counted(sheet: Sheet, kind: str) -> tuple[int, list[str]]:
    """How many cells of one kind a sheet has, and where the first ones stand."""
    places = [place for place, cell in sheet.cells.items() if cell.kind == kind]
    return len(places), [address(*place) for place in places[:_MOST_SHOWN]]


def _as_form(
    facts: Inspection,
    path: Path | ArchiveMember,
    workbook: Workbook,
    reference: Reference,
    filed: Filed | None,
) -> Inspection:
    """Add what the office's declarations say of one workbook."""
    plan, name = filed or (_plan_of(workbook, reference), path.name)
    if plan is None:
        return _replaced(
            facts, findings=tuple(workbook_findings(workbook, facts.file, facts.sheets, reference))
        )
    assert facts.size_bytes is not None
    assert facts.sha256 is not None
    place, member = (path, None) if isinstance(path, Path) else (path.path, path)
    received = ReceivedFile(name, place, plan.due_on, facts.sha256, facts.size_bytes, member=member)
    cleaned = clean_term([received], reference, plan.term)
    rows = cleaned.submissions.sort_values("fate", kind="stable").to_dict(
        "records"
    )  # accepted before refused
    found = cleaned.findings[cleaned.findings["file"].eq(name).fillna(False)]
    schools = [str(row["school_id"]) for row in rows if _plain(row["school_id"])]  # a file may hold several
    form = {
        "term_id": plan.term.term_id, "school_id": "; ".join(schools) or None, "form_id": _plain(rows[0]["form_id"]),
        "found_by": rows[0]["found_by"], "fate": rows[0]["fate"], "reason": _plain(rows[0]["reason_code"]),
    }  # fmt: skip
    account = dict.fromkeys(("total", "used", "flagged", "unowned", "ignored"), 0)
    for row in rows:
        is_refused = row["fate"] == "refused"  # whose or when cannot be told: nothing in it is used
        account["total"] += int(row["cells_total"])
        account["used"] += 0 if is_refused else int(row["cells_used"])
        account["flagged"] += 0 if is_refused else int(row["cells_flagged"])
        account["unowned"] += 0 if is_refused else int(row["cells_unowned"])
    account["ignored"] = account["total"] - account["used"] - account["flagged"] - account["unowned"]
    columns = (
        "check_code", "severity", "sheet", "cell", "field_id", "found", "expected", "message", "remedy",
    )  # fmt: skip
    findings = tuple(
        {column: _plain(value) for column, value in zip(columns, values, strict=True)}
        for values in found[list(columns)].itertuples(index=False)
    )
    return _replaced(facts, form=form, account=account, findings=findings)


def _plan_of(workbook: Workbook, reference: Reference) -> TermPlan | None:
    """The term whose form one workbook is, by its hidden marks or its visible identity."""
    plans = {plan.term.term_id: plan for plan in reference.calendar.plans}
    term_id = read_fingerprint(workbook).get("term_id")
    if term_id in plans:
        return plans[term_id]
    seen = (
        read_identity(workbook, reference.forms[plan.form]).get("term_id")
        for plan in reference.calendar.plans
    )
    return next((plans[term_id] for term_id in seen if term_id in plans), None)


def _replaced(facts: Inspection, **changes: Any) -> Inspection:
    return Inspection(**(vars(facts) | changes))


def _plain(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def workbook_findings(
    workbook: Workbook, file: str, sheets: Sequence[Mapping[str, Any]], reference: Reference
) -> Iterator[dict[str, Any]]:
    """What is odd about a workbook that is none of the office's forms, in the words of the catalogue."""
    yield _finding(reference, "refused_not_our_form", file)
    for remark in workbook_remarks(workbook):
        yield _finding(reference, remark.code, file, remark.sheet or None, found=remark.found)
    for sheet, counted in zip(workbook.sheets, sheets, strict=True):
        hidden = counted["hidden_rows"] + counted["hidden_columns"]
        if sheet.state != "visible" or hidden:
            yield _finding(reference, "hidden_content", file, sheet.name, found=sheet.name)
        for cell in counted["formulas_without_value_at"]:
            yield _finding(reference, "formula_without_value", file, sheet.name, cell)
        for cell in counted["errors_at"]:
            yield _finding(reference, "error_value", file, sheet.name, cell)


def _finding(
    reference: Reference,
    code: str,
    file: str,
    sheet: str | None = None,
    cell: str | None = None,
    found: str = "",
) -> dict[str, Any]:
    message = reference.messages[code]
    words = {
        "file": file, "sheet": sheet or "", "cell": cell or "", "found": found, "expected": "", "detail": "",
        "label": reference.labels["inspection"]["other_cell"],
    }  # fmt: skip
    severity = "note" if code == "refused_not_our_form" else message.severity
    return {
        "check_code": code, "severity": severity, "sheet": sheet, "cell": cell, "field_id": None,
        "found": found or None, "expected": message.expected.format_map(words) or None,
        "message": message.message.format_map(words).strip(), "remedy": message.remedy.format_map(words),
    }  # fmt: skip
