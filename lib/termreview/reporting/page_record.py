"""One record of a published page: what it was made from, and a seal of its sections; read back without a browser."""

from __future__ import annotations

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
    is_known = isinstance(record, dict) and record.get("format") == FORMAT
    return record if is_known else None


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SEAL_LENGTH]
