"""The words of the pages that schools get, in Vietnamese; each word with the places that it may fill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from termreview.reference.loading.source import Source
from termreview.reference.words.declared_words import load_words, places_in

FILE = "school_pages.yml"
# Every word by section; its places in brackets.
WORDS: Mapping[str, str] = {
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


def load_school_page_words(source: Source) -> Mapping[str, Any]:
    """Read the words of the pages: every word there, none unknown, each with its own places only."""
    sections = {section: places_in(declared) for section, declared in WORDS.items()}
    return load_words(source, FILE, sections)
