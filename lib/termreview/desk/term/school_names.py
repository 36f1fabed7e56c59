"""One school as an analyst types it: by its code, its name in full or in short, an alias, or any of them without accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from termreview.desk.term.term_now import TermNow
from termreview.reference.kinds.decisions import with_aliases
from termreview.text import clean, fold

Spellings = Mapping[str, Sequence[str]]


class Meant(NamedTuple):
    """The schools that one typed text may mean; a single sure one is the school, anything else is asked."""

    school_ids: tuple[str, ...]
    is_sure: bool

    @property
    def school_id(self) -> str:
        """The one school that is meant beyond doubt; blank where there is none."""
        return self.school_ids[0] if self.is_sure and len(self.school_ids) == 1 else ""


def spellings_of(now: TermNow) -> Spellings:
    """Every name by which each school of the term is known, by its code, in the order of the reports."""
    known = with_aliases(now.reference.registry, now.reference.decisions)
    units = known.on(now.declared.plan.due_on)
    return {
        school.unit_id: (units[school.unit_id].name, school.short_name, *units[school.unit_id].aliases)
        for school in now.declared.schools
    }


def school_label(now: TermNow, school_id: str) -> str:
    """One school by name and code, as every form and every message of the desk names it."""
    names = now.schools.set_index("school_id")["name"]
    return f"{names[school_id]} ({school_id})" if school_id in names.index else school_id


def schools_meant(text: str, spellings: Spellings) -> Meant:
    """The schools that one typed text means.

    A text is sure when it is a code, or when its words are a name, or stand together in one, word for word; a word
    typed without accents stands for any word that differs from it by accents alone. Whatever only begins like a
    name, differs from it by an accent, or names one school beside the code of another is never sure.
    """
    typed = clean(text)
    width = max(map(len, spellings), default=0)
    codes = {school_id.casefold(): school_id for school_id in spellings}
    if alone := codes.get(typed.casefold()) or codes.get(typed.zfill(width)):
        return Meant((alone,), True)
    words = [word for word in fold(typed).split() if any(map(str.isalnum, word))]
    names = {key: [fold(name).split() for name in written if name] for key, written in spellings.items()}
    if found := _named(words, names):
        return Meant(found, True)
    coded = tuple(dict.fromkeys(code for word in words if (code := word.zfill(width)) in spellings))
    rest = [word for word in words if word.zfill(width) not in spellings]
    if coded and (found := _named(rest, names)):
        is_one = len(coded) == 1 and coded[0] in found
        return Meant(coded if is_one else tuple(dict.fromkeys((*coded, *found))), is_one)
    begun = [_plain(word) for word in words]
    like = [key for key, written in names.items() if any(_begins(begun, [*name, key]) for name in written)]
    return Meant(tuple(dict.fromkeys((*coded, *like))), False)


def _named(words: Sequence[str], names: Mapping[str, Sequence[Sequence[str]]]) -> tuple[str, ...]:
    """The schools of which the words are a whole name; failing that, those in whose name they stand together."""
    if not words:
        return ()
    whole = tuple(key for key, written in names.items() if any(_is_name(words, name) for name in written))
    return whole or tuple(
        key for key, written in names.items() if any(_stand_in(words, name) for name in written)
    )


def _is_name(words: Sequence[str], name: Sequence[str]) -> bool:
    return len(words) == len(name) and all(map(_is_word, words, name))


def _stand_in(words: Sequence[str], name: Sequence[str]) -> bool:
    starts = range(len(name) - len(words) + 1)
    return any(_is_name(words, name[start : start + len(words)]) for start in starts)


def _begins(words: Sequence[str], name: Sequence[str]) -> bool:
    return bool(words) and all(any(_plain(part).startswith(word) for part in name) for word in words)


def _is_word(typed: str, word: str) -> bool:
    return typed in (word, _plain(word))


def _plain(word: str) -> str:
    """One word without accents, as it is typed on a keyboard without Vietnamese."""
    letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
