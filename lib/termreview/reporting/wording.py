"""One word that readers see for one id: labels, scopes, marks, documents."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from termreview.reference.measures import LegalDocument
from termreview.reporting.context import ReportContext
from termreview.reporting.narrative import sentence
from termreview.reporting.number_format import number_text
from termreview.reporting.scope import scope_total
from termreview.reporting.summary_schools import ALL


def say(report: ReportContext, key: str, **values: Any) -> str:
    """Write one declared sentence of the report."""
    return sentence(report.reference.sentences, key, **values)


def label(report: ReportContext, kind: str, name: str) -> str:
    """The word for one id of one kind; the id itself where none is declared."""
    words = report.reference.labels.get(kind)
    return str(words.get(name, name)) if isinstance(words, Mapping) else name


def labels(report: ReportContext, kind: str) -> dict[str, str]:
    """All words of one kind by id."""
    return {str(name): str(word) for name, word in dict(report.reference.labels.get(kind, {})).items()}


def scope_title(report: ReportContext, scope: str) -> str:
    """The name of one scope: a school level, or all of them."""
    if scope == ALL:
        return scope_total(report.reference, report.scope)
    return report.reference.registry.level_titles()[scope]


def lower_first(text: str) -> str:
    """One title as part of a sentence: only its first letter changes, numbers of documents stay as they are."""
    return text[:1].lower() + text[1:]


def threshold(report: ReportContext, name: str) -> float:
    """One working threshold of the assessment, as declared beside the sentences."""
    return float(report.reference.sentences["assessment"]["thresholds"][name])


def document_text(document: LegalDocument) -> str:
    """One legal document as it is cited: number, date, issuer and subject."""
    on = document.confirmed_on or document.cited_on
    kind, _, subject = document.title.partition(" ")
    kind, subject = next(
        ((name, document.title[len(name) + 1 :]) for name in _KINDS if document.title.startswith(name + " ")),
        (kind, subject),
    )
    subject = subject.strip()
    dated = f" ngày {number_text(on, 'date')}" if on else ""
    issued = f" của {document.issuer}" if document.issuer else ""
    return f"{kind} số {document.number}{dated}{issued} {subject}"


_KINDS = ("Công văn", "Quyết định", "Thông tư", "Nghị định", "Nghị quyết", "Kế hoạch", "Luật", "Văn bản")


def date_text(value: datetime.date) -> str:
    """One day as 10/01/2024."""
    return number_text(value, "date")
