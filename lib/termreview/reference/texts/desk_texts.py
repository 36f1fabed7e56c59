"""The words of the review desk, in Vietnamese; the desk asks for each by section and name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from termreview.reference.loading.rows import Row, without_lines
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from termreview.reference.texts.declared_texts import check_texts, places_in

FILE = "desk.yml"
COMMON_ADVICE = ("note", "refused", "other")  # on causes that have none of their own
# Every word by section; its places in brackets.
TEXTS: Mapping[str, str] = {
    "bar": "title term level commune all author author_hint refresh refresh_hint",
    "connection": (
        "lost_title lost dead_title dead reload back_title back close drafts_title drafts(count,titles) forget "
        "given_back"
    ),
    "tabs": "glance triage verification explorer what_if explore",
    "status": (
        "opened(files) reading working ready trying tried tried_points(school) saving saved(decision) "
        "undone(decision) verified(points,item,school) unverified(item,school) "
        "points_undone(item,school) nothing_new(item,school) no_school "
        "not_there(decision) not_ready conflict fresh(files) arrived(count,names) decided(count) "
        "changed busy(detail) declarations(detail) failed(detail)"
    ),
    "pick": "back forward where(page,pages,count) empty picked",
    "picker": (
        "school hint back forward choose one(text,names) several(text,count) elsewhere(names,shown) none(text,shown) "
        "blank(shown)"
    ),
    "states": "on_time late needs_repair refused missing",
    "glance": (
        "deadline(term,school_year,due_on,left) days_left(days) due_today days_over(days) "
        "bar_label(received,expected) received needs_repair open_findings concluded which all "
        "row_hint(school,state,errors) days_title days_alt(count)"
    ),
    "glance_details": "received needs_repair open_findings concluded",
    "glance_columns": "school level commune state received_on errors queries detail",
    "published": "none_title none(term) same_title same(count) older_title older(count,now,term)",
    "triage": (
        "which errors queries open notes status unsettled settled rulings places "
        "cause_hint(title,severity,places,schools) cell_hint(school,place,found) undo undo_hint "
        "undo_none"
    ),
    "rulings": (
        "which all rule school place everywhere more_schools(school,count) held(count,schools) withdraw "
        "withdraw_hint not_own(who)"
    ),
    "ruling_columns": "ruling reach where what who places",
    "cause_columns": "cause severity places schools",
    "cell_columns": "school cell found",
    "context": (
        "school no_school file place found expected remedy advice read_as last_term no_last_term "
        "decision help code label unit answer sheet_cell(sheet,cell) row_caption(section,sheet)"
    ),
    "peers": (
        "title answered(answered,asked) range(low,first,middle,third,high) own last legend legend_own "
        "legend_last"
    ),
    "form": (
        "title(school) scope cell file places(count) school(school,count) rule(count,schools) action value value_hint alias_school "
        "reason reason_of_rule reason_hint try try_hint save save_hint faults"
    ),
    "actions": "correct accept alias not_applicable supplement claim set_aside",
    "kinds": "count number money percent points",
    "draft_faults": (
        "action nobody personal reason alias_school value_missing value_kind "
        "value_range(kind,low,high) factor"
    ),
    "effect": (
        "title counted(cells,settled,opened) opened_title scores no_scores_title no_scores "
        "nothing_title nothing more_cells(count) more_scores(count)"
    ),
    "effect_columns": "cells school label group before after",
    "reach": (
        "title_places places(count,schools,names) later_places title_school school(count,names) later_school "
        "title_rule rule(count,schools,names) later_rule"
    ),
    "decision": (
        "place(decision,action,value,school,where,reason,who,on) school(decision,action,value,school,where,reason,who,on) "
        "rule(decision,action,value,school,where,reason,who,on) "
        "places(decision,action,value,count,schools,names,reason,who,on) all_schools conflict_title conflict"
    ),
    "verification": "part items moderation visits nobody row_hint(item,own,computed,verified,counts)",
    "item_columns": "item title self computed verified counts",
    "item": (
        "max self computed verified counts no_claim no_facts not_verified reason in_use asked "
        "evidence no_evidence verified_by(who,on,reason)"
    ),
    "conditions": (
        "failed(names) line(condition,title,state) line_with(condition,title,state,facts) unknown(names)"
    ),
    "points": (
        "title(item,school) points reason reason_hint as_self as_self_hint as_facts as_facts_hint save save_hint "
        "remove remove_hint undo undo_hint undo_none warnings effect(school) "
        "conflict(points,item,school,who,reason) gone(item,school)"
    ),
    "points_faults": "cap(points,max_points) step(points) nobody personal reason",
    "points_warnings": "not_in_use no_evidence outside_facts(low,high) above_self(own)",
    "moderation": (
        "by item level school coverage(lines,schools) none_title none caption_item_id caption_level "
        "caption_school_id note alt(count) chart_note"
    ),
    "moderation_columns": "name compared_count self_points verified_points mean_gap lowered_count raised_count",
    "visits": (
        "risk_count sample_count seed verify by_risk sample margin(count,total,margin) "
        "weights(open_groups,disputed_points,unproved_points,unverified_points,near_groups,near_edge_points,hanging_groups,error_count)"
    ),
    "visit_columns": (
        "school_id short_name level_title commune_name open_groups disputed_points unproved_points "
        "unverified_points near_groups hanging_groups error_count risk"
    ),
    "school": (
        "part overview page page_title(school) page_note level commune report received_on file open_findings term "
        "terms former(school) measure own before peers_range peers_middle peers peers_note"
    ),
    "ledger_columns": "caption item max_points self_points computed verified_points counts reason",
    "finding_columns": "caption severity place message decision",
    "what_if": (
        "part school district conditions items counts find find_hint clear clear_hint "
        "rises(before,after) falls(before,after) stays(after) certain scores(school) tried no_number(names)"
    ),
    "path": "title(count,level,school) none_title none short_title(level) short mark(mark)",
    "path_columns": "step kind before after effort",
    "path_kinds": "evidence raise condition",
    "action": (
        "own own_title own_empty clear clear_hint items(items) items_and_conditions(items) reached(count,points) raised(count,names) raised_none "
        "mark(mark) note row_hint(title,reached,groups,raised)"
    ),
    "action_columns": "title reached points groups raised",
    "explore": (
        "x_section y_section x y no_second state all_states school level commune export export_hint "
        "exported csv xlsx svg png"
    ),
    "measures": "school report scores ratios low high level",
    "charts": "title_two(y,x) alt_one(x,known) alt_two(x,y,known) caption(count,total)",
}
RISK_WEIGHTS = (
    "open_groups", "disputed_points", "unproved_points", "unverified_points", "near_groups", "near_edge_points",
    "hanging_groups", "error_count",
)  # fmt: skip


def load_desk_texts(source: Source) -> Mapping[str, Any]:
    """Read the words of the desk: every word there, none unknown, each with its own places only; weights as numbers."""
    tree = read_tree(source, FILE)
    if tree is None:
        return {}
    tree.only((*TEXTS, "advice", "risk_weights"))
    check_texts(tree, {section: places_in(declared) for section, declared in TEXTS.items()})
    if (advice := _section(tree, "advice")) is not None:
        for name in advice.values:
            if name != "__line__":
                advice.text(name)
        for name in COMMON_ADVICE:
            advice.text(name)
    weights = {}
    if (row := _section(tree, "risk_weights")) is not None:
        row.only(RISK_WEIGHTS)
        for name in RISK_WEIGHTS:
            weights[name] = row.number(name, 0.0, is_required=True) or 0.0
            if weights[name] < 0:
                row.report("weight_negative", key=name)
    return {**without_lines(dict(tree.values)), "risk_weights": weights}


def _section(tree: Row, name: str) -> Row | None:
    row = tree.row(name)
    if row is None and tree.values.get(name) is None:
        tree.report("missing", key=name)
    return row
