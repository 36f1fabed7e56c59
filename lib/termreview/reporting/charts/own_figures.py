"""One figure or picture of an analyst's own as a block of the report, in the page and in the Word file."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, cast

from termreview.reporting.blocks.blocks import Block, escape_text, line_of
from termreview.reporting.blocks.model import figure_part
from termreview.reporting.charts.chart import figure_html, scrolled
from termreview.reporting.charts.drawing.picture import png_of, svg_of
from termreview.reporting.charts.drawing.theme import in_style

if TYPE_CHECKING:
    from IPython.display import Image
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Here in Vietnamese: an analyst reads it in a notebook that may have opened no declarations.
OWN_FIGURE: Final = "Hình của người phân tích"
NO_PICTURE: Final = "ảnh không phải PNG hoặc JPEG: lưu lại theo một trong hai dạng này"
_PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}  # by how their files begin


def own_figure(figure: Figure | Axes, *, title: str = "", alt: str = "", caption: str = "") -> Block:
    """One figure of the report from one figure of matplotlib, or from axes of one; it may still be changed before.

    Parameters
    ----------
    title
        The line above it; blank for the title of the figure or of its first axes.
    alt
        What stands for it where it is not seen; blank for its titles and the names of its axes.
    caption
        The line below it: what is counted, where it comes from.
    """
    drawn = cast("Figure", getattr(figure, "figure", figure))
    if (
        drawn.get_layout_engine() is None
    ):  # as an analyst's figure usually is: its labels would leave the picture
        with in_style():
            drawn.tight_layout()
    title = title or _title_of(drawn) or OWN_FIGURE
    alt = alt or " ".join((f"{title}.", *_names_of_axes(drawn)))
    svg = svg_of(drawn, title=title, alt=alt).encode("utf-8")
    block = _pictured(_image("svg+xml", svg, alt), lambda: png_of(drawn), title, alt, caption)
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close(drawn)  # else Jupyter shows it once more behind its cell
    return block


def own_picture(picture: Image | bytes, *, title: str = "", alt: str = "", caption: str = "") -> Block:
    """One picture of the report from a PNG or JPEG.

    Raises
    ------
    ValueError
        When it is neither; the message says so.
    """
    content = picture if isinstance(picture, bytes) else picture.data
    kind = next(
        (
            kind
            for begin, kind in _PICTURES.items()
            if isinstance(content, bytes) and content.startswith(begin)
        ),
        "",
    )
    if not kind:
        raise ValueError(NO_PICTURE)
    title = title or OWN_FIGURE
    return _pictured(_image(kind, content, alt or title), lambda: content, title, alt or title, caption)


def _pictured(picture: str, print_picture: Callable[[], bytes], title: str, alt: str, caption: str) -> Block:
    """One figure of the report: title, the picture as markup, caption; Word prints the other picture."""
    part = figure_part(line_of(title), line_of(alt), line_of(caption), print_picture)
    return Block(figure_html(scrolled(picture, title or alt), title, caption), (part,))


def _image(kind: str, content: bytes, alt: str) -> str:
    """The markup of one picture that is shown as it is: what an SVG of somebody's own holds is nothing of the page."""
    written = base64.b64encode(content).decode("ascii")
    return f'<img alt="{escape_text(alt)}" src="data:image/{kind};base64,{written}">'


def _title_of(figure: Figure) -> str:
    titles = [figure.get_suptitle(), *(axes.get_title() for axes in figure.axes)]
    return next((title for title in titles if title), "")


def _names_of_axes(figure: Figure) -> Iterator[str]:
    for axes in figure.axes:
        for word, name in (("Trục ngang", axes.get_xlabel()), ("trục dọc", axes.get_ylabel())):
            if name:
                yield f"{word}: {name}."
