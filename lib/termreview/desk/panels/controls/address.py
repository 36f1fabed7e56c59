"""The address of the page: what it asks the desk for when it opens, and how it keeps what the desk is looking at.

Only where the desk is a page of its own: a reload, or whoever gets the address, sees the same. A notebook in JupyterLab
keeps its kernel over a reload.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from typing import Any

import anywidget
import traitlets


@cache
def _script() -> str:
    return (files("termreview.desk") / "theme" / "address.js").read_text(encoding="utf-8")


class PageAddress(anywidget.AnyWidget):
    """The address in both directions.

    `asked` is what the page asks for, by the names of the address, once a page has opened; None before. `kept` is what the
    address is to say from then on; a blank text takes a name out of it. `opened` is the mark of a chart that was clicked.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    asked: Any = traitlets.Dict(None, allow_none=True).tag(sync=True)
    kept: Any = traitlets.Dict().tag(sync=True)
    opened = traitlets.Unicode().tag(sync=True)

    def __init__(self) -> None:
        """Wait for a page."""
        super().__init__(_esm=_script())

    @property
    def is_awaited(self) -> bool:
        """Say whether a page of its own will show the desk: a kernel that Voilà has started, maybe before anyone came."""
        return "VOILA_BASE_URL" in os.environ and self.asked is None

    def keep(self, name: str, value: str) -> None:
        """Have the address say one thing from now on."""
        if self.kept.get(name, "") != value:
            self.kept = {**self.kept, name: value}
