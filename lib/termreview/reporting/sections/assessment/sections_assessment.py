"""One section of parts III to V: strengths, limits, causes, next steps, proposals, signature."""

from __future__ import annotations

from termreview.reference.texts.opinions import OFFICE
from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Sentence, joined
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import fill, reworded
from termreview.reporting.report.official_document import foot_block
from termreview.reporting.report.wording import (
    communes_head,
    fewest,
    labels,
    lower_first,
    of_one_school,
    say,
    threshold,
)
from termreview.reporting.sections.assessment.assessment import at_most, limits, strengths
from termreview.reporting.sections.assessment.directions import direction_day, next_steps
from termreview.reporting.sections.assessment.evidence import weigh
from termreview.reporting.sections.assessment.reasons import STATED, cause_note, causes
from termreview.reporting.sections.basis.opening import subject_of
from termreview.reporting.summaries.quality import schools_writing
from termreview.reporting.term.schools import whole_of

MOST_QUOTES = 8


def strong_points(report: ReportContext) -> Block:
    """III.1: what the figures show to be going well, and how the sentences were chosen."""
    names = (
        "report_rate_strong", "task_strong", "task_weak", "ratio_strong", "ratio_weak", "criterion_weak",
    )  # fmt: skip
    note = say(report, "assessment.note", **{name: Number(threshold(report, name)) for name in names})
    count = len(report.term.schools)
    if count < fewest(report):
        note = say(report, "assessment.too_few", count=count, fewest=fewest(report))
    told = [paragraph(note, css_class="small")] if note else []
    return stack(*told, _listed(report, strengths(report, weigh(report))))


def weak_points(report: ReportContext) -> Block:
    """III.2: what the figures show to be lacking."""
    return _listed(report, limits(report, weigh(report)))


def reasons(report: ReportContext) -> Block:
    """III.3: why, beyond the schools and theirs, as far as schools and figures tell."""
    note = cause_note(report)
    told: list[object] = [paragraph(note)] if note else []
    for kind, lines in causes(report, weigh(report)).items():
        if lines:
            told += [paragraph(say(report, f"assessment.causes.{kind}")), bullets(lines)]
    return stack(*told) if told else paragraph(say(report, "assessment.none"))


def coming_tasks(report: ReportContext) -> Block:
    """IV: what the limits call for, and what schools plan themselves."""
    lines = next_steps(report, weigh(report))
    count = schools_writing(report.summaries.opinions, "next_steps")
    own = report.summaries.opinions.query("field_id == 'next_steps'")
    if count and report.edition == INTERNAL:
        items = [
            say(
                report,
                "assessment.next_steps.schools_item",
                text=row["text"].rstrip("."),
                count=row["school_count"],
            )
            for row in records(own.head(3))
        ]
        lines.append(say(report, "assessment.next_steps.schools", count=count, items=at_most(report, items)))
    elif count and (counted := say(report, "assessment.next_steps.schools_counted", count=count)):
        lines.append(counted)
    if own_part := asked_of(report, OFFICE):
        office = report.declared.office.short_name
        by = direction_day(report, "office")
        lines.append(say(report, "assessment.next_steps.office", office=office, items=own_part, by=by))
    return _listed(report, lines)


def proposals(report: ReportContext) -> Block:
    """V: what schools find hard and ask for, counted and quoted, and what the office asks upward."""
    received = int(whole_of(report.summaries.reporting_levels)["received_count"])
    blocks: list[object] = []
    on_form = report.declared.form.all_fields()
    for field_id in (STATED, "proposals"):
        if field_id not in on_form:
            continue
        if field_id == STATED and report.edition != INTERNAL:
            continue  # told with the causes, where schools' own words are not quoted again
        count = schools_writing(report.summaries.opinions, field_id)
        blocks.append(paragraph(say(report, f"proposals.{field_id}", count=count, total=received)))
        if count and report.edition == INTERNAL:
            blocks.append(quotes_table(report, field_id))
    office = report.declared.office.short_name
    if report.edition != INTERNAL and len(report.summaries.opinions):
        note = say(report, "proposals.not_quoted", office=office)
        blocks += [paragraph(note)] if note else []
    asked = [
        say(report, "proposals.asked", addressee=fill(title, _places(report)), items=items)
        for name, title in report.reference.opinions.addressees.items()
        if name != OFFICE and (items := asked_of(report, name))
    ]
    if asked:
        blocks += [paragraph(say(report, "proposals.office", office=office)), bullets(asked)]
    return stack(*blocks) if blocks else paragraph(say(report, "proposals.none_asked", office=office))


def asked_of(report: ReportContext, addressee: str) -> Sentence:
    """What schools ask of one addressee, in the words of the office, each with how many ask it; blank for nothing."""
    own = report.summaries.opinions
    own = own[own["is_named"].astype(bool) & (own["addressee"] == addressee)]
    return joined(
        (
            say(report, "proposals.asked_item", text=row["text"], count=int(row["school_count"]))
            for row in records(own)
        ),
        "; ",
    )


def quotes_table(report: ReportContext, field_id: str) -> Block:
    """What schools wrote in one field: the wording and how many wrote it."""
    own = report.summaries.opinions.query("field_id == @field_id")
    own = own.assign(text=(own["text"].str[:1].str.upper() + own["text"].str[1:]).str.rstrip("."))
    return table(
        own,
        columns={"text": "Nội dung (trích)", "school_count": "Trường"},
        caption=say(report, f"captions.{field_id}"),
        formats={"school_count": "integer"},
        max_rows=MOST_QUOTES,
        notes=[say(report, "proposals.quotes_note")],
    )


def signature(report: ReportContext) -> Block:
    """Recipients on the left, the signer's title on the right; the name stays for the signature."""
    office = report.declared.office
    key = "report.closing" if report.scope.is_whole else "report.closing_part"
    closing = say(report, key, office=office.text_name, subject=lower_first(subject_of(report)))
    return stack(paragraph(closing), foot_block(office, labels(report, "document"), _recipients(report)))


def _recipients(report: ReportContext) -> list[str]:
    """Who receives the report, as declared, with the names of the office, its territory and its school levels."""
    texts = report.reference.sentences["report"]["recipients"]
    own = of_one_school(report)
    return [fill(reworded(text, own), _places(report), "report.recipients") for text in texts]


def _places(report: ReportContext) -> dict[str, str]:
    """The names of the office and of its territory on the deadline."""
    office, due_on = report.declared.office, report.declared.plan.due_on
    unit = report.reference.registry.on(due_on).get(office.unit_id)
    levels = ", ".join(dict.fromkeys(report.term.schools["level_short"]))
    communes = list(dict.fromkeys(report.term.schools["commune_name"]))
    return {
        "office": office.short_name, "unit": unit.name if unit else office.place_name, "levels": levels,
        "communes": communes[0] if len(communes) == 1 else f"các {lower_first(communes_head(report))}",
    }  # fmt: skip


def _listed(report: ReportContext, lines: list[str]) -> Block:
    return bullets(lines) if lines else paragraph(say(report, "assessment.none"))
