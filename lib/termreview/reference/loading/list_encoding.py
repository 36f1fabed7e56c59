"""One list (CSV) as text: UTF-8 as the office writes it, UTF-16 or a code page of Windows as a spreadsheet program does.

A code page is guessed by how many of the accented words can be Vietnamese syllables.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from termreview.coded_text import CodedText

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_CODE_PAGES: Final = {"cp1258": "Windows-1258", "cp1252": "Windows-1252"}
_MOST_ODD: Final = 0.05  # of the words of a text in its own code page: foreign names
_TONES: Final = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f][^\W\d_]*)*")
_ONSET: Final = "(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
_OPEN: Final = (
    "a ai ao au ay âu ây e eo ê êu i ia iêu iu o oa oai oay oe oeo oi ô ôi ơ ơi u ua uây uê ui uơ uôi uy uya uyu "
    "ư ưa ưi ươi ươu ưu y yêu oao uêu"
)
_NASAL: Final = (
    "am an ang anh ăm ăn ăng âm ân âng em en eng êm ên ênh iêm iên iêng im in inh oam oan oang oanh oăm oăn oăng oen "
    "om on ong oong ôm ôn ông ơm ơn um un ung uân uâng uênh uôm uôn uông uyên uynh ưm ưn ưng ươm ươn ương yêm yên yêng ynh"
)
_STOPPED: Final = (
    "ac ach ap at ăc ăp ăt âc âp ât ec ep et êch êp êt ich iêc iêp iêt ip it oac oach oat oăc oăt oc oet op ot ôc ôp ôt "
    "ơp ơt uât uc uêch uôc uôt up ut uych uyêt uyt ưc ươc ươp ươt ưt yêt yt"
)
_ANY: Final = re.compile(f"{_ONSET}(?:{'|'.join((_OPEN + ' ' + _NASAL).split())})")
_SHORT: Final = re.compile(f"{_ONSET}(?:{'|'.join(_STOPPED.split())})")


class ListRemark(NamedTuple):
    """One remark on one line; with `is_broken`, what seems to be missing may stand there."""

    line: int
    message: CodedText
    is_broken: bool = False


def decoded_list(content: bytes) -> tuple[str | None, str, list[ListRemark]]:
    """The text of one list, the name of its encoding where it is not UTF-8, and what keeps it from being read."""
    if content.startswith(_UTF_16):
        try:
            return content.decode("utf-16"), "UTF-16", []
        except UnicodeDecodeError:
            return None, "", [ListRemark(1, CodedText("utf16_broken"), True)]
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        said = CodedText("zero_byte")
        return None, "", [ListRemark(line, said, True)]
    try:
        return content.decode("utf-8-sig"), "", []
    except UnicodeDecodeError as error:
        return _in_code_page(content, content.count(b"\n", 0, error.start) + 1)


def _in_code_page(content: bytes, first_odd: int) -> tuple[str | None, str, list[ListRemark]]:
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
        return None, "", [ListRemark(first_odd, CodedText("not_utf8"), True)]
    best, others = found[ranked[0]][0], [found[page] for page in ranked[1:]]
    for other, odd, _ in others:
        if odd == found[ranked[0]][1] and other != best:
            pairs = zip(best.splitlines(), other.splitlines(), strict=False)
            return None, "", [
                ListRemark(line, CodedText("two_readings", one=one, other=two), True)
                for line, (one, two) in enumerate(pairs, start=1)
                if one != two
            ]  # fmt: skip
    return best, _CODE_PAGES[ranked[0]], []


def implausible_words(text: str) -> tuple[int, int]:
    """How many words with letters beyond A to Z are no Vietnamese syllables, and how many such words there are."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(not is_syllable(word) for word in words), len(words)


def is_syllable(word: str) -> bool:
    """Say whether one word can be a Vietnamese syllable (written as one: capitals only first or throughout)."""
    if not (word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())):
        return False
    letters = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in letters if letter in _TONES]
    bare = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    if len(tones) > 1:
        return False
    if _ANY.fullmatch(bare):
        return True
    if _SHORT.fullmatch(bare):
        return bool(tones) and _TONES[tones[0]] in ("sắc", "nặng")
    return word.isupper() and _is_abbreviation(word)


def _is_abbreviation(word: str) -> bool:
    """GDĐT, PGDĐT, UBND: capitals of words, of which Đ is the one beyond A to Z."""
    return all(letter.isascii() or letter in "ĐÔƠƯÂÊĂ" for letter in word) and word.isupper()
