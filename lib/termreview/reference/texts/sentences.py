"""One sentence template of the reports, checked when it is loaded: there, in its forms, with its own places only."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from string import Formatter
from typing import Any

from termreview.reference.loading.rows import Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from termreview.reference.texts.declared_texts import places_in
from termreview.reference.texts.messages import SENTENCE_FORMS

FILE = "sentences.yml"
FORMATS = ("integer", "decimal1", "points", "ratio", "percent1", "share1", "vnd", "date", "text")
# Every sentence that the reports ask for, by section; in brackets what its places may be.
SENTENCES: Mapping[str, str] = {
    "report": (
        "banner_text as_of(as_of,due_on) as_of_early(as_of,count) "
        "subject.semester_review(school_year,term_title) subject.year_end_summary(school_year) "
        "opening(legal,office) opening_bare(office) how_to_read grounds_intro two_dates(cited_on,confirmed_on,number) "
        "unconfirmed_dates hidden_note(most) closing(office) footer(as_of,expected,received,subject) "
    ),
    "profile": (
        "schools(by_level,count,where) size(items) size_all(asked,counted,items) "
        "size_item(asked,counted,name,value) size_item_all(asked,counted,name,value) unknown "
    ),
    "reporting": (
        "states.on_time states.late states.refused states.missing "
        "received(as_of,count,parts,pct,total) parts.on_time(count) parts.late(count) parts.missing(count) missing(count,names,pct,total) "
        "refused(count,names,pct,total) late(count,names,pct,total) repair(count,pct,total) repair_note "
        "chart_alt(expected,late,missing,received,refused) "
        "days_alt(busiest,count,due_on,late,most,on_time) annex "
    ),
    "status": (
        "title(status) final(total) provisional(count,pct,total) who.missing(count,names,pct,total) "
        "who.refused(count,names,pct,total) who.errors(count,names,pct,total) who.blank(count,names,pct,total) how_to_read reached(level) "
        "outstanding(count,parts,pct,total) short.missing(count,names) short.refused(count,names) "
        "short.errors(count,names) short.blank(count,names) "
        "levels(items) levels_item(asked,group,levels) level_item(level,now,range) ratios_unknown(names) "
        "tables.levels tables.averages tables.tasks tables.ratios(before) columns.title columns.count columns.final "
        "columns.asked_count columns.average columns.final_average columns.scored_count columns.done_count "
        "columns.done_share columns.final_share columns.parts columns.share columns.added(before) columns.silent_count "
    ),
    "issued": (
        "opening(as_of,count,figures,now,now_status,number,schools,status) "
        "opening_later(as_of,count,figures,later,now,now_status,number,schools,status) "
        "nothing(as_of,figures,now,now_status,number,schools,status) nothing_own(as_of,figures,now,now_status,number,printed,schools,status) told.late(ids,schools) told.correction(ids,schools) told.in_place(ids,schools) "
        "told.decision(ids,schools) told.rule(ids,schools) told.program(ids,schools) schools(count,names) no_school "
        "ruled(ids) file(file) groups.reporting groups.sizes groups.tasks groups.ratios groups.levels(group) overall "
        "figures.received figures.needs_repair figures.tasks step(after,before) bounds(high,low) "
        "tables.office tables.schools schools_note parts_note columns.before columns.after "
        "columns.move columns.why cause(cause,part) columns.level columns.late columns.correction columns.in_place columns.decision columns.rule columns.program columns.previous "
        "page.printed printed.opening(counted,figures,words) printed.nothing(counted) printed.adds_up printed.words printed.read "
        "printed.unread(numbers) printed.previous printed.section(count,title) printed.elsewhere printed.main printed.turned printed.unchanged "
        "printed.came(after,causes) printed.went(before,causes) printed.reworded(after,before,causes) "
        "printed.more(count) printed.heads.cells printed.heads.lines printed.tables.cells printed.tables.lines "
        "printed.tables.words printed.csv.section printed.csv.table printed.csv.row printed.csv.column "
        "printed.csv.number printed.csv.before printed.csv.after printed.csv.move printed.csv.steps "
        "page.title(number) page.title_later(later,number) page.summary page.office page.schools heads.office heads.schools share(after,before) csv.school_id csv.school csv.group "
        "csv.title csv.before csv.after csv.move csv.numerator_before csv.denominator_before csv.numerator_after "
        "csv.denominator_after csv.level_before csv.level_after csv.steps csv.all csv.low csv.high csv.standing "
    ),
    "tasks": (
        "overview(asked,asked_tasks,count,done,others,pct) overview_parts.under_way(count) "
        "overview_parts.not_started(count) overview_parts.missing(count) overview_title "
        "overview_note extreme(count,pct,title,total) extremes(best,least) extremes_equal(pct) "
        "extremes_none heading(best,least,tasks) status(count,others,pct,total) "
        "status_most(count,others,pct,total) status_few(count,others,pct,total) "
        "status_part(count,status) status_missing systems(systems) "
        "timeliness(count,others,pct,total) figures_note ratio_item(parts,title,value) "
        "ratio_line(line,title,value) ratios_title(heading) ratios_alt(items) "
        "ratios_extremes(best,least) ratios_lines(count,names,pct,total) figures_title(heading) "
        "money_note "
    ),
    "ratios": (
        "key_intro(count,pct,total) hidden_targets(count) line_note line_words.higher(line) "
        "line_words.lower(line) coverage_one(coverage) coverage_part(coverage,names) "
        "coverage_many(items) few(fewest) levels_title levels_note "
        "levels_alt(best,best_value,least,least_value) levels_gap(high,highest,low,lowest,title) "
        "levels_none contradictory(count) contradictory_more(count) "
    ),
    "index": (
        "scope(count,set) nobody scored(count,pct,total) panel(group,name) level_named(level,title) "
        "levels(group,parts) levels_parts.level(count,level,title) levels_parts.open(count) levels_parts.missing(count) levels_title levels_note levels_alt(items) "
        "levels_alt_item(group,parts) bounds unallocated(group,points,reason) marks(marks) "
        "self_assessment(count) dots_title dots_note(lines) dots_line(level,line) "
        "dots_unallocated(group,points) dots_absent(names) "
        "dots_alt(above,below,bottom_line,count,crossing,group,top_line) heat_title "
        "heat_alt(strongest,strongest_pct,weakest,weakest_pct) heat_caption schools_title "
        "schools_alt(count,criterion,pct,total) schools_note schools_table "
        "weakest_in(count,criterion,pct,total) weak(count,line,names) conditions(count,pct,total) "
        "conditions_unknown(count,pct,total) not_concluded(count,pct,total) "
    ),
    "outlook": (
        "strong(count,pct,total) nobody kinds.not_concluded kinds.rounding kinds.pending kinds.claim "
        "counted(count,kind) caption note half_point unallocated condition item(item,title) "
        "actions_best(count,names) actions_nothing actions_caption actions_items(items) "
        "actions_conditions(items) actions_head actions_note(mark,meaning,office) "
    ),
    "statistics": (
        "grades_caption(section) levels_caption(section) coverage(asked,counted) mismatch(count,schools) absent(count) "
    ),
    "quality": (
        "findings(count,parts) findings_unnamed(count,parts) unnamed unnamed_remedy unnamed_note(fewest) findings_parts.error(count) findings_parts.query(count) findings_parts.note(count) account(files,flagged,ignored,total,unowned,used) "
        "account_gap(count) refused(count,reasons) shared_files states(by_state,total) marks "
    ),
    "assessment": (
        "note(criterion_weak,ratio_strong,ratio_weak,report_rate_strong,task_strong,task_weak) none "
        "too_few(count,fewest) level_in(group,name) task_item(count,pct,title,total) "
        "weak_task_item(count,pct,title,total) ratio_item(parts,title,value) "
        "criterion_item(share,title) line_item(title,values) line_value(scope,value) "
        "strengths.report_rate(count,pct,total) strengths.tasks(items) strengths.lines(items) "
        "strengths.ratios(items) strengths.levels(items) strengths.level_item(count,level,title) "
        "strengths.change_item(counted,end,start,title) "
        "strengths.change(before,change_strong,items) strengths.raised(before,count) "
        "limits.reports(count,pct,total) limits.tasks(items) limits.lines(items) "
        "limits.ratios(items) limits.criteria(criterion_weak,items) limits.conditions(count) "
        "limits.not_concluded(count,pct,total) limits.repair(count,pct,total) "
        "limits.change_item(counted,end,start,title) limits.change(before,change_strong,items) "
        "limits.lowered(before,count) causes.no_evidence(points,schools) "
        "causes.disputed(points,schools) causes.unanswered(points,schools) "
        "causes.unallocated(points) causes.difficulties(count) causes.difficulties_counted(count) causes.repair(count) "
        "causes.repair_shared(items) causes.repair_item(count,title) next_steps.reports(count) "
        "next_steps.repair(count) next_steps.tasks(items) next_steps.lines(items) "
        "next_steps.ratios(items) next_steps.criteria(items) next_steps.conditions(count) "
        "next_steps.evidence(count) next_steps.schools(count,items) "
        "next_steps.schools_item(count,text) next_steps.schools_counted(count) "
    ),
    "proposals": (
        "difficulties(count,pct,total) proposals(count,pct,total) not_quoted(office) quotes_note office(office) "
        "unallocated(document,points) two_dates(count,items) marks "
    ),
    "annexes": (
        "missing_none status_signs.done status_signs.under_way status_signs.not_started "
        "status_signs.unanswered status_signs.not_submitted statuses_note ratios_note sizes_note by_day(as_of) later(day) named(files) no_names "
    ),
    "change": (
        "of_year(school_year,term) no_previous(before) no_earlier same_schools(count,pct,total) "
        "merged(count,names) merged_note gone(before,count,names) "
        "tasks(before,count,others,pct,total) tasks_fallen(count) tasks_same(count) tasks_title "
        "tasks_note tasks_table ratios(before,count,others,pct,total) ratios_worse(count) "
        "ratios_same(count) ratios_title ratios_note ratios_trends.better ratios_trends.same "
        "ratios_trends.worse risen(items) fallen(items) moved_item(end,start,title,verb) verbs.up "
        "verbs.down unmoved nothing levels(count,group,moves) levels_up(count) levels_same(count) "
        "levels_down(count) levels_open(count) moves_note moves_title(group) "
        "points(before,falls,others,rises) scores_title scores_note(after,before) "
        "scores_alt(count,falls,pct,rises,total) targets(count,pct,total) year_end tasks_of_year(before) "
        "ratios_of_year(names) scores_not_compared(before) years_first(school_year) years_none(names) years_some(names) "
        "years_title(term) years_head years_note years_received years_groups.sizes years_groups.ratios years_groups.levels "
    ),
    "open_reasons": (
        "disputed no_evidence no_facts unanswered unreadable out_of_range computed_only unallocated "
    ),
}
# Working numbers of the assessment, and words by field of the form.
THRESHOLDS = "thresholds"
WORKING = ("assessment", THRESHOLDS)
LISTS = {("report", "recipients"): ("office", "unit")}  # with what the places of each text may be
BY_FIELD = (
    ("profile", "names"), ("profile", "columns"), ("profile", "by_school"), ("assessment", "named_figures"),
)  # fmt: skip


def places_of(section: str) -> dict[str, tuple[str, ...]]:
    """The places of each sentence of one section, by the path of the sentence below it."""
    return places_in(SENTENCES[section])


def load_sentences(source: Source, fields: Container[str]) -> Mapping[str, Any]:
    """Read the sentences of the reports; one that is missing, or has a place that nothing fills, is a mistake."""
    tree = read_tree(source, FILE)
    if tree is None:
        return {}
    tree.only(tuple(SENTENCES))
    for section in SENTENCES:
        row = tree.row(section)
        if row is None:
            tree.report("missing", key=section)
            continue
        sentences = places_of(section)
        _only_asked_for(row, sentences, [name for of, name in (*BY_FIELD, *LISTS, WORKING) if of == section])
        for path, places in sentences.items():
            _check_sentence(row, path, places)
    assessment = tree.row("assessment")
    thresholds = assessment.row(THRESHOLDS) if assessment else None
    for name in thresholds.values if thresholds else ():
        if thresholds and name != "__line__":
            thresholds.number(name, is_required=True)
    for section, name in BY_FIELD:
        row = tree.row(section)
        words = row.row(name) if row else None
        for field_id in words.values if words else ():
            if words and field_id != "__line__" and field_id not in fields:
                words.report("no_field", field=field_id)
    for (section, name), places in LISTS.items():
        row = tree.row(section)
        if row is None:
            continue
        texts = row.values.get(name)
        if not isinstance(texts, list):
            row.report("not_a_list", name)
            continue
        for text in texts:
            Row(source, row.path, row.line, {name: text}).template(name, places)
    return without_lines(dict(tree.values))


def _only_asked_for(row: Row, paths: Iterable[str], others: Iterable[str]) -> None:
    """Note every key of one section that nobody asks for: a slip of the pen, mostly."""
    known: dict[tuple[str, ...], list[str]] = {(): list(others)}
    for path in paths:
        parts = tuple(path.split("."))
        for depth, part in enumerate(parts):
            known.setdefault(parts[:depth], []).append(part)
    for folders, names in known.items():
        below: Row | None = row
        for folder in folders:
            below = below.row(folder) if below else None
        if below is not None:
            below.only(tuple(dict.fromkeys(names)))


def _check_sentence(row: Row, path: str, places: tuple[str, ...]) -> None:
    """One sentence at a path below one section: one text, or one text per form where something is counted."""
    *folders, name = path.split(".")
    for folder in folders:
        below = row.row(folder)
        if below is None:
            row.report("missing", key=folder)
            return
        row = below
    value = row.values.get(name)
    if isinstance(value, dict):
        forms = row.row(name)
        assert forms is not None
        forms.only(SENTENCE_FORMS)
        if "many" not in value:
            forms.report("needs_many", name=name)
        for form in SENTENCE_FORMS:
            if form in value:
                _check_text(forms, form, places)
    elif value is None:
        row.report("missing", key=name)
    else:
        _check_text(row, name, places)


def _check_text(row: Row, name: str, places: tuple[str, ...]) -> None:
    text = row.template(name, places)
    try:
        shown = [(place, spec) for _, place, spec, _ in Formatter().parse(text) if place is not None]
    except ValueError:
        return  # told by the template
    for place, spec in shown:
        if spec and spec not in FORMATS:
            row.report("format_unknown", place=place, format=spec, key=name, known=", ".join(FORMATS))
