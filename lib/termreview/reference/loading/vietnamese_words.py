"""One text in a guessed code page: how many of its accented words can be Vietnamese syllables."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

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
