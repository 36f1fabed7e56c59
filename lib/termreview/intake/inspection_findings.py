"""One thing that is odd about a workbook that is none of the office's forms, in the words of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from termreview.intake.files.account import workbook_remarks
from termreview.reference.declarations import Reference
from termreview.spreadsheets.workbook import Workbook


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
