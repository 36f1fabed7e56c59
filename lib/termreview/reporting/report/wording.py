"""One word that readers see for one id: labels, scopes, marks, documents."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from termreview.reference.kinds.indicators import Group
from termreview.reference.kinds.legal_documents import LegalDocument
from termreview.reporting.blocks.blocks import Hidden, hidden
from termreview.reporting.blocks.model import WAITING
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.tables import UNSURE
from termreview.reporting.blocks.values import joined
from termreview.reporting.editions.scope import scope_total
from termreview.reporting.report.applicable import covers_schools
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import listed, sentence
from termreview.reporting.term.schools import ALL
from termreview.terms import Term
from termreview.text import capitalised


def say(report: ReportContext, key: str, **values: Any) -> str:
    """Write one declared sentence of the report."""
    return sentence(report.reference.sentences, key, rewordings=of_one_school(report), **values)


def of_one_school(report: ReportContext) -> dict[str, str]:
    """What a report of a single school says instead of the words for several; nothing for more."""
    return dict(report.reference.sentences["one_school"]) if len(report.term.schools) == 1 else {}


def label(report: ReportContext, kind: str, name: str) -> str:
    """The word for one id of one kind."""
    return str(report.reference.labels[kind][name])


def stored_label(report: ReportContext, kind: str, name: str) -> str:
    """The word for one id that an issue keeps; the id itself where it is declared no more."""
    return str(report.reference.labels[kind].get(name, name))


def labels(report: ReportContext, kind: str) -> dict[str, str]:
    """All words of one kind by id."""
    return dict(report.reference.labels[kind])


def level_scopes(report: ReportContext) -> list[str]:
    """The whole and every school level of the report; the whole alone where there is but one."""
    levels = list(dict.fromkeys(report.term.schools["level"]))
    return [ALL, *(levels if len(levels) > 1 else [])]


def scope_title(report: ReportContext, scope: str) -> str:
    """The name of one scope: a school level, or all of them."""
    if scope == ALL:
        return scope_total(report.reference, report.scope)
    return report.reference.registry.level_titles()[scope]


def scope_heads(report: ReportContext, scopes: list[str]) -> dict[str, str]:
    """Short names of scopes for the heads of narrow columns and panels."""
    short = {level.level: level.short_title for level in report.reference.registry.levels}
    return {scope: short.get(scope, scope_title(report, scope)) for scope in scopes}


def communes_head(report: ReportContext) -> str:
    """What a column of communes is called: the kinds of units that its schools stand in, `Xã, thị trấn` or `Phường`."""
    names = set(report.term.schools["commune_name"])
    kinds = [kind for kind in labels(report, "commune_kinds").values() if any(map(_of_kind(kind), names))]
    text = ", ".join(kinds) or label(report, "school_table", "commune")
    return capitalised(text)


def _of_kind(kind: str) -> Callable[[str], bool]:
    return lambda name: name.casefold().startswith(f"{kind.casefold()} ")


def group_title(report: ReportContext, group_id: str) -> str:
    """One group of the index as a heading names it."""
    name = stored_label(
        report, "score_groups_short", group_id
    ).lower()  # issues that are compared name theirs
    return say(report, "index.panel", group=group_id, name=name)


def counted(report: ReportContext, key: str, counts: Mapping[str, int]) -> str:
    """Several counts as one list, by their declared sentences below `key`; nothing is said of none."""
    return listed([say(report, f"{key}.{name}", count=int(count)) for name, count in counts.items() if count])


def hidden_word(report: ReportContext) -> Hidden:
    """What stands in the place of a figure that this edition does not show."""
    words, most = report.reference.labels["hidden"], report.reference.disclosure.smallest_shown - 1
    note = say(report, "report.hidden_note", most=most)
    return hidden(str(words["word"]), str(words["meaning"]), note)


def shown(report: ReportContext, frame: pd.DataFrame, column: str = "value") -> pd.Series:
    """One column of figures as cells show them: the word for hidden ones, the figure otherwise."""
    if not frame["is_hidden"].any():
        return frame[column].astype(object)
    return frame[column].astype(object).mask(frame["is_hidden"], hidden_word(report))


def group_in_text(report: ReportContext, group_id: str) -> str:
    """One group of the index as part of a sentence."""
    name = label(report, "score_groups_short", group_id).lower()
    return say(report, "assessment.level_in", group=group_id, name=name)


def placed_notes(report: ReportContext) -> list[str]:
    """What the printed points of each group are out of, for a table of them; none where every point has an item."""
    notes = (placed_note(report, group) for group in report.declared.indicator_set.groups)
    return [note for note in notes if note]


def placed_note(report: ReportContext, group: Group) -> str:
    """What the printed points of one group are out of; blank where every point has an item."""
    if not group.unplaced_points:
        return ""
    values = {"placed": group.placed_points, "points": group.unplaced_points}
    return say(report, "index.placed", group=group.group_id, **values)


def mark_text(report: ReportContext, letter: str) -> str:
    """How sure one declared fact is as this edition says it: A, B or C; in the signed report an asterisk for C alone."""
    if report.edition == INTERNAL:
        return letter
    return WAITING if letter == UNSURE else ""


def marked(report: ReportContext, frame: pd.DataFrame) -> pd.DataFrame:
    """One table's rows with the column `mark` as this edition shows it (`mark_text`)."""
    return frame.assign(mark=[mark_text(report, letter) for letter in frame["mark"]])


def lower_first(text: str) -> str:
    """One title as part of a sentence: only its first letter changes, and none of an abbreviation such as CNTT."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def threshold(report: ReportContext, name: str) -> float:
    """One working threshold of the assessment, as declared beside the sentences."""
    return float(report.reference.sentences["assessment"]["thresholds"][name])


def before_name(report: ReportContext) -> str:
    """How sentences call the term that is compared with; blank without one."""
    before = report.declared.plan.compare_with
    return "" if before is None else term_name(report, before)


def term_name(report: ReportContext, term: Term) -> str:
    """How sentences call another term: with its school year where that is another one."""
    title = report.reference.calendar.plan(term).title
    if term.school_year == report.declared.term.school_year:
        return title
    return say(report, "change.of_year", term=title, school_year=term.school_year)


def fewest(report: ReportContext) -> int:
    """The declared number of schools below which a share of them says nothing; at least one."""
    return max(int(threshold(report, "fewest_schools")), 1)


def can_draw(report: ReportContext, schools: int) -> bool:
    """Whether a chart may have a row for each of so many schools: beyond the declared number nobody reads it."""
    return schools <= threshold(report, "most_drawn")


def document_text(document: LegalDocument) -> str:
    """One legal document as it is cited: number, date, issuer and subject."""
    kind = _kind_of(document)
    subject = document.title[len(kind) + 1 :].strip()
    return f"{_document_number(document)}{_issued_by(document)} {subject}"


def by_letter(report: ReportContext, key: str) -> str:
    """By which letter the schools report, as the sentence below `key` ends; blank where the office has none in force."""
    letter = guiding_letter(report)
    legal = f"{_kind_of(letter)} số {letter.number}" if letter else ""
    return say(report, key, legal=legal) if letter else ""


def _document_number(document: LegalDocument) -> str:
    """One legal document by its kind, number and day."""
    on = document.confirmed_on or document.cited_on
    return f"{_kind_of(document)} số {document.number}" + (f" ngày {number_text(on, 'date')}" if on else "")


def _issued_by(document: LegalDocument) -> str:
    """Who issued one legal document, to stand behind its number; blank where that is not declared."""
    return f" của {document.issuer}" if document.issuer else ""


def _kind_of(document: LegalDocument) -> str:
    first = document.title.partition(" ")[0]
    return next((name for name in _KINDS if document.title.startswith(name + " ")), first)


def cited_documents(report: ReportContext) -> list[LegalDocument]:
    """The documents that the report stands on, each once: known by number, of its school year, in force on its day.

    One that another has replaced by then, of which the day is known, gives way to it.
    """
    declared, documents = report.declared, report.reference.documents
    year = declared.term.school_year
    targets = report.reference.targets_in(year)
    ids = [
        declared.plan.legal, declared.form.legal, *([declared.indicator_set.legal] if covers_schools(report) else []), *(task.legal for task in declared.tasks),
        *(target.source_document for target in targets if target.is_shown),
    ]  # fmt: skip
    day = report.as_of
    named = (documents[name] for name in dict.fromkeys(ids) if name in documents)
    found = dict.fromkeys(in_its_place(one, documents, day) for one in named)
    return [document for document in found if document.is_known and document.holds_on(report.as_of, year)]


def guiding_letter(report: ReportContext) -> LegalDocument | None:
    """The letter that the term carries out, where it is known and in force on the day of the report."""
    legal = report.declared.plan.legal
    return next((one for one in cited_documents(report) if one.document_id == legal), None)


def in_its_place(
    document: LegalDocument, documents: Mapping[str, LegalDocument], day: datetime.date
) -> LegalDocument:
    """The document that stands in the place of one on a day: itself, until what replaced it is in force."""
    seen = {document.document_id}
    while (after := documents.get(document.replaced_by)) is not None and after.document_id not in seen:
        if after.begins_on is None or after.begins_on > day:
            break
        seen.add(after.document_id)
        document = after
    return document


def document_state(report: ReportContext, document: LegalDocument) -> str:
    """Where one document stands on the day of the report: in force, not yet, no longer, of another year, or unknown."""
    year = report.declared.term.school_year
    if in_its_place(document, report.reference.documents, report.as_of) is not document:
        return "replaced"
    if document.school_year and document.school_year != year:
        return "other_year"
    if document.valid_to is not None and document.valid_to < report.as_of:
        return "ended"
    if document.begins_on is None:
        return "unknown"
    return "in_force" if document.begins_on <= report.as_of else "not_yet"


def signed_grounds(report: ReportContext) -> str:
    """The opening sentence of the signed report: the letter it carries out, the other documents by number and day.

    Three lines of the page: the office, whose full name stands in the head, is named in short.
    """
    office, cited = report.declared.office.short_name, cited_documents(report)
    letter = guiding_letter(report)
    others = [one for one in cited if one is not letter]
    parts: list[str] = []
    if letter:
        legal = f"{_document_number(letter)}{_issued_by(letter)}{mark_text(report, letter.mark)}"
        parts.append(say(report, "report.by_letter", legal=legal))
    if others:
        names = listed([f"{_document_number(one)}{mark_text(report, one.mark)}" for one in others])
        parts.append(say(report, "report.and_grounds" if letter else "report.by_grounds", names=names))
    if not parts:
        return say(report, "report.opening_bare", office=office)
    return say(report, "report.opening_signed", by=joined(parts, "; "), office=office)


_KINDS = ("Công văn", "Quyết định", "Thông tư", "Nghị định", "Nghị quyết", "Kế hoạch", "Luật", "Văn bản")
