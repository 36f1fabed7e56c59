"""One figure as a PNG: it opens, has the size and the colours of the chart, and is the same bytes each time."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import matplotlib
import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import termreview
from termreview.reporting.charts.charts import count_bars
from termreview.reporting.charts.drawing.picture import PNG_DPI, png_of, svg_of
from termreview.reporting.charts.drawing.plot import (
    add_plot,
    boxes,
    dots,
    lines,
    new_figure,
    write,
    write_upright,
)
from termreview.reporting.charts.drawing.style import BEHIND, GOOD, INK, OPEN, Style
from termreview.reporting.charts.drawing.theme import in_style, number_formatter

SCALE = PNG_DPI // 96


def plot() -> Axes:
    with in_style():
        return add_plot(new_figure(100), 0, 0, 760, 100)


def pixels(figure: Figure) -> np.ndarray:
    """The picture as whole numbers of red, green and blue, by row and column."""
    image = matplotlib.image.imread(io.BytesIO(png_of(figure)), format="png")
    return np.rint(image[:, :, :3] * 255).astype(int)


def rgb(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def test_it_has_the_size_of_the_chart_in_the_resolution_of_print() -> None:
    seen = pixels(plot().figure)
    assert seen.shape == (100 * SCALE, 760 * SCALE, 3)
    assert (seen == 255).all()


@pytest.mark.parametrize("style", [GOOD, BEHIND])
def test_an_area_has_the_very_colour_of_the_chart_where_the_chart_has_it(style: Style) -> None:
    axes = plot()
    boxes(axes, [(20, 30, 120, 70)], style)
    seen = pixels(axes.figure)
    assert seen[50 * SCALE, 70 * SCALE].tolist() == rgb(style.fill)
    assert seen[20 * SCALE, 70 * SCALE].tolist() == [255, 255, 255]
    assert seen[50 * SCALE, 130 * SCALE].tolist() == [255, 255, 255]


def test_what_is_not_known_is_hatched_inside_its_box_alone() -> None:
    axes = plot()
    boxes(axes, [(20, 30, 120, 70)], OPEN)
    seen = pixels(axes.figure)
    inside = seen[31 * SCALE : 69 * SCALE, 21 * SCALE : 119 * SCALE]
    assert 0.05 < (inside < 240).any(axis=2).mean() < 0.6
    seen[29 * SCALE : 71 * SCALE, 19 * SCALE : 121 * SCALE] = 255
    assert (seen == 255).all()


@pytest.mark.parametrize("kind", ["dot", "line", "dashed", "words", "upright"])
def test_dots_lines_and_words_leave_their_ink(kind: str) -> None:
    axes, ink = plot(), "#0B5CAD"
    with in_style():
        if kind == "dot":
            dots(axes, [(100, 50)], 10, ink)
        elif kind == "words":
            write(axes, 100, 50, "Điểm $x$ 75,0\u00a0%", "center", 24, ink)
        elif kind == "upright":
            write_upright(axes, 109, 83, "Điểm", 24)
            ink = INK
        else:
            lines(axes, [((10, 50), (190, 50))], ink, 4, is_dashed=kind == "dashed")
    seen = pixels(axes.figure)
    assert (seen == rgb(ink)).all(axis=2).any()
    rows, columns = np.nonzero((seen < 255).any(axis=2))
    assert abs(columns.mean() / SCALE - 100) < 12
    assert abs(rows.mean() / SCALE - 50) < 12


def test_a_sign_that_the_fonts_lack_is_taken_from_the_spare_one() -> None:
    def ink(sign: str) -> float:
        axes = plot()
        with in_style():
            write(axes, 100, 50, sign, size=40)
        return float((pixels(axes.figure) < 128).mean())

    assert ink("\u2603") > 0  # a snowman, of the spare font
    assert ink("\u4e00") == ink("\u25a1") > 0  # no font at hand has it: an empty frame


def test_a_look_set_before_decides_nothing_of_a_chart() -> None:
    frame = pd.DataFrame({"n": ["TH A", "TH B"], "k": [3, 5]})

    def drawn() -> tuple[str, bytes]:
        figure = count_bars(frame, label="n", count="k")
        return svg_of(figure, alt="Mô tả"), png_of(figure)

    plain = drawn()
    own = {
        "font.size": 30,
        "font.family": ["DejaVu Serif"],
        "svg.fonttype": "path",
        "patch.linewidth": 9,
        "text.hinting": "none",
    }
    with matplotlib.rc_context(own):
        assert drawn() == plain
        assert matplotlib.rcParams["font.size"] == 30  # and is left as it was


def test_what_an_analyst_draws_wears_the_same_look() -> None:
    with matplotlib.rc_context():
        termreview.style()
        axes = Figure().add_subplot()
        axes.set_title("Điểm")
        axes.plot([0, 1], [0.5, 29093.5])
        axes.yaxis.set_major_formatter(number_formatter("decimal1"))
        svg = svg_of(axes.figure, alt="Mô tả")
    assert axes.lines[0].get_color() == "#17496b"
    assert ">30.000,0</text>" in svg
    assert ">Điểm</text>" in svg


SAME = """
import pandas as pd
from hashlib import sha256
from termreview.reporting.charts.charts import stacked_bars
from termreview.reporting.charts.drawing.picture import png_of, svg_of
frame = pd.DataFrame({"n": ["Trường"], "done": [3], "blank": [2]})
figure = stacked_bars(frame, category="n", parts=["done", "blank"], part_labels={"done": "Đạt"})
print(sha256(svg_of(figure, alt="Mô tả").encode() + png_of(figure)).hexdigest())
"""


def test_the_same_data_give_the_same_bytes_under_any_seed_language_and_time_zone() -> None:
    def drawn(**settings: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", SAME],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    one = drawn(PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C.UTF-8", SOURCE_DATE_EPOCH="0")
    assert one == drawn(PYTHONHASHSEED="2", TZ="Asia/Ho_Chi_Minh", LC_ALL="vi_VN.UTF-8")
