"""What a mark of a picture leads to when it is clicked: a link, of which the page tells the desk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from termreview.reporting.blocks.blocks import escape_text

SCHOOL_MARK: Final = "school-"  # before the code of a school
ONLY_MARK: Final = "only-"  # before the words of the schools that are meant, by measure


def only_link(only: Mapping[str, str], html: str, told: str = "") -> str:
    """A link to the table of the schools that have such words on some measures; `told` is what it is called."""
    name = f' aria-label="{escape_text(told)}"' if told else ""
    return (
        f'<a href="#{ONLY_MARK}{escape_text(quote(json.dumps(only, ensure_ascii=False)))}"{name}>{html}</a>'
    )
