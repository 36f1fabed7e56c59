"""One contents list of a page: its section headings, numbered, with an anchor each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from itertools import groupby
from typing import Final

_HEADING: Final = re.compile(r"<h([1-6])((?:\s[^<>]*)?)>(.*?)</h\1\s*>", re.DOTALL)
_ID: Final = re.compile(r"""\s+id\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)""")
_ANY_TAG: Final = re.compile(r"<[^>]*>")
_NAV: Final = re.compile(r'<nav id="muc-luc".*?</nav>', re.DOTALL)


def with_contents(page: str) -> tuple[str, list[str]]:
    """Give each section heading of one page its anchor and fill the contents list; name headings out of order.

    A main heading among the sections is left out; so is the contents list of a page without chapters.
    """
    start, end = page.index("<main"), page.rindex("</main>")
    entries: list[tuple[int, str, str]] = []
    faults: list[str] = []
    chapter, section, depth = 0, 0, 1

    def numbered(match: re.Match[str]) -> str:
        nonlocal chapter, section, depth
        level, attributes, inner = int(match[1]), _ID.sub("", match[2]), match[3]
        if level == 1:
            return ""
        text = " ".join(filter(None, (piece.strip() for piece in _ANY_TAG.split(inner))))
        if level > depth + 1:
            faults.append(f"the heading “{unescape(text)}” skips a level")
        depth = level
        if level == 2:
            chapter, section = chapter + 1, 0
            entries.append((chapter, f"muc-{chapter}", text))
        elif level == 3 and chapter:
            section += 1
            entries.append((chapter, f"muc-{chapter}-{section}", text))
        else:
            return f"<h{level}{attributes}>{inner}</h{level}>"
        return f'<h{level}{attributes} id="{entries[-1][1]}">{inner}</h{level}>'

    main = _HEADING.sub(numbered, page[start:end])
    # The list itself holds no heading, so it may stand among the sections: after what opens the page.
    main = _NAV.sub(lambda nav: _filled(nav[0], entries), main, count=1)
    return page[:start] + main + page[end:], faults


def _filled(nav: str, entries: Iterable[tuple[int, str, str]]) -> str:
    chapters = []
    for _, group in groupby(entries, key=lambda entry: entry[0]):
        first, *rest = (f'<a href="#{anchor}">{text}</a>' for _, anchor, text in group)
        sections = "".join(f"<li>{link}</li>" for link in rest)
        chapters.append(f"<li>{first}{f'<ol>{sections}</ol>' if sections else ''}</li>")
    return f"{nav.removesuffix('</nav>')}<ol>{''.join(chapters)}</ol></nav>" if chapters else ""
