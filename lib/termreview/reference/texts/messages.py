"""One Vietnamese text that readers see: labels, messages of findings, sentence templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import unique, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from termreview.reference.texts.declared_texts import check_texts, load_texts

# How a sentence may differ by what it counts: nothing, one, many, the only one there is, all.
SENTENCE_FORMS = ("none", "one", "many", "only", "all")
MESSAGE_PLACES = ("cell", "detail", "expected", "file", "found", "label", "sheet")


@dataclass(frozen=True)
class Message:
    """One entry of the catalogue of findings: severity and the words for school and analyst."""

    message_code: str
    severity: str
    title: str
    message: str
    expected: str
    remedy: str


# What intake says of files and cells by itself, beside what checks say.
_CODES = """
refused_empty_file refused_cannot_be_opened refused_password_protected refused_html_as_spreadsheet
refused_word_document refused_pdf refused_picture refused_archive_not_workbook refused_truncated
refused_damaged refused_unsafe_xml refused_too_large refused_unsupported_format
refused_engine_failed refused_rights_managed refused_no_cells refused_not_our_form refused_unknown_school
refused_other_term refused_school_not_expected refused_duplicate_file superseded_revision revision_tie code_zero_lost identity_mismatch
term_mismatch matched_by_name share_by_code share_by_name share_incomplete hidden_content hidden_answers macros_ignored
unsealed_format external_links_ignored form_level_differs form_version_differs legacy_font_text sheet_missing sheet_renamed
row_moved row_missing heads_missing column_missing column_moved matched_by_label not_a_number not_an_integer negative_number out_of_range
not_a_date date_out_of_range not_a_choice not_yes_no formula_without_value error_value formula_in_cell
formula_calculated formula_differs formula_unchecked separator_assumed separator_ambiguous percent_assumed
number_from_text date_from_text date_in_number_cell date_from_number_cell day_month_ambiguous
yes_no_spelling points_above_maximum points_step text_normalised not_applicable_word nothing_to_report_word
choice_assumed choice_unclear document_absent document_unnamed
required_blank personal_data_suspected cells_ignored submission_late not_submitted decision_not_applied
fraction_in_number matched_by_file_name sheet_copied value_beside partial_resubmission answers_dropped
same_file_two_schools same_answers_two_schools same_part_two_schools earlier_version_again same_evidence_two_schools duplicate_sheet_name
encoding_guessed errors_not_seen cell_outside_its_row named_for_other_school day_impossible
attached_file file_names_schools file_claimed file_set_aside file_decision_not_applied file_decision_changed file_decision_other_school
file_decision_not_expected
date_order_inferred date_order_unsure date_era_shifted date_partly_shown date_zone_converted date_zone_ambiguous
row_twice column_twice typed_as_keys group_left_blank unowned_number label_differs unit_differs written_beside picture_over_answers marked_draft printed_fact_differs head_differs codes_differ date_after_report other_school_mentioned equals_quoted text_became_number text_redecoded text_letters_lost direction_override
shown_differs hidden_value look_on_condition zero_not_shown struck_out struck_out_part raised_part sign_font checkbox_unticked
foreign_currency picture_in_cell merged_answers covered_by_merge items_blank
"""
MESSAGE_CODES = frozenset(_CODES.split())


def load_messages(source: Source) -> dict[str, Message]:
    """Read the catalogue of findings: every code of intake there, placeholders known."""
    rows = read_list(
        source, "messages.csv", ("message_code", "severity", "title", "message", "expected", "remedy")
    )
    unique([(row, row.text("message_code")) for row in rows])
    catalogue = {}
    for row in rows:
        row.text("message")
        message = Message(
            row.text("message_code"), row.choice("severity", ("error", "query", "note")), row.text("title"),
            *(row.template(key, MESSAGE_PLACES) for key in ("message", "expected", "remedy")),
        )  # fmt: skip
        catalogue[message.message_code] = message
    path = source.root / "messages.csv"
    for code in () if source.is_hidden(path) else sorted(MESSAGE_CODES - set(catalogue)):
        source.report(path, 1, "missing", key=code)
    return catalogue


RETURN_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sheet": {
        "title": (), "refused_title": (), "heading": (), "refused_heading": (), "school": ("school", "school_id"),
        "term": ("term", "school_year", "due_on"), "illustrative": (), "file": ("file", "received_on", "revision"),
        "counts": ("error_count", "query_count", "note_count"),
        "compared": ("fixed_count", "open_count", "new_count", "explained_count"), "how_to": (), "points": (),
        "fixed": (), "legend": (), "legend_error": (), "legend_query": (), "legend_note": (), "thanks": (),
        "page": (), "more_cells": ("cell", "count", "cells"), "explain_prompt_title": (), "explain_prompt": (),
    },
    "remarks": {
        "marked": (), "macros": (), "rebuilt": ("kind",), "later_refused": ("problem",),
        "still_counts": ("file", "received_on"),
    },
    "columns": dict.fromkeys(
        ("number", "severity", "change", "sheet", "cell", "label", "problem", "found", "expected", "remedy",
         "explanation"), (),
    ),
    "changes": dict.fromkeys(("fixed", "open", "new", "explained", "first"), ()),
    "note": {
        "head": ("severity", "title"), "expected": ("expected",), "remedy": ("remedy",),
        "assumed": ("assumed",), "explained": ("explanation",),
    },
    "assumed": {
        "answered": ("value",),
        **dict.fromkeys(("blank", "not_applicable", "nothing_to_report", "unreadable", "not_submitted"), ()),
    },
    "reminders": {
        "sheet": (), "points_sheet": (), "heading": (), "term": ("term", "school_year", "due_on", "as_of"),
        "counts": ("expected_count", "missing_count", "day_later_count", "refused_count", "repair_count", "resent_count",
                   "explain_count", "explained_count"),
        "none": (),
    },
    "files": {"sheet": (), "file": (), "received_on": (), "reason": (), "decided": ("count",), "more": ("count",)},
    "reminder_columns": dict.fromkeys(
        ("number", "school_id", "school_name", "level_title", "commune_name", "state", "detail", "received_on",
         "days_late", "to_do"), (),
    ),
    "reminder_states": dict.fromkeys(("missing", "day_later", "refused", "repair", "resent", "explain", "explained"), ()),
    "reminder_details": {
        "missing": (), "named": ("files",), "day_later": ("file", "day", "as_of"), "refused": ("reason", "file"), "repair": ("error_count", "query_count", "file"),
        "resent": ("later_reason", "later_file", "file"), "resent_too": ("later_reason", "later_file"),
        "explain_too": ("query_count",),
        "explain": ("query_count", "file"), "explained": ("explained_count", "file"),
        "compared": ("fixed_count", "open_count", "new_count"), "explained_too": ("explained_count",),
    },
    "reminder_to_do": dict.fromkeys(("missing", "day_later", "refused", "repair", "resent", "explain", "explained"), ()),
}  # fmt: skip
RETURN_LISTS = ("instructions", "refused_instructions")

PUBLISHING_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "scope": {
        "in_unit": ("unit",), "in_school": ("unit",), "of_level": ("level",), "of_level_in_unit": ("level", "unit"),
        "all_in_unit": ("unit",), "all_in_school": (), "all_of_level": (),
    },
    "edition": dict.fromkeys(("internal", "shareable", "internal_note", "shareable_note"), ()),
    "status": {"provisional": (), "final": ()},
    "facts": {
        "term": (), "term_text": ("term", "school_year"),
        **dict.fromkeys(("as_of", "due_on", "status", "edition", "scope", "received"), ()),
    },
    "document": dict.fromkeys(("table", "figure", "continued"), ()),
    "annex": {
        **dict.fromkeys(
            ("title", "cover", "notes", "table", "sheets", "sheet_number", "sheet_title", "sheet_part", "sheet_rows",
             "back", "group", "mark", "total", "reading", "same_figures", "live", "missing", "page"), (),
        ),
        **dict.fromkeys(("numerator", "denominator", "percent", "low", "high", "level"), ("title",)),
    },
}  # fmt: skip


def load_publishing(source: Source) -> Mapping[str, Any]:
    """Read the words of publication: every word there, none unknown, each with its own places only."""
    return load_texts(source, "publishing.yml", PUBLISHING_WORDS)


def load_returns(source: Source) -> Mapping[str, Any]:
    """Read the words of returned workbooks: every word there, none unknown, each with its own places only."""
    tree = read_tree(source, "returns.yml")
    if tree is None:
        return {}
    tree.only((*RETURN_WORDS, *RETURN_LISTS))
    check_texts(tree, RETURN_WORDS)
    for name in RETURN_LISTS:
        if not tree.items(name):
            tree.report("missing", key=name)
    title = tree.values.get("sheet", {}).get("title") if isinstance(tree.values.get("sheet"), dict) else None
    if isinstance(title, str) and (len(title) > 31 or set(title) & set("[]:*?/\\'")):
        source.report_word(tree.path, title, "bad_sheet_title")
    return without_lines(dict(tree.values))
