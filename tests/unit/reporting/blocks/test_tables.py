"""Tables and number texts of the reports."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, strategies as st

from termreview.reporting.blocks.blocks import badge_mark, bullets, callout, key_figures, paragraph, stack
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import fraction_text, interval_text

HOSTILE = '<img src=x onerror="alert(1)">'
FRAME = pd.DataFrame(
    {
        "name": ["Mầm non Phong An", HOSTILE, "TH Điền Hòa"],
        "level": ["Mầm non", "Tiểu học", "Tiểu học"],
        "pupils": pd.array([29093, None, 0], dtype="Int64"),
        "share": [94.64, float("nan"), 0.05],
        "mark": ["A", "C", "B"],
    }
)
COLUMNS = {"name": "Trường", "pupils": "Học sinh", "share": "Tỉ lệ"}
FORMATS = {"pupils": "integer", "share": "percent1"}


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_a_blank_cell_is_the_head_of_no_row() -> None:
    """The room for signatures was read out as a head without a name."""
    html = table(pd.DataFrame({"who": ["", "Trường"]}), columns={"who": "Người ký"}, caption="").html
    heads = BeautifulSoup(html, "html.parser").select("tbody th")
    assert [head.get_text() for head in heads] == ["Trường"]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (29093, "integer", "29.093"),
        (94.64, "percent1", "94,6%"),
        (0.9464, "share1", "94,6%"),
        (49.95, "points", "50,0"),
        (2.675, "ratio", "2,68"),
        (0.05, "decimal1", "0,1"),
        (-1234.55, "decimal1", "−1.234,6"),
        (1234567890, "vnd", "1.234.567.890\u00a0đ"),
        ("2024-01-10", "date", "10/01/2024"),
        (pd.Timestamp("2024-01-10 23:59"), "date", "10/01/2024"),
        (None, "integer", "—"),
        (float("nan"), "percent1", "—"),
        (float("inf"), "percent1", "—"),
        (pd.NA, "integer", "—"),
        (pd.NaT, "date", "—"),
        (0, "integer", "0"),
    ],
)
def test_a_number_is_written_the_vietnamese_way(value: object, form: str, text: str) -> None:
    assert number_text(value, form) == text


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown number format"):
        number_text(1, "percent")


def test_bounds_are_one_number_when_they_meet() -> None:
    assert interval_text(62, 62.0) == "62,0"
    assert interval_text(62, 72) == "62,0–72,0"
    assert interval_text(None, 72) == "—"


def test_a_fraction_keeps_both_numbers() -> None:
    assert fraction_text(27, 29) == "27/29 (93,1%)"
    assert fraction_text(0, 0) == "0/0 (—)"
    assert fraction_text(None, 29) == "—"
    assert fraction_text(1200, 1446) == "1.200/1.446 (83,0%)"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_rounding_is_half_up_and_never_moves_more_than_half_a_step(value: Decimal) -> None:
    text = number_text(value, "decimal1").replace(".", "").replace(",", ".").replace("−", "-")
    assert abs(Decimal(text) - value) <= Decimal("0.05")


def test_no_cell_header_caption_or_note_is_markup() -> None:
    block = table(
        FRAME.assign(level=HOSTILE),
        columns={**COLUMNS, "name": HOSTILE},
        caption=HOSTILE,
        formats=FORMATS,
        group_by="level",
        notes=[HOSTILE],
        total_row={"name": HOSTILE},
    )
    assert not parsed(block.html).find_all("img")
    assert parsed(block.html).find("caption").get_text() == HOSTILE


def test_a_missing_figure_is_a_dash_that_explains_itself_and_zero_is_zero() -> None:
    rows = (
        parsed(table(FRAME, columns=COLUMNS, formats=FORMATS, caption="c").html).find("tbody").find_all("tr")
    )
    missing = rows[1].find_all("td")[0]
    assert missing.get_text() == "—"
    assert missing.find("abbr")["title"] == "không có số liệu"
    assert rows[2].find_all("td")[0].get_text() == "0"


def test_rows_and_columns_have_header_cells() -> None:
    page = parsed(table(FRAME, columns=COLUMNS, formats=FORMATS, caption="c").html)
    assert [head.get_text() for head in page.find("thead").find_all("th", scope="col")] == list(
        COLUMNS.values()
    )
    assert len(page.find("tbody").find_all("th", scope="row")) == 3
    box = page.find("div", role="region")
    assert box["tabindex"] == "0"
    assert box["aria-label"] == "c"


def test_groups_head_their_rows_once() -> None:
    page = parsed(table(FRAME, columns=COLUMNS, caption="c", group_by="level").html)
    assert [head.get_text() for head in page.find_all("th", scope="rowgroup")] == ["Mầm non", "Tiểu học"]
    assert len(page.find_all("tbody")) == 2


def test_marks_stand_by_the_name_and_are_explained() -> None:
    page = parsed(table(FRAME, columns=COLUMNS, caption="c", marks="mark").html)
    assert [badge.get_text() for badge in page.find("tbody").find_all("abbr", class_="mark")] == [
        "A",
        "C",
        "B",
    ]
    assert "chưa xác nhận" in page.find("div", class_="table-notes").get_text()


def test_long_tables_fold_and_keep_every_row_and_the_total_at_the_end() -> None:
    frame = pd.DataFrame({"name": [f"Trường {n}" for n in range(25)], "n": range(25)})
    page = parsed(
        table(
            frame, columns={"name": "Trường", "n": "Số"}, caption="c", max_rows=10, total_row={"name": "Cộng"}
        ).html
    )
    assert len(page.find_all("tbody")[0].find_all("tr")) == 10
    assert len(page.find("details").find("tbody").find_all("tr")) == 15
    assert page.find("details").find("tfoot").get_text() == "Cộng"
    assert len(page.find_all("tfoot")) == 1


def test_an_empty_table_says_so() -> None:
    assert "Không có số liệu" in table(FRAME.iloc[0:0], columns=COLUMNS, caption="c").html


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="no_such"):
        table(FRAME, columns={"no_such": "x"}, caption="c")


def test_blocks_escape_text_and_keep_blocks() -> None:
    block = stack(
        paragraph(HOSTILE),
        bullets([HOSTILE, badge_mark("C")]),
        callout(HOSTILE, [HOSTILE], "query"),
        key_figures([(HOSTILE, HOSTILE, HOSTILE)]),
    )
    page = parsed(block.html)
    assert not page.find_all("img")
    assert page.find("abbr")["title"] == "chưa xác nhận"


def test_characters_that_break_a_page_are_replaced() -> None:
    html = paragraph("a\x00b\ud800c\u202ed").html
    assert html.encode("utf-8")
    assert html == "<p>a\ufffdb\ufffdc\ufffdd</p>"


def test_a_folded_table_stands_whole_behind_its_caption() -> None:
    page = parsed(table(FRAME, columns=COLUMNS, caption=HOSTILE, max_rows=0, marks="mark").html)
    folded = page.find("details", class_="folded")
    assert folded.find("summary").get_text() == f"{HOSTILE} (3 dòng)"
    assert len(folded.find("tbody").find_all("tr")) == 3
    assert folded.find("div", class_="table-notes") is not None
    assert not page.find_all("img")


@pytest.mark.parametrize(
    ("marks", "badges"), [("BBB", []), ("CCC", ["C", "C", "C"]), ("ABB", ["A", "B", "B"])]
)
def test_a_mark_that_all_rows_share_stands_under_the_table_unless_it_is_the_unsure_one(
    marks: str, badges: list[str]
) -> None:
    page = parsed(table(FRAME.assign(mark=list(marks)), columns=COLUMNS, caption="c", marks="mark").html)
    assert [badge.get_text() for badge in page.find("tbody").find_all("abbr", class_="mark")] == badges
    assert page.find("div", class_="table-notes").find("abbr", class_="mark") is not None


def test_the_head_over_the_row_names_is_known_wherever_the_column_stands() -> None:
    page = parsed(table(FRAME, columns={"mark": "Mã", **COLUMNS}, caption="c", row_header="name").html)
    assert [head.get_text() for head in page.find_all("th", class_="row-head")] == ["Trường"]


def test_short_words_are_not_broken() -> None:
    frame = pd.DataFrame(
        {"name": ["TH A"], "state": ["chưa kết luận"], "why": ["điều kiện bắt buộc chưa rõ"]}
    )
    page = parsed(table(frame, columns={"name": "Trường", "state": "Mức", "why": "Lý do"}, caption="c").html)
    assert ["short" in cell["class"] for cell in page.find("tbody").find_all("td")] == [True, False]


def test_a_table_that_stands_as_cards_on_a_phone_says_at_each_figure_what_it_is() -> None:
    frame = pd.DataFrame([{"name": "Lớp", "before": "3", "move": ""}])
    shown = table(
        frame, columns={"name": "Tên", "before": "Trước <1>", "move": "Đổi"}, caption="c", css_class="stacked"
    )
    cells = BeautifulSoup(shown.html, "html.parser").select("tbody td")
    assert [cell.get("data-label") for cell in cells] == ["Trước <1>", None]  # what is empty is not shown
    plain = table(frame, columns={"name": "Tên", "before": "Trước"}, caption="c")
    assert "data-label" not in plain.html
