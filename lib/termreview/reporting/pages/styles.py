"""One style of the published pages: the fonts that they carry, the sheets of a report, the templates of other pages."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined, Template

from termreview.reporting.blocks.blocks import escape_text
from termreview.reporting.blocks.number_format import clean_text

_FONT_FACES: Final = (("Regular", 400), ("SemiBold", 600))


@cache
def report_styles() -> str:
    """The styles of a report, with its fonts."""
    return font_faces() + "".join(theme_text(name) for name in ("report.css", "print.css"))


@cache
def font_faces() -> str:
    """The fonts that a page carries, so that it looks the same on every machine."""
    with as_file(files("termreview.reporting") / "theme" / "fonts") as fonts:
        return "".join(
            f'@font-face{{font-family:"Noto Sans Report";font-weight:{weight};font-style:normal;'
            f'src:url(data:font/woff2;base64,{_encoded(fonts / f"NotoSansReport-{name}.woff2")}) format("woff2")}}\n'
            for name, weight in _FONT_FACES
        )


def unbroken_years(title: str) -> str:
    """Return one title as HTML in which a school year stays on one line."""
    return re.sub(r"\d{4}-\d{4}", r'<span class="unbroken">\g<0></span>', escape_text(title))


def theme_text(name: str) -> str:
    """One file of the theme."""
    return (files("termreview.reporting") / "theme" / name).read_text(encoding="utf-8")


def page_template(name: str) -> Template:
    """One template of the theme: text of data never becomes markup, and what is missing in the view is a fault, not a blank."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_finalized
    )
    environment.filters["unbroken"] = unbroken_years  # escapes the text
    return environment.from_string(theme_text(name))


def _finalized(value: object) -> object:
    is_markup = hasattr(value, "__html__")
    return clean_text(value) if isinstance(value, str) and not is_markup else value


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")
