"""One number format of a spreadsheet, taken apart: its sections, and which of them shows a number.

No library of ours reads such codes as a spreadsheet does: openpyxl only guesses whether one is a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

_SECTION = re.compile(r'"[^"]*"?|\\.|[_*].|\[[^\]]*\]|;|[^;"\\_*\[]+|.', re.DOTALL)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<space>[_*].)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<clock>AM/PM|A/P)|(?P<power>[eE][+-](?=[0#?]))|(?P<word>[^\W\d_]+)|(?P<digits>[0#?](?:,*[0#?])*,*)"
    r"|(?P<sign>[.%@])|(?P<bare>.)",
    re.DOTALL,
)
_DATE_WORD = re.compile(r"(?:d{1,4}|m{1,5}|y{1,4}|h{1,2}|s{1,2}|e{1,4}|g{1,3}|b{2,4})+", re.IGNORECASE)
_SECONDS = re.compile(r"s\.0+$", re.IGNORECASE)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=) ?(-?[0-9]+(?:\.[0-9]+)?)")
_CURRENCY = re.compile(r"\$([^-]*)")
_COLOUR = re.compile(r"black|white|red|green|blue|yellow|magenta|cyan|colou?r ?[0-9]{1,2}", re.IGNORECASE)
_WHITE = ("white", "color2", "color 2")
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": float.__lt__, "<=": float.__le__, ">": float.__gt__, ">=": float.__ge__, "=": float.__eq__, "<>": float.__ne__,
}  # fmt: skip
_GENERAL_WORDS = frozenset(
    {
        "general", "standard", "geral", "estándar", "estandar", "standaard", "algemeen", "allmänt", "yleinen", "generale",
        "genel", "standardowy", "obecný", "všeobecne", "általános", "opšte", "splošno", "общий", "основной", "стандартный",
    }
)  # fmt: skip


class Section(NamedTuple):
    """One section of a format: for which numbers it is, and what it shows of them.

    `before`, `inside` and `behind` are its literal signs by where they stand; `pattern` has a digit sign for each
    digit that is asked for, the literals inside between them.
    """

    condition: tuple[str, float] | None = None
    is_date: bool = False
    elapsed: str = ""
    is_general: bool = False
    is_text: bool = False
    percents: int = 0
    thousands: int = 0
    decimals: int = 0
    has_digits: bool = False
    shows_zero: bool = True
    is_power_or_fraction: bool = False
    before: str = ""
    pattern: str = ""
    behind: str = ""
    colour: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is shown, or only in white."""
        return self.colour in _WHITE or (
            not (self.is_date or self.elapsed or self.is_general or self.is_text or self.has_digits)
            and not (self.before + self.behind).strip()
        )


@lru_cache(maxsize=4096)
def sections(code: str) -> tuple[Section, ...]:
    """The sections of one format code, one at least."""
    parts = [""]
    for piece in _SECTION.findall(code):
        if piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    if len(parts) == 1 and not parts[0]:
        return (Section(is_general=True),)
    return tuple(_section(part) for part in parts)


def _section(code: str) -> Section:
    condition, elapsed, colour = None, "", ""
    is_general = is_text = has_digits = is_point = is_special = has_date = shows_zero = False
    percents = thousands = decimals = 0
    before, pattern, behind = "", "", ""
    letters = ""  # what is left of a date: its words and digits

    def literal(text: str) -> None:
        nonlocal before, behind
        if has_digits or elapsed or is_general or is_text:
            behind += text
        else:
            before += text

    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind in ("quoted", "escaped"):
            literal(text)
        elif kind == "bracket":
            if _ELAPSED.fullmatch(text):
                elapsed = elapsed or text[0].lower()
            elif found := _CONDITION.fullmatch(text.strip()):
                condition = found[1], float(found[2])
            elif found := _CURRENCY.match(text):
                literal(found[1])
            elif found := _COLOUR.fullmatch(text):
                colour = text.casefold()
        elif kind == "clock":
            has_date = True
        elif kind == "power":
            is_special = True
        elif kind == "word":
            if text.casefold() in _GENERAL_WORDS:
                is_general = True
            elif _DATE_WORD.fullmatch(text):
                letters += text
            else:
                literal(text)
        elif kind == "digits":
            letters += "0"
            if is_point:
                decimals += len(text.replace(",", ""))
            else:
                pattern += behind.replace(" ", "\u00a0") if has_digits else ""
                pattern += text.replace(",", "").replace("#", "0").replace("?", "0")
            if has_digits:
                behind = ""
            has_digits = True
            shows_zero |= "0" in text
            thousands = len(text) - len(text.rstrip(","))
        elif text == ".":
            letters += "."
            is_point = is_point or has_digits or not pattern
        elif text == "%":
            percents += 1
        elif text == "@":
            is_text = True
        elif text == "/" and has_digits:
            is_special = True
        elif kind == "bare":
            literal(text)
    date_letters = re.sub(r"[0.]", "", letters)
    # Digits beside letters of a date are a number with its unit ("0 hs"), but for parts of a second.
    is_date = bool(date_letters or has_date) and (not has_digits or _SECONDS.search(letters) is not None)
    if date_letters and not is_date and not elapsed:
        behind += date_letters
    return Section(
        condition, is_date and not elapsed, elapsed, is_general, is_text, percents, thousands, decimals,
        has_digits and not is_date, shows_zero or decimals > 0 or is_special, is_special, before, pattern, behind, colour,
    )  # fmt: skip


def section_for(code: str, number: float) -> Section:
    """The section that shows one number: by the conditions of the format, else by its sign."""
    found = sections(code)
    numeric = found[:-1] if 1 < len(found) < 4 and found[-1].is_text else found[:3]
    if len(numeric) == 1:
        return numeric[0]
    if numeric[0].condition is None and numeric[1].condition is None:
        if number < 0:
            return numeric[1]
        return numeric[2] if number == 0 and len(numeric) > 2 else numeric[0]
    for one in numeric[:2]:
        if one.condition is not None and _HOLDS[one.condition[0]](float(number), one.condition[1]):
            return one
    both = numeric[0].condition is not None and numeric[1].condition is not None
    return numeric[2] if both and len(numeric) > 2 else numeric[1] if not both else Section(is_general=True)


def is_date_format(code: str, number: float = 1.0) -> bool:
    """Whether one number shows as a calendar date or a time of day under one number format.

    Elapsed time (``[h]:mm``) is an amount, not a date: such cells stay numbers.
    """
    return section_for(code, number).is_date


@lru_cache(maxsize=4096)
def may_show_date(code: str) -> bool:
    """Whether one number format shows any number as a date."""
    return any(section.is_date for section in sections(code))


def has_percent_sign(code: str, number: float) -> bool:
    """Whether a sign of per cent stands beside one number that it does not scale."""
    section = section_for(code, number)
    return "%" in section.before + section.behind


def fifteen_digits(number: float) -> float:
    """One number as a spreadsheet shows it: 227,99999999999997 is 228, as no more than fifteen digits are kept."""
    return number if number.is_integer() else float(f"{number:.15g}")


def scales_to_percent(code: str, number: float) -> bool:
    """Whether one number is shown a hundredfold, as per cent."""
    return section_for(code, number).percents > 0


def displayed_decimals(code: str, number: float) -> int | None:
    """To how many decimals one number is shown; None where the format does not say."""
    section = section_for(code, number)
    if not section.has_digits or section.is_power_or_fraction:
        return None
    return section.decimals + 2 * section.percents - 3 * section.thousands
