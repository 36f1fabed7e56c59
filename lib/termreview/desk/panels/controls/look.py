"""One style sheet for the desk: the colours and letters of the reports, within the desk alone."""

from __future__ import annotations

import base64
from functools import cache
from importlib.resources import files

ROOT_CLASS = "termreview-desk"
_FACES = (("Regular", 400), ("SemiBold", 600))


@cache
def style_sheet() -> str:
    """The style of the desk with its letters inside: nothing is asked of any network."""
    fonts = files("termreview.reporting") / "theme" / "fonts"
    faces = "".join(
        f'@font-face{{font-family:"Noto Sans Report";font-weight:{weight};font-style:normal;'
        f'src:url(data:font/woff2;base64,{_encoded((fonts / f"NotoSansReport-{name}.woff2").read_bytes())}) format("woff2")}}\n'
        for name, weight in _FACES
    )
    sheet = (files("termreview.desk") / "theme" / "desk.css").read_text(encoding="utf-8")
    return f"<style>{faces}{sheet}</style>"


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
