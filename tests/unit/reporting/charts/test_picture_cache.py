"""Pictures kept for the next report: drawn once for the same data, never trusted when damaged, never too many."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from termreview.reporting.charts import picture_cache
from termreview.reporting.charts.charts import Chart, chart, count_bars

FRAME = pd.DataFrame({"n": ["TH A", "TH B"], "k": [3, 5]})


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was drawn, one for each time."""
    return []


def shown(folder: Path | None, drawn: list[str], frame: pd.DataFrame = FRAME, **words: str) -> Chart:
    def count_bars_noted(data: pd.DataFrame, *, label: str, count: str) -> Figure:
        drawn.append(label)
        return count_bars(data, label=label, count=count)

    named = {"title": "Tên", "alt": "Mô tả"} | words
    return chart(count_bars_noted, frame, label="n", count="k", pictures=folder, **named)


def test_the_same_data_are_drawn_once(tmp_path: Path, drawn: list[str]) -> None:
    first = shown(tmp_path, drawn)
    pictures = first.svg, first.png
    again = shown(tmp_path, drawn)
    assert (again.svg, again.png) == pictures
    assert len(drawn) == 1
    assert pictures == (shown(None, drawn).svg, shown(None, drawn).png)


def test_the_picture_for_a_phone_is_kept_beside_that_for_the_page(tmp_path: Path) -> None:
    named = {"label": "n", "count": "k", "title": "Tên", "alt": "Mô tả", "pictures": tmp_path}
    first = chart(count_bars, FRAME, **named)
    drawn = first.svg, first.narrow_svg
    assert drawn[0] != drawn[1]
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg", ".narrow"}
    again = chart(count_bars, FRAME, **named)
    assert (again.svg, again.narrow_svg) == drawn
    assert "_drawn" not in again.__dict__


@pytest.mark.parametrize("change", ["data", "title", "alt"])
def test_what_differs_is_drawn_anew(change: str, tmp_path: Path, drawn: list[str]) -> None:
    before = shown(tmp_path, drawn).svg
    frame = FRAME.assign(k=[3, 6]) if change == "data" else FRAME
    assert shown(tmp_path, drawn, frame, **({} if change == "data" else {change: "Khác"})).svg != before
    assert len(drawn) == 2


def test_a_changed_figure_is_neither_taken_from_nor_left_to_others(tmp_path: Path, drawn: list[str]) -> None:
    before = shown(tmp_path, drawn).svg
    changed = shown(tmp_path, drawn)
    changed.figure.axes[0].text(0, 0, "ghi chú")
    assert "ghi chú" in changed.svg
    assert shown(tmp_path, drawn).svg == before


def test_a_damaged_picture_is_drawn_anew(tmp_path: Path, drawn: list[str]) -> None:
    whole = shown(tmp_path, drawn).svg
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-9])
    assert shown(tmp_path, drawn).svg == whole
    assert len(drawn) == 2


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path, drawn: list[str]) -> None:
    (tmp_path / "taken").write_text("a file")
    assert shown(tmp_path / "taken" / "pictures", drawn).svg.startswith("<svg")


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_cache, "MOST_KEPT", 8)
    for place in range(30):
        picture_cache.keep_picture(tmp_path / f"{place}.svg", b"x")
    names = {path.name for path in tmp_path.iterdir()}
    assert len(names) <= 8
    assert "29.svg" in names
