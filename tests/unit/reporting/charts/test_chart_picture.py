"""One chart as a PNG: it opens, has the size and the colours of the chart, and is the same bytes each time."""

from __future__ import annotations

import io

import matplotlib.image
import numpy as np
import pytest

from termreview.reporting.charts.drawing.canvas import Box, Dot, Mark, Stroke, Words
from termreview.reporting.charts.drawing.picture import SCALE, render_png
from termreview.reporting.charts.drawing.style import BEST, LOW, UNKNOWN


def pixels(marks: list[Mark], height: float = 100, width: float = 200) -> np.ndarray:
    """The picture as whole numbers of red, green and blue, by row and column."""
    image = matplotlib.image.imread(io.BytesIO(render_png(marks, height, width)), format="png")
    return np.rint(image[:, :, :3] * 255).astype(int)


def rgb(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def test_it_has_the_size_of_the_chart_in_the_resolution_of_print() -> None:
    assert pixels([], 100, 200).shape == (100 * SCALE, 200 * SCALE, 3)
    assert (pixels([]) == 255).all()


@pytest.mark.parametrize("style", [BEST, LOW])
def test_an_area_has_the_very_colour_of_the_chart_where_the_chart_has_it(style: object) -> None:
    seen = pixels([Box(20, 30, 100, 40, style)])  # type: ignore[arg-type]
    assert seen[50 * SCALE, 70 * SCALE].tolist() == rgb(style.fill)  # type: ignore[attr-defined]
    assert seen[20 * SCALE, 70 * SCALE].tolist() == [255, 255, 255]
    assert seen[50 * SCALE, 130 * SCALE].tolist() == [255, 255, 255]


def test_what_is_not_known_is_hatched_inside_its_box_alone() -> None:
    seen = pixels([Box(20, 30, 100, 40, UNKNOWN)])
    inside = seen[31 * SCALE : 69 * SCALE, 21 * SCALE : 119 * SCALE]
    share = (inside < 240).any(axis=2).mean()
    assert 0.05 < share < 0.6
    inside = None
    seen[29 * SCALE : 71 * SCALE, 19 * SCALE : 121 * SCALE] = 255
    assert (seen == 255).all()


def test_dots_lines_and_words_leave_their_ink() -> None:
    for mark in (
        Dot(100, 50, 10, "#0B5CAD"),
        Stroke(((10, 50), (190, 50)), "#0B5CAD", width=4),
        Stroke(((10, 50), (190, 50)), "#0B5CAD", width=4, is_dashed=True),
        Words(100, 50, "Điểm $x$ 75,0\u00a0%", "center", 24, "#0B5CAD"),
        Words(100, 50, "Điểm", "center", 24, "#0B5CAD", is_bold=True, angle=90),
    ):
        seen = pixels([mark])
        assert (seen == rgb("#0B5CAD")).all(axis=2).any(), mark
        rows, columns = np.nonzero((seen < 255).any(axis=2))
        assert abs(columns.mean() / SCALE - 100) < 12
        assert abs(rows.mean() / SCALE - 50) < 12


def test_the_same_marks_give_the_same_bytes() -> None:
    marks: list[Mark] = [
        Words(10, 20, "Trường"),
        Box(20, 30, 100, 40, UNKNOWN, "#000000"),
        Dot(40, 60, 6, "#0B5CAD"),
    ]
    assert render_png(marks, 100) == render_png(list(marks), 100)
    assert render_png(marks, 100).startswith(b"\x89PNG\r\n\x1a\n")
