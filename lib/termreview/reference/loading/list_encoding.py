"""One list (CSV) as text: UTF-8 as the office writes it, UTF-16 or a code page of Windows as a spreadsheet program does."""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

from termreview.reference.loading.vietnamese_words import implausible_words

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_CODE_PAGES: Final = {"cp1258": "Windows-1258", "cp1252": "Windows-1252"}
_MOST_ODD: Final = 0.05  # of the words of a text in its own code page: foreign names


class Said(NamedTuple):
    """One remark on one line; with `is_broken`, what seems to be missing may stand there."""

    line: int
    message: str
    is_broken: bool = False


def decoded_list(content: bytes) -> tuple[str | None, str, list[Said]]:
    """The text of one list, the name of its encoding where it is not UTF-8, and what keeps it from being read."""
    if content.startswith(_UTF_16):
        try:
            return content.decode("utf-16"), "UTF-16", []
        except UnicodeDecodeError:
            return None, "", [Said(1, "the UTF-16 text breaks off", True)]
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        said = "the line holds a zero byte: the file is damaged, or not UTF-8 text"
        return None, "", [Said(line, said, True)]
    try:
        return content.decode("utf-8-sig"), "", []
    except UnicodeDecodeError as error:
        return _in_code_page(content, content.count(b"\n", 0, error.start) + 1)


def _in_code_page(content: bytes, first_odd: int) -> tuple[str | None, str, list[Said]]:
    """The text in the one code page that makes Vietnamese of it."""
    found: dict[str, tuple[str, int, int]] = {}
    for page in _CODE_PAGES:
        try:
            text = unicodedata.normalize("NFC", content.decode(page)).replace("Ð", "Đ").replace("ð", "đ")
        except UnicodeDecodeError:
            continue
        found[page] = (text, *implausible_words(text))
    ranked = sorted(found, key=lambda page: found[page][1])
    if not ranked or found[ranked[0]][1] > _MOST_ODD * max(found[ranked[0]][2], 1):
        return None, "", [Said(first_odd, "the line is not UTF-8 text", True)]
    best, others = found[ranked[0]][0], [found[page] for page in ranked[1:]]
    for other, odd, _ in others:
        if odd == found[ranked[0]][1] and other != best:
            pairs = zip(best.splitlines(), other.splitlines(), strict=False)
            return None, "", [
                Said(line, f"the letters of this line can be read in two ways: '{one}' or '{two}'", True)
                for line, (one, two) in enumerate(pairs, start=1)
                if one != two
            ]  # fmt: skip
    return best, _CODE_PAGES[ranked[0]], []
