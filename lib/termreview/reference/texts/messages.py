"""One Vietnamese text that readers see: labels, messages of findings, sentence templates."""

from __future__ import annotations

from dataclasses import dataclass

from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import unique
from termreview.reference.loading.source import Source
from termreview.reference.loading.text_schema import text_schema

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
    """Read the catalogue of findings: every code of intake there, placeholders known."""
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
    path = source.root / "messages.csv"
    for code in () if source.is_hidden(path) else sorted(set(text_schema()["messages.csv"]) - set(catalogue)):
        source.report(path, 1, "missing", key=code)
    return catalogue
