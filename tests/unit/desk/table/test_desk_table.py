"""The desk's table: its columns, its groups by hand-computed figures, its saved views, what a person does with it."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from desk_world import SILENT, TODAY, look_at, new_office

from termreview.desk.panels import opening
from termreview.desk.panels.controls.desk import Desk
from termreview.desk.panels.controls.sheet import sheet
from termreview.desk.panels.opening import open_desk
from termreview.desk.panels.table_tab import TableTab
from termreview.desk.table.columns import CHOICE, DATE, NUMBER, TEXT, TableColumn, plain_values, school_sheet
from termreview.desk.table.grouping import STATISTICS, group_schools
from termreview.desk.table.saved_views import SavedView, list_views, read_view, save_view
from termreview.storage.workspace import Workspace
from worlds import ROOT

WORDS = {
    "schools": "trường", "known": "{column} n", "sum": "{column} tổng", "mean": "{column} tb", "median": "{column} tv",
    "share": "{column} %", "count_of": "{column}={value}", "share_of": "{column}={value} %", "missing": "(trống)", "all": "Tất cả",
}  # fmt: skip
COMMUNE = TableColumn("Xã", "", CHOICE)
PUPILS, RATIO = TableColumn("HS", "", NUMBER, 0, adds=True), TableColumn("Tỉ lệ", "", NUMBER, 1)
ANSWER = TableColumn("Thư viện số", "", CHOICE)
SCHOOLS = pd.DataFrame(
    {
        "Xã": ["An", "An", "An", "Bình", "Bình", None],
        "HS": [100.0, None, 300.0, 50.0, 150.0, None],
        "Tỉ lệ": [80.0, 90.0, None, 50.0, 70.0, 20.0],
        "Thư viện số": ["Có", "Không", None, "Có", "Có", None],
    },
    index=["1", "2", "3", "4", "5", "6"],
)


def figures(*columns: TableColumn, statistics: tuple[str, ...] = STATISTICS) -> dict[str, dict[str, object]]:
    """By group: every figure under its head."""
    heads, rows = group_schools(SCHOOLS, COMMUNE, columns, statistics, WORDS)
    return {row[0]: dict(zip([head.column_id for head in heads], row[1:], strict=True)) for row in rows}


def test_sums_means_medians_and_shares_leave_out_whoever_gave_no_number() -> None:
    found = figures(PUPILS)
    assert list(found) == ["An", "Bình", "(trống)", "Tất cả"]
    # An: 100 and 300 of three schools; Bình: 50 and 150; the school without a commune gave no number.
    assert found["An"] == {
        "Xã": "An", "trường": 3, "HS n": 2, "HS tổng": 400.0, "HS tb": 200.0, "HS tv": 200.0, "HS %": pytest.approx(66.666667),
    }  # fmt: skip
    assert found["Bình"] == {
        "Xã": "Bình", "trường": 2, "HS n": 2, "HS tổng": 200.0, "HS tb": 100.0, "HS tv": 100.0, "HS %": pytest.approx(33.333333),
    }  # fmt: skip
    assert found["(trống)"] == {
        "Xã": "(trống)", "trường": 1, "HS n": 0, "HS tổng": None, "HS tb": None, "HS tv": None, "HS %": None,
    }  # fmt: skip
    # All: 100, 300, 50, 150: the median lies between 100 and 150.
    assert found["Tất cả"] == {
        "Xã": "Tất cả", "trường": 6, "HS n": 4, "HS tổng": 600.0, "HS tb": 150.0, "HS tv": 125.0, "HS %": 100.0,
    }  # fmt: skip


def test_shares_of_schools_are_never_added_up() -> None:
    found = figures(RATIO)
    assert found["An"] == {"Xã": "An", "trường": 3, "Tỉ lệ n": 2, "Tỉ lệ tb": 85.0, "Tỉ lệ tv": 85.0}
    assert found["Tất cả"]["Tỉ lệ tb"] == 62.0  # (80 + 90 + 50 + 70 + 20) / 5
    assert found["Tất cả"]["Tỉ lệ tv"] == 70.0


def test_of_a_choice_each_value_is_counted_among_those_who_answered() -> None:
    found = figures(ANSWER)
    assert found["An"] == {
        "Xã": "An", "trường": 3, "Thư viện số n": 2, "Thư viện số=Có": 1, "Thư viện số=Có %": 50.0,
        "Thư viện số=Không": 1, "Thư viện số=Không %": 50.0,
    }  # fmt: skip
    assert found["Bình"]["Thư viện số=Có %"] == 100.0
    assert found["Bình"]["Thư viện số=Không"] == 0
    assert found["(trống)"]["Thư viện số=Có %"] is None
    assert found["Tất cả"]["Thư viện số=Có %"] == 75.0


def test_only_what_is_asked_for_is_shown_and_never_without_the_number_of_schools() -> None:
    assert list(figures(PUPILS, statistics=("mean",))["An"]) == ["Xã", "trường", "HS n", "HS tb"]


def test_the_columns_are_those_of_the_table_of_analysts_with_ratios_and_kinds(tmp_path: Path) -> None:
    now = look_at(new_office(tmp_path))
    sheet = school_sheet(now)
    words = now.reference.labels["school_table"]
    assert list(sheet.frame.index) == [school.unit_id for school in now.declared.schools]
    kinds = {name: column.kind for name, column in sheet.columns.items()}
    fields = {name: head for head, name in sheet.frame.attrs.get("fields", {}).items()}
    assert {NUMBER, CHOICE, TEXT, DATE} >= set(kinds.values()) >= {NUMBER, CHOICE, TEXT}
    assert kinds[words["level"]] == kinds[words["commune"]] == CHOICE
    levels = [head for head in sheet.columns if head.endswith(words["level_of"].partition("{group}")[2])]
    assert levels
    assert {kinds[head] for head in levels} == {CHOICE}, "nobody adds levels up"
    classes = next(head for head in sheet.columns if "máy tính còn hoạt động" in head and not head.startswith("Tình trạng"))  # fmt: skip
    assert sheet.columns[classes].adds
    assert pd.isna(sheet.frame.loc[SILENT, classes]), "no report is no zero"
    assert fields == {} or classes in fields.values()
    [row] = sheet.rows([sheet.name_id, classes], [SILENT])
    assert row[0] == SILENT
    assert row[2] is None


def test_values_travel_as_what_they_are() -> None:
    days = pd.to_datetime(pd.Series(["2024-01-10", None]))
    assert plain_values(days, DATE) == ["2024-01-10", None]
    assert plain_values(pd.Series([1.0, 2.5, None]), NUMBER) == [1, 2.5, None]
    assert plain_values(pd.Series(["", "a", None], dtype=object), TEXT) == [None, "a", None]


def test_a_view_is_a_file_that_can_be_handed_on(tmp_path: Path) -> None:
    here, there = Workspace(tmp_path / "a"), Workspace(tmp_path / "b")
    view = SavedView("Hòa", ("Cấp học",), {"search": "an", "order": [["HS", "desc"]]}, "Cấp học", ("mean",))
    path = save_view(here, view)
    save_view(here, SavedView("Hoa"))  # an accent tells names apart
    assert set(list_views(here)[0]) == {"Hòa", "Hoa"}
    target = there.root / "data" / "views" / path.name
    target.parent.mkdir(parents=True)
    target.write_bytes(path.read_bytes())
    assert list_views(there) == ({"Hòa": view}, [])


@pytest.mark.parametrize("content", ["", "[]", '{"name": 3}', '{"name": "a", "columns": "b"}', '{"name": "a", "more": 1}'])  # fmt: skip
def test_a_file_that_holds_no_view_is_named(content: str, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    path = save_view(workspace, SavedView("a"))
    path.write_text(content, encoding="utf-8")
    assert read_view(path) is None
    assert list_views(workspace) == ({}, [path.name])


@pytest.fixture
def table(tmp_path: Path) -> tuple[Desk, TableTab]:
    open_desk(workspace_root=str(new_office(tmp_path).root), today=lambda: TODAY)
    desk = opening._open[-1]
    tab = desk.go_to("table")
    assert isinstance(tab, TableTab)
    return desk, tab


def test_grouping_and_files_hold_the_rows_in_sight_alone(table: tuple[Desk, TableTab]) -> None:
    desk, tab = table
    sheet = tab._known()
    everyone = list(tab._table.shown)
    assert len(everyone) == len(desk.now.schools)
    tab._table.shown = list(reversed(everyone[:3]))  # as the browser tells: filtered, the last first
    tab._group.value = sheet.level_id
    whole = tab._group_table.rows[-1]
    assert whole[2] == 3
    tab._exported()
    links = re.findall(r'href="data:[^;]+(?:;charset=utf-8)?;base64,([^"]+)"', tab._links.value)
    assert len(links) == 4
    path = desk.now.workspace.root / "bang.xlsx"
    path.write_bytes(b64decode(links[0]))
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=3, values_only=True))
    assert list(rows[0]) == [column["id"] for column in tab._table.columns]
    names = sheet.frame[sheet.name_id]
    assert [row[0] for row in rows[1:]] == [names[key] for key in reversed(everyone[:3])]
    assert not any(str(cell).startswith("=") for row in rows for cell in row if cell is not None)


def test_a_saved_view_comes_back_and_names_what_the_term_does_not_have(table: tuple[Desk, TableTab]) -> None:
    desk, tab = table
    tab._choose([tab._known().level_id])
    tab._table.view = {"search": "binh", "order": [], "filters": {}}
    tab._saved()
    assert "Ghi tên khung nhìn" in desk._status.value
    tab._view_name.value = "Bình An"
    tab._saved()
    assert "Đã lưu khung nhìn" in desk._status.value
    folder = desk.now.workspace.root / "data" / "views"
    [path] = folder.glob("*.json")
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["columns"].append("Cột của kỳ khác")
    path.write_text(json.dumps(kept), encoding="utf-8")
    tab._view.value = ""
    tab._reset()
    tab._table.view = {}
    tab._view.value = "Bình An"
    assert tab._chosen == [tab._known().level_id]
    assert tab._table.view["search"] == "binh"
    assert "Cột của kỳ khác" in desk._status.value


def test_an_analysts_own_frame_becomes_such_a_table() -> None:
    frame = pd.DataFrame({"HS": [3.0, None], "Ngày": pd.to_datetime(["2024-01-10", None])}, index=pd.Index(["An", "Bình"], name="Xã"))  # fmt: skip
    made = sheet(frame, "Của tôi", workspace_root=str(ROOT))
    assert [column["id"] for column in made.columns] == ["Xã", "HS", "Ngày"]
    assert made.rows == [["0", "An", 3, "2024-01-10"], ["1", "Bình", None, None]]


def test_columns_are_found_without_accents(table: tuple[Desk, TableTab]) -> None:
    _, tab = table
    tab._find.value = "may tinh hoat dong"
    offered = [name for name, _ in tab._offered.options]
    assert offered
    assert any("máy tính còn hoạt động" in name for name in offered)
    assert len(offered) < len(tab._known().columns) / 10
    tab._offered.value = offered[:1]
    tab._added()
    assert tab._chosen[-1] == offered[0]
    assert tab._table.columns[-1]["id"] == offered[0]
