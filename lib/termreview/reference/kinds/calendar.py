"""One term of one school year: its deadline, form, task list, indicator set and legal reference; one office."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from termreview.coded_text import CodedText
from termreview.errors import UsageError
from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from termreview.terms import Term, parse_term
from termreview.text import fold

STATISTICS = "statistics"  # a periodic report of figures, beside the reports of a school year's parts
REPORTS = ("semester_review", "year_end_summary", STATISTICS)
OFFICES = "office.csv"
NONE = "none"  # what stands for a comparison, a task list or an index that the office does not want
UNKNOWN_DAY = datetime.date.min  # stands for a day that could not be read


@dataclass(frozen=True)
class TermPlan:
    """What one term asks of the schools.

    `previous` is the term before it, whose answers forms carry over and checks of change hold against; `compare_with`
    the term that its report compares figures with, if any. `resubmission_due_on` is the day by which what is missing,
    refused or to be mended has to come in; None where the office sets none.
    """

    term: Term
    title: str
    report: str
    due_on: datetime.date
    data_as_of: datetime.date
    form: str
    tasks: str
    indicator_set: str
    legal: str
    previous: Term | None
    mark: str
    compare_with: Term | None = None
    resubmission_due_on: datetime.date | None = None

    @property
    def is_review(self) -> bool:
        """Say whether the term reports on a part of the school year; periodic statistics stand beside these."""
        return self.report != STATISTICS


@dataclass(frozen=True)
class Office:
    """The body that collects and signs in one period.

    `full_name` is how running text calls it (Phòng Giáo dục và Đào tạo huyện Phong Mẫu), the short name where none is declared.
    `contact` (a person or a post) and `contact_phone` are whom a school calls, as the office states them; may be blank.
    """

    office_id: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    unit_id: str
    parent_body: str
    name: str
    short_name: str
    place_name: str
    signer_title: str
    signer_prefix: str
    document_suffix: str
    is_illustrative: bool
    contact: str = ""
    contact_phone: str = ""
    full_name: str = ""

    @property
    def text_name(self) -> str:
        """What a sentence that names the office in full calls it."""
        return self.full_name or self.short_name


def contact_text(office: Office, texts: Mapping[str, str]) -> str:
    """Whom a school calls: the office's short name, with the contact and the phone that it states, if any."""
    key = (
        ("full" if office.contact_phone else "named")
        if office.contact
        else "phoned"
        if office.contact_phone
        else "office"
    )
    return texts[key].format(office=office.short_name, contact=office.contact, phone=office.contact_phone)


@dataclass(frozen=True)
class Calendar:
    """All declared terms, oldest first, and the offices by period."""

    plans: tuple[TermPlan, ...]
    offices: tuple[Office, ...]

    @property
    def reviews(self) -> tuple[TermPlan, ...]:
        """The terms that report on a part of a school year, oldest first; all where an office has only statistics."""
        return tuple(plan for plan in self.plans if plan.is_review) or self.plans

    def plan(self, term: Term) -> TermPlan:
        """The plan of one term.

        Raises
        ------
        UsageError
            When the term is not declared; the message lists those that are.
        """
        for plan in self.plans:
            if plan.term == term:
                return plan
        known = ", ".join(plan.term.term_id for plan in self.plans)
        raise UsageError("term_undeclared", term=term.term_id, known=known)

    def same_part_before(self, term: Term) -> tuple[Term, ...]:
        """The declared terms that are the same part of an earlier school year, oldest first."""
        found = (plan.term for plan in self.plans)
        return tuple(
            sorted(one for one in found if one.part == term.part and one.school_year < term.school_year)
        )

    def earlier_in_year(self, term: Term) -> tuple[Term, ...]:
        """The terms of the same school year that are due before one term, oldest first."""
        own = self.plan(term)
        return tuple(
            plan.term
            for plan in self.plans
            if plan.term.school_year == term.school_year and plan.due_on < own.due_on
        )

    def office_on(self, date: datetime.date) -> Office:
        """The office in charge on one day; the latest one when none covers the day."""
        valid = [
            office
            for office in self.offices
            if office.valid_from <= date and (office.valid_to is None or date <= office.valid_to)
        ]
        return valid[0] if valid else self.offices[-1]


_TERM_KEYS = (
    "id", "part", "title", "report", "due_on", "data_as_of", "form", "tasks", "indicator_set", "legal",
    "previous", "compare_with", "mark", "resubmission_due_on",
)  # fmt: skip


def load_calendar(source: Source) -> Calendar:
    """Read the school years and offices; term ids, dates and references to earlier terms are checked."""
    tree = read_tree(source, "calendar.yml")
    loaded: list[tuple[Row, TermPlan]] = []
    if tree is not None:
        tree.only(("school_years",))
    for year in tree.rows("school_years") if tree else []:
        year.only(("id", "starts_on", "terms", "mark", "note"))
        year_id = year.text("id")
        starts_on = year.date("starts_on")
        for row in year.rows("terms"):
            row.only(_TERM_KEYS)
            plan = _term_plan(row, year_id)
            if plan is not None:
                loaded.append((row, plan))
                if starts_on is not None and UNKNOWN_DAY != plan.data_as_of < starts_on:
                    year.report(
                        "year_starts_late",
                        "starts_on",
                        starts_on=starts_on,
                        data_as_of=plan.data_as_of,
                        term=plan.term.term_id,
                    )
    unique([(row, plan.term.term_id) for row, plan in loaded])
    due_on = {plan.term: plan.due_on for _, plan in loaded}
    for row, plan in loaded:
        for key, earlier in (("previous", plan.previous), ("compare_with", plan.compare_with)):
            what = "comparison" if key == "compare_with" else "previous"
            if earlier is not None and earlier not in due_on:
                row.report(f"{what}_undeclared", term=earlier.term_id)
            elif (
                earlier is not None
                and UNKNOWN_DAY not in (plan.due_on, due_on[earlier])
                and due_on[earlier] >= plan.due_on
            ):
                row.report(f"{what}_not_earlier", term=earlier.term_id)
            elif key == "compare_with" and earlier is not None and not _is_fair(plan.term, earlier):
                row.report("comparison_unfair", key, term=earlier.term_id)
    _check_titles(loaded)
    _note_reports(loaded)
    plans = sorted(
        (_with_comparison(row, plan, due_on) for row, plan in loaded), key=lambda plan: plan.due_on
    )
    offices = _load_offices(source)
    if not offices and not source.is_hidden(source.root / OFFICES):
        source.report(source.root / OFFICES, 1, "no_office")
    return Calendar(tuple(plans), offices)


def _is_fair(term: Term, other: Term) -> bool:
    """Say whether figures of two terms may be compared: over the end of a school year only the same part."""
    return term.school_year == other.school_year or term.part == other.part


def _check_titles(loaded: Sequence[tuple[Row, TermPlan]]) -> None:
    """Two terms of one school year that a report would name alike."""
    first: dict[tuple[str, str], Term] = {}
    for row, plan in loaded:
        other = first.setdefault((plan.term.school_year, fold(plan.title)), plan.term)
        if plan.title and other != plan.term:
            row.report("one_title", "title", term=plan.term.term_id, other=other.term_id, title=plan.title)


def _note_reports(loaded: Sequence[tuple[Row, TermPlan]]) -> None:
    """A term whose report is not the one of its part: a year summed up before its end, or never."""
    for row, plan in loaded:
        later = [
            other
            for _, other in loaded
            if other.term.school_year == plan.term.school_year
            and other.due_on > plan.due_on
            and other.is_review
        ]
        is_summary = plan.report == "year_end_summary"
        is_summed_up = is_summary or any(other.report == "year_end_summary" for other in later)
        if (is_summary and (later or plan.term.part == "hk1")) or (
            plan.report in REPORTS and plan.term.part == "hk2" and not is_summed_up
        ):
            said = CodedText("report_unfit", term=plan.term.term_id, report=plan.report)
            row.source.note(row.path, row.line_of("report"), said)


def _with_comparison(row: Row, plan: TermPlan, due_on: Mapping[Term, datetime.date]) -> TermPlan:
    """The plan with the term that its report compares with, where the calendar leaves that open.

    Within one school year that is the term before; over its end only the same part of an earlier year, as what counts
    from the start of the year begins anew.
    """
    if row.values.get("compare_with"):
        return plan
    if plan.previous is not None and plan.previous.school_year == plan.term.school_year:
        return replace(plan, compare_with=plan.previous)
    same_part = [
        term
        for term, day in due_on.items()
        if term.part == plan.term.part and term.school_year < plan.term.school_year and day < plan.due_on
    ]
    return replace(plan, compare_with=max(same_part, default=None))


def _term_plan(row: Row, year_id: str) -> TermPlan | None:
    """One term; what cannot be read of it has a stand-in, so that nothing else seems to be missing for it."""
    term = _term(row, "id", f"{year_id}-{row.text('part')}")
    previous = _term(row, "previous") if row.values.get("previous") else None
    is_compared = row.values.get("compare_with") not in (None, "", NONE)
    compare_with = _term(row, "compare_with") if is_compared else None
    if term is None:
        row.source.hide(row.path)
        return None
    if not all(row.id(key) for key in ("form", "tasks", "indicator_set")):
        row.source.hide(row.path)  # what stands in those files may be what is looked for
    due_on, data_as_of = row.date("due_on") or UNKNOWN_DAY, row.date("data_as_of") or UNKNOWN_DAY
    if UNKNOWN_DAY not in (due_on, data_as_of) and data_as_of > due_on:
        row.report("data_after_due", "data_as_of", data_as_of=data_as_of, due_on=due_on)
    resubmission_due_on = row.date("resubmission_due_on", is_required=False)
    if resubmission_due_on is not None and UNKNOWN_DAY != due_on >= resubmission_due_on:
        row.report(
            "resubmission_before_due",
            "resubmission_due_on",
            resubmission_due_on=resubmission_due_on,
            due_on=due_on,
        )
    if year_id and term.school_year != year_id:
        row.report("other_school_year", term=term.term_id, school_year=year_id)
    elif term.part != row.id("part"):
        row.report("part_unfit", part=row.text("part"), term=term.term_id)
    return TermPlan(
        term, row.text("title"), row.choice("report", REPORTS), due_on, data_as_of, row.id("form"), row.id("tasks"), row.id("indicator_set"),
        row.text("legal"), previous, row.choice("mark", ("A", "B", "C"), "A"), compare_with, resubmission_due_on,
    )  # fmt: skip


def _term(row: Row, key: str, otherwise: str = "") -> Term | None:
    """The term that one key names; where it is none, the one that the entry's place makes it, if any."""
    try:
        return parse_term(row.text(key))
    except UsageError as error:
        if row.values.get(key):  # otherwise it is told that it is missing
            row.report(error.text)
    try:
        return parse_term(otherwise)
    except UsageError:
        return None


_OFFICE_COLUMNS = (
    "office_id", "valid_from", "valid_to", "unit_id", "parent_body", "name", "short_name", "place_name",
    "signer_title", "signer_prefix", "document_suffix", "is_illustrative",
)  # fmt: skip
_MORE_OFFICE_COLUMNS = ("contact", "contact_phone", "full_name")


def _load_offices(source: Source) -> tuple[Office, ...]:
    offices = []
    rows = read_list(source, OFFICES, _OFFICE_COLUMNS, _MORE_OFFICE_COLUMNS)
    unique([(row, f"{row.text('office_id')}, {row.text('valid_from', '')}") for row in rows])
    for row in rows:
        start = row.date("valid_from")
        if start is None:
            source.hide(row.path, row.text("office_id"))
            continue
        offices.append(
            Office(
                row.id("office_id"),
                start,
                row.date("valid_to", is_required=False),
                row.text("unit_id"),
                row.name("parent_body", ""),
                row.name("name"),
                row.name("short_name"),
                row.name("place_name"),
                row.text("signer_title"),
                row.text("signer_prefix", ""),
                row.text("document_suffix", ""),
                row.yes("is_illustrative"),
                row.text("contact", ""),
                row.text("contact_phone", ""),
                row.name("full_name", ""),
            )
        )
    return tuple(offices)
