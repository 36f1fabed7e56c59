"""One text that the form prints (the label or the unit of a row, the name of the school) held against what stands there.

Spelled-out abbreviations, case, tones, small slips of the keys and old fonts change nothing that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from termreview.intake.values.keystrokes import read_keystrokes
from termreview.intake.values.misdecoded import has_lost_letters, read_misdecoded
from termreview.spreadsheets.older.legacy_text import read_in_font, read_legacy
from termreview.text import clean, plain_key

_LONGEST = 400
_WORD = re.compile(r"[^\W_]+|%")
_YEAR = re.compile(r"20\d\d")
_NEGATIONS = frozenset(["khong", "ko", "chua", "chang", "tru", "ngoai"])
_EMPTY_WORDS = frozenset(
    ["cac", "cua", "va", "la", "nhung", "so", "tong", "cho", "trong", "da", "duoc", "tai", "ve", "o", "hien", "co"]
)  # fmt: skip
_SCALES = frozenset(["tram", "nghin", "ngan", "trieu", "tr", "k", "ty", "ti", "chuc", "%"])
_MONEY = frozenset(["dong", "d", "vnd", "viet nam dong", "dong viet nam"])
_KIND_OF_SCHOOL = frozenset(
    ["truong", "th", "thcs", "mn", "mg", "tieu", "hoc", "trung", "co", "so", "mam", "non", "mau", "giao"]
)
_GRADE_WORDS = frozenset(["lop", "khoi", "k", "nhom", "tre", "tu", "den", "mg", "mam", "mau", "giao"])
_BRACKETS = re.compile(r"\([^()]*\)")
_MEASURE = re.compile(r"\b(?:nghin|ngan|trieu|tr|ty|20\d\d|nam hoc|hoc ky|hk ?[12i]|ky (?:1|2|i|ii))\b|%")
_UNIT_LINE = re.compile(
    r"(?:.* )?(?:don vi(?: tinh)?|dvt)(?: la)? (?P<unit>.{1,60})|(?:nghin|ngan|trieu|ty) dong"
)
_SCALED = re.compile(r"(?:tram|chuc|nghin|ngan|trieu|tr|ty)\b")
_FEWEST_OF_A_HINT, _LIKE_HINT = 5, 0.75  # words that two wordings of one hint share
_LIKE = 0.6  # how alike two names without the kind of school are that may be one


def label_differs(
    found: str, row: tuple[str, str, str], labels: Container[str], short: Mapping[str, str], font: str | None
) -> bool:
    """Say whether the label beside a code contradicts the code: another row's label, or words that change what is asked.

    Parameters
    ----------
    row
        Code, label and unit of the row as the form prints them.
    labels
        The labels of all rows by `plain_key`.
    font
        The encoding of a font from before Unicode in which the text is shown.
    """
    code, label, unit = row
    own = plain_key(label, short)
    if not clean(found) or has_lost_letters(found):
        return False
    readings = [plain_key(text, short) for text in _readings(found[:_LONGEST], font)]
    if own in readings:
        return False
    if any(reading in labels for reading in readings):
        return True
    spare = {*_WORD.findall(plain_key(code)), *_WORD.findall(plain_key(unit, short))}
    return all(_changes_words(own, reading, spare) for reading in readings)


def unit_differs(
    found: str, unit: str, units: Container[str], short: Mapping[str, str], font: str | None
) -> bool:
    """Say whether the unit beside a row is another one than the form prints."""
    own = plain_key(unit, short)
    if not unit or not clean(found) or has_lost_letters(found):
        return False
    return all(
        _is_other_unit(own, plain_key(text, short), units) for text in _readings(found[:_LONGEST], font)
    )


def head_differs(
    found: str,
    own: str,
    heads: Container[str],
    units: Container[str],
    short: Mapping[str, str],
    font: str | None,
) -> bool:
    """Say whether the head above a column is that of another one, or says what the form does not ask there.

    Parameters
    ----------
    heads, units
        The heads of the block and the units of the form by `plain_key`.
    """
    if not clean(found) or has_lost_letters(found):
        return False
    asked = plain_key(_BRACKETS.sub(" ", own), short)
    for text in _readings(found[:_LONGEST], font):
        if (told := plain_key(text, short)) == plain_key(own, short):
            return False
        bracketed = [plain_key(words) for words in _BRACKETS.findall(text)]
        if told not in heads and not any(_states_measure(words, units) for words in bracketed):
            told = plain_key(_BRACKETS.sub(" ", text), short)
            if _is_same_head(_WORD.findall(asked), _WORD.findall(told)):
                return False
    return True


def _states_measure(words: str, units: Container[str]) -> bool:
    """Say whether a note in brackets changes what the numbers are: a unit, a year, a term."""
    return words in units or bool(_MEASURE.search(words))


def _is_same_head(asked: Sequence[str], told: Sequence[str]) -> bool:
    if not told or "".join(asked) == "".join(told):
        return True
    digits, own_digits = ([word for word in words if word.isdigit()] for words in (told, asked))
    if digits != own_digits:
        return False
    extra, gone = [word for word in told if word not in asked], [word for word in asked if word not in told]
    if digits:
        age = {"tuoi"} if "thang" in asked and "thang" in told else set()
        return set(extra) <= _GRADE_WORDS | age and set(gone) <= _GRADE_WORDS | {"tuoi", "thang"}
    if len(told) > 1 and len(asked) > 2 and "".join(word[0] for word in asked) == "".join(told):
        return True
    if len(told) == len(asked) and all(map(_is_same_word, told, asked)):
        return True
    if extra:
        return False
    return len(told) * 2 >= len(asked) or (len(told) > 1 and list(told) == list(asked[: len(told)]))


def _is_same_word(word: str, meant: str) -> bool:
    return word == meant or _is_slip(word, meant)


def states_unit(text: str, units: Container[str]) -> bool:
    """Say whether a line states a unit for all numbers below it, as `Đơn vị tính: nghìn đồng`."""
    match = _UNIT_LINE.fullmatch(plain_key(text))
    if match is None:
        return False
    unit = match["unit"]
    return unit is None or _SCALED.match(unit) is not None or unit in units


def is_spelling_of(text: str, spoken: frozenset[str]) -> bool:
    """Say whether one text is one of those that the form prints, by `plain_key`, however it was stored.

    A hint that was worded a little otherwise when the form was sent is one; a figure that no hint has is not.
    """
    return has_lost_letters(text) or _is_spelling_of(text[:_LONGEST], spoken)


@lru_cache(
    maxsize=4096
)  # a form sent with older hints brings them in every school's file: 24 of 30 ms a file
def _is_spelling_of(text: str, spoken: frozenset[str]) -> bool:
    readings = [plain_key(reading) for reading in _readings(text, None)]
    return any(reading in spoken for reading in readings) or any(
        _is_worded_alike(frozenset(reading.split()), frozenset(printed.split()))
        for reading in readings
        for printed in spoken
    )


def _is_worded_alike(told: frozenset[str], printed: frozenset[str]) -> bool:
    if any(word.isdigit() for word in told - printed):
        return False
    return len(told & printed) >= max(_FEWEST_OF_A_HINT, _LIKE_HINT * max(len(told), len(printed)))


def names_another(found: str, own: Collection[str], others: Container[str]) -> bool:
    """Say whether a name is that of another school: by `plain_key`, own names first."""
    if has_lost_letters(found):
        return False
    readings = [plain_key(text) for text in _readings(found[:_LONGEST], None)]
    if any(reading in own for reading in readings):
        return False
    if any(reading in others for reading in readings):
        return True
    return all(_is_far(reading, own) for reading in readings)


def _readings(text: str, font: str | None) -> Iterator[str]:
    """The text as it is stored, and as it was meant where a font, a code page or bare keys show through."""
    yield text
    legacy = read_legacy(text) or (read_in_font(text, font) if font else None)
    if legacy is not None:
        yield legacy.text
    for meant in (read_misdecoded(text), read_keystrokes(clean(text))):
        if meant is not None:
            yield meant


def _changes_words(own: str, found: str, spare: Collection[str]) -> bool:
    asked, told = _WORD.findall(own), _WORD.findall(found)
    if not told or "".join(asked) == "".join(told):
        return False
    if len(told[0]) == 1:  # "1.", "a)", "-"
        told = told[1:]
    if (_NEGATIONS & set(asked)) != (_NEGATIONS & set(told)):
        return True
    missing = [word for word in asked if word not in told and word not in _EMPTY_WORDS]
    initials = {
        "".join(word[0] for word in asked[first:last])
        for first in range(len(asked))
        for last in range(first + 2, min(first + 6, len(asked)) + 1)
    }
    slips = 0
    for word in told:
        if word in asked or word in _EMPTY_WORDS or word in spare or word in initials:
            continue
        if _YEAR.fullmatch(word):
            continue
        if not any(_is_slip(word, other) for other in missing):
            return True
        slips += 1
    content = sum(word not in _EMPTY_WORDS for word in asked)
    return (len(missing) - slips) * 2 > content and not any(word in initials for word in told)


def _is_slip(word: str, meant: str) -> bool:
    """Say whether one word is another with one key struck wrong: one letter more, less, other, or two changed over."""
    if word.replace("y", "i") == meant.replace("y", "i"):  # kỹ, kĩ
        return True
    if min(len(word), len(meant)) < 3 or word.isdigit() or meant.isdigit():
        return False
    if len(word) == len(meant):
        places = [place for place in range(len(word)) if word[place] != meant[place]]
        return len(places) == 1 or (
            len(places) == 2 and word[places[0]] == meant[places[1]] and word[places[1]] == meant[places[0]]
        )
    long, brief = sorted((word, meant), key=len, reverse=True)
    return len(long) == len(brief) + 1 and any(
        long[:place] + long[place + 1 :] == brief for place in range(len(long))
    )


def _is_other_unit(own: str, found: str, units: Container[str]) -> bool:
    if found == own or {own, found} <= _MONEY:
        return False
    asked, told = set(_WORD.findall(own)), set(_WORD.findall(found))
    if not told or (told ^ asked) & _SCALES:
        return bool(told)
    return found in units or not (told <= asked or asked <= told or _is_slip(found, own))


def _is_far(name: str, own: Collection[str]) -> bool:
    """Say whether a name that no school has is no spelling of a school's own ones either."""
    told = _WORD.findall(name)
    words = [word for word in told if word not in _KIND_OF_SCHOOL]
    if sum(map(len, words)) < 3:
        return False
    for known in own:
        asked = [word for word in _WORD.findall(known) if word not in _KIND_OF_SCHOOL]
        if _numbers(asked) == _numbers(words) and (
            (asked and set(asked) <= set(words))
            or SequenceMatcher(None, "".join(asked), "".join(words)).ratio() >= _LIKE
        ):
            return False
    return True


def _numbers(words: Collection[str]) -> set[str]:
    """The numbers of a name, which tell schools of one name apart; codes are longer."""
    return {word for word in words if word.isdigit() and len(word) < 3}
