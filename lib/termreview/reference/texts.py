"""One Vietnamese text that readers see: labels, messages of findings, sentence templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from termreview.reference.loading import Source, read_list, read_tree, unique, without_lines

MESSAGE_PLACES = ("cell", "detail", "expected", "file", "found", "label", "sheet")


@dataclass(frozen=True)
class Message:
    """One entry of the catalogue of findings: severity and the words for school and analyst."""

    message_code: str
    severity: str
    title: str
    message: str
    expected: str
    remedy: str


def load_messages(source: Source) -> dict[str, Message]:
    """Read the catalogue of findings; placeholders must be known."""
    rows = read_list(
        source, "messages.csv", ("message_code", "severity", "title", "message", "expected", "remedy")
    )
    unique([(row, row.text("message_code")) for row in rows])
    catalogue = {}
    for row in rows:
        row.text("message")
        message = Message(
            row.text("message_code"), row.choice("severity", ("error", "query", "note")), row.text("title"),
            *(row.template(key, MESSAGE_PLACES) for key in ("message", "expected", "remedy")),
        )  # fmt: skip
        catalogue[message.message_code] = message
    return catalogue


def load_texts(source: Source, name: str) -> Mapping[str, Any]:
    """Read one tree of labels or sentence templates."""
    tree = read_tree(source, name)
    return without_lines(dict(tree.values)) if tree else {}
