"""The report on what nine offices handed in: every figure by hand, nothing of what an office hides."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from report_world import reference
from test_merging import folder, hand_in, hide_in_first, tables

from termreview.errors import UsageError
from termreview.reporting.blocks.blocks import Block
from termreview.rollup.handed_in import find_handed_in
from termreview.rollup.merging import merge_offices
from termreview.rollup.report import (
    assessment,
    by_office,
    findings,
    levels_chart,
    main_figures,
    ratios,
    tasks,
    to_look_at,
)
from termreview.rollup.roll_up import RollUp, open_roll_up, report_title
from worlds import ROOT

__all__ = ["folder", "tables"]


def rolled_up(place: Path, *expected: str) -> RollUp:
    return RollUp(merge_offices(find_handed_in([place]), edition="internal", expected=expected), reference())


def text_of(block: Block) -> str:
    return BeautifulSoup(block._repr_html_(), "lxml").get_text(" ", strip=True)


def rows_of(block: Block) -> list[list[str]]:
    page = BeautifulSoup(block._repr_html_(), "lxml")
    return [[cell.get_text() for cell in row.select("th, td")] for row in page.select("tbody tr, tfoot tr")]


def test_a_ratio_is_that_of_the_sums_with_both_counts_in_all_and_by_level(folder: Path) -> None:
    """By hand: primary 1 + … + 9 = 45 of 90, lower secondary 8 x 2 = 16 of 64; 61 of 154; 17 of 27 schools have data."""
    rows = rows_of(ratios(rolled_up(folder)))
    place = rows.index(["Tỉ lệ giáo viên sử dụng phần mềm để đổi mới phương pháp dạy học"])
    assert rows[place + 1 : place + 4] == [
        ["Toàn địa bàn", "39,6%", "61/154", "17/27"],
        ["Tiểu học", "50,0%", "45/90", "9/9"],
        ["Trung học cơ sở", "25,0%", "16/64", "8/9"],
    ]
    assert len(rows[place + 4]) == 1  # nobody of the combined schools answered: no row, and no zero


def test_schools_that_reported_are_counted_by_office_and_the_lowest_is_named(folder: Path) -> None:
    """Four schools an office; of office 9 one has sent nothing."""
    found = rolled_up(folder)
    rows = rows_of(by_office(found))
    assert [row[0] for row in rows] == [f"office-{number:02d}" for number in range(1, 10)] + ["Toàn địa bàn"]
    assert [row[2] for row in rows] == ["4/4 (100,0%)"] * 8 + ["3/4 (75,0%)", "35/36 (97,2%)"]
    told = text_of(findings(found))
    assert "09 đơn vị đã gửi số liệu; 35/36 (97,2%) trường có báo cáo được tiếp nhận." in told
    assert "tỉ lệ có báo cáo thấp nhất: office-09, 3/4 (75,0%)." in told
    assert "35/36 (97,2%)" in text_of(main_figures(found))


def test_offices_that_have_to_hand_in_and_did_not_are_named(folder: Path) -> None:
    found = rolled_up(folder, "office-01", "047702", "office-10")
    told = "02 đơn vị chưa gửi số liệu: xã Bình An, office-10."  # one that nobody declared by its code
    assert told in text_of(findings(found))
    assert rows_of(to_look_at(found)) == [
        ["", "Đơn vị chưa gửi số liệu", "xã Bình An"], ["", "Đơn vị chưa gửi số liệu", "office-10"],
    ]  # fmt: skip
    assert text_of(to_look_at(rolled_up(folder))) == "Không có nội dung phải đối chiếu."


def test_a_figure_that_an_office_hides_is_in_no_sum_and_the_table_says_so(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    hide_in_first(folder, tables)
    block = ratios(rolled_up(folder))
    rows = rows_of(block)
    place = rows.index(["Tỉ lệ giáo viên sử dụng phần mềm để đổi mới phương pháp dạy học"])
    assert rows[place + 1][2] == "58/136"  # without 1 + 2 of 10 + 8
    assert "01 số liệu không gồm phần của đơn vị không công bố số liệu ấy." in text_of(block)


def test_levels_are_drawn_and_counted_from_what_offices_concluded(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    """Two offices say how many of 20 and 10 schools stand where.

    14 and 3 surely reach the second level, two of them not concluded between it and the third: 17 of 30.
    """
    about = {
        "level_1": (6, 5), "level_2": (10, 2), "level_3": (2, 1), "not_concluded": (2, 2), "reached": (14, 3),
    }  # fmt: skip
    for number, whole in ((1, 20), (2, 10)):
        own = tables[number].copy()
        for part, counts in about.items():
            is_it = (own["indicator_id"] == f"1.{part}") & (own["scope"] == "office")
            assert is_it.sum() == 1
            own.loc[is_it, ["numerator", "denominator", "value"]] = [
                counts[number - 1],
                whole,
                100 * counts[number - 1] / whole,
            ]
            own.loc[is_it, "state"] = "counted"
        hand_in(folder / f"office-{number}", f"bc-{number}", own)
    others = [number for number in tables if number > 2]
    for number in others:
        (folder / f"office-{number}" / f"bc-{number}-du-lieu.csv").unlink()
    found = rolled_up(folder)
    assert [row[3] for row in rows_of(by_office(found))] == [
        "14/20 (70,0%)",
        "3/10 (30,0%)",
        "17/30 (56,7%)",
    ]
    frame = levels_chart(found).data
    own = frame[frame["group"] == "Dạy, học"].set_index("office")
    assert own.loc["office-01", list(about)[:4]].tolist() == [6, 10, 2, 2]
    assert "<svg" in assessment(found)._repr_html_()


def test_a_task_names_the_office_that_does_least_of_it(folder: Path, tables: dict[int, pd.DataFrame]) -> None:
    task = tables[1].query("kind == 'task' and scope == 'office'").iloc[0]
    for number, done in ((1, 3), (2, 1), (3, 2)):
        own = tables[number].copy()
        is_it = (
            (own["indicator_id"] == task["indicator_id"])
            & (own["scope"] == "office")
            & (own["kind"] == "task")
        )
        own.loc[is_it, ["numerator", "denominator", "value", "state"]] = [done, 4, 25.0 * done, "counted"]
        hand_in(folder / f"office-{number}", f"bc-{number}", own)
    [row] = [row for row in rows_of(tasks(rolled_up(folder))) if row[0] == task["indicator_title"]]
    assert row[1:3] == ["6/12 (50,0%)", "office-02: 1/4 (25,0%)"]


def test_offices_that_are_as_low_are_counted_and_the_one_with_most_schools_is_named(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    task = tables[1].query("kind == 'task' and scope == 'office'").iloc[0]
    for number, counts in {1: (1, 2), 2: (2, 4), 3: (3, 4)}.items():
        own = tables[number].copy()
        is_it = (
            (own["indicator_id"] == task["indicator_id"])
            & (own["scope"] == "office")
            & (own["kind"] == "task")
        )
        own.loc[is_it, ["numerator", "denominator", "value", "state"]] = [
            *counts,
            100 * counts[0] / counts[1],
            "counted",
        ]
        hand_in(folder / f"office-{number}", f"bc-{number}", own)
    [row] = [row for row in rows_of(tasks(rolled_up(folder))) if row[0] == task["indicator_title"]]
    assert row[2] == "office-02: 2/4 (50,0%) và 01 đơn vị khác cùng tỉ lệ"


def test_no_office_is_the_lowest_where_all_are_alike(folder: Path, tables: dict[int, pd.DataFrame]) -> None:
    task = tables[1].query("kind == 'task' and scope == 'office'").iloc[0]
    for number in (1, 2):
        own = tables[number].copy()
        is_it = (
            (own["indicator_id"] == task["indicator_id"])
            & (own["scope"] == "office")
            & (own["kind"] == "task")
        )
        own.loc[is_it, ["numerator", "denominator", "value", "state"]] = [number, number, 100.0, "counted"]
        hand_in(folder / f"office-{number}", f"bc-{number}", own)
    [row] = [row for row in rows_of(tasks(rolled_up(folder))) if row[0] == task["indicator_title"]]
    assert row[1:3] == ["3/3 (100,0%)", ""]


def test_the_title_is_that_of_the_review_of_the_term(folder: Path, tables: dict[int, pd.DataFrame]) -> None:
    assert report_title(rolled_up(folder)) == "Báo cáo tổng hợp sơ kết học kỳ I năm học 2023-2024"
    for number, rows in tables.items():
        hand_in(folder / f"office-{number}", f"bc-{number}", rows.assign(term_id="2031-2032-hk1"))
    assert report_title(rolled_up(folder)) == "Báo cáo tổng hợp kỳ 2031-2032-hk1"  # of no declared term


def test_folders_that_hold_nothing_are_refused_by_name(folder: Path, tmp_path: Path) -> None:
    place = f"{folder / 'office-1'}; {folder / 'office-2'}"
    assert open_roll_up(place, edition="internal", workspace_root=str(ROOT)).merged.offices == [
        "office-01",
        "office-02",
    ]
    for wrong in (tmp_path / "gone", tmp_path):
        with pytest.raises(UsageError, match=wrong.name):
            open_roll_up(
                str(wrong) if wrong.name == "gone" else str(make(wrong / "empty")), workspace_root=str(ROOT)
            )


def make(place: Path) -> Path:
    place.mkdir()
    return place
