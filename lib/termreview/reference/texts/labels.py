"""The Vietnamese word of one id that readers see; ids of the code are listed here, ids of an index come from its set.

The ids of tables, refusals and pages are written out again, since declarations are read before any room that makes
them: a test holds both together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from termreview.reference.kinds.calendar import REPORTS, Calendar
from termreview.reference.kinds.decisions import FOLDED_CAUSES
from termreview.reference.kinds.indicators import MARKS, RULE_KINDS, IndicatorSet
from termreview.reference.kinds.measures import OUTLINES
from termreview.reference.loading.rows import Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from termreview.reference.texts.declared_texts import Places, check_texts, places_in

FILE = "labels.yml"
# Every word by section; its places in brackets.
TEXTS: Mapping[str, str] = {
    "states": "answered blank not_applicable nothing_to_report unreadable not_submitted",
    "severities": "error query note",
    "severities_meaning": "error query note",
    "fates": "accepted superseded attached refused",
    "yes_no": "yes no",
    "marks": " ".join(MARKS),
    "notes": "marks unsure",
    "origins": "self computed verified agreed none unallocated",
    "reasons": (
        "agreed verified claimed computed_only not_in_use disputed no_evidence no_facts unanswered unreadable "
        "out_of_range zero_denominator not_submitted unallocated"
    ),
    "conditions": "met failed unknown none",
    "rule_kinds": " ".join(RULE_KINDS),
    "refusals": (
        "empty_file cannot_be_opened password_protected html_as_spreadsheet word_document pdf picture "
        "archive_not_workbook truncated damaged unsafe_xml too_large unsupported_format engine_failed "
        "rights_managed no_cells not_our_form unknown_school other_term school_not_expected duplicate_file "
        "set_aside"
    ),
    "inspection": (
        "refused(file,named,reason) read(file,kind,size_bytes,sheet_count,cell_count) hidden very_hidden cells "
        "formulas formulas_without_value errors hidden_rows hidden_columns macros external_links "
        "form(form_id,term_id,school_id) not_taken(named,reason) unknown account(used,flagged,unowned,ignored,total) "
        "more(count,severity) folded(count,places) other_cell"
    ),
    "report_titles": " ".join(f"{report}(term,school_year)" for report in REPORTS),
    "editions": "internal shareable",
    "banners": "illustrative",
    "hidden": "word meaning",
    "outline": " ".join(f"II.{outline}" for outline in OUTLINES),
    "document": "country motto kind number recipients archive",
    "rest": "tasks(count) ratios(count) points(count)",
    "charts": "no_information line",
    "scopes": "all",
    "columns": "school_id level commune conditions",
    "school_table": (
        "code name level commune answer(code,label) with_unit(head,unit) state(head) low(group) high(group) "
        "level_of(group)"
    ),
    "causes": " ".join((*FOLDED_CAUSES, "row_missing")),
    "trace": (
        "search search_hint search_hint_shareable no_hits more_hits(count) found(count) close back school file "
        "no_file whole item points max origin reason own computed verified ruling rule rule_id legal mark inputs "
        "question value cell note written total published differs conditions level numerator denominator result "
        "counted state_counted state_unanswered state_zero_denominator state_contradictory status all_data rebuilt "
        "added_up(cell,stated) band_from(start,points) band_above(start,points) kind_school kind_item kind_ratio "
        "kind_field kind_task"
    ),
}
WHOLE_SET = ("overall",)
NO_LEVEL = ("not_concluded", "not_applicable", "not_submitted")
OF_GROUPS = ("score_groups", "score_groups_short")
OF_LEVELS = ("score_levels", "score_levels_short")


def load_labels(source: Source, calendar: Calendar, sets: Mapping[str, IndicatorSet]) -> Mapping[str, Any]:
    """Read the words: every id has one, none is unknown, each with its own places only."""
    tree = read_tree(source, FILE)
    if tree is None:
        return {}
    tree.only((*TEXTS, *OF_GROUPS, *OF_LEVELS))
    check_texts(tree, {section: places_in(declared) for section, declared in TEXTS.items()})
    if _are_known(source, calendar):
        check_texts(tree, _of_sets(sets))
    else:
        _check_texts(tree)
    return without_lines(dict(tree.values))


def _are_known(source: Source, calendar: Calendar) -> bool:
    """Say whether the groups and levels in use are known: a slip where they are declared is told there alone."""
    files = {"calendar.yml", *(f"indicator_sets/{plan.indicator_set}.yml" for plan in calendar.plans)}
    return files.isdisjoint(problem.file for problem in source.problems)


def _of_sets(sets: Mapping[str, IndicatorSet]) -> Mapping[str, Places]:
    groups = [group.group_id for indicator_set in sets.values() for group in indicator_set.groups]
    levels = [str(level) for indicator_set in sets.values() for level in indicator_set.level_titles()]
    return {
        **{section: dict.fromkeys((*groups, *WHOLE_SET), ()) for section in OF_GROUPS},
        **{section: dict.fromkeys((*levels, *NO_LEVEL), ()) for section in OF_LEVELS},
    }


def _check_texts(tree: Row) -> None:
    for section in (*OF_GROUPS, *OF_LEVELS):
        words = tree.row(section)
        names = words.values if words else {}
        check_texts(
            tree, {section: {name: () for name in names if isinstance(name, str) and name != "__line__"}}
        )
