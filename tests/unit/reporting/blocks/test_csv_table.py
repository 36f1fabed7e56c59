"""A table as CSV: each cell once however many say the same, and the bytes of a table written cell by cell."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.blocks.csv_table import BOM, csv_bytes, csv_of_frame

FRAME = pd.DataFrame(
    {
        "name": ["Trường A", 'Trường "B"; xã C', "=1+1", "", None, "Trường A"],
        "value": [1.5, 0.0, -0.0, float("nan"), 2.0, 1.5],
    }
)


def test_each_cell_stands_as_it_is_meant() -> None:
    written = csv_of_frame(FRAME).decode("utf-8")
    assert written.removeprefix(BOM).split("\r\n") == [
        "name;value",
        "Trường A;1,5",
        '"Trường ""B""; xã C";0',
        "'=1+1;-0",
        ";",
        ";2",
        "Trường A;1,5",
        "",
    ]


def test_a_frame_is_written_as_its_rows_are() -> None:
    names = {name: name for name in FRAME.columns}
    assert csv_of_frame(FRAME) == csv_bytes(names, FRAME.to_dict("records"))
    assert csv_of_frame(FRAME.head(0)) == csv_bytes(names, [])
