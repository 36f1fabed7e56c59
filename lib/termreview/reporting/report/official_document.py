"""The head and the foot of an official document of one office (Decree 30/2020)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from termreview.reference.declarations import Reference
from termreview.reference.kinds.calendar import Office
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.blocks.model import Part
from termreview.reporting.blocks.number_format import clean_text


def head_block(
    office: Office,
    words: Mapping[str, str],
    part: Part,
    *,
    kind: str = "",
    sign: str,
    subject: str,
    year: int,
) -> Block:
    """The head of a document of one office; `part` is what covers and files need beside it."""
    told = {
        "parent_body": office.parent_body,
        "issuer": office.name,
        "number": f"{words['number']} ……/{sign}-{office.document_suffix}",
        "country": words["country"],
        "motto": words["motto"],
        "dated": f"{office.place_name}, ngày …… tháng …… năm {year}",
        "document_kind": kind or words["kind"],
        "subject": subject,
    }

    def lines(**css_of: str) -> str:
        shown = ((css, told[name]) for css, name in css_of.items() if told[name])
        return "".join(f'<p class="{css}">{escape_text(text)}</p>' for css, text in shown)

    left = lines(parent="parent_body", issuer="issuer", number="number")
    right = lines(country="country", motto="motto", dated="dated")
    html = (
        f'<div class="letterhead"><div>{left}</div><div>{right}</div></div>'
        f'<div class="document-title">{lines(kind="document_kind", subject="subject")}</div>'
    )
    texts = {name: clean_text(text) for name, text in told.items()}
    return Block(html, ({"kind": "letterhead", **part, **texts},))


def foot_block(office: Office, words: Mapping[str, str], receivers: Sequence[str]) -> Block:
    """The foot of a document of one office: to whom it goes, and who signs."""
    recipients = [*receivers, words["archive"]]
    lines = "".join(f"<li>{escape_text(line)}</li>" for line in recipients)
    signer = "".join(
        f"<p>{escape_text(text)}</p>" for text in (office.signer_prefix, office.signer_title) if text
    )
    part = {
        "kind": "signature", "recipients_title": words["recipients"], "recipients": [clean_text(line) for line in recipients],
        "signer_prefix": clean_text(office.signer_prefix), "signer_title": clean_text(office.signer_title),
    }  # fmt: skip
    html = (
        f'<div class="letterhead signature"><div><p class="recipients">{escape_text(words["recipients"])}</p>'
        f'<ul>{lines}</ul></div><div class="signer">{signer}</div></div>'
    )
    return Block(html, (part,))


def file_words(reference: Reference) -> dict[str, dict[str, str]]:
    """The words of the Word and Excel files that are not the report's own."""
    return {name: dict(reference.publishing[name]) for name in ("document", "annex")}
