"""The command `verify`: one published report proved, told to people or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace
from termreview.text import day_text

if TYPE_CHECKING:
    from termreview.proof.causes import Cause
    from termreview.proof.verify import Verdict
    from termreview.reporting.pages.difference import Difference

EXIT_CODES = {"identical": 0, "differs": 1, "unverifiable": 2}
MOST_SHOWN = 20


def verify(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> int:
    """Prove one report; 0 when it is identical, 1 when it differs, 2 when it cannot be proved."""
    from termreview.proof.verify import verify_report

    verdict = verify_report(workspace, reference, options.report, _on_terminal)
    if options.json:
        print(json.dumps(verdict_data(verdict, options.report.name), ensure_ascii=False, indent=2))
    else:
        print("\n".join(verdict_lines(verdict, reference.provenance)))
    return EXIT_CODES[verdict.state]


def _on_terminal(text: str) -> None:
    """Show how far the making again has come, where somebody is watching."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


def verdict_data(verdict: Verdict, name: str) -> dict[str, Any]:
    """One verdict as plain data."""
    record = verdict.record or {}
    return {
        "report": name,
        "state": verdict.state,
        "reason": dict(zip(("code", "detail"), verdict.reason, strict=True)) if verdict.reason[0] else None,
        "parameters": record.get("step", {}).get("parameters"),
        "is_same_content": verdict.state == "identical"
        or (verdict.state == "differs" and verdict.is_same_content),
        "edited": list(verdict.edited),
        "seal": verdict.seal,
        "is_resaved": verdict.is_resaved,
        "later": dict(verdict.later),
        "causes": [asdict(cause) for cause in verdict.causes],
        "differences": [asdict(difference) for difference in verdict.differences],
    }


def verdict_lines(verdict: Verdict, words: Mapping[str, Any]) -> Iterator[str]:
    """One verdict in sentences."""
    said = words["verdicts"]
    if verdict.state == "identical":
        yield said["identical"]
        yield from (said["later"].format(term=term, count=count) for term, count in verdict.later.items())
        return
    if verdict.state == "unverifiable":
        code, detail = verdict.reason
        yield said["unlike"].format(reason=words["refusals"][code].format(name=detail))
    else:
        yield said["differs"]
    if verdict.is_resaved:
        yield said["resaved"]
        return
    if verdict.edited:
        yield ""
        yield said["edited"]
        yield from (f"  - {title}" for title in verdict.edited)
    elif verdict.seal == "edited":
        yield said["edited_somewhere"]
    if verdict.causes:
        yield ""
        yield said["causes"]
        yield from (f"  - {_cause_text(cause, words['causes'])}" for cause in verdict.causes)
        if verdict.seal != "edited" and not verdict.edited:
            yield said["not_edited" if verdict.seal == "intact" else "perhaps_edited"]
    if verdict.state == "differs" and verdict.is_same_content:
        yield said["same_content"]
    if verdict.differences:
        yield ""
        yield said["differences"].format(count=len(verdict.differences))
        yield from _difference_lines(verdict.differences[:MOST_SHOWN], said)
        if len(verdict.differences) > MOST_SHOWN:
            yield said["more"].format(count=len(verdict.differences) - MOST_SHOWN)


def _cause_text(cause: Cause, words: Mapping[str, str]) -> str:
    was, now = cause.was, cause.now
    if cause.kind == "file_dated":
        was, now = day_text(was), day_text(now)
    return words[cause.kind].format(term=cause.term_id, name=cause.name, was=was, now=now)


def _difference_lines(differences: tuple[Difference, ...], words: Mapping[str, str]) -> Iterator[str]:
    from termreview.reporting.pages.difference import excerpts

    section = None
    for each in differences:
        if each.section != section:
            section = each.section
            yield words["section"].format(section=section)
        found, expected = (
            excerpts(each.found, each.expected) if each.kind == "changed" else (each.found, each.expected)
        )
        key = {"changed": "line", "added": "line_added", "missing": "line_missing", "unseen": "line_changed"}
        told = words[key[each.kind]].format(place=each.place, found=found, expected=expected)
        yield f"  - {told}"
