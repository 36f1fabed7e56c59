"""The theme is matplotlib's settings in the look of the reports: the style sheet, the fonts, Vietnamese numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final

import matplotlib
from matplotlib.font_manager import FontEntry, fontManager
from matplotlib.ticker import FuncFormatter

from termreview.reporting.blocks.number_format import number_text

FAMILY: Final = "Noto Sans Report"
SPARE_FAMILY: Final = "DejaVu Sans"
SEMI_BOLD: Final = 600
SHEET: Final = "termreview.mplstyle"
FONT_FILES: Final = ("NotoSansReport-Regular.ttf", "NotoSansReport-SemiBold.ttf")


def style() -> None:
    """Draw everything after this in the look of the reports; for an analyst's own notebook."""
    matplotlib.rcParams.update(_sheet())


@contextmanager
def in_style(salt: str = "") -> Iterator[None]:
    """Draw what is drawn inside in the look of the reports alone, whatever look the notebook has.

    `salt` sets the names inside of an SVG apart from those of the other charts of one page.
    """
    with matplotlib.rc_context():
        # Not `rcParams.update`: it would check each of the settings again, at a tenth of a chart's time.
        settings: Any = matplotlib.rcParams
        dict.update(settings, _settings(), **{"svg.hashsalt": f"termreview {salt}"})
        yield


def number_formatter(format: str = "integer") -> FuncFormatter:
    """Return what writes the numbers of an axis in Vietnamese; `format` is one of `number_text`."""
    return FuncFormatter(lambda value, _: number_text(value, format))


@cache
def _sheet() -> Any:
    """The style sheet; from here on matplotlib knows the fonts that it names."""
    with as_file(files("termreview.reporting") / "theme") as folder:
        for name, weight in zip(FONT_FILES, (400, SEMI_BOLD), strict=True):
            path = str(folder / "fonts" / name)
            fontManager.ttflist.append(FontEntry(fname=path, name=FAMILY, weight=weight, size="scalable"))
        return matplotlib.rc_params_from_file(folder / SHEET, use_default_template=False)


@cache
def _settings() -> dict[str, Any]:
    """Every setting that a drawing depends on: the style sheet's, otherwise matplotlib's own."""
    return {
        name: value for name, value in {**matplotlib.rcParamsDefault, **_sheet()}.items() if name != "backend"
    }
