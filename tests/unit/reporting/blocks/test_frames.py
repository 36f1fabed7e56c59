"""The tables of a block come back as data frames under the heads that a reader sees."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from termreview.reporting.blocks.blocks import Block, hidden, paragraph, stack
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Interval, Parts, Share


def block(frame: pd.DataFrame, formats: dict[str, str] | None = None, **options: object) -> Block:
    return table(
        frame,
        columns={name: name.upper() for name in frame.columns if name != "of"},
        caption="Bảng",
        formats=formats or {},
        **options,  # type: ignore[arg-type]
    )


def test_numbers_days_and_texts_come_back_as_they_are() -> None:
    frame = pd.DataFrame(
        {
            "school": ["An", "Bình"],
            "count": [1234, None],
            "share": [0.5, 0.25],
            "day": [datetime.date(2024, 1, 5), None],
        }
    )
    found = block(frame, {"count": "integer", "share": "share1", "day": "date"}).data
    expected = pd.DataFrame(
        {
            "SCHOOL": ["An", "Bình"],
            "COUNT": [1234.0, None],
            "SHARE": [0.5, 0.25],
            "DAY": [pd.Timestamp("2024-01-05"), None],
        }
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert found["COUNT"].isna().tolist() == [False, True], "missing is never zero"


def test_a_cell_of_several_figures_is_a_column_each() -> None:
    frame = pd.DataFrame(
        {
            "done": [Share(27, 29), Share(0, 0)],
            "asked": [Parts(3, 4), Parts(1, None)],
            "points": [Interval(62.0, 72.0), Interval(50.0, 50.0)],
        }
    )
    found = block(frame).data
    assert found.columns.tolist() == [
        "DONE – tử số", "DONE – mẫu số", "DONE – %", "ASKED – tử số", "ASKED – mẫu số", "POINTS – thấp nhất",
        "POINTS – cao nhất",
    ]  # fmt: skip
    assert found["DONE – %"][0] == pytest.approx(27 * 100 / 29)
    assert pd.isna(found["DONE – %"][1])
    assert found["POINTS – thấp nhất"].tolist() == [62.0, 50.0]
    assert found["POINTS – cao nhất"].tolist() == [72.0, 50.0]
    assert found["ASKED – mẫu số"].isna().tolist() == [False, True]


def test_what_an_edition_hides_is_missing_and_totals_are_no_row() -> None:
    frame = pd.DataFrame(
        {"of": ["Xã A", "Xã B"], "school": ["An", "Bình"], "girls": [hidden("…", "ẩn", "ẩn"), 12]}
    )
    found = block(
        frame, {"girls": "integer"}, group_by="of", total_row={"school": "Cộng", "girls": 12}
    ).data  # fmt: skip
    assert found.to_dict("list") == {
        "Nhóm": ["Xã A", "Xã B"],
        "SCHOOL": ["An", "Bình"],
        "GIRLS": [pytest.approx(float("nan"), nan_ok=True), 12],
    }


def test_several_tables_are_told_apart_by_their_captions() -> None:
    one = pd.DataFrame({"a": [1]})
    both = stack(block(one, {"a": "integer"}), paragraph("giữa"), block(one + 1, {"a": "integer"}))
    assert {caption: frame["A"].tolist() for caption, frame in both.tables.items()} == {
        "Bảng": [1],
        "Bảng (2)": [2],
    }
    assert both.data["A"].tolist() == [1]
    assert paragraph("không có bảng").data.empty
