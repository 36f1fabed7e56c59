"""One text typed in a Vietnamese font from before Unicode (TCVN3, VNI), recognised by its letters and converted."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

TCVN3, VNI = "TCVN3", "VNI"

# TCVN3 (.VnTime and its family): one byte per letter, shown by other fonts as signs of Western Europe.
_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)
# VNI: a letter, and behind it a sign for its tone or its roof.
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT, _ROOF, _BREVE = "\u0300\u0301\u0309\u0303\u0323\u0302\u0306"
_BEHIND = {
    "ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT, "â": _ROOF, "à": _ROOF + _GRAVE,
    "á": _ROOF + _ACUTE, "å": _ROOF + _HOOK, "ã": _ROOF + _TILDE, "ä": _ROOF + _DOT, "ê": _BREVE,
    "è": _BREVE + _GRAVE, "é": _BREVE + _ACUTE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_ALONE = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
_VNI = re.compile(r"([aeouyôö])([øùûõïâàáåãäêèéúüë])|[ñöôæóòîíì]", re.IGNORECASE)

_ONLY_UNICODE = re.compile("[ăđĩũơưĂĐĨŨƠƯ\u1ea0-\u1ef9\u0300-\u0323]")
_TYPED_D = str.maketrans("Ðð", "Đđ")
_SIGNS = re.compile("[\u00a1-\u00b8\u00bb-\u00fe]")
_UNIT = re.compile(r"(?<![^\W\d])µ[mglsMF](?!\w)|[¡-¿×÷](?![A-Za-z\u00a1-\u00fe])(?<![A-Za-z\u00a1-\u00fe].)")
_WORD = re.compile("[A-Za-z\u00a1-\u00fe]+")

# One Vietnamese syllable without its tone: beginning, vowels, ending.
_BEGINNING = "(?:ngh|ng|nh|gh|gi|g|ch|c|d|đ|b|h|kh|k|l|m|n|ph|p|qu|r|s|th|tr|t|v|x)?"
_SYLLABLE = re.compile(
    _BEGINNING
    + r"(?:(?:oa|oă|oe|oo|uâ|uyê|uy|iê|yê|uô|ươ|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)(?:ch|c|m|nh|ng|n|p|t)"
    + r"|ai|ao|au|ay|âu|ây|eo|êu|ia|iu|iêu|yêu|oai|oay|oeo|oi|ôi|ơi|ua|uê|ui|uôi|uơ|uy|uyu|uya|uây|ưa|ưi|ưu|ươi|ươu"
    + r"|oa|oe|a|e|ê|i|o|ô|ơ|u|ư|y)"
)
_INITIALS = re.compile("[bcdđghklmnpqrstvx]{2,}", re.IGNORECASE)
_TONES = re.compile(f"[{_GRAVE}{_ACUTE}{_HOOK}{_TILDE}{_DOT}]")


class LegacyText(NamedTuple):
    """One text of an old font, converted, and the name of its encoding."""

    text: str
    encoding: str


def read_legacy(text: str) -> LegacyText | None:
    """Convert one text of an old font; None when it is none.

    By letters alone: the text holds no letter that only Unicode has, most of its accented words are no Vietnamese
    as they stand, and nearly all of them become Vietnamese syllables under one of the two encodings.
    """
    if _ONLY_UNICODE.search(text) or not _SIGNS.search(text):
        return None
    text = unicodedata.normalize("NFC", text)
    words = [word for word in _WORD.findall(_UNIT.sub(" ", text)) if not word.isascii()]
    strange = [word for word in words if not is_syllable(word.translate(_TYPED_D))]
    if not strange or len(strange) * 2 < len(words):
        return None
    best: tuple[int, LegacyText] | None = None
    for name, convert in ((VNI, from_vni), (TCVN3, from_tcvn3)):
        hits = sum(is_syllable(convert(word)) for word in words)
        if hits * 10 >= len(words) * 9 and (best is None or hits > best[0]):
            best = hits, LegacyText(convert(text), name)
    return None if best is None else best[1]


def read_in_font(text: str, encoding: str) -> LegacyText | None:
    """Convert one text whose cell has an old font; None when its letters show that it was typed otherwise.

    The font decides what letters alone leave open: `cã` is a syllable, and in .VnTime it is `có`.
    """
    if _ONLY_UNICODE.search(text) or not _SIGNS.search(text):
        return None
    text = unicodedata.normalize("NFC", text)
    convert = from_vni if encoding == VNI else from_tcvn3
    words = [word for word in _WORD.findall(_UNIT.sub(" ", text)) if not word.isascii()]
    if not words or not all(_is_written_so(convert(word)) and convert(word) != word for word in words):
        return None
    return LegacyText(convert(text), encoding)


def _is_written_so(word: str) -> bool:
    """Whether Vietnamese writes one word so: a syllable, or the initials of a document's number (QĐ, GDĐT)."""
    return is_syllable(word) or _INITIALS.fullmatch(word) is not None


def from_tcvn3(text: str) -> str:
    """Convert one text of a .VnTime font, letter by letter."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """Convert one text of a VNI font: a letter and the sign behind it are one letter."""
    return _VNI.sub(_from_vni, text)


@lru_cache(maxsize=8192)  # a term has few words
def is_syllable(word: str) -> bool:
    """Say whether one word has the shape of one Vietnamese syllable, with at most one tone."""
    bare, tones = _TONES.subn("", unicodedata.normalize("NFD", word.casefold()))
    return tones < 2 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def _from_vni(match: re.Match[str]) -> str:
    if match[1] is None:
        letter = match[0]
        plain = _ALONE[letter.lower()]
        return plain.upper() if letter.isupper() else plain
    base = match[1]
    plain = _ALONE.get(base.lower(), base.lower())
    return unicodedata.normalize(
        "NFC", (plain.upper() if base.isupper() else plain) + _BEHIND[match[2].lower()]
    )
