"""What one page keeps in itself: the values that it prints, and what its figures are looked up in.

What a later report is compared with then needs no reading of texts.

They are the parts of the report's model by section (`blocks.model`), without pictures, each figure as the number that is
printed: the page tells nothing more exactly than its reader sees it. Written as JSON they would add a quarter to a page;
packed they add a twentieth (bzip2: one implementation, the same bytes wherever it runs, which deflate does not promise).

What figures are looked up in grows with the schools: 0,3 MB of JSON for 55 of them, 3,1 for 600. A large one is deflated,
which browsers undo by themselves; seals and comparisons see the JSON, for they look at `with_plain_lookup`.
"""

from __future__ import annotations

import base64
import bz2
import json
import zlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from termreview.reporting.blocks.model import Part
from termreview.reporting.blocks.number_format import NUMBER_FORMATS, printed_number
from termreview.storage.atomic_files import sha256_of

VALUES_ID: Final = "so-lieu-bao-cao"
OPENING: Final = f'<script type="application/x-bzip2;base64" id="{VALUES_ID}">'
_CLOSING: Final = "</script>"
LOOKUP_ID: Final = "tra-cuu-so-lieu"
_LOOKUP: Final = f'<script type="application/json" id="{LOOKUP_ID}">'
_PACKED_LOOKUP: Final = f'<script type="application/x-deflate;base64" id="{LOOKUP_ID}">'
_LARGE: Final = 2**20  # characters of a look-up that is packed
_MOST: Final = 256 * 2**20  # bytes; the values of a province's report have less than a tenth of it
_LEFT_OUT: Final = frozenset(["css", "align", "look", "mark", "picture", "cell"])  # how it looks
_KEPT: Final = frozenset(["inline", "paragraph", "bullets", "callout", "key_figures", "table", "figure"])

Sections = Sequence[tuple[str, Sequence[Part]]]


def sections_of(parts: Iterable[Part]) -> Sections:
    """The parts of one report under the titles of their sections: chapter › heading, as its reader finds them."""
    titles: dict[int, str] = {}
    sections: dict[str, list[Part]] = {}
    for part in parts:
        if part["kind"] == "heading":
            titles = {level: told for level, told in titles.items() if level < part["level"]}
            titles[part["level"]] = part["text"]
        elif part["kind"] in _KEPT:
            sections.setdefault(" › ".join(titles.values()), []).append(part)
    return list(sections.items())


def values_text(sections: Sections) -> str:
    """The values of some sections as a page keeps them."""
    kept = [[title, [_bare(part) for part in parts]] for title, parts in sections]
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(bz2.compress(text.encode("utf-8"))).decode("ascii")


def checksum(text: str) -> str:
    """The hash of the values of one page, for its record."""
    return sha256_of(text.encode("ascii"))


def with_values(page: str, text: str) -> str:
    """Put the values at the end of one page."""
    body, end, rest = page.rpartition("</body>")
    return f"{body}{OPENING}{text}{_CLOSING}\n{end}{rest}"


def read_values(page: str) -> Sections | None:
    """The values that one page keeps; None where it keeps none: it was published before pages did."""
    _, _, rest = page.rpartition(OPENING)
    text, end, _ = rest.partition(_CLOSING)
    if not end:
        return None
    try:
        kept = bz2.BZ2Decompressor().decompress(base64.b64decode(text), _MOST)
        return [(title, parts) for title, parts in json.loads(kept)]
    except (ValueError, TypeError, OSError, EOFError):
        return None


def lookup_element(text: str) -> str:
    """What figures are looked up in, as a page keeps it; in the text nothing ends the element."""
    if len(text) <= _LARGE:
        return f"{_LOOKUP}{text}{_CLOSING}"
    return f"{_PACKED_LOOKUP}{base64.b64encode(zlib.compress(text.encode('utf-8'), 9)).decode('ascii')}{_CLOSING}"


def with_plain_lookup(page: str) -> str:
    """One page with what its figures are looked up in as text; as it is where that is not packed, or damaged."""
    before, opening, rest = page.partition(_PACKED_LOOKUP)
    packed, end, after = rest.partition(_CLOSING)
    if not opening or not end:
        return page
    try:
        text = zlib.decompressobj().decompress(base64.b64decode(packed), _MOST).decode("utf-8")
    except (ValueError, zlib.error):
        return page
    return f"{before}{_LOOKUP}{text}{end}{after}"


def _bare(content: Any) -> Any:
    """One part, or a piece of one, without its look, its figures as they are printed."""
    if isinstance(content, dict):
        return {name: _bare(value) for name, value in content.items() if name not in _LEFT_OUT}
    if isinstance(content, list | tuple):
        if len(content) > 1 and isinstance(content[0], int | float):
            return [_printed(content[0], content[1]), *content[1:]]
        return [value if type(value) is str else _bare(value) for value in content]
    return content


@lru_cache(maxsize=2**16)  # a report has many figures and few different ones
def _printed(value: Any, format: str) -> int | float:
    """One figure as exactly as its format prints it."""
    number = (printed_number(value, format) or Decimal(0)) / NUMBER_FORMATS[format][1]
    return int(number) if number == number.to_integral_value() else float(number)
