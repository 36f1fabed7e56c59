"""One text whose bytes were read by the wrong code page: given back where that is sure, told where letters are lost."""

from __future__ import annotations

import re
import unicodedata

_PAGES = ("cp1252", "cp1258")
_SAFE = re.compile(
    "[\\x09\\x0a\\x0d\\x20-\\x7e\\u00a0\\u00a7\\u00ab\\u00b0-\\u00b3\\u00b5\\u00b7\\u00bb-\\u00be\\u00d7\\u00f7\\u2010-\\u2027\\u2030-\\u203a\\u20ab\\u2190-\\u22ff]*"
)
# The first byte of a letter shown as a sign, and a further one: without these there is nothing to give back.
_LEAD = re.compile("[\u00c2-\u00efĂƠƯăơư\u0300-\u0323][^\\x00-\\x7f]|Ã ")
# One accented letter between plain ones: its byte (or two) is no UTF-8, so the text was read by the right page.
_ALONE = re.compile("(?<![^\\x00-\\x7f])[\u00c0-\u00c2\u00c4-\u1ef9](?![^\\x00-\\x7f])")
_VIETNAMESE = frozenset("aăâeêioôơuưydđ")
# What the bytes of an accented Vietnamese letter look like on the Western and on the Vietnamese page.
_TRACES = re.compile(
    "[ÃĂáÄÆÅ](?:(?<=[ÃĂ])[\\x80-\\xbf\\u0300-\\u0323\\u2018-\\u2122ŒœŸƒˆ˜ ]|(?<=á)[º»]|(?<=Ä)[‘\\x91\\x83‚ƒ©¨]"
    "|(?<=Æ)[°\\xa1]|(?<=Å)[©¨])"  # one set of letters in front is found at a third of the price
)
_GAP_IN_WORD = re.compile(r"[^\W\d_]\?[^\W\d_]")
_GAP_AT_END = re.compile(r"[^\W\d_]\?(?= [^\W\d_])")
_ADDRESS = re.compile(r"\S*(?:://|www\.)\S*", re.IGNORECASE)


def read_misdecoded(text: str) -> str | None:
    """Give back one text in UTF-8 that was read by another code page; None unless all of it becomes Vietnamese."""
    if text.isascii() or _ALONE.search(text) is not None or _LEAD.search(text) is None:
        return None
    for page in _PAGES:
        for written in (text, text.replace("Ã ", "Ã\u00a0")):  # a space that does not break, made plain
            try:
                found = b"".join(_byte(sign, page) for sign in written).decode("utf-8")
            except ValueError:
                continue
            if found == written or found.isascii():
                continue
            meant = read_misdecoded(found) or found  # some texts were misread twice
            if _is_vietnamese(meant):
                return meant
    return None


def has_lost_letters(text: str) -> bool:
    """Say whether letters of one text are gone: `Đ? ngh? c?p`, signs of replacement, remains of a wrong page."""
    if "\ufffd" in text or len(_TRACES.findall(text)) > 1:
        return True
    if "?" not in text:
        return False
    words = _ADDRESS.sub("", text)
    inside = len(_GAP_IN_WORD.findall(words))
    if inside == 0:
        return False
    return inside + sum(words[m.end() + 1].islower() for m in _GAP_AT_END.finditer(words)) > 1


def _byte(sign: str, page: str) -> bytes:
    """The byte that a page shows as one sign; the few that it does not know stand for themselves."""
    try:
        return sign.encode(page)
    except UnicodeEncodeError:
        if "\x80" <= sign <= "\x9f":
            return sign.encode("latin-1")
        parts = unicodedata.normalize("NFD", sign)  # this page writes a tone behind its letter
        if len(parts) == 1:
            raise
        letter = unicodedata.normalize("NFC", parts[:-1])
        return _byte(letter, page) + _byte(parts[-1], page)


def _is_vietnamese(text: str) -> bool:
    letters = unicodedata.normalize("NFD", _SAFE.sub("", text).casefold())
    return all(sign in _VIETNAMESE or unicodedata.category(sign) == "Mn" for sign in letters)
