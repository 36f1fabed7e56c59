"""One section of parts III to V: strengths, limits, causes, next steps, proposals, signature."""

from __future__ import annotations

import datetime as dt

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
from termreview.reporting.sections.assessment.assessment import at_most, limits, point_list, strengths
from termreview.reporting.sections.assessment.evidence import (
    EVIDENCE_REASONS,
    Evidence,
    amount_left,
    schools_named,
    weigh,
)
from termreview.reporting.sections.assessment.reasons import STATED, cause_note, causes
from termreview.reporting.sections.assessment.stories import story_sentences
from termreview.reporting.sections.basis.opening import subject_of
from termreview.reporting.sections.work.figures import parts_of_ratio
from termreview.reporting.sections.work.ratios import is_judged_by_school, missed_summary
from termreview.reporting.summaries.quality import schools_writing
from termreview.reporting.term.schools import ALL, whole_of

_SENT_IN = ("reports", "repair")
MOST_QUOTES = 8


def next_steps(report: ReportContext, evidence: Evidence) -> list[str]:
    """What the limits call for, a direction a line, each with its number, who does it and by when."""
    lines: list[str] = []

    def direct(key: str, **values: object) -> None:
        office = report.declared.office.short_name
        by = direction_day(report, key.split("_", 1)[0])
        lines.append(say(report, f"assessment.next_steps.{key}", by=by, office=office, **values))

    def direct_schools(key: str, school_ids: list[str] | tuple[str, ...]) -> None:
        if school_ids:
            direct(key, count=len(school_ids), names=schools_named(report, school_ids))

    direct_schools("reports", evidence.absent)
    direct_schools("repair", evidence.in_repair)
    if evidence.left_by_task:
        direct("tasks_left", items=point_list(report, evidence.left_by_task, "tasks"))
    if evidence.weak_tasks:
        direct("tasks", items=at_most(report, [item.goal for item in evidence.weak_tasks], "tasks"))
    if evidence.weak_ratios:
        direct("ratios", items=at_most(report, [item.goal for item in evidence.weak_ratios], "ratios"))
    if evidence.weak_criteria:
        line = Number(threshold(report, "criterion_weak"))
        direct("criteria", items=point_list(report, evidence.weak_criteria, "criteria"), criterion_weak=line)
    for key, values in _target_steps(report):
        direct(key, **values)
    direct_schools("conditions", evidence.failed)
    open_points = report.summaries.open_points
    lacking = open_points.loc[open_points["reason"].isin(EVIDENCE_REASONS), "school_id"]
    direct_schools("evidence", list(dict.fromkeys(lacking)))
    return [*lines, *story_sentences(report, "next", by=direction_day(report, "stories"))]


def direction_day(report: ReportContext, name: str) -> dt.date:
    """By which day one kind of direction is to be carried out: so many days on, or the next such day of a year.

    What is to be sent in has the day that the schools were told: the term's own while it is open, then that of what is
    sent again.
    """
    plan = report.declared.plan
    if name in _SENT_IN:
        for told in (plan.due_on, plan.resubmission_due_on):
            if told is not None and report.as_of <= told:
                return told
    text = str(report.reference.sentences["assessment"]["dates"][plan.report][name])
    if text.startswith("+"):
        return report.as_of + dt.timedelta(days=int(text))
    day, month = map(int, text.split("/"))
    own = report.as_of.replace(month=month, day=day)
    return own if own > report.as_of else own.replace(year=own.year + 1)


def _target_steps(report: ReportContext) -> list[tuple[str, dict[str, object]]]:
    """A direction for each target that is not reached: what is left of the whole, or the schools that miss it."""
    lines = report.summaries.lines
    is_many = len(report.term.schools) >= fewest(report)  # enough to name single schools of a small level
    is_telling = (is_judged_by_school(lines) & is_many) | (lines["counted_count"] >= fewest(report))
    targets = {target.target_id: target for target in report.reference.targets}
    steps: list[tuple[str, dict[str, object]]] = []
    by_school: dict[str, list[str]] = {}
    for row in records(lines[lines["is_reached"].eq(False).fillna(False) & is_telling]):
        target = targets[row["target_id"]]
        if is_judged_by_school(row):
            missed = say(report, "assessment.target_missed", **missed_summary(report, row))
            by_school.setdefault(lower_first(row["title"]), []).append(missed)
        elif row["scope"] == ALL:
            value = Number(row["value"], "percent1" if row["unit"] == "percent" else "ratio")
            left = amount_left(row, row["line"])
            goal = say(report, "assessment.target_goal", title=row["title"])
            if target.goal and left is not None:
                goal = fill(target.goal, {"left": left}, "goal", "targets.csv")
            steps.append(("targets", {"goal": goal, "value": value, "parts": parts_of_ratio(row)}))
    for title, parts in by_school.items():
        steps.append(("targets_schools", {"title": title, "values": joined(parts, "; ")}))
    return steps


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
