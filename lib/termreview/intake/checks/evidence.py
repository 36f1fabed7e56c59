"""One piece of evidence that a school names: links that nobody else can open or that others name too, documents of two dates.

Each is a question to the school, never a reproach: a shared link may be the system's own page, a date a slip of the pen.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from termreview.intake.checks.answer_grid import Flags, Places, text_column
from termreview.intake.files.file_reading import Remark
from termreview.intake.values.date_value import day_of, term_window
from termreview.reference.declarations import TermReference
from termreview.terms import parse_term
from termreview.text import day_text, fold

BROKEN, LOCAL, SHARED, TWO_DATES = "link_broken", "link_local", "link_shared", "document_two_dates"
OTHER_YEAR, OTHER_PERIOD, NOT_SENT = "link_other_year", "evidence_other_period", "evidence_not_sent"
# What a link or a written day cannot do without: found in a column at a time, at a tenth of the price, where the
# pattern holds nothing but what Arrow's engine of patterns knows.
_MAY_HOLD, _MAY_BE_DATED = r"[pPsSeE]:|[wW]{3}\.|[A-Za-z]:\\|\\\\", r"[^0-9A-Za-z]20[0-9][0-9]"
_LINK = re.compile(
    # up to white space, or to where the next link begins; a place on a disk may hold spaces
    r"""(?:\b(?:h?t{1,4}ps?|file):|\bwww\.)(?:[^\s,;]++|[,;](?!https?:|www\.))++|\b[A-Za-z]:\\[^;,\n]*|\\\\[^;,\n]+""",
    re.IGNORECASE,
)
_AROUND = ".,;:)]}>\"'”’"
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_OF_PERSONS = re.compile(r"utm_\w+=[^&]*&?|fbclid=[^&]*&?")  # who followed a link, not where it leads
# Nearly every link: a site by its name in plain letters, and a path.
_SITE = r"https?://(?:www\.)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})"
_PLAIN = re.compile(rf"{_SITE}(/[^\s?#]*)?")
# One that would be read whole, and nothing else.
_ALONE = re.compile(rf"{_SITE}(/(?:[^\s?#,;]*[^\s?#,;{re.escape(_AROUND)}])?)?")
_INNER = ("localhost", ".local", ".lan")
_COLUMNS = ("school_id", "field_id", "sheet", "cell")
_NUMBER, _DAY = "number", "on"
_DATED = re.compile(
    r"(?<![\d/.-])(\d{1,2})(?:[/.-]|\s+tháng\s+)(\d{1,2})(?:[/.-]|\s+năm\s+)(20\d\d)(?![\d/-])", re.IGNORECASE
)
_SCHOOLS_SHOWN, _YEAR = 3, 4
# A document as words name it: its number, which holds letters behind a stroke, and its day.
_DOCUMENT = re.compile(
    r"(?<![\w/])(\d{1,5}(?:/\d{4})?/[^\W\d_][\w&.-]*(?:/[\w&.-]+)*),?\s*(?:\(?\s*ngày\s*|\()"
    r"(\d{1,2})(?:\s*[/.-]\s*|\s+tháng\s+)(\d{1,2})(?:\s*[/.-]\s*|\s+năm\s+)(20\d\d)(?!\d)",
    re.IGNORECASE,
)
_SUFFIXES = "pdf|docx?|docm|xlsx?|xlsm|pptx?|odt|ods|rtf|jpe?g|jfif|png|gif|webp|heic|zip|rar|7z|mp4"
_SUFFIX = re.compile(rf"\.(?:{_SUFFIXES})(?!\w)", re.IGNORECASE)
_BETWEEN = re.compile(r"[,;:\n\"“”]")
_LONGEST_NAME = 255


class _Texts(NamedTuple):
    """The answered texts of some observations: the rows where they stand, and what they say."""

    observations: pd.DataFrame
    rows: Places
    said: pa.Array | pa.ChunkedArray

    def those(self, wanted: Flags) -> _Texts:
        """Some of the texts."""
        return _Texts(self.observations, self.rows[wanted], self.said.filter(pa.array(wanted)))

    def of(self, field_ids: Sequence[str]) -> _Texts:
        """The texts that answer some fields."""
        field_of = text_column(self.observations, "field_id").take(pa.array(self.rows))
        return self.those(_flags(pc.is_in(field_of, pa.array(field_ids, field_of.type))))

    def holding(self, pattern: str) -> _Texts:
        """The texts that hold what a pattern of Arrow's engine names."""
        return self.those(_flags(pc.match_substring_regex(self.said, pattern)))

    def named(self) -> Iterator[_Named]:
        """Each text with its place."""
        rows = pa.array(self.rows)
        columns = [text_column(self.observations, name).take(rows) for name in _COLUMNS]
        texts = [column.to_numpy(zero_copy_only=False).tolist() for column in (*columns, self.said)]
        return map(_Named._make, zip(*texts, strict=True))


class _Named(NamedTuple):
    """One link or document as one school names it, and where."""

    school_id: str
    field_id: str
    sheet: str
    cell: str
    said: str


def evidence_questions(
    observations: pd.DataFrame,
    term: TermReference,
    previous: pd.DataFrame | None = None,
    sent: Mapping[str, Collection[str]] | None = None,
) -> Iterator[tuple[str, Remark]]:
    """Ask, by school, about links, files and documents that prove nothing as they are named.

    Parameters
    ----------
    observations
        The answers of the term; only answered texts and days are looked at.
    previous
        The answers of earlier terms: a link that was evidence in another school year is asked about.
    sent
        The names of the files of evidence that each school sent; where no school sent any, none is missed.
    """
    answered = _answered(observations)
    labels = {field_id: field.label for field_id, field in term.form.all_fields().items()}
    names = {school.unit_id: school.name for school in term.schools}
    by_link: defaultdict[str, list[_Named]] = defaultdict(list)
    for named, fault, link in _links(answered):
        if fault:
            yield named.school_id, _remark(fault, named, labels, found=named.said)
        elif link is not None:
            by_link[link].append(named)
    yield from _shared(by_link, labels, names)
    yield from _of_other_years(by_link, previous, term, labels)
    documents = answered.of(_documents(term))
    dated = documents.holding(_MAY_BE_DATED)
    in_words = [named._replace(said=_LINK.sub(" ", named.said)) for named in dated.named()]
    yield from _two_dates(answered, in_words, labels)
    yield from _of_other_periods(in_words, term, labels)
    if sent:
        yield from _not_sent(documents, labels, sent)


def _documents(term: TermReference) -> list[str]:
    """The fields that name documents."""
    return [name for name, field in term.form.all_fields().items() if field.names_document]


def named_links(observations: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """The links that schools name and that others can open by how they are written, each with its schools, in their order."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for named, fault, _ in _links(_answered(observations)):
        if not fault:
            found[named.said][named.school_id] = None
    return {link: tuple(schools) for link, schools in found.items()}


def _answered(observations: pd.DataFrame) -> _Texts:
    states, said = text_column(observations, "state"), text_column(observations, "value_text")
    is_text = _flags(pc.and_(pc.equal(states, "answered"), pc.is_valid(said)))
    return _Texts(observations, np.flatnonzero(is_text), said.filter(pa.array(is_text)))


def _flags(found: pa.Array | pa.ChunkedArray) -> Flags:
    """What Arrow found of each row, nothing of one that is missing."""
    flags: Flags = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return flags


def _links(texts: _Texts) -> Iterator[tuple[_Named, str, str | None]]:
    """Each link with its place, what keeps others from opening it, and itself as it is compared with others."""
    for named in texts.holding(_MAY_HOLD).named():
        school_id, field_id, sheet, cell, said = named
        before, _, last = said.rpartition(" ")
        alone = _ALONE.fullmatch(last)
        if (  # nearly every text with links: at most some words, and one plain link
            alone is not None
            and not alone[1].endswith(_INNER)
            and ":" not in before
            and "\\" not in before
            and "www." not in before.lower()
        ):
            yield _Named(school_id, field_id, sheet, cell, last), "", _normalised(alone)
            continue
        for written in _LINK.findall(said):
            link = written.rstrip(_AROUND)
            fault = fault_of_link(link)
            yield (
                _Named(school_id, field_id, sheet, cell, link),
                fault,
                None if fault else normalised_link(link),
            )


def _normalised(plain: re.Match[str]) -> str | None:
    """One plain link, as `normalised_link`."""
    path = (plain[2] or "").rstrip("/")
    return f"{plain[1]}{path}" if path else None


def fault_of_link(link: str) -> str:
    """Say what keeps others from opening one link: `link_broken`, `link_local`; blank where nothing is seen of it."""
    plain = _PLAIN.fullmatch(link)
    if plain is not None and not plain[1].endswith(_INNER):
        return ""
    lowered = link.casefold()
    if lowered.startswith(("file:", "\\\\")) or lowered[1:3] == ":\\":
        return LOCAL
    try:
        parts = urlsplit(link if "://" in link else f"http://{link}" if lowered.startswith("www.") else link)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return BROKEN
    if parts.scheme not in ("http", "https") or not host:
        return BROKEN
    try:
        return "" if ipaddress.ip_address(host).is_global else LOCAL
    except ValueError:
        pass
    if host.endswith(_INNER):
        return LOCAL
    try:
        known = host.encode("idna").decode("ascii").split(".")
    except UnicodeError:
        return BROKEN
    return "" if len(known) > 1 and all(map(_LABEL.fullmatch, known)) else BROKEN


def normalised_link(link: str) -> str | None:
    """One link as it is compared with others; None for the first page of a site, which many rightly name."""
    if (plain := _PLAIN.fullmatch(link)) is not None:
        return _normalised(plain)
    parts = urlsplit(link if "://" in link else f"http://{link}")
    path, query = parts.path.rstrip("/"), _OF_PERSONS.sub("", parts.query).rstrip("&")
    if not path and not query:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def _shared(
    by_link: Mapping[str, Sequence[_Named]], labels: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[tuple[str, Remark]]:
    """Links that some schools share; one that most of them name is of a system that all use."""
    everybody = {named.school_id for found in by_link.values() for named in found}
    for found in by_link.values():
        if len(found) < 2:
            continue  # nearly always
        schools = list(dict.fromkeys(named.school_id for named in found))
        if not 1 < len(schools) <= max(2, len(everybody) // 2):
            continue
        for school_id in schools:
            first = next(named for named in found if named.school_id == school_id)
            others = [names.get(one, one) for one in schools if one != school_id]
            more = f" và {len(others) - _SCHOOLS_SHOWN} trường khác" if len(others) > _SCHOOLS_SHOWN else ""
            told = ", ".join(others[:_SCHOOLS_SHOWN]) + more
            yield school_id, _remark(SHARED, first, labels, found=first.said, detail=told)


def _of_other_years(
    by_link: Mapping[str, Sequence[_Named]],
    previous: pd.DataFrame | None,
    term: TermReference,
    labels: Mapping[str, str],
) -> Iterator[tuple[str, Remark]]:
    """The first link of each school that it named in another school year as well; of some, how many more."""
    if previous is None or previous.empty:
        return
    years = {term_id: parse_term(term_id).school_year for term_id in previous["term_id"].unique()}
    before: dict[tuple[str, str], str] = {}
    for term_id, year in years.items():
        if year != term.term.school_year:
            for named, fault, link in _links(_answered(previous[previous["term_id"] == term_id])):
                if not fault and link is not None:
                    before[named.school_id, link] = year
    again: defaultdict[str, dict[str, _Named]] = defaultdict(dict)
    for link, found in by_link.items():
        for named in found:
            if (named.school_id, link) in before:
                again[named.school_id].setdefault(link, named)
    for school_id, links in again.items():
        (link, first), *others = links.items()
        more = f" (và {len(others)} đường dẫn khác)" if others else ""
        told = before[school_id, link] + more
        yield school_id, _remark(OTHER_YEAR, first, labels, found=first.said, detail=told)


def _two_dates(
    answered: _Texts, in_words: Sequence[_Named], labels: Mapping[str, str]
) -> Iterator[tuple[str, Remark]]:
    """Documents of one school that have one number and two days of one year: numbers begin anew in January.

    A document is named by two answers, its number and its day, or by words that hold both (Kế hoạch số 12/KH-TH ngày
    05/10/2023).
    """
    days = {
        field_id: f"{field_id[: -len(_NUMBER)]}{_DAY}" for field_id in labels if field_id.endswith(_NUMBER)
    }
    days = {number: day for number, day in days.items() if day in labels}
    wanted = answered.of([*days, *days.values()])
    there = {(named.school_id, named.field_id): named for named in wanted.named()}
    named: list[tuple[str, _Named]] = []
    seen: dict[tuple[str, str, str], _Named] = {}
    for (school_id, field_id), number in there.items():
        day = there.get((school_id, days.get(field_id, "")))
        if day is None:
            continue
        named.append((number.said, day))
    for text in in_words:
        for written_number, *parts in _DOCUMENT.findall(text.said):
            written = day_of(*map(int, reversed(parts)))
            if written is not None:
                named.append((written_number, text._replace(said=written.isoformat())))
    for told, day in named:
        first = seen.setdefault((day.school_id, fold(told), day.said[:_YEAR]), day)
        if first.said != day.said:
            yield (
                day.school_id,
                _remark(
                    TWO_DATES, day, labels, found=f"{told} ngày {day_text(day.said)}",
                    expected=day_text(first.said), detail=f"{first.sheet}!{first.cell}",
                ),
            )  # fmt: skip


def _of_other_periods(
    in_words: Sequence[_Named], term: TermReference, labels: Mapping[str, str]
) -> Iterator[tuple[str, Remark]]:
    """The first document of each school whose day, written beside it, lies outside of the school year so far; how many more.

    Answers that are days themselves are asked about where they are read. An older document may well be in force.
    """
    window = term_window(term.term.school_year, term.plan.due_on)
    found: defaultdict[str, list[tuple[_Named, datetime.date]]] = defaultdict(list)
    for named in in_words:
        days = (day_of(int(year), int(month), int(day)) for day, month, year in _DATED.findall(named.said))
        odd = [day for day in days if day is not None and not window.holds(day)]
        found[named.school_id] += [(named, day) for day in odd[:1]]
    for school_id, places in found.items():
        if places:
            (first, day), *others = places
            more = f" (và {len(others)} minh chứng khác)" if others else ""
            period = f"{day_text(window.first)}–{day_text(window.last)}"
            yield school_id, _remark(OTHER_PERIOD, first, labels, day_text(day), period, detail=more)


def _not_sent(
    documents: _Texts, labels: Mapping[str, str], sent: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, Remark]]:
    """The first file that each school names as its evidence and did not send; how many more."""
    there = {school_id: {fold(name) for name in names} for school_id, names in sent.items()}
    found: defaultdict[str, dict[str, _Named]] = defaultdict(dict)
    for named in documents.named():
        own = there.get(named.school_id, set())
        for told in _named_files(_LINK.sub(" ", named.said)):
            words = fold(told)  # some may stand before the name: xem tệp ke-hoach.pdf
            if not any(words.endswith(name) and not words[: -len(name)][-1:].isalnum() for name in own):
                found[named.school_id].setdefault(told.split()[-1], named)
    for school_id, files in found.items():
        (name, first), *others = files.items()
        more = f" (và {len(others)} tệp khác)" if others else ""
        yield school_id, _remark(NOT_SENT, first, labels, found=name, detail=more)


def _named_files(text: str) -> Iterator[str]:
    """What stands before each suffix of a file in one text, up to a sign between words, the suffix with it."""
    for match in _SUFFIX.finditer(text):
        yield _BETWEEN.split(text[max(0, match.start() - _LONGEST_NAME) : match.end()])[-1]


def _remark(
    code: str, named: _Named, labels: Mapping[str, str], found: str, expected: str = "", detail: str = ""
) -> Remark:
    return Remark(
        code, code, named.sheet, named.cell, named.field_id, found=found, expected=expected,
        label=labels[named.field_id], detail=detail,
    )  # fmt: skip
