"""One file of texts, in Vietnamese, held against what the code asks for: each text there, with its own places only.

Here stand those of what a report says of itself (footer, proof, index page) and of the pages that schools get; texts
of a form or task list that name the office name the one that collects the term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from termreview.reference.kinds.calendar import Office
from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.measures import Task
from termreview.reference.loading.rows import Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

Places = Mapping[str, tuple[str, ...]]
_WORD = re.compile(r"([\w.]+)(?:\(([\w,]*)\))?")
PROVENANCE_FILE = "provenance.yml"

# Every word by section; its places in brackets.
PROVENANCE: Mapping[str, str] = {
    "footer": (
        "standing(edition,status) made_of(files,term,inputs,declarations,reference) compared(files,term,inputs) "
        "made_with(version,package,python,libraries,library) how_to_verify"
    ),
    "verdicts": (
        "identical later(term,count) differs edited edited_somewhere resaved perhaps_edited not_edited same_content causes differences(count) more(count) "
        "section(section) line(place,found,expected) line_missing(place,expected) "
        "line_added(place,found) line_changed(place) unlike(reason)"
    ),
    "causes": (
        "file_added(term,name) file_unlisted(term,name) file_removed(term,name) "
        "file_changed(term,name,was,now) file_dated(term,name,was,now) declaration_added(name) declaration_removed(name) "
        "declaration_changed(name,was,now) notebook_added(name) notebook_removed(name) "
        "notebook_changed(name,was,now) issue_changed(name,term,was,now) issue_removed(name,term) program_changed(was,now) python_changed(was,now) "
        "library_changed(name,was,now) library_added(name,now) library_removed(name,was)"
    ),
    "refusals": "not_found(name) received(name) too_large(name) not_a_report(name) no_page(name) unknown_term(name) failed(name)",
    "places": (
        "head foot contents lead record style lookup script document markup text item heading caption "
        "figure(name) chart(name) box(name) cell(table,row,column) row(table,row)"
    ),
    "notices": (
        "received(count,day,list) parts_outdated(count) broken_issue(number,term,file) changed(count,term) changed_file(name,was,now) changed_remedy(list) "
        "day_impossible(count,list,as_of) day_later(count,list,as_of) day_file(name,day) renamed(count,list,as_of) "
        "renamed_file(name,before,day) renamed_note(name) absent(count,list,as_of) absent_same(name) more_files(count) list_note(list,note) unread(count,names)"
    ),
    "portfolio": (
        "title subtitle skip none table overview levels levels_note whole scoped issued broken schools(count) outdated "
        "outdated_short footer"
    ),
    "portfolio_columns": "number term report status as_of received late asked due_on scope edition files",
    "portfolio_files": "page document annex",
    "portfolio_kinds": "semester_review year_end_summary",
}
SCHOOL_PAGES_FILE = "school_pages.yml"

# Every word by section; its places in brackets.
SCHOOL_PAGES: Mapping[str, str] = {
    "head": (
        "title page_title(term,school_year,school) subtitle(term,school_year) code level commune report "
        "on_time(received_on) late(received_on,due_on) refused(due_on) missing(due_on) as_of(as_of) internal"
    ),
    "lead": (
        "level(level,title) open(low,high) open_note overall_mark(mark,meaning) missing missing_note(due_on) refused unread "
        "refused_note unread_note preschool(done,total) preschool_note"
    ),
    "strength": (
        "title solid(group) lowest(group,level) claim(group,item,title,level,count) pending(group,item,title,level) rounding(group,level) "
        "open_item(group,item,title) open_unallocated(group,points) open_condition(group)"
    ),
    "scores": (
        "title group(group,title) points(points) of(most) level(level,title) open(low,high) "
        "peers(count,level,low,middle,high) too_few(fewest) alt(points,lines) key(second,third) line(level) unallocated(group,points)"
    ),
    "criteria": "title criterion points most share middle alt(points,most) lacking(items) lacking_item(item,reason)",
    "conditions": "title met failed unknown note(mark,meaning)",
    "change": "title(before) none first nothing_alike no_tables(before) measure was is group(group) level(group) overall last(before,items) last_group(group,points)",
    "tasks": (
        "title counts(done,total,rest) count_under_way(count) count_not_started(count) count_unanswered(count) "
        "left(items) under_way(items)"
    ),
    "ratios": "title ratio parts millions(numerator,denominator) value bar middle note(count)",
    "good": (
        "title full_criteria(items) above_peers(items) full_ratios(items) above_ratios(items) tasks(done,total) on_time "
        "clean risen(group,before,after) none"
    ),
    "findings": "title none severity place message remedy more_cells(place,count) more(count) notes(count) explained(count)",
    "path": (
        "title(level) other_title lead(level,count) step before after effort total(group) condition(title) evidence(title) "
        "raise(title) goal_share(label,now,wanted,whole) goal(label,now,wanted) top short mark(mark,meaning)"
    ),
    "todo": "title missing(school_id) refused unread report_now",
    "foot": "claims marks(set) made(office,as_of,fingerprint)",
}
OFFICE_PLACE = "{office}"


def places_in(declared: str) -> dict[str, tuple[str, ...]]:
    """The places of each word of one section, from a list such as `title count(total,pct)`."""
    return {name: tuple(places.split(",")) if places else () for name, places in _WORD.findall(declared)}


def check_texts(tree: Row, wanted: Mapping[str, Places]) -> None:
    """Note every section or word that is missing, is asked for by nobody, or has a place that nothing fills."""
    for section, words in wanted.items():
        row = tree.row(section)
        if row is None:
            if tree.values.get(section) is None:  # what else stands there is told
                tree.report("missing", key=section)
            continue
        row.only(tuple(words))
        for name, places in words.items():
            row.text(name)
            row.template(name, places)


def load_texts(source: Source, file: str, wanted: Mapping[str, Places]) -> Mapping[str, Any]:
    """Read one file that holds words by section and nothing else."""
    tree = read_tree(source, file)
    if tree is None:
        return {}
    tree.only(tuple(wanted))
    check_texts(tree, wanted)
    return without_lines(dict(tree.values))


def load_provenance_texts(source: Source) -> Mapping[str, Any]:
    """Read the words: every word there, none unknown, each with its own places only."""
    sections = {section: places_in(declared) for section, declared in PROVENANCE.items()}
    return load_texts(source, PROVENANCE_FILE, sections)


def load_school_page_texts(source: Source) -> Mapping[str, Any]:
    """Read the words of the pages: every word there, none unknown, each with its own places only."""
    sections = {section: places_in(declared) for section, declared in SCHOOL_PAGES.items()}
    return load_texts(source, SCHOOL_PAGES_FILE, sections)


def with_office_named(office: Office, form: Form, tasks: tuple[Task, ...]) -> tuple[Form, tuple[Task, ...]]:
    """The form and the tasks of one term with the office's short name in its places."""

    def named(text: str) -> str:
        return text.replace(OFFICE_PLACE, office.short_name)

    return (
        replace(
            form,
            instructions=tuple(map(named, form.instructions)),
            sheets=tuple(replace(sheet, intro=named(sheet.intro)) for sheet in form.sheets),
            rows=tuple(
                replace(row, help=named(row.help)) if OFFICE_PLACE in row.help else row for row in form.rows
            ),
        ),
        tuple(
            replace(task, title=named(task.title)) if OFFICE_PLACE in task.title else task for task in tasks
        ),
    )
