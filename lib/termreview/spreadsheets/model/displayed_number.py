"""What a person sees of one number or text under its format, where that is not the number or the text itself.

Rounding and grouping are no difference; a scale, elapsed time, a unit of thousands or nothing at all are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from termreview.spreadsheets.model.number_format import (
    Section,
    has_percent_sign,
    scales_to_percent,
    section_for,
    sections,
)
from termreview.text import NOTHING_WORDS, stored_number_text

_THOUSANDS = re.compile(
    r"(?<!\w)(?:nghìn|ngàn|triệu|tỷ|tỉ(?! (?:lệ|số))|vạn|chục|tá|trđ|tr|(?<!phần )trăm|k|thousand|million|billion)(?!\w)",
    re.IGNORECASE,
)
_THOUSANDS_OF_MONEY = re.compile(r"(?<!\w)(?:m|mn|bn)(?!\w)", re.IGNORECASE)
# Figures beside a number, with at most a sign or an x between, and what says that it is about, more or less.
_ANOTHER_BEFORE = re.compile(
    r"[0-9][ .,x×*/(^]*$|[<>~≈≥≤±∼≠=*/^×÷]\s*$|(?<!\w)(?:khoảng|gần|hơn|dưới|trên|ít nhất|tối đa|tối thiểu"
    r"|không quá|không dưới)\s*$",
    re.IGNORECASE,
)
_ANOTHER_BEHIND = re.compile(r"[^\w]*[x×]?[^\w]*[0-9]|\s*[-−+?^±~×÷<>≥≤]\s*(?:$|[0-9])", re.IGNORECASE)
_LITERAL, _LEADING_ZEROS = re.compile(r'"[^"]*"?|\\.'), re.compile("(?<![0#?,.])0{2,15}(?![0#?,.])")
DASHES = ("-", "–", "—", "−")  # by which accounts show that there is nothing
_GROUPING = frozenset(".,' \u00a0\u202f")


@lru_cache(maxsize=4096)
def shows_plainly(code: str | None) -> bool:
    """Whether every number is shown as itself under one format, rounding and grouping aside."""
    return code is None or (all(
        number_as_displayed(code, number, True) is None
        and not scales_to_percent(code, number)
        and not has_percent_sign(code, number)
        for number in (1, 0, 999, 1_000, 123_456, 10_000_000, 100_000_000_000)
    ) and all(section.condition is None for section in sections(code)) and not foreign_currency(code, 1))  # fmt: skip


def number_as_displayed(code: str, number: float, is_money: bool = False) -> str | None:
    """What a person reads in the cell of one number; None where that is the number itself.

    An empty text where nothing is shown. A sign for zero alone (``-``) reads as zero.
    """
    section = section_for(code, number)
    if section.is_empty:
        return ""
    if section.is_date:
        return None
    if section.elapsed:
        return _elapsed(section, number)
    if section.is_general or section.is_text:
        section = section._replace(decimals=15, has_digits=True, shows_zero=True, pattern="0")
    if not section.has_digits:
        words = (section.before + section.behind).strip()
        return None if number == 0 and reads_as_zero(words) else words
    if not section.shows_zero and round(number * 100.0**section.percents / 1000.0**section.thousands) == 0:
        words = (section.before + section.behind).strip()
        return None if words and reads_as_zero(words) else ""
    unit = section.before + "\0" + section.behind
    differs = (
        (section.thousands and number != 0)
        or section.percents > 1
        or (number != 0 and _THOUSANDS.search(unit))
        or (number != 0 and is_money and _THOUSANDS_OF_MONEY.search(unit))
        or _ANOTHER_BEFORE.search(section.before)
        or _ANOTHER_BEHIND.match(section.behind)
        or (number > 0 and section.before.rstrip().endswith(("-", "−")))
        or not (section.is_power_or_fraction or _is_grouping(section.pattern))
    )
    return _written(section, number) if differs else None


def foreign_currency(code: str, number: float) -> str:
    """The sign of a currency other than the đồng that stands beside one number; nothing where there is none."""
    section = section_for(code, number)
    found = re.search(r"[$€£¥₩฿]|(?<!\w)(?:USD|EUR|GBP|JPY|CNY|KRW)(?!\w)", section.before + section.behind)
    return found[0] if found else ""


@lru_cache(maxsize=4096)
def alters_text(code: str | None) -> bool:
    """Whether a text is shown otherwise than it is stored under one format."""
    section = _section_of_texts(code)
    return section is not None and not (section.is_text and not section.before + section.behind)


def text_as_displayed(code: str | None, text: str) -> str | None:
    """What a person reads in the cell of one text; None where that is the text itself."""
    section = _section_of_texts(code)
    if section is None or not alters_text(code):
        return None
    return (section.before + (text if section.is_text else "") + section.behind).strip()


def _section_of_texts(code: str | None) -> Section | None:
    if code is None or code in ("General", "@"):
        return None
    found = sections(code)
    return found[3] if len(found) > 3 else found[-1] if found[-1].is_text else None


def reads_as_zero(words: str) -> bool:
    """Whether what is shown for zero says that there is nothing: a dash, with its currency or without, or a word."""
    return not words or words[0] in DASHES or words.casefold() in NOTHING_WORDS


def number_as_text(code: str, number: float) -> str | None:
    """What a person reads in the cell of one number that is no amount: `64/QĐ-TH`, `064`; None for bare figures."""
    section = section_for(code, number)
    if not (section.has_digits or section.is_general) or section.is_power_or_fraction or section.thousands:
        return None
    zeros = _LEADING_ZEROS.search(_LITERAL.sub("", code))
    is_whole = float(number).is_integer()
    width = len(zeros[0]) if zeros is not None and is_whole and number >= 0 else 1
    digits = (
        str(int(number))
        if is_whole
        else stored_number_text(number if section.is_general else round(number, section.decimals))
    )
    if len(digits) >= width and not (section.before + section.behind).strip():
        return None
    return f"{section.before}{digits.zfill(width)}{section.behind}".strip()


def _is_grouping(pattern: str) -> bool:
    """Whether what stands between the digits only groups them by threes."""
    groups = re.split(r"[^0]+", pattern)
    signs = set(pattern) - {"0"}
    return signs <= _GROUPING and all(len(group) == 3 for group in groups[1:])


def _written(section: Section, number: float) -> str:
    scaled = abs(number) * 100.0**section.percents / 1000.0**section.thousands
    rounded = round(scaled, section.decimals)
    if section.is_power_or_fraction or _is_grouping(section.pattern):
        digits = stored_number_text(rounded)
    else:
        left = list(str(int(rounded)))
        filled = [
            sign if sign != "0" else (left.pop() if left else "0") for sign in reversed(section.pattern)
        ]
        digits = "".join(left) + "".join(reversed(filled))
    sign = "-" if number < 0 and section.before[:1] not in ("-", "(") else ""
    return f"{sign}{section.before}{digits}{section.behind}{'%' * section.percents}".strip()


def _elapsed(section: Section, number: float) -> str:
    seconds = round(abs(number) * 86_400)
    sign = "-" if number < 0 else ""
    if section.elapsed == "s":
        return f"{sign}{seconds}"
    if section.elapsed == "m":
        return f"{sign}{seconds // 60}:{seconds % 60:02d}"
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}"
