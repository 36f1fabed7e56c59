"""One text typed while no Vietnamese input method was on: the keys of Telex, VNI or VIQR, given back as words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from termreview.spreadsheets.older.legacy_text import is_syllable

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300\u0301\u0309\u0303\u0323"
_TONES = {
    "telex": dict(zip("fsrxj", (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT), strict=True)),
    "vni": dict(zip("21345", (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT), strict=True)),
    "viqr": dict(zip("`'?~.", (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT), strict=True)),
}
_ROOFS, _HORNS, _BREVES = {"vni": "6", "viqr": "^"}, {"vni": "7", "viqr": "+*"}, {"vni": "8", "viqr": "("}
_WORDS = {
    "telex": re.compile("[A-Za-z]+"),
    "vni": re.compile("[A-Za-z][A-Za-z0-9]*"),
    "viqr": re.compile(r"[A-Za-z](?:[A-Za-z]|[\^(+*'`?~.](?!$|\s)|[\^(+*'`~])*"),
}
_VOWELS = "aăâeêioôơuưy"
_ROOFED = {"a": "â", "e": "ê", "o": "ô"}
_FEWEST_WORDS = 3


def keystroke_readings(text: str) -> Iterator[str]:
    """Every reading of one short text under one method of typing; for a reader who knows which answers there are."""
    if text.isascii():
        for method in _TONES:
            found = _WORDS[method].sub(lambda match, by=method: _word(match[0], by) or match[0], text)  # type: ignore[misc]
            if found != text:
                yield found


def read_keystrokes(text: str) -> str | None:
    """Give back one sentence; None unless it has no accent at all and hardly a word that is none under one method."""
    if not text.isascii() or text.count(" ") < _FEWEST_WORDS - 1:
        return None  # nearly always
    for method, words in _WORDS.items():
        typed = words.findall(text)
        if len(typed) < _FEWEST_WORDS:
            continue
        is_plain = [is_syllable(word) for word in typed]
        if is_plain.count(False) < _FEWEST_WORDS:
            continue
        meant = [_word(word, method) for word in typed]
        strange = sum(found is not None and not plain for found, plain in zip(meant, is_plain, strict=True))
        lost = sum(found is None and not plain for found, plain in zip(meant, is_plain, strict=True))
        if strange >= _FEWEST_WORDS and strange * 5 >= len(typed) * 2 and lost * 10 <= len(typed):
            return words.sub(lambda match, by=method: _word(match[0], by) or match[0], text)  # type: ignore[misc]
    return None


@lru_cache(maxsize=8192)
def _word(typed: str, method: str) -> str | None:
    """One word as it was meant; None where its keys are no accents, or make no Vietnamese syllable."""
    letters, tone = "", ""
    for key in typed.lower():
        made = _struck(letters, key, method)
        if key in _TONES[method] and not tone and any(letter in _VOWELS for letter in letters):
            tone = _TONES[method][key]
        elif made is not None:
            letters = made
        elif key.isalpha():
            letters += key
        else:
            return None
    found = _with_tone(letters, tone)
    if found == typed.lower() or not is_syllable(found):
        return None
    return (
        found.upper()
        if typed.isupper() and len(typed) > 1
        else found.capitalize()
        if typed[0].isupper()
        else found
    )


def _struck(letters: str, key: str, method: str) -> str | None:
    """The letters after one key that changes one of them; None for a key that only adds itself."""
    if (key == "d" or (method == "vni" and key == "9")) and letters[:1] == "d":
        return "đ" + letters[1:]
    if method == "telex" and key in _ROOFED:
        return _changed(letters, {key: _ROOFED[key]})
    if key in _ROOFS.get(method, ""):
        return _changed(letters, _ROOFED)
    if method == "telex" and key == "w":
        return _horned(letters) or _changed(letters, {"a": "ă"})
    if key in _HORNS.get(method, ""):
        return _horned(letters)
    return _changed(letters, {"a": "ă"}) if key in _BREVES.get(method, "") else None


def _horned(letters: str) -> str | None:
    return letters.replace("uo", "ươ") if "uo" in letters else _changed(letters, {"u": "ư", "o": "ơ"})


def _changed(letters: str, changes: dict[str, str]) -> str | None:
    place = max((letters.rfind(letter) for letter in changes), default=-1)
    return None if place < 0 else letters[:place] + changes[letters[place]] + letters[place + 1 :]


def _with_tone(letters: str, tone: str) -> str:
    """The letters of one word with its tone where it is written."""
    places = [place for place, letter in enumerate(letters) if letter in _VOWELS]
    if len(places) > 1 and letters.startswith(("qu", "gi")):
        places = places[1:]
    if not tone or not places:
        return letters
    marked = [place for place in places if letters[place] in "ăâêôơư"]
    if marked:
        place = marked[-1]
    elif places[-1] < len(letters) - 1:
        place = places[-1]
    else:
        place = places[0] if len(places) < 3 else places[1]
    return unicodedata.normalize("NFC", letters[: place + 1] + tone + letters[place + 1 :])
