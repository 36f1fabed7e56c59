"""One look-up of a page: the data behind its figures, the script that shows them, and the links that ask for them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html import unescape
from importlib.resources import files
from typing import Any, Final

from termreview.reporting.blocks.trace_target import ANCHOR, TRACE_MIME, is_traced

_LINK: Final = re.compile(rf"""\shref\s*=\s*["']?(#{re.escape(ANCHOR)}/[^"'\s>]*)""")


def trace_parts(notebook: Any) -> dict[str, Any] | None:
    """The look-up of one page: its data, its script and the script's hash, by which alone the page lets it run."""
    found = [
        output["data"][TRACE_MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if TRACE_MIME in output.get("data", {})
    ]
    if not found:
        return None
    theme = files("termreview.reporting") / "theme"
    script = "\n" + (theme / "trace.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return {"data": found[0], "script": script, "script_hash": f"'sha256-{digest}'"}


def with_trace(html: str, trace: Mapping[str, Any] | None) -> str:
    """Put data and script of the look-up at the end of one page; in the data nothing can end the element."""
    if trace is None:
        return html
    text = trace["data"]
    for sign, escaped in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, escaped)
    body, end = html.rsplit("</body>", 1)
    return (
        f'{body}<script type="application/json" id="tra-cuu-so-lieu">{text}</script>\n'
        f"<script>{trace['script']}</script>\n</body>{end}"
    )


def dead_traces(html: str, trace: Mapping[str, Any] | None) -> list[str]:
    """Name the links to looked-up figures that the page carries no data for, each once."""
    data = {} if trace is None else json.loads(trace["data"])
    targets = {unescape(target) for target in _LINK.findall(html)}
    return sorted(
        f"links to the figure {target}, which it does not carry"
        for target in targets
        if not is_traced(data, target)
    )
