"""The words of what a report says of itself: its footer, its proof, the index page of all reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from termreview.reference.loading.source import Source
from termreview.reference.words.declared_words import load_words, places_in

FILE = "provenance.yml"
# Every word by section; its places in brackets.
WORDS: Mapping[str, str] = {
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


def load_provenance_words(source: Source) -> Mapping[str, Any]:
    """Read the words: every word there, none unknown, each with its own places only."""
    sections = {section: places_in(declared) for section, declared in WORDS.items()}
    return load_words(source, FILE, sections)
