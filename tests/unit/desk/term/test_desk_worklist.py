"""One finding ruled on at the desk: folded, seen in its surroundings, decided, tried out, saved, and the same in a run."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from desk_world import (
    PRIMARIES,
    ROLE,
    SILENT,
    TERM,
    TODAY,
    finding_of,
    look_at,
    new_office,
    seen,
    without_copies,
)
from intake_world import PRIMARY, answers_of as model_answers

from termreview.desk.decision_drafts import (
    Draft,
    actions_for,
    choices_for,
    decision_of,
    decisions_at,
    faults_of,
    scopes_for,
    typed_value,
)
from termreview.desk.decision_groups import decision_groups_in
from termreview.desk.effect import changed_scores, effect_of_decision, effect_of_points, rescored
from termreview.desk.lists.decision_list import take_back, write_decision
from termreview.desk.term.causes import SETTLED, cells_of, finding, findings_in, fold_findings
from termreview.desk.term.cell_context import cell_context
from termreview.desk.term.overview import Scope, arrived, progress, published, received_days, who_reported
from termreview.desk.term.term_now import TermNow, look, plain_rows, stamp_of
from termreview.desk.views.effect import group_text, reach_block
from termreview.forms.form import FormOrder, write_form
from termreview.reference.kinds.decisions import Decision
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.reporting.summaries.decisions import advice_on
from termreview.run.steps import open_term, score_answers
from termreview.storage.workspace import Workspace

COMPUTERS = "informatics_computers_working_count"
REASON = "đã gọi điện đối chiếu với sổ của trường"


def draft(action: str = "correct", value: str = "15", scope: str = "cell", **other: object) -> Draft:
    return replace(Draft(scope, action, value, REASON, ROLE), **other)


def test_the_glance_counts_every_school_once() -> None:
    found = progress(seen(), Scope(), TODAY)
    assert (found.expected, found.on_time, found.late, found.refused, found.missing) == (10, 8, 1, 0, 1)
    assert found.received == 9
    assert found.days_left == -2
    assert (found.scored, found.concluded) == (8, 1)
    assert progress(seen(), Scope(level="mn"), TODAY).expected == 1


def test_schools_that_block_stand_first() -> None:
    rows = who_reported(seen(), Scope())
    assert rows["school_id"].iloc[0] == SILENT
    assert list(rows["shown_state"].iloc[1:5]) == ["needs_repair"] * 4
    assert list(who_reported(seen(), Scope(), ("missing",))["school_id"]) == [SILENT]
    assert received_days(seen(), Scope())["total_count"].tolist() == [8, 9]


def test_causes_fold_largest_first() -> None:
    now = seen()
    found = without_copies(findings_in(now, Scope(), ("error", "query")))
    folded = fold_findings(found, now)
    assert folded["kind"].iloc[0] == "not_a_number"
    assert folded["finding_count"].tolist() == sorted(folded["finding_count"], reverse=True)
    assert folded["finding_count"].iloc[0] == 3
    assert folded["school_count"].iloc[0] == 2
    assert folded["finding_count"].sum() == len(found)
    advice = now.reference.desk["advice"]
    said = {
        kind: advice_on(now.reference, kind, level)
        for kind, level in zip(folded["kind"], folded["severity"], strict=True)
    }
    assert said["not_submitted"] == advice["not_submitted"]
    assert set(said.values()) <= set(advice.values())
    assert advice_on(now.reference, "refused_truncated", "error") == advice["refused"]
    assert advice_on(now.reference, "submission_late", "note") == advice["note"]


def test_a_scope_keeps_its_schools_only() -> None:
    now = seen()
    scope = Scope(commune=str(now.schools.set_index("school_id")["commune_name"]["0477201"]))
    rows = findings_in(now, scope)
    assert set(rows["school_id"]) <= set(scope.school_ids(now))
    assert len(cells_of(rows, "not_a_number")) == 2


def test_a_cell_is_shown_as_the_school_sees_it() -> None:
    context = cell_context(seen(), "0477202", "pupils_girls_count.g1")
    assert context is not None
    assert [cell.original for cell in context.row] == ["120", "51", "24", "24", "24", "24"]
    assert [cell.cell for cell in context.row if cell.is_here] == [context.cell]
    assert context.sheet == "Thống kê"
    assert context.peers.asked == context.peers.answered == 6
    assert context.peers.quartiles() == (24, 24, 24, 24, 24)
    assert context.last_term == ""


def test_peers_of_a_choice_are_counted_by_answer() -> None:
    context = cell_context(seen(), "0477203", "has_studio")
    assert context.peers.counts == (("Có", 6),)
    assert context.state == "blank"
    assert cell_context(seen(), "0477101", "has_studio") is None


def test_what_can_be_decided_depends_on_the_finding() -> None:
    now = seen()
    cell = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    assert scopes_for(cell) == ("cell", "column", "places", "school", "rule")
    assert actions_for(cell, "cell") == ("correct", "accept", "not_applicable")
    late = finding_of(now, "0477204", "submission_late")
    assert scopes_for(late) == ("file", "places", "school", "rule")
    assert actions_for(late, "file") == ("accept",)
    silent = finding_of(now, SILENT, "not_submitted")
    assert scopes_for(silent) == ("school", "rule")
    assert actions_for(silent, "school") == ("accept",)
    unowned = {**late, "school_id": None, "field_id": None, "cause": "name_alias", "found": "Trường X"}
    assert scopes_for(unowned) == ("file",)
    assert actions_for(unowned, "file") == ("alias",)
    partial = {**late, "check_code": "partial_resubmission"}
    assert actions_for(partial, "file") == ("supplement", "accept")
    kept = decision_of(now, partial, draft("supplement", "", "file"), TODAY)
    assert (kept.cause, kept.expected_value, kept.field_id) == ("", "0477204.xlsx", "*")


@pytest.mark.parametrize(
    ("field_id", "typed", "stored"),
    [
        (COMPUTERS, "1.250", "1250"),
        (COMPUTERS, "12,5", "12.5"),
        (COMPUTERS, "1.234.567,25", "1234567.25"),
        (COMPUTERS, "12.5", "12.5"),
        (COMPUTERS, "x1000", "x1000"),
        (COMPUTERS, ": 1.000", "/1000"),
        (COMPUTERS, "mười lăm", "mười lăm"),
        ("has_studio", "có", "yes"),
        ("has_studio", "Không", "no"),
        ("online_plan.on", "20/10/2023", "2023-10-20"),
        ("platform_main", "Google Classroom", "google_classroom"),
    ],
)
def test_values_are_typed_the_vietnamese_way(field_id: str, typed: str, stored: str) -> None:
    now = seen()
    assert typed_value(now, draft(value=typed), now.fields[field_id]) == stored


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"decided_by": ""}, "chức danh"),
        ({"decided_by": "a@b.vn"}, "số điện thoại"),
        ({"reason": "ok"}, "lý do"),
        ({"new_value": ""}, "số liệu đúng"),
        ({"new_value": "chục"}, "khoảng 0 đến 200"),
        ({"new_value": "15,5"}, "số nguyên"),
        ({"new_value": "900"}, "khoảng 0 đến 200"),
        ({"scope": "rule"}, "hệ số"),
        ({"action": "alias"}, "không dùng được"),
    ],
)
def test_a_draft_says_what_is_missing(change: dict[str, str], part: str) -> None:
    now = seen()
    found = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    one = draft(**change)
    faults = faults_of(now, found, one, decision_of(now, found, one, TODAY))
    assert any(part in fault for fault in faults), faults


def test_a_correction_shows_its_effect_and_then_has_it(tmp_path: Path) -> None:
    """What the desk shows before saving is what a fresh look, and a run's own steps, give afterwards."""
    office = new_office(tmp_path)
    now = look_at(office)
    found = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    decision = decision_of(now, found, draft(), TODAY)
    assert faults_of(now, found, draft(), decision) == []
    effect = effect_of_decision(now, decision)
    assert effect.is_applied
    assert effect.cells[["school_id", "field_id", "value_number_after"]].to_numpy().tolist() == [
        ["0477201", COMPUTERS, 15.0]
    ]
    assert effect.settled["finding_id"].tolist() == [found["finding_id"]]
    assert effect.opened.empty
    moved = effect.scores.set_index("group_id")
    assert moved.loc["1", ["low_before", "high_before", "low_after", "high_after"]].tolist() == [
        42.5,
        64.5,
        46.0,
        62.5,
    ]
    assert (office.reference / "decisions.csv").read_text(encoding="utf-8").count("\n") == 1

    write_decision(office, now.reference, decision, set())
    after = look_at(office)
    pd.testing.assert_frame_equal(after.scored.scores, effect.scored.scores)
    pd.testing.assert_frame_equal(after.scored.ledger, effect.scored.ledger)
    assert finding(after, found["finding_id"])["status"] == "settled"
    assert len(findings_in(after, Scope(), status=SETTLED)) == 1
    opened = open_term(TERM, workspace_root=str(tmp_path))
    pd.testing.assert_frame_equal(
        score_answers(opened, after.cleaned.observations).scores, effect.scored.scores
    )

    assert take_back(office, "qd-0001", ROLE)
    pd.testing.assert_frame_equal(look_at(office).scored.scores, now.scored.scores)


def test_a_guard_that_does_not_hold_has_no_effect() -> None:
    now = seen()
    found = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    decision = replace(decision_of(now, found, draft(), TODAY), expected_value="mười sáu")
    effect = effect_of_decision(now, decision)
    assert not effect.is_applied
    assert effect.scores.empty
    assert "decision_not_applied" in set(effect.opened["check_code"])


def settled_by(now: TermNow, *decisions: Decision) -> list[str]:
    return sorted(effect_of_decision(now, *decisions).settled["school_id"])


def test_a_cause_is_accepted_at_these_places_at_one_school_or_as_a_rule() -> None:
    now = seen()
    found = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    rule = decision_of(now, found, draft("accept", "", "rule"), TODAY)
    assert (rule.scope, rule.school_id, rule.field_id, rule.cause) == ("rule", "*", "*", "not_a_number")
    assert settled_by(now, rule) == ["0477201", "0477201", "0477204"]
    school = decision_of(now, found, draft("accept", "", "school"), TODAY)
    assert (school.scope, school.school_id, school.field_id) == ("school", "0477201", "*")
    assert settled_by(now, school) == ["0477201", "0477201"]
    listed = plain_rows(cells_of(findings_in(now, Scope()), "not_a_number"))
    places = decisions_at(now, listed, draft("accept", "", "places"), TODAY)
    assert [(one.scope, one.school_id, one.expected_value) for one in places] == [
        ("cell", "0477201", "mười lăm"), ("cell", "0477201", "khoảng 50"), ("cell", "0477204", "gần hết"),
    ]  # fmt: skip
    assert settled_by(now, *places) == ["0477201", "0477201", "0477204"]
    assert [one.reach for one in (rule, school, *places)] == ["rule", "school", "place", "place", "place"]


def new_slip(office: Workspace, now: TermNow, school_id: str) -> None:
    """One more school, whose file had no fault so far, sends a word for a number."""
    path = office.raw(now.opened.term) / f"{school_id}.xlsx"
    declared = now.declared
    school = next(one for one in declared.schools if one.unit_id == school_id)
    registry = now.reference.registry
    parent = registry.on(declared.plan.due_on)[school.parent_id].name
    order = FormOrder(declared, school, registry.level_titles()[school.level], parent)
    write_form(path, order, {**model_answers(PRIMARY), COMPUTERS: "mười hai"})


@pytest.mark.parametrize(("scope", "is_settled"), [("places", False), ("school", False), ("rule", True)])
def test_only_a_rule_settles_what_other_schools_send_later(
    tmp_path: Path, scope: str, is_settled: bool
) -> None:
    """Accepting a cause's places saved a standing rule: later files of other schools got the first school's reason."""
    office = new_office(tmp_path)
    now = look_at(office)
    found = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    listed = plain_rows(cells_of(findings_in(now, Scope()), "not_a_number"))
    one = draft("accept", "", scope)
    made = decisions_at(now, listed, one, TODAY) if scope == "places" else decision_of(now, found, one, TODAY)
    assert write_decision(office, now.reference, made, set()).decisions
    new_slip(office, now, "0477206")
    later = finding_of(look_at(office), "0477206", "not_a_number", COMPUTERS)
    assert (later["status"] == "settled") is is_settled


def test_places_are_corrected_where_the_slip_is(tmp_path: Path) -> None:
    """A factor for the listed places is a line for each cell that the cause would change, guarded by its text."""
    now = seen()
    found = finding_of(now, "0477204", "antivirus_at_most_computers", "computers_antivirus_count")
    one = draft("correct", ":2", "places")
    changed = [{"school_id": "0477204", "field_id": "computers_antivirus_count"}]
    (made,) = decisions_at(now, [found], one, TODAY, changed)
    assert (made.scope, made.school_id, made.new_value, made.expected_value) == (
        "cell",
        "0477204",
        "/2",
        "60",
    )
    after = effect_of_decision(now, made)
    assert after.cells["value_number_after"].tolist() == [30.0]


def test_the_list_of_rulings_tells_a_rule_from_a_school_and_from_places(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    now = look_at(office)
    found = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    late = finding_of(now, "0477204", "submission_late")
    listed = plain_rows(cells_of(findings_in(now, Scope()), "not_a_number"))
    known: set[str] = set()
    for made in (
        decisions_at(now, listed, draft("accept", "", "places"), TODAY),
        decision_of(now, late, draft("accept", "", "rule"), TODAY),
        decision_of(now, found, draft("accept", "", "school"), TODAY),
    ):
        known |= {one.decision_id for one in write_decision(office, now.reference, made, known).decisions}
    assert known == {"qd-0001.1", "qd-0001.2", "qd-0001.3", "qd-0002", "qd-0003"}
    after = look_at(office)
    lines = decision_groups_in(after)
    assert [(line.group_id, line.reach) for line in lines] == [
        ("qd-0003", "school"), ("qd-0002", "rule"), ("qd-0001", "place"),
    ]  # fmt: skip
    assert [len(line.places) for line in lines] == [0, 1, 3]  # the places were ruled on before their school
    assert lines[2].school_ids == ("0477201", "0477204")
    assert [line.group_id for line in decision_groups_in(after, "rule")] == ["qd-0002"]
    said = group_text(after, lines[2].decisions)
    assert "3 vị trí của 2 trường" in said
    assert "Trường TH Bình An 2 (0477204)" in said
    assert "quy tắc chung" in group_text(after, lines[1].decisions)
    assert "Trường TH Trần Quốc Toản (0477201)" in group_text(after, lines[0].decisions)
    assert take_back(office, "qd-0001", ROLE)
    assert [one.decision_id for one in look_at(office).reference.decisions] == ["qd-0002", "qd-0003"]


def test_before_a_rule_is_saved_its_reach_is_told() -> None:
    now = seen()
    found = finding_of(now, "0477201", "not_a_number", COMPUTERS)
    said = reach_block(
        now, "rule", effect_of_decision(now, decision_of(now, found, draft("accept", "", "rule"), TODAY))
    )
    for words in ("3 vị trí ở 2 trường", "(0477201)", "(0477204)", "mọi tệp nộp sau", "Danh sách quyết định"):
        assert words in said.html, words


def test_not_applicable_and_a_file_are_settled_too() -> None:
    now = seen()
    blank = finding_of(now, "0477203", "yes_no_blank")
    effect = effect_of_decision(now, decision_of(now, blank, draft("not_applicable", ""), TODAY))
    assert effect.cells["state_after"].tolist() == ["not_applicable"]
    late = finding_of(now, "0477204", "submission_late")
    decision = decision_of(now, late, draft("accept", "", "file"), TODAY)
    assert decision.expected_value == "0477204.xlsx"
    assert effect_of_decision(now, decision).settled["finding_id"].tolist() == [late["finding_id"]]


def test_choices_come_with_their_labels() -> None:
    now = seen()
    assert choices_for(now, now.fields["has_studio"]) == {"Có": "yes", "Không": "no"}
    assert choices_for(now, now.fields["platform_status"])["Đang thực hiện"] == "under_way"
    assert choices_for(now, now.fields[COMPUTERS]) == {}


def test_scoring_some_schools_anew_is_scoring_all() -> None:
    """The desk scores only the schools that a ruling touches; the tables are those of the whole term."""
    now = seen()
    again = rescored(now, now.cleaned.observations, set(PRIMARIES[:3]), now.reference.verified)
    pd.testing.assert_frame_equal(again.scores, now.scored.scores)
    pd.testing.assert_frame_equal(again.ledger, now.scored.ledger)
    given = VerifiedPoints("0477202", TERM, "1.3.1", 6.0, REASON, ROLE, TODAY)
    shown = effect_of_points(now, [given], "0477202").set_index("group_id")
    opened = replace(now.opened, reference=replace(now.reference, verified=(given,)))
    whole = score_answers(opened, now.cleaned.observations).scores
    assert set(changed_scores(now.declared, now.scored.scores, whole)["school_id"]) == {"0477202"}
    own = whole[whole["school_id"] == "0477202"].set_index("group_id")
    assert shown["low_after"].tolist() == own["low"].tolist() != shown["low_before"].tolist()


def test_a_file_that_arrives_changes_the_stamp_and_the_next_look(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    now = look_at(office)
    assert stamp_of(now.opened) == now.stamp
    source = office.raw(now.opened.term) / "0477201.xlsx"
    source.with_name("lan-2.xlsx").write_bytes(source.read_bytes())
    assert stamp_of(now.opened) != now.stamp
    assert arrived(now, look_at(office)) == ["lan-2.xlsx"]
    earlier = look(TERM, "2024-01-06", str(tmp_path))
    assert "0477204.xlsx" not in {file.name for file in earlier.files}


def test_the_desk_knows_that_nothing_was_published_yet() -> None:
    assert not published(seen()).is_there
    assert datetime.date(2024, 1, 12) == TODAY
