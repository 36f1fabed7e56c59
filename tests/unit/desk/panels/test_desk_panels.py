"""One desk driven without a browser: what its controls do, what they keep, and that pages stay small."""

from __future__ import annotations

import asyncio
import datetime
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from desk_world import HOSTILE, ROLE, TERM, TODAY, new_office

from termreview.desk.lists.decision_list import write_decision
from termreview.desk.lists.waiting import waiting_in
from termreview.desk.panels import opening
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.pick_table import PickColumn, PickRow, PickTable, Tag
from termreview.desk.panels.controls.school_picker import SchoolPicker
from termreview.desk.panels.opening import open_desk
from termreview.desk.term.term_now import latest_term
from termreview.reference.declarations import load_reference
from termreview.run.steps import READINGS
from termreview.storage.lock import held
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return new_office(tmp_path)


@pytest.fixture
def desk(office: Workspace) -> Desk:
    box = open_desk(workspace_root=str(office.root), today=lambda: TODAY)
    made = opening._open[-1]
    assert made.box is box
    made._author.value = ROLE
    return made


def status_of(desk: Desk) -> str:
    return str(desk._status.value)


def decide(desk: Desk, kind: str, value: str) -> Any:
    tab = desk.go_to("triage")
    tab._causes.pick(kind)
    tab._form._value.value = value
    tab._form._reason.value = "đã gọi điện đối chiếu với sổ"
    tab._form._tried()
    return tab


def test_it_opens_at_the_latest_term_with_files(office: Workspace, desk: Desk) -> None:
    assert latest_term(office) == TERM == desk.now.term_id
    assert "Đã mở" in status_of(desk)
    assert [desk.go_to(name).name for name in ("triage", "verification", "explorer", "explore")]
    assert "status-error" not in status_of(desk)


def test_deciding_saving_and_undoing(office: Workspace, desk: Desk) -> None:
    before = desk.now.scored.scores
    tab = decide(desk, "not_a_number", "15")
    assert tab._form._save.layout.display is None
    assert "42,5–64,5" in tab._form._effect.value
    assert "46,0–62,5" in tab._form._effect.value
    tab._form._saved()
    assert "qd-0001" in status_of(desk)
    assert [one.decided_by for one in load_reference(office.reference).decisions] == [ROLE]
    assert not desk.now.scored.scores.equals(before)
    assert "qd-0001" in tab._undo.description
    tab._taken_back()
    assert load_reference(office.reference).decisions == ()
    assert desk.now.scored.scores.equals(before)
    assert tab._undo.disabled


def test_these_places_are_written_one_by_one_and_taken_back_together(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("triage")
    tab._causes.pick("not_a_number")
    form = tab._form
    assert "Trường TH Trần Quốc Toản (0477201)" in form._title.value
    assert [label for label, _ in form._scope.options] == [
        "Ô này", "Mỗi vị trí một giá trị (3)", "Các vị trí đang liệt kê (3)", "Trường TH Trần Quốc Toản (0477201), mọi vị trí (2)",
        "Quy tắc chung cho mọi tệp (3 vị trí, 2 trường)",
    ]  # fmt: skip
    form._scope.value, form._action.value = "places", "accept"
    form._reason.value = "các trường đã giải trình bằng văn bản"
    form._tried()
    assert "3 vị trí ở 2 trường" in form._effect.value
    form._saved()
    rows = load_reference(office.reference).decisions
    assert [(one.decision_id, one.scope, one.school_id) for one in rows] == [
        ("qd-0001.1", "cell", "0477201"), ("qd-0001.2", "cell", "0477201"), ("qd-0001.3", "cell", "0477204"),
    ]  # fmt: skip
    assert "qd-0001: chấp nhận giải trình ở 3 vị trí của 2 trường" in status_of(desk)
    assert tab._undo.description == "Hoàn tác qd-0001"
    tab._taken_back()
    assert load_reference(office.reference).decisions == ()


def test_values_are_typed_down_a_column_and_each_is_its_own_decision(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("triage")
    tab._causes.pick("not_a_number")
    form = tab._form
    assert form._column.layout.display == "none"
    form._scope.value = "column"
    assert form._value.layout.display == "none"
    assert [found for _, _, found in form._column.rows] == [row.cells[-1] for row in tab._cells.rows]
    first, second, third = [key for key, _, _ in form._column.rows]
    form._reason.value = "các trường đã báo lại số đúng"
    form._tried()
    assert "Ghi số liệu đúng" in form._effect.value  # nothing typed is no decision
    form._column.values = {first: "15", third: "gần hết"}
    form._tried()
    assert "Số liệu phải là" in form._effect.value
    assert form._save.layout.display == "none"
    assert "TH " in form._effect.value  # by the place whose value it is
    form._column.values = {first: "15", third: "9"}
    assert form._save.layout.display is None  # all is said: the effect came by itself
    form._saved()
    rows = load_reference(office.reference).decisions
    assert [(one.decision_id, one.scope, one.action, one.new_value) for one in rows] == [
        ("qd-0001.1", "cell", "correct", "15"), ("qd-0001.2", "cell", "correct", "9"),
    ]  # fmt: skip
    assert [one.school_id for one in rows] == ["0477201", "0477204"]
    assert [row.key for row in tab._cells.rows] == [second]  # left blank: not decided
    assert form._column.values == {}
    tab._taken_back()
    assert load_reference(office.reference).decisions == ()


def test_a_rule_tells_its_reach_and_is_withdrawn_from_the_list(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("triage")
    tab._causes.pick("not_a_number")
    form = tab._form
    form._scope.value, form._action.value = "rule", "accept"
    assert "mọi trường, cả tệp nộp sau" in form._rule_note.value
    assert form._rule_note.layout.display != "none"
    form._reason.value = "chỉ tiêu này chưa cần số chính xác"
    form._tried()
    for words in ("3 vị trí ở 2 trường", "(0477201)", "(0477204)", "mọi tệp nộp sau"):
        assert words in form._effect.value, words
    form._saved()
    assert "quy tắc chung" in status_of(desk)
    tab._status.value = "rulings"
    assert tab._findings.layout.display == "none"
    (row,) = tab._decisions._table.rows
    assert (row.title, row.cells[0], row.cells[-1]) == ("qd-0001", "Quy tắc chung", 3)
    desk._author.value = "Chuyên viên B"
    tab._decisions._withdrawn()
    assert "Chỉ Chuyên viên CNTT" in status_of(desk)
    assert len(load_reference(office.reference).decisions) == 1
    desk._author.value = ROLE
    tab._decisions._withdrawn()
    assert "Đã hoàn tác quyết định qd-0001" in status_of(desk)
    assert load_reference(office.reference).decisions == ()
    assert not tab._decisions._table.rows


def test_what_was_taken_back_is_written_again_as_it_was(office: Workspace, desk: Desk) -> None:
    tab = decide(desk, "not_a_number", "15")
    assert tab._redo.layout.display == "none"
    tab._form._saved()
    written = load_reference(office.reference).decisions
    tab._taken_back()
    assert load_reference(office.reference).decisions == ()
    assert tab._redo.description == "Làm lại qd-0001"
    tab._redone()
    assert load_reference(office.reference).decisions == written
    assert "Đã ghi quyết định qd-0001" in status_of(desk)
    assert tab._redo.layout.display == "none"
    assert tab._undo.description == "Hoàn tác qd-0001"


def test_places_wait_in_bulk_and_change_nothing_else(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("triage")
    tab._causes.pick("not_a_number")
    before, first = desk.now.reference.fingerprint, [row.key for row in tab._cells.rows]
    assert len(first) == 3
    tab._cells.sheet.shown = first[:2]  # as filtered in the browser
    desk._author.value = ""
    tab._put_aside("asked")
    assert "status-error" in status_of(desk)
    desk._author.value = ROLE
    tab._put_aside("asked")
    assert "2 vị trí" in status_of(desk)
    assert waiting_in(office, TERM) == dict.fromkeys(first[:2], "asked")
    tab._causes.pick("not_a_number")
    assert [row.key for row in tab._cells.rows] == first[2:]
    tab._status.value = "asked"
    assert [row.key for row in tab._cells.rows] == first[:2]
    tab._put_aside("parked")
    tab._status.value = "parked"
    assert [row.key for row in tab._cells.rows] == first[:2]
    tab._put_aside("")
    assert waiting_in(office, TERM) == {}
    assert load_reference(office.reference).fingerprint == before
    assert load_reference(office.reference).decisions == ()


def test_what_changes_in_the_form_takes_the_effect_away(desk: Desk) -> None:
    tab = decide(desk, "not_a_number", "15")
    tab._form._value.value = "16"  # all is said: the effect of the new value is shown by itself
    assert [one.new_value for one in tab._form._shown] == ["16"]
    tab._form._value.value = ""
    assert tab._form._save.layout.display == "none"
    tab._form._saved()
    assert desk.reference.decisions == ()


def test_a_form_that_lacks_something_says_so(desk: Desk) -> None:
    desk._author.value = ""
    tab = decide(desk, "not_a_number", "mười")
    assert "status-error" in status_of(desk)
    assert "chức danh" in tab._form._effect.value
    assert tab._form._save.layout.display == "none"


def decided_elsewhere(office: Workspace, desk: Desk) -> None:
    """Have another desk decide what was tried at this one."""
    theirs = decide(desk, "not_a_number", "15")._form._shown
    assert theirs is not None
    write_decision(office, desk.reference, theirs, set())
    assert desk.reference.decisions == ()


@pytest.mark.parametrize("work", ["_returned", "_reminded", "_written", "_issued"])
def test_office_work_is_done_on_what_stands_by_now(office: Workspace, desk: Desk, work: str) -> None:
    """A report was made without what another desk had decided, was told as outdated at once, and could not be issued."""
    part = desk.tab("glance")._office  # type: ignore[attr-defined]
    decided_elsewhere(office, desk)
    getattr(part, work)()
    assert [one.decision_id for one in desk.reference.decisions] == ["qd-0001"]


def test_the_glance_shows_what_others_have_decided_when_it_is_turned_up(
    office: Workspace, desk: Desk
) -> None:
    decided_elsewhere(office, desk)
    desk.notice()
    assert "Bấm “Làm mới”" in status_of(desk)
    desk.go_to("glance")
    assert [one.decision_id for one in desk.reference.decisions] == ["qd-0001"]


def test_a_file_is_given_of_a_school_that_was_picked_alone(desk: Desk) -> None:
    tab = desk.go_to("explorer")
    tab._picker._line.value = "TH Bình An"  # there are several
    for give in (tab._received, tab._returned):
        give()
        assert "Chưa xem trường nào" in status_of(desk)
    tab._picker._line.value = "0477201"
    tab._returned()
    assert "Đã ghi 1 tệp trả trường vào reports/2023-2024/hk1/returns" in status_of(desk)


def test_what_was_typed_stays_when_the_term_is_looked_at_anew(desk: Desk) -> None:
    tab = decide(desk, "not_a_number", "15")
    desk.refresh()
    assert (tab._form._value.value, tab._form._reason.value) == ("15", "đã gọi điện đối chiếu với sổ")
    tab._causes.pick("required_blank")
    assert tab._form._value.value == ""


def test_the_decision_of_another_desk_is_shown_not_overwritten(office: Workspace, desk: Desk) -> None:
    tab = decide(desk, "not_a_number", "15")
    theirs = tab._form._shown
    assert theirs is not None
    write_decision(office, desk.reference, theirs, set())
    tab._form._saved()
    assert "status-error" in status_of(desk)
    assert "qd-0001" in tab._form._effect.value
    assert len(load_reference(office.reference).decisions) == 1
    desk.refresh()
    assert "1 quyết định mới" in status_of(desk)


def test_a_busy_office_is_said_and_the_form_kept(
    office: Workspace, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("termreview.desk.lists.decision_list.PATIENCE_S", 0.1)
    monkeypatch.setattr("termreview.desk.lists.decision_list.write_decision.__defaults__", (0.1,))
    tab = decide(desk, "not_a_number", "15")
    with held(office.root, "run"):
        tab._form._saved()
    assert "status-error" in status_of(desk)
    assert tab._form._value.value == "15"
    tab._form._saved()
    assert "qd-0001" in status_of(desk)


def test_verifying_an_item_and_undoing_it(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("verification")
    tab._picker._line.value = _label(tab._picker, "0477203")
    form = tab._form
    form._points.value = 2.5
    assert "Điểm của trường nếu ghi" in form._effect.value
    form._reason.value = "đã xem tại trường"
    form._saved()
    (verified,) = load_reference(office.reference).verified
    assert (verified.school_id, verified.item_id, verified.points) == ("0477203", "1.3.1", 2.5)
    assert tab._item_id == "1.3.2"
    assert "2,5" in status_of(desk)
    form._undone()
    assert load_reference(office.reference).verified == ()


def test_points_that_changed_meanwhile_are_not_overwritten(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("verification")
    tab._form._points.value = 2.0
    tab._form._reason.value = "đã xem tại trường"
    school_id, path = tab._picker.school_id, office.reference / "verified_points.csv"
    path.write_text(
        path.read_text(encoding="utf-8") + f"{school_id},{TERM},1.3.1,3,xem hồ sơ,Chuyên viên B,2024-01-12\n",
        encoding="utf-8",
    )
    tab._form._saved()
    assert "status-error" in status_of(desk)
    assert "Chuyên viên B" in tab._form._effect.value
    assert [one.points for one in load_reference(office.reference).verified] == [3.0]
    tab._form._points.value = 2.0
    tab._form._reason.value = "đã xem tại trường"
    tab._form._saved()
    assert [one.points for one in load_reference(office.reference).verified] == [2.0]
    tab._form._undone()
    assert [one.points for one in load_reference(office.reference).verified] == [3.0]


def test_the_other_parts_of_verification_show(desk: Desk) -> None:
    tab = desk.go_to("verification")
    tab._part.value = "moderation"
    assert "Chưa có điểm thẩm định" in tab._moderation._shown.value
    tab._part.value = "visits"
    assert "±" in tab._visits._margin.value
    assert len(tab._visits._by_risk.rows) == 2  # a third of eight schools: the others are drawn among
    first = tab._visits._drawn.rows[0]
    tab._visits._drawn.pick(first.key)  # a school picked is turned up, item by item
    assert (tab._part.value, tab._picker.school_id) == ("items", first.key)
    tab._part.value = "visits"
    tab.verify("0477203")
    assert tab._picker.school_id == "0477203"


def test_the_scope_holds_for_every_tab(desk: Desk) -> None:
    desk._level.value = "mn"
    assert "1/1" in desk.go_to("glance")._figures.value
    assert desk.go_to("explorer")._picker.school_id == "0477101"
    assert not desk.go_to("triage")._causes.rows
    assert "status-error" not in status_of(desk), status_of(desk)
    desk._level.value = "*"
    assert desk.go_to("triage")._causes.rows


def test_another_term_opens_and_has_its_own_schools(desk: Desk) -> None:
    desk._term.value = "2023-2024-hk2"
    assert desk.now.term_id == "2023-2024-hk2"
    assert "0477406" in set(desk.now.schools["school_id"])
    assert "status-error" not in status_of(desk)


def test_comparing_and_taking_files_away(desk: Desk) -> None:
    tab = desk.go_to("explore")
    assert "<svg" in tab._chart.value
    tab._exported()
    assert tab._links.value.count("download=") == 4
    tab._choices[0].value = "standing_1"
    assert tab._links.value == ""
    tab._sections[1].value = ""
    assert "theo" not in tab._chart.value.split("chart-title")[1][:80]


def test_the_year_is_done_by_hand_step_by_step(desk: Desk, office: Workspace) -> None:
    """The next year stands in the list of terms at once; a new office is told of its workbook, then of what is missing in it."""
    tab = desk.go_to("year")
    before = [value for _, value in desk._term.options]
    last = max(term[:9] for term in before)
    following = f"{int(last[:4]) + 1}-{int(last[5:]) + 1}"
    assert following in tab._next.value
    tab._day.value = "32/13/2026"
    tab._year_added()
    assert "32/13/2026" in status_of(desk)
    assert [plan.term.school_year for plan in load_reference(office.reference).calendar.plans].count(
        following
    ) == 0
    tab._number.value, tab._day.value = "512/SGDĐT", "05/10/2026"
    tab._year_added()
    assert "status-done" in status_of(desk), status_of(desk)
    assert tab._results[0].value.count("<li>") == 6
    assert [value for _, value in desk._term.options] == [
        *before,
        *(f"{following}-{part}" for part in ("tkdn", "hk1", "tkgn", "hk2", "tkcn")),
    ]
    [row] = [line for line in (office.reference / "legal_documents.csv").read_text(encoding="utf-8").splitlines() if line.startswith(f"huong-dan-{following}")]  # fmt: skip
    assert "512/SGDĐT" in row
    assert "2026-10-05" in row
    tab._office_made()
    assert "status-error" in status_of(desk)
    tab._folder.value = "../moi"
    tab._office_made()
    assert (office.root.parent / "moi" / "khai-bao-co-quan.xlsx").is_file()
    tab._office_made()  # nothing was filled in
    assert "status-error" in status_of(desk)
    assert not (office.root.parent / "moi" / "data" / "reference").exists()
    made = office.root / "reports" / "2023-2024" / "hk1" / "x.html"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text("x", encoding="utf-8")
    assert tab._clear.layout.display == "none"
    tab._listed()
    assert made.is_file()
    assert tab._clear.layout.display != "none"
    tab._cleaned()
    assert not made.exists()
    assert "status-done" in status_of(desk), status_of(desk)


def test_a_mistake_in_the_declarations_is_shown_in_place_of_the_desk(office: Workspace) -> None:
    path = office.reference / "decisions.csv"
    path.write_text(path.read_text(encoding="utf-8") + "x,1\n", encoding="utf-8")
    box = open_desk(workspace_root=str(office.root))
    assert "decisions.csv:2" in box.children[0].value


def test_a_list_tells_the_page_what_each_column_holds_and_hears_only_of_rows_that_are_there() -> None:
    picked: list[str] = []
    columns = [
        PickColumn("Trường", "230px"),
        PickColumn("Tình trạng"),
        PickColumn("Lỗi", "", "right"),
        PickColumn("Tệp"),
    ]
    table = PickTable(columns, picked.append, {"library": {}})
    states = ("late", "missing", "late")
    rows = [
        PickRow(f"k{place}", HOSTILE, (Tag(state.upper(), state), place, f"{place}.xlsx" if place else ""))
        for place, state in enumerate(states)
    ]
    table.show(rows, "k1")
    assert table.picked == "k1"
    assert [column["kind"] for column in table.sheet.columns] == ["text", "choice", "number", "text"]
    assert table.sheet.columns[0]["opens"]
    assert table.sheet.columns[1]["tags"] == {"LATE": "late", "MISSING": "missing"}
    assert table.sheet.rows[0] == ["k0", HOSTILE, "LATE", 0, None]  # no error is 0; no file is nothing
    for key in ("k2", "gone"):
        table._heard(None, {"picked": key}, [])
    assert picked == ["k2"]
    table.show([])
    assert table.sheet.rows == []
    assert len(table.sheet.columns) == 4


def test_a_school_is_picked_by_its_line_or_its_neighbour() -> None:
    picked: list[str] = []
    words = {"school": "Trường", "hint": "", "back": "‹", "forward": "›"}
    picker = SchoolPicker(words, picked.append)
    picker.show([("1", "TH A"), ("2", "TH B")])
    assert (picker.school_id, picked) == ("1", [])
    picker._step(1)
    picker._line.value = "TH A · 1"
    assert picked == ["2", "1"]
    picker.show([("2", "TH B")])
    assert picker.school_id == "2"
    picker.show([])
    assert picker.school_id == ""


@pytest.mark.parametrize("tab", ["verification", "explorer", "what_if"])
def test_a_school_typed_without_its_code_is_the_school_in_view(desk: Desk, tab: str) -> None:
    """The line showed the new name while the form below stayed with the school before."""
    shown = desk.go_to(tab)
    picker = shown._trial.picker if tab == "what_if" else shown._picker
    for typed, school_id in (
        ("Bình An 2", "0477204"), ("TH Tân Mỹ", "0477206"), ("binh an 1", "0477203"), ("0477202", "0477202"),
        ("Trường Tiểu học Bình Hoà", "0477205"),
    ):  # fmt: skip
        picker._line.value = typed
        assert picker.school_id == school_id, typed
        assert picker._line.value.endswith(f" · {school_id}")
        assert "status-error" not in status_of(desk)
    picker._line.value = "không có trường này"
    assert "status-error" in status_of(desk)
    picker._line.value = "0477205"  # the school in view: what was wrong before is told no longer
    assert "status-error" not in status_of(desk)


def test_points_are_never_written_for_another_school(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("verification")
    tab._picker._line.value = "0477205"
    tab._form._points.value, tab._form._reason.value = 2.0, "đã xem phần mềm tại trường"
    tab._picker._line.value = "Bình An 2"
    assert "Trường TH Bình An 2 (0477204)" in tab._form._title.value
    tab._form._saved()  # what was entered for the school before is gone, not written for either
    assert "status-error" in status_of(desk)
    assert "Trường TH Bình An 2 (0477204)" in status_of(desk)
    assert load_reference(office.reference).verified == ()
    tab._form._points.value, tab._form._reason.value = 2.5, "đã xem phần mềm tại trường"
    tab._form._saved()
    assert "Trường TH Bình An 2 (0477204)" in status_of(desk)
    (verified,) = load_reference(office.reference).verified
    assert (verified.school_id, verified.points) == ("0477204", 2.5)


def test_while_the_line_means_several_schools_nothing_can_be_saved(office: Workspace, desk: Desk) -> None:
    tab = desk.go_to("verification")
    tab._picker._line.value = "0477205"
    tab._form._points.value, tab._form._reason.value = 2.0, "đã xem phần mềm tại trường"
    tab._picker._line.value = "TH Bình An"
    assert (tab._picker.school_id, tab._picker._line.value) == ("", "TH Bình An")
    assert "2 trường" in tab._picker._note.value
    assert "status-error" in status_of(desk)
    assert tab._form.box.layout.display == "none"
    assert "chọn trường" in tab._detail.value
    tab._form._saved()
    assert "chưa chọn trường" in status_of(desk)
    desk.refresh()
    assert tab._picker._line.value == "TH Bình An"
    choices = [choice.description for choice in tab._picker._choices.children]
    assert choices == ["Trường TH Bình An 1 · 0477203", "Trường TH Bình An 2 · 0477204"]
    tab._picker._choices.children[1].click()
    assert tab._picker.school_id == "0477204"
    assert tab._picker._note.layout.display == "none"
    assert tab._form.box.layout.display is None
    assert load_reference(office.reference).verified == ()


def test_one_school_that_may_be_meant_is_asked_by_its_name_and_code(desk: Desk) -> None:
    """What only begins like a name is never sure: one choice was offered as "1 trường"."""
    tab = desk.go_to("verification")
    tab._picker._line.value = "Phong M"
    assert tab._picker.school_id == ""
    assert "có phải là Trường TH Phong Mẫu (0477202) không?" in tab._picker._note.value
    (choice,) = tab._picker._choices.children
    choice.click()
    assert tab._picker.school_id == "0477202"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Trường Không Có", "Không trường nào"),
        ("", "Chưa gõ trường nào"),
        ("THCS Phong Mẫu", "không có ở đây"),
    ],
)
def test_a_line_that_means_no_school_here_is_taken_back_and_said(desk: Desk, typed: str, said: str) -> None:
    silent = desk.now.schools.set_index("school_id")["name"]["0477301"]
    tab = desk.go_to("verification")
    tab._picker._line.value = "0477205"
    tab._picker._line.value = silent if typed == "THCS Phong Mẫu" else typed
    if not typed:
        tab._picker._typed({"new": ""})
    assert tab._picker._line.value == "Trường TH Bình Hòa · 0477205"
    assert said in tab._picker._note.value
    assert "status-error" in status_of(desk)
    assert "0477205" in status_of(desk)
    assert "0477205" in tab._form._title.value
    tab._picker._line.value = "0477204"
    assert tab._picker._note.layout.display == "none"


def test_a_school_out_of_scope_is_not_taken_for_another(desk: Desk) -> None:
    desk._level.value = "mn"
    tab = desk.go_to("explorer")
    tab._picker._line.value = "Phong Mẫu"
    assert tab._picker.school_id == "0477101"
    assert "không có ở đây" in tab._picker._note.value
    assert "0477202" in tab._picker._note.value


def _label(picker: SchoolPicker, school_id: str) -> str:
    return next(label for label, key in picker._ids.items() if key == school_id)


def test_the_day_is_that_of_the_desk(desk: Desk) -> None:
    assert desk.day() == datetime.date(2024, 1, 12)


def test_what_an_analyst_is_about_to_write_is_no_news_from_others(tmp_path: Path) -> None:
    """JupyterLab runs clicks in a thread of its own: the watcher waits until a step is done."""
    office = new_office(tmp_path)
    open_desk(workspace_root=str(tmp_path), today=lambda: TODAY)
    desk = opening._open[-1]
    desk.go_to("triage")
    before = desk._status.value
    with desk._hands:  # a step under way: its file is written, the term not looked at anew yet
        (office.raw(parse_term(TERM)) / "moi.pdf").write_bytes(b"%PDF-1.4")
        watcher = threading.Thread(target=desk.notice)
        watcher.start()
        watcher.join(10)
    assert desk._status.value == before
    desk.notice()
    assert "Có tệp mới" in desk._status.value
    told = desk._status.value
    desk.notice()
    assert desk._status.value == told, "the same news is told once"
    desk.go_to("glance")
    (office.raw(parse_term(TERM)) / "moi-2.pdf").write_bytes(b"%PDF-1.4")
    desk.notice()
    assert "moi-2.pdf" in desk._status.value


def test_a_list_that_was_only_saved_again_is_no_news(desk: Desk, office: Workspace) -> None:
    """As Excel does on closing: the same rows under a new time are nobody's decisions."""
    desk.go_to("triage")
    path = office.reference / "decisions.csv"
    path.write_bytes(path.read_bytes())
    os.utime(path, ns=(10**18, 10**18))
    before = status_of(desk)
    desk.notice()
    assert status_of(desk) == before
    theirs = f"qd-0001,{TERM},rule,*,*,submission_late,,accept,,chấp nhận nộp muộn,Chuyên viên B,2024-01-12\n"
    path.write_text(path.read_text(encoding="utf-8") + theirs, encoding="utf-8")
    desk.notice()
    assert "quyết định mới" in status_of(desk)


def test_a_count_that_is_no_number_is_given_back_and_said(desk: Desk) -> None:
    """It stayed in its field while the school's own count was reckoned with."""
    trial = desk.go_to("what_if")._trial
    count = trial._counts[0]
    own = count.value
    assert own
    for typed in ("mười", "-3", "1.5", ""):
        count.value = typed
        assert count.value == own
        assert ("status-error" in status_of(desk)) == bool(typed), typed
    count.value = "1.250"
    assert count.value == "1.250"
    assert "status-error" not in status_of(desk)


def test_the_list_of_rulings_names_files_of_no_school(desk: Desk, office: Workspace) -> None:
    path = office.reference / "decisions.csv"
    line = f"tep-1,{TERM},file,*,*,,anh.png,set_aside,,ảnh chụp nhầm,Chuyên viên B,2024-01-12\n"
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    desk.refresh()
    tab = desk.go_to("triage")
    tab._status.value = "rulings"
    (row,) = tab._decisions._table.rows
    assert row.cells[:2] == ("Từng vị trí", "chưa rõ trường")
    assert "anh.png" in str(row.cells[2])
    assert "status-error" not in status_of(desk)


def test_whatever_looks_or_reckons_says_first_that_it_is_at_work(desk: Desk, office: Workspace) -> None:
    """On a large term each of these takes longer than 200 ms: the status line must move before the work begins."""
    said: list[str] = []
    desk._status.observe(lambda change: said.append(change["new"]), "value")
    worklist, verification, explorer = (desk.tab(name) for name in ("triage", "verification", "explorer"))
    what_if, explore, glance = desk.tab("what_if"), desk.tab("explore"), desk.tab("glance")
    table, systems = desk.tab("table"), desk.tab("systems")
    form, points, trial = worklist._form, verification._form, what_if._trial

    def fill() -> None:
        form._value.value, form._reason.value = "15", "đã gọi điện đối chiếu với sổ"
        form._tried()

    steps: dict[str, Callable[[], object]] = {
        "a tab": lambda: desk.go_to("triage"),
        "a cause": lambda: worklist._causes.pick("not_a_number"),
        "a place": lambda: worklist._cells.pick(worklist._cells.rows[0].key),
        "an effect": fill,
        "a decision": form._saved,
        "rulings": lambda: setattr(worklist._status, "value", "rulings"),
        "a ruling": lambda: worklist._decisions._table.pick("qd-0001"),
        "rules": lambda: setattr(worklist._decisions._reach, "value", "rule"),
        "settled ones": lambda: setattr(worklist._status, "value", "settled"),
        "undo": worklist._taken_back,
        "verification": lambda: desk.go_to("verification"),
        "another school to verify": lambda: verification._picker._step(1),
        "a school typed to verify": lambda: setattr(verification._picker._line, "value", "binh hoa"),
        "an item": lambda: verification._items.pick("1.3.1"),
        "points": lambda: setattr(points._points, "value", 2.5),
        "moderation": lambda: setattr(verification._part, "value", "moderation"),
        "visits": lambda: setattr(verification._part, "value", "visits"),
        "a larger sample": lambda: setattr(verification._visits._sample, "value", 4),
        "explorer": lambda: desk.go_to("explorer"),
        "another school": lambda: explorer._picker._step(1),
        "its page": lambda: setattr(explorer._part, "value", "page"),
        "what if": lambda: desk.go_to("what_if"),
        "an item ticked": lambda: setattr(trial._ticks["1.3.1"], "value", True),
        "a count moved": lambda: setattr(trial._counts[0], "value", "3"),
        "the path": trial._found,
        "all clear": trial._clear.click,
        "the district": lambda: setattr(what_if._part, "value", "district"),
        "an action": lambda: what_if._actions._table.pick(what_if._actions._table.rows[1].key),
        "an own action": lambda: setattr(what_if._actions._ticks["1.3.1"], "value", True),
        "explore": lambda: desk.go_to("explore"),
        "another measure": lambda: setattr(explore._choices[0], "value", explore._choices[0].options[1][1]),
        "files to take away": explore._exported,
        "the table": lambda: desk.go_to("table"),
        "other columns": table._reset,
        "groups": lambda: setattr(table._group, "value", table._group.options[0]),
        "the table's files": table._exported,
        "systems": lambda: desk.go_to("systems"),
        "how systems agree": lambda: setattr(systems._part, "value", "agreement"),
        "the year": lambda: desk.go_to("year"),
        "what would go": desk.tab("year")._listed,
        "looking back": lambda: desk.go_to("insight"),
        "whom to warn": lambda: setattr(desk.tab("insight")._subject, "value", "warning"),  # type: ignore[attr-defined]
        "a scope": lambda: setattr(desk._level, "value", "th"),
        "glance": lambda: desk.go_to("glance"),
        "one state": lambda: setattr(glance._states, "value", "missing"),
        "refresh": desk.refresh,
        "another term": lambda: desk.open_term("2023-2024-hk2"),
    }
    for name, step in steps.items():
        said.clear()
        step()
        assert said, name
        assert "status-busy" in said[0], name
        assert "status-busy" not in said[-1], name
        assert "status-error" not in said[-1], (name, said[-1])
    assert load_reference(office.reference).decisions == ()


def test_whoever_waits_hears_how_many_files_are_read(desk: Desk) -> None:
    said: list[str] = []
    desk._status.observe(lambda change: said.append(change["new"]), "value")
    desk.refresh()
    files = len(desk.now.files)
    assert any(f"Đã đọc {files} tệp, đang tính điểm" in line for line in said)
    assert not any("Đang đọc tệp:" in line for line in said), "all of them were read before"
    assert "Đã đọc" not in said[-1], "nothing is left saying that it is at work"
    for kept in desk.now.workspace.processed(desk.now.opened.term).joinpath(READINGS).iterdir():
        kept.unlink()
    desk.refresh()
    counted = [line for line in said if "Đang đọc tệp:" in line]
    assert f"Đang đọc tệp: 0/{files}…" in counted[0]
    assert f"Đang đọc tệp: 8/{files}…" in counted[1], "the count grows while the files are read"


def test_each_tab_is_found_by_its_name() -> None:
    assert {name: opening._kind(place).name for name, place in opening.TABS.items()} == {
        name: name for name in opening.TABS
    }


def test_the_first_view_waits_for_no_chart_and_has_it_later(
    office: Workspace, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "</svg>" in desk.tab("glance")._days.value  # type: ignore[attr-defined]
    monkeypatch.setattr(opening.PageAddress, "is_awaited", True)

    async def opened() -> None:
        open_desk(workspace_root=str(office.root), today=lambda: TODAY)
        waiting = opening._open[-1]
        glance = waiting.tab("glance")
        assert glance._table.rows, "the schools stand there"  # type: ignore[attr-defined]
        assert "</svg>" not in glance._days.value  # type: ignore[attr-defined]
        waiting.refresh()
        assert "</svg>" not in glance._days.value  # type: ignore[attr-defined]
        waiting.complete()
        assert "</svg>" in glance._days.value  # type: ignore[attr-defined]
        before = glance._days.value  # type: ignore[attr-defined]
        waiting._level.value = "mn"
        assert glance._days.value != before, "from then on it is drawn at once"  # type: ignore[attr-defined]
        waiting.stop()
        while opening._opening:
            opening._opening.pop().cancel()

    asyncio.run(opened())


def test_each_subject_of_looking_back_says_what_it_has_or_what_is_missing(desk: Desk) -> None:
    tab = desk.go_to("insight")
    subject, found = tab._subject, tab._found  # type: ignore[attr-defined]
    assert [value for _, value in subject.options] == [
        "trends",
        "warning",
        "moderation",
        "impact",
        "teaching",
        "budget",
    ]
    titles = desk.reference.insight.texts["subjects"]
    for name in titles:
        subject.value = name
        assert f"{titles[name]}:" in found.value
    subject.value = "trends"
    assert "chưa đủ số liệu (mới có số liệu của 01 năm học, cần ít nhất 02)" in found.value
    assert "không theo phạm vi đang chọn" not in found.value
    desk._level.value = "th"
    assert "không theo phạm vi đang chọn" in found.value
