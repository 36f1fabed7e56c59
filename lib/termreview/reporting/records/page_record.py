"""One record of a published page: what it was made from, and a seal of its sections; read back without a browser."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.model import model_bundle
from termreview.reporting.editions.scope import IN_HAND
from termreview.reporting.records.page_values import OPENING, with_plain_lookup

RECORD_MIME: Final = "application/vnd.termreview.record+json"
RECORD_ID: Final = "lai-lich-bao-cao"
FORMAT: Final = 1
SEAL, RECORD = "seal", "record"  # in the record: its seal; in the seal: the record itself
_OPENING: Final = f'<script type="application/json" id="{RECORD_ID}">'
_CLOSING: Final = "</script>"
LARGEST_RECORD: Final = 16 * 2**20  # bytes; that of a province's reports has less than a tenth of it
_SECTION: Final = re.compile(r'<h[23][^<>]*\sid="(muc-[\d-]+)"')
COUNTS: Final = ("expected_count", "received_count", "late_count")
_TEXTS: Final = ("kind", "term_id", "as_of", "edition", "status", "unit", "level", "subject")
_OTHER_PARTS: Final = {
    "lead": re.compile(r"<body\b"),
    "foot": re.compile(r"<footer\b"),
    "lookup": re.compile(r"<script\b"),
    "values": re.compile(re.escape(OPENING)),
}
_AT_ONCE: Final = 64 * 1024
_SEAL_LENGTH: Final = 16
_NOTEBOOK: Final = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True)
class Footer(Block):
    """One footer; beside its words it carries the record by which the page can be proved."""

    record: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        text = json.dumps(self.record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return model_bundle(self.parts) | {RECORD_MIME: text}


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
    start, _, end = _element_in(html)
    return html if start < 0 else html[:start] + html[end:]


def _element_in(html: str) -> tuple[int, str, int]:
    """Where the element of the record begins, what it holds and where it ends; -1 where a page has none.

    Found by two searches from left to right, however the page was tampered with.
    """
    start = html.find(_OPENING)
    inside = start + len(_OPENING)
    end = -1 if start < 0 else html.find(f"{_CLOSING}\n", inside)
    return (-1, "", -1) if end < 0 else (start, html[inside:end], end + len(_CLOSING) + 1)


def seal_of(html: str, record: Mapping[str, Any]) -> list[list[str]]:
    """The name and the hash of each part of one page without its record, and of the record without its seal."""
    told = {name: value for name, value in record.items() if name != SEAL}
    return [*([anchor, _hash(part)] for anchor, part in parts_of_page(html)), [RECORD, _hash(_json(told))]]


def parts_of_page(html: str) -> list[tuple[str, str]]:
    """One page without its record, cut where its sections begin: the anchor of each part and its markup, the look-up as text.

    What is no section is called `head`, `lead` (all before the first section), `foot`, `lookup` and `values` (all behind).
    """
    html = with_plain_lookup(html)
    starts = [(match.start(), match[1]) for match in _SECTION.finditer(html)]
    starts += [(match.start(), name) for name, sign in _OTHER_PARTS.items() if (match := sign.search(html))]
    cuts = [(0, "head"), *sorted(starts), (len(html), "")]
    return [(name, html[start:end]) for (start, name), (end, _) in pairwise(cuts)]


def record_text(html: str) -> dict[str, Any] | None:
    """The record of one page; None where it carries none that can be read."""
    start, text, _ = _element_in(html)
    return None if start < 0 else _parsed(text)


def read_record(path: Path) -> dict[str, Any] | None:
    """The record of one published file, read from its head alone; None where it carries none.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    end = _CLOSING.encode()
    with path.open("rb") as stream:
        content = bytearray(stream.read(_AT_ONCE))
        start = content.find(_OPENING.encode())
        if start < 0:
            return None
        searched = start
        while (found := content.find(end, searched)) < 0 and len(content) < LARGEST_RECORD:
            searched = max(start, len(content) - len(end))
            if not (more := stream.read(_AT_ONCE)):
                break
            content += more
    text = content[start + len(_OPENING) : found] if found >= 0 else b""
    return _parsed(text.decode("utf-8", "replace"))


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and _is_whole(record) else None


def _is_whole(record: Mapping[str, Any]) -> bool:
    """Whether one record says all that one of this format says: a page may have been edited, or be of older make."""
    try:
        return (
            type(record["format"]) is int
            and record["format"] == FORMAT
            and _are_texts(record[name] for name in _TEXTS)
            and _is_day(record["as_of"])
            and _are_figures(record["figures"])
            and _is_origin(record["origin"])
            and _is_step(record["step"])
            and type(record[SEAL]) is list
            and all(type(told) is list and len(told) == 2 and _are_texts(told) for told in record[SEAL])
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        return False


def _are_figures(counts: Any) -> bool:
    """Counts, None where nobody knows one, and levels."""
    return all(counts[name] is None or type(counts[name]) is int for name in COUNTS) and all(
        type(count) is int for group in counts["levels"].values() for count in group.values()
    )


def _is_origin(origin: Any) -> bool:
    """Files of each term once; declarations and program as names and hashes."""
    inputs, program = origin["inputs"], dict(origin["made_with"])
    term_ids = [told["term_id"] for told in inputs]
    return (
        _are_texts(term_ids)
        and len(set(term_ids)) == len(term_ids)
        and all(
            type(file) is list and len(file) == 3 and _are_texts(file) and (not file[2] or _is_day(file[2]))
            for told in inputs
            for file in told["files"]
        )
        and all(_are_names(told.get("later", {})) for told in inputs)
        and _are_names(origin["declarations"])
        and _are_names(program.pop("libraries", {}))
        and _are_names(program)
    )


def _is_step(step: Any) -> bool:
    """Parameters that a run gives, and notebooks by names that lead nowhere else."""
    given = dict(step["parameters"])
    since = given.pop("since", 1)
    return (
        _is_day(given["as_of"])
        and type(since) is int
        and since > 0
        and _are_texts(given.values())
        and _are_names(step["notebooks"])
        and all(_NOTEBOOK.fullmatch(name) for name in step["notebooks"])
        and type(step.get("since_sha256", "")) is str
        and _are_names(in_hand := step.get(IN_HAND, {}))
        and all(number.isdecimal() and len(number) < 7 for number in in_hand)
    )


def _are_names(told: Any) -> bool:
    return type(told) is dict and _are_texts(told.values())


def _are_texts(told: Iterable[Any]) -> bool:
    return all(type(text) is str for text in told)


def _is_day(text: Any) -> bool:
    try:
        return type(text) is str and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SEAL_LENGTH]
