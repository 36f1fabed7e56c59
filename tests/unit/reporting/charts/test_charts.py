"""Charts of the reports: one figure per table, with its words, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from termreview.reporting.charts import charts
from termreview.reporting.charts.charts import Chart, chart
from termreview.reporting.charts.days import _columns
from termreview.reporting.charts.drawing.plot import NARROW, WIDTH, nice_top, place_rows
from termreview.reporting.charts.drawing.style import (
    ABSENT,
    ALERT,
    BEFORE,
    BEHIND,
    FAR_BEHIND,
    FELL,
    GOOD,
    KINDS,
    OPEN,
    PARTLY,
    QUANTITY,
    ROSE,
    TARGET,
    UNUSABLE,
    Style,
    part_styles,
    share_style,
)
from termreview.reporting.charts.drawing.text import text_width, wrap_text
from termreview.reporting.pages.rules import forbidden_markup

HOSTILE = '<img src=x onerror="alert(1)"> $\\frac{a}{$ -->'
LONG = "Trường Phổ thông dân tộc bán trú Tiểu học và Trung học cơ sở Nguyễn Thị Minh Khai, điểm trường thôn Hạ Long"
WORDS = {"title": "Tên", "alt": "Mô tả", "caption": "Chú thích"}
NAMES = ["TH Phong An", HOSTILE, LONG, "THCS Ưu Điềm"]
GAP = float("nan")


def parts(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame({"n": NAMES, "done": [3, 0, 1, GAP], "not_started": [1, 0, 30, GAP]}).iloc[rows]
    labels = {"done": "Hoàn thành", "not_started": "Chưa thực hiện"}
    return chart(
        charts.stacked_bars, frame, category="n", parts=["done", "not_started"], part_labels=labels, **WORDS
    )


def ratios(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame({"n": NAMES, "v": [93.1, 0, GAP, 140], "a": [27, 0, GAP, 7], "b": [29, 5, GAP, 5]})
    frame["t"] = [50, 50, 50, GAP]
    return chart(
        charts.ratio_strip,
        frame.iloc[rows],
        label="n",
        value="v",
        numerator="a",
        denominator="b",
        line="t",
        better="higher",
        unit="percent",
        **WORDS,
    )


def heat(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame({"1.1": [0, 0.5, GAP, 1], HOSTILE: [1, 1, 1, GAP]}, index=NAMES).iloc[rows]
    return chart(charts.heat_map, frame, row_groups=["TH"] * len(frame), **WORDS)


def changes(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame({"n": NAMES, "x": [1, 2, GAP, GAP], "y": [2, 1, 3, GAP], "t": [1.5, GAP, GAP, 2]})
    return chart(
        charts.dumbbell,
        frame.iloc[rows],
        label="n",
        before="x",
        after="y",
        before_label=HOSTILE,
        after_label="Cuối năm",
        unit="ratio",
        line="t",
        **WORDS,
    )


def moves(rows: slice = slice(None)) -> Chart:
    levels = ["Mức 1", "Mức 2", "Mức 3", "Chưa kết luận"]
    counts = [[5, 2, 0, 1], [1, 4, 2, 0], [0, 0, 3, 0], [1, 0, GAP, 0]]
    return moved(pd.DataFrame(counts, index=levels, columns=levels).iloc[rows], levels[3:])


def moved(frame: pd.DataFrame, unranked: list[str]) -> Chart:
    return chart(
        charts.transition_matrix,
        frame,
        before_label="Học kỳ I",
        after_label="Cuối năm học",
        unranked=unranked,
        **WORDS,
    )


def days(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame(
        {
            "on": [dt.date(2024, 1, 5), dt.date(2024, 1, 10), "2024-01-12", None],
            "k": [3, 20, 1, 2],
            "g": NAMES,
        }
    )
    return chart(
        charts.calendar_strip, frame.iloc[rows], date="on", count="k", group="g", due_on="2024-01-10", **WORDS
    )


def scores(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame(
        {
            "n": NAMES, "g": list("aabb"), "low": [40, 62.5, GAP, 0], "high": [40, 72.5, GAP, 100],
            "then": [30, 60, 50, GAP], "now": ["level_1", "level_2", "not_submitted", "not_concluded"],
        }
    )  # fmt: skip
    panels = [charts.Bounds("Nhóm 1", "low", "high", "now"), charts.Bounds(HOSTILE, "low", "high", "now", "then", "then")]  # fmt: skip
    names = {"level_1": "Mức 1", "level_2": "Mức 2", "not_concluded": "Chưa kết luận"}
    return chart(
        charts.interval_panels,
        frame.iloc[rows],
        label="n",
        panels=panels,
        standings=names,
        lines=[(50.0, "mức 2")],
        group="g",
        **WORDS,
    )


def levels(rows: slice = slice(None), few: int = 5) -> Chart:
    frame = pd.DataFrame({"n": NAMES, "v": [93.1, 0, GAP, 140], "k": [50, 3, 0, 9], "t": [100, GAP, GAP, 50]})
    whole, other = charts.Shares("Chung", "v", "k"), charts.Shares(HOSTILE, "v", "k")
    return chart(charts.dot_plot, frame.iloc[rows], label="n", whole=whole, groups=[other], fewest=few, few_label="ít trường", line="t", line_label="mức", **WORDS
    )  # fmt: skip


def years(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame(
        {"n": [one for one in NAMES for _ in range(4)], "l": ["a", "a", "b", "b"] * 4, "y": ["2022-2023", "2023-2024"] * 8,
         "v": [50, 52, 44, GAP, 0, 100, 1, 99, GAP, GAP, GAP, GAP, 140, -3, 7, 8], "r": ["old", "new"] * 8}
    )  # fmt: skip
    return chart(charts.line_panels, frame.iloc[rows], panel="n", line="l", when="y", value="v", rule="r", names={"a": HOSTILE, "b": LONG[:40]},
        break_label="cách tính thay đổi", limits=(0.0, 100.0), ticks=(0, 50, 100), **WORDS
    )  # fmt: skip


def bands(rows: slice = slice(None)) -> Chart:
    frame = pd.DataFrame(
        {"school_count": [51, 4, 21, 1], "predicted": [0.01, 0.42, 0.99, 0.5], "missed": [0, 3, 21, 0], "observed": [0, 0.75, 1, 0],
         "low": [0, 0.3, 0.84, 0], "high": [0.07, 0.95, 1, 0.8]}
    )  # fmt: skip
    return chart(charts.reliability_plot, frame.iloc[rows], predicted_label="dự báo (%)", observed_label="thực tế (%)",
        interval_label="khoảng tin cậy", count_label=HOSTILE, **WORDS
    )  # fmt: skip


def at_width(shown: Chart, width: float) -> Figure:
    """One chart drawn as wide as told."""
    return shown.draw(shown.data, **shown.options, width=width)


def values(figure: Figure) -> set[str]:
    """The figures that a chart writes, whatever stands beside them; names and shares of counts are none."""
    told = [text.get_text() for axes in figure.axes for text in axes.texts]
    return {number for text in told if text not in HOSTILE for number in re.findall(r"\d[\d.,]*", re.sub(r" \([\d,]+.%\)|^\d\d/\d\d$", "", text))}  # fmt: skip


EVERY_CHART = pytest.mark.parametrize(
    "draw", [parts, ratios, heat, changes, moves, days, scores, levels, years, bands]
)
Draw = Callable[..., Chart]


def texts(shown: Chart) -> list[str]:
    """What is written in a chart, plot by plot."""
    return [text.get_text() for axes in shown.figure.axes for text in axes.texts]


@EVERY_CHART
def test_a_chart_is_sound_svg_of_shapes_and_words_alone(draw: Draw) -> None:
    svg = draw().svg
    root = ElementTree.fromstring(svg)
    assert root.get("width") == "760"
    assert root.get("role") == "img"
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg", "title", "desc", "defs", "clipPath", "pattern", "g", "path", "rect", "use", "text",
    }  # fmt: skip
    assert svg.count("http") == 1  # the name of the SVG language itself
    assert "matplotlib" not in svg.lower()
    assert forbidden_markup(draw()._repr_html_()) == []


@EVERY_CHART
def test_what_is_written_in_a_chart_is_text_and_names_it(draw: Draw) -> None:
    root = ElementTree.fromstring(draw().svg)
    told = {
        kind: [node.text for node in root.iter(f"{{http://www.w3.org/2000/svg}}{kind}")]
        for kind in ("title", "desc", "text")
    }
    assert told["title"] == ["Tên"]
    assert told["desc"] == ["Mô tả"]
    assert set(told["text"]) >= {text for text in texts(draw()) if text}


def test_hostile_text_is_drawn_as_it_stands() -> None:
    assert HOSTILE in texts(parts())
    assert "<img" not in parts().svg
    assert "&lt;img" in parts().svg


@EVERY_CHART
def test_no_text_leaves_the_picture(draw: Draw) -> None:
    """Every text ends inside of the figure, at its narrowest and its longest names, on a page and on a phone."""
    for width in (WIDTH, NARROW):
        figure = at_width(draw(), width)
        figure.dpi = 960  # ten dots a pixel: letters fitted to pixels are wider
        renderer = FigureCanvasAgg(figure).get_renderer()
        for axes in figure.axes:
            for text in axes.texts:
                place = text.get_window_extent(renderer)
                assert -10 <= place.x0 <= place.x1 <= 10 * width + 10, text.get_text()
                assert -20 <= place.y0 <= place.y1 <= figure.bbox.height + 20, text.get_text()


@EVERY_CHART
def test_on_a_phone_no_value_is_cut_and_every_letter_is_large_enough_to_read(draw: Draw) -> None:
    wide, narrow = (at_width(draw(), width) for width in (WIDTH, NARROW))
    assert narrow.get_figwidth() * narrow.dpi == NARROW
    written = [text for axes in narrow.axes for text in axes.texts]
    assert all(text.get_fontsize() * 96 / 72 >= 10 for text in written)
    assert not any("…" in text.get_text() and text.get_text()[:-1] not in HOSTILE + LONG for text in written)
    assert values(wide) <= values(narrow)


@EVERY_CHART
def test_a_phone_gets_a_picture_of_its_own_and_one_without_styles_sees_the_page_s_alone(draw: Draw) -> None:
    page = BeautifulSoup(draw()._repr_html_(), "html.parser")
    wide, narrow = page.find(class_="wide"), page.find(class_="narrow")
    assert (wide.svg["width"], narrow.svg["width"]) == ("760", "352")
    assert narrow.has_attr("hidden")
    assert not wide.has_attr("hidden")
    assert wide.svg.desc.get_text() == narrow.svg.desc.get_text() == "Mô tả"
    ids = [node["id"] for node in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_a_chart_that_somebody_changed_is_shown_changed_alone() -> None:
    shown = parts()
    shown.figure.axes[0].text(0, 0, "ghi chú")
    page = BeautifulSoup(shown._repr_html_(), "html.parser")
    assert len(page.find_all("svg")) == 1
    assert "ghi chú" in page.find(class_="scroll").get_text()


def test_a_count_that_its_part_is_too_narrow_for_stands_beside_the_bar() -> None:
    frame = pd.DataFrame({"n": ["TH"], "done": [996], "late": [4], "blank": [7]})
    told = texts(chart(
        charts.stacked_bars, frame, category="n", parts=["done", "late"], part_labels={}, aside=["blank"], as_share=True, **WORDS
    ))  # fmt: skip
    assert {"4", "7", "1.000"} <= set(told)


def test_days_that_stand_too_close_share_a_column_never_over_the_deadline() -> None:
    days = pd.date_range("2024-01-01", periods=60).date
    frame = pd.DataFrame({"on": days, "k": 1})
    figure = at_width(chart(charts.calendar_strip, frame, date="on", count="k", group=None, due_on="2024-02-10", **WORDS), NARROW)  # fmt: skip
    told = [text.get_text() for axes in figure.axes for text in axes.texts]
    days_of_column = int(next(text for text in told if text.startswith("mỗi cột")).split()[2])
    assert days_of_column > 1
    columns = _columns([(day, 1.0) for day in days], dt.date(2024, 2, 10), days_of_column)
    assert sum(count for (is_late, _), count in columns.items() if is_late) == 19
    assert sum(columns.values()) == 60
    assert max(columns.values()) == days_of_column


def test_one_colour_has_one_meaning() -> None:
    """Late is not blue in one chart and orange in the next; what did not come is grey wherever it is counted."""
    late, missing, absent = (part_styles([name])[name] for name in ("late", "missing", "not_submitted"))
    assert late == part_styles(["not_started"])["not_started"] == BEHIND
    assert missing == absent == ABSENT
    meanings = [GOOD, PARTLY, BEHIND, FAR_BEHIND, UNUSABLE, ABSENT, OPEN, QUANTITY, BEFORE, *KINDS]
    assert len({style.fill for style in meanings}) == len(meanings)
    assert TARGET.fill not in {style.fill for style in meanings}
    drawn = at_width(days(), WIDTH)
    fills = {to_hex(patch.get_facecolor()) for axes in drawn.axes for patch in axes.patches}
    assert {late.fill, GOOD.fill} <= fills
    assert PARTLY.fill not in fills


def test_the_meanings_are_ordered_in_grey() -> None:
    def grey(style: Style) -> float:
        red, green, blue = to_rgb(style.fill)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert grey(GOOD) + 0.1 < grey(PARTLY) < grey(BEHIND) - 0.1 < grey(FAR_BEHIND) - 0.2


@EVERY_CHART
def test_a_figure_can_be_changed_and_is_shown_changed(draw: Draw) -> None:
    shown = draw()
    before = shown.svg
    low, high = shown.figure.axes[0].get_xlim()
    shown.figure.axes[0].set_xlim(low, high * 2)
    shown.figure.axes[0].text(0, 0, "ghi chú")
    assert shown.svg != before
    assert "ghi chú" in shown.svg


@EVERY_CHART
def test_the_same_table_gives_the_same_bytes(draw: Draw) -> None:
    assert (draw().svg, draw().png) == (draw().svg, draw().png)
    assert draw().narrow_svg == draw().narrow_svg != ""


@EVERY_CHART
def test_a_figure_carries_its_words_escaped(draw: Draw) -> None:
    page = BeautifulSoup(draw()._repr_html_(), "html.parser")
    assert page.find("svg").desc.get_text().startswith("Mô tả")
    assert page.find("svg")["role"] == "img"
    assert page.find("figcaption").get_text() == "Chú thích"
    assert page.find(class_="chart-title").get_text() == "Tên"


def test_where_there_is_nothing_to_describe_no_figures_is_what_stands_for_the_chart() -> None:
    shown = chart(charts.heat_map, pd.DataFrame(), title="Tên", alt="")
    assert shown.alt == "Không có số liệu."


@EVERY_CHART
def test_no_rows_give_a_figure_that_says_so(draw: Draw) -> None:
    shown = draw(slice(0, 0))
    assert "Không có số liệu" in shown.alt
    assert texts(shown) == ["Không có số liệu"]
    ElementTree.fromstring(shown.svg)


def test_words_of_a_figure_are_not_markup() -> None:
    words = dict.fromkeys(WORDS, HOSTILE)
    shown = chart(charts.count_bars, pd.DataFrame({"n": ["a"], "k": [1]}), label="n", count="k", **words)
    page = BeautifulSoup(shown._repr_html_(), "html.parser")
    assert not page.find_all("img")
    assert page.find("desc").get_text() == HOSTILE


def test_a_chart_without_a_description_is_refused() -> None:
    with pytest.raises(ValueError, match="stands for it"):
        chart(charts.heat_map, pd.DataFrame({"a": [1.0]}), title="Tên", alt=" ")


def test_a_district_of_fifty_five_schools_stays_a_small_file() -> None:
    frame = pd.DataFrame(
        {
            "n": [f"TH Điền Hương {n}" for n in range(55)],
            "low": range(55),
            "high": range(5, 60),
            "now": "level_2",
        }
    )
    figure = chart(charts.interval_panels, frame, label="n", panels=[charts.Bounds("Nhóm", "low", "high", "now")] * 2, standings={"level_2": "Mức 2"},
        lines=[(50.0, "mức 2")], group=None, **WORDS,
    )  # fmt: skip
    assert len(figure.svg) < 100_000  # two panels


def test_order_chooses_and_sorts_the_categories() -> None:
    frame = pd.DataFrame({"n": ["b", "a", "c"], "done": [1, 2, 3]})
    chosen = chart(
        charts.stacked_bars, frame, category="n", parts=["done"], part_labels={}, order=["a", "b"], **WORDS
    )
    told = chart(
        charts.stacked_bars, frame.iloc[[1, 0]], category="n", parts=["done"], part_labels={}, **WORDS
    )
    assert chosen.svg == told.svg


def test_a_move_from_or_to_no_level_is_neither_up_nor_down() -> None:
    names = ["Mức 1", "Mức 2", "Chưa có báo cáo"]
    counts = pd.DataFrame([[0, 0, 1], [0, 0, 0], [0, 3, 0]], index=names, columns=names)
    assert FELL[1].fill not in moved(counts, names[2:]).svg
    assert ROSE[1].fill not in moved(counts, names[2:]).svg
    assert FELL[1].fill in moved(counts, []).svg


@pytest.mark.parametrize(
    ("standing", "fill"),
    [
        ("level_1", BEHIND.fill),
        ("level_3", GOOD.fill),
        ("not_concluded", "#ffffff"),
        ("not_submitted", "#ffffff"),
    ],
)
def test_a_score_is_filled_by_the_level_it_concludes_and_hollow_without_one(standing: str, fill: str) -> None:
    frame = pd.DataFrame({"n": ["TH A"], "low": [80.0], "high": [80.0], "now": [standing]})
    names = {"level_1": "Mức 1", "level_3": "Mức 3", "not_concluded": "Chưa kết luận"}
    figure = chart(charts.interval_panels, frame, label="n", panels=[charts.Bounds("Nhóm", "low", "high", "now")], standings=names, lines=[], group=None,
        **WORDS,
    )  # fmt: skip
    (disc,) = (line for line in figure.figure.axes[0].lines if len(line.get_xdata()) == 1)
    assert disc.get_markerfacecolor() == fill


def test_a_share_of_too_few_is_hollow_and_a_bar_of_too_few_carries_no_share() -> None:
    assert levels(few=1).svg != levels(few=5).svg
    frame = pd.DataFrame({"n": ["TH"], "done": [3], "not_started": [1]})

    def written(fewest: int) -> list[str]:
        return texts(chart(
            charts.stacked_bars, frame, category="n", parts=["done", "not_started"], part_labels={}, fewest=fewest, **WORDS
        ))  # fmt: skip

    assert "3 (75,0%)" in written(4)
    assert "3" in written(5)


def test_a_percentage_moves_by_percentage_points() -> None:
    frame = pd.DataFrame({"n": ["A", "B"], "x": [50.0, 60.0], "y": [72.5, 59.0]})
    names = {"label": "n", "before": "x", "after": "y", "before_label": "Học kỳ I", "after_label": "Cuối năm"}
    told = texts(chart(charts.dumbbell, frame, unit="percent", **names, **WORDS))
    assert "50,0% → 72,5% (+22,5\u00a0điểm %)" in told
    assert "60,0% → 59,0% (−1,0\u00a0điểm %)" in told


def test_the_line_of_the_deadline_stays_inside_the_picture() -> None:
    frame = pd.DataFrame({"on": ["2024-01-09", "2024-01-10"], "k": [1, 2]})
    figure = chart(
        charts.calendar_strip, frame, date="on", count="k", group=None, due_on="2024-01-10", **WORDS
    ).figure
    (axes,) = figure.axes
    drawn = [patch.get_path().vertices for patch in axes.patches if patch.get_transform() == axes.transData]
    assert max(points[:, 0].max() for points in drawn) <= axes.get_xlim()[1]
    assert axes.get_position().x1 <= 1


def test_the_line_of_all_files_climbs_to_what_is_expected() -> None:
    frame = pd.DataFrame({"on": [dt.date(2024, 1, 5)], "k": [3]})
    full = {"date": "on", "count": "k", "group": None, "due_on": "2024-01-10", **WORDS}
    plain, same, more = (
        texts(chart(charts.calendar_strip, frame, **full, **expected))
        for expected in ({}, {"expected": 3}, {"expected": 9})
    )
    assert plain == same
    assert set(more) - set(plain) == {"phải nộp 9", "9"}


def test_shares_are_written_into_their_cells_where_wanted() -> None:
    frame = pd.DataFrame({"1.3": [0.5, GAP]}, index=["TH A", "TH B"])
    plain, written = (
        texts(chart(charts.heat_map, frame, is_written=flag, **WORDS)) for flag in (False, True)
    )
    assert set(written) - set(plain) == {"50,0"}


def test_parts_take_their_style_from_their_meaning() -> None:
    styles = part_styles(["level_1_count", "level_2_count", "level_3_count", "not_concluded_count"])
    assert list(styles.values()) == [BEHIND, PARTLY, GOOD, OPEN]


def test_a_share_that_nothing_supports_does_not_look_like_none_won() -> None:
    assert share_style(None).is_hatched
    assert not share_style(0.0).is_hatched
    assert share_style(0.25) == share_style(0.01)
    assert share_style(1.0) == GOOD


def test_a_long_name_breaks_between_words_and_is_kept_whole() -> None:
    lines = wrap_text(LONG, 250, 12)
    assert " ".join(lines) == LONG
    assert all(text_width(line, 12) <= 250 for line in lines)


@pytest.mark.parametrize("text", ["x" * 3000, "từ " * 2000, "", "\x00\n\t", LONG])
def test_no_line_passes_its_width(text: str) -> None:
    lines = wrap_text(text, 120, lines=3)
    assert 1 <= len(lines) <= 3
    assert all(text_width(line) <= 120 for line in lines)


def test_rows_do_not_overlap() -> None:
    rows = place_rows(NAMES, 150, 10, height=20, headings=["a", "a", "b", "b"])
    assert all(before.bottom <= after.top for before, after in pairwise(rows))
    assert [row.heading for row in rows] == ["a", None, "b", None]


def test_the_top_of_a_scale_is_round_and_not_passed() -> None:
    assert [nice_top([value]) for value in (0.0, 0.7, 3.58, 11.0, 99.0)] == [1.0, 0.8, 4.0, 20.0, 100.0]


def test_a_label_of_two_lines_leaves_no_word_alone() -> None:
    label = "1.3 Triển khai phần mềm dạy học trực tuyến"
    width = text_width(label.rpartition(" ")[0]) + 1  # all but the last word would fit the first line
    first, second = wrap_text(label, width)
    assert f"{first} {second}" == label
    assert len(second.split()) > 2
    assert max(text_width(first), text_width(second)) <= width


def test_no_line_goes_over_a_change_of_rule_and_a_stroke_stands_there() -> None:
    frame = pd.DataFrame({"n": "Tất cả", "l": "a", "y": ["1", "2", "3", "4"], "v": [10, 20, 60, 70], "r": ["old", "old", "new", "new"]})  # fmt: skip
    drawn = charts.line_panels(frame, panel="n", line="l", when="y", value="v", rule="r", names={"a": "A"}, break_label="khác", limits=(0, 100), ticks=(0, 100))  # fmt: skip
    runs = [patch.get_path().vertices[:, 0].tolist() for patch in drawn.axes[0].patches]
    assert [0, 1, 2, 3] in runs  # two pieces of one artist: 0-1 and 2-3
    assert [1.5, 1.5] in runs
    codes = next(patch.get_path().codes.tolist() for patch in drawn.axes[0].patches if len(patch.get_path().vertices) == 4 and patch.get_path().vertices[:, 0].tolist() == [0, 1, 2, 3])  # fmt: skip
    assert codes == [1, 2, 1, 2]
    whole = charts.line_panels(frame.assign(r="one"), panel="n", line="l", when="y", value="v", rule="r", names={"a": "A"}, break_label="khác", limits=(0, 100), ticks=(0, 100))  # fmt: skip
    assert "khác" not in [text.get_text() for text in whole.axes[0].texts]
    assert "khác" in [text.get_text() for text in drawn.axes[0].texts]
    strokes = [patch for patch in drawn.axes[0].patches if to_hex(patch.get_edgecolor()) == ALERT]
    assert len(strokes) == 2  # in the key and in the panel, dashed in both
    assert all(patch.get_linestyle() != "solid" for patch in strokes)


def test_what_is_counted_another_way_is_a_dashed_line_where_it_differs_broken_as_the_other() -> None:
    frame = pd.DataFrame({"n": [*["A"] * 4, *["B"] * 4], "l": "a", "y": ["1", "2", "3", "4"] * 2, "v": [10, 20, 60, 70] * 2, "w": [12, 20, 60, 70, 10, 20, 60, 70], "r": ["old", "old", "new", "new"] * 2})  # fmt: skip
    options = {"panel": "n", "line": "l", "when": "y", "value": "v", "rule": "r", "names": {"a": "A"}, "break_label": "khác", "limits": (0, 100), "ticks": (0, 100)}  # fmt: skip
    drawn = charts.line_panels(frame, was="w", was_label="như khi đó", **options)
    fills = {to_hex(patch.get_edgecolor()) for patch in drawn.axes[0].patches} - {ALERT}

    def dashed(axes: Axes) -> list[list[float]]:
        return [
            patch.get_path().vertices[:, 0].tolist()
            for patch in axes.patches
            if patch.get_linestyle() != "solid" and to_hex(patch.get_edgecolor()) in fills and len(patch.get_path().vertices) == 4
        ]  # fmt: skip

    assert dashed(drawn.axes[0]) == [[0, 1, 2, 3]]  # two pieces: no line goes over the change of rule
    assert dashed(drawn.axes[1]) == []  # both ways are the same there
    assert "như khi đó" in [text.get_text() for text in drawn.axes[0].texts]
    same = charts.line_panels(frame.assign(w=frame["v"]), was="w", was_label="như khi đó", **options)
    assert "như khi đó" not in [text.get_text() for text in same.axes[0].texts]
