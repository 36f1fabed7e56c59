"""An unknown export mapped at the desk: proposed without persons, tried without writing, kept once confirmed; and how systems agree."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_world import HK1, PRIMARIES, ROLE, TODAY, new_office

from termreview.desk.panels import opening
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.opening import open_desk
from termreview.reference.declarations import load_reference
from termreview.sources.proposal import look_at_export, write_draft, write_layout
from termreview.storage.workspace import Workspace

HEADS = ["Mã trường", "Ngày cập nhật", "Mã tài khoản", "Họ tên phụ huynh", "Trạng thái"]
SECRET = "Nguyễn Thị Mật Danh"


def parents(count: int = 24) -> list[list[str]]:
    """Accounts of parents, six a school, one in four not linked; one row twice, one of a school elsewhere."""
    rows = [
        [PRIMARIES[n % 4], "08/01/2024", f"TK{n:04d}", f"{SECRET} {n}", "Chưa" if n >= 18 else "Đã kết nối"]
        for n in range(count)
    ]
    return [
        ["Tài khoản kết nối"],
        HEADS,
        *rows,
        rows[0],
        ["9999999", "08/01/2024", "TK9999", SECRET, "Đã kết nối"],
    ]


def put(office: Workspace, name: str, rows: list[list[str]]) -> Path:
    path = office.raw(HK1) / "sources" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(rows)
    return path


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    made = new_office(tmp_path)
    put(made, "phu-huynh.csv", parents())
    return made


@pytest.fixture
def desk(office: Workspace) -> Desk:
    open_desk(workspace_root=str(office.root), today=lambda: TODAY)
    made = opening._open[-1]
    made._author.value = ROLE
    return made


def status_of(desk: Desk) -> str:
    return str(desk._status.value)


def fill(desk: Desk) -> Any:
    """Say what the columns mean: linked parents, each account once."""
    form = desk.go_to("systems")._form  # type: ignore[attr-defined]
    form._system.value, form._name.value = "Hue-S", "Phụ huynh kết nối"
    form._identity.value, form._fact.value = "ma_tai_khoan", "hues_parents"
    form._where.value = "Trạng thái = Đã kết nối"
    form._added()
    return form


def layouts(office: Workspace) -> set[str]:
    return {path.stem for path in (office.reference / "sources").glob("*.yml")}


def test_an_unknown_export_is_proposed_without_its_persons(desk: Desk) -> None:
    tab = desk.go_to("systems")
    [row] = tab._files.rows  # type: ignore[attr-defined]
    assert row.cells[1] == "Chưa có bố cục nào được khai báo cho tệp này"
    form = tab._form  # type: ignore[attr-defined]
    assert SECRET not in form._columns.value
    assert "có thể là dữ liệu cá nhân" in form._columns.value
    assert (form._school.value, form._period.value) == (("code", "ma_truong"), "ngay_cap_nhat")


def test_a_mapping_is_tried_without_writing_and_kept_when_confirmed(office: Workspace, desk: Desk) -> None:
    before = layouts(office)
    form = fill(desk)
    form._tried_out()
    # By hand: 26 rows, one twice, one of no school; of six accounts a school four or five are linked.
    assert "26 dòng: đếm 24, không rõ trường 1, trùng 1" in form._result.value
    assert "Số liệu đến ngày 08/01/2024" in form._result.value
    assert "Chưa ghi gì" in status_of(desk)
    assert layouts(office) == before
    form._mapping_saved()
    assert "Đã ghi bố cục “Phụ huynh kết nối”" in status_of(desk)
    assert layouts(office) - before == {"hue_s_phu_huynh_ket_noi"}
    facts = desk.now.cleaned.facts
    assert facts is not None
    found = facts.set_index("school_id")["value"].to_dict()
    assert found == dict(zip(PRIMARIES[:4], (5, 5, 4, 4), strict=True))
    [layout] = [one for one in load_reference(office.reference).sources.layouts if one.system == "Hue-S"]
    assert (layout.mark, layout.is_personal, layout.identity) == ("C", True, "ma_tai_khoan")
    assert SECRET not in (office.reference / "sources" / "hue_s_phu_huynh_ket_noi.yml").read_text(
        encoding="utf-8"
    )
    text = (office.reference / "sources" / "hue_s_phu_huynh_ket_noi.yml").read_text(encoding="utf-8")
    assert text.startswith(f"# {ROLE} xác nhận ngày 12/01/2024")


def test_a_draft_that_somebody_declared_is_shown_with_its_count_and_confirmed(
    office: Workspace, desk: Desk
) -> None:
    form = fill(desk)
    form._tried_out()
    draft = replace(form._tried.layout, is_draft=True)
    path = write_layout(office.reference, draft, "Bản nháp của phòng.")
    desk.refresh()
    form = desk.go_to("systems")._form  # type: ignore[attr-defined]
    assert form._of_draft.layout.display != "none"
    assert "Đã có bản nháp bố cục “Phụ huynh kết nối”" in form._drafted.value
    assert "26 dòng: đếm 24, không rõ trường 1, trùng 1" in form._drafted.value
    assert SECRET not in form._drafted.value
    desk._author.value = ""
    form._confirmed()
    assert "is_draft" in path.read_text(encoding="utf-8")
    desk._author.value = ROLE
    form._confirmed()
    assert "Đã ghi bố cục “Phụ huynh kết nối”" in status_of(desk)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {ROLE} xác nhận bản nháp ngày 12/01/2024.\n# Bản nháp của phòng.\n")
    assert "is_draft" not in text
    reference = load_reference(office.reference)
    assert draft.source_id not in {one.source_id for one in reference.sources.drafts}
    assert replace(draft, is_draft=False) in reference.sources.layouts
    facts = desk.now.cleaned.facts
    assert facts is not None
    # By hand, as where the mapping is kept: of six accounts a school four or five are linked.
    assert facts.set_index("school_id")["value"].to_dict() == dict(
        zip(PRIMARIES[:4], (5, 5, 4, 4), strict=True)
    )


def test_a_draft_that_names_no_system_yet_cannot_be_confirmed(office: Workspace, desk: Desk) -> None:
    """As `termreview source --id` writes it: what only the office knows is still open."""
    seen = look_at_export(office.raw(HK1) / "sources" / "phu-huynh.csv")
    path = write_draft(office.reference, "hue-s", seen)
    desk.refresh()
    form = desk.go_to("systems")._form  # type: ignore[attr-defined]
    assert "26 dòng" in form._drafted.value
    before = path.read_text(encoding="utf-8")
    form._confirmed()
    assert "Chưa ghi tên hệ thống" in status_of(desk)
    assert path.read_text(encoding="utf-8") == before
    assert "hue-s" in {one.source_id for one in load_reference(office.reference).sources.drafts}


def test_an_export_of_no_draft_offers_none(desk: Desk) -> None:
    form = desk.go_to("systems")._form  # type: ignore[attr-defined]
    assert form._of_draft.layout.display == "none"


def test_what_lacks_something_is_not_kept(office: Workspace, desk: Desk) -> None:
    before = layouts(office)
    form = fill(desk)
    form._dropped()
    form._name.value, desk._author.value = "", ""
    form._tried_out()
    for words in ("tên của tệp xuất", "số liệu nào", "chức danh"):
        assert words in form._result.value, words
    assert form._keep.layout.display == "none"
    form._mapping_saved()
    assert layouts(office) == before


def test_a_change_after_the_preview_takes_it_away(office: Workspace, desk: Desk) -> None:
    before = layouts(office)
    form = fill(desk)
    form._tried_out()
    form._identity.value = ""
    assert form._result.value == ""
    form._mapping_saved()
    assert layouts(office) == before


def test_a_mapping_that_counts_no_school_of_the_term_cannot_be_kept(office: Workspace, desk: Desk) -> None:
    form = fill(desk)
    form._school.value = ("file", "")
    form._tried_out()
    assert "đếm 0, không rõ trường 25" in form._result.value
    assert form._keep.layout.display == "none"


def test_an_export_of_another_period_says_so(office: Workspace, desk: Desk) -> None:
    put(office, "phu-huynh.csv", [[cell.replace("2024", "2022") for cell in row] for row in parents()])
    desk.refresh()
    form = fill(desk)
    form._tried_out()
    assert "nằm ngoài kỳ báo cáo" in form._result.value
    assert form._keep.layout.display == "none"


def test_what_others_declared_meanwhile_is_not_written_over(office: Workspace, desk: Desk) -> None:
    form = fill(desk)
    form._tried_out()
    path = office.reference / "sources" / "school_totals.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Số liệu tổng hợp theo trường", "Số tổng"), encoding="utf-8"
    )
    before = layouts(office)
    form._mapping_saved()
    assert "người khác vừa sửa" in status_of(desk)
    assert layouts(office) == before


def test_the_desk_tells_how_systems_agree_by_question_and_level(office: Workspace, desk: Desk) -> None:
    stated = desk.now.spread.number("questions_contributed_count")
    rows = [["Mã trường", "Số liệu tính đến ngày", "Số câu hỏi InTest"]]
    rows += [[one, "08/01/2024", str(int(stated[one]) + 50 * (one == PRIMARIES[0]))] for one in PRIMARIES]
    put(office, "tong.csv", rows)
    desk.refresh()
    tab = desk.go_to("systems")
    tab._part.value = "agreement"  # type: ignore[attr-defined]
    told = tab._agreement.value  # type: ignore[attr-defined]
    assert "Số câu hỏi đã đóng góp" in told
    assert told.count(f"{len(PRIMARIES) - 1}/{len(PRIMARIES)}") == 2  # of all schools, and of the one level


def questions(office: Workspace, desk: Desk, odd: dict[str, int]) -> dict[str, int]:
    """Have a system count the questions of InTest; so many more at some schools than they say. What it counts."""
    stated = desk.now.spread.number("questions_contributed_count")
    counted = {one: int(stated[one]) + odd.get(one, 0) for one in PRIMARIES}
    rows = [["Mã trường", "Số liệu tính đến ngày", "Số câu hỏi InTest"]]
    rows += [[one, "08/01/2024", str(value)] for one, value in counted.items()]
    put(office, "tong.csv", rows)
    desk.refresh()
    return counted


def answer(desk: Desk, school_id: str, column: str = "value_number") -> Any:
    rows = desk.now.cleaned.observations
    own = rows[(rows["school_id"] == school_id) & (rows["field_id"] == "questions_contributed_count")]
    return own[column].iloc[0]


def test_the_office_rules_that_the_systems_figure_counts(office: Workspace, desk: Desk) -> None:
    first, second = PRIMARIES[:2]
    counted = questions(office, desk, {first: 50, second: 60})
    before = answer(desk, first)
    tab = desk.go_to("triage")
    tab._severity.value = "query"  # type: ignore[attr-defined]
    tab._causes.pick("system_differs")  # type: ignore[attr-defined]
    form = tab._form  # type: ignore[attr-defined]
    form._scope.value, form._action.value = "places", "take_system"
    form._reason.value = "đã đối chiếu với tài khoản InTest của trường"
    form._tried()
    assert "2 số liệu thay đổi; 2 nội dung được giải quyết" in form._effect.value
    assert load_reference(office.reference).decisions == ()
    form._saved()
    rows = load_reference(office.reference).decisions
    assert [(one.action, one.expected_value, one.new_value) for one in rows] == [
        ("take_system", str(int(before)), str(counted[first])),
        ("take_system", str(counted[second] - 60), str(counted[second])),
    ]
    assert answer(desk, first) == counted[first]
    assert (
        answer(desk, first, "note").endswith(";system")
        or answer(desk, first, "note") == "decision:qd-0001.1;system"
    )
    # The school's own figure still stands beside the system's, and still differs: nothing was replaced in silence.
    compared = desk.now.cleaned.compared
    assert compared is not None
    own = compared[(compared["school_id"] == first) & (compared["pair_id"] == "questions_intest")].iloc[0]
    assert (own["stated"], own["system"], own["verdict"]) == (before, counted[first], "differs")
    asked = desk.now.cleaned.findings.query("check_code == 'system_differs' and school_id == @first")
    assert asked["status"].tolist() == ["settled"]


def test_a_system_that_counts_something_else_now_takes_the_ruling_away(office: Workspace, desk: Desk) -> None:
    first = PRIMARIES[0]
    counted = questions(office, desk, {first: 50})
    stated = counted[first] - 50
    path = office.reference / "decisions.csv"
    row = f"qd-0001,{HK1.term_id},cell,{first},questions_contributed_count,,{stated},take_system,{counted[first]},đã đối chiếu,{ROLE},2024-01-12\n"
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    desk.refresh()
    assert answer(desk, first) == counted[first]
    put(
        office,
        "tong.csv",
        [["Mã trường", "Số liệu tính đến ngày", "Số câu hỏi InTest"], [first, "08/01/2024", "7"]],
    )
    desk.refresh()
    assert answer(desk, first) == stated
    told = desk.now.cleaned.findings.query("check_code == 'decision_not_applied'")
    assert told[["school_id", "found"]].to_numpy().tolist() == [[first, "7"]]
