"""One inspection in words: the lines that the command line shows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from termreview.intake.inspection import READ, Inspection

_MOST_SHOWN = 50  # errors, and as many queries
_PLACES_SHOWN = 5  # of one kind of note
_ASKED = ("error", "query")
_COUNTED = ("formulas", "formulas_without_value", "errors", "hidden_rows", "hidden_columns")


def inspection_lines(inspection: Inspection, labels: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines that tell one inspection in the words of `labels`; as bare codes where there are none."""
    words: Mapping[str, str] = labels["inspection"] if labels else {}
    if inspection.state != READ:
        reason = str(inspection.reason)
        named = _named(labels, "refusals", reason)
        line = _phrase(words, "refused", file=inspection.file, named=named, reason=reason)
        yield f"{line} {inspection.detail or ''}".rstrip()
        yield from (f"  {finding['remedy']}" for finding in inspection.findings if finding["remedy"])
        return
    account = inspection.account or {}
    yield _phrase(
        words, "read", file=inspection.file, kind=inspection.kind, size_bytes=inspection.size_bytes,
        sheet_count=len(inspection.sheets), cell_count=account.get("total", 0),
    )  # fmt: skip
    for sheet in inspection.sheets:
        yield "  " + _sheet_line(sheet, words)
    if inspection.has_macros:
        yield "  " + _phrase(words, "macros")
    if inspection.has_external_links:
        yield "  " + _phrase(words, "external_links")
    if inspection.form is not None:
        form = inspection.form
        unknown = _phrase(words, "unknown")
        yield "  " + _phrase(
            words, "form", form_id=form["form_id"] or unknown, term_id=form["term_id"],
            school_id=form["school_id"] or unknown,
        )  # fmt: skip
        if form["reason"]:
            named = _named(labels, "refusals", form["reason"])
            yield "  " + _phrase(words, "not_taken", named=named, reason=form["reason"])
    if inspection.form is None:
        yield "  " + _phrase(words, "no_form")
    else:
        yield "  " + _phrase(words, "account", **{name: account.get(name, 0) for name in _ACCOUNT})
    yield from ("  " + line for line in _finding_lines(inspection.findings, labels, words))


_ACCOUNT = ("used", "flagged", "unowned", "ignored", "total")


def _finding_lines(
    findings: Sequence[Mapping[str, Any]], labels: Mapping[str, Any], words: Mapping[str, str]
) -> Iterator[str]:
    """The errors, then the queries, each by itself; the notes a line per kind; what is cut is counted by severity."""
    for severity in _ASKED:
        own = [finding for finding in findings if finding["severity"] == severity]
        named = _named(labels, "severities", severity).lower()
        for finding in own[:_MOST_SHOWN]:
            yield f"[{named}] {finding['message']} {finding['remedy'] or ''}".rstrip()
        if len(own) > _MOST_SHOWN:
            yield _phrase(words, "more", count=len(own) - _MOST_SHOWN, severity=named)
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        if finding["severity"] not in _ASKED:
            kinds.setdefault(finding["check_code"], []).append(finding)
    for notes in kinds.values():
        first = notes[0]
        named = _named(labels, "severities", first["severity"]).lower()
        line = f"[{named}] {first['message']} {first['remedy'] or ''}".rstrip()
        if len(notes) > 1:
            places = [_place(finding) for finding in notes[1:]]
            shown = ", ".join(place for place in places[:_PLACES_SHOWN] if place)
            rest = ", …" if len(places) > _PLACES_SHOWN else ""
            line += " " + _phrase(words, "folded", count=len(notes) - 1, places=f"{shown}{rest}".strip(", "))
        yield line


def _place(finding: Mapping[str, Any]) -> str:
    """Where one finding stands, as a spreadsheet program writes it."""
    return "!".join(str(finding[part]) for part in ("sheet", "cell") if finding[part])


def _sheet_line(sheet: Mapping[str, Any], words: Mapping[str, str]) -> str:
    state = f" ({_phrase(words, sheet['state'])})" if sheet["state"] != "visible" else ""
    parts = [
        f"{sheet[key]} {_phrase(words, key)}" for key in ("cells", *_COUNTED) if sheet[key] or key == "cells"
    ]
    return f"sheet “{sheet['name']}”{state}: " + ", ".join(parts)


def _named(labels: Mapping[str, Any], kind: str, name: str) -> str:
    """The word for one id of one kind; where nobody lends words, the id."""
    return str(labels[kind][name]) if labels else name


def _phrase(words: Mapping[str, str], name: str, **places: object) -> str:
    """One phrase with its places filled in; where nobody lends words, its name and what would fill it."""
    if words:
        return words[name].format_map(places)
    return " ".join([name, *(f"{key}={value}" for key, value in places.items())])
