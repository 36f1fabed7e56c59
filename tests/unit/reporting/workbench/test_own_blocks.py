"""An analyst's own table and words as blocks of the report: every value in its place, in the house style, nothing run."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import termreview
from termreview.reporting.pages.rules import forbidden_markup

HOSTILE = "<script>alert(1)</script>"


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Số trường": [1, None, 1234],
            "Tỉ lệ": [0.5, 1.25, 3.0],
            "Ngày": pd.to_datetime(["2024-01-10", None, "2023-12-31"]),
            "Ghi chú": [HOSTILE, "=SUM(A1)", None],
        },
        index=pd.Index(["An Lộc", "Bình An", "Phú Khê"], name="Xã"),
    )


def cells(html: str) -> list[list[str]]:
    rows = BeautifulSoup(html, "html.parser").find_all("tr")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows]


def test_each_value_stands_in_its_cell_as_vietnamese_reports_write_it() -> None:
    block = termreview.own_table(frame(), title="Theo xã", notes=["Cộng các trường có số liệu."])
    assert cells(block.html) == [
        ["Xã", "Số trường", "Tỉ lệ", "Ngày", "Ghi chú"],
        ["An Lộc", "1", "0,50", "10/01/2024", HOSTILE],
        ["Bình An", "—", "1,25", "—", "=SUM(A1)"],
        ["Phú Khê", "1.234", "3,00", "31/12/2023", "—"],
    ]
    assert forbidden_markup(block.html) == []


def test_word_and_excel_get_the_numbers_behind_the_texts() -> None:
    (part,) = termreview.own_table(frame(), title="Theo xã").parts
    assert part["caption"] == "Theo xã"
    assert [row["cells"][1] for row in part["rows"]] == [[[1, "integer"]], "—", [[1234, "integer"]]]


def test_an_index_that_only_counts_is_left_out_and_heads_of_several_levels_are_joined() -> None:
    data = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("Lớp 1", "nữ"), ("Lớp 1", "")]))
    assert cells(termreview.own_table(data).html) == [["Lớp 1 – nữ", "Lớp 1"], ["1", "2"]]


def test_two_columns_of_one_name_are_two_columns() -> None:
    data = pd.DataFrame([[1, 2]], columns=["Số", "Số"])
    assert cells(termreview.own_table(data).html) == [["Số", "Số"], ["1", "2"]]


def test_a_styler_gives_its_table() -> None:
    pytest.importorskip("jinja2")
    assert termreview.own_table(frame().style).html == termreview.own_table(frame()).html


def test_a_table_too_large_for_a_report_names_the_way() -> None:
    with pytest.raises(ValueError, match=r"3 dòng, 41 cột.*save_table"):
        termreview.own_table(pd.DataFrame([[0] * 41] * 3))


def test_markdown_becomes_paragraphs_and_lists_in_which_nothing_is_markup() -> None:
    block = termreview.own_text(f"## Nhận xét\n\nMột **đoạn** {HOSTILE}.\n\n- một\n- hai")
    soup = BeautifulSoup(block.html, "html.parser")
    assert [item.get_text() for item in soup.find_all("li")] == ["một", "hai"]
    assert [line.get_text() for line in soup.find_all("p")] == ["Nhận xét", f"Một đoạn {HOSTILE}."]
    assert soup.find("script") is None
    assert [part["kind"] for part in block.parts] == ["paragraph", "paragraph", "bullets"]


def test_the_caption_of_a_styler_is_the_caption_of_its_table() -> None:
    frame = pd.DataFrame({"a": [1]})
    assert 'aria-label="Ba &lt;b&gt;"' in termreview.own_table(frame.style.set_caption("Ba <b>")).html
    assert 'aria-label="Dài"' in termreview.own_table(frame.style.set_caption(("Dài", "Ngắn"))).html
    assert 'aria-label="Tên"' in termreview.own_table(frame.style.set_caption("Ba"), title="Tên").html
