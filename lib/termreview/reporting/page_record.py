"""One record of a published page: what it was made from, and a seal of its sections; read back without a browser."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

RECORD_MIME: Final = "application/vnd.termreview.record+json"
RECORD_ID: Final = "lai-lich-bao-cao"
FORMAT: Final = 1
SEAL, RECORD = "seal", "record"  # in the record: its seal; in the seal: the record itself
_OPENING: Final = f'<script type="application/json" id="{RECORD_ID}">'
_ELEMENT: Final = re.compile(rf"{re.escape(_OPENING)}(.*?)</script>\n", re.DOTALL)
_SECTION: Final = re.compile(r'<h[23][^<>]*\sid="(muc-[\d-]+)"')
COUNTS: Final = ("expected_count", "received_count", "late_count")
_TEXTS: Final = ("kind", "term_id", "as_of", "edition", "status", "unit", "level", "subject")
_OTHER_PARTS: Final = {
    "lead": re.compile(r"<body\b"),
    "foot": re.compile(r"<footer\b"),
    "lookup": re.compile(r"<script\b"),
}
_AT_ONCE: Final = 64 * 1024
_SEAL_LENGTH: Final = 16


def record_in(notebook: Any) -> dict[str, Any] | None:
    """The record that one executed notebook carries for its page."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if RECORD_MIME in output.get("data", {}):
                return dict(json.loads(output["data"][RECORD_MIME]))
    return None


def with_record(html: str, record: Mapping[str, Any] | None) -> str:
    """Put the record into the head of one finished page, with the seal of everything else."""
    if record is None:
        return html
    text = _json({**record, SEAL: seal_of(html, record)})
    for sign, escaped in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, escaped)
    head, rest = html.split("</title>\n", 1)
    return f"{head}</title>\n{_OPENING}{text}</script>\n{rest}"


def without_record(html: str) -> str:
    """One page as it was before its record was put in."""
    return _ELEMENT.sub("", html, count=1)


def seal_of(html: str, record: Mapping[str, Any]) -> list[list[str]]:
    """The name and the hash of each part of one page without its record, and of the record without its seal."""
    told = {name: value for name, value in record.items() if name != SEAL}
    return [*([anchor, _hash(part)] for anchor, part in parts_of_page(html)), [RECORD, _hash(_json(told))]]


def parts_of_page(html: str) -> list[tuple[str, str]]:
    """One page without its record, cut where its sections begin: the anchor of each part and its markup.

    What is no section is called `head`, `lead` (all before the first section), `foot` and `lookup` (all behind).
    """
    starts = [(match.start(), match[1]) for match in _SECTION.finditer(html)]
    starts += [(match.start(), name) for name, sign in _OTHER_PARTS.items() if (match := sign.search(html))]
    cuts = [(0, "head"), *sorted(starts), (len(html), "")]
    return [(name, html[start:end]) for (start, name), (end, _) in pairwise(cuts)]


def record_text(html: str) -> dict[str, Any] | None:
    """The record of one page; None where it carries none that can be read."""
    found = _ELEMENT.search(html)
    return None if found is None else _parsed(found[1])


def read_record(path: Path) -> dict[str, Any] | None:
    """The record of one published file, read from its head alone; None where it carries none.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    end = b"</script>"
    with path.open("rb") as stream:
        content = stream.read(_AT_ONCE)
        start = content.find(_OPENING.encode())
        if start < 0:
            return None
        while end not in content[start:] and (more := stream.read(_AT_ONCE)):
            content += more
    return _parsed(content[start + len(_OPENING) :].partition(end)[0].decode("utf-8", "replace"))


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        record = json.loads(text)
    except ValueError:
        return None
    return record if isinstance(record, dict) and _is_whole(record) else None


def _is_whole(record: Mapping[str, Any]) -> bool:
    """Whether one record says all that one of this format says: a page may have been edited, or be of older make."""
    counts = record.get("figures")
    try:
        return (
            record["format"] == FORMAT
            and all(isinstance(record[name], str) for name in _TEXTS)
            and bool(datetime.date.fromisoformat(record["as_of"]))
            and isinstance(counts, dict)
            and all(type(counts[name]) is int for name in COUNTS)
            and all(type(count) is int for group in counts["levels"].values() for count in group.values())
            and all(
                type(told["term_id"]) is str and _are_files(told["files"])
                for told in record["origin"]["inputs"]
            )
            and all(isinstance(record["origin"][name], dict) for name in ("declarations", "made_with"))
            and all(isinstance(record["step"][name], dict) for name in ("parameters", "notebooks"))
            and dict(record[SEAL]) is not None
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _are_files(files: Any) -> bool:
    return all(len(told) == 3 and all(type(text) is str for text in told) for told in files)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SEAL_LENGTH]
