"""The model that a block carries beside its HTML: the same words, the values behind them, nothing more."""

from __future__ import annotations

import base64

import pandas as pd
import pytest

from termreview.reporting.blocks.blocks import (
    Block,
    badge_mark,
    bullets,
    callout,
    inline,
    key_figures,
    paragraph,
    stack,
)
from termreview.reporting.blocks.model import BLOCK_MIME, plain_text, read_bundle
from termreview.reporting.blocks.tables import table
from termreview.reporting.charts.charts import chart, count_bars

FRAME = pd.DataFrame(
    {
        "name": ["MN Một", "TH Hai", "TH Ba"],
        "level": ["Mầm non", "Tiểu học", "Tiểu học"],
        "pupils": pd.array([29093, None, 0], dtype="Int64"),
        "share": [94.646, float("nan"), 0.05],
        "on": pd.to_datetime(["2024-01-10", None, "2024-02-01"]),
        "mark": ["A", "C", "B"],
    }
)


def model_of(block: object) -> list[dict]:
    return [dict(part) for part in read_bundle(block._repr_mimebundle_())]


def test_a_table_carries_values_beside_the_words() -> None:
    block = table(
        FRAME,
        columns={"name": "Trường", "pupils": "Học sinh", "share": "Tỉ lệ", "on": "Ngày"},
        caption="Quy mô",
        formats={"pupils": "integer", "share": "percent1", "on": "date"},
        group_by="level",
        marks="mark",
        total_row={"name": "Toàn huyện", "pupils": 29093},
        notes=["Một ghi chú."],
        max_rows=1,
    )
    (part,) = model_of(block)
    assert part["caption"] == "Quy mô"
    assert [column["title"] for column in part["columns"]] == ["Trường", "Học sinh", "Tỉ lệ", "Ngày"]
    assert [column["name"] for column in part["columns"] if "head" in column] == ["name"]
    assert [row["group"] for row in part["rows"]] == ["Mầm non", "Tiểu học", "Tiểu học"]
    assert [row["mark"] for row in part["rows"]] == ["A", "C", "B"]
    first, second, third = (row["cells"] for row in part["rows"])
    assert first == ["MN Một", [[29093, "integer"]], [[94.646, "percent1"]], [["2024-01-10", "date"]]]
    assert [plain_text(cell) for cell in first] == ["MN Một", "29.093", "94,6%", "10/01/2024"]
    assert second == ["TH Hai", "—", "—", "—"]
    assert third[1] == [[0, "integer"]]
    assert part["total"] == ["Toàn huyện", [[29093, "integer"]], "", ""]
    assert plain_text(part["notes"][0]) == "Một ghi chú."
    assert part["notes"][1][1] == ["A", "mark"]


def test_text_blocks_carry_their_words() -> None:
    block = stack(
        paragraph("một"), bullets(["hai", inline("ba ", badge_mark("B"))]), callout("bốn", ["năm"], "query"),
        key_figures([("sáu", "7", "tám")]), "chín",
    )  # fmt: skip
    paragraphs, items, remark, cards, line = model_of(block)
    assert (paragraphs["kind"], paragraphs["runs"]) == ("paragraph", ["một"])
    assert items["items"] == [["hai"], ["ba ", ["B", "mark"]]]
    assert (remark["title"], remark["items"], remark["look"]) == ("bốn", [["năm"]], "query")
    assert cards["cards"] == [["sáu", ["7"], "tám"]]
    assert (line["kind"], line["runs"]) == ("inline", ["chín"])


def test_markup_without_a_model_is_refused_where_it_would_be_lost() -> None:
    with pytest.raises(ValueError, match="no model"):
        paragraph(Block("<b>mất</b>"))
    with pytest.raises(ValueError, match="no model"):
        stack(paragraph("còn"), Block("<b>mất</b>"))
    assert stack(paragraph("còn"), Block("")).parts


def test_a_table_cannot_stand_inside_a_line() -> None:
    block = table(FRAME, columns={"name": "Trường"}, caption="Trường")
    with pytest.raises(ValueError, match="inside a line"):
        paragraph(block)


def test_a_figure_carries_its_words_and_the_picture_that_word_shows() -> None:
    frame = pd.DataFrame({"n": ["TH A"], "k": [3]})
    shown = chart(count_bars, frame, label="n", count="k", title="Tên", alt="Thay lời.", caption="Chú thích")
    (part,) = model_of(shown)
    assert [part[name] for name in ("title", "alt", "caption")] == ["Tên", "Thay lời.", "Chú thích"]
    assert base64.b64decode(part["picture"]) == shown.png


def test_the_model_is_one_line_of_json() -> None:
    text = paragraph("a\nb")._repr_mimebundle_()[BLOCK_MIME]
    assert isinstance(text, str)
    assert "\n" not in text
