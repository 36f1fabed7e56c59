"""One number written in text, read the way its file writes numbers: 29.093, 94,64 or 1,250.5."""

from __future__ import annotations

import re
from collections.abc import Iterable

# No number is grouped behind a leading zero: "0,945" can only be a decimal.
_THOUSANDS_OR_DECIMAL = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_VIETNAMESE = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
_ENGLISH = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_SPACED = re.compile(r"-? ?\d{1,3}( \d{3})*([.,]\d+)?")
_DECIMAL = re.compile(r"-?\d+[.,]\d+")
_INTEGER = re.compile(r"-?\d+")
_APART = re.compile(r"(?<=\d)(?:\s{2,}|[^\S \u00a0\u2000-\u200a\u202f\u205f\u3000])(?=\d)")
_COMMA_EVIDENCE = re.compile(r"\d+,\d{1,2}%?|\d{1,3}(\.\d{3}){2,}|\d{1,3}(\.\d{3})+,\d+")
_DOT_EVIDENCE = re.compile(r"\d+\.\d{1,2}%?|\d{1,3}(,\d{3}){2,}|\d{1,3}(,\d{3})+\.\d+")


def decimal_habit(texts: Iterable[str]) -> str:
    """The decimal sign one file uses, by its own evidence: `,` or `.`, or nothing when it gives none."""
    comma = dot = 0
    for text in texts:
        if len(numbers_apart(text)) > 1:
            continue
        squeezed = "".join(text.split())
        comma += _COMMA_EVIDENCE.fullmatch(squeezed) is not None
        dot += _DOT_EVIDENCE.fullmatch(squeezed) is not None
    return "," if comma > dot else "." if dot > comma else ""


def numbers_apart(text: str) -> list[str]:
    """The parts of one text that a new line, a tab or a wide gap keeps apart: several figures are no number.

    One space groups thousands; anything wider stands between two numbers.
    """
    return _APART.split(text)


def parse_number(text: str, habit: str, wants_integer: bool = False) -> tuple[float | None, str]:
    """Read one number written in text; the second part names the assumption, if one was needed."""
    spaced = " ".join(text.split())
    if " " in spaced and _SPACED.fullmatch(spaced) is None:
        return None, ""
    bare = spaced.replace(" ", "")
    if _INTEGER.fullmatch(bare):
        return float(bare), ""
    if _THOUSANDS_OR_DECIMAL.fullmatch(bare):
        sign = "," if "," in bare else "."
        if wants_integer:
            return float(bare.replace(sign, "")), "separator_assumed"
        if habit:
            as_decimal = sign == habit
            return float(bare.replace(sign, "." if as_decimal else "")), "separator_assumed"
        as_decimal = sign == ","
        return float(bare.replace(sign, "." if as_decimal else "")), "separator_ambiguous"
    if _VIETNAMESE.fullmatch(bare):
        return float(bare.replace(".", "").replace(",", ".")), ""
    if _ENGLISH.fullmatch(bare):
        return float(bare.replace(",", "")), ""
    if _DECIMAL.fullmatch(bare):
        return float(bare.replace(",", ".")), ""
    return None, ""
